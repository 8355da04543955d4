//! `florin gov`: proposals, votes and voting power.

mod ballot;
mod calls;
mod effect;
mod facts;
mod propose;

use florin_bindings::{governor, votes, Message};
use florin_client::{
    chain::{Address, Chain, Receipt},
    governance,
};
use florin_governance::{
    action::Call,
    proposal::{Proposal, ProposalError, Status},
    ProposalId,
};
use florin_units::{mul_div_down, Timestamp, BPS_ONE, U256};
use parity_scale_codec::Decode;
use serde_json::{json, Map, Value};

use crate::{
    amount::Unit,
    arguments::GovCommand,
    commands::vault::event,
    error::CliError,
    output::Answer,
    record::{list as json_list, table, Record},
    refusal::{Explain, Refusal},
    send::{self, Offered},
    session::{Session, Settings},
    words::{self, Names},
};
pub(crate) use calls::written;
pub(crate) use effect::arguments;
pub(crate) use propose::{proposal_text, Draft};

/// Runs a command.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(settings: Settings, command: &GovCommand) -> Result<Answer, CliError> {
    let session = &settings.connect().await?;
    match command {
        GovCommand::List => list(session).await,
        GovCommand::Show { proposal } => show(session, *proposal).await,
        GovCommand::Propose { file } => propose::propose(session, file).await,
        GovCommand::Vote(arguments) => ballot::vote(session, arguments).await,
        GovCommand::Relay { file } => ballot::relay(session, file).await,
        GovCommand::Delegate { to } => delegate(session, to).await,
        GovCommand::Power { who } => power(session, who.as_deref()).await,
        GovCommand::Queue { proposal } => queue(session, *proposal).await,
        GovCommand::Execute { proposal } => execute(session, *proposal).await,
        GovCommand::Cancel { proposal } => cancel(session, *proposal).await,
        GovCommand::Settle { proposal, to } => settle(session, *proposal, to.as_deref()).await,
    }
}

/// A proposal that a command is about.
struct Subject {
    governor: Address,
    id: ProposalId,
    record: Proposal,
    now: Timestamp,
}

impl Subject {
    async fn load(session: &Session, id: ProposalId) -> Result<Self, CliError> {
        let governor = session.contract("governor").await?;
        let record = session.client.read(governor, &governor::proposal(id)).await?;
        let unknown = || ProposalError::UnknownProposal { id }.explain(&session.units(None));
        Ok(Self { governor, id, record: record.ok_or_else(unknown)?, now: session.now().await? })
    }

    /// What every preview about a proposal begins with. A node that has forgotten what it is about is not in the way.
    async fn preview(&self, session: &Session) -> Record {
        let content = governance::content(&session.client, self.governor, self.id).await.ok();
        let title = content.map(|content| words::title(&content.description));
        Record::new()
            .number("proposal", "proposal", self.id.into())
            .optional_text("title", "title", title, "(this node does not have it)")
            .text("status", "status", words::status(self.record.status(self.now)))
    }
}

/// `florin gov list`.
async fn list(session: &Session) -> Result<Answer, CliError> {
    let governor = session.contract("governor").await?;
    let (summary, now) = (session.client.read(governor, &governor::summary()).await?, session.now().await?);
    let mut rows = Vec::new();
    for id in 0..summary.proposals {
        let Some(record) = session.client.read(governor, &governor::proposal(id)).await? else { continue };
        let content = governance::content(&session.client, governor, id).await.ok();
        let title = content.map(|content| words::title(&content.description));
        rows.push(facts::row(id, &record, title, now));
    }
    Ok(Answer::new(json_list(&rows), table(&rows, "no proposals")))
}

/// `florin gov show`.
async fn show(session: &Session, id: ProposalId) -> Result<Answer, CliError> {
    let governor = session.contract("governor").await?;
    let content = governance::content(&session.client, governor, id).await?;
    let (names, native) = (Names::new(session.book().ok().as_ref()), session.native_in_contracts());
    let now = session.now().await?;
    let record = facts::whole(id, &content.record, &content.description, (&names, &native), now);
    let executable = if content.is_executable { "yes" } else { "no: the code of a target is another one now" };
    let record = record.value("unchanged", "calls as voted on", executable, json!(content.is_executable));
    let deeds = calls::describe(session, governor, &content.calls).await?;
    Ok(Answer::facts(&calls::with_calls(record, &deeds)))
}

/// `florin gov delegate`.
async fn delegate(session: &Session, to: &str) -> Result<Answer, CliError> {
    let contract = session.contract("votes").await?;
    let to = session.party(to)?;
    let signer = session.settings.signer()?;
    let holder = signer.account().to_address();
    let names = Names::new(session.book().ok().as_ref());
    let former = session.client.read(contract, &votes::delegates(holder)).await?;
    let held = session.client.read(contract, &votes::balance_of(holder)).await?;
    let preview = Record::new()
        .wide_amount("balance", "vote tokens", held, &Unit::votes())
        .value("former", "counted so far for", names.show(&former), json!(format!("{former:?}")))
        .value("delegate", "will count for", to.show(), json!(format!("{:?}", to.address)));
    let message = votes::delegate(to.address);
    let (units, heading) = (session.units(None), "Have vote tokens count for somebody");
    match send::call(session, &signer, contract, 0, &message, &units, heading, preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: votes::DelegateChanged = event(&sent.receipt, contract)?;
            let result = Record::new()
                .address("holder", "holder", &told.delegator)
                .address("former", "counted so far for", &told.from_delegate)
                .address("delegate", "count for", &told.to_delegate);
            Ok(sent.answer("Delegated", &result))
        }
    }
}

/// `florin gov power`.
async fn power(session: &Session, who: Option<&str>) -> Result<Answer, CliError> {
    let contract = session.contract("votes").await?;
    let party = session.party_or_me(who)?;
    let client = &session.client;
    let held = client.read(contract, &votes::balance_of(party.address)).await?;
    let delegate = client.read(contract, &votes::delegates(party.address)).await?;
    let power = client.read(contract, &votes::get_votes(party.address)).await?;
    let supply = client.read(contract, &votes::total_supply()).await?;
    let (names, unit) = (Names::new(session.book().ok().as_ref()), Unit::votes());
    let record = Record::new()
        .value("account", "account", party.show(), json!(format!("{:?}", party.address)))
        .wide_amount("balance", "vote tokens", held, &unit)
        .value("delegate", "count for", names.show(&delegate), json!(format!("{delegate:?}")))
        .wide_amount("power", "power", power, &unit)
        .optional_ratio("share", "share of all power", share(power, supply), "no vote tokens")
        .wide_amount("supply", "all vote tokens", supply, &unit);
    Ok(Answer::facts(&record))
}

/// A part of a whole in basis points, rounded down.
fn share(part: U256, whole: U256) -> Option<u32> {
    let (part, whole) = (u128::try_from(part).ok()?, u128::try_from(whole).ok()?);
    u32::try_from(mul_div_down(part, u128::from(BPS_ONE), whole).ok()?).ok()
}

/// `florin gov queue`.
///
/// # Errors
/// The governor's refusal; those of the chain.
pub(super) async fn queue(session: &Session, id: ProposalId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let ready_at = subject.now.after(subject.record.timelock);
    let preview = subject.preview(session).await.moment("ready_at", "can be executed from", ready_at.raw());
    let offered = offer(session, subject.governor, &governor::queue(id), "Queue a proposal", preview).await?;
    moved(&subject, offered, "Queued")
}

/// `florin gov execute`.
///
/// # Errors
/// The governor's refusal, or that of a call; the calls are not told any more; those of the chain.
pub(super) async fn execute(session: &Session, id: ProposalId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let content = governance::content(&session.client, subject.governor, id).await?;
    if !content.is_executable && subject.record.status(subject.now) == Status::Ready {
        return Err(changed_code(session, &content.calls).await?.into());
    }
    let deeds = calls::describe(session, subject.governor, &content.calls).await?;
    let preview = calls::with_calls(subject.preview(session).await, &deeds);
    let message = governor::execute(id, content.calls);
    let offered = offer(session, subject.governor, &message, "Execute a proposal", preview).await?;
    moved(&subject, offered, "Executed")
}

/// `florin gov cancel`.
async fn cancel(session: &Session, id: ProposalId) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let preview = subject.preview(session).await;
    let offered = offer(session, subject.governor, &governor::cancel(id), "Stop a proposal", preview).await?;
    moved(&subject, offered, "Stopped")
}

/// `florin gov settle`.
async fn settle(session: &Session, id: ProposalId, to: Option<&str>) -> Result<Answer, CliError> {
    let subject = Subject::load(session, id).await?;
    let to = session.party_or_me(to)?;
    let native = session.native_in_contracts();
    let slashed = subject.record.is_slashed().unwrap_or(false);
    let preview = subject
        .preview(session)
        .await
        .value("to", "to", to.show(), json!(format!("{:?}", to.address)))
        .amount("deposit", "deposit", subject.record.deposit, &native)
        .flag("slashed", "slashed by voters", slashed);
    let message = governor::settle(id, to.address);
    match offer(session, subject.governor, &message, "Pay a deposit out", preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: governor::DepositSettled = event(&sent.receipt, subject.governor)?;
            let result = Record::new()
                .number("proposal", "proposal", told.proposal.into())
                .address("to", "to", &told.to)
                .amount("returned", "returned", told.returned, &native)
                .amount("slashed", "slashed", told.slashed, &native);
            Ok(sent.answer("Settled", &result))
        }
    }
}

/// Tries, shows, confirms and sends a message to the governor.
async fn offer<T: Decode>(
    session: &Session,
    contract: Address,
    message: &Message<T, governor::Error>,
    heading: &str,
    preview: Record,
) -> Result<Offered, CliError> {
    let signer = session.settings.signer()?;
    send::call(session, &signer, contract, 0, message, &session.units(None), heading, preview).await
}

/// Where a proposal stands after a transaction.
fn moved(subject: &Subject, offered: Offered, heading: &str) -> Result<Answer, CliError> {
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => Ok(sent.answer(heading, &movement(&sent.receipt, subject.governor)?)),
    }
}

fn movement(receipt: &Receipt, contract: Address) -> Result<Record, CliError> {
    let told: governor::ProposalMoved = event(receipt, contract)?;
    let record = Record::new().number("proposal", "proposal", told.proposal.into()).text(
        "status",
        "status",
        words::status(told.status),
    );
    Ok(match told.ready_at {
        0 => record.hidden("ready_at", Value::Null),
        at => record.moment("ready_at", "can be executed from", at),
    })
}

/// The refusal to execute calls whose targets run other code than when they were voted on, with those it knows of.
async fn changed_code(session: &Session, calls: &[Call]) -> Result<Refusal, CliError> {
    let book = session.book()?;
    let mut changed: Vec<String> = Vec::new();
    for (name, deployed) in &book.contracts {
        let is_target = calls.iter().any(|call| call.target == deployed.address.0);
        if is_target && session.chain().code_hash(&deployed.address).await? != Some(deployed.code_hash) {
            changed.push(name.clone());
        }
    }
    let whose = if changed.is_empty() { "a target".to_owned() } else { changed.join(" and ") };
    Ok(Refusal {
        code: "OTHER_ACTIONS".to_owned(),
        reason: format!("the code of {whose} is not the one that was voted on, so the calls could do something else"),
        details: Map::from_iter([("changed".to_owned(), json!(changed))]),
        next: Some("it cannot be executed any more; make it again: florin gov propose FILE".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_in_basis_points() {
        assert_eq!(share(U256::from(1u8), U256::from(3u8)), Some(3_333));
        assert_eq!(share(U256::zero(), U256::zero()), None);
    }
}
