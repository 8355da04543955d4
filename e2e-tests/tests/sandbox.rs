//! Every scenario on the sandbox, and what only the sandbox can do.

use florin_bindings::vaults;
use florin_client::{
    chain::{Block, Chain, DevChain},
    signer::Signer,
};
use florin_e2e_tests::{
    for_each_scenario,
    harness::{coins, HarnessError, World},
    scenarios::{self, check_books},
};
use florin_sandbox::{Sandbox, UnknownSnapshot};
use florin_stable::{ledger::Ledger, position::Position};
use florin_units::Wad;

macro_rules! on_the_sandbox {
    ($($name:ident),*) => {$(
        #[tokio::test]
        async fn $name() {
            scenarios::$name(Sandbox::new()).await.expect(stringify!($name));
        }
    )*};
}

for_each_scenario!(on_the_sandbox);

#[tokio::test]
async fn a_vote_costs_the_same_among_ten_and_ten_thousand_holders() {
    scenarios::a_vote_costs_the_same_among_many(Sandbox::new(), 10_000).await.expect("the same");
}

#[tokio::test]
async fn a_credit_costs_the_same_among_one_and_three_hundred() {
    scenarios::a_credit_costs_the_same_among_many(Sandbox::new(), 300).await.expect("the same");
}

#[tokio::test]
async fn e14_no_message_is_entered_from_inside_another() {
    scenarios::e14_no_message_is_entered_from_inside_another(Sandbox::new()).await.expect("never");
}

#[tokio::test]
async fn a_thousand_changes_reproduce_every_past_parameter() {
    scenarios::past_parameters(Sandbox::new(), 1_000).await.expect("as they were");
}

/// Head, the owner's native balance and coin, the position, the books.
type Seen = (Block, u128, Wad, Option<Position>, Ledger);

async fn seen(world: &World<Sandbox>, owner: &Signer, id: u64) -> Result<Seen, HarnessError> {
    let chain = world.suite.client.chain();
    Ok((
        chain.head().await?,
        chain.balance(&owner.account()).await?,
        world.coin_of(owner).await?,
        world.suite.position(id).await?,
        world.suite.ledger().await?,
    ))
}

async fn back_and_forth(chain: Sandbox) -> Result<(), HarnessError> {
    let world = World::deploy(chain.clone()).await?;
    let owner = world.person(1).await?;
    let id = world.open(&owner, 100, 1_000).await?;
    let before = seen(&world, &owner, id).await?;
    let next = before.0.number + 1;
    let snapshot = chain.snapshot();
    let mut rounds = Vec::new();
    for _ in 0..2 {
        // An asset can be created once: the second round succeeds because the first has left no trace.
        chain.create_asset(77, 6, 1).await?;
        let drawn = world.call_vaults(&owner, 0, &vaults::draw(id, coins(500))).await?.receipt.block.number;
        world.advance(3_600).await?;
        let between = seen(&world, &owner, id).await?;
        assert_eq!((between.2, between.0.timestamp_ms), (coins(1_500), before.0.timestamp_ms + 3_600_000));
        assert!(between.1 < before.1, "fees were paid");
        assert!(!chain.events_at(drawn).await?.is_empty(), "the draw has its block");

        // A snapshot of a later state, which the earlier one outlives.
        let later = chain.snapshot();
        world.call_vaults(&owner, 0, &vaults::draw(id, coins(200))).await?;
        assert_ne!(seen(&world, &owner, id).await?, between);
        assert_eq!(chain.restore(later), Ok(()));
        assert_eq!(seen(&world, &owner, id).await?, between);

        assert_eq!(chain.restore(snapshot), Ok(()));
        assert_eq!(seen(&world, &owner, id).await?, before);
        assert!(chain.events_at(drawn).await?.is_empty(), "its block is gone");
        assert_eq!(chain.restore(later), Err(UnknownSnapshot(later)));
        rounds.push(between);
    }
    assert_eq!(rounds[0], rounds[1], "the same acts on the same state do the same");

    // Life goes on from there.
    assert_eq!(chain.seal().await?.number, next);
    world.call_vaults(&owner, 0, &vaults::draw(id, coins(100))).await?;
    assert_eq!(world.coin_of(&owner).await?, coins(1_100));
    check_books(&world).await
}

#[tokio::test]
async fn a_snapshot_can_be_returned_to_again_and_again() {
    back_and_forth(Sandbox::new()).await.expect("snapshots work");
}
