//! How far and how often a vote moves a value, what values were, and how a feed gets another source.

use florin_bindings::{oracle, token, vaults};
use florin_client::chain::DevChain;
use florin_stable::{
    collateral::{Asset, CollateralParams},
    oracle::{FeedConfig, FeedRule, OracleError},
    parameter::Parameter,
    shadow::{ShadowTerms, OUTAGE},
    VaultError,
};
use florin_units::{Bps, Price, Ray, Seconds, RAY_ONE};

use super::{check_books, refused, Outcome};
use crate::{
    assert_refused,
    harness::{coins, collateral_params, dollars, feed_config, HarnessError, World, NATIVE_FEED},
};

/// One vote moves a parameter one step, and the next a day later; a step too far, or too soon, fails with its reason. What a defence
/// tightened far is taken back in one.
pub async fn a_parameter_moves_one_step_a_day<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let suite = &world.suite;
    let old = suite.collateral_type(0).await?.params;
    let set = |params| vaults::set_collateral_params(0, params);
    let (_, highest) = Parameter::LiquidationRatio.step().range(old.liquidation_ratio.raw().into());
    let ratio = |raw: u128| Bps::from_raw(u32::try_from(raw).expect("a ratio"));
    let far = ratio(highest + 1);
    let too_far = CollateralParams { liquidation_ratio: far, safety_ratio: far, target_ratio: far, ..old };
    let refusal = world.govern_vaults(&set(too_far)).await;
    assert_refused!(
        refusal,
        vaults::Error::Vault(VaultError::StepTooLarge { parameter: Parameter::LiquidationRatio, .. })
    );
    let mut other_feed = old;
    other_feed.feed = 1;
    let refusal = world.govern_vaults(&set(other_feed)).await;
    assert_refused!(refusal, vaults::Error::Vault(VaultError::StepTooLarge { parameter: Parameter::Feed, .. }));
    let doubled = CollateralParams { debt_ceiling: coins(100_000_000), ..old };
    world.govern_vaults(&set(doubled)).await?;
    let more = CollateralParams { debt_ceiling: coins(200_000_000), ..old };
    let soon = world.govern_vaults(&set(more)).await;
    assert_refused!(soon, vaults::Error::Vault(VaultError::ChangedTooSoon { .. }));
    // The guardian need not wait, and makes nobody wait.
    let shut = CollateralParams { debt_ceiling: coins(0), gap: coins(0), ..doubled };
    world.call_vaults(&world.guardian, 0, &vaults::tighten(0, shut)).await?;
    world.advance(86_400).await?;
    world.govern_vaults(&vaults::end_defence(0)).await?;
    world.govern_vaults(&set(more)).await?;
    assert_eq!(suite.collateral_type(0).await?.params, more);

    let (coin, client) = (suite.token, &suite.client);
    let (ceiling, limit, ..) = client.read(coin, &token::minter(suite.vaults)).await?;
    let limits = |ceiling, limit| token::set_minter(suite.vaults, ceiling, limit, 0);
    let highest = ceiling * 2;
    let far = token::CoinError::StepTooLarge { proposed: highest + 1, highest };
    refused(world.govern_token(&limits(highest + 1, limit)).await, &far);
    let maximum = florin_stable::mint_gate::MAXIMUM_LIMIT.raw();
    let beyond = token::CoinError::LimitTooLarge { actual: maximum + 1, maximum };
    refused(world.govern_token(&limits(maximum + 1, limit)).await, &beyond);
    world.govern_token(&limits(highest, limit)).await?;
    assert_refused!(world.govern_token(&limits(highest, limit)).await, token::CoinError::ChangedTooSoon { .. });
    check_books(&world).await
}

/// T6: another source of prices runs in the shadow of the live one and has to agree with it in a row before it takes its place. One
/// that misses a factor never does; a vote alone does not put it there while there is a price to compare with.
pub async fn t06_another_source_of_prices_proves_itself_first<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (client, feeds) = (&world.suite.client, world.suite.oracle);
    let owner = world.person(9).await?;
    let position = world.open(&owner, 100, 1_000).await?;
    let (candidate, live) = (5u32, NATIVE_FEED);
    let fresh = [world.person(171).await?, world.person(172).await?, world.person(173).await?];
    let stranger = fresh[0].account().to_address();
    // New feeders do not come to a live feed by themselves.
    refused(world.govern_oracle(&oracle::add_feeder(live, stranger)).await, &OracleError::FeedIsLive { feed: live });
    world.govern_oracle(&oracle::add_feed(candidate, feed_config())).await?;
    for feeder in &fresh {
        world.govern_oracle(&oracle::add_feeder(candidate, feeder.account().to_address())).await?;
    }
    let terms = ShadowTerms { max_difference: Bps::from_raw(100), updates: 10 };
    let begin = oracle::begin_shadow(live, candidate, terms);
    refused(world.govern_oracle(&oracle::go_live(live)).await, &OracleError::NoShadow { feed: live });
    for (terms, ok) in [(ShadowTerms { updates: 9, ..terms }, false), (terms, true)] {
        let said = world.govern_oracle(&oracle::begin_shadow(live, candidate, terms)).await;
        assert_eq!(said.is_ok(), ok, "{said:?}");
    }
    refused(world.govern_oracle(&begin).await, &OracleError::InShadow { feed: candidate, live });
    let quorum_of_one = FeedConfig { quorum: 1, ..feed_config() };
    let change = oracle::set_feed_config(candidate, quorum_of_one);
    refused(world.govern_oracle(&change).await, &OracleError::InShadow { feed: candidate, live });

    // Each round both report; the new ones say what they are told to.
    let round = |said: Price| {
        let (world, fresh) = (&world, &fresh);
        async move {
            world.advance(120).await?;
            world.report(live, dollars(100)).await?;
            for feeder in fresh {
                client.call(feeder, feeds, 0, &oracle::report(candidate, said)).await?;
            }
            Ok::<_, HarnessError>(client.read(feeds, &oracle::shadow(live)).await?.expect("in the shadow").agreed)
        }
    };
    // A factor is missing, as in the incident; then it agrees, and stops agreeing one update too early.
    let (wrong, right) = (Price::from_raw(dollars(100).raw() / 2_000), dollars(100));
    assert_eq!(round(wrong).await?, 0);
    refused(world.govern_oracle(&oracle::go_live(live)).await, &OracleError::NotProven { agreed: 0, updates: 10 });
    // The clamp lets the wrong price climb; it takes some updates until it agrees. An update counts the reports of the round before.
    let mut agreed = 0;
    for _ in 0..40 {
        agreed = round(right).await?;
        if agreed == 8 {
            break;
        }
    }
    assert_eq!(agreed, 8);
    assert_eq!(round(dollars(102)).await?, 9);
    refused(world.govern_oracle(&oracle::go_live(live)).await, &OracleError::NotProven { agreed: 9, updates: 10 });
    assert_eq!(round(dollars(102)).await?, 0, "one disagreement and it begins again");
    refused(world.govern_oracle(&oracle::go_live(live)).await, &OracleError::NotProven { agreed: 0, updates: 10 });
    while round(right).await? < 10 {}
    // Anybody puts it in its place; the number stays, and so does everything that uses it.
    let before = u32::try_from(client.chain().head().await?.number).expect("a low block");
    client.call(&owner, feeds, 0, &oracle::go_live(live)).await?;
    assert_eq!(client.read(feeds, &oracle::shadow(live)).await?, None);
    let old = oracle::report(live, right);
    let caller = world.feeders[0].account().to_address().0;
    refused(client.call(&world.feeders[0], feeds, 0, &old).await, &OracleError::NotFeeder { caller });
    for _ in 0..2 {
        world.advance(120).await?;
        for feeder in &fresh {
            client.call(feeder, feeds, 0, &oracle::report(live, dollars(101))).await?;
        }
    }
    assert_eq!(world.suite.collateral_type(0).await?.state.price, dollars(101));
    world.call_vaults(&owner, 0, &vaults::draw(position, coins(10))).await?;
    assert!(client.read(feeds, &oracle::feed_config_at(live, before)).await?.is_some());

    // The live feed falls silent. After a day a vote may put a source there that has nothing to be compared with; nobody else may.
    world.govern_oracle(&oracle::add_feed(6, feed_config())).await?;
    for feeder in &world.feeders {
        world.govern_oracle(&oracle::add_feeder(6, feeder.account().to_address())).await?;
    }
    world.govern_oracle(&oracle::begin_shadow(live, 6, terms)).await?;
    // Three hours until the price is too old, and then a day.
    world.advance(3 * 3_600 + OUTAGE.raw() - 600).await?;
    let speak = || async {
        for feeder in &world.feeders {
            client.call(feeder, feeds, 0, &oracle::report(6, dollars(90))).await?;
        }
        Ok::<_, HarnessError>(())
    };
    speak().await?;
    let none = OracleError::NotProven { agreed: 0, updates: 10 };
    refused(world.govern_oracle(&oracle::go_live(live)).await, &none);
    world.advance(900).await?;
    speak().await?;
    refused(client.call(&owner, feeds, 0, &oracle::go_live(live)).await, &none);
    world.govern_oracle(&oracle::go_live(live)).await?;
    assert_eq!(client.read(feeds, &oracle::price(live)).await?.price, dollars(90));
    let draw = world.call_vaults(&owner, 0, &vaults::draw(position, coins(10))).await;
    assert_refused!(draw, vaults::Error::Vault(VaultError::PriceInGrace { .. }));
    // The guardian ends a ceremony, and does nothing else with it.
    world.govern_oracle(&oracle::begin_shadow(live, candidate, terms)).await?;
    client.call(&world.guardian, feeds, 0, &oracle::end_shadow(live)).await?;
    refused(
        client.call(&world.guardian, feeds, 0, &oracle::end_shadow(live)).await,
        &OracleError::NoShadow { feed: live },
    );
    check_books(&world).await
}

/// What the rules of a feed were, at any block; and a rule of a live feed moves one step a day.
pub async fn past_limits_and_feed_rules_can_be_asked_for<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (client, feeds, coin) = (&world.suite.client, world.suite.oracle, world.suite.token);
    let block = |number: u64| u32::try_from(number).expect("a low block");
    let (mut config, mut told) = (feed_config(), Vec::new());
    let far = FeedConfig { quorum: 4, ..config };
    assert_refused!(
        world.govern_oracle(&oracle::set_feed_config(NATIVE_FEED, far)).await,
        OracleError::StepTooLarge { rule: FeedRule::Quorum, proposed: 4, lowest: 1, highest: 3 }
    );
    let (mut ceiling, limit, ..) = client.read(coin, &token::minter(world.suite.vaults)).await?;
    for change in 0..6u32 {
        told.push((block(client.chain().head().await?.number), config, ceiling));
        config.max_age = Seconds::from_raw(if change % 2 == 0 { 4 * 3_600 } else { 3 * 3_600 });
        config.max_step = Bps::from_raw(5_000 - change * 100);
        ceiling -= coins(1_000_000).raw();
        world.govern_oracle(&oracle::set_feed_config(NATIVE_FEED, config)).await?;
        world.govern_token(&token::set_minter(world.suite.vaults, ceiling, limit, 0)).await?;
        assert_refused!(
            world.govern_oracle(&oracle::set_feed_config(NATIVE_FEED, config)).await,
            OracleError::ChangedTooSoon { .. }
        );
        world.advance(86_400).await?;
    }
    for (at, config, ceiling) in told {
        assert_eq!(client.read(feeds, &oracle::feed_config_at(NATIVE_FEED, at)).await?, Some(config), "block {at}");
        let limits = client.read(coin, &token::limits_at(world.suite.vaults, at)).await?;
        assert_eq!(limits, (ceiling, limit), "block {at}");
    }
    assert_eq!(client.read(feeds, &oracle::feed_config_at(NATIVE_FEED, 0)).await?, None);
    Ok(())
}

/// Random parameters, one change after another; then every past value of every parameter, at every block, is what it was.
pub async fn every_past_parameter_can_be_asked_for<C: DevChain + Clone>(chain: C) -> Outcome {
    past_parameters(chain, 12).await
}

/// [`every_past_parameter_can_be_asked_for`] with so many changes.
pub async fn past_parameters<C: DevChain + Clone>(chain: C, changes: u32) -> Outcome {
    let world = World::deploy(chain).await?;
    let (client, safe) = (&world.suite.client, world.suite.vaults);
    let mut params = collateral_params(Asset::Native, 18, NATIVE_FEED);
    let head = |number: u64| u32::try_from(number).expect("a low block");
    let first = head(client.chain().head().await?.number);
    let mut ends = vec![params; 1];
    for change in 0..changes {
        // A value from the change's number, within each parameter's bounds and one step of what it was.
        let mix = u64::from(change).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        match change % 6 {
            0 => params.debt_ceiling = coins(30_000_000 + mix),
            1 => params.gap = coins(30_000_000 + mix),
            2 => params.stability_fee = Ray::from_raw(RAY_ONE + u128::from(mix) * 100_000_000_000),
            3 => params.keeper_share = Bps::from_raw((mix % 500) as u32),
            4 => params.line_interval = Seconds::from_raw(30_000 + mix % 20_000),
            _ => params.auction.duration = Seconds::from_raw(2_000 + mix % 1_900),
        }
        world.advance(86_400).await?;
        let done = world.govern_vaults(&vaults::set_collateral_params(0, params)).await?;
        let block = head(done.receipt.block.number);
        // Blocks in between, on a node, end with what held before.
        while ends.len() < (block - first) as usize {
            ends.push(*ends.last().expect("the first"));
        }
        ends.push(params);
    }
    for (offset, expected) in (0u32..).zip(&ends) {
        let found = client.read(safe, &vaults::params_at(0, first + offset)).await?;
        assert_eq!(found.as_ref(), Some(expected), "block {}", first + offset);
        let parameter = Parameter::ALL[offset as usize % Parameter::ALL.len()];
        let found = client.read(safe, &vaults::param_at(0, parameter, first + offset)).await?;
        assert_eq!(found, Some(expected.value(parameter)), "{parameter:?} at block {}", first + offset);
    }
    assert_eq!(client.read(safe, &vaults::params_at(0, 0)).await?, None);
    assert_eq!(client.read(safe, &vaults::params_at(7, u32::MAX)).await?, None);
    check_books(&world).await
}
