//! What has gone wrong elsewhere; T numbers are those of the threat model.

use florin_bindings::{oracle, token, vaults};
use florin_client::{
    chain::{Action, Address, DevChain, Limits, Wait, Weight},
    contract::decode_events,
};
use florin_stable::{
    collateral::{
        Asset, AuctionParams, CollateralParams, Curve, MAXIMUM_DEBT, MAXIMUM_RATIO, MAXIMUM_STABILITY_FEE, MAXIMUM_TOP,
    },
    oracle::{FeedConfig, OracleError},
    VaultError,
};
use florin_units::{Amount, Bps, Price, Ray, Seconds, Timestamp, Wad, U256, WAD_ONE};

use super::{approve_asset, asset_balance, check_books, give_asset, refused, Outcome};
use crate::{
    assert_refused,
    harness::{coins, collateral_params, dollars, native, HarnessError, World, NATIVE_FEED, UNIT},
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

/// T2: no single parameter, at the end of what is legal, lets anybody mint beyond the fuse: whatever it allows, the
/// bucket refuses.
pub async fn t02_one_parameter_cannot_mint<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let owner = world.person(1).await?;
    let fuse = coins(10_000);
    let limits = token::set_minter(world.suite.vaults, coins(40_000_000).raw(), fuse.raw(), 0);
    world.govern_token(&limits).await?;
    let id = world.open(&owner, 100_000, 100).await?;
    let supply = world.suite.ledger().await?.minted;
    // One vote moves parameters a step, but a new type of collateral begins where it wants to. A feed serves eight of them.
    let mut types = Vec::new();
    for (place, params) in (0u32..).zip(extreme_params(collateral_params(Asset::Native, 18, NATIVE_FEED))) {
        let feed = 10 + place / 8;
        if place % 8 == 0 {
            world.add_feed(feed).await?;
        }
        world.govern_vaults(&vaults::add_collateral(1 + place, CollateralParams { feed, ..params })).await?;
        types.push(1 + place);
    }
    for feed in 10..10 + types.len().div_ceil(8) {
        world.report(u32::try_from(feed).expect("few"), dollars(100)).await?;
    }
    // Half the fuse is the bucket, a hundred are drawn; it never holds as much as is asked for.
    let (requested, available) = (coins(9_000).raw(), coins(4_900).raw());
    let shut = vaults::Error::Coin(token::CoinError::BucketExceeded { requested, available, available_at: 0 });
    for number in types {
        // The price is of this moment, and it has never been away: nothing else can be in the way.
        let state = world.suite.collateral_type(number).await?.state;
        assert_eq!((state.price_updated_at, state.price_recovered_at), (world.suite.now().await?, Timestamp::ZERO));
        let open = vaults::open(number, native(100_000), coins(9_000));
        refused(world.call_vaults(&owner, 100_000 * UNIT, &open).await, &shut);
    }
    assert_eq!(world.suite.ledger().await?.minted, supply);
    // A price at its bound does not help either.
    let mut feed = crate::harness::feed_config();
    feed.maximum = dollars(10_000_000);
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

/// Parameters with one number each at an end of what is legal beside the others; at both ends, unless one forbids the
/// draw itself.
fn extreme_params(sane: CollateralParams) -> Vec<CollateralParams> {
    let (bps, seconds) = (Bps::from_raw, Seconds::from_raw);
    let (soon, never) = (seconds(1), Seconds::MAX);
    let auction = |auction| CollateralParams { auction, ..sane };
    let curve = |curve| auction(AuctionParams { curve, ..sane.auction });
    // The smallest debt whose penalty pays the tip.
    let debt_floor = sane.tip.divide_by_bps_up(sane.penalty).expect("fits");
    vec![
        CollateralParams { debt_ceiling: MAXIMUM_DEBT, ..sane },
        CollateralParams { gap: MAXIMUM_DEBT, ..sane },
        CollateralParams { line_interval: Seconds::ZERO, ..sane },
        CollateralParams { line_interval: never, ..sane },
        CollateralParams { debt_floor, ..sane },
        CollateralParams { stability_fee: Ray::ONE, ..sane },
        CollateralParams { stability_fee: MAXIMUM_STABILITY_FEE, ..sane },
        // Just above par; at the safety ratio.
        CollateralParams { liquidation_ratio: bps(10_001), ..sane },
        CollateralParams { liquidation_ratio: sane.safety_ratio, ..sane },
        CollateralParams { safety_ratio: sane.liquidation_ratio, ..sane },
        CollateralParams { safety_ratio: sane.target_ratio, ..sane },
        CollateralParams { target_ratio: sane.safety_ratio, ..sane },
        CollateralParams { target_ratio: MAXIMUM_RATIO, ..sane },
        // What pays the tip on the smallest debt; what a sale at the floor still covers.
        CollateralParams { penalty: bps(200), ..sane },
        CollateralParams { penalty: bps(1_375), ..sane },
        // What covers debt and penalty at the floor; just below the target.
        CollateralParams { seizure: bps(12_418), ..sane },
        CollateralParams { seizure: bps(16_999), ..sane },
        auction(AuctionParams { top: Bps::ONE, ..sane.auction }),
        auction(AuctionParams { top: MAXIMUM_TOP, ..sane.auction }),
        auction(AuctionParams { floor: bps(9_040), ..sane.auction }),
        auction(AuctionParams { floor: Bps::ONE, ..sane.auction }),
        auction(AuctionParams { duration: soon, ..sane.auction }),
        auction(AuctionParams { duration: never, ..sane.auction }),
        curve(Curve::Linear { duration: soon }),
        curve(Curve::Linear { duration: never }),
        curve(Curve::Exponential { cut: Ray::from_raw(1), step: soon }),
        CollateralParams { tip: Wad::ZERO, ..sane },
        CollateralParams { tip: coins(13), ..sane },
        CollateralParams { keeper_share: Bps::ZERO, ..sane },
        CollateralParams { keeper_share: sane.penalty, ..sane },
        CollateralParams { auction_cap: coins(113), ..sane },
        CollateralParams { auction_cap: Wad::MAX, ..sane },
        CollateralParams { max_price_age: soon, ..sane },
        CollateralParams { max_price_age: never, ..sane },
        CollateralParams { grace: Seconds::ZERO, ..sane },
        CollateralParams { grace: never, ..sane },
        CollateralParams { minimum_price: Price::from_raw(1), ..sane },
        CollateralParams { minimum_price: dollars(100), ..sane },
        CollateralParams { maximum_price: dollars(100), ..sane },
        CollateralParams { maximum_price: Price::MAX, ..sane },
    ]
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
    let asset = chain.create_asset(80, 6, 1).await?;
    world.add_feed(1).await?;
    world.govern_vaults(&vaults::add_collateral(1, collateral_params(Asset::Erc20(asset.0), 6, 1))).await?;
    world.report(1, dollars(2)).await?;
    let (owner, donor) = (world.person(1).await?, world.person(2).await?);
    for person in [&owner, &donor] {
        chain.mint_asset(80, &person.account(), 10_000_000_000).await?;
    }
    approve_asset(&world, &owner, asset).await?;
    let native_position = world.open(&owner, 100, 1_000).await?;
    let (locked, given) = (Amount::from_raw(1_000_000_000), Amount::from_raw(300_000_000));
    let asset_position = world.call_vaults(&owner, 0, &vaults::open(1, locked, coins(500))).await?.value;
    world.open(&donor, 100, 1_000).await?;
    let suite = &world.suite;
    let seen = || async {
        let mut seen = vec![format!("{:?}", suite.ledger().await?)];
        for (id, kind) in [(native_position, 0), (asset_position, 1)] {
            seen.push(format!(
                "{:?} {:?} {:?} {:?}",
                suite.position(id).await?,
                suite.collateral_type(kind).await?,
                suite.client.read(suite.vaults, &vaults::health(id)).await?,
                suite.client.read(suite.oracle, &oracle::price(kind)).await?,
            ));
        }
        for kind in [Address::zero(), asset] {
            let owed = suite.client.read(suite.vaults, &vaults::liabilities(kind)).await?;
            let claims = vaults::claimable(donor.account().to_address(), kind);
            seen.push(format!("{owed:?} {:?}", suite.client.read(suite.vaults, &claims).await?));
        }
        Ok::<_, HarnessError>(seen)
    };
    let before = seen().await?;
    for contract in [suite.vaults, suite.oracle, suite.token] {
        world.pay(&donor, contract, coins(100)).await?;
        let to = florin_client::account::AccountId::from_address(&contract);
        let limits = Limits { weight: Weight::default(), storage_deposit: 0 };
        let gift = Action::Transfer { to, value: 1_000 * UNIT };
        chain.submit(&donor, &[gift], &limits, Wait::Finalized).await?;
        give_asset(&world, &donor, asset, contract, given).await?;
        let held = if contract == suite.vaults { locked.checked_add(given).expect("fits") } else { given };
        assert_eq!(asset_balance(&world, asset, contract).await?, U256::from(held.raw()));
    }
    assert_eq!(seen().await?, before);
    // Nobody gets at the gift: not the owner of the collateral that it lies beside, not the donor.
    let above = locked.checked_add(Amount::from_raw(1)).expect("fits");
    assert_refused!(
        world.call_vaults(&owner, 0, &vaults::withdraw(asset_position, above)).await,
        vaults::Error::Vault(VaultError::InsufficientCollateral { .. })
    );
    let claim = vaults::claim(asset, donor.account().to_address());
    assert_refused!(world.call_vaults(&donor, 0, &claim).await, vaults::Error::NothingToClaim);
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
    world.govern_vaults(&vaults::add_collateral(1, narrow)).await?;
    world.report(NATIVE_FEED, dollars(201)).await?;
    assert_refused!(
        world.call_vaults(&owner, 0, &vaults::sync_price(1)).await,
        vaults::Error::Vault(VaultError::PriceOutOfBounds { .. })
    );
    assert_eq!(world.suite.collateral_type(0).await?.state.price, dollars(201));
    let without = world.call_vaults(&owner, 100 * UNIT, &vaults::open(1, native(100), coins(100))).await;
    assert_refused!(without, vaults::Error::Vault(VaultError::NoPrice));
    check_books(&world).await
}

/// T14: debt is valued at par. Whatever the coin itself costs on a market, nobody is liquidated for it.
pub async fn t14_own_coin_price_liquidates_nobody<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (owner, other, keeper) = (world.person(1).await?, world.person(2).await?, world.person(3).await?);
    let positions = [
        world.open(&owner, 100, 6_600).await?,
        world.open(&other, 10, 600).await?,
        world.open(&other, 500, 100).await?,
    ];
    // A feed for the coin itself that the vaults are told of, moved between one half and two.
    world.add_feed(5).await?;
    for cents in [100, 66, 50, 75, 112, 168, 200] {
        let price = Price::from_raw(cents * WAD_ONE / 100);
        // One round of reports, so that the first report of the next round moves the median.
        world.advance(120).await?;
        world.report(5, price).await?;
        world.advance(120).await?;
        world.report(NATIVE_FEED, dollars(100)).await?;
        let before = standing_of(&world, &positions).await?;
        world.report(5, price).await?;
        let state = world.suite.client.read(world.suite.oracle, &oracle::feed_state(5)).await?;
        assert_eq!(state.map(|state| state.price), Some(price));
        assert_eq!(standing_of(&world, &positions).await?, before, "with the coin at {cents} cents");
        for id in positions {
            assert_refused!(
                world.call_vaults(&keeper, 0, &vaults::liquidate(id)).await,
                vaults::Error::Vault(VaultError::NotLiquidatable { .. })
            );
        }
    }
    check_books(&world).await
}

/// What the vaults know of the native token, of the books and of positions.
async fn standing_of<C: DevChain>(world: &World<C>, positions: &[u64]) -> Result<Vec<String>, HarnessError> {
    let suite = &world.suite;
    let mut standing = vec![format!("{:?} {:?}", suite.collateral_type(0).await?, suite.ledger().await?)];
    for id in positions {
        let health = suite.client.read(suite.vaults, &vaults::health(*id)).await?;
        standing.push(format!("{:?} {health:?}", suite.position(*id).await?));
    }
    Ok(standing)
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

/// A contract that is told of prices and does not take them holds up neither the feed nor those that are told after it.
pub async fn a_listener_that_fails_holds_up_nobody<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (coin, safe) = (world.suite.token, world.suite.vaults);
    let nobody = Address::from([0x77u8; 20]);
    assert_eq!(world.suite.client.chain().code_hash(&nobody).await?, None, "there is no contract");
    world.govern_oracle(&oracle::set_listener(NATIVE_FEED, 1, nobody)).await?;
    renew_past(&world, dollars(110), &[nobody]).await?;
    // The vaults come last, after two that fail: no contract, and one that does not know the message.
    for (place, listener) in [(0, Address::zero()), (2, coin), (3, safe)] {
        world.govern_oracle(&oracle::set_listener(NATIVE_FEED, place, listener)).await?;
    }
    renew_past(&world, dollars(121), &[nobody, coin]).await?;
    check_books(&world).await
}

/// Two rounds of reports, so that the first report of the second one renews the price: it names the listeners that
/// failed, and feed and vaults have the price.
async fn renew_past<C: DevChain>(world: &World<C>, price: Price, failing: &[Address]) -> Outcome {
    let (suite, feeds) = (&world.suite, world.suite.oracle);
    world.advance(120).await?;
    world.report(NATIVE_FEED, price).await?;
    world.advance(120).await?;
    let done = suite.client.call(&world.feeders[0], feeds, 0, &oracle::report(NATIVE_FEED, price)).await?;
    let failed = decode_events::<oracle::ListenerFailed>(&done.receipt, feeds).expect("decodes");
    assert!(failed.iter().all(|event| event.feed == NATIVE_FEED), "{failed:?}");
    let failed: Vec<Address> = failed.iter().map(|event| event.listener).collect();
    assert_eq!(failed, failing);
    let updated = decode_events::<oracle::PriceUpdated>(&done.receipt, feeds).expect("decodes");
    let state = suite.client.read(feeds, &oracle::feed_state(NATIVE_FEED)).await?.expect("priced");
    assert_eq!((updated.len(), updated[0].state, state.price), (1, state, price));
    let told = decode_events::<vaults::PriceSet>(&done.receipt, suite.vaults).expect("decodes");
    assert_eq!((told.len(), told[0].collateral_type, told[0].price), (1, 0, price));
    let kept = suite.collateral_type(0).await?.state;
    assert_eq!((kept.price, kept.price_updated_at), (price, state.updated_at));
    Ok(())
}
