//! One function a scenario, generic over the chain; `tests/sandbox.rs` and `tests/node.rs` run them all.

mod assets;
mod change;
mod escrow_incidents;
mod escrow_keeper;
mod governance;
mod incidents;
mod life;
mod liquidation;
mod reentry;
mod roles;
mod staked_pool;
mod succession;
mod trade;
mod trade_edges;
mod trade_refusals;
mod trade_roles;

pub use assets::*;
pub use change::*;
pub use escrow_incidents::*;
pub use escrow_keeper::*;
pub use governance::*;
pub use incidents::*;
pub use life::*;
pub use liquidation::*;
pub use reentry::*;
pub use roles::*;
pub use staked_pool::*;
pub use succession::*;
pub use trade::*;
pub use trade_edges::*;
pub use trade_refusals::*;
pub use trade_roles::*;

use florin_bindings::{token, vaults, Message, NoError};
use florin_client::{
    account::AccountId,
    chain::{Address, DevChain, Limits},
    contract::CallError,
    error::ChainError,
    signer::Signer,
};
use florin_stable::{collateral::Asset, ledger::Recount};
use florin_units::U256;
use parity_scale_codec::Decode;

use crate::harness::{HarnessError, World, UNIT};

/// Applies a macro to the names of all scenarios.
#[macro_export]
macro_rules! for_each_scenario {
    ($apply:ident) => {
        $apply! {
            happy_path,
            two_types_of_collateral,
            quotes_agree_with_the_chain_to_the_unit,
            two_clients_sign_from_one_account_at_once,
            pauses_stop_what_they_name_and_nothing_else,
            payments_carry_references,
            liquidation_auctions_the_lot,
            partial_liquidation_restores_the_target,
            an_auction_that_runs_out_is_restarted,
            a_shut_gate_defers_rewards,
            frozen_payout_becomes_claimable,
            hostile_collateral_leaves_no_trace,
            every_privileged_message_checks_its_role,
            refusals_change_nothing,
            the_oracle_refuses_bad_input,
            configuration_refuses_bad_input,
            minting_stops_at_ceiling_and_bucket,
            a_listener_that_fails_holds_up_nobody,
            t01_no_zero_bid_auction,
            t02_one_parameter_cannot_mint,
            t07_liars_below_quorum_move_nothing,
            t08_donations_change_nothing,
            t09_zero_or_absurd_price_is_refused,
            t14_own_coin_price_liquidates_nobody,
            t17_collateral_type_is_initialised_once,
            t18_stale_price_stops_and_grace_follows,
            t20_duplicate_feeder_counts_once,
            a_proposal_runs_from_vote_to_execution,
            ballots_by_signature_count_once,
            a_target_with_other_code_is_not_called,
            proposals_execute_once_in_order_and_unchanged,
            the_rules_change_by_a_proposal_only,
            a_late_swing_extends_the_vote,
            voters_slash_the_deposit_of_an_abuse,
            a_guardian_past_its_term_is_refused,
            the_defensive_track_only_lowers_risk,
            every_role_belongs_to_the_governor_after_handover,
            t05_a_new_minter_waits_for_the_timelock,
            t15_votes_bought_at_the_snapshot_count_nothing,
            every_past_parameter_can_be_asked_for,
            past_limits_and_feed_rules_can_be_asked_for,
            a_parameter_moves_one_step_a_day,
            t06_another_source_of_prices_proves_itself_first,
            a_call_of_a_proposal_cannot_reenter_the_governor,
            rules_of_a_running_vote_do_not_change,
            deposits_of_others_cannot_be_paid_out,
            vaults_are_replaced_with_all_positions_and_money,
            a_replacement_that_stops_half_way_changes_nothing,
            rewards_move_to_the_successor,
            a_place_in_the_mint_gate_moves_once,
            a_lying_token_does_not_lock_the_collateral_of_its_type,
            a_minter_does_not_get_a_second_bucket,
            two_types_of_one_token_do_not_pay_for_each_other,
            an_old_proposal_cannot_undo_a_defence,
            the_executor_queues_and_executes_what_is_due,
            fob_shipment_is_paid_against_title,
            usance_credit_is_discounted_by_a_financier,
            a_discrepant_presentation_is_cured,
            a_dispute_is_appealed,
            a_refusal_without_reason_is_paid_from_the_reserve,
            e06_silent_arbitrators_hold_nothing,
            conditions_pay_a_credit,
            an_amendment_takes_everybody,
            proceeds_are_exchanged_or_paid_as_they_are,
            a_registry_that_refuses_holds_no_money,
            e01_no_escrow_pays_for_another,
            e02_a_hostile_asset_reaches_nobody_else,
            e03_a_refused_payee_redirects_its_claim,
            e04_a_refused_award_can_be_claimed,
            e05_open_credits_keep_what_they_were_funded_with,
            e07_only_what_is_pulled_counts,
            e08_nothing_is_an_offer_and_no_unit_is_lost,
            e09_a_frivolous_dispute_loses_its_bond,
            e10_no_party_sits_and_no_word_is_copied,
            e11_a_lapsed_leg_pays_who_waited,
            e12_numbers_at_the_end_of_their_type_are_refused,
            e13_many_drawings_are_one,
            e14_a_token_that_calls_back_changes_nothing,
            e15_what_is_too_small_to_deliver_adds_up,
            e16_a_partial_acceptance_is_a_rejection,
            a_division_counts_once,
            what_is_retained_gets_its_own_panel,
            a_presentation_of_nothing_earns_nothing,
            a_staked_panel_decides_and_is_paid,
            silence_on_a_staked_panel_costs_the_stake,
            an_appeal_draws_others_from_the_staked_pool,
            a_stake_is_free_when_its_seat_has_ended,
            the_state_of_a_title_pays_a_credit,
            a_contract_sells_and_is_paid,
            a_contract_buys_and_pays_in,
            a_compliance_contract_that_loops_says_no,
            the_fullest_message_fits_a_block,
            the_keeper_settles_what_is_due,
            every_message_of_trade_checks_who_sends_it,
            every_documented_refusal_of_trade_is_produced
        }
    };
}

/// What a scenario ends with.
pub type Outcome = Result<(), HarnessError>;

/// Everything that must hold after every step: the equation to the last digit, by running total and by recount of every
/// position; the supply; each asset covered, the native token and ERC-20s alike.
pub async fn check_books<C: DevChain>(world: &World<C>) -> Outcome {
    let suite = &world.suite;
    let report = suite.client.read(suite.vaults, &vaults::solvency()).await?;
    assert!(report.is_exact(), "both sides differ: {report:?}");
    let index = suite.client.read(suite.vaults, &vaults::summary()).await?;
    let (mut by_type, mut by_position) = (Recount::default(), Recount::default());
    let mut kinds = Vec::new();
    for id in 0..index.collateral_types {
        let kind = suite.collateral_type(id).await?;
        by_type.add_type(&kind).expect("fits");
        kinds.push(kind);
    }
    let mut from = 0;
    while from < index.positions {
        for (_, position) in suite.positions(from, 100).await? {
            let kind = kinds.get(position.collateral_type as usize).expect("a known type");
            by_position.add(position.art, kind.state.rate).expect("fits");
        }
        from += 100;
    }
    assert_eq!(by_type.debt, report.debt, "the running total is not the sum over types");
    assert_eq!(by_position.debt, report.debt, "the sum over types is not the sum over positions");
    let supply = suite.client.read(suite.token, &token::total_supply()).await?;
    let ledger = report.ledger;
    assert_eq!(supply + U256::from(ledger.burned.raw()), U256::from(ledger.minted.raw()), "supply");
    let owed = suite.client.read(suite.vaults, &vaults::liabilities(Address::zero())).await?;
    let held = suite.client.chain().balance_of_address(&suite.vaults).await?;
    let ratio = suite.client.chain().info().await?.native_to_contract_ratio;
    // The chain tells whole planck; what the contract holds beyond is less than one. (The contract itself checks exactly.)
    assert!(owed.raw() < (held + 1) * ratio, "native liabilities {owed:?} exceed {held}");
    for kind in &kinds {
        let Asset::Erc20(address) = kind.params.asset else { continue };
        let asset = Address::from(address);
        let owed = suite.client.read(suite.vaults, &vaults::liabilities(asset)).await?;
        let held = asset_balance(world, asset, suite.vaults).await?;
        assert!(held >= U256::from(owed.raw()), "liabilities {owed:?} of {asset:?} exceed {held}");
    }
    Ok(())
}

/// Raw units of an ERC-20 that an account holds, by the token's Solidity interface.
pub async fn asset_balance<C: DevChain>(
    world: &World<C>,
    asset: Address,
    owner: Address,
) -> Result<U256, HarnessError> {
    let mut data = vec![0x70, 0xa0, 0x82, 0x31];
    data.extend_from_slice(&[0; 12]);
    data.extend_from_slice(owner.as_bytes());
    let nobody = AccountId::from_address(&Address::zero());
    let answer = world.suite.client.try_raw(&nobody, asset, 0, data).await?.value;
    assert!(!answer.reverted && answer.data.len() == 32, "{asset:?} tells no balance: {answer:?}");
    Ok(U256::from_big_endian(&answer.data))
}

/// Why a contract refuses a call. The client tries a call first and would leave it at that; here it is sent all the
/// same, so that what the refusal leaves behind is what the chain has made of it.
async fn refusal<C, T, E>(
    world: &World<C>,
    signer: &Signer,
    contract: Address,
    message: &Message<T, E>,
) -> Result<E, HarnessError>
where
    C: DevChain,
    T: Decode + core::fmt::Debug,
    E: Decode + core::fmt::Debug,
{
    let client = &world.suite.client;
    let account = signer.account();
    let error = match client.dry_run(&account, contract, 0, message).await {
        Err(CallError::Refused { error, .. }) => error,
        other => panic!("{} should be refused, got {other:?}", message.label),
    };
    let data = message.data().to_vec();
    let tried = client.try_raw(&account, contract, 0, data.clone()).await?;
    let limits = Limits { storage_deposit: 100 * UNIT, ..tried.limits };
    match client.send_raw(signer, contract, 0, data, &limits).await {
        Err(ChainError::Dispatch { name, .. }) if name == "ContractReverted" => Ok(error),
        other => panic!("{} should revert, got {other:?}", message.label),
    }
}

/// Assert that a call was refused for exactly this reason.
#[track_caller]
pub fn refused<T: core::fmt::Debug, E: core::fmt::Debug + PartialEq>(result: Result<T, CallError<E>>, expected: &E) {
    match result {
        Err(CallError::Refused { ref error, .. }) if error == expected => {}
        other => panic!("expected the refusal {expected:?}, got {other:?}"),
    }
}

/// Assert that a call was refused for a reason of this kind.
#[macro_export]
macro_rules! assert_refused {
    ($result:expr, $pattern:pat) => {
        match $result {
            Err(florin_client::contract::CallError::Refused { error: $pattern, .. }) => {}
            other => panic!("expected the refusal {}, got {other:?}", stringify!($pattern)),
        }
    };
}

/// Answers that cannot be refused have no error.
pub fn no_error(error: CallError<NoError>) -> HarnessError {
    error.into()
}
