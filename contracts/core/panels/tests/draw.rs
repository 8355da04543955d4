//! Draws against a naive shuffle: the same members, nobody who may not sit, a full panel where there can be one, and
//! everybody about as often.
#![allow(clippy::unwrap_used)]
mod common;

use std::collections::BTreeSet;

use common::{account, case_id, keccak, CONTRACT, COURT};
use florin_panels::case::CaseId;
use florin_panels::draw::{draw, seed, Members, Panel, MAXIMUM_STEPS};
use florin_panels::{Address, ArbitrationError, Hash};
use proptest::prelude::*;

/// A word that ends in a number.
fn word(number: u32) -> Hash {
    let mut word = [0; 32];
    word[28..].copy_from_slice(&number.to_be_bytes());
    word
}

/// A shuffle of the whole pool that stops as a draw does.
fn reference(seed: &Hash, size: usize, eligible: &[bool]) -> Option<Vec<usize>> {
    let mut deck: Vec<usize> = (0..eligible.len()).collect();
    let mut seated = Vec::new();
    for step in 0..deck.len().min(MAXIMUM_STEPS as usize) {
        if seated.len() == size {
            break;
        }
        let hash = keccak(&[*seed, word(step as u32)].concat());
        let number = u128::from_be_bytes(hash[..16].try_into().unwrap());
        let chosen = step + (number % (deck.len() - step) as u128) as usize;
        deck.swap(step, chosen);
        if eligible[deck[step]] {
            seated.push(deck[step]);
        }
    }
    (seated.len() == size).then_some(seated)
}

fn drawn(seed: &Hash, size: u8, eligible: &[bool]) -> Option<Members> {
    let is_eligible = |position: u32| eligible[position as usize].then(|| account(position));
    draw(seed, eligible.len() as u32, size, is_eligible, keccak)
}

/// The accounts that were drawn, in order.
fn accounts(members: &Members) -> Vec<Address> {
    members.iter().flatten().copied().collect()
}

proptest! {
    #[test]
    fn a_draw_is_a_shuffle_that_skips_who_may_not_sit(
        seed in any::<Hash>(),
        size in 1u8..=11,
        eligible in prop::collection::vec(prop::bool::weighted(0.6), 0..120),
    ) {
        let members = drawn(&seed, size, &eligible);
        let expected = reference(&seed, usize::from(size), &eligible);
        let expected: Option<Vec<Address>> =
            expected.map(|seated| seated.into_iter().map(|place| account(place as u32)).collect());
        prop_assert_eq!(members.as_ref().map(accounts), expected);
        if let Some(members) = members {
            let seated = accounts(&members);
            prop_assert_eq!(seated.len(), usize::from(size));
            prop_assert!(members[..usize::from(size)].iter().all(Option::is_some), "no gaps");
            prop_assert_eq!(seated.iter().collect::<BTreeSet<_>>().len(), seated.len(), "nobody twice");
            let allowed: BTreeSet<Address> =
                (0u32..).zip(&eligible).filter(|(_, may)| **may).map(|(place, _)| account(place)).collect();
            prop_assert!(seated.iter().all(|member| allowed.contains(member)));
        }
    }

    /// A pool that a draw can look at as a whole fills a panel exactly where enough of it may sit; a larger one where
    /// few may not.
    #[test]
    fn a_panel_is_full_where_it_can_be(
        seed in any::<Hash>(),
        size in 1u8..=11,
        small in prop::collection::vec(any::<bool>(), 0..=32),
        large in 33usize..2_000,
        out in prop::collection::vec(any::<prop::sample::Index>(), 0..=21),
    ) {
        let enough = small.iter().filter(|may| **may).count() >= usize::from(size);
        prop_assert_eq!(drawn(&seed, size, &small).is_some(), enough);
        let mut eligible = vec![true; large];
        for place in out {
            eligible[place.index(large)] = false;
        }
        prop_assert!(drawn(&seed, size, &eligible).is_some());
    }
}

#[test]
fn no_panel_is_larger_than_the_largest() {
    assert!(drawn(&[7; 32], 11, &[true; 40]).is_some());
    assert_eq!(drawn(&[7; 32], 12, &[true; 40]), None);
    assert_eq!(drawn(&[7; 32], 1, &[]), None);
    assert_eq!(drawn(&[7; 32], 3, &[true; 2]), None);
}

/// Four thousand panels of five out of twenty. Each bound is what one in some hundred thousand honest generators would
/// pass: sixty for a sum of squares that is nineteen on average.
#[test]
fn everybody_sits_about_as_often() {
    const POOL: usize = 20;
    const DRAWS: u32 = 4_000;
    let (mut first, mut sits) = ([0u64; POOL], [0u64; POOL]);
    for number in 0..DRAWS {
        let members = drawn(&keccak(&number.to_be_bytes()), 5, &[true; POOL]).unwrap();
        for (order, member) in accounts(&members).into_iter().enumerate() {
            let place = (0..POOL as u32).position(|place| account(place) == member).unwrap();
            sits[place] += 1;
            if order == 0 {
                first[place] += 1;
            }
        }
    }
    let squares = |counts: &[u64], mean: u64| counts.iter().map(|count| count.abs_diff(mean).pow(2)).sum::<u64>();
    assert_eq!(first.iter().sum::<u64>(), u64::from(DRAWS));
    assert!(squares(&first, 200) < 60 * 200, "{first:?}");
    assert_eq!(sits.iter().sum::<u64>(), 5 * u64::from(DRAWS));
    // The variance of a count is three quarters of its mean, for a panel takes a quarter of the pool.
    assert!(squares(&sits, 1_000) < 60 * 790, "{sits:?}");
}

#[test]
fn each_case_has_a_seed_of_its_own() {
    let hash = [9; 32];
    let base = case_id();
    let seeds: BTreeSet<Hash> = [
        seed(&CONTRACT, &base, &hash, keccak),
        seed(&COURT, &base, &hash, keccak),
        seed(&CONTRACT, &CaseId { court: CONTRACT, ..base }, &hash, keccak),
        seed(&CONTRACT, &CaseId { number: 8, ..base }, &hash, keccak),
        seed(&CONTRACT, &CaseId { is_appeal: true, ..base }, &hash, keccak),
        seed(&CONTRACT, &base, &[8; 32], keccak),
    ]
    .into();
    assert_eq!(seeds.len(), 6);
}

#[test]
fn members_have_places() {
    let panel = Panel { members: drawn(&[7; 32], 3, &[true; 9]).unwrap() };
    let seated: Vec<(u8, Address)> = panel.seated().collect();
    assert_eq!(seated.len(), 3);
    for (place, member) in seated {
        assert_eq!(panel.place_of(&member), Ok(place));
    }
    assert_eq!(panel.place_of(&COURT), Err(ArbitrationError::NotSeated { account: COURT }));
    assert_eq!(Panel::default().seated().count(), 0);
}
