//! Voting power against a list of everything that happened.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use florin_governance::power::{change, moved, power_at, Change, Checkpoint, Moment, Past, PowerError};
use florin_units::Timestamp;
use proptest::prelude::*;

fn at(block: u32) -> Moment {
    Moment { block, time: Timestamp::from_raw(u64::from(block) * 6) }
}

/// Histories as a contract would store them.
#[derive(Default)]
struct Histories(BTreeMap<u8, Vec<Checkpoint>>);

impl Histories {
    fn apply(&mut self, account: u8, by: Change, now: Moment) -> Result<(), PowerError> {
        let history = self.0.entry(account).or_default();
        let written = change(history.len() as u32, history.last().copied(), by, now)?;
        history.truncate(written.place as usize);
        history.push(written.checkpoint);
        assert_eq!(history.len() as u32, written.length);
        Ok(())
    }

    fn at(&self, account: u8, asked: Past, now: Moment) -> Result<u128, PowerError> {
        let empty = Vec::new();
        let history = self.0.get(&account).unwrap_or(&empty);
        power_at(history.len() as u32, |place| history.get(place as usize).copied(), asked, now)
    }
}

proptest! {
    /// Transfers and delegations in any order: at each past block each account has the power of the holdings that were delegated
    /// to it then, by block and by time, and all power together is the supply.
    #[test]
    fn power_of_any_past_block_is_what_was_delegated_then(
        steps in prop::collection::vec((0u8..5, 0u8..5, 0u128..400, any::<bool>(), 0u32..3), 1..120)
    ) {
        let supply = 1_000u128;
        let mut balances = BTreeMap::from([(0u8, supply)]);
        let mut delegates: BTreeMap<u8, u8> = BTreeMap::new();
        let mut histories = Histories::default();
        let mut block = 1;
        histories.apply(0, Change::Gain(supply), at(block)).unwrap();
        let mut ghost: BTreeMap<u32, BTreeMap<u8, u128>> = BTreeMap::new();
        let mut note = |block: u32, balances: &BTreeMap<u8, u128>, delegates: &BTreeMap<u8, u8>| {
            let mut power = BTreeMap::new();
            for (holder, balance) in balances {
                *power.entry(*delegates.get(holder).unwrap_or(holder)).or_insert(0) += balance;
            }
            ghost.insert(block, power);
        };
        note(block, &balances, &delegates);
        for (from, to, amount, delegates_now, blocks) in steps {
            block += blocks;
            let of = |holder: u8, delegates: &BTreeMap<u8, u8>| *delegates.get(&holder).unwrap_or(&holder);
            let changes = if delegates_now {
                let units = balances.get(&from).copied().unwrap_or(0);
                let old = of(from, &delegates);
                delegates.insert(from, to);
                moved(Some(old), Some(to), units)
            } else {
                let amount = amount.min(balances.get(&from).copied().unwrap_or(0));
                *balances.entry(from).or_default() -= amount;
                *balances.entry(to).or_default() += amount;
                moved(Some(of(from, &delegates)), Some(of(to, &delegates)), amount)
            };
            for (account, by) in changes.into_iter().flatten() {
                histories.apply(account, by, at(block)).unwrap();
            }
            note(block, &balances, &delegates);
        }
        let now = at(block + 1);
        for asked in 0..=block {
            let expected = ghost.range(..=asked).next_back().map(|(_, power)| power.clone()).unwrap_or_default();
            let mut sum = 0;
            for account in 0..5 {
                let power = histories.at(account, Past::Block(asked), now).unwrap();
                prop_assert_eq!(power, expected.get(&account).copied().unwrap_or(0));
                prop_assert_eq!(histories.at(account, Past::Time(at(asked).time), now).unwrap(), power);
                sum += power;
            }
            prop_assert_eq!(sum, if asked == 0 { 0 } else { supply });
        }
    }
}

#[test]
fn the_present_is_not_past() {
    let histories = Histories::default();
    for asked in [Past::Block(7), Past::Block(8), Past::Time(at(7).time)] {
        assert_eq!(histories.at(1, asked, at(7)), Err(PowerError::NotPast { asked, now: at(7) }));
    }
    assert_eq!(histories.at(1, Past::Block(6), at(7)), Ok(0));
}

#[test]
fn delegation_in_a_circle_counts_each_holding_once() {
    // a delegates to b, b to a: each has exactly the other's holding.
    let mut histories = Histories::default();
    histories.apply(1, Change::Gain(30), at(1)).unwrap();
    histories.apply(2, Change::Gain(12), at(1)).unwrap();
    for (old, new, units) in [(1u8, 2u8, 30), (2, 1, 12)] {
        for (account, by) in moved(Some(old), Some(new), units).into_iter().flatten() {
            histories.apply(account, by, at(2)).unwrap();
        }
    }
    let power = |account| histories.at(account, Past::Block(2), at(3)).unwrap();
    assert_eq!((power(1), power(2)), (12, 30));
}

#[test]
fn power_below_nothing_or_above_everything_is_refused() {
    let last = Checkpoint { since: at(1), power: 5 };
    let refused = change(1, Some(last), Change::Loss(6), at(2));
    assert_eq!(refused, Err(PowerError::OutOfRange { power: 5, change: 6 }));
    let refused = change(1, Some(last), Change::Gain(u128::MAX), at(2));
    assert_eq!(refused, Err(PowerError::OutOfRange { power: 5, change: u128::MAX }));
}

#[test]
fn a_search_reads_few_checkpoints_however_long_the_history() {
    let length = 1_000_000u32;
    let reads = std::cell::Cell::new(0);
    let load = |place: u32| {
        reads.set(reads.get() + 1);
        Some(Checkpoint { since: at(place * 2), power: u128::from(place) })
    };
    for asked in [0, 1, 777_777, 1_999_999] {
        reads.set(0);
        let power = power_at(length, load, Past::Block(asked), at(2_000_001)).unwrap();
        assert_eq!(power, u128::from(asked / 2));
        assert!(reads.get() <= 21, "{} reads", reads.get());
    }
}
