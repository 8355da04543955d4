//! The vaults are replaced by a successor: records and money move, or nothing does.

use florin_bindings::{oracle, token, vaults, vaults_importer};
use florin_client::{
    account::AccountId,
    address_book::{AddressBook, Deployed},
    bundle::Bundles,
    chain::{Address, DevChain},
    deploy::apply,
    signer::Signer,
    upgrade::{self, carry_out, findings, through, Finding, Progress, Succession, IMPORTER, NEXT},
};
use florin_governance::migration::{MigrationError as Moving, Standing, MINIMUM_WINDOW};
use florin_keeper::Suite;
use florin_stable::{
    collateral::{Asset, CollateralParams},
    pause::Operation,
    VaultError,
};
use florin_units::{Amount, Price, Seconds, Wad};

use super::{
    approve_asset, asset_balance,
    assets::{
        behave, hostile_collateral, reenter_with, HONEST, LIES, REENTERS, RETURNS_FALSE, RETURNS_NOTHING, REVERTS,
        TAKES_FEE,
    },
    check_books, refused, Outcome,
};
use crate::{
    assert_refused,
    harness::{coins, collateral_params, dollars, native, HarnessError, Realm, World, NATIVE_FEED, UNIT},
};

fn moving(error: Moving) -> vaults::Error {
    vaults::Error::Vault(VaultError::Migration(error))
}

/// Two hours.
const WINDOW: Seconds = Seconds::from_raw(7_200);

/// An address book with what stands, as `florin deploy` leaves it.
async fn book_of<C: DevChain>(realm: &Realm<C>) -> Result<AddressBook, HarnessError> {
    let suite = &realm.world.suite;
    let info = suite.client.chain().info().await?;
    let mut book = AddressBook::in_memory(&info);
    let stands = [
        ("token", suite.token),
        ("oracle", suite.oracle),
        ("vaults", suite.vaults),
        ("votes", realm.votes),
        ("governor", realm.governor),
    ];
    for (name, address) in stands {
        let bundle = Bundles::find().load(name)?;
        let (code_hash, layout) = (bundle.code_hash, bundle.layout_hash());
        let deployed = Deployed { bundle: name.to_owned(), address, code_hash, block: 0, layout };
        book.contracts.insert(name.to_owned(), deployed);
    }
    Ok(book)
}

/// Deploys a successor of the vaults and its importer, with its role handed over, as `florin upgrade plan` does.
///
/// # Errors
/// The step's own.
///
/// # Panics
/// Where a second run does anything.
pub async fn prepare<C: DevChain>(realm: &Realm<C>, attempt: u32) -> Result<Succession, HarnessError> {
    let suite = &realm.world.suite;
    let mut book = book_of(realm).await?;
    let plan = upgrade::deployment(&suite.client, suite.vaults, attempt, suite.now().await?).await?;
    let deployer = realm.world.person(160).await?;
    apply(&suite.client, &deployer, &plan, &Bundles::find(), &mut book, &mut |_| {}).await?;
    let steps = book.steps.len();
    // Where it was interrupted it goes on; where it was not, it does nothing.
    apply(&suite.client, &deployer, &plan, &Bundles::find(), &mut book, &mut |_| {}).await?;
    assert_eq!(book.steps.len(), steps);
    let at = |name: &str| book.address(name).expect("deployed");
    Ok(Succession {
        token: suite.token,
        oracle: suite.oracle,
        governor: realm.governor,
        predecessor: suite.vaults,
        successor: at(NEXT),
        importer: at(IMPORTER),
    })
}

/// The same people before other vaults.
pub fn before<C: DevChain>(world: &World<C>, safe: Address) -> World<C> {
    World {
        suite: Suite { vaults: safe, ..world.suite.clone() },
        governor: world.governor.clone(),
        guardian: world.guardian.clone(),
        feeders: world.feeders.clone(),
    }
}

/// Everything that holders and owners can ask of vaults, without prices and the time.
async fn records<C: DevChain>(world: &World<C>) -> Result<String, HarnessError> {
    let (client, safe) = (&world.suite.client, world.suite.vaults);
    let index = client.read(safe, &vaults::summary()).await?;
    let mut told = format!("{index:?}");
    for id in 0..index.collateral_types {
        let kind = world.suite.collateral_type(id).await?;
        let state = (kind.state.total_art, kind.state.rate, kind.state.line, kind.state.auction_debt);
        told += &format!("\n{:?} {state:?} {:?}", kind.params, client.read(safe, &vaults::is_defended(id)).await?);
    }
    told += &format!("\n{:?}", world.suite.positions(0, 100).await?);
    for id in 0..index.auctions {
        told += &format!("\n{:?}", client.read(safe, &vaults::auction(id)).await?);
    }
    told += &format!("\n{:?}", client.read(safe, &vaults::ledger()).await?);
    Ok(told + &format!("\n{:?}", client.read(safe, &vaults::pauses()).await?))
}

/// Vaults with two types of collateral, several owners, an auction, a payout that waits, a pause and a defence: a successor takes
/// over all of it by a vote, to the unit. Nobody loses anything, and nothing works twice.
pub async fn vaults_are_replaced_with_all_positions_and_money<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain.clone()).await?;
    let world = &realm.world;
    let (client, old) = (&world.suite.client, world.suite.vaults);
    let asset = chain.create_asset(81, 6, 1).await?;
    world.add_feed(1).await?;
    let second = collateral_params(Asset::Erc20(asset.0), 6, 1);
    world.govern_vaults(&vaults::add_collateral(1, second)).await?;
    world.report(1, dollars(1)).await?;
    let people = [world.person(1).await?, world.person(2).await?, world.person(3).await?];
    let [owner, other, third] = &people;
    let unsafe_one = world.open(owner, 100, 6_000).await?;
    let sound = world.open(other, 1_000, 5_000).await?;
    let closed = world.open(third, 10, 0).await?;
    world.call_vaults(third, 0, &vaults::close(closed)).await?;
    chain.mint_asset(81, &third.account(), 5_000_000_000).await?;
    approve_asset(world, third, asset).await?;
    let tokens = vaults::open(1, Amount::from_raw(3_000_000_000), coins(1_000));
    let in_tokens = world.call_vaults(third, 0, &tokens).await?.value;
    // A payout that waits.
    let holder = AccountId::from_address(&old);
    chain.freeze_asset(81, &holder, true).await?;
    let waiting = Amount::from_raw(250_000_000);
    world.call_vaults(third, 0, &vaults::withdraw(in_tokens, waiting)).await?;
    chain.freeze_asset(81, &holder, false).await?;
    // An auction, half bought.
    world.move_price(NATIVE_FEED, dollars(80)).await?;
    let auction = world.call_vaults(other, 0, &vaults::liquidate(unsafe_one)).await?.value.expect("an auction");
    world.allow(other).await?;
    world.call_vaults(other, 0, &vaults::take(auction, native(10), Price::MAX)).await?;
    // A defence and a pause.
    let tight = CollateralParams { debt_ceiling: coins(900), ..second };
    world.call_vaults(&world.guardian, 0, &vaults::tighten(1, tight)).await?;
    world.call_vaults(&world.guardian, 0, &vaults::pause(Operation::Withdrawals)).await?;
    let params_before = client.chain().head().await?.number;
    realm.hand_over().await?;
    check_books(world).await?;

    let succession = prepare(&realm, 1).await?;
    let new = succession.successor;
    let layout = book_of(&realm).await?.contracts["vaults"].layout;
    assert!(layout.is_some());
    assert_eq!(findings(client, &Bundles::find(), &succession, layout).await?, []);
    // What a voter would have to see, each for itself.
    let elsewhere = Succession { predecessor: new, ..succession };
    let found = findings(client, &Bundles::find(), &elsewhere, None).await?;
    assert!(found.iter().any(|finding| matches!(finding, Finding::OtherStanding { .. })), "{found:?}");
    let wrong_code = Succession { importer: realm.votes, ..succession };
    let found = findings(client, &Bundles::find(), &wrong_code, None).await?;
    assert!(matches!(found[..], [Finding::OtherCode { contract: IMPORTER, .. }]), "{found:?}");
    let other_layout = Some(florin_client::chain::Hash::repeat_byte(7));
    let found = findings(client, &Bundles::find(), &succession, other_layout).await?;
    assert!(matches!(found[..], [Finding::OtherLayout { .. }]), "{found:?}");

    let calls = upgrade::calls(client, &succession, WINDOW).await?;
    assert_eq!(calls.len(), 4, "gate, two feeds, window");
    assert!(upgrade::proposal(client, &succession).await?.is_none());
    let enacted = realm.enact(&calls).await?;
    assert_eq!(upgrade::proposal(client, &succession).await?.map(|(id, _)| id), Some(enacted));
    let told = records(world).await?;
    let (standing, ..) = client.read(old, &vaults::standing()).await?;
    let Standing::Leaving { until, .. } = standing else { panic!("{standing:?}") };
    let still = moving(Moving::Leaving { successor: new.0, until });
    let next = before(world, new);
    // Nothing works in either of them, nobody can change anything, and the governor cannot either.
    refused(world.call_vaults(other, UNIT, &vaults::deposit(sound, native(1))).await, &still);
    refused(world.call_vaults(other, 0, &vaults::repay(sound, coins(1))).await, &still);
    refused(world.call_vaults(other, UNIT, &vaults::open(0, native(1), Wad::ZERO)).await, &still);
    refused(world.call_vaults(&world.guardian, 0, &vaults::tighten(1, tight)).await, &still);
    for (safe, error) in [(world, &still), (&next, &moving(Moving::Arriving))] {
        refused(safe.call_vaults(other, 0, &vaults::heal()).await, error);
        refused(safe.call_vaults(other, 0, &vaults::accrue(0)).await, error);
        refused(safe.call_vaults(other, 0, &vaults::claim_reward()).await, error);
    }
    // Before everything is there it cannot take over, and the predecessor does not leave.
    let early = world.suite.client.call(other, new, 0, &through(&vaults_importer::take_over())).await;
    refused(early, &moving(Moving::Incomplete));
    refused(
        world.call_vaults(other, 0, &vaults::leave()).await,
        &moving(Moving::NotSuccessor { caller: other.account().to_address().0 }),
    );
    refused(world.call_vaults(other, 0, &vaults::hand_over(0)).await, &moving(Moving::NotGone));
    assert_eq!(records(world).await?, told);

    let minted = client.read(succession.token, &token::minter(old)).await?;
    let mut steps = Vec::new();
    carry_out(client, other, &succession, 0, &mut |step| steps.push(step)).await?;
    assert!(steps.contains(&Progress::TakenOver), "{steps:?}");
    assert!(!steps.iter().any(|step| matches!(step, Progress::Stuck { .. })), "{steps:?}");
    assert_eq!(records(&next).await?, told, "what it was, it is");
    check_books(&next).await?;
    // The place in the gate moved with its counts; what is left mints nothing.
    let taken = client.read(succession.token, &token::minter(new)).await?;
    assert_eq!((taken.0, taken.1, taken.2, taken.3), (minted.0, minted.1, minted.2, minted.3));
    assert_eq!(client.read(succession.token, &token::minter(old)).await?, (0, 0, 0, 0, 0));
    // What is owed is where it is owed: here the payout that waits, there everything else.
    assert_eq!(client.read(old, &vaults::liabilities(Address::zero())).await?, Amount::ZERO);
    assert_eq!(client.read(old, &vaults::liabilities(asset)).await?, waiting);
    let in_all = Amount::from_raw(2_750_000_000);
    assert_eq!(client.read(new, &vaults::liabilities(asset)).await?, in_all);
    world.call_vaults(third, 0, &vaults::claim(asset, third.account().to_address())).await?;
    // A second time does nothing; the importer's code never runs again.
    let mut again = Vec::new();
    carry_out(client, other, &succession, 0, &mut |step| again.push(step)).await?;
    assert_eq!(again, []);
    let done = moving(Moving::NotArriving);
    refused(client.call(other, new, 0, &through(&vaults_importer::copy_page(1))).await, &done);
    refused(client.call(other, new, 0, &through(&vaults_importer::take_over())).await, &done);
    let gone = moving(Moving::Gone { successor: new.0 });
    refused(world.call_vaults(other, UNIT, &vaults::deposit(sound, native(1))).await, &gone);
    refused(world.call_vaults(other, 0, &vaults::repay(sound, coins(1))).await, &gone);

    // Life goes on: prices come to the successor, owners have their grace, the pause and the defence hold, the past is known.
    world.move_price(NATIVE_FEED, dollars(80)).await?;
    let draw = vaults::draw(sound, coins(100));
    assert_refused!(next.call_vaults(other, 0, &draw).await, vaults::Error::Vault(VaultError::PriceInGrace { .. }));
    world.advance(700).await?;
    world.move_price(NATIVE_FEED, dollars(80)).await?;
    next.call_vaults(other, 0, &draw).await?;
    next.allow(other).await?;
    next.call_vaults(other, 0, &vaults::repay(sound, coins(100))).await?;
    assert_refused!(
        next.call_vaults(other, 0, &vaults::withdraw(sound, native(1))).await,
        vaults::Error::Vault(VaultError::Paused { .. })
    );
    assert!(client.read(new, &vaults::is_defended(1)).await?);
    let block = u32::try_from(params_before).expect("a low block");
    assert_eq!(client.read(new, &vaults::params_at(1, block)).await?, Some(tight));
    assert_eq!(client.read(new, &vaults::params_at(1, 0)).await?, None);
    // What the defence tightened can be taken back in one step, there as here.
    assert_eq!(client.read(new, &vaults::voted_params(1)).await?.map(|voted| voted.value), Some(second));
    // The auction's price fell while nobody could buy: it is restarted before anything is sold, and nobody is paid for that.
    let take = vaults::take(auction, native(5), Price::MAX);
    assert_refused!(next.call_vaults(other, 0, &take).await, vaults::Error::Vault(VaultError::AuctionStale { .. }));
    let coin = world.coin_of(other).await?;
    next.call_vaults(other, 0, &vaults::redo(auction)).await?;
    assert_eq!(world.coin_of(other).await?, coin);
    next.call_vaults(other, 0, &take).await?;
    check_books(&next).await?;
    // Both hear of prices: where it had stopped half way, the predecessor would need them.
    let listeners = client.read(succession.oracle, &oracle::feed_listeners(1)).await?;
    assert!(listeners.contains(&new) && listeners.contains(&old));
    Ok(())
}

/// A window that ends, or is called off, before the successor has everything: the predecessor goes on as if nothing had been, and what
/// was copied is of no use any more.
pub async fn a_replacement_that_stops_half_way_changes_nothing<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let world = &realm.world;
    let (client, old) = (&world.suite.client, world.suite.vaults);
    let owner = world.person(1).await?;
    let position = world.open(&owner, 100, 1_000).await?;
    let succession = prepare(&realm, 1).await?;
    let new = succession.successor;
    let page = through(&vaults_importer::copy_page(1));
    // Without a vote there is nothing to copy.
    refused(client.call(&owner, new, 0, &page).await, &moving(Moving::NotLeaving));
    let too_short = Seconds::from_raw(MINIMUM_WINDOW.raw() - 1);
    assert_refused!(
        world.govern_vaults(&vaults::begin_migration(new, too_short)).await,
        vaults::Error::Vault(VaultError::Migration(Moving::WindowOutOfBounds { .. }))
    );
    world.govern_vaults(&vaults::begin_migration(new, MINIMUM_WINDOW)).await?;
    assert!(client.call(&owner, new, 0, &page).await?.value, "more is to come");
    let (standing, ..) = client.read(new, &vaults::standing()).await?;
    assert_eq!(standing, Standing::Arriving { window: 1 });
    let stranger = prepare(&realm, 2).await?.successor;
    refused(client.call(&owner, stranger, 0, &page).await, &moving(Moving::NotSuccessor { caller: stranger.0 }));

    world.advance(MINIMUM_WINDOW.raw()).await?;
    assert_eq!(client.read(old, &vaults::standing()).await?.0, Standing::Live);
    refused(client.call(&owner, new, 0, &page).await, &moving(Moving::NotLeaving));
    world.call_vaults(&owner, UNIT, &vaults::deposit(position, native(1))).await?;
    world.report(NATIVE_FEED, dollars(100)).await?;
    let at_once = world.call_vaults(&owner, 0, &vaults::draw(position, coins(1))).await;
    assert_refused!(at_once, vaults::Error::Vault(VaultError::PriceInGrace { .. }));
    check_books(world).await?;

    // In another window what was copied is not true any more; a fresh successor is needed.
    world.govern_vaults(&vaults::begin_migration(new, MINIMUM_WINDOW)).await?;
    let tried = client.call(&owner, new, 0, &page).await;
    assert_refused!(tried, vaults::Error::Vault(VaultError::Migration(Moving::WindowChanged { .. })));
    let call_off = vaults::call_off_migration();
    assert_refused!(world.call_vaults(&owner, 0, &call_off).await, vaults::Error::Vault(VaultError::Role(_)));
    world.call_vaults(&world.guardian, 0, &call_off).await?;
    refused(world.call_vaults(&world.guardian, 0, &call_off).await, &moving(Moving::NotLeaving));
    // Owners could not act meanwhile: nobody is liquidated before they had their time.
    world.move_price(NATIVE_FEED, dollars(100)).await?;
    let keeper = world.person(2).await?;
    let at_once = world.call_vaults(&keeper, 0, &vaults::liquidate(position)).await;
    assert_refused!(at_once, vaults::Error::Vault(VaultError::PriceInGrace { .. }));
    world.advance(700).await?;
    world.call_vaults(&owner, 0, &vaults::draw(position, coins(10))).await?;
    check_books(world).await?;

    // And the fresh one gets everything, without the vote token's help: the deployer still governs here.
    let succession = prepare(&realm, 3).await?;
    let set = token::name_successor(old, succession.successor);
    world.govern_token(&set).await?;
    world.govern_vaults(&vaults::begin_migration(succession.successor, MINIMUM_WINDOW)).await?;
    carry_out(client, &owner, &succession, 0, &mut |_| {}).await?;
    check_books(&before(world, succession.successor)).await
}

/// Rewards that the shut mint gate kept back move with the books; a keeper claims there what it could not claim here.
pub async fn rewards_move_to_the_successor<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let world = &realm.world;
    let client = &world.suite.client;
    let (owner, keeper) = (world.person(1).await?, world.person(2).await?);
    let id = world.open(&owner, 100, 6_000).await?;
    world.move_price(NATIVE_FEED, dollars(80)).await?;
    client.call(&world.guardian, world.suite.token, 0, &token::pause_minting()).await?;
    world.call_vaults(&keeper, 0, &vaults::liquidate(id)).await?;
    let waiting = world.suite.ledger().await?.open_rewards;
    assert!(waiting >= coins(2));
    let succession = prepare(&realm, 1).await?;
    world.govern_token(&token::name_successor(world.suite.vaults, succession.successor)).await?;
    world.govern_vaults(&vaults::begin_migration(succession.successor, WINDOW)).await?;
    // Twice copied is once copied.
    let next = before(world, succession.successor);
    while client.call(&keeper, succession.successor, 0, &through(&vaults_importer::copy_page(50))).await?.value {}
    let rewards = through(&vaults_importer::copy_rewards(vec![keeper.account().to_address(); 3]));
    client.call(&keeper, succession.successor, 0, &rewards).await?;
    client.call(&keeper, succession.successor, 0, &rewards).await?;
    assert_eq!(next.suite.ledger().await?.open_rewards, waiting);
    carry_out(client, &keeper, &succession, 0, &mut |_| {}).await?;
    check_books(&next).await?;
    world.govern_token(&token::resume_minting()).await?;
    next.call_vaults(&keeper, 0, &vaults::claim_reward()).await?;
    assert_eq!(world.coin_of(&keeper).await?, waiting);
    check_books(&next).await
}

/// Only who was named takes a place in the mint gate, once, and nobody who has one.
pub async fn a_place_in_the_mint_gate_moves_once<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (client, coin) = (&world.suite.client, world.suite.token);
    let [minter, heir, other]: [Signer; 3] = [world.person(1).await?, world.person(2).await?, world.person(3).await?];
    let [m, h] = [&minter, &heir].map(|person| person.account().to_address());
    let limit = coins(1_000).raw();
    let before_it = client.chain().head().await?.number;
    world.govern_token(&token::set_minter(m, limit, limit, 3)).await?;
    client.call(&minter, coin, 0, &token::mint(m, coins(400).raw())).await?;
    let succeed = token::succeed(m);
    let caller = h;
    refused(client.call(&heir, coin, 0, &succeed).await, &token::CoinError::NotSuccessor { caller });
    world.govern_token(&token::name_successor(m, h)).await?;
    assert_eq!(client.read(coin, &token::successor_of(m)).await?, h);
    let caller = other.account().to_address();
    refused(client.call(&other, coin, 0, &succeed).await, &token::CoinError::NotSuccessor { caller });
    client.call(&world.guardian, coin, 0, &token::lower_limits(m, limit / 2, limit)).await?;
    client.call(&heir, coin, 0, &succeed).await?;
    let caller = h;
    refused(client.call(&heir, coin, 0, &succeed).await, &token::CoinError::NotSuccessor { caller });
    // No fresh bucket, no fresh ceiling, and the defence came along.
    let left = client.read(coin, &token::minter(h)).await?;
    assert_eq!((left.0, left.2), (limit / 2, coins(400).raw()));
    assert_refused!(
        client.call(&heir, coin, 0, &token::mint(h, coins(101).raw())).await,
        token::CoinError::CeilingExceeded { .. } | token::CoinError::BucketExceeded { .. }
    );
    assert_refused!(
        world.govern_token(&token::set_minter(h, limit, limit, 3)).await,
        token::CoinError::NotDefensive { .. }
    );
    assert_refused!(client.call(&minter, coin, 0, &token::mint(m, 1)).await, token::CoinError::CeilingExceeded { .. });
    world.govern_token(&token::name_successor(h, m)).await?;
    refused(client.call(&minter, coin, 0, &token::succeed(h)).await, &token::CoinError::MinterExists { account: m });
    // What the limits were can be asked for.
    let at = |block: u64| token::limits_at(m, u32::try_from(block).expect("a low block"));
    assert_eq!(client.read(coin, &at(client.chain().head().await?.number)).await?, (0, 0));
    assert_eq!(client.read(coin, &at(before_it + 2)).await?, (limit, limit));
    refused(client.read(coin, &at(before_it)).await, &token::CoinError::NotMinter { account: m });
    Ok(())
}

/// A collateral token that refuses, lies, takes a fee or calls back while the collateral of its type moves: nothing moves, nothing is
/// lost, and the other types do not wait for it.
pub async fn a_lying_token_does_not_lock_the_collateral_of_its_type<C: DevChain + Clone>(chain: C) -> Outcome {
    let realm = Realm::deploy(chain).await?;
    let world = &realm.world;
    let (client, old) = (&world.suite.client, world.suite.vaults);
    let owner = world.person(1).await?;
    let hostile = hostile_collateral(world, &owner).await?;
    let thousand = Amount::from_raw(coins(1_000).raw());
    let position = world.call_vaults(&owner, 0, &vaults::open(1, thousand, Wad::ZERO)).await?.value;
    let native_one = world.open(&owner, 100, 1_000).await?;

    // A successor whose deployer has kept the role is not one to vote for.
    let kept = {
        let importer = client.upload(&owner, &Bundles::find().load(IMPORTER)?.code).await?.code_hash;
        let importer =
            client.instantiate(&owner, importer, &vaults_importer::constructors::new(), 0, None).await?.address;
        let code = client.upload(&owner, &Bundles::find().load("vaults")?.code).await?.code_hash;
        let constructor = vaults::constructors::successor(old, importer);
        let successor = client.instantiate(&owner, code, &constructor, 0, None).await?.address;
        let (token, oracle, governor) = (world.suite.token, world.suite.oracle, realm.governor);
        Succession { token, oracle, governor, predecessor: old, successor, importer }
    };
    let found = findings(client, &Bundles::find(), &kept, None).await?;
    let deployer = owner.account().to_address();
    assert!(found.contains(&Finding::OtherGovernor { governor: deployer, pending: Address::zero() }), "{found:?}");

    let succession = prepare(&realm, 1).await?;
    let new = succession.successor;
    world.govern_token(&token::name_successor(old, new)).await?;
    world.govern_vaults(&vaults::begin_migration(new, WINDOW)).await?;
    behave(world, &owner, hostile, LIES).await?;
    let mut steps = Vec::new();
    carry_out(client, &owner, &succession, 0, &mut |step| steps.push(step)).await?;
    assert!(steps.contains(&Progress::Stuck { collateral_type: 1 }), "{steps:?}");
    let held = asset_balance(world, hostile, old).await?;
    for behaviour in [LIES, TAKES_FEE, RETURNS_FALSE, REVERTS, RETURNS_NOTHING, REENTERS] {
        if behaviour == REENTERS {
            // It has the same collateral handed over once more, in the middle of its own transfer.
            let again = vaults::hand_over(1);
            reenter_with(world, &owner, hostile, old, again.data().to_vec()).await?;
        } else {
            behave(world, &owner, hostile, behaviour).await?;
        }
        let tried = world.call_vaults(&owner, 0, &vaults::hand_over(1)).await;
        assert_refused!(
            tried,
            vaults::Error::CollateralTransferFailed { .. } | vaults::Error::CollateralTransferMismatch { .. }
        );
        let kind = world.suite.collateral_type(1).await?;
        assert_eq!(kind.state.total_collateral, thousand, "behaviour {behaviour}");
        assert_eq!(client.read(old, &vaults::liabilities(hostile)).await?, thousand, "behaviour {behaviour}");
        assert_eq!(asset_balance(world, hostile, old).await?, held, "behaviour {behaviour}");
    }
    // Meanwhile the successor owes it and does not have it, and says so; the other type works.
    let next = before(world, new);
    let tried = next.call_vaults(&owner, 0, &vaults::withdraw(position, thousand)).await;
    assert_refused!(tried, vaults::Error::NotCovered { .. } | vaults::Error::CollateralTransferFailed { .. });
    next.call_vaults(&owner, UNIT, &vaults::deposit(native_one, native(1))).await?;
    behave(world, &owner, hostile, HONEST).await?;
    assert_eq!(world.call_vaults(&owner, 0, &vaults::hand_over(1)).await?.value, thousand);
    next.call_vaults(&owner, 0, &vaults::withdraw(position, thousand)).await?;
    check_books(&next).await
}

/// A minter with limits of zero stays a minter: when it gets limits again its bucket is as empty as it was.
pub async fn a_minter_does_not_get_a_second_bucket<C: DevChain + Clone>(chain: C) -> Outcome {
    let world = World::deploy(chain).await?;
    let (client, coin) = (&world.suite.client, world.suite.token);
    let minter = world.person(1).await?;
    let account = minter.account().to_address();
    let limit = coins(1_000).raw();
    world.govern_token(&token::set_minter(account, limit, limit, 3)).await?;
    client.call(&minter, coin, 0, &token::mint(account, limit / 2)).await?;
    world.govern_token(&token::set_minter(account, 0, 0, 3)).await?;
    world.advance(86_400).await?;
    world.govern_token(&token::set_minter(account, limit, limit, 3)).await?;
    let tried = client.call(&minter, coin, 0, &token::mint(account, 1)).await;
    assert_refused!(tried, token::CoinError::BucketExceeded { requested: 1, available: 0, .. });
    world.advance(86_400).await?;
    client.call(&minter, coin, 0, &token::mint(account, limit / 2)).await?;
    Ok(())
}
