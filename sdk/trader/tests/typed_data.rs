//! What a wallet is given is what the contract checks: hashed from the text alone, as a wallet does it, it has the digest that counts.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use florin_trade::{
    amendment::consent_hash,
    condition::approval_hash,
    examination::{paper_hash, PaperSubject},
    ledger::redirection_hash,
    terms::signing_hash,
    Hash,
};
use florin_trader::{keccak, signing::Venue, typed_data::TypedData};
use serde_json::{json, Value};

const VENUE: Venue = Venue { chain_id: chain(420_420_421), contract: [12; 20] };

const fn chain(number: u32) -> Hash {
    let (mut word, bytes) = ([0; 32], number.to_be_bytes());
    (word[28], word[29], word[30], word[31]) = (bytes[0], bytes[1], bytes[2], bytes[3]);
    word
}

/// A wallet: it knows EIP-712 and a text of JSON, and nothing of this project.
struct Wallet(Value);

impl Wallet {
    fn digest(&self) -> Hash {
        let primary = self.0["primaryType"].as_str().unwrap();
        let domain = self.hash("EIP712Domain", &self.0["domain"]);
        let message = self.hash(primary, &self.0["message"]);
        keccak(&[&[0x19, 0x01][..], &domain, &message].concat())
    }

    fn fields(&self, name: &str) -> Vec<(&str, &str)> {
        let fields = self.0["types"][name].as_array().unwrap().iter();
        fields.map(|field| (field["type"].as_str().unwrap(), field["name"].as_str().unwrap())).collect()
    }

    fn is_struct(&self, kind: &str) -> bool {
        self.0["types"].get(kind).is_some()
    }

    /// The type and then those that it mentions, in alphabetical order.
    fn encoded_type(&self, name: &str) -> String {
        let mut mentioned: Vec<&str> = self.fields(name).into_iter().map(|(kind, _)| kind).collect();
        mentioned.retain(|kind| self.is_struct(kind));
        mentioned.sort_unstable();
        mentioned.dedup();
        let one = |name: &str| {
            let fields = self.fields(name).into_iter().map(|(kind, name)| format!("{kind} {name}"));
            format!("{name}({})", fields.collect::<Vec<_>>().join(","))
        };
        [name].into_iter().chain(mentioned).map(one).collect()
    }

    fn hash(&self, name: &str, value: &Value) -> Hash {
        assert_eq!(value.as_object().unwrap().len(), self.fields(name).len(), "a value for each field: {value}");
        let mut bytes = keccak(self.encoded_type(name).as_bytes()).to_vec();
        for (kind, name) in self.fields(name) {
            bytes.extend(self.word(kind, &value[name]));
        }
        keccak(&bytes)
    }

    fn word(&self, kind: &str, value: &Value) -> Hash {
        let text = || value.as_str().unwrap();
        let digits = || hex::decode(text().strip_prefix("0x").unwrap()).unwrap();
        let right = |bytes: &[u8]| {
            let mut word = [0; 32];
            word[32 - bytes.len()..].copy_from_slice(bytes);
            word
        };
        match kind {
            "string" => keccak(text().as_bytes()),
            "address" => right(&<[u8; 20]>::try_from(digits()).unwrap()),
            "bytes32" => digits().try_into().unwrap(),
            "uint256" => match value {
                Value::Number(number) => right(&number.as_u64().unwrap().to_be_bytes()),
                _ if text().starts_with("0x") => right(&digits()),
                _ => right(&text().parse::<u128>().unwrap().to_be_bytes()),
            },
            kind if self.is_struct(kind) => self.hash(kind, value),
            other => panic!("no wallet knows {other}"),
        }
    }
}

/// The example of EIP-712 itself, with the digest that it gives.
#[test]
fn the_wallet_of_these_tests_agrees_with_the_standard() {
    let person = json!([{ "name": "name", "type": "string" }, { "name": "wallet", "type": "address" }]);
    let mail = Wallet(json!({
        "types": {
            "EIP712Domain": [
                { "name": "name", "type": "string" },
                { "name": "version", "type": "string" },
                { "name": "chainId", "type": "uint256" },
                { "name": "verifyingContract", "type": "address" },
            ],
            "Person": person,
            "Mail": [
                { "name": "from", "type": "Person" },
                { "name": "to", "type": "Person" },
                { "name": "contents", "type": "string" },
            ],
        },
        "primaryType": "Mail",
        "domain": {
            "name": "Ether Mail",
            "version": "1",
            "chainId": 1,
            "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
        },
        "message": {
            "from": { "name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
            "to": { "name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
            "contents": "Hello, Bob!",
        },
    }));
    let expected = "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2";
    assert_eq!(hex::encode(mail.digest()), expected);
}

#[test]
fn a_wallet_signs_what_the_contract_checks() {
    let paper = PaperSubject {
        escrow: 7,
        drawing: 2,
        checklist: [3; 32],
        milestone: Some(1),
        document: 4,
        commitment: [5; 32],
        dated: at(6),
    };
    type Hashing = Box<dyn Fn(&dyn Fn(&[u8]) -> Hash) -> Hash>;
    let messages: [(&str, Hashing); 5] = [
        ("Signing", Box::new(|keccak| signing_hash(&[1; 32], at(2), keccak))),
        ("Consent", Box::new(|keccak| consent_hash(u64::MAX, &[2; 32], 3, at(4), keccak))),
        ("Paper", Box::new(move |keccak| paper_hash(&paper, keccak))),
        ("Approval", Box::new(|keccak| approval_hash(7, &[3; 32], keccak))),
        ("Redirection", Box::new(|keccak| redirection_hash(&[1; 20], &[0; 20], &[3; 20], &[4; 20], 5, at(6), keccak))),
    ];
    // Chains of today have small numbers; one that does not fit a number of JSON is written in hexadecimal.
    for venue in [VENUE, Venue { chain_id: [9; 32], ..VENUE }] {
        for (name, hashing) in &messages {
            let data = TypedData::of(venue, hashing);
            let expected = venue.digest(&hashing(&|bytes| keccak(bytes)));
            // As it travels: through a text.
            let wallet = Wallet(serde_json::from_str(&data.to_json().to_string()).unwrap());
            assert_eq!((data.name(), data.digest(), wallet.digest()), (*name, expected, expected));
        }
    }
}

#[test]
fn a_wallet_shows_each_field_by_its_name() {
    let shown = TypedData::of(VENUE, |keccak| consent_hash(7, &[2; 32], 3, at(4), keccak)).to_json();
    let hash = format!("0x{}", "02".repeat(32));
    let deadline = at(4).raw().to_string();
    assert_eq!(shown["message"], json!({ "escrow": "7", "subject": hash, "nonce": "3", "deadline": deadline }));
    assert_eq!(shown["domain"]["chainId"], json!(420_420_421));
    assert_eq!(shown["primaryType"], json!("Consent"));
}

#[test]
fn only_the_signers_signature_counts() {
    let data = TypedData::of(VENUE, |keccak| signing_hash(&[1; 32], at(2), keccak));
    let signature = sign_ecdsa(&ecdsa(1).0, &data.digest());
    assert_eq!(data.check(&ecdsa(1).1, &signature).map(|bytes| bytes.len()), Ok(65));
    assert!(data.check(&ecdsa(2).1, &signature).is_err());
    let other = TypedData::of(VENUE, |keccak| signing_hash(&[1; 32], at(3), keccak));
    assert!(other.check(&ecdsa(1).1, &signature).is_err());
    let polkadot_signature = sign_sr25519(&polkadot(2).0, &data.digest());
    assert!(data.check(&polkadot(2).1, &polkadot_signature).is_ok());
}
