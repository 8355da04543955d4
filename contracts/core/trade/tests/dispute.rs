//! Disputes: offers, panels, appeal, fallback, silence; who pays; and no silence that holds money.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    agreement, amount, at, before, bps, days, free, papers, rules, seats, snapshot, Deal, AMOUNT, APPEAL_PANEL,
    APPLICANT, ARBITRATION, BENEFICIARY, CONFIRMER, FALLBACK, KEEPER, PANEL, TRANSPORT,
};
use florin_trade::dispute::{check_pool, hearing, panel_award_down, t_max, Dispute, DisputeTerms, Seats};
use florin_trade::examination::{Discrepancies, Papers};
use florin_trade::ledger::Purpose;
use florin_trade::state::{Message, Stage, Status};
use florin_trade::terms::{Agreement, Party, Payment, Retention};
use florin_trade::{Address, Command, EscrowError};
use proptest::prelude::*;

/// Presented on the first day, refused, and in dispute by the beneficiary. No fee, no tip.
fn contested() -> Deal {
    let mut agreement = agreement();
    agreement.terms.tip = amount(0);
    contested_by(agreement)
}

fn contested_by(agreement: Agreement) -> Deal {
    let mut deal = Deal::funded(agreement, free());
    deal.present(AMOUNT, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.raise(BENEFICIARY).unwrap();
    deal
}

/// All is drawn and half of it retained, which is as much as [`AMOUNT`]; in dispute by the applicant. No fee, no tip.
fn contested_retention() -> Deal {
    let mut agreement = agreement();
    agreement.terms.tip = amount(0);
    agreement.terms.amount = amount(2 * AMOUNT);
    agreement.terms.retention = Some(Retention { share: bps(5_000), until: at(60) });
    let mut deal = Deal::funded(agreement, free());
    deal.present(2 * AMOUNT, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
    deal.raise(APPLICANT).unwrap();
    assert_eq!(dispute(&deal).stake, amount(AMOUNT));
    deal
}

fn dispute(deal: &Deal) -> Dispute {
    deal.view.dispute.unwrap()
}

/// Three of three reveal one award.
fn unanimous(award: u128) -> [Option<u128>; 3] {
    [Some(award); 3]
}

#[test]
fn whoever_raises_puts_up_the_bond() {
    let mut deal = Deal::funded(agreement(), free());
    deal.present(AMOUNT, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    let rules = rules();
    for received in [0, 49_999, 50_001] {
        let command = Command::Raise { rules: &rules, received: amount(received) };
        let error = EscrowError::WrongPayment { required: amount(50_000), received: amount(received) };
        assert_eq!(deal.send(BENEFICIARY, &command), Err(error));
    }
    let command = Command::Raise { rules: &rules, received: amount(50_000) };
    for caller in [APPLICANT, KEEPER] {
        let wrong = EscrowError::WrongCaller { expected: BENEFICIARY, caller };
        assert_eq!(deal.send(caller, &command), Err(wrong));
    }
    let outcome = deal.send(BENEFICIARY, &command).unwrap();
    assert_eq!(outcome.received(), amount(50_000));
    assert_eq!((dispute(&deal).raiser, dispute(&deal).stake), (Party::Beneficiary, amount(AMOUNT)));
    assert_eq!(deal.raise(BENEFICIARY), Err(EscrowError::AlreadyDisputed));
}

/// E8: an offer of nothing is an offer.
#[test]
fn e08_offers_are_recorded_and_nothing_is_an_offer() {
    let mut deal = contested();
    deal.offer(APPLICANT, 0).unwrap();
    assert_eq!(dispute(&deal).applicant_offer, Some(amount(0)));
    deal.offer(BENEFICIARY, 700_000).unwrap();
    deal.offer(BENEFICIARY, 600_000).unwrap();
    let above = EscrowError::AboveStake { amount: amount(AMOUNT + 1), stake: amount(AMOUNT) };
    assert_eq!(deal.offer(BENEFICIARY, AMOUNT + 1), Err(above));
    let newer = EscrowError::NoSuchOffer { standing: Some(amount(600_000)), named: amount(700_000) };
    assert_eq!(deal.accept(APPLICANT, 700_000), Err(newer), "an old offer is gone");
    let mut other = deal.clone();
    other.accept(BENEFICIARY, 0).unwrap();
    assert_eq!((other.paid_to(APPLICANT), other.paid_to(BENEFICIARY)), (AMOUNT, 50_000), "and the bond goes back");
    deal.accept(APPLICANT, 600_000).unwrap();
    assert_eq!((deal.paid_to(APPLICANT), deal.paid_to(BENEFICIARY)), (400_000, 650_000));
    assert_eq!(deal.status(), Status::Closed);
}

/// E9: the number of offers is bounded, and none of them moves the clock.
#[test]
fn e09_offers_are_bounded_and_move_no_clock() {
    let mut deal = contested();
    let stage = deal.view.escrow.stage;
    for offer in [1, 2, 3] {
        deal.now = at(offer);
        deal.offer(APPLICANT, u128::from(offer)).unwrap();
        assert_eq!(deal.view.escrow.stage, stage);
    }
    assert_eq!(deal.offer(APPLICANT, 4), Err(EscrowError::TooManyOffers { maximum: 3 }));
    assert!(deal.offer(BENEFICIARY, 900_000).is_ok(), "the other side has its own");
    let none = EscrowError::NoSuchOffer { standing: Some(amount(3)), named: amount(4) };
    assert_eq!(deal.accept(BENEFICIARY, 4), Err(none));
}

#[test]
fn offers_that_meet_are_an_agreement() {
    let mut deal = contested();
    deal.offer(APPLICANT, 300_000).unwrap();
    deal.offer(BENEFICIARY, 250_000).unwrap();
    assert_eq!(deal.status(), Status::Closed);
    assert_eq!(deal.paid_to(BENEFICIARY), 300_000 + 50_000, "at what stood first");
    let mut deal = contested();
    deal.offer(BENEFICIARY, 250_000).unwrap();
    deal.offer(APPLICANT, 250_000).unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), 250_000 + 50_000);
}

#[test]
fn the_median_of_what_was_revealed() {
    let of_seats = |seats: &Seats| panel_award_down(seats, 3, amount(1_000)).map_err(EscrowError::from);
    let award = |revealed: &[Option<u128>], size| {
        panel_award_down(&seats(PANEL, revealed), size, amount(1_000)).map_err(EscrowError::from)
    };
    assert_eq!(award(&[Some(5), Some(900), Some(7)], 3), Ok(amount(7)));
    assert_eq!(award(&[Some(5), None, Some(8)], 3), Ok(amount(6)), "the mean of two, rounded down");
    assert_eq!(award(&[Some(0), Some(1_000), Some(0)], 3), Ok(amount(0)));
    assert_eq!(award(&[Some(1_000)], 1), Ok(amount(1_000)));
    let silent = |revealed, required| Err(EscrowError::PanelSilent { revealed, required });
    assert_eq!(award(&[Some(5), None, None], 3), silent(1, 2));
    assert_eq!(award(&[None, None, None, None, None, None, None], 7), silent(0, 4));
    let size = EscrowError::WrongPanelSize { expected: 3, actual: 2 };
    assert_eq!(award(&[Some(5), Some(5)], 3), Err(size));
    // One member cannot have the whole panel refused.
    assert_eq!(award(&[Some(5), Some(1_001), Some(9)], 3), Ok(amount(7)), "above the stake is nothing revealed");
    assert_eq!(award(&[Some(5), Some(u128::MAX), None], 3), silent(1, 2));
    let mut twice = seats(PANEL, &unanimous(5));
    twice[2] = twice[0];
    let error = EscrowError::SeatTwice { member: [PANEL; 20] };
    assert_eq!(of_seats(&twice), Err(error));
    // Gaps between seats do not matter.
    let mut spread = seats(PANEL, &unanimous(5));
    (spread[2], spread[9]) = (None, spread[2]);
    assert_eq!(of_seats(&spread), Ok(amount(5)));
}

proptest! {
    /// The median of an odd number is the one in the middle, whoever sits where; a minority cannot move it beyond the
    /// others.
    #[test]
    fn a_minority_cannot_leave_the_range_of_the_majority(
        honest in prop::collection::vec(0u128..=1_000, 4..=4),
        others in prop::collection::vec(0u128..=1_000, 3..=3),
        turn in 0usize..7,
    ) {
        let mut all: Vec<Option<u128>> = honest.iter().chain(&others).copied().map(Some).collect();
        all.rotate_left(turn);
        let award = panel_award_down(&seats(PANEL, &all), 7, amount(1_000)).unwrap().raw();
        prop_assert!(award >= *honest.iter().min().unwrap() && award <= *honest.iter().max().unwrap());
        all.sort_unstable();
        prop_assert_eq!(Some(award), all[3]);
    }
}

#[test]
fn panels_are_strangers_and_reported_by_the_named_contract() {
    let mut agreement = agreement();
    agreement.terms.confirmer = Some(CONFIRMER);
    let mut deal = contested_by(agreement);
    deal.now = at(5);
    let good = seats(PANEL, &unanimous(1));
    let rules = deal.agreement.dispute;
    for caller in [APPLICANT, BENEFICIARY, FALLBACK, KEEPER] {
        let error = EscrowError::WrongCaller { expected: ARBITRATION, caller };
        assert_eq!(deal.send(caller, &Command::Rule { rules: &rules, seats: &good }), Err(error));
    }
    for member in [APPLICANT, BENEFICIARY, CONFIRMER] {
        let mut partial = seats(PANEL, &[Some(1), Some(2), None]);
        partial[1].as_mut().unwrap().member = member;
        let error = EscrowError::PanelSilent { revealed: 1, required: 2 };
        assert_eq!(deal.rule(&partial), Err(error), "what a signatory reveals does not count");
    }
    // The beneficiary cannot get rid of a member by giving it a part of the receivable.
    let member = good[0].unwrap().member;
    deal.view.receivable = deal.view.receivable.assign(&BENEFICIARY, member, bps(10), &BENEFICIARY).unwrap();
    deal.rule(&good).unwrap();
    deal.appeal(APPLICANT).unwrap();
    let mut again = seats(APPEAL_PANEL, &[Some(1); 7]);
    again[6] = good[0];
    assert_eq!(deal.rule(&again), Err(EscrowError::SeatedBefore { member: [PANEL; 20] }));
    let small = EscrowError::WrongPanelSize { expected: 7, actual: 3 };
    assert_eq!(deal.rule(&seats(APPEAL_PANEL, &unanimous(1))), Err(small));
}

/// What the arbitration contract is told is the same at every moment of the window, and nothing outside it.
#[test]
fn a_hearing_is_named_while_a_panel_is_to_sit() {
    let mut agreement = agreement();
    agreement.terms.confirmer = Some(CONFIRMER);
    agreement.dispute.pool = 9;
    let mut deal = Deal::funded(agreement, free());
    let rules = agreement.dispute;
    let told = |deal: &Deal| hearing(&deal.view, &rules, deal.now);
    assert_eq!(told(&deal), None, "no dispute");
    deal.present(600_000, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.raise(BENEFICIARY).unwrap();
    deal.now = before(at(5));
    assert_eq!(told(&deal), None, "the parties make offers");
    deal.now = at(5);
    let first = told(&deal).unwrap();
    assert_eq!((first.pool, first.seats, first.is_appeal), (9, 3, false));
    assert_eq!((first.from, first.until), (at(5), at(19)));
    assert_eq!((first.stake, first.fee, first.asset), (amount(AMOUNT), amount(20_000), common::TOKEN));
    let signatories = [APPLICANT, BENEFICIARY, CONFIRMER];
    assert_eq!(first.excluded.into_iter().flatten().collect::<Vec<_>>(), signatories);
    deal.now = before(at(19));
    assert_eq!(told(&deal), Some(first));
    let mut silent = deal.clone();
    silent.now = at(19);
    assert_eq!(told(&silent), None, "the fallback rules");

    deal.rule(&seats(PANEL, &unanimous(1))).unwrap();
    assert_eq!(told(&deal), None, "the parties may appeal");
    let appealed_at = deal.now;
    deal.appeal(BENEFICIARY).unwrap();
    let second = told(&deal).unwrap();
    assert_eq!((second.pool, second.seats, second.is_appeal), (9, 7, true));
    assert_eq!((second.from, second.until), (appealed_at, appealed_at.after(days(21))));
    assert_eq!((second.stake, second.fee), (amount(AMOUNT), amount(40_000)));
    // Neither the signatories nor the members of the first panel sit.
    let members = (0..3).map(|member| [PANEL + member; 20]);
    let excluded: Vec<Address> = signatories.into_iter().chain(members).collect();
    assert_eq!(second.excluded.into_iter().flatten().collect::<Vec<_>>(), excluded);
    deal.now = before(second.until);
    assert_eq!(told(&deal), Some(second));
    deal.now = second.until;
    assert_eq!(told(&deal), None);
    deal.now = before(second.until);
    deal.rule(&seats(APPEAL_PANEL, &[Some(2); 7])).unwrap();
    assert_eq!(told(&deal), None, "nobody is to rule any more");
}

/// E5: who rules is what was signed; another address in somebody else's settings is nobody here. The rules of an escrow
/// come with its own agreement, and an amendment of them takes all parties and is not possible while a dispute runs.
#[test]
fn e05_nobody_puts_another_arbitrator_in_place() {
    let mut deal = contested();
    let mut amended = deal.agreement;
    amended.dispute.arbitration = [77; 20];
    assert_eq!(deal.amend(amended, 0).unwrap_err().code(), 4);
    deal.now = at(5);
    assert!(deal.rule(&seats(PANEL, &unanimous(1))).is_ok());
}

#[test]
fn the_side_further_from_the_award_pays() {
    let mut deal = contested();
    deal.offer(APPLICANT, 400_000).unwrap();
    deal.offer(BENEFICIARY, 900_000).unwrap();
    deal.now = at(5);
    // (award, what the applicant gets, what the beneficiary gets); the beneficiary raised with a bond of 50,000, the
    // fee is 20,000.
    for (award, to_applicant, to_beneficiary) in [
        (500_000, 500_000 + 30_000, 500_000), // the beneficiary is further: its bond is gone
        (649_999, 350_001 + 30_000, 649_999), // by one unit
        (650_000, 350_000 + 30_000, 650_000), // both as far: the raiser
        (650_001, 349_999 - 20_000, 650_001 + 50_000), // the applicant, by one unit
        (1_000_000, 0, 1_000_000 + 30_000),   // the applicant has nothing left to pay from
    ] {
        let mut deal = deal.clone();
        deal.rule(&seats(PANEL, &unanimous(award))).unwrap();
        deal.now = at(12);
        assert_eq!(deal.status(), Status::Decided);
        deal.settle(KEEPER).unwrap();
        let paid = (deal.paid_to(APPLICANT), deal.paid_to(BENEFICIARY), deal.paid_to(ARBITRATION));
        assert_eq!(paid, (to_applicant, to_beneficiary, 20_000), "{award}");
        assert_eq!(deal.status(), Status::Closed);
    }
}

#[test]
fn a_side_without_offer_is_taken_at_its_extreme() {
    let mut deal = contested();
    let further = |deal: &Deal, award| dispute(deal).further(amount(award));
    assert_eq!(further(&deal, 499_999), Party::Beneficiary);
    assert_eq!(further(&deal, 500_000), Party::Beneficiary, "the raiser, where both are as far");
    assert_eq!(further(&deal, 500_001), Party::Applicant);
    deal.offer(BENEFICIARY, 800_000).unwrap();
    assert_eq!(further(&deal, 400_001), Party::Applicant);
}

/// Who loses all of the stake has no part of it to pay from: the applicant pays from its reserve, as far as that goes, and gets the
/// rest of it back. To refuse what complies costs it the fee.
#[test]
fn who_refuses_without_reason_pays_from_its_reserve() {
    // (reserve, award, what the applicant gets, what the beneficiary gets)
    for (reserve, award, to_applicant, to_beneficiary) in [
        (0, 1_000_000, 0, 1_000_000 + 30_000),
        (15_000, 1_000_000, 0, 1_000_000 + 30_000 + 15_000),
        (20_000, 1_000_000, 0, 1_000_000 + 50_000),
        (60_000, 1_000_000, 40_000, 1_000_000 + 50_000),
        // Its part of the stake goes first.
        (60_000, 990_000, 50_000, 990_000 + 50_000),
        (60_000, 900_000, 80_000 + 60_000, 900_000 + 50_000),
        // A dispute that it wins costs it nothing.
        (60_000, 0, 1_000_000 + 30_000 + 60_000, 0),
    ] {
        let mut agreement = agreement();
        agreement.terms.tip = amount(0);
        agreement.dispute.reserve = amount(reserve);
        let mut deal = contested_by(agreement);
        assert_eq!(deal.held(), AMOUNT + reserve + 50_000);
        deal.now = at(5);
        deal.rule(&seats(PANEL, &unanimous(award))).unwrap();
        deal.now = at(12);
        let outcome = deal.settle(KEEPER).unwrap();
        let paid = (deal.paid_to(APPLICANT), deal.paid_to(BENEFICIARY), deal.paid_to(ARBITRATION));
        assert_eq!(paid, (to_applicant, to_beneficiary, 20_000), "{reserve}, {award}");
        assert_eq!(deal.status(), Status::Closed);
        let back: Vec<Address> = outcome
            .payouts
            .iter()
            .filter(|payout| payout.purpose == Purpose::Reserve)
            .map(|payout| payout.account)
            .collect();
        let has_rest = reserve > 20_000 || award == 0 && reserve > 0;
        assert_eq!(back, vec![APPLICANT; usize::from(has_rest)]);
    }
}

/// It answers for a refusal. A seller that goes to dispute without any takes nothing of it, whatever it is awarded.
#[test]
fn a_reserve_answers_for_a_refusal_only() {
    let mut agreement = agreement();
    agreement.terms.tip = amount(0);
    agreement.dispute.reserve = amount(60_000);
    let mut deal = Deal::funded(agreement, free());
    let mut found = deal.clone();
    deal.raise(BENEFICIARY).unwrap();
    // Presented on approval with something missing: the applicant has said nothing.
    let mut shown = papers(&agreement.checklist, at(0));
    shown[0] = None;
    found.show(AMOUNT, None, &shown, true).unwrap();
    found.raise(BENEFICIARY).unwrap();
    for mut deal in [deal, found] {
        deal.now = at(5);
        deal.rule(&seats(PANEL, &unanimous(AMOUNT))).unwrap();
        deal.now = at(12);
        deal.settle(KEEPER).unwrap();
        assert_eq!((deal.paid_to(APPLICANT), deal.paid_to(BENEFICIARY)), (60_000, AMOUNT + 30_000));
    }
}

/// An appeal that helps the beneficiary to all of the stake is paid from the reserve too.
#[test]
fn a_reserve_pays_for_an_appeal() {
    for (reserve, to_applicant, made_good) in [(20_000, 0, 20_000), (60_000, 0, 60_000), (61_000, 1_000, 60_000)] {
        let mut agreement = agreement();
        agreement.terms.tip = amount(0);
        agreement.dispute.reserve = amount(reserve);
        let mut deal = contested_by(agreement);
        deal.now = at(5);
        deal.rule(&seats(PANEL, &unanimous(300_000))).unwrap();
        deal.appeal(BENEFICIARY).unwrap();
        deal.now = at(6);
        deal.rule(&seats(APPEAL_PANEL, &[Some(AMOUNT); 7])).unwrap();
        deal.settle(KEEPER).unwrap();
        let rests = 30_000 + 20_000;
        assert_eq!(deal.paid_to(APPLICANT), to_applicant);
        assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT + rests + made_good, "{reserve}");
    }
}

/// While something is retained it can be disputed, and the reserve stays; it goes back with the last of it. What was accepted is
/// out of every dispute and keeps no reserve.
#[test]
fn a_reserve_stays_as_long_as_something_can_be_disputed() {
    let mut agreement = retaining();
    agreement.dispute.reserve = amount(7_000);
    let mut deal = Deal::funded(agreement, free());
    deal.present(AMOUNT, 0).unwrap();
    deal.approve().unwrap();
    let held = |deal: &Deal| (deal.view.escrow.book.reserve.raw(), deal.status());
    assert_eq!(held(&deal), (7_000, Status::Retaining));
    deal.now = deal.view.escrow.retained_until(&deal.view.terms);
    deal.settle(BENEFICIARY).unwrap();
    assert_eq!((held(&deal), deal.paid_to(APPLICANT)), ((0, Status::Closed), 7_000));

    let mut agreement = common::agreement();
    agreement.dispute.reserve = amount(7_000);
    agreement.terms.payment = Payment::Usance { tenor: days(90), sight_share: bps(0) };
    let mut deal = Deal::funded(agreement, free());
    deal.present(AMOUNT, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!((held(&deal), deal.paid_to(APPLICANT)), ((0, Status::Accepted), 7_000));

    // A credit that nobody draws, one that is divided, and one that is declined.
    let mut agreement = common::agreement();
    agreement.dispute.reserve = amount(7_000);
    agreement.terms.tip = amount(0);
    let mut deal = Deal::funded(agreement, free());
    let mut divided = deal.clone();
    divided.agree(AMOUNT).unwrap();
    assert_eq!((held(&divided), divided.paid_to(APPLICANT)), ((0, Status::Closed), 7_000));
    deal.now = deal.view.terms.expiry;
    deal.settle(KEEPER).unwrap();
    assert_eq!((held(&deal), deal.paid_to(APPLICANT)), ((0, Status::Closed), AMOUNT + 7_000));
}

/// An amendment fills the reserve up, or gives back what it has too much.
#[test]
fn an_amendment_changes_the_reserve() {
    let with = |reserve, credit| {
        let mut agreement = agreement();
        agreement.dispute.reserve = amount(reserve);
        agreement.terms.amount = amount(credit);
        agreement
    };
    let mut deal = Deal::funded(with(7_000, AMOUNT), free());
    let wrong = EscrowError::WrongPayment { required: amount(3_000), received: amount(0) };
    assert_eq!(deal.amend(with(10_000, AMOUNT), 0), Err(wrong));
    deal.amend(with(10_000, AMOUNT), 3_000).unwrap();
    // More of the one and less of the other are two movements.
    let wrong = EscrowError::WrongPayment { required: amount(500), received: amount(0) };
    assert_eq!(deal.amend(with(4_000, AMOUNT + 500), 0), Err(wrong));
    deal.amend(with(4_000, AMOUNT + 500), 500).unwrap();
    assert_eq!(deal.paid_to(APPLICANT), 6_000);
    let book = deal.view.escrow.book;
    assert_eq!((book.reserve, book.available), (amount(4_000), amount(AMOUNT + 500)));
    deal.amend(with(5_000, AMOUNT), 1_000).unwrap();
    assert_eq!(deal.paid_to(APPLICANT), 6_500);
}

/// Proposal 8: a dispute without a case loses money, the bond at least. It is worth trying only for who thinks to win
/// more often than the bond is to the bond and the stake together.
#[test]
fn a_frivolous_dispute_loses_its_bond() {
    let mut deal = contested();
    deal.now = at(5);
    deal.rule(&seats(PANEL, &unanimous(0))).unwrap();
    deal.now = at(12);
    deal.settle(KEEPER).unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), 0, "neither the stake nor the bond");
    assert_eq!(deal.paid_to(APPLICANT), AMOUNT + 30_000);
    let mut deal = contested_retention();
    deal.now = at(5);
    deal.rule(&seats(PANEL, &unanimous(AMOUNT))).unwrap();
    deal.now = at(12);
    deal.settle(KEEPER).unwrap();
    assert_eq!(deal.paid_to(APPLICANT), 0, "neither the stake nor the bond");
    assert_eq!(deal.paid_to(BENEFICIARY), 2 * AMOUNT + 30_000);
}

#[test]
fn an_appeal_is_paid_for_by_whom_it_does_not_help() {
    let mut deal = contested();
    deal.now = at(5);
    deal.rule(&seats(PANEL, &unanimous(300_000))).unwrap();
    deal.appeal(BENEFICIARY).unwrap();
    assert_eq!(deal.appeal(APPLICANT), Err(EscrowError::AlreadyAppealed));
    deal.now = at(6);
    // The beneficiary raised (bond 50,000, fee 20,000) and appealed (bond 60,000, fee 40,000).
    for (second, to_applicant, to_beneficiary) in [
        // Nothing gained: the appeal's bond is gone too.
        (300_000, 700_000 + 30_000 + 20_000, 300_000),
        (200_000, 800_000 + 30_000 + 20_000, 200_000),
        // Gained, but still further away than the applicant, whose offer counts as nothing: pays for the panel, not for
        // the appeal.
        (400_000, 600_000 + 30_000 - 40_000, 400_000 + 60_000),
        // Gained, and nearer: pays for nothing.
        (900_000, 100_000 - 60_000, 900_000 + 50_000 + 60_000),
        // The applicant has nothing left to make it good from.
        (1_000_000, 0, 1_000_000 + 30_000 + 20_000),
    ] {
        let mut deal = deal.clone();
        deal.rule(&seats(APPEAL_PANEL, &[Some(second); 7])).unwrap();
        assert_eq!(deal.status(), Status::Decided, "an appeal's award is final");
        deal.settle(KEEPER).unwrap();
        let paid = (deal.paid_to(APPLICANT), deal.paid_to(BENEFICIARY), deal.paid_to(ARBITRATION));
        assert_eq!(paid, (to_applicant, to_beneficiary, 60_000), "{second}");
    }
}

#[test]
fn a_silent_appeal_panel_leaves_the_first_ruling() {
    let mut deal = contested();
    deal.now = at(5);
    deal.rule(&seats(PANEL, &unanimous(900_000))).unwrap();
    deal.appeal(APPLICANT).unwrap();
    deal.now = before(at(26));
    assert_eq!(deal.status(), Status::Appealed);
    deal.now = at(26);
    deal.settle(KEEPER).unwrap();
    // The bond of the appeal goes back: nobody has earned its fee. The applicant pays for the panel out of its part.
    assert_eq!(deal.paid_to(APPLICANT), 100_000 - 20_000 + 60_000);
    assert_eq!(deal.paid_to(BENEFICIARY), 900_000 + 50_000);
}

#[test]
fn the_fallback_rules_where_the_panel_is_silent() {
    let mut deal = contested();
    deal.now = at(5);
    let silent = seats(PANEL, &[Some(1), None, None]);
    assert_eq!(deal.rule(&silent), Err(EscrowError::PanelSilent { revealed: 1, required: 2 }));
    deal.now = at(19);
    assert_eq!(deal.status(), Status::Fallback);
    assert_eq!(deal.rule(&seats(PANEL, &unanimous(1))).unwrap_err().code(), 4, "too late");
    let rules = rules();
    let command = Command::RuleFallback { rules: &rules, to_beneficiary: amount(700_000) };
    let error = EscrowError::WrongCaller { expected: FALLBACK, caller: ARBITRATION };
    assert_eq!(deal.send(ARBITRATION, &command), Err(error));
    let above = EscrowError::AboveStake { amount: amount(AMOUNT + 1), stake: amount(AMOUNT) };
    assert_eq!(deal.fall_back(AMOUNT + 1), Err(above));
    deal.fall_back(700_000).unwrap();
    assert_eq!(deal.status(), Status::Decided);
    deal.settle(KEEPER).unwrap();
    assert_eq!(deal.paid_to(FALLBACK), 20_000);
    assert_eq!(deal.paid_to(BENEFICIARY), 700_000 + 50_000);
    assert_eq!(deal.paid_to(APPLICANT), 300_000 - 20_000);
}

/// E6: with every arbitrator silent the money leaves by the moment that could be read at signing, by the split agreed
/// then.
#[test]
fn e06_silent_arbitrators_hold_no_money() {
    let mut deal = contested();
    let promised = t_max(&deal.view.terms, &deal.agreement.dispute);
    deal.now = before(at(29));
    assert_eq!(deal.status(), Status::Fallback);
    assert!(deal.settle(KEEPER).is_err());
    deal.now = at(29);
    assert!(deal.now <= promised);
    deal.settle(KEEPER).unwrap();
    // Nobody has ruled, so nobody has earned a fee and the bond goes back.
    assert_eq!((deal.paid_to(APPLICANT), deal.paid_to(BENEFICIARY)), (500_000, 500_000 + 50_000));
    assert_eq!(deal.status(), Status::Closed);
}

/// A tenth is retained for a hundred and twenty days. No tip.
fn retaining() -> Agreement {
    let mut agreement = agreement();
    agreement.terms.tip = amount(0);
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(120) });
    agreement
}

/// What silence after a dispute comes to: what each party has got but for the bond, the status, and what is held.
fn silent(mut deal: Deal, raiser: Address) -> (u128, u128, Status, u128) {
    deal.raise(raiser).unwrap();
    deal.now = deal.now.after(days(29));
    assert_eq!(deal.status(), Status::Decided);
    deal.settle(KEEPER).unwrap();
    let without_bond = |party: Address| deal.paid_to(party) - if party == raiser { 50_000 } else { 0 };
    let result = (without_bond(APPLICANT), without_bond(BENEFICIARY), deal.status(), deal.held());
    deal.fall_silent();
    result
}

/// Where everybody is silent, nobody gains by having raised a dispute instead of doing what was theirs to do. What is
/// retained waits for its own moment.
#[test]
fn silence_decides_by_what_a_dispute_was_about() {
    let agreement = retaining();
    // Funded: the beneficiary could have presented, so what was not drawn goes back.
    let mut deal = Deal::funded(agreement, free());
    assert_eq!(silent(deal.clone(), BENEFICIARY), (AMOUNT, 0, Status::Closed, 0));
    deal.present(600_000, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!(silent(deal.clone(), BENEFICIARY), (400_000, 540_000, Status::Retaining, 60_000));
    // Refused by a notice: that is divided by the split of the terms, what was not presented goes back.
    deal.present(300_000, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    assert_eq!(silent(deal.clone(), BENEFICIARY), (250_000, 540_000 + 150_000, Status::Retaining, 60_000));
    // A cure that code finds wanting takes the place of what was refused, and earns nothing.
    let mut shown = papers(&deal.agreement.checklist, at(0));
    shown[0] = None;
    deal.show(300_000, None, &shown, true).unwrap();
    assert_eq!(silent(deal, BENEFICIARY), (400_000, 540_000, Status::Retaining, 60_000));
    // Retaining: the beneficiary's.
    let mut deal = Deal::funded(agreement, free());
    deal.present(AMOUNT, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!(silent(deal, APPLICANT), (0, AMOUNT, Status::Closed, 0));
}

/// What code has found wanting, and the applicant has not even looked at, earns nothing by silence, however the terms
/// would divide what was refused. A panel may still award all of it.
#[test]
fn silence_about_findings_earns_nothing() {
    let findings: [fn(&mut Papers); 4] = [
        |shown| shown[0] = None,
        |shown| shown[TRANSPORT] = None,
        |shown| shown[2].as_mut().unwrap().signer = KEEPER,
        |_| {},
    ];
    for (number, change) in findings.into_iter().enumerate() {
        let mut agreement = agreement();
        agreement.terms.tip = amount(0);
        agreement.terms.default_split = bps(10_000);
        let mut deal = Deal::funded(agreement, free());
        // The last one is presented too long after shipment.
        deal.now = at(if number == 3 { 22 } else { 0 });
        let mut shown = papers(&agreement.checklist, at(0));
        change(&mut shown);
        deal.show(700_000, None, &shown, true).unwrap();
        assert_eq!((deal.status(), deal.view.presentation.unwrap().noticed), (Status::Discrepant, false));
        assert_eq!(silent(deal.clone(), BENEFICIARY), (AMOUNT, 0, Status::Closed, 0));
        deal.raise(BENEFICIARY).unwrap();
        deal.now = deal.now.after(days(19));
        deal.fall_back(700_000).unwrap();
        deal.settle(KEEPER).unwrap();
        assert_eq!(deal.paid_to(BENEFICIARY), 700_000 + 50_000);
    }
}

/// A dispute keeps documents from being presented, so the applicant cannot hold up a seller who has shipped: it gets
/// back what is not drawn by waiting. What is retained the beneficiary gets by waiting.
#[test]
fn each_party_goes_to_dispute_about_what_the_other_one_gets_by_waiting() {
    let mut deal = Deal::funded(retaining(), free());
    let check = |deal: &Deal, expected: Address, raiser: Party| {
        for caller in [APPLICANT, BENEFICIARY, KEEPER, ARBITRATION] {
            let mut deal = deal.clone();
            if caller == expected {
                let status = deal.status();
                deal.raise(caller).unwrap();
                assert_eq!((dispute(&deal).raiser, dispute(&deal).raised_in), (raiser, status));
            } else {
                assert_eq!(deal.raise(caller), Err(EscrowError::WrongCaller { expected, caller }));
            }
        }
    };
    check(&deal, BENEFICIARY, Party::Beneficiary);
    // Between two drawings it is the same.
    deal.present(600_000, 0).unwrap();
    deal.approve().unwrap();
    check(&deal, BENEFICIARY, Party::Beneficiary);
    // What is examined is the applicant's to refuse, and honoured where it does not.
    deal.present(400_000, 0).unwrap();
    let examined = EscrowError::NotAllowed { message: Message::Raise, status: Status::Examining };
    for caller in [APPLICANT, BENEFICIARY, KEEPER] {
        assert_eq!(deal.raise(caller), Err(examined));
    }
    let mut noticed = deal.clone();
    noticed.notice(Discrepancies::OTHER).unwrap();
    check(&noticed, BENEFICIARY, Party::Beneficiary);
    deal.approve().unwrap();
    assert_eq!(deal.status(), Status::Retaining);
    check(&deal, APPLICANT, Party::Applicant);
    deal.now = at(120);
    let due = EscrowError::NotAllowed { message: Message::Raise, status: Status::Releasing };
    assert_eq!(deal.raise(APPLICANT), Err(due));
}

/// What was not presented was not shipped. The part is rounded down, in favour of the applicant.
#[test]
fn silence_about_refused_documents_divides_no_more_than_was_refused() {
    for (presented, split, to_beneficiary) in
        [(300_000, 2_500, 75_000), (299_999, 3_333, 99_989), (AMOUNT, 10_000, AMOUNT), (1, 9_999, 0), (AMOUNT, 0, 0)]
    {
        let mut agreement = agreement();
        agreement.terms.tip = amount(0);
        agreement.terms.default_split = bps(split);
        let mut deal = Deal::funded(agreement, free());
        deal.present(presented, 0).unwrap();
        deal.notice(Discrepancies::OTHER).unwrap();
        deal.raise(BENEFICIARY).unwrap();
        assert_eq!(dispute(&deal).stake, amount(AMOUNT), "whoever rules divides all that was not drawn");
        deal.now = at(29);
        deal.settle(KEEPER).unwrap();
        let paid = (deal.paid_to(BENEFICIARY), deal.paid_to(APPLICANT));
        assert_eq!(paid, (to_beneficiary + 50_000, AMOUNT - to_beneficiary), "{presented} by {split}");
        assert_eq!(deal.status(), Status::Closed);
    }
}

/// No award, no offer and no agreement in a dispute about what was not drawn reaches what is retained.
#[test]
fn what_is_retained_is_out_of_a_dispute_about_what_was_not_drawn() {
    let mut deal = Deal::funded(retaining(), free());
    deal.present(600_000, 0).unwrap();
    deal.approve().unwrap();
    deal.present(100_000, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.raise(BENEFICIARY).unwrap();
    assert_eq!((dispute(&deal).stake, deal.stake()), (amount(400_000), amount(400_000)));
    let above = EscrowError::AboveStake { amount: amount(400_001), stake: amount(400_000) };
    assert_eq!(deal.offer(BENEFICIARY, 400_001), Err(above));
    let (mut agreed, mut accepted) = (deal.clone(), deal.clone());
    agreed.agree(400_000).unwrap();
    accepted.offer(BENEFICIARY, 400_000).unwrap();
    accepted.accept(APPLICANT, 400_000).unwrap();
    deal.now = at(5);
    deal.rule(&seats(PANEL, &[Some(400_000), Some(400_000), Some(400_001)])).unwrap();
    deal.now = at(12);
    deal.settle(KEEPER).unwrap();
    // The bond goes back; where somebody has ruled, but for the fee: the applicant has nothing left to make it good.
    for (mut deal, bond) in [(agreed, 50_000), (accepted, 50_000), (deal, 30_000)] {
        assert_eq!(deal.paid_to(BENEFICIARY), 540_000 + 400_000 + bond, "nothing is held back from an award");
        assert_eq!((deal.status(), deal.held(), deal.stake()), (Status::Retaining, 60_000, amount(60_000)));
        // What is held back has its moment.
        deal.now = before(at(120));
        assert_eq!(deal.settle(KEEPER).unwrap_err().code(), 4);
        deal.now = at(120);
        deal.settle(KEEPER).unwrap();
        assert_eq!((deal.status(), deal.held()), (Status::Closed, 0));
    }
}

/// Raised about what is retained, a dispute is about just that.
#[test]
fn a_dispute_about_what_is_retained_reaches_nothing_else() {
    let mut agreement = retaining();
    agreement.terms.payment = Payment::Usance { tenor: days(90), sight_share: bps(5_000) };
    let mut deal = Deal::funded(agreement, free());
    deal.present(AMOUNT, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!((deal.status(), deal.stake()), (Status::Retaining, amount(100_000)));
    deal.raise(APPLICANT).unwrap();
    assert_eq!((dispute(&deal).stake, dispute(&deal).raised_in), (amount(100_000), Status::Retaining));
    let above = EscrowError::AboveStake { amount: amount(100_001), stake: amount(100_000) };
    assert_eq!(deal.offer(APPLICANT, 100_001), Err(above));
    let mut agreed = deal.clone();
    agreed.agree(40_000).unwrap();
    assert_eq!((agreed.paid_to(APPLICANT), agreed.paid_to(BENEFICIARY)), (60_000 + 50_000, 450_000 + 40_000));
    assert_eq!((agreed.status(), agreed.held()), (Status::Accepted, 450_000), "what was accepted stays");
    deal.now = at(19);
    deal.fall_back(0).unwrap();
    deal.settle(KEEPER).unwrap();
    assert_eq!((deal.paid_to(APPLICANT), deal.paid_to(BENEFICIARY)), (100_000 + 30_000, 450_000));
    assert_eq!((deal.status(), deal.held()), (Status::Accepted, 450_000));
}

/// While documents are examined nobody can put silence off by a dispute: it honours, and what it honours waits for its
/// maturity like any other.
#[test]
fn no_dispute_puts_off_what_silence_honours() {
    let mut agreement = agreement();
    agreement.terms.tip = amount(0);
    agreement.terms.payment = Payment::Usance { tenor: days(90), sight_share: bps(0) };
    let mut deal = Deal::funded(agreement, snapshot());
    deal.present(AMOUNT, 0).unwrap();
    let refused = |status| Err(EscrowError::NotAllowed { message: Message::Raise, status });
    for party in [APPLICANT, BENEFICIARY] {
        assert_eq!(deal.raise(party), refused(Status::Examining));
    }
    deal.now = at(14);
    for party in [APPLICANT, BENEFICIARY] {
        assert_eq!(deal.raise(party), refused(Status::Complying));
    }
    deal.settle(KEEPER).unwrap();
    assert_eq!((deal.status(), deal.paid_to(APPLICANT)), (Status::Accepted, 0));
    assert_eq!((deal.acceptances[0].amount, deal.acceptances[0].maturity), (amount(995_000), at(90)));
    assert!(deal.t_max() <= t_max(&agreement.terms, &agreement.dispute));
    deal.fall_silent();
    assert_eq!(deal.paid_to(BENEFICIARY), 995_000);
}

/// The slowest credit there can be ends exactly when the view has said.
#[test]
fn the_slowest_dispute_ends_at_t_max() {
    let mut agreement = agreement();
    agreement.terms.presentation_period = days(60);
    let promised = t_max(&agreement.terms, &agreement.dispute);
    // Expiry 60, limit 14, response 7, offers 5, panel 14, appeal 7, appeal panel 21.
    assert_eq!(promised, at(60 + 14 + 7 + 5 + 14 + 7 + 21));
    // Every day after the last one is a holiday: the examination lasts for its whole limit.
    common::never_working(&mut agreement);
    let mut deal = Deal::funded(agreement, snapshot());
    deal.now = before(at(60));
    deal.present(AMOUNT, 30).unwrap();
    deal.now = before(deal.now.after(days(14)));
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.now = before(deal.now.after(days(7)));
    deal.raise(BENEFICIARY).unwrap();
    deal.now = before(deal.now.after(days(19)));
    deal.rule(&seats(PANEL, &unanimous(1))).unwrap();
    deal.now = before(deal.now.after(days(7)));
    deal.appeal(BENEFICIARY).unwrap();
    assert!(deal.settle(KEEPER).is_err());
    deal.now = deal.now.after(days(21));
    assert!(deal.now <= promised && promised.since(deal.now).raw() < 10, "a second for each step");
    deal.settle(KEEPER).unwrap();
    assert_eq!(deal.status(), Status::Closed);
}

/// The beneficiary disputes the rest at the last moment, and the applicant what is retained at the last moment after
/// that. Both appeal, and all are as slow as they can be.
#[test]
fn the_slowest_two_disputes_end_at_t_max() {
    let mut agreement = retaining();
    agreement.terms.presentation_period = days(60);
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(60) });
    let promised = t_max(&agreement.terms, &agreement.dispute);
    // As above, the time to respond, and another dispute.
    assert_eq!(promised, at(60 + 14 + 7 + 47 + 7 + 47));
    common::never_working(&mut agreement);
    let mut deal = Deal::funded(agreement, snapshot());
    deal.present(600_000, 0).unwrap();
    deal.approve().unwrap();
    deal.now = before(at(60));
    deal.present(400_000, 30).unwrap();
    deal.now = before(deal.now.after(days(14)));
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.now = before(deal.now.after(days(7)));
    deal.raise(BENEFICIARY).unwrap();
    for raiser in [BENEFICIARY, APPLICANT] {
        deal.now = before(deal.now.after(days(19)));
        deal.rule(&seats(PANEL, &unanimous(1))).unwrap();
        deal.now = before(deal.now.after(days(7)));
        deal.appeal(BENEFICIARY).unwrap();
        deal.now = deal.now.after(days(21));
        deal.settle(KEEPER).unwrap();
        if raiser == BENEFICIARY {
            assert_eq!((deal.status(), deal.stake()), (Status::Retaining, amount(59_700)));
            assert_eq!(deal.retained_until(), deal.now.after(days(7)), "its own moment was long ago");
            deal.now = before(deal.retained_until());
            deal.raise(APPLICANT).unwrap();
        }
    }
    assert_eq!(deal.status(), Status::Closed);
    assert!(deal.now <= promised && promised.since(deal.now).raw() < 20, "a second for each step");
}

/// Half of what was drawn is left to be drawn and disputed by the beneficiary until long after the moment at which what
/// is retained would be due.
fn disputed_beyond_the_retention() -> Deal {
    let mut agreement = retaining();
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(60) });
    let mut deal = Deal::funded(agreement, free());
    deal.present(600_000, 0).unwrap();
    deal.approve().unwrap();
    deal.now = at(59);
    deal.raise(BENEFICIARY).unwrap();
    deal
}

#[test]
fn a_dispute_about_the_rest_leaves_time_for_one_about_what_is_retained() {
    let mut deal = disputed_beyond_the_retention();
    deal.now = at(59 + 29);
    deal.settle(BENEFICIARY).unwrap();
    assert_eq!((deal.view.escrow.ended_at, deal.retained_until()), (at(88), at(95)));
    assert_eq!(deal.status(), Status::Retaining);
    deal.now = before(at(95));
    assert_eq!(deal.settle(BENEFICIARY).unwrap_err().code(), 4);
    let mut late = deal.clone();
    deal.raise(APPLICANT).unwrap();
    assert_eq!((dispute(&deal).stake, dispute(&deal).raised_in), (amount(60_000), Status::Retaining));
    let promised = t_max(&deal.agreement.terms, &deal.agreement.dispute);
    deal.now = deal.now.after(days(29));
    assert!(deal.now < promised);
    deal.settle(KEEPER).unwrap();
    assert_eq!((deal.paid_to(BENEFICIARY), deal.paid_to(APPLICANT)), (600_000 + 50_000, 400_000 + 50_000));
    late.now = at(95);
    assert!(late.raise(APPLICANT).is_err());
    late.settle(KEEPER).unwrap();
    assert_eq!(late.paid_to(BENEFICIARY), 600_000 + 50_000);
}

/// The time counts from the moment at which settling was due, not from that at which somebody did: neither side can
/// move what is retained, or the end of all, by leaving the rest unsettled.
#[test]
fn who_settles_late_does_not_put_off_what_is_retained() {
    for (day, status) in [(90, Status::Retaining), (94, Status::Retaining), (95, Status::Releasing)] {
        let mut deal = disputed_beyond_the_retention();
        deal.now = at(day);
        deal.settle(KEEPER).unwrap();
        assert_eq!((deal.view.escrow.ended_at, deal.retained_until()), (at(88), at(95)));
        assert_eq!(deal.status(), status);
        assert_eq!(deal.raise(APPLICANT).is_ok(), status == Status::Retaining);
    }
    // A ruling that nobody has appealed against, and one that nobody can.
    let mut ruled = disputed_beyond_the_retention();
    ruled.now = at(64);
    ruled.rule(&seats(PANEL, &unanimous(0))).unwrap();
    let mut appealed = ruled.clone();
    appealed.appeal(BENEFICIARY).unwrap();
    let mut silent_appeal = appealed.clone();
    appealed.now = at(65);
    appealed.rule(&seats(APPEAL_PANEL, &[Some(0); 7])).unwrap();
    let mut fallen_back = disputed_beyond_the_retention();
    fallen_back.now = at(79);
    fallen_back.fall_back(0).unwrap();
    for (deal, due) in
        [(&mut ruled, at(71)), (&mut appealed, at(65)), (&mut silent_appeal, at(85)), (&mut fallen_back, at(79))]
    {
        deal.now = at(100);
        deal.settle(KEEPER).unwrap();
        assert_eq!((deal.view.escrow.ended_at, deal.retained_until()), (due, due.after(days(7))));
        assert_eq!(deal.status(), Status::Releasing);
    }
    // The expiry, and silence that honours after it.
    let mut agreement = retaining();
    agreement.terms.presentation_period = days(60);
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(60) });
    let mut deal = Deal::funded(agreement, free());
    deal.present(600_000, 0).unwrap();
    deal.approve().unwrap();
    let mut expired = deal.clone();
    let mut agreed = deal.clone();
    deal.now = before(at(60));
    deal.present(100_000, 30).unwrap();
    let Stage::Examining { until } = deal.view.escrow.stage else { panic!("{:?}", deal.view.escrow.stage) };
    deal.now = at(100);
    deal.settle(KEEPER).unwrap();
    assert_eq!(deal.status(), Status::Expired);
    deal.settle(KEEPER).unwrap();
    assert_eq!((deal.view.escrow.ended_at, deal.status()), (until, Status::Releasing));
    expired.now = at(66);
    expired.settle(KEEPER).unwrap();
    assert_eq!((expired.view.escrow.ended_at, expired.retained_until()), (at(60), at(67)));
    assert_eq!(expired.status(), Status::Retaining);
    agreed.now = at(70);
    agreed.agree(200_000).unwrap();
    assert_eq!((agreed.view.escrow.ended_at, agreed.status()), (at(60), Status::Releasing));
    // What ends in time ends then.
    let mut early = disputed_beyond_the_retention();
    early.now = at(62);
    early.agree(0).unwrap();
    assert_eq!((early.view.escrow.ended_at, early.retained_until()), (at(62), at(69)));
}

/// The panel, and on appeal others, without the three parties that there may be.
#[test]
fn a_pool_has_members_for_the_appeal_panel() {
    for (panel, required) in [(1, 1 + 3 + 3), (3, 3 + 3 + 7), (5, 5 + 3 + 11)] {
        let rules = DisputeTerms { panel, ..rules() };
        assert_eq!(required, u32::from(panel) + 3 + u32::from(rules.appeal_panel()));
        for members in [0, required - 1] {
            assert_eq!(check_pool(&rules, members), Err(required));
        }
        for members in [required, u32::MAX] {
            assert_eq!(check_pool(&rules, members), Ok(()));
        }
    }
}

#[test]
fn usance_and_retention_count_for_t_max() {
    let mut agreement = agreement();
    let dispute = 5 + 14 + 7 + 21;
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(300) });
    assert_eq!(t_max(&agreement.terms, &agreement.dispute), at(300 + dispute));
    agreement.terms.payment = Payment::Usance { tenor: days(700), sight_share: bps(0) };
    assert_eq!(t_max(&agreement.terms, &agreement.dispute), at(60 + 700));
    // A fallback that may take longer than an appeal.
    agreement.terms.payment = Payment::Sight;
    agreement.dispute.fallback_window = days(60);
    assert_eq!(t_max(&agreement.terms, &agreement.dispute), at(300 + 5 + 14 + 60));
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(120) });
    assert_eq!(t_max(&agreement.terms, &agreement.dispute), at(60 + 14 + 7 + 79 + 7 + 79));
    agreement.dispute.fallback_window = days(10);
    let both = 60 + 14 + 7 + dispute + 7;
    assert_eq!(t_max(&agreement.terms, &agreement.dispute), at(both + dispute), "a dispute about the rest comes first");
    for (until, last) in [(both - 1, both), (both, both), (both + 1, both + 1)] {
        agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(until) });
        assert_eq!(t_max(&agreement.terms, &agreement.dispute), at(last + dispute));
    }
}

#[test]
fn what_was_accepted_is_out_of_every_dispute() {
    let mut agreement = agreement();
    agreement.terms.tip = amount(0);
    agreement.terms.payment = Payment::Usance { tenor: days(90), sight_share: bps(0) };
    let mut deal = Deal::funded(agreement, free());
    deal.present(600_000, 0).unwrap();
    deal.approve().unwrap();
    deal.raise(BENEFICIARY).unwrap();
    assert_eq!(dispute(&deal).stake, amount(400_000));
    deal.now = at(5);
    deal.rule(&seats(PANEL, &unanimous(0))).unwrap();
    deal.now = at(12);
    deal.settle(KEEPER).unwrap();
    assert_eq!(deal.status(), Status::Accepted);
    deal.now = at(90);
    deal.mature(0, BENEFICIARY).unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), 600_000, "its bond is gone");
    assert_eq!(deal.paid_to(APPLICANT), 400_000 + 30_000);
    assert_eq!(deal.status(), Status::Closed);
}

#[test]
fn a_retention_can_be_disputed_until_it_is_due() {
    let mut agreement = agreement();
    agreement.terms.tip = amount(0);
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(120) });
    let mut deal = Deal::funded(agreement, snapshot());
    deal.present(AMOUNT, 0).unwrap();
    deal.approve().unwrap();
    deal.now = before(at(120));
    deal.raise(APPLICANT).unwrap();
    assert_eq!(dispute(&deal).stake, amount(99_500));
    deal.offer(BENEFICIARY, 50_000).unwrap();
    deal.accept(APPLICANT, 50_000).unwrap();
    // The fee on it was taken when it was drawn.
    assert_eq!(deal.paid_to(common::COLLECTOR), 5_000);
    assert_eq!(deal.paid_to(BENEFICIARY), 895_500 + 50_000);
    assert_eq!(deal.paid_to(APPLICANT), 49_500 + 50_000);
}

#[test]
fn an_award_pays_the_fee_of_what_was_not_drawn_before() {
    let mut agreement = agreement();
    agreement.terms.tip = amount(0);
    let mut deal = Deal::funded(agreement, snapshot());
    deal.raise(BENEFICIARY).unwrap();
    deal.offer(APPLICANT, 200_000).unwrap();
    deal.accept(BENEFICIARY, 200_000).unwrap();
    assert_eq!(deal.paid_to(common::COLLECTOR), 1_000, "a dispute is no way around the fee");
    assert_eq!(deal.paid_to(BENEFICIARY), 199_000 + 50_000);
}

proptest! {
    /// Over all awards, offers, raisers and appeals: what came in goes out, to the unit, and the award is the award: a
    /// party gets less than its part only by fees that it has to bear.
    #[test]
    fn every_split_conserves_the_stake(
        first in 0u128..=AMOUNT,
        second in prop::option::of(0u128..=AMOUNT),
        offers in (prop::option::of(0u128..=AMOUNT), prop::option::of(0u128..=AMOUNT)),
        by_applicant in any::<bool>(),
        appeal_by_applicant in any::<bool>(),
        appealed in any::<bool>(),
    ) {
        let party = |is_applicant| if is_applicant { APPLICANT } else { BENEFICIARY };
        let (mut deal, drawn) = if by_applicant { (contested_retention(), AMOUNT) } else { (contested(), 0) };
        if let Some(offer) = offers.0 {
            deal.offer(APPLICANT, offer).unwrap();
        }
        if let Some(offer) = offers.1 {
            deal.offer(BENEFICIARY, offer).unwrap();
        }
        let is_agreed = deal.status() == Status::Closed;
        if !is_agreed {
            deal.now = at(5);
            deal.rule(&seats(PANEL, &unanimous(first))).unwrap();
            if appealed {
                deal.appeal(party(appeal_by_applicant)).unwrap();
                if let Some(second) = second {
                    deal.rule(&seats(APPEAL_PANEL, &[Some(second); 7])).unwrap();
                }
            }
            deal.now = at(60);
            deal.settle(KEEPER).unwrap();
            let award = second.filter(|_| appealed).unwrap_or(first);
            let fees = if appealed && second.is_some() { 60_000 } else { 20_000 };
            prop_assert_eq!(deal.paid_to(ARBITRATION), fees, "whoever ruled is paid");
            prop_assert!(deal.paid_to(BENEFICIARY) - drawn + fees >= award);
            prop_assert!(deal.paid_to(APPLICANT) + fees >= AMOUNT - award);
        }
        prop_assert_eq!(deal.status(), Status::Closed);
        prop_assert_eq!(deal.paid.values().sum::<u128>(), deal.received);
    }
}
