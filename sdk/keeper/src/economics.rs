//! What an act costs in dollars, and whether it is worth it.

use florin_units::{Amount, MathError, Price, Wad};

/// How a keeper reckons costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Economics {
    /// Fee of one transaction, in planck, that a keeper reckons with until it has paid one itself.
    pub expected_fee: u128,
    /// Decimals of the native token as accounts hold it.
    pub native_decimals: u8,
    /// What an act must bring beyond its cost, in dollars. An act that brings less is left to others.
    pub minimum_profit: Wad,
}

impl Economics {
    /// Dollars that an act costs: its fee and the deposit that it locks, at the native token's price, rounded up. A deposit
    /// counts as spent because it goes back to whoever removes the record; one that comes back is not counted on.
    ///
    /// # Errors
    /// [`MathError`] where the sum does not fit.
    pub fn cost(&self, fee: u128, storage_deposit: i128, native_price: Price) -> Result<Wad, MathError> {
        let locked = u128::try_from(storage_deposit).unwrap_or(0);
        let planck = fee.checked_add(locked).ok_or(MathError::Overflow)?;
        Amount::from_raw(planck).value_up(native_price, self.native_decimals)
    }

    /// Whether an act that brings `income` dollars is worth its cost.
    ///
    /// # Errors
    /// [`MathError`] where the sum does not fit.
    pub fn is_worth(&self, income: Wad, cost: Wad) -> Result<bool, MathError> {
        Ok(income >= cost.checked_add(self.minimum_profit)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_units::WAD_ONE;

    const ECONOMICS: Economics = Economics { expected_fee: 0, native_decimals: 10, minimum_profit: Wad::ONE };

    #[test]
    fn fee_and_deposit_are_reckoned_at_the_native_price() {
        let price = Price::from_raw(100 * WAD_ONE);
        // 0.03 tokens at 100 dollars.
        assert_eq!(ECONOMICS.cost(100_000_000, 200_000_000, price), Ok(Wad::from_whole(3)));
        // A refund does not make an act cheaper.
        assert_eq!(ECONOMICS.cost(100_000_000, -900_000_000, price), Ok(Wad::ONE));
        assert_eq!(ECONOMICS.cost(u128::MAX, 1, price), Err(MathError::Overflow));
    }

    #[test]
    fn an_act_must_bring_its_cost_and_the_profit() {
        let cost = Wad::from_whole(3);
        assert_eq!(ECONOMICS.is_worth(Wad::from_whole(4), cost), Ok(true));
        assert_eq!(ECONOMICS.is_worth(Wad::from_raw(4 * WAD_ONE - 1), cost), Ok(false));
    }
}
