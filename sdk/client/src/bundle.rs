//! Compiled contracts: the `.contract` bundles that `scripts/build` makes, each a blob with its metadata.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::{chain::Hash, contract::code_hash, metadata::ContractMetadata};

/// Names the folder of the bundles where it is not the usual one.
pub const FOLDER_VARIABLE: &str = "FLORIN_CONTRACTS";
/// The usual folder of the bundles, seen from the project's root.
pub const USUAL_FOLDER: &str = "target/contracts";

/// What every PolkaVM blob begins with.
const BLOB_MAGIC: &[u8] = b"PVM\0";

/// A compiled contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// Name of the contract's crate.
    pub name: String,
    /// Version of the contract's crate.
    pub version: String,
    /// The PolkaVM blob.
    pub code: Vec<u8>,
    /// Hash by which the chain knows the blob.
    pub code_hash: Hash,
    /// The bundle's JSON without the blob: constructors, messages, events, types.
    pub metadata: Value,
}

impl Bundle {
    /// Hash of the text that tells where the contract keeps what; none where the metadata does not tell.
    pub fn layout_hash(&self) -> Option<Hash> {
        let layout = ContractMetadata::from_json(&self.metadata).and_then(|metadata| metadata.layout()).ok()?;
        Some(code_hash(layout.as_bytes()))
    }
}

#[derive(Deserialize)]
struct Outline {
    source: Source,
    contract: Contract,
}

#[derive(Deserialize)]
struct Source {
    hash: String,
    #[serde(alias = "wasm")]
    contract_binary: Option<String>,
}

#[derive(Deserialize)]
struct Contract {
    name: String,
    version: String,
}

impl Bundle {
    /// Read a bundle.
    ///
    /// # Errors
    /// [`BundleError`] says what is wrong with the file.
    pub fn load(path: &Path) -> Result<Self, BundleError> {
        let text = std::fs::read(path).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => BundleError::Missing { path: path.to_owned() },
            _ => BundleError::Unreadable { path: path.to_owned(), cause: cause.to_string() },
        })?;
        Self::from_json(&text, path)
    }

    /// Read a bundle's JSON; `path` is only named in errors.
    ///
    /// # Errors
    /// Those of [`Bundle::load`].
    pub fn from_json(json: &[u8], path: &Path) -> Result<Self, BundleError> {
        let corrupt = |cause: String| BundleError::Corrupt { path: path.to_owned(), cause };
        let mut metadata: Value = serde_json::from_slice(json).map_err(|error| corrupt(error.to_string()))?;
        let outline = Outline::deserialize(&metadata).map_err(|error| corrupt(error.to_string()))?;
        let binary = outline
            .source
            .contract_binary
            .ok_or_else(|| corrupt("it has metadata and no code; give the .contract file, not the .json".into()))?;
        let code = from_hex(&binary).map_err(|error| corrupt(format!("the code is no hexadecimal text: {error}")))?;
        let stated = from_hex(&outline.source.hash)
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(Hash::from)
            .ok_or_else(|| corrupt("the code's hash is not 32 bytes of hexadecimal text".into()))?;
        let actual = code_hash(&code);
        if actual != stated {
            return Err(BundleError::HashMismatch { path: path.to_owned(), stated, actual });
        }
        if !code.starts_with(BLOB_MAGIC) {
            return Err(corrupt("the code is no PolkaVM blob".into()));
        }
        if let Some(source) = metadata.get_mut("source").and_then(Value::as_object_mut) {
            source.remove("contract_binary");
            source.remove("wasm");
        }
        Ok(Self { name: outline.contract.name, version: outline.contract.version, code, code_hash: actual, metadata })
    }
}

/// A folder of bundles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundles {
    folder: PathBuf,
}

impl Bundles {
    /// The bundles in a folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The bundles where `FLORIN_CONTRACTS` says, or else in `target/contracts` of the working directory or of the nearest
    /// folder above it that has one.
    pub fn find() -> Self {
        if let Some(folder) = std::env::var_os(FOLDER_VARIABLE) {
            return Self::at(folder);
        }
        let here = std::env::current_dir().unwrap_or_default();
        let found = here.ancestors().map(|folder| folder.join(USUAL_FOLDER)).find(|folder| folder.is_dir());
        Self::at(found.unwrap_or_else(|| PathBuf::from(USUAL_FOLDER)))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the bundle of a contract is: `name.contract`, or `florin_name.contract` for the suite's own.
    pub fn path(&self, name: &str) -> PathBuf {
        let exact = self.folder.join(format!("{name}.contract"));
        if exact.exists() || name.starts_with("florin_") {
            return exact;
        }
        self.folder.join(format!("florin_{name}.contract"))
    }

    /// Read the bundle of a contract.
    ///
    /// # Errors
    /// Those of [`Bundle::load`].
    pub fn load(&self, name: &str) -> Result<Bundle, BundleError> {
        Bundle::load(&self.path(name))
    }
}

/// A bundle that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// There is no such file.
    #[error("there is no contract bundle at {}; run scripts/build to make it", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The system does not give the file.
    #[error("cannot read the contract bundle {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The file is not what it should be.
    #[error("the contract bundle {} is damaged ({cause}); run scripts/build to make it again", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// The code is not the one that the file says it is.
    #[error(
        "the contract bundle {} says its code has hash {stated:?}, it has {actual:?}; run scripts/build to make it again",
        path.display()
    )]
    HashMismatch {
        /// The file.
        path: PathBuf,
        /// What the file says.
        stated: Hash,
        /// What the code gives.
        actual: Hash,
    },
}

fn from_hex(text: &str) -> Result<Vec<u8>, hex::FromHexError> {
    hex::decode(text.strip_prefix("0x").unwrap_or(text))
}
