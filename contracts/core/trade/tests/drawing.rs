//! What may be drawn and what a drawing is divided into: golden numbers, the same sum over any number of drawings, and
//! numbers as large as they come.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    agreement, amount, at, bps, by_milestones, checklist, days, free, papers, snapshot, terms, Deal, AMOUNT, APPLICANT,
    BENEFICIARY, COLLECTOR, KEEPER,
};
use florin_trade::drawing::check;
use florin_trade::fee::{fee_between, share_down, share_up, tip_down, Division, Rates};
use florin_trade::state::{Escrow, Status, MAXIMUM_PRESENTATIONS};
use florin_trade::terms::{Agreement, Checklist, Payment, Retention, Sealed, Terms, Tolerance};
use florin_trade::validation::MAXIMUM_AMOUNT;
use florin_trade::EscrowError;
use florin_units::{Amount, Bps};
use proptest::prelude::*;

fn rates(fee: u32, retention: u32, sight: u32) -> Rates {
    Rates { fee: bps(fee), retention: bps(retention), sight: bps(sight) }
}

fn division(fee: u128, retained: u128, sight: u128, usance: u128) -> Division {
    Division { fee: amount(fee), retained: amount(retained), sight: amount(sight), usance: amount(usance) }
}

/// Worked out by hand: fee of the whole rounded up, retention of the rest rounded down, sight of what is left rounded
/// up.
#[test]
fn divisions_by_hand() {
    for (drawn, rates, expected) in [
        (1_000_000, rates(0, 0, 10_000), division(0, 0, 1_000_000, 0)),
        (1_000_000, rates(50, 0, 10_000), division(5_000, 0, 995_000, 0)),
        (1_000_000, rates(50, 1_000, 10_000), division(5_000, 99_500, 895_500, 0)),
        (1_000_000, rates(50, 1_000, 2_500), division(5_000, 99_500, 223_875, 671_625)),
        (999_999, rates(50, 1_000, 3_333), division(5_000, 99_499, 298_471, 597_029)),
        (1, rates(50, 1_000, 0), division(1, 0, 0, 0)),
        (3, rates(50, 5_000, 1), division(1, 1, 1, 0)),
        (0, rates(500, 5_000, 5_000), division(0, 0, 0, 0)),
    ] {
        assert_eq!(Division::between(Amount::ZERO, amount(drawn), &rates), Ok(expected), "{drawn} by {rates:?}");
    }
}

#[test]
fn shares_round_as_their_names_say() {
    assert_eq!(share_down(amount(10_001), bps(1)), Ok(amount(1)));
    assert_eq!(share_up(amount(10_001), bps(1)), Ok(amount(2)));
    assert_eq!(share_up(amount(10_000), bps(1)), Ok(amount(1)));
    assert_eq!(share_up(Amount::ZERO, Bps::ONE), Ok(Amount::ZERO));
    assert_eq!(share_down(Amount::MAX, Bps::ONE), Ok(Amount::MAX));
    assert!(share_up(Amount::MAX, bps(10_001)).is_err());
    // A tip is the smaller of what was agreed and a hundredth.
    assert_eq!(tip_down(amount(500), amount(1_000_000)), Ok(amount(500)));
    assert_eq!(tip_down(amount(500), amount(49_999)), Ok(amount(499)));
    assert_eq!(tip_down(amount(500), amount(99)), Ok(Amount::ZERO));
}

proptest! {
    /// However a total is cut into drawings, the parts come to the same, to the unit, and no part of a drawing is
    /// negative.
    #[test]
    fn drawings_are_independent_of_their_path(
        cuts in prop::collection::vec(0u128..1_000_000_000, 1..30),
        fee in 0u32..=500,
        retention in 0u32..=5_000,
        sight in 0u32..=10_000,
    ) {
        let rates = rates(fee, retention, sight);
        let mut total = Amount::ZERO;
        let mut sums = [0u128; 4];
        for cut in cuts {
            let next = total.checked_add(amount(cut)).unwrap();
            let part = Division::between(total, next, &rates).unwrap();
            let parts = [part.fee, part.retained, part.sight, part.usance];
            prop_assert_eq!(parts.iter().map(|part| part.raw()).sum::<u128>(), cut);
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum += part.raw();
            }
            prop_assert_eq!(fee_between(total, next, rates.fee), Ok(part.fee));
            total = next;
        }
        let whole = Division::between(Amount::ZERO, total, &rates).unwrap();
        prop_assert_eq!(sums, [whole.fee.raw(), whole.retained.raw(), whole.sight.raw(), whole.usance.raw()]);
    }

    /// A unit at a time, where rounding is everything.
    #[test]
    fn unit_by_unit_nothing_gets_lost(
        fee in 0u32..=500,
        retention in 0u32..=5_000,
        sight in 0u32..=10_000,
        start in 0u128..100_000,
    ) {
        let rates = rates(fee, retention, sight);
        for drawn in start..start + 50 {
            let part = Division::between(amount(drawn), amount(drawn + 1), &rates).unwrap();
            let parts = [part.fee, part.retained, part.sight, part.usance];
            prop_assert_eq!(parts.iter().map(|part| part.raw()).sum::<u128>(), 1);
        }
    }

    /// The largest credits, at any rates.
    #[test]
    fn the_largest_amounts_do_not_overflow(
        first in 0u128..=MAXIMUM_AMOUNT,
        fee in 0u32..=500,
        retention in 0u32..=5_000,
        sight in 0u32..=10_000,
    ) {
        let limit = amount(MAXIMUM_AMOUNT / 10 * 11);
        let part = Division::between(amount(first), limit, &rates(fee, retention, sight)).unwrap();
        let sum = [part.fee, part.retained, part.sight, part.usance].iter().map(|part| part.raw()).sum::<u128>();
        prop_assert_eq!(sum, limit.raw() - first);
    }
}

#[test]
fn the_limit_and_the_least_are_rounded_towards_the_amount() {
    let tolerance = Tolerance { more: bps(1_000), less: bps(500) };
    let terms = Terms { amount: amount(999), tolerance, ..terms() };
    assert_eq!(terms.limit(), Ok(amount(1_098)));
    assert_eq!(terms.least(), Ok(amount(950)));
}

fn fresh(agreement: &Agreement) -> Escrow {
    Escrow::draft(&Sealed::new(*agreement, common::keccak), at(0)).unwrap()
}

#[test]
fn what_may_be_drawn() {
    let single =
        Terms { partial_drawings: false, tolerance: Tolerance { more: bps(1_000), less: bps(500) }, ..terms() };
    let escrow = fresh(&agreement());
    let limit = single.limit().unwrap();
    let list = checklist();
    let try_draw = |drawn: u128| check(&single, &list, &escrow, limit, amount(drawn), None);
    assert_eq!(try_draw(0), Err(EscrowError::ZeroAmount));
    let partial = |drawn| EscrowError::PartialDrawing { amount: amount(drawn), minimum: amount(950_000) };
    assert_eq!(try_draw(949_999), Err(partial(949_999)));
    assert_eq!(try_draw(950_000), Ok(0b111));
    assert_eq!(try_draw(1_100_000), Ok(0b111));
    let overdrawn = EscrowError::Overdrawn { amount: amount(1_100_001), available: amount(1_100_000) };
    assert_eq!(try_draw(1_100_001), Err(overdrawn));
    assert_eq!(try_draw(u128::MAX).unwrap_err().code(), 16);
}

#[test]
fn what_a_milestone_may_draw() {
    let mut agreement = agreement();
    by_milestones(&mut agreement);
    let mut escrow = fresh(&agreement);
    escrow.milestones = 0b001;
    let Agreement { terms, checklist, .. } = agreement;
    let try_draw =
        |drawn: u128, milestone| check(&terms, &checklist, &escrow, amount(800_000), amount(drawn), milestone);
    assert_eq!(try_draw(500_000, None), Err(EscrowError::MilestoneRequired));
    assert_eq!(try_draw(200_000, Some(0)), Err(EscrowError::MilestonePaid { milestone: 0 }));
    assert_eq!(try_draw(500_000, Some(1)), Ok(0b010));
    let other = EscrowError::MilestoneAmount { expected: amount(500_000), actual: amount(499_999) };
    assert_eq!(try_draw(499_999, Some(1)), Err(other));
    for milestone in [3, 7, 8, 255] {
        assert_eq!(try_draw(1, Some(milestone)), Err(EscrowError::UnknownMilestone { milestone }));
    }
    let none = Checklist { milestones: [None; 8], ..checklist };
    let unknown = check(&terms, &none, &escrow, amount(800_000), amount(1), Some(0));
    assert_eq!(unknown, Err(EscrowError::UnknownMilestone { milestone: 0 }));
}

/// Half a percent, a tenth retained, a quarter at sight, the rest ninety days after shipment.
fn mixed() -> Agreement {
    let mut agreement = agreement();
    agreement.terms.payment = Payment::Usance { tenor: days(90), sight_share: bps(2_500) };
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(200) });
    agreement
}

#[test]
fn usance_is_paid_at_maturity_and_retention_at_its_end() {
    let mut deal = Deal::funded(mixed(), snapshot());
    deal.now = at(10);
    deal.present(AMOUNT, 3).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.status(), Status::Retaining);
    assert_eq!(deal.paid_to(BENEFICIARY), 223_875);
    assert_eq!(deal.paid_to(COLLECTOR), 5_000);
    assert_eq!(deal.acceptances.len(), 1);
    let acceptance = deal.acceptances[0];
    assert_eq!((acceptance.amount, acceptance.maturity), (amount(671_625), at(93)), "from shipment, not from approval");
    assert_eq!(deal.view.escrow.latest_maturity, at(93));

    deal.now = common::before(at(93));
    let early = EscrowError::NotMature { maturity: at(93), now: deal.now };
    assert_eq!(deal.mature(0, KEEPER), Err(early));
    assert_eq!(deal.mature(1, KEEPER), Err(EscrowError::UnknownAcceptance { number: 1 }));
    deal.now = at(93);
    deal.mature(0, KEEPER).unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), 223_875 + 671_625 - 500);
    assert_eq!(deal.paid_to(KEEPER), 500);
    assert_eq!(deal.mature(0, KEEPER), Err(EscrowError::AlreadyPaid { number: 0 }));

    deal.now = common::before(at(200));
    assert!(deal.settle(BENEFICIARY).is_err());
    deal.now = at(200);
    assert_eq!(deal.status(), Status::Releasing);
    deal.settle(BENEFICIARY).unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), 223_875 + 671_625 - 500 + 99_500);
    assert_eq!(deal.status(), Status::Closed);
}

#[test]
fn what_matures_before_it_is_honoured_is_paid_at_once() {
    let mut agreement = mixed();
    agreement.terms.payment = Payment::Usance { tenor: days(1), sight_share: bps(2_500) };
    let mut deal = Deal::funded(agreement, snapshot());
    deal.now = at(10);
    deal.present(AMOUNT, 3).unwrap();
    deal.approve().unwrap();
    assert!(deal.acceptances.is_empty());
    assert_eq!(deal.paid_to(BENEFICIARY), 223_875 + 671_625);
}

#[test]
fn usance_without_transport_document_counts_from_presentation() {
    let mut agreement = mixed();
    agreement.checklist.documents[common::TRANSPORT] = None;
    let mut deal = Deal::funded(agreement, free());
    deal.now = at(10);
    deal.present(AMOUNT, 3).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.acceptances[0].maturity, at(100));
}

#[test]
fn partial_drawings_leave_the_rest_and_expire() {
    let mut deal = Deal::funded(agreement(), snapshot());
    deal.present(300_000, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.status(), Status::Funded);
    deal.present(300_001, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.view.escrow.book.available, amount(399_999));
    let fee = (600_001u128 * 50).div_ceil(10_000);
    assert_eq!(deal.paid_to(COLLECTOR), fee);
    assert_eq!(deal.paid_to(BENEFICIARY), 600_001 - fee);
    deal.now = at(60);
    deal.settle(APPLICANT).unwrap();
    assert_eq!(deal.paid_to(APPLICANT), 399_999);
    assert_eq!(deal.status(), Status::Closed);
}

#[test]
fn a_single_drawing_gives_the_rest_back_at_once() {
    let mut agreement = agreement();
    agreement.terms.partial_drawings = false;
    agreement.terms.tolerance = Tolerance { more: bps(1_000), less: bps(1_000) };
    let mut deal = Deal::funded(agreement, free());
    deal.present(950_000, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!((deal.paid_to(BENEFICIARY), deal.paid_to(APPLICANT)), (950_000, 150_000));
    assert_eq!(deal.status(), Status::Closed);
}

#[test]
fn milestones_are_paid_once_in_any_order() {
    let mut agreement = agreement();
    by_milestones(&mut agreement);
    let mut deal = Deal::funded(agreement, free());
    let papers = papers(&agreement.checklist, at(0));
    for (milestone, share) in [(2, 300_000), (0, 200_000), (1, 500_000)] {
        deal.show(share, Some(milestone), &papers, false).unwrap();
        deal.approve().unwrap();
        if deal.status() == Status::Funded {
            let again = deal.show(share, Some(milestone), &papers, false);
            assert_eq!(again, Err(EscrowError::MilestonePaid { milestone }));
        }
    }
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
    assert_eq!((deal.view.escrow.milestones, deal.view.escrow.documents), (0b111, 0b111));
    assert_eq!(deal.status(), Status::Closed);
}

#[test]
fn the_number_of_presentations_is_bounded() {
    let mut deal = Deal::funded(agreement(), free());
    for _ in 0..MAXIMUM_PRESENTATIONS {
        deal.present(1, 0).unwrap();
        deal.approve().unwrap();
    }
    assert_eq!((deal.view.escrow.presentations, deal.view.escrow.drawings), (250, 250));
    assert_eq!(deal.present(1, 0), Err(EscrowError::TooManyPresentations { maximum: 250 }));
    deal.fall_silent();
    assert_eq!(deal.paid_to(BENEFICIARY), 250);
}
