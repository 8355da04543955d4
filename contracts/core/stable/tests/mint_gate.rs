//! The mint gate: no window of 24 hours sees more than the limit.
#![allow(clippy::unwrap_used)]
mod common;

use common::{at, governor, wad};
use florin_governance::step::Voted;
use florin_stable::mint_gate::{Limits, MintGateError, Minter, Provenance, MAXIMUM_LIMIT};
use florin_units::{Timestamp, Wad};
use proptest::prelude::*;

fn limits(ceiling: u128, limit_per_day: u128) -> Limits {
    Limits { ceiling: Wad::from_raw(ceiling), limit_per_day: Wad::from_raw(limit_per_day) }
}

fn minter(ceiling: u128, limit_per_day: u128) -> Minter {
    Minter::new(Provenance::Vaults, limits(ceiling, limit_per_day), at(0), &governor()).unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    Mint { wait: u64, amount: u128 },
    MintAll { wait: u64 },
    Burn { amount: u128 },
    Lower { by: u8 },
}

fn step(limit: u128) -> impl Strategy<Value = Step> {
    let wait = || prop_oneof![Just(0u64), 1u64..10, 1u64..4_000, 40_000u64..90_000, Just(86_399), Just(86_400)];
    prop_oneof![
        3 => (wait(), 0..=limit).prop_map(|(wait, amount)| Step::Mint { wait, amount }),
        3 => wait().prop_map(|wait| Step::MintAll { wait }),
        1 => (0..=limit).prop_map(|amount| Step::Burn { amount }),
        1 => (0u8..4).prop_map(|by| Step::Lower { by }),
    ]
}

fn scenario() -> impl Strategy<Value = (u128, Vec<Step>)> {
    let limit =
        prop_oneof![0u128..4, 1u128..200, 100_000u128..400_000, 1u128 << 60..1u128 << 100, Just(MAXIMUM_LIMIT.raw())];
    limit.prop_flat_map(|limit| (Just(limit), prop::collection::vec(step(limit), 1..60)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// T2, T16: whatever is asked for and however the limits move below the first one, what is minted in any window of
    /// 24 hours, its both ends included, is at most the largest limit in force.
    #[test]
    fn t16_no_window_of_24_hours_passes_the_limit((limit, steps) in scenario()) {
        let mut minter = minter(MAXIMUM_LIMIT.raw(), limit);
        let mut now = 0u64;
        let mut mints: Vec<(u64, u128)> = Vec::new();
        for step in steps {
            let (wait, amount) = match step {
                Step::Mint { wait, amount } => (wait, amount),
                Step::MintAll { wait } => (wait, minter.available(at(now + wait)).unwrap().raw()),
                Step::Burn { amount } => {
                    minter = minter.burn(Wad::from_raw(amount)).unwrap_or(minter);
                    continue;
                }
                Step::Lower { by } => {
                    let lowered = limits(MAXIMUM_LIMIT.raw(), limit >> by);
                    minter = minter.set_limits(&Voted::first(lowered), lowered, at(now), &governor()).unwrap();
                    continue;
                }
            };
            now += wait;
            let available = minter.available(at(now)).unwrap().raw();
            match minter.mint(Wad::from_raw(amount), at(now)) {
                Ok(next) => {
                    prop_assert!(amount <= available);
                    mints.push((now, amount));
                    minter = next;
                }
                Err(MintGateError::ZeroAmount) => prop_assert_eq!(amount, 0),
                Err(_) => prop_assert!(amount > available),
            }
            let recent = mints.iter().filter(|(time, _)| time + 86_400 >= now);
            let window: u128 = recent.map(|(_, amount)| *amount).sum();
            prop_assert!(window <= limit, "{window} in 24 hours, limit {limit}");
        }
    }

    /// The time that an error names is the first at which the request passes.
    #[test]
    fn the_announced_time_is_right(limit in 2u128..1_000_000, used in 1u128..500_000, wait in 0u64..80_000) {
        let full = minter(MAXIMUM_LIMIT.raw(), limit);
        let used = used.min(full.capacity().raw());
        let minter = full.mint(Wad::from_raw(used), at(0)).unwrap();
        let request = full.capacity();
        if let Err(MintGateError::BucketExceeded { available_at, requested, available }) = minter.mint(request, at(wait)) {
            prop_assert!(available < requested);
            let time = available_at.unwrap().raw();
            prop_assert!(minter.mint(request, Timestamp::from_raw(time - 1)).is_err());
            prop_assert!(minter.mint(request, Timestamp::from_raw(time)).is_ok());
        }
    }
}

/// Many refills of less than a unit lose nothing: the uncounted time is carried.
#[test]
fn small_refills_carry_the_remainder() {
    let mut minter = minter(MAXIMUM_LIMIT.raw(), 20).mint(Wad::from_raw(10), at(0)).unwrap();
    for second in 1..=86_400 {
        minter = minter.refilled(at(second)).unwrap();
    }
    assert_eq!(minter.level, Wad::from_raw(10));
}

/// Minting everything there is at a steady beat gains nothing over waiting, in no window of 24 hours.
#[test]
fn t16_a_steady_drain_stays_within_the_limit() {
    for limit in [2u128, 101, 86_401, 1_000_003, 1_000_000_000_000_000_000_000_007] {
        for beat in [61u64, 613, 3_599] {
            let mut minter = minter(MAXIMUM_LIMIT.raw(), limit);
            let mut mints: Vec<(u64, u128)> = Vec::new();
            for now in (0..3 * 86_400).step_by(beat as usize) {
                let amount = minter.available(at(now)).unwrap();
                if let Ok(next) = minter.mint(amount, at(now)) {
                    minter = next;
                    mints.push((now, amount.raw()));
                }
            }
            for (start, _) in &mints {
                let window = mints.iter().filter(|(time, _)| time >= start && *time <= start + 86_400);
                let sum: u128 = window.map(|(_, amount)| *amount).sum();
                assert!(sum <= limit, "{sum} of {limit} from {start} in steps of {beat}");
            }
        }
    }
}

#[test]
fn t02_a_limit_set_to_the_maximum_mints_nothing_at_once() {
    let minter = minter(wad(1_000).raw(), wad(1_000).raw());
    let emptied = minter.mint(wad(500), at(0)).unwrap();
    let most = limits(MAXIMUM_LIMIT.raw(), MAXIMUM_LIMIT.raw());
    let raised = emptied.set_limits(&Voted::first(most), most, at(0), &governor()).unwrap();
    assert!(matches!(
        raised.mint(Wad::from_raw(1), at(0)),
        Err(MintGateError::BucketExceeded { available: Wad::ZERO, .. })
    ));
}

#[test]
fn t03_a_malicious_minter_is_bounded_by_ceiling_and_bucket() {
    let minter = minter(wad(300).raw(), wad(1_000).raw());
    assert_eq!(
        minter.mint(Wad::MAX, at(0)),
        Err(MintGateError::CeilingExceeded { requested: Wad::MAX, available: wad(300) })
    );
    let minter = minter.mint(wad(300), at(0)).unwrap();
    assert_eq!(
        minter.mint(Wad::from_raw(1), at(0)),
        Err(MintGateError::CeilingExceeded { requested: Wad::from_raw(1), available: Wad::ZERO })
    );
    // Burning gives room under the ceiling, not in the bucket.
    let minter = minter.burn(wad(300)).unwrap();
    assert_eq!(minter.available(at(0)), Ok(wad(200)));
    assert!(matches!(minter.mint(wad(201), at(0)), Err(MintGateError::BucketExceeded { .. })));
    assert_eq!(
        minter.mint(wad(501), at(0)),
        Err(MintGateError::CeilingExceeded { requested: wad(501), available: wad(300) })
    );
}

#[test]
fn a_request_above_the_capacity_never_fits() {
    let minter = minter(MAXIMUM_LIMIT.raw(), 1_001);
    assert_eq!(minter.capacity(), Wad::from_raw(500));
    assert_eq!(
        minter.mint(Wad::from_raw(501), at(0)),
        Err(MintGateError::BucketExceeded {
            requested: Wad::from_raw(501),
            available: Wad::from_raw(500),
            available_at: None
        })
    );
}

#[test]
fn zero_amounts_are_refused() {
    assert_eq!(minter(1, 1).mint(Wad::ZERO, at(0)), Err(MintGateError::ZeroAmount));
    assert_eq!(minter(1, 1).burn(Wad::ZERO), Err(MintGateError::ZeroAmount));
}

#[test]
fn coin_of_other_minters_can_be_burned() {
    let minter = minter(wad(10).raw(), wad(100).raw()).mint(wad(10), at(0)).unwrap().burn(wad(25)).unwrap();
    assert_eq!(minter.outstanding(), Wad::ZERO);
    assert_eq!((minter.minted, minter.burned), (wad(10), wad(25)));
    // The ceiling is on what is outstanding; the account stays exact.
    assert_eq!(minter.mint(wad(20), at(0)).unwrap_err().code(), 3);
    assert!(minter.mint(wad(10), at(0)).is_ok());
}
