//! A position: one storage cell of collateral and debt.

use crate::collateral::CollateralType;
use crate::error::VaultError;
use crate::{Address, CollateralTypeId};
use florin_units::{Amount, Art, Bps, Price, Rad, Ray, Wad};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// Collateral locked against debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Position {
    /// Who may draw, withdraw and close.
    pub owner: Address,
    /// The collateral type.
    pub collateral_type: CollateralTypeId,
    /// Collateral held, without lots on auction.
    pub collateral: Amount,
    /// Normalised debt.
    pub art: Art,
    /// Auctions of this position's collateral that have not ended.
    pub auctions: u32,
}

impl Position {
    /// An empty position.
    pub const fn new(owner: Address, collateral_type: CollateralTypeId) -> Self {
        Self { owner, collateral_type, collateral: Amount::ZERO, art: Art::ZERO, auctions: 0 }
    }

    /// True when the record can be removed: nothing held, nothing owed, nothing that can still come back.
    pub const fn is_empty(&self) -> bool {
        self.collateral.is_zero() && self.art.is_zero() && self.auctions == 0
    }

    /// Exact debt at a rate.
    pub fn debt(&self, rate: Ray) -> Rad {
        self.art.times_rate(rate)
    }

    /// Debt at a rate as the owner has to pay it: rounded up. Errors: arithmetic.
    pub fn debt_up(&self, rate: Ray) -> Result<Wad, VaultError> {
        Ok(self.debt(rate).to_wad_up()?)
    }

    /// Debt at a rate rounded down. Errors: arithmetic.
    pub fn debt_down(&self, rate: Ray) -> Result<Wad, VaultError> {
        Ok(self.debt(rate).to_wad_down()?)
    }

    /// Value of the collateral at the stored price, rounded down, whatever the price's age. Errors: arithmetic.
    pub fn value_down(&self, kind: &CollateralType) -> Result<Wad, VaultError> {
        Ok(self.collateral.value_down(kind.state.price, kind.params.decimals)?)
    }

    /// Value of the collateral as a ratio of the debt, rounded down; `None` without debt.
    ///
    /// Takes rate and price as they are stored: accrue first for the ratio of this moment.
    /// Errors: arithmetic; [`VaultError::RatioOutOfRange`] where the ratio does not fit.
    pub fn health(&self, kind: &CollateralType) -> Result<Option<Bps>, VaultError> {
        if self.art.is_zero() {
            return Ok(None);
        }
        let ratio = self.value_down(kind)?.ratio_to_down(self.debt_up(kind.state.rate)?);
        ratio.map(Some).map_err(|_| VaultError::RatioOutOfRange { maximum: Bps::MAX })
    }

    /// The price at and above which the position is not liquidatable, rounded up; `None` without debt.
    ///
    /// Errors: arithmetic; a debt without collateral has no such price.
    pub fn liquidation_price(&self, kind: &CollateralType) -> Result<Option<Price>, VaultError> {
        if self.art.is_zero() {
            return Ok(None);
        }
        let required = self.debt_up(kind.state.rate)?.times_bps_up(kind.params.liquidation_ratio)?;
        Ok(Some(required.price_of_up(self.collateral, kind.params.decimals)?))
    }
}
