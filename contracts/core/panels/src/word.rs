//! Words of 32 bytes, of which everything that is hashed here consists.

use crate::{Address, Hash};

/// Hash of words, one after the other.
pub(crate) fn hash(words: &[Hash], keccak: &impl Fn(&[u8]) -> Hash) -> Hash {
    keccak(words.as_flattened())
}

/// A number of up to 128 bits.
pub(crate) fn number(number: u128) -> Hash {
    let mut word = [0; 32];
    word[16..].copy_from_slice(&number.to_be_bytes());
    word
}

/// An address.
pub(crate) fn address(address: &Address) -> Hash {
    let mut word = [0; 32];
    word[12..].copy_from_slice(address);
    word
}
