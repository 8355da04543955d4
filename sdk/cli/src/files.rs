//! Small files that go from hand to hand, and files with secrets, which are their owner's alone.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};

use serde::{de::DeserializeOwned, Serialize};

use crate::error::CliError;

fn unusable(path: &Path, cause: impl ToString) -> CliError {
    CliError::File { path: path.to_owned(), cause: cause.to_string() }
}

/// Reads a text.
///
/// # Errors
/// [`CliError::File`].
pub(crate) fn read(path: &Path) -> Result<String, CliError> {
    fs::read_to_string(path).map_err(|cause| unusable(path, cause))
}

/// Reads a text that only its owner may read.
///
/// # Errors
/// [`CliError::File`], [`CliError::SharedFile`].
pub(crate) fn read_private(path: &Path) -> Result<String, CliError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(|cause| unusable(path, cause))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(CliError::SharedFile { path: path.to_owned(), mode: mode & 0o777 });
        }
    }
    read(path)
}

/// Checks that nothing would be written over.
///
/// # Errors
/// [`CliError::FileExists`].
pub(crate) fn check_new(path: &Path) -> Result<(), CliError> {
    if path.exists() {
        return Err(CliError::FileExists { path: path.to_owned() });
    }
    Ok(())
}

/// Writes a text into a new file.
///
/// # Errors
/// [`CliError::FileExists`], [`CliError::File`].
pub(crate) fn create(path: &Path, text: &str) -> Result<(), CliError> {
    create_with(path, text, OpenOptions::new().write(true).create_new(true))
}

/// Writes a text into a new file that only its owner may read, from its first byte on.
///
/// # Errors
/// Those of [`create`].
pub(crate) fn create_private(path: &Path, text: &str) -> Result<(), CliError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    create_with(path, text, &options)
}

fn create_with(path: &Path, text: &str, options: &OpenOptions) -> Result<(), CliError> {
    let opened = options.open(path).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AlreadyExists => CliError::FileExists { path: path.to_owned() },
        _ => unusable(path, cause),
    });
    let mut file = opened?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|cause| unusable(path, cause))
}

/// A record as a file has it.
///
/// # Errors
/// None that can happen: the records of this program have keys that are texts.
pub(crate) fn json<T: Serialize>(record: &T) -> Result<String, CliError> {
    let text = serde_json::to_string_pretty(record);
    let text = text.map_err(|error| CliError::System { act: "write a file".to_owned(), cause: error.to_string() })?;
    Ok(text + "\n")
}

/// Reads a record. What the reader says of a mistake may repeat a line that nobody should see, so only its number is
/// told.
///
/// # Errors
/// [`CliError::File`].
pub(crate) fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, CliError> {
    serde_json::from_str(text).map_err(|error| {
        let cause = format!("line {} is not as this program writes it; is it the right file?", error.line());
        unusable(path, cause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("signed.json");
        check_new(&path).expect("nothing is there");
        create(&path, "one").expect("written");
        assert!(matches!(create(&path, "two"), Err(CliError::FileExists { .. })));
        assert!(matches!(check_new(&path), Err(CliError::FileExists { .. })));
        assert_eq!(read(&path).expect("read"), "one");
        assert!(matches!(read(&folder.path().join("none")), Err(CliError::File { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn secrets_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("award.json");
        create_private(&path, "4711").expect("written");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(read_private(&path).expect("read"), "4711");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        let error = read_private(&path).expect_err("others may read it");
        assert!(error.to_string().contains("chmod 600") && !error.to_string().contains("4711"), "{error}");
    }

    #[test]
    fn what_cannot_be_read_repeats_nothing() {
        let error = parse::<Vec<u8>>(Path::new("award.json"), "[\"a secret\"]").expect_err("no numbers");
        assert!(error.to_string().contains("line 1") && !error.to_string().contains("secret"), "{error}");
    }
}
