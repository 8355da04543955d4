//! Values of the past, against a list of what held at the end of every block.

use florin_governance::history::{latest, place};
use proptest::prelude::*;

proptest! {
    /// After up to a thousand changes, several in some blocks, each past value is what it was, at every block.
    #[test]
    fn a_thousand_changes_reproduce_every_past_value(
        changes in prop::collection::vec((0u32..4, any::<u64>()), 1..1_000)
    ) {
        let mut records: Vec<(u32, u64)> = Vec::new();
        let (mut block, mut ends) = (1u32, vec![None; 2]);
        for (blocks, value) in changes {
            for _ in 0..blocks {
                ends.push(ends[block as usize]);
                block += 1;
            }
            let since = records.last().map(|record| record.0);
            let (at, length) = place(records.len() as u32, since, block).expect("there is room");
            records.truncate(at as usize);
            records.push((block, value));
            prop_assert_eq!(records.len(), length as usize);
            ends[block as usize] = Some(value);
        }
        for (block, expected) in ends.iter().enumerate() {
            let load = |place: u32| records.get(place as usize).copied();
            let found = latest(records.len() as u32, load, |record| record.0 > block as u32);
            prop_assert_eq!(found.map(|record| record.1), *expected);
        }
    }
}

#[test]
fn a_full_history_takes_no_more() {
    assert_eq!(place(u32::MAX, Some(1), 2), None);
    assert_eq!(place(u32::MAX, Some(2), 2), Some((u32::MAX - 1, u32::MAX)));
}
