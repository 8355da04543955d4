//! Names and documentation in the form that Rust wants.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::error::BindgenError;
pub(crate) use florin_metadata::snake_case;

/// The name as an identifier, a raw one where it is a keyword.
pub(crate) fn identifier(contract: &str, name: &str) -> Result<Ident, BindgenError> {
    syn::parse_str(name)
        .or_else(|_| syn::parse_str(&format!("r#{name}")))
        .map_err(|_| BindgenError::Name { contract: contract.to_owned(), name: name.to_owned() })
}

/// A name as a sentence: `InsufficientBalance` and `insufficient_balance` are `Insufficient balance.`
pub(crate) fn sentence(name: &str) -> String {
    let words = snake_case(name).replace('_', " ");
    let mut letters = words.trim().chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

/// Documentation attributes; `otherwise` where the contract has no words of its own.
pub(crate) fn docs(lines: &[String], otherwise: &str) -> TokenStream {
    let mut lines: Vec<String> =
        lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if lines.is_empty() {
        lines.push(otherwise.to_owned());
    }
    let attributes = lines.iter().map(|line| {
        let text = if line.is_empty() { String::new() } else { format!(" {line}") };
        quote!(#[doc = #text])
    });
    quote!(#(#attributes)*)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_rust_writes_them() {
        assert_eq!(snake_case("balanceOf"), "balance_of");
        assert_eq!(snake_case("transfer_with_reference"), "transfer_with_reference");
        assert_eq!(snake_case("Erc20::balanceOf"), "erc20_balance_of");
        assert_eq!(sentence("InsufficientBalance"), "Insufficient balance.");
        assert_eq!(sentence("available_at"), "Available at.");
    }

    #[test]
    fn keywords_become_raw_identifiers() {
        assert_eq!(identifier("c", "type").expect("raw").to_string(), "r#type");
        assert!(matches!(identifier("c", "self"), Err(BindgenError::Name { .. })));
        assert!(matches!(identifier("c", "a b"), Err(BindgenError::Name { .. })));
    }

    #[test]
    fn documentation_keeps_its_lines_and_has_a_fallback() {
        let written = docs(&[" One.".into(), "".into(), " Two.".into(), "".into()], "Nothing.").to_string();
        assert_eq!(written, quote!(#[doc = " One."] #[doc = ""] #[doc = " Two."]).to_string());
        assert_eq!(docs(&[], "Nothing.").to_string(), quote!(#[doc = " Nothing."]).to_string());
    }
}
