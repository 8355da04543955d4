//! Why the vaults refuse: the core's reasons, the other contracts', and what only a shell can see.

use florin_governance::migration::MigrationError;
use florin_shell::coin::CoinError;
use florin_stable::error::VaultError;
use florin_stable::oracle::OracleError;
use florin_stable::roles::RoleError;
use florin_units::{Amount, MathError};
use ink::{Address, U256};

/// Why a call was refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// A rule of the vaults.
    #[codec(index = 0)]
    Vault(VaultError),
    /// The coin refused to be minted or burned.
    #[codec(index = 1)]
    Coin(CoinError),
    /// The oracle has no usable price.
    #[codec(index = 2)]
    Oracle(OracleError),
    /// The coin or the oracle did not answer as it should.
    #[codec(index = 3)]
    NoAnswer {
        /// The contract that was asked.
        contract: Address,
    },
    /// The native tokens that came with the call are not those that it needs (in 18 decimals).
    #[codec(index = 4)]
    ValueMismatch {
        /// Needed.
        expected: U256,
        /// Came.
        received: U256,
    },
    /// The collateral token refused a transfer, or failed to answer.
    #[codec(index = 5)]
    CollateralTransferFailed {
        /// The token.
        asset: Address,
    },
    /// The collateral token moved another amount than it was told.
    #[codec(index = 6)]
    CollateralTransferMismatch {
        /// Raw units that should have come.
        expected: Amount,
        /// Raw units that came.
        received: Amount,
    },
    /// The collateral token says that it has other decimals than the parameters.
    #[codec(index = 7)]
    DecimalsMismatch {
        /// In the parameters.
        expected: u8,
        /// What the token says.
        actual: u8,
    },
    /// The contract would hold less of an asset than it owes; nothing may end like this.
    #[codec(index = 8)]
    NotCovered {
        /// The asset; zero for the native token.
        asset: Address,
        /// Raw units that are owed.
        owed: Amount,
        /// Raw units that are held.
        held: U256,
    },
    /// Nothing is owed to the caller.
    #[codec(index = 9)]
    NothingToClaim,
    /// Only the oracle may say this.
    #[codec(index = 10)]
    NotOracle {
        /// Who called.
        caller: Address,
    },
    /// A feed serves as many collateral types as it can.
    #[codec(index = 11)]
    TooManyTypesOfFeed {
        /// The most that it can serve.
        maximum: u8,
    },
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<MigrationError> for Error {
    fn from(error: MigrationError) -> Self {
        Self::Vault(error.into())
    }
}

impl From<RoleError> for Error {
    fn from(error: RoleError) -> Self {
        Self::Vault(error.into())
    }
}

impl From<MathError> for Error {
    fn from(error: MathError) -> Self {
        Self::Vault(error.into())
    }
}
