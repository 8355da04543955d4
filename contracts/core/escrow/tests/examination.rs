//! Examination: silence, the one notice, waiver, cure, presentation on approval, and who may say what.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    agreement, amount, at, before, free, keccak, later, papers, Deal, AMOUNT, APPLICANT, BENEFICIARY, CARRIER, DAY,
    INSPECTOR, KEEPER, MONDAY, TRANSPORT,
};
use florin_escrow::disclosure::{branch_hash, field_hash, is_field_of};
use florin_escrow::examination::{paper_hash, Discrepancies, PresentationId};
use florin_escrow::state::{Stage, Status};
use florin_escrow::{Command, EscrowError, Hash};

fn presented() -> Deal {
    let mut deal = Deal::funded(agreement(), free());
    deal.now = later(at(10), DAY / 2);
    deal.present(AMOUNT, 3).unwrap();
    deal
}

#[test]
fn silence_means_honour() {
    let mut deal = presented();
    // Presented on a Thursday: Friday, Monday to Thursday.
    assert_eq!(deal.view.escrow.stage, Stage::Examining { until: at(18) });
    deal.now = before(at(18));
    assert_eq!(deal.status(), Status::Examining);
    assert!(deal.settle(KEEPER).is_err());
    deal.now = at(18);
    assert_eq!(deal.status(), Status::Complying);
    let over = EscrowError::ExaminationOver { ended_at: at(18), now: at(18) };
    assert_eq!(deal.notice(Discrepancies::OTHER), Err(over));
    assert_eq!(deal.approve(), Err(over));
    deal.settle(KEEPER).unwrap();
    assert_eq!((deal.paid_to(BENEFICIARY), deal.paid_to(KEEPER)), (AMOUNT - 500, 500));
    assert_eq!(deal.status(), Status::Closed);
}

#[test]
fn a_holiday_gives_the_applicant_a_day_more() {
    let mut agreement = agreement();
    agreement.calendar = agreement.calendar.with_holiday(MONDAY + 14).unwrap();
    let mut deal = Deal::funded(agreement, free());
    deal.now = at(10);
    deal.present(AMOUNT, 3).unwrap();
    assert_eq!(deal.view.escrow.stage, Stage::Examining { until: at(19) });
}

#[test]
fn a_notice_is_given_once() {
    let mut deal = presented();
    let discrepancies = Discrepancies::DESCRIPTION.with(Discrepancies::of_document(2));
    deal.notice(discrepancies).unwrap();
    assert_eq!(deal.status(), Status::Discrepant);
    let presentation = deal.view.presentation.unwrap();
    assert_eq!((presentation.discrepancies, presentation.reasons), (discrepancies, [0xee; 32]));
    assert_eq!(deal.notice(Discrepancies::OTHER), Err(EscrowError::SecondNotice));
    assert_eq!(deal.view.presentation.unwrap().discrepancies, discrepancies, "nothing is added later");
}

#[test]
fn a_notice_says_something_that_can_be_so() {
    let mut deal = presented();
    assert_eq!(deal.notice(Discrepancies::NONE), Err(EscrowError::EmptyNotice));
    for place in 3..8 {
        let error = EscrowError::UnknownDiscrepancy { bits: 1 << place };
        assert_eq!(deal.notice(Discrepancies::of_document(place)), Err(error));
    }
    // The contract has compared these dates itself.
    for checked in [Discrepancies::LATE_SHIPMENT, Discrepancies::LATE_PRESENTATION] {
        let error = EscrowError::RefutedDiscrepancy { bits: checked.0 };
        assert_eq!(deal.notice(checked.with(Discrepancies::OTHER)), Err(error));
    }
    let presentation = deal.named();
    let stranger = Command::Notice { presentation, discrepancies: Discrepancies::OTHER, reasons: [0; 32] };
    for caller in [BENEFICIARY, KEEPER] {
        let error = EscrowError::WrongCaller { expected: APPLICANT, caller };
        assert_eq!(deal.send(caller, &stranger), Err(error));
        assert_eq!(deal.send(caller, &Command::Approve { presentation }), Err(error));
    }
    assert!(deal.notice(Discrepancies(0b1111_1100_0000_0111)).is_ok(), "all that there can be, at once");
}

#[test]
fn a_refusal_stands_until_the_expiry_and_for_the_time_to_respond() {
    let mut deal = presented();
    deal.notice(Discrepancies::OTHER).unwrap();
    assert_eq!(deal.view.escrow.stage, Stage::Discrepant { until: at(60) });
    let mut deal = Deal::funded(agreement(), free());
    deal.now = at(50);
    let papers = papers(&deal.agreement.checklist, at(29));
    deal.show(AMOUNT, None, &papers, false).unwrap();
    deal.now = at(56);
    deal.notice(Discrepancies::OTHER).unwrap();
    assert_eq!(deal.view.escrow.stage, Stage::Discrepant { until: at(63) });
    deal.now = at(61);
    assert_eq!(deal.present(AMOUNT, 29), Err(EscrowError::CreditExpired { expiry: at(60), now: at(61) }));
    deal.now = before(at(63));
    assert_eq!(deal.status(), Status::Discrepant);
    deal.now = at(63);
    assert_eq!(deal.status(), Status::Expired);
    assert!(deal.waive().is_err());
    deal.settle(APPLICANT).unwrap();
    assert_eq!(deal.paid_to(APPLICANT), AMOUNT);
}

#[test]
fn the_applicant_waives_and_nobody_else() {
    let mut deal = presented();
    deal.notice(Discrepancies::OTHER).unwrap();
    let error = EscrowError::WrongCaller { expected: APPLICANT, caller: BENEFICIARY };
    let presentation = deal.named();
    assert_eq!(deal.send(BENEFICIARY, &Command::Waive { presentation }), Err(error));
    deal.waive().unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
}

/// The applicant means to waive a small drawing; before its message arrives, a large one has taken its place.
#[test]
fn a_waiver_is_for_the_presentation_it_names() {
    let mut deal = Deal::funded(agreement(), free());
    deal.present(1_000, 0).unwrap();
    let small = deal.named();
    assert_eq!(small, PresentationId { number: 1, amount: amount(1_000) });
    deal.notice(Discrepancies::OTHER).unwrap();
    let mut shown = papers(&deal.agreement.checklist, at(0));
    shown[2] = None;
    deal.show(AMOUNT, None, &shown, true).unwrap();
    let large = PresentationId { number: 2, amount: amount(AMOUNT) };
    let error = EscrowError::OtherPresentation { expected: large, actual: small };
    assert_eq!(deal.send(APPLICANT, &Command::Waive { presentation: small }), Err(error));
    for actual in [PresentationId { number: 1, ..large }, PresentationId { amount: amount(1_000), ..large }] {
        let error = EscrowError::OtherPresentation { expected: large, actual };
        assert_eq!(deal.send(APPLICANT, &Command::Waive { presentation: actual }), Err(error), "both have to fit");
    }
    // The same for an approval and a notice.
    deal.present(AMOUNT, 0).unwrap();
    let cured = PresentationId { number: 3, amount: amount(AMOUNT) };
    let error = EscrowError::OtherPresentation { expected: cured, actual: large };
    assert_eq!(deal.send(APPLICANT, &Command::Approve { presentation: large }), Err(error));
    let notice = Command::Notice { presentation: large, discrepancies: Discrepancies::OTHER, reasons: [0; 32] };
    assert_eq!(deal.send(APPLICANT, &notice), Err(error));
    assert_eq!(deal.paid_to(BENEFICIARY), 0);
    deal.approve().unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
}

/// What was missing or discrepant was paid for, but was not presented as agreed.
#[test]
fn waived_documents_do_not_count_as_honoured() {
    let mut deal = Deal::funded(agreement(), free());
    let mut shown = papers(&deal.agreement.checklist, at(0));
    shown[2] = None;
    deal.show(300_000, None, &shown, true).unwrap();
    deal.waive().unwrap();
    assert_eq!(deal.view.escrow.documents, 0b011, "the inspection was missing");
    deal.present(300_000, 0).unwrap();
    deal.notice(Discrepancies::of_document(2).with(Discrepancies::OTHER)).unwrap();
    deal.waive().unwrap();
    assert_eq!(deal.view.escrow.documents, 0b011, "the inspection was refused");
    deal.present(300_000, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.view.escrow.documents, 0b111);
}

#[test]
fn a_cure_replaces_what_was_refused() {
    let mut deal = presented();
    deal.notice(Discrepancies::AMOUNT).unwrap();
    deal.now = at(20);
    deal.present(600_000, 3).unwrap();
    let book = deal.view.escrow.book;
    assert_eq!((book.available, book.presented), (amount(400_000), amount(600_000)));
    assert_eq!(deal.status(), Status::Examining);
    assert!(deal.view.presentation.unwrap().discrepancies.is_empty(), "other documents, other discrepancies");
    deal.notice(Discrepancies::CONFLICT).unwrap();
    deal.present(1_000_000, 3).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
}

#[test]
fn documents_on_approval_wait_for_a_waiver() {
    let mut deal = Deal::funded(agreement(), free());
    deal.now = at(40);
    let mut shown = papers(&deal.agreement.checklist, at(31));
    shown[2] = None;
    assert_eq!(deal.show(AMOUNT, None, &shown, false), Err(EscrowError::MissingDocument { document: 2 }));
    deal.show(AMOUNT, None, &shown, true).unwrap();
    let expected = Discrepancies::LATE_SHIPMENT.with(Discrepancies::of_document(2));
    assert_eq!(deal.view.presentation.unwrap().discrepancies, expected);
    assert_eq!(deal.status(), Status::Discrepant);
    let mut silent = deal.clone();
    silent.fall_silent();
    assert_eq!(silent.paid_to(BENEFICIARY), 0, "silence does not accept what does not comply on its face");
    deal.waive().unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
}

#[test]
fn on_approval_without_findings_is_a_presentation_like_any_other() {
    let mut deal = Deal::funded(agreement(), free());
    let shown = papers(&deal.agreement.checklist, at(0));
    deal.show(AMOUNT, None, &shown, true).unwrap();
    assert_eq!(deal.status(), Status::Examining);
}

#[test]
fn documents_are_judged_on_their_face() {
    let mut deal = Deal::funded(agreement(), free());
    deal.now = at(10);
    let shown = papers(&deal.agreement.checklist, at(3));
    let mut forged = shown;
    forged[TRANSPORT].as_mut().unwrap().signer = BENEFICIARY;
    let error = EscrowError::WrongIssuer { document: 1, expected: CARRIER, actual: BENEFICIARY };
    assert_eq!(deal.show(AMOUNT, None, &forged, false), Err(error));
    for on_approval in [false, true] {
        let mut dated = shown;
        dated[2].as_mut().unwrap().dated = later(at(10), 1);
        let error = EscrowError::DatedInFuture { document: 2, dated: later(at(10), 1), now: at(10) };
        assert_eq!(deal.show(AMOUNT, None, &dated, on_approval), Err(error));
    }
    // What is not required is not looked at.
    let mut more = shown;
    more[7] = shown[2].map(|paper| florin_escrow::examination::Paper { dated: at(99), signer: INSPECTOR, ..paper });
    deal.show(AMOUNT, None, &more, false).unwrap();
    assert_eq!(deal.view.presentation.unwrap().documents, 0b111);
    assert_eq!(deal.view.presentation.unwrap().commitments[7], [0; 32]);
}

#[test]
fn only_the_beneficiary_presents_and_one_presentation_at_a_time() {
    let mut deal = presented();
    assert_eq!(deal.present(1, 3), Err(EscrowError::PresentationOpen));
    deal.now = at(18);
    assert_eq!(deal.present(1, 3), Err(EscrowError::PresentationOpen), "honour is due first");
    let mut deal = Deal::funded(agreement(), free());
    let Deal { agreement, .. } = deal.clone();
    let shown = papers(&agreement.checklist, at(0));
    let presenting = florin_escrow::examination::Presenting {
        checklist: &agreement.checklist,
        calendar: &agreement.calendar,
        amount: amount(1),
        milestone: None,
        papers: &shown,
        on_approval: false,
    };
    let error = EscrowError::WrongCaller { expected: BENEFICIARY, caller: APPLICANT };
    assert_eq!(deal.send(APPLICANT, &Command::Present(&presenting)), Err(error));
}

#[test]
fn a_small_payment_has_a_small_tip() {
    let mut deal = Deal::funded(agreement(), free());
    deal.present(1_000, 0).unwrap();
    deal.now = at(20);
    deal.settle(KEEPER).unwrap();
    assert_eq!((deal.paid_to(KEEPER), deal.paid_to(BENEFICIARY)), (10, 990));
}

/// Proposal 14: one field is shown with its salt and its path, and the others stay hidden.
#[test]
fn one_field_of_a_document_can_be_shown() {
    let salts: [Hash; 4] = [[11; 32], [12; 32], [13; 32], [14; 32]];
    let values: [&[u8]; 4] = [b"invoice 17", b"steel coils", b"40 tons", b"1,000,000"];
    let leaf = |place: usize| field_hash(place as u8, &salts[place], values[place], keccak);
    let left = branch_hash(&leaf(0), &leaf(1), keccak);
    let right = branch_hash(&leaf(2), &leaf(3), keccak);
    let root = branch_hash(&left, &right, keccak);
    let paths = [[leaf(1), right], [leaf(0), right], [leaf(3), left], [leaf(2), left]];
    for (place, path) in paths.iter().enumerate() {
        let number = place as u8;
        assert!(is_field_of(&root, number, &salts[place], values[place], path, keccak));
        assert!(!is_field_of(&root, number, &salts[place], b"something else", path, keccak));
        assert!(!is_field_of(&root, number, &[0; 32], values[place], path, keccak), "another salt");
        assert!(!is_field_of(&root, number ^ 1, &salts[place], values[place], path, keccak), "another place");
        assert!(!is_field_of(&root, number + 4, &salts[place], values[place], path, keccak), "a place beyond");
        assert!(!is_field_of(&root, number, &salts[place], values[place], &path[..1], keccak), "half a path");
    }
    // A branch is not taken for a field.
    assert!(!is_field_of(&root, 0, &left, &right, &[], keccak));
    // Equal documents cannot be linked.
    assert_ne!(leaf(0), field_hash(0, &[99; 32], values[0], keccak));
    assert!(!is_field_of(&root, 0, &salts[0], values[0], &[[0; 32]; 9], keccak), "deeper than any document");
}

#[test]
fn what_an_issuer_signs_names_escrow_place_contents_and_date() {
    let one = paper_hash(7, 1, &[5; 32], at(3), keccak);
    assert_eq!(one, paper_hash(7, 1, &[5; 32], at(3), keccak));
    for other in [
        paper_hash(8, 1, &[5; 32], at(3), keccak),
        paper_hash(7, 2, &[5; 32], at(3), keccak),
        paper_hash(7, 1, &[6; 32], at(3), keccak),
        paper_hash(7, 1, &[5; 32], at(4), keccak),
    ] {
        assert_ne!(one, other);
    }
}

#[test]
fn a_refused_presentation_reserves_nothing() {
    // A refused presentation keeps nobody from drawing another part later.
    let mut deal = presented();
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.present(100_000, 3).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.status(), Status::Funded);
    assert_eq!(deal.view.escrow.book.available, amount(900_000));
}
