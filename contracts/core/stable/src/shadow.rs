//! How a feed gets another source. The new feeders and rules run as a feed of their own, in the shadow of the live one: nobody uses
//! its price, and each of its updates is compared with the live price. When it has agreed often enough in a row, anybody may put it
//! in the live feed's place, under the live feed's number. A source with a wrong factor, which no review saw, is seen here.
//!
//! Where there is nothing to compare with, because the live feed has had no usable price for a day, a vote may do without.

use crate::oracle::{FeedConfig, FeedState, OracleError};
use crate::roles::{Governor, Permit};
use florin_units::{Bps, MathError, Price, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The fewest updates in a row that must agree.
pub const MINIMUM_UPDATES: u16 = 10;
/// The largest difference that still counts as agreement: five per cent.
pub const HIGHEST_DIFFERENCE: Bps = Bps::from_raw(500);
/// The least time between two updates that count: agreement at one moment is no agreement over time.
pub const COUNTING_INTERVAL: Seconds = Seconds::from_raw(60);
/// A feed without a usable price for so long is out.
pub const OUTAGE: Seconds = Seconds::from_raw(86_400);

/// How a feed in the shadow has to prove itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct ShadowTerms {
    /// The most that its price may differ from the live one, as a share of the live one.
    pub max_difference: Bps,
    /// Updates in a row that must agree.
    pub updates: u16,
}

/// A feed in the shadow of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Shadow {
    /// Its number.
    pub candidate: u32,
    /// How it has to prove itself.
    pub terms: ShadowTerms,
    /// Updates in a row that agreed.
    pub agreed: u16,
    /// Age of the data of the last update that was compared; [`Timestamp::ZERO`] for none. The same reports do not count twice.
    pub compared_at: Timestamp,
}

impl Shadow {
    /// A feed begins in the shadow of another, with rules one step from the live feed's at most.
    ///
    /// Errors: [`OracleError::ShadowTermsOutOfBounds`], [`OracleError::StepTooLarge`].
    pub fn begin(
        candidate: u32,
        terms: ShadowTerms,
        live: &FeedConfig,
        proposed: &FeedConfig,
        now: Timestamp,
        _permit: &Permit<Governor>,
    ) -> Result<Self, OracleError> {
        let ShadowTerms { max_difference, updates } = terms;
        if updates < MINIMUM_UPDATES || max_difference.is_zero() || max_difference > HIGHEST_DIFFERENCE {
            let (minimum_updates, highest_difference) = (MINIMUM_UPDATES, HIGHEST_DIFFERENCE);
            return Err(OracleError::ShadowTermsOutOfBounds {
                updates,
                minimum_updates,
                max_difference,
                highest_difference,
            });
        }
        live.check_step(Timestamp::ZERO, proposed, now)?;
        Ok(Self { candidate, terms, agreed: 0, compared_at: Timestamp::ZERO })
    }

    /// Counts an update: one more where it agrees with the live price and its data is a minute younger than the last that was compared,
    /// none where its data is younger at all and does not agree, and no change where there is no live price to compare with.
    ///
    /// Errors: arithmetic.
    pub fn compare(&self, candidate: &FeedState, live: Option<Price>) -> Result<Self, OracleError> {
        let (Some(live), compared_at) = (live, candidate.updated_at) else { return Ok(*self) };
        if compared_at <= self.compared_at {
            return Ok(*self);
        }
        if !self.agrees(candidate.price, live)? {
            return Ok(Self { agreed: 0, compared_at, ..*self });
        }
        if compared_at < self.compared_at.after(COUNTING_INTERVAL) {
            return Ok(*self);
        }
        Ok(Self { agreed: self.agreed.saturating_add(1), compared_at, ..*self })
    }

    fn agrees(&self, candidate: Price, live: Price) -> Result<bool, MathError> {
        let difference = candidate.max(live).saturating_sub(candidate.min(live));
        Ok(difference <= live.times_bps_down(self.terms.max_difference)?)
    }

    /// The state of the live feed with the candidate in its place. Anybody may do this where the candidate is proven and agrees at
    /// this moment; the governor also where the live feed is out, and users get the grace period then.
    ///
    /// `live` is the live feed's usable price, `out_since` the moment since which it has had none.
    ///
    /// Errors: [`OracleError::NotProven`], [`OracleError::Disagrees`]; arithmetic.
    pub fn go_live(
        &self,
        candidate: &FeedState,
        live: Result<&FeedState, Timestamp>,
        now: Timestamp,
        permit: Option<&Permit<Governor>>,
    ) -> Result<FeedState, OracleError> {
        match live {
            Err(out_since) if permit.is_some() && now.since(out_since) >= OUTAGE => {
                Ok(FeedState { recovered_at: now, ..*candidate })
            }
            Ok(live) if self.agreed >= self.terms.updates => {
                if !self.agrees(candidate.price, live.price)? {
                    return Err(OracleError::Disagrees { candidate: candidate.price, live: live.price });
                }
                Ok(FeedState { recovered_at: live.recovered_at, ..*candidate })
            }
            _ => Err(OracleError::NotProven { agreed: self.agreed, updates: self.terms.updates }),
        }
    }
}
