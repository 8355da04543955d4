//! What issuers sign for one drawing.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use florin_trade::examination::paper_hash;
use florin_trader::{
    keccak,
    paper::{Paper, PaperError, Place, SignedPaper},
    signing::{SignatureProblem, Venue},
};

const VENUE: Venue = Venue { chain_id: [9; 32], contract: [12; 20] };
const COMMITMENT: [u8; 32] = [0xcc; 32];

/// A credit whose transport document is issued by an Ethereum key and whose inspection by a Polkadot key.
fn deal() -> Deal {
    let mut agreement = agreement();
    let documents = &mut agreement.checklist.documents;
    documents[TRANSPORT] =
        documents[TRANSPORT].map(|one| florin_trade::terms::RequiredDocument { issuer: ecdsa(3).1, ..one });
    documents[2] = documents[2].map(|one| florin_trade::terms::RequiredDocument { issuer: polkadot(4).1, ..one });
    Deal::funded(agreement)
}

fn paper(deal: &Deal, place: u8) -> Paper {
    let place = Place { document: place, milestone: None };
    Paper::new(VENUE, ID, &deal.agreement, &deal.view.escrow, place, COMMITMENT, at(5)).unwrap()
}

fn signed(deal: &Deal) -> SignedPaper {
    let paper = paper(deal, 1);
    paper.sign(&sign_ecdsa(&ecdsa(3).0, &paper.typed_data().digest())).unwrap()
}

#[test]
fn what_is_signed_is_what_the_contract_checks() {
    let deal = deal();
    let paper = paper(&deal, 1);
    assert_eq!(paper.subject.checklist, deal.agreement.checklist.hash(keccak));
    assert_eq!((paper.subject.drawing, paper.subject.escrow, paper.issuer), (1, ID, ecdsa(3).1));
    assert_eq!(paper.typed_data().digest(), VENUE.domain().typed(&paper_hash(&paper.subject, keccak), keccak));
}

#[test]
fn both_kinds_of_issuers_sign_and_the_file_keeps_it() {
    let deal = deal();
    let folder = tempfile::tempdir().unwrap();
    for place in [1, 2] {
        let paper = paper(&deal, place);
        let signature = if place == 1 {
            sign_ecdsa(&ecdsa(3).0, &paper.typed_data().digest())
        } else {
            sign_sr25519(&polkadot(4).0, &paper.typed_data().digest())
        };
        let signed = paper.sign(&signature).unwrap();
        let path = folder.path().join("paper.json");
        signed.write(&path).unwrap();
        let read = SignedPaper::read(&path).unwrap();
        assert_eq!(read, signed);
        assert_eq!(read.check(&VENUE, ID, &deal.agreement, &deal.view.escrow, None, at(6)), Ok(()));
    }
}

#[test]
fn somebody_elses_signature_is_refused() {
    let deal = deal();
    let paper = paper(&deal, 1);
    let error = paper.sign(&sign_ecdsa(&ecdsa(5).0, &paper.typed_data().digest()));
    assert!(matches!(error, Err(PaperError::Signature(SignatureProblem::WrongSigner { .. }))));
}

#[test]
fn a_paper_supports_one_drawing_of_one_credit() {
    let mut deal = deal();
    let signed = signed(&deal);
    let check =
        |deal: &Deal, venue: Venue, id, now| signed.check(&venue, id, &deal.agreement, &deal.view.escrow, None, now);
    assert_eq!(check(&deal, VENUE, ID, at(6)), Ok(()));
    assert_eq!(check(&deal, Venue { contract: [1; 20], ..VENUE }, ID, at(6)), Err(PaperError::OtherVenue));
    assert_eq!(check(&deal, VENUE, 8, at(6)), Err(PaperError::OtherEscrow { expected: 8, found: ID }));
    assert_eq!(check(&deal, VENUE, ID, at(4)), Err(PaperError::DatedInFuture { dated: at(5) }));
    let papers = papers(&deal.agreement.checklist, at(5));
    deal.now = at(6);
    deal.show(AMOUNT / 2, None, &papers, false);
    deal.approve();
    assert_eq!(check(&deal, VENUE, ID, at(7)), Err(PaperError::OtherDrawing { expected: 2, found: 1 }));
    deal.agreement.checklist.documents[0] = None;
    assert_eq!(check(&deal, VENUE, ID, at(7)), Err(PaperError::OtherChecklist));
}

#[test]
fn a_changed_file_is_refused() {
    let text = signed(&deal()).to_json();
    for (from, to) in [
        ("\"drawing\": 1", "\"drawing\": 2"),
        ("\"document\": 1", "\"document\": 2"),
        ("\"escrow\": 7", "\"escrow\": 8"),
        ("0xcccc", "0xcccd"),
        ("0x0c0c", "0x0c0d"),
        ("0x0909", "0x0908"),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        assert!(matches!(SignedPaper::from_json(&changed), Err(PaperError::Signature(_))), "{from}");
    }
    for (from, to) in [("florin paper 1", "florin paper 2"), ("\"dated\"", "\"date\""), ("0xcccc", "cccc"), ("}", "")] {
        let changed = text.replace(from, to);
        assert!(matches!(SignedPaper::from_json(&changed), Err(PaperError::Malformed { .. })), "{from}");
    }
}

#[test]
fn a_document_that_is_not_asked_for_has_no_paper() {
    let deal = deal();
    for place in [3, 7, 8, 255] {
        let named = Place { document: place, milestone: None };
        let error = Paper::new(VENUE, ID, &deal.agreement, &deal.view.escrow, named, COMMITMENT, at(5));
        assert_eq!(error, Err(PaperError::NotRequired { place }));
    }
}

#[test]
fn a_paper_of_another_issuer_is_told_before_it_is_presented() {
    let mut other = deal();
    let signed = signed(&other);
    let document = &mut other.agreement.checklist.documents[TRANSPORT];
    *document = document.map(|one| florin_trade::terms::RequiredDocument { issuer: CARRIER, ..one });
    // The checklist is another one too, which is said first.
    let error = signed.check(&VENUE, ID, &other.agreement, &other.view.escrow, None, at(6));
    assert_eq!(error, Err(PaperError::OtherChecklist));
    // Somebody may sign in an issuer's place; the file is sound, and the paper of no use.
    let real = deal();
    let mut paper = paper(&real, 1);
    paper.issuer = ecdsa(6).1;
    let forged = paper.sign(&sign_ecdsa(&ecdsa(6).0, &paper.typed_data().digest())).unwrap();
    let error = forged.check(&VENUE, ID, &real.agreement, &real.view.escrow, None, at(6));
    assert_eq!(error, Err(PaperError::OtherIssuer { expected: ecdsa(3).1, found: ecdsa(6).1 }));
}

#[test]
fn a_paper_is_for_one_milestone() {
    let mut agreement = deal().agreement;
    by_milestones(&mut agreement);
    let deal = Deal::funded(agreement);
    let new = |document: u8, milestone: Option<u8>| {
        let place = Place { document, milestone };
        Paper::new(VENUE, ID, &deal.agreement, &deal.view.escrow, place, COMMITMENT, at(5))
    };
    assert_eq!(new(1, None), Err(PaperError::Milestone { has_milestones: true }));
    assert_eq!(new(1, Some(0)), Err(PaperError::NotOfMilestone { milestone: 0, place: 1 }));
    assert_eq!(new(1, Some(7)), Err(PaperError::NotOfMilestone { milestone: 7, place: 1 }));
    let paper = new(1, Some(1)).unwrap();
    let signed = paper.sign(&sign_ecdsa(&ecdsa(3).0, &paper.typed_data().digest())).unwrap();
    let check = |milestone: Option<u8>| signed.check(&VENUE, ID, &deal.agreement, &deal.view.escrow, milestone, at(6));
    assert_eq!(check(Some(1)), Ok(()));
    for other in [None, Some(0), Some(2)] {
        assert_eq!(check(other), Err(PaperError::OtherMilestone { expected: other, found: Some(1) }));
    }
    let text = signed.to_json();
    assert_eq!(SignedPaper::from_json(&text), Ok(signed.clone()));
    for other in ["\"milestone\": 2,", ""] {
        let changed = text.replace("\"milestone\": 1,", other);
        assert!(matches!(SignedPaper::from_json(&changed), Err(PaperError::Signature(_))), "{other}");
    }
    let whole = self::deal();
    let place = Place { document: 1, milestone: Some(1) };
    let error = Paper::new(VENUE, ID, &whole.agreement, &whole.view.escrow, place, COMMITMENT, at(5));
    assert_eq!(error, Err(PaperError::Milestone { has_milestones: false }));
}
