//! The books of all collateral types together, and the equation that they satisfy to the last digit:
//!
//! `sum(art * rate) + deficit + burned = minted + surplus + open rewards`, in rad.
//!
//! `minted - burned` is the coin that the vaults have issued and not taken back. It is kept as two growing numbers
//! because coin of another issuer may repay a debt: the difference can be negative, the equation holds all the same.
//! Each method changes both sides by the same amount, so the equation cannot break.

use crate::collateral::CollateralType;
use crate::error::VaultError;
use florin_units::{Art, MathError, Rad, Ray, Wad};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The global books of the vaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Ledger {
    /// Debt of all positions of all types: the running total of `art * rate`.
    pub total_debt: Rad,
    /// Income of the protocol that is not spent.
    pub surplus: Rad,
    /// Debt of liquidated positions and rewards that nothing has covered yet.
    pub deficit: Rad,
    /// Coin ever minted by the vaults.
    pub minted: Wad,
    /// Coin ever burned by the vaults.
    pub burned: Wad,
    /// Rewards owed to keepers that could not be minted yet.
    pub open_rewards: Wad,
}

impl Ledger {
    /// Fees accrued: debt and surplus grow.
    pub(crate) fn accrue(&mut self, revenue: Rad) -> Result<(), MathError> {
        self.total_debt = self.total_debt.checked_add(revenue)?;
        self.surplus = self.surplus.checked_add(revenue)?;
        Ok(())
    }

    /// Coin is minted against debt; what the debt exceeds it by is surplus.
    pub(crate) fn issue(&mut self, debt: Rad, coin: Wad) -> Result<(), MathError> {
        self.total_debt = self.total_debt.checked_add(debt)?;
        self.minted = self.minted.checked_add(coin)?;
        self.surplus = self.surplus.checked_add(debt.checked_sub(coin.to_rad())?)?;
        Ok(())
    }

    /// Coin is burned against debt; what it exceeds the debt by is surplus.
    pub(crate) fn retire(&mut self, debt: Rad, coin: Wad) -> Result<(), MathError> {
        self.total_debt = self.total_debt.checked_sub(debt)?;
        self.burned = self.burned.checked_add(coin)?;
        self.surplus = self.surplus.checked_add(coin.to_rad().checked_sub(debt)?)?;
        Ok(())
    }

    /// Debt leaves its position and becomes the protocol's.
    pub(crate) fn write_off(&mut self, debt: Rad) -> Result<(), MathError> {
        self.total_debt = self.total_debt.checked_sub(debt)?;
        self.deficit = self.deficit.checked_add(debt)?;
        Ok(())
    }

    /// Coin is burned by a buyer at an auction.
    pub(crate) fn collect(&mut self, coin: Wad) -> Result<(), MathError> {
        self.burned = self.burned.checked_add(coin)?;
        self.surplus = self.surplus.checked_add(coin.to_rad())?;
        Ok(())
    }

    /// Coin is minted to a keeper at the protocol's cost.
    pub(crate) fn reward(&mut self, coin: Wad) -> Result<(), MathError> {
        self.minted = self.minted.checked_add(coin)?;
        self.deficit = self.deficit.checked_add(coin.to_rad())?;
        Ok(())
    }

    /// A reward that the coin's mint gate refuses is owed instead of minted, so a full gate cannot stop a liquidation.
    ///
    /// Errors: arithmetic, when so much was never minted.
    pub fn defer_reward(&self, coin: Wad) -> Result<Self, VaultError> {
        let minted = self.minted.checked_sub(coin)?;
        let open_rewards = self.open_rewards.checked_add(coin)?;
        Ok(Self { minted, open_rewards, ..*self })
    }

    /// An owed reward is minted after all.
    ///
    /// Errors: [`VaultError::ZeroAmount`], [`VaultError::RewardUnavailable`], arithmetic.
    pub fn pay_reward(&self, coin: Wad) -> Result<Self, VaultError> {
        if coin.is_zero() {
            return Err(VaultError::ZeroAmount);
        }
        let open_rewards = self
            .open_rewards
            .checked_sub(coin)
            .map_err(|_| VaultError::RewardUnavailable { requested: coin, available: self.open_rewards })?;
        let minted = self.minted.checked_add(coin)?;
        Ok(Self { minted, open_rewards, ..*self })
    }

    /// Nets surplus against deficit; returns the books and what was netted. Anyone may do this.
    ///
    /// Errors: [`VaultError::NothingToHeal`].
    pub fn heal(&self) -> Result<(Self, Rad), VaultError> {
        let netted = self.surplus.min(self.deficit);
        if netted.is_zero() {
            return Err(VaultError::NothingToHeal);
        }
        let surplus = self.surplus.checked_sub(netted)?;
        let deficit = self.deficit.checked_sub(netted)?;
        Ok((Self { surplus, deficit, ..*self }, netted))
    }

    /// Both sides of the equation from the running total. Errors: arithmetic.
    pub fn solvency(&self) -> Result<SolvencyReport, VaultError> {
        self.report(self.total_debt)
    }

    /// Both sides of the equation from a full recount of all collateral types, and whether the running total agrees.
    ///
    /// Errors: arithmetic.
    pub fn solvency_recount(&self, recount: &Recount) -> Result<SolvencyReport, VaultError> {
        self.report(recount.debt)
    }

    fn report(&self, debt: Rad) -> Result<SolvencyReport, VaultError> {
        let left = debt.checked_add(self.deficit)?.checked_add(self.burned.to_rad())?;
        let right = self.minted.to_rad().checked_add(self.surplus)?.checked_add(self.open_rewards.to_rad())?;
        Ok(SolvencyReport { debt, left, right, ledger: *self })
    }
}

/// Both sides of the solvency equation and what they are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct SolvencyReport {
    /// Debt of all positions, from the running total or from a recount.
    pub debt: Rad,
    /// `debt + deficit + burned`.
    pub left: Rad,
    /// `minted + surplus + open rewards`.
    pub right: Rad,
    /// The books.
    pub ledger: Ledger,
}

impl SolvencyReport {
    /// True when both sides are equal to the last digit.
    pub fn is_exact(&self) -> bool {
        self.left == self.right && self.debt == self.ledger.total_debt
    }
}

/// Sums debt over collateral types or positions, a page at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Recount {
    /// The sum so far.
    pub debt: Rad,
}

impl Recount {
    /// Adds the debt of a whole collateral type; returns that debt. Errors: arithmetic.
    pub fn add_type(&mut self, kind: &CollateralType) -> Result<Rad, VaultError> {
        self.add(kind.state.total_art, kind.state.rate)
    }

    /// Adds the debt of one position at its type's rate; returns that debt. Errors: arithmetic.
    pub fn add(&mut self, art: Art, rate: Ray) -> Result<Rad, VaultError> {
        let debt = art.times_rate(rate);
        self.debt = self.debt.checked_add(debt)?;
        Ok(debt)
    }
}
