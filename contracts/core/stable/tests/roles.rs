//! Roles, permits and pauses.
#![allow(clippy::unwrap_used)]
mod common;

use common::{at, guardian, roles, GOVERNOR, GUARDIAN, KEEPER};
use florin_stable::pause::{Operation, Pauses};
use florin_stable::roles::{check, Governor, Guardian, Permit, RoleError};
use florin_stable::VaultError;

const OPERATIONS: [Operation; 4] =
    [Operation::Draws, Operation::Withdrawals, Operation::Liquidations, Operation::Auctions];

#[test]
fn permits_are_only_for_holders() {
    let roles = roles();
    assert!(check::<Governor>(&roles, &GOVERNOR, at(0)).is_ok());
    assert!(check::<Guardian>(&roles, &GUARDIAN, at(0)).is_ok());
    assert!(check::<Guardian>(&roles, &GOVERNOR, at(0)).is_ok());
    assert_eq!(check::<Governor>(&roles, &GUARDIAN, at(0)).unwrap_err(), RoleError::NotGovernor { caller: GUARDIAN });
    assert_eq!(check::<Guardian>(&roles, &KEEPER, at(0)).unwrap_err(), RoleError::NotGuardian { caller: KEEPER });
    assert_eq!(core::mem::size_of::<Permit<Governor>>(), 0);
}

#[test]
fn the_governor_changes_in_two_steps() {
    let permit = common::governor();
    let named = roles().name_governor(Some(KEEPER), &permit);
    assert!(check::<Governor>(&named, &KEEPER, at(0)).is_err());
    assert_eq!(named.accept_governor(&GUARDIAN), Err(RoleError::NotPendingGovernor { caller: GUARDIAN }));
    let accepted = named.accept_governor(&KEEPER).unwrap();
    assert!(check::<Governor>(&accepted, &KEEPER, at(0)).is_ok());
    assert!(check::<Governor>(&accepted, &GOVERNOR, at(0)).is_err());
    assert_eq!(accepted.accept_governor(&KEEPER), Err(RoleError::NotPendingGovernor { caller: KEEPER }));
    let withdrawn = named.name_governor(None, &permit);
    assert!(withdrawn.accept_governor(&KEEPER).is_err());
    assert!(check::<Guardian>(&roles().set_guardian(None, &permit), &GUARDIAN, at(0)).is_err());
}

#[test]
fn each_operation_pauses_alone() {
    for operation in OPERATIONS {
        let paused = Pauses::default().pause(operation, &guardian());
        for other in OPERATIONS {
            let expected = if other == operation { Err(VaultError::Paused { operation }) } else { Ok(()) };
            assert_eq!(paused.check(other), expected);
        }
        assert_eq!(paused.unpause(operation, &common::governor()), Pauses::default());
    }
}
