//! Why the escrow contract refuses: the core's reasons, and what only a shell can see.

use florin_governance::roles::RoleError;
use florin_governance::signing::SignatureError;
use florin_trade::right::RightError;
use florin_trade::swap::SwapError;
use florin_trade::{EscrowError, Hash};
use florin_units::{Amount, MathError};
use ink::Address;

/// Why a call was refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// A rule of escrows, of money or of settings.
    #[codec(index = 0)]
    Escrow(EscrowError),
    /// A rule of quotes, orders and legs.
    #[codec(index = 1)]
    Swap(SwapError),
    /// The caller does not hold the role.
    #[codec(index = 2)]
    Role(RoleError),
    /// A signature does not count.
    #[codec(index = 3)]
    Signature(SignatureError),
    /// There is no such escrow.
    #[codec(index = 4)]
    UnknownEscrow {
        /// The number.
        escrow: u64,
    },
    /// The asset was not admitted; anybody may admit it.
    #[codec(index = 5)]
    UnknownAsset {
        /// Its contract.
        asset: Address,
    },
    /// The asset was admitted.
    #[codec(index = 6)]
    AssetExists {
        /// Its contract.
        asset: Address,
    },
    /// The asset's contract does not pay in: too little is there, or too little was allowed.
    #[codec(index = 7)]
    TransferRefused {
        /// Its contract.
        asset: Address,
        /// Who would have paid.
        from: Address,
        /// How much, in raw units.
        amount: Amount,
    },
    /// The asset's contract does not pay out; the claim stays what it was.
    #[codec(index = 8)]
    PayoutRefused {
        /// Its contract.
        asset: Address,
        /// Who would have been paid.
        to: Address,
        /// How much, in raw units.
        amount: Amount,
    },
    /// A contract did not answer as it should.
    #[codec(index = 9)]
    NoAnswer {
        /// The contract.
        contract: Address,
    },
    /// The registry does not give the title into custody.
    #[codec(index = 10)]
    TitleRefused {
        /// The registry.
        registry: Address,
        /// Hash of the document.
        document: Hash,
        /// Why, where it can be told.
        reason: Option<RightError>,
    },
    /// No title of this document waits to be delivered.
    #[codec(index = 11)]
    NothingToDeliver {
        /// The escrow.
        escrow: u64,
        /// Hash of the document.
        document: Hash,
    },
    /// There is no such quote.
    #[codec(index = 12)]
    UnknownQuote {
        /// The number.
        quote: u64,
    },
    /// There is no such leg.
    #[codec(index = 13)]
    UnknownLeg {
        /// The number.
        leg: u64,
    },
    /// More was brought at once than counts.
    #[codec(index = 14)]
    TooMany {
        /// Given.
        given: u32,
        /// At most.
        maximum: u32,
    },
    /// Only whoever has a part of the proceeds may do this.
    #[codec(index = 15)]
    NotPayee {
        /// Who called.
        caller: Address,
    },
    /// No fee of this escrow is owed to the caller.
    #[codec(index = 16)]
    NoFee {
        /// The escrow.
        escrow: u64,
        /// Who called.
        caller: Address,
    },
    /// The pool that the terms name has too few members for an appeal panel of which nobody is barred, or its contract
    /// does not say.
    #[codec(index = 17)]
    PoolTooSmall {
        /// The pool.
        pool: u32,
        /// Members that it has.
        members: u32,
        /// Members that it must have.
        required: u32,
    },
}

impl From<EscrowError> for Error {
    fn from(error: EscrowError) -> Self {
        Self::Escrow(error)
    }
}

impl From<RightError> for Error {
    fn from(error: RightError) -> Self {
        Self::Escrow(error.into())
    }
}

impl From<MathError> for Error {
    fn from(error: MathError) -> Self {
        Self::Escrow(error.into())
    }
}

impl From<SwapError> for Error {
    fn from(error: SwapError) -> Self {
        Self::Swap(error)
    }
}

impl From<RoleError> for Error {
    fn from(error: RoleError) -> Self {
        Self::Role(error)
    }
}

impl From<SignatureError> for Error {
    fn from(error: SignatureError) -> Self {
        Self::Signature(error)
    }
}
