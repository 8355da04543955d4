//! Records fit their storage cells; codes are what is encoded.
#![allow(clippy::unwrap_used)]
mod common;

use common::{at, dollars, ether_params, wad, KEEPER};
use florin_stable::auction::Auction;
use florin_stable::collateral::{CollateralParams, CollateralState, CollateralType, ParameterError};
use florin_stable::ledger::Ledger;
use florin_stable::mint_gate::{MintGateError, Minter};
use florin_stable::oracle::{FeedConfig, FeedState, OracleError, Reports};
use florin_stable::pause::Operation;
use florin_stable::position::Position;
use florin_stable::roles::{RoleError, Roles};
use florin_stable::{VaultError, MAXIMUM_CELL};
use florin_units::{MathError, Wad};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};
use scale_info::{TypeDef, TypeInfo};

#[test]
fn every_record_fits_one_storage_cell() {
    for (name, length) in [
        ("collateral parameters", CollateralParams::max_encoded_len()),
        ("collateral state", CollateralState::max_encoded_len()),
        ("collateral type", CollateralType::max_encoded_len()),
        ("position", Position::max_encoded_len()),
        ("auction", Auction::max_encoded_len()),
        ("ledger", Ledger::max_encoded_len()),
        ("minter", Minter::max_encoded_len()),
        ("roles", Roles::max_encoded_len()),
        ("reports", Reports::max_encoded_len()),
        ("feed configuration", FeedConfig::max_encoded_len()),
        ("feed state", FeedState::max_encoded_len()),
    ] {
        println!("{name}: {length} bytes");
        assert!(length <= MAXIMUM_CELL, "{name} needs {length} bytes");
    }
}

#[test]
fn records_decode_to_what_was_encoded() {
    let kind = common::kind(ether_params(), dollars(2_000), at(0));
    assert_eq!(CollateralType::decode(&mut &kind.encode()[..]).unwrap(), kind);
    let view = common::indebted(common::ether(1), wad(1_000));
    assert_eq!(Position::decode(&mut &view.position.encode()[..]).unwrap(), view.position);
    assert_eq!(Ledger::decode(&mut &view.ledger.encode()[..]).unwrap(), view.ledger);
}

/// The variants' indices, in order.
fn indices<T: TypeInfo>() -> Vec<u8> {
    match T::type_info().type_def {
        TypeDef::Variant(variants) => variants.variants.iter().map(|variant| variant.index).collect(),
        _ => panic!("not an enum"),
    }
}

#[test]
fn codes_are_dense_and_equal_to_the_first_encoded_byte() {
    for (found, count) in [
        (indices::<VaultError>(), 35u8),
        (indices::<ParameterError>(), 23),
        (indices::<MintGateError>(), 11),
        (indices::<OracleError>(), 29),
        (indices::<RoleError>(), 5),
        (indices::<MathError>(), 2),
    ] {
        assert_eq!(found, (0..count).collect::<Vec<u8>>());
    }
    // Every variant: an encoding of its index followed by zeros decodes, and says the same code.
    let bytes = |index: u8| [&[index][..], &[0; 200]].concat();
    for index in 0..35u8 {
        assert_eq!(VaultError::decode(&mut &bytes(index)[..]).unwrap().code(), index);
    }
    for index in 0..23u8 {
        assert_eq!(ParameterError::decode(&mut &bytes(index)[..]).unwrap().code(), index);
    }
    for index in 0..29u8 {
        assert_eq!(OracleError::decode(&mut &bytes(index)[..]).unwrap().code(), index);
    }
    for index in 0..11u8 {
        assert_eq!(MintGateError::decode(&mut &bytes(index)[..]).unwrap().code(), index);
    }
    for index in 0..5u8 {
        assert_eq!(RoleError::decode(&mut &bytes(index)[..]).unwrap().code(), index);
    }
}

#[test]
fn errors_read_as_a_sentence_with_their_values() {
    let error = VaultError::BelowDebtFloor { debt: Wad::from_raw(5), minimum: Wad::from_raw(9) };
    assert_eq!(
        error.to_string(),
        "a debt must be zero or at least the floor (BelowDebtFloor { debt: Wad(5), minimum: Wad(9) })"
    );
    let error = VaultError::Paused { operation: Operation::Draws };
    assert_eq!(error.to_string(), "the operation is paused (Paused { operation: Draws })");
    let error = VaultError::from(RoleError::NotGovernor { caller: KEEPER });
    assert!(error.to_string().starts_with("the caller does not hold the role"));
    assert_eq!(error.code(), 1);
}
