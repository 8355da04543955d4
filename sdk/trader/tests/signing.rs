//! Which signatures count, as the contract checks them.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use florin_trader::{
    keccak,
    signing::{check, signer_of, SignatureProblem, Venue},
};
use k256::ecdsa::Signature;

#[test]
fn both_kinds_of_signatures_count_for_their_signer_only() {
    let digest = keccak(b"what is signed");
    let ((key, one), (pair, other)) = (ecdsa(1), polkadot(2));
    for (address, bytes) in [(one, sign_ecdsa(&key, &digest)), (other, sign_sr25519(&pair, &digest))] {
        let canonical = check(&address, &digest, &bytes).unwrap();
        assert_eq!(check(&address, &digest, &canonical), Ok(canonical.clone()), "the canonical form counts too");
        for (stranger, signed) in [([9; 20], digest), ([0; 20], digest), (address, keccak(b"something else"))] {
            let error = check(&stranger, &signed, &bytes);
            assert!(matches!(error, Err(SignatureProblem::WrongSigner { .. })), "{error:?}");
        }
    }
}

#[test]
fn a_known_key_has_its_known_address() {
    // The address of the secret key 1, as every Ethereum wallet shows it.
    let mut secret = [0; 32];
    secret[31] = 1;
    let key = k256::ecdsa::SigningKey::from_bytes(&secret.into()).unwrap();
    let (signer, _) = signer_of(&[7; 32], &sign_ecdsa(&key, &[7; 32])).unwrap();
    assert_eq!(hex::encode(signer.unwrap()), "7e5f4552091a69125d5dfcb7b8c2659029395bdf");
}

#[test]
fn every_changed_bit_is_refused() {
    let digest = keccak(b"what is signed");
    let ((key, one), (pair, other)) = (ecdsa(1), polkadot(2));
    for (address, bytes) in [(one, sign_ecdsa(&key, &digest)), (other, sign_sr25519(&pair, &digest))] {
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            assert!(check(&address, &digest, &changed).is_err(), "byte {place}");
        }
    }
}

#[test]
fn the_other_form_of_a_signature_is_refused() {
    let digest = keccak(b"what is signed");
    let (key, address) = ecdsa(1);
    let bytes = sign_ecdsa(&key, &digest);
    let signature = Signature::from_slice(&bytes[..64]).unwrap();
    let (r, s) = signature.split_scalars();
    let other = Signature::from_scalars(r.to_bytes(), (-s).to_bytes()).unwrap();
    for recovery in [0, 1, 27, 28] {
        let forged = [other.to_bytes().as_slice(), &[recovery]].concat();
        assert_eq!(check(&address, &digest, &forged), Err(SignatureProblem::Malleable));
    }
}

#[test]
fn what_is_no_signature_says_so() {
    for length in [0, 64, 66, 95, 97] {
        let error = check(&[1; 20], &[0; 32], &vec![0; length]);
        assert_eq!(error, Err(SignatureProblem::Malformed { length }));
    }
    assert!(check(&[0; 20], &[0; 32], &[0; 65]).is_err(), "nobody signs nothing");
    assert!(check(&[0; 20], &[0; 32], &[0; 96]).is_err(), "nobody signs nothing");
}

#[test]
fn a_signature_counts_on_one_chain_at_one_contract() {
    let venue = Venue { chain_id: [1; 32], contract: [2; 20] };
    let others = [Venue { chain_id: [3; 32], ..venue }, Venue { contract: [3; 20], ..venue }];
    assert!(others.iter().all(|other| other.digest(&[7; 32]) != venue.digest(&[7; 32])));
    assert_eq!(venue.domain().name, "Florin Escrow");
}
