//! Where the metadata of a contract is found.

use std::path::Path;

pub use florin_metadata::{CallSpec, ContractMetadata, EventSpec};

use crate::error::BindgenError;

/// The metadata of a contract, given without its crate's prefix, in a folder that is laid out as cargo-contract lays it out
/// (`florin_token/florin_token.json`) or flat (`florin_token.json`). A bundle (`.contract`) does as well.
///
/// # Errors
/// [`BindgenError::NoMetadata`], [`BindgenError::File`], [`BindgenError::Json`], [`BindgenError::Metadata`].
pub fn find(folder: &Path, contract: &str) -> Result<ContractMetadata, BindgenError> {
    let name = format!("florin_{contract}");
    let candidates = [folder.join(&name), folder.to_owned()]
        .into_iter()
        .flat_map(|folder| ["json", "contract"].map(|extension| folder.join(format!("{name}.{extension}"))));
    for path in candidates {
        if path.is_file() {
            return load(&path);
        }
    }
    Err(BindgenError::NoMetadata { contract: name, folder: folder.to_owned() })
}

/// Read a file of metadata.
///
/// # Errors
/// [`BindgenError::File`], [`BindgenError::Json`], [`BindgenError::Metadata`].
pub fn load(path: &Path) -> Result<ContractMetadata, BindgenError> {
    let text = std::fs::read(path).map_err(|cause| BindgenError::File { path: path.to_owned(), cause })?;
    let json = serde_json::from_slice(&text).map_err(|cause| BindgenError::Json { path: path.to_owned(), cause })?;
    Ok(ContractMetadata::from_json(&json)?)
}

/// The contract's crate as Rust paths name it.
pub fn crate_root(metadata: &ContractMetadata) -> String {
    metadata.contract.name.replace('-', "_")
}
