//! From a decided call to its receipt: tried, shown, confirmed, sent.

use std::{fmt::Debug, future::Future, time::Duration};

use florin_bindings::Message;
use florin_client::{
    account::AccountId,
    chain::{Action, Address, Chain, Limits, Receipt, Weight},
    error::ChainError,
    signer::Signer,
};
use florin_units::U256;
use indicatif::ProgressBar;
use parity_scale_codec::Decode;
use serde_json::{json, Value};

use crate::{
    amount::Unit,
    error::{from_call, CliError},
    output::{Answer, Output},
    record::Record,
    refusal::{Explain, Units},
    session::Session,
};

/// What a call may cost beyond a trial that stopped at a missing allowance: ten milliseconds and room in the proof for the
/// records that it would have written. What is not used is not paid.
const UNTRIED: Weight = Weight { ref_time: 10_000_000_000, proof_size: 300_000 };

/// A transaction that has been tried and can be sent.
pub(crate) struct Prepared {
    actions: Vec<Action>,
    limits: Limits,
    weight: Weight,
    /// Storage deposit; none where it could not be tried.
    deposit: Option<i128>,
    /// What the transaction does besides the call itself.
    beside: Vec<String>,
}

/// An allowance that a call needs.
pub(crate) struct Approval {
    /// The token.
    pub(crate) token: Address,
    /// The call that sets the allowance.
    pub(crate) data: Vec<u8>,
    /// How much is allowed, in raw units.
    pub(crate) amount: u128,
    /// What it is counted in.
    pub(crate) unit: Unit,
    /// Who may move it, as people call it.
    pub(crate) spender: String,
}

impl Approval {
    /// An allowance of a token that speaks Solidity's encoding.
    pub(crate) fn of_erc20(token: Address, spender: &Address, amount: u128, unit: Unit) -> Self {
        let data = crate::erc20::approve(spender, U256::from(amount));
        Self { token, data, amount, unit, spender: "vaults".to_owned() }
    }

    /// The same for another contract than the vaults.
    pub(crate) fn by(self, spender: &str) -> Self {
        Self { spender: spender.to_owned(), ..self }
    }

    /// An allowance of the coin.
    pub(crate) fn of_coin(token: Address, spender: Address, amount: u128) -> Self {
        let data = florin_bindings::token::approve(spender, U256::from(amount)).data().to_vec();
        Self { token, data, amount, unit: Unit::coin(), spender: "vaults".to_owned() }
    }
}

/// What became of an offer.
pub(crate) enum Offered {
    /// It was only to be shown.
    Shown(Answer),
    /// It was sent and succeeded.
    Sent(Sent),
}

/// A transaction that succeeded.
pub(crate) struct Sent {
    /// Where and how.
    pub(crate) receipt: Receipt,
    preview: Value,
    transaction: Record,
}

impl Sent {
    /// The answer: what the transaction brought about.
    pub(crate) fn answer(&self, heading: &str, result: &Record) -> Answer {
        let data = json!({
            "sent": true,
            "preview": self.preview,
            "result": result.to_json(),
            "transaction": self.transaction.to_json(),
        });
        let facts = result.clone().and(self.transaction.clone());
        Answer::new(data, format!("{heading}\n{}", facts.to_text()))
    }
}

/// Tries a message as an account.
///
/// # Errors
/// The contract's refusal, in these units; those of the chain.
pub(crate) async fn prepare<T: Decode, E: Explain + Debug + Decode>(
    session: &Session,
    origin: &AccountId,
    contract: Address,
    value: u128,
    message: &Message<T, E>,
    units: &Units,
) -> Result<(T, Prepared), CliError> {
    let tried = session.client.dry_run(origin, contract, value, message).await;
    let tried = tried.map_err(|error| from_call(error, units))?;
    let call = Action::Call { to: contract, value, data: message.data().to_vec() };
    let prepared = Prepared {
        actions: vec![call],
        limits: tried.limits,
        weight: tried.weight,
        deposit: Some(tried.storage_deposit),
        beside: Vec::new(),
    };
    Ok((tried.value, prepared))
}

/// Prepares a call whose message has been encoded and tried elsewhere.
pub(crate) fn prepared_raw(action: Action, weight: Weight, deposit: Option<i128>, limits: Limits) -> Prepared {
    Prepared { actions: vec![action], limits, weight, deposit, beside: Vec::new() }
}

/// Prepares a message together with an allowance that it needs, as one atomic transaction. A trial of the message can only go as
/// far as the missing allowance (`lacks` recognises that refusal), so what comes after is allowed for.
///
/// # Errors
/// Any other refusal of the message; a token that refuses to be approved.
pub(crate) async fn prepare_with_approval<T: Decode, E: Explain + Debug + Decode>(
    session: &Session,
    origin: &AccountId,
    approval: Approval,
    contract: Address,
    message: &Message<T, E>,
    units: &Units,
    lacks: impl Fn(&E) -> bool,
) -> Result<Prepared, CliError> {
    let client = &session.client;
    let first = client.try_raw(origin, approval.token, 0, approval.data.clone()).await?;
    if first.value.reverted {
        return Err(CliError::NotErc20 { token: approval.token, message: "approve" });
    }
    let second = client.try_raw(origin, contract, 0, message.data().to_vec()).await?;
    match message.decode_output(&second.value.data) {
        Ok(Ok(Err(error))) if !lacks(&error) => return Err(error.explain(units).into()),
        Ok(Ok(_)) => {}
        Ok(Err(_)) | Err(_) => {
            let cause = format!("the contract at {contract:?} does not understand {}", message.label);
            return Err(CliError::Bindings { cause });
        }
    }
    let most = client.chain().max_call_weight().await?;
    let grown = |tried: u64, first: u64, more: u64, most: u64| {
        // Both calls get the same bound, and both together have to fit.
        tried.saturating_mul(3).saturating_add(more).max(first).min(most / 2)
    };
    let weight = Weight {
        ref_time: grown(second.weight.ref_time, first.limits.weight.ref_time, UNTRIED.ref_time, most.ref_time),
        proof_size: grown(
            second.weight.proof_size,
            first.limits.weight.proof_size,
            UNTRIED.proof_size,
            most.proof_size,
        ),
    };
    // One whole native token, many times what a record costs.
    let deposit = first.limits.storage_deposit.max(second.limits.storage_deposit);
    let whole = 10u128.checked_pow(session.info.native_decimals.into()).unwrap_or(u128::MAX);
    let allowed = format!("allow {} to move {}", approval.spender, approval.unit.short(approval.amount));
    Ok(Prepared {
        actions: vec![
            Action::Call { to: approval.token, value: 0, data: approval.data },
            Action::Call { to: contract, value: 0, data: message.data().to_vec() },
        ],
        limits: Limits { weight, storage_deposit: deposit.saturating_add(whole) },
        weight,
        deposit: None,
        beside: vec![allowed],
    })
}

/// Shows a transaction, asks, and sends it.
///
/// # Errors
/// Nobody confirms; those of the chain.
pub(crate) async fn offer(
    session: &Session,
    signer: &Signer,
    heading: &str,
    preview: Record,
    mut prepared: Prepared,
) -> Result<Offered, CliError> {
    let account = signer.account();
    let maps = !session.chain().is_mapped(&account).await?;
    if maps && prepared.actions != [Action::MapAccount] {
        prepared.actions.insert(0, Action::MapAccount);
        prepared.beside.insert(0, "map the account to its address".to_owned());
    }
    let preview = preview.and(costs(session, &account, &prepared));
    let text = format!("{heading}\n{}", preview.to_text());
    if session.settings.global.dry_run {
        let data = json!({ "sent": false, "preview": preview.to_json() });
        return Ok(Offered::Shown(Answer::new(data, text)));
    }
    let output = session.output();
    output.note(&text);
    confirm(session, "Send it?")?;
    let receipt = wait_for(output, "waiting for the transaction", submit(session, signer, &prepared)).await?;
    let transaction = transaction(session, &receipt);
    Ok(Offered::Sent(Sent { receipt, preview: preview.to_json(), transaction }))
}

/// Tries, shows, confirms and sends one message. Where the contract refuses after all, because its state changed after the trial,
/// the message is tried again for the reason.
///
/// # Errors
/// Those of [`prepare`] and [`offer`].
#[allow(clippy::too_many_arguments)]
pub(crate) async fn call<T: Decode, E: Explain + Debug + Decode>(
    session: &Session,
    signer: &Signer,
    contract: Address,
    value: u128,
    message: &Message<T, E>,
    units: &Units,
    heading: &str,
    preview: Record,
) -> Result<Offered, CliError> {
    let origin = signer.account();
    let (_, prepared) = prepare(session, &origin, contract, value, message, units).await?;
    match offer(session, signer, heading, preview, prepared).await {
        Err(CliError::Chain(error)) if is_revert(&error) => {
            Err(match prepare(session, &origin, contract, value, message, units).await {
                Err(CliError::Refused { refusal, .. }) => CliError::Refused { refusal, included: true },
                _ => error.into(),
            })
        }
        outcome => outcome,
    }
}

/// Asks unless the command line has said yes.
///
/// # Errors
/// [`CliError::ConfirmationRequired`], [`CliError::NotConfirmed`].
pub(crate) fn confirm(session: &Session, question: &str) -> Result<(), CliError> {
    if session.settings.global.yes {
        return Ok(());
    }
    match session.output().ask(question) {
        None => Err(CliError::ConfirmationRequired),
        Some(false) => Err(CliError::NotConfirmed),
        Some(true) => Ok(()),
    }
}

/// Does something that takes a while, with a sign of life where somebody watches.
pub(crate) async fn wait_for<T>(output: &Output, what: &'static str, work: impl Future<Output = T>) -> T {
    if !output.is_animated() {
        return work.await;
    }
    let spinner = ProgressBar::new_spinner().with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(100));
    let done = work.await;
    spinner.finish_and_clear();
    done
}

async fn submit(session: &Session, signer: &Signer, prepared: &Prepared) -> Result<Receipt, ChainError> {
    let wait = session.wait();
    let outcome = session.chain().submit(signer, &prepared.actions, &prepared.limits, wait).await;
    match (outcome, prepared.actions.as_slice()) {
        // Another transaction of this account was first.
        (Err(error), [Action::MapAccount, rest @ ..]) if is_already_mapped(&error) && !rest.is_empty() => {
            session.chain().submit(signer, rest, &prepared.limits, wait).await
        }
        (outcome, _) => outcome,
    }
}

fn costs(session: &Session, account: &AccountId, prepared: &Prepared) -> Record {
    let weight = prepared.weight;
    let native = session.native();
    let mut record = Record::new().account("from", "from", account, session.info.ss58_prefix);
    for text in &prepared.beside {
        record = record.value("with_it", "with it", text.clone(), Value::Null);
    }
    record = record.hidden("with_it", json!(prepared.beside));
    record = match prepared.deposit {
        Some(deposit) => record.value("storage_deposit", "storage deposit", signed(&native, deposit), {
            json!({ "raw": deposit.to_string(), "human": signed(&native, deposit) })
        }),
        None => record.hidden("storage_deposit", Value::Null),
    };
    if weight == Weight::default() {
        return record;
    }
    let shown = format!("{} ms, {} kB of proof", weight.ref_time / 1_000_000_000, weight.proof_size / 1_000);
    record.value("weight", "weight", shown, weight_json(weight))
}

/// What the chain says of a transaction.
pub(crate) fn transaction(session: &Session, receipt: &Receipt) -> Record {
    Record::new()
        .text("hash", "transaction", format!("{:?}", receipt.transaction))
        .value("block", "block", receipt.block.number.to_string(), {
            json!({ "number": receipt.block.number, "hash": format!("{:?}", receipt.block.hash) })
        })
        .moment("time", "time", receipt.block.timestamp_ms / 1_000)
        .amount("fee", "fee", receipt.fee, &session.native())
        .hidden("weight", weight_json(receipt.weight))
}

fn weight_json(weight: Weight) -> Value {
    json!({ "ref_time": weight.ref_time, "proof_size": weight.proof_size })
}

fn signed(unit: &Unit, amount: i128) -> String {
    let text = unit.exact(amount.unsigned_abs());
    if amount < 0 {
        format!("-{text}")
    } else {
        text
    }
}

fn is_revert(error: &ChainError) -> bool {
    matches!(error, ChainError::Dispatch { pallet, name, .. } if pallet == "Revive" && name == "ContractReverted")
}

fn is_already_mapped(error: &ChainError) -> bool {
    matches!(error, ChainError::Dispatch { pallet, name, .. } if pallet == "Revive" && name == "AccountAlreadyMapped")
}
