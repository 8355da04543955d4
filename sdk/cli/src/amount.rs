//! Amounts as people write them, with the unit checked against the one that is expected.

use florin_units::{
    human::{format_units, parse_units, ParseAmountError},
    U256,
};
use serde_json::{json, Value};

/// Digits after the point that a text shows; JSON has all of them.
const SHOWN_DIGITS: usize = 6;

/// Decimals of the coin, of prices and values, and of vote tokens.
pub(crate) const WAD_DECIMALS: u8 = 18;
/// Symbol of the coin.
pub(crate) const COIN: &str = "FLRN";
/// Symbol of vote tokens.
pub(crate) const VOTE: &str = "FLRV";
/// Symbol of dollars.
pub(crate) const DOLLAR: &str = "USD";

/// What an amount is counted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Symbol, such as `FLRN`.
    pub(crate) symbol: String,
    /// Digits after the point that it has.
    pub(crate) decimals: u8,
}

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AmountError {
    /// The number cannot be read.
    #[error("{text:?} is no amount of {symbol}: {cause}; write it like \"1.5 {symbol}\" or 1.5")]
    Malformed {
        /// The text.
        text: String,
        /// Symbol of the unit.
        symbol: String,
        /// What is wrong.
        cause: ParseAmountError,
    },
    /// The unit is another one.
    #[error("{text:?} is given in {given}, an amount of {expected} is expected")]
    OtherUnit {
        /// The text.
        text: String,
        /// The unit that it names.
        given: String,
        /// The unit that is expected.
        expected: String,
    },
}

impl Unit {
    /// A unit.
    pub(crate) fn new(symbol: impl Into<String>, decimals: u8) -> Self {
        Self { symbol: symbol.into(), decimals }
    }

    /// The coin.
    pub(crate) fn coin() -> Self {
        Self::new(COIN, WAD_DECIMALS)
    }

    /// Vote tokens.
    pub(crate) fn votes() -> Self {
        Self::new(VOTE, WAD_DECIMALS)
    }

    /// Dollars.
    pub(crate) fn dollar() -> Self {
        Self::new(DOLLAR, WAD_DECIMALS)
    }

    /// Reads `1.5 FLRN`, `1.5FLRN` or `1.5` as raw units.
    ///
    /// # Errors
    /// [`AmountError`]; digits that the unit does not have are refused, nothing is rounded.
    pub(crate) fn parse(&self, text: &str) -> Result<u128, AmountError> {
        let trimmed = text.trim();
        let (dollar_sign, number) = match trimmed.strip_prefix('$') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let end = number.find(|found: char| found.is_alphabetic()).unwrap_or(number.len());
        let (number, given) = number.split_at(end);
        let given = if dollar_sign { DOLLAR } else { given.trim() };
        if !given.is_empty() && !given.eq_ignore_ascii_case(&self.symbol) {
            return Err(AmountError::OtherUnit {
                text: text.to_owned(),
                given: given.to_owned(),
                expected: self.symbol.clone(),
            });
        }
        parse_units(number, self.decimals).map_err(|cause| AmountError::Malformed {
            text: text.to_owned(),
            symbol: self.symbol.clone(),
            cause,
        })
    }

    /// Writes raw units exactly, with the symbol.
    pub(crate) fn exact(&self, raw: u128) -> String {
        format!("{} {}", format_units(raw, self.decimals), self.symbol)
    }

    /// Writes raw units with at most six digits after the point; `…` stands for those left out.
    pub(crate) fn short(&self, raw: u128) -> String {
        format!("{} {}", shorten(&format_units(raw, self.decimals)), self.symbol)
    }

    /// An amount in JSON: raw units as decimal text, and the exact human form.
    pub(crate) fn json(&self, raw: u128) -> Value {
        json!({ "raw": raw.to_string(), "human": self.exact(raw) })
    }

    /// An amount of 256 bits in JSON, see [`Unit::json`].
    pub(crate) fn wide_json(&self, raw: U256) -> Value {
        json!({ "raw": raw.to_string(), "human": self.wide(raw) })
    }

    /// Writes an amount of 256 bits; the largest stands for any amount.
    pub(crate) fn wide(&self, raw: U256) -> String {
        match u128::try_from(raw) {
            Ok(raw) => self.exact(raw),
            Err(_) if raw == U256::MAX => format!("unlimited {}", self.symbol),
            Err(_) => format!("more than {}", self.exact(u128::MAX)),
        }
    }
}

/// Leaves out digits after the sixth after the point.
pub(crate) fn shorten(number: &str) -> String {
    match number.split_once('.') {
        Some((whole, fraction)) if fraction.len() > SHOWN_DIGITS => {
            let kept: String = fraction.chars().take(SHOWN_DIGITS).collect();
            format!("{whole}.{kept}…")
        }
        _ => number.to_owned(),
    }
}

/// A ratio in basis points as per cent.
pub(crate) fn percent(bps: u32) -> String {
    format!("{} %", format_units(bps.into(), 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u128 = 1_000_000_000_000_000_000;

    #[test]
    fn amounts_are_read_with_and_without_unit() {
        let coin = Unit::coin();
        for text in ["1.5 FLRN", "1.5FLRN", "1.5", " 1.5 flrn ", "1.50"] {
            assert_eq!(coin.parse(text), Ok(ONE + ONE / 2), "{text}");
        }
        assert_eq!(Unit::new("UNIT", 10).parse("10 UNIT"), Ok(100_000_000_000));
        assert_eq!(coin.parse("1_000"), Ok(1_000 * ONE));
        assert_eq!(Unit::dollar().parse("$0.5"), Ok(ONE / 2));
        assert_eq!(Unit::dollar().parse("0.5usd"), Ok(ONE / 2));
    }

    #[test]
    fn another_unit_is_refused() {
        let error = Unit::coin().parse("10 UNIT").expect_err("another unit");
        assert_eq!(
            error,
            AmountError::OtherUnit { text: "10 UNIT".into(), given: "UNIT".into(), expected: COIN.into() }
        );
        assert!(matches!(Unit::coin().parse("$5"), Err(AmountError::OtherUnit { .. })));
        // No scientific notation: it reads as a unit.
        assert!(matches!(Unit::coin().parse("1e18"), Err(AmountError::OtherUnit { .. })));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "FLRN", "-1", "1,000", "1.2.3", "0x10", "+1", "1 000"] {
            assert!(Unit::coin().parse(text).is_err(), "{text}");
        }
        let error = Unit::new("UNIT", 10).parse("0.00000000001").expect_err("too many digits");
        assert!(matches!(
            error,
            AmountError::Malformed { cause: ParseAmountError::TooManyDecimals { found: 11, maximum: 10 }, .. }
        ));
        assert!(matches!(
            Unit::coin().parse("999999999999999999999999"),
            Err(AmountError::Malformed { cause: ParseAmountError::TooLarge, .. })
        ));
    }

    #[test]
    fn amounts_are_written_exactly_and_shortened_visibly() {
        let coin = Unit::coin();
        assert_eq!(coin.exact(ONE + 1), "1.000000000000000001 FLRN");
        assert_eq!(coin.short(ONE + 1), "1.000000… FLRN");
        assert_eq!(coin.short(ONE + ONE / 4), "1.25 FLRN");
        assert_eq!(coin.json(ONE), json!({ "raw": "1000000000000000000", "human": "1 FLRN" }));
        assert_eq!(coin.wide(U256::MAX), "unlimited FLRN");
        assert_eq!(coin.wide(U256::from(ONE)), "1 FLRN");
        assert_eq!(percent(15_025), "150.25 %");
    }
}
