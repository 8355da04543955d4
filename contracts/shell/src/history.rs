//! Values of the past in storage: a length and records by place, see [`florin_governance::history`].

use florin_governance::history::{self, Since};
use florin_units::MathError;
use ink::scale::{Codec, EncodeLike};
use ink::storage::traits::StorageKey;
use ink::storage::Mapping;

/// A value from a block on, as a storage cell.
#[derive(Clone, Copy, Debug)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Kept<T>(pub Since<T>);

#[cfg(feature = "std")]
impl<T: ink::scale_info::TypeInfo + 'static> ink::storage::traits::StorageLayout for Kept<T> {
    fn layout(key: &ink::primitives::Key) -> ink::metadata::layout::Layout {
        use ink::metadata::layout::{Layout, LayoutKey, LeafLayout};
        Layout::Leaf(LeafLayout::from_key::<Self>(LayoutKey::from(key)))
    }
}

/// Values by place, for each of whatever they are of; the lengths stand beside.
pub type PastValues<K, T, Key> = Mapping<(K, u32), Kept<T>, Key>;

/// Keeps a value from this block on.
///
/// Errors: [`MathError::Overflow`] where there is no room.
pub fn keep<K: EncodeLike + Copy, T: Codec, L: StorageKey, R: StorageKey>(
    lengths: &mut Mapping<K, u32, L>,
    records: &mut PastValues<K, T, R>,
    key: K,
    block: u32,
    value: T,
) -> Result<(), MathError> {
    let length = lengths.get(key).unwrap_or_default();
    let last = length.checked_sub(1).and_then(|place| records.get((key, place)));
    let since = last.map(|record| record.0.since);
    let (place, length) = history::place(length, since, block).ok_or(MathError::Overflow)?;
    lengths.insert(key, &length);
    records.insert((key, place), &Kept(Since { since: block, value }));
    Ok(())
}

/// The value at the end of a block of the past, or now; none before the first.
pub fn at<K: EncodeLike + Copy, T: Codec, L: StorageKey, R: StorageKey>(
    lengths: &Mapping<K, u32, L>,
    records: &PastValues<K, T, R>,
    key: K,
    block: u32,
) -> Option<T> {
    let length = lengths.get(key).unwrap_or_default();
    let load = |place: u32| records.get((key, place)).map(|record| record.0);
    history::latest(length, load, |record| record.since > block).map(|record| record.value)
}
