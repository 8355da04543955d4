//! The Florin SDK: one [`chain::Chain`] trait, accounts and signers, contracts, deployment and quotes.

pub mod account;
pub mod chain;
pub mod error;
pub mod signer;
