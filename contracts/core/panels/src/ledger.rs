//! What the contract owes in one asset. It never exceeds what the contract has of it, to the unit, at the end of every
//! message that moves money.

use crate::error::ArbitrationError;
use florin_units::Amount;
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// What the contract owes in one asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct AssetLedger {
    /// All stakes, free and locked, and all claims, in raw units.
    pub liabilities: Amount,
}

impl AssetLedger {
    /// More is owed, because it has come in. Errors: arithmetic.
    pub fn received(&self, amount: Amount) -> Result<Self, ArbitrationError> {
        Ok(Self { liabilities: self.liabilities.checked_add(amount)? })
    }

    /// Less is owed, because it was paid. Errors: arithmetic, where more is paid than is owed.
    pub fn paid(&self, amount: Amount) -> Result<Self, ArbitrationError> {
        Ok(Self { liabilities: self.liabilities.checked_sub(amount)? })
    }

    /// Checks that all that is owed is there.
    ///
    /// # Errors
    /// [`ArbitrationError::Insolvent`].
    pub fn check(&self, balance: Amount) -> Result<(), ArbitrationError> {
        if balance < self.liabilities {
            return Err(ArbitrationError::Insolvent { required: self.liabilities, balance });
        }
        Ok(())
    }
}

/// An account's claim with more; none where nothing is added.
///
/// # Errors
/// Arithmetic.
pub fn credit(claim: Amount, amount: Amount) -> Result<Option<Amount>, ArbitrationError> {
    if amount.is_zero() {
        return Ok(None);
    }
    Ok(Some(claim.checked_add(amount)?))
}
