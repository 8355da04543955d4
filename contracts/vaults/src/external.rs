//! Calls of other contracts: the coin and the oracle, which are trusted, and collateral tokens, which are not.
//!
//! No call allows re-entry: the chain refuses any call back into the vaults while one of these runs.

use crate::error::Error;
use crate::record::Index;
use florin_shell::coin::CoinError;
use florin_shell::erc20;
use florin_stable::collateral::{Asset, CollateralParams};
use florin_stable::oracle::{OracleError, Quote};
use florin_units::{Amount, Wad};
use ink::env::call::{build_call_ink, ExecutionInput, Selector};
use ink::env::DefaultEnvironment;
use ink::scale::{Decode, Encode};
use ink::{Address, U256};

/// Key of an asset in mappings and events: zero for the native token.
pub fn asset_key(asset: Asset) -> Address {
    match asset {
        Asset::Native => Address::zero(),
        Asset::Erc20(address) => address.into(),
    }
}

/// Mints coin. Errors: the coin's; [`Error::NoAnswer`].
pub fn mint(token: Address, to: Address, amount: Wad) -> Result<(), Error> {
    build_call_ink::<DefaultEnvironment>()
        .call(token)
        .exec_input(
            ExecutionInput::new(Selector::new(ink::selector_bytes!("mint"))).push_arg(to).push_arg(amount.raw()),
        )
        .returns::<Result<(), CoinError>>()
        .try_invoke()
        .map_err(|_| Error::NoAnswer { contract: token })?
        .map_err(|_| Error::NoAnswer { contract: token })?
        .map_err(Error::Coin)
}

/// Burns coin of an owner who has allowed it. Errors: the coin's; [`Error::NoAnswer`].
pub fn burn_from(token: Address, owner: Address, amount: Wad) -> Result<(), Error> {
    build_call_ink::<DefaultEnvironment>()
        .call(token)
        .exec_input(
            ExecutionInput::new(Selector::new(ink::selector_bytes!("burnFrom"))).push_arg(owner).push_arg(amount.raw()),
        )
        .returns::<Result<(), CoinError>>()
        .try_invoke()
        .map_err(|_| Error::NoAnswer { contract: token })?
        .map_err(|_| Error::NoAnswer { contract: token })?
        .map_err(Error::Coin)
}

/// Asks the oracle. Errors: the oracle's; [`Error::NoAnswer`].
pub fn price(oracle: Address, feed: u32) -> Result<Quote, Error> {
    build_call_ink::<DefaultEnvironment>()
        .call(oracle)
        .exec_input(ExecutionInput::new(Selector::new(ink::selector_bytes!("price"))).push_arg(feed))
        .returns::<Result<Quote, OracleError>>()
        .try_invoke()
        .map_err(|_| Error::NoAnswer { contract: oracle })?
        .map_err(|_| Error::NoAnswer { contract: oracle })?
        .map_err(Error::Oracle)
}

/// Asks vaults with all arguments in one value. Errors: [`Error::NoAnswer`].
pub fn ask<A: Encode, T: Decode>(vaults: Address, selector: [u8; 4], arguments: A) -> Result<T, Error> {
    build_call_ink::<DefaultEnvironment>()
        .call(vaults)
        .exec_input(ExecutionInput::new(Selector::new(selector)).push_arg(arguments))
        .returns::<T>()
        .try_invoke()
        .ok()
        .and_then(Result::ok)
        .ok_or(Error::NoAnswer { contract: vaults })
}

/// A predecessor's coin, oracle and counters. Errors: [`Error::NoAnswer`].
pub fn summary(predecessor: Address) -> Result<Index, Error> {
    ask(predecessor, ink::selector_bytes!("summary"), ())
}

/// Parameters of a collateral type at the end of a block, as a predecessor knows them. Errors: [`Error::NoAnswer`].
pub fn params_at(predecessor: Address, collateral_type: u32, block: u32) -> Result<Option<CollateralParams>, Error> {
    ask(predecessor, ink::selector_bytes!("params_at"), (collateral_type, block))
}

/// Pays the collateral of a whole type to a successor. A token's word is not enough: what leaves must arrive, to the unit, or nothing
/// moves and it can be tried again.
///
/// Errors: [`Error::CollateralTransferFailed`], [`Error::CollateralTransferMismatch`].
pub fn hand_over(asset: Asset, successor: Address, amount: Amount) -> Result<(), Error> {
    let failed = Error::CollateralTransferFailed { asset: asset_key(asset) };
    if asset == Asset::Native {
        return if hand_native(successor, amount) { Ok(()) } else { Err(failed) };
    }
    let (own, there) = (ink::env::address(), balance(asset, successor)?);
    let here = balance(asset, own)?;
    if !push(asset, successor, amount) {
        return Err(failed);
    }
    let left = here.saturating_sub(balance(asset, own)?);
    let arrived = balance(asset, successor)?.saturating_sub(there);
    let expected = U256::from(amount.raw());
    if left != expected || arrived != expected {
        let received = Amount::from_raw(u128::try_from(arrived).unwrap_or(u128::MAX));
        return Err(Error::CollateralTransferMismatch { expected: amount, received });
    }
    Ok(())
}

/// Pays native collateral to a contract, which takes it by `receive_native`; false where it refuses.
fn hand_native(to: Address, amount: Amount) -> bool {
    let told = build_call_ink::<DefaultEnvironment>()
        .call(to)
        .transferred_value(U256::from(amount.raw()))
        .exec_input(ExecutionInput::new(Selector::new(ink::selector_bytes!("receive_native"))))
        .returns::<()>()
        .try_invoke();
    matches!(told, Ok(Ok(())))
}

/// Raw units of an asset that an account holds. Errors: [`Error::CollateralTransferFailed`].
pub fn balance(asset: Asset, owner: Address) -> Result<U256, Error> {
    match asset {
        Asset::Native => Ok(ink::env::balance()),
        Asset::Erc20(token) => {
            erc20::balance(token.into(), owner).ok_or(Error::CollateralTransferFailed { asset: token.into() })
        }
    }
}

/// Decimals that a token claims; 18 for the native one. Errors: [`Error::CollateralTransferFailed`].
pub fn decimals(asset: Asset) -> Result<u8, Error> {
    match asset {
        Asset::Native => Ok(18),
        Asset::Erc20(token) => {
            erc20::decimals(token.into()).ok_or(Error::CollateralTransferFailed { asset: token.into() })
        }
    }
}

/// Pulls collateral from an account that has allowed it; exactly the amount must arrive.
///
/// Errors: [`Error::CollateralTransferFailed`], [`Error::CollateralTransferMismatch`].
pub fn pull(token: Address, from: Address, amount: Amount) -> Result<(), Error> {
    let received = erc20::pull(token, from, amount.raw());
    let received = received.ok_or(Error::CollateralTransferFailed { asset: token })?;
    if received != U256::from(amount.raw()) {
        let received = Amount::from_raw(u128::try_from(received).unwrap_or(u128::MAX));
        return Err(Error::CollateralTransferMismatch { expected: amount, received });
    }
    Ok(())
}

/// Pays collateral out; false where the receiver or the token refuses.
pub fn push(asset: Asset, to: Address, amount: Amount) -> bool {
    match asset {
        Asset::Native => ink::env::transfer::<DefaultEnvironment>(to, U256::from(amount.raw())).is_ok(),
        Asset::Erc20(token) => erc20::push(token.into(), to, amount.raw()),
    }
}
