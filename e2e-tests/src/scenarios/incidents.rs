//! What has gone wrong elsewhere; T numbers are those of the threat model.

use florin_bindings::{oracle, token, vaults};
use florin_client::chain::{Action, DevChain, Limits, Wait, Weight};
use florin_stable::{
    collateral::Asset,
    oracle::{FeedConfig, OracleError},
    VaultError,
};
use florin_units::{Bps, Price, Seconds, Wad, WAD_ONE};

use super::{check_books, Outcome};
use crate::{
    assert_refused,
    harness::{coins, collateral_params, dollars, native, World, NATIVE_FEED, UNIT},
};

/// T1: with one bidder and 40 minutes of silence nothing is sold below the curve, let alone for nothing.
pub async fn t01_no_zero_bid_auction<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (owner, buyer) = (world.person(1).await?, world.person(2).await?);
    let id = world.open(&owner, 1_000, 60_000).await?;
    world.open(&buyer, 5_000, 100_000).await?;
    world.allow(&buyer).await?;
    world.move_price(0, dollars(60)).await?;
    let auction = world.call_vaults(&buyer, 0, &vaults::liquidate(id)).await?.value.expect("collateral");
    let deficit = world.suite.ledger().await?.deficit;
    assert!(deficit > coins(10_000).to_rad(), "the debt is in the books within the call");
    world.advance(2_400).await?;
    assert_refused!(
        world.call_vaults(&buyer, 0, &vaults::take(auction, native(10), Price::ZERO)).await,
        vaults::Error::Vault(VaultError::PriceAboveMaximum { .. })
    );
    let record = world.suite.auction(auction).await?.expect("running");
    let price = world.suite.client.read(world.suite.vaults, &vaults::auction_price(auction)).await?;
    assert!(price >= record.floor && record.floor == Price::from_raw(546 * WAD_ONE / 10));
    let (sold, paid) = world.call_vaults(&buyer, 0, &vaults::take(auction, native(10), Price::MAX)).await?.value;
    assert_eq!(sold, native(10));
    assert_eq!(paid, sold.value_up(price, 18).expect("fits"), "exactly the curve's price, rounded up");
    // Run out: not for sale at any price before a restart at a fresh market price.
    world.advance(1_300).await?;
    assert_refused!(
        world.call_vaults(&buyer, 0, &vaults::take(auction, native(10), Price::MAX)).await,
        vaults::Error::Vault(VaultError::AuctionStale { .. })
    );
    check_books(&world).await
}

/// T2: no single parameter, at its largest legal value, lets anybody mint beyond the fuse.
pub async fn t02_one_parameter_cannot_mint<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let owner = world.person(1).await?;
    let fuse = coins(10_000);
    let limits = token::set_minter(world.suite.vaults, u128::MAX, fuse.raw(), 0);
    world.govern_token(&limits).await?;
    let sane = collateral_params(Asset::Native, 18, NATIVE_FEED);
    let most = florin_stable::collateral::MAXIMUM_DEBT;
    let mut changed = vec![sane; 8];
    changed[0].debt_ceiling = most;
    changed[1].gap = most;
    changed[2].auction_cap = Wad::MAX;
    changed[3].stability_fee = florin_stable::collateral::MAXIMUM_STABILITY_FEE;
    changed[4].maximum_price = Price::MAX;
    changed[5].max_price_age = Seconds::from_raw(u64::MAX);
    changed[6].grace = Seconds::from_raw(0);
    changed[7].line_interval = Seconds::from_raw(0);
    let id = world.open(&owner, 100_000, 100).await?;
    let supply = world.suite.ledger().await?.minted;
    for params in changed {
        world.govern_vaults(&vaults::set_collateral_params(0, params)).await?;
        world.report(NATIVE_FEED, dollars(100)).await?;
        let over = world.call_vaults(&owner, 0, &vaults::draw(id, coins(9_000))).await;
        assert!(over.is_err(), "{params:?}");
        world.govern_vaults(&vaults::set_collateral_params(0, sane)).await?;
    }
    // A price at its bound does not help either.
    let mut feed = crate::harness::feed_config();
    feed.maximum = Price::MAX;
    feed.max_step = Bps::ONE;
    world.govern_oracle(&oracle::set_feed_config(NATIVE_FEED, feed)).await?;
    for _ in 0..4 {
        world.advance(120).await?;
        world.report(NATIVE_FEED, dollars(999_999)).await?;
    }
    let over = world.call_vaults(&owner, 0, &vaults::draw(id, coins(9_000))).await;
    assert_refused!(over, vaults::Error::Coin(token::CoinError::BucketExceeded { .. }));
    assert_eq!(world.suite.ledger().await?.minted, supply);
    check_books(&world).await
}

/// T7: fewer liars than the quorum needs move nothing; with a quorum of honest ones the price stays within their range.
pub async fn t07_liars_below_quorum_move_nothing<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let client = &world.suite.client;
    let price = oracle::price(NATIVE_FEED);
    // Two honest feeders and a liar: the median is honest.
    for lie in [dollars(1), dollars(999_999)] {
        world.advance(120).await?;
        for (feeder, said) in world.feeders.iter().zip([dollars(101), lie, dollars(102)]) {
            client.call(feeder, world.suite.oracle, 0, &oracle::report(NATIVE_FEED, said)).await?;
        }
        let now = client.read(world.suite.oracle, &price).await?.price;
        assert!(now >= dollars(100) && now <= dollars(102), "{now:?}");
    }
    // A liar alone, when the honest ones' reports have aged out: nothing moves, and the price ages out.
    world.advance(3 * 3_600 + 1).await?;
    client.call(&world.feeders[1], world.suite.oracle, 0, &oracle::report(NATIVE_FEED, dollars(1))).await?;
    assert_refused!(client.read(world.suite.oracle, &price).await, OracleError::Stale { .. });
    // Even a quorum of liars moves it by one step at a time.
    let before = client.read(world.suite.oracle, &oracle::feed_state(NATIVE_FEED)).await?.expect("priced").price;
    world.advance(120).await?;
    world.report(NATIVE_FEED, dollars(1)).await?;
    let after = client.read(world.suite.oracle, &oracle::feed_state(NATIVE_FEED)).await?.expect("priced").price;
    assert!(after.raw() >= before.raw() / 2, "{before:?} {after:?}");
    check_books(&world).await
}

/// T8: tokens given to the contracts change nobody's debt, ratio, price or claim.
pub async fn t08_donations_change_nothing<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain.clone()).await?;
    let (owner, donor) = (world.person(1).await?, world.person(2).await?);
    let id = world.open(&owner, 100, 1_000).await?;
    world.open(&donor, 100, 1_000).await?;
    let suite = &world.suite;
    let seen = || async {
        Ok::<_, crate::harness::HarnessError>(format!(
            "{:?} {:?} {:?} {:?} {:?}",
            suite.position(id).await?,
            suite.collateral_type(0).await?,
            suite.ledger().await?,
            suite.client.read(suite.vaults, &vaults::health(id)).await?,
            suite.client.read(suite.oracle, &oracle::price(NATIVE_FEED)).await?,
        ))
    };
    let before = seen().await?;
    for contract in [suite.vaults, suite.oracle, suite.token] {
        world.pay(&donor, contract, coins(100)).await?;
        let to = florin_client::account::AccountId::from_address(&contract);
        let limits = Limits { weight: Weight::default(), storage_deposit: 0 };
        let gift = Action::Transfer { to, value: 1_000 * UNIT };
        chain.submit(&donor, &[gift], &limits, Wait::Finalized).await?;
    }
    assert_eq!(seen().await?, before);
    check_books(&world).await
}

/// T9: a price of zero, or beyond what is credible, is refused wherever it comes from; nothing can be drawn without a price.
pub async fn t09_zero_or_absurd_price_is_refused<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy_bare(chain).await?;
    let client = &world.suite.client;
    let params = collateral_params(Asset::Native, 18, NATIVE_FEED);
    world.govern_vaults(&vaults::add_collateral(0, params)).await?;
    let owner = world.person(1).await?;
    let without = world.call_vaults(&owner, 100 * UNIT, &vaults::open(0, native(100), coins(100))).await;
    assert_refused!(without, vaults::Error::Vault(VaultError::NoPrice));
    for absurd in [Price::ZERO, Price::from_raw(1), Price::MAX, dollars(1_000_001)] {
        let said = oracle::report(NATIVE_FEED, absurd);
        let refused = client.call(&world.feeders[0], world.suite.oracle, 0, &said).await;
        assert_refused!(refused, OracleError::PriceOutOfBounds { .. });
    }
    // The vaults have bounds of their own: a price that the oracle takes may still be absurd for a type.
    let mut narrow = params;
    (narrow.minimum_price, narrow.maximum_price) = (dollars(50), dollars(200));
    world.govern_vaults(&vaults::set_collateral_params(0, narrow)).await?;
    world.report(NATIVE_FEED, dollars(201)).await?;
    assert_refused!(
        world.call_vaults(&owner, 0, &vaults::sync_price(0)).await,
        vaults::Error::Vault(VaultError::PriceOutOfBounds { .. })
    );
    let without = world.call_vaults(&owner, 100 * UNIT, &vaults::open(0, native(100), coins(100))).await;
    assert_refused!(without, vaults::Error::Vault(VaultError::NoPrice));
    check_books(&world).await
}

/// T14: debt is valued at par. Whatever the coin itself costs on a market, nobody is liquidated for it.
pub async fn t14_own_coin_price_liquidates_nobody<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (owner, keeper) = (world.person(1).await?, world.person(2).await?);
    let id = world.open(&owner, 100, 6_600).await?;
    // A feed for the coin itself, moved between one half and two.
    world.add_feed(5).await?;
    for cents in [100, 66, 50, 75, 112, 168, 200] {
        world.advance(120).await?;
        world.report(5, Price::from_raw(cents * WAD_ONE / 100)).await?;
        world.report(NATIVE_FEED, dollars(100)).await?;
        assert_refused!(
            world.call_vaults(&keeper, 0, &vaults::liquidate(id)).await,
            vaults::Error::Vault(VaultError::NotLiquidatable { .. })
        );
    }
    check_books(&world).await
}

/// T17: a collateral type cannot be initialised again, with debt or without, whoever asks.
pub async fn t17_collateral_type_is_initialised_once<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let owner = world.person(1).await?;
    world.open(&owner, 100, 1_000).await?;
    world.advance(86_400).await?;
    world.call_vaults(&owner, 0, &vaults::accrue(0)).await?;
    let before = world.suite.collateral_type(0).await?;
    let params = collateral_params(Asset::Native, 18, NATIVE_FEED);
    assert_refused!(
        world.govern_vaults(&vaults::add_collateral(0, params)).await,
        vaults::Error::Vault(VaultError::AlreadyInitialised)
    );
    assert_refused!(
        world.govern_vaults(&vaults::add_collateral(2, params)).await,
        vaults::Error::Vault(VaultError::UnknownCollateralType { id: 2 })
    );
    let mut other_asset = params;
    other_asset.asset = Asset::Erc20([1; 20]);
    assert_refused!(
        world.govern_vaults(&vaults::set_collateral_params(0, other_asset)).await,
        vaults::Error::Vault(VaultError::AssetChanged)
    );
    assert_eq!(world.suite.collateral_type(0).await?, before);
    check_books(&world).await
}

/// T18: an old price stops draws, withdrawals and liquidations; repayment and top-up go on; after it is back there is a grace.
pub async fn t18_stale_price_stops_and_grace_follows<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (owner, keeper) = (world.person(1).await?, world.person(2).await?);
    let id = world.open(&owner, 100, 6_000).await?;
    world.allow(&owner).await?;
    world.advance(3 * 3_600 + 1).await?;
    use vaults::Error::Vault;
    let draw = vaults::draw(id, coins(1));
    assert_refused!(world.call_vaults(&owner, 0, &draw).await, Vault(VaultError::StalePrice { .. }));
    let withdraw = vaults::withdraw(id, native(1));
    assert_refused!(world.call_vaults(&owner, 0, &withdraw).await, Vault(VaultError::StalePrice { .. }));
    let liquidate = vaults::liquidate(id);
    assert_refused!(world.call_vaults(&keeper, 0, &liquidate).await, Vault(VaultError::StalePrice { .. }));
    world.call_vaults(&owner, 0, &vaults::repay(id, coins(10))).await?;
    world.call_vaults(&owner, UNIT, &vaults::deposit(id, native(1))).await?;

    // It comes back much lower. For ten minutes the owner can act and nobody can liquidate.
    world.report(NATIVE_FEED, dollars(70)).await?;
    assert_refused!(world.call_vaults(&keeper, 0, &liquidate).await, Vault(VaultError::PriceInGrace { .. }));
    assert_refused!(world.call_vaults(&owner, 0, &draw).await, Vault(VaultError::PriceInGrace { .. }));
    world.call_vaults(&owner, 0, &vaults::repay(id, coins(10))).await?;
    world.advance(599).await?;
    assert_refused!(world.call_vaults(&keeper, 0, &liquidate).await, Vault(VaultError::PriceInGrace { .. }));
    world.advance(1).await?;
    world.call_vaults(&keeper, 0, &liquidate).await?;
    check_books(&world).await
}

/// T20: a feeder counts once, however often it reports; it cannot be added twice, nor a feed named twice in a batch.
pub async fn t20_duplicate_feeder_counts_once<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy_bare(chain).await?;
    let client = &world.suite.client;
    let liar = &world.feeders[0];
    for _ in 0..5 {
        client.call(liar, world.suite.oracle, 0, &oracle::report(NATIVE_FEED, dollars(7))).await?;
    }
    let poke = client.call(liar, world.suite.oracle, 0, &oracle::poke(NATIVE_FEED)).await;
    assert_refused!(poke, OracleError::QuorumNotReached { fresh: 1, quorum: 2 });
    assert_refused!(client.read(world.suite.oracle, &oracle::price(NATIVE_FEED)).await, OracleError::NoPrice);
    let again = world.govern_oracle(&oracle::add_feeder(NATIVE_FEED, liar.account().to_address())).await;
    assert_refused!(again, OracleError::DuplicateSlot { slot: 0 });
    let twice = oracle::report_batch(vec![(NATIVE_FEED, dollars(7)), (NATIVE_FEED, dollars(8))]);
    let refused = client.call(liar, world.suite.oracle, 0, &twice).await;
    assert_refused!(refused, OracleError::DuplicateFeed { feed: 0 });
    // A feeder that leaves takes its report with it.
    client.call(&world.feeders[1], world.suite.oracle, 0, &oracle::report(NATIVE_FEED, dollars(9))).await?;
    let config: Option<FeedConfig> = client.read(world.suite.oracle, &oracle::feed_config(NATIVE_FEED)).await?;
    assert_eq!(config.map(|config| config.quorum), Some(2));
    world.govern_oracle(&oracle::remove_feeder(NATIVE_FEED, liar.account().to_address())).await?;
    world.advance(120).await?;
    let poke = client.call(&world.feeders[2], world.suite.oracle, 0, &oracle::poke(NATIVE_FEED)).await;
    assert_refused!(poke, OracleError::QuorumNotReached { fresh: 1, quorum: 2 });
    Ok(())
}
