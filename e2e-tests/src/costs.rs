//! What each message costs, measured on the sandbox in a fixed order of events, and compared with the committed figures.

mod trade;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use florin_bindings::{governor, oracle, token, vaults, vaults_importer, votes, Message};
use florin_client::{
    account::AccountId,
    bundle::Bundles,
    chain::{Action, Address, Chain, DevChain, Limits, Wait, Weight},
    contract::{CallError, Client},
    governance::{ballot_domain, call, delegation_domain, sign_ballot, sign_delegation},
    metadata::{ContractMetadata, MetadataError},
    signer::Signer,
    upgrade::through,
};
use florin_governance::proposal::Support;
use florin_sandbox::Sandbox;
use florin_stable::{collateral::Asset, parameter::Parameter, pause::Operation, shadow::ShadowTerms};
use florin_units::{Amount, Bps, Price, Seconds, Timestamp, Wad, U256};
use parity_scale_codec::Decode;
use serde::{Deserialize, Serialize};

use crate::{
    harness::{
        coins, collateral_params, dollars, feed_config, governance_rules, native, HarnessError, Realm, World,
        GUARDIAN_TERM, NATIVE_FEED, TIMELOCK, UNIT, VOTING_DELAY, VOTING_PERIOD,
    },
    scenarios::approve_asset,
};

/// A cost may differ from its snapshot by this share, in basis points, before somebody has to look at it.
pub const TOLERANCE: u64 = 200;

/// What one call costs its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Computation that it used, in picoseconds of reference hardware.
    pub ref_time: u64,
    /// Proof of storage that it used, in bytes.
    pub proof_size: u64,
    /// Storage deposit in planck: positive is charged, negative refunded.
    pub storage_deposit: i128,
}

/// The figures of one contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Size of the code in bytes; zero for the chain's own acts.
    pub code_size: u64,
    /// Costs by message.
    pub messages: BTreeMap<String, Cost>,
}

/// All figures by contract; `native` holds the chain's own transfer.
pub type Snapshots = BTreeMap<String, Snapshot>;

/// Costs that could not be measured, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CostError {
    /// A step failed.
    #[error(transparent)]
    Step(Box<HarnessError>),
    /// A bundle's metadata cannot be read.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// A message was never measured: it needs a place in the list.
    #[error("{contract} has messages that the bench does not measure: {}", messages.join(", "))]
    Unmeasured {
        /// The contract.
        contract: String,
        /// Its messages that have no figure.
        messages: Vec<String>,
    },
    /// A snapshot file cannot be read or written.
    #[error("cannot use {}: {cause}; scripts/bench writes it", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
}

impl From<HarnessError> for CostError {
    fn from(error: HarnessError) -> Self {
        Self::Step(Box::new(error))
    }
}

/// A figure that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Contract and message.
    pub item: String,
    /// Which figure.
    pub figure: &'static str,
    /// What it was.
    pub committed: i128,
    /// What it is.
    pub measured: i128,
}

impl core::fmt::Display for Drift {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {} was {}, is {}", self.item, self.figure, self.committed, self.measured)
    }
}

/// Figures that differ from the committed ones by more than [`TOLERANCE`], and items that only one side has.
pub fn drifts(committed: &Snapshots, measured: &Snapshots) -> Vec<Drift> {
    let (committed, measured) = (flat(committed), flat(measured));
    let names: std::collections::BTreeSet<_> = committed.keys().chain(measured.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let (item, figure) = (name.0.clone(), name.1);
        let (old, new) = (committed.get(name).copied(), measured.get(name).copied());
        let drifted = match (old, new) {
            (Some(old), Some(new)) => {
                old.abs_diff(new).saturating_mul(10_000) > old.unsigned_abs() * u128::from(TOLERANCE)
            }
            _ => true,
        };
        if drifted {
            found.push(Drift { item, figure, committed: old.unwrap_or(0), measured: new.unwrap_or(0) });
        }
    }
    found
}

fn flat(snapshots: &Snapshots) -> BTreeMap<(String, &'static str), i128> {
    let mut figures = BTreeMap::new();
    for (contract, snapshot) in snapshots {
        figures.insert((contract.clone(), "code size"), snapshot.code_size.into());
        for (message, cost) in &snapshot.messages {
            let item = format!("{contract}.{message}");
            figures.insert((item.clone(), "ref_time"), cost.ref_time.into());
            figures.insert((item.clone(), "proof_size"), cost.proof_size.into());
            figures.insert((item, "storage deposit"), cost.storage_deposit);
        }
    }
    figures
}

/// Read the committed figures: one file a contract.
///
/// # Errors
/// [`CostError::File`].
pub fn load(folder: &Path) -> Result<Snapshots, CostError> {
    let failed = |path: &Path, cause: String| CostError::File { path: path.to_owned(), cause };
    let mut snapshots = Snapshots::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, error.to_string()))? {
        let path = entry.map_err(|error| failed(folder, error.to_string()))?.path();
        let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read(&path).map_err(|error| failed(&path, error.to_string()))?;
            let snapshot = serde_json::from_slice(&text).map_err(|error| failed(&path, error.to_string()))?;
            snapshots.insert(name.to_owned(), snapshot);
        }
    }
    Ok(snapshots)
}

/// Write the figures, one file a contract.
///
/// # Errors
/// [`CostError::File`].
pub fn save(folder: &Path, snapshots: &Snapshots) -> Result<(), CostError> {
    let failed = |path: &Path, cause: String| CostError::File { path: path.to_owned(), cause };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error.to_string()))?;
    for (name, snapshot) in snapshots {
        let path = folder.join(format!("{name}.json"));
        let mut text = serde_json::to_vec_pretty(snapshot).map_err(|error| failed(&path, error.to_string()))?;
        text.push(b'\n');
        std::fs::write(&path, text).map_err(|error| failed(&path, error.to_string()))?;
    }
    Ok(())
}

/// The page of costs that is made of the figures, in markdown; `docs/costs.md` is this page.
pub fn page(snapshots: &Snapshots) -> String {
    let mut text = String::from(INTRODUCTION);
    for (contract, snapshot) in snapshots {
        text.push_str(&format!("\n## {contract}\n\n"));
        if snapshot.code_size > 0 {
            text.push_str(&format!("{} bytes of code.\n\n", snapshot.code_size));
        }
        text.push_str("| message | time, µs | proof, bytes | deposit, µUNIT |\n| --- | ---: | ---: | ---: |\n");
        for (message, cost) in &snapshot.messages {
            let (time, deposit) = (cost.ref_time / 1_000_000, cost.storage_deposit / 10_000);
            text.push_str(&format!("| {message} | {time} | {} | {deposit} |\n", cost.proof_size));
        }
    }
    text
}

/// What stands before the figures.
const INTRODUCTION: &str = "\
# What messages cost

Measured in the sandbox, on the runtime of the dev node, in a fixed order of events; the same figures in exact units are in
`contracts/snapshots`, and CI fails where one of them moves by more than two in a hundred. `scripts/bench` measures again and
writes this page. *Time* is computation on the chain's reference hardware, *proof* is what a validator has to be sent, *deposit* is
locked for storage (negative: given back), in millionths of the native unit. A block of this runtime holds 1.5 seconds and 7.5 MiB
for ordinary transactions.

## Escrow beside commerce-payments

Base's commerce-payments publishes 155,657 gas to authorise a payment, 69,915 to capture, 80,064 to refund and 55,079 to void. Its
payments have no documents, no examination, no title and no dispute. The acts that come nearest here are `escrow.fund` (authorise),
`escrow.accept` (capture), `escrow.settle` (refund), `escrow.decline` (void). Gas counts computation and storage in one number, this
chain counts computation, proof and deposit apart, so the numbers cannot be divided by each other; what can be compared is what they
leave of a block. Of 30 million gas the four take 0.52, 0.23, 0.27 and 0.18 per cent. Here proof is what is scarce, because each
contract that is entered brings its whole code into it each time: the table says how many bytes, and 78,643 of them are one per cent
of a block. No message goes through a list of escrows; those that a credit goes through were measured among few and among 300 more
credits, and cost the same to a thousandth (`a_credit_costs_the_same_among_many`).
";

/// Measure every message of every contract of the suite, and a native transfer.
///
/// # Errors
/// [`CostError`]; [`CostError::Unmeasured`] where a message has no place in the list below.
pub async fn measure() -> Result<Snapshots, CostError> {
    let bundles = Bundles::find();
    let chain = Sandbox::new();
    let native =
        Snapshot { code_size: 0, messages: BTreeMap::from([("transfer".to_owned(), native_transfer(&chain).await?)]) };
    let mut meter =
        Meter { world: World::deploy(chain.clone()).await?, votes: None, successor: None, costs: BTreeMap::new() };
    meter.token().await?;
    meter.oracle().await?;
    meter.positions().await?;
    meter.auctions().await?;
    meter.claims(chain).await?;
    meter.vault_roles().await?;
    meter.succession().await?;
    meter.governance(Sandbox::new()).await?;
    meter.costs.extend(trade::measure(Sandbox::new()).await?);

    let mut snapshots = Snapshots::from([("native".to_owned(), native)]);
    for name in ["token", "oracle", "vaults", "vaults_importer", "votes", "governor", "title", "arbitration", "escrow"]
    {
        let bundle = bundles.load(name).map_err(HarnessError::from)?;
        let metadata = ContractMetadata::from_json(&bundle.metadata)?;
        let messages = meter.costs.remove(name).unwrap_or_default();
        let unmeasured: Vec<String> = metadata
            .messages()
            .iter()
            .filter(|message| !messages.contains_key(&message.label))
            .map(|message| message.label.clone())
            .collect();
        if !unmeasured.is_empty() {
            return Err(CostError::Unmeasured { contract: name.to_owned(), messages: unmeasured });
        }
        snapshots.insert(name.to_owned(), Snapshot { code_size: bundle.code.len() as u64, messages });
    }
    Ok(snapshots)
}

async fn native_transfer(chain: &Sandbox) -> Result<Cost, HarnessError> {
    let (from, to) = (Signer::alice(), Signer::bob());
    let act = Action::Transfer { to: to.account(), value: UNIT };
    let limits = Limits { weight: Weight::default(), storage_deposit: 0 };
    let receipt = chain.submit(&from, &[act], &limits, Wait::Finalized).await?;
    Ok(Cost { ref_time: receipt.weight.ref_time, proof_size: receipt.weight.proof_size, storage_deposit: 0 })
}

/// What a call costs that is not refused; refusals cost something else, and end the bench.
async fn cost_of<T: Decode, E: Decode + core::fmt::Debug>(
    client: &Client<Sandbox>,
    origin: &AccountId,
    contract: Address,
    value: u128,
    message: &Message<T, E>,
) -> Result<Cost, HarnessError>
where
    HarnessError: From<CallError<E>>,
{
    client.dry_run(origin, contract, value, message).await?;
    let act = Action::Call { to: contract, value, data: message.data().to_vec() };
    let tried = client.chain().dry_run(origin, &act).await?;
    Ok(Cost {
        ref_time: tried.weight_consumed.ref_time,
        proof_size: tried.weight_consumed.proof_size,
        storage_deposit: tried.storage_deposit,
    })
}

struct Meter {
    world: World<Sandbox>,
    /// The vote token, once it stands.
    votes: Option<Address>,
    /// Vaults that copy others, which are measured as their importer.
    successor: Option<Address>,
    costs: BTreeMap<&'static str, BTreeMap<String, Cost>>,
}

impl Meter {
    /// Measure a call and do it. The first figure of a message stands.
    async fn call<T: Decode, E: Decode + core::fmt::Debug>(
        &mut self,
        signer: &Signer,
        contract: Address,
        value: u128,
        message: &Message<T, E>,
    ) -> Result<T, HarnessError>
    where
        HarnessError: From<CallError<E>>,
    {
        self.note(&signer.account(), contract, value, message).await?;
        Ok(self.world.suite.client.call(signer, contract, value, message).await?.value)
    }

    /// Measure a call and leave it at that.
    async fn note<T: Decode, E: Decode + core::fmt::Debug>(
        &mut self,
        origin: &AccountId,
        contract: Address,
        value: u128,
        message: &Message<T, E>,
    ) -> Result<(), HarnessError>
    where
        HarnessError: From<CallError<E>>,
    {
        let cost = cost_of(&self.world.suite.client, origin, contract, value, message).await?;
        let suite = &self.world.suite;
        let name = match contract {
            contract if contract == suite.token => "token",
            contract if contract == suite.oracle => "oracle",
            contract if contract == suite.vaults => "vaults",
            contract if Some(contract) == self.votes => "votes",
            contract if Some(contract) == self.successor && message.label != "import" => "vaults_importer",
            contract if Some(contract) == self.successor => "vaults",
            _ => "governor",
        };
        self.costs.entry(name).or_default().entry(message.label.to_owned()).or_insert(cost);
        Ok(())
    }

    /// Measure a question.
    async fn ask<T: Decode, E: Decode + core::fmt::Debug>(
        &mut self,
        contract: Address,
        message: &Message<T, E>,
    ) -> Result<(), HarnessError>
    where
        HarnessError: From<CallError<E>>,
    {
        self.note(&AccountId::from_address(&Address::zero()), contract, 0, message).await
    }

    async fn token(&mut self) -> Result<(), HarnessError> {
        let (coin, governor, guardian) =
            (self.world.suite.token, self.world.governor.clone(), self.world.guardian.clone());
        let (alice, bob) = (self.world.person(11).await?, self.world.person(12).await?);
        let [a, b] = [&alice, &bob].map(|person| person.account().to_address());
        let minter = self.world.person(13).await?;
        let m = minter.account().to_address();
        let limit = coins(1_000_000).raw();
        self.call(&governor, coin, 0, &token::set_minter(m, limit, limit, 0)).await?;
        self.call(&minter, coin, 0, &token::mint(a, coins(10_000).raw())).await?;
        let value = U256::from(coins(5).raw());
        self.call(&alice, coin, 0, &token::transfer(b, value)).await?;
        self.call(&alice, coin, 0, &token::transfer_with_reference(b, value, [7; 32])).await?;
        self.call(&alice, coin, 0, &token::approve(b, value * 10)).await?;
        self.call(&bob, coin, 0, &token::transfer_from(a, b, value)).await?;
        // Only minters burn.
        self.world.pay(&alice, m, coins(100)).await?;
        self.call(&minter, coin, 0, &token::burn(coins(1).raw())).await?;
        self.world.suite.client.call(&alice, coin, 0, &token::approve(m, value)).await?;
        self.call(&minter, coin, 0, &token::burn_from(a, coins(1).raw())).await?;
        self.call(&guardian, coin, 0, &token::pause_minting()).await?;
        self.call(&governor, coin, 0, &token::resume_minting()).await?;
        self.call(&guardian, coin, 0, &token::lower_limits(m, limit / 2, limit / 2)).await?;
        self.call(&governor, coin, 0, &token::end_defence(m)).await?;
        let until = self.world.suite.now().await.map_err(HarnessError::from)?.raw() + GUARDIAN_TERM;
        self.call(&governor, coin, 0, &token::set_guardian(guardian.account().to_address(), until)).await?;
        self.call(&governor, coin, 0, &token::name_governor(a)).await?;
        self.note(&alice.account(), coin, 0, &token::accept_governor()).await?;
        self.ask(coin, &token::name()).await?;
        self.ask(coin, &token::symbol()).await?;
        self.ask(coin, &token::decimals()).await?;
        self.ask(coin, &token::total_supply()).await?;
        self.ask(coin, &token::balance_of(a)).await?;
        self.ask(coin, &token::allowance(a, b)).await?;
        self.ask(coin, &token::minter(m)).await?;
        self.ask(coin, &token::is_minting_paused()).await?;
        self.ask(coin, &token::role_holders()).await?;
        let block = u32::try_from(self.world.suite.client.chain().head().await?.number).expect("a low block");
        self.ask(coin, &token::limits_at(m, block)).await?;
        self.call(&governor, coin, 0, &token::name_successor(m, b)).await?;
        self.ask(coin, &token::successor_of(m)).await?;
        self.call(&bob, coin, 0, &token::succeed(m)).await
    }

    async fn oracle(&mut self) -> Result<(), HarnessError> {
        let (feeds, governor, guardian) =
            (self.world.suite.oracle, self.world.governor.clone(), self.world.guardian.clone());
        let feeders = self.world.feeders.clone();
        let mut config = feed_config();
        self.call(&governor, feeds, 0, &oracle::add_feed(9, config)).await?;
        config.max_age = Seconds::from_raw(7_200);
        self.call(&governor, feeds, 0, &oracle::set_feed_config(9, config)).await?;
        for feeder in &feeders {
            self.call(&governor, feeds, 0, &oracle::add_feeder(9, feeder.account().to_address())).await?;
        }
        let listener = self.world.suite.vaults;
        self.note(&governor.account(), feeds, 0, &oracle::set_listener(9, 0, listener)).await?;
        // With the earlier reports of the others it makes a price, which goes to the listening vaults: the dearest case.
        self.world.advance(120).await?;
        self.call(&feeders[0], feeds, 0, &oracle::report(NATIVE_FEED, dollars(101))).await?;
        let batch = oracle::report_batch(vec![(9, dollars(1)), (NATIVE_FEED, dollars(101))]);
        self.call(&feeders[2], feeds, 0, &batch).await?;
        self.world.advance(120).await?;
        self.call(&governor, feeds, 0, &oracle::poke(NATIVE_FEED)).await?;
        self.call(&guardian, feeds, 0, &oracle::freeze(9)).await?;
        self.call(&governor, feeds, 0, &oracle::unfreeze(9)).await?;
        self.call(&governor, feeds, 0, &oracle::remove_feeder(9, feeders[2].account().to_address())).await?;
        let until = self.world.suite.now().await.map_err(HarnessError::from)?.raw() + GUARDIAN_TERM;
        self.call(&governor, feeds, 0, &oracle::set_guardian(guardian.account().to_address(), until)).await?;
        self.call(&governor, feeds, 0, &oracle::name_governor(guardian.account().to_address())).await?;
        self.note(&guardian.account(), feeds, 0, &oracle::accept_governor()).await?;
        self.ask(feeds, &oracle::price(NATIVE_FEED)).await?;
        self.ask(feeds, &oracle::feed_config(NATIVE_FEED)).await?;
        self.ask(feeds, &oracle::feed_state(NATIVE_FEED)).await?;
        self.ask(feeds, &oracle::feed_reports(NATIVE_FEED)).await?;
        self.ask(feeds, &oracle::feed_feeders(NATIVE_FEED)).await?;
        self.ask(feeds, &oracle::feed_listeners(NATIVE_FEED)).await?;
        self.ask(feeds, &oracle::is_frozen(NATIVE_FEED)).await?;
        self.ask(feeds, &oracle::role_holders()).await?;
        // Another source with the same feeders proves itself.
        let client = self.world.suite.client.clone();
        self.world.govern_oracle(&oracle::add_feed(8, feed_config())).await?;
        for feeder in &feeders {
            self.world.govern_oracle(&oracle::add_feeder(8, feeder.account().to_address())).await?;
        }
        let terms = ShadowTerms { max_difference: Bps::from_raw(100), updates: 10 };
        self.call(&governor, feeds, 0, &oracle::begin_shadow(NATIVE_FEED, 8, terms)).await?;
        self.call(&guardian, feeds, 0, &oracle::end_shadow(NATIVE_FEED)).await?;
        self.world.govern_oracle(&oracle::begin_shadow(NATIVE_FEED, 8, terms)).await?;
        for _ in 0..12 {
            self.world.advance(120).await?;
            self.world.report(NATIVE_FEED, dollars(101)).await?;
            for feeder in &feeders {
                client.call(feeder, feeds, 0, &oracle::report(8, dollars(101))).await?;
            }
        }
        self.ask(feeds, &oracle::shadow(NATIVE_FEED)).await?;
        self.call(&feeders[0], feeds, 0, &oracle::go_live(NATIVE_FEED)).await?;
        let block = u32::try_from(client.chain().head().await?.number).expect("a low block");
        self.ask(feeds, &oracle::feed_config_at(NATIVE_FEED, block)).await
    }

    async fn positions(&mut self) -> Result<(), HarnessError> {
        let safe = self.world.suite.vaults;
        let owner = self.world.person(21).await?;
        self.world.allow(&owner).await?;
        let id = self.call(&owner, safe, 100 * UNIT, &vaults::open(0, native(100), coins(1_000))).await?;
        self.call(&owner, safe, 10 * UNIT, &vaults::deposit(id, native(10))).await?;
        self.call(&owner, safe, 0, &vaults::draw(id, coins(500))).await?;
        // An hour's fees are due in each of these.
        self.world.advance(3_600).await?;
        self.world.report(NATIVE_FEED, dollars(100)).await?;
        self.call(&owner, safe, 0, &vaults::repay(id, coins(300))).await?;
        self.call(&owner, safe, 0, &vaults::withdraw(id, native(5))).await?;
        self.world.advance(600).await?;
        self.call(&owner, safe, 0, &vaults::accrue(0)).await?;
        self.call(&owner, safe, 0, &vaults::sync_price(0)).await?;
        let quote = self.world.suite.client.read(self.world.suite.oracle, &oracle::price(NATIVE_FEED)).await?;
        let caller = AccountId::from_address(&self.world.suite.oracle);
        self.note(&caller, safe, 0, &vaults::on_price(NATIVE_FEED, quote)).await?;
        self.ask(safe, &vaults::position(id)).await?;
        self.ask(safe, &vaults::positions(0, 100)).await?;
        self.ask(safe, &vaults::collateral(0)).await?;
        self.ask(safe, &vaults::debt_of(id)).await?;
        self.ask(safe, &vaults::health(id)).await?;
        self.ask(safe, &vaults::ledger()).await?;
        self.ask(safe, &vaults::solvency()).await?;
        self.ask(safe, &vaults::summary()).await?;
        self.ask(safe, &vaults::pauses()).await?;
        self.ask(safe, &vaults::liabilities(Address::zero())).await?;
        let rich = self.world.person(22).await?;
        let other = self.world.open(&rich, 1_000, 10_000).await?;
        self.world.pay(&rich, owner.account().to_address(), coins(1_000)).await?;
        self.call(&owner, safe, 0, &vaults::close(id)).await?;
        self.ask(safe, &vaults::position(other)).await
    }

    async fn auctions(&mut self) -> Result<(), HarnessError> {
        let safe = self.world.suite.vaults;
        let (owner, keeper) = (self.world.person(31).await?, self.world.person(32).await?);
        self.world.open(&keeper, 3_000, 50_000).await?;
        self.world.allow(&keeper).await?;
        let (first, second) = (self.world.open(&owner, 100, 6_000).await?, self.world.open(&owner, 100, 6_000).await?);
        self.world.move_price(NATIVE_FEED, dollars(80)).await?;
        let auction = self.call(&keeper, safe, 0, &vaults::liquidate(first)).await?.unwrap_or_default();
        self.ask(safe, &vaults::auction(auction)).await?;
        self.world.advance(600).await?;
        self.ask(safe, &vaults::auction_price(auction)).await?;
        // A part of the lot: the auction goes on.
        self.call(&keeper, safe, 0, &vaults::take(auction, native(10), Price::MAX)).await?;
        self.world.advance(3_601).await?;
        self.world.move_price(NATIVE_FEED, dollars(70)).await?;
        self.call(&keeper, safe, 0, &vaults::redo(auction)).await?;
        self.world.call_vaults(&keeper, 0, &vaults::take(auction, Amount::MAX, Price::MAX)).await?;
        self.call(&keeper, safe, 0, &vaults::heal()).await?;
        // With the gate shut the reward waits.
        let (coin, guardian) = (self.world.suite.token, self.world.guardian.clone());
        self.world.suite.client.call(&guardian, coin, 0, &token::pause_minting()).await?;
        self.world.call_vaults(&keeper, 0, &vaults::liquidate(second)).await?;
        self.world.govern_token(&token::resume_minting()).await?;
        self.ask(safe, &vaults::claimable(keeper.account().to_address(), Address::zero())).await?;
        self.call(&keeper, safe, 0, &vaults::claim_reward()).await?;
        Ok(())
    }

    async fn claims(&mut self, chain: Sandbox) -> Result<(), HarnessError> {
        let safe = self.world.suite.vaults;
        let asset = chain.create_asset(79, 6, 1).await?;
        self.world.add_feed(1).await?;
        let params = collateral_params(Asset::Erc20(asset.0), 6, 1);
        let governor = self.world.governor.clone();
        self.call(&governor, safe, 0, &vaults::add_collateral(1, params)).await?;
        self.world.report(1, dollars(1)).await?;
        let owner = self.world.person(41).await?;
        chain.mint_asset(79, &owner.account(), 2_000_000).await?;
        approve_asset(&self.world, &owner, asset).await?;
        let amount = Amount::from_raw(600_000);
        let id = self.world.call_vaults(&owner, 0, &vaults::open(1, amount, Wad::ZERO)).await?.value;
        let holder = AccountId::from_address(&safe);
        chain.freeze_asset(79, &holder, true).await?;
        self.world.call_vaults(&owner, 0, &vaults::withdraw(id, amount)).await?;
        chain.freeze_asset(79, &holder, false).await?;
        let to = owner.account().to_address();
        self.call(&owner, safe, 0, &vaults::claim(asset, to)).await?;
        Ok(())
    }

    async fn vault_roles(&mut self) -> Result<(), HarnessError> {
        let (safe, governor, guardian) =
            (self.world.suite.vaults, self.world.governor.clone(), self.world.guardian.clone());
        let mut params = collateral_params(Asset::Native, 18, NATIVE_FEED);
        params.keeper_share = Bps::from_raw(150);
        self.call(&governor, safe, 0, &vaults::set_collateral_params(0, params)).await?;
        self.call(&guardian, safe, 0, &vaults::pause(Operation::Draws)).await?;
        self.call(&governor, safe, 0, &vaults::unpause(Operation::Draws)).await?;
        params.safety_ratio = Bps::from_raw(15_500);
        self.call(&guardian, safe, 0, &vaults::tighten(0, params)).await?;
        self.ask(safe, &vaults::is_defended(0)).await?;
        self.call(&governor, safe, 0, &vaults::end_defence(0)).await?;
        let until = self.world.suite.now().await.map_err(HarnessError::from)?.raw() + GUARDIAN_TERM;
        self.call(&governor, safe, 0, &vaults::set_guardian(guardian.account().to_address(), until)).await?;
        self.call(&governor, safe, 0, &vaults::name_governor(guardian.account().to_address())).await?;
        self.note(&guardian.account(), safe, 0, &vaults::accept_governor()).await?;
        let block = self.world.suite.client.chain().head().await?.number;
        let block = u32::try_from(block).expect("a low block");
        self.ask(safe, &vaults::params_at(0, block - 3)).await?;
        self.ask(safe, &vaults::param_at(0, Parameter::KeeperShare, block - 3)).await?;
        self.ask(safe, &vaults::voted_params(0)).await?;
        self.ask(safe, &vaults::role_holders()).await
    }

    /// A successor copies the vaults and takes over: a page of positions, and what is once for all.
    async fn succession(&mut self) -> Result<(), HarnessError> {
        let (client, bundles) = (self.world.suite.client.clone(), Bundles::find());
        let (safe, governor, guardian) =
            (self.world.suite.vaults, self.world.governor.clone(), self.world.guardian.clone());
        let anybody = self.world.person(61).await?;
        let code = client.upload(&governor, &bundles.load("vaults_importer")?.code).await?.code_hash;
        let constructor = vaults_importer::constructors::new();
        let importer = client.instantiate(&governor, code, &constructor, 0, None).await?.address;
        let code = client.upload(&governor, &bundles.load("vaults")?.code).await?.code_hash;
        let constructor = vaults::constructors::successor(safe, importer);
        let next = client.instantiate(&governor, code, &constructor, 0, None).await?.address;
        self.successor = Some(next);
        let window = Seconds::from_raw(3_600);
        self.call(&governor, safe, 0, &vaults::begin_migration(next, window)).await?;
        self.call(&guardian, safe, 0, &vaults::call_off_migration()).await?;
        self.world.govern_vaults(&vaults::begin_migration(next, window)).await?;
        self.world.govern_token(&token::name_successor(safe, next)).await?;
        self.ask(safe, &vaults::standing()).await?;
        self.note(&anybody.account(), safe, 1, &vaults::receive_native()).await?;
        // Types first; what is measured is a page of positions.
        let types = client.read(safe, &vaults::summary()).await?.collateral_types;
        for _ in 0..types {
            client.call(&anybody, next, 0, &through(&vaults_importer::copy_page(1))).await?;
        }
        let mut more = true;
        while more {
            more = self.call(&anybody, next, 0, &through(&vaults_importer::copy_page(10))).await?;
        }
        let keeper = anybody.account().to_address();
        self.call(&anybody, next, 0, &through(&vaults_importer::copy_rewards(vec![keeper]))).await?;
        self.note(&AccountId::from_address(&next), safe, 0, &vaults::leave()).await?;
        let take_over = vaults_importer::take_over();
        self.note(&anybody.account(), next, 0, &vaults::import(take_over.data().to_vec())).await?;
        self.call(&anybody, next, 0, &through(&take_over)).await?;
        self.call(&anybody, safe, 0, &vaults::hand_over(0)).await?;
        Ok(())
    }

    /// A proposal from its deposit to its execution, and the vote token. Last: it moves time by days.
    async fn governance(&mut self, chain: Sandbox) -> Result<(), HarnessError> {
        let realm = Realm::deploy(chain).await?;
        let (votes, governor) = (realm.votes, realm.governor);
        let [first, second, third] = &realm.voters;
        let [a, b] = [first, second].map(|person| person.account().to_address());
        let value = U256::from(coins(5).raw());
        (self.world, self.votes) = (realm.world, Some(realm.votes));
        self.call(first, votes, 0, &votes::transfer(b, value)).await?;
        self.call(first, votes, 0, &votes::approve(b, value)).await?;
        self.call(second, votes, 0, &votes::transfer_from(a, b, value)).await?;
        self.call(second, votes, 0, &votes::delegate(a)).await?;
        let deadline = Timestamp::from_raw(u64::MAX);
        let domain = delegation_domain(&self.world.suite.client, votes).await?;
        let signature = sign_delegation(second, &domain, b, 0, deadline);
        self.call(third, votes, 0, &votes::delegate_by_signature(b, b, 0, deadline.raw(), signature)).await?;
        self.ask(votes, &votes::name()).await?;
        self.ask(votes, &votes::symbol()).await?;
        self.ask(votes, &votes::decimals()).await?;
        self.ask(votes, &votes::total_supply()).await?;
        self.ask(votes, &votes::balance_of(a)).await?;
        self.ask(votes, &votes::allowance(a, b)).await?;
        self.ask(votes, &votes::delegates(a)).await?;
        self.ask(votes, &votes::nonces(a)).await?;
        self.ask(votes, &votes::chain_id()).await?;
        self.ask(votes, &votes::get_votes(a)).await?;
        let head = self.world.suite.client.chain().head().await?;
        self.ask(votes, &votes::get_past_votes(a, (head.number - 1).into())).await?;
        self.ask(votes, &votes::get_past_votes_at_time(a, head.timestamp_ms / 1_000 - 1)).await?;
        self.ask(votes, &votes::clock()).await?;
        self.ask(votes, &votes::clock_mode()).await?;

        let calls = vec![call(governor, &governor::set_rules(governance_rules()))];
        let deposit = 10 * UNIT;
        let propose = || governor::propose(calls.clone(), "Rules as they are.".to_owned(), None);
        self.call(first, governor, deposit, &propose()).await?;
        self.world.suite.client.call(second, governor, deposit, &propose()).await?;
        self.world.advance(VOTING_DELAY).await?;
        self.call(first, governor, 0, &governor::vote(0, Support::For, "A reason.".to_owned())).await?;
        let domain = ballot_domain(&self.world.suite.client, governor).await?;
        let signature = sign_ballot(second, &domain, 0, Support::For, deadline, "A reason.");
        let ballot = governor::vote_by_signature(0, Support::For, b, deadline.raw(), "A reason.".to_owned(), signature);
        self.call(third, governor, 0, &ballot).await?;
        self.world.advance(VOTING_PERIOD).await?;
        self.call(third, governor, 0, &governor::queue(0)).await?;
        self.call(first, governor, 0, &governor::settle(0, a)).await?;
        self.world.advance(TIMELOCK).await?;
        self.call(third, governor, 0, &governor::execute(0, calls.clone())).await?;
        self.world.suite.client.call(second, governor, deposit, &propose()).await?;
        self.call(second, governor, 0, &governor::cancel(2)).await?;
        // Only a proposal calls these; what a call of one costs is in `execute`.
        let own = AccountId::from_address(&governor);
        // The rules were set right before, by the proposal.
        self.world.advance(86_400).await?;
        self.note(&own, governor, 0, &governor::set_rules(governance_rules())).await?;
        let guardian = self.world.guardian.account().to_address();
        let until = self.world.suite.now().await?.raw() + GUARDIAN_TERM;
        self.note(&own, governor, 0, &governor::set_guardian(guardian, until)).await?;
        let oracle = self.world.suite.oracle;
        let owner = self.world.governor.clone();
        self.world.suite.client.call(&owner, oracle, 0, &oracle::name_governor(governor)).await?;
        self.call(third, governor, 0, &governor::accept_role(oracle)).await?;
        self.ask(governor, &governor::status(0)).await?;
        self.ask(governor, &governor::proposal(0)).await?;
        self.ask(governor, &governor::ballot(0, a)).await?;
        self.ask(governor, &governor::actions_hash(calls, None)).await?;
        self.ask(governor, &governor::summary()).await?;
        self.ask(governor, &governor::current_rules()).await?;
        self.ask(governor, &governor::rules_at(1)).await?;
        self.ask(governor, &governor::role_holders()).await?;
        self.ask(governor, &governor::chain_id()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(ref_time: u64, storage_deposit: i128) -> Snapshots {
        let cost = Cost { ref_time, proof_size: 1_000, storage_deposit };
        let snapshot = Snapshot { code_size: 50_000, messages: BTreeMap::from([("open".to_owned(), cost)]) };
        Snapshots::from([("vaults".to_owned(), snapshot)])
    }

    #[test]
    fn two_per_cent_are_tolerated_and_a_grain_more_is_not() {
        let committed = one(10_000, -10_000);
        assert_eq!(drifts(&committed, &one(10_200, -9_800)), []);
        let found = drifts(&committed, &one(10_201, -10_201));
        let figures: Vec<_> = found.iter().map(|drift| (drift.figure, drift.measured)).collect();
        assert_eq!(figures, [("ref_time", 10_201), ("storage deposit", -10_201)]);
        assert_eq!(found[0].to_string(), "vaults.open: ref_time was 10000, is 10201");
    }

    #[test]
    fn what_only_one_side_has_is_a_drift() {
        assert_eq!(drifts(&one(1, 0), &Snapshots::new()).len(), 4);
        assert_eq!(drifts(&Snapshots::new(), &one(1, 0)).len(), 4);
    }
}
