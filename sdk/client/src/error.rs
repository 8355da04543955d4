//! What can go wrong between the SDK and a chain. Each error says what to do next.

use crate::chain::{Hash, Weight};

/// A chain could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// The node cannot be reached.
    #[error("cannot reach the node at {url}: {cause}; is it running? start one with `florin node start`")]
    Unreachable {
        /// Where it should be.
        url: String,
        /// What the connection said.
        cause: String,
    },
    /// The node serves another chain than expected.
    #[error("this is another chain: expected genesis {expected:?}, the node has {actual:?}; choose the network with --network")]
    WrongNetwork {
        /// Genesis hash that the address book or the caller names.
        expected: Hash,
        /// Genesis hash of the node.
        actual: Hash,
    },
    /// The chain lacks something the SDK needs.
    #[error(
        "the chain at spec version {spec_version} does not offer {missing}, which Florin needs; choose another chain"
    )]
    Incompatible {
        /// Version of the runtime.
        spec_version: u32,
        /// Pallet, call or runtime interface that is missing.
        missing: String,
    },
    /// The transaction or the dry run failed on the chain.
    #[error(
        "the chain refused: {pallet}.{name}{}; check the arguments and what the account holds",
        detail.as_ref().map(|d| format!(" ({d})")).unwrap_or_default()
    )]
    Dispatch {
        /// Pallet (or `System`) that refused.
        pallet: String,
        /// Name of its error.
        name: String,
        /// More, where known.
        detail: Option<String>,
    },
    /// The transaction was refused before it reached a block (bad nonce, no funds for the fee, ...).
    #[error("the transaction is not valid: {reason}; it had no effect, put that right and send it again")]
    Invalid {
        /// What the pool said.
        reason: String,
    },
    /// The pool dropped the transaction; it has had no effect and can be sent again.
    #[error("the transaction {transaction:?} was dropped from the pool; it had no effect, send it again")]
    Dropped {
        /// Its hash.
        transaction: Hash,
    },
    /// The transaction's life time ended before it was included; it can be sent again.
    #[error("the transaction {transaction:?} expired before it was included; it had no effect, send it again")]
    Expired {
        /// Its hash.
        transaction: Hash,
    },
    /// The connection broke before the outcome was seen.
    #[error(
        "the outcome of transaction {transaction:?} is not known: {cause}; look for its hash before sending it again"
    )]
    Unknown {
        /// Its hash.
        transaction: Hash,
        /// What broke.
        cause: String,
    },
    /// The node answered a request with an error of its own.
    #[error("the node could not answer {request}: {reason}; try again, or choose another node")]
    Node {
        /// The request.
        request: String,
        /// What the node said.
        reason: String,
    },
    /// More weight is needed than one transaction may have.
    #[error(
        "the call needs weight {required:?}, one transaction may use {available:?}; split the work into smaller calls"
    )]
    TooHeavy {
        /// What the dry run asked for.
        required: Weight,
        /// What a transaction may use.
        available: Weight,
    },
    /// Bytes from the chain could not be read as what they should be.
    #[error("cannot decode {what}: {cause}; chain and program are of different versions, update the older one")]
    Decode {
        /// What was to be read.
        what: String,
        /// Why it failed.
        cause: String,
    },
}
