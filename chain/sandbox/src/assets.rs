//! Fungible assets for tests and demos: made and issued by root, as sudo does it on the node.

use florin_client::{account::AccountId, chain::Address, error::ChainError, signer::Signer};
use florin_runtime::RuntimeCall;
use sp_runtime::{AccountId32, MultiAddress};

use crate::machine::Machine;

fn issuer() -> Signer {
    Signer::alice()
}

fn address(account: AccountId) -> MultiAddress<AccountId32, ()> {
    MultiAddress::Id(AccountId32::new(account.0))
}

/// The address at which the asset's ERC-20 precompile answers: the id in the first four bytes, `0x0120` in bytes 16 and 17.
fn precompile(id: u32) -> Address {
    let mut bytes = [0u8; 20];
    bytes[..4].copy_from_slice(&id.to_be_bytes());
    bytes[16..18].copy_from_slice(&0x0120u16.to_be_bytes());
    Address::from(bytes)
}

pub(crate) fn create(
    machine: &mut Machine,
    id: u32,
    decimals: u8,
    minimum_balance: u128,
) -> Result<Address, ChainError> {
    machine.as_root(RuntimeCall::Assets(pallet_assets::Call::force_create {
        id,
        owner: address(issuer().account()),
        is_sufficient: true,
        min_balance: minimum_balance,
    }))?;
    machine.as_root(RuntimeCall::Assets(pallet_assets::Call::force_set_metadata {
        id,
        name: format!("Asset {id}").into_bytes(),
        symbol: format!("A{id}").into_bytes(),
        decimals,
        is_frozen: false,
    }))?;
    Ok(precompile(id))
}

pub(crate) fn mint(machine: &mut Machine, id: u32, to: &AccountId, amount: u128) -> Result<(), ChainError> {
    let call = pallet_assets::Call::mint { id, beneficiary: address(*to), amount };
    machine.execute(&issuer(), RuntimeCall::Assets(call)).map(|_| ())
}

pub(crate) fn freeze(machine: &mut Machine, id: u32, account: &AccountId, frozen: bool) -> Result<(), ChainError> {
    let who = address(*account);
    let call = if frozen { pallet_assets::Call::freeze { id, who } } else { pallet_assets::Call::thaw { id, who } };
    machine.execute(&issuer(), RuntimeCall::Assets(call)).map(|_| ())
}
