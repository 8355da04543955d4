//! Why no bindings can be generated.

use std::path::PathBuf;

/// A contract whose bindings cannot be generated, or files that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindgenError {
    /// A contract has no metadata in the folder.
    #[error("no metadata of {contract} in {}; run scripts/build first", folder.display())]
    NoMetadata {
        /// The contract.
        contract: String,
        /// Where it should be.
        folder: PathBuf,
    },
    /// The system does not give or take a file.
    #[error("cannot use {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A file is no contract metadata.
    #[error("{} is no contract metadata: {cause}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// The metadata cannot be used.
    #[error(transparent)]
    Metadata(#[from] florin_metadata::MetadataError),
    /// A selector or a topic is no hexadecimal text of the right length.
    #[error("{contract}: {text:?} of {item} is not {bytes} bytes of hexadecimal text")]
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
    /// A type that cannot be written in Rust.
    #[error("{contract}: bindings cannot express the type {name}")]
    UnsupportedType {
        /// The contract.
        contract: String,
        /// The type.
        name: String,
    },
    /// A message or constructor does not return what every one of ink! 6 does.
    #[error("{contract}: {item} returns {name}, not a Result with ink!'s LangError")]
    ReturnType {
        /// The contract.
        contract: String,
        /// The message or constructor.
        item: String,
        /// What it returns.
        name: String,
    },
    /// A name that Rust cannot have.
    #[error("{contract}: {name:?} is no name in Rust")]
    Name {
        /// The contract.
        contract: String,
        /// The name.
        name: String,
    },
    /// Two things would have one name.
    #[error("{contract}: two different things would both be called {name}")]
    NameClash {
        /// The contract.
        contract: String,
        /// The name.
        name: String,
    },
    /// An event or message has more fields than the codec can handle in one tuple.
    #[error("{contract}: {item} has {count} fields, the codec can handle {maximum} at once")]
    TooManyFields {
        /// The contract.
        contract: String,
        /// The message, constructor or event.
        item: String,
        /// Its fields.
        count: usize,
        /// The most that it can have.
        maximum: usize,
    },
    /// The generated text is no Rust: an error of this program.
    #[error("{contract}: the generated code does not parse: {cause}")]
    Output {
        /// The contract.
        contract: String,
        /// What the parser said.
        cause: syn::Error,
    },
    /// `lib.rs` has no place for the module lines.
    #[error("{} has no lines {begin:?} and {end:?} to put the modules between", path.display())]
    NoMarkers {
        /// The file.
        path: PathBuf,
        /// The line before the modules.
        begin: &'static str,
        /// The line after them.
        end: &'static str,
    },
}
