//! Finds unsafe positions and liquidates those whose reward is worth the cost.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use florin_bindings::vaults;
use florin_client::{
    chain::{Chain, Receipt},
    signer::Signer,
};
use florin_stable::{
    collateral::CollateralType, ledger::Ledger, liquidation::LiquidationOutcome, position::Position,
    quote::preview_liquidation, vault::View, AuctionId, CollateralTypeId, PositionId, VaultError,
};
use florin_units::{Amount, Price, Rad, Timestamp, Wad};

use crate::{economics::Economics, error::KeeperError, suite::Suite};

/// How a [`LiquidationKeeper`] works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiquidationConfig {
    /// What an act may cost and must bring.
    pub economics: Economics,
    /// Positions to read in one question; the vaults answer with 100 at most.
    pub page: u8,
    /// Questions in one round.
    pub pages_per_step: u32,
    /// Liquidations in one round.
    pub acts_per_step: u32,
}

/// Liquidates unsafe positions.
pub struct LiquidationKeeper<C> {
    suite: Suite<C>,
    signer: Signer,
    config: LiquidationConfig,
    state: Mutex<State>,
}

struct State {
    /// The position to go on with.
    cursor: PositionId,
    /// What the last transaction cost, in planck.
    fee: u128,
    /// Rewards that wait to be claimed.
    deferred: Wad,
}

/// A liquidation that was made, as its events tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiquidationDone {
    /// The position.
    pub position: PositionId,
    /// The auction of what was seized; none where there was nothing to seize.
    pub auction: Option<AuctionId>,
    /// Debt that left the position, exactly.
    pub closed: Rad,
    /// Collateral seized.
    pub lot: Amount,
    /// Coin that the auction has to raise.
    pub tab: Wad,
    /// Whether no debt is left on the position.
    pub is_whole: bool,
    /// What the keeper got for it, or will get where it was deferred.
    pub reward: Wad,
    /// Fee, in planck.
    pub fee: u128,
}

/// What one round has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiquidationReport {
    /// Positions with debt that were looked at.
    pub examined: u64,
    /// Liquidations made.
    pub liquidated: Vec<LiquidationDone>,
    /// Unsafe positions whose liquidation brings less than it costs.
    pub unprofitable: Vec<PositionId>,
    /// Unsafe positions that cannot be liquidated now, and why.
    pub blocked: Vec<(PositionId, VaultError)>,
    /// Positions at which somebody else was quicker, or that the vaults refused for another reason.
    pub refused: u64,
    /// Collateral types without a price that can be relied on, and why.
    pub without_price: BTreeMap<CollateralTypeId, VaultError>,
    /// Deferred rewards that were claimed.
    pub claimed: Wad,
    /// Fees, in planck.
    pub fees: u128,
    /// Whether the round came to the last position; the next one begins with the first.
    pub is_complete: bool,
}

impl<C: Chain> LiquidationKeeper<C> {
    /// A keeper that acts for `signer`.
    pub fn new(suite: Suite<C>, signer: Signer, config: LiquidationConfig) -> Self {
        let state = State { cursor: 0, fee: config.economics.expected_fee, deferred: Wad::ZERO };
        Self { suite, signer, config, state: Mutex::new(state) }
    }

    /// One round: go on with the next positions, at most as many as configured. `native_price` is what a whole native token
    /// costs in dollars; fees are reckoned with it.
    ///
    /// # Errors
    /// [`KeeperError`]; that the vaults refuse is part of the report.
    pub async fn step(&self, native_price: Price) -> Result<LiquidationReport, KeeperError> {
        let mut report = LiquidationReport::default();
        self.claim(native_price, &mut report).await?;
        let now = self.suite.now().await?;
        let mut records = Records { types: BTreeMap::new(), ledger: self.suite.ledger().await? };
        let (count, _) = self.suite.counts().await?;
        for _ in 0..self.config.pages_per_step {
            let from = self.state().cursor;
            for (id, position) in self.suite.positions(from, self.config.page).await? {
                if self.has_acted_enough(&report) {
                    return Ok(report);
                }
                self.examine(id, position, now, native_price, &mut records, &mut report).await?;
                self.state().cursor = id.saturating_add(1);
            }
            let next = from.saturating_add(u64::from(self.config.page).max(1));
            if next >= count {
                self.state().cursor = 0;
                report.is_complete = true;
                break;
            }
            self.state().cursor = next;
        }
        Ok(report)
    }

    fn has_acted_enough(&self, report: &LiquidationReport) -> bool {
        u32::try_from(report.liquidated.len()).is_ok_and(|acts| acts >= self.config.acts_per_step)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn examine(
        &self,
        id: PositionId,
        position: Position,
        now: Timestamp,
        native_price: Price,
        records: &mut Records,
        report: &mut LiquidationReport,
    ) -> Result<(), KeeperError> {
        if position.art.is_zero() {
            return Ok(());
        }
        let kind = match records.types.get(&position.collateral_type) {
            Some(kind) => *kind,
            None => self.suite.collateral_type(position.collateral_type).await?,
        };
        records.types.insert(position.collateral_type, kind);
        report.examined = report.examined.saturating_add(1);
        let view = View { kind, position, ledger: records.ledger };
        let keeper = self.signer.account().to_address().0;
        match preview_liquidation(&view, id, keeper, now) {
            Err(VaultError::NotLiquidatable { .. }) => Ok(()),
            Err(
                error @ (VaultError::NoPrice
                | VaultError::StalePrice { .. }
                | VaultError::PriceInGrace { .. }
                | VaultError::PriceOutOfBounds { .. }),
            ) => {
                report.without_price.insert(position.collateral_type, error);
                Ok(())
            }
            Err(error @ VaultError::AuctionCapReached { .. }) => {
                report.blocked.push((id, error));
                Ok(())
            }
            Err(error) => Err(KeeperError::Position { position: id, error }),
            Ok(outcome) => self.liquidate(id, &outcome, native_price, records, report).await,
        }
    }

    async fn liquidate(
        &self,
        id: PositionId,
        outcome: &LiquidationOutcome,
        native_price: Price,
        records: &mut Records,
        report: &mut LiquidationReport,
    ) -> Result<(), KeeperError> {
        let message = vaults::liquidate(id);
        let preview = match self.suite.try_vaults(&self.signer.account(), &message).await? {
            Ok(preview) => preview,
            Err(_) => {
                report.refused = report.refused.saturating_add(1);
                return Ok(());
            }
        };
        let economics = &self.config.economics;
        let reward = outcome.transfers.mint.map_or(Wad::ZERO, |mint| mint.amount);
        let cost = economics.cost(self.state().fee, preview.storage_deposit, native_price)?;
        if !economics.is_worth(reward, cost)? {
            report.unprofitable.push(id);
            return Ok(());
        }
        let Some(receipt) = self.suite.send(&self.signer, self.suite.vaults, &message, &preview).await? else {
            report.refused = report.refused.saturating_add(1);
            return Ok(());
        };
        let reward = self.account(&receipt, report)?;
        let event: vaults::Liquidated = self.suite.vault_event(&receipt)?;
        let changed: vaults::PositionChanged = self.suite.vault_event(&receipt)?;
        report.liquidated.push(LiquidationDone {
            position: id,
            auction: event.auction,
            closed: event.closed,
            lot: event.lot,
            tab: event.tab,
            is_whole: changed.art.is_zero(),
            reward,
            fee: receipt.fee,
        });
        // The next positions are judged by the records as this liquidation leaves them.
        records.types.insert(outcome.view.position.collateral_type, outcome.view.kind);
        records.ledger = outcome.view.ledger;
        Ok(())
    }

    /// Note a transaction's fee and rewards; returns the rewards.
    fn account(&self, receipt: &Receipt, report: &mut LiquidationReport) -> Result<Wad, KeeperError> {
        report.fees = report.fees.saturating_add(receipt.fee);
        let mut state = self.state();
        state.fee = receipt.fee;
        let mut sum = Wad::ZERO;
        for rewarded in self.suite.vault_events::<vaults::Rewarded>(receipt)? {
            sum = sum.checked_add(rewarded.amount)?;
            if rewarded.deferred {
                state.deferred = state.deferred.checked_add(rewarded.amount)?;
            }
        }
        Ok(sum)
    }

    /// Claim rewards that the mint gate held back, where that is possible now and worth its fee.
    async fn claim(&self, native_price: Price, report: &mut LiquidationReport) -> Result<(), KeeperError> {
        let (deferred, fee) = {
            let state = self.state();
            (state.deferred, state.fee)
        };
        if deferred.is_zero() {
            return Ok(());
        }
        let message = vaults::claim_reward();
        let Ok(preview) = self.suite.try_vaults(&self.signer.account(), &message).await? else { return Ok(()) };
        let cost = self.config.economics.cost(fee, preview.storage_deposit, native_price)?;
        if !self.config.economics.is_worth(preview.value, cost)? {
            return Ok(());
        }
        if let Some(receipt) = self.suite.send(&self.signer, self.suite.vaults, &message, &preview).await? {
            report.fees = report.fees.saturating_add(receipt.fee);
            report.claimed = preview.value;
            self.state().deferred = Wad::ZERO;
        }
        Ok(())
    }
}

/// What the positions of one round are judged by.
struct Records {
    types: BTreeMap<CollateralTypeId, CollateralType>,
    ledger: Ledger,
}
