//! Records fit their storage cells; codes are what is encoded; errors read as sentences.
#![allow(clippy::unwrap_used)]
mod common;

use common::{account, at, called, case_id, hearing, sitting, BLOCK};
use florin_panels::case::{Case, CaseId, Message, SeatRecord, Stage, Status};
use florin_panels::draw::Panel;
use florin_panels::hearing::{Hearing, MAXIMUM_ANSWER};
use florin_panels::ledger::AssetLedger;
use florin_panels::pool::{Membership, Pool};
use florin_panels::{ArbitrationError, PanelError, MAXIMUM_CELL};
use florin_units::Amount;
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};
use scale_info::{TypeDef, TypeInfo};

#[test]
fn every_record_fits_one_storage_cell() {
    for (name, length) in [
        ("case", Case::max_encoded_len()),
        ("panel", Panel::max_encoded_len()),
        ("seat", SeatRecord::max_encoded_len()),
        ("pool", Pool::max_encoded_len()),
        ("membership", Membership::max_encoded_len()),
        ("ledger", AssetLedger::max_encoded_len()),
        ("number of a case", CaseId::max_encoded_len()),
    ] {
        println!("{name}: {length} bytes");
        assert!(length <= MAXIMUM_CELL, "{name} needs {length} bytes");
    }
}

#[test]
fn a_courts_answer_fits_its_room() {
    // A byte for an answer that was given, and one for a hearing that there is.
    assert!(Hearing::max_encoded_len() + 2 <= MAXIMUM_ANSWER);
}

fn there_and_back<T: Encode + Decode + PartialEq + core::fmt::Debug>(record: &T) {
    assert_eq!(&T::decode(&mut &record.encode()[..]).unwrap(), record);
}

#[test]
fn records_decode_to_what_was_encoded() {
    there_and_back(&hearing());
    there_and_back(&case_id());
    there_and_back(&called(hearing()));
    there_and_back(&sitting(hearing()));
    let mut panel = Panel::default();
    panel.members[0] = Some(account(0));
    there_and_back(&panel);
    there_and_back(&sitting(hearing()).seats(&panel, |_| None));
    there_and_back(&sitting(hearing()).commit(0, [7; 32], at(5 * BLOCK)).unwrap().1);
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
    check(3, PanelError::code);
    check(34, ArbitrationError::code);
    assert_eq!(indices::<Stage>(), (0..4).collect::<Vec<u8>>());
    assert_eq!(indices::<Status>(), (0..9).collect::<Vec<u8>>());
    assert_eq!(indices::<Message>(), (0..7).collect::<Vec<u8>>());
}

/// What is new comes after all others.
#[test]
fn new_codes_have_their_numbers() {
    let (fee, minimum) = (Amount::ZERO, Amount::MAX);
    assert_eq!(ArbitrationError::WrongAsset { expected: account(0), actual: account(1) }.code(), 31);
    assert_eq!(ArbitrationError::FeeTooSmall { fee, minimum }.code(), 32);
    assert_eq!(ArbitrationError::TooManyCalls { maximum: 3 }.code(), 33);
}

#[test]
fn errors_read_as_a_sentence_with_their_values() {
    let error = ArbitrationError::NotAllowed { message: Message::Draw, status: Status::Lapsed };
    assert_eq!(
        error.to_string(),
        "the case does not stand where this message is legal (NotAllowed { message: Draw, status: Lapsed })"
    );
    let error = PanelError::PanelSilent { revealed: 1, required: 2 };
    assert!(error.to_string().ends_with("(PanelSilent { revealed: 1, required: 2 })"));
    assert_eq!(error.code(), 2);
}
