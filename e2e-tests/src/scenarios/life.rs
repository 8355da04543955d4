//! The ordinary life of positions and of the coin.

use florin_bindings::{token, vaults};
use florin_client::{
    chain::{DevChain, Wait},
    contract::{decode_events, Client},
};
use florin_stable::{collateral::Asset, pause::Operation, quote, vault::View, VaultError};
use florin_units::{Amount, Wad, U256};

use super::{check_books, refused, Outcome};
use crate::{
    assert_refused,
    harness::{coins, collateral_params, dollars, native, World, UNIT},
};

/// Open, draw, wait, repay, withdraw, close: balances, debt and events are what the rules say.
pub async fn happy_path<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let owner = world.person(1).await?;
    let opened = world.call_vaults(&owner, 100 * UNIT, &vaults::open(0, native(100), coins(1_000))).await?;
    let id = opened.value;
    let events = decode_events::<vaults::PositionChanged>(&opened.receipt, world.suite.vaults).expect("decodes");
    assert_eq!((events.len(), events[0].position, events[0].collateral), (1, id, native(100)));
    assert_eq!(world.coin_of(&owner).await?, coins(1_000));
    check_books(&world).await?;

    world.call_vaults(&owner, 0, &vaults::draw(id, coins(500))).await?;
    assert_eq!(world.coin_of(&owner).await?, coins(1_500));
    world.call_vaults(&owner, 10 * UNIT, &vaults::deposit(id, native(10))).await?;

    // A year later the debt has grown by five per cent; repaying needs no price and may overshoot.
    world.advance(31_536_000).await?;
    let debt = world.suite.client.read(world.suite.vaults, &vaults::debt_of(id)).await?;
    assert!(debt > coins(1_574) && debt < coins(1_576), "{debt:?}");
    assert_refused!(
        world.call_vaults(&owner, 0, &vaults::repay(id, coins(100))).await,
        vaults::Error::Coin(token::CoinError::InsufficientAllowance { .. })
    );
    world.allow(&owner).await?;
    world.call_vaults(&owner, 0, &vaults::repay(id, coins(1_000))).await?;
    check_books(&world).await?;

    // Somebody else's coin repays the rest, interest included.
    world.report(0, dollars(100)).await?;
    world.advance(700).await?;
    let friend = world.person(2).await?;
    world.open(&friend, 100, 2_000).await?;
    world.pay(&friend, owner.account().to_address(), coins(500)).await?;
    let before = world.suite.client.chain().balance(&owner.account()).await?;
    let closed = world.call_vaults(&owner, 0, &vaults::close(id)).await?;
    let after = world.suite.client.chain().balance(&owner.account()).await?;
    assert!(after > before + 109 * UNIT, "the collateral came back: {before} {after} {:?}", closed.receipt.fee);
    assert_eq!(world.suite.position(id).await?, None);
    let ledger = world.suite.ledger().await?;
    assert!(ledger.surplus > coins(70).to_rad(), "fees are surplus: {ledger:?}");
    check_books(&world).await
}

/// Native tokens and an asset through its ERC-20 precompile, side by side.
pub async fn two_types_of_collateral<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain.clone()).await?;
    let asset = chain.create_asset(77, 6, 1).await?;
    world.add_feed(1).await?;
    let params = collateral_params(Asset::Erc20(asset.0), 6, 1);
    assert_refused!(
        world.govern_vaults(&vaults::add_collateral(1, collateral_params(Asset::Erc20(asset.0), 8, 1))).await,
        vaults::Error::DecimalsMismatch { expected: 8, actual: 6 }
    );
    world.govern_vaults(&vaults::add_collateral(1, params)).await?;
    world.report(1, dollars(2)).await?;

    let owner = world.person(1).await?;
    chain.mint_asset(77, &owner.account(), 10_000_000_000).await?;
    let native_position = world.open(&owner, 100, 1_000).await?;
    let open = vaults::open(1, Amount::from_raw(1_000_000_000), coins(500));
    assert_refused!(world.call_vaults(&owner, 0, &open).await, vaults::Error::CollateralTransferFailed { .. });
    approve_asset(&world, &owner, asset).await?;
    assert_refused!(world.call_vaults(&owner, UNIT, &open).await, vaults::Error::ValueMismatch { .. });
    let asset_position = world.call_vaults(&owner, 0, &open).await?.value;
    assert_eq!(world.coin_of(&owner).await?, coins(1_500));
    let owed = world.suite.client.read(world.suite.vaults, &vaults::liabilities(asset)).await?;
    assert_eq!(owed, Amount::from_raw(1_000_000_000));
    check_books(&world).await?;

    // The price of one does not move the other.
    world.move_price(1, dollars(1)).await?;
    let health = |id| vaults::health(id);
    let asset_health = world.suite.client.read(world.suite.vaults, &health(asset_position)).await?;
    assert!(asset_health.is_some_and(|ratio| ratio.raw() < 20_001));
    let native_health = world.suite.client.read(world.suite.vaults, &health(native_position)).await?;
    assert!(native_health.is_some_and(|ratio| ratio.raw() > 99_000));

    world.allow(&owner).await?;
    world.call_vaults(&owner, 0, &vaults::repay(asset_position, coins(400))).await?;
    world.call_vaults(&owner, 0, &vaults::withdraw(asset_position, Amount::from_raw(500_000_000))).await?;
    check_books(&world).await
}

/// Approve the vaults for an asset of the runtime, by its Solidity interface.
pub async fn approve_asset<C: DevChain>(
    world: &World<C>,
    owner: &florin_client::signer::Signer,
    asset: florin_client::chain::Address,
) -> Outcome {
    let mut data = vec![0x09, 0x5e, 0xa7, 0xb3];
    data.extend_from_slice(&[0; 12]);
    data.extend_from_slice(world.suite.vaults.as_bytes());
    data.extend_from_slice(&[0xff; 32]);
    let tried = world.suite.client.try_raw(&owner.account(), asset, 0, data.clone()).await?;
    world.suite.client.send_raw(owner, asset, 0, data, &tried.limits).await?;
    Ok(())
}

/// Previews are the same decisions on the same records, so the chain does to the unit what they say.
pub async fn quotes_agree_with_the_chain_to_the_unit<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let owner = world.person(1).await?;
    let id = world.open(&owner, 100, 1_234).await?;
    world.allow(&owner).await?;
    for (elapsed, draw, repay) in [(1, 333u64, 17u64), (3_599, 1, 101), (86_399, 77, 5)] {
        world.advance(elapsed).await?;
        world.report(0, dollars(100)).await?;
        for act in [draw, repay] {
            let view = View {
                kind: world.suite.collateral_type(0).await?,
                position: world.suite.position(id).await?.expect("open"),
                ledger: world.suite.ledger().await?,
            };
            let now = world.suite.now().await?;
            let preview = if act == draw {
                let preview = quote::preview_draw(&view, coins(act), now);
                let done = world.call_vaults(&owner, 0, &vaults::draw(id, coins(act))).await;
                if let Err(VaultError::PriceInGrace { .. }) = preview {
                    assert_refused!(done, vaults::Error::Vault(VaultError::PriceInGrace { .. }));
                    world.advance(700).await?;
                    continue;
                }
                done?;
                preview
            } else {
                let preview = quote::preview_repay(&view, coins(act), now);
                world.call_vaults(&owner, 0, &vaults::repay(id, coins(act))).await?;
                preview
            };
            let preview = preview.expect("the chain agreed");
            assert_eq!(world.suite.position(id).await?, Some(preview.outcome.view.position));
            assert_eq!(world.suite.ledger().await?, preview.outcome.view.ledger);
            assert_eq!(world.suite.collateral_type(0).await?, preview.outcome.view.kind);
            assert_eq!(world.suite.client.read(world.suite.vaults, &vaults::debt_of(id)).await?, preview.debt);
        }
    }
    check_books(&world).await
}

/// Two clients that share nothing but an account send at once; both succeed, nothing is lost.
pub async fn two_clients_sign_from_one_account_at_once<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain.clone()).await?;
    let owner = world.person(1).await?;
    let id = world.open(&owner, 100, 1_000).await?;
    let (first, second) = (Client::new(chain.clone()).with_wait(Wait::Best), Client::new(chain).with_wait(Wait::Best));
    let deposit = vaults::deposit(id, native(1));
    for _ in 0..5 {
        let (one, two) = tokio::join!(
            first.call(&owner, world.suite.vaults, UNIT, &deposit),
            second.call(&owner, world.suite.vaults, UNIT, &deposit)
        );
        one?;
        two?;
    }
    let position = world.suite.position(id).await?.expect("open");
    assert_eq!(position.collateral, native(110));
    check_books(&world).await
}

/// A pause stops what it names; top-up and repayment cannot be stopped; only the governor ends it.
pub async fn pauses_stop_what_they_name_and_nothing_else<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let owner = world.person(1).await?;
    let id = world.open(&owner, 100, 1_000).await?;
    world.allow(&owner).await?;
    for operation in [Operation::Draws, Operation::Withdrawals, Operation::Liquidations, Operation::Auctions] {
        world.call_vaults(&world.guardian, 0, &vaults::pause(operation)).await?;
    }
    let paused = |operation| vaults::Error::Vault(VaultError::Paused { operation });
    let tried = world.call_vaults(&owner, 0, &vaults::draw(id, coins(1))).await;
    refused(tried.map(|_| ()), &paused(Operation::Draws));
    let tried = world.call_vaults(&owner, 0, &vaults::withdraw(id, native(1))).await;
    refused(tried.map(|_| ()), &paused(Operation::Withdrawals));
    let tried = world.call_vaults(&owner, 0, &vaults::close(id)).await;
    refused(tried.map(|_| ()), &paused(Operation::Withdrawals));
    let tried = world.call_vaults(&owner, 0, &vaults::liquidate(id)).await;
    refused(tried.map(|_| ()), &paused(Operation::Liquidations));
    world.call_vaults(&owner, UNIT, &vaults::deposit(id, native(1))).await?;
    world.call_vaults(&owner, 0, &vaults::repay(id, coins(10))).await?;
    assert_refused!(
        world.call_vaults(&world.guardian, 0, &vaults::unpause(Operation::Draws)).await,
        vaults::Error::Vault(VaultError::Role(_))
    );
    world.govern_vaults(&vaults::unpause(Operation::Draws)).await?;
    world.call_vaults(&owner, 0, &vaults::draw(id, coins(10))).await?;
    check_books(&world).await
}

/// A payment's reference is in its event, and a transfer is an ERC-20 transfer for both ABIs.
pub async fn payments_carry_references<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (payer, payee) = (world.person(1).await?, world.person(2).await?);
    world.open(&payer, 100, 1_000).await?;
    let to = payee.account().to_address();
    let reference = *b"invoice 2026-11-24 / 4711       ";
    let pay = token::transfer_with_reference(to, coins(250).raw().into(), reference);
    let paid = world.suite.client.call(&payer, world.suite.token, 0, &pay).await?;
    let events = decode_events::<token::Payment>(&paid.receipt, world.suite.token).expect("decodes");
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].to, events[0].reference), (to, reference));
    let standard = decode_events::<token::Transfer>(&paid.receipt, world.suite.token).expect("decodes");
    assert_eq!(standard[0].value, U256::from(coins(250).raw()));
    assert_eq!(world.coin_of(&payee).await?, coins(250));
    let too_much = token::transfer(to, coins(751).raw().into());
    refused(
        world.suite.client.call(&payer, world.suite.token, 0, &too_much).await.map(|_| ()),
        &token::CoinError::InsufficientBalance {
            requested: coins(751).raw().into(),
            available: coins(750).raw().into(),
        },
    );

    // The same balance through the Solidity interface, as a wallet asks: balanceOf(address).
    let mut data = vec![0x70, 0xa0, 0x82, 0x31];
    data.extend_from_slice(&[0; 12]);
    data.extend_from_slice(to.as_bytes());
    let answer = world.suite.client.try_raw(&payer.account(), world.suite.token, 0, data).await?;
    assert_eq!(U256::from_big_endian(&answer.value.data), U256::from(coins(250).raw()));
    assert_eq!(world.coin_of(&payer).await?, Wad::from_whole(750));
    check_books(&world).await
}
