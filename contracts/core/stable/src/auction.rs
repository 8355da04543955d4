//! A Dutch auction: the record and its price curve.

use crate::collateral::{AuctionParams, Curve};
use crate::error::VaultError;
use crate::{CollateralTypeId, PositionId};
use florin_units::{pow_ray_down, Amount, Price, Seconds, Timestamp, Wad};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// A lot for sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Auction {
    /// The position that the lot was seized from and that gets back what is not sold.
    pub position: PositionId,
    /// Its collateral type.
    pub collateral_type: CollateralTypeId,
    /// Collateral still for sale.
    pub lot: Amount,
    /// Coin still to raise.
    pub tab: Wad,
    /// First price.
    pub top: Price,
    /// Lowest price; nothing is sold below it before a restart at a new market price.
    pub floor: Price,
    /// When the price began to fall.
    pub started_at: Timestamp,
}

impl Auction {
    /// When the auction goes stale.
    pub fn stale_at(&self, params: &AuctionParams) -> Timestamp {
        self.started_at.after(params.duration)
    }

    /// True when the auction has run longer than its duration.
    pub fn is_stale(&self, params: &AuctionParams, now: Timestamp) -> bool {
        now > self.stale_at(params)
    }

    /// Price for one whole token at a moment: the curve's, never below the floor, rounded up.
    ///
    /// Errors: arithmetic, for parameters that are not valid.
    pub fn price_at(&self, params: &AuctionParams, now: Timestamp) -> Result<Price, VaultError> {
        let elapsed = now.since(self.started_at);
        let price = match params.curve {
            Curve::Linear { duration } => self.top.times_span_up(duration.saturating_sub(elapsed), duration)?,
            Curve::Exponential { cut, step } => {
                self.top.times_ray_up(pow_ray_down(cut, whole_steps(elapsed, step))?)?
            }
        };
        Ok(price.max(self.floor))
    }
}

/// Steps completed; none when the step has no length, which validation excludes.
fn whole_steps(elapsed: Seconds, step: Seconds) -> u64 {
    elapsed.raw().checked_div(step.raw()).unwrap_or(0)
}
