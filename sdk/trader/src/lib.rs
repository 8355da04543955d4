//! What traders need around a credit, and without a chain: nothing here asks a node, and nothing here signs.
//!
//! - [`terms_file`]: the terms as a file that people read, with the reasons why they are refused and the advice of
//!   somebody who has seen credits go wrong;
//! - [`document`]: a document with its fields, known to others by one hash, of which one field can be shown;
//! - [`paper`]: what the issuer of a document signs for one drawing;
//! - [`signatures`]: signatures of the parties, gathered in a file that anybody can carry;
//! - [`typed_data`]: what is signed, as a wallet elsewhere takes it;
//! - [`timeline`]: what happens when, who may do something about it, and what follows where everybody is silent.
//!
//! The words are those of documentary credits. Amounts, shares, spans and moments are read and written as people write
//! them ([`amount`], [`moment`]); who is meant by a name is the caller's to say ([`names`]).

pub mod amount;
pub mod document;
mod file;
pub mod hash;
pub mod moment;
pub mod names;
pub mod paper;
pub mod signatures;
pub mod signing;
pub mod terms_file;
mod text;
pub mod timeline;
pub mod typed_data;

pub use file::FileError;
pub use hash::keccak;
pub use names::Names;
