//! Networks by name, in one settings file. The development network needs no entry.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use florin_client::{chain::Hash, node::DEFAULT_URL};
use serde::{Deserialize, Serialize};

use crate::places;

/// The network that is there without being added: the development node on this machine.
pub(crate) const DEVELOPMENT: &str = "dev";
/// Who acts on the development network where nobody is named.
const DEVELOPMENT_ACCOUNT: &str = "dev:alice";
/// Symbol of the native token where the settings name none.
const DEFAULT_SYMBOL: &str = "UNIT";

/// What is known about a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Network {
    /// Where a node listens.
    pub(crate) url: String,
    /// Who acts where nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    /// Symbol of the native token.
    #[serde(default = "default_symbol")]
    pub(crate) symbol: String,
    /// Hash of the first block; a node with another is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) genesis_hash: Option<Hash>,
}

fn default_symbol() -> String {
    DEFAULT_SYMBOL.to_owned()
}

/// The settings file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Networks {
    /// The network that is used where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<String>,
    /// Networks by name.
    #[serde(default, rename = "network")]
    pub(crate) networks: BTreeMap<String, Network>,
}

/// Settings that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NetworkError {
    /// No network has this name.
    #[error("no network is called {name:?}; there are: {}", known.join(", "))]
    Unknown {
        /// The name.
        name: String,
        /// Names that there are.
        known: Vec<String>,
    },
    /// The name cannot be a file's name.
    #[error("{name:?} cannot be a network's name; use letters, digits, `-` and `_`")]
    Name {
        /// The name.
        name: String,
    },
    /// The name is taken.
    #[error("a network is called {name:?} already; give --replace to change it")]
    Exists {
        /// The name.
        name: String,
    },
    /// The address is none of a node.
    #[error("{url:?} is no node's address; write ws://HOST:PORT or wss://HOST")]
    Url {
        /// The text.
        url: String,
    },
    /// The file cannot be read or written.
    #[error("cannot read or write the settings {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The file is no settings file.
    #[error("the settings {} are damaged: {cause}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
}

impl Network {
    /// The development network, with its node at a place.
    pub(crate) fn development(url: Option<String>) -> Self {
        Self {
            url: url.unwrap_or_else(|| DEFAULT_URL.to_owned()),
            account: Some(DEVELOPMENT_ACCOUNT.to_owned()),
            symbol: default_symbol(),
            genesis_hash: None,
        }
    }
}

impl Networks {
    /// Where the settings are.
    ///
    /// # Errors
    /// No home folder.
    pub(crate) fn path() -> Result<PathBuf, places::NoHome> {
        Ok(places::config()?.join("networks.toml"))
    }

    /// Reads the settings; a file that is not there has none.
    ///
    /// # Errors
    /// [`NetworkError::File`], [`NetworkError::Corrupt`].
    pub(crate) fn load(path: &Path) -> Result<Self, NetworkError> {
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| NetworkError::Corrupt {
                path: path.to_owned(),
                cause: place_and_cause(&error, &text),
            }),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(NetworkError::File { path: path.to_owned(), cause: cause.to_string() }),
        }
    }

    /// Writes the settings: to another file first, which then takes the place of the old one.
    ///
    /// # Errors
    /// [`NetworkError::File`].
    pub(crate) fn save(&self, path: &Path) -> Result<(), NetworkError> {
        let failed = |cause: String| NetworkError::File { path: path.to_owned(), cause };
        let text = toml::to_string(self).map_err(|error| failed(error.to_string()))?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|cause| failed(cause.to_string()))?;
        }
        let draft = path.with_extension("toml.new");
        std::fs::write(&draft, text)
            .and_then(|()| std::fs::rename(&draft, path))
            .map_err(|cause| failed(cause.to_string()))
    }

    /// Name of the network to use: the one that is named, else the current one, else the development network.
    pub(crate) fn choose<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        named.or(self.current.as_deref()).unwrap_or(DEVELOPMENT)
    }

    /// A network by name. `local` is where the node that `florin node start` started listens.
    ///
    /// # Errors
    /// [`NetworkError::Unknown`].
    pub(crate) fn get(&self, name: &str, local: Option<String>) -> Result<Network, NetworkError> {
        match self.networks.get(name) {
            Some(network) => Ok(network.clone()),
            None if name == DEVELOPMENT => Ok(Network::development(local)),
            None => Err(NetworkError::Unknown { name: name.to_owned(), known: self.names() }),
        }
    }

    /// All names, the development network's among them.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.networks.keys().cloned().collect();
        if !self.networks.contains_key(DEVELOPMENT) {
            names.insert(0, DEVELOPMENT.to_owned());
        }
        names
    }
}

/// What is wrong with a file and in which line, as one line.
pub(crate) fn place_and_cause(error: &toml::de::Error, text: &str) -> String {
    let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_owned(),
    }
}

/// A name that can be part of a file's name.
///
/// # Errors
/// [`NetworkError::Name`].
pub(crate) fn check_name(name: &str) -> Result<(), NetworkError> {
    let fits = |found: char| found.is_ascii_alphanumeric() || found == '-' || found == '_';
    if !name.is_empty() && name.chars().all(fits) {
        Ok(())
    } else {
        Err(NetworkError::Name { name: name.to_owned() })
    }
}

/// The address of a WebSocket.
///
/// # Errors
/// [`NetworkError::Url`].
pub(crate) fn check_url(url: &str) -> Result<(), NetworkError> {
    let host = url.strip_prefix("ws://").or_else(|| url.strip_prefix("wss://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(char::is_whitespace) => Ok(()),
        _ => Err(NetworkError::Url { url: url.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_development_network_is_there_without_settings() {
        let networks = Networks::default();
        assert_eq!(networks.choose(None), DEVELOPMENT);
        assert_eq!(networks.get("dev", None).map(|network| network.url), Ok(DEFAULT_URL.to_owned()));
        let local = Some("ws://127.0.0.1:1".to_owned());
        assert_eq!(networks.get("dev", local).map(|network| network.url), Ok("ws://127.0.0.1:1".to_owned()));
        let unknown = networks.get("hub", None).expect_err("not there");
        assert_eq!(unknown, NetworkError::Unknown { name: "hub".into(), known: vec!["dev".into()] });
    }

    #[test]
    fn settings_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("florin/networks.toml");
        assert_eq!(Networks::load(&path), Ok(Networks::default()));
        let mut networks = Networks { current: Some("hub".into()), ..Networks::default() };
        let hub = Network {
            url: "wss://hub.example".into(),
            account: None,
            symbol: "DOT".into(),
            genesis_hash: Some(Hash::repeat_byte(1)),
        };
        networks.networks.insert("hub".into(), hub.clone());
        networks.save(&path).expect("saved");
        let again = Networks::load(&path).expect("read");
        assert_eq!(again, networks);
        assert_eq!(again.choose(None), "hub");
        assert_eq!(again.choose(Some("dev")), "dev");
        assert_eq!(again.get("hub", None), Ok(hub));
        assert_eq!(again.names(), ["dev", "hub"]);
        std::fs::write(&path, "current = 7").expect("written");
        assert!(matches!(Networks::load(&path), Err(NetworkError::Corrupt { .. })));
    }

    #[test]
    fn names_and_addresses_are_checked() {
        assert_eq!(check_name("paseo-hub_2"), Ok(()));
        for name in ["", "../x", "a b", "a/b"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert_eq!(check_url("ws://127.0.0.1:9944"), Ok(()));
        for url in ["", "http://x", "127.0.0.1:9944", "ws://", "ws://a b"] {
            assert!(check_url(url).is_err(), "{url}");
        }
    }
}
