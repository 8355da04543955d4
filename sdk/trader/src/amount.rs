//! Amounts and shares as people write them. Nothing is rounded, and there are no floats.

use florin_units::{
    human::{format_units, parse_units, ParseAmountError},
    Amount, Bps,
};

/// Digits after the point of a share that is written in per cent: a basis point is the smallest.
const SHARE_DECIMALS: u8 = 2;

/// What an amount is counted in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Symbol, such as `USDT`; none where nobody has said.
    pub symbol: Option<String>,
    /// Digits after the point that it has.
    pub decimals: u8,
}

/// Why a text is no amount or share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// The number cannot be read.
    #[error("{text:?} is no amount: {cause}; write whole units with a point, such as \"250000.00\"")]
    Amount {
        /// The text.
        text: String,
        /// What is wrong.
        cause: ParseAmountError,
    },
    /// The unit is another one.
    #[error("{text:?} is given in {given}, the credit is in {expected}; write the amount in {expected}")]
    OtherUnit {
        /// The text.
        text: String,
        /// The unit that it names.
        given: String,
        /// The unit of the credit.
        expected: String,
    },
    /// A unit was named, and the credit's has no name.
    #[error(
        "{text:?} names the unit {given}, and the file does not say what the asset is called; \
         add symbol = {given:?} under [asset], or leave the unit out"
    )]
    NamelessUnit {
        /// The text.
        text: String,
        /// The unit that it names.
        given: String,
    },
    /// It is no share.
    #[error("{text:?} is no share: {cause}; write it in per cent, such as \"10%\" or \"0.25%\"")]
    Share {
        /// The text.
        text: String,
        /// What is wrong.
        cause: String,
    },
}

impl Unit {
    /// A unit.
    pub fn new(symbol: Option<&str>, decimals: u8) -> Self {
        Self { symbol: symbol.map(str::to_owned), decimals }
    }

    /// Reads `1.5 USDT`, `1.5USDT` or `1.5`.
    ///
    /// # Errors
    /// [`AmountError`]; digits that the asset does not have are refused, nothing is rounded.
    pub fn parse(&self, text: &str) -> Result<Amount, AmountError> {
        let trimmed = text.trim();
        let end = trimmed.find(|found: char| found.is_alphabetic()).unwrap_or(trimmed.len());
        let (number, given) = trimmed.split_at(end);
        let (text, given) = (|| text.to_owned(), given.trim());
        match &self.symbol {
            None if !given.is_empty() => {
                return Err(AmountError::NamelessUnit { text: text(), given: given.to_owned() });
            }
            Some(symbol) if !given.is_empty() && !given.eq_ignore_ascii_case(symbol) => {
                let (given, expected) = (given.to_owned(), symbol.clone());
                return Err(AmountError::OtherUnit { text: text(), given, expected });
            }
            _ => {}
        }
        let raw = parse_units(number, self.decimals).map_err(|cause| AmountError::Amount { text: text(), cause })?;
        Ok(Amount::from_raw(raw))
    }

    /// Writes an amount exactly, without the unit.
    pub fn number(&self, amount: Amount) -> String {
        format_units(amount.raw(), self.decimals)
    }

    /// Writes an amount exactly, with the unit where it has a name.
    pub fn exact(&self, amount: Amount) -> String {
        match &self.symbol {
            Some(symbol) => format!("{} {symbol}", self.number(amount)),
            None => self.number(amount),
        }
    }
}

/// Writes a share in per cent: `12.5%`.
pub fn format_share(share: Bps) -> String {
    format!("{}%", format_units(share.raw().into(), SHARE_DECIMALS))
}

/// Reads a share in per cent: `12.5%` or `12.5 %`.
///
/// # Errors
/// [`AmountError::Share`], also without the sign: 10 could be ten in a hundred or ten times the whole.
pub fn parse_share(text: &str) -> Result<Bps, AmountError> {
    let bad = |cause: String| AmountError::Share { text: text.to_owned(), cause };
    let number = text.trim().strip_suffix('%').ok_or_else(|| bad("the sign % is missing".to_owned()))?;
    let raw = parse_units(number, SHARE_DECIMALS).map_err(|cause| match cause {
        ParseAmountError::TooManyDecimals { .. } => bad("the smallest part is 0.01%".to_owned()),
        other => bad(other.to_string()),
    })?;
    u32::try_from(raw).map(Bps::from_raw).map_err(|_| bad("it is too large".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn usdt() -> Unit {
        Unit::new(Some("USDT"), 6)
    }

    #[test]
    fn amounts_are_read_with_and_without_unit() {
        for text in ["250000.00", "250000 USDT", "250000usdt", " 250_000.0 "] {
            assert_eq!(usdt().parse(text), Ok(Amount::from_raw(250_000_000_000)), "{text}");
        }
        assert_eq!(Unit::new(None, 2).parse("1.5"), Ok(Amount::from_raw(150)));
    }

    #[test]
    fn another_unit_and_digits_that_the_asset_lacks_are_refused() {
        assert!(matches!(usdt().parse("5 EUR"), Err(AmountError::OtherUnit { .. })));
        assert!(matches!(Unit::new(None, 6).parse("5 EUR"), Err(AmountError::NamelessUnit { .. })));
        for text in ["", "-1", "1,000", "0.0000001", "1 000", "+1", "1e3"] {
            assert!(usdt().parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shares_need_their_sign() {
        assert_eq!(parse_share("10%"), Ok(Bps::from_raw(1_000)));
        assert_eq!(parse_share(" 0.25 %"), Ok(Bps::from_raw(25)));
        for text in ["10", "%", "0.001%", "ten%", "-1%", "99999999999%"] {
            assert!(parse_share(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(raw in any::<u128>(), share in any::<u32>(), decimals in 0u8..=38) {
            let unit = Unit::new(Some("USDT"), decimals);
            prop_assert_eq!(unit.parse(&unit.exact(Amount::from_raw(raw))), Ok(Amount::from_raw(raw)));
            prop_assert_eq!(parse_share(&format_share(Bps::from_raw(share))), Ok(Bps::from_raw(share)));
        }
    }
}
