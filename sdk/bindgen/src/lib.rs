//! Generates `sdk/bindings` from the metadata of the contracts, so that the SDK knows them without depending on them.
//!
//! - [`metadata`] reads what cargo-contract writes;
//! - [`types`] turns its types into Rust types: those of the core crates into the core's own, all others are generated;
//! - [`render`] writes one module for each contract, and one for the types that several contracts have from a third crate;
//! - [`files`] compares the modules with the checked-in ones, or writes them.
//!
//! The output depends on the metadata alone, so CI can generate it again and compare.

pub mod error;
pub mod files;
pub mod metadata;
mod names;
pub mod render;
pub mod types;
