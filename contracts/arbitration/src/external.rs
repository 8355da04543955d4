//! Calls of courts and tokens, none of which is believed. No call allows re-entry: the chain refuses any call back into
//! this contract while one of these runs.

use crate::error::Error;
use florin_panels::award::Seats;
use florin_panels::case::CaseId;
use florin_panels::hearing::{Hearing, MAXIMUM_ANSWER};
use florin_shell::{erc20, host};
use florin_units::Amount;
use ink::scale::{Decode, Encode};
use ink::{Address, LangError, U256};

const HEARING: [u8; 4] = ink::selector_bytes!("hearing");
const RULE: [u8; 4] = ink::selector_bytes!("rule");
const COLLECT_FEE: [u8; 4] = ink::selector_bytes!("collect_fee");

/// Asks the court of a case how it is to be decided. Errors: [`Error::NoHearing`].
pub fn hearing(case: &CaseId) -> Result<Hearing, Error> {
    let court = Address::from(case.court);
    let mut answer = [0; MAXIMUM_ANSWER];
    let length = host::ask(court, &(HEARING, case.number).encode(), &mut answer, true);
    let answered = length.and_then(|length| answer.get(..length));
    let decoded = answered.and_then(|mut bytes| Result::<Option<Hearing>, LangError>::decode(&mut bytes).ok());
    match decoded {
        Some(Ok(Some(hearing))) if hearing.is_appeal == case.is_appeal => Ok(hearing),
        _ => Err(Error::NoHearing { court, number: case.number }),
    }
}

/// Tells the court of a case what its panel has revealed. Errors: [`Error::CourtRefused`].
pub fn rule(case: &CaseId, seats: &Seats) -> Result<(), Error> {
    let court = Address::from(case.court);
    if !host::call(court, 0, &(RULE, case.number, *seats).encode(), false) {
        return Err(Error::CourtRefused { court });
    }
    Ok(())
}

/// Has the court of a case pay the fees that it owes, and returns by how much the balance of an asset has grown.
/// Errors: [`Error::CourtRefused`], [`Error::TransferFailed`].
pub fn collect_fee(case: &CaseId, asset: Address) -> Result<Amount, Error> {
    let court = Address::from(case.court);
    let before = units(asset)?;
    if !host::call(court, 0, &(COLLECT_FEE, case.number).encode(), false) {
        return Err(Error::CourtRefused { court });
    }
    Ok(amount(units(asset)?.saturating_sub(before)))
}

/// Pulls an amount from an account that has allowed it; exactly that must arrive. Errors: [`Error::TransferFailed`],
/// [`Error::TransferMismatch`].
pub fn pull(asset: Address, from: Address, expected: Amount) -> Result<(), Error> {
    let received = erc20::pull(asset, from, expected.raw()).ok_or(Error::TransferFailed { asset })?;
    if received != U256::from(expected.raw()) {
        return Err(Error::TransferMismatch { expected, received: amount(received) });
    }
    Ok(())
}

/// Pays an account. Errors: [`Error::TransferFailed`].
pub fn push(asset: Address, to: Address, amount: Amount) -> Result<(), Error> {
    if !erc20::push(asset, to, amount.raw()) {
        return Err(Error::TransferFailed { asset });
    }
    Ok(())
}

/// What this contract has of an asset. Errors: [`Error::TransferFailed`].
pub fn balance(asset: Address) -> Result<Amount, Error> {
    units(asset).map(amount)
}

fn units(asset: Address) -> Result<U256, Error> {
    erc20::balance(asset, ink::env::address()).ok_or(Error::TransferFailed { asset })
}

/// Raw units, at most the largest amount.
fn amount(units: U256) -> Amount {
    Amount::from_raw(u128::try_from(units).unwrap_or(u128::MAX))
}
