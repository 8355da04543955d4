//! The leg in another currency: quotes with a least and an end, and hash-time-locked legs in which both sides complete
//! or both go back, whatever the order of transactions.
#![allow(clippy::unwrap_used)]
mod common;

use common::{amount, at, keccak, later, DAY, KEEPER, MONDAY, TOKEN};
use florin_trade::swap::{
    exchange, withdraw, Bound, Leg, LegCommand, LegOutcome, LegStage, LegTerms, Order, Quote, SecretHash, SwapError,
    MAXIMUM_LOCK, MAXIMUM_LOCK_BLOCKS, MINIMUM_GAP, MINIMUM_GAP_BLOCKS,
};
use florin_trade::{Address, Hash};
use florin_units::{Amount, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeMap;

const OWNER: Address = [31; 20];
const DEALER: Address = [32; 20];
const ALICE: Address = [33; 20];
const BOB: Address = [34; 20];
const DIGEST: Hash = [7; 32];
/// The other asset.
const COIN: Address = [35; 20];
const START: Bound = Bound { time: Timestamp::from_raw(MONDAY as u64 * DAY), block: 0 };

fn order() -> Order {
    let (sell, minimum_out) = (amount(1_000), amount(910));
    Order { owner: OWNER, sell_asset: TOKEN, buy_asset: COIN, sell, minimum_out, expires: at(10) }
}

fn quote() -> Quote {
    let (sell, out) = (amount(10_000), amount(9_200));
    Quote { dealer: DEALER, sell_asset: TOKEN, buy_asset: COIN, sell, out, expires: at(5) }
}

#[test]
fn a_quote_that_is_good_enough_is_taken() {
    let done = exchange(&order(), &quote(), amount(1_500), at(1)).unwrap();
    assert_eq!((done.to_dealer.account, done.to_dealer.amount), (DEALER, amount(1_500)));
    assert_eq!((done.to_owner.account, done.to_owner.amount), (OWNER, amount(1_380)));
    assert_eq!((done.quote.sell, done.quote.out), (amount(8_500), amount(7_820)));
}

#[test]
fn a_quote_is_refused_where_it_is_late_small_or_bad() {
    let refused = |order: Order, quote: Quote, sold, now| exchange(&order, &quote, amount(sold), now).unwrap_err();
    assert_eq!(refused(order(), quote(), 0, at(1)), SwapError::ZeroAmount);
    let expired = SwapError::QuoteExpired { expires: at(5), now: at(5) };
    assert_eq!(refused(order(), quote(), 1_000, at(5)), expired);
    let old = Order { expires: at(1), ..order() };
    assert_eq!(refused(old, quote(), 1_000, at(1)), SwapError::OrderExpired { expires: at(1), now: at(1) });
    let small = SwapError::QuoteTooSmall { amount: amount(10_001), available: amount(10_000) };
    assert_eq!(refused(order(), quote(), 10_001, at(1)), small);
    let greedy = Order { minimum_out: amount(921), ..order() };
    let below = SwapError::BelowMinimumOut { out: amount(920), minimum: amount(921) };
    assert_eq!(refused(greedy, quote(), 1_000, at(1)), below);
    // One unit is worth less than one: the least is rounded up, what is given is rounded down.
    let unit = SwapError::BelowMinimumOut { out: Amount::ZERO, minimum: amount(1) };
    assert_eq!(refused(order(), quote(), 1, at(1)), unit);
    let nothing_wanted = Order { minimum_out: Amount::ZERO, ..order() };
    let empty = Order { sell: Amount::ZERO, ..order() };
    for order in [nothing_wanted, empty] {
        for sold in [1, 1_000] {
            assert_eq!(refused(order, quote(), sold, at(1)), SwapError::ZeroAmount);
        }
    }
}

/// A price means something for one pair of assets only, and in one direction.
#[test]
fn an_order_is_filled_by_a_quote_for_its_assets() {
    for (sell_asset, buy_asset) in [(COIN, TOKEN), (TOKEN, [36; 20]), ([36; 20], COIN)] {
        let other = Quote { sell_asset, buy_asset, ..quote() };
        let error = SwapError::OtherAssets { sell: sell_asset, buy: buy_asset };
        assert_eq!(exchange(&order(), &other, amount(1_500), at(1)), Err(error));
        assert_eq!(order().validate(&other), Err(error));
        // Both may mean another pair.
        let order = Order { sell_asset, buy_asset, ..order() };
        let done = exchange(&order, &other, amount(1_500), at(1)).unwrap();
        assert_eq!((done.quote.sell_asset, done.quote.buy_asset), (sell_asset, buy_asset));
    }
    let error = SwapError::OtherAssets { sell: COIN, buy: TOKEN };
    let late = Quote { sell_asset: COIN, buy_asset: TOKEN, expires: at(0), ..quote() };
    assert_eq!(exchange(&order(), &late, amount(0), at(1)), Err(error), "before amounts and times");
}

#[test]
fn quotes_and_orders_are_about_something() {
    assert_eq!((quote().validate(at(4)), order().validate(&quote())), (Ok(()), Ok(())));
    for nothing in [Quote { sell: Amount::ZERO, ..quote() }, Quote { out: Amount::ZERO, ..quote() }] {
        assert_eq!(nothing.validate(at(4)), Err(SwapError::ZeroAmount));
    }
    let error = SwapError::QuoteExpired { expires: at(5), now: at(5) };
    assert_eq!(quote().validate(at(5)), Err(error));
    let error = SwapError::OtherAssets { sell: TOKEN, buy: TOKEN };
    assert_eq!(Quote { buy_asset: TOKEN, ..quote() }.validate(at(4)), Err(error), "an asset for itself");
    // Who names no least amount would take anything.
    for nothing in [Order { sell: Amount::ZERO, ..order() }, Order { minimum_out: Amount::ZERO, ..order() }] {
        assert_eq!(nothing.validate(&quote()), Err(SwapError::ZeroAmount));
    }
}

#[test]
fn a_quote_holds_until_its_end_and_then_goes_back() {
    assert_eq!(withdraw(&quote(), at(4)), Err(SwapError::QuoteHolds { expires: at(5), now: at(4) }));
    let (rest, payout) = withdraw(&quote(), at(5)).unwrap();
    assert_eq!((payout.account, payout.amount), (DEALER, amount(9_200)));
    assert_eq!(withdraw(&rest, at(6)), Err(SwapError::ZeroAmount));
}

proptest! {
    /// A dealer never gives more than it deposited nor less than was wanted, however often it is asked.
    #[test]
    fn a_quote_gives_what_it_has(
        sell in 1u128..1_000_000_000,
        out in 1u128..1_000_000_000,
        parts in prop::collection::vec(1u128..100_000_000, 1..40),
        minimum_out in 0u128..2_000,
    ) {
        let order = Order { minimum_out: amount(minimum_out), ..order() };
        let mut quote = Quote { sell: amount(sell), out: amount(out), ..quote() };
        let (mut sold, mut given) = (0, 0);
        for part in parts {
            let Ok(done) = exchange(&order, &quote, amount(part), at(1)) else { continue };
            sold += part;
            given += done.to_owner.amount.raw();
            prop_assert_eq!(done.to_dealer.amount, amount(part));
            prop_assert!(done.to_owner.amount.raw() * 1_000 >= part * minimum_out);
            quote = done.quote;
        }
        prop_assert_eq!(quote.sell.raw() + sold, sell);
        prop_assert_eq!(quote.out.raw() + given, out);
    }
}

fn bound(day: u64, block: u32) -> Bound {
    Bound { time: at(day), block }
}

fn leg_terms() -> LegTerms {
    LegTerms {
        funder: BOB,
        claimer: ALICE,
        asset: TOKEN,
        amount: amount(1_000),
        premium: amount(15),
        digest: DIGEST,
        hash: SecretHash::Keccak256,
        lock_until: bound(1, 1_000),
        claim_until: bound(2, 2_000),
        refund_from: bound(3, 3_000),
    }
}

fn locked() -> Leg {
    let leg = Leg::agree(leg_terms(), START).unwrap();
    let leg = leg.decide(&LegCommand::Bond { received: amount(15) }, &ALICE, bound(0, 1)).unwrap().leg;
    leg.decide(&LegCommand::Lock { received: amount(1_000) }, &BOB, bound(0, 2)).unwrap().leg
}

fn paid(outcome: &LegOutcome, account: Address) -> u128 {
    outcome.payouts.iter().filter(|payout| payout.account == account).map(|payout| payout.amount.raw()).sum()
}

#[test]
fn the_claimer_gets_amount_and_premium_against_the_preimage() {
    let wrong = locked().decide(&LegCommand::Claim { digest: [8; 32] }, &ALICE, bound(1, 1_500));
    assert_eq!(wrong, Err(SwapError::WrongPreimage { expected: DIGEST, actual: [8; 32] }));
    // Anybody may bring it; the money goes to the claimer.
    let claimed = locked().decide(&LegCommand::Claim { digest: DIGEST }, &KEEPER, bound(1, 1_500)).unwrap();
    assert_eq!(paid(&claimed, ALICE), 1_015);
    let again = claimed.leg.decide(&LegCommand::Claim { digest: DIGEST }, &ALICE, bound(1, 1_500));
    assert_eq!(again, Err(SwapError::WrongStage { expected: LegStage::Locked, actual: LegStage::Claimed }));
    let back = claimed.leg.decide(&LegCommand::Refund, &BOB, bound(9, 9_000));
    assert_eq!(back, Err(SwapError::WrongStage { expected: LegStage::Locked, actual: LegStage::Claimed }));
}

/// E11: a leg that is not claimed pays the one who waited, and claims end well before refunds begin, by both clocks.
#[test]
fn e11_the_option_has_a_price_and_claims_end_before_refunds_begin() {
    let leg = locked();
    let refunded = leg.decide(&LegCommand::Refund, &KEEPER, bound(3, 3_000)).unwrap();
    assert_eq!((paid(&refunded, BOB), paid(&refunded, ALICE)), (1_015, 0));

    let claim = LegCommand::Claim { digest: DIGEST };
    assert!(leg.decide(&claim, &ALICE, Bound { time: common::before(at(2)), block: 1_999 }).is_ok());
    for late in [bound(2, 1_999), Bound { time: common::before(at(2)), block: 2_000 }, bound(2, 2_000), bound(9, 9_000)]
    {
        let error = SwapError::TooLate { until: bound(2, 2_000), now: late };
        assert_eq!(leg.decide(&claim, &ALICE, late), Err(error), "a late preimage counts for nothing");
    }
    for early in [bound(3, 2_999), Bound { time: common::before(at(3)), block: 3_000 }, bound(2, 2_500)] {
        let error = SwapError::TooEarly { from: bound(3, 3_000), now: early };
        assert_eq!(leg.decide(&LegCommand::Refund, &BOB, early), Err(error));
    }
}

#[test]
fn a_premium_goes_back_where_nothing_was_locked() {
    let leg = Leg::agree(leg_terms(), START).unwrap();
    let leg = leg.decide(&LegCommand::Bond { received: amount(15) }, &ALICE, bound(0, 1)).unwrap().leg;
    assert_eq!(leg.held(), Ok(amount(15)));
    let early = SwapError::TooEarly { from: bound(1, 1_000), now: bound(0, 999) };
    assert_eq!(leg.decide(&LegCommand::Refund, &ALICE, bound(0, 999)), Err(early));
    let late = SwapError::TooLate { until: bound(1, 1_000), now: bound(1, 1_000) };
    assert_eq!(leg.decide(&LegCommand::Lock { received: amount(1_000) }, &BOB, bound(1, 1_000)), Err(late));
    let back = leg.decide(&LegCommand::Refund, &KEEPER, bound(1, 1_000)).unwrap();
    assert_eq!((paid(&back, ALICE), paid(&back, BOB)), (15, 0));
    assert_eq!(back.leg.held(), Ok(Amount::ZERO));
}

#[test]
fn legs_take_the_right_money_from_the_right_people() {
    let leg = Leg::agree(leg_terms(), START).unwrap();
    let bond = LegCommand::Bond { received: amount(15) };
    let error = SwapError::WrongCaller { expected: ALICE, caller: BOB };
    assert_eq!(leg.decide(&bond, &BOB, bound(0, 1)), Err(error));
    for received in [0, 14, 16] {
        let error = SwapError::WrongPayment { required: amount(15), received: amount(received) };
        assert_eq!(leg.decide(&LegCommand::Bond { received: amount(received) }, &ALICE, bound(0, 1)), Err(error));
    }
    let lock = LegCommand::Lock { received: amount(1_000) };
    let error = SwapError::WrongStage { expected: LegStage::Bonded, actual: LegStage::Agreed };
    assert_eq!(leg.decide(&lock, &BOB, bound(0, 1)), Err(error), "first the premium");
    let bonded = leg.decide(&bond, &ALICE, bound(0, 1)).unwrap().leg;
    let error = SwapError::WrongCaller { expected: BOB, caller: ALICE };
    assert_eq!(bonded.decide(&lock, &ALICE, bound(0, 1)), Err(error));
    assert_eq!(locked().held(), Ok(amount(1_015)));
}

#[test]
fn a_leg_has_two_sides() {
    let terms = leg_terms();
    assert_eq!((terms.check_side(&ALICE), terms.check_side(&BOB)), (Ok(()), Ok(())));
    let error = SwapError::WrongCaller { expected: ALICE, caller: KEEPER };
    assert_eq!(terms.check_side(&KEEPER), Err(error));
}

#[test]
fn legs_have_a_premium_and_a_gap() {
    let terms = leg_terms();
    assert_eq!(Leg::agree(LegTerms { premium: Amount::ZERO, ..terms }, START), Err(SwapError::ZeroAmount));
    assert_eq!(Leg::agree(LegTerms { amount: Amount::ZERO, ..terms }, START), Err(SwapError::ZeroAmount));
    let least = Bound { time: at(2).after(MINIMUM_GAP), block: 2_000 + MINIMUM_GAP_BLOCKS };
    assert!(Leg::agree(LegTerms { refund_from: least, ..terms }, START).is_ok());
    for refund_from in [
        Bound { time: common::before(least.time), ..least },
        Bound { block: least.block - 1, ..least },
        terms.claim_until,
    ] {
        let error = SwapError::GapTooSmall { claim_until: terms.claim_until, refund_from };
        assert_eq!(Leg::agree(LegTerms { refund_from, ..terms }, START), Err(error));
    }
    let last = Bound { time: Timestamp::from_raw(at(2).raw() - MINIMUM_GAP.raw()), block: 2_000 - MINIMUM_GAP_BLOCKS };
    assert!(Leg::agree(LegTerms { lock_until: last, ..terms }, START).is_ok());
    for lock_until in [
        terms.claim_until,
        bound(2, 1),
        bound(0, 2_000),
        Bound { time: later(last.time, 1), ..last },
        Bound { block: last.block + 1, ..last },
    ] {
        let error = SwapError::GapTooSmall { claim_until: terms.claim_until, refund_from: terms.refund_from };
        assert_eq!(Leg::agree(LegTerms { lock_until, ..terms }, START), Err(error));
    }
}

#[test]
fn no_leg_locks_money_for_longer_than_ninety_days() {
    let latest = Bound { time: START.time.after(MAXIMUM_LOCK), block: MAXIMUM_LOCK_BLOCKS };
    assert_eq!(latest.time, at(90));
    assert_eq!(u64::from(latest.block) * 2, 90 * DAY, "a block every two seconds");
    assert!(Leg::agree(LegTerms { refund_from: latest, ..leg_terms() }, START).is_ok());
    for refund_from in [Bound { time: later(latest.time, 1), ..latest }, Bound { block: latest.block + 1, ..latest }] {
        let error = SwapError::TooFarAhead { refund_from, latest };
        assert_eq!(Leg::agree(LegTerms { refund_from, ..leg_terms() }, START), Err(error));
    }
    let endless = Bound { time: Timestamp::from_raw(u64::MAX), block: u32::MAX };
    assert!(Leg::agree(LegTerms { refund_from: endless, ..leg_terms() }, START).is_err());
}

#[test]
fn a_leg_that_nobody_bonded_can_be_ended() {
    let leg = Leg::agree(leg_terms(), START).unwrap();
    let early = SwapError::TooEarly { from: bound(1, 1_000), now: bound(1, 999) };
    assert_eq!(leg.decide(&LegCommand::Refund, &KEEPER, bound(1, 999)), Err(early));
    let ended = leg.decide(&LegCommand::Refund, &KEEPER, bound(1, 1_000)).unwrap();
    assert_eq!((ended.leg.stage, ended.payouts.iter().count()), (LegStage::Refunded, 0));
    let again = SwapError::WrongStage { expected: LegStage::Locked, actual: LegStage::Refunded };
    assert_eq!(ended.leg.decide(&LegCommand::Refund, &KEEPER, bound(1, 1_000)), Err(again));
}

#[test]
fn a_preimage_has_the_length_of_a_word() {
    let preimage: Hash = [9; 32];
    let leg = Leg::agree(LegTerms { digest: keccak(&preimage), ..leg_terms() }, START).unwrap();
    let leg = leg.decide(&LegCommand::Bond { received: amount(15) }, &ALICE, bound(0, 1)).unwrap().leg;
    let leg = leg.decide(&LegCommand::Lock { received: amount(1_000) }, &BOB, bound(0, 2)).unwrap().leg;
    assert!(leg.decide(&LegCommand::claim(&[8; 32], keccak), &ALICE, bound(1, 1_500)).is_err());
    let claimed = leg.decide(&LegCommand::claim(&preimage, keccak), &ALICE, bound(1, 1_500)).unwrap();
    assert_eq!(paid(&claimed, ALICE), 1_015);
}

/// SHA-256 of 32 zero bytes.
const SHA256_OF_ZERO: Hash = [
    0x66, 0x68, 0x7a, 0xad, 0xf8, 0x62, 0xbd, 0x77, 0x6c, 0x8f, 0xc1, 0x8b, 0x8e, 0x9f, 0x8e, 0x20, 0x08, 0x97, 0x14,
    0x85, 0x6e, 0xe2, 0x33, 0xb3, 0x90, 0x2a, 0x59, 0x1d, 0x0d, 0x5f, 0x29, 0x25,
];

/// The other chain may know the secret by another hash than this one.
#[test]
fn a_leg_says_by_which_hash_its_secret_is_known() {
    let by_sha = LegTerms { digest: SHA256_OF_ZERO, hash: SecretHash::Sha256, ..leg_terms() };
    let by_keccak = LegTerms { hash: SecretHash::Keccak256, ..by_sha };
    assert_ne!(Leg::agree(by_sha, START), Leg::agree(by_keccak, START));
    let leg = Leg { terms: by_sha, ..locked() };
    assert_eq!((leg.terms.hash, leg.terms.asset), (SecretHash::Sha256, TOKEN));
    let by_wrong_hash = leg.decide(&LegCommand::claim(&[0; 32], keccak), &ALICE, bound(1, 1_500));
    let error = SwapError::WrongPreimage { expected: SHA256_OF_ZERO, actual: keccak(&[0; 32]) };
    assert_eq!(by_wrong_hash, Err(error));
    let sha256 = |preimage: &[u8]| if preimage == [0; 32] { SHA256_OF_ZERO } else { [0; 32] };
    let claimed = leg.decide(&LegCommand::claim(&[0; 32], sha256), &ALICE, bound(1, 1_500)).unwrap();
    assert_eq!((paid(&claimed, ALICE), claimed.leg.terms), (1_015, by_sha));
}

/// Tries an act; one that is refused changes nothing.
fn send(leg: &mut Leg, command: LegCommand, caller: Address, now: Bound, balances: &mut BTreeMap<Address, i128>) {
    let Ok(outcome) = leg.decide(&command, &caller, now) else { return };
    *balances.entry(caller).or_default() -= outcome.received.raw() as i128;
    for payout in outcome.payouts.iter() {
        *balances.entry(payout.account).or_default() += payout.amount.raw() as i128;
    }
    *leg = outcome.leg;
}

proptest! {
    /// Two legs with one hash, random acts in random order at random times, then silence: money is conserved, and
    /// whoever watches the chain is safe. Alice claims the second leg by revealing the preimage; Bob, who watches, then
    /// claims the first one.
    #[test]
    fn both_legs_complete_or_both_go_back(acts in prop::collection::vec((0u8..6, 0u64..3_600 * 14, 0u32..400), 1..40)) {
        // The first leg is Alice's, Bob claims it; it ends after the second one, so that Bob has the time.
        let first = LegTerms {
            funder: ALICE,
            claimer: BOB,
            lock_until: bound(1, 1_000),
            claim_until: bound(6, 6_000),
            refund_from: bound(7, 7_000),
            ..leg_terms()
        };
        let mut legs = [Leg::agree(first, START).unwrap(), Leg::agree(leg_terms(), START).unwrap()];
        let mut now = bound(0, 0);
        let mut balances = BTreeMap::from([(ALICE, 0i128), (BOB, 0)]);
        let claim = LegCommand::Claim { digest: DIGEST };
        let (bond, lock) = (LegCommand::Bond { received: amount(15) }, LegCommand::Lock { received: amount(1_000) });
        for (kind, seconds, blocks) in acts {
            now = Bound { time: later(now.time, seconds), block: now.block + blocks };
            match kind {
                0 => send(&mut legs[0], bond, BOB, now, &mut balances),
                1 => send(&mut legs[0], lock, ALICE, now, &mut balances),
                2 => send(&mut legs[1], bond, ALICE, now, &mut balances),
                // Bob locks only when Alice's side stands.
                3 if legs[0].stage == LegStage::Locked => send(&mut legs[1], lock, BOB, now, &mut balances),
                4 => {
                    send(&mut legs[1], claim, ALICE, now, &mut balances);
                    // Bob sees the preimage and has days to act.
                    if legs[1].stage == LegStage::Claimed {
                        send(&mut legs[0], claim, BOB, now, &mut balances);
                    }
                }
                _ => {
                    for leg in &mut legs {
                        send(leg, LegCommand::Refund, BOB, now, &mut balances);
                    }
                }
            }
        }
        for leg in &mut legs {
            send(leg, LegCommand::Refund, ALICE, bound(99, 99_000), &mut balances);
        }
        let held: u128 = legs.iter().map(|leg| leg.held().unwrap().raw()).sum();
        prop_assert_eq!(held, 0, "silence holds nothing");
        prop_assert_eq!(balances.values().sum::<i128>(), 0);
        let claimed = legs.map(|leg| leg.stage == LegStage::Claimed);
        prop_assert_eq!(claimed[0], claimed[1], "both or none");
        if !claimed[0] {
            // At worst a premium changed hands, to the one who waited.
            prop_assert!(balances[&BOB].abs() <= 30);
        }
    }
}
