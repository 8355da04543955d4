//! The second act: holders decide. A fee is raised and a type of collateral added by a vote; an attack is stopped without one; a
//! decision that is older than the attack cannot undo that; the vaults are replaced by a successor. Each step is checked, and told with the day on which it happened.

use comfy_table::{presets::UTF8_FULL_CONDENSED, Cell, CellAlignment, Table};
use florin_bindings::{governor, oracle, token, vaults};
use florin_client::{
    bundle::Bundles,
    chain::DevChain,
    contract::CallError,
    governance::{call, content},
    upgrade::{self, carry_out, findings, Progress},
};
use florin_governance::{action::Call, proposal::Support};
use florin_keeper::ExecuteKeeper;
use florin_stable::{
    collateral::{Asset, CollateralParams},
    VaultError,
};
use florin_units::{Bps, Ray, Seconds, RAY_ONE, WAD_ONE};
use serde::Serialize;

use crate::{
    harness::{
        coins, collateral_params, dollars, feed_config, HarnessError, Realm, NATIVE_FEED, TIMELOCK, VOTING_DELAY,
        VOTING_PERIOD,
    },
    scenarios::{before, prepare},
};

/// Names the shape of the JSON. A field may be added under the same name, none may change or go.
pub const SCHEMA: &str = "florin.demo.governance.1";

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Days since the beginning.
    pub day: u64,
    /// Who did it.
    pub who: &'static str,
    /// What, in words.
    pub what: String,
}

/// What the act was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    /// Shape of the report.
    pub schema: &'static str,
    /// Name of the chain.
    pub chain: String,
    /// What happened, in order.
    pub steps: Vec<Step>,
}

struct Stage<C> {
    realm: Realm<C>,
    bot: ExecuteKeeper<C>,
    began: u64,
    steps: Vec<Step>,
}

impl<C: DevChain> Stage<C> {
    async fn tell(&mut self, who: &'static str, what: impl Into<String>) -> Result<(), HarnessError> {
        let day = (self.realm.world.suite.now().await?.raw() - self.began) / 86_400;
        let what = what.into();
        eprintln!("day {day:>2}  {who}: {what}");
        self.steps.push(Step { day, who, what });
        Ok(())
    }

    /// A proposal, its vote and the beginning of its timelock.
    async fn decide(&mut self, calls: &[Call], what: &str) -> Result<u32, HarnessError> {
        let id = self.realm.propose(calls, None).await?;
        let read = content(&self.realm.world.suite.client, self.realm.governor, id).await?;
        let quorum = read.record.quorum / WAD_ONE;
        self.tell("a holder", format!("proposes to {what} (calls: {}, quorum: {quorum} votes)", read.calls.len()))
            .await?;
        self.realm.world.advance(VOTING_DELAY).await?;
        for voter in &self.realm.voters {
            self.realm.call(voter, 0, &governor::vote(id, Support::For, String::new())).await?;
        }
        self.tell("holders", format!("vote for proposal {id}")).await?;
        self.realm.world.advance(VOTING_PERIOD).await?;
        let queued = self.bot.step().await?.queued;
        assert!(queued.contains(&id), "the bot queues what was carried");
        self.tell("the bot", format!("queues proposal {id}; its timelock begins")).await?;
        Ok(id)
    }

    /// The end of the timelock. Whether the proposal was executed.
    async fn execute(&mut self, id: u32) -> Result<bool, HarnessError> {
        self.realm.world.advance(TIMELOCK).await?;
        Ok(self.bot.step().await?.executed.contains(&id))
    }

    async fn report_all(&self, price: u64) -> Result<(), HarnessError> {
        self.realm.world.move_price(NATIVE_FEED, dollars(price)).await?;
        // Prices have been away for days: owners have their time of grace first.
        self.realm.world.advance(700).await
    }
}

/// Play the act.
///
/// # Errors
/// [`HarnessError`] with the step's own error.
///
/// # Panics
/// Where a step had another outcome than it must have.
pub async fn act<C: DevChain + Clone>(chain: C) -> Result<Act, HarnessError> {
    let name = chain.info().await?.name;
    let realm = Realm::deploy(chain).await?;
    realm.hand_over().await?;
    let client = realm.world.suite.client.clone();
    let began = realm.world.suite.now().await?.raw();
    let bot = ExecuteKeeper::new(client.clone(), realm.governor, realm.world.person(150).await?);
    let mut stage = Stage { realm, bot, began, steps: Vec::new() };
    stage.tell("the deployer", "hands every role of token, oracle and vaults to the governor").await?;
    a_fee(&mut stage).await?;
    a_type(&mut stage).await?;
    an_attack(&mut stage).await?;
    a_replacement(&mut stage).await?;
    Ok(Act { schema: SCHEMA, chain: name, steps: stage.steps })
}

fn eight_per_cent(params: CollateralParams) -> CollateralParams {
    CollateralParams { stability_fee: Ray::from_raw(RAY_ONE + 2_440_418_608_258_400_030), ..params }
}

async fn a_fee<C: DevChain>(stage: &mut Stage<C>) -> Result<(), HarnessError> {
    let suite = stage.realm.world.suite.clone();
    let params = eight_per_cent(suite.collateral_type(0).await?.params);
    let calls = [call(suite.vaults, &vaults::set_collateral_params(0, params))];
    let id = stage.decide(&calls, "raise the stability fee from 5 to 8 % a year").await?;
    assert!(stage.execute(id).await?);
    assert_eq!(suite.collateral_type(0).await?.params, params);
    stage.tell("the bot", "executes it: the fee is 8 %").await
}

async fn a_type<C: DevChain>(stage: &mut Stage<C>) -> Result<(), HarnessError> {
    let suite = stage.realm.world.suite.clone();
    let asset = suite.client.chain().create_asset(95, 8, 1).await?;
    let mut calls = vec![call(suite.oracle, &oracle::add_feed(3, feed_config()))];
    for feeder in &stage.realm.world.feeders {
        calls.push(call(suite.oracle, &oracle::add_feeder(3, feeder.account().to_address())));
    }
    calls.push(call(suite.oracle, &oracle::set_listener(3, 0, suite.vaults)));
    let params = collateral_params(Asset::Erc20(asset.0), 8, 3);
    calls.push(call(suite.vaults, &vaults::add_collateral(1, params)));
    let id = stage.decide(&calls, "add a type of collateral with a feed of its own").await?;
    assert!(stage.execute(id).await?);
    stage.realm.world.report(3, dollars(60_000)).await?;
    assert_eq!(suite.collateral_type(1).await?.state.price, dollars(60_000));
    stage.tell("the bot", "executes it: collateral type 1 stands, with its first price").await
}

async fn an_attack<C: DevChain>(stage: &mut Stage<C>) -> Result<(), HarnessError> {
    let suite = stage.realm.world.suite.clone();
    let before = suite.collateral_type(0).await?.params;
    // A decision of no harm, made before the attack; it repeats the ceiling of today.
    let repeats = CollateralParams { keeper_share: Bps::from_raw(150), ..before };
    let calls = [call(suite.vaults, &vaults::set_collateral_params(0, repeats))];
    let old = stage.decide(&calls, "pay keepers half a per cent more").await?;
    stage.report_all(100).await?;
    let thief = stage.realm.world.person(151).await?;
    stage.realm.world.open(&thief, 1_000, 10_000).await?;
    stage.tell("a thief", "draws against collateral whose price the guardian no longer trusts").await?;
    let guardian = stage.realm.world.guardian.clone();
    let client = suite.client.clone();
    let tight = CollateralParams { debt_ceiling: coins(1), gap: coins(1), ..before };
    client.call(&guardian, suite.vaults, 0, &vaults::tighten(0, tight)).await?;
    let (ceiling, limit, ..) = client.read(suite.token, &token::minter(suite.vaults)).await?;
    client.call(&guardian, suite.token, 0, &token::lower_limits(suite.vaults, ceiling / 10, limit / 10)).await?;
    stage.tell("the guardian", "lowers debt ceiling and mint limits, at once and without a vote").await?;
    let tried = stage.realm.world.open(&thief, 1_000, 10_000).await;
    let refused = matches!(
        tried,
        Err(CallError::Refused { error: vaults::Error::Vault(VaultError::DebtCeilingExceeded { .. }), .. })
    );
    assert!(refused, "the attack goes on: {tried:?}");
    stage.tell("the thief", "is refused: the debt ceiling is reached").await?;
    assert!(!stage.execute(old).await?, "an old decision undid the defence");
    assert_eq!(suite.collateral_type(0).await?.params, tight);
    stage.tell("the bot", "is refused the old decision: its old ceiling would undo the defence").await?;
    let calls = [
        call(suite.vaults, &vaults::end_defence(0)),
        call(suite.vaults, &vaults::set_collateral_params(0, before)),
        call(suite.token, &token::end_defence(suite.vaults)),
        call(suite.token, &token::set_minter(suite.vaults, ceiling, limit, 0)),
    ];
    let id = stage.decide(&calls, "end the defence and restore the limits").await?;
    assert!(stage.execute(id).await?);
    assert_eq!(suite.collateral_type(0).await?.params, before);
    stage.tell("the bot", "executes it: all is as before, by a vote that said so").await?;
    crate::scenarios::check_books(&stage.realm.world).await
}

async fn a_replacement<C: DevChain>(stage: &mut Stage<C>) -> Result<(), HarnessError> {
    let succession = prepare(&stage.realm, 1).await?;
    let suite = stage.realm.world.suite.clone();
    stage.tell("a developer", "deploys new vaults beside the old ones, and hands their role to the governor").await?;
    let found = findings(&suite.client, &Bundles::find(), &succession, None).await?;
    assert!(found.is_empty(), "{found:?}");
    stage.tell("a holder", "compares code, roles and records with a build of her own: nothing is wrong").await?;
    let calls = upgrade::calls(&suite.client, &succession, Seconds::from_raw(7_200)).await?;
    let id = stage.decide(&calls, "let them take the place of the old ones").await?;
    assert!(stage.execute(id).await?);
    let before_it = suite.ledger().await?;
    stage.tell("the bot", "executes it: the old vaults stand still, for two hours at most").await?;
    let (mut pages, mut moved) = (0, 0);
    let mut told = |step| match step {
        Progress::Copied { .. } => pages += 1,
        Progress::HandedOver { amount, .. } => moved = amount,
        _ => {}
    };
    let anybody = stage.realm.world.person(152).await?;
    carry_out(&suite.client, &anybody, &succession, 0, &mut told).await?;
    let next = before(&stage.realm.world, succession.successor);
    assert_eq!(next.suite.ledger().await?, before_it);
    crate::scenarios::check_books(&next).await?;
    let tokens = moved / WAD_ONE;
    stage.tell("anybody", format!("copies the records in {pages} pages and has {tokens} native tokens follow")).await?;
    stage.tell("everybody", "goes on in the new vaults: the books are the old ones to the last digit").await
}

/// The act as a table.
pub fn table(act: &Act) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(["day", "who", "what"]);
    for Step { day, who, what } in &act.steps {
        table.add_row([Cell::new(day).set_alignment(CellAlignment::Right), Cell::new(who), Cell::new(what)]);
    }
    table
}
