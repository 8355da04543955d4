//! Who may change what. A privileged decision takes a [`Permit`], and only [`check`] makes one, so a missing check does
//! not compile.
//!
//! The governor's role belongs to the governor contract, which acts only after a vote and a delay. The guardian may stop
//! things and lower risk at once, and its term ends by itself: a key that is forgotten or stolen loses its power.

use crate::Address;
use core::marker::PhantomData;
use florin_units::{error_codes, Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// The longest term of a guardian: two years. A governor that wants a guardian for longer has to say so again.
pub const MAXIMUM_GUARDIAN_TERM: Seconds = Seconds::from_raw(2 * 365 * 86_400);

/// Why an account may not do something, or cannot become something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum RoleError {
    /// Only the governor may do this.
    #[codec(index = 0)]
    NotGovernor {
        /// Who called.
        caller: Address,
    },
    /// Only the guardian or the governor may do this.
    #[codec(index = 1)]
    NotGuardian {
        /// Who called.
        caller: Address,
    },
    /// Only the account that the governor has named may accept the role.
    #[codec(index = 2)]
    NotPendingGovernor {
        /// Who called.
        caller: Address,
    },
    /// The guardian's term is over.
    #[codec(index = 3)]
    GuardianExpired {
        /// Who called.
        caller: Address,
        /// End of the term.
        until: Timestamp,
    },
    /// A guardian's term must end in the future, and not too far.
    #[codec(index = 4)]
    TermOutOfBounds {
        /// Asked for.
        until: Timestamp,
        /// The latest end that is allowed now.
        latest: Timestamp,
    },
}

error_codes!(RoleError {
    NotGovernor = 0, "only the governor may do this";
    NotGuardian = 1, "only the guardian or the governor may do this";
    NotPendingGovernor = 2, "the governor has not named this account as successor";
    GuardianExpired = 3, "the guardian's term is over";
    TermOutOfBounds = 4, "a guardian's term must end in the future and within two years";
});

/// A guardian and the end of its term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Guardianship {
    /// Who.
    pub account: Address,
    /// First moment at which it holds nothing any more.
    pub until: Timestamp,
}

impl Guardianship {
    /// A guardian for a term that ends within [`MAXIMUM_GUARDIAN_TERM`].
    ///
    /// Errors: [`RoleError::TermOutOfBounds`].
    pub fn new(account: Address, until: Timestamp, now: Timestamp) -> Result<Self, RoleError> {
        let latest = now.after(MAXIMUM_GUARDIAN_TERM);
        if until <= now || until > latest {
            return Err(RoleError::TermOutOfBounds { until, latest });
        }
        Ok(Self { account, until })
    }
}

/// Who holds the roles of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Roles {
    /// May change parameters, roles and everything that is not a user's.
    pub governor: Address,
    /// Named by the governor as successor; holds nothing before accepting.
    pub pending_governor: Option<Address>,
    /// May stop operations and lower risk until its term ends, and nothing else.
    pub guardian: Option<Guardianship>,
}

/// Marker of the governor's role.
#[derive(Debug)]
pub enum Governor {}

/// Marker of the guardian's role, which the governor holds too.
#[derive(Debug)]
pub enum Guardian {}

mod sealed {
    /// Keeps roles to those of this crate.
    pub trait Sealed {}
    impl Sealed for super::Governor {}
    impl Sealed for super::Guardian {}
}

/// A role that [`check`] can test.
pub trait Role: sealed::Sealed + Sized {
    /// Errors: [`RoleError`] when the caller does not hold the role now.
    fn test(roles: &Roles, caller: &Address, now: Timestamp) -> Result<(), RoleError>;
}

impl Role for Governor {
    fn test(roles: &Roles, caller: &Address, _now: Timestamp) -> Result<(), RoleError> {
        if roles.governor == *caller {
            Ok(())
        } else {
            Err(RoleError::NotGovernor { caller: *caller })
        }
    }
}

impl Role for Guardian {
    fn test(roles: &Roles, caller: &Address, now: Timestamp) -> Result<(), RoleError> {
        if roles.governor == *caller {
            return Ok(());
        }
        match roles.guardian {
            Some(Guardianship { account, until }) if account == *caller => {
                if now < until {
                    Ok(())
                } else {
                    Err(RoleError::GuardianExpired { caller: *caller, until })
                }
            }
            _ => Err(RoleError::NotGuardian { caller: *caller }),
        }
    }
}

/// Proof that the caller holds a role. It has no size, cannot be copied and is made only by [`check`].
#[derive(Debug)]
pub struct Permit<R: Role>(PhantomData<R>);

/// Tests a role: `roles::check::<Governor>(&roles, &caller, now)?`.
///
/// Errors: [`RoleError`].
pub fn check<R: Role>(roles: &Roles, caller: &Address, now: Timestamp) -> Result<Permit<R>, RoleError> {
    R::test(roles, caller, now)?;
    Ok(Permit(PhantomData))
}

impl Roles {
    /// The roles of a new contract: a governor, nobody else.
    pub const fn new(governor: Address) -> Self {
        Self { governor, pending_governor: None, guardian: None }
    }

    /// Names a successor, or takes the naming back; nothing changes hands before it accepts.
    #[must_use]
    pub fn name_governor(self, successor: Option<Address>, _permit: &Permit<Governor>) -> Self {
        Self { pending_governor: successor, ..self }
    }

    /// The named successor takes the role.
    ///
    /// Errors: [`RoleError::NotPendingGovernor`].
    pub fn accept_governor(self, caller: &Address) -> Result<Self, RoleError> {
        if self.pending_governor.as_ref() == Some(caller) {
            Ok(Self { governor: *caller, pending_governor: None, ..self })
        } else {
            Err(RoleError::NotPendingGovernor { caller: *caller })
        }
    }

    /// Sets or removes the guardian.
    #[must_use]
    pub fn set_guardian(self, guardian: Option<Guardianship>, _permit: &Permit<Governor>) -> Self {
        Self { guardian, ..self }
    }
}
