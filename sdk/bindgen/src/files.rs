//! The checked-in files: compared with what is generated, or written.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{error::BindgenError, metadata::ContractMetadata, render::Modules};

/// The line of `lib.rs` before the module lines.
pub const BEGIN: &str = "// Modules of florin-bindgen, from here";
/// The line of `lib.rs` after the module lines.
pub const END: &str = "// to here.";

/// A file that is not what would be generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The file does not exist.
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file has another text.
    Changed {
        /// The file.
        path: PathBuf,
        /// The first line that differs, counted from one.
        line: usize,
        /// That line in the file.
        found: String,
        /// That line as it would be generated.
        expected: String,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing { path } => write!(formatter, "{} is missing", path.display()),
            Self::Changed { path, line, found, expected } => {
                write!(formatter, "{}:{line} is\n  {found}\nbut should be\n  {expected}", path.display())
            }
        }
    }
}

/// Which checked-in files are not what would be generated.
///
/// # Errors
/// [`BindgenError::File`].
pub fn compare(files: Vec<(PathBuf, String)>) -> Result<Vec<Difference>, BindgenError> {
    let mut differences = Vec::new();
    for (path, expected) in files {
        match std::fs::read_to_string(&path) {
            Ok(found) if found == expected => {}
            Ok(found) => differences.push(first_difference(path, &found, &expected)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                differences.push(Difference::Missing { path })
            }
            Err(cause) => return Err(BindgenError::File { path, cause }),
        }
    }
    Ok(differences)
}

/// Write files. Those that are right already stay untouched, so that nothing is compiled again for nothing.
///
/// # Errors
/// [`BindgenError::File`].
pub fn write(files: Vec<(PathBuf, String)>) -> Result<Vec<PathBuf>, BindgenError> {
    let mut written = Vec::new();
    for (path, expected) in files {
        if std::fs::read_to_string(&path).is_ok_and(|found| found == expected) {
            continue;
        }
        std::fs::write(&path, expected).map_err(|cause| BindgenError::File { path: path.clone(), cause })?;
        written.push(path);
    }
    Ok(written)
}

/// The files of the bindings in `folder`.
///
/// # Errors
/// [`BindgenError::File`], [`BindgenError::NoMarkers`].
pub fn bindings(folder: &Path, modules: &Modules) -> Result<Vec<(PathBuf, String)>, BindgenError> {
    let mut files: Vec<(PathBuf, String)> =
        modules.iter().map(|(name, text)| (folder.join(format!("{name}.rs")), text.clone())).collect();
    let path = folder.join("lib.rs");
    let found = std::fs::read_to_string(&path).map_err(|cause| BindgenError::File { path: path.clone(), cause })?;
    let text = with_modules(&found, modules).ok_or_else(|| BindgenError::NoMarkers {
        path: path.clone(),
        begin: BEGIN,
        end: END,
    })?;
    files.push((path, text));
    Ok(files)
}

/// The files that tell where each contract keeps what.
///
/// # Errors
/// [`BindgenError::Metadata`] where the metadata does not tell.
pub fn layouts(
    folder: &Path,
    contracts: &BTreeMap<String, ContractMetadata>,
) -> Result<Vec<(PathBuf, String)>, BindgenError> {
    let file =
        |(name, metadata): (&String, &ContractMetadata)| Ok((folder.join(format!("{name}.txt")), metadata.layout()?));
    contracts.iter().map(file).collect()
}

/// `lib.rs` with its module lines replaced. They keep rustfmt away: what generated files look like is this program's business.
fn with_modules(found: &str, modules: &Modules) -> Option<String> {
    let (before, rest) = found.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    let lines: String = modules.keys().map(|name| format!("#[rustfmt::skip]\npub mod {name};\n")).collect();
    Some(format!("{before}{BEGIN}\n{lines}{END}{after}"))
}

fn first_difference(path: PathBuf, found: &str, expected: &str) -> Difference {
    let (mut have, mut want) = (found.lines(), expected.lines());
    let mut line = 1;
    loop {
        match (have.next(), want.next()) {
            (Some(have), Some(want)) if have == want => line += 1,
            (have, want) => {
                let shown = |text: Option<&str>| text.unwrap_or("(the end of the file)").to_owned();
                return Difference::Changed { path, line, found: shown(have), expected: shown(want) };
            }
        }
        if line > found.len().max(expected.len()) {
            // The lines agree, only the end of the last one does not.
            return Difference::Changed { path, line, found: String::new(), expected: String::new() };
        }
    }
}
