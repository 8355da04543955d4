//! Random sequences of operations on many positions of two collateral types, followed by a ghost model that counts in
//! unbounded integers and knows nothing of the code under test but its records. After every operation the solvency
//! equation holds to the last digit, and so do the other invariants of [`Model::check`].
//!
//! `FLORIN_STATEFUL_OPERATIONS` sets the number of steps (25,000 when it is not set, of which at least 10,000 are decisions of
//! the rules and the others let time pass, move prices, or find nothing to act on).
#![allow(clippy::unwrap_used)]
mod common;
#[path = "stateful/model.rs"]
mod model;

use common::{at, bitcoin_params, context, ether_params, governor, guardian, seconds, wad};
use florin_governance::step::Voted;
use florin_stable::collateral::{CollateralParams, CollateralType, MAXIMUM_STABILITY_FEE};
use florin_stable::liquidation::{liquidate, redo, take, Take};
use florin_stable::oracle::Quote;
use florin_stable::pause::{Operation, Pauses};
use florin_stable::vault::{accrue, close, deposit, draw, open, repay, withdraw, Context, Outcome, Transfers, View};
use florin_stable::{Address, VaultError};
use florin_units::{Amount, Price, Ray, Timestamp, Wad, RAY_ONE, WAD_ONE};
use model::Model;
use std::collections::BTreeMap;

/// Accounts that own positions, keep and buy.
const ACTORS: u8 = 12;
/// Steps of a run that is not set otherwise, and how many decisions it must hold.
const STEPS: u64 = 25_000;
const LEAST_DECISIONS: u64 = 10_000;

/// A small generator with a good spread (SplitMix64), so that a failure is named by seed and step.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// A share of a number: anything from nothing to all, with ragged digits.
    fn part(&mut self, of: u128) -> u128 {
        match self.below(20) {
            0 => of,
            1 => 1,
            _ => (of >> 40) * u128::from(self.below(1 << 40)) + u128::from(self.next()) % (1 << 40).min(of.max(1)),
        }
    }

    fn actor(&mut self) -> Address {
        [(100 + self.below(u64::from(ACTORS))) as u8; 20]
    }

    fn pick<K: Copy, V>(&mut self, map: &BTreeMap<K, V>) -> Option<K> {
        let place = self.below(map.len() as u64) as usize;
        map.keys().nth(place).copied()
    }
}

/// The system: the records as a contract would store them, the market, and the ghost model.
struct System {
    random: Random,
    model: Model,
    now: u64,
    market: BTreeMap<u32, Price>,
    recovered_at: BTreeMap<u32, Timestamp>,
    pauses: Pauses,
    next_position: u64,
    next_auction: u64,
    /// How often each operation was accepted and refused.
    counts: BTreeMap<&'static str, (u32, u32)>,
}

impl System {
    fn new(seed: u64) -> Self {
        let mut model = Model::default();
        let mut market = BTreeMap::new();
        let mut small_cap = bitcoin_params();
        small_cap.auction_cap = wad(400_000);
        for (id, params, price) in [(1, ether_params(), 2_000), (2, small_cap, 40_000)] {
            model.add_type(id, common::kind(params, common::dollars(price), at(0)));
            market.insert(id, common::dollars(price));
        }
        Self {
            random: Random(seed),
            model,
            now: 0,
            market,
            recovered_at: [(1, Timestamp::ZERO), (2, Timestamp::ZERO)].into(),
            pauses: Pauses::default(),
            next_position: 1,
            next_auction: 1,
            counts: BTreeMap::new(),
        }
    }

    fn context(&self, caller: Address) -> Context {
        Context { pauses: self.pauses, ..context(caller, at(self.now)) }
    }

    fn view(&self, id: u64) -> View {
        let position = self.model.positions[&id];
        View { kind: self.model.kinds[&position.collateral_type], position, ledger: self.model.ledger }
    }

    /// Owner of the position mostly, somebody else sometimes.
    fn caller(&mut self, id: u64) -> Address {
        if self.random.below(10) == 0 {
            self.random.actor()
        } else {
            self.model.positions[&id].owner
        }
    }

    fn count<T>(&mut self, name: &'static str, result: Result<T, VaultError>) -> Option<T> {
        let counts = self.counts.entry(name).or_default();
        match result {
            Ok(value) => {
                counts.0 += 1;
                Some(value)
            }
            Err(error) => {
                counts.1 += 1;
                assert!(!matches!(error, VaultError::Math(_)), "{name}: {error}");
                None
            }
        }
    }

    fn step(&mut self) {
        match self.random.below(100) {
            0..=14 => self.pass_time(),
            15..=29 => self.move_market(),
            30..=37 => self.open(),
            38..=43 => self.deposit(),
            44..=49 => self.withdraw(),
            50..=58 => self.draw(),
            59..=67 => self.repay(),
            68..=69 => self.close(),
            70..=79 => self.liquidate(),
            80..=89 => self.take(),
            90..=91 => self.redo(),
            92 => self.heal(),
            93 => self.change_params(),
            94 => self.refresh_line(),
            95 => self.defer_or_pay_reward(),
            96 => self.pause(),
            97..=98 => self.crash(),
            _ => self.accrue(),
        }
    }

    fn pass_time(&mut self) {
        self.now += match self.random.below(12) {
            0 => 20_000 + self.random.below(2_000_000),
            1..=3 => self.random.below(5_000),
            _ => self.random.below(120),
        };
    }

    /// A price from the market, unless there is an outage; one that comes back after an outage says so.
    fn move_market(&mut self) {
        for id in [1u32, 2] {
            if self.random.below(8) == 0 {
                continue;
            }
            let old = self.market[&id];
            let factor = u128::from(9_800 + self.random.below(405));
            let price = Price::from_raw((old.raw() / 10_000 * factor).clamp(50 * WAD_ONE, 900_000 * WAD_ONE));
            self.market.insert(id, price);
            self.post_price(id);
        }
    }

    fn post_price(&mut self, id: u32) {
        let kind = self.model.kinds[&id];
        let now = at(self.now);
        if now.since(kind.state.price_updated_at) > kind.params.max_price_age && self.random.below(2) == 0 {
            self.recovered_at.insert(id, now);
        }
        let quote = Quote { price: self.market[&id], updated_at: now, recovered_at: self.recovered_at[&id] };
        let result = kind.set_price(&quote, now);
        if let Some(kind) = self.count("set_price", result) {
            self.model.kinds.insert(id, kind);
        }
    }

    fn crash(&mut self) {
        let id = 1 + self.random.below(2) as u32;
        let share = u128::from(55 + self.random.below(90));
        let price = Price::from_raw((self.market[&id].raw() / 100 * share).clamp(50 * WAD_ONE, 900_000 * WAD_ONE));
        self.market.insert(id, price);
        self.post_price(id);
    }

    fn open(&mut self) {
        if self.model.positions.len() > 60 {
            return self.liquidate();
        }
        let id = 1 + self.random.below(2) as u32;
        let kind = self.model.kinds[&id];
        let worth = wad(300 + self.random.below(400_000));
        let amount = worth.to_amount_up(self.market[&id], kind.params.decimals).unwrap();
        let debt = match self.random.below(5) {
            0 => Wad::ZERO,
            1 => Wad::from_raw(self.random.part(worth.raw())),
            _ => {
                let most = worth.divide_by_bps_down(kind.params.safety_ratio).unwrap().raw();
                Wad::from_raw(most - most / 1_000 * u128::from(self.random.below(300)))
            }
        };
        let owner = self.random.actor();
        let context = self.context(owner);
        let result = open(&kind, &self.model.ledger, id, amount, debt, &context);
        if let Some(outcome) = self.count("open", result) {
            let position = self.next_position;
            self.next_position += 1;
            self.model.accrue_to(id, &outcome.view, context.now);
            self.model.note_draw(position, outcome.transfers.mint.map_or(Wad::ZERO, |mint| mint.amount), &outcome);
            self.settle(position, &outcome);
        }
    }

    /// Writes an outcome's records and makes its transfers.
    fn settle(&mut self, id: u64, outcome: &Outcome) {
        self.model.write(id, &outcome.view);
        self.transfer(outcome.view.position.collateral_type, &outcome.transfers);
    }

    fn transfer(&mut self, kind: u32, transfers: &Transfers) {
        self.model.transfer(kind, transfers);
    }

    fn position_operation(
        &mut self,
        name: &'static str,
        id: u64,
        result: Result<Outcome, VaultError>,
        now: Timestamp,
    ) -> Option<Outcome> {
        let before = self.view(id);
        let outcome = self.count(name, result)?;
        if outcome.view.kind.state.accrued_at != before.kind.state.accrued_at {
            self.model.accrue_to(before.position.collateral_type, &outcome.view, now);
        }
        Some(outcome)
    }

    fn deposit(&mut self) {
        let Some(id) = self.random.pick(&self.model.positions) else { return };
        let held = self.model.positions[&id].collateral.raw();
        let amount = Amount::from_raw(self.random.part(held.max(1_000_000)));
        let caller = self.random.actor();
        let context = self.context(caller);
        let result = deposit(&self.view(id), amount, &context);
        if let Some(outcome) = self.position_operation("deposit", id, result, context.now) {
            self.settle(id, &outcome);
        }
    }

    fn withdraw(&mut self) {
        let Some(id) = self.random.pick(&self.model.positions) else { return };
        let view = self.view(id);
        let amount = Amount::from_raw(self.random.part(view.position.collateral.raw()));
        let caller = self.caller(id);
        let context = self.context(caller);
        let result = withdraw(&view, amount, &context);
        self.model.judge_safety(&view, &result, context.now);
        if let Some(outcome) = self.position_operation("withdraw", id, result, context.now) {
            self.settle(id, &outcome);
        }
    }

    fn draw(&mut self) {
        let Some(id) = self.random.pick(&self.model.positions) else { return };
        let view = self.view(id);
        let value = view.position.collateral.value_down(view.kind.state.price, view.kind.params.decimals).unwrap();
        let amount = match self.random.below(4) {
            0 => Wad::from_raw(1 + u128::from(self.random.below(1_000))),
            _ => Wad::from_raw(self.random.part(value.raw() / 3)),
        };
        let caller = self.caller(id);
        let context = self.context(caller);
        let result = draw(&view, amount, &context);
        self.model.judge_safety(&view, &result, context.now);
        if let Some(outcome) = self.position_operation("draw", id, result, context.now) {
            self.model.note_draw(id, amount, &outcome);
            self.settle(id, &outcome);
        }
    }

    fn repay(&mut self) {
        let Some(id) = self.random.pick(&self.model.positions) else { return };
        let view = self.view(id);
        let debt = view.position.debt_up(view.kind.state.rate).unwrap();
        let amount = match self.random.below(4) {
            0 => Wad::from_raw(1 + u128::from(self.random.below(1_000))),
            _ => Wad::from_raw(self.random.part(debt.raw())),
        };
        let caller = self.random.actor();
        let context = self.context(caller);
        let result = repay(&view, amount, &context);
        if let Some(outcome) = self.position_operation("repay", id, result, context.now) {
            self.model.note_repay(id, outcome.transfers.burn.unwrap().amount, &outcome);
            self.settle(id, &outcome);
        }
    }

    fn close(&mut self) {
        let Some(id) = self.random.pick(&self.model.positions) else { return };
        let caller = self.caller(id);
        let context = self.context(caller);
        let result = close(&self.view(id), &context);
        if let Some(outcome) = self.position_operation("close", id, result, context.now) {
            if let Some(burn) = outcome.transfers.burn {
                self.model.note_repay(id, burn.amount, &outcome);
            }
            self.settle(id, &outcome);
        }
    }

    /// Tries the weakest position, or any.
    fn liquidate(&mut self) {
        let weakest = self.model.positions.keys().copied().min_by_key(|id| {
            self.view(*id).position.health(&self.view(*id).kind).ok().flatten().map_or(u32::MAX, |h| h.raw())
        });
        let any = self.random.pick(&self.model.positions);
        let Some(id) = (if self.random.below(4) == 0 { any } else { weakest }) else { return };
        let view = self.view(id);
        let caller = self.random.actor();
        let context = self.context(caller);
        let result = liquidate(&view, id, &context);
        if let Some(outcome) = self.count("liquidate", result) {
            let kind = view.position.collateral_type;
            self.model.accrue_to(kind, &outcome.view, context.now);
            self.model.judge_liquidation(&view, &outcome);
            self.model.note_closed(id, outcome.art);
            self.model.write(id, &outcome.view);
            self.transfer(kind, &outcome.transfers);
            if let Some(auction) = outcome.auction {
                self.model.auctions.insert(self.next_auction, auction);
                self.next_auction += 1;
            }
        }
    }

    fn take(&mut self) {
        let Some(id) = self.random.pick(&self.model.auctions) else { return };
        let auction = self.model.auctions[&id];
        let view = self.view(auction.position);
        let command = Take {
            max_collateral: Amount::from_raw(self.random.part(auction.lot.raw() * 2)),
            max_price: Price::from_raw(self.market[&auction.collateral_type].raw() / 100 * 103),
        };
        let caller = self.random.actor();
        let context = self.context(caller);
        let result = take(&view, &auction, &command, &context);
        if let Some(outcome) = self.count("take", result) {
            self.model.judge_take(&auction, &view, &outcome, &command);
            self.model.write(auction.position, &outcome.view);
            self.transfer(auction.collateral_type, &outcome.transfers);
            match outcome.auction {
                Some(next) => self.model.auctions.insert(id, next),
                None => self.model.auctions.remove(&id),
            };
            if outcome.shortfall > Wad::ZERO {
                self.count("shortfall", Ok(()));
            }
        }
    }

    fn redo(&mut self) {
        let Some(id) = self.random.pick(&self.model.auctions) else { return };
        let auction = self.model.auctions[&id];
        let view = self.view(auction.position);
        let caller = self.random.actor();
        let context = self.context(caller);
        let result = redo(&view, &auction, &context);
        if let Some(outcome) = self.count("redo", result) {
            assert_eq!((outcome.auction.lot, outcome.auction.tab), (auction.lot, auction.tab));
            self.model.write(auction.position, &outcome.view);
            self.transfer(auction.collateral_type, &outcome.transfers);
            self.model.auctions.insert(id, outcome.auction);
        }
    }

    fn heal(&mut self) {
        let result = self.model.ledger.heal();
        if let Some((ledger, _)) = self.count("heal", result) {
            assert!(ledger.surplus.is_zero() || ledger.deficit.is_zero());
            self.model.ledger = ledger;
        }
    }

    fn change_params(&mut self) {
        let id = 1 + self.random.below(2) as u32;
        let kind = self.model.kinds[&id];
        let bound = MAXIMUM_STABILITY_FEE.raw() - RAY_ONE;
        let fee = RAY_ONE + u128::from(self.random.next()) % bound / 10;
        let params = CollateralParams {
            stability_fee: Ray::from_raw(fee),
            line_interval: seconds(self.random.below(4_000)),
            ..kind.params
        };
        let now = at(self.now);
        let result = kind.set_params(&self.model.ledger, &Voted::first(params), params, now, &governor());
        let (next, ledger) = self.count("set_params", result).unwrap();
        let view = View { kind: CollateralType { params: kind.params, ..next }, ledger, ..self.any_view(id) };
        self.model.accrue_to(id, &view, now);
        self.model.kinds.insert(id, next);
        self.model.ledger = ledger;
    }

    /// A view of a type without one of its positions.
    fn any_view(&self, id: u32) -> View {
        let position = florin_stable::position::Position::new([0; 20], id);
        View { kind: self.model.kinds[&id], position, ledger: self.model.ledger }
    }

    fn refresh_line(&mut self) {
        let id = 1 + self.random.below(2) as u32;
        let next = self.model.kinds[&id].refresh_line(at(self.now)).unwrap();
        assert!(next.state.line <= next.params.debt_ceiling);
        self.model.kinds.insert(id, next);
    }

    fn defer_or_pay_reward(&mut self) {
        let ledger = self.model.ledger;
        if self.random.below(2) == 0 {
            // What the gate refused was booked as minted: the ghost takes the coin back.
            let keeper = self.random.actor();
            let amount = Wad::from_raw(self.model.balance(&keeper).min(WAD_ONE));
            if !amount.is_zero() {
                let result = ledger.defer_reward(amount);
                if let Some(next) = self.count("defer_reward", result) {
                    self.model.burn(keeper, amount);
                    self.model.ledger = next;
                }
            }
        } else {
            let amount = Wad::from_raw(self.random.part(ledger.open_rewards.raw().saturating_mul(2)));
            let result = ledger.pay_reward(amount);
            if let Some(next) = self.count("pay_reward", result) {
                let keeper = self.random.actor();
                self.model.mint(keeper, amount);
                self.model.ledger = next;
            }
        }
    }

    fn pause(&mut self) {
        let all = [Operation::Draws, Operation::Withdrawals, Operation::Liquidations, Operation::Auctions];
        let operation = all[self.random.below(4) as usize];
        self.pauses = if self.random.below(4) == 0 {
            self.pauses.pause(operation, &guardian())
        } else {
            all.iter().fold(self.pauses, |pauses, operation| pauses.unpause(*operation, &governor()))
        };
    }

    fn accrue(&mut self) {
        let id = 1 + self.random.below(2) as u32;
        let mut view = self.any_view(id);
        let now = at(self.now);
        accrue(&mut view.kind, &mut view.ledger, now).unwrap();
        self.model.accrue_to(id, &view, now);
        self.model.kinds.insert(id, view.kind);
        self.model.ledger = view.ledger;
    }
}

#[test]
fn random_operations_keep_every_invariant() {
    let steps: u64 =
        std::env::var("FLORIN_STATEFUL_OPERATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(STEPS);
    let mut totals: BTreeMap<&'static str, (u32, u32)> = BTreeMap::new();
    // A new system now and then: early life is where most branches are.
    let length = 2_500;
    for seed in 0..steps.div_ceil(length) {
        let mut system = System::new(seed);
        for step in 0..length {
            system.step();
            system.model.check(&format!("seed {seed}, step {step}"));
        }
        for (name, (accepted, refused)) in system.counts {
            let total = totals.entry(name).or_default();
            *total = (total.0 + accepted, total.1 + refused);
        }
    }
    println!("accepted and refused: {totals:#?}");
    // Prices come from the market, and a shortfall is how some purchases end.
    let decided = totals.iter().filter(|(name, _)| !matches!(**name, "set_price" | "shortfall"));
    let decisions: u64 = decided.map(|(_, (accepted, refused))| u64::from(accepted + refused)).sum();
    assert!(steps < STEPS || decisions >= LEAST_DECISIONS, "{steps} steps have made {decisions} decisions only");
    // The sequences must reach everything, else they prove nothing.
    for name in [
        "open",
        "deposit",
        "withdraw",
        "draw",
        "repay",
        "close",
        "liquidate",
        "take",
        "redo",
        "heal",
        "set_params",
        "set_price",
        "defer_reward",
        "pay_reward",
        "shortfall",
    ] {
        let accepted = totals.get(name).map_or(0, |counts| counts.0);
        assert!(accepted >= 10, "{name} was accepted {accepted} times only");
    }
}
