//! Collateral types: every bound, initialisation, prices, the line.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    at, bps, context, dollars, ether, ether_params, governor, indebted, kind, priced, quote, seconds, wad, OWNER,
};
use florin_governance::step::Voted;
use florin_stable::collateral::{
    Asset, CollateralParams, CollateralType, Curve, ParameterError as E, MAXIMUM_DEBT, MAXIMUM_RATIO,
    MAXIMUM_STABILITY_FEE, MAXIMUM_TOP,
};
use florin_stable::ledger::Ledger;
use florin_stable::oracle::Quote;
use florin_stable::vault::draw;
use florin_stable::VaultError;
use florin_units::{pow_ray_down, Amount, Art, Bps, Price, Ray, Seconds, Timestamp, Wad, RAY_ONE, WAD_ONE};
use proptest::prelude::*;

fn refused(change: impl Fn(&mut CollateralParams)) -> E {
    let mut params = ether_params();
    change(&mut params);
    params.validate().unwrap_err()
}

fn accepted(change: impl Fn(&mut CollateralParams)) {
    let mut params = ether_params();
    change(&mut params);
    assert_eq!(params.validate(), Ok(()));
}

#[test]
fn every_bound_is_checked_and_named() {
    assert_eq!(ether_params().validate(), Ok(()));
    assert_eq!(common::bitcoin_params().validate(), Ok(()));

    assert_eq!(refused(|p| p.decimals = 5), E::UnsupportedDecimals { actual: 5, minimum: 6, maximum: 24 });
    assert_eq!(refused(|p| p.decimals = 25), E::UnsupportedDecimals { actual: 25, minimum: 6, maximum: 24 });
    accepted(|p| p.decimals = 6);
    accepted(|p| p.decimals = 24);

    assert_eq!(
        refused(|p| p.liquidation_ratio = Bps::ONE),
        E::LiquidationRatioTooLow { actual: Bps::ONE, above: Bps::ONE }
    );
    accepted(|p| p.liquidation_ratio = bps(10_001));
    assert_eq!(
        refused(|p| p.safety_ratio = bps(13_999)),
        E::SafetyBelowLiquidation { actual: bps(13_999), minimum: bps(14_000) }
    );
    accepted(|p| p.safety_ratio = bps(14_000));
    assert_eq!(
        refused(|p| p.target_ratio = bps(14_999)),
        E::TargetBelowSafety { actual: bps(14_999), minimum: bps(15_000) }
    );
    accepted(|p| p.target_ratio = bps(15_000));
    assert_eq!(
        refused(|p| p.seizure = bps(16_000)),
        E::TargetNotAboveSeizure { actual: bps(16_000), above: bps(16_000) }
    );
    accepted(|p| p.seizure = bps(15_999));
    let over = bps(MAXIMUM_RATIO.raw() + 1);
    assert_eq!(refused(|p| p.target_ratio = over), E::RatioTooHigh { actual: over, maximum: MAXIMUM_RATIO });
    assert_eq!(refused(|p| p.penalty = over), E::RatioTooHigh { actual: over, maximum: MAXIMUM_RATIO });
    assert_eq!(refused(|p| p.seizure = over), E::RatioTooHigh { actual: over, maximum: MAXIMUM_RATIO });
    assert_eq!(refused(|p| p.seizure = bps(10_799)), E::SeizureTooLow { actual: bps(10_799), minimum: bps(10_800) });
    assert_eq!(
        refused(|p| p.auction.floor = bps(8_639)),
        E::FloorDoesNotCover { actual: bps(10_798), minimum: bps(10_800) }
    );
    accepted(|p| p.auction.floor = bps(8_640));
    assert_eq!(refused(|p| p.auction.floor = bps(10_001)), E::FloorTooHigh { actual: bps(10_001), maximum: Bps::ONE });
    assert_eq!(
        refused(|p| p.auction.top = bps(9_999)),
        E::TopOutOfBounds { actual: bps(9_999), minimum: Bps::ONE, maximum: MAXIMUM_TOP }
    );
    assert_eq!(
        refused(|p| p.auction.top = bps(20_001)),
        E::TopOutOfBounds { actual: bps(20_001), minimum: Bps::ONE, maximum: MAXIMUM_TOP }
    );
    accepted(|p| p.auction.top = MAXIMUM_TOP);

    for fee in [Ray::from_raw(RAY_ONE - 1), Ray::ZERO, Ray::from_raw(MAXIMUM_STABILITY_FEE.raw() + 1), Ray::MAX] {
        assert_eq!(
            refused(|p| p.stability_fee = fee),
            E::StabilityFeeOutOfBounds { actual: fee, minimum: Ray::ONE, maximum: MAXIMUM_STABILITY_FEE }
        );
    }
    accepted(|p| p.stability_fee = Ray::ONE);
    accepted(|p| p.stability_fee = MAXIMUM_STABILITY_FEE);

    assert_eq!(refused(|p| p.debt_floor = Wad::ZERO), E::DebtFloorZero);
    let over = Wad::from_raw(MAXIMUM_DEBT.raw() + 1);
    assert_eq!(refused(|p| p.debt_ceiling = over), E::DebtTooLarge { actual: over, maximum: MAXIMUM_DEBT });
    assert_eq!(refused(|p| p.gap = over), E::DebtTooLarge { actual: over, maximum: MAXIMUM_DEBT });
    assert_eq!(refused(|p| p.debt_floor = over), E::DebtTooLarge { actual: over, maximum: MAXIMUM_DEBT });
    accepted(|p| p.debt_ceiling = MAXIMUM_DEBT);

    assert_eq!(
        refused(|p| p.auction_cap = Wad::from_raw(108 * WAD_ONE - 1)),
        E::AuctionCapTooSmall { actual: Wad::from_raw(108 * WAD_ONE - 1), minimum: wad(108) }
    );
    accepted(|p| p.auction_cap = wad(108));
    assert_eq!(refused(|p| p.keeper_share = bps(801)), E::KeeperShareTooHigh { actual: bps(801), maximum: bps(800) });
    assert_eq!(refused(|p| p.tip = wad(9)), E::TipTooHigh { actual: wad(9), maximum: wad(8) });
    accepted(|p| p.tip = wad(8));

    assert_eq!(refused(|p| p.auction.curve = Curve::Linear { duration: Seconds::ZERO }), E::CurveDurationZero);
    let curve = |cut: u128, step: u64| Curve::Exponential { cut: Ray::from_raw(cut), step: seconds(step) };
    assert_eq!(refused(|p| p.auction.curve = curve(RAY_ONE / 2, 0)), E::CurveStepZero);
    assert_eq!(refused(|p| p.auction.curve = curve(0, 1)), E::CurveCutOutOfBounds { actual: Ray::ZERO });
    assert_eq!(refused(|p| p.auction.curve = curve(RAY_ONE, 1)), E::CurveCutOutOfBounds { actual: Ray::ONE });
    assert_eq!(refused(|p| p.auction.duration = Seconds::ZERO), E::AuctionDurationZero);
    assert_eq!(refused(|p| p.max_price_age = Seconds::ZERO), E::MaxPriceAgeZero);
    assert_eq!(
        refused(|p| p.minimum_price = Price::ZERO),
        E::PriceBoundsInvalid { minimum: Price::ZERO, maximum: dollars(1_000_000) }
    );
    assert_eq!(
        refused(|p| p.maximum_price = Price::from_raw(1)),
        E::PriceBoundsInvalid { minimum: dollars(1), maximum: Price::from_raw(1) }
    );
}

#[test]
fn the_highest_fee_doubles_a_debt_in_a_year() {
    let year = pow_ray_down(MAXIMUM_STABILITY_FEE, 31_536_000).unwrap().raw();
    assert!(year.abs_diff(2 * RAY_ONE) < RAY_ONE / 1_000_000_000_000_000);
}

/// T17: only the presence of the record says that a type exists, whatever its fields hold.
#[test]
fn t17_a_type_is_initialised_once() {
    let mut existing = kind(ether_params(), dollars(2_000), at(0));
    existing.state.rate = Ray::ZERO;
    existing.state.total_art = Art::ZERO;
    assert_eq!(
        CollateralType::initialise(Some(&existing), ether_params(), at(1), &governor()),
        Err(VaultError::AlreadyInitialised)
    );
    let fresh = CollateralType::initialise(None, ether_params(), at(1), &governor()).unwrap();
    assert_eq!((fresh.state.rate, fresh.state.line), (Ray::ONE, wad(10_000_000)));
    let mut params = ether_params();
    params.debt_floor = Wad::ZERO;
    assert_eq!(
        CollateralType::initialise(None, params, at(1), &governor()),
        Err(VaultError::Parameter(E::DebtFloorZero))
    );
}

#[test]
fn new_parameters_are_never_retroactive() {
    let view = indebted(ether(1), wad(1_000));
    let year = at(31_536_000);
    let mut params = ether_params();
    params.stability_fee = MAXIMUM_STABILITY_FEE;
    let (kind, ledger) = view.kind.set_params(&view.ledger, &Voted::first(params), params, year, &governor()).unwrap();
    // Five per cent until now, whatever the new fee is.
    let growth = kind.state.rate.raw() - RAY_ONE;
    assert!(growth.abs_diff(RAY_ONE / 20) < RAY_ONE / 1_000_000_000_000);
    assert_eq!((kind.state.accrued_at, kind.params), (year, params));
    common::assert_solvent(&florin_stable::vault::View { kind, ledger, ..view });
}

#[test]
fn asset_and_decimals_never_change() {
    let (kind, ledger) = (kind(ether_params(), dollars(2_000), at(0)), Ledger::default());
    for change in
        [|p: &mut CollateralParams| p.asset = Asset::Erc20([7; 20]), |p: &mut CollateralParams| p.decimals = 6]
    {
        let mut params = ether_params();
        change(&mut params);
        assert_eq!(
            kind.set_params(&ledger, &Voted::first(params), params, at(1), &governor()),
            Err(VaultError::AssetChanged)
        );
    }
}

#[test]
fn a_lower_ceiling_cuts_the_line() {
    let (kind, ledger) = (kind(ether_params(), dollars(2_000), at(0)), Ledger::default());
    let mut params = ether_params();
    params.debt_ceiling = wad(5);
    let (changed, _) = kind.set_params(&ledger, &Voted::first(params), params, at(1), &governor()).unwrap();
    assert_eq!(changed.state.line, wad(5));
    let params = ether_params();
    let (raised, _) = changed.set_params(&ledger, &Voted::first(params), params, at(2), &governor()).unwrap();
    assert_eq!(raised.state.line, wad(5));
}

#[test]
fn t18_prices_age_out_and_come_back_after_a_grace_period() {
    let kind = CollateralType::initialise(None, ether_params(), at(0), &governor()).unwrap();
    assert_eq!(kind.usable_price(at(0)), Err(VaultError::NoPrice));
    let kind = kind.set_price(&quote(dollars(2_000), at(0)), at(0)).unwrap();
    assert_eq!(kind.usable_price(at(3_600)), Ok(dollars(2_000)));
    assert_eq!(
        kind.usable_price(at(3_601)),
        Err(VaultError::StalePrice { updated_at: at(0), max_age: seconds(3_600), now: at(3_601) })
    );
    assert!(matches!(kind.set_price(&quote(dollars(2_000), at(100)), at(3_701)), Err(VaultError::StalePrice { .. })));
    let back = Quote { price: dollars(2_000), updated_at: at(9_000), recovered_at: at(9_000) };
    let kind = kind.set_price(&back, at(9_000)).unwrap();
    assert_eq!(kind.usable_price(at(9_599)), Err(VaultError::PriceInGrace { until: at(9_600), now: at(9_599) }));
    assert_eq!(kind.usable_price(at(9_600)), Ok(dollars(2_000)));
    assert_eq!(
        kind.set_price(&quote(dollars(2_000), at(8_999)), at(9_000)),
        Err(VaultError::PriceNotNewer { stored: at(9_000), offered: at(8_999) })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// T9: for every price there is, the stored one is within the bounds or the operation fails.
    #[test]
    fn t09_every_price_is_within_bounds_or_refused(raw in prop_oneof![any::<u128>(), 0u128..1 << 90, Just(0u128)]) {
        let params = ether_params();
        let kind = kind(params, dollars(2_000), at(0));
        let price = Price::from_raw(raw);
        let inside = price >= params.minimum_price && price <= params.maximum_price;
        match kind.set_price(&quote(price, at(1)), at(1)) {
            Ok(next) => {
                prop_assert!(inside);
                prop_assert_eq!(next.usable_price(at(1)), Ok(price));
            }
            Err(error) => {
                prop_assert!(!inside);
                prop_assert_eq!(error, VaultError::PriceOutOfBounds {
                    price, minimum: params.minimum_price, maximum: params.maximum_price,
                });
            }
        }
    }
}

/// T9: bounds that were narrowed stop a price that is stored already.
#[test]
fn t09_narrowed_bounds_apply_to_the_stored_price() {
    let (kind, ledger) = (kind(ether_params(), dollars(2_000), at(0)), Ledger::default());
    let mut params = ether_params();
    params.maximum_price = dollars(1_999);
    let (kind, _) = kind.set_params(&ledger, &Voted::first(params), params, at(1), &governor()).unwrap();
    assert!(matches!(kind.usable_price(at(1)), Err(VaultError::PriceOutOfBounds { .. })));
}

#[test]
fn the_line_grows_by_the_gap_once_an_interval_and_falls_at_once() {
    let view = indebted(ether(100_000), wad(8_000_000));
    let caller = |now| context(OWNER, now);
    // The line was set at the start; before an hour has passed it stays.
    assert_eq!(
        draw(&view, wad(2_000_001), &caller(at(0))).unwrap_err(),
        VaultError::DebtCeilingExceeded { debt: wad(10_000_001), line: wad(10_000_000) }
    );
    let view = draw(&view, wad(2_000_000), &caller(at(0))).unwrap().view;
    let later = priced(&view, dollars(2_000), at(3_600));
    let debt = later.accrued(at(3_600)).unwrap().position.debt_up(later.accrued(at(3_600)).unwrap().kind.state.rate);
    let line = debt.unwrap().checked_add(wad(10_000_000)).unwrap();
    let next = draw(&later, wad(5_000_000), &caller(at(3_600))).unwrap().view;
    assert_eq!((next.kind.state.line, next.kind.state.line_raised_at), (line, at(3_600)));
    // After a repayment anyone can bring it down at once, and it does not come up before the interval.
    let repaid = florin_stable::vault::repay(&next, wad(14_000_000), &caller(at(3_700))).unwrap().view;
    let low = repaid.kind.refresh_line(at(3_700)).unwrap();
    assert!(low.state.line < wad(11_100_000) && low.state.line_raised_at == at(3_600));
    assert_eq!(low.refresh_line(at(3_700)), Ok(low));
    // Never above the ceiling.
    let mut params = ether_params();
    params.gap = wad(99_999_999);
    let (kind, _) = low.set_params(&repaid.ledger, &Voted::first(params), params, at(3_800), &governor()).unwrap();
    assert_eq!(kind.refresh_line(at(9_000)).unwrap().state.line, wad(100_000_000));
}

#[test]
fn ratios_and_prices_of_positions() {
    let view = indebted(ether(1), wad(1_000));
    assert_eq!(view.position.health(&view.kind), Ok(Some(bps(20_000))));
    assert_eq!(view.position.liquidation_price(&view.kind), Ok(Some(dollars(1_400))));
    let empty = common::view();
    assert_eq!(empty.position.health(&empty.kind), Ok(None));
    assert_eq!(empty.position.liquidation_price(&empty.kind), Ok(None));
    let mut rich = view;
    rich.position.collateral = Amount::from_raw(u128::MAX >> 12);
    assert_eq!(rich.position.health(&rich.kind), Err(VaultError::RatioOutOfRange { maximum: Bps::MAX }));
    assert_eq!(view.kind.state.price_recovered_at, Timestamp::ZERO);
}
