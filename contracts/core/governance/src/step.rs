//! How far and how often a vote may move a value: a decision that is wrong, or bought, moves little before the next one can answer.

use florin_units::{Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The least time between two votes' changes of the same record: steps that are carried together still come one a day.
pub const STEP_INTERVAL: Seconds = Seconds::from_raw(86_400);

/// How far one vote may move a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Not at all: another record has to take its place.
    Fixed,
    /// Anywhere within the bounds.
    Free,
    /// By so much, up or down.
    By(u128),
    /// By a factor, up or down; up to the floor from anywhere below it.
    Times {
        /// At least one.
        factor: u128,
        /// Values up to here are small.
        floor: u128,
    },
    /// Down anywhere; up by a factor, or to the floor where that is more.
    Up {
        /// At least one.
        factor: u128,
        /// Values up to here are small.
        floor: u128,
    },
}

impl Step {
    /// The lowest and the highest value that one vote may set where the last one set `voted`. Rounded down.
    pub const fn range(self, voted: u128) -> (u128, u128) {
        match self {
            Self::Fixed => (voted, voted),
            Self::Free => (0, u128::MAX),
            Self::By(most) => (voted.saturating_sub(most), voted.saturating_add(most)),
            Self::Times { factor, floor } => {
                let lowest = match voted.checked_div(factor) {
                    Some(lowest) => lowest,
                    None => 0,
                };
                (lowest, larger(voted.saturating_mul(factor), floor))
            }
            Self::Up { factor, floor } => (0, larger(voted.saturating_mul(factor), floor)),
        }
    }

    /// The same, widened to what holds now: where a defence has moved the value since, a vote may keep it there, or go back.
    pub fn range_from(self, voted: u128, current: u128) -> (u128, u128) {
        let (lowest, highest) = self.range(voted);
        (lowest.min(current), highest.max(current))
    }
}

const fn larger(one: u128, other: u128) -> u128 {
    if one > other {
        one
    } else {
        other
    }
}

/// What the last vote set, and when. Steps are measured from here, so that what a guardian tightens far can be taken back at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Voted<T> {
    /// When; [`Timestamp::ZERO`] for what a record began with, which the first change need not wait for.
    pub at: Timestamp,
    /// What.
    pub value: T,
}

impl<T> Voted<T> {
    /// What a record begins with.
    pub const fn first(value: T) -> Self {
        Self { at: Timestamp::ZERO, value }
    }

    /// The earliest time of the next change.
    pub fn next_at(&self) -> Timestamp {
        if self.at == Timestamp::ZERO {
            Timestamp::ZERO
        } else {
            self.at.after(STEP_INTERVAL)
        }
    }
}
