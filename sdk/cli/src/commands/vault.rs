//! `florin vault`.

mod facts;
mod market;
mod position;

use florin_bindings::vaults;
use florin_client::chain::Address;
use florin_stable::{
    collateral::Asset,
    quote::{maximum_draw, maximum_withdrawal},
    vault::View,
};
use serde_json::{json, Value};

use crate::{
    amount::Unit,
    arguments::VaultCommand,
    error::CliError,
    output::Answer,
    record::{list as json_list, moment_json, table, Record},
    session::{Session, Settings},
};
pub(crate) use facts::{event, yearly};
use facts::{Collateral, Loaded};

/// Positions that are read with one request.
const PAGE: u8 = 50;

/// Runs a command.
///
/// # Errors
/// Those of the command.
pub(crate) async fn run(settings: Settings, command: &VaultCommand) -> Result<Answer, CliError> {
    let session = &settings.connect().await?;
    match command {
        VaultCommand::Open { deposit, draw, collateral_type } => {
            position::open(session, deposit, draw.as_deref(), *collateral_type).await
        }
        VaultCommand::Deposit { position, amount } => position::deposit(session, *position, amount).await,
        VaultCommand::Withdraw { position, amount } => position::withdraw(session, *position, amount).await,
        VaultCommand::Draw { position, amount } => position::draw(session, *position, amount).await,
        VaultCommand::Repay { position, amount } => position::repay(session, *position, amount).await,
        VaultCommand::Close { position } => position::close(session, *position).await,
        VaultCommand::Liquidate { position } => market::liquidate(session, *position).await,
        VaultCommand::Take { auction, amount, max_price } => {
            market::take(session, *auction, amount.as_deref(), max_price.as_deref()).await
        }
        VaultCommand::Redo { auction } => market::redo(session, *auction).await,
        VaultCommand::Heal => market::heal(session).await,
        VaultCommand::Show { position } => show(session, *position).await,
        VaultCommand::List { owner, from, count } => list(session, owner.as_deref(), *from, *count).await,
        VaultCommand::Auctions => market::auctions(session).await,
        VaultCommand::Types => types(session).await,
        VaultCommand::Solvency => solvency(session).await,
    }
}

/// What the collateral of a type is counted in.
///
/// # Errors
/// There is no such type; its token does not answer; those of the chain.
pub(super) async fn unit(session: &Session, vaults: Address, id: u32) -> Result<Unit, CliError> {
    Ok(Collateral::load(session, vaults, id).await?.unit)
}

async fn show(session: &Session, id: u64) -> Result<Answer, CliError> {
    let loaded = Loaded::load(session, id).await?;
    let Loaded { view, collateral, now, .. } = &loaded;
    let record = facts::position(id, view, collateral, *now).map_err(|error| loaded.refused(session, error))?;
    let record = record
        .amount("maximum_draw", "can be drawn", maximum_draw(view, *now).raw(), &Unit::coin())
        .amount("maximum_withdrawal", "can be withdrawn", maximum_withdrawal(view, *now).raw(), &collateral.unit)
        .moment("price_updated_at", "price as of", view.kind.state.price_updated_at.raw());
    let usable = view.kind.usable_price(*now);
    let record =
        record.optional_text("price_problem", "price problem", usable.err().map(|error| error.to_string()), "none");
    Ok(Answer::facts(&record))
}

async fn list(session: &Session, owner: Option<&str>, from: u64, count: u64) -> Result<Answer, CliError> {
    let owner = owner.map(|owner| session.party(owner)).transpose()?;
    let vaults = session.contract("vaults").await?;
    let summary = session.client.read(vaults, &vaults::summary()).await?;
    let ledger = session.client.read(vaults, &vaults::ledger()).await?;
    let now = session.now().await?;
    let mut kinds = Vec::new();
    for id in 0..summary.collateral_types {
        kinds.push(Collateral::load(session, vaults, id).await?);
    }
    let mut rows = Vec::new();
    let mut next = from;
    'pages: while next < summary.positions {
        for (id, position) in session.client.read(vaults, &vaults::positions(next, PAGE)).await? {
            if rows.len() as u64 >= count {
                break 'pages;
            }
            if owner.as_ref().is_some_and(|owner| owner.address.0 != position.owner) {
                continue;
            }
            let Some(collateral) = kinds.iter().find(|kind| kind.id == position.collateral_type) else { continue };
            let view = View { kind: collateral.kind, position, ledger };
            let units = collateral.units(session);
            let row = facts::row(id, &view, collateral, now);
            rows.push(row.map_err(|error| crate::refusal::Explain::explain(&error, &units))?);
        }
        next = next.saturating_add(PAGE.into());
    }
    Ok(Answer::new(json_list(&rows), table(&rows, "no positions")))
}

async fn types(session: &Session) -> Result<Answer, CliError> {
    let vaults = session.contract("vaults").await?;
    let summary = session.client.read(vaults, &vaults::summary()).await?;
    let mut rows = Vec::new();
    for id in 0..summary.collateral_types {
        rows.push(type_row(&Collateral::load(session, vaults, id).await?));
    }
    Ok(Answer::new(json_list(&rows), table(&rows, "no collateral types; they are added by florin deploy")))
}

fn type_row(collateral: &Collateral) -> Record {
    let Collateral { id, kind, unit } = collateral;
    let (params, state) = (&kind.params, &kind.state);
    let debt = state.total_art.times_rate(state.rate).to_wad_up().unwrap_or_default();
    let (coin, dollar) = (Unit::coin(), Unit::dollar());
    let asset = match params.asset {
        Asset::Native => Value::from("native"),
        Asset::Erc20(token) => json!(format!("0x{}", hex::encode(token))),
    };
    Record::new()
        .number("collateral_type", "type", (*id).into())
        .text("symbol", "asset", unit.symbol.clone())
        .amount("price", "price", state.price.raw(), &dollar)
        .ratio("safety_ratio", "safe", params.safety_ratio.raw())
        .ratio("liquidation_ratio", "liquidated", params.liquidation_ratio.raw())
        .ratio("fee_per_year", "fee a year", facts::yearly(params.stability_fee))
        .amount("debt", "debt", debt.raw(), &coin)
        .amount("line", "line", state.line.raw(), &coin)
        .amount("debt_ceiling", "ceiling", params.debt_ceiling.raw(), &coin)
        .amount("debt_floor", "least debt", params.debt_floor.raw(), &coin)
        .amount("total_collateral", "collateral", state.total_collateral.raw(), unit)
        .hidden("asset", asset)
        .hidden("decimals", json!(params.decimals))
        .hidden("feed", json!(params.feed))
        .hidden("target_ratio_bps", json!(params.target_ratio.raw()))
        .hidden("penalty_bps", json!(params.penalty.raw()))
        .hidden("seizure_bps", json!(params.seizure.raw()))
        .hidden("keeper_share_bps", json!(params.keeper_share.raw()))
        .hidden("tip", coin.json(params.tip.raw()))
        .hidden("auction_cap", coin.json(params.auction_cap.raw()))
        .hidden("auction_debt", coin.json(state.auction_debt.raw()))
        .hidden("price_updated_at", moment_json(state.price_updated_at.raw()))
        .hidden("max_price_age_seconds", json!(params.max_price_age.raw()))
        .hidden("grace_seconds", json!(params.grace.raw()))
}

async fn solvency(session: &Session) -> Result<Answer, CliError> {
    let vaults = session.contract("vaults").await?;
    let report = session.client.read(vaults, &vaults::solvency()).await?;
    let (ledger, coin) = (&report.ledger, Unit::coin());
    let record = Record::new()
        .rad("debt", "debt", report.debt, &coin)
        .rad("deficit", "+ deficit", ledger.deficit, &coin)
        .amount("burned", "+ burned", ledger.burned.raw(), &coin)
        .rad("left", "= left side", report.left, &coin)
        .amount("minted", "minted", ledger.minted.raw(), &coin)
        .rad("surplus", "+ surplus", ledger.surplus, &coin)
        .amount("open_rewards", "+ open rewards", ledger.open_rewards.raw(), &coin)
        .rad("right", "= right side", report.right, &coin)
        .flag("exact", "equal to the last digit", report.is_exact());
    Ok(Answer::facts(&record))
}
