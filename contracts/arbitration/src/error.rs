//! Why arbitration refuses: the core's reasons, and what only a shell can see.

use florin_governance::roles::RoleError;
use florin_panels::ArbitrationError;
use florin_units::{Amount, MathError};
use ink::Address;

/// Why a call was refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// A rule of arbitration.
    #[codec(index = 0)]
    Arbitration(ArbitrationError),
    /// The caller does not hold the role.
    #[codec(index = 1)]
    Role(RoleError),
    /// The court hears no such dispute now, or does not answer as it should.
    #[codec(index = 2)]
    NoHearing {
        /// The court.
        court: Address,
        /// Number of the dispute.
        number: u64,
    },
    /// The court does not take the report, or does not pay.
    #[codec(index = 3)]
    CourtRefused {
        /// The court.
        court: Address,
    },
    /// The asset's contract refuses to move, or does not answer; nothing has changed.
    #[codec(index = 4)]
    TransferFailed {
        /// The asset.
        asset: Address,
    },
    /// Another amount has arrived than was asked for; nothing has changed.
    #[codec(index = 5)]
    TransferMismatch {
        /// Raw units asked for.
        expected: Amount,
        /// Raw units that have arrived.
        received: Amount,
    },
}

impl From<ArbitrationError> for Error {
    fn from(error: ArbitrationError) -> Self {
        Self::Arbitration(error)
    }
}

impl From<RoleError> for Error {
    fn from(error: RoleError) -> Self {
        Self::Role(error)
    }
}

impl From<MathError> for Error {
    fn from(error: MathError) -> Self {
        Self::Arbitration(error.into())
    }
}
