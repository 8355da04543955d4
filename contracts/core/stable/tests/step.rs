//! Steps of parameters, limits and feed rules, at each bound and one beyond; and the ceremony of a feed's new source.
#![allow(clippy::unwrap_used)]
mod common;

use common::{at, bps, dollars, ether_params, governor, kind, seconds, wad};
use florin_governance::step::{Voted, STEP_INTERVAL};
use florin_stable::ledger::Ledger;
use florin_stable::mint_gate::{Limits, MintGateError, Minter, Provenance, MAXIMUM_LIMIT};
use florin_stable::oracle::{FeedConfig, FeedRule, FeedState, OracleError};
use florin_stable::parameter::{Defence, Parameter};
use florin_stable::shadow::{Shadow, ShadowTerms, HIGHEST_DIFFERENCE, MINIMUM_UPDATES, OUTAGE};
use florin_stable::VaultError;
use florin_units::{Price, Timestamp, Wad, WAD_ONE};
use proptest::prelude::*;

/// For each parameter, both ends of its step are let through by the check of steps, and one beyond is not.
#[test]
fn each_parameter_moves_one_step_and_no_further() {
    let old = ether_params();
    let voted = Voted::first(old);
    let mut bounded = 0;
    for parameter in Parameter::ALL {
        let (lowest, highest) = parameter.step().range(old.value(parameter));
        for (value, allowed) in [
            (Some(lowest), true),
            (lowest.checked_sub(1), false),
            (Some(highest), true),
            (highest.checked_add(1), false),
        ] {
            let Some(new) = value.map(|value| common::with(parameter, value)) else { continue };
            if new.value(parameter) != value.unwrap() {
                // Kinds of curves are no numbers that can be set one by one.
                continue;
            }
            let result = old.check_step(&voted, &new, at(0));
            if allowed {
                assert_eq!(result, Ok(()), "{parameter:?} to {value:?}");
            } else {
                let proposed = value.unwrap();
                let refused = VaultError::StepTooLarge { parameter, proposed, lowest, highest };
                assert_eq!(result, Err(refused), "{parameter:?} to {proposed}");
                bounded += 1;
            }
        }
    }
    assert!(bounded > 20, "only {bounded} bounds were tested");
}

#[test]
fn t06_the_feed_of_a_collateral_type_cannot_change() {
    let (kind, ledger) = (kind(ether_params(), dollars(2_000), at(0)), Ledger::default());
    let feed = kind.params.feed;
    let mut params = kind.params;
    params.feed = feed + 1;
    let (lowest, highest) = (u128::from(feed), u128::from(feed));
    let refused = VaultError::StepTooLarge { parameter: Parameter::Feed, proposed: lowest + 1, lowest, highest };
    assert_eq!(kind.set_params(&ledger, &Voted::first(kind.params), params, at(1), &governor()), Err(refused));
}

/// Steps are measured from the last vote: what a defence has tightened far can be taken back in one.
#[test]
fn a_defence_is_taken_back_in_one_step() {
    let voted = Voted::first(ether_params());
    let mut tight = ether_params();
    (tight.debt_ceiling, tight.safety_ratio, tight.line_interval) = (Wad::ZERO, tight.target_ratio, seconds(u64::MAX));
    tight.gap = Wad::ZERO;
    ether_params().check_defence(&tight).unwrap();
    assert_eq!(tight.check_step(&voted, &ether_params(), at(0)), Ok(()));
    assert_eq!(tight.check_step(&voted, &tight, at(0)), Ok(()), "or left as it is");
}

/// What a vote changes beside a defence is measured from there; what the defence moved, from before.
#[test]
fn a_vote_during_a_defence_leaves_the_measure_of_what_is_defended() {
    let before = Voted::first(ether_params());
    let mut beside = ether_params();
    (beside.debt_ceiling, beside.gap, beside.keeper_share) = (wad(1), wad(1), bps(3));
    let anchor = beside.anchor(&before, at(9), true);
    assert_eq!((anchor.at, anchor.value.keeper_share), (at(9), bps(3)));
    for parameter in Parameter::ALL {
        let expected = if parameter.defence() == Defence::Fixed { &beside } else { &before.value };
        assert_eq!(anchor.value.value(parameter), expected.value(parameter), "{parameter:?}");
    }
    assert_eq!(beside.anchor(&before, at(9), false), Voted { at: at(9), value: beside });
    let limits = |ceiling| limits(ceiling, 5);
    assert_eq!(limits(1).anchor(&Voted::first(limits(9)), at(9), true), Voted { at: at(9), value: limits(9) });
    assert_eq!(limits(1).anchor(&Voted::first(limits(9)), at(9), false), Voted { at: at(9), value: limits(1) });
}

#[test]
fn a_vote_changes_parameters_once_a_day() {
    let voted = Voted { at: at(5_000), value: ether_params() };
    let next_at = at(5_000).after(STEP_INTERVAL);
    let now = Timestamp::from_raw(next_at.raw() - 1);
    let refused = VaultError::ChangedTooSoon { next_at, now };
    assert_eq!(ether_params().check_step(&voted, &ether_params(), now), Err(refused));
    assert_eq!(ether_params().check_step(&voted, &ether_params(), next_at), Ok(()));
}

fn limits(ceiling: u128, limit_per_day: u128) -> Limits {
    Limits { ceiling: Wad::from_raw(ceiling), limit_per_day: Wad::from_raw(limit_per_day) }
}

#[test]
fn limits_of_a_minter_double_at_most_and_once_a_day() {
    let million = 1_000_000 * WAD_ONE;
    let first = limits(3 * million, 10);
    let minter = Minter::new(Provenance::Vaults, first, at(0), &governor()).unwrap();
    let set =
        |voted: &Voted<Limits>, ceiling, limit, now| minter.set_limits(voted, limits(ceiling, limit), now, &governor());
    let voted = Voted::first(first);
    for (ceiling, limit, highest) in [(6 * million + 1, 0, 6 * million), (0, million + 1, million)] {
        let proposed = Wad::from_raw(ceiling.max(limit));
        let refused = MintGateError::StepTooLarge { proposed, highest: Wad::from_raw(highest) };
        assert_eq!(set(&voted, ceiling, limit, at(0)), Err(refused));
    }
    assert_eq!(set(&voted, 6 * million, million, at(0)).unwrap().limits, limits(6 * million, million));
    let too_large = MAXIMUM_LIMIT.raw() + 1;
    let refused = MintGateError::LimitTooLarge { actual: Wad::from_raw(too_large), maximum: MAXIMUM_LIMIT };
    assert_eq!(set(&voted, too_large, 0, at(0)), Err(refused));
    assert_eq!(Minter::new(Provenance::Peg, limits(0, too_large), at(0), &governor()), Err(refused));
    // A vote between, a day apart.
    let voted = Voted { at: at(7), value: first };
    let next_at = at(7).after(STEP_INTERVAL);
    assert_eq!(set(&voted, 1, 1, at(8)), Err(MintGateError::ChangedTooSoon { next_at, now: at(8) }));
    assert!(set(&voted, 1, 1, next_at).is_ok());
}

proptest! {
    /// A place in the gate that moves creates no room: both together have what the one had, may do now what the one might, and later
    /// no more than it, and at most one unit less, because a refill between two is rounded down once more.
    #[test]
    fn a_place_that_is_passed_on_creates_no_room(
        ceiling in 0u128..1 << 80, limit in 0u128..1 << 80, minted in 0u128..1 << 70, burned in 0u128..1 << 70,
        wait in 0u64..200_000, later in 0u64..100_000,
    ) {
        passed_on(ceiling, limit, minted, burned, (wait, later))?;
    }
}

/// A second refill that is rounded down had been taken for room that is lost.
#[test]
fn a_place_that_is_passed_on_may_lose_the_fraction_of_a_unit() {
    let minted = 331_279_251_212_543_816_297;
    passed_on(1_789_009_957_947_193_045_063, 2_695_533_955_338_681_144_048, minted, 0, (9_552, 9_000)).unwrap();
}

fn passed_on(
    ceiling: u128,
    limit: u128,
    minted: u128,
    burned: u128,
    (wait, later): (u64, u64),
) -> Result<(), TestCaseError> {
    let minter = Minter::new(Provenance::Vaults, limits(ceiling, limit), at(0), &governor()).unwrap();
    let minter = minter.mint(Wad::from_raw(minted), at(0)).unwrap_or(minter);
    let minter = minter.burn(Wad::from_raw(burned)).unwrap_or(minter);
    let (left, taken) = minter.pass_on(at(wait)).unwrap();
    prop_assert_eq!(left.available(at(wait)).unwrap(), Wad::ZERO);
    prop_assert_eq!(left.available(at(wait + 1_000_000)).unwrap(), Wad::ZERO);
    prop_assert_eq!(taken.available(at(wait)).unwrap(), minter.available(at(wait)).unwrap());
    let might = minter.available(at(wait + later)).unwrap().raw();
    let may = taken.available(at(wait + later)).unwrap().raw();
    prop_assert!(may <= might && might <= may + 1, "may {}, might {}", may, might);
    prop_assert_eq!(left.outstanding().checked_add(taken.outstanding()).unwrap(), minter.outstanding());
    prop_assert_eq!((left.minted, left.burned), (Wad::ZERO, Wad::ZERO));
    Ok(())
}

fn feed() -> FeedConfig {
    FeedConfig {
        quorum: 3,
        max_age: seconds(40_000),
        max_step: bps(2_000),
        update_interval: seconds(600),
        minimum: dollars(10),
        maximum: dollars(100_000),
    }
}

#[test]
fn each_rule_of_a_live_feed_moves_one_step_and_no_further() {
    let old = feed();
    for rule in FeedRule::ALL {
        let (lowest, highest) = rule.step().range(old.value(rule));
        for (proposed, allowed) in [(lowest, true), (highest, true), (lowest - 1, false), (highest + 1, false)] {
            let mut new = old;
            let small = u64::try_from(proposed).unwrap_or(u64::MAX);
            match rule {
                FeedRule::Quorum => new.quorum = u8::try_from(proposed).unwrap(),
                FeedRule::MaxAge => new.max_age = seconds(small),
                FeedRule::MaxStep => new.max_step = bps(u32::try_from(proposed).unwrap()),
                FeedRule::UpdateInterval => new.update_interval = seconds(small),
                FeedRule::Minimum => new.minimum = Price::from_raw(proposed),
                FeedRule::Maximum => new.maximum = Price::from_raw(proposed),
            }
            let expected =
                if allowed { Ok(()) } else { Err(OracleError::StepTooLarge { rule, proposed, lowest, highest }) };
            assert_eq!(old.check_step(Timestamp::ZERO, &new, at(0)), expected, "{rule:?} to {proposed}");
        }
    }
    let next_at = at(9).after(STEP_INTERVAL);
    assert_eq!(old.check_step(at(9), &old, at(10)), Err(OracleError::ChangedTooSoon { next_at, now: at(10) }));
    assert_eq!(old.check_step(at(9), &old, next_at), Ok(()));
}

fn terms(max_difference: u32, updates: u16) -> ShadowTerms {
    ShadowTerms { max_difference: bps(max_difference), updates }
}

fn begin(terms: ShadowTerms, proposed: &FeedConfig) -> Result<Shadow, OracleError> {
    Shadow::begin(7, terms, &feed(), proposed, at(0), &governor())
}

fn state(price: Price) -> FeedState {
    FeedState { price, updated_at: at(90_000), stepped_at: at(90_000), recovered_at: at(3) }
}

#[test]
fn terms_of_a_ceremony_have_bounds() {
    let (lowest, highest) = (MINIMUM_UPDATES, HIGHEST_DIFFERENCE.raw());
    for good in [terms(1, lowest), terms(highest, u16::MAX)] {
        assert_eq!(
            begin(good, &feed()),
            Ok(Shadow { candidate: 7, terms: good, agreed: 0, compared_at: Timestamp::ZERO })
        );
    }
    for bad in [terms(0, lowest), terms(highest + 1, lowest), terms(1, lowest - 1), terms(1, 0)] {
        assert!(matches!(begin(bad, &feed()), Err(OracleError::ShadowTermsOutOfBounds { .. })), "{bad:?}");
    }
    let far = FeedConfig { quorum: 1, ..feed() };
    assert!(matches!(begin(terms(1, lowest), &far), Err(OracleError::StepTooLarge { rule: FeedRule::Quorum, .. })));
}

/// T6: a source that misses a factor never agrees; one that agrees has to do so to the last update, and at the moment of the switch.
#[test]
fn t06_a_source_goes_live_only_after_it_has_agreed_in_a_row() {
    let mut shadow = begin(terms(100, 10), &feed()).unwrap();
    let live = dollars(2_000);
    let (near, far) = (dollars(2_020), Price::from_raw(dollars(2_020).raw() + 1));
    let go = |shadow: &Shadow, price| shadow.go_live(&state(price), Ok(&state(live)), at(90_000), None);
    let mut now = 1_000;
    let mut minute = |price| {
        now += 60;
        FeedState { updated_at: at(now), ..state(price) }
    };
    for round in 0..3 {
        let mut last = minute(near);
        shadow = shadow.compare(&last, Some(live)).unwrap();
        for _ in 0..8 {
            last = minute(near);
            shadow = shadow.compare(&last, Some(live)).unwrap();
        }
        assert_eq!(go(&shadow, near), Err(OracleError::NotProven { agreed: 9, updates: 10 }), "round {round}");
        // Without a live price there is nothing to compare with; the same data, and what is not a minute younger, counts once.
        assert_eq!(shadow.compare(&minute(near), None), Ok(shadow));
        let hasty = FeedState { updated_at: Timestamp::from_raw(last.updated_at.raw() + 59), ..last };
        for again in [last, hasty, FeedState { price: far, ..last }] {
            assert_eq!(shadow.compare(&again, Some(live)), Ok(shadow));
        }
        // The factor of the incident, and one unit too much; a second later is late enough to disagree.
        for wrong in [Price::from_raw(dollars(112).raw() / 100), far] {
            let wrong = FeedState { price: wrong, updated_at: Timestamp::from_raw(last.updated_at.raw() + 1), ..last };
            assert_eq!(shadow.compare(&wrong, Some(live)).unwrap().agreed, 0);
        }
        shadow = shadow.compare(&minute(far), Some(live)).unwrap();
    }
    for _ in 0..10 {
        shadow = shadow.compare(&minute(near), Some(live)).unwrap();
    }
    assert_eq!(go(&shadow, far), Err(OracleError::Disagrees { candidate: far, live }));
    assert_eq!(go(&shadow, near), Ok(state(near)));
}

/// Without a live price for a day a vote may do without the comparison; nobody else may, and nobody earlier.
#[test]
fn an_outage_of_a_day_is_ended_by_a_vote() {
    let shadow = begin(terms(100, 10), &feed()).unwrap();
    let (new, now) = (state(dollars(900)), at(OUTAGE.raw() + 50));
    let refused = Err(OracleError::NotProven { agreed: 0, updates: 10 });
    let permit = governor();
    let go = |out_since, permit| shadow.go_live(&new, Err(out_since), now, permit);
    assert_eq!(go(at(50), None), refused);
    assert_eq!(go(at(51), Some(&permit)), refused);
    assert_eq!(go(at(50), Some(&permit)), Ok(FeedState { recovered_at: now, ..new }), "users get their grace period");
    assert_eq!(shadow.go_live(&new, Ok(&state(dollars(900))), now, Some(&permit)), refused, "there is a price");
}
