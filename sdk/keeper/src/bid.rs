//! How much to buy from an auction: decided on records, by the same rules as the chain decides.

use florin_stable::{
    auction::Auction,
    liquidation::{Take, TakeOutcome},
    quote::preview_take,
    vault::View,
    Address, VaultError,
};
use florin_units::{Amount, Bps, MathError, Price, Timestamp, Wad};

/// A purchase that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bid {
    /// What to ask for.
    pub take: Take,
    /// What the chain will make of it at the moment of the preview.
    pub outcome: TakeOutcome,
}

/// Why nothing is bought from an auction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The price is still above the limit.
    TooDear {
        /// Price of the moment.
        price: Price,
    },
    /// The auction has run out and must be restarted.
    Stale,
    /// What the budget buys is less than may be sold in one piece.
    TooSmall,
}

/// The most that a buyer pays for one whole token: the market price less a share of it, rounded down.
///
/// # Errors
/// [`MathError`] where the discount is more than the whole.
pub fn maximum_price(market: Price, discount: Bps) -> Result<Price, MathError> {
    market.times_bps_down(Bps::ONE.checked_sub(discount)?)
}

/// The largest purchase that `budget` pays for at a price of at most `maximum`.
///
/// # Errors
/// Those of the decision, other than the ones that [`Pass`] stands for.
pub fn bid(
    view: &View,
    auction: &Auction,
    budget: Wad,
    maximum: Price,
    buyer: Address,
    now: Timestamp,
) -> Result<Result<Bid, Pass>, VaultError> {
    let params = &view.kind.params;
    if view.kind.is_auction_over(auction, now) {
        return Ok(Err(Pass::Stale));
    }
    let price = auction.price_at(&params.auction, now)?;
    if price > maximum {
        return Ok(Err(Pass::TooDear { price }));
    }
    let affordable = budget.to_amount_down(price, params.decimals)?.min(auction.lot);
    // A rest that is too small to be sold is refused; leaving the smallest one that can be is the next best purchase.
    let smallest_rest = params.debt_floor.to_amount_up(price, params.decimals)?;
    let leaving_a_rest = auction.lot.saturating_sub(smallest_rest).min(affordable);
    for max_collateral in [affordable, leaving_a_rest] {
        if max_collateral.is_zero() {
            continue;
        }
        let take = Take { max_collateral, max_price: maximum };
        match preview_take(view, auction, &take, buyer, now) {
            Ok(outcome) if outcome.paid <= budget => return Ok(Ok(Bid { take, outcome })),
            Ok(_)
            | Err(
                VaultError::LotRemainderTooSmall { .. }
                | VaultError::TabRemainderTooSmall { .. }
                | VaultError::ZeroAmount,
            ) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Err(Pass::TooSmall))
}

/// What a purchase brings: the market value of what is bought less what is paid for it; nothing where that is negative.
///
/// # Errors
/// [`MathError`] where the value does not fit.
pub fn gain(sold: Amount, paid: Wad, market: Price, decimals: u8) -> Result<Wad, MathError> {
    Ok(sold.value_down(market, decimals)?.saturating_sub(paid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_stable::{
        collateral::{Asset, AuctionParams, CollateralParams, CollateralState, CollateralType, Curve},
        ledger::Ledger,
        position::Position,
    };
    use florin_units::{Art, Ray, Seconds, RAY_ONE, WAD_ONE};

    const BUYER: Address = [7; 20];
    const ETHER: u128 = WAD_ONE;

    fn dollars(whole: u64) -> Price {
        Price::from_raw(u128::from(whole) * WAD_ONE)
    }

    fn bps(raw: u32) -> Bps {
        Bps::from_raw(raw)
    }

    fn view() -> View {
        let params = CollateralParams {
            asset: Asset::Native,
            decimals: 18,
            feed: 0,
            safety_ratio: bps(15_000),
            liquidation_ratio: bps(14_000),
            target_ratio: bps(16_000),
            debt_ceiling: Wad::from_whole(1_000_000),
            gap: Wad::from_whole(1_000_000),
            line_interval: Seconds::from_raw(3_600),
            debt_floor: Wad::from_whole(100),
            stability_fee: Ray::ONE,
            penalty: bps(800),
            seizure: bps(12_500),
            auction: AuctionParams {
                top: bps(11_000),
                floor: bps(8_800),
                curve: Curve::Exponential { cut: Ray::from_raw(RAY_ONE / 100 * 99), step: Seconds::from_raw(180) },
                duration: Seconds::from_raw(7_200),
            },
            tip: Wad::ONE,
            keeper_share: bps(10),
            auction_cap: Wad::from_whole(1_000_000),
            max_price_age: Seconds::from_raw(3_600),
            grace: Seconds::ZERO,
            minimum_price: dollars(1),
            maximum_price: dollars(1_000_000),
        };
        let state = CollateralState {
            total_art: Art::ZERO,
            rate: Ray::ONE,
            accrued_at: Timestamp::from_raw(1_000),
            line: Wad::ZERO,
            line_raised_at: Timestamp::ZERO,
            total_collateral: Amount::from_raw(20 * ETHER),
            auction_debt: Wad::from_whole(1_080),
            price: dollars(100),
            price_updated_at: Timestamp::from_raw(1_000),
            price_recovered_at: Timestamp::ZERO,
            resumed_at: Timestamp::ZERO,
        };
        let position = Position { auctions: 1, ..Position::new([3; 20], 0) };
        View { kind: CollateralType { params, state }, position, ledger: Ledger::default() }
    }

    /// 12.5 ether for 1,080 coin, from 110 dollars down to 88.
    fn auction() -> Auction {
        Auction {
            position: 0,
            collateral_type: 0,
            lot: Amount::from_raw(25 * ETHER / 2),
            tab: Wad::from_whole(1_080),
            top: dollars(110),
            floor: dollars(88),
            started_at: Timestamp::from_raw(1_000),
        }
    }

    fn at(budget: u64, seconds: u64) -> Result<Bid, Pass> {
        let maximum = maximum_price(dollars(100), bps(200)).unwrap();
        assert_eq!(maximum, dollars(98));
        let now = Timestamp::from_raw(1_000 + seconds);
        bid(&view(), &auction(), Wad::from_whole(budget), maximum, BUYER, now).unwrap()
    }

    #[test]
    fn nothing_is_bought_above_the_limit_or_from_a_stale_auction() {
        assert_eq!(at(5_000, 0), Err(Pass::TooDear { price: dollars(110) }));
        assert!(matches!(at(5_000, 11 * 180), Err(Pass::TooDear { .. })));
        assert!(at(5_000, 12 * 180).is_ok());
        assert_eq!(at(5_000, 7_201), Err(Pass::Stale));
    }

    #[test]
    fn with_enough_coin_the_whole_tab_is_paid() {
        // After two hours the price stands at its floor: 1,080 / 88 = 12.27... ether.
        let bid = at(5_000, 7_200).unwrap();
        assert_eq!(bid.outcome.price, dollars(88));
        assert_eq!(bid.outcome.paid, Wad::from_whole(1_080));
        assert_eq!(bid.outcome.sold.raw(), 12_272_727_272_727_272_727);
        assert!(bid.outcome.auction.is_none());
    }

    #[test]
    fn a_purchase_never_costs_more_than_the_budget() {
        for budget in [150, 400, 799, 900, 1_000, 1_079] {
            let bid = at(budget, 7_200).unwrap();
            assert!(bid.outcome.paid <= Wad::from_whole(budget), "{budget}");
            assert!(bid.outcome.paid >= Wad::from_whole(budget.min(950) - 1), "{budget}");
            let rest = bid.outcome.auction.unwrap();
            assert!(rest.tab >= Wad::from_whole(108), "{budget}");
        }
        assert_eq!(at(0, 7_200), Err(Pass::TooSmall));
    }

    #[test]
    fn the_gain_is_what_the_market_gives_above_the_payment() {
        let ten = Amount::from_raw(10 * ETHER);
        assert_eq!(gain(ten, Wad::from_whole(900), dollars(100), 18), Ok(Wad::from_whole(100)));
        assert_eq!(gain(ten, Wad::from_whole(1_100), dollars(100), 18), Ok(Wad::ZERO));
    }
}
