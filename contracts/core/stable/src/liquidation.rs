//! Decisions about unsafe positions: liquidate, take, redo.
//!
//! A liquidation closes just enough debt to restore the target ratio, or all of it where the rest would be too small.
//! The closed debt becomes deficit in the same call; a lot of collateral goes on auction to raise it with a penalty;
//! what buyers pay is surplus. What a lot does not raise stays in the deficit, so a shortfall is in the books at once.

use crate::auction::Auction;
use crate::collateral::{CollateralParams, CollateralType};
use crate::error::VaultError;
use crate::ledger::Ledger;
use crate::pause::Operation;
use crate::position::Position;
use crate::vault::{CoinTransfer, CollateralTransfer, Context, Outcome, Standing, Transfers, View};
use crate::PositionId;
use florin_units::{Amount, Art, Price, Rad, Timestamp, Wad};

/// More than all rounding in a partial liquidation can take from the position's ratio, besides one raw unit of
/// collateral: ratios are at most 100, each of debt, closed debt and values is rounded by less than one unit.
const ROUNDING_SLACK: Wad = Wad::from_raw(256);

/// The result of a liquidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiquidationOutcome {
    /// The new records.
    pub view: View,
    /// The auction to store under a new number; `None` where a position has debt but no collateral left to sell.
    pub auction: Option<Auction>,
    /// The keeper's reward, if any.
    pub transfers: Transfers,
    /// Debt that left the position and went into the deficit, exactly.
    pub closed: Rad,
    /// Normalised debt that was cleared.
    pub art: Art,
    /// Fees that accrued to the surplus before the decision.
    pub revenue: Rad,
    /// Price at which the position was valued.
    pub price: Price,
}

/// What a buyer wants from an auction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The most collateral to buy.
    pub max_collateral: Amount,
    /// The most to pay for one whole token.
    pub max_price: Price,
}

/// The result of a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakeOutcome {
    /// The new records.
    pub view: View,
    /// The auction as it goes on; `None` when it has ended and its record is to be removed.
    pub auction: Option<Auction>,
    /// What has to move.
    pub transfers: Transfers,
    /// Price for one whole token.
    pub price: Price,
    /// Coin paid.
    pub paid: Wad,
    /// Collateral sold.
    pub sold: Amount,
    /// Collateral that went back to the position because the tab is paid.
    pub returned: Amount,
    /// What the ended auction failed to raise. The deficit holds it since the liquidation.
    pub shortfall: Wad,
}

/// The result of a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedoOutcome {
    /// The new records.
    pub view: View,
    /// The auction, restarted.
    pub auction: Auction,
    /// The keeper's reward, if any.
    pub transfers: Transfers,
    /// Market price that it starts from.
    pub price: Price,
}

/// Liquidates a position below its liquidation ratio, in part or whole. Anyone may do this.
///
/// The debt to close is rounded up so that the rest is at or above the target ratio; the lot is rounded up, in favour
/// of the protocol, by less than one raw unit.
/// Errors: [`VaultError::Paused`], [`VaultError::NoDebt`], [`VaultError::NoPrice`], [`VaultError::StalePrice`],
/// [`VaultError::PriceInGrace`], [`VaultError::NotLiquidatable`], [`VaultError::AuctionCapReached`], arithmetic.
pub fn liquidate(view: &View, id: PositionId, context: &Context) -> Result<LiquidationOutcome, VaultError> {
    context.pauses.check(Operation::Liquidations)?;
    if view.position.art.is_zero() {
        return Err(VaultError::NoDebt);
    }
    let mut outcome = Outcome::new(*view);
    outcome.accrue(context.now)?;
    let standing = outcome.view.standing(view.kind.params.liquidation_ratio, context.now)?;
    if standing.is_sufficient() {
        return Err(VaultError::NotLiquidatable { value: standing.value, required: standing.required });
    }
    let Outcome { view: View { kind, position, ledger }, transfers, revenue, .. } = &mut outcome;
    let art = art_to_close(kind, position, &standing)?;
    let params = &kind.params;
    let price = standing.price;
    let closed = art.times_rate(kind.state.rate);
    let debt = closed.to_wad_up()?;
    let tab = debt.times_bps_up(params.tab_factor()?)?;
    // Where the collateral is worth less than the seizure demands, a limited liquidation takes its share of it only,
    // so that the debt left behind keeps its own.
    let lot = debt
        .times_bps_up(params.seizure)?
        .to_amount_up(price, params.decimals)?
        .min(position.collateral.share_up(art, position.art)?);

    position.art = position.art.checked_sub(art)?;
    position.collateral = position.collateral.checked_sub(lot)?;
    kind.state.total_art = kind.state.total_art.checked_sub(art)?;
    ledger.write_off(closed)?;
    let auction = if lot.is_zero() {
        None
    } else {
        position.auctions = position.auctions.checked_add(1).ok_or(florin_units::MathError::Overflow)?;
        kind.state.auction_debt = kind.state.auction_debt.checked_add(tab)?;
        transfers.mint = reward(ledger, &kind.params, tab, debt, context)?;
        let collateral_type = position.collateral_type;
        let zero = Price::ZERO;
        let auction =
            Auction { position: id, collateral_type, lot, tab, top: zero, floor: zero, started_at: context.now };
        Some(start(&auction, &kind.params, price, context.now)?)
    };
    let (transfers, revenue) = (*transfers, *revenue);
    Ok(LiquidationOutcome { view: outcome.view, auction, transfers, closed, art, revenue, price })
}

/// Normalised debt that a liquidation closes.
fn art_to_close(kind: &CollateralType, position: &Position, standing: &Standing) -> Result<Art, VaultError> {
    let (params, rate) = (&kind.params, kind.state.rate);
    let minimum = params.debt_floor;
    // value - seizure * x >= target * (debt - x), solved for x; see ROUNDING_SLACK for what is added.
    let slack = Amount::from_raw(1).value_up(standing.price, params.decimals)?.checked_add(ROUNDING_SLACK)?;
    let missing = standing.debt.times_bps_up(params.target_ratio)?.checked_sub(standing.value)?.checked_add(slack)?;
    let wanted = missing.divide_by_bps_up(params.target_ratio.checked_sub(params.seizure)?)?.max(minimum);
    let mut art = wanted.to_art_up(rate)?.min(position.art);
    let kept = position.art.checked_sub(art)?;
    if kept.times_rate(rate).to_wad_up()? < minimum {
        art = position.art;
    }

    let factor = params.tab_factor()?;
    let tab = art.times_rate(rate).to_wad_up()?.times_bps_up(factor)?;
    let room = params.auction_cap.saturating_sub(kind.state.auction_debt);
    if tab <= room {
        return Ok(art);
    }
    // Only part of it fits: as much as there is room for, if both what is closed and what is kept reach the floor.
    let minimum_art = minimum.to_art_up(rate)?;
    let limited = room.divide_by_bps_down(factor)?.to_art_down(rate)?.min(position.art.saturating_sub(minimum_art));
    if limited < minimum_art {
        return Err(VaultError::AuctionCapReached { tab, room });
    }
    Ok(limited)
}

/// Books and returns what the keeper gets for an auction: tip and share, never more than the penalty brings in.
fn reward(
    ledger: &mut Ledger,
    params: &CollateralParams,
    tab: Wad,
    debt: Wad,
    context: &Context,
) -> Result<Option<CoinTransfer>, VaultError> {
    let offered = params.tip.checked_add(tab.times_bps_down(params.keeper_share)?)?;
    let amount = offered.min(tab.saturating_sub(debt));
    if amount.is_zero() {
        return Ok(None);
    }
    ledger.reward(amount)?;
    Ok(Some(CoinTransfer { account: context.caller, amount }))
}

/// The auction beginning now from a market price.
fn start(auction: &Auction, params: &CollateralParams, price: Price, now: Timestamp) -> Result<Auction, VaultError> {
    let top = price.times_bps_up(params.auction.top)?;
    let floor = price.times_bps_up(params.auction.floor)?;
    Ok(Auction { top, floor, started_at: now, ..*auction })
}

/// Buys from an auction at its price of this moment. Anyone may do this.
///
/// What is paid is rounded up; where the tab limits the purchase, what is sold is rounded down. A purchase that would
/// leave a tab too small to auction is cut back to leave the smallest one. When the tab is paid the rest of the lot
/// goes back to the position; when the lot is sold out the auction ends with a shortfall.
///
/// Errors: [`VaultError::Paused`], [`VaultError::AuctionStale`], [`VaultError::PriceAboveMaximum`],
/// [`VaultError::ZeroAmount`], [`VaultError::TabRemainderTooSmall`], [`VaultError::LotRemainderTooSmall`], arithmetic.
pub fn take(view: &View, auction: &Auction, command: &Take, context: &Context) -> Result<TakeOutcome, VaultError> {
    context.pauses.check(Operation::Auctions)?;
    let mut view = *view;
    let mut auction = *auction;
    let View { kind, position, ledger } = &mut view;
    let params = &kind.params;
    if kind.is_auction_over(&auction, context.now) {
        let natural = auction.stale_at(&params.auction);
        let stale_at = if kind.was_interrupted(&auction) { kind.state.resumed_at } else { natural };
        return Err(VaultError::AuctionStale { stale_at, now: context.now });
    }
    let price = auction.price_at(&params.auction, context.now)?;
    if price > command.max_price {
        return Err(VaultError::PriceAboveMaximum { price, maximum: command.max_price });
    }
    let (sold, paid) = purchase(&auction, params, price, command.max_collateral)?;

    auction.lot = auction.lot.checked_sub(sold)?;
    auction.tab = auction.tab.checked_sub(paid)?;
    ledger.collect(paid)?;
    let state = &mut kind.state;
    state.auction_debt = state.auction_debt.checked_sub(paid)?;
    state.total_collateral = state.total_collateral.checked_sub(sold)?;
    let ended = auction.tab.is_zero() || auction.lot.is_zero();
    let (mut returned, mut shortfall) = (Amount::ZERO, Wad::ZERO);
    if ended {
        // One of the two is zero.
        (returned, shortfall) = (auction.lot, auction.tab);
        position.collateral = position.collateral.checked_add(returned)?;
        position.auctions = position.auctions.saturating_sub(1);
        state.auction_debt = state.auction_debt.checked_sub(shortfall)?;
    }
    let transfers = Transfers {
        burn: Some(CoinTransfer { account: context.caller, amount: paid }),
        collateral_out: Some(CollateralTransfer { account: context.caller, amount: sold }),
        ..Transfers::default()
    };
    let auction = if ended { None } else { Some(auction) };
    Ok(TakeOutcome { view, auction, transfers, price, paid, sold, returned, shortfall })
}

/// Collateral sold and coin paid for it.
fn purchase(
    auction: &Auction,
    params: &CollateralParams,
    price: Price,
    wanted: Amount,
) -> Result<(Amount, Wad), VaultError> {
    let mut sold = wanted.min(auction.lot);
    let mut paid = sold.value_up(price, params.decimals)?;
    if paid >= auction.tab {
        paid = auction.tab;
        sold = paid.to_amount_down(price, params.decimals)?.min(sold);
    } else if sold < auction.lot {
        let minimum = params.minimum_tab()?;
        let remainder = auction.tab.checked_sub(paid)?;
        if remainder < minimum {
            sold = auction.tab.saturating_sub(minimum).to_amount_down(price, params.decimals)?;
            if sold.is_zero() {
                return Err(VaultError::TabRemainderTooSmall { remainder, minimum });
            }
            paid = sold.value_up(price, params.decimals)?;
        }
        let minimum = params.debt_floor;
        let remainder = auction.lot.checked_sub(sold)?.value_down(price, params.decimals)?;
        if remainder < minimum {
            return Err(VaultError::LotRemainderTooSmall { remainder, minimum });
        }
    }
    if sold.is_zero() || paid.is_zero() {
        return Err(VaultError::ZeroAmount);
    }
    Ok((sold, paid))
}

/// Restarts an auction that has run out, or whose floor the market has fallen below. Anyone may do this; the keeper is
/// paid only for one that has run out and where lot and tab are still worth an auction.
///
/// Errors: [`VaultError::Paused`], [`VaultError::AuctionNotStale`], [`VaultError::NoPrice`],
/// [`VaultError::StalePrice`], [`VaultError::PriceInGrace`], arithmetic.
pub fn redo(view: &View, auction: &Auction, context: &Context) -> Result<RedoOutcome, VaultError> {
    context.pauses.check(Operation::Auctions)?;
    let mut view = *view;
    let View { kind, ledger, .. } = &mut view;
    let price = kind.usable_price(context.now)?;
    let params = &kind.params;
    let over = kind.is_auction_over(auction, context.now);
    // Nobody is paid for what the standstill of the contract has done.
    let stale = over && !kind.was_interrupted(auction);
    if !over && auction.floor <= price {
        return Err(VaultError::AuctionNotStale { stale_at: auction.stale_at(&params.auction), now: context.now });
    }
    let auction = start(auction, params, price, context.now)?;
    let mut transfers = Transfers::default();
    let minimum = params.minimum_tab()?;
    if stale && auction.tab >= minimum && auction.lot.value_down(price, params.decimals)? >= minimum {
        let debt = auction.tab.divide_by_bps_up(params.tab_factor()?)?;
        transfers.mint = reward(ledger, params, auction.tab, debt, context)?;
    }
    Ok(RedoOutcome { view, auction, transfers, price })
}
