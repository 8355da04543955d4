//! Examination: silence, the one notice, waiver, cure, presentation on approval, and who may say what.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    agreement, amount, at, before, checklist, free, keccak, later, papers, replaced, Deal, AMOUNT, APPLICANT,
    BENEFICIARY, CARRIER, DAY, INSPECTOR, KEEPER, MONDAY, TRANSPORT,
};
use florin_trade::disclosure::{branch_hash, field_hash, is_field_of};
use florin_trade::examination::{paper_hash, Discrepancies, Paper, PaperSubject, PresentationId};
use florin_trade::state::{Message, Stage, Status};
use florin_trade::{Command, EscrowError, Hash};

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
    assert!(presentation.noticed);
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
    more[7] = shown[2].map(|paper| Paper { dated: at(99), signer: INSPECTOR, ..paper });
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
    let presenting = florin_trade::examination::Presenting {
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

fn subject() -> PaperSubject {
    let (checklist, commitment) = (checklist().hash(keccak), [5; 32]);
    PaperSubject { escrow: 7, drawing: 2, checklist, milestone: Some(4), document: 1, commitment, dated: at(3) }
}

/// A paper supports one drawing of one escrow, for one milestone, in one place of one checklist.
#[test]
fn what_an_issuer_signs_names_escrow_drawing_checklist_milestone_place_contents_and_date() {
    let one = paper_hash(&subject(), keccak);
    assert_eq!(one, paper_hash(&subject(), keccak));
    // The third document is a certificate of another kind after an amendment.
    let mut amended = checklist();
    amended.documents[2].as_mut().unwrap().kind = florin_trade::terms::DocumentKind::Origin;
    for other in [
        PaperSubject { escrow: 8, ..subject() },
        PaperSubject { drawing: 3, ..subject() },
        PaperSubject { checklist: amended.hash(keccak), ..subject() },
        PaperSubject { milestone: None, ..subject() },
        PaperSubject { milestone: Some(0), ..subject() },
        PaperSubject { milestone: Some(5), ..subject() },
        PaperSubject { document: 2, ..subject() },
        PaperSubject { commitment: [6; 32], ..subject() },
        PaperSubject { dated: at(4), ..subject() },
    ] {
        assert_ne!(one, paper_hash(&other, keccak), "{other:?}");
    }
    // As a wallet would hash it: a milestone is counted from one, and zero is none.
    for (milestone, word) in [(Some(4), 5), (Some(0), 1), (None, 0), (Some(u8::MAX), 256u16)] {
        let mut words = [[0; 32]; 8];
        let fields = "uint256 escrow,uint256 drawing,bytes32 checklist,uint256 milestone,uint256 document,\
                      bytes32 commitment,uint256 dated";
        words[0] = keccak(format!("Paper({fields})").as_bytes());
        (words[1][31], words[2][31], words[5][31]) = (7, 2, 1);
        words[4][30..].copy_from_slice(&word.to_be_bytes());
        (words[3], words[6]) = (checklist().hash(keccak), [5; 32]);
        words[7][24..].copy_from_slice(&at(3).raw().to_be_bytes());
        assert_eq!(paper_hash(&PaperSubject { milestone, ..subject() }, keccak), keccak(words.as_flattened()));
    }
}

#[test]
fn a_checklist_is_known_by_what_it_asks_for() {
    let one = checklist();
    assert_eq!(one.hash(keccak), keccak(&parity_scale_codec::Encode::encode(&one)));
    let mut other = one;
    other.documents[0].as_mut().unwrap().issuer = KEEPER;
    assert_ne!(one.hash(keccak), other.hash(keccak));
    let mut moved = one;
    moved.documents.swap(2, 3);
    assert_ne!(one.hash(keccak), moved.hash(keccak), "places count");
}

/// What is refused and cured is one drawing; what is honoured, also by silence or by conditions, is the end of it.
#[test]
fn drawings_are_counted_where_they_are_honoured() {
    let mut agreement = agreement();
    agreement.conditions.tree.nodes[0] = Some(florin_trade::condition::Node::Fact(0));
    agreement.conditions.facts.facts[0] = Some(florin_trade::condition::Fact::After { moment: at(0) });
    let mut deal = Deal::funded(agreement, free());
    assert_eq!((deal.view.escrow.drawings, deal.view.escrow.next_drawing()), (0, 1));
    deal.present(1_000, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.present(1_000, 0).unwrap();
    assert_eq!((deal.view.escrow.presentations, deal.view.escrow.next_drawing()), (2, 1));
    deal.approve().unwrap();
    assert_eq!((deal.view.escrow.drawings, deal.view.escrow.next_drawing()), (1, 2));
    deal.present(1_000, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.waive().unwrap();
    assert_eq!(deal.view.escrow.next_drawing(), 3);
    deal.present(1_000, 0).unwrap();
    deal.now = at(10);
    deal.settle(KEEPER).unwrap();
    assert_eq!(deal.view.escrow.next_drawing(), 4);
    deal.amend(agreement, 0).unwrap();
    assert_eq!(deal.view.escrow.next_drawing(), 4, "an amendment does not count anew");
    deal.execute(&florin_trade::condition::Evidence::default(), KEEPER).unwrap();
    assert_eq!(deal.view.escrow.drawings, 4);
}

#[test]
fn documents_for_a_drawing_are_refused_three_times_at_most() {
    let mut deal = presented();
    for refused in 1..=3 {
        deal.notice(Discrepancies::OTHER).unwrap();
        assert_eq!(deal.view.escrow.notices, refused);
        if refused < 3 {
            deal.present(400_000, 3).unwrap();
        }
    }
    // Neither side wears the other out: what is left are a waiver, a dispute, and silence, which is refusal.
    let too_many = EscrowError::TooManyNotices { maximum: 3 };
    assert_eq!(deal.present(400_000, 3), Err(too_many));
    let mut silent = deal.clone();
    silent.fall_silent();
    assert_eq!((silent.paid_to(BENEFICIARY), silent.paid_to(APPLICANT)), (0, AMOUNT - 500));
    deal.clone().raise(BENEFICIARY).unwrap();
    let wrong = EscrowError::WrongCaller { expected: BENEFICIARY, caller: APPLICANT };
    assert_eq!(deal.raise(APPLICANT), Err(wrong));
    // The next drawing is another one.
    deal.waive().unwrap();
    assert_eq!(deal.view.escrow.notices, 0);
    deal.present(600_000, 3).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    assert_eq!(deal.view.escrow.notices, 1);
    deal.waive().unwrap();
    assert_eq!(deal.view.escrow.notices, 0);
}

#[test]
fn what_silence_honours_counts_notices_anew() {
    let mut deal = presented();
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.present(300_000, 3).unwrap();
    let examined = EscrowError::NotAllowed { message: Message::Raise, status: Status::Examining };
    assert_eq!(deal.raise(BENEFICIARY), Err(examined), "no dispute puts silence off");
    assert_eq!(deal.view.escrow.notices, 1);
    deal.now = deal.now.after(common::days(14));
    assert_eq!(deal.status(), Status::Complying);
    deal.settle(KEEPER).unwrap();
    assert_eq!((deal.view.escrow.notices, deal.status()), (0, Status::Funded), "silence has honoured it");
}

/// One notice has to name everything: what was good enough then is good enough in a cure.
#[test]
fn a_notice_about_a_cure_names_what_is_new_or_was_named() {
    let (first, second, third) = (Discrepancies(0b001), Discrepancies(0b010), Discrepancies(0b100));
    let precluded = |bits: Discrepancies| Err(EscrowError::PrecludedDiscrepancy { bits: bits.0 });
    let mut deal = presented();
    deal.notice(first.with(Discrepancies::QUANTITY)).unwrap();
    let same = papers(&deal.agreement.checklist, at(3));

    // The same documents again.
    let mut cured = deal.clone();
    cured.show(AMOUNT, None, &same, false).unwrap();
    let general = Discrepancies::DESCRIPTION
        .with(Discrepancies::AMOUNT)
        .with(Discrepancies::CONFLICT)
        .with(Discrepancies::INSURANCE)
        .with(Discrepancies::OTHER);
    assert_eq!(cured.view.presentation.unwrap().precluded, second.with(third).with(general));
    for (named, bits) in [(second, second), (third.with(first), third), (second.with(third), second.with(third))] {
        assert_eq!(cured.notice(named), precluded(bits));
    }
    assert_eq!(cured.view.escrow.notices, 1, "what is refused does not count");
    // Nor what is about the whole: nothing of it is another than it was.
    for named in [Discrepancies::DESCRIPTION, Discrepancies::OTHER, Discrepancies::CONFLICT] {
        assert_eq!(cured.clone().notice(named.with(first)), precluded(named));
    }
    // What was named before can be named again.
    for named in [first, Discrepancies::QUANTITY, first.with(Discrepancies::QUANTITY)] {
        cured.clone().notice(named).unwrap();
    }
    // What is precluded stays so, however often it is presented.
    cured.notice(Discrepancies::QUANTITY).unwrap();
    cured.show(AMOUNT, None, &same, false).unwrap();
    let all = first.with(second).with(third).with(general);
    assert_eq!(cured.view.presentation.unwrap().precluded, all, "named once, not twice");
    assert_eq!(cured.notice(first), precluded(first));
    // For another amount, as with another document, the whole is another.
    let mut smaller = deal.clone();
    smaller.show(AMOUNT - 1, None, &same, false).unwrap();
    assert_eq!(smaller.view.presentation.unwrap().precluded, second.with(third));
    smaller.notice(general).unwrap();

    // Another document in a place can be named there.
    deal.show(AMOUNT, None, &replaced(&same, 2, [0xc3; 32]), false).unwrap();
    assert_eq!(deal.view.presentation.unwrap().precluded, second);
    assert_eq!(deal.notice(second.with(third)), precluded(second));
    deal.notice(third).unwrap();
    // The first one comes back; it was never found good.
    deal.show(300_000, None, &same, false).unwrap();
    assert_eq!(deal.view.presentation.unwrap().precluded, first.with(second));
    deal.notice(third).unwrap();
    deal.waive().unwrap();

    // After a drawing nothing is precluded: other goods, other documents.
    deal.show(300_000, None, &same, false).unwrap();
    assert_eq!(deal.view.presentation.unwrap().precluded, Discrepancies::NONE);
    deal.notice(second).unwrap();
}

/// No commitment is none: two papers without one are not known to be the same.
#[test]
fn what_has_no_commitment_is_not_known_to_be_the_same() {
    let mut deal = Deal::funded(agreement(), free());
    let bare = replaced(&papers(&deal.agreement.checklist, at(0)), 2, [0; 32]);
    deal.show(AMOUNT, None, &bare, false).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.show(AMOUNT, None, &bare, false).unwrap();
    assert_eq!(deal.view.presentation.unwrap().precluded, Discrepancies(0b011));
    deal.notice(Discrepancies::of_document(2)).unwrap();
}

/// What was presented on approval was never examined: it went to the applicant's waiver at once. So a beneficiary who
/// leaves a document out and brings it a moment later takes no word from the applicant.
#[test]
fn what_was_presented_on_approval_precludes_nothing() {
    let mut deal = Deal::funded(agreement(), free());
    let all = papers(&deal.agreement.checklist, at(0));
    let mut without = all;
    without[0] = None;
    deal.show(AMOUNT, None, &without, true).unwrap();
    assert!(!deal.view.presentation.unwrap().noticed);
    deal.show(AMOUNT, None, &all, false).unwrap();
    assert_eq!(deal.view.presentation.unwrap().precluded, Discrepancies::NONE);
    deal.notice(Discrepancies::of_document(2)).unwrap();
    // What an earlier notice has left unnamed stays precluded on the way through an approval that never came.
    deal.show(AMOUNT, None, &without, true).unwrap();
    assert_eq!(deal.view.presentation.unwrap().precluded, Discrepancies(0b010));
    deal.show(AMOUNT, None, &all, false).unwrap();
    assert_eq!(deal.view.presentation.unwrap().precluded, Discrepancies(0b010));
    let error = EscrowError::PrecludedDiscrepancy { bits: 0b010 };
    assert_eq!(deal.notice(Discrepancies(0b110)), Err(error));
    deal.notice(Discrepancies(0b101)).unwrap();
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
