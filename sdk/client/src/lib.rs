//! The Florin SDK: one [`chain::Chain`] trait with a node ([`node::NodeChain`]) or the in-process sandbox behind it, accounts
//! and signers, typed contract calls, deployment and quotes.

pub mod account;
pub mod address_book;
pub mod bundle;
pub mod chain;
pub mod contract;
pub mod deploy;
pub mod error;
pub mod escrow;
pub mod governance;
pub mod node;
pub mod plan;
pub mod quote;
pub mod signer;
pub mod upgrade;

pub use florin_metadata as metadata;
