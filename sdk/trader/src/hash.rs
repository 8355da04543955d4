//! Keccak-256, of bytes and of files, and hashes as text.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use florin_trade::{Address, Hash};
use sha3::{Digest, Keccak256};

use crate::file::FileError;

/// How much of a file is read at once.
const CHUNK: usize = 64 * 1024;

/// Text that is no bytes of the length that is needed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not 0x and {digits} hexadecimal digits; copy it whole from where it was shown")]
pub struct HexError {
    /// The text, cut where it is long.
    pub text: String,
    /// Digits that are needed.
    pub digits: usize,
}

/// Keccak-256.
pub fn keccak(bytes: &[u8]) -> Hash {
    Keccak256::digest(bytes).into()
}

/// Keccak-256 of a file, and its length in bytes. The file may be of any size, and nothing of it leaves this machine.
///
/// # Errors
/// [`FileError::Unreadable`].
pub fn of_file(path: &Path) -> Result<(Hash, u64), FileError> {
    let unreadable = |cause: std::io::Error| FileError::Unreadable { path: path.to_owned(), cause: cause.to_string() };
    let file = File::open(path).map_err(unreadable)?;
    // What has no end is no document; the path may stand in a file of somebody else's.
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(unreadable(std::io::Error::other("it is no ordinary file")));
    }
    let mut reader = BufReader::new(file);
    let (mut hasher, mut length) = (Keccak256::new(), 0u64);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = reader.read(&mut chunk).map_err(unreadable)?;
        if read == 0 {
            return Ok((hasher.finalize().into(), length));
        }
        hasher.update(&chunk[..read]);
        length = length.saturating_add(read as u64);
    }
}

/// Bytes as `0x` and hexadecimal digits.
pub fn format(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// Reads `0x` and 64 hexadecimal digits.
///
/// # Errors
/// [`HexError`].
pub fn parse(text: &str) -> Result<Hash, HexError> {
    fixed(text)
}

/// Reads `0x` and 40 hexadecimal digits.
///
/// # Errors
/// [`HexError`].
pub fn parse_address(text: &str) -> Result<Address, HexError> {
    fixed(text)
}

fn fixed<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let bytes = text.trim().strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
    let bytes = bytes.and_then(|bytes| <[u8; N]>::try_from(bytes).ok());
    bytes.ok_or_else(|| HexError { text: text.chars().take(80).collect(), digits: 2 * N })
}

/// Bytes of any length from `0x` and hexadecimal digits.
pub(crate) fn parse_bytes(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.trim().strip_prefix("0x")?).ok()
}

/// A hash as text in a file of JSON.
pub(crate) mod text {
    use serde::{de::Error, Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::format(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
        super::fixed(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A list of hashes as texts in a file of JSON.
pub(crate) mod texts {
    use florin_trade::Hash;
    use serde::{de::Error, Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(hashes: &[Hash], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(hashes.iter().map(|hash| super::format(hash)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Hash>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| super::parse(text).map_err(D::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_hash_of_its_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("contract.pdf");
        for length in [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let bytes: Vec<u8> = (0..length).map(|place| place as u8).collect();
            std::fs::write(&path, &bytes).expect("a file");
            assert_eq!(of_file(&path), Ok((keccak(&bytes), length as u64)));
        }
        for none in [folder.path().join("none"), folder.path().to_owned(), "/dev/zero".into()] {
            assert!(matches!(of_file(&none), Err(FileError::Unreadable { .. })), "{}", none.display());
        }
    }

    #[test]
    fn hashes_have_one_length() {
        assert_eq!(parse(&format(&[7; 32])), Ok([7; 32]));
        assert_eq!(parse_address(&format(&[7; 20])), Ok([7; 20]));
        for text in ["", "0x", "07", &format(&[7; 31]), &format(&[7; 33]), &hex::encode([7; 32])] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
