//! Typed messages, events and errors of the contracts, generated from their metadata by `florin-bindgen` and checked in.
//! CI generates them again and compares.

mod message;

pub use message::{Constructor, ContractEvent, LangError, Message, NoError};

// Modules of florin-bindgen, from here
#[rustfmt::skip]
pub mod arbitration;
#[rustfmt::skip]
pub mod escrow;
#[rustfmt::skip]
pub mod governor;
#[rustfmt::skip]
pub mod oracle;
#[rustfmt::skip]
pub mod shared;
#[rustfmt::skip]
pub mod title;
#[rustfmt::skip]
pub mod token;
#[rustfmt::skip]
pub mod vaults;
#[rustfmt::skip]
pub mod vaults_importer;
#[rustfmt::skip]
pub mod votes;
// to here.
