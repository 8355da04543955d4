//! Who may do what, and what a refusal leaves behind.

use florin_bindings::{oracle, token, vaults, Message};
use florin_client::{chain::DevChain, contract::CallError, signer::Signer};
use florin_stable::{collateral::Asset, oracle::OracleError, pause::Operation, VaultError};
use florin_units::{Amount, Price, Wad, U256};
use parity_scale_codec::Decode;

use super::{check_books, Outcome};
use crate::{
    assert_refused,
    harness::{coins, collateral_params, dollars, feed_config, native, HarnessError, World, NATIVE_FEED, UNIT},
};

/// Role by message: what is the governor's is refused to the guardian, to feeders and to anybody; what is the guardian's is
/// refused to feeders and to anybody; what is a feeder's or the oracle's is refused to everybody else.
pub async fn every_privileged_message_checks_its_role<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let anybody = world.person(9).await?;
    let someone = anybody.account().to_address();
    let params = collateral_params(Asset::Native, 18, NATIVE_FEED);
    let (guardian, feeder) = (&world.guardian, &world.feeders[0]);
    let quote = florin_stable::oracle::Quote {
        price: dollars(1),
        updated_at: world.suite.now().await?,
        recovered_at: florin_units::Timestamp::ZERO,
    };

    for outsider in [guardian, feeder, &anybody] {
        denied_by_vaults(&world, outsider, &vaults::add_collateral(1, params)).await?;
        denied_by_vaults(&world, outsider, &vaults::set_collateral_params(0, params)).await?;
        denied_by_vaults(&world, outsider, &vaults::unpause(Operation::Draws)).await?;
        denied_by_vaults(&world, outsider, &vaults::name_governor(someone)).await?;
        denied_by_vaults(&world, outsider, &vaults::accept_governor()).await?;
        denied_by_vaults(&world, outsider, &vaults::set_guardian(someone)).await?;
        denied_by_vaults(&world, outsider, &vaults::on_price(NATIVE_FEED, quote)).await?;
        denied_by_oracle(&world, outsider, &oracle::add_feed(9, feed_config())).await?;
        denied_by_oracle(&world, outsider, &oracle::set_feed_config(NATIVE_FEED, feed_config())).await?;
        denied_by_oracle(&world, outsider, &oracle::add_feeder(NATIVE_FEED, someone)).await?;
        denied_by_oracle(&world, outsider, &oracle::remove_feeder(NATIVE_FEED, someone)).await?;
        denied_by_oracle(&world, outsider, &oracle::set_listener(NATIVE_FEED, 1, someone)).await?;
        denied_by_oracle(&world, outsider, &oracle::unfreeze(NATIVE_FEED)).await?;
        denied_by_oracle(&world, outsider, &oracle::name_governor(someone)).await?;
        denied_by_oracle(&world, outsider, &oracle::accept_governor()).await?;
        denied_by_oracle(&world, outsider, &oracle::set_guardian(someone)).await?;
        denied_by_token(&world, outsider, &token::set_minter(someone, 1, 1, 0)).await?;
        denied_by_token(&world, outsider, &token::resume_minting()).await?;
        denied_by_token(&world, outsider, &token::name_governor(someone)).await?;
        denied_by_token(&world, outsider, &token::accept_governor()).await?;
        denied_by_token(&world, outsider, &token::set_guardian(someone)).await?;
        denied_by_token(&world, outsider, &token::mint(someone, 1)).await?;
    }
    for outsider in [feeder, &anybody] {
        denied_by_vaults(&world, outsider, &vaults::pause(Operation::Draws)).await?;
        denied_by_oracle(&world, outsider, &oracle::freeze(NATIVE_FEED)).await?;
        denied_by_token(&world, outsider, &token::pause_minting()).await?;
    }
    for outsider in [&world.governor, guardian, &anybody] {
        denied_by_oracle(&world, outsider, &oracle::report(NATIVE_FEED, dollars(1))).await?;
    }
    // Not even the governor is the oracle, or a minter.
    denied_by_vaults(&world, &world.governor, &vaults::on_price(NATIVE_FEED, quote)).await?;
    denied_by_token(&world, &world.governor, &token::mint(someone, 1)).await?;

    // The two-step transfer: nothing changes hands before the named one accepts.
    world.govern_vaults(&vaults::name_governor(someone)).await?;
    denied_by_vaults(&world, &anybody, &vaults::set_guardian(someone)).await?;
    world.call_vaults(&anybody, 0, &vaults::accept_governor()).await?;
    denied_by_vaults(&world, &world.governor, &vaults::set_guardian(someone)).await?;
    world.call_vaults(&anybody, 0, &vaults::set_guardian(someone)).await?;
    check_books(&world).await
}

async fn denied_by_vaults<C: DevChain, T: Decode + core::fmt::Debug>(
    world: &World<C>,
    outsider: &Signer,
    message: &Message<T, vaults::Error>,
) -> Outcome {
    let account = outsider.account();
    match world.suite.client.dry_run(&account, world.suite.vaults, 0, message).await {
        Err(CallError::Refused {
            error: vaults::Error::Vault(VaultError::Role(_)) | vaults::Error::NotOracle { .. },
            ..
        }) => Ok(()),
        other => panic!("{} by {account:?}: {other:?}", message.label),
    }
}

async fn denied_by_oracle<C: DevChain, T: Decode + core::fmt::Debug>(
    world: &World<C>,
    outsider: &Signer,
    message: &Message<T, OracleError>,
) -> Outcome {
    let account = outsider.account();
    match world.suite.client.dry_run(&account, world.suite.oracle, 0, message).await {
        Err(CallError::Refused { error: OracleError::Role(_) | OracleError::NotFeeder { .. }, .. }) => Ok(()),
        other => panic!("{} by {account:?}: {other:?}", message.label),
    }
}

async fn denied_by_token<C: DevChain, T: Decode + core::fmt::Debug>(
    world: &World<C>,
    outsider: &Signer,
    message: &Message<T, token::CoinError>,
) -> Outcome {
    let account = outsider.account();
    match world.suite.client.dry_run(&account, world.suite.token, 0, message).await {
        Err(CallError::Refused {
            error: token::CoinError::NotAuthorised { .. } | token::CoinError::NotMinter { .. },
            ..
        }) => Ok(()),
        other => panic!("{} by {account:?}: {other:?}", message.label),
    }
}

/// Zero and maximal amounts, unknown numbers, other people's positions, nothing allowed: the exact refusal, and no change.
pub async fn refusals_change_nothing<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (owner, other) = (world.person(1).await?, world.person(2).await?);
    let id = world.open(&owner, 100, 1_000).await?;
    let before = snapshot(&world, &owner, id).await?;
    let (zero, most) = (Amount::ZERO, Amount::MAX);
    let unknown = 999u64;
    use vaults::Error::Vault;
    macro_rules! refuse {
        ($signer:expr, $value:expr, $message:expr, $pattern:pat) => {{
            assert_refused!(world.call_vaults($signer, $value, &$message).await, $pattern);
            assert_eq!(snapshot(&world, &owner, id).await?, before, "{}", $message.label);
        }};
    }
    refuse!(&owner, 0, vaults::open(7, native(1), coins(0)), Vault(VaultError::UnknownCollateralType { id: 7 }));
    refuse!(&owner, 0, vaults::open(0, zero, coins(0)), Vault(VaultError::ZeroAmount));
    refuse!(&owner, UNIT, vaults::open(0, native(2), coins(0)), vaults::Error::ValueMismatch { .. });
    refuse!(&owner, UNIT, vaults::open(0, native(1), coins(99)), Vault(VaultError::BelowDebtFloor { .. }));
    refuse!(&owner, UNIT, vaults::open(0, native(1), coins(100)), Vault(VaultError::BelowSafetyRatio { .. }));
    refuse!(
        &owner,
        UNIT,
        vaults::open(0, native(1), Wad::MAX),
        Vault(VaultError::Math(_) | VaultError::DebtCeilingExceeded { .. })
    );
    refuse!(&owner, 0, vaults::deposit(id, zero), Vault(VaultError::ZeroAmount));
    refuse!(&owner, 0, vaults::deposit(id, most), Vault(VaultError::Math(_)));
    refuse!(&owner, UNIT, vaults::deposit(unknown, native(1)), Vault(VaultError::UnknownPosition { id: 999 }));
    refuse!(&owner, 0, vaults::withdraw(id, zero), Vault(VaultError::ZeroAmount));
    refuse!(&owner, 0, vaults::withdraw(id, most), Vault(VaultError::InsufficientCollateral { .. }));
    refuse!(&owner, 0, vaults::withdraw(id, native(90)), Vault(VaultError::BelowSafetyRatio { .. }));
    refuse!(&other, 0, vaults::withdraw(id, native(1)), Vault(VaultError::NotOwner { .. }));
    refuse!(&owner, 0, vaults::withdraw(unknown, native(1)), Vault(VaultError::UnknownPosition { .. }));
    refuse!(&owner, 0, vaults::draw(id, Wad::ZERO), Vault(VaultError::ZeroAmount));
    refuse!(&owner, 0, vaults::draw(id, coins(6_000)), Vault(VaultError::BelowSafetyRatio { .. }));
    refuse!(&owner, 0, vaults::draw(id, coins(60_000_000)), Vault(VaultError::DebtCeilingExceeded { .. }));
    refuse!(&other, 0, vaults::draw(id, coins(1)), Vault(VaultError::NotOwner { .. }));
    refuse!(&owner, 0, vaults::draw(unknown, coins(1)), Vault(VaultError::UnknownPosition { .. }));
    refuse!(&owner, 0, vaults::repay(id, Wad::ZERO), Vault(VaultError::ZeroAmount));
    refuse!(&owner, 0, vaults::repay(id, coins(950)), Vault(VaultError::BelowDebtFloor { .. }));
    refuse!(
        &owner,
        0,
        vaults::repay(id, coins(1)),
        vaults::Error::Coin(token::CoinError::InsufficientAllowance { .. })
    );
    refuse!(&owner, 0, vaults::repay(unknown, coins(1)), Vault(VaultError::UnknownPosition { .. }));
    refuse!(&other, 0, vaults::close(id), Vault(VaultError::NotOwner { .. }));
    refuse!(&owner, 0, vaults::close(unknown), Vault(VaultError::UnknownPosition { .. }));
    refuse!(&other, 0, vaults::liquidate(id), Vault(VaultError::NotLiquidatable { .. }));
    refuse!(&other, 0, vaults::liquidate(unknown), Vault(VaultError::UnknownPosition { .. }));
    refuse!(&other, 0, vaults::take(unknown, most, Price::MAX), Vault(VaultError::UnknownAuction { id: 999 }));
    refuse!(&other, 0, vaults::redo(unknown), Vault(VaultError::UnknownAuction { .. }));
    refuse!(&other, 0, vaults::heal(), Vault(VaultError::NothingToHeal));
    refuse!(&other, 0, vaults::accrue(9), Vault(VaultError::UnknownCollateralType { id: 9 }));
    refuse!(&other, 0, vaults::sync_price(9), Vault(VaultError::UnknownCollateralType { id: 9 }));
    refuse!(&other, 0, vaults::claim_reward(), vaults::Error::NothingToClaim);
    let nobody = florin_client::chain::Address::zero();
    refuse!(&other, 0, vaults::claim(nobody, nobody), vaults::Error::NothingToClaim);

    let client = &world.suite.client;
    let coin = world.suite.token;
    let someone = other.account().to_address();
    macro_rules! coin_refuses {
        ($signer:expr, $message:expr, $pattern:pat) => {{
            assert_refused!(client.call($signer, coin, 0, &$message).await, $pattern);
            assert_eq!(snapshot(&world, &owner, id).await?, before, "{}", $message.label);
        }};
    }
    use token::CoinError as Coin;
    coin_refuses!(&owner, token::transfer(someone, U256::MAX), Coin::AmountTooLarge { .. });
    coin_refuses!(&owner, token::transfer(someone, u128::MAX.into()), Coin::InsufficientBalance { .. });
    coin_refuses!(&owner, token::transfer(nobody, 1.into()), Coin::ZeroAddress);
    coin_refuses!(&owner, token::approve(nobody, 1.into()), Coin::ZeroAddress);
    coin_refuses!(
        &other,
        token::transfer_from(owner.account().to_address(), someone, 1.into()),
        Coin::InsufficientAllowance { .. }
    );
    coin_refuses!(&owner, token::burn(0), Coin::ZeroAmount);
    coin_refuses!(&owner, token::burn(u128::MAX), Coin::InsufficientBalance { .. });
    coin_refuses!(&other, token::burn_from(owner.account().to_address(), 1), Coin::InsufficientAllowance { .. });
    check_books(&world).await
}

async fn snapshot<C: DevChain>(world: &World<C>, owner: &Signer, id: u64) -> Result<String, HarnessError> {
    let suite = &world.suite;
    let index = suite.client.read(suite.vaults, &vaults::summary()).await?;
    Ok(format!(
        "{:?} {:?} {:?} {index:?} {:?}",
        suite.position(id).await?,
        suite.collateral_type(0).await?,
        suite.ledger().await?,
        world.coin_of(owner).await?
    ))
}

/// The vaults mint up to the gate's ceiling and what its bucket holds, and not one unit more.
pub async fn minting_stops_at_ceiling_and_bucket<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let owner = world.person(1).await?;
    // A bucket of 500, an outstanding ceiling of 2,000.
    let limits = token::set_minter(world.suite.vaults, coins(2_000).raw(), coins(1_000).raw(), 0);
    world.govern_token(&limits).await?;
    let id = world.open(&owner, 1_000, 400).await?;
    let over = world.call_vaults(&owner, 0, &vaults::draw(id, coins(101))).await;
    assert_refused!(over, vaults::Error::Coin(token::CoinError::BucketExceeded { .. }));
    world.call_vaults(&owner, 0, &vaults::draw(id, coins(100))).await?;
    for _ in 0..3 {
        world.advance(86_400).await?;
        world.report(NATIVE_FEED, dollars(100)).await?;
        world.advance(700).await?;
        world.call_vaults(&owner, 0, &vaults::draw(id, coins(500))).await?;
    }
    world.advance(86_400).await?;
    world.report(NATIVE_FEED, dollars(100)).await?;
    world.advance(700).await?;
    let over = world.call_vaults(&owner, 0, &vaults::draw(id, Wad::from_raw(1))).await;
    assert_refused!(over, vaults::Error::Coin(token::CoinError::CeilingExceeded { requested: 1, available: 0 }));
    // What is burned makes room under the ceiling.
    world.allow(&owner).await?;
    world.call_vaults(&owner, 0, &vaults::repay(id, coins(300))).await?;
    world.call_vaults(&owner, 0, &vaults::draw(id, coins(300))).await?;
    check_books(&world).await
}
