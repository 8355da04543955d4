//! Records fit their storage cells; codes are what is encoded; errors read as sentences.
#![allow(clippy::unwrap_used)]
mod common;

use common::{agreement, at, free, Deal, AMOUNT, APPLICANT};
use florin_escrow::calendar::Calendar;
use florin_escrow::condition::{ConditionError, Facts, Tree};
use florin_escrow::dispute::{Dispute, DisputeTerms};
use florin_escrow::drawing::Acceptance;
use florin_escrow::examination::{Discrepancies, Presentation};
use florin_escrow::ledger::{AssetLedger, Book, Claim};
use florin_escrow::right::{Receivable, RightError, Title};
use florin_escrow::state::{Escrow, Message, Status};
use florin_escrow::swap::{Leg, Order, Quote, SwapError};
use florin_escrow::terms::{Checklist, Terms};
use florin_escrow::validation::{Term, TermsError};
use florin_escrow::{EscrowError, MAXIMUM_CELL};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};
use scale_info::{TypeDef, TypeInfo};

#[test]
fn every_record_fits_one_storage_cell() {
    for (name, length) in [
        ("terms", Terms::max_encoded_len()),
        ("checklist", Checklist::max_encoded_len()),
        ("rules of disputes", DisputeTerms::max_encoded_len()),
        ("tree", Tree::max_encoded_len()),
        ("facts", Facts::max_encoded_len()),
        ("calendar", Calendar::max_encoded_len()),
        ("escrow", Escrow::max_encoded_len()),
        ("book", Book::max_encoded_len()),
        ("presentation", Presentation::max_encoded_len()),
        ("acceptance", Acceptance::max_encoded_len()),
        ("dispute", Dispute::max_encoded_len()),
        ("title", Title::max_encoded_len()),
        ("receivable", Receivable::max_encoded_len()),
        ("ledger", AssetLedger::max_encoded_len()),
        ("claim", Claim::max_encoded_len()),
        ("order", Order::max_encoded_len()),
        ("quote", Quote::max_encoded_len()),
        ("leg", Leg::max_encoded_len()),
    ] {
        println!("{name}: {length} bytes");
        assert!(length <= MAXIMUM_CELL, "{name} needs {length} bytes");
    }
}

fn there_and_back<T: Encode + Decode + PartialEq + core::fmt::Debug>(record: &T) {
    assert_eq!(&T::decode(&mut &record.encode()[..]).unwrap(), record);
}

#[test]
fn records_decode_to_what_was_encoded() {
    let mut deal = Deal::funded(agreement(), free());
    there_and_back(&deal.agreement.terms);
    there_and_back(&deal.agreement.checklist);
    there_and_back(&deal.agreement.dispute);
    there_and_back(&deal.agreement.calendar);
    deal.present(AMOUNT, 0).unwrap();
    there_and_back(&deal.view.presentation.unwrap());
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.raise(APPLICANT).unwrap();
    there_and_back(&deal.view.escrow);
    there_and_back(&deal.view.dispute.unwrap());
}

/// The variants' indices, in order.
fn indices<T: TypeInfo>() -> Vec<u8> {
    match T::type_info().type_def {
        TypeDef::Variant(variants) => variants.variants.iter().map(|variant| variant.index).collect(),
        _ => panic!("not an enum"),
    }
}

/// Each index is dense, and an encoding that begins with it says the same code.
fn check<T: TypeInfo + Decode>(count: u8, code: impl Fn(&T) -> u8) {
    assert_eq!(indices::<T>(), (0..count).collect::<Vec<u8>>());
    for index in 0..count {
        let bytes = [&[index][..], &[0; 200]].concat();
        assert_eq!(code(&T::decode(&mut &bytes[..]).unwrap()), index);
    }
}

#[test]
fn codes_are_dense_and_equal_to_the_first_encoded_byte() {
    check(65, EscrowError::code);
    check(2, TermsError::code);
    check(11, ConditionError::code);
    check(14, RightError::code);
    check(15, SwapError::code);
    assert_eq!(indices::<Status>().len(), 17);
    assert_eq!(indices::<Message>().len(), 18);
    assert_eq!(indices::<Term>(), (0..46).collect::<Vec<u8>>());
}

#[test]
fn errors_read_as_a_sentence_with_their_values() {
    let error = EscrowError::LateShipment { shipped_at: at(1), latest: at(0) };
    let (shipped_at, latest) = (at(1).raw(), at(0).raw());
    assert_eq!(
        error.to_string(),
        format!(
            "the goods were shipped too late (LateShipment {{ shipped_at: Timestamp({shipped_at}), \
             latest: Timestamp({latest}) }})"
        )
    );
    let error = EscrowError::NotAllowed { message: Message::Waive, status: Status::Funded };
    assert!(error.to_string().ends_with("(NotAllowed { message: Waive, status: Funded })"));
    let error = EscrowError::from(RightError::NothingToReject);
    assert!(error.to_string().starts_with("the title or receivable does not move"));
    assert_eq!(error.code(), 3);
}
