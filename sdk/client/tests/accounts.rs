//! Accounts: SS58 vectors, the mapping to 20-byte addresses, the addresses of assets.

use florin_client::{
    account::{asset_address, AccountId, ParseAccountError},
    chain::Address,
    signer::Signer,
};
use proptest::prelude::*;

const ALICE_SS58: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const BOB_SS58: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

#[test]
fn development_accounts_have_their_well_known_addresses() {
    assert_eq!(Signer::alice().account().to_ss58(42), ALICE_SS58);
    assert_eq!(Signer::bob().account().to_ss58(42), BOB_SS58);
    assert_eq!(AccountId::from_ss58(ALICE_SS58), Ok(Signer::alice().account()));
    assert_eq!(
        hex::encode(Signer::alice().account().0),
        "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
    );
    // The same account on Polkadot.
    assert_eq!(Signer::alice().account().to_ss58(0), "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5");
}

#[test]
fn an_account_is_known_to_contracts_by_the_tail_of_its_hash() {
    // As pallet-revive maps Alice on every development chain.
    assert_eq!(format!("{:?}", Signer::alice().account().to_address()), "0x9621dde636de098b43efb0fa9b61facfe328f99d");
}

#[test]
fn an_address_without_an_account_stands_for_itself() {
    let address = Address::repeat_byte(0x11);
    let account = AccountId::from_address(&address);
    assert!(account.is_address_account());
    assert_eq!(account.to_address(), address);
    assert!(!Signer::alice().account().is_address_account());
}

#[test]
fn an_asset_answers_at_its_precompile() {
    assert_eq!(format!("{:?}", asset_address(1)), "0x0000000100000000000000000000000001200000");
    assert_eq!(format!("{:?}", asset_address(u32::MAX)), "0xffffffff00000000000000000000000001200000");
}

#[test]
fn malformed_accounts_are_refused_with_the_reason() {
    assert_eq!(AccountId::from_ss58(""), Err(ParseAccountError::UnknownPrefix));
    assert_eq!(AccountId::from_ss58("0OIl"), Err(ParseAccountError::NotBase58));
    assert_eq!(AccountId::from_ss58("5Grw"), Err(ParseAccountError::Length { actual: 3 }));
    let mistyped = ALICE_SS58.replace("QY", "QZ");
    assert_eq!(AccountId::from_ss58(&mistyped), Err(ParseAccountError::Checksum));
}

proptest! {
    #[test]
    fn ss58_is_read_back(account: [u8; 32], prefix in 0u16..16_384) {
        let account = AccountId(account);
        prop_assert_eq!(AccountId::from_ss58(&account.to_ss58(prefix)), Ok(account));
    }
}
