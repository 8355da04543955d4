//! `florin oracle`.

use florin_bindings::{oracle, vaults};
use florin_client::chain::Address;
use florin_stable::{oracle::OracleError, shadow::ShadowTerms};
use florin_units::Price;
use serde_json::{json, Value};

use crate::{
    amount::Unit,
    arguments::OracleCommand,
    error::CliError,
    output::Answer,
    record::{list, table, Record},
    refusal::{Explain, Units},
    send::{self, Offered},
    session::{Session, Settings},
};

/// Runs a command.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(settings: Settings, command: &OracleCommand) -> Result<Answer, CliError> {
    let session = &settings.connect().await?;
    let contract = session.contract("oracle").await?;
    match command {
        OracleCommand::Price { feed } => price(session, contract, *feed).await,
        OracleCommand::Report { feed, price } => report(session, contract, *feed, price).await,
        OracleCommand::Feeds => feeds(session, contract).await,
        OracleCommand::Poke { feed } => poke(session, contract, *feed).await,
        OracleCommand::Shadow { feed } => shadow(session, contract, *feed).await,
    }
}

async fn price(session: &Session, contract: Address, feed: u32) -> Result<Answer, CliError> {
    let quote = session.client.read(contract, &oracle::price(feed)).await?;
    let now = session.now().await?;
    let record = Record::new()
        .number("feed", "feed", feed.into())
        .amount("price", "price", quote.price.raw(), &Unit::dollar())
        .moment("updated_at", "as of", quote.updated_at.raw())
        .span("age", "age", now.since(quote.updated_at).raw())
        .moment("recovered_at", "last back after an outage", quote.recovered_at.raw());
    Ok(Answer::facts(&record))
}

async fn report(session: &Session, contract: Address, feed: u32, price: &str) -> Result<Answer, CliError> {
    let price = Price::from_raw(Unit::dollar().parse(price)?);
    let signer = session.settings.signer()?;
    let state = session.client.read(contract, &oracle::feed_state(feed)).await?;
    let preview = Record::new()
        .number("feed", "feed", feed.into())
        .amount("price", "price to report", price.raw(), &Unit::dollar())
        .optional_amount("current", "price now", state.map(|state| state.price.raw()), &Unit::dollar(), "none yet");
    let message = oracle::report(feed, price);
    let offered =
        send::call(session, &signer, contract, 0, &message, &Units::plain(), "Report a price", preview).await?;
    renewed(session, contract, feed, offered, "Reported").await
}

async fn poke(session: &Session, contract: Address, feed: u32) -> Result<Answer, CliError> {
    let signer = session.settings.signer()?;
    let state = session.client.read(contract, &oracle::feed_state(feed)).await?;
    let preview = Record::new().number("feed", "feed", feed.into()).optional_amount(
        "current",
        "price now",
        state.map(|state| state.price.raw()),
        &Unit::dollar(),
        "none yet",
    );
    let message = oracle::poke(feed);
    let offered =
        send::call(session, &signer, contract, 0, &message, &Units::plain(), "Renew a price", preview).await?;
    renewed(session, contract, feed, offered, "Poked").await
}

/// What the feed's price is after a transaction.
async fn renewed(
    session: &Session,
    contract: Address,
    feed: u32,
    offered: Offered,
    done: &str,
) -> Result<Answer, CliError> {
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            // What was sent stays sent, whether or not the node can still be asked.
            let (state, none) = match session.client.read(contract, &oracle::feed_state(feed)).await {
                Ok(state) => (state, "none yet"),
                Err(_) => (None, "not known"),
            };
            let updated = state.map_or(0, |state| state.updated_at.raw());
            let record = Record::new()
                .number("feed", "feed", feed.into())
                .optional_amount("price", "price now", state.map(|state| state.price.raw()), &Unit::dollar(), none)
                .moment("updated_at", "as of", updated);
            Ok(sent.answer(done, &record))
        }
    }
}

async fn shadow(session: &Session, contract: Address, feed: u32) -> Result<Answer, CliError> {
    let client = &session.client;
    if client.read(contract, &oracle::feed_config(feed)).await?.is_none() {
        return Err(OracleError::UnknownFeed { feed }.explain(&Units::plain()).into());
    }
    let shadow = client.read(contract, &oracle::shadow(feed)).await?;
    let price = client.read(contract, &oracle::feed_state(feed)).await?.map(|state| state.price.raw());
    let other = match &shadow {
        Some(shadow) => client.read(contract, &oracle::feed_state(shadow.candidate)).await?,
        None => None,
    };
    let other = other.map(|state| state.price.raw());
    let shadow = shadow.map(|shadow| (shadow.candidate, shadow.terms, shadow.agreed));
    Ok(Answer::facts(&ceremony(feed, shadow, price, other)))
}

/// How near the feed in the shadow is to its place: its number, its terms, and how often it has agreed.
fn ceremony(feed: u32, shadow: Option<(u32, ShadowTerms, u16)>, price: Option<u128>, other: Option<u128>) -> Record {
    let (dollar, none) = (Unit::dollar(), "none runs in the shadow");
    let facts = Record::new().number("feed", "feed", feed.into());
    let Some((candidate, terms, agreed)) = shadow else {
        return facts
            .value("candidate", "in its shadow", none, Value::Null)
            .hidden("agreed", Value::Null)
            .hidden("updates", Value::Null)
            .hidden("max_difference", Value::Null)
            .optional_amount("price", "price", price, &dollar, "none yet")
            .hidden("candidate_price", Value::Null)
            .hidden("proven", Value::Null);
    };
    facts
        .value("candidate", "in its shadow", format!("feed {candidate}"), json!(candidate))
        .value("agreed", "agreed in a row", format!("{agreed} of {} updates", terms.updates), json!(agreed))
        .hidden("updates", json!(terms.updates))
        .ratio("max_difference", "largest difference", terms.max_difference.raw())
        .optional_amount("price", "price", price, &dollar, "none yet")
        .optional_amount("candidate_price", "price in the shadow", other, &dollar, "none yet")
        .flag("proven", "has proven itself", agreed >= terms.updates)
}

/// Feeds are numbered by whoever adds them, usually from zero; those that collateral types rely on are listed in any case.
async fn feeds(session: &Session, contract: Address) -> Result<Answer, CliError> {
    let mut numbers = Vec::new();
    for feed in 0u32.. {
        if session.client.read(contract, &oracle::feed_config(feed)).await?.is_none() {
            break;
        }
        numbers.push(feed);
    }
    if let Ok(contract) = session.contract("vaults").await {
        let summary = session.client.read(contract, &vaults::summary()).await?;
        for id in 0..summary.collateral_types {
            let kind = session.client.read(contract, &vaults::collateral(id)).await?;
            numbers.extend(kind.map(|kind| kind.params.feed));
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    let mut rows = Vec::new();
    for feed in numbers {
        rows.extend(feed_row(session, contract, feed).await?);
    }
    Ok(Answer::new(list(&rows), table(&rows, "no feeds; they are added by florin deploy")))
}

async fn feed_row(session: &Session, contract: Address, feed: u32) -> Result<Option<Record>, CliError> {
    let client = &session.client;
    let Some(config) = client.read(contract, &oracle::feed_config(feed)).await? else { return Ok(None) };
    let state = client.read(contract, &oracle::feed_state(feed)).await?;
    let feeders = client.read(contract, &oracle::feed_feeders(feed)).await?;
    let frozen = client.read(contract, &oracle::is_frozen(feed)).await?;
    let now = session.now().await?;
    let feeders: Vec<String> =
        feeders.slots.iter().flatten().map(|feeder| format!("0x{}", hex::encode(feeder))).collect();
    let usable = match &state {
        None => "no price yet",
        Some(_) if frozen => "frozen",
        Some(state) if now.since(state.updated_at) > config.max_age => "stale",
        Some(_) => "yes",
    };
    let dollar = Unit::dollar();
    Ok(Some(
        Record::new()
            .number("feed", "feed", feed.into())
            .optional_amount("price", "price", state.map(|state| state.price.raw()), &dollar, "-")
            .text("usable", "usable", usable)
            .moment("updated_at", "as of", state.map_or(0, |state| state.updated_at.raw()))
            .span("max_age", "age limit", config.max_age.raw())
            .ratio("max_step", "largest step", config.max_step.raw())
            .span("update_interval", "interval", config.update_interval.raw())
            .value("quorum", "quorum", format!("{} of {}", config.quorum, feeders.len()), json!(config.quorum))
            .hidden("feeders", Value::from(feeders))
            .hidden("minimum", dollar.json(config.minimum.raw()))
            .hidden("maximum", dollar.json(config.maximum.raw())),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_units::Bps;

    #[test]
    fn a_ceremony_is_told_with_and_without_a_feed_in_the_shadow() {
        let terms = ShadowTerms { max_difference: Bps::from_raw(200), updates: 12 };
        let (running, none) = (ceremony(0, Some((7, terms, 5)), Some(1), None), ceremony(0, None, Some(1), None));
        assert!(running.to_text().contains("5 of 12 updates"), "{}", running.to_text());
        assert!(none.to_text().contains("none runs in the shadow"), "{}", none.to_text());
        let (running, none) = (running.to_json(), none.to_json());
        assert_eq!((&running["candidate"], &running["proven"]), (&json!(7), &json!(false)));
        assert_eq!(none["candidate"], Value::Null);
        let names = |value: &Value| value.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
        assert_eq!(names(&running), names(&none), "the same fields");
    }
}
