//! How a contract is replaced by its successor. Code cannot change on this chain, so records and money move to another contract.
//!
//! The governor names the successor and a window. In it the predecessor stands still, and anybody may have the successor copy its
//! records, a page at a time. Nothing is taken away meanwhile: where the window ends before the successor has everything, or where
//! the move is called off, the predecessor goes on as if nothing had been. The last step is one message of the successor: the
//! predecessor leaves, for good, and the successor begins. Only then does the money follow.

use crate::roles::{Governor, Guardian, Permit};
use crate::Address;
use florin_units::{error_codes, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The shortest window: time for some pages.
pub const MINIMUM_WINDOW: Seconds = Seconds::from_raw(600);
/// The longest window: nobody can reach what is theirs in it, and nothing can be liquidated.
pub const MAXIMUM_WINDOW: Seconds = Seconds::from_raw(86_400);

/// Where a contract stands between its predecessor and its successor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Standing {
    /// It works.
    #[default]
    #[codec(index = 0)]
    Live,
    /// It stands still while its successor copies; at the end of the window it works again.
    #[codec(index = 1)]
    Leaving {
        /// Who copies.
        successor: Address,
        /// The first moment at which it works again.
        until: Timestamp,
        /// Number of the window, from one on.
        window: u32,
    },
    /// Its successor has taken over. What waits to be claimed here can be claimed here.
    #[codec(index = 2)]
    Gone {
        /// Who has taken over.
        successor: Address,
    },
    /// It copies its predecessor and does not work yet.
    #[codec(index = 3)]
    Arriving {
        /// Number of the predecessor's window in which it began to copy; zero before.
        window: u32,
    },
}

/// Why a step of a replacement, or a message meanwhile, was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum MigrationError {
    /// The contract stands still while its successor copies.
    #[codec(index = 0)]
    Leaving {
        /// Who copies.
        successor: Address,
        /// The first moment at which it works again unless the successor takes over before.
        until: Timestamp,
    },
    /// The successor has taken over: go there.
    #[codec(index = 1)]
    Gone {
        /// Where.
        successor: Address,
    },
    /// The contract has not taken over from its predecessor yet.
    #[codec(index = 2)]
    Arriving,
    /// Only a contract that has a predecessor and has not taken over can do this.
    #[codec(index = 3)]
    NotArriving,
    /// No replacement is under way.
    #[codec(index = 4)]
    NotLeaving,
    /// Only the successor that the governor named may do this.
    #[codec(index = 5)]
    NotSuccessor {
        /// Who called.
        caller: Address,
    },
    /// A window is too short or too long.
    #[codec(index = 6)]
    WindowOutOfBounds {
        /// Asked for.
        window: Seconds,
        /// At least.
        minimum: Seconds,
        /// At most.
        maximum: Seconds,
    },
    /// The predecessor has worked since the first page was copied: what was copied is not true any more. A fresh successor is needed.
    #[codec(index = 7)]
    WindowChanged {
        /// Number of the window in which the first page was copied.
        began: u32,
        /// Number of the window now.
        now: u32,
    },
    /// Records are missing: go on copying.
    #[codec(index = 8)]
    Incomplete,
    /// The successor has not taken over: the money stays where it is.
    #[codec(index = 9)]
    NotGone,
}

error_codes!(MigrationError {
    Leaving = 0, "the contract stands still while its successor copies it";
    Gone = 1, "a successor has taken over from this contract";
    Arriving = 2, "the contract has not taken over from its predecessor yet";
    NotArriving = 3, "the contract has no predecessor to take over from";
    NotLeaving = 4, "no replacement is under way";
    NotSuccessor = 5, "only the successor that the governor named may do this";
    WindowOutOfBounds = 6, "the window is too short or too long";
    WindowChanged = 7, "the predecessor has worked since; a fresh successor is needed";
    Incomplete = 8, "not everything has been copied yet";
    NotGone = 9, "the successor has not taken over yet";
});

impl Standing {
    /// The standing at a moment: a window that has ended is over.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self {
            Self::Leaving { until, .. } if now >= until => Self::Live,
            standing => standing,
        }
    }

    /// Checks that the contract works.
    ///
    /// Errors: [`MigrationError::Leaving`], [`MigrationError::Gone`], [`MigrationError::Arriving`].
    pub fn check_live(self, now: Timestamp) -> Result<(), MigrationError> {
        match self.at(now) {
            Self::Live => Ok(()),
            Self::Leaving { successor, until, .. } => Err(MigrationError::Leaving { successor, until }),
            Self::Gone { successor } => Err(MigrationError::Gone { successor }),
            Self::Arriving { .. } => Err(MigrationError::Arriving),
        }
    }

    /// Stands still from now on, for a window at most, while the successor copies. `windows` is how many there were before.
    ///
    /// Errors: those of [`Standing::check_live`], [`MigrationError::WindowOutOfBounds`].
    pub fn begin(
        self,
        successor: Address,
        window: Seconds,
        windows: u32,
        now: Timestamp,
        _permit: &Permit<Governor>,
    ) -> Result<Self, MigrationError> {
        self.check_live(now)?;
        if window < MINIMUM_WINDOW || window > MAXIMUM_WINDOW {
            let (minimum, maximum) = (MINIMUM_WINDOW, MAXIMUM_WINDOW);
            return Err(MigrationError::WindowOutOfBounds { window, minimum, maximum });
        }
        Ok(Self::Leaving { successor, until: now.after(window), window: windows.saturating_add(1) })
    }

    /// Works again before the end of the window. The guardian may do this: it leaves everything as it was.
    ///
    /// Errors: [`MigrationError::NotLeaving`].
    pub fn call_off(self, now: Timestamp, _permit: &Permit<Guardian>) -> Result<Self, MigrationError> {
        match self.at(now) {
            Self::Leaving { .. } => Ok(Self::Live),
            _ => Err(MigrationError::NotLeaving),
        }
    }

    /// Leaves for good. Only the successor, within the window.
    ///
    /// Errors: [`MigrationError::NotLeaving`], [`MigrationError::NotSuccessor`].
    pub fn leave(self, caller: Address, now: Timestamp) -> Result<Self, MigrationError> {
        match self.at(now) {
            Self::Leaving { successor, .. } if successor == caller => Ok(Self::Gone { successor }),
            Self::Leaving { .. } => Err(MigrationError::NotSuccessor { caller }),
            _ => Err(MigrationError::NotLeaving),
        }
    }

    /// The successor that has taken over.
    ///
    /// Errors: [`MigrationError::NotGone`].
    pub const fn successor(self) -> Result<Address, MigrationError> {
        match self {
            Self::Gone { successor } => Ok(successor),
            _ => Err(MigrationError::NotGone),
        }
    }

    /// The standing of a successor that copies a page: its predecessor must be leaving to it, in the same window as at the first
    /// page.
    ///
    /// Errors: [`MigrationError::NotArriving`], [`MigrationError::NotLeaving`], [`MigrationError::NotSuccessor`],
    /// [`MigrationError::WindowChanged`].
    pub fn copy_from(self, predecessor: Self, own: Address, now: Timestamp) -> Result<Self, MigrationError> {
        let Self::Arriving { window: began } = self else { return Err(MigrationError::NotArriving) };
        match predecessor.at(now) {
            Self::Leaving { successor, window, .. } if successor == own => {
                if began != 0 && began != window {
                    return Err(MigrationError::WindowChanged { began, now: window });
                }
                Ok(Self::Arriving { window })
            }
            Self::Leaving { .. } => Err(MigrationError::NotSuccessor { caller: own }),
            _ => Err(MigrationError::NotLeaving),
        }
    }
}
