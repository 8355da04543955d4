//! From reports to a price.
#![allow(clippy::unwrap_used)]
mod common;

use common::{at, bps, dollars, seconds};
use florin_stable::oracle::{
    check_batch, read, update, FeedConfig, FeedState, Feeders, OracleError, Quote, Reports, MAXIMUM_FEEDERS,
};
use florin_units::{Bps, Price, Seconds, Timestamp, WAD_ONE};
use proptest::prelude::*;

fn config() -> FeedConfig {
    FeedConfig {
        quorum: 3,
        max_age: seconds(3_600),
        max_step: bps(1_000),
        update_interval: seconds(60),
        minimum: dollars(1),
        maximum: dollars(1_000_000),
    }
}

fn reports(prices: &[u64], now: Timestamp) -> Reports {
    prices.iter().enumerate().fold(Reports::default(), |reports, (slot, price)| {
        reports.report(slot as u8, dollars(*price), now, &config()).unwrap()
    })
}

fn first(price: u64, now: Timestamp) -> FeedState {
    update(&config(), &reports(&[price; 3], now), None, now).unwrap()
}

#[test]
fn the_first_price_is_the_median() {
    let state = update(&config(), &reports(&[100, 300, 200], at(5)), None, at(5)).unwrap();
    assert_eq!(
        state,
        FeedState { price: dollars(200), updated_at: at(5), stepped_at: at(5), recovered_at: Timestamp::ZERO }
    );
}

#[test]
fn an_even_count_takes_the_lower_middle() {
    assert_eq!(update(&config(), &reports(&[400, 100, 300, 200], at(0)), None, at(0)).unwrap().price, dollars(200));
}

#[test]
fn steps_are_limited_in_size_and_time() {
    let state = first(1_000, at(0));
    let reports = reports(&[2_000; 3], at(10));
    assert_eq!(
        update(&config(), &reports, Some(&state), at(59)),
        Err(OracleError::UpdateTooSoon { next_at: at(60), now: at(59) })
    );
    let up = update(&config(), &reports, Some(&state), at(60)).unwrap();
    assert_eq!((up.price, up.updated_at, up.stepped_at), (dollars(1_100), at(10), at(60)));
    let down = self::reports(&[1; 3], at(60));
    assert_eq!(update(&config(), &down, Some(&state), at(60)).unwrap().price, dollars(900));
}

#[test]
fn the_age_of_a_price_is_the_age_of_its_quorum() {
    let old = reports(&[100, 100, 100], at(0));
    let newer = old.report(0, dollars(100), at(1_000), &config()).unwrap();
    let newer = newer.report(1, dollars(100), at(2_000), &config()).unwrap();
    // Two reports are newer, the third of the quorum is not.
    assert_eq!(update(&config(), &newer, None, at(2_500)).unwrap().updated_at, at(0));
    let newer = newer.report(3, dollars(100), at(1_500), &config()).unwrap();
    assert_eq!(update(&config(), &newer, None, at(2_500)).unwrap().updated_at, at(1_000));
    // Repeating an update does not make old reports young.
    let state = update(&config(), &old, None, at(3_000)).unwrap();
    let state = update(&config(), &old, Some(&state), at(3_600)).unwrap();
    assert_eq!(state.updated_at, at(0));
    assert!(matches!(read(&config(), Some(&state), at(3_601)), Err(OracleError::Stale { .. })));
}

#[test]
fn t18_a_stale_price_is_refused_and_its_return_is_recorded() {
    let state = first(100, at(0));
    assert_eq!(
        read(&config(), Some(&state), at(3_600)),
        Ok(Quote { price: dollars(100), updated_at: at(0), recovered_at: Timestamp::ZERO })
    );
    assert_eq!(
        read(&config(), Some(&state), at(3_601)),
        Err(OracleError::Stale { updated_at: at(0), max_age: Seconds::from_raw(3_600), now: at(3_601) })
    );
    let back = update(&config(), &reports(&[100; 3], at(9_000)), Some(&state), at(9_000)).unwrap();
    assert_eq!(read(&config(), Some(&back), at(9_000)).unwrap().recovered_at, at(9_000));
    // Going on without an outage keeps the moment of the last return.
    let next = update(&config(), &reports(&[100; 3], at(9_100)), Some(&back), at(9_100)).unwrap();
    assert_eq!(next.recovered_at, at(9_000));
}

#[test]
fn no_price_is_an_error() {
    assert_eq!(read(&config(), None, at(0)), Err(OracleError::NoPrice));
}

#[test]
fn t20_quorum_counts_distinct_fresh_slots() {
    let mut reports = Reports::default();
    for _ in 0..5 {
        reports = reports.report(0, dollars(100), at(0), &config()).unwrap();
    }
    reports = reports.report(1, dollars(100), at(0), &config()).unwrap();
    assert_eq!(update(&config(), &reports, None, at(0)), Err(OracleError::QuorumNotReached { fresh: 2, quorum: 3 }));
    let three = reports.report(2, dollars(100), at(0), &config()).unwrap();
    assert!(update(&config(), &three, None, at(3_600)).is_ok());
    assert_eq!(update(&config(), &three, None, at(3_601)), Err(OracleError::QuorumNotReached { fresh: 0, quorum: 3 }));
    assert_eq!(update(&config(), &three.clear(2).unwrap(), None, at(0)).unwrap_err().code(), 8);
}

#[test]
fn t20_a_duplicate_in_a_batch_is_refused() {
    let check = |feeds: &[u32]| check_batch(feeds.iter().copied());
    assert_eq!(check(&[0, 1, 2, 12]), Ok(()));
    assert_eq!(check(&[]), Ok(()));
    assert_eq!(check(&[3, 1, 3]), Err(OracleError::DuplicateFeed { feed: 3 }));
    let long: Vec<u32> = (0..17).collect();
    assert_eq!(check(&long), Err(OracleError::BatchTooLong { length: 17, maximum: 16 }));
    assert_eq!(check(&long[..16]), Ok(()));
}

#[test]
fn t20_a_feeder_has_one_slot() {
    let (mut feeders, mut slots) = (Feeders::default(), Vec::new());
    for number in 0..13u8 {
        let (next, slot) = feeders.add([number; 20]).unwrap();
        (feeders, _) = (next, slots.push(slot));
    }
    assert_eq!(slots, (0..13).collect::<Vec<u8>>());
    assert_eq!(feeders.add([5; 20]), Err(OracleError::DuplicateSlot { slot: 5 }));
    assert_eq!(feeders.add([99; 20]), Err(OracleError::NoFreeSlot { slots: 13 }));
    let (fewer, slot) = feeders.remove([5; 20]).unwrap();
    assert_eq!((slot, fewer.slot_of([5; 20])), (5, Err(OracleError::NotFeeder { caller: [5; 20] })));
    assert_eq!(fewer.add([99; 20]).unwrap().1, 5);
}

#[test]
fn t09_absurd_reports_are_refused() {
    let config = config();
    for price in [Price::ZERO, Price::from_raw(WAD_ONE - 1), dollars(1_000_001), Price::MAX] {
        assert_eq!(
            Reports::default().report(0, price, at(0), &config),
            Err(OracleError::PriceOutOfBounds { price, minimum: config.minimum, maximum: config.maximum })
        );
    }
    assert!(matches!(
        Reports::default().report(13, dollars(5), at(0), &config),
        Err(OracleError::SlotOutOfRange { slot: 13, slots: 13 })
    ));
}

#[test]
fn bounds_that_were_narrowed_apply_to_old_reports_and_prices() {
    let state = first(100, at(0));
    let narrow = FeedConfig { minimum: dollars(200), ..config() };
    assert_eq!(
        update(&narrow, &reports(&[100; 3], at(100)), Some(&state), at(100)),
        Err(OracleError::QuorumNotReached { fresh: 0, quorum: 3 })
    );
    // The step from the old price does not reach the new bounds: refused, never invented.
    assert!(matches!(
        update(&narrow, &reports(&[250; 3], at(100)), Some(&state), at(100)),
        Err(OracleError::PriceOutOfBounds { .. })
    ));
}

#[test]
fn configurations_are_checked() {
    let good = config();
    assert_eq!(good.validate(), Ok(()));
    let bad = |change: fn(&mut FeedConfig)| {
        let mut config = config();
        change(&mut config);
        config.validate().unwrap_err()
    };
    assert_eq!(bad(|c| c.quorum = 0), OracleError::QuorumOutOfBounds { quorum: 0, maximum: 13 });
    assert_eq!(bad(|c| c.quorum = 14), OracleError::QuorumOutOfBounds { quorum: 14, maximum: 13 });
    assert_eq!(
        bad(|c| c.max_age = c.update_interval),
        OracleError::MaxAgeTooShort { max_age: seconds(60), above: seconds(60) }
    );
    assert_eq!(
        bad(|c| c.max_step = Bps::ZERO),
        OracleError::MaxStepOutOfBounds { max_step: Bps::ZERO, maximum: Bps::ONE }
    );
    assert_eq!(bad(|c| c.max_step = bps(10_001)).code(), 14);
    assert_eq!(bad(|c| c.minimum = Price::ZERO).code(), 15);
    assert_eq!(bad(|c| c.maximum = Price::from_raw(1)).code(), 15);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    /// T7: as long as fewer than half of the fresh reports lie, the price stays within what the honest ones say.
    #[test]
    fn t07_a_minority_of_liars_cannot_leave_the_honest_range(
        honest in prop::collection::vec(1u64..1_000_000, 2..8),
        lies in prop::collection::vec(1u64..1_000_000, 0..7),
        order in any::<u64>(),
    ) {
        let lies = &lies[..lies.len().min(honest.len() - 1).min(MAXIMUM_FEEDERS - honest.len())];
        let mut all: Vec<u64> = honest.iter().chain(lies).copied().collect();
        let length = all.len();
        all.rotate_left(order as usize % length);
        let config = FeedConfig { quorum: length as u8, ..config() };
        let price = update(&config, &reports(&all, at(0)), None, at(0)).unwrap().price;
        let (low, high) = (*honest.iter().min().unwrap(), *honest.iter().max().unwrap());
        prop_assert!(price >= dollars(low) && price <= dollars(high), "{price} outside [{low}, {high}]");
    }

    /// T7: fewer liars than the quorum needs, alone, move nothing.
    #[test]
    fn t07_liars_below_the_quorum_move_nothing(lies in prop::collection::vec(1u64..1_000_000, 0..3)) {
        let state = first(100, at(0));
        let lying = reports(&lies, at(4_000));
        let refused = matches!(
            update(&config(), &lying, Some(&state), at(4_000)),
            Err(OracleError::QuorumNotReached { .. })
        );
        prop_assert!(refused);
    }

    /// The median is the library's.
    #[test]
    fn median_is_the_lower_middle(prices in prop::collection::vec(1u64..1_000_000, 3..=13)) {
        let price = update(&config(), &reports(&prices, at(0)), None, at(0)).unwrap().price;
        let mut sorted = prices.clone();
        sorted.sort_unstable();
        prop_assert_eq!(price, dollars(sorted[(sorted.len() - 1) / 2]));
    }

    /// No update moves the price by more than the step, and it moves towards the reports.
    #[test]
    fn no_step_is_larger_than_allowed(before in 1u64..1_000_000, wanted in 1u64..1_000_000, step in 1u32..=10_000) {
        let config = FeedConfig { max_step: bps(step), ..config() };
        let state = first(before, at(0));
        match update(&config, &reports(&[wanted; 3], at(60)), Some(&state), at(60)) {
            Ok(next) => {
                let limit = dollars(before).times_bps_down(bps(step)).unwrap().raw();
                prop_assert!(next.price.raw().abs_diff(state.price.raw()) <= limit);
                prop_assert!(next.price.raw().abs_diff(dollars(wanted).raw()) <= state.price.raw().abs_diff(dollars(wanted).raw()));
            }
            Err(error) => prop_assert!(matches!(error, OracleError::PriceOutOfBounds { .. }), "{error}"),
        }
    }
}
