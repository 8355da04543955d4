//! Parameters, records and short names that all tests share.
#![allow(dead_code)]

use florin_stable::collateral::{Asset, AuctionParams, CollateralParams, CollateralType, Curve};
use florin_stable::ledger::Ledger;
use florin_stable::oracle::Quote;
use florin_stable::parameter::Parameter;
use florin_stable::pause::Pauses;
use florin_stable::position::Position;
use florin_stable::roles::{check, Governor, Guardian, Guardianship, Permit, Roles};
use florin_stable::vault::{Context, View};
use florin_stable::Address;
use florin_units::{Amount, Bps, Price, Ray, Seconds, Timestamp, Wad, RAY_ONE, WAD_ONE};

pub(crate) const GOVERNOR: Address = [1; 20];
pub(crate) const GUARDIAN: Address = [2; 20];
pub(crate) const OWNER: Address = [3; 20];
pub(crate) const KEEPER: Address = [4; 20];
/// Seconds of the guardian's term.
pub(crate) const GUARDIAN_TERM: u64 = 86_400;
pub(crate) const START: u64 = 1_700_000_000;
/// Factor a second for 5 % a year.
pub(crate) const FIVE_PERCENT: u128 = RAY_ONE + 1_547_125_957_863_212_449;

pub(crate) fn roles() -> Roles {
    let roles = Roles::new(GOVERNOR);
    let permit = check::<Governor>(&roles, &GOVERNOR, at(0)).unwrap();
    roles.set_guardian(Some(Guardianship::new(GUARDIAN, at(GUARDIAN_TERM), at(0)).unwrap()), &permit)
}

pub(crate) fn governor() -> Permit<Governor> {
    check(&roles(), &GOVERNOR, at(0)).unwrap()
}

pub(crate) fn guardian() -> Permit<Guardian> {
    check(&roles(), &GUARDIAN, at(0)).unwrap()
}

pub(crate) fn wad(whole: u64) -> Wad {
    Wad::from_whole(whole)
}

pub(crate) fn bps(raw: u32) -> Bps {
    Bps::from_raw(raw)
}

pub(crate) fn dollars(whole: u64) -> Price {
    Price::from_raw(u128::from(whole) * WAD_ONE)
}

pub(crate) fn seconds(raw: u64) -> Seconds {
    Seconds::from_raw(raw)
}

pub(crate) fn at(offset: u64) -> Timestamp {
    Timestamp::from_raw(START + offset)
}

/// So many whole ether.
pub(crate) fn ether(whole: u64) -> Amount {
    Amount::from_raw(u128::from(whole) * WAD_ONE)
}

/// Ether: 18 decimals, the native token, a price that falls by 1 % every 90 seconds.
pub(crate) fn ether_params() -> CollateralParams {
    CollateralParams {
        asset: Asset::Native,
        decimals: 18,
        feed: 1,
        safety_ratio: bps(15_000),
        liquidation_ratio: bps(14_000),
        target_ratio: bps(16_000),
        debt_ceiling: wad(100_000_000),
        gap: wad(10_000_000),
        line_interval: seconds(3_600),
        debt_floor: wad(100),
        stability_fee: Ray::from_raw(FIVE_PERCENT),
        penalty: bps(800),
        seizure: bps(12_500),
        auction: AuctionParams {
            top: bps(11_000),
            floor: bps(8_800),
            curve: Curve::Exponential { cut: Ray::from_raw(RAY_ONE / 100 * 99), step: seconds(90) },
            duration: seconds(7_200),
        },
        tip: wad(2),
        keeper_share: bps(10),
        auction_cap: wad(5_000_000),
        max_price_age: seconds(3_600),
        grace: seconds(600),
        minimum_price: dollars(1),
        maximum_price: dollars(1_000_000),
    }
}

/// Wrapped bitcoin: 8 decimals, an ERC-20, a price that falls in a straight line.
pub(crate) fn bitcoin_params() -> CollateralParams {
    CollateralParams {
        asset: Asset::Erc20([9; 20]),
        decimals: 8,
        feed: 2,
        safety_ratio: bps(17_500),
        liquidation_ratio: bps(15_000),
        target_ratio: bps(17_500),
        debt_floor: wad(500),
        stability_fee: Ray::from_raw(RAY_ONE + 627_937_192_491_029_810),
        penalty: bps(1_300),
        seizure: bps(13_500),
        auction: AuctionParams {
            top: bps(12_000),
            floor: bps(8_500),
            curve: Curve::Linear { duration: seconds(14_400) },
            duration: seconds(10_800),
        },
        ..ether_params()
    }
}

pub(crate) fn quote(price: Price, updated_at: Timestamp) -> Quote {
    Quote { price, updated_at, recovered_at: Timestamp::ZERO }
}

/// A collateral type with a price of this moment.
pub(crate) fn kind(params: CollateralParams, price: Price, now: Timestamp) -> CollateralType {
    let kind = CollateralType::initialise(None, params, now, &governor()).unwrap();
    kind.set_price(&quote(price, now), now).unwrap()
}

pub(crate) fn context(caller: Address, now: Timestamp) -> Context {
    Context { caller, now, pauses: Pauses::default() }
}

/// An empty position of [`OWNER`] in ether at 2,000 dollars.
pub(crate) fn view() -> View {
    View {
        kind: kind(ether_params(), dollars(2_000), at(0)),
        position: Position::new(OWNER, 1),
        ledger: Ledger::default(),
    }
}

/// A position of [`OWNER`] with collateral and debt in ether at 2,000 dollars.
pub(crate) fn indebted(collateral: Amount, debt: Wad) -> View {
    let context = context(OWNER, at(0));
    let view = view();
    florin_stable::vault::open(&view.kind, &view.ledger, 1, collateral, debt, &context).unwrap().view
}

/// The view with another price at a moment.
pub(crate) fn priced(view: &View, price: Price, now: Timestamp) -> View {
    View { kind: view.kind.set_price(&quote(price, now), now).unwrap(), ..*view }
}

/// Asserts the solvency equation, by running total and by recount of one collateral type.
pub(crate) fn assert_solvent(view: &View) {
    let mut recount = florin_stable::ledger::Recount::default();
    recount.add_type(&view.kind).unwrap();
    assert!(view.ledger.solvency().unwrap().is_exact());
    assert!(view.ledger.solvency_recount(&recount).unwrap().is_exact());
}

/// Parameters like ether's with one of them set to a number.
pub(crate) fn with(parameter: Parameter, value: u128) -> CollateralParams {
    let mut params = ether_params();
    let small = |value: u128| u32::try_from(value).unwrap_or(u32::MAX);
    let time = |value: u128| seconds(u64::try_from(value).unwrap_or(u64::MAX));
    match parameter {
        Parameter::Feed => params.feed = small(value),
        Parameter::SafetyRatio => params.safety_ratio = bps(small(value)),
        Parameter::LiquidationRatio => params.liquidation_ratio = bps(small(value)),
        Parameter::TargetRatio => params.target_ratio = bps(small(value)),
        Parameter::DebtCeiling => params.debt_ceiling = Wad::from_raw(value),
        Parameter::Gap => params.gap = Wad::from_raw(value),
        Parameter::LineInterval => params.line_interval = time(value),
        Parameter::DebtFloor => params.debt_floor = Wad::from_raw(value),
        Parameter::StabilityFee => params.stability_fee = Ray::from_raw(value),
        Parameter::Penalty => params.penalty = bps(small(value)),
        Parameter::Seizure => params.seizure = bps(small(value)),
        Parameter::AuctionTop => params.auction.top = bps(small(value)),
        Parameter::AuctionFloor => params.auction.floor = bps(small(value)),
        Parameter::AuctionCurve | Parameter::CurveCut => {
            params.auction.curve = Curve::Exponential { cut: Ray::from_raw(RAY_ONE / 2), step: seconds(60) };
        }
        Parameter::CurveTime => params.auction.curve = Curve::Linear { duration: time(value) },
        Parameter::AuctionDuration => params.auction.duration = time(value),
        Parameter::Tip => params.tip = Wad::from_raw(value),
        Parameter::KeeperShare => params.keeper_share = bps(small(value)),
        Parameter::AuctionCap => params.auction_cap = Wad::from_raw(value),
        Parameter::MaxPriceAge => params.max_price_age = time(value),
        Parameter::Grace => params.grace = time(value),
        Parameter::MinimumPrice => params.minimum_price = Price::from_raw(value),
        Parameter::MaximumPrice => params.maximum_price = Price::from_raw(value),
    }
    params
}
