//! Rules of the coin, pure: no clock, no storage, no caller, no randomness. Everything comes in as an argument and every
//! transfer goes out as a value.
//!
//! - [`collateral`], [`position`], [`ledger`], [`auction`]: the records, each one storage cell of at most 416 bytes;
//! - [`vault`] and [`liquidation`]: the decisions, `fn decide(view, command, context) -> Result<Outcome, VaultError>`;
//! - [`mint_gate`]: who may create how much coin how fast;
//! - [`oracle`]: from reports to a price; [`shadow`]: how a feed gets another source;
//! - [`roles`], [`pause`], [`parameter`]: who may change what, what stands still, and what may be tightened at once;
//! - [`quote`]: previews, which are the same decisions on copies of the records.
//!
//! Rounding is always in the protocol's favour and never more than one unit an operation. A record is changed only by
//! writing what an outcome carries; a decision that fails has changed nothing.
#![cfg_attr(not(feature = "std"), no_std)]

pub mod auction;
pub mod collateral;
pub mod error;
pub mod ledger;
pub mod liquidation;
pub mod mint_gate;
pub mod oracle;
pub mod parameter;
pub mod pause;
pub mod position;
pub mod quote;
pub mod shadow;
pub mod vault;

pub use error::VaultError;
pub use florin_governance::{roles, Address};

/// Number of a collateral type.
pub type CollateralTypeId = u32;
/// Number of a position.
pub type PositionId = u64;
/// Number of an auction.
pub type AuctionId = u64;
/// The most bytes that one storage value may have on the chain.
pub const MAXIMUM_CELL: usize = 416;
