//! The defensive track: whatever it lets through lowers risk, and nothing of it costs an owner anything.
#![allow(clippy::unwrap_used)]
mod common;

use common::{at, dollars, ether_params, governor, guardian, kind, wad, with};
use florin_stable::collateral::{Asset, CollateralParams};
use florin_stable::ledger::Ledger;
use florin_stable::mint_gate::{Limits, MintGateError, Minter, Provenance};
use florin_stable::parameter::{Defence, Parameter};
use florin_stable::VaultError;
use proptest::prelude::*;

proptest! {
    /// Over all parameters and values: what the defensive track lets through leaves every risk measure where it was or lower. The
    /// measures are those of the field, written here again and not taken from the table under test.
    #[test]
    fn a_defensive_call_raises_no_measure_of_risk(
        place in 0usize..Parameter::ALL.len(),
        value in prop_oneof![any::<u128>(), 0u128..40_000, Just(0u128)],
        nudge in -3i128..4,
        exact in any::<bool>(),
    ) {
        let parameter = Parameter::ALL[place];
        let old = ether_params();
        let value = if exact { value } else { old.value(parameter).saturating_add_signed(nudge) };
        let new = with(parameter, value);
        let record = kind(ether_params(), dollars(2_000), at(0));
        let tried = record.tighten(&Ledger::default(), new, at(0), &guardian());
        let Ok((tightened, _)) = tried else {
            // Nothing that may be tightened is refused for being tightened; only for a bound that it breaks.
            if let Err(VaultError::NotDefensive { parameter: refused, current, proposed }) = tried {
                let defence = refused.defence();
                let wrong = match defence {
                    Defence::Fixed => current != proposed,
                    Defence::Lower => proposed > current,
                    Defence::Raise => proposed < current,
                };
                prop_assert!(wrong, "refused {refused:?} from {current} to {proposed}");
            }
            return Ok(());
        };
        let params = tightened.params;
        // How much debt there can be, and how fast it can grow.
        prop_assert!(params.debt_ceiling <= old.debt_ceiling);
        prop_assert!(params.gap <= old.gap);
        prop_assert!(params.line_interval >= old.line_interval);
        prop_assert!(tightened.state.line <= record.state.line);
        // How little collateral new debt may have.
        prop_assert!(params.safety_ratio >= old.safety_ratio);
        // Who can be liquidated, at what cost, and how lots are sold: nobody's collateral is touched.
        prop_assert_eq!(params.liquidation_ratio, old.liquidation_ratio);
        prop_assert_eq!(params.target_ratio, old.target_ratio);
        prop_assert_eq!((params.penalty, params.seizure), (old.penalty, old.seizure));
        prop_assert_eq!(params.auction, old.auction);
        prop_assert_eq!(params.stability_fee, old.stability_fee);
        prop_assert_eq!((params.tip, params.keeper_share), (old.tip, old.keeper_share));
        prop_assert_eq!((params.auction_cap, params.debt_floor), (old.auction_cap, old.debt_floor));
        // What prices count.
        prop_assert_eq!((params.feed, params.max_price_age, params.grace), (old.feed, old.max_price_age, old.grace));
        prop_assert_eq!((params.minimum_price, params.maximum_price), (old.minimum_price, old.maximum_price));
        prop_assert_eq!(record.state.rate, tightened.state.rate);
    }

    /// Limits of a minter only fall on the defensive track, and what is minted afterwards stays under both.
    #[test]
    fn defensive_limits_only_fall(ceiling in 0u64..2_000, limit in 0u64..2_000) {
        let limits = Limits { ceiling: wad(1_000), limit_per_day: wad(1_000) };
        let minter = Minter::new(Provenance::Vaults, limits, at(0), &governor()).unwrap();
        let proposed = Limits { ceiling: wad(ceiling), limit_per_day: wad(limit) };
        match minter.lower_limits(proposed, at(0), &guardian()) {
            Ok(lower) => {
                prop_assert!(ceiling <= 1_000 && limit <= 1_000);
                prop_assert!(lower.available(at(0)).unwrap() <= minter.available(at(0)).unwrap());
            }
            Err(error) => {
                prop_assert!(ceiling > 1_000 || limit > 1_000);
                prop_assert_eq!(error, MintGateError::NotLower { current: limits, proposed });
            }
        }
    }
}

#[test]
fn each_parameter_moves_only_where_the_table_says() {
    for parameter in Parameter::ALL {
        let old = ether_params();
        let current = old.value(parameter);
        for value in [current + 1, current.saturating_sub(1)] {
            let new = with(parameter, value);
            let proposed = new.value(parameter);
            if proposed == current {
                continue;
            }
            let allowed = match parameter.defence() {
                Defence::Fixed => false,
                Defence::Lower => proposed < current,
                Defence::Raise => proposed > current,
            };
            assert_eq!(old.check_defence(&new).is_ok(), allowed, "{parameter:?} from {current} to {proposed}");
        }
    }
    let other = CollateralParams { asset: Asset::Erc20([9; 20]), ..ether_params() };
    assert_eq!(ether_params().check_defence(&other), Err(VaultError::AssetChanged));
}

#[test]
fn a_tightened_ceiling_lowers_the_line_at_once() {
    let record = kind(ether_params(), dollars(2_000), at(0));
    let ceiling = wad(1);
    let params = CollateralParams { debt_ceiling: ceiling, ..record.params };
    let (tightened, _) = record.tighten(&Ledger::default(), params, at(0), &guardian()).unwrap();
    assert_eq!(tightened.state.line, ceiling);
}
