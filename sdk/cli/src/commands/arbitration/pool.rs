//! Pools: lists that parties name, and the one that is joined with a stake.

use florin_bindings::arbitration::{self, Error};
use florin_client::chain::Address;
use florin_panels::{
    pool::{Membership, STAKED_POOL},
    ArbitrationError,
};
use florin_units::Amount;
use serde_json::{json, Value};

use super::{Panels, ARBITRATION};
use crate::{
    amount::Unit,
    commands::vault::event,
    erc20,
    error::CliError,
    output::Answer,
    pay::{paying, Payment},
    record::Record,
    send::Offered,
};

/// `florin arbitration pool make`.
pub(super) async fn make(panels: &Panels<'_>, members: &[String]) -> Result<Answer, CliError> {
    let accounts = members.iter().map(|text| panels.session.party(text).map(|party| party.address));
    let accounts = accounts.collect::<Result<Vec<Address>, _>>()?;
    let preview = members_of(Record::new(), panels, &accounts);
    let message = arbitration::make_pool(accounts);
    match panels.offer(&message, None, "Make a pool of arbitrators", preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: arbitration::PoolMade = event(&sent.receipt, panels.contract)?;
            let record = Record::new().number("pool", "pool", told.pool.into());
            Ok(sent.answer("Made", &members_of(record, panels, &told.members)))
        }
    }
}

fn members_of(record: Record, panels: &Panels<'_>, members: &[Address]) -> Record {
    let lines: Vec<String> = members.iter().map(|member| panels.names.show(member)).collect();
    let list: Vec<Value> = members.iter().map(|member| json!(format!("{member:?}"))).collect();
    record.lines("members", "member", &lines, json!(list))
}

/// `florin arbitration pool show`.
pub(super) async fn show(panels: &Panels<'_>, pool: u32) -> Result<Answer, CliError> {
    let client = &panels.session.client;
    let size = client.read(panels.contract, &arbitration::pool_size(pool)).await?;
    if size == 0 && pool != STAKED_POOL {
        return Err(panels.refused(&Error::Arbitration(ArbitrationError::UnknownPool { pool }), None));
    }
    let mut members = Vec::new();
    for place in 0..size {
        members.extend(client.read(panels.contract, &arbitration::pool_member(pool, place)).await?);
    }
    let record = Record::new().number("pool", "pool", pool.into()).number("size", "size", size.into());
    let record = members_of(record, panels, &members);
    if pool != STAKED_POOL {
        return Ok(Answer::facts(&record));
    }
    let (summary, unit) = staked(panels).await?;
    let until = client.read(panels.contract, &arbitration::settling_until()).await?;
    let (mut lines, mut list) = (Vec::new(), Vec::new());
    for member in &members {
        let membership = client.read(panels.contract, &arbitration::membership(*member)).await?.unwrap_or_default();
        let Membership { stake, locked, seats, .. } = membership;
        let (free, held) = (unit.short(stake.raw()), unit.short(locked.raw()));
        lines.push(format!("{}: {free} free, {held} locked for {seats} seats", panels.names.short(member)));
        list.push(json!({
            "member": format!("{member:?}"),
            "free": unit.json(stake.raw()),
            "locked": unit.json(locked.raw()),
            "seats": seats,
        }));
    }
    let record = record
        .amount("seat_stake", "a seat locks", summary.seat_stake, &unit)
        .number("settling_until", "stands still until block", until.into())
        .lines("stakes", "stake", &lines, json!(list));
    Ok(Answer::facts(&record))
}

/// What the contract says of the staked pool, and what stakes are counted in.
async fn staked(panels: &Panels<'_>) -> Result<(arbitration::Index, Unit), CliError> {
    let summary = panels.session.client.read(panels.contract, &arbitration::summary()).await?;
    let unit = erc20::asset(panels.session, &summary.token).await?;
    Ok((summary, unit))
}

/// What the acting account has in the staked pool.
async fn own(panels: &Panels<'_>, me: Address) -> Result<Membership, CliError> {
    let membership = panels.session.client.read(panels.contract, &arbitration::membership(me)).await?;
    Ok(membership.unwrap_or_default())
}

fn told(membership: &Membership, unit: &Unit) -> Record {
    let place = membership.position.map_or("none: it gets no seats".to_owned(), |place| place.to_string());
    Record::new()
        .value("position", "place in the pool", place, json!(membership.position))
        .amount("free", "free stake", membership.stake.raw(), unit)
        .amount("locked", "locked for seats", membership.locked.raw(), unit)
        .number("seats", "seats", membership.seats.into())
}

/// `florin arbitration join`.
pub(super) async fn join(panels: &Panels<'_>, stake: &str) -> Result<Answer, CliError> {
    let (summary, unit) = staked(panels).await?;
    let amount = unit.parse(stake)?;
    let me = panels.me()?;
    let is_member = own(panels, me).await?.position.is_some();
    let preview = Record::new()
        .amount("stake", if is_member { "added to the stake" } else { "stake" }, amount, &unit)
        .amount("seat_stake", "a seat locks", summary.seat_stake, &unit)
        .text("risk", "risk", "a seat comes without asking, and who does not reveal loses what it locks");
    let payment = Payment { asset: summary.token, amount: Amount::from_raw(amount), unit: unit.clone() };
    let message = if is_member { arbitration::add_stake(amount) } else { arbitration::join(amount) };
    let heading = if is_member { "Add to the stake" } else { "Join the staked pool" };
    let lacks = |error: &Error| matches!(error, Error::TransferFailed { .. });
    let to = (ARBITRATION, panels.contract);
    let offered = paying(panels.session, to, payment, &message, lacks, heading, preview).await?;
    changed(panels, offered, "Joined", &unit)
}

/// `florin arbitration withdraw`.
pub(super) async fn withdraw(panels: &Panels<'_>, amount: &str) -> Result<Answer, CliError> {
    let (_, unit) = staked(panels).await?;
    let amount = unit.parse(amount)?;
    let own = own(panels, panels.me()?).await?;
    let preview = Record::new().amount("amount", "amount", amount, &unit).and(told(&own, &unit));
    let message = arbitration::withdraw(amount);
    let offered = panels.offer(&message, Some(&unit), "Take free stake out", preview).await?;
    changed(panels, offered, "Taken out", &unit)
}

/// `florin arbitration leave`.
pub(super) async fn leave(panels: &Panels<'_>) -> Result<Answer, CliError> {
    let (_, unit) = staked(panels).await?;
    let own = own(panels, panels.me()?).await?;
    let preview = told(&own, &unit);
    let offered = panels.offer(&arbitration::leave(), Some(&unit), "Leave the staked pool", preview).await?;
    changed(panels, offered, "Left; florin arbitration withdraw takes the stake out", &unit)
}

/// What the acting account has in the staked pool after a transaction.
fn changed(panels: &Panels<'_>, offered: Offered, heading: &str, unit: &Unit) -> Result<Answer, CliError> {
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let me = panels.me()?;
            let all =
                crate::commands::escrow::events::<arbitration::MembershipChanged>(&sent.receipt, panels.contract)?;
            // Where somebody leaves the last member takes its place, which is told too.
            let own = all.into_iter().rfind(|told| told.account == me);
            let own = own.ok_or(CliError::NoEvent { event: "MembershipChanged" })?;
            Ok(sent.answer(heading, &told(&own.membership, unit)))
        }
    }
}
