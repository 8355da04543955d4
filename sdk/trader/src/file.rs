//! Files: those with secrets are their owner's alone, and a crash leaves the old file or the new one.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read {}: {cause}; check the path, and that you may read it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// It cannot be written.
    #[error("cannot write {}: {cause}; check the folder, and that you may write there", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// Others than the owner have access to it, and it holds secrets.
    #[error("others have access to {} (mode {mode:o}), and it holds secrets; run chmod 600 on it", path.display())]
    Shared {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// There is one already, and what it holds cannot be made again.
    #[error("{} is there already and holds a secret that cannot be made again; choose another name", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
}

fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> FileError + '_ {
    |cause| FileError::Unreadable { path: path.to_owned(), cause: cause.to_string() }
}

fn unwritable(path: &Path) -> impl Fn(std::io::Error) -> FileError + '_ {
    |cause| FileError::Unwritable { path: path.to_owned(), cause: cause.to_string() }
}

/// Reads a text.
pub(crate) fn read(path: &Path) -> Result<String, FileError> {
    fs::read_to_string(path).map_err(unreadable(path))
}

/// Reads a text that only its owner may read.
pub(crate) fn read_private(path: &Path) -> Result<String, FileError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(unreadable(path))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(FileError::Shared { path: path.to_owned(), mode: mode & 0o777 });
        }
    }
    read(path)
}

/// Writes a text: to another file first, which then takes the place.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), FileError> {
    replace(path, text, &mut options())
}

/// Writes a text that only its owner may read, from its first byte on.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), FileError> {
    replace(path, text, private(&mut options()))
}

/// Writes a text that only its owner may read, where there is no such file yet.
pub(crate) fn create_private(path: &Path, text: &str) -> Result<(), FileError> {
    let opened = private(&mut options()).open(path);
    let mut file = opened.map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AlreadyExists => FileError::Exists { path: path.to_owned() },
        _ => unwritable(path)(cause),
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unwritable(path))
}

/// A record as a text of JSON. Records of this crate have keys that are texts, so this cannot fail.
pub(crate) fn json<T: serde::Serialize>(record: &T) -> String {
    let mut text = serde_json::to_string_pretty(record).unwrap_or_default();
    text.push('\n');
    text
}

/// A file that was not there before: one that somebody has laid there would keep that one's permissions.
fn options() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    options
}

fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

fn replace(path: &Path, text: &str, options: &mut fs::OpenOptions) -> Result<(), FileError> {
    let mut draft = path.to_owned().into_os_string();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    match fs::remove_file(&draft) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(unwritable(&draft)(cause)),
        _ => {}
    }
    let mut file = options.open(&draft).map_err(unwritable(&draft))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unwritable(&draft))?;
    fs::rename(&draft, path).map_err(unwritable(path))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").permissions().mode() & 0o777
    }

    #[test]
    fn private_files_are_their_owners_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sheet.json");
        write_private(&path, "one").expect("written");
        assert_eq!(mode(&path), 0o600);
        // Also where another file lies in the way, with other permissions.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("a file");
        fs::write(folder.path().join("sheet.json.new"), "left over").expect("a file");
        assert_eq!(read_private(&path), Err(FileError::Shared { path: path.clone(), mode: 0o644 }));
        write_private(&path, "two").expect("written");
        assert_eq!((mode(&path), read_private(&path)), (0o600, Ok("two".to_owned())));
        assert!(!folder.path().join("sheet.json.new").exists());
    }

    #[test]
    fn a_file_that_cannot_be_made_again_is_not_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("identity.txt");
        create_private(&path, "secret").expect("written");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(create_private(&path, "other"), Err(FileError::Exists { path: path.clone() }));
        assert_eq!(read_private(&path), Ok("secret".to_owned()));
    }

    #[test]
    fn files_of_no_folder_say_so() {
        let path = PathBuf::from("/nowhere/at/all");
        assert!(matches!(write(&path, ""), Err(FileError::Unwritable { .. })));
        assert!(matches!(read_private(&path), Err(FileError::Unreadable { .. })));
    }
}
