//! Positions and collateral types as people want to see them.

use florin_bindings::{vaults, ContractEvent};
use florin_client::{
    chain::{Address, Receipt},
    contract::decode_events,
};
use florin_stable::{
    collateral::{Asset, CollateralType},
    position::Position,
    quote::PositionPreview,
    vault::View,
    VaultError,
};
use florin_units::{pow_ray_down, Amount, Ray, Timestamp, Wad, RAY_ONE};
use serde_json::{json, Value};

use crate::{
    amount::Unit,
    erc20,
    error::CliError,
    record::Record,
    refusal::{Explain, Units},
    session::Session,
};

/// Seconds of a year of 365 days.
const YEAR: u64 = 31_536_000;

/// A collateral type and what it is counted in.
#[derive(Clone, Debug)]
pub(super) struct Collateral {
    /// Its number.
    pub(super) id: u32,
    /// As it is stored.
    pub(super) kind: CollateralType,
    /// What it is counted in.
    pub(super) unit: Unit,
}

impl Collateral {
    /// Reads a collateral type.
    pub(super) async fn load(session: &Session, vaults: Address, id: u32) -> Result<Self, CliError> {
        let kind = session.client.read(vaults, &vaults::collateral(id)).await?;
        let Some(kind) = kind else {
            return Err(VaultError::UnknownCollateralType { id }.explain(&session.units(None)).into());
        };
        let unit = match kind.params.asset {
            Asset::Native => session.native_in_contracts(),
            Asset::Erc20(token) => erc20::unit(session, &Address::from(token), kind.params.decimals).await?,
        };
        Ok(Self { id, kind, unit })
    }

    /// Number and symbol.
    pub(super) fn title(&self) -> String {
        format!("{} ({})", self.id, self.unit.symbol)
    }

    /// Units of refusals.
    pub(super) fn units(&self, session: &Session) -> Units {
        session.units(Some(self.unit.clone()))
    }
}

/// Everything that a decision about a position needs.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    /// The contract.
    pub(super) vaults: Address,
    /// Number of the position.
    pub(super) id: u64,
    /// The records as they are stored.
    pub(super) view: View,
    /// The collateral type.
    pub(super) collateral: Collateral,
    /// Time of the best block.
    pub(super) now: Timestamp,
}

impl Loaded {
    /// Reads a position.
    pub(super) async fn load(session: &Session, id: u64) -> Result<Self, CliError> {
        let vaults = session.contract("vaults").await?;
        let position = session.client.read(vaults, &vaults::position(id)).await?;
        let Some(position) = position else {
            return Err(VaultError::UnknownPosition { id }.explain(&session.units(None)).into());
        };
        Self::of(session, vaults, id, position).await
    }

    /// With a position that has been read.
    pub(super) async fn of(session: &Session, vaults: Address, id: u64, position: Position) -> Result<Self, CliError> {
        let collateral = Collateral::load(session, vaults, position.collateral_type).await?;
        let ledger = session.client.read(vaults, &vaults::ledger()).await?;
        let now = session.now().await?;
        Ok(Self { vaults, id, view: View { kind: collateral.kind, position, ledger }, collateral, now })
    }

    /// A core error in the units of this position.
    pub(super) fn refused(&self, session: &Session, error: VaultError) -> CliError {
        error.explain(&self.collateral.units(session)).into()
    }
}

/// What a position will be, next to what it is.
pub(super) fn preview(
    position: Option<u64>,
    before: Option<(&View, Timestamp)>,
    after: &PositionPreview,
    collateral: &Collateral,
) -> Result<Record, VaultError> {
    let (held, owed) = match before {
        Some((view, now)) => {
            let view = view.accrued(now)?;
            (Some(view.position.collateral), Some(view.position.debt_up(view.kind.state.rate)?))
        }
        None => (None, None),
    };
    let View { position: next, kind, .. } = &after.outcome.view;
    let record = match position {
        Some(id) => Record::new().number("position", "position", id),
        None => Record::new(),
    };
    let record = record.value("collateral_type", "collateral type", collateral.title(), json!(collateral.id));
    let record = change(
        record,
        ("collateral", "collateral_before", "collateral"),
        held.map(Amount::raw),
        next.collateral.raw(),
        &collateral.unit,
    );
    let record = change(record, ("debt", "debt_before", "debt"), owed.map(Wad::raw), after.debt.raw(), &Unit::coin());
    Ok(standing(record, kind, after.health.map(|ratio| ratio.raw()), after.liquidation_price.map(|price| price.raw())))
}

/// Ratio, liquidation price and market price.
fn standing(record: Record, kind: &CollateralType, ratio: Option<u32>, liquidation_price: Option<u128>) -> Record {
    let params = &kind.params;
    record
        .optional_ratio("ratio", "ratio", ratio, "no debt")
        .ratio("safety_ratio", "least ratio to draw", params.safety_ratio.raw())
        .optional_amount("liquidation_price", "liquidation price", liquidation_price, &Unit::dollar(), "no debt")
        .amount("price", "price now", kind.state.price.raw(), &Unit::dollar())
        .ratio("fee_per_year", "fee a year", yearly(params.stability_fee))
}

fn change(
    record: Record,
    (key, key_before, label): (&'static str, &'static str, &'static str),
    before: Option<u128>,
    after: u128,
    unit: &Unit,
) -> Record {
    let record = match before {
        Some(before) if before != after => {
            let text = format!("{} → {}", unit.short(before), unit.short(after));
            record.value(key, label, text, unit.json(after))
        }
        _ => record.amount(key, label, after, unit),
    };
    record.hidden(key_before, before.map_or(Value::Null, |before| unit.json(before)))
}

/// A factor a second as a ratio a year, in basis points, rounded to the nearest.
pub(crate) fn yearly(fee: Ray) -> u32 {
    const POINT: u128 = RAY_ONE / 10_000;
    let grown = pow_ray_down(fee, YEAR).map_or(0, Ray::raw);
    u32::try_from(grown.saturating_sub(RAY_ONE).saturating_add(POINT / 2) / POINT).unwrap_or(u32::MAX)
}

/// A position as it is now.
pub(super) fn position(id: u64, view: &View, collateral: &Collateral, now: Timestamp) -> Result<Record, VaultError> {
    let View { kind, position, .. } = view.accrued(now)?;
    let record = Record::new()
        .number("position", "position", id)
        .text("owner", "owner", format!("0x{}", hex::encode(position.owner)))
        .value("collateral_type", "collateral type", collateral.title(), json!(collateral.id))
        .amount("collateral", "collateral", position.collateral.raw(), &collateral.unit)
        .amount("value", "value", position.value_down(&kind)?.raw(), &Unit::dollar())
        .amount("debt", "debt", position.debt_up(kind.state.rate)?.raw(), &Unit::coin());
    // A debt without collateral has neither a ratio that can be expressed nor a price.
    let ratio = position.health(&kind).unwrap_or(None).map(|ratio| ratio.raw());
    let price = position.liquidation_price(&kind).unwrap_or(None).map(|price| price.raw());
    Ok(standing(record, &kind, ratio, price).number("auctions", "auctions", position.auctions.into()))
}

/// A position in a list.
pub(super) fn row(id: u64, view: &View, collateral: &Collateral, now: Timestamp) -> Result<Record, VaultError> {
    let View { kind, position, .. } = view.accrued(now)?;
    let price = position.liquidation_price(&kind).unwrap_or(None).map(|price| price.raw());
    Ok(Record::new()
        .number("position", "position", id)
        .text("owner", "owner", format!("0x{}", hex::encode(position.owner)))
        .value("collateral_type", "type", collateral.title(), json!(collateral.id))
        .amount("collateral", "collateral", position.collateral.raw(), &collateral.unit)
        .amount("debt", "debt", position.debt_up(kind.state.rate)?.raw(), &Unit::coin())
        .optional_ratio("ratio", "ratio", position.health(&kind).unwrap_or(None).map(|ratio| ratio.raw()), "-")
        .optional_amount("liquidation_price", "liquidation price", price, &Unit::dollar(), "-"))
}

/// A position as a transaction left it.
pub(super) fn changed(receipt: &Receipt, vaults: Address, collateral: &Collateral) -> Result<Record, CliError> {
    let event: vaults::PositionChanged = event(receipt, vaults)?;
    let debt = event.art.times_rate(event.rate).to_wad_up().map_or(0, Wad::raw);
    Ok(Record::new()
        .number("position", "position", event.position)
        .address("owner", "owner", &event.owner)
        .amount("collateral", "collateral", event.collateral.raw(), &collateral.unit)
        .amount("debt", "debt", debt, &Unit::coin())
        .hidden("collateral_type", Value::from(event.collateral_type)))
}

/// The last event of a kind in a transaction.
pub(crate) fn event<E: ContractEvent>(receipt: &Receipt, contract: Address) -> Result<E, CliError> {
    let events = decode_events::<E>(receipt, contract)
        .map_err(|error| CliError::Bindings { cause: format!("cannot read the event {}: {error}", E::LABEL) })?;
    events.into_iter().next_back().ok_or(CliError::NoEvent { event: E::LABEL })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_a_second_is_shown_a_year() {
        assert_eq!(yearly(Ray::ONE), 0);
        // 5 % a year, a little less and a little more.
        assert_eq!(yearly(Ray::from_raw(1_000_000_001_547_125_957_863_212_448)), 500);
        assert_eq!(yearly(Ray::from_raw(1_000_000_001_547_125_957_863_212_500)), 500);
        assert_eq!(yearly(Ray::from_raw(1_000_000_000_627_937_192_491_029_810)), 200);
    }
}
