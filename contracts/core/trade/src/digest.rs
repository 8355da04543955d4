//! Hashes of records and of what is signed, made without a heap.
//!
//! What is signed has the form of a struct hash of EIP-712: the hash of a type followed by its fields, each one a word
//! of 32 bytes. The contract puts its domain in front, so that a wallet shows what it signs and nothing counts
//! elsewhere.

use crate::{Address, Hash, MAXIMUM_CELL};
use parity_scale_codec::{Encode, Output};

/// Bytes of a word.
const WORD: usize = 32;
/// The most words that are hashed at once.
const MAXIMUM_WORDS: usize = 8;

/// The encoding of one record. Bytes beyond a storage cell would be left out; every record fits one, which a test
/// checks.
struct Cell {
    bytes: [u8; MAXIMUM_CELL],
    length: usize,
}

impl Output for Cell {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(slot) = self.bytes.get_mut(self.length) {
                *slot = *byte;
                self.length = self.length.saturating_add(1);
            }
        }
    }
}

/// Hash of a record's encoding.
pub(crate) fn record<T: Encode>(record: &T, keccak: &impl Fn(&[u8]) -> Hash) -> Hash {
    let mut cell = Cell { bytes: [0; MAXIMUM_CELL], length: 0 };
    record.encode_to(&mut cell);
    keccak(cell.bytes.get(..cell.length).unwrap_or(&cell.bytes))
}

/// Hash of up to eight words, one after the other.
pub(crate) fn words(words: &[Hash], keccak: &impl Fn(&[u8]) -> Hash) -> Hash {
    let mut bytes = [0u8; WORD * MAXIMUM_WORDS];
    for (slot, word) in bytes.chunks_exact_mut(WORD).zip(words) {
        slot.copy_from_slice(word);
    }
    keccak(bytes.get(..words.len().saturating_mul(WORD)).unwrap_or(&bytes))
}

/// A number as word.
pub(crate) fn number(number: u64) -> Hash {
    right_aligned(&number.to_be_bytes())
}

/// A number of raw units as word.
pub(crate) fn units(units: u128) -> Hash {
    right_aligned(&units.to_be_bytes())
}

/// An address as word.
pub(crate) fn address(address: &Address) -> Hash {
    right_aligned(address)
}

fn right_aligned(bytes: &[u8]) -> Hash {
    let mut word = [0u8; WORD];
    for (slot, byte) in word.iter_mut().rev().zip(bytes.iter().rev()) {
        *slot = *byte;
    }
    word
}
