//! The ordinary life of positions and of the coin.

use florin_bindings::{token, vaults};
use florin_client::{
    chain::{DevChain, Wait},
    contract::{decode_events, Client},
    quote::{QuoteError, Quotes},
};
use florin_stable::{collateral::Asset, liquidation::Take, pause::Operation, quote::PositionPreview, VaultError};
use florin_units::{Amount, Price, Wad, U256};

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
    approve_spender(world, owner, asset, world.suite.vaults).await
}

/// Lets a contract move any amount of an account's asset, by the token's Solidity interface.
pub async fn approve_spender<C: DevChain>(
    world: &World<C>,
    owner: &florin_client::signer::Signer,
    asset: florin_client::chain::Address,
    spender: florin_client::chain::Address,
) -> Outcome {
    let mut data = vec![0x09, 0x5e, 0xa7, 0xb3];
    data.extend_from_slice(&[0; 12]);
    data.extend_from_slice(spender.as_bytes());
    data.extend_from_slice(&[0xff; 32]);
    let tried = world.suite.client.try_raw(&owner.account(), asset, 0, data.clone()).await?;
    world.suite.client.send_raw(owner, asset, 0, data, &tried.limits).await?;
    Ok(())
}

/// Previews are the same decisions on the same records, so the chain does to the unit what they say; and what is the most is
/// the most: one unit more is refused.
pub async fn quotes_agree_with_the_chain_to_the_unit<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (owner, keeper) = (world.person(1).await?, world.person(2).await?);
    let quotes = Quotes::new(world.suite.client.clone(), world.suite.vaults);
    let account = owner.account().to_address();
    let preview = quotes.preview_open(account, 0, native(100), coins(1_234)).await?;
    let id = world.open(&owner, 100, 1_234).await?;
    as_previewed(&world, id, &preview).await?;
    world.allow(&owner).await?;
    for (elapsed, amount) in [(1, 333u64), (3_599, 101), (86_399, 77)] {
        world.advance(elapsed).await?;
        world.report(0, dollars(100)).await?;
        // After a day without a price owners have ten minutes before anybody acts on it.
        world.advance(601).await?;
        let preview = quotes.preview_draw(id, coins(amount)).await?;
        world.call_vaults(&owner, 0, &vaults::draw(id, coins(amount))).await?;
        as_previewed(&world, id, &preview).await?;
        let preview = quotes.preview_repay(id, coins(amount / 2)).await?;
        world.call_vaults(&owner, 0, &vaults::repay(id, coins(amount / 2))).await?;
        as_previewed(&world, id, &preview).await?;
        let preview = quotes.preview_deposit(id, native(3)).await?;
        world.call_vaults(&owner, 3 * UNIT, &vaults::deposit(id, native(3))).await?;
        as_previewed(&world, id, &preview).await?;
        let preview = quotes.preview_withdraw(id, native(2)).await?;
        world.call_vaults(&owner, 0, &vaults::withdraw(id, native(2))).await?;
        as_previewed(&world, id, &preview).await?;
    }

    let most = quotes.maximum_draw(id).await?;
    let above = most.checked_add(Wad::from_raw(1)).expect("fits");
    assert_refused!(
        world.call_vaults(&owner, 0, &vaults::draw(id, above)).await,
        vaults::Error::Vault(VaultError::BelowSafetyRatio { .. })
    );
    world.call_vaults(&owner, 0, &vaults::draw(id, most)).await?;
    assert_eq!(quotes.maximum_draw(id).await?, Wad::ZERO);
    let most = quotes.maximum_withdrawal(id).await?;
    let above = most.checked_add(Amount::from_raw(1)).expect("fits");
    assert_refused!(
        world.call_vaults(&owner, 0, &vaults::withdraw(id, above)).await,
        vaults::Error::Vault(VaultError::BelowSafetyRatio { .. })
    );

    // A liquidation and a purchase.
    world.open(&keeper, 2_000, 20_000).await?;
    world.allow(&keeper).await?;
    world.move_price(0, dollars(80)).await?;
    let (buyer, caller) = (&keeper, keeper.account().to_address());
    let preview = quotes.preview_liquidation(id, caller).await?;
    let auction = world.call_vaults(&keeper, 0, &vaults::liquidate(id)).await?.value.expect("there is collateral");
    assert_eq!(world.suite.position(id).await?, Some(preview.view.position));
    assert_eq!(world.suite.ledger().await?, preview.view.ledger);
    assert_eq!(world.suite.auction(auction).await?, preview.auction);
    world.advance(1_500).await?;
    let command = Take { max_collateral: native(5), max_price: Price::MAX };
    let preview = quotes.preview_take(auction, &command, caller).await?;
    let take = vaults::take(auction, command.max_collateral, command.max_price);
    assert_eq!(world.call_vaults(buyer, 0, &take).await?.value, (preview.sold, preview.paid));
    assert_eq!(world.suite.auction(auction).await?, preview.auction);
    assert_eq!(world.suite.ledger().await?, preview.view.ledger);

    let refused = quotes.preview_withdraw(id + 1_000, native(1)).await;
    assert!(matches!(refused, Err(QuoteError::Refused(VaultError::UnknownPosition { .. }))), "{refused:?}");
    check_books(&world).await
}

async fn as_previewed<C: DevChain>(world: &World<C>, id: u64, preview: &PositionPreview) -> Outcome {
    let suite = &world.suite;
    assert_eq!(suite.position(id).await?, Some(preview.outcome.view.position));
    assert_eq!(suite.ledger().await?, preview.outcome.view.ledger);
    assert_eq!(suite.collateral_type(0).await?, preview.outcome.view.kind);
    assert_eq!(suite.client.read(suite.vaults, &vaults::debt_of(id)).await?, preview.debt);
    assert_eq!(suite.client.read(suite.vaults, &vaults::health(id)).await?, preview.health);
    Ok(())
}

/// Two clients of one process send from one account at once. Both succeed and nothing is lost: on a node the process
/// lets one task at a time take an account's next nonce, the sandbox runs one transaction after the other. What two
/// processes do to each other is not shown here.
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
    let (owner, buyer) = (world.person(1).await?, world.person(2).await?);
    let weak = world.open(&owner, 100, 6_000).await?;
    world.open(&buyer, 2_000, 20_000).await?;
    world.allow(&owner).await?;
    world.allow(&buyer).await?;
    world.move_price(0, dollars(80)).await?;
    let auction = world.call_vaults(&buyer, 0, &vaults::liquidate(weak)).await?.value.expect("collateral");
    let id = world.open(&owner, 100, 1_000).await?;
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
    // The auction runs, so a purchase would go through; when it has run out, a restart would.
    let (take, redo) = (vaults::take(auction, native(10), Price::MAX), vaults::redo(auction));
    let tried = world.call_vaults(&buyer, 0, &take).await;
    refused(tried, &paused(Operation::Auctions));
    world.advance(3_601).await?;
    let tried = world.call_vaults(&buyer, 0, &redo).await;
    refused(tried, &paused(Operation::Auctions));
    world.call_vaults(&owner, UNIT, &vaults::deposit(id, native(1))).await?;
    world.call_vaults(&owner, 0, &vaults::repay(id, coins(10))).await?;
    assert_refused!(
        world.call_vaults(&world.guardian, 0, &vaults::unpause(Operation::Draws)).await,
        vaults::Error::Vault(VaultError::Role(_))
    );
    world.govern_vaults(&vaults::unpause(Operation::Draws)).await?;
    world.call_vaults(&owner, 0, &vaults::draw(id, coins(10))).await?;
    let tried = world.call_vaults(&buyer, 0, &redo).await;
    refused(tried, &paused(Operation::Auctions));
    world.govern_vaults(&vaults::unpause(Operation::Auctions)).await?;
    world.call_vaults(&buyer, 0, &redo).await?;
    let (sold, _) = world.call_vaults(&buyer, 0, &take).await?.value;
    assert_eq!(sold, native(10));
    let tried = world.call_vaults(&owner, 0, &vaults::withdraw(id, native(1))).await;
    refused(tried, &paused(Operation::Withdrawals));
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
