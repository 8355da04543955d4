//! Rules of panels of arbitrators, pure: no clock, no storage, no caller, no randomness. Everything comes in as an
//! argument, and what is owed goes out as a value.
//!
//! A court is a contract in which there is a dispute. It is asked for a [`hearing`], a panel is drawn from a pool by
//! the hash of a block that nobody knew when the panel was called, its members commit to awards and then reveal them,
//! and the court is told. Nobody chooses who sits, and nobody sees what another member awards before its own word is
//! given.
//!
//! - [`award`]: the members of a panel and the median of what they award;
//! - [`hearing`]: what a court answers when it is asked;
//! - [`pool`]: lists that parties name, and the one that anybody who was admitted joins with a stake;
//! - [`draw`]: from a hash to members;
//! - [`case`]: the life of a case and what is committed;
//! - [`settlement`]: what silence costs, and how fees are divided;
//! - [`ledger`]: what is owed in an asset.
//!
//! # States
//!
//! What is stored is the last act ([`case::Stage`]). The status follows from that, the time and the block, so silence
//! needs no message to count.
//!
//! | status | what it means | it ends |
//! | --- | --- | --- |
//! | Called | the block whose hash decides is to come | with that block |
//! | Drawable | the panel can be drawn | by a draw, or after [`case::DRAW_BLOCKS`] |
//! | Lapsed | nobody has drawn; the panel can be called again | by a call |
//! | Committing | members commit | when all have, or at half of the time |
//! | Revealing | members reveal | when all have, or at nine tenths of the time |
//! | Reportable | anybody tells the court | by a report |
//! | Overdue | the court's window is over, and it was told nothing | anybody closes |
//! | Reported | the court has taken the awards | by a call, where the court hears another dispute under the number |
//! | Closed | the court has not | by a call, where the court has another hearing |
//!
//! Which message is legal (`x`) in which status; every other pair is [`ArbitrationError::NotAllowed`]. A case that was
//! never called knows only `Call`. `Call` is legal in Reported too where the court has another hearing and the fee of
//! the former one was collected. For one hearing a panel is called [`case::MAXIMUM_CALLS`] times at most.
//!
//! ```text
//! 1 Called      2 Drawable    3 Lapsed      4 Committing  5 Revealing
//! 6 Reportable  7 Overdue     8 Reported    9 Closed
//!
//!            1   2   3   4   5   6   7   8   9
//! Call       .   .   x   .   .   .   .   .   x
//! Draw       .   x   .   .   .   .   .   .   .
//! Commit     .   .   .   x   .   .   .   .   .
//! Reveal     .   .   .   .   x   .   .   .   .
//! Report     .   .   .   .   .   x   .   .   .
//! Close      .   .   .   .   .   .   x   .   .
//! Collect    .   .   .   .   .   .   .   x   x
//! ```
//!
//! # What a court must do
//!
//! It answers the same hearing until it has ruled or the window is over, and leaves out of the panel whom it names.
//! Where it hears another dispute under the same number, it pays the fee of the former one first. A court that does
//! otherwise harms its own cases only: no case reaches the money of another, except through the stakes of members who
//! sit in several. The staked pool therefore sits only for courts that the governor has admitted.
//!
//! # Randomness
//!
//! Whoever makes the block whose hash decides can drop it and so draw once more, at the price of the block. From the
//! call until the panel can no longer be drawn the list of the staked pool stands still
//! ([`pool::Pool::settling_until`]), so nobody who knows the hash can move others by coming or leaving. Where two
//! panels can be drawn at the same time, whoever draws first decides which of them finds a member who has stake for one
//! more seat only.
#![cfg_attr(not(feature = "std"), no_std)]

pub mod award;
pub mod case;
pub mod draw;
pub mod error;
pub mod hearing;
pub mod ledger;
pub mod pool;
pub mod settlement;
mod word;

pub use error::{ArbitrationError, PanelError};
pub use florin_governance::power::Moment;
pub use florin_governance::{Address, Hash};

/// The most bytes that one storage value may have on the chain.
pub const MAXIMUM_CELL: usize = 416;
