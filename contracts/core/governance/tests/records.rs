//! Records fit their storage cells; codes are what is encoded.
#![allow(clippy::unwrap_used)]

use florin_governance::action::ActionError;
use florin_governance::power::{Checkpoint, PowerError};
use florin_governance::proposal::{Proposal, ProposalError};
use florin_governance::roles::{Guardianship, RoleError, Roles};
use florin_governance::rules::Rules;
use florin_governance::signing::SignatureError;
use parity_scale_codec::{Decode, MaxEncodedLen};
use scale_info::{TypeDef, TypeInfo};

/// The most bytes that one storage value may have on the chain.
const MAXIMUM_CELL: usize = 416;

#[test]
fn every_record_fits_one_storage_cell() {
    for (name, length) in [
        ("proposal", Proposal::max_encoded_len()),
        ("checkpoint", Checkpoint::max_encoded_len()),
        ("rules and their block", Rules::max_encoded_len() + 4),
        ("roles", Roles::max_encoded_len()),
        ("guardianship", Guardianship::max_encoded_len()),
    ] {
        assert!(length <= MAXIMUM_CELL, "{name} needs {length} bytes");
    }
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
    check(13, ProposalError::code);
    check(2, PowerError::code);
    check(5, ActionError::code);
    check(5, SignatureError::code);
    check(5, RoleError::code);
}
