//! Signatures of the parties, gathered in files.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use florin_trade::{
    amendment::{consent_hash, AgreedSplit},
    terms::{signing_hash, Agreement},
    Address,
};
use florin_trader::{
    keccak,
    signatures::{Division, Signatures, SignaturesError, Subject},
    signing::{SignatureProblem, Venue},
};

const VENUE: Venue = Venue { chain_id: [9; 32], contract: [12; 20] };

/// The buyer has an Ethereum key, the seller a Polkadot key, the confirmer another Ethereum key.
fn agreement() -> Agreement {
    let mut agreement = common::agreement();
    agreement.terms.applicant = ecdsa(1).1;
    agreement.terms.beneficiary = polkadot(2).1;
    agreement.terms.confirmer = Some(ecdsa(3).1);
    agreement.checklist.documents[0] = None;
    agreement
}

fn under_terms() -> Signatures {
    Signatures::under_terms(VENUE, agreement(), at(10))
}

fn under_amendment() -> Signatures {
    let mut amended = agreement();
    amended.terms.expiry = at(67);
    Signatures::under_amendment(VENUE, ID, 2, amended, at(10))
}

fn under_division() -> Signatures {
    let division = Division { of_retention: false, stake: amount(AMOUNT), to_beneficiary: amount(AMOUNT / 3) };
    Signatures::under_division(VENUE, ID, 2, agreement(), division, at(10)).unwrap()
}

fn all() -> [Signatures; 3] {
    [under_terms(), under_amendment(), under_division()]
}

fn sign(file: &Signatures, signer: Address) -> Vec<u8> {
    let digest = file.typed_data_for(&signer).unwrap().digest();
    if signer == polkadot(2).1 {
        sign_sr25519(&polkadot(2).0, &digest)
    } else {
        let number = if signer == ecdsa(1).1 { 1 } else { 3 };
        sign_ecdsa(&ecdsa(number).0, &digest)
    }
}

fn add(file: &mut Signatures, signer: Address) {
    let signature = sign(file, signer);
    file.add(signer, &signature, at(1)).unwrap();
}

#[test]
fn what_is_signed_is_what_the_contract_checks() {
    let terms = under_terms();
    let hash = agreement().hash(keccak);
    assert_eq!(
        terms.typed_data_for(&ecdsa(1).1).map(|data| data.digest()),
        Ok(VENUE.digest(&signing_hash(&hash, at(10), keccak)))
    );
    let amendment = under_amendment();
    let hash = amendment.agreement().hash(keccak);
    assert_eq!(
        amendment.typed_data_for(&ecdsa(3).1).map(|data| data.digest()),
        Ok(VENUE.digest(&consent_hash(ID, &hash, 2, at(10), keccak)))
    );
    let division = under_division();
    let split = AgreedSplit::new(agreement().hash(keccak), false, amount(AMOUNT), amount(AMOUNT / 3), keccak);
    let consent = consent_hash(ID, &split.hash(), 2, at(10), keccak);
    assert_eq!(division.typed_data_for(&polkadot(2).1).map(|data| data.digest()), Ok(VENUE.digest(&consent)));
}

#[test]
fn terms_are_signed_by_the_parties_and_changes_by_the_confirmer_too() {
    assert_eq!(under_terms().signatories(), [ecdsa(1).1, polkadot(2).1]);
    for file in [under_amendment(), under_division()] {
        assert_eq!(file.signatories(), [ecdsa(1).1, polkadot(2).1, ecdsa(3).1]);
    }
}

#[test]
fn a_file_goes_from_hand_to_hand_until_nobody_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signatures.json");
    for mut file in all() {
        for signer in file.signatories() {
            assert!(!file.is_complete());
            assert_eq!(file.missing().first(), Some(&signer));
            add(&mut file, signer);
            file.write(&path).unwrap();
            let read = Signatures::read(&path).unwrap();
            assert_eq!(read.signed(), file.signed());
            assert_eq!((read.subject(), read.agreement(), read.deadline()), (file.subject(), file.agreement(), at(10)));
            file = read;
        }
        assert!(file.is_complete());
        assert_eq!(file.signed().len(), file.signatories().len());
    }
}

#[test]
fn files_of_several_hands_are_merged() {
    for file in all() {
        let mut parts: Vec<Signatures> = Vec::new();
        for signer in file.signatories() {
            let mut part = file.clone();
            add(&mut part, signer);
            parts.push(part);
        }
        // The last one first: the order of those who sign does not depend on it.
        let mut whole = parts.pop().unwrap();
        for part in &parts {
            whole.merge(part).unwrap();
            whole.merge(part).unwrap();
        }
        assert!(whole.is_complete());
        let order: Vec<Address> = whole.signed().iter().map(|(signer, _)| *signer).collect();
        assert_eq!(order, file.signatories());
    }
}

#[test]
fn files_about_different_things_are_not_merged() {
    let files = [
        all().to_vec(),
        vec![
            Signatures::under_terms(Venue { chain_id: [8; 32], ..VENUE }, agreement(), at(10)),
            Signatures::under_terms(VENUE, agreement(), at(11)),
            Signatures::under_terms(VENUE, common::agreement(), at(10)),
            Signatures::under_amendment(VENUE, ID, 3, *under_amendment().agreement(), at(10)),
            Signatures::under_amendment(VENUE, ID + 1, 2, *under_amendment().agreement(), at(10)),
        ],
    ]
    .concat();
    for (place, one) in files.iter().enumerate() {
        for (other_place, other) in files.iter().enumerate() {
            let merged = one.clone().merge(other);
            assert_eq!(merged.is_ok(), place == other_place, "{place} and {other_place}");
        }
    }
}

#[test]
fn a_signature_under_one_thing_does_not_count_under_another() {
    let (applicant, files) = (ecdsa(1).1, all());
    for (place, file) in files.iter().enumerate() {
        for (other_place, other) in files.iter().enumerate() {
            let signature = sign(other, applicant);
            let added = file.clone().add(applicant, &signature, at(1));
            assert_eq!(added.is_ok(), place == other_place, "{place} and {other_place}");
        }
    }
}

#[test]
fn forged_malleable_late_and_foreign_signatures_are_refused() {
    let mut file = under_terms();
    let (applicant, beneficiary) = (ecdsa(1).1, polkadot(2).1);
    let good = sign(&file, applicant);

    let other = sign_ecdsa(&ecdsa(5).0, &file.typed_data_for(&applicant).unwrap().digest());
    let error = file.add(applicant, &other, at(1));
    assert!(matches!(error, Err(SignaturesError::Signature(SignatureProblem::WrongSigner { .. }))), "{error:?}");
    let error = file.add(beneficiary, &good, at(1));
    assert!(matches!(error, Err(SignaturesError::Signature(SignatureProblem::WrongSigner { .. }))), "{error:?}");

    let (r, s) = k256::ecdsa::Signature::from_slice(&good[..64]).unwrap().split_scalars();
    let flipped = k256::ecdsa::Signature::from_scalars(r.to_bytes(), (-s).to_bytes()).unwrap();
    let malleable = [flipped.to_bytes().as_slice(), &[55 - good[64]]].concat();
    let error = file.add(applicant, &malleable, at(1));
    assert_eq!(error, Err(SignaturesError::Signature(SignatureProblem::Malleable)));

    let late = at(10).after(florin_units::Seconds::from_raw(1));
    let error = file.add(applicant, &good, late);
    assert_eq!(error, Err(SignaturesError::Signature(SignatureProblem::Expired { deadline: at(10) })));
    assert_eq!(file.check_deadline(at(10)), Ok(()));
    assert!(file.check_deadline(late).is_err());

    let confirmer = ecdsa(3).1;
    let error = file.add(confirmer, &good, at(1));
    assert!(matches!(error, Err(SignaturesError::NotAsked { .. })), "{error:?}");
    assert_eq!(file.signed(), []);

    // On the last moment it counts.
    file.add(applicant, &good, at(10)).unwrap();
    assert_eq!(file.missing(), [beneficiary]);
}

#[test]
fn a_file_that_holds_something_else_than_it_says_is_refused() {
    for mut file in all() {
        let signatories = file.signatories();
        for signer in &signatories {
            add(&mut file, *signer);
        }
        let text = file.to_json();
        assert!(Signatures::from_json(&text).is_ok());
        // Another agreement under the same hash.
        let encoded = &text[text.find("\"agreement\": \"0x").unwrap() + 16..][..80];
        let changed = text.replace(encoded, &encoded.replace("0", "1"));
        assert!(matches!(Signatures::from_json(&changed), Err(SignaturesError::OtherContents { .. })), "{changed}");
        // The same under another hash.
        for key in ["\"agreement_hash\": \"0x", "\"signed_hash\": \"0x"] {
            let place = text.find(key).unwrap() + key.len();
            let flipped = if &text[place..=place] == "0" { "1" } else { "0" };
            let changed = format!("{}{flipped}{}", &text[..place], &text[place + 1..]);
            assert!(matches!(Signatures::from_json(&changed), Err(SignaturesError::OtherContents { .. })));
        }
        // What is signed with it, too.
        for (from, to) in [
            (format!("\"deadline\": {}", at(10).raw()), format!("\"deadline\": {}", at(11).raw())),
            (r#""contract": "0x0c"#.to_owned(), r#""contract": "0x0d"#.to_owned()),
            (r#""chain_id": "0x09"#.to_owned(), r#""chain_id": "0x08"#.to_owned()),
        ] {
            let changed = text.replace(&from, &to);
            assert_ne!(changed, text);
            let error = Signatures::from_json(&changed);
            assert!(matches!(error, Err(SignaturesError::Signature(SignatureProblem::WrongSigner { .. }))), "{from}");
        }
    }
    let mut division = under_division();
    add(&mut division, ecdsa(1).1);
    for (from, to) in [
        (format!("\"stake\": \"{AMOUNT}\""), format!("\"stake\": \"{}\"", AMOUNT + 1)),
        ("\"of_retention\": false".to_owned(), "\"of_retention\": true".to_owned()),
    ] {
        let changed = division.to_json().replace(&from, &to);
        assert_ne!(changed, division.to_json());
        assert!(matches!(Signatures::from_json(&changed), Err(SignaturesError::OtherContents { .. })), "{from}");
    }
    for (nonce, escrow) in [("\"nonce\": 3", "\"escrow\": 7"), ("\"nonce\": 2", "\"escrow\": 8")] {
        let changed = division.to_json().replace("\"nonce\": 2", nonce).replace("\"escrow\": 7", escrow);
        assert!(matches!(Signatures::from_json(&changed), Err(SignaturesError::Signature(_))));
    }
}

#[test]
fn what_is_no_file_of_signatures_says_so() {
    let text = under_division().to_json();
    for (from, to) in [
        ("florin signatures 1", "florin signatures 2"),
        ("\"kind\": \"division\"", "\"kind\": \"gift\""),
        ("\"kind\": \"division\"", "\"kind\": \"terms\""),
        ("\"kind\": \"division\"", "\"kind\": \"amendment\""),
        ("\"stake\":", "\"steak\":"),
        ("\"of_retention\": false,", ""),
        ("\"nonce\": 2,", ""),
        ("\"agreement\": \"0x", "\"agreement\": \"0x00"),
        ("}", ""),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        assert!(Signatures::from_json(&changed).is_err(), "{from} -> {to}");
    }
    let above = Division { of_retention: false, stake: amount(1), to_beneficiary: amount(2) };
    let above = Signatures::under_division(VENUE, ID, 0, agreement(), above, at(10));
    assert_eq!(above, Err(SignaturesError::AboveStake));
    assert!(matches!(under_terms().subject(), Subject::Terms));
}
