//! Errors of the coin: those of the core, in a form that both ABIs can carry, and that its minters can read.

use florin_governance::roles::RoleError;
use florin_stable::mint_gate::MintGateError;
use florin_units::MathError;
use ink::{Address, U256};

/// Why a call was refused.
#[derive(Debug, PartialEq, Eq)]
#[ink::error]
pub enum CoinError {
    /// An amount is larger than any amount of coin can be.
    AmountTooLarge {
        /// The amount.
        amount: U256,
    },
    /// The owner holds less.
    InsufficientBalance {
        /// Asked for.
        requested: U256,
        /// Held.
        available: U256,
    },
    /// The owner has allowed the caller less.
    InsufficientAllowance {
        /// Asked for.
        requested: U256,
        /// Allowed.
        available: U256,
    },
    /// Nothing was asked for.
    ZeroAmount(),
    /// The zero address can neither hold nor spend.
    ZeroAddress(),
    /// The caller does not hold the role.
    NotAuthorised {
        /// The caller.
        caller: Address,
    },
    /// Minting stands still.
    MintingPaused(),
    /// The account is no minter.
    NotMinter {
        /// The account.
        account: Address,
    },
    /// The minter's outstanding coin would pass its ceiling.
    CeilingExceeded {
        /// Asked for.
        requested: u128,
        /// Left under the ceiling.
        available: u128,
    },
    /// The minter's bucket does not hold so much.
    BucketExceeded {
        /// Asked for.
        requested: u128,
        /// In the bucket now.
        available: u128,
        /// Time, in seconds since 1970, at which the bucket holds the request; zero when it never can.
        available_at: u64,
    },
    /// There is no such provenance.
    UnknownProvenance {
        /// The number.
        number: u8,
    },
    /// A minter's provenance cannot change.
    ProvenanceChanged(),
    /// An arithmetic step has no result.
    Arithmetic(),
    /// The guardian's term is over.
    GuardianExpired {
        /// The caller.
        caller: Address,
        /// End of the term, in seconds since 1970.
        until: u64,
    },
    /// The defensive track may only lower limits.
    NotDefensive {
        /// The ceiling that holds.
        ceiling: u128,
        /// What it was to become.
        proposed_ceiling: u128,
        /// The daily limit that holds.
        limit_per_day: u128,
        /// What it was to become.
        proposed_limit_per_day: u128,
    },
    /// A guardian's term must end in the future, and not too far.
    TermOutOfBounds {
        /// Asked for, in seconds since 1970.
        until: u64,
        /// The latest end that is allowed now, in seconds since 1970.
        latest: u64,
    },
    /// A limit is above its bound.
    LimitTooLarge {
        /// Given.
        actual: u128,
        /// At most.
        maximum: u128,
    },
    /// One vote may not raise a limit so far.
    StepTooLarge {
        /// What it was to become.
        proposed: u128,
        /// The highest value that one vote may set now.
        highest: u128,
    },
    /// A vote has changed the minter's limits less than a day ago.
    ChangedTooSoon {
        /// When they may be changed again, in seconds since 1970.
        next_at: u64,
        /// The time of the call, in seconds since 1970.
        now: u64,
    },
    /// The governor has not named the caller as the minter's successor.
    NotSuccessor {
        /// The caller.
        caller: Address,
    },
    /// A successor must not have a place in the gate of its own.
    MinterExists {
        /// The account.
        account: Address,
    },
}

impl From<MathError> for CoinError {
    fn from(_: MathError) -> Self {
        Self::Arithmetic()
    }
}

impl From<RoleError> for CoinError {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::NotGovernor { caller }
            | RoleError::NotGuardian { caller }
            | RoleError::NotPendingGovernor { caller } => Self::NotAuthorised { caller: caller.into() },
            RoleError::GuardianExpired { caller, until } => {
                Self::GuardianExpired { caller: caller.into(), until: until.raw() }
            }
            RoleError::TermOutOfBounds { until, latest } => {
                Self::TermOutOfBounds { until: until.raw(), latest: latest.raw() }
            }
        }
    }
}

impl From<MintGateError> for CoinError {
    fn from(error: MintGateError) -> Self {
        match error {
            MintGateError::Math(_) => Self::Arithmetic(),
            MintGateError::ZeroAmount => Self::ZeroAmount(),
            MintGateError::NotMinter { account } => Self::NotMinter { account: account.into() },
            MintGateError::AlreadyMinter { account } => Self::MinterExists { account: account.into() },
            MintGateError::CeilingExceeded { requested, available } => {
                Self::CeilingExceeded { requested: requested.raw(), available: available.raw() }
            }
            MintGateError::BucketExceeded { requested, available, available_at } => Self::BucketExceeded {
                requested: requested.raw(),
                available: available.raw(),
                available_at: available_at.map_or(0, |time| time.raw()),
            },
            MintGateError::Role(error) => error.into(),
            MintGateError::NotLower { current, proposed } => Self::NotDefensive {
                ceiling: current.ceiling.raw(),
                proposed_ceiling: proposed.ceiling.raw(),
                limit_per_day: current.limit_per_day.raw(),
                proposed_limit_per_day: proposed.limit_per_day.raw(),
            },
            MintGateError::LimitTooLarge { actual, maximum } => {
                Self::LimitTooLarge { actual: actual.raw(), maximum: maximum.raw() }
            }
            MintGateError::StepTooLarge { proposed, highest } => {
                Self::StepTooLarge { proposed: proposed.raw(), highest: highest.raw() }
            }
            MintGateError::ChangedTooSoon { next_at, now } => {
                Self::ChangedTooSoon { next_at: next_at.raw(), now: now.raw() }
            }
        }
    }
}
