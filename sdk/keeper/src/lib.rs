//! Bots that keep the system healthy: they liquidate what is unsafe, buy at auctions, restart auctions that have run out,
//! report prices, net surplus against deficit, execute what holders have voted for, and settle escrows.
//!
//! Each does one bounded round in `step` and says in a report what it did; when to call `step` again is up to whoever runs it.
//! They know nothing but what the chain tells them and the market prices that they are given. Everything is decided on the
//! chain's own records by the chain's own rules, tried before it is sent, and left alone where it brings less than it costs.
//! Where somebody else was quicker, nothing is lost but a fee.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod auctions;
pub mod bid;
mod economics;
mod error;
pub mod escrow;
mod executor;
mod feeder;
mod healer;
mod liquidation;
mod suite;
mod take;

pub use auctions::AuctionBook;
pub use economics::Economics;
pub use error::KeeperError;
pub use escrow::{EscrowAct, EscrowConfig, EscrowDone, EscrowKeeper, EscrowReport, EscrowStuck, Supplied};
pub use executor::{ExecuteKeeper, ExecuteReport, Stuck};
pub use feeder::{FeederConfig, FeederReport, OracleFeeder};
pub use healer::{HealKeeper, HealReport};
pub use liquidation::{LiquidationConfig, LiquidationDone, LiquidationKeeper, LiquidationReport};
pub use suite::Suite;
pub use take::{Market, RedoDone, TakeConfig, TakeDone, TakeKeeper, TakeReport};
