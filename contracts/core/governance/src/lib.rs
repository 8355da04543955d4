//! Rules of governance, pure like those of the coin: no clock, no storage, no caller. Everything comes in as an argument.
//!
//! - [`roles`]: who may change what, in every contract of the suite;
//! - [`history`]: values of the past, by block;
//! - [`step`]: how far and how often a vote may move a value;
//! - [`migration`]: how a contract is replaced by its successor;
//! - [`power`]: what an account may vote with, at any block or moment of the past;
//! - [`proposal`]: the life of a proposal from its deposit to its execution, always computed and never stored;
//! - [`action`]: what a proposal does, known by one hash;
//! - [`signing`]: votes and delegations by signature;
//! - [`rules`]: the governor's own parameters with their bounds.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod action;
pub mod history;
pub mod migration;
pub mod power;
pub mod proposal;
pub mod roles;
pub mod rules;
pub mod signing;
pub mod step;

/// A 20-byte account or contract address.
pub type Address = [u8; 20];
/// A 32-byte hash.
pub type Hash = [u8; 32];
/// Number of a proposal.
pub type ProposalId = u32;
