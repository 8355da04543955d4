//! Values of the past: a list of records, each valid from a moment on until the next one. The list is read by place, so a
//! question costs a binary search however long it is.

use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// A value from a block on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Since<T> {
    /// The block.
    pub since: u32,
    /// The value.
    pub value: T,
}

/// The last of `length` records that does not begin after the moment in question; none where all do. `load` gives a record by
/// place, `is_after` tells whether it begins after the moment. Reads at most `1 + log2(length)` records.
pub fn latest<Record>(
    length: u32,
    load: impl Fn(u32) -> Option<Record>,
    is_after: impl Fn(&Record) -> bool,
) -> Option<Record> {
    // Invariant: what is before `low` is not after the moment, what is from `high` on is.
    let (mut low, mut high, mut found) = (0u32, length, None);
    while low < high {
        let middle = low.midpoint(high);
        match load(middle) {
            Some(record) if !is_after(&record) => {
                found = Some(record);
                low = middle.saturating_add(1);
            }
            _ => high = middle,
        }
    }
    found
}

/// Where a record that begins in this block goes, and how many there are afterwards: in the place of the last one where that
/// began in the same block. None where there is no room.
pub fn place(length: u32, last_since: Option<u32>, block: u32) -> Option<(u32, u32)> {
    match last_since {
        Some(since) if since == block => Some((length.saturating_sub(1), length)),
        _ => Some((length, length.checked_add(1)?)),
    }
}
