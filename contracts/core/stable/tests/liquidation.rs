//! Decisions about unsafe positions: liquidate, take, redo.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    assert_solvent, at, bps, context, dollars, ether, guardian, indebted, priced, quote, seconds, wad, GUARDIAN,
    KEEPER, OWNER,
};
use florin_stable::auction::Auction;
use florin_stable::collateral::{AuctionParams, Curve};
use florin_stable::liquidation::{liquidate, redo, take, LiquidationOutcome, Take, TakeOutcome};
use florin_stable::oracle::Quote;
use florin_stable::pause::{Operation, Pauses};
use florin_stable::quote::{preview_liquidation, preview_take};
use florin_stable::vault::{withdraw, CoinTransfer, Context, View};
use florin_stable::VaultError;
use florin_units::{Amount, Price, Ray, Timestamp, Wad, RAY_ONE, WAD_ONE};
use proptest::prelude::*;

const BUYER: [u8; 20] = [5; 20];

fn keeper(now: Timestamp) -> Context {
    context(KEEPER, now)
}

fn all() -> Take {
    Take { max_collateral: Amount::MAX, max_price: Price::MAX }
}

fn at_most(amount: Amount) -> Take {
    Take { max_collateral: amount, max_price: Price::MAX }
}

/// A position with 100 ether and 100,000 of debt, at a price given in whole dollars, liquidated at second ten.
fn liquidated(price: u64) -> LiquidationOutcome {
    let view = priced(&indebted(ether(100), wad(100_000)), dollars(price), at(10));
    liquidate(&view, 7, &keeper(at(10))).unwrap()
}

fn buy(view: &View, auction: &Auction, command: &Take, now: Timestamp) -> Result<TakeOutcome, VaultError> {
    take(view, auction, command, &context(BUYER, now))
}

#[test]
fn a_safe_position_is_left_alone() {
    let view = indebted(ether(100), wad(100_000));
    let just_safe = priced(&view, dollars(1_400), at(0));
    assert_eq!(
        liquidate(&just_safe, 7, &keeper(at(0))),
        Err(VaultError::NotLiquidatable { value: wad(140_000), required: wad(140_000) })
    );
    let below = priced(&view, Price::from_raw(1_400 * WAD_ONE - 1), at(0));
    assert!(liquidate(&below, 7, &keeper(at(0))).is_ok());
    assert_eq!(liquidate(&common::view(), 7, &keeper(at(0))), Err(VaultError::NoDebt));
}

#[test]
fn a_partial_liquidation_restores_the_target_ratio() {
    let outcome = liquidated(1_350);
    let auction = outcome.auction.unwrap();
    // x = (1.6 * 100,000 - 135,000) / (1.6 - 1.25) = 71,428.57…
    let closed = outcome.closed.to_wad_up().unwrap();
    assert!(closed > wad(71_428) && closed < wad(71_430));
    assert_eq!(auction.tab, closed.times_bps_up(bps(10_800)).unwrap());
    assert_eq!((auction.top, auction.floor), (dollars(1_485), dollars(1_188)));
    assert_eq!((auction.position, auction.collateral_type, auction.started_at), (7, 1, at(10)));
    let View { kind, position, ledger } = outcome.view;
    assert_eq!(position.health(&kind), Ok(Some(bps(16_000))));
    assert_eq!(position.auctions, 1);
    assert_eq!(kind.state.auction_debt, auction.tab);
    // The collateral is still all there, part of it on auction.
    assert_eq!(kind.state.total_collateral, ether(100));
    assert_eq!(position.collateral.checked_add(auction.lot), Ok(ether(100)));
    // Deficit: the closed debt exactly, and the reward.
    let reward = outcome.transfers.mint.unwrap();
    let share = auction.tab.times_bps_down(bps(10)).unwrap();
    assert_eq!(reward, CoinTransfer { account: KEEPER, amount: share.checked_add(wad(2)).unwrap() });
    assert_eq!(ledger.deficit, outcome.closed.checked_add(reward.amount.to_rad()).unwrap());
    assert_solvent(&outcome.view);
}

#[test]
fn an_underwater_position_is_liquidated_whole() {
    let outcome = liquidated(900);
    let auction = outcome.auction.unwrap();
    assert_eq!(auction.lot, ether(100));
    assert!(outcome.view.position.art.is_zero() && outcome.view.position.collateral.is_zero());
    assert!(!outcome.view.position.is_empty());
    assert_solvent(&outcome.view);
}

#[test]
fn a_rest_below_the_floor_is_liquidated_too() {
    let view = priced(&indebted(ether(1), wad(150)), Price::from_raw(205 * WAD_ONE), at(0));
    let outcome = liquidate(&view, 7, &keeper(at(0))).unwrap();
    assert!(outcome.view.position.art.is_zero());
    // The owner keeps what is beyond 125 % of the debt, at once and without a price.
    let kept = outcome.view.position.collateral;
    assert!(!kept.is_zero());
    assert!(withdraw(&outcome.view, kept, &context(OWNER, at(100_000))).is_ok());
}

#[test]
fn debt_without_collateral_becomes_deficit_at_once() {
    let mut view = indebted(ether(1), wad(1_000));
    view.kind.state.total_collateral = Amount::ZERO;
    view.position.collateral = Amount::ZERO;
    let outcome = liquidate(&view, 7, &keeper(at(0))).unwrap();
    assert_eq!((outcome.auction, outcome.transfers.mint), (None, None));
    assert_eq!(outcome.view.ledger.deficit, outcome.closed);
    assert!(outcome.view.position.is_empty());
    assert_solvent(&outcome.view);
}

#[test]
fn the_cap_limits_what_is_on_auction() {
    let mut view = priced(&indebted(ether(100), wad(100_000)), dollars(1_350), at(0));
    view.kind.params.auction_cap = wad(10_800);
    let outcome = liquidate(&view, 7, &keeper(at(0))).unwrap();
    assert_eq!(outcome.closed, wad(10_000).to_rad());
    assert_eq!(outcome.view.kind.state.auction_debt, wad(10_800));
    assert_solvent(&outcome.view);
    assert!(matches!(
        liquidate(&outcome.view, 7, &keeper(at(0))),
        Err(VaultError::AuctionCapReached { room: Wad::ZERO, .. })
    ));
    // Less room than the smallest auction.
    view.kind.state.auction_debt = wad(10_700);
    assert!(matches!(
        liquidate(&view, 7, &keeper(at(0))),
        Err(VaultError::AuctionCapReached { room, .. }) if room == wad(100)
    ));
    // An underwater position that fits in part gives its share of collateral only.
    let mut poor = priced(&indebted(ether(100), wad(100_000)), dollars(1_100), at(0));
    poor.kind.params.auction_cap = wad(54_000);
    let outcome = liquidate(&poor, 7, &keeper(at(0))).unwrap();
    assert_eq!(outcome.auction.unwrap().lot, ether(50));
    assert_eq!(outcome.view.position.collateral, ether(50));
}

#[test]
fn t18_liquidations_need_a_price_in_use() {
    let view = priced(&indebted(ether(100), wad(100_000)), dollars(1_350), at(0));
    let late = at(3_601);
    let stale = VaultError::StalePrice { updated_at: at(0), max_age: seconds(3_600), now: late };
    assert_eq!(liquidate(&view, 7, &keeper(late)), Err(stale));
    let back = Quote { price: dollars(1_350), updated_at: at(9_000), recovered_at: at(9_000) };
    let back = View { kind: view.kind.set_price(&back, at(9_000)).unwrap(), ..view };
    assert_eq!(liquidate(&back, 7, &keeper(at(9_000))).unwrap_err().code(), 13);
    assert!(liquidate(&back, 7, &keeper(at(9_600))).is_ok());
    let mut without = view;
    without.kind.state.price_updated_at = Timestamp::ZERO;
    assert_eq!(liquidate(&without, 7, &keeper(at(0))), Err(VaultError::NoPrice));
}

#[test]
fn pauses_stop_liquidations_and_auctions_alone() {
    let paused = |operation| Context { pauses: Pauses::default().pause(operation, &guardian()), ..keeper(at(10)) };
    let view = priced(&indebted(ether(100), wad(100_000)), dollars(1_350), at(10));
    assert_eq!(
        liquidate(&view, 7, &paused(Operation::Liquidations)),
        Err(VaultError::Paused { operation: Operation::Liquidations })
    );
    let outcome = liquidate(&view, 7, &paused(Operation::Auctions)).unwrap();
    let auction = outcome.auction.unwrap();
    let refused = Err(VaultError::Paused { operation: Operation::Auctions });
    assert_eq!(take(&outcome.view, &auction, &all(), &paused(Operation::Auctions)), refused);
    assert_eq!(
        redo(&outcome.view, &auction, &paused(Operation::Auctions)),
        Err(VaultError::Paused { operation: Operation::Auctions })
    );
    assert!(take(&outcome.view, &auction, &all(), &paused(Operation::Liquidations)).is_ok());
}

#[test]
fn a_purchase_that_pays_the_tab_returns_the_rest() {
    let LiquidationOutcome { view, auction, .. } = liquidated(1_350);
    let auction = auction.unwrap();
    let outcome = buy(&view, &auction, &all(), at(10)).unwrap();
    assert_eq!((outcome.auction, outcome.paid, outcome.price), (None, auction.tab, dollars(1_485)));
    assert_eq!(outcome.shortfall, Wad::ZERO);
    assert_eq!(outcome.sold.checked_add(outcome.returned), Ok(auction.lot));
    assert_eq!(outcome.view.position.auctions, 0);
    assert_eq!(outcome.view.kind.state.auction_debt, Wad::ZERO);
    assert_eq!(outcome.view.kind.state.total_collateral, outcome.view.position.collateral);
    assert_eq!(outcome.transfers.burn, Some(CoinTransfer { account: BUYER, amount: auction.tab }));
    // The penalty is more than closed debt and reward: the protocol has gained.
    assert!(outcome.view.ledger.surplus > outcome.view.ledger.deficit);
    assert_solvent(&outcome.view);
}

#[test]
fn a_lot_that_is_sold_out_ends_with_a_shortfall_that_is_in_the_books() {
    let LiquidationOutcome { view, auction, closed, .. } = liquidated(900);
    let auction = auction.unwrap();
    let deficit = view.ledger.deficit;
    assert!(deficit >= closed);
    let outcome = buy(&view, &auction, &all(), at(7_000)).unwrap();
    assert_eq!((outcome.auction, outcome.sold, outcome.price), (None, ether(100), dollars(792)));
    assert_eq!(outcome.paid, wad(79_200));
    assert_eq!(outcome.shortfall, auction.tab.checked_sub(wad(79_200)).unwrap());
    assert_eq!(outcome.view.kind.state.auction_debt, Wad::ZERO);
    assert_eq!(outcome.view.ledger.deficit, deficit);
    let (healed, _) = outcome.view.ledger.heal().unwrap();
    assert!(healed.surplus.is_zero() && !healed.deficit.is_zero());
    assert_solvent(&View { ledger: healed, ..outcome.view });
}

#[test]
fn no_remainder_is_too_small_to_auction() {
    let LiquidationOutcome { view, auction, .. } = liquidated(1_350);
    let auction = auction.unwrap();
    let price = auction.price_at(&view.kind.params.auction, at(10)).unwrap();
    // Wants to leave a tab of a few coins: cut back to leave the smallest one.
    let nearly = auction.tab.checked_sub(wad(5)).unwrap().to_amount_down(price, 18).unwrap();
    let outcome = buy(&view, &auction, &at_most(nearly), at(10)).unwrap();
    let left = outcome.auction.unwrap();
    assert!(left.tab >= wad(108) && left.tab < wad(109));
    assert!(outcome.sold < nearly);
    // Now only all of it can be bought.
    assert!(matches!(
        buy(&outcome.view, &left, &at_most(Amount::from_raw(1_000)), at(10)),
        Err(VaultError::TabRemainderTooSmall { minimum, .. }) if minimum == wad(108)
    ));
    assert!(buy(&outcome.view, &left, &all(), at(10)).unwrap().auction.is_none());

    // A lot that cannot raise its tab: the rest of the lot must stay worth something too.
    let LiquidationOutcome { view, auction, .. } = liquidated(900);
    let auction = auction.unwrap();
    let but_a_crumb = Amount::from_raw(ether(100).raw() - WAD_ONE / 10);
    assert!(matches!(
        buy(&view, &auction, &at_most(but_a_crumb), at(7_000)),
        Err(VaultError::LotRemainderTooSmall { minimum, .. }) if minimum == wad(100)
    ));
    assert!(buy(&view, &auction, &at_most(ether(99)), at(7_000)).is_ok());
}

#[test]
fn purchases_respect_limits_and_time() {
    let LiquidationOutcome { view, auction, .. } = liquidated(1_350);
    let auction = auction.unwrap();
    let cheap = Take { max_price: dollars(1_400), ..all() };
    assert_eq!(
        buy(&view, &auction, &cheap, at(10)),
        Err(VaultError::PriceAboveMaximum { price: dollars(1_485), maximum: dollars(1_400) })
    );
    assert!(buy(&view, &auction, &cheap, at(10 + 6 * 90)).is_ok());
    assert_eq!(buy(&view, &auction, &at_most(Amount::ZERO), at(10)), Err(VaultError::ZeroAmount));
    assert!(buy(&view, &auction, &all(), at(7_210)).is_ok());
    assert_eq!(
        buy(&view, &auction, &all(), at(7_211)),
        Err(VaultError::AuctionStale { stale_at: at(7_210), now: at(7_211) })
    );
}

#[test]
fn an_auction_that_ran_out_is_restarted_at_the_market() {
    let LiquidationOutcome { view, auction, .. } = liquidated(1_350);
    let auction = auction.unwrap();
    let market = priced(&view, dollars(1_300), at(7_000));
    assert_eq!(
        redo(&market, &auction, &keeper(at(7_210))),
        Err(VaultError::AuctionNotStale { stale_at: at(7_210), now: at(7_210) })
    );
    let outcome = redo(&market, &auction, &keeper(at(7_211))).unwrap();
    assert_eq!((outcome.auction.top, outcome.auction.floor), (dollars(1_430), dollars(1_144)));
    assert_eq!((outcome.auction.started_at, outcome.auction.tab), (at(7_211), auction.tab));
    assert!(outcome.transfers.mint.is_some());
    assert_solvent(&outcome.view);
    // Without a price in use there is no restart.
    assert_eq!(redo(&view, &auction, &keeper(at(7_211))).unwrap_err().code(), 12);
}

#[test]
fn a_floor_above_the_market_can_be_lowered_early_but_earns_nothing() {
    let LiquidationOutcome { view, auction, .. } = liquidated(1_350);
    let auction = auction.unwrap();
    let same = priced(&view, auction.floor, at(500));
    assert_eq!(redo(&same, &auction, &keeper(at(500))).unwrap_err().code(), 24);
    let crash = priced(&view, dollars(1_000), at(500));
    let outcome = redo(&crash, &auction, &keeper(at(500))).unwrap();
    assert_eq!((outcome.auction.floor, outcome.transfers.mint), (dollars(880), None));
}

#[test]
fn a_restart_of_crumbs_earns_nothing() {
    let LiquidationOutcome { view, auction, .. } = liquidated(1_350);
    let auction = auction.unwrap();
    let view = priced(&view, dollars(1_350), at(8_000));
    let small_tab = Auction { tab: wad(107), ..auction };
    assert_eq!(redo(&view, &small_tab, &keeper(at(8_000))).unwrap().transfers.mint, None);
    let small_lot = Auction { lot: Amount::from_raw(1_000), ..auction };
    assert_eq!(redo(&view, &small_lot, &keeper(at(8_000))).unwrap().transfers.mint, None);
}

/// Liquidating one's own position never pays: the reward is at most the penalty.
#[test]
fn the_reward_never_exceeds_the_penalty() {
    let mut view = priced(&indebted(ether(100), wad(100_000)), dollars(1_350), at(0));
    view.kind.params.tip = wad(1_000_000);
    let outcome = liquidate(&view, 7, &keeper(at(0))).unwrap();
    let penalty = outcome.auction.unwrap().tab.checked_sub(outcome.closed.to_wad_up().unwrap()).unwrap();
    assert_eq!(outcome.transfers.mint.unwrap().amount, penalty);
}

#[test]
fn previews_are_the_decisions() {
    let view = priced(&indebted(ether(100), wad(100_000)), dollars(1_350), at(10));
    let outcome = liquidate(&view, 7, &keeper(at(10))).unwrap();
    assert_eq!(preview_liquidation(&view, 7, KEEPER, at(10)), Ok(outcome));
    let auction = outcome.auction.unwrap();
    assert_eq!(
        preview_take(&outcome.view, &auction, &all(), BUYER, at(10)),
        buy(&outcome.view, &auction, &all(), at(10))
    );
    assert_eq!(preview_liquidation(&view, 7, GUARDIAN, at(9_999)).unwrap_err().code(), 12);
}

fn curve() -> impl Strategy<Value = Curve> {
    prop_oneof![
        (1u64..100_000).prop_map(|duration| Curve::Linear { duration: seconds(duration) }),
        (1u128..RAY_ONE, 1u64..1_000)
            .prop_map(|(cut, step)| Curve::Exponential { cut: Ray::from_raw(cut), step: seconds(step) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A partial liquidation leaves the target ratio, or a rounding unit above it; or it closes everything; or it
    /// closes the smallest debt that can be auctioned.
    #[test]
    fn the_rest_is_at_the_target(
        collateral in 1u128..1_000_000_000_000,
        ratio in 12_600u32..14_000,
        age in 1u64..100_000_000,
        decimals in 6u8..=24,
        price in 2u128..1_000_000,
    ) {
        let mut view = common::view();
        view.kind.params.decimals = decimals;
        view.kind.params.auction_cap = Wad::MAX;
        view.kind.params.debt_ceiling = Wad::MAX;
        let price = Price::from_raw(price * WAD_ONE);
        let scale = 10u128.pow(u32::from(decimals));
        view.position.collateral = Amount::from_raw(collateral * (scale / 1_000_000));
        view.kind.state.total_collateral = view.position.collateral;
        let now = at(age);
        view = priced(&view.accrued(now).unwrap(), price, now);
        let rate = view.kind.state.rate;
        let value = view.position.collateral.value_down(price, decimals).unwrap();
        let debt = value.divide_by_bps_down(bps(ratio)).unwrap();
        prop_assume!(debt >= wad(100));
        // Debt written by hand: its issue is booked as if the coin had been minted at this rate.
        let art = debt.to_art_up(rate).unwrap();
        view.position.art = art;
        view.kind.state.total_art = art;
        view.ledger.minted = debt;
        view.ledger.total_debt = art.times_rate(rate);
        view.ledger.surplus = view.ledger.total_debt.checked_sub(debt.to_rad()).unwrap();
        assert_solvent(&view);

        let outcome = liquidate(&view, 1, &keeper(now)).unwrap();
        assert_solvent(&outcome.view);
        let View { kind, position, .. } = outcome.view;
        let auction = outcome.auction.unwrap();
        prop_assert_eq!(position.collateral.checked_add(auction.lot), Ok(view.position.collateral));
        if position.art.is_zero() {
            return Ok(());
        }
        let left = position.debt_up(rate).unwrap();
        prop_assert!(left >= kind.params.debt_floor);
        let value = position.collateral.value_down(price, decimals).unwrap();
        let required = left.times_bps_up(kind.params.target_ratio).unwrap();
        prop_assert!(value >= required, "below the target: {value} of {required}");
        let closed = outcome.closed.to_wad_up().unwrap();
        if closed > kind.params.debt_floor.checked_add(Wad::from_raw(10)).unwrap() {
            // One raw unit of collateral for the lot and one kept in reserve, and the rounding slack, both amplified
            // by nothing: all three lower the debt by value / (target - seizure), the ratio by less.
            let unit = Amount::from_raw(1).value_up(price, decimals).unwrap().raw();
            let tiny = 2 * unit + 1_000;
            prop_assert!(value.raw() - required.raw() <= tiny, "{} above the target", value.raw() - required.raw());
        }
    }

    /// The curve never rises and never leaves the space between top and floor.
    #[test]
    fn the_price_falls_from_top_to_floor(
        curve in curve(),
        top in 1u128..1 << 90,
        share in 0u32..10_000,
        times in prop::collection::vec(0u64..200_000, 2..10),
    ) {
        let params = AuctionParams { top: bps(10_000), floor: bps(0), curve, duration: seconds(200_000) };
        let top = Price::from_raw(top);
        let floor = top.times_bps_down(bps(share)).unwrap();
        let auction = Auction {
            position: 1, collateral_type: 1, lot: ether(1), tab: wad(1), top, floor, started_at: at(0),
        };
        let mut times = times;
        times.sort_unstable();
        let mut last = auction.price_at(&params, at(0)).unwrap();
        prop_assert_eq!(last, top);
        for time in times {
            let price = auction.price_at(&params, at(time)).unwrap();
            prop_assert!(price <= last && price >= floor);
            last = price;
        }
    }

    /// T1: whatever is taken whenever, nobody gets collateral below the curve and its floor, and every step keeps the
    /// books.
    #[test]
    fn t01_no_purchase_is_below_curve_and_floor(
        market in 700u64..1_400,
        purchases in prop::collection::vec((0u64..900, 1u128..30_000_000_000_000_000_000), 1..25),
    ) {
        let LiquidationOutcome { mut view, auction, .. } = liquidated(market);
        let mut auction = auction.unwrap();
        let (mut now, floor) = (10, auction.floor);
        for (wait, amount) in purchases {
            now += wait;
            let wanted = at_most(Amount::from_raw(amount));
            match buy(&view, &auction, &wanted, at(now)) {
                Ok(outcome) => {
                    let curve = auction.price_at(&view.kind.params.auction, at(now)).unwrap();
                    prop_assert!(curve >= floor && outcome.price == curve);
                    prop_assert!(outcome.paid >= outcome.sold.value_up(curve, 18).unwrap());
                    prop_assert!(outcome.sold <= wanted.max_collateral && outcome.paid <= auction.tab);
                    assert_solvent(&outcome.view);
                    view = outcome.view;
                    match outcome.auction {
                        Some(next) => {
                            prop_assert!(next.tab >= view.kind.params.minimum_tab().unwrap());
                            prop_assert_eq!(view.kind.state.auction_debt, next.tab);
                            auction = next;
                        }
                        None => {
                            prop_assert_eq!(view.kind.state.auction_debt, Wad::ZERO);
                            break;
                        }
                    }
                }
                Err(error) => prop_assert!(matches!(
                    error,
                    VaultError::AuctionStale { .. }
                        | VaultError::TabRemainderTooSmall { .. }
                        | VaultError::LotRemainderTooSmall { .. }
                ), "{error}"),
            }
        }
    }

    /// A position that is liquidated while its collateral covers seizure and penalty never costs the protocol
    /// anything: even at the floor the lot raises the tab.
    #[test]
    fn a_sale_at_the_floor_still_covers(market in 1_260u64..1_400, time in 0u64..7_200) {
        let LiquidationOutcome { view, auction, .. } = liquidated(market);
        let auction = auction.unwrap();
        let outcome = buy(&view, &auction, &all(), at(10 + time)).unwrap();
        prop_assert_eq!(outcome.shortfall, Wad::ZERO);
        prop_assert!(outcome.view.ledger.surplus >= outcome.view.ledger.deficit);
    }
}

#[test]
fn an_observed_price_of_the_past_does_not_restart() {
    let LiquidationOutcome { view, auction, .. } = liquidated(1_350);
    assert_eq!(view.kind.set_price(&quote(dollars(1), at(9)), at(20)).unwrap_err().code(), 15);
    assert!(auction.is_some());
}
