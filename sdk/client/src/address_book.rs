//! Where the contracts of a network are: one file a network, written after each step of a deployment.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::chain::{Address, ChainInfo, Hash};

/// A contract that stands on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployed {
    /// Name of its bundle.
    pub bundle: String,
    /// Its address.
    pub address: Address,
    /// Hash of its code.
    pub code_hash: Hash,
    /// Height of the block that created it.
    pub block: u64,
    /// Hash of the text that tells where the code keeps what, see [`crate::bundle::Bundle::layout_hash`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Hash>,
}

/// The contracts of one network, and how far their deployment has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressBook {
    /// Name that the chain gives itself.
    pub network: String,
    /// Hash of the chain's first block.
    pub genesis_hash: Hash,
    /// Contracts by the name that the deployment gives them.
    pub contracts: BTreeMap<String, Deployed>,
    /// Steps of the deployment that are done.
    #[serde(default)]
    pub steps: Vec<String>,
    /// The step that was about to be sent. Where a deployment was interrupted, nobody knows whether it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
    #[serde(skip)]
    path: Option<PathBuf>,
}

impl AddressBook {
    /// An empty book that is kept in memory only.
    pub fn in_memory(chain: &ChainInfo) -> Self {
        Self {
            network: chain.name.clone(),
            genesis_hash: chain.genesis_hash,
            contracts: BTreeMap::new(),
            steps: Vec::new(),
            pending: None,
            path: None,
        }
    }

    /// The book in a file, or an empty one where there is no such file yet.
    ///
    /// # Errors
    /// [`AddressBookError::WrongNetwork`] where the file belongs to another chain; errors of the file.
    pub fn open(path: &Path, chain: &ChainInfo) -> Result<Self, AddressBookError> {
        let mut book = match Self::load(path) {
            Ok(book) => book,
            Err(AddressBookError::Missing { .. }) => Self::in_memory(chain),
            Err(error) => return Err(error),
        };
        book.path = Some(path.to_owned());
        book.check(chain)?;
        Ok(book)
    }

    /// Read the book in a file.
    ///
    /// # Errors
    /// [`AddressBookError::Missing`] where there is none, [`AddressBookError::Corrupt`] where it is damaged.
    pub fn load(path: &Path) -> Result<Self, AddressBookError> {
        let text = std::fs::read(path).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => AddressBookError::Missing { path: path.to_owned() },
            _ => AddressBookError::File { path: path.to_owned(), cause: cause.to_string() },
        })?;
        let mut book: Self = serde_json::from_slice(&text)
            .map_err(|error| AddressBookError::Corrupt { path: path.to_owned(), cause: error.to_string() })?;
        book.path = Some(path.to_owned());
        Ok(book)
    }

    /// Refuse to use the book on another chain.
    ///
    /// # Errors
    /// [`AddressBookError::WrongNetwork`] with both hashes.
    pub fn check(&self, chain: &ChainInfo) -> Result<(), AddressBookError> {
        if self.genesis_hash == chain.genesis_hash {
            return Ok(());
        }
        Err(AddressBookError::WrongNetwork {
            path: self.path.clone(),
            expected: self.genesis_hash,
            actual: chain.genesis_hash,
        })
    }

    /// Address of a contract.
    ///
    /// # Errors
    /// [`AddressBookError::UnknownContract`] with the names that the book has.
    pub fn address(&self, name: &str) -> Result<Address, AddressBookError> {
        self.contracts.get(name).map(|contract| contract.address).ok_or_else(|| AddressBookError::UnknownContract {
            name: name.to_owned(),
            known: self.contracts.keys().cloned().collect(),
        })
    }

    /// Whether a step of the deployment is done.
    pub fn is_done(&self, step: &str) -> bool {
        self.steps.iter().any(|done| done == step)
    }

    /// Write the book to its file, if it has one: to another file first, which then takes its place, so that a crash leaves the
    /// old book or the new one.
    ///
    /// # Errors
    /// [`AddressBookError::File`].
    pub fn save(&self) -> Result<(), AddressBookError> {
        let Some(path) = &self.path else { return Ok(()) };
        let failed = |cause: String| AddressBookError::File { path: path.clone(), cause };
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.to_string()))?;
        text.push(b'\n');
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|cause| failed(cause.to_string()))?;
        }
        let mut draft = path.clone().into_os_string();
        draft.push(".new");
        std::fs::write(&draft, text)
            .and_then(|()| std::fs::rename(&draft, path))
            .map_err(|cause| failed(cause.to_string()))
    }
}

/// An address book that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressBookError {
    /// There is no such file.
    #[error("there is no address book at {}; deploy first with `florin deploy`", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The system does not give or take the file.
    #[error("cannot read or write the address book {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The file is no address book.
    #[error("the address book {} is damaged: {cause}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// The book belongs to another chain.
    #[error(
        "the address book{} belongs to the chain with genesis {expected:?}, this chain has {actual:?}; choose the network \
         with --network, or remove the book of a development chain that is gone",
        path.as_ref().map(|path| format!(" {}", path.display())).unwrap_or_default()
    )]
    WrongNetwork {
        /// The file, if there is one.
        path: Option<PathBuf>,
        /// Genesis hash in the book.
        expected: Hash,
        /// Genesis hash of the chain.
        actual: Hash,
    },
    /// The book has no such contract.
    #[error("the address book has no contract called {name:?}; it has: {}", known.join(", "))]
    UnknownContract {
        /// The name that was asked for.
        name: String,
        /// Names that the book has.
        known: Vec<String>,
    },
}
