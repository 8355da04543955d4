//! Unsafe positions: liquidation, auctions, rewards.

use florin_bindings::{token, vaults};
use florin_client::{chain::DevChain, contract::decode_events};
use florin_stable::VaultError;
use florin_units::{Amount, Price, Wad};

use super::{check_books, Outcome};
use crate::{
    assert_refused,
    harness::{coins, dollars, native, World},
};

/// A position below its ratio goes to auction; a buyer pays; collateral and coin are conserved to the unit.
pub async fn liquidation_auctions_the_lot<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (owner, keeper, buyer) = (world.person(1).await?, world.person(2).await?, world.person(3).await?);
    let id = world.open(&owner, 100, 6_000).await?;
    world.open(&buyer, 2_000, 20_000).await?;
    world.allow(&buyer).await?;
    assert_refused!(
        world.call_vaults(&keeper, 0, &vaults::liquidate(id)).await,
        vaults::Error::Vault(VaultError::NotLiquidatable { .. })
    );
    world.move_price(0, dollars(80)).await?;
    let done = world.call_vaults(&keeper, 0, &vaults::liquidate(id)).await?;
    let auction = done.value.expect("there is collateral");
    let event = decode_events::<vaults::Liquidated>(&done.receipt, world.suite.vaults).expect("decodes").remove(0);
    check_books(&world).await?;
    assert!(world.coin_of(&keeper).await? >= coins(2), "the keeper has its tip");
    let left = world.suite.position(id).await?.expect("the rest is the owner's");
    assert_eq!(left.collateral.checked_add(event.lot), Ok(native(100)));

    world.advance(1_800).await?;
    let price = world.suite.client.read(world.suite.vaults, &vaults::auction_price(auction)).await?;
    assert!(price < dollars(84) && price > dollars(72), "{price:?}");
    assert_refused!(
        world.call_vaults(&buyer, 0, &vaults::take(auction, native(100), dollars(1))).await,
        vaults::Error::Vault(VaultError::PriceAboveMaximum { .. })
    );
    let before = world.coin_of(&buyer).await?;
    let taken = world.call_vaults(&buyer, 0, &vaults::take(auction, native(100), Price::MAX)).await?;
    let event_taken = decode_events::<vaults::Taken>(&taken.receipt, world.suite.vaults).expect("decodes").remove(0);
    let (sold, paid) = taken.value;
    assert_eq!((event_taken.sold, event_taken.paid), (sold, paid));
    assert_eq!(before.checked_sub(world.coin_of(&buyer).await?), Ok(paid));
    assert_eq!(paid, event.tab, "the whole tab is raised");
    assert_eq!(sold.checked_add(event_taken.returned), Ok(event.lot), "the rest of the lot goes back");
    assert_eq!(event_taken.shortfall, Wad::ZERO);
    assert_eq!(world.suite.auction(auction).await?, None);
    check_books(&world).await?;
    world.call_vaults(&keeper, 0, &vaults::heal()).await?;
    let ledger = world.suite.ledger().await?;
    assert_eq!(ledger.deficit, florin_units::Rad::ZERO, "the penalty covers debt and reward");
    check_books(&world).await
}

/// A partial liquidation closes just enough to reach the target ratio; the owner keeps the rest.
pub async fn partial_liquidation_restores_the_target<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (owner, keeper) = (world.person(1).await?, world.person(2).await?);
    let id = world.open(&owner, 1_000, 60_000).await?;
    world.move_price(0, dollars(86)).await?;
    world.call_vaults(&keeper, 0, &vaults::liquidate(id)).await?;
    let left = world.suite.position(id).await?.expect("partly closed");
    assert!(!left.art.is_zero() && !left.collateral.is_zero());
    let health = world.suite.client.read(world.suite.vaults, &vaults::health(id)).await?.expect("it has debt");
    assert!(health.raw() >= 17_000 && health.raw() <= 17_001, "{health:?}");
    assert_refused!(
        world.call_vaults(&keeper, 0, &vaults::liquidate(id)).await,
        vaults::Error::Vault(VaultError::NotLiquidatable { .. })
    );
    check_books(&world).await
}

/// An auction nobody bought from is restarted at the market's price; before that nothing is sold.
pub async fn an_auction_that_runs_out_is_restarted<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (owner, keeper) = (world.person(1).await?, world.person(2).await?);
    let id = world.open(&owner, 100, 6_000).await?;
    world.open(&keeper, 2_000, 20_000).await?;
    world.allow(&keeper).await?;
    world.move_price(0, dollars(80)).await?;
    let auction = world.call_vaults(&keeper, 0, &vaults::liquidate(id)).await?.value.expect("collateral");
    assert_refused!(
        world.call_vaults(&keeper, 0, &vaults::redo(auction)).await,
        vaults::Error::Vault(VaultError::AuctionNotStale { .. })
    );
    world.advance(3_601).await?;
    assert_refused!(
        world.call_vaults(&keeper, 0, &vaults::take(auction, native(1_000), Price::MAX)).await,
        vaults::Error::Vault(VaultError::AuctionStale { .. })
    );
    world.move_price(0, dollars(40)).await?;
    let old = world.suite.auction(auction).await?.expect("still there");
    world.call_vaults(&keeper, 0, &vaults::redo(auction)).await?;
    let new = world.suite.auction(auction).await?.expect("restarted");
    assert_eq!((new.lot, new.tab), (old.lot, old.tab));
    assert_eq!(new.top, Price::from_raw(42 * florin_units::WAD_ONE));
    check_books(&world).await?;

    // At half the price the lot cannot raise its tab: the shortfall is in the books, not hidden.
    world.advance(60).await?;
    let deficit = world.suite.ledger().await?.deficit;
    let done = world.call_vaults(&keeper, 0, &vaults::take(auction, Amount::MAX, Price::MAX)).await?;
    let taken = decode_events::<vaults::Taken>(&done.receipt, world.suite.vaults).expect("decodes").remove(0);
    assert!(taken.shortfall > Wad::ZERO);
    assert_eq!(world.suite.ledger().await?.deficit, deficit, "the deficit has stood since the liquidation");
    check_books(&world).await
}

/// With the mint gate shut a liquidation goes through all the same; the reward waits.
pub async fn a_shut_gate_defers_rewards<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (owner, keeper) = (world.person(1).await?, world.person(2).await?);
    let id = world.open(&owner, 100, 6_000).await?;
    world.move_price(0, dollars(80)).await?;
    let client = &world.suite.client;
    client.call(&world.guardian, world.suite.token, 0, &token::pause_minting()).await?;
    world.call_vaults(&keeper, 0, &vaults::liquidate(id)).await?;
    assert_eq!(world.coin_of(&keeper).await?, Wad::ZERO);
    check_books(&world).await?;
    let claimable = vaults::claimable(keeper.account().to_address(), florin_client::chain::Address::zero());
    let (_, waiting) = client.read(world.suite.vaults, &claimable).await?;
    assert!(waiting >= coins(2));
    assert_refused!(
        world.call_vaults(&keeper, 0, &vaults::claim_reward()).await,
        vaults::Error::Coin(token::CoinError::MintingPaused)
    );
    world.govern_token(&token::resume_minting()).await?;
    world.call_vaults(&keeper, 0, &vaults::claim_reward()).await?;
    assert_eq!(world.coin_of(&keeper).await?, waiting);
    assert_refused!(world.call_vaults(&keeper, 0, &vaults::claim_reward()).await, vaults::Error::NothingToClaim);
    check_books(&world).await
}
