//! Previews for those who are about to call: the same decisions, made on copies of the records. What a preview says at
//! a moment is to the unit what the chain does at that moment.

use crate::auction::Auction;
use crate::collateral::CollateralType;
use crate::error::VaultError;
use crate::ledger::Ledger;
use crate::liquidation::{liquidate, take, LiquidationOutcome, Take, TakeOutcome};
use crate::pause::Pauses;
use crate::vault::{close, deposit, draw, open, repay, withdraw, Context, Outcome, View};
use crate::{Address, CollateralTypeId, PositionId};
use florin_units::{Amount, Bps, Price, Timestamp, Wad};

/// What a position will be after a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionPreview {
    /// The decision's outcome.
    pub outcome: Outcome,
    /// Debt, rounded up as the owner pays it.
    pub debt: Wad,
    /// Value of the collateral as a ratio of the debt; `None` without debt.
    pub health: Option<Bps>,
    /// Below this price the position can be liquidated; `None` without debt.
    pub liquidation_price: Option<Price>,
}

impl PositionPreview {
    fn new(outcome: Outcome) -> Result<Self, VaultError> {
        let View { kind, position, .. } = &outcome.view;
        Ok(Self {
            debt: position.debt_up(kind.state.rate)?,
            health: position.health(kind)?,
            liquidation_price: position.liquidation_price(kind)?,
            outcome,
        })
    }
}

/// A context in which the caller is this account and nothing is paused.
fn free(caller: Address, now: Timestamp) -> Context {
    Context { caller, now, pauses: Pauses::default() }
}

/// What [`open`] would do. Errors: those of the decision.
pub fn preview_open(
    kind: &CollateralType,
    ledger: &Ledger,
    owner: Address,
    collateral_type: CollateralTypeId,
    amount: Amount,
    debt: Wad,
    now: Timestamp,
) -> Result<PositionPreview, VaultError> {
    PositionPreview::new(open(kind, ledger, collateral_type, amount, debt, &free(owner, now))?)
}

/// What [`deposit`] would do. Errors: those of the decision.
pub fn preview_deposit(view: &View, amount: Amount, now: Timestamp) -> Result<PositionPreview, VaultError> {
    PositionPreview::new(deposit(view, amount, &free(view.position.owner, now))?)
}

/// What [`withdraw`] by the owner would do. Errors: those of the decision.
pub fn preview_withdraw(view: &View, amount: Amount, now: Timestamp) -> Result<PositionPreview, VaultError> {
    PositionPreview::new(withdraw(view, amount, &free(view.position.owner, now))?)
}

/// What [`draw`] by the owner would do. Errors: those of the decision.
pub fn preview_draw(view: &View, amount: Wad, now: Timestamp) -> Result<PositionPreview, VaultError> {
    PositionPreview::new(draw(view, amount, &free(view.position.owner, now))?)
}

/// What [`repay`] would do. Errors: those of the decision.
pub fn preview_repay(view: &View, amount: Wad, now: Timestamp) -> Result<PositionPreview, VaultError> {
    PositionPreview::new(repay(view, amount, &free(view.position.owner, now))?)
}

/// What [`close`] by the owner would do. Errors: those of the decision.
pub fn preview_close(view: &View, now: Timestamp) -> Result<PositionPreview, VaultError> {
    PositionPreview::new(close(view, &free(view.position.owner, now))?)
}

/// What [`liquidate`] by this keeper would do. Errors: those of the decision.
pub fn preview_liquidation(
    view: &View,
    id: PositionId,
    keeper: Address,
    now: Timestamp,
) -> Result<LiquidationOutcome, VaultError> {
    liquidate(view, id, &free(keeper, now))
}

/// What [`take`] by this buyer would do. Errors: those of the decision.
pub fn preview_take(
    view: &View,
    auction: &Auction,
    command: &Take,
    buyer: Address,
    now: Timestamp,
) -> Result<TakeOutcome, VaultError> {
    take(view, auction, command, &free(buyer, now))
}

/// The most that the owner can draw now, found by asking [`draw`]; zero when nothing can be drawn.
pub fn maximum_draw(view: &View, now: Timestamp) -> Wad {
    let possible = |amount: u128| draw(view, Wad::from_raw(amount), &free(view.position.owner, now));
    let too_small = |amount: u128| matches!(possible(amount), Err(VaultError::BelowDebtFloor { .. }));
    largest(view.kind.params.debt_ceiling.raw(), |amount| possible(amount).is_ok() || too_small(amount))
        .filter(|amount| possible(*amount).is_ok())
        .map_or(Wad::ZERO, Wad::from_raw)
}

/// The most collateral that the owner can withdraw now, found by asking [`withdraw`]; zero when nothing can be.
pub fn maximum_withdrawal(view: &View, now: Timestamp) -> Amount {
    let possible = |amount: u128| withdraw(view, Amount::from_raw(amount), &free(view.position.owner, now)).is_ok();
    largest(view.position.collateral.raw(), possible).map_or(Amount::ZERO, Amount::from_raw)
}

/// The largest number from one to `limit` that fulfils a condition which fails for all larger ones once it fails.
fn largest(limit: u128, condition: impl Fn(u128) -> bool) -> Option<u128> {
    let (mut good, mut bad) = (0u128, limit.checked_add(1)?);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if condition(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    (good > 0).then_some(good)
}
