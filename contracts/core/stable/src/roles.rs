//! Who may change what. A privileged decision takes a [`Permit`], and only [`check`] makes one, so a missing check does
//! not compile.

use crate::Address;
use core::marker::PhantomData;
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

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
}

error_codes!(RoleError {
    NotGovernor = 0, "only the governor may do this";
    NotGuardian = 1, "only the guardian or the governor may do this";
    NotPendingGovernor = 2, "the governor has not named this account as successor";
});

impl RoleError {
    /// Who called.
    pub const fn caller(&self) -> Address {
        match self {
            Self::NotGovernor { caller } | Self::NotGuardian { caller } | Self::NotPendingGovernor { caller } => {
                *caller
            }
        }
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
    /// May stop operations, and nothing else.
    pub guardian: Option<Address>,
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
    /// Errors: [`RoleError`] when the caller does not hold the role.
    fn test(roles: &Roles, caller: &Address) -> Result<(), RoleError>;
}

impl Role for Governor {
    fn test(roles: &Roles, caller: &Address) -> Result<(), RoleError> {
        if roles.governor == *caller {
            Ok(())
        } else {
            Err(RoleError::NotGovernor { caller: *caller })
        }
    }
}

impl Role for Guardian {
    fn test(roles: &Roles, caller: &Address) -> Result<(), RoleError> {
        if roles.governor == *caller || roles.guardian.as_ref() == Some(caller) {
            Ok(())
        } else {
            Err(RoleError::NotGuardian { caller: *caller })
        }
    }
}

/// Proof that the caller holds a role. It has no size, cannot be copied and is made only by [`check`].
#[derive(Debug)]
pub struct Permit<R: Role>(PhantomData<R>);

/// Tests a role: `roles::check::<Governor>(&roles, &caller)?`.
///
/// Errors: [`RoleError`].
pub fn check<R: Role>(roles: &Roles, caller: &Address) -> Result<Permit<R>, RoleError> {
    R::test(roles, caller)?;
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
    pub fn set_guardian(self, guardian: Option<Address>, _permit: &Permit<Governor>) -> Self {
        Self { guardian, ..self }
    }
}
