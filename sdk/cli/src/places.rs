//! Where the program keeps things.

use std::path::{Path, PathBuf};

/// Names the folder of state: a running node's number, its log and its database.
pub(crate) const STATE_VARIABLE: &str = "FLORIN_STATE_DIR";
/// Names the folder of settings: the networks.
pub(crate) const CONFIG_VARIABLE: &str = "FLORIN_CONFIG_DIR";
/// Folder of address books, one a network, in a project.
const BOOKS: &str = "addresses";

/// The environment has no home folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no home folder; set {variable} to a folder that florin may use")]
pub(crate) struct NoHome {
    /// What to set.
    pub(crate) variable: &'static str,
}

/// The folder of state: `FLORIN_STATE_DIR`, else `XDG_STATE_HOME/florin`, else `~/.local/state/florin`.
///
/// # Errors
/// [`NoHome`].
pub(crate) fn state() -> Result<PathBuf, NoHome> {
    folder(STATE_VARIABLE, "XDG_STATE_HOME", ".local/state")
}

/// The folder of settings: `FLORIN_CONFIG_DIR`, else `XDG_CONFIG_HOME/florin`, else `~/.config/florin`.
///
/// # Errors
/// [`NoHome`].
pub(crate) fn config() -> Result<PathBuf, NoHome> {
    folder(CONFIG_VARIABLE, "XDG_CONFIG_HOME", ".config")
}

fn folder(own: &'static str, shared: &str, in_home: &str) -> Result<PathBuf, NoHome> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable(own) {
        return Ok(folder);
    }
    let base = variable(shared).or_else(|| Some(variable("HOME")?.join(in_home)));
    base.map(|base| base.join("florin")).ok_or(NoHome { variable: own })
}

/// The address book of a network: in the nearest folder `addresses` from the working directory upwards, else in a new one in
/// the working directory.
pub(crate) fn book(network: &str) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    book_from(&here, network)
}

fn book_from(here: &Path, network: &str) -> PathBuf {
    let found = here.ancestors().map(|folder| folder.join(BOOKS)).find(|folder| folder.is_dir());
    found.unwrap_or_else(|| PathBuf::from(BOOKS)).join(format!("{network}.json"))
}

/// The deployment plan of a project: `deploy.toml` or `scripts/deploy.toml` in the nearest folder upwards that has one.
pub(crate) fn plan() -> Option<PathBuf> {
    let here = std::env::current_dir().unwrap_or_default();
    let found = here
        .ancestors()
        .flat_map(|folder| [folder.join("deploy.toml"), folder.join("scripts/deploy.toml")])
        .find(|path| path.is_file());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_folder_of_books_is_used() {
        let root = tempfile::tempdir().expect("a folder");
        let inner = root.path().join("a/b");
        std::fs::create_dir_all(&inner).expect("folders");
        std::fs::create_dir_all(root.path().join("addresses")).expect("a folder");
        assert_eq!(book_from(&inner, "dev"), root.path().join("addresses/dev.json"));
        std::fs::create_dir_all(root.path().join("a/addresses")).expect("a folder");
        assert_eq!(book_from(&inner, "dev"), root.path().join("a/addresses/dev.json"));
    }
}
