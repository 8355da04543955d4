//! What people write in arguments of messages for raw values: `@alice` for an address, `wad:1.5` for an amount. It is replaced
//! wherever it stands, also within structures and lists, but not within quotes.

use crate::{amount::Unit, error::CliError};

/// Forms of an amount, each with its decimals.
const FIXED: [(&str, u8); 2] = [("wad:", 18), ("ray:", 27)];
/// The form whose decimals stand at its end.
const FREE: &str = "amount:";

/// Replaces names and amounts; `address` knows names.
///
/// # Errors
/// A name that nobody has; an amount that is none.
pub(crate) fn expand(text: &str, address: impl Fn(&str) -> Result<String, CliError>) -> Result<String, CliError> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    let mut quoted = false;
    let mut at_start = true;
    while let Some(found) = rest.chars().next() {
        if at_start && !quoted {
            let end = rest.find(ends_token).unwrap_or(rest.len());
            let (token, after) = rest.split_at(end);
            if let Some(value) = value_of(token, &address)? {
                expanded.push_str(&value);
                rest = after;
                at_start = false;
                continue;
            }
        }
        if found == '"' {
            quoted = !quoted;
        }
        at_start = begins_token(found);
        expanded.push(found);
        rest = &rest[found.len_utf8()..];
    }
    Ok(expanded)
}

/// What stands before a value.
fn begins_token(found: char) -> bool {
    found.is_whitespace() || matches!(found, '(' | '[' | '{' | ',')
}

/// What stands after a value.
fn ends_token(found: char) -> bool {
    found.is_whitespace() || matches!(found, ')' | ']' | '}' | ',' | '"')
}

fn value_of(token: &str, address: impl Fn(&str) -> Result<String, CliError>) -> Result<Option<String>, CliError> {
    if let Some(name) = token.strip_prefix('@') {
        return address(name).map(Some);
    }
    for (prefix, decimals) in FIXED {
        // A field of a structure may have the same name, with a space after its colon.
        if let Some(number) = token.strip_prefix(prefix).filter(|number| !number.is_empty()) {
            let unit = Unit::new(prefix.trim_end_matches(':'), decimals);
            return Ok(Some(unit.parse(number)?.to_string()));
        }
    }
    let Some((number, decimals)) = token.strip_prefix(FREE).and_then(|rest| rest.rsplit_once(':')) else {
        return Ok(None);
    };
    let bad = || CliError::CommandLine {
        message: format!("{token:?} does not end with a number of decimals; write it like amount:1.5:6"),
    };
    let unit = Unit::new("this asset", decimals.parse().map_err(|_| bad())?);
    Ok(Some(unit.parse(number)?.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::PartyError;

    fn expanded(text: &str) -> Result<String, CliError> {
        expand(text, |name| match name {
            "alice" => Ok("0x11".to_owned()),
            _ => Err(PartyError::Nobody.into()),
        })
    }

    #[test]
    fn names_and_amounts_are_replaced_where_they_stand() {
        for (text, expected) in [
            ("@alice", "0x11"),
            ("wad:1.5", "1500000000000000000"),
            ("ray:1", "1000000000000000000000000000"),
            ("amount:1.5:6", "1500000"),
            ("Some(@alice)", "Some(0x11)"),
            ("{ to: @alice, amount: wad:2 }", "{ to: 0x11, amount: 2000000000000000000 }"),
            ("[@alice,@alice]", "[0x11,0x11]"),
            ("\"@alice wad:1\"", "\"@alice wad:1\""),
            ("someone@alice", "someone@alice"),
            ("{ wad: 1, amount:2 }", "{ wad: 1, amount:2 }"),
            ("17", "17"),
            ("", ""),
            ("ü", "ü"),
        ] {
            assert_eq!(expanded(text).ok().as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for (text, code) in [
            ("@mallory", "INVALID_ADDRESS"),
            ("wad:much", "INVALID_AMOUNT"),
            ("amount:1.5:six", "USAGE"),
            ("amount:1.55:1", "INVALID_AMOUNT"),
        ] {
            assert_eq!(expanded(text).map_err(|error| error.code()), Err(code.to_owned()), "{text}");
        }
    }
}
