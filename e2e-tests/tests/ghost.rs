//! Random operations on the real contracts, two collateral types (the native token and an ERC-20), followed by a ghost: records
//! that it keeps itself, by the core's rules, and balances of coin and collateral that it counts itself. After every operation
//! the contracts hold to the digit what the ghost expects, and the books are exact.
//!
//! `FLORIN_STATEFUL_OPERATIONS` sets the number of steps (800 when it is not set, of which at least 500 are calls of contracts
//! and the others let time pass and prices move, or find nothing to act on).

use std::collections::BTreeMap;

use florin_bindings::{oracle, token, vaults};
use florin_client::{
    account::AccountId,
    chain::{Address, DevChain},
    contract::CallError,
    signer::Signer,
};
use florin_e2e_tests::{
    harness::{coins, collateral_params, dollars, HarnessError, World},
    scenarios::{approve_asset, check_books},
};
use florin_sandbox::Sandbox;
use florin_stable::{
    auction::Auction,
    collateral::{Asset, CollateralType},
    ledger::Ledger,
    liquidation::{self, Take},
    oracle::Quote,
    pause::Pauses,
    position::Position,
    vault::{self, Context, Transfers, View},
    VaultError,
};
use florin_units::{Amount, Price, Wad, U256, WAD_ONE};
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};

const ACTORS: u32 = 6;
const ASSET: u32 = 90;
/// Steps of a run that is not set otherwise, and how many calls of contracts it must hold.
const STEPS: u32 = 800;
const LEAST_OPERATIONS: u32 = 500;
/// Contract units in one planck.
const GRAIN: u128 = 100_000_000;

/// What the ghost expects of a call.
#[derive(Debug, PartialEq)]
enum Expected {
    Done,
    Refused(VaultError),
    /// The caller has less coin than the call burns.
    CoinShort,
}

struct Ghost {
    kinds: BTreeMap<u32, CollateralType>,
    positions: BTreeMap<u64, Position>,
    auctions: BTreeMap<u64, Auction>,
    ledger: Ledger,
    coin: BTreeMap<Address, u128>,
    next_position: u64,
    next_auction: u64,
}

impl Ghost {
    fn view(&self, id: u64) -> View {
        let position = self.positions[&id];
        View { kind: self.kinds[&position.collateral_type], position, ledger: self.ledger }
    }

    /// Takes over a decision, unless coin is missing for it.
    fn apply(&mut self, id: u64, view: &View, transfers: &Transfers) -> Expected {
        if let Some(burn) = transfers.burn {
            let balance = self.coin.entry(burn.account.into()).or_default();
            let Some(rest) = balance.checked_sub(burn.amount.raw()) else { return Expected::CoinShort };
            *balance = rest;
        }
        if let Some(mint) = transfers.mint {
            *self.coin.entry(mint.account.into()).or_default() += mint.amount.raw();
        }
        self.kinds.insert(view.position.collateral_type, view.kind);
        self.ledger = view.ledger;
        if view.position.is_empty() {
            self.positions.remove(&id);
        } else {
            self.positions.insert(id, view.position);
        }
        Expected::Done
    }

    /// Collateral of a type that the contract must hold.
    fn owed(&self, kind: u32) -> u128 {
        let locked = self.positions.values().filter(|position| position.collateral_type == kind);
        let lots = self.auctions.values().filter(|auction| auction.collateral_type == kind);
        locked.map(|position| position.collateral.raw()).chain(lots.map(|auction| auction.lot.raw())).sum()
    }
}

struct Run {
    world: World<Sandbox>,
    asset: Address,
    actors: Vec<Signer>,
    ghost: Ghost,
    market: BTreeMap<u32, u128>,
    quotes: BTreeMap<u32, Quote>,
    random: TestRng,
    counts: BTreeMap<&'static str, (u32, u32)>,
}

type Step = Result<(), HarnessError>;

impl Run {
    async fn start() -> Result<Self, HarnessError> {
        let chain = Sandbox::new();
        let world = World::deploy(chain.clone()).await?;
        let asset = chain.create_asset(ASSET, 6, 1).await?;
        world.add_feed(1).await?;
        let mut params = collateral_params(Asset::Erc20(asset.0), 6, 1);
        params.auction_cap = coins(300_000);
        params.seizure = florin_units::Bps::from_raw(13_000);
        world.govern_vaults(&vaults::add_collateral(1, params)).await?;
        world.report(1, dollars(2)).await?;
        let mut actors = Vec::new();
        for number in 1..=ACTORS {
            let actor = world.person(number).await?;
            chain.mint_asset(ASSET, &actor.account(), 1_000_000_000_000).await?;
            world.allow(&actor).await?;
            approve_asset(&world, &actor, asset).await?;
            actors.push(actor);
        }
        let mut kinds = BTreeMap::new();
        let mut quotes = BTreeMap::new();
        for id in [0, 1] {
            kinds.insert(id, world.suite.collateral_type(id).await?);
            quotes.insert(id, world.suite.client.read(world.suite.oracle, &oracle::price(id)).await?);
        }
        let ghost = Ghost {
            kinds,
            positions: BTreeMap::new(),
            auctions: BTreeMap::new(),
            ledger: Ledger::default(),
            coin: BTreeMap::new(),
            next_position: 0,
            next_auction: 0,
        };
        let market = BTreeMap::from([(0, 100 * WAD_ONE), (1, 2 * WAD_ONE)]);
        let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        Ok(Self { world, asset, actors, ghost, market, quotes, random, counts: BTreeMap::new() })
    }

    fn below(&mut self, end: u64) -> u64 {
        self.random.next_u64() % end.max(1)
    }

    /// A part of a number, with ragged digits.
    fn part(&mut self, of: u128) -> u128 {
        match self.below(12) {
            0 => of,
            1 => 1,
            _ => of / 1_000_003 * u128::from(self.below(1_000_003)) + u128::from(self.below(1_000)),
        }
    }

    fn actor(&mut self) -> Signer {
        let place = self.below(self.actors.len() as u64) as usize;
        self.actors[place].clone()
    }

    fn pick<K: Copy, V>(random: &mut TestRng, map: &BTreeMap<K, V>) -> Option<K> {
        let place = random.next_u64() % (map.len() as u64).max(1);
        map.keys().nth(place as usize).copied()
    }

    /// The owner mostly, somebody else sometimes.
    fn owner_or_other(&mut self, id: u64) -> Signer {
        let owner = Address::from(self.ghost.positions[&id].owner);
        if self.below(8) == 0 {
            return self.actor();
        }
        self.actors.iter().find(|actor| actor.account().to_address() == owner).expect("an actor").clone()
    }

    async fn context(&self, caller: &Signer) -> Result<Context, HarnessError> {
        let now = self.world.suite.now().await?;
        Ok(Context { caller: caller.account().to_address().0, now, pauses: Pauses::default() })
    }

    /// The contract must have done what the ghost expects.
    fn judge<T: core::fmt::Debug>(
        &mut self,
        name: &'static str,
        expected: &Expected,
        done: Result<T, CallError<vaults::Error>>,
    ) -> Option<T> {
        let counts = self.counts.entry(name).or_default();
        match (expected, done) {
            (Expected::Done, Ok(value)) => {
                counts.0 += 1;
                Some(value)
            }
            (Expected::Refused(expected), Err(CallError::Refused { error: vaults::Error::Vault(error), .. }))
                if *expected == error =>
            {
                counts.1 += 1;
                None
            }
            (
                Expected::CoinShort,
                Err(CallError::Refused {
                    error: vaults::Error::Coin(token::CoinError::InsufficientBalance { .. }),
                    ..
                }),
            ) => {
                counts.1 += 1;
                None
            }
            (expected, done) => panic!("{name}: expected {expected:?}, got {done:?}"),
        }
    }

    async fn step(&mut self) -> Step {
        match self.below(100) {
            0..=14 => self.open().await,
            15..=22 => self.deposit().await,
            23..=30 => self.withdraw().await,
            31..=42 => self.draw().await,
            43..=52 => self.repay().await,
            53..=56 => self.close().await,
            57..=68 => self.liquidate().await,
            69..=79 => self.take().await,
            80..=83 => self.redo().await,
            84..=85 => self.heal().await,
            86..=87 => self.accrue().await,
            88..=91 => self.pay().await,
            _ => self.market().await,
        }
    }

    /// Native amounts are whole planck.
    fn round(kind: u32, raw: u128) -> u128 {
        if kind == 0 {
            raw / GRAIN * GRAIN
        } else {
            raw
        }
    }

    fn value_of(kind: u32, raw: u128) -> u128 {
        if kind == 0 {
            raw / GRAIN
        } else {
            0
        }
    }

    async fn open(&mut self) -> Step {
        if self.ghost.positions.len() > 40 {
            return self.liquidate().await;
        }
        let kind = self.below(2) as u32;
        let actor = self.actor();
        let context = self.context(&actor).await?;
        let record = self.ghost.kinds[&kind];
        let worth = Wad::from_raw(u128::from(200 + self.below(20_000)) * WAD_ONE);
        let exact = worth.to_amount_up(Price::from_raw(self.market[&kind]), record.params.decimals).expect("fits");
        let amount = Amount::from_raw(Self::round(kind, exact.raw()));
        let draw = match self.below(4) {
            0 => Wad::ZERO,
            _ => Wad::from_raw(worth.raw() * 100 / u128::from(148 + self.below(80))),
        };
        let decision = vault::open(&record, &self.ghost.ledger, kind, amount, draw, &context);
        let id = self.ghost.next_position;
        let expected = match decision {
            Ok(outcome) => self.ghost.apply(id, &outcome.view, &outcome.transfers),
            Err(error) => Expected::Refused(error),
        };
        let message = vaults::open(kind, amount, draw);
        let done = self.world.call_vaults(&actor, Self::value_of(kind, amount.raw()), &message).await;
        if let Some(done) = self.judge("open", &expected, done) {
            assert_eq!(done.value, id);
            self.ghost.next_position += 1;
        }
        Ok(())
    }

    async fn deposit(&mut self) -> Step {
        let Some(id) = Self::pick(&mut self.random, &self.ghost.positions) else { return Ok(()) };
        let view = self.ghost.view(id);
        let kind = view.position.collateral_type;
        let part = self.part(view.position.collateral.raw().max(1_000_000) / 2);
        let amount = Amount::from_raw(Self::round(kind, part));
        let actor = self.actor();
        let context = self.context(&actor).await?;
        let expected = match vault::deposit(&view, amount, &context) {
            Ok(outcome) => self.ghost.apply(id, &outcome.view, &outcome.transfers),
            Err(error) => Expected::Refused(error),
        };
        let message = vaults::deposit(id, amount);
        let done = self.world.call_vaults(&actor, Self::value_of(kind, amount.raw()), &message).await;
        self.judge("deposit", &expected, done);
        Ok(())
    }

    async fn withdraw(&mut self) -> Step {
        let Some(id) = Self::pick(&mut self.random, &self.ghost.positions) else { return Ok(()) };
        let view = self.ghost.view(id);
        let amount = Amount::from_raw(self.part(view.position.collateral.raw() / 2));
        let actor = self.owner_or_other(id);
        let context = self.context(&actor).await?;
        let expected = match vault::withdraw(&view, amount, &context) {
            Ok(outcome) => self.ghost.apply(id, &outcome.view, &outcome.transfers),
            Err(error) => Expected::Refused(error),
        };
        let done = self.world.call_vaults(&actor, 0, &vaults::withdraw(id, amount)).await;
        self.judge("withdraw", &expected, done);
        Ok(())
    }

    async fn draw(&mut self) -> Step {
        let Some(id) = Self::pick(&mut self.random, &self.ghost.positions) else { return Ok(()) };
        let view = self.ghost.view(id);
        let amount = Wad::from_raw(match self.below(3) {
            0 => 1 + u128::from(self.below(1_000)),
            _ => self.part(3_000 * WAD_ONE),
        });
        let actor = self.owner_or_other(id);
        let context = self.context(&actor).await?;
        let expected = match vault::draw(&view, amount, &context) {
            Ok(outcome) => self.ghost.apply(id, &outcome.view, &outcome.transfers),
            Err(error) => Expected::Refused(error),
        };
        let done = self.world.call_vaults(&actor, 0, &vaults::draw(id, amount)).await;
        self.judge("draw", &expected, done);
        Ok(())
    }

    async fn repay(&mut self) -> Step {
        let Some(id) = Self::pick(&mut self.random, &self.ghost.positions) else { return Ok(()) };
        let view = self.ghost.view(id);
        let debt = view.position.debt_up(view.kind.state.rate).expect("fits");
        let amount = Wad::from_raw(self.part(debt.raw() * 11 / 10));
        let actor = self.actor();
        let context = self.context(&actor).await?;
        let expected = match vault::repay(&view, amount, &context) {
            Ok(outcome) => self.ghost.apply(id, &outcome.view, &outcome.transfers),
            Err(error) => Expected::Refused(error),
        };
        let done = self.world.call_vaults(&actor, 0, &vaults::repay(id, amount)).await;
        self.judge("repay", &expected, done);
        Ok(())
    }

    async fn close(&mut self) -> Step {
        let Some(id) = Self::pick(&mut self.random, &self.ghost.positions) else { return Ok(()) };
        let actor = self.owner_or_other(id);
        let context = self.context(&actor).await?;
        let expected = match vault::close(&self.ghost.view(id), &context) {
            Ok(outcome) => self.ghost.apply(id, &outcome.view, &outcome.transfers),
            Err(error) => Expected::Refused(error),
        };
        let done = self.world.call_vaults(&actor, 0, &vaults::close(id)).await;
        self.judge("close", &expected, done);
        Ok(())
    }

    /// The weakest position mostly, any sometimes.
    async fn liquidate(&mut self) -> Step {
        let weakest = self.ghost.positions.keys().copied().min_by_key(|id| {
            let view = self.ghost.view(*id);
            view.position.health(&view.kind).ok().flatten().map_or(u32::MAX, |health| health.raw())
        });
        let any = Self::pick(&mut self.random, &self.ghost.positions);
        let Some(id) = (if self.below(5) == 0 { any } else { weakest }) else { return Ok(()) };
        let actor = self.actor();
        let context = self.context(&actor).await?;
        let expected = match liquidation::liquidate(&self.ghost.view(id), id, &context) {
            Ok(outcome) => {
                if let Some(auction) = outcome.auction {
                    self.ghost.auctions.insert(self.ghost.next_auction, auction);
                    self.ghost.next_auction += 1;
                }
                self.ghost.apply(id, &outcome.view, &outcome.transfers)
            }
            Err(error) => Expected::Refused(error),
        };
        let done = self.world.call_vaults(&actor, 0, &vaults::liquidate(id)).await;
        self.judge("liquidate", &expected, done);
        Ok(())
    }

    async fn take(&mut self) -> Step {
        let Some(id) = Self::pick(&mut self.random, &self.ghost.auctions) else { return Ok(()) };
        let auction = self.ghost.auctions[&id];
        let max_collateral = Amount::from_raw(self.part(auction.lot.raw() * 2));
        let max_price = Price::from_raw(self.market[&auction.collateral_type] / 100 * 104);
        // The richest can pay most.
        let coin = |actor: &&Signer| self.ghost.coin.get(&actor.account().to_address()).copied().unwrap_or(0);
        let richest = self.actors.iter().max_by_key(coin).expect("somebody").clone();
        let actor = if self.below(4) == 0 { self.actor() } else { richest };
        let context = self.context(&actor).await?;
        let view = self.ghost.view(auction.position);
        let expected = match liquidation::take(&view, &auction, &Take { max_collateral, max_price }, &context) {
            Ok(outcome) => {
                let expected = self.ghost.apply(auction.position, &outcome.view, &outcome.transfers);
                if expected == Expected::Done {
                    match outcome.auction {
                        Some(rest) => self.ghost.auctions.insert(id, rest),
                        None => self.ghost.auctions.remove(&id),
                    };
                }
                expected
            }
            Err(error) => Expected::Refused(error),
        };
        let done = self.world.call_vaults(&actor, 0, &vaults::take(id, max_collateral, max_price)).await;
        self.judge("take", &expected, done);
        Ok(())
    }

    async fn redo(&mut self) -> Step {
        let Some(id) = Self::pick(&mut self.random, &self.ghost.auctions) else { return Ok(()) };
        let auction = self.ghost.auctions[&id];
        let actor = self.actor();
        let context = self.context(&actor).await?;
        let expected = match liquidation::redo(&self.ghost.view(auction.position), &auction, &context) {
            Ok(outcome) => {
                self.ghost.auctions.insert(id, outcome.auction);
                self.ghost.apply(auction.position, &outcome.view, &outcome.transfers)
            }
            Err(error) => Expected::Refused(error),
        };
        let done = self.world.call_vaults(&actor, 0, &vaults::redo(id)).await;
        self.judge("redo", &expected, done);
        Ok(())
    }

    async fn heal(&mut self) -> Step {
        let expected = match self.ghost.ledger.heal() {
            Ok((ledger, _)) => {
                self.ghost.ledger = ledger;
                Expected::Done
            }
            Err(error) => Expected::Refused(error),
        };
        let actor = self.actor();
        let done = self.world.call_vaults(&actor, 0, &vaults::heal()).await;
        self.judge("heal", &expected, done);
        Ok(())
    }

    async fn accrue(&mut self) -> Step {
        let kind = self.below(2) as u32;
        let actor = self.actor();
        let now = self.context(&actor).await?.now;
        let mut record = self.ghost.kinds[&kind];
        let expected = match vault::accrue(&mut record, &mut self.ghost.ledger, now) {
            Ok(_) => {
                self.ghost.kinds.insert(kind, record);
                Expected::Done
            }
            Err(error) => Expected::Refused(error),
        };
        let done = self.world.call_vaults(&actor, 0, &vaults::accrue(kind)).await;
        self.judge("accrue", &expected, done);
        Ok(())
    }

    /// Coin changes hands.
    async fn pay(&mut self) -> Step {
        let (from, to) = (self.actor(), self.actor());
        let [payer, payee] = [&from, &to].map(|actor| actor.account().to_address());
        let balance = self.ghost.coin.get(&payer).copied().unwrap_or(0);
        let amount = self.part(balance);
        let done = self.world.pay(&from, payee, Wad::from_raw(amount)).await;
        let counts = self.counts.entry("pay").or_default();
        if amount <= balance {
            done?;
            counts.0 += 1;
            *self.ghost.coin.entry(payer).or_default() -= amount;
            *self.ghost.coin.entry(payee).or_default() += amount;
        } else {
            counts.1 += 1;
            assert!(
                matches!(done, Err(CallError::Refused { error: token::CoinError::InsufficientBalance { .. }, .. })),
                "{done:?}"
            );
        }
        Ok(())
    }

    /// Time goes on, and mostly prices move; sometimes they fall hard, sometimes nobody reports.
    async fn market(&mut self) -> Step {
        let seconds = match self.below(10) {
            0 => 14_000,
            1..=3 => 3_700,
            _ => 120 + self.below(900),
        };
        self.world.advance(seconds).await?;
        if self.below(6) == 0 {
            return Ok(());
        }
        for feed in [0, 1] {
            let change = match self.below(8) {
                0 => 7_000 + self.below(1_500),
                1 => 11_000 + self.below(2_000),
                _ => 9_700 + self.below(650),
            };
            let price = (self.market[&feed] / 10_000 * u128::from(change)).clamp(WAD_ONE, 5_000 * WAD_ONE);
            self.market.insert(feed, price);
            // The first round may not move the median: another one, once the feed may be renewed.
            for _ in 0..2 {
                self.world.report(feed, Price::from_raw(price)).await?;
                self.note_price(feed).await?;
                self.world.advance(70).await?;
            }
        }
        Ok(())
    }

    /// Where the oracle has told the vaults of a price right now, the ghost hears of it.
    async fn note_price(&mut self, feed: u32) -> Step {
        let suite = &self.world.suite;
        let quote = suite.client.read(suite.oracle, &oracle::price(feed)).await?;
        if self.quotes[&feed] != quote {
            let now = suite.now().await?;
            let kind = self.ghost.kinds[&feed].set_price(&quote, now).expect("the oracle's prices are within bounds");
            self.ghost.kinds.insert(feed, kind);
            self.quotes.insert(feed, quote);
        }
        Ok(())
    }

    /// The contracts hold what the ghost holds.
    async fn check(&self) -> Step {
        let suite = &self.world.suite;
        for (id, kind) in &self.ghost.kinds {
            assert_eq!(suite.collateral_type(*id).await?, *kind, "collateral type {id}");
            let asset = if *id == 0 { Address::zero() } else { self.asset };
            let owed = suite.client.read(suite.vaults, &vaults::liabilities(asset)).await?;
            assert_eq!(owed.raw(), self.ghost.owed(*id), "liabilities of collateral type {id}");
        }
        assert_eq!(suite.ledger().await?, self.ghost.ledger);
        let mut positions = BTreeMap::new();
        let mut from = 0;
        while from < self.ghost.next_position {
            positions.extend(suite.positions(from, 100).await?);
            from += 100;
        }
        assert_eq!(positions, self.ghost.positions);
        for (id, auction) in &self.ghost.auctions {
            assert_eq!(suite.auction(*id).await?, Some(*auction), "auction {id}");
        }
        let mut supply = 0;
        for actor in &self.actors {
            let account = actor.account().to_address();
            let balance = suite.coin_of(account).await?.raw();
            assert_eq!(balance, self.ghost.coin.get(&account).copied().unwrap_or(0), "coin of {account:?}");
            supply += balance;
        }
        let total = suite.client.read(suite.token, &token::total_supply()).await?;
        assert_eq!(total, U256::from(supply), "somebody else has coin");
        let held = self.asset_of(suite.vaults).await?;
        assert_eq!(held, U256::from(self.ghost.owed(1)), "tokens that the vaults hold");
        let mut everywhere = held;
        for actor in &self.actors {
            everywhere += self.asset_of(actor.account().to_address()).await?;
        }
        assert_eq!(everywhere, U256::from(u128::from(ACTORS) * 1_000_000_000_000), "tokens are conserved");
        check_books(&self.world).await
    }

    /// ERC-20 balance by the Solidity interface of the asset.
    async fn asset_of(&self, owner: Address) -> Result<U256, HarnessError> {
        let mut data = vec![0x70, 0xa0, 0x82, 0x31];
        data.extend_from_slice(&[0; 12]);
        data.extend_from_slice(owner.as_bytes());
        let nobody = AccountId::from_address(&Address::zero());
        let answer = self.world.suite.client.try_raw(&nobody, self.asset, 0, data).await?;
        Ok(U256::from_big_endian(&answer.value.data))
    }
}

#[tokio::test]
async fn random_operations_on_the_contracts_follow_the_ghost() {
    let steps: u32 =
        std::env::var("FLORIN_STATEFUL_OPERATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(STEPS);
    let mut run = Run::start().await.expect("deployed");
    for step in 0..steps {
        run.step().await.unwrap_or_else(|error| panic!("step {step}: {error}"));
        run.check().await.unwrap_or_else(|error| panic!("after step {step}: {error}"));
    }
    println!("accepted and refused: {:#?}", run.counts);
    let operations: u32 = run.counts.values().map(|(done, refused)| done + refused).sum();
    assert!(
        steps < STEPS || operations >= LEAST_OPERATIONS,
        "{steps} steps have made {operations} calls only: {:?}",
        run.counts
    );
    // The sequence must reach everything, else it proves nothing.
    for name in ["open", "deposit", "withdraw", "draw", "repay", "close", "liquidate", "take", "redo", "heal", "accrue"]
    {
        assert!(run.counts.get(name).is_some_and(|counts| counts.0 > 0), "{name} was never accepted: {:?}", run.counts);
    }
}
