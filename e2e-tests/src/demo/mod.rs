//! March 2020 of ether, hour by hour, on the real contracts: the native token stands for ether, feeders report the market's
//! price, borrowers do nothing, keepers of limited means liquidate, buy at the auctions and sell to an exchange what they
//! bought. Every coin in it is drawn from a vault or a keeper's reward.

pub mod governance;
pub mod picture;
pub mod population;
pub mod prices;
pub mod progress;
pub mod statistics;
pub mod summary;
pub mod trade;

mod people;
mod replay;

pub use people::KEEPERS;
pub use replay::{replay, Replay};

use florin_bindings::{token, vaults, NoError};
use florin_client::{contract::CallError, error::ChainError, signer::SignerError};
use florin_keeper::KeeperError;
use florin_stable::{oracle::OracleError, VaultError};
use florin_units::{MathError, Price, Rad, Timestamp, Wad};

use crate::harness::HarnessError;

/// Most borrowers; the mint gate lets so much coin through in one day.
pub const MAXIMUM_VAULTS: u32 = 1_000;

/// What to replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Borrowers, each with a vault.
    pub vaults: u32,
    /// The hours.
    pub hours: Vec<prices::Hour>,
    /// Name of the chain in the report.
    pub chain: String,
}

/// The replay came to no end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// A number of vaults that the demo cannot do.
    #[error("{given} vaults are not possible; choose 1 to {maximum}")]
    Vaults {
        /// What was asked for.
        given: u32,
        /// At most.
        maximum: u32,
    },
    /// No hours to replay.
    #[error("there is no hour to replay; the prices have {available} hours, numbered from 0")]
    Hours {
        /// Hours that there are.
        available: usize,
    },
    /// The oracle's price did not come near the market's within the hour.
    #[error("at {time} the oracle still says {oracle} dollars, the feeders see {market}")]
    PriceLags {
        /// Seconds since 1970.
        time: Timestamp,
        /// The oracle's price.
        oracle: Price,
        /// The market's.
        market: Price,
    },
    /// The sum over all positions is not the total that the books say.
    #[error("at {time} the debt of all positions is {counted}, the books say {total}")]
    Recount {
        /// Seconds since 1970.
        time: Timestamp,
        /// Sum over the positions.
        counted: Rad,
        /// What the books say.
        total: Rad,
    },
    /// Coin was lost, or made out of nothing.
    #[error("{supply} coin exist, the books say {issued}, all accounts together hold {held}")]
    Coin {
        /// What the coin says.
        supply: Wad,
        /// Coin minted and not burned, as the vaults' books have it.
        issued: Wad,
        /// Sum over the accounts.
        held: Wad,
    },
    /// A contract does not know what it was told.
    #[error("the {what} is missing")]
    Missing {
        /// What was asked for.
        what: &'static str,
    },
    /// The chain did not do it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The coin refused.
    #[error(transparent)]
    Token(#[from] CallError<token::CoinError>),
    /// The vaults refused.
    #[error(transparent)]
    Vault(#[from] CallError<vaults::Error>),
    /// The oracle refused.
    #[error(transparent)]
    Oracle(#[from] CallError<OracleError>),
    /// A question that cannot be refused was not answered.
    #[error(transparent)]
    Question(#[from] CallError<NoError>),
    /// The suite was not set up.
    #[error(transparent)]
    Harness(Box<HarnessError>),
    /// A bot failed.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// An account's key could not be made.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// A sum does not fit.
    #[error("cannot reckon: {0}")]
    Math(#[from] MathError),
    /// A record could not be judged.
    #[error("a record could not be judged: {0}")]
    Record(#[from] VaultError),
}

impl From<HarnessError> for DemoError {
    fn from(error: HarnessError) -> Self {
        Self::Harness(Box::new(error))
    }
}
