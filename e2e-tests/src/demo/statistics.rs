//! What happened over the month, summed exactly.

use std::collections::BTreeMap;

use florin_stable::PositionId;
use florin_units::{Amount, Bps, MathError, Price, Rad, Timestamp, Wad};

/// A liquidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liquidation {
    /// The vault.
    pub position: PositionId,
    /// Debt that left the vault.
    pub closed: Rad,
    /// Whether it left no debt behind.
    pub is_whole: bool,
}

/// A sale at an auction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// Collateral sold.
    pub sold: Amount,
    /// Coin paid.
    pub paid: Wad,
    /// What the auction failed to raise, where this sale ended it.
    pub shortfall: Wad,
    /// Market price of the moment.
    pub market: Price,
}

/// The state at the end of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When the hour began.
    pub time: Timestamp,
    /// Market price.
    pub price: Price,
    /// Debt of the borrowers' vaults, rounded down.
    pub debt: Wad,
    /// Value of their collateral, in vaults and on auction, at the market price, rounded down.
    pub collateral: Wad,
    /// Liquidations in this hour.
    pub liquidations: u32,
}

/// Sums over the month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Vaults that were liquidated, and whether one of their liquidations took all their debt.
    liquidated: BTreeMap<PositionId, bool>,
    /// Liquidations; a vault can be liquidated in part more than once.
    pub liquidations: u64,
    /// Debt that left vaults by liquidation, exactly.
    pub closed: Rad,
    /// Sales at auctions.
    pub sales: u64,
    /// Collateral sold.
    pub sold: Amount,
    /// Coin paid for it.
    pub paid: Wad,
    /// What it was worth at the market, each sale rounded down.
    pub market_value: Wad,
    /// The lowest price of a sale as a share of the market price, rounded down.
    pub worst_sale: Option<Bps>,
    /// What ended auctions failed to raise.
    pub shortfall: Wad,
    /// Auctions restarted.
    pub redos: u64,
    /// Coin paid to keepers for liquidations and restarts.
    pub rewards: Wad,
    /// The equation was asked for so often.
    pub solvency_checks: u64,
    /// It held to the last digit so often.
    pub solvency_exact: u64,
    /// One sample an hour.
    pub samples: Vec<Sample>,
}

impl Statistics {
    /// Adds a liquidation.
    ///
    /// # Errors
    /// [`MathError`] where a sum does not fit.
    pub fn add_liquidation(&mut self, liquidation: &Liquidation) -> Result<(), MathError> {
        self.closed = self.closed.checked_add(liquidation.closed)?;
        self.liquidations = self.liquidations.saturating_add(1);
        *self.liquidated.entry(liquidation.position).or_default() |= liquidation.is_whole;
        Ok(())
    }

    /// Adds a sale of a token with so many decimals.
    ///
    /// # Errors
    /// [`MathError`] where a sum does not fit, or where what was sold is worth nothing.
    pub fn add_sale(&mut self, sale: &Sale, decimals: u8) -> Result<(), MathError> {
        let value = sale.sold.value_down(sale.market, decimals)?;
        let share = sale.paid.ratio_to_down(value)?;
        self.sold = self.sold.checked_add(sale.sold)?;
        self.paid = self.paid.checked_add(sale.paid)?;
        self.market_value = self.market_value.checked_add(value)?;
        self.shortfall = self.shortfall.checked_add(sale.shortfall)?;
        self.worst_sale = Some(self.worst_sale.map_or(share, |worst| worst.min(share)));
        self.sales = self.sales.saturating_add(1);
        Ok(())
    }

    /// Adds a reward.
    ///
    /// # Errors
    /// [`MathError`] where the sum does not fit.
    pub fn add_reward(&mut self, reward: Wad) -> Result<(), MathError> {
        self.rewards = self.rewards.checked_add(reward)?;
        Ok(())
    }

    /// What was paid as a share of what the sold collateral was worth at the market, rounded down; none without a sale.
    ///
    /// # Errors
    /// [`MathError`] where the share does not fit.
    pub fn average_sale(&self) -> Result<Option<Bps>, MathError> {
        if self.market_value.is_zero() {
            return Ok(None);
        }
        self.paid.ratio_to_down(self.market_value).map(Some)
    }

    /// Vaults that were liquidated.
    pub fn vaults_liquidated(&self) -> usize {
        self.liquidated.len()
    }

    /// Vaults that lost all their debt in a liquidation.
    pub fn vaults_whole(&self) -> usize {
        self.liquidated.values().filter(|whole| **whole).count()
    }

    /// Vaults that kept a debt in each of their liquidations.
    pub fn vaults_partial(&self) -> usize {
        self.liquidated.values().filter(|whole| !**whole).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ETHER: u128 = 1_000_000_000_000_000_000;

    fn sale(sold: u128, paid: u64, market: u64) -> Sale {
        Sale {
            sold: Amount::from_raw(sold),
            paid: Wad::from_whole(paid),
            shortfall: Wad::ZERO,
            market: Price::from_raw(u128::from(market) * ETHER),
        }
    }

    #[test]
    fn shares_of_the_market_as_computed_by_hand() {
        let mut statistics = Statistics::default();
        assert_eq!(statistics.average_sale(), Ok(None));
        // 10 ether at 100: worth 1,000, sold for 950.
        statistics.add_sale(&sale(10 * ETHER, 950, 100), 18).unwrap();
        // 2 ether at 150: worth 300, sold for 309.
        statistics.add_sale(&sale(2 * ETHER, 309, 150), 18).unwrap();
        // 3 ether at 120: worth 360, sold for 300; 83.333 % is rounded down.
        statistics.add_sale(&Sale { shortfall: Wad::from_whole(7), ..sale(3 * ETHER, 300, 120) }, 18).unwrap();
        assert_eq!(statistics.worst_sale, Some(Bps::from_raw(8_333)));
        assert_eq!(statistics.market_value, Wad::from_whole(1_660));
        assert_eq!(statistics.paid, Wad::from_whole(1_559));
        // 1,559 / 1,660 = 0.939156...
        assert_eq!(statistics.average_sale(), Ok(Some(Bps::from_raw(9_391))));
        assert_eq!(statistics.sold.raw(), 15 * ETHER);
        assert_eq!(statistics.shortfall, Wad::from_whole(7));
        assert_eq!(statistics.sales, 3);
    }

    #[test]
    fn a_sale_worth_nothing_is_refused_and_changes_nothing() {
        let mut statistics = Statistics::default();
        assert_eq!(statistics.add_sale(&sale(0, 1, 100), 18), Err(MathError::DivisionByZero));
        assert_eq!(statistics, Statistics::default());
    }

    #[test]
    fn a_vault_counts_once_and_as_whole_once_one_liquidation_took_all() {
        let mut statistics = Statistics::default();
        for (position, is_whole) in [(4, false), (7, true), (4, false), (9, false), (9, true)] {
            let closed = Wad::from_whole(100).to_rad();
            statistics.add_liquidation(&Liquidation { position, closed, is_whole }).unwrap();
        }
        assert_eq!(statistics.liquidations, 5);
        assert_eq!(statistics.closed, Wad::from_whole(500).to_rad());
        let counts = (statistics.vaults_liquidated(), statistics.vaults_whole(), statistics.vaults_partial());
        assert_eq!(counts, (3, 2, 1));
    }
}
