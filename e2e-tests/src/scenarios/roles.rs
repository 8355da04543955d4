//! Who may do what, and what a refusal leaves behind.

use std::collections::BTreeSet;

use florin_bindings::{governor, oracle, token, vaults, Message};
use florin_client::{
    bundle::Bundles,
    chain::{Address, DevChain},
    contract::CallError,
    governance::call,
    metadata::ContractMetadata,
    signer::Signer,
};
use florin_governance::{migration::MigrationError, proposal::ProposalError};
use florin_stable::{
    collateral::{
        Asset, AuctionParams, CollateralParams, Curve, ParameterError, MAXIMUM_DEBT, MAXIMUM_RATIO,
        MAXIMUM_STABILITY_FEE, MAXIMUM_TOP,
    },
    oracle::{FeedConfig, OracleError},
    parameter::Parameter,
    pause::Operation,
    shadow::ShadowTerms,
    VaultError,
};
use florin_units::{Amount, Bps, Price, Ray, Seconds, Wad, RAY_ONE, U256};
use parity_scale_codec::Decode;

use super::{check_books, refusal, refused, Outcome};
use crate::{
    assert_refused,
    harness::{
        coins, collateral_params, dollars, feed_config, governance_rules, native, HarnessError, Realm, World,
        NATIVE_FEED, UNIT,
    },
};

/// Role by message: what is the governor's is refused to the guardian, to feeders and to anybody; what is the guardian's is
/// refused to feeders and to anybody; what is a feeder's or the oracle's is refused to everybody else.
pub async fn every_privileged_message_checks_its_role<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let world = &realm.world;
    let anybody = world.person(9).await?;
    let someone = anybody.account().to_address();
    let params = collateral_params(Asset::Native, 18, NATIVE_FEED);
    let (guardian, feeder) = (&world.guardian, &world.feeders[0]);
    let mut tested = BTreeSet::new();
    let until = world.suite.now().await?.raw() + 86_400;
    let quote = florin_stable::oracle::Quote {
        price: dollars(1),
        updated_at: world.suite.now().await?,
        recovered_at: florin_units::Timestamp::ZERO,
    };

    let terms = ShadowTerms { max_difference: Bps::from_raw(100), updates: 10 };
    let window = Seconds::from_raw(3_600);
    for outsider in [guardian, feeder, &anybody] {
        tested.insert(denied_by_vaults(world, outsider, &vaults::add_collateral(1, params)).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::set_collateral_params(0, params)).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::unpause(Operation::Draws)).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::end_defence(0)).await?);
        tested.insert(denied_by_token(world, outsider, &token::end_defence(world.suite.vaults)).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::name_governor(someone)).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::accept_governor()).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::set_guardian(someone, until)).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::on_price(NATIVE_FEED, quote)).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::add_feed(9, feed_config())).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::set_feed_config(NATIVE_FEED, feed_config())).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::add_feeder(NATIVE_FEED, someone)).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::remove_feeder(NATIVE_FEED, someone)).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::set_listener(NATIVE_FEED, 1, someone)).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::unfreeze(NATIVE_FEED)).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::name_governor(someone)).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::accept_governor()).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::set_guardian(someone, until)).await?);
        tested.insert(denied_by_token(world, outsider, &token::set_minter(someone, 1, 1, 0)).await?);
        tested.insert(denied_by_token(world, outsider, &token::resume_minting()).await?);
        tested.insert(denied_by_token(world, outsider, &token::name_governor(someone)).await?);
        tested.insert(denied_by_token(world, outsider, &token::accept_governor()).await?);
        tested.insert(denied_by_token(world, outsider, &token::set_guardian(someone, until)).await?);
        tested.insert(denied_by_token(world, outsider, &token::mint(someone, 1)).await?);
        tested.insert(denied_by_token(world, outsider, &token::name_successor(world.suite.vaults, someone)).await?);
        tested.insert(denied_by_token(world, outsider, &token::succeed(world.suite.vaults)).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::begin_shadow(NATIVE_FEED, 9, terms)).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::begin_migration(someone, window)).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::leave()).await?);
        tested.insert(denied_by_governor(&realm, outsider, &governor::set_rules(governance_rules())).await?);
        tested.insert(denied_by_governor(&realm, outsider, &governor::set_guardian(someone, until)).await?);
    }
    // A proposal is its proposer's and the guardian's to cancel.
    let proposal = realm.propose(&[call(world.suite.vaults, &vaults::unpause(Operation::Draws))], None).await?;
    for outsider in [feeder, &anybody, &world.governor] {
        tested.insert(denied_by_governor(&realm, outsider, &governor::cancel(proposal)).await?);
    }
    // Not even the governor of the contracts governs the governor.
    denied_by_governor(&realm, &world.governor, &governor::set_rules(governance_rules())).await?;
    for outsider in [feeder, &anybody] {
        tested.insert(denied_by_vaults(world, outsider, &vaults::pause(Operation::Draws)).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::tighten(0, params)).await?);
        tested.insert(denied_by_token(world, outsider, &token::lower_limits(world.suite.vaults, 1, 1)).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::freeze(NATIVE_FEED)).await?);
        tested.insert(denied_by_token(world, outsider, &token::pause_minting()).await?);
        tested.insert(denied_by_oracle(world, outsider, &oracle::end_shadow(NATIVE_FEED)).await?);
        tested.insert(denied_by_vaults(world, outsider, &vaults::call_off_migration()).await?);
    }
    for outsider in [&world.governor, guardian, &anybody] {
        tested.insert(denied_by_oracle(world, outsider, &oracle::report(NATIVE_FEED, dollars(1))).await?);
        let batch = oracle::report_batch(vec![(NATIVE_FEED, dollars(1))]);
        tested.insert(denied_by_oracle(world, outsider, &batch).await?);
    }
    // Not even the governor is the oracle, or a minter.
    tested.insert(denied_by_vaults(world, &world.governor, &vaults::on_price(NATIVE_FEED, quote)).await?);
    tested.insert(denied_by_token(world, &world.governor, &token::mint(someone, 1)).await?);

    let contracts = ["token", "oracle", "vaults", "vaults_importer", "votes", "governor"];
    every_message_has_its_place(&contracts, ANYBODY, &tested);

    // The two-step transfer: nothing changes hands before the named one accepts.
    world.govern_vaults(&vaults::name_governor(someone)).await?;
    tested.insert(denied_by_vaults(world, &anybody, &vaults::set_guardian(someone, until)).await?);
    world.call_vaults(&anybody, 0, &vaults::accept_governor()).await?;
    tested.insert(denied_by_vaults(world, &world.governor, &vaults::set_guardian(someone, until)).await?);
    world.call_vaults(&anybody, 0, &vaults::set_guardian(someone, until)).await?;
    check_books(world).await
}

/// Messages that anybody may send, for what is their own or for everybody.
const ANYBODY: &[(&str, &str)] = &[
    ("vaults", "open"),
    ("vaults", "deposit"),
    ("vaults", "withdraw"),
    ("vaults", "draw"),
    ("vaults", "repay"),
    ("vaults", "close"),
    ("vaults", "liquidate"),
    ("vaults", "take"),
    ("vaults", "redo"),
    ("vaults", "heal"),
    ("vaults", "accrue"),
    ("vaults", "sync_price"),
    ("vaults", "claim"),
    ("vaults", "claim_reward"),
    // Only where a successor has taken over, or copies.
    ("vaults", "hand_over"),
    ("vaults", "receive_native"),
    ("vaults", "import"),
    ("vaults_importer", "copy_page"),
    ("vaults_importer", "copy_rewards"),
    ("vaults_importer", "take_over"),
    ("oracle", "poke"),
    // Where the feed in the shadow is proven, or by the governor.
    ("oracle", "go_live"),
    ("token", "transfer"),
    ("token", "transferWithReference"),
    ("token", "approve"),
    ("token", "transferFrom"),
    ("token", "burn"),
    ("token", "burnFrom"),
    ("governor", "propose"),
    ("governor", "vote"),
    ("governor", "vote_by_signature"),
    ("governor", "queue"),
    ("governor", "execute"),
    ("governor", "settle"),
    ("governor", "accept_role"),
    ("votes", "transfer"),
    ("votes", "approve"),
    ("votes", "transferFrom"),
    ("votes", "delegate"),
    ("votes", "delegateBySignature"),
];

/// Each message that changes something was refused to outsiders or is anybody's; the contracts' own metadata say which there are, so a
/// new one cannot be forgotten.
pub(super) fn every_message_has_its_place(
    contracts: &[&'static str],
    anybody: &[(&'static str, &'static str)],
    tested: &BTreeSet<(&'static str, &'static str)>,
) {
    for &contract in contracts {
        let bundle = Bundles::find().load(contract).expect("the bundle is built");
        let metadata = ContractMetadata::from_json(&bundle.metadata).expect("its metadata can be read");
        for message in metadata.messages().iter().filter(|message| message.mutates) {
            let place = (contract, message.label.as_str());
            let (is_tested, is_open) = (tested.contains(&place), anybody.contains(&place));
            assert!(is_tested != is_open, "{place:?}: refused to outsiders {is_tested}, anybody's {is_open}");
        }
    }
}

async fn denied_by_vaults<C: DevChain, T: Decode + core::fmt::Debug>(
    world: &World<C>,
    outsider: &Signer,
    message: &Message<T, vaults::Error>,
) -> Result<(&'static str, &'static str), HarnessError> {
    let account = outsider.account();
    match world.suite.client.dry_run(&account, world.suite.vaults, 0, message).await {
        Err(CallError::Refused {
            error:
                vaults::Error::Vault(VaultError::Role(_) | VaultError::Migration(MigrationError::NotLeaving))
                | vaults::Error::NotOracle { .. },
            ..
        }) => Ok(("vaults", message.label)),
        other => panic!("{} by {account:?}: {other:?}", message.label),
    }
}

async fn denied_by_oracle<C: DevChain, T: Decode + core::fmt::Debug>(
    world: &World<C>,
    outsider: &Signer,
    message: &Message<T, OracleError>,
) -> Result<(&'static str, &'static str), HarnessError> {
    let account = outsider.account();
    match world.suite.client.dry_run(&account, world.suite.oracle, 0, message).await {
        Err(CallError::Refused { error: OracleError::Role(_) | OracleError::NotFeeder { .. }, .. }) => {
            Ok(("oracle", message.label))
        }
        other => panic!("{} by {account:?}: {other:?}", message.label),
    }
}

async fn denied_by_governor<C: DevChain, T: Decode + core::fmt::Debug>(
    realm: &Realm<C>,
    outsider: &Signer,
    message: &Message<T, governor::Error>,
) -> Result<(&'static str, &'static str), HarnessError> {
    let account = outsider.account();
    match realm.world.suite.client.dry_run(&account, realm.governor, 0, message).await {
        Err(CallError::Refused {
            error: governor::Error::OnlyProposal { .. } | governor::Error::Proposal(ProposalError::MayNotCancel),
            ..
        }) => Ok(("governor", message.label)),
        other => panic!("{} by {account:?}: {other:?}", message.label),
    }
}

async fn denied_by_token<C: DevChain, T: Decode + core::fmt::Debug>(
    world: &World<C>,
    outsider: &Signer,
    message: &Message<T, token::CoinError>,
) -> Result<(&'static str, &'static str), HarnessError> {
    let account = outsider.account();
    match world.suite.client.dry_run(&account, world.suite.token, 0, message).await {
        Err(CallError::Refused {
            error:
                token::CoinError::NotAuthorised { .. }
                | token::CoinError::NotMinter { .. }
                | token::CoinError::NotSuccessor { .. },
            ..
        }) => Ok(("token", message.label)),
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

/// Unknown feeds and known ones, rules out of bounds, strangers, absurd prices, batches that cannot be: the oracle's
/// exact refusal, and the feed is as it was.
pub async fn the_oracle_refuses_bad_input<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let anybody = world.person(1).await?;
    let (client, feeds, safe) = (&world.suite.client, world.suite.oracle, world.suite.vaults);
    let (governor, guardian, feeder) = (&world.governor, &world.guardian, &world.feeders[0]);
    let (stranger, listed) = (anybody.account().to_address(), feeder.account().to_address());
    let before = feed_of(&world).await?;
    let (rules, price) = (feed_config(), dollars(100));
    use OracleError as E;

    let unknown = E::UnknownFeed { feed: 9 };
    let absurd = |price| E::PriceOutOfBounds { price, minimum: rules.minimum, maximum: rules.maximum };
    let (low, high) = (Price::from_raw(rules.minimum.raw() - 1), Price::from_raw(rules.maximum.raw() + 1));
    let too_many: Vec<(u32, Price)> = (0..17).map(|feed| (feed, price)).collect();
    let refusals = [
        (governor, oracle::set_feed_config(9, rules), unknown),
        (governor, oracle::add_feeder(9, stranger), unknown),
        (governor, oracle::remove_feeder(9, listed), unknown),
        (governor, oracle::set_listener(9, 0, safe), unknown),
        (guardian, oracle::freeze(9), unknown),
        (governor, oracle::unfreeze(9), unknown),
        (feeder, oracle::report(9, price), unknown),
        (&anybody, oracle::poke(9), unknown),
        (governor, oracle::add_feed(NATIVE_FEED, rules), E::FeedExists { feed: NATIVE_FEED }),
        (governor, oracle::add_feeder(NATIVE_FEED, stranger), E::FeedIsLive { feed: NATIVE_FEED }),
        (governor, oracle::remove_feeder(NATIVE_FEED, stranger), E::NotFeeder { caller: stranger.0 }),
        (governor, oracle::set_listener(NATIVE_FEED, 9, safe), E::SlotOutOfRange { slot: 9, slots: 4 }),
        (&anybody, oracle::report(NATIVE_FEED, price), E::NotFeeder { caller: stranger.0 }),
        (feeder, oracle::report(NATIVE_FEED, Price::ZERO), absurd(Price::ZERO)),
        (feeder, oracle::report(NATIVE_FEED, low), absurd(low)),
        (feeder, oracle::report(NATIVE_FEED, high), absurd(high)),
        (feeder, oracle::report(NATIVE_FEED, Price::MAX), absurd(Price::MAX)),
        (
            feeder,
            oracle::report_batch(vec![(NATIVE_FEED, price), (NATIVE_FEED, price)]),
            E::DuplicateFeed { feed: NATIVE_FEED },
        ),
        (feeder, oracle::report_batch(too_many), E::BatchTooLong { length: 17, maximum: 16 }),
        // The first report of these would be taken, were it not for the second.
        (feeder, oracle::report_batch(vec![(NATIVE_FEED, dollars(101)), (9, price)]), unknown),
    ];
    for (signer, message, expected) in refusals {
        oracle_refuses(&world, signer, &message, expected, &before).await?;
    }
    let interval = rules.update_interval;
    let step = |max_step| (FeedConfig { max_step, ..rules }, E::MaxStepOutOfBounds { max_step, maximum: Bps::ONE });
    let broken = [
        (FeedConfig { quorum: 0, ..rules }, E::QuorumOutOfBounds { quorum: 0, maximum: 13 }),
        (FeedConfig { quorum: 14, ..rules }, E::QuorumOutOfBounds { quorum: 14, maximum: 13 }),
        (FeedConfig { max_age: interval, ..rules }, E::MaxAgeTooShort { max_age: interval, above: interval }),
        step(Bps::ZERO),
        step(Bps::from_raw(10_001)),
        (
            FeedConfig { minimum: Price::ZERO, ..rules },
            E::PriceBoundsInvalid { minimum: Price::ZERO, maximum: rules.maximum },
        ),
        (
            FeedConfig { minimum: dollars(2), maximum: dollars(1), ..rules },
            E::PriceBoundsInvalid { minimum: dollars(2), maximum: dollars(1) },
        ),
    ];
    for (config, expected) in broken {
        for message in [oracle::add_feed(8, config), oracle::set_feed_config(NATIVE_FEED, config)] {
            oracle_refuses(&world, governor, &message, expected, &before).await?;
        }
    }
    assert_eq!(client.read(feeds, &oracle::feed_config(8)).await?, None, "a feed that was refused");
    assert_refused!(client.read(feeds, &oracle::price(9)).await, E::UnknownFeed { feed: 9 });

    // The price was renewed at this moment; much later nobody's report counts any more.
    let now = world.suite.now().await?;
    let too_soon = E::UpdateTooSoon { next_at: now.after(interval), now };
    oracle_refuses(&world, &anybody, &oracle::poke(NATIVE_FEED), too_soon, &before).await?;
    world.govern_oracle(&oracle::freeze(NATIVE_FEED)).await?;
    assert_refused!(client.read(feeds, &oracle::price(NATIVE_FEED)).await, E::Frozen { feed: NATIVE_FEED });
    let sync = world.call_vaults(&anybody, 0, &vaults::sync_price(0)).await;
    assert_refused!(sync, vaults::Error::Oracle(E::Frozen { feed: NATIVE_FEED }));
    assert_eq!(feed_of(&world).await?, before, "what is frozen is the price, not the feed");
    world.govern_oracle(&oracle::unfreeze(NATIVE_FEED)).await?;
    // As after an outage: nobody could use the price, so owners have their time first.
    let back = client.read(feeds, &oracle::price(NATIVE_FEED)).await?;
    assert_eq!((back.price, back.recovered_at), (price, world.suite.now().await?));
    let before = feed_of(&world).await?;
    world.advance(3 * 3_600 + 1).await?;
    let nobody_fresh = E::QuorumNotReached { fresh: 0, quorum: 2 };
    oracle_refuses(&world, &anybody, &oracle::poke(NATIVE_FEED), nobody_fresh, &before).await?;
    assert_refused!(client.read(feeds, &oracle::price(NATIVE_FEED)).await, E::Stale { .. });

    // A feed that nobody has reported to, and that has all the feeders it can have.
    world.govern_oracle(&oracle::add_feed(3, rules)).await?;
    assert_refused!(client.read(feeds, &oracle::price(3)).await, E::NoPrice);
    oracle_refuses(&world, &anybody, &oracle::poke(3), nobody_fresh, &before).await?;
    for number in 1..=13u8 {
        world.govern_oracle(&oracle::add_feeder(3, Address::from([number; 20]))).await?;
    }
    let again = oracle::add_feeder(3, Address::from([2; 20]));
    oracle_refuses(&world, governor, &again, E::DuplicateSlot { slot: 1 }, &before).await?;
    let one_more = oracle::add_feeder(3, listed);
    oracle_refuses(&world, governor, &one_more, E::NoFreeSlot { slots: 13 }, &before).await?;
    check_books(&world).await
}

async fn oracle_refuses<C: DevChain>(
    world: &World<C>,
    signer: &Signer,
    message: &Message<(), OracleError>,
    expected: OracleError,
    before: &str,
) -> Outcome {
    let error = refusal(world, signer, world.suite.oracle, message).await?;
    assert_eq!(error, expected, "{}", message.label);
    assert_eq!(feed_of(world).await?, before, "{} left a trace", message.label);
    Ok(())
}

/// Everything that the oracle keeps of the native feed, but whether it is frozen.
async fn feed_of<C: DevChain>(world: &World<C>) -> Result<String, HarnessError> {
    let (client, feeds) = (&world.suite.client, world.suite.oracle);
    let state = client.read(feeds, &oracle::feed_state(NATIVE_FEED)).await?;
    let config = client.read(feeds, &oracle::feed_config(NATIVE_FEED)).await?;
    let reports = client.read(feeds, &oracle::feed_reports(NATIVE_FEED)).await?;
    let feeders = client.read(feeds, &oracle::feed_feeders(NATIVE_FEED)).await?;
    let listeners = client.read(feeds, &oracle::feed_listeners(NATIVE_FEED)).await?;
    Ok(format!("{state:?} {config:?} {reports:?} {feeders:?} {listeners:?}"))
}

/// What a governor may get wrong: parameters out of bounds, another asset, more types than a feed serves, minters that
/// cannot be. The exact refusal, and nothing is configured.
pub async fn configuration_refuses_bad_input<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (coin, safe) = (world.suite.token, world.suite.vaults);
    let sane = collateral_params(Asset::Native, 18, NATIVE_FEED);
    let before = configuration_of(&world).await?;
    use vaults::Error::Vault;
    let parameter = |broken| Vault(VaultError::Parameter(broken));

    for (params, broken) in broken_params(sane) {
        let expected = parameter(broken);
        for message in [vaults::add_collateral(1, params), vaults::set_collateral_params(0, params)] {
            configuration_refuses(&world, safe, &message, &expected, &before).await?;
        }
    }
    let decimals = |decimals| CollateralParams { decimals, ..sane };
    let unsupported = |actual| ParameterError::UnsupportedDecimals { actual, minimum: 6, maximum: 24 };
    let elsewhere = Address::from([1u8; 20]);
    let other = CollateralParams { asset: Asset::Erc20(elsewhere.0), ..sane };
    let refusals = [
        (vaults::add_collateral(1, decimals(5)), parameter(unsupported(5))),
        (vaults::add_collateral(1, decimals(25)), parameter(unsupported(25))),
        (vaults::add_collateral(1, decimals(12)), vaults::Error::DecimalsMismatch { expected: 12, actual: 18 }),
        // No contract, so nobody who could tell the decimals.
        (vaults::add_collateral(1, other), vaults::Error::CollateralTransferFailed { asset: elsewhere }),
        (vaults::add_collateral(0, sane), Vault(VaultError::AlreadyInitialised)),
        (vaults::add_collateral(2, sane), Vault(VaultError::UnknownCollateralType { id: 2 })),
        (vaults::set_collateral_params(1, sane), Vault(VaultError::UnknownCollateralType { id: 1 })),
        (vaults::set_collateral_params(0, other), Vault(VaultError::AssetChanged)),
        (vaults::set_collateral_params(0, decimals(12)), Vault(VaultError::AssetChanged)),
    ];
    for (message, expected) in refusals {
        configuration_refuses(&world, safe, &message, &expected, &before).await?;
    }

    let stranger = world.person(1).await?.account().to_address();
    use token::CoinError as Coin;
    let refusals = [
        (token::set_minter(stranger, 1, 1, 4), Coin::UnknownProvenance { number: 4 }),
        (token::set_minter(safe, 1, 1, u8::MAX), Coin::UnknownProvenance { number: u8::MAX }),
        (token::set_minter(safe, 1, 1, 1), Coin::ProvenanceChanged),
        (token::set_minter(Address::zero(), 1, 1, 0), Coin::ZeroAddress),
    ];
    for (message, expected) in refusals {
        configuration_refuses(&world, coin, &message, &expected, &before).await?;
    }
    let unknown = world.suite.client.read(coin, &token::minter(stranger)).await;
    refused(unknown, &Coin::NotMinter { account: stranger });

    // A feed serves eight types and not one more.
    for id in 1..8 {
        world.govern_vaults(&vaults::add_collateral(id, sane)).await?;
    }
    let beside = collateral_params(Asset::Native, 18, 1);
    world.govern_vaults(&vaults::add_collateral(8, beside)).await?;
    let before = configuration_of(&world).await?;
    let full = vaults::Error::TooManyTypesOfFeed { maximum: 8 };
    configuration_refuses(&world, safe, &vaults::add_collateral(9, sane), &full, &before).await?;
    // A type keeps its feed: another source of prices comes to the feed.
    let fixed = VaultError::StepTooLarge { parameter: Parameter::Feed, proposed: 0, lowest: 1, highest: 1 };
    configuration_refuses(&world, safe, &vaults::set_collateral_params(8, sane), &Vault(fixed), &before).await?;
    // All eight hear of the feed's price, the one beside them does not.
    world.move_price(NATIVE_FEED, dollars(101)).await?;
    for id in 0..9 {
        let told = if id < 8 { dollars(101) } else { Price::ZERO };
        assert_eq!(world.suite.collateral_type(id).await?.state.price, told, "collateral type {id}");
    }
    check_books(&world).await
}

async fn configuration_refuses<C: DevChain, E: Decode + core::fmt::Debug + PartialEq>(
    world: &World<C>,
    contract: Address,
    message: &Message<(), E>,
    expected: &E,
    before: &str,
) -> Outcome {
    let error = refusal(world, &world.governor, contract, message).await?;
    assert_eq!(&error, expected, "{}", message.label);
    assert_eq!(configuration_of(world).await?, before, "{} left a trace", message.label);
    Ok(())
}

/// Everything that the governor configures in vaults and coin, and the books.
async fn configuration_of<C: DevChain>(world: &World<C>) -> Result<String, HarnessError> {
    let suite = &world.suite;
    let index = suite.client.read(suite.vaults, &vaults::summary()).await?;
    let mut kinds = Vec::new();
    for id in 0..index.collateral_types {
        kinds.push(suite.collateral_type(id).await?);
    }
    let ledger = suite.ledger().await?;
    let minter = suite.client.read(suite.token, &token::minter(suite.vaults)).await?;
    Ok(format!("{index:?} {kinds:?} {ledger:?} {minter:?}"))
}

/// Parameters that break one bound each, by as little as possible, and what is said of them.
fn broken_params(sane: CollateralParams) -> Vec<(CollateralParams, ParameterError)> {
    use ParameterError as E;
    let bps = Bps::from_raw;
    let too_high = Bps::from_raw(MAXIMUM_RATIO.raw() + 1);
    let ratio_too_high = E::RatioTooHigh { actual: too_high, maximum: MAXIMUM_RATIO };
    let too_much = Wad::from_raw(MAXIMUM_DEBT.raw() + 1);
    let debt_too_large = E::DebtTooLarge { actual: too_much, maximum: MAXIMUM_DEBT };
    let top = |top| CollateralParams { auction: AuctionParams { top, ..sane.auction }, ..sane };
    let top_out = |actual| E::TopOutOfBounds { actual, minimum: Bps::ONE, maximum: MAXIMUM_TOP };
    let floor = |floor| CollateralParams { auction: AuctionParams { floor, ..sane.auction }, ..sane };
    let curve = |curve| CollateralParams { auction: AuctionParams { curve, ..sane.auction }, ..sane };
    let at_once = AuctionParams { duration: Seconds::ZERO, ..sane.auction };
    let minute = Seconds::from_raw(60);
    let fee = |stability_fee| CollateralParams { stability_fee, ..sane };
    let fee_out = |actual| E::StabilityFeeOutOfBounds { actual, minimum: Ray::ONE, maximum: MAXIMUM_STABILITY_FEE };
    let (fee_low, fee_high) = (Ray::from_raw(RAY_ONE - 1), Ray::from_raw(MAXIMUM_STABILITY_FEE.raw() + 1));
    vec![
        (CollateralParams { target_ratio: too_high, ..sane }, ratio_too_high),
        (CollateralParams { penalty: too_high, ..sane }, ratio_too_high),
        (CollateralParams { seizure: too_high, ..sane }, ratio_too_high),
        (
            CollateralParams { liquidation_ratio: Bps::ONE, ..sane },
            E::LiquidationRatioTooLow { actual: Bps::ONE, above: Bps::ONE },
        ),
        (
            CollateralParams { safety_ratio: bps(14_499), ..sane },
            E::SafetyBelowLiquidation { actual: bps(14_499), minimum: bps(14_500) },
        ),
        (
            CollateralParams { target_ratio: bps(14_999), ..sane },
            E::TargetBelowSafety { actual: bps(14_999), minimum: bps(15_000) },
        ),
        (
            CollateralParams { seizure: bps(17_000), ..sane },
            E::TargetNotAboveSeizure { actual: bps(17_000), above: bps(17_000) },
        ),
        (
            CollateralParams { seizure: bps(11_299), ..sane },
            E::SeizureTooLow { actual: bps(11_299), minimum: bps(11_300) },
        ),
        (top(bps(9_999)), top_out(bps(9_999))),
        (top(bps(20_001)), top_out(bps(20_001))),
        (floor(bps(10_001)), E::FloorTooHigh { actual: bps(10_001), maximum: Bps::ONE }),
        (floor(bps(9_039)), E::FloorDoesNotCover { actual: bps(11_298), minimum: bps(11_300) }),
        (curve(Curve::Linear { duration: Seconds::ZERO }), E::CurveDurationZero),
        (curve(Curve::Exponential { cut: Ray::from_raw(RAY_ONE / 2), step: Seconds::ZERO }), E::CurveStepZero),
        (curve(Curve::Exponential { cut: Ray::ZERO, step: minute }), E::CurveCutOutOfBounds { actual: Ray::ZERO }),
        (curve(Curve::Exponential { cut: Ray::ONE, step: minute }), E::CurveCutOutOfBounds { actual: Ray::ONE }),
        (CollateralParams { auction: at_once, ..sane }, E::AuctionDurationZero),
        (fee(fee_low), fee_out(fee_low)),
        (fee(fee_high), fee_out(fee_high)),
        (CollateralParams { debt_floor: Wad::ZERO, ..sane }, E::DebtFloorZero),
        (CollateralParams { debt_ceiling: too_much, ..sane }, debt_too_large),
        (CollateralParams { gap: too_much, ..sane }, debt_too_large),
        (CollateralParams { debt_floor: too_much, ..sane }, debt_too_large),
        (
            CollateralParams { auction_cap: coins(112), ..sane },
            E::AuctionCapTooSmall { actual: coins(112), minimum: coins(113) },
        ),
        (
            CollateralParams { keeper_share: bps(1_301), ..sane },
            E::KeeperShareTooHigh { actual: bps(1_301), maximum: bps(1_300) },
        ),
        (CollateralParams { tip: coins(14), ..sane }, E::TipTooHigh { actual: coins(14), maximum: coins(13) }),
        (CollateralParams { max_price_age: Seconds::ZERO, ..sane }, E::MaxPriceAgeZero),
        (
            CollateralParams { minimum_price: Price::ZERO, ..sane },
            E::PriceBoundsInvalid { minimum: Price::ZERO, maximum: sane.maximum_price },
        ),
        (
            CollateralParams { minimum_price: dollars(2), maximum_price: dollars(1), ..sane },
            E::PriceBoundsInvalid { minimum: dollars(2), maximum: dollars(1) },
        ),
    ]
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
