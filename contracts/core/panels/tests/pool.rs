//! Pools, memberships, and what is divided.
#![allow(clippy::unwrap_used)]
mod common;

use common::{account, amount, at, hearing, sitting, DAY, SEAT_STAKE};
use florin_panels::case::{Case, DRAW_BLOCKS, DRAW_DELAY};
use florin_panels::hearing::Hearing;
use florin_panels::ledger::AssetLedger;
use florin_panels::pool::{check_members, Membership, Pool};
use florin_panels::settlement::{divide_down, Division};
use florin_panels::{Address, ArbitrationError, Moment};
use florin_units::{Amount, MathError};
use proptest::prelude::*;

#[test]
fn named_pools_have_different_members_and_not_too_many() {
    let members = |count: u32| (0..count).map(account).collect::<Vec<Address>>();
    assert_eq!(check_members(&[]), Err(ArbitrationError::EmptyPool));
    assert_eq!(check_members(&members(1)), Ok(1));
    assert_eq!(check_members(&members(64)), Ok(64));
    assert_eq!(check_members(&members(65)), Err(ArbitrationError::PoolTooLarge { members: 65 }));
    let mut twice = members(9);
    twice[8] = account(3);
    assert_eq!(check_members(&twice), Err(ArbitrationError::MemberTwice { member: account(3) }));
    let mut nobody = members(9);
    nobody[4] = [0; 20];
    assert_eq!(check_members(&nobody), Err(ArbitrationError::ZeroAddress));
}

#[test]
fn a_pool_stands_still_while_a_panel_can_be_drawn() {
    let pool = Pool::of(4).called(100);
    let until = 100 + DRAW_DELAY + DRAW_BLOCKS;
    assert_eq!(pool.settling_until, until);
    assert_eq!(pool.called(50), pool, "an earlier call changes nothing");
    for block in [100, until] {
        let settling = ArbitrationError::PoolSettling { until, block };
        assert_eq!(pool.join(block), Err(settling));
        assert_eq!(pool.leave(block), Err(settling));
        let member = joined(2 * SEAT_STAKE);
        assert_eq!(member.add(amount(1), &pool, block), Err(settling));
        assert_eq!(member.withdraw(amount(1), amount(SEAT_STAKE), &pool, block), Err(settling));
    }
    assert_eq!(pool.join(until + 1), Ok((Pool { members: 5, ..pool }, 4)));
    assert_eq!(pool.leave(until + 1), Ok((Pool { members: 3, ..pool }, 3)));
    assert_eq!(Pool::of(0).leave(1), Err(MathError::Overflow.into()));
    assert_eq!(Pool::of(u32::MAX).join(1), Err(MathError::Overflow.into()));
}

/// A member at place 3 with a free stake.
fn joined(stake: u128) -> Membership {
    Membership::default().join(3, amount(stake), amount(SEAT_STAKE)).unwrap()
}

#[test]
fn a_member_joins_with_a_stake_that_covers_a_seat() {
    let small = ArbitrationError::StakeTooSmall { stake: amount(SEAT_STAKE - 1), required: amount(SEAT_STAKE) };
    assert_eq!(Membership::default().join(0, amount(SEAT_STAKE - 1), amount(SEAT_STAKE)), Err(small));
    assert_eq!(Membership::default().join(0, Amount::ZERO, Amount::ZERO), Err(ArbitrationError::ZeroAmount));
    let member = joined(SEAT_STAKE);
    assert!(member.can_sit(amount(SEAT_STAKE)));
    assert_eq!(member.join(4, amount(SEAT_STAKE), amount(SEAT_STAKE)), Err(ArbitrationError::AlreadyMember));
    assert_eq!(member.place(), Ok(3));
    assert_eq!(member.moved(Some(1)).place(), Ok(1));
    // What is left from before counts.
    let former = Membership { position: None, stake: amount(SEAT_STAKE - 1), ..Membership::default() };
    assert_eq!(former.join(0, amount(1), amount(SEAT_STAKE)).unwrap().stake, amount(SEAT_STAKE));
}

#[test]
fn a_seat_locks_what_covers_it() {
    let (stake, pool) = (amount(SEAT_STAKE), Pool::of(1));
    let member = joined(2 * SEAT_STAKE + 1).lock(stake).unwrap().lock(stake).unwrap();
    assert_eq!((member.stake, member.locked, member.seats), (amount(1), amount(2 * SEAT_STAKE), 2));
    assert!(!member.can_sit(stake));
    let above = ArbitrationError::AboveFreeStake { amount: stake, available: amount(1) };
    assert_eq!(member.lock(stake), Err(above));
    assert_eq!(member.withdraw(stake, stake, &pool, 1), Err(above), "what is locked cannot be withdrawn");
    assert_eq!(member.withdraw(amount(1), stake, &pool, 1).unwrap().stake, Amount::ZERO);
    assert_eq!(member.withdraw(Amount::ZERO, stake, &pool, 1), Err(ArbitrationError::ZeroAmount));
    let member = member.release(stake).unwrap();
    assert_eq!((member.stake, member.locked, member.seats), (amount(SEAT_STAKE + 1), stake, 1));
    let member = member.forfeit(stake).unwrap();
    assert_eq!((member.stake, member.locked, member.seats), (amount(SEAT_STAKE + 1), Amount::ZERO, 0));
    assert_eq!(member.forfeit(stake), Err(MathError::Overflow.into()));
    let small = ArbitrationError::StakeTooSmall { stake: amount(SEAT_STAKE - 1), required: stake };
    assert_eq!(member.withdraw(amount(2), stake, &pool, 1), Err(small), "a member in the list can sit once");
    // Who has left gets no seat, and takes out what is free, whatever settles.
    let left = member.moved(None);
    assert!(!left.can_sit(stake));
    assert_eq!(left.place(), Err(ArbitrationError::NotMember));
    assert_eq!(left.add(amount(1), &pool, 1), Err(ArbitrationError::NotMember));
    let empty = left.withdraw(amount(SEAT_STAKE + 1), stake, &pool.called(9), 9).unwrap();
    assert!(empty.is_empty());
}

#[test]
fn no_more_is_paid_than_is_owed() {
    let ledger = AssetLedger::default().received(amount(10)).unwrap();
    assert_eq!(ledger.paid(amount(11)), Err(MathError::Overflow.into()));
    assert_eq!(ledger.check(amount(10)), Ok(()));
    let insolvent = ArbitrationError::Insolvent { required: amount(10), balance: amount(9) };
    assert_eq!(ledger.check(amount(9)), Err(insolvent));
    assert_eq!(ledger.paid(amount(10)), Ok(AssetLedger::default()));
}

/// The same, reported.
fn reported(seats: u8, count: u32, now: Moment) -> Case {
    let case = revealed(seats, count);
    case.report(&case.hearing, now).unwrap()
}

/// A case of the staked pool with so many seats in which the first ones have revealed.
fn revealed(seats: u8, count: u32) -> Case {
    Case { revealed: u16::MAX.checked_shr(16 - count).unwrap_or(0), ..sitting(Hearing { seats, ..hearing() }) }
}

#[test]
fn silence_pays_those_who_spoke() {
    let stake = amount(SEAT_STAKE);
    let division = |share, rest| Ok(Some(Division { share: amount(share), rest: amount(rest) }));
    assert_eq!(revealed(3, 3).forfeits(stake), division(0, 0));
    assert_eq!(revealed(3, 2).forfeits(stake), division(500, 0));
    assert_eq!(revealed(7, 3).forfeits(stake), division(1_333, 1), "what does not divide is the collector's");
    assert_eq!(revealed(3, 0).forfeits(stake), division(0, 3_000), "and so is what nobody has earned");
    let named = Case { hearing: Hearing { pool: 1, ..hearing() }, ..revealed(3, 1) };
    assert_eq!(named.forfeits(stake), Ok(None), "nothing is locked in a named pool");
    assert_eq!(common::called(hearing()).forfeits(stake), Ok(None), "nor before the draw");
    assert_eq!(revealed(3, 1).forfeits(Amount::MAX), Err(MathError::Overflow.into()));
}

#[test]
fn the_first_panel_gets_its_fee_and_the_appeal_panel_the_rest() {
    let now = at(9 * DAY + common::HOUR);
    let first = reported(3, 2, now);
    let appeal = reported(7, 4, now);
    // The fee of the hearing is 500.
    let collected = first.collect(Some(&appeal), amount(301), now).unwrap();
    assert_eq!((collected.share, collected.appeal_share, collected.rest), (amount(150), Amount::ZERO, amount(1)));
    let collected = collected.case.collect(Some(&appeal), amount(1_000), now).unwrap();
    assert_eq!((collected.share, collected.appeal_share, collected.rest), (amount(99), amount(200), amount(2)));
    assert_eq!(collected.case.collected, amount(500));
    // Nobody is there to get what comes beyond.
    let more = collected.case.collect(None, amount(10), now).unwrap();
    assert_eq!((more.share, more.appeal_share, more.rest), (Amount::ZERO, Amount::ZERO, amount(10)));
    assert_eq!(first.collect(None, Amount::ZERO, now), Err(ArbitrationError::NothingReceived));
    let open = first.collect(Some(&revealed(7, 4)), amount(1), now);
    assert!(matches!(open, Err(ArbitrationError::NotAllowed { .. })), "the appeal panel still sits");
}

proptest! {
    /// Every unit is in one place, and those who share evenly get all but less than one unit each.
    #[test]
    fn divisions_conserve(raw in any::<u128>(), among in 0u32..12) {
        let Division { share, rest } = divide_down(amount(raw), among).unwrap();
        prop_assert_eq!(share.raw() * u128::from(among) + rest.raw(), raw);
        prop_assert!(among == 0 || rest.raw() < u128::from(among));
    }

    #[test]
    fn fees_conserve(
        received in prop::collection::vec(1u128..2_000, 1..8),
        revealed_first in 0u32..=3,
        revealed_appeal in prop::option::of(0u32..=7),
    ) {
        let now = at(9 * DAY + common::HOUR);
        let mut first = reported(3, revealed_first, now);
        let appeal = revealed_appeal.map(|count| reported(7, count, now));
        let (mut to_first, mut total) = (0, 0);
        for part in received {
            let collected = first.collect(appeal.as_ref(), amount(part), now).unwrap();
            let shares = collected.share.raw() * u128::from(revealed_first);
            let appeal_shares = collected.appeal_share.raw() * u128::from(revealed_appeal.unwrap_or(0));
            prop_assert_eq!(shares + appeal_shares + collected.rest.raw(), part);
            to_first += shares;
            total += part;
            first = collected.case;
        }
        prop_assert_eq!(first.collected.raw(), total.min(500), "never more than its fee");
        prop_assert!(to_first <= 500);
    }
}
