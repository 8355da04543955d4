//! Who is meant by a text, and how somebody is called. Only the caller knows: it has the address book, and reads the
//! addresses of accounts. Hexadecimal addresses need nobody.

use florin_trade::Address;

use crate::hash;

/// What the caller knows of names.
pub trait Names {
    /// The address of an alias or of an account's SS58 text.
    ///
    /// # Errors
    /// What to tell whoever wrote the text.
    fn address(&self, text: &str) -> Result<Address, String>;

    /// The alias of an address, where it has one.
    fn name(&self, address: &Address) -> Option<String> {
        let _ = address;
        None
    }
}

impl<F: Fn(&str) -> Result<Address, String>> Names for F {
    fn address(&self, text: &str) -> Result<Address, String> {
        self(text)
    }
}

/// Knows no names: every address must be written in hexadecimal digits.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNames;

impl Names for NoNames {
    fn address(&self, text: &str) -> Result<Address, String> {
        Err(format!("{text:?} is no address; write 0x and 40 hexadecimal digits"))
    }
}

/// A text that names nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct NameError {
    /// What to tell whoever wrote it.
    pub cause: String,
}

/// Reads an address: hexadecimal as it is, anything else by the caller's names.
///
/// # Errors
/// [`NameError`].
pub fn read(text: &str, names: &dyn Names) -> Result<Address, NameError> {
    let text = text.trim();
    if text.starts_with("0x") {
        if let Ok(address) = hash::parse_address(text) {
            return Ok(address);
        }
    }
    names.address(text).map_err(|cause| NameError { cause })
}

/// The alias with the address, or the address alone.
pub fn show(address: &Address, names: &dyn Names) -> String {
    match names.name(address) {
        Some(name) => format!("{name} ({})", hash::format(address)),
        None => hash::format(address),
    }
}

/// The alias, or the address.
pub fn short(address: &Address, names: &dyn Names) -> String {
    names.name(address).unwrap_or_else(|| hash::format(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_addresses_need_nobody() {
        let text = hash::format(&[7; 20]);
        assert_eq!(read(&text, &NoNames), Ok([7; 20]));
        assert!(read("seller", &NoNames).is_err());
        let book = |text: &str| if text == "seller" { Ok([8; 20]) } else { Err("who is that?".to_owned()) };
        assert_eq!(read(" seller ", &book), Ok([8; 20]));
        assert_eq!(read("0x12", &book), Err(NameError { cause: "who is that?".to_owned() }));
        assert_eq!(show(&[7; 20], &book), text);
    }
}
