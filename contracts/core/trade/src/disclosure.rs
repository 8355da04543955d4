//! Documents stay private: the chain knows a document by the root of a tree over salted hashes of its fields. Whoever
//! has the document can show one field to an arbitrator, with its salt and the path to the root, and no other field
//! comes out with it. Equal documents have different roots, for salts differ.

use crate::Hash;

/// The most fields of a document, as a power of two.
pub const MAXIMUM_DEPTH: usize = 8;
/// Before a field, so that a field is never taken for a branch.
const FIELD: u8 = 0;
/// Before a branch.
const BRANCH: u8 = 1;

/// Hash of a field: of its place, its salt, and the hash of its value. `keccak` is Keccak-256.
pub fn field_hash(place: u8, salt: &Hash, value: &[u8], keccak: impl Fn(&[u8]) -> Hash) -> Hash {
    let value = keccak(value);
    let mut bytes = [0u8; 66];
    let parts = [FIELD, place].into_iter().chain(*salt).chain(value);
    for (slot, byte) in bytes.iter_mut().zip(parts) {
        *slot = byte;
    }
    keccak(&bytes)
}

/// Hash of a branch of the tree. `keccak` is Keccak-256.
pub fn branch_hash(left: &Hash, right: &Hash, keccak: impl Fn(&[u8]) -> Hash) -> Hash {
    let mut bytes = [0u8; 65];
    let parts = [BRANCH].into_iter().chain(*left).chain(*right);
    for (slot, byte) in bytes.iter_mut().zip(parts) {
        *slot = byte;
    }
    keccak(&bytes)
}

/// Whether a field belongs to a document. `path` has the neighbour at each level, from the field up; the bits of
/// `place` tell on which side each of them stands. `keccak` is Keccak-256.
pub fn is_field_of(
    commitment: &Hash,
    place: u8,
    salt: &Hash,
    value: &[u8],
    path: &[Hash],
    keccak: impl Fn(&[u8]) -> Hash,
) -> bool {
    if path.len() > MAXIMUM_DEPTH {
        return false;
    }
    let mut hash = field_hash(place, salt, value, &keccak);
    let mut side = place;
    for neighbour in path {
        hash =
            if side & 1 == 0 { branch_hash(&hash, neighbour, &keccak) } else { branch_hash(neighbour, &hash, &keccak) };
        side >>= 1;
    }
    // A place beyond the tree is no place.
    side == 0 && hash == *commitment
}
