//! Contract metadata as cargo-contract writes it: the parts that bindings need.

use std::path::{Path, PathBuf};

use scale_info::{form::PortableForm, PortableRegistry, Type};
use serde::Deserialize;

use crate::error::BindgenError;

/// The metadata format of ink! 6.
pub const KNOWN_VERSION: u64 = 6;

/// The metadata of one contract.
#[derive(Debug, Deserialize)]
pub struct ContractMetadata {
    /// Format of the metadata.
    pub version: u64,
    /// The contract's crate.
    pub contract: ContractInfo,
    /// What the contract offers.
    pub spec: ContractSpec,
    /// The types that the rest refers to.
    #[serde(flatten)]
    pub registry: PortableRegistry,
}

/// The crate of a contract.
#[derive(Debug, Deserialize)]
pub struct ContractInfo {
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub description: Option<String>,
}

/// What a contract offers.
#[derive(Debug, Deserialize)]
pub struct ContractSpec {
    /// How it is created.
    pub constructors: Vec<CallSpec>,
    /// What it can be told and asked.
    pub messages: Vec<CallSpec>,
    /// What it tells.
    pub events: Vec<EventSpec>,
}

/// A constructor or a message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallSpec {
    /// Its name.
    pub label: String,
    /// Four bytes that choose it, as hexadecimal text.
    pub selector: String,
    /// Whether it changes state; constructors do not say.
    #[serde(default)]
    pub mutates: bool,
    /// Whether it takes native tokens.
    pub payable: bool,
    /// Its arguments, in order.
    pub args: Vec<ArgumentSpec>,
    /// What it returns.
    pub return_type: TypeSpec,
    /// Its documentation, by line.
    pub docs: Vec<String>,
}

/// An argument.
#[derive(Debug, Deserialize)]
pub struct ArgumentSpec {
    /// Its name.
    pub label: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeSpec,
}

/// An event.
#[derive(Debug, Deserialize)]
pub struct EventSpec {
    /// Its name.
    pub label: String,
    /// Its first topic as hexadecimal text; none for an anonymous event.
    pub signature_topic: Option<String>,
    /// Its fields, in order.
    pub args: Vec<FieldSpec>,
    /// Its documentation, by line.
    pub docs: Vec<String>,
}

/// A field of an event.
#[derive(Debug, Deserialize)]
pub struct FieldSpec {
    /// Its name.
    pub label: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeSpec,
    /// Its documentation, by line.
    pub docs: Vec<String>,
}

/// A reference to a type.
#[derive(Debug, Deserialize)]
pub struct TypeSpec {
    /// Number of the type.
    #[serde(rename = "type")]
    pub id: u32,
}

impl ContractMetadata {
    /// Read the metadata of a contract, given without its crate's prefix, from a folder that is laid out as cargo-contract
    /// lays it out (`florin_token/florin_token.json`) or flat (`florin_token.json`). A bundle (`.contract`) does as well.
    ///
    /// # Errors
    /// [`BindgenError::NoMetadata`], [`BindgenError::File`], [`BindgenError::Json`], [`BindgenError::Version`].
    pub fn find(folder: &Path, contract: &str) -> Result<Self, BindgenError> {
        let name = format!("florin_{contract}");
        let candidates = [folder.join(&name), folder.to_owned()]
            .into_iter()
            .flat_map(|folder| ["json", "contract"].map(|extension| folder.join(format!("{name}.{extension}"))));
        for path in candidates {
            if path.is_file() {
                return Self::load(&path);
            }
        }
        Err(BindgenError::NoMetadata { contract: name, folder: folder.to_owned() })
    }

    /// Read a file of metadata.
    ///
    /// # Errors
    /// [`BindgenError::File`], [`BindgenError::Json`], [`BindgenError::Version`].
    pub fn load(path: &Path) -> Result<Self, BindgenError> {
        let text = std::fs::read(path).map_err(|cause| BindgenError::File { path: path.to_owned(), cause })?;
        Self::from_json(&text, path)
    }

    /// Read metadata; `path` is only named in errors.
    ///
    /// # Errors
    /// [`BindgenError::Json`], [`BindgenError::Version`].
    pub fn from_json(json: &[u8], path: &Path) -> Result<Self, BindgenError> {
        let metadata: Self =
            serde_json::from_slice(json).map_err(|cause| BindgenError::Json { path: PathBuf::from(path), cause })?;
        if metadata.version != KNOWN_VERSION {
            return Err(BindgenError::Version {
                contract: metadata.contract.name,
                found: metadata.version,
                known: KNOWN_VERSION,
            });
        }
        Ok(metadata)
    }

    /// The contract's crate as Rust paths name it.
    pub fn crate_root(&self) -> String {
        self.contract.name.replace('-', "_")
    }

    /// A type by its number.
    ///
    /// # Errors
    /// [`BindgenError::UnknownType`].
    pub fn type_of(&self, id: u32) -> Result<&Type<PortableForm>, BindgenError> {
        self.registry.resolve(id).ok_or_else(|| BindgenError::UnknownType { contract: self.contract.name.clone(), id })
    }
}
