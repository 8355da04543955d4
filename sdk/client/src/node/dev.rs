//! A development node: its clock and blocks are at the caller's command, and Alice is sudo.

use scale_value::Value;
use serde::Deserialize;

use super::{
    block,
    calls::{address_of, as_root, batch, call},
    link::{no_params, number_param, BlockId},
    runtime::Call,
    NodeChain,
};
use crate::{
    account::{asset_address, AccountId},
    chain::{Address, Block, Chain, DevChain, Hash, Wait},
    error::ChainError,
    signer::Signer,
};

/// What the development node says of a block that it made.
#[derive(Deserialize)]
struct Sealed {
    number: u64,
    hash: Hash,
}

impl NodeChain {
    async fn sealed(&self, method: &str, number: Option<u64>) -> Result<Block, ChainError> {
        let link = self.link().await?;
        let params = number.map_or_else(no_params, number_param);
        let sealed: Sealed = link.request(method, params).await?;
        let runtime = self.runtime(&link, sealed.hash).await?;
        block(&link, &runtime, BlockId { number: sealed.number, hash: sealed.hash }).await
    }

    async fn by_alice(&self, call: Call) -> Result<(), ChainError> {
        self.submit_call(&Signer::alice(), &call, Wait::Best).await.map(|_| ())
    }
}

impl DevChain for NodeChain {
    async fn seal(&self) -> Result<Block, ChainError> {
        self.sealed("florin_seal", None).await
    }

    async fn advance_seconds(&self, seconds: u64) -> Result<Block, ChainError> {
        self.sealed("florin_advanceTime", Some(seconds.saturating_mul(1_000))).await
    }

    async fn set_time_ms(&self, timestamp_ms: u64) -> Result<Block, ChainError> {
        self.sealed("florin_setTime", Some(timestamp_ms)).await
    }

    async fn fund(&self, account: &AccountId, amount: u128) -> Result<(), ChainError> {
        let now = self.balance(account).await?;
        let new_free = now.checked_add(amount).ok_or_else(|| ChainError::Invalid {
            reason: format!("{amount} planck on top of {now} is more than an account can hold"),
        })?;
        let arguments = [("who", address_of(account)), ("new_free", Value::u128(new_free))];
        self.by_alice(as_root(call("Balances", "force_set_balance", arguments))).await
    }

    async fn create_asset(&self, id: u32, decimals: u8, minimum_balance: u128) -> Result<Address, ChainError> {
        let create = call(
            "Assets",
            "force_create",
            [
                ("id", Value::u128(id.into())),
                ("owner", address_of(&Signer::alice().account())),
                ("is_sufficient", Value::bool(true)),
                ("min_balance", Value::u128(minimum_balance)),
            ],
        );
        let describe = call(
            "Assets",
            "force_set_metadata",
            [
                ("id", Value::u128(id.into())),
                ("name", Value::from_bytes(format!("Asset {id}"))),
                ("symbol", Value::from_bytes(format!("A{id}"))),
                ("decimals", Value::u128(decimals.into())),
                ("is_frozen", Value::bool(false)),
            ],
        );
        self.by_alice(as_root(batch([create, describe]))).await?;
        Ok(asset_address(id))
    }

    async fn mint_asset(&self, id: u32, to: &AccountId, amount: u128) -> Result<(), ChainError> {
        let arguments =
            [("id", Value::u128(id.into())), ("beneficiary", address_of(to)), ("amount", Value::u128(amount))];
        self.by_alice(call("Assets", "mint", arguments)).await
    }

    async fn freeze_asset(&self, id: u32, account: &AccountId, frozen: bool) -> Result<(), ChainError> {
        let name = if frozen { "freeze" } else { "thaw" };
        self.by_alice(call("Assets", name, [("id", Value::u128(id.into())), ("who", address_of(account))])).await
    }
}
