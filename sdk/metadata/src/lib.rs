//! Contract metadata as cargo-contract writes it: what a contract understands, and calls, answers and events of any contract
//! encoded and decoded by it, without bindings.

mod answer;
mod argument;
mod format;
mod layout;

pub use answer::{Answer, Datum};
pub use format::{
    snake_case, ArgumentSpec, CallSpec, ContractInfo, ContractMetadata, ContractSpec, EventSpec, FieldSpec, TypeSpec,
};

/// The metadata format of ink! 6.
pub const KNOWN_VERSION: u64 = 6;

/// Metadata that cannot be used, or that does not fit what was asked of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// The text is no contract metadata.
    #[error("this is no contract metadata: {cause}")]
    Json {
        /// What is wrong with it.
        cause: String,
    },
    /// The metadata has another format.
    #[error("the metadata of {contract} has format {found}, this program knows {known}")]
    Version {
        /// The contract.
        contract: String,
        /// Format of the metadata.
        found: u64,
        /// The format that is known.
        known: u64,
    },
    /// The metadata refers to a type that it does not hold.
    #[error("the metadata of {contract} is damaged: there is no type {id}")]
    UnknownType {
        /// The contract.
        contract: String,
        /// The type's number.
        id: u32,
    },
    /// A selector or a topic is no hexadecimal text of the right length.
    #[error("the metadata of {contract} is damaged: {text:?} of {item} is not {bytes} bytes of hexadecimal text")]
    Hex {
        /// The contract.
        contract: String,
        /// What it belongs to.
        item: String,
        /// The text.
        text: String,
        /// How many bytes it should have.
        bytes: usize,
    },
    /// The contract has no such message or constructor.
    #[error("{contract} does not understand {label:?}; it understands: {}", known.join(", "))]
    UnknownMessage {
        /// The contract.
        contract: String,
        /// What was asked for.
        label: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Too few or too many arguments.
    #[error("{signature} takes {expected} arguments, {given} were given")]
    ArgumentCount {
        /// The message with its arguments and their types.
        signature: String,
        /// How many it takes.
        expected: usize,
        /// How many there were.
        given: usize,
    },
    /// An argument is not of its type.
    #[error("{label}: {text:?} is not the {type_name} that {argument} should be: {cause}")]
    Argument {
        /// The message.
        label: String,
        /// Name of the argument.
        argument: String,
        /// Its type.
        type_name: String,
        /// What was given.
        text: String,
        /// What is wrong.
        cause: String,
    },
    /// What came back is not what the metadata says.
    #[error("cannot read the answer to {label} ({cause}); this metadata belongs to another version of the contract")]
    Output {
        /// The message or event.
        label: String,
        /// What is wrong.
        cause: String,
    },
}
