//! What keepers do: liquidate, buy, restart, heal.

use florin_bindings::{vaults, ContractEvent};
use florin_client::chain::{Address, Receipt};
use florin_stable::{
    auction::Auction,
    liquidation::{redo as decide_redo, Take},
    pause::Pauses,
    quote::{preview_liquidation, preview_take},
    vault::Context,
    VaultError,
};
use florin_units::{Amount, Price, Timestamp, Wad};
use serde_json::{json, Value};

use super::{
    facts::{self, event, Collateral, Loaded},
    position::with_coin,
};
use crate::{
    amount::Unit,
    error::CliError,
    output::Answer,
    record::{list, table, Record},
    refusal::{Explain, Units},
    send::{self, Offered},
    session::Session,
};

/// `florin vault liquidate`.
pub(super) async fn liquidate(session: &Session, position: u64) -> Result<Answer, CliError> {
    let loaded = Loaded::load(session, position).await?;
    let signer = session.settings.signer()?;
    let keeper = signer.account().to_address();
    let outcome = preview_liquidation(&loaded.view, position, keeper.0, loaded.now)
        .map_err(|error| loaded.refused(session, error))?;
    let collateral = &loaded.collateral;
    let reward = outcome.transfers.mint.map_or(0, |mint| mint.amount.raw());
    let preview = Record::new()
        .number("position", "position", position)
        .rad("closed", "debt to close", outcome.closed, &Unit::coin())
        .amount("price", "price now", outcome.price.raw(), &Unit::dollar())
        .amount("reward", "reward to you", reward, &Unit::coin());
    let preview = match &outcome.auction {
        Some(auction) => preview.and(lot(auction, collateral)),
        None => preview.value("lot", "lot", "nothing left to sell", Value::Null),
    };
    let units = collateral.units(session);
    let message = vaults::liquidate(position);
    let heading = "Liquidate a position";
    match send::call(session, &signer, loaded.vaults, 0, &message, &units, heading, preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: vaults::Liquidated = event(&sent.receipt, loaded.vaults)?;
            let result = Record::new()
                .number("position", "position", told.position)
                .value(
                    "auction",
                    "auction",
                    told.auction.map_or("none".to_owned(), |it| it.to_string()),
                    json!(told.auction),
                )
                .amount("lot", "lot", told.lot.raw(), &collateral.unit)
                .amount("tab", "to raise", told.tab.raw(), &Unit::coin())
                .rad("closed", "debt closed", told.closed, &Unit::coin())
                .and(reward_of(&sent.receipt, loaded.vaults)?);
            Ok(sent.answer("Liquidated", &result))
        }
    }
}

/// `florin vault take`.
pub(super) async fn take(
    session: &Session,
    auction: u64,
    amount: Option<&str>,
    max_price: Option<&str>,
) -> Result<Answer, CliError> {
    let (record, loaded) = load_auction(session, auction).await?;
    let collateral = &loaded.collateral;
    let price = record
        .price_at(&loaded.view.kind.params.auction, loaded.now)
        .map_err(|error| loaded.refused(session, error))?;
    let command = Take {
        max_collateral: match amount {
            Some(text) => Amount::from_raw(collateral.unit.parse(text)?),
            None => record.lot,
        },
        // The price only falls, so the present one is enough.
        max_price: match max_price {
            Some(text) => Price::from_raw(Unit::dollar().parse(text)?),
            None => price,
        },
    };
    let buyer = session.settings.signer()?.account().to_address();
    let outcome = preview_take(&loaded.view, &record, &command, buyer.0, loaded.now)
        .map_err(|error| loaded.refused(session, error))?;
    let preview = Record::new()
        .number("auction", "auction", auction)
        .amount("sold", "collateral to you", outcome.sold.raw(), &collateral.unit)
        .amount("paid", "coin to burn", outcome.paid.raw(), &Unit::coin())
        .amount("price", "price", outcome.price.raw(), &Unit::dollar())
        .amount("market_price", "market price", loaded.view.kind.state.price.raw(), &Unit::dollar())
        .flag("ends", "ends the auction", outcome.auction.is_none());
    let message = vaults::take(auction, command.max_collateral, command.max_price);
    // With the price what is paid falls too, unless the tab bounds it.
    let bounded = outcome.sold < command.max_collateral.min(record.lot);
    let needed = if bounded { record.tab } else { outcome.paid };
    let offered = with_coin(session, &loaded, &message, (outcome.paid, needed), "Buy from an auction", preview).await?;
    match offered {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: vaults::Taken = event(&sent.receipt, loaded.vaults)?;
            let result = Record::new()
                .number("auction", "auction", told.auction)
                .amount("sold", "bought", told.sold.raw(), &collateral.unit)
                .amount("paid", "paid", told.paid.raw(), &Unit::coin())
                .amount("price", "price", told.price.raw(), &Unit::dollar())
                .amount("lot", "lot left", told.lot.raw(), &collateral.unit)
                .amount("tab", "left to raise", told.tab.raw(), &Unit::coin())
                .amount("returned", "back to the owner", told.returned.raw(), &collateral.unit)
                .amount("shortfall", "shortfall", told.shortfall.raw(), &Unit::coin());
            Ok(sent.answer("Bought", &result))
        }
    }
}

/// `florin vault redo`.
pub(super) async fn redo(session: &Session, auction: u64) -> Result<Answer, CliError> {
    let (record, loaded) = load_auction(session, auction).await?;
    let signer = session.settings.signer()?;
    let caller = signer.account().to_address();
    let context = Context { caller: caller.0, now: loaded.now, pauses: Pauses::default() };
    let outcome = decide_redo(&loaded.view, &record, &context).map_err(|error| loaded.refused(session, error))?;
    let reward = outcome.transfers.mint.map_or(0, |mint| mint.amount.raw());
    let preview = Record::new()
        .number("auction", "auction", auction)
        .amount("reward", "reward to you", reward, &Unit::coin())
        .and(lot(&outcome.auction, &loaded.collateral));
    let units = loaded.collateral.units(session);
    let message = vaults::redo(auction);
    match send::call(session, &signer, loaded.vaults, 0, &message, &units, "Restart an auction", preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: vaults::Restarted = event(&sent.receipt, loaded.vaults)?;
            let result = Record::new()
                .number("auction", "auction", told.auction)
                .amount("top", "first price", told.top.raw(), &Unit::dollar())
                .amount("floor", "lowest price", told.floor.raw(), &Unit::dollar())
                .and(reward_of(&sent.receipt, loaded.vaults)?);
            Ok(sent.answer("Restarted", &result))
        }
    }
}

/// `florin vault heal`.
pub(super) async fn heal(session: &Session) -> Result<Answer, CliError> {
    let vaults = session.contract("vaults").await?;
    let signer = session.settings.signer()?;
    let ledger = session.client.read(vaults, &vaults::ledger()).await?;
    let units = Units::plain();
    let (books, netted) = ledger.heal().map_err(|error| error.explain(&units))?;
    let facts = |netted, surplus, deficit| {
        Record::new()
            .rad("netted", "netted", netted, &Unit::coin())
            .rad("surplus", "surplus left", surplus, &Unit::coin())
            .rad("deficit", "deficit left", deficit, &Unit::coin())
    };
    let preview = facts(netted, books.surplus, books.deficit);
    let heading = "Net surplus against deficit";
    match send::call(session, &signer, vaults, 0, &vaults::heal(), &units, heading, preview).await? {
        Offered::Shown(answer) => Ok(answer),
        Offered::Sent(sent) => {
            let told: vaults::Healed = event(&sent.receipt, vaults)?;
            Ok(sent.answer("Healed", &facts(told.netted, told.surplus, told.deficit)))
        }
    }
}

/// `florin vault auctions`.
pub(super) async fn auctions(session: &Session) -> Result<Answer, CliError> {
    let vaults = session.contract("vaults").await?;
    let summary = session.client.read(vaults, &vaults::summary()).await?;
    let now = session.now().await?;
    let mut kinds: Vec<Collateral> = Vec::new();
    let mut rows = Vec::new();
    for id in 0..summary.auctions {
        let Some(auction) = session.client.read(vaults, &vaults::auction(id)).await? else { continue };
        let known = kinds.iter().position(|collateral| collateral.id == auction.collateral_type);
        let place = match known {
            Some(place) => place,
            None => {
                kinds.push(Collateral::load(session, vaults, auction.collateral_type).await?);
                kinds.len() - 1
            }
        };
        rows.push(auction_row(id, &auction, &kinds[place], now).map_err(|error| error.explain(&Units::plain()))?);
    }
    Ok(Answer::new(list(&rows), table(&rows, "no auction is running")))
}

fn auction_row(id: u64, auction: &Auction, collateral: &Collateral, now: Timestamp) -> Result<Record, VaultError> {
    let params = &collateral.kind.params.auction;
    Ok(Record::new()
        .number("auction", "auction", id)
        .number("position", "position", auction.position)
        .amount("lot", "lot", auction.lot.raw(), &collateral.unit)
        .amount("tab", "to raise", auction.tab.raw(), &Unit::coin())
        .amount("price", "price", auction.price_at(params, now)?.raw(), &Unit::dollar())
        .amount("floor", "lowest price", auction.floor.raw(), &Unit::dollar())
        .moment("stale_at", "runs until", auction.stale_at(params).raw())
        .flag("stale", "stale", collateral.kind.is_auction_over(auction, now)))
}

async fn load_auction(session: &Session, id: u64) -> Result<(Auction, Loaded), CliError> {
    let vaults = session.contract("vaults").await?;
    let Some(auction) = session.client.read(vaults, &vaults::auction(id)).await? else {
        return Err(VaultError::UnknownAuction { id }.explain(&Units::plain()).into());
    };
    let loaded = Loaded::load(session, auction.position).await?;
    Ok((auction, loaded))
}

fn lot(auction: &Auction, collateral: &Collateral) -> Record {
    Record::new()
        .amount("lot", "lot", auction.lot.raw(), &collateral.unit)
        .amount("tab", "to raise", auction.tab.raw(), &Unit::coin())
        .amount("top", "first price", auction.top.raw(), &Unit::dollar())
        .amount("floor", "lowest price", auction.floor.raw(), &Unit::dollar())
}

/// What the keeper got; nothing where no reward is due.
fn reward_of(receipt: &Receipt, vaults: Address) -> Result<Record, CliError> {
    match facts::event::<vaults::Rewarded>(receipt, vaults) {
        Ok(told) => Ok(Record::new().amount("reward", "reward", told.amount.raw(), &Unit::coin()).flag(
            "reward_deferred",
            "waits to be claimed",
            told.deferred,
        )),
        Err(CliError::NoEvent { event }) if event == vaults::Rewarded::LABEL => {
            Ok(Record::new().amount("reward", "reward", Wad::ZERO.raw(), &Unit::coin()))
        }
        Err(error) => Err(error),
    }
}
