//! What is signed, and which signatures count.
#![allow(clippy::unwrap_used)]

use florin_governance::action::{self, ActionError, Call, MAXIMUM_CALLS, MAXIMUM_DATA};
use florin_governance::signing::{check_deadline, wrapped, Domain, Signature, SignatureError, GOVERNOR, VOTES};
use florin_governance::Hash;
use florin_units::Timestamp;
use proptest::prelude::*;
use sha3::{Digest, Keccak256};

fn keccak(bytes: &[u8]) -> Hash {
    Keccak256::digest(bytes).into()
}

fn domain() -> Domain {
    let mut chain_id = [0; 32];
    chain_id[30..].copy_from_slice(&420u16.to_be_bytes());
    Domain { name: GOVERNOR, chain_id, contract: [0xaa; 20] }
}

fn ballot(domain: &Domain) -> Hash {
    domain.ballot(5, 1, &[0xbb; 20], Timestamp::from_raw(1_700_000_000), "Because.", keccak)
}

/// The digest of a fixed ballot, computed step by step from the text of EIP-712 and not by the code under test.
#[test]
fn a_ballot_is_typed_data() {
    let word = |tail: &[u8]| [vec![0; 32 - tail.len()], tail.to_vec()].concat();
    let separator = keccak(
        &[
            keccak(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)").to_vec(),
            keccak(b"Florin Governor").to_vec(),
            keccak(b"1").to_vec(),
            word(&[1, 164]),
            word(&[0xaa; 20]),
        ]
        .concat(),
    );
    let fields = [
        keccak(b"Ballot(uint256 proposal,uint8 support,address voter,uint256 deadline,string reason)").to_vec(),
        word(&[5]),
        word(&[1]),
        word(&[0xbb; 20]),
        word(&1_700_000_000u64.to_be_bytes()),
        keccak(b"Because.").to_vec(),
    ]
    .concat();
    let expected = keccak(&[vec![0x19, 0x01], separator.to_vec(), keccak(&fields).to_vec()].concat());
    assert_eq!(ballot(&domain()), expected);
}

#[test]
fn another_chain_contract_or_name_has_another_digest() {
    let here = ballot(&domain());
    let mut chain_id = domain().chain_id;
    chain_id[31] ^= 1;
    assert_ne!(here, ballot(&Domain { chain_id, ..domain() }));
    assert_ne!(here, ballot(&Domain { contract: [0xab; 20], ..domain() }));
    assert_ne!(here, ballot(&Domain { name: VOTES, ..domain() }));
}

proptest! {
    /// No two ballots or delegations share a digest.
    #[test]
    fn every_field_counts(
        (id, support, voter, deadline) in (any::<u32>(), 0u8..4, any::<[u8; 20]>(), any::<u64>()),
        (other_id, other_support, other_voter, other_deadline) in (any::<u32>(), 0u8..4, any::<[u8; 20]>(), any::<u64>()),
        nonce in any::<u64>(),
    ) {
        let digest = |id, support, voter, deadline| {
            domain().ballot(id, support, &voter, Timestamp::from_raw(deadline), "", keccak)
        };
        let same = (id, support, voter, deadline) == (other_id, other_support, other_voter, other_deadline);
        let one = digest(id, support, voter, deadline);
        let with_reason = domain().ballot(id, support, &voter, Timestamp::from_raw(deadline), "x", keccak);
        prop_assert_ne!(one, with_reason);
        prop_assert_eq!(one == digest(other_id, other_support, other_voter, other_deadline), same);
        prop_assert_eq!(one == digest(other_id, support, voter, deadline), id == other_id);
        prop_assert_eq!(one == digest(id, other_support, voter, deadline), support == other_support);
        prop_assert_eq!(one == digest(id, support, other_voter, deadline), voter == other_voter);
        prop_assert_eq!(one == digest(id, support, voter, other_deadline), deadline == other_deadline);
        let delegation = |holder, delegate, nonce| {
            domain().delegation(&holder, &delegate, nonce, Timestamp::from_raw(deadline), keccak)
        };
        prop_assert_ne!(delegation(voter, other_voter, nonce), delegation(voter, other_voter, nonce.wrapping_add(1)));
        prop_assert_eq!(delegation(voter, other_voter, nonce) == delegation(other_voter, voter, nonce), voter == other_voter);
    }

    /// Bytes of any other length, or with another recovery byte, are no signature.
    #[test]
    fn what_is_no_signature_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..130)) {
        let length = bytes.len() as u32;
        match Signature::parse(&bytes) {
            Ok(Signature::Ecdsa(parts)) => {
                prop_assert_eq!(bytes.len(), 65);
                prop_assert!([0, 1, 27, 28].contains(&bytes[64]));
                prop_assert_eq!(parts[64], bytes[64] % 27);
            }
            Ok(Signature::Sr25519 { .. }) => prop_assert_eq!(bytes.len(), 96),
            Err(SignatureError::Malleable) => prop_assert_eq!(bytes.len(), 65),
            Err(error) => prop_assert_eq!(error, SignatureError::Malformed { length }),
        }
    }
}

#[test]
fn of_two_forms_of_a_signature_one_counts() {
    // Half the order is the last s that counts; one more is the other form of a signature with a lower s.
    let half = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
    let s = hex::decode(half).unwrap();
    let with = |s: &[u8]| [&[7; 32], s, &[28]].concat();
    assert!(matches!(Signature::parse(&with(&s)), Ok(Signature::Ecdsa(_))));
    let mut above = s;
    above[31] += 1;
    assert_eq!(Signature::parse(&with(&above)), Err(SignatureError::Malleable));
}

#[test]
fn signatures_end_with_their_deadline() {
    let deadline = Timestamp::from_raw(10);
    assert_eq!(check_deadline(deadline, deadline), Ok(()));
    let now = Timestamp::from_raw(11);
    assert_eq!(check_deadline(deadline, now), Err(SignatureError::Expired { deadline, now }));
}

#[test]
fn wallets_wrap_what_they_sign() {
    assert_eq!(wrapped(&[0x41; 32]), [b"<Bytes>".to_vec(), vec![0x41; 32], b"</Bytes>".to_vec()].concat());
}

fn call(target: u8, data: &[u8]) -> Call {
    Call { target: [target; 20], value: 0, data: data.to_vec() }
}

#[test]
fn proposals_are_bounded() {
    let code = |_: &[u8; 20]| Some([1; 32]);
    assert_eq!(action::check(&[], code), Err(ActionError::NoCalls));
    let many = vec![call(1, b"x"); MAXIMUM_CALLS as usize];
    assert_eq!(action::check(&many, code), Ok(()));
    let more = [many, vec![call(1, b"x")]].concat();
    assert_eq!(action::check(&more, code), Err(ActionError::TooManyCalls { given: 17, maximum: 16 }));
    let data = vec![0; MAXIMUM_DATA as usize];
    assert_eq!(action::check(&[call(1, &data)], code), Ok(()));
    let error = ActionError::TooMuchData { given: MAXIMUM_DATA + 1, maximum: MAXIMUM_DATA };
    assert_eq!(action::check(&[call(1, &data), call(1, b"x")], code), Err(error));
}

#[test]
fn proposals_reach_contracts_and_nothing_built_in() {
    let code = |target: &[u8; 20]| (target[0] == 1).then_some([1; 32]);
    assert_eq!(action::check(&[call(1, b"x")], code), Ok(()));
    assert_eq!(action::check(&[call(2, b"x")], code), Err(ActionError::NoContract { target: [2; 20] }));
    assert_eq!(action::check(&[call(2, b"")], code), Ok(()), "a payment needs no contract");
    // The chain's own: 1 is the recovery of signatures, 0x900 the system, which can end its caller.
    for number in [0u16, 1, 0x0a, 0x900, 0xffff] {
        let mut target = [0; 20];
        target[18..].copy_from_slice(&number.to_be_bytes());
        let tried = action::check(&[Call { target, value: 0, data: vec![] }], |_| Some([1; 32]));
        assert_eq!(tried, Err(ActionError::BuiltIn { target }));
    }
    // The ERC-20 of asset 7.
    let mut asset = [0; 20];
    (asset[3], asset[16], asset[17]) = (7, 0x01, 0x20);
    let transfer = Call { target: asset, value: 0, data: b"transfer".to_vec() };
    assert_eq!(action::check(&[transfer], |_| Some([1; 32])), Ok(()));
}

#[test]
fn the_hash_of_actions_names_code_order_value_and_predecessor() {
    let code = |_: &[u8; 20]| Some([1; 32]);
    let calls = [call(1, b"one"), call(2, b"two")];
    let one = action::hash(&calls, None, code, keccak);
    assert_eq!(one, action::hash(&calls, None, code, keccak));
    assert_ne!(one, action::hash(&calls, None, |_| Some([2; 32]), keccak), "other code");
    assert_ne!(one, action::hash(&calls, None, |_| None, keccak), "no code");
    assert_ne!(one, action::hash(&calls, Some(0), code, keccak), "a predecessor");
    assert_ne!(one, action::hash(&[call(2, b"two"), call(1, b"one")], None, code, keccak), "another order");
    assert_ne!(one, action::hash(&[call(1, b"onet"), call(2, b"wo")], None, code, keccak), "bytes moved over");
    let paying = [Call { value: 1, ..call(1, b"one") }, call(2, b"two")];
    assert_ne!(one, action::hash(&paying, None, code, keccak), "a value");
}
