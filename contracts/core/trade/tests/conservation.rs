//! Money: books, liabilities, claims, and the incidents in which other escrows lost some.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    agreement, amount, at, bps, by_milestones, context, free, keccak, papers, snapshot, Deal, AMOUNT, APPLICANT,
    ARBITRATION, BENEFICIARY, COLLECTOR, FACTOR, KEEPER, TOKEN,
};
use florin_trade::decision::Screening;
use florin_trade::examination::Discrepancies;
use florin_trade::ledger::{
    redeem, redirection_hash, return_undelivered, AssetLedger, Book, Claim, Delivery, Payouts, Purpose, Redemption,
    MAXIMUM_DELAY,
};
use florin_trade::roles::{check, Governor, Roles};
use florin_trade::state::Status;
use florin_trade::terms::Retention;
use florin_trade::{Address, Context, EscrowError};
use florin_units::{Amount, MathError, Timestamp};
use proptest::prelude::*;

const HAVEN: Address = [61; 20];
const SCREENING: Address = [60; 20];

/// A book with so much held of what came in.
fn book(paid: u128) -> Book {
    Book { funded: amount(1_000), available: amount(1_000 - paid), paid: amount(paid), ..Book::default() }
}

#[test]
fn a_book_balances_or_it_does_not() {
    assert!(book(300).is_balanced());
    assert!(!Book { funded: amount(999), ..book(300) }.is_balanced());
    assert!(!Book { dust: amount(1), ..book(300) }.is_balanced());
    let huge = Book { paid: Amount::MAX, dust: amount(1), ..Book::default() };
    assert!(!huge.is_balanced(), "a sum that does not fit balances nothing");
    assert_eq!(book(300).undrawn(), Ok(amount(700)));
    let mixed = Book { presented: amount(20), retained: amount(3), accepted: amount(4), bonds: amount(5), ..book(300) };
    assert_eq!((mixed.undrawn(), mixed.held()), (Ok(amount(720)), Ok(amount(732))));
}

/// E1: no sequence of partial drawings and refunds takes more out of an escrow than went in.
#[test]
fn e01_drawn_and_refunded_is_not_more_than_funded() {
    let mut deal = Deal::funded(agreement(), free());
    deal.present(600_000, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.agree(AMOUNT).unwrap_err().code(), 41, "what was drawn is not there a second time");
    assert_eq!(deal.present(400_001, 0).unwrap_err().code(), 16);
    deal.now = at(60);
    deal.settle(APPLICANT).unwrap();
    assert_eq!(deal.paid_to(APPLICANT), 400_000, "and not the whole");
    assert_eq!(deal.settle(APPLICANT).unwrap_err().code(), 4);
    assert_eq!(deal.status(), Status::Closed);
}

/// E3, E4: a payout that cannot be delivered, also in a dispute, becomes a claim of its owner, and the owner can have
/// it paid elsewhere by its signature.
#[test]
fn e03_e04_what_cannot_be_delivered_can_be_claimed() {
    let mut deal = Deal::funded(agreement(), free());
    deal.raise(BENEFICIARY).unwrap();
    deal.offer(APPLICANT, 300_000).unwrap();
    let outcome = deal.accept(BENEFICIARY, 300_000).unwrap();
    let ledger = AssetLedger { liabilities: amount(1_050_000), seed: amount(1) };
    let ledger = ledger.moved(outcome.received(), &outcome.payouts).unwrap();
    assert_eq!(ledger.liabilities, Amount::ZERO, "all is pushed");
    // The beneficiary is frozen on the asset: both of its payouts come back.
    let (mut book, mut ledger, mut claim) = (outcome.view.escrow.book, ledger, Claim::default());
    for payout in outcome.payouts.iter().filter(|payout| payout.account == BENEFICIARY) {
        let back = return_undelivered(&book, &ledger, &claim, payout.amount, at(4)).unwrap();
        (book, ledger, claim) = (back.book, back.ledger, back.claim);
        assert!(book.is_balanced());
    }
    assert_eq!((claim.amount, ledger.liabilities), (amount(350_000), amount(350_000)));
    assert_eq!((book.claimable, book.paid), (amount(350_000), amount(700_000)));

    let redirection = |nonce, deadline| Redemption::BySignature { signer: BENEFICIARY, to: HAVEN, nonce, deadline };
    let by_keeper = context(KEEPER, at(5));
    let redeem = |redemption, context: &Context| redeem(&BENEFICIARY, &claim, &ledger, &redemption, context);
    let error = EscrowError::ConsentExpired { deadline: at(4), now: at(5) };
    assert_eq!(redeem(redirection(0, at(4)), &by_keeper), Err(error));
    let error = EscrowError::WrongNonce { expected: 0, given: 1 };
    assert_eq!(redeem(redirection(1, at(5)), &by_keeper), Err(error));
    let error = EscrowError::WrongCaller { expected: BENEFICIARY, caller: KEEPER };
    assert_eq!(redeem(Redemption::ByCaller { to: KEEPER }, &by_keeper), Err(error));
    let denied = Context { screening: Screening::Denied, ..by_keeper };
    assert_eq!(redeem(redirection(0, at(5)), &denied), Err(EscrowError::Denied { account: HAVEN }));
    let elsewhere = redeem(Redemption::ByCaller { to: HAVEN }, &context(BENEFICIARY, at(5))).unwrap();
    assert_eq!((elsewhere.payout.account, elsewhere.claim.redemptions), (HAVEN, 1));
    let own = Context { screening: Screening::Denied, ..context(BENEFICIARY, at(5)) };
    assert_eq!(redeem(Redemption::ByCaller { to: HAVEN }, &own), Err(EscrowError::Denied { account: HAVEN }));
    // Nobody can keep the owner from getting it itself, whoever asks for it.
    for caller in [BENEFICIARY, KEEPER, APPLICANT] {
        let asked = Context { screening: Screening::Denied, ..context(caller, at(5)) };
        let redeemed = redeem(Redemption::ByCaller { to: BENEFICIARY }, &asked).unwrap();
        assert_eq!((redeemed.payout.account, redeemed.payout.amount), (BENEFICIARY, amount(350_000)));
        assert_eq!(redeemed.claim, Claim { amount: Amount::ZERO, redemptions: 1, since: at(4) });
    }

    let redeemed = redeem(redirection(0, at(5)), &by_keeper).unwrap();
    assert_eq!((redeemed.payout.account, redeemed.payout.amount), (HAVEN, amount(350_000)));
    assert_eq!(redeemed.payout.purpose, Purpose::Claim);
    assert_eq!(redeemed.ledger.liabilities, Amount::ZERO);
    assert_eq!(redeemed.claim, Claim { amount: Amount::ZERO, redemptions: 1, since: at(4) });
}

/// What an asset refuses its owner and a compliance contract refuses everybody else is out after a time that both know.
#[test]
fn a_compliance_contract_delays_a_claim_and_keeps_nothing() {
    let claim = Claim::default().credit(amount(60), at(4)).unwrap();
    // What comes later does not begin anew: who can add a little could put it off for ever.
    let claim = claim.credit(amount(40), at(50)).unwrap();
    let ledger = AssetLedger { liabilities: amount(100), seed: amount(1) };
    let until = at(4).after(MAXIMUM_DELAY);
    let redemption = Redemption::ByCaller { to: HAVEN };
    let asked = |now| Context { screening: Screening::Denied, ..context(BENEFICIARY, now) };
    for now in [at(4), at(93), Timestamp::from_raw(until.raw() - 1)] {
        let result = redeem(&BENEFICIARY, &claim, &ledger, &redemption, &asked(now));
        assert_eq!(result, Err(EscrowError::Denied { account: HAVEN }));
    }
    let paid = redeem(&BENEFICIARY, &claim, &ledger, &redemption, &asked(until)).unwrap();
    assert_eq!((paid.payout.account, paid.payout.amount), (HAVEN, amount(100)));
    // What is owed after that waits anew, and so does a lot that is added to a little.
    let later = paid.claim.credit(amount(1), until).unwrap();
    assert!(later.is_screened(until));
    assert!(claim.credit(amount(100), until).unwrap().is_screened(until));
    assert!(!claim.credit(amount(99), until).unwrap().is_screened(until));
}

#[test]
fn a_redirection_counts_once_and_for_one_pair() {
    let claim = Claim { amount: amount(100), redemptions: 1, since: at(4) };
    let ledger = AssetLedger { liabilities: amount(100), seed: amount(1) };
    let used = Redemption::BySignature { signer: BENEFICIARY, to: HAVEN, nonce: 0, deadline: at(9) };
    let result = redeem(&BENEFICIARY, &claim, &ledger, &used, &context(KEEPER, at(5)));
    assert_eq!(result, Err(EscrowError::WrongNonce { expected: 1, given: 0 }));
    let forged = Redemption::BySignature { signer: KEEPER, to: KEEPER, nonce: 1, deadline: at(9) };
    let result = redeem(&BENEFICIARY, &claim, &ledger, &forged, &context(KEEPER, at(5)));
    assert_eq!(result, Err(EscrowError::WrongCaller { expected: BENEFICIARY, caller: KEEPER }));
    let one = redirection_hash(&TOKEN, &SCREENING, &BENEFICIARY, &HAVEN, 1, at(9), keccak);
    for other in [
        redirection_hash(&[62; 20], &SCREENING, &BENEFICIARY, &HAVEN, 1, at(9), keccak),
        redirection_hash(&TOKEN, &[0; 20], &BENEFICIARY, &HAVEN, 1, at(9), keccak),
        redirection_hash(&TOKEN, &SCREENING, &APPLICANT, &HAVEN, 1, at(9), keccak),
        redirection_hash(&TOKEN, &SCREENING, &BENEFICIARY, &KEEPER, 1, at(9), keccak),
        redirection_hash(&TOKEN, &SCREENING, &BENEFICIARY, &HAVEN, 2, at(9), keccak),
        redirection_hash(&TOKEN, &SCREENING, &BENEFICIARY, &HAVEN, 1, at(8), keccak),
    ] {
        assert_ne!(one, other);
    }
    let mut words = [[0; 32]; 7];
    let fields = "address asset,address screening,address account,address to,uint256 nonce,uint256 deadline";
    words[0] = keccak(format!("Redirection({fields})").as_bytes());
    for (word, address) in words[1..5].iter_mut().zip([TOKEN, SCREENING, BENEFICIARY, HAVEN]) {
        word[12..].copy_from_slice(&address);
    }
    words[5][31] = 1;
    words[6][24..].copy_from_slice(&at(9).raw().to_be_bytes());
    assert_eq!(one, keccak(words.as_flattened()), "the asset is signed too");
}

/// What was signed for one claim redirects none that comes later, in whatever way the first one was paid.
#[test]
fn a_redirection_ends_with_the_claim_it_was_signed_for() {
    let signed = Redemption::BySignature { signer: BENEFICIARY, to: HAVEN, nonce: 0, deadline: at(9) };
    let own = Redemption::ByCaller { to: BENEFICIARY };
    let elsewhere = Redemption::ByCaller { to: FACTOR };
    for (first, caller) in [(own, BENEFICIARY), (own, KEEPER), (elsewhere, BENEFICIARY), (signed, KEEPER)] {
        let claim = Claim::default().credit(amount(100), at(4)).unwrap();
        let ledger = AssetLedger { liabilities: amount(130), seed: amount(1) };
        let paid = redeem(&BENEFICIARY, &claim, &ledger, &first, &context(caller, at(5))).unwrap();
        assert_eq!(paid.claim, Claim { amount: Amount::ZERO, redemptions: 1, since: at(4) });
        let later = paid.claim.credit(amount(30), at(6)).unwrap();
        assert_eq!(later, Claim { amount: amount(30), redemptions: 1, since: at(6) });
        let replayed = redeem(&BENEFICIARY, &later, &paid.ledger, &signed, &context(KEEPER, at(5)));
        assert_eq!(replayed, Err(EscrowError::WrongNonce { expected: 1, given: 0 }));
    }
    let last = Claim { amount: amount(1), redemptions: u32::MAX, since: at(4) };
    let ledger = AssetLedger { liabilities: amount(1), seed: amount(1) };
    let result = redeem(&BENEFICIARY, &last, &ledger, &own, &context(BENEFICIARY, at(5)));
    assert_eq!(result, Err(EscrowError::Math(MathError::Overflow)));
}

#[test]
fn a_claim_of_nothing_is_not_paid() {
    let ledger = AssetLedger { liabilities: amount(100), seed: amount(1) };
    let own = Redemption::ByCaller { to: FACTOR };
    let by_factor = context(FACTOR, at(1));
    let error = EscrowError::NothingToClaim { account: FACTOR };
    assert_eq!(redeem(&FACTOR, &Claim::default(), &ledger, &own, &by_factor), Err(error));
    let unit = Claim::default().credit(amount(1), at(4)).unwrap();
    let redeemed = redeem(&FACTOR, &unit, &ledger, &own, &by_factor).unwrap();
    assert_eq!((redeemed.payout.amount, redeemed.ledger.liabilities), (amount(1), amount(99)));
    let again = redeem(&FACTOR, &redeemed.claim, &redeemed.ledger, &own, &by_factor);
    assert_eq!(again, Err(error), "once");
    let owed_less = AssetLedger { liabilities: Amount::ZERO, ..ledger };
    let result = redeem(&FACTOR, &unit, &owed_less, &own, &by_factor);
    assert_eq!(result, Err(EscrowError::Math(MathError::Overflow)));
}

/// Whoever has ruled collects the fee, however small it is, and so knows for which dispute it was paid.
#[test]
fn an_arbitration_fee_is_kept_to_be_claimed() {
    for fee in [5, 20_000] {
        let mut agreement = agreement();
        agreement.dispute.fee = amount(fee);
        let mut deal = Deal::funded(agreement, snapshot());
        deal.present(AMOUNT, 0).unwrap();
        deal.notice(Discrepancies::OTHER).unwrap();
        deal.raise(BENEFICIARY).unwrap();
        deal.now = at(5);
        deal.rule(&common::seats(common::PANEL, &[Some(AMOUNT); 3])).unwrap();
        deal.now = at(12);
        let outcome = deal.settle(BENEFICIARY).unwrap();
        let payout = outcome.payouts.iter().find(|payout| payout.purpose == Purpose::Arbitration).copied().unwrap();
        assert_eq!((payout.account, payout.amount), (ARBITRATION, amount(fee)));
        assert_eq!(payout.delivery, Delivery::Accumulate);
        let book = outcome.view.escrow.book;
        assert_eq!((book.claimable, book.dust, book.fees), (amount(fee), Amount::ZERO, amount(5_000)));
        let pushed = AMOUNT - 5_000 + 50_000 - fee;
        assert_eq!((book.paid, outcome.payouts.pushed()), (amount(pushed), Ok(amount(pushed))));
        // It stays a liability until it is collected.
        let ledger = AssetLedger { liabilities: amount(AMOUNT + 50_000), seed: amount(1) };
        let ledger = ledger.moved(Amount::ZERO, &outcome.payouts).unwrap();
        assert_eq!(ledger.liabilities, amount(fee + 5_000));
        let claim = Claim::default().credit(payout.amount, at(4)).unwrap();
        let own = Redemption::ByCaller { to: ARBITRATION };
        let redeemed = redeem(&ARBITRATION, &claim, &ledger, &own, &context(ARBITRATION, at(12))).unwrap();
        assert_eq!((redeemed.payout.amount, redeemed.ledger.liabilities), (amount(fee), amount(5_000)));
    }
}

/// E7: what comes in is measured and exact, a milestone is paid once, and the seller releases nothing.
#[test]
fn e07_no_money_twice() {
    let mut agreement = agreement();
    by_milestones(&mut agreement);
    let mut deal = Deal::funded(agreement, free());
    let shown = papers(&agreement.checklist, at(0));
    deal.show(200_000, Some(0), &shown, false).unwrap();
    let approve = florin_trade::Command::Approve { presentation: deal.named() };
    assert_eq!(deal.send(BENEFICIARY, &approve).unwrap_err().code(), 5);
    deal.approve().unwrap();
    assert_eq!(deal.show(200_000, Some(0), &shown, false).unwrap_err().code(), 20);
    assert_eq!(deal.fund(free()), Err(EscrowError::AlreadyFunded));
}

/// E15: what is too small for an account stays claimable, sums of it are paid, and the contract's own account never
/// falls below what keeps it alive.
#[test]
fn e15_dust_is_kept_and_the_contract_lives() {
    let mut agreement = agreement();
    agreement.terms.tip = amount(0);
    let mut deal = Deal::funded(agreement, snapshot());
    deal.view.receivable = deal.view.receivable.assign(&BENEFICIARY, FACTOR, bps(100), &BENEFICIARY).unwrap();
    deal.present(900, 0).unwrap();
    let outcome = deal.approve().unwrap();
    // Five of fee, eight for the factor: too small to be pushed.
    let of = |account: Address| outcome.payouts.iter().find(|payout| payout.account == account).copied().unwrap();
    assert_eq!((of(COLLECTOR).amount, of(COLLECTOR).delivery), (amount(5), Delivery::Accumulate));
    assert_eq!((of(FACTOR).amount, of(FACTOR).delivery), (amount(8), Delivery::Accumulate));
    assert_eq!((of(BENEFICIARY).amount, of(BENEFICIARY).delivery), (amount(887), Delivery::Push));
    let book = outcome.view.escrow.book;
    assert_eq!((book.fees, book.dust, book.paid), (amount(5), amount(8), amount(887)));
    assert_eq!(outcome.payouts.pushed(), Ok(amount(887)), "what accumulates stays a liability");

    let ledger = AssetLedger { liabilities: amount(16), seed: amount(10) };
    let once = Claim::default().credit(amount(8), at(4)).unwrap();
    let own = Redemption::ByCaller { to: FACTOR };
    // Whether an account can hold so little the asset says: a payout that fails leaves the claim as it was.
    let redeemed = redeem(&FACTOR, &once, &ledger, &own, &context(FACTOR, at(1))).unwrap();
    assert_eq!((redeemed.payout.amount, redeemed.ledger.liabilities), (amount(8), amount(8)));
    let twice = once.credit(amount(8), at(4)).unwrap();
    let redeemed = redeem(&FACTOR, &twice, &ledger, &own, &context(FACTOR, at(1))).unwrap();
    assert_eq!((redeemed.payout.amount, redeemed.ledger.liabilities), (amount(16), Amount::ZERO));
    let minimum = amount(10);

    let poor = AssetLedger { seed: amount(9), ..ledger };
    assert_eq!(poor.check_seed(minimum), Err(EscrowError::SeedTooSmall { seed: amount(9), minimum }));
    assert_eq!(ledger.check_seed(minimum), Ok(()));
    assert_eq!(poor.seeded(amount(1)).unwrap().check_seed(minimum), Ok(()), "what was added counts");
    assert_eq!(AssetLedger::default().check_seed(Amount::ZERO), Ok(()));
    let error = EscrowError::Insolvent { required: amount(26), balance: amount(25) };
    assert_eq!(ledger.check(amount(25)), Err(error), "the seed is not for paying with");
    assert_eq!(ledger.check(amount(26)), Ok(()));
}

#[test]
fn a_surplus_is_what_is_neither_owed_nor_seed() {
    let roles = Roles::new(KEEPER);
    let permit = check::<Governor>(&roles, &KEEPER, at(0)).unwrap();
    let ledger = AssetLedger { liabilities: amount(100), seed: amount(10) };
    assert_eq!(ledger.surplus(amount(109)), Amount::ZERO);
    assert_eq!(ledger.surplus(amount(150)), amount(40));
    assert_eq!(ledger.recover(amount(150), amount(40), &permit), Ok(()));
    let error = EscrowError::AboveSurplus { amount: amount(41), surplus: amount(40) };
    assert_eq!(ledger.recover(amount(150), amount(41), &permit), Err(error));
}

#[test]
fn a_ledger_pays_no_more_than_it_owes() {
    let mut deal = Deal::funded(agreement(), free());
    deal.present(AMOUNT, 0).unwrap();
    let payouts = deal.approve().unwrap().payouts;
    let poor = AssetLedger { liabilities: amount(AMOUNT - 1), seed: amount(1) };
    assert_eq!(poor.moved(Amount::ZERO, &payouts), Err(EscrowError::Math(MathError::Overflow)));
    let even = AssetLedger { liabilities: amount(AMOUNT), seed: amount(1) };
    assert_eq!(even.moved(Amount::ZERO, &payouts).unwrap().liabilities, Amount::ZERO);
    let more = even.moved(amount(5), &Payouts::default()).unwrap();
    assert_eq!(more.liabilities, amount(AMOUNT + 5));
    let full = AssetLedger { liabilities: Amount::MAX, seed: amount(1) };
    assert!(full.moved(amount(1), &Payouts::default()).is_err());
    let book = Book::default();
    let never = return_undelivered(&book, &even, &Claim::default(), amount(1), at(0));
    assert_eq!(never, Err(EscrowError::Math(MathError::Overflow)), "it was never paid");
}

#[test]
fn what_moves_outside_a_book_is_owed_all_the_same() {
    let ledger = AssetLedger { liabilities: amount(100), seed: amount(10) };
    let owed = |liabilities| Ok(AssetLedger { liabilities: amount(liabilities), ..ledger });
    assert_eq!(ledger.received(amount(5)), owed(105));
    assert_eq!(ledger.released(amount(100)), owed(0));
    assert_eq!(ledger.released(amount(60)).and_then(|ledger| ledger.deferred(amount(60))), owed(100));
    assert_eq!(ledger.seeded(amount(5)), Ok(AssetLedger { seed: amount(15), ..ledger }), "owed to nobody");
    let none = Err(EscrowError::Math(MathError::Overflow));
    assert_eq!(ledger.released(amount(101)), none, "no more than is owed");
    for add in [AssetLedger::received, AssetLedger::deferred, AssetLedger::seeded] {
        assert_eq!(add(&ledger, Amount::MAX), none);
    }
}

/// E12: amounts at the end of their type are refused and not wrapped.
#[test]
fn e12_the_largest_credit_runs_and_larger_ones_are_refused() {
    let largest = florin_trade::validation::MAXIMUM_AMOUNT;
    let mut agreement = agreement();
    agreement.terms.amount = amount(largest);
    agreement.terms.tolerance.more = bps(1_000);
    agreement.terms.retention = Some(Retention { share: bps(5_000), until: at(60) });
    agreement.dispute.bond = amount(largest);
    agreement.dispute.appeal_bond = amount(largest);
    let mut deal = Deal::funded(agreement, snapshot());
    deal.present(largest / 10 * 11, 0).unwrap();
    deal.approve().unwrap();
    deal.raise(APPLICANT).unwrap();
    deal.fall_silent();
    let result = deal.present(u128::MAX, 0);
    assert_eq!(result.unwrap_err().code(), 4);
    let mut deal = Deal::funded(agreement, snapshot());
    assert_eq!(deal.present(u128::MAX, 0).unwrap_err().code(), 16);
    assert_eq!(deal.agree(u128::MAX).unwrap_err().code(), 41);
}

/// The most payouts that one message can need: every part of the receivable, fee, tip, refund, both bonds, arbitration.
#[test]
fn the_fullest_message_has_room() {
    let mut deal = Deal::funded(agreement(), free());
    deal.view.escrow.snapshot.fee = bps(50);
    for place in 0..6u8 {
        let holder = [70 + place; 20];
        deal.view.receivable = deal.view.receivable.assign(&BENEFICIARY, holder, bps(1_000), &BENEFICIARY).unwrap();
    }
    deal.present(600_000, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.raise(BENEFICIARY).unwrap();
    deal.now = at(5);
    deal.rule(&common::seats(common::PANEL, &[Some(600_000); 3])).unwrap();
    deal.appeal(BENEFICIARY).unwrap();
    deal.rule(&common::seats(common::APPEAL_PANEL, &[Some(700_000); 7])).unwrap();
    let outcome = deal.settle(KEEPER).unwrap();
    // Fee, tip, six parts, the rest of the proceeds, refund, the bond of the side that is nearer, arbitration.
    assert_eq!(outcome.payouts.iter().count(), 12);
    assert_eq!(deal.paid.values().sum::<u128>(), deal.received);
}

proptest! {
    /// Deals of random shape to their end, by approval, silence, or refusal: what went in comes out, to the unit.
    #[test]
    fn a_deal_pays_out_what_it_took_in(
        drawings in prop::collection::vec((1u128..400_000, 0u8..3), 1..8),
        fee in 0u32..=100,
        retention in prop::option::of(1u32..=5_000),
        sight in prop::option::of(0u32..10_000),
        share in 0u32..=10_000,
        minimum in 0u128..1_000,
    ) {
        let mut agreement = agreement();
        agreement.terms.retention = retention.map(|share| Retention { share: bps(share), until: at(100) });
        if let Some(sight) = sight {
            let (tenor, sight_share) = (common::days(90), bps(sight));
            agreement.terms.payment = florin_trade::terms::Payment::Usance { tenor, sight_share };
        }
        let mut settings = snapshot();
        (settings.fee, settings.minimum) = (bps(fee), amount(minimum));
        let mut deal = Deal::funded(agreement, settings);
        if share > 0 {
            let receivable = deal.view.receivable.assign(&BENEFICIARY, FACTOR, bps(share), &BENEFICIARY).unwrap();
            deal.view.receivable = receivable;
        }
        for (drawn, end) in drawings {
            if deal.present(drawn, 0).is_err() {
                continue;
            }
            match end {
                0 => {
                    deal.approve().unwrap();
                }
                1 => {
                    deal.now = deal.now.after(common::days(8));
                    if deal.status() == Status::Complying {
                        deal.settle(KEEPER).unwrap();
                    }
                }
                _ => {
                    deal.notice(Discrepancies::OTHER).unwrap();
                    if deal.view.escrow.notices == 3 {
                        deal.waive().unwrap();
                    }
                }
            }
        }
        let drawn = deal.view.escrow.drawn;
        prop_assert!(drawn <= amount(AMOUNT));
        prop_assert_eq!(deal.paid_to(COLLECTOR), (drawn.raw() * u128::from(fee)).div_ceil(10_000));
        deal.fall_silent();
        let book = deal.view.escrow.book;
        prop_assert_eq!(book.left().unwrap(), book.funded);
    }
}
