//! Buys at auctions below the market price, and restarts auctions that have run out.

use std::collections::BTreeMap;

use florin_bindings::vaults;
use florin_client::{chain::Chain, signer::Signer};
use florin_stable::{
    auction::Auction,
    collateral::CollateralType,
    ledger::Ledger,
    liquidation,
    pause::Pauses,
    position::Position,
    vault::{Context, View},
    AuctionId, CollateralTypeId, PositionId, VaultError,
};
use florin_units::{Amount, Bps, Price, Timestamp, Wad};
use tokio::sync::Mutex;

use crate::{
    auctions::AuctionBook,
    bid::{bid, gain, maximum_price, Bid, Pass},
    economics::Economics,
    error::KeeperError,
    suite::Suite,
};

/// How a [`TakeKeeper`] works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakeConfig {
    /// What an act may cost and must bring.
    pub economics: Economics,
    /// The collateral that it buys.
    pub collateral_type: CollateralTypeId,
    /// It buys at or below the market price less this share.
    pub discount: Bps,
    /// Coin that it keeps.
    pub reserve: Wad,
    /// Purchases and restarts in one round.
    pub acts_per_step: u32,
    /// Blocks and records that are read in one round to catch up.
    pub reads_per_step: u64,
}

/// Prices that the keeper's owner trusts, in dollars for one whole token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    /// Of the native token, which fees are paid in.
    pub native: Price,
    /// Of the collateral.
    pub collateral: Price,
}

/// Buys at auctions.
pub struct TakeKeeper<C> {
    suite: Suite<C>,
    signer: Signer,
    config: TakeConfig,
    state: Mutex<State>,
}

struct State {
    book: AuctionBook,
    /// What the last transaction cost, in planck.
    fee: u128,
}

/// A purchase that was made, as its events tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakeDone {
    /// The auction.
    pub auction: AuctionId,
    /// The position that the lot was seized from.
    pub position: PositionId,
    /// Collateral bought.
    pub sold: Amount,
    /// Coin paid.
    pub paid: Wad,
    /// Price for one whole token.
    pub price: Price,
    /// What the auction failed to raise, where this purchase ended it.
    pub shortfall: Wad,
    /// Whether this purchase ended the auction.
    pub is_over: bool,
    /// Fee, in planck.
    pub fee: u128,
}

/// A restart that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedoDone {
    /// The auction.
    pub auction: AuctionId,
    /// What the keeper got for it.
    pub reward: Wad,
    /// Fee, in planck.
    pub fee: u128,
}

/// What one round has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakeReport {
    /// Open auctions of the collateral that were looked at.
    pub examined: u64,
    /// Purchases.
    pub taken: Vec<TakeDone>,
    /// Restarts.
    pub redone: Vec<RedoDone>,
    /// Auctions whose price is above the limit.
    pub too_dear: u64,
    /// Auctions that the coin does not suffice for.
    pub too_small: u64,
    /// Acts that bring less than they cost.
    pub unprofitable: u64,
    /// Acts that the vaults refused, or at which somebody else was quicker.
    pub refused: u64,
    /// Coin that is left to spend.
    pub budget: Wad,
    /// Fees, in planck.
    pub fees: u128,
    /// Whether everything open was known and looked at.
    pub is_complete: bool,
}

/// What one round judges by.
struct Round {
    market: Market,
    maximum: Price,
    now: Timestamp,
    kind: CollateralType,
    ledger: Ledger,
}

impl Round {
    /// The records that a decision about an auction reads. It changes nothing in the position that matters to a buyer, so the
    /// position need not be read.
    fn view(&self, auction: &Auction) -> View {
        let position = Position { auctions: 1, ..Position::new([0; 20], auction.collateral_type) };
        View { kind: self.kind, position, ledger: self.ledger }
    }
}

impl<C: Chain> TakeKeeper<C> {
    /// A keeper that acts for `signer`, whose coin it spends. The signer must have allowed the vaults to burn its coin, see
    /// [`Suite::allow_burning`].
    pub fn new(suite: Suite<C>, signer: Signer, config: TakeConfig) -> Self {
        let state = State { book: AuctionBook::default(), fee: config.economics.expected_fee };
        Self { suite, signer, config, state: Mutex::new(state) }
    }

    /// One round: restart what can be restarted, then buy, the cheapest first, as far as coin and limits go.
    ///
    /// # Errors
    /// [`KeeperError`]; that the vaults refuse is part of the report.
    pub async fn step(&self, market: &Market) -> Result<TakeReport, KeeperError> {
        let mut report = TakeReport::default();
        let mut state = self.state.lock().await;
        let is_current = state.book.refresh(&self.suite, self.config.reads_per_step).await?;
        let wanted = |auction: &Auction| auction.collateral_type == self.config.collateral_type;
        if !state.book.open().values().any(wanted) {
            report.is_complete = is_current;
            return Ok(report);
        }
        let round = Round {
            market: *market,
            maximum: maximum_price(market.collateral, self.config.discount)?,
            now: self.suite.now().await?,
            kind: self.suite.collateral_type(self.config.collateral_type).await?,
            ledger: self.suite.ledger().await?,
        };
        let owner = self.signer.account().to_address();
        let coin = self.suite.coin_of(owner).await?.min(self.suite.allowance(owner).await?);
        report.budget = coin.saturating_sub(self.config.reserve);

        let open: BTreeMap<AuctionId, Auction> = state
            .book
            .open()
            .iter()
            .filter(|(_, auction)| wanted(auction))
            .map(|(id, auction)| (*id, *auction))
            .collect();
        for (id, auction) in &open {
            self.restart(&mut state, *id, auction, &round, &mut report).await?;
        }
        let mut by_price = Vec::new();
        for (id, auction) in state.book.open().iter().filter(|(_, auction)| wanted(auction)) {
            let price = auction
                .price_at(&round.kind.params.auction, round.now)
                .map_err(|error| KeeperError::Auction { auction: *id, error })?;
            by_price.push((price, *id));
        }
        by_price.sort_unstable();
        report.is_complete = is_current;
        for (_, id) in by_price {
            if self.has_acted_enough(&report) {
                report.is_complete = false;
                break;
            }
            report.examined = report.examined.saturating_add(1);
            self.buy(&mut state, id, &round, &mut report).await?;
        }
        Ok(report)
    }

    fn has_acted_enough(&self, report: &TakeReport) -> bool {
        let acts = report.taken.len().saturating_add(report.redone.len());
        u32::try_from(acts).is_ok_and(|acts| acts >= self.config.acts_per_step)
    }

    async fn buy(
        &self,
        state: &mut State,
        id: AuctionId,
        round: &Round,
        report: &mut TakeReport,
    ) -> Result<(), KeeperError> {
        let Some(auction) = state.book.open().get(&id).copied() else { return Ok(()) };
        let buyer = self.signer.account().to_address().0;
        let chosen = bid(&round.view(&auction), &auction, report.budget, round.maximum, buyer, round.now)
            .map_err(|error| KeeperError::Auction { auction: id, error })?;
        let Bid { take, outcome } = match chosen {
            Ok(bid) => bid,
            Err(Pass::TooDear { .. }) => {
                report.too_dear = report.too_dear.saturating_add(1);
                return Ok(());
            }
            Err(Pass::TooSmall) => {
                report.too_small = report.too_small.saturating_add(1);
                return Ok(());
            }
            Err(Pass::Stale) => return Ok(()),
        };
        let message = vaults::take(id, take.max_collateral, take.max_price);
        let preview = match self.suite.try_vaults(&self.signer.account(), &message).await? {
            // The trial is the truth where the record was outdated.
            Ok(preview) if preview.value.1 <= report.budget => preview,
            Ok(_) | Err(_) => return self.refused(state, id, report).await,
        };
        let (sold, paid) = preview.value;
        let decimals = round.kind.params.decimals;
        let income = gain(sold, paid, round.market.collateral, decimals)?;
        let cost = self.config.economics.cost(state.fee, preview.storage_deposit, round.market.native)?;
        if !self.config.economics.is_worth(income, cost)? {
            report.unprofitable = report.unprofitable.saturating_add(1);
            return Ok(());
        }
        let Some(receipt) = self.suite.send(&self.signer, self.suite.vaults, &message, &preview).await? else {
            return self.refused(state, id, report).await;
        };
        state.fee = receipt.fee;
        report.fees = report.fees.saturating_add(receipt.fee);
        let event: vaults::Taken = self.suite.vault_event(&receipt)?;
        report.budget = report.budget.saturating_sub(event.paid);
        let is_over = outcome.auction.is_none();
        report.taken.push(TakeDone {
            auction: id,
            position: event.position,
            sold: event.sold,
            paid: event.paid,
            price: event.price,
            shortfall: event.shortfall,
            is_over,
            fee: receipt.fee,
        });
        state.book.reread(&self.suite, id).await
    }

    /// Restart an auction that has run out, or whose floor the market has fallen below, where the reward or the purchase that
    /// becomes possible is worth the cost.
    async fn restart(
        &self,
        state: &mut State,
        id: AuctionId,
        auction: &Auction,
        round: &Round,
        report: &mut TakeReport,
    ) -> Result<(), KeeperError> {
        if self.has_acted_enough(report) {
            return Ok(());
        }
        let caller = self.signer.account().to_address().0;
        let context = Context { caller, now: round.now, pauses: Pauses::default() };
        let outcome = match liquidation::redo(&round.view(auction), auction, &context) {
            Ok(outcome) => outcome,
            // Not yet, or not at this price.
            Err(VaultError::Math(error)) => return Err(error.into()),
            Err(_) => return Ok(()),
        };
        let message = vaults::redo(id);
        let preview = match self.suite.try_vaults(&self.signer.account(), &message).await? {
            Ok(preview) => preview,
            Err(_) => return self.refused(state, id, report).await,
        };
        let reward = outcome.transfers.mint.map_or(Wad::ZERO, |mint| mint.amount);
        let decimals = round.kind.params.decimals;
        let affordable = auction.lot.value_down(round.market.collateral, decimals)?.min(report.budget);
        let prospect = affordable.times_bps_down(self.config.discount)?;
        let cost = self.config.economics.cost(state.fee, preview.storage_deposit, round.market.native)?;
        if !self.config.economics.is_worth(reward.checked_add(prospect)?, cost)? {
            report.unprofitable = report.unprofitable.saturating_add(1);
            return Ok(());
        }
        let Some(receipt) = self.suite.send(&self.signer, self.suite.vaults, &message, &preview).await? else {
            return self.refused(state, id, report).await;
        };
        state.fee = receipt.fee;
        report.fees = report.fees.saturating_add(receipt.fee);
        let mut reward = Wad::ZERO;
        for rewarded in self.suite.vault_events::<vaults::Rewarded>(&receipt)? {
            reward = reward.checked_add(rewarded.amount)?;
        }
        report.redone.push(RedoDone { auction: id, reward, fee: receipt.fee });
        state.book.reread(&self.suite, id).await
    }

    async fn refused(&self, state: &mut State, id: AuctionId, report: &mut TakeReport) -> Result<(), KeeperError> {
        report.refused = report.refused.saturating_add(1);
        state.book.reread(&self.suite, id).await
    }
}
