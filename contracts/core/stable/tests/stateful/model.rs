//! The ghost model: records as stored, balances of coin and collateral, and exact debts in unbounded integers.

use florin_stable::auction::Auction;
use florin_stable::collateral::CollateralType;
use florin_stable::ledger::{Ledger, Recount};
use florin_stable::liquidation::{LiquidationOutcome, Take, TakeOutcome};
use florin_stable::position::Position;
use florin_stable::vault::{Outcome, Transfers, View};
use florin_stable::{Address, VaultError};
use florin_units::{Art, Rad, Timestamp, Wad, RAY_ONE};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use parity_scale_codec::Encode;
use std::collections::BTreeMap;

/// Binary digits behind the point of an ideal debt.
const IDEAL_DIGITS: u32 = 256;

/// A debt as it would be without rounding.
#[derive(Clone, Debug, Default)]
struct Ideal {
    /// Normalised debt, shifted by [`IDEAL_DIGITS`]; never above the true value.
    art: BigInt,
    /// Roundings of the real one since it was last zero.
    roundings: u32,
}

/// Everything that the contracts would store, and the world around them.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) kinds: BTreeMap<u32, CollateralType>,
    pub(crate) positions: BTreeMap<u64, Position>,
    pub(crate) auctions: BTreeMap<u64, Auction>,
    pub(crate) ledger: Ledger,
    /// Coin by account; negative for coin that another issuer's holders have paid in.
    coin: BTreeMap<Address, BigInt>,
    /// Collateral that the contract holds, by type.
    held: BTreeMap<u32, BigInt>,
    ideals: BTreeMap<u64, Ideal>,
}

fn int(value: u128) -> BigInt {
    BigInt::from(value)
}

fn rad(value: Rad) -> BigInt {
    BigInt::from_bytes_le(num_bigint::Sign::Plus, &value.encode())
}

fn ray() -> BigInt {
    int(RAY_ONE)
}

fn ratio(numerator: BigInt, denominator: BigInt) -> BigRational {
    BigRational::new(numerator, denominator)
}

fn ceiling(numerator: BigInt, denominator: &BigInt) -> BigInt {
    (numerator + denominator - 1) / denominator
}

/// Exact value of a position's collateral at the stored price, in wad.
fn value(position: &Position, kind: &CollateralType) -> BigRational {
    let scale = BigInt::from(10).pow(u32::from(kind.params.decimals));
    ratio(int(position.collateral.raw()) * int(kind.state.price.raw()), scale)
}

/// Exact debt of a position, in wad.
fn debt(position: &Position, kind: &CollateralType) -> BigRational {
    ratio(int(position.art.raw()) * int(kind.state.rate.raw()), ray())
}

/// Exact share in basis points.
fn share(raw: u32) -> BigRational {
    ratio(BigInt::from(raw), BigInt::from(10_000))
}

fn whole(number: u64) -> BigRational {
    BigRational::from_integer(BigInt::from(number))
}

/// `rate * factor^seconds` with 600 binary digits on the way, rounded down.
fn compound(rate: u128, factor: u128, seconds: u64) -> BigInt {
    let mut square: BigInt = (int(factor) << 600) / RAY_ONE;
    let mut power: BigInt = BigInt::one() << 600;
    let mut rest = seconds;
    while rest != 0 {
        if rest & 1 == 1 {
            power = (power * &square) >> 600;
        }
        square = (&square * &square) >> 600;
        rest >>= 1;
    }
    (power * int(rate)) >> 600
}

impl Model {
    pub(crate) fn add_type(&mut self, id: u32, kind: CollateralType) {
        self.kinds.insert(id, kind);
        self.held.insert(id, BigInt::zero());
    }

    /// Judges an accrual against the exact power, and books nothing: the view carries it.
    pub(crate) fn accrue_to(&mut self, id: u32, view: &View, now: Timestamp) {
        let before = self.kinds[&id];
        let elapsed = now.since(before.state.accrued_at).raw();
        if elapsed == 0 || view.kind.state.accrued_at == before.state.accrued_at {
            assert_eq!(view.kind.state.rate, before.state.rate);
            return;
        }
        let exact = compound(before.state.rate.raw(), before.params.stability_fee.raw(), elapsed);
        let rate = int(view.kind.state.rate.raw());
        assert!(rate <= exact && &rate + 1 >= exact, "rate {rate}, exactly {exact}");
        assert_eq!(view.kind.state.accrued_at, now);
    }

    /// A draw adds to the ideal debt what the coin is worth exactly.
    pub(crate) fn note_draw(&mut self, id: u64, amount: Wad, outcome: &Outcome) {
        let rate = int(outcome.view.kind.state.rate.raw());
        let added = ceiling(int(amount.raw()) * ray(), &rate);
        assert_eq!(int(outcome.art.raw()), added, "normalised debt is rounded up");
        let ideal = self.ideals.entry(id).or_default();
        ideal.art += ((int(amount.raw()) * ray()) << IDEAL_DIGITS) / rate;
        ideal.roundings += 1;
    }

    /// A repayment takes from the ideal debt what the coin is worth exactly, or all of it.
    pub(crate) fn note_repay(&mut self, id: u64, amount: Wad, outcome: &Outcome) {
        let rate = int(outcome.view.kind.state.rate.raw());
        let before = self.positions[&id];
        let ideal = self.ideals.entry(id).or_default();
        if outcome.view.position.art.is_zero() {
            let due = ceiling(int(before.art.raw()) * &rate, &ray());
            assert_eq!(int(amount.raw()), due, "the debt is rounded up");
            *ideal = Ideal::default();
        } else {
            let cleared = int(amount.raw()) * ray() / &rate;
            assert_eq!(int(outcome.art.raw()), cleared, "normalised debt is rounded down");
            ideal.art -= ceiling((int(amount.raw()) * ray()) << IDEAL_DIGITS, &rate);
            ideal.roundings += 1;
        }
    }

    /// A liquidation closes normalised debt exactly.
    pub(crate) fn note_closed(&mut self, id: u64, art: Art) {
        let ideal = self.ideals.entry(id).or_default();
        ideal.art -= int(art.raw()) << IDEAL_DIGITS;
        if self.positions[&id].art == art {
            *ideal = Ideal::default();
        }
    }

    /// Stores the records of a decision.
    pub(crate) fn write(&mut self, id: u64, view: &View) {
        self.kinds.insert(view.position.collateral_type, view.kind);
        self.ledger = view.ledger;
        if view.position.is_empty() {
            self.positions.remove(&id);
            self.ideals.remove(&id);
        } else {
            self.positions.insert(id, view.position);
        }
    }

    pub(crate) fn balance(&self, account: &Address) -> u128 {
        self.coin.get(account).and_then(|coin| u128::try_from(coin.clone()).ok()).unwrap_or(0)
    }

    pub(crate) fn mint(&mut self, account: Address, amount: Wad) {
        assert!(!amount.is_zero());
        *self.coin.entry(account).or_default() += int(amount.raw());
    }

    pub(crate) fn burn(&mut self, account: Address, amount: Wad) {
        assert!(!amount.is_zero());
        *self.coin.entry(account).or_default() -= int(amount.raw());
    }

    pub(crate) fn transfer(&mut self, kind: u32, transfers: &Transfers) {
        if let Some(mint) = transfers.mint {
            self.mint(mint.account, mint.amount);
        }
        if let Some(burn) = transfers.burn {
            self.burn(burn.account, burn.amount);
        }
        let held = self.held.entry(kind).or_default();
        if let Some(received) = transfers.collateral_in {
            assert!(!received.amount.is_zero());
            *held += int(received.amount.raw());
        }
        if let Some(paid) = transfers.collateral_out {
            assert!(!paid.amount.is_zero());
            *held -= int(paid.amount.raw());
        }
    }

    /// What was accepted is safe in exact numbers; what was refused as unsafe is unsafe but for one unit.
    pub(crate) fn judge_safety(&self, before: &View, result: &Result<Outcome, VaultError>, now: Timestamp) {
        match result {
            Ok(Outcome { view: View { kind, position, .. }, .. }) => {
                if !position.art.is_zero() {
                    assert!(value(position, kind) >= debt(position, kind) * share(kind.params.safety_ratio.raw()));
                    assert!(now.since(kind.state.price_updated_at) <= kind.params.max_price_age);
                    assert_eq!(before.position.owner, position.owner);
                }
            }
            Err(VaultError::BelowSafetyRatio { value, required }) => assert!(value < required),
            Err(_) => {}
        }
    }

    /// The position was unsafe in exact numbers, and the rest is at the target unless something limited the closing.
    pub(crate) fn judge_liquidation(&self, before: &View, outcome: &LiquidationOutcome) {
        let View { kind, position, .. } = &outcome.view;
        let params = &kind.params;
        let worth = value(&before.position, kind);
        let owed = debt(&before.position, kind);
        assert!(worth < (&owed + whole(1)) * share(params.liquidation_ratio.raw()) + whole(1));
        assert_eq!(rad(outcome.closed), int(outcome.art.raw()) * int(kind.state.rate.raw()));
        let Some(auction) = outcome.auction else {
            assert!(before.position.collateral.is_zero());
            return;
        };
        assert!(kind.state.auction_debt <= params.auction_cap);
        assert_eq!(auction.lot.raw() + position.collateral.raw(), before.position.collateral.raw());
        // The tab is debt and penalty, to the unit.
        let exact = ratio(rad(outcome.closed), ray()) * share(10_000 + params.penalty.raw());
        let tab = BigRational::from_integer(int(auction.tab.raw()));
        assert!(tab >= exact && tab < exact + whole(200));
        if position.art.is_zero() {
            return;
        }
        let left = debt(position, kind);
        let floor = BigRational::from_integer(int(params.debt_floor.raw()));
        assert!(left > &floor - whole(1));
        if value(position, kind) < &left * share(params.target_ratio.raw()) {
            // Then either the cap is used up or no more could be closed without going below the floor.
            let room = int(params.auction_cap.raw()) - int(kind.state.auction_debt.raw());
            assert!(room < int(1_000) || left < floor + whole(1_000), "closed too little: {room} left");
        }
    }

    /// Nobody buys below the curve, and what is not sold is where it belongs.
    pub(crate) fn judge_take(&self, auction: &Auction, before: &View, outcome: &TakeOutcome, command: &Take) {
        let params = &outcome.view.kind.params;
        assert!(outcome.price >= auction.floor && outcome.price <= auction.top && outcome.price <= command.max_price);
        let scale = BigInt::from(10).pow(u32::from(params.decimals));
        let fair = ratio(int(outcome.sold.raw()) * int(outcome.price.raw()), scale.clone());
        let paid = BigRational::from_integer(int(outcome.paid.raw()));
        assert!(paid >= fair, "sold below the price");
        // Not more than one raw unit's price above it.
        assert!(paid - fair <= ratio(int(outcome.price.raw()), scale) + whole(1));
        assert!(outcome.sold <= command.max_collateral && outcome.sold <= auction.lot && outcome.paid <= auction.tab);
        match outcome.auction {
            Some(next) => {
                assert_eq!(next.lot.raw() + outcome.sold.raw(), auction.lot.raw());
                assert_eq!(next.tab.raw() + outcome.paid.raw(), auction.tab.raw());
                assert!(next.tab >= params.minimum_tab().unwrap());
            }
            None => {
                assert_eq!(outcome.sold.raw() + outcome.returned.raw(), auction.lot.raw());
                assert_eq!(outcome.paid.raw() + outcome.shortfall.raw(), auction.tab.raw());
                assert!(outcome.returned.is_zero() || outcome.shortfall.is_zero());
                assert_eq!(
                    outcome.view.position.collateral.raw(),
                    before.position.collateral.raw() + outcome.returned.raw()
                );
            }
        }
    }

    /// Every invariant, from the records alone.
    pub(crate) fn check(&self, place: &str) {
        let ledger = &self.ledger;
        let mut all_debt = BigInt::zero();
        let mut types = Recount::default();
        let mut pages = Recount::default();
        for (id, kind) in &self.kinds {
            let state = &kind.state;
            let of_type = || self.positions.values().filter(|position| position.collateral_type == *id);
            let on_auction = || self.auctions.values().filter(|auction| auction.collateral_type == *id);
            let art: BigInt = of_type().map(|position| int(position.art.raw())).sum();
            assert_eq!(art, int(state.total_art.raw()), "{place}: sum of normalised debt");
            all_debt += art * int(state.rate.raw());
            types.add_type(kind).unwrap();

            let locked: BigInt = of_type().map(|position| int(position.collateral.raw())).sum();
            let lots: BigInt = on_auction().map(|auction| int(auction.lot.raw())).sum();
            assert_eq!(locked + lots, int(state.total_collateral.raw()), "{place}: collateral of type {id}");
            assert_eq!(self.held[id], int(state.total_collateral.raw()), "{place}: collateral held of type {id}");

            let tabs: BigInt = on_auction().map(|auction| int(auction.tab.raw())).sum();
            assert_eq!(tabs, int(state.auction_debt.raw()), "{place}: sum of tabs of type {id}");
            assert!(state.auction_debt <= kind.params.auction_cap, "{place}: auction cap of type {id}");
            assert!(state.rate.raw() >= RAY_ONE, "{place}: rate of type {id}");
        }
        for (id, position) in &self.positions {
            let kind = &self.kinds[&position.collateral_type];
            pages.add(position.art, kind.state.rate).unwrap();
            let open = self.auctions.values().filter(|auction| auction.position == *id).count();
            assert_eq!(open, position.auctions as usize, "{place}: auctions of position {id}");
            assert!(!position.is_empty(), "{place}: an empty position is kept");
            if !position.art.is_zero() {
                let owed = position.debt_up(kind.state.rate).unwrap();
                assert!(owed >= kind.params.debt_floor, "{place}: debt of position {id} is {owed}");
            }
            let ideal = self.ideals.get(id).cloned().unwrap_or_default();
            let above = (int(position.art.raw()) << IDEAL_DIGITS) - &ideal.art;
            let bound = BigInt::from(ideal.roundings) << IDEAL_DIGITS;
            assert!(!above.is_negative(), "{place}: position {id} owes less than it drew");
            assert!(above <= bound, "{place}: position {id} owes more than a unit an operation too much");
        }

        // The solvency equation, in unbounded integers and by the code's own two counts.
        let left = &all_debt + rad(ledger.deficit) + int(ledger.burned.raw()) * ray();
        let right = int(ledger.minted.raw()) * ray() + rad(ledger.surplus) + int(ledger.open_rewards.raw()) * ray();
        assert_eq!(left, right, "{place}: solvency");
        assert_eq!(all_debt, rad(ledger.total_debt), "{place}: running total of debt");
        for report in [ledger.solvency(), ledger.solvency_recount(&types), ledger.solvency_recount(&pages)] {
            let report = report.unwrap();
            assert!(report.is_exact(), "{place}: {report:?}");
            assert_eq!(rad(report.left), left, "{place}: left side");
        }
        // Coin in the world is what was minted and not burned.
        let coin: BigInt = self.coin.values().sum();
        assert_eq!(coin, int(ledger.minted.raw()) - int(ledger.burned.raw()), "{place}: supply");
    }
}
