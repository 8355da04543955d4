//! Decisions about positions: open, deposit, withdraw, draw, repay, close, accrue.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    assert_solvent, at, bps, context, dollars, ether, ether_params, guardian, indebted, kind, priced, view, wad,
    FIVE_PERCENT, KEEPER, OWNER,
};
use florin_stable::ledger::Ledger;
use florin_stable::oracle::Quote;
use florin_stable::pause::{Operation, Pauses};
use florin_stable::quote::{
    maximum_draw, maximum_withdrawal, preview_close, preview_deposit, preview_draw, preview_open, preview_repay,
    preview_withdraw,
};
use florin_stable::vault::{
    accrue, close, deposit, draw, open, repay, withdraw, CoinTransfer, CollateralTransfer, Context, View,
};
use florin_stable::VaultError;
use florin_units::{compound_down, Amount, Art, Rad, Ray, Timestamp, Wad};
use proptest::prelude::*;

fn owner(now: Timestamp) -> Context {
    context(OWNER, now)
}

#[test]
fn opening_deposits_and_draws() {
    let view = view();
    let outcome = open(&view.kind, &view.ledger, 1, ether(2), wad(1_000), &owner(at(0))).unwrap();
    assert_eq!(outcome.view.position.collateral, ether(2));
    assert_eq!(outcome.view.position.debt_up(Ray::ONE), Ok(wad(1_000)));
    assert_eq!(outcome.view.kind.state.total_collateral, ether(2));
    assert_eq!(outcome.transfers.mint, Some(CoinTransfer { account: OWNER, amount: wad(1_000) }));
    assert_eq!(outcome.transfers.collateral_in, Some(CollateralTransfer { account: OWNER, amount: ether(2) }));
    assert_eq!((outcome.transfers.burn, outcome.transfers.collateral_out), (None, None));
    assert_eq!((outcome.view.ledger.minted, outcome.view.ledger.total_debt), (wad(1_000), wad(1_000).to_rad()));
    assert_solvent(&outcome.view);

    let without_debt = open(&view.kind, &view.ledger, 1, ether(2), Wad::ZERO, &owner(at(0))).unwrap();
    assert_eq!((without_debt.transfers.mint, without_debt.view.ledger), (None, Ledger::default()));
    let nothing = open(&view.kind, &view.ledger, 1, Amount::ZERO, wad(1_000), &owner(at(0)));
    assert_eq!(nothing, Err(VaultError::ZeroAmount));
}

#[test]
fn drawing_stops_at_each_limit() {
    let base = deposit(&view(), ether(1), &owner(at(0))).unwrap().view;
    let refused = |view: &View, amount: Wad, context: &Context| draw(view, amount, context).unwrap_err();
    assert_eq!(refused(&base, Wad::ZERO, &owner(at(0))), VaultError::ZeroAmount);
    assert_eq!(
        refused(&base, wad(200), &context(KEEPER, at(0))),
        VaultError::NotOwner { owner: OWNER, caller: KEEPER }
    );
    assert_eq!(
        refused(&base, Wad::from_raw(wad(100).raw() - 1), &owner(at(0))),
        VaultError::BelowDebtFloor { debt: Wad::from_raw(wad(100).raw() - 1), minimum: wad(100) }
    );
    // 2,000 dollars at 150 % carry 1,333.33… coins.
    let most = wad(2_000).divide_by_bps_down(bps(15_000)).unwrap();
    assert!(draw(&base, most, &owner(at(0))).is_ok());
    let more = most.checked_add(Wad::from_raw(1)).unwrap();
    assert!(matches!(
        refused(&base, more, &owner(at(0))),
        VaultError::BelowSafetyRatio { value, required } if value == wad(2_000) && required > value
    ));
    assert_eq!(
        refused(&base, Wad::MAX, &owner(at(0))),
        VaultError::DebtCeilingExceeded { debt: Wad::MAX, line: wad(10_000_000) }
    );
    let paused = Context { pauses: Pauses::default().pause(Operation::Draws, &guardian()), ..owner(at(0)) };
    assert_eq!(refused(&base, wad(200), &paused), VaultError::Paused { operation: Operation::Draws });
}

#[test]
fn withdrawing_stops_at_the_safety_ratio() {
    let view = indebted(ether(1), wad(1_000));
    let refused = |amount: Amount, context: &Context| withdraw(&view, amount, context).unwrap_err();
    let quarter = Amount::from_raw(ether(1).raw() / 4);
    assert!(withdraw(&view, quarter, &owner(at(0))).is_ok());
    assert!(matches!(
        refused(quarter.checked_add(Amount::from_raw(1)).unwrap(), &owner(at(0))),
        VaultError::BelowSafetyRatio { required, .. } if required == wad(1_500)
    ));
    assert_eq!(
        refused(ether(2), &owner(at(0))),
        VaultError::InsufficientCollateral { requested: ether(2), available: ether(1) }
    );
    assert_eq!(refused(Amount::ZERO, &owner(at(0))), VaultError::ZeroAmount);
    assert_eq!(refused(quarter, &context(KEEPER, at(0))).code(), 4);
    let paused = Context { pauses: Pauses::default().pause(Operation::Withdrawals, &guardian()), ..owner(at(0)) };
    assert_eq!(refused(quarter, &paused), VaultError::Paused { operation: Operation::Withdrawals });
    assert_eq!(close(&view, &paused), Err(VaultError::Paused { operation: Operation::Withdrawals }));
}

/// T18: an old price stops what needs one, and nothing else.
#[test]
fn t18_a_stale_price_stops_draws_and_withdrawals_but_not_repaying() {
    let view = indebted(ether(1), wad(1_000));
    let late = at(3_601);
    let stale = VaultError::StalePrice { updated_at: at(0), max_age: common::seconds(3_600), now: late };
    assert_eq!(draw(&view, wad(10), &owner(late)), Err(stale));
    assert_eq!(withdraw(&view, Amount::from_raw(1), &owner(late)), Err(stale));
    assert!(deposit(&view, ether(1), &owner(late)).is_ok());
    assert!(repay(&view, wad(10), &context(KEEPER, late)).is_ok());
    assert!(close(&view, &owner(late)).is_ok());
    let free = repay(&view, Wad::MAX, &owner(late)).unwrap().view;
    assert!(withdraw(&free, ether(1), &owner(late)).is_ok());

    let back = Quote { price: dollars(2_000), updated_at: at(9_000), recovered_at: at(9_000) };
    let back = View { kind: view.kind.set_price(&back, at(9_000)).unwrap(), ..view };
    let grace = VaultError::PriceInGrace { until: at(9_600), now: at(9_000) };
    assert_eq!(draw(&back, wad(10), &owner(at(9_000))), Err(grace));
    assert_eq!(withdraw(&back, Amount::from_raw(1), &owner(at(9_000))), Err(grace));
    assert!(draw(&back, wad(10), &owner(at(9_600))).is_ok());
}

#[test]
fn nothing_but_draws_and_withdrawals_needs_permission() {
    let all = [Operation::Draws, Operation::Withdrawals, Operation::Liquidations, Operation::Auctions];
    let pauses = all.iter().fold(Pauses::default(), |pauses, operation| pauses.pause(*operation, &guardian()));
    let stranger = Context { caller: KEEPER, now: at(10), pauses };
    let view = indebted(ether(1), wad(1_000));
    let deposited = deposit(&view, ether(1), &stranger).unwrap();
    assert_eq!(deposited.transfers.collateral_in, Some(CollateralTransfer { account: KEEPER, amount: ether(1) }));
    // No fee accrues and no book changes.
    assert_eq!((deposited.view.ledger, deposited.view.kind.state.rate), (view.ledger, Ray::ONE));
    let repaid = repay(&view, wad(100), &stranger).unwrap();
    assert_eq!(repaid.transfers.burn, Some(CoinTransfer { account: KEEPER, amount: wad(100) }));
}

#[test]
fn repaying_respects_the_floor_and_the_debt() {
    let view = indebted(ether(1), wad(1_000));
    let now = owner(at(0));
    assert_eq!(
        repay(&view, Wad::from_raw(wad(900).raw() + 1), &now),
        Err(VaultError::BelowDebtFloor { debt: Wad::from_raw(wad(100).raw() - 1), minimum: wad(100) })
    );
    assert_eq!(repay(&view, wad(900), &now).unwrap().view.position.debt_up(Ray::ONE), Ok(wad(100)));
    let all = repay(&view, wad(5_000), &now).unwrap();
    assert_eq!(all.transfers.burn, Some(CoinTransfer { account: OWNER, amount: wad(1_000) }));
    assert_eq!(all.view.position.art, Art::ZERO);
    assert_eq!(repay(&all.view, wad(1), &now), Err(VaultError::NoDebt));
    assert_eq!(repay(&view, Wad::ZERO, &now), Err(VaultError::ZeroAmount));
    // A floor that was raised above a debt does not keep anyone from repaying part of it.
    let mut raised = view;
    raised.kind.params.debt_floor = wad(2_000);
    assert!(repay(&raised, wad(950), &now).is_ok());
}

#[test]
fn closing_settles_everything() {
    let view = indebted(ether(1), wad(1_000));
    let year = at(31_536_000);
    let outcome = close(&view, &owner(year)).unwrap();
    let paid = outcome.transfers.burn.unwrap().amount;
    assert!(paid > wad(1_049) && paid < wad(1_051));
    assert_eq!(outcome.transfers.collateral_out, Some(CollateralTransfer { account: OWNER, amount: ether(1) }));
    assert!(outcome.view.position.is_empty());
    assert_eq!(outcome.view.kind.state.total_collateral, Amount::ZERO);
    // More was burned than minted: coin of another issuer paid the fee. The books still balance.
    assert!(outcome.view.ledger.burned > outcome.view.ledger.minted);
    assert_solvent(&outcome.view);
    assert_eq!(close(&view, &context(KEEPER, year)).unwrap_err().code(), 4);
    let empty = close(&outcome.view, &owner(year)).unwrap();
    assert_eq!(empty.transfers, Default::default());
}

#[test]
fn accrual_is_idempotent_and_never_runs_backwards() {
    let view = indebted(ether(1), wad(1_000));
    let (mut kind, mut ledger) = (view.kind, view.ledger);
    let fee = accrue(&mut kind, &mut ledger, at(1_000)).unwrap();
    assert!(!fee.is_zero());
    let once = (kind, ledger);
    assert_eq!(accrue(&mut kind, &mut ledger, at(1_000)), Ok(Rad::ZERO));
    assert_eq!(accrue(&mut kind, &mut ledger, at(10)), Ok(Rad::ZERO));
    assert_eq!((kind, ledger), once);
    assert_eq!(kind.state.rate, compound_down(Ray::ONE, Ray::from_raw(FIVE_PERCENT), 1_000).unwrap());
    assert_eq!(ledger.surplus, fee);
}

/// T8: a donation is in no record; only deposits count.
#[test]
fn t08_only_deposits_are_counted() {
    let view = indebted(ether(1), wad(1_000));
    assert_eq!(
        withdraw(&view, ether(2), &owner(at(0))),
        Err(VaultError::InsufficientCollateral { requested: ether(2), available: ether(1) })
    );
    assert_eq!(view.kind.state.total_collateral, ether(1));
}

/// T10: a unit drawn and repaid a hundred thousand times costs the protocol nothing.
#[test]
fn t10_drawing_and_repaying_one_unit_never_gains() {
    let mut view = indebted(ether(1), wad(1_000));
    let mut reference = view;
    let (mut drawn, mut repaid) = (0u128, 0u128);
    for round in 0..50_000u64 {
        // A new rate now and then, so that rounding differs.
        let context = owner(at(round / 100 * 7));
        view.kind.state.price_updated_at = context.now;
        view = draw(&view, Wad::from_raw(1), &context).unwrap().view;
        drawn += 1;
        match repay(&view, Wad::from_raw(1), &context) {
            Ok(outcome) => {
                view = outcome.view;
                repaid += 1;
            }
            // A rate above one: one unit clears nothing and is refused rather than taken for nothing.
            Err(error) => assert_eq!(error, VaultError::ZeroAmount),
        }
    }
    assert_solvent(&view);
    let end = view.kind.state.accrued_at;
    accrue(&mut reference.kind, &mut reference.ledger, end).unwrap();
    let debt = view.position.debt_up(view.kind.state.rate).unwrap().raw();
    let untouched = reference.position.debt_up(reference.kind.state.rate).unwrap().raw();
    assert!(debt >= untouched + drawn - repaid, "the debtor gained");
    assert!(debt <= untouched + drawn - repaid + 2 * drawn, "more than one unit an operation");
}

/// T14: the decisions have no input for the coin's own price; the same records give the same result whatever it is.
/// What moves a position is the collateral's price and the fee alone.
#[test]
fn t14_debt_is_valued_at_par() {
    let view = indebted(ether(1), wad(1_000));
    let standing = view.standing(view.kind.params.liquidation_ratio, at(0)).unwrap();
    assert_eq!((standing.debt, standing.value, standing.required), (wad(1_000), wad(2_000), wad(1_400)));
}

#[test]
fn healing_nets_surplus_against_deficit() {
    assert_eq!(Ledger::default().heal(), Err(VaultError::NothingToHeal));
    let ledger = Ledger { surplus: wad(5).to_rad(), deficit: wad(3).to_rad(), ..Ledger::default() };
    let (healed, netted) = ledger.heal().unwrap();
    assert_eq!((healed.surplus, healed.deficit, netted), (wad(2).to_rad(), Rad::ZERO, wad(3).to_rad()));
    assert_eq!(healed.heal(), Err(VaultError::NothingToHeal));
}

#[test]
fn rewards_can_be_owed_instead_of_minted() {
    let view = indebted(ether(1), wad(1_000));
    let deferred = view.ledger.defer_reward(wad(10)).unwrap();
    assert_eq!((deferred.minted, deferred.open_rewards), (wad(990), wad(10)));
    assert!(deferred.solvency().unwrap().is_exact());
    assert_eq!(
        deferred.pay_reward(wad(11)),
        Err(VaultError::RewardUnavailable { requested: wad(11), available: wad(10) })
    );
    assert_eq!(deferred.pay_reward(wad(10)), Ok(view.ledger));
}

#[test]
fn a_broken_book_is_reported() {
    let mut view = indebted(ether(1), wad(1_000));
    view.ledger.surplus = Wad::from_raw(1).to_rad();
    let report = view.ledger.solvency().unwrap();
    assert!(!report.is_exact() && report.left < report.right);
}

#[test]
fn previews_are_the_decisions() {
    let base = view();
    let opened = preview_open(&base.kind, &base.ledger, OWNER, 1, ether(1), wad(1_000), at(0)).unwrap();
    assert_eq!(opened.outcome, open(&base.kind, &base.ledger, 1, ether(1), wad(1_000), &owner(at(0))).unwrap());
    assert_eq!((opened.debt, opened.health), (wad(1_000), Some(bps(20_000))));
    assert_eq!(opened.liquidation_price, Some(dollars(1_400)));
    let view = opened.outcome.view;
    let drawn = preview_draw(&view, wad(10), at(50)).unwrap();
    assert_eq!(drawn.outcome, draw(&view, wad(10), &owner(at(50))).unwrap());
    assert_eq!(preview_repay(&view, wad(10), at(50)).unwrap().outcome, repay(&view, wad(10), &owner(at(50))).unwrap());
    assert_eq!(
        preview_deposit(&view, ether(1), at(50)).unwrap().outcome,
        deposit(&view, ether(1), &owner(at(50))).unwrap()
    );
    let some = Amount::from_raw(1_000);
    assert_eq!(preview_withdraw(&view, some, at(50)).unwrap().outcome, withdraw(&view, some, &owner(at(50))).unwrap());
    assert_eq!(preview_close(&view, at(50)).unwrap().debt, Wad::ZERO);
    assert_eq!(preview_draw(&view, wad(10_000), at(50)).unwrap_err().code(), 19);
}

#[test]
fn the_most_that_can_be_drawn_or_withdrawn_is_found() {
    let view = indebted(ether(1), wad(1_000));
    for now in [at(0), at(3_000)] {
        let most = maximum_draw(&view, now);
        assert!(draw(&view, most, &owner(now)).is_ok());
        assert!(draw(&view, Wad::from_raw(most.raw() + 1), &owner(now)).is_err());
        let most = maximum_withdrawal(&view, now);
        assert!(withdraw(&view, most, &owner(now)).is_ok());
        assert!(withdraw(&view, Amount::from_raw(most.raw() + 1), &owner(now)).is_err());
    }
    assert_eq!(maximum_draw(&view, at(9_999)), Wad::ZERO);
    let fresh = deposit(&common::view(), ether(1), &owner(at(0))).unwrap().view;
    assert!(maximum_draw(&fresh, at(0)) > wad(1_333));
    assert_eq!(maximum_draw(&common::view(), at(0)), Wad::ZERO);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Drawing and repaying the same sum at whatever rate leaves a debt that is the same or up to two units higher,
    /// and the difference is in the surplus.
    #[test]
    fn rounding_favours_the_protocol(amount in 1u128..1 << 90, age in 0u64..315_360_000) {
        let mut view = indebted(ether(1_000_000_000), wad(1_000));
        view.kind.params.debt_ceiling = Wad::from_raw(1 << 100);
        view.kind.params.gap = Wad::from_raw(1 << 100);
        // A line takes an interval to rise, and this is not about the line.
        view.kind.state.line = view.kind.params.debt_ceiling;
        let now = at(age);
        let view = priced(&view, dollars(2_000), now).accrued(now).unwrap();
        let before = view.position.art;
        let drawn = draw(&view, Wad::from_raw(amount), &owner(now)).unwrap();
        assert_solvent(&drawn.view);
        let excess = drawn.view.ledger.surplus.checked_sub(view.ledger.surplus).unwrap();
        prop_assert!(excess.to_wad_up().unwrap() <= Wad::from_raw(view.kind.state.rate.raw() / florin_units::RAY_ONE + 1));
        match repay(&drawn.view, Wad::from_raw(amount), &owner(now)) {
            Ok(repaid) => {
                assert_solvent(&repaid.view);
                prop_assert!(repaid.view.position.art >= before);
                prop_assert!(repaid.view.position.art.raw() - before.raw() <= 1);
            }
            Err(error) => prop_assert_eq!(error, VaultError::ZeroAmount),
        }
    }

    /// Accruing at arbitrary moments on the way changes a debt by at most one unit a moment.
    #[test]
    fn accruing_more_often_changes_nothing_of_note(cuts in prop::collection::vec(0u64..31_536_000, 0..12)) {
        let view = indebted(ether(1_000), wad(1_000_000));
        let mut cuts = cuts;
        cuts.sort_unstable();
        let end = at(31_536_000);
        let whole = view.accrued(end).unwrap();
        let mut often = view;
        for cut in &cuts {
            often = often.accrued(at(*cut)).unwrap();
        }
        often = often.accrued(end).unwrap();
        assert_solvent(&often);
        let debt = |view: &View| view.position.debt_up(view.kind.state.rate).unwrap().raw();
        prop_assert!(debt(&whole).abs_diff(debt(&often)) <= cuts.len() as u128);
    }
}

/// The parameters of the tests are what a contract would accept.
#[test]
fn a_type_without_fee_never_grows() {
    let mut params = ether_params();
    params.stability_fee = Ray::ONE;
    let base = View { kind: kind(params, dollars(2_000), at(0)), ..view() };
    let opened = open(&base.kind, &base.ledger, 1, ether(1), wad(1_000), &owner(at(0))).unwrap().view;
    assert_eq!(opened.accrued(at(1_000_000_000)).unwrap().position.debt_up(Ray::ONE), Ok(wad(1_000)));
}
