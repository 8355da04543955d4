//! Decisions about positions: accrue, open, deposit, withdraw, draw, repay, close.
//!
//! Each takes a [`View`] of exactly the records that it needs and returns an [`Outcome`] with the new records and the
//! transfers to make. Depositing and repaying need no price and cannot be paused; drawing, and withdrawing from a
//! position with debt, need a fresh one. The coin's own market price is no input anywhere: debt is valued at par.

use crate::collateral::CollateralType;
use crate::error::VaultError;
use crate::ledger::Ledger;
use crate::pause::{Operation, Pauses};
use crate::position::Position;
use crate::{Address, CollateralTypeId};
use florin_units::{compound_down, Amount, Art, Bps, Price, Rad, Timestamp, Wad};

/// What a decision has to know about the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Who calls.
    pub caller: Address,
    /// Time of the block.
    pub now: Timestamp,
    /// What stands still.
    pub pauses: Pauses,
}

/// The records that a decision about a position reads and may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The position's collateral type.
    pub kind: CollateralType,
    /// The position.
    pub position: Position,
    /// The global books.
    pub ledger: Ledger,
}

/// Coin to mint to, or to burn from, an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoinTransfer {
    /// Who gets or pays.
    pub account: Address,
    /// How much; never zero.
    pub amount: Wad,
}

/// Collateral to pull from, or to pay to, an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollateralTransfer {
    /// Who gets or pays.
    pub account: Address,
    /// How much; never zero.
    pub amount: Amount,
}

/// Everything that has to move because of one decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transfers {
    /// Coin to mint.
    pub mint: Option<CoinTransfer>,
    /// Coin to burn.
    pub burn: Option<CoinTransfer>,
    /// Collateral to receive, where it has not come with the call.
    pub collateral_in: Option<CollateralTransfer>,
    /// Collateral to pay out.
    pub collateral_out: Option<CollateralTransfer>,
}

/// The result of a decision about a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The new records. Those equal to the old ones need not be written; an empty position can be removed.
    pub view: View,
    /// What has to move.
    pub transfers: Transfers,
    /// Normalised debt that was added or cleared.
    pub art: Art,
    /// Fees that accrued to the surplus before the decision.
    pub revenue: Rad,
}

/// Brings the accumulated rate up to now and books the fee as surplus; returns the fee. Doing it twice does nothing.
///
/// This is the only accrual: decisions, views, previews and checks all call it. Rounding: the rate goes down, by less
/// than one unit of 10^-27 each time, in favour of the debtors; the books follow the rate exactly.
/// Errors: arithmetic, after decades at the highest fee.
#[inline(never)]
pub fn accrue(kind: &mut CollateralType, ledger: &mut Ledger, now: Timestamp) -> Result<Rad, VaultError> {
    let state = &mut kind.state;
    let elapsed = now.since(state.accrued_at);
    if elapsed.is_zero() {
        return Ok(Rad::ZERO);
    }
    let rate = compound_down(state.rate, kind.params.stability_fee, elapsed.raw())?;
    let growth = rate.checked_sub(state.rate)?;
    let revenue = state.total_art.times_rate(growth);
    ledger.accrue(revenue)?;
    state.rate = rate;
    state.accrued_at = now;
    Ok(revenue)
}

/// Opens a position of the caller with a deposit and, unless it is zero, a first draw.
///
/// Errors: those of [`deposit`] and [`draw`].
pub fn open(
    kind: &CollateralType,
    ledger: &Ledger,
    collateral_type: CollateralTypeId,
    amount: Amount,
    debt: Wad,
    context: &Context,
) -> Result<Outcome, VaultError> {
    let position = Position::new(context.caller, collateral_type);
    let deposited = deposit(&View { kind: *kind, position, ledger: *ledger }, amount, context)?;
    if debt.is_zero() {
        return Ok(deposited);
    }
    let mut drawn = draw(&deposited.view, debt, context)?;
    drawn.transfers.collateral_in = deposited.transfers.collateral_in;
    Ok(drawn)
}

/// Adds collateral to a position. Anyone may do this, at any time, whatever the price and whatever is paused.
///
/// Errors: [`VaultError::ZeroAmount`], arithmetic.
#[inline(never)]
pub fn deposit(view: &View, amount: Amount, context: &Context) -> Result<Outcome, VaultError> {
    if amount.is_zero() {
        return Err(VaultError::ZeroAmount);
    }
    let mut next = *view;
    next.position.collateral = next.position.collateral.checked_add(amount)?;
    next.kind.state.total_collateral = next.kind.state.total_collateral.checked_add(amount)?;
    let mut outcome = Outcome::new(next);
    outcome.transfers.collateral_in = Some(CollateralTransfer { account: context.caller, amount });
    Ok(outcome)
}

/// Takes collateral out of the caller's position. Without debt it needs no price.
///
/// Errors: [`VaultError::Paused`], [`VaultError::NotOwner`], [`VaultError::ZeroAmount`],
/// [`VaultError::InsufficientCollateral`]; with debt also [`VaultError::NoPrice`], [`VaultError::StalePrice`],
/// [`VaultError::PriceInGrace`], [`VaultError::BelowSafetyRatio`].
#[inline(never)]
pub fn withdraw(view: &View, amount: Amount, context: &Context) -> Result<Outcome, VaultError> {
    context.pauses.check(Operation::Withdrawals)?;
    view.check_owner(context)?;
    if amount.is_zero() {
        return Err(VaultError::ZeroAmount);
    }
    let mut outcome = Outcome::new(*view);
    outcome.release_collateral(amount, context.caller)?;
    if !view.position.art.is_zero() {
        outcome.accrue(context.now)?;
        outcome.view.check_safety(context.now)?;
    }
    Ok(outcome)
}

/// Creates debt on the caller's position and mints the coin to the caller. Normalised debt is rounded up; what it is
/// worth more than the coin, less than one unit, is surplus.
///
/// Errors: [`VaultError::Paused`], [`VaultError::NotOwner`], [`VaultError::ZeroAmount`], [`VaultError::NoPrice`],
/// [`VaultError::StalePrice`], [`VaultError::PriceInGrace`], [`VaultError::BelowDebtFloor`],
/// [`VaultError::DebtCeilingExceeded`], [`VaultError::BelowSafetyRatio`].
#[inline(never)]
pub fn draw(view: &View, amount: Wad, context: &Context) -> Result<Outcome, VaultError> {
    context.pauses.check(Operation::Draws)?;
    view.check_owner(context)?;
    if amount.is_zero() {
        return Err(VaultError::ZeroAmount);
    }
    let mut outcome = Outcome::new(*view);
    outcome.accrue(context.now)?;
    let View { kind, position, ledger } = &mut outcome.view;
    *kind = kind.refresh_line(context.now)?;
    let rate = kind.state.rate;
    let art = amount.to_art_up(rate)?;
    position.art = position.art.checked_add(art)?;
    kind.state.total_art = kind.state.total_art.checked_add(art)?;
    ledger.issue(art.times_rate(rate), amount)?;

    let total = kind.state.total_art.times_rate(rate).to_wad_up()?;
    if total > kind.state.line {
        return Err(VaultError::DebtCeilingExceeded { debt: total, line: kind.state.line });
    }
    let debt = position.debt_up(rate)?;
    if debt < kind.params.debt_floor {
        return Err(VaultError::BelowDebtFloor { debt, minimum: kind.params.debt_floor });
    }
    outcome.view.check_safety(context.now)?;
    outcome.art = art;
    outcome.transfers.mint = Some(CoinTransfer { account: context.caller, amount });
    Ok(outcome)
}

/// Burns the caller's coin against a position's debt; more than the debt counts as the debt. Anyone may do this, at any
/// time. Normalised debt is rounded down; what the coin is worth more, less than one unit, is surplus.
///
/// Errors: [`VaultError::NoDebt`], [`VaultError::ZeroAmount`] when not even one unit of normalised debt is cleared,
/// [`VaultError::BelowDebtFloor`] when the debt would fall below the floor from at or above it.
#[inline(never)]
pub fn repay(view: &View, amount: Wad, context: &Context) -> Result<Outcome, VaultError> {
    if view.position.art.is_zero() {
        return Err(VaultError::NoDebt);
    }
    let mut outcome = Outcome::new(*view);
    outcome.accrue(context.now)?;
    let View { kind, position, ledger } = &mut outcome.view;
    let rate = kind.state.rate;
    let debt = position.debt_up(rate)?;
    let (art, amount) = if amount >= debt { (position.art, debt) } else { (amount.to_art_down(rate)?, amount) };
    if art.is_zero() {
        return Err(VaultError::ZeroAmount);
    }
    position.art = position.art.checked_sub(art)?;
    kind.state.total_art = kind.state.total_art.checked_sub(art)?;
    ledger.retire(art.times_rate(rate), amount)?;
    let left = position.debt_up(rate)?;
    let minimum = kind.params.debt_floor;
    if !position.art.is_zero() && left < minimum && debt >= minimum {
        return Err(VaultError::BelowDebtFloor { debt: left, minimum });
    }
    outcome.art = art;
    outcome.transfers.burn = Some(CoinTransfer { account: context.caller, amount });
    Ok(outcome)
}

/// Repays all debt of the caller's position and takes all collateral out. Needs no price.
///
/// Errors: [`VaultError::Paused`] (withdrawals), [`VaultError::NotOwner`], arithmetic.
pub fn close(view: &View, context: &Context) -> Result<Outcome, VaultError> {
    context.pauses.check(Operation::Withdrawals)?;
    view.check_owner(context)?;
    let mut outcome = if view.position.art.is_zero() { Outcome::new(*view) } else { repay(view, Wad::MAX, context)? };
    let amount = outcome.view.position.collateral;
    if !amount.is_zero() {
        outcome.release_collateral(amount, context.caller)?;
    }
    Ok(outcome)
}

impl Outcome {
    /// Nothing has happened yet.
    pub(crate) fn new(view: View) -> Self {
        Self { view, transfers: Transfers::default(), art: Art::ZERO, revenue: Rad::ZERO }
    }

    pub(crate) fn accrue(&mut self, now: Timestamp) -> Result<(), VaultError> {
        self.revenue = accrue(&mut self.view.kind, &mut self.view.ledger, now)?;
        Ok(())
    }

    fn release_collateral(&mut self, amount: Amount, account: Address) -> Result<(), VaultError> {
        let View { kind, position, .. } = &mut self.view;
        let available = position.collateral;
        position.collateral = available
            .checked_sub(amount)
            .map_err(|_| VaultError::InsufficientCollateral { requested: amount, available })?;
        kind.state.total_collateral = kind.state.total_collateral.checked_sub(amount)?;
        self.transfers.collateral_out = Some(CollateralTransfer { account, amount });
        Ok(())
    }
}

/// A position's value against what its debt demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The price taken.
    pub price: Price,
    /// Value of the collateral, rounded down.
    pub value: Wad,
    /// Debt, rounded up.
    pub debt: Wad,
    /// Value that the ratio demands, rounded up.
    pub required: Wad,
}

impl Standing {
    /// True when the value is at least what is demanded.
    pub fn is_sufficient(&self) -> bool {
        self.value >= self.required
    }
}

impl View {
    fn check_owner(&self, context: &Context) -> Result<(), VaultError> {
        if self.position.owner == context.caller {
            Ok(())
        } else {
            Err(VaultError::NotOwner { owner: self.position.owner, caller: context.caller })
        }
    }

    /// The view with fees accrued up to now. Errors: arithmetic.
    pub fn accrued(&self, now: Timestamp) -> Result<Self, VaultError> {
        let mut next = *self;
        accrue(&mut next.kind, &mut next.ledger, now)?;
        Ok(next)
    }

    /// Value and debt against a ratio, at the rate and price stored. Errors: those of
    /// [`CollateralType::usable_price`], arithmetic.
    pub fn standing(&self, ratio: Bps, now: Timestamp) -> Result<Standing, VaultError> {
        let price = self.kind.usable_price(now)?;
        let value = self.position.collateral.value_down(price, self.kind.params.decimals)?;
        let debt = self.position.debt_up(self.kind.state.rate)?;
        Ok(Standing { price, value, debt, required: debt.times_bps_up(ratio)? })
    }

    fn check_safety(&self, now: Timestamp) -> Result<(), VaultError> {
        let standing = self.standing(self.kind.params.safety_ratio, now)?;
        if standing.is_sufficient() {
            Ok(())
        } else {
            Err(VaultError::BelowSafetyRatio { value: standing.value, required: standing.required })
        }
    }
}
