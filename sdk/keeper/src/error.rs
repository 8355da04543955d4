//! Why a keeper's round ended early.

use florin_bindings::{arbitration, escrow, governor, token, vaults, NoError};
use florin_client::{chain::Address, contract::CallError, error::ChainError, governance::GovernanceError};
use florin_stable::{oracle::OracleError, AuctionId, CollateralTypeId, PositionId, VaultError};
use florin_units::MathError;

/// A round that could not be finished. What it did before is on the chain. That a contract refuses an act is no error but part
/// of a report.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeeperError {
    /// The chain could not answer, execute or include something.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A question that cannot fail was not answered.
    #[error("the contract did not answer: {0}")]
    Question(#[from] CallError<NoError>),
    /// The vaults did not answer.
    #[error("the vaults: {0}")]
    Vaults(#[from] CallError<vaults::Error>),
    /// The oracle did not answer.
    #[error("the oracle: {0}")]
    Oracle(#[from] CallError<OracleError>),
    /// The coin did not answer.
    #[error("the coin: {0}")]
    Token(#[from] CallError<token::Error>),
    /// The governor did not answer.
    #[error("the governor: {0}")]
    Governor(#[from] CallError<governor::Error>),
    /// The escrow contract did not answer.
    #[error("the escrow contract: {0}")]
    Escrow(Box<CallError<escrow::Error>>),
    /// The arbitration contract did not answer.
    #[error("the arbitration contract: {0}")]
    Arbitration(#[from] CallError<arbitration::Error>),
    /// A proposal cannot be read.
    #[error(transparent)]
    Governance(#[from] GovernanceError),
    /// The vaults have no such collateral type.
    #[error("the vaults have no collateral type {id}")]
    UnknownCollateralType {
        /// The number.
        id: CollateralTypeId,
    },
    /// The oracle has no such feed.
    #[error("the oracle has no feed {feed}")]
    UnknownFeed {
        /// The number.
        feed: u32,
    },
    /// The records of a position could not be judged.
    #[error("position {position}: {error}")]
    Position {
        /// The position.
        position: PositionId,
        /// What the rules say.
        error: VaultError,
    },
    /// The records of an auction could not be judged.
    #[error("auction {auction}: {error}")]
    Auction {
        /// The auction.
        auction: AuctionId,
        /// What the rules say.
        error: VaultError,
    },
    /// A price or a cost is too large to reckon with.
    #[error("cannot reckon: {0}")]
    Math(#[from] MathError),
    /// An event of a contract has another shape than its bindings say.
    #[error("cannot read an event of {contract:?} ({cause}); these bindings belong to another version of it")]
    Event {
        /// The contract.
        contract: Address,
        /// Why it failed.
        cause: String,
    },
    /// A transaction succeeded and the event that tells its effect is missing.
    #[error("a transaction succeeded without the event {event} of {contract:?}")]
    NoEvent {
        /// The contract.
        contract: Address,
        /// The event.
        event: &'static str,
    },
}

// The largest error of a contract is kept apart: every result would be as large.
impl From<CallError<escrow::Error>> for KeeperError {
    fn from(error: CallError<escrow::Error>) -> Self {
        Self::Escrow(Box::new(error))
    }
}
