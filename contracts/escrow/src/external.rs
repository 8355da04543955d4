//! Calls of contracts that parties have named: registries of titles and oracles. None of them is believed more than the
//! parties did, none may call back, and each gets a bounded weight, so that it cannot keep the rest of a message from
//! being done.

use florin_shell::host;
use florin_stable::oracle::{OracleError, Quote};
use florin_trade::condition::Reading;
use florin_trade::right::{RightError, Title, TitleKey};
use florin_trade::EscrowId;
use ink::scale::{Decode, Encode};
use ink::{Address, LangError};

/// The longest answer that is read.
const ANSWER: usize = 512;

/// Asks a contract that speaks ink!'s ABI; none where it reverts, or answers something else.
fn ask<A: Encode, T: Decode>(contract: Address, selector: [u8; 4], arguments: A, read_only: bool) -> Option<T> {
    let mut data = selector.to_vec();
    arguments.encode_to(&mut data);
    let mut answer = [0; ANSWER];
    let length = host::ask(contract, &data, &mut answer, read_only)?;
    Result::<T, LangError>::decode(&mut answer.get(..length)?).ok()?.ok()
}

/// Takes a title into custody. Errors: why not, where that can be told.
pub fn take(registry: Address, key: &TitleKey, escrow: EscrowId, from: Address) -> Result<(), Option<RightError>> {
    let arguments = (key.issuer, key.document, escrow, from);
    let taken: Option<Result<(), RightError>> = ask(registry, ink::selector_bytes!("take"), arguments, false);
    if taken == Some(Ok(())) {
        return Ok(());
    }
    // A refusal leaves no answer, so the rules tell why.
    let Some(title) = title(registry, key) else {
        return Err(Some(RightError::UnknownTitle { document: key.document }));
    };
    Err(title.take(escrow, &from.0, &ink::env::address().0).err())
}

/// Gives a title out of custody; false where the registry refuses.
pub fn deliver(registry: Address, key: &TitleKey, escrow: EscrowId, to: Address) -> bool {
    let arguments = (key.issuer, key.document, escrow, to);
    let delivered: Option<Result<(), RightError>> = ask(registry, ink::selector_bytes!("deliver"), arguments, false);
    delivered == Some(Ok(()))
}

/// A title, where the registry has it.
pub fn title(registry: Address, key: &TitleKey) -> Option<Title> {
    ask(registry, ink::selector_bytes!("title"), (key.issuer, key.document), true).flatten()
}

/// How many members a pool of an arbitration contract has; none where it does not say.
pub fn pool_size(arbitration: Address, pool: u32) -> u32 {
    ask(arbitration, ink::selector_bytes!("pool_size"), pool, true).unwrap_or_default()
}

/// A price of an oracle, where it has one that can be used.
pub fn reading(oracle: Address, feed: u32) -> Option<Reading> {
    let quote: Result<Quote, OracleError> = ask(oracle, ink::selector_bytes!("price"), feed, true)?;
    let Quote { price, updated_at, .. } = quote.ok()?;
    Some(Reading { feed, value: price.raw(), observed_at: updated_at })
}
