//! Amounts as people write them: exact, without floats. For hosts only.

use core::fmt;

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseAmountError {
    /// There is no digit.
    Empty,
    /// A character that is neither a digit, a separating `_` nor the first point.
    InvalidCharacter {
        /// The character.
        found: char,
        /// Its place, counted in characters from zero.
        position: usize,
    },
    /// More digits after the point than the asset has; nothing is rounded away silently.
    TooManyDecimals {
        /// Digits after the point.
        found: usize,
        /// Digits that the asset has.
        maximum: u8,
    },
    /// More than 128 bits of raw units.
    TooLarge,
}

impl fmt::Display for ParseAmountError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("no digits"),
            Self::InvalidCharacter { found, position } => {
                write!(formatter, "unexpected character {found:?} at position {position}")
            }
            Self::TooManyDecimals { found, maximum } => {
                write!(formatter, "{found} digits after the point, the asset has {maximum}")
            }
            Self::TooLarge => formatter.write_str("the amount is too large"),
        }
    }
}

impl std::error::Error for ParseAmountError {}

/// Writes raw units as decimal number with trailing zeros left out: `1500000` at 6 decimals is `1.5`.
pub fn format_units(raw: u128, decimals: u8) -> String {
    point(&raw.to_string(), usize::from(decimals))
}

/// Puts the point into a string of decimal digits and drops trailing zeros after it.
pub(crate) fn point(digits: &str, decimals: usize) -> String {
    let padded = format!("{digits:0>width$}", width = decimals.saturating_add(1));
    let (whole, fraction) = padded.split_at(padded.len().saturating_sub(decimals));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction}")
    }
}

/// Reads a decimal number such as `1.5`, `.5`, `2.` or `1_000` as raw units of an asset with so many decimals.
///
/// Errors: [`ParseAmountError`]; digits that the asset cannot hold are refused, also when they are zeros.
pub fn parse_units(text: &str, decimals: u8) -> Result<u128, ParseAmountError> {
    let mut raw: u128 = 0;
    let mut digits: usize = 0;
    let mut fraction: Option<usize> = None;
    for (position, found) in text.trim().chars().enumerate() {
        if let Some(digit) = found.to_digit(10) {
            raw = raw
                .checked_mul(10)
                .and_then(|value| value.checked_add(u128::from(digit)))
                .ok_or(ParseAmountError::TooLarge)?;
            digits = digits.saturating_add(1);
            fraction = fraction.map(|count| count.saturating_add(1));
        } else if found == '.' && fraction.is_none() {
            fraction = Some(0);
        } else if found != '_' || digits == 0 {
            return Err(ParseAmountError::InvalidCharacter { found, position });
        }
    }
    if digits == 0 {
        return Err(ParseAmountError::Empty);
    }
    let found = fraction.unwrap_or(0);
    let missing = usize::from(decimals)
        .checked_sub(found)
        .ok_or(ParseAmountError::TooManyDecimals { found, maximum: decimals })?;
    let exponent = u32::try_from(missing).map_err(|_| ParseAmountError::TooLarge)?;
    if raw == 0 {
        return Ok(0);
    }
    10u128.checked_pow(exponent).and_then(|scale| raw.checked_mul(scale)).ok_or(ParseAmountError::TooLarge)
}
