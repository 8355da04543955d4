//! What can be made to stand still. Repaying and depositing cannot: nobody may be kept from saving a position.

use crate::error::VaultError;
use crate::roles::{Governor, Guardian, Permit};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// An operation that can be paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Operation {
    /// Creating debt.
    #[codec(index = 0)]
    Draws,
    /// Taking collateral out.
    #[codec(index = 1)]
    Withdrawals,
    /// Starting liquidations.
    #[codec(index = 2)]
    Liquidations,
    /// Buying from auctions and restarting them.
    #[codec(index = 3)]
    Auctions,
}

/// Which operations stand still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Pauses {
    /// Creating debt.
    pub draws: bool,
    /// Taking collateral out.
    pub withdrawals: bool,
    /// Starting liquidations.
    pub liquidations: bool,
    /// Buying from auctions and restarting them.
    pub auctions: bool,
}

impl Pauses {
    /// True when the operation stands still.
    pub const fn is_paused(&self, operation: Operation) -> bool {
        match operation {
            Operation::Draws => self.draws,
            Operation::Withdrawals => self.withdrawals,
            Operation::Liquidations => self.liquidations,
            Operation::Auctions => self.auctions,
        }
    }

    /// Errors: [`VaultError::Paused`].
    pub fn check(&self, operation: Operation) -> Result<(), VaultError> {
        if self.is_paused(operation) {
            Err(VaultError::Paused { operation })
        } else {
            Ok(())
        }
    }

    /// The record with one operation stopped. The guardian may do this.
    #[must_use]
    pub fn pause(self, operation: Operation, _permit: &Permit<Guardian>) -> Self {
        self.with(operation, true)
    }

    /// The record with one operation running again. Only the governor may do this.
    #[must_use]
    pub fn unpause(self, operation: Operation, _permit: &Permit<Governor>) -> Self {
        self.with(operation, false)
    }

    /// What stands still by one of two records.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            draws: self.draws || other.draws,
            withdrawals: self.withdrawals || other.withdrawals,
            liquidations: self.liquidations || other.liquidations,
            auctions: self.auctions || other.auctions,
        }
    }

    fn with(mut self, operation: Operation, paused: bool) -> Self {
        *match operation {
            Operation::Draws => &mut self.draws,
            Operation::Withdrawals => &mut self.withdrawals,
            Operation::Liquidations => &mut self.liquidations,
            Operation::Auctions => &mut self.auctions,
        } = paused;
        self
    }
}
