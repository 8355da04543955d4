//! Who may create coin, how much in all and how fast. The one gate in front of the one place that mints.
//!
//! A minter has a ceiling on its outstanding coin and a token bucket. The bucket holds half of the limit and refills by
//! half of the limit in 24 hours, so what is minted in *any* window of 24 hours is at most a full bucket and one
//! refill: never more than the limit. Burning is never limited and does not refill the bucket.

use crate::collateral::MAXIMUM_DEBT;
use crate::roles::{Governor, Guardian, Permit};
use florin_governance::step::{Step, Voted};
use florin_units::{error_codes, mul_div_down, mul_div_up, MathError, Timestamp, Wad, WAD_ONE};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// Seconds in which a bucket refills.
pub const REFILL_SECONDS: u64 = 86_400;

/// The largest limit: as much as all debt of a collateral type can be.
pub const MAXIMUM_LIMIT: Wad = MAXIMUM_DEBT;

/// How far one vote may raise a limit; it may lower it anywhere.
pub const LIMIT_STEP: Step = Step::Up { factor: 2, floor: 1_000_000 * WAD_ONE };

/// What a minter's coin stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Provenance {
    /// Collateralised debt.
    #[codec(index = 0)]
    Vaults,
    /// A swap at par against a reserve asset.
    #[codec(index = 1)]
    Peg,
    /// An attested reserve of fiat money.
    #[codec(index = 2)]
    Reserve,
    /// Coin locked on another chain.
    #[codec(index = 3)]
    Bridge,
}

/// Why the gate stays shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum MintGateError {
    /// An arithmetic step has no result.
    #[codec(index = 0)]
    Math(MathError),
    /// Nothing was asked for.
    #[codec(index = 1)]
    ZeroAmount,
    /// The account is no minter.
    #[codec(index = 2)]
    NotMinter {
        /// The account.
        account: crate::Address,
    },
    /// The minter's outstanding coin would pass its ceiling.
    #[codec(index = 3)]
    CeilingExceeded {
        /// Asked for.
        requested: Wad,
        /// Left under the ceiling.
        available: Wad,
    },
    /// The minter's bucket does not hold so much.
    #[codec(index = 4)]
    BucketExceeded {
        /// Asked for.
        requested: Wad,
        /// In the bucket now.
        available: Wad,
        /// When the bucket holds the request; `None` when it never can.
        available_at: Option<Timestamp>,
    },
    /// The account is a minter already; its limits can be changed.
    #[codec(index = 5)]
    AlreadyMinter {
        /// The account.
        account: crate::Address,
    },
    /// The caller does not hold the role.
    #[codec(index = 6)]
    Role(crate::roles::RoleError),
    /// The defensive track may only lower limits.
    #[codec(index = 7)]
    NotLower {
        /// The limits that hold.
        current: Limits,
        /// What they were to become.
        proposed: Limits,
    },
    /// A limit is above its bound.
    #[codec(index = 8)]
    LimitTooLarge {
        /// Given.
        actual: Wad,
        /// At most.
        maximum: Wad,
    },
    /// One vote may not raise a limit so far.
    #[codec(index = 9)]
    StepTooLarge {
        /// What it was to become.
        proposed: Wad,
        /// The highest value that one vote may set now.
        highest: Wad,
    },
    /// A vote has changed the minter's limits less than a day ago.
    #[codec(index = 10)]
    ChangedTooSoon {
        /// When they may be changed again.
        next_at: Timestamp,
        /// The time of the call.
        now: Timestamp,
    },
}

error_codes!(MintGateError {
    Math = 0, "arithmetic error";
    ZeroAmount = 1, "the amount is zero";
    NotMinter = 2, "the account is no minter";
    CeilingExceeded = 3, "the minter's ceiling is reached";
    BucketExceeded = 4, "the minter's 24-hour bucket does not hold so much";
    AlreadyMinter = 5, "the account is a minter already";
    Role = 6, "the caller does not hold the role";
    NotLower = 7, "the defensive track may only lower limits";
    LimitTooLarge = 8, "the limit is above its bound";
    StepTooLarge = 9, "one vote may not raise the limit so far";
    ChangedTooSoon = 10, "a vote has changed the minter's limits less than a day ago";
});

impl From<MathError> for MintGateError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

impl From<crate::roles::RoleError> for MintGateError {
    fn from(error: crate::roles::RoleError) -> Self {
        Self::Role(error)
    }
}

/// Limits of a minter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Limits {
    /// The most that may be outstanding.
    pub ceiling: Wad,
    /// The most that may be minted in any 24 hours.
    pub limit_per_day: Wad,
}

impl Limits {
    /// What a vote that sets these leaves behind, where steps are measured from: while a defence stands, what was set before it.
    #[must_use]
    pub fn anchor(&self, voted: &Voted<Self>, now: Timestamp, defended: bool) -> Voted<Self> {
        Voted { at: now, value: if defended { voted.value } else { *self } }
    }

    fn validate(&self) -> Result<(), MintGateError> {
        let actual = self.ceiling.max(self.limit_per_day);
        if actual > MAXIMUM_LIMIT {
            return Err(MintGateError::LimitTooLarge { actual, maximum: MAXIMUM_LIMIT });
        }
        Ok(())
    }
}

/// A minter: one storage cell.
///
/// A minter that is to mint no more gets limits of zero; its record must stay, because a new record has a full bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Minter {
    /// What the coin stands on.
    pub provenance: Provenance,
    /// Ceiling and daily limit.
    pub limits: Limits,
    /// Coin ever minted through the minter.
    pub minted: Wad,
    /// Coin ever burned through the minter; more than minted when it takes coin of other minters.
    pub burned: Wad,
    /// What the bucket held when it was last refilled.
    pub level: Wad,
    /// Up to when the bucket has been refilled.
    pub refilled_at: Timestamp,
}

impl Minter {
    /// A new minter with a full bucket.
    ///
    /// Errors: [`MintGateError::LimitTooLarge`].
    pub fn new(
        provenance: Provenance,
        limits: Limits,
        now: Timestamp,
        _permit: &Permit<Governor>,
    ) -> Result<Self, MintGateError> {
        limits.validate()?;
        Ok(Self {
            provenance,
            limits,
            minted: Wad::ZERO,
            burned: Wad::ZERO,
            level: capacity(limits.limit_per_day),
            refilled_at: now,
        })
    }

    /// The bucket's capacity: half the daily limit, rounded down.
    pub fn capacity(&self) -> Wad {
        capacity(self.limits.limit_per_day)
    }

    /// Coin minted and not burned; nothing where more was burned.
    pub fn outstanding(&self) -> Wad {
        self.minted.saturating_sub(self.burned)
    }

    /// What ceiling and bucket allow to mint now. Errors: arithmetic.
    pub fn available(&self, now: Timestamp) -> Result<Wad, MintGateError> {
        Ok(self.headroom().min(self.refilled(now)?.level))
    }

    /// What is left under the ceiling, and within what the count of minted coin can still hold.
    fn headroom(&self) -> Wad {
        let countable = Wad::MAX.saturating_sub(self.minted);
        self.limits.ceiling.saturating_sub(self.outstanding()).min(countable)
    }

    /// The minter with its bucket refilled, rounded down. The time that credits nothing yet stays uncounted, so many
    /// small refills lose nothing that one large refill would give but the fraction of a unit at each credit.
    ///
    /// Errors: arithmetic.
    pub fn refilled(&self, now: Timestamp) -> Result<Self, MintGateError> {
        let capacity = self.capacity();
        let elapsed = now.since(self.refilled_at).raw();
        let full = Self { level: capacity, refilled_at: self.refilled_at.max(now), ..*self };
        if elapsed >= REFILL_SECONDS || self.level >= capacity {
            return Ok(full);
        }
        let credit = mul_div_down(capacity.raw(), u128::from(elapsed), u128::from(REFILL_SECONDS))?;
        if credit == 0 {
            return Ok(*self);
        }
        let level = self.level.checked_add(Wad::from_raw(credit))?;
        if level >= capacity {
            return Ok(full);
        }
        let counted = seconds_for(credit, capacity)?;
        Ok(Self { level, refilled_at: self.refilled_at.after(florin_units::Seconds::from_raw(counted)), ..*self })
    }

    /// The minter after creating coin.
    ///
    /// Errors: [`MintGateError::ZeroAmount`], [`MintGateError::CeilingExceeded`], [`MintGateError::BucketExceeded`].
    pub fn mint(&self, amount: Wad, now: Timestamp) -> Result<Self, MintGateError> {
        if amount.is_zero() {
            return Err(MintGateError::ZeroAmount);
        }
        let available = self.headroom();
        if amount > available {
            return Err(MintGateError::CeilingExceeded { requested: amount, available });
        }
        let mut minter = self.refilled(now)?;
        minter.level = minter.level.checked_sub(amount).map_err(|_| MintGateError::BucketExceeded {
            requested: amount,
            available: minter.level,
            available_at: self.available_at(amount),
        })?;
        minter.minted = minter.minted.checked_add(amount)?;
        Ok(minter)
    }

    /// The first second at which the bucket holds an amount that it does not hold now, if nothing else is minted.
    fn available_at(&self, amount: Wad) -> Option<Timestamp> {
        let capacity = self.capacity();
        if amount > capacity {
            return None;
        }
        let missing = amount.saturating_sub(self.level).raw();
        let wait = seconds_for(missing, capacity).ok()?;
        Some(self.refilled_at.after(florin_units::Seconds::from_raw(wait)))
    }

    /// The minter after destroying coin. Never limited.
    ///
    /// Errors: [`MintGateError::ZeroAmount`], arithmetic.
    pub fn burn(&self, amount: Wad) -> Result<Self, MintGateError> {
        if amount.is_zero() {
            return Err(MintGateError::ZeroAmount);
        }
        Ok(Self { burned: self.burned.checked_add(amount)?, ..*self })
    }

    /// The minter with other limits by a vote, each at most one step above what the last vote set. The bucket is refilled at the old
    /// limit up to now, keeps what it holds, and is cut to the new capacity: a higher limit never creates room at once.
    ///
    /// Errors: [`MintGateError::LimitTooLarge`], [`MintGateError::StepTooLarge`], [`MintGateError::ChangedTooSoon`]; arithmetic.
    pub fn set_limits(
        &self,
        voted: &Voted<Limits>,
        limits: Limits,
        now: Timestamp,
        _permit: &Permit<Governor>,
    ) -> Result<Self, MintGateError> {
        limits.validate()?;
        let last = &voted.value;
        for (proposed, voted, current) in [
            (limits.ceiling, last.ceiling, self.limits.ceiling),
            (limits.limit_per_day, last.limit_per_day, self.limits.limit_per_day),
        ] {
            let (_, highest) = LIMIT_STEP.range_from(voted.raw(), current.raw());
            if proposed.raw() > highest {
                return Err(MintGateError::StepTooLarge { proposed, highest: Wad::from_raw(highest) });
            }
        }
        let next_at = voted.next_at();
        if now < next_at {
            return Err(MintGateError::ChangedTooSoon { next_at, now });
        }
        self.with_limits(limits, now)
    }

    /// Passes a place in the gate on to a successor: this minter without anything, and the successor with what this one had. Both
    /// together have minted, have burned and may mint what this one had, had and might.
    ///
    /// Errors: arithmetic.
    pub fn pass_on(&self, now: Timestamp) -> Result<(Self, Self), MintGateError> {
        let successor = self.refilled(now)?;
        let limits = Limits { ceiling: Wad::ZERO, limit_per_day: Wad::ZERO };
        let (minted, burned, level) = (Wad::ZERO, Wad::ZERO, Wad::ZERO);
        Ok((Self { limits, minted, burned, level, ..successor }, successor))
    }

    /// The minter with lower limits, at once, by the guardian.
    ///
    /// Errors: [`MintGateError::NotLower`] where one of them would rise; arithmetic.
    pub fn lower_limits(
        &self,
        limits: Limits,
        now: Timestamp,
        _permit: &Permit<Guardian>,
    ) -> Result<Self, MintGateError> {
        self.check_not_higher(limits)?;
        self.with_limits(limits, now)
    }

    /// Checks that neither limit would rise. While a defence stands, changes must pass this.
    ///
    /// Errors: [`MintGateError::NotLower`].
    pub fn check_not_higher(&self, limits: Limits) -> Result<(), MintGateError> {
        if limits.ceiling > self.limits.ceiling || limits.limit_per_day > self.limits.limit_per_day {
            return Err(MintGateError::NotLower { current: self.limits, proposed: limits });
        }
        Ok(())
    }

    fn with_limits(&self, limits: Limits, now: Timestamp) -> Result<Self, MintGateError> {
        let minter = self.refilled(now)?;
        let level = minter.level.min(capacity(limits.limit_per_day));
        Ok(Self { limits, level, refilled_at: self.refilled_at.max(now), ..minter })
    }
}

fn capacity(limit_per_day: Wad) -> Wad {
    Wad::from_raw(limit_per_day.raw() / 2)
}

/// Seconds in which a bucket of this capacity gains so much, rounded up. An empty capacity is an error.
fn seconds_for(credit: u128, capacity: Wad) -> Result<u64, MathError> {
    let seconds = mul_div_up(credit, u128::from(REFILL_SECONDS), capacity.raw())?;
    u64::try_from(seconds).map_err(|_| MathError::Overflow)
}
