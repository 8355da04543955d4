//! Who holds which role, and until when.
#![allow(clippy::unwrap_used)]

use florin_governance::roles::{check, Governor, Guardian, Guardianship, RoleError, Roles, MAXIMUM_GUARDIAN_TERM};
use florin_units::Timestamp;

const GOVERNOR: [u8; 20] = [1; 20];
const GUARDIAN: [u8; 20] = [2; 20];
const ANYBODY: [u8; 20] = [3; 20];

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_raw(seconds)
}

fn roles() -> Roles {
    Roles { guardian: Some(Guardianship { account: GUARDIAN, until: at(100) }), ..Roles::new(GOVERNOR) }
}

#[test]
fn a_guardian_past_its_term_holds_nothing() {
    assert!(check::<Guardian>(&roles(), &GUARDIAN, at(99)).is_ok());
    let expired = RoleError::GuardianExpired { caller: GUARDIAN, until: at(100) };
    for now in [100, 101, u64::MAX] {
        assert_eq!(check::<Guardian>(&roles(), &GUARDIAN, at(now)).unwrap_err(), expired);
        assert!(check::<Guardian>(&roles(), &GOVERNOR, at(now)).is_ok(), "the governor's role has no end");
    }
}

#[test]
fn a_term_ends_in_the_future_and_within_two_years() {
    let now = at(1_000);
    let latest = now.after(MAXIMUM_GUARDIAN_TERM);
    for until in [at(0), now, at(latest.raw() + 1), at(u64::MAX)] {
        assert_eq!(Guardianship::new(GUARDIAN, until, now), Err(RoleError::TermOutOfBounds { until, latest }));
    }
    for until in [at(1_001), latest] {
        assert_eq!(Guardianship::new(GUARDIAN, until, now), Ok(Guardianship { account: GUARDIAN, until }));
    }
}

#[test]
fn role_by_holder() {
    for (caller, governs, guards) in [(GOVERNOR, true, true), (GUARDIAN, false, true), (ANYBODY, false, false)] {
        assert_eq!(check::<Governor>(&roles(), &caller, at(0)).is_ok(), governs);
        assert_eq!(check::<Guardian>(&roles(), &caller, at(0)).is_ok(), guards);
    }
    let none = Roles::new(GOVERNOR);
    assert_eq!(check::<Guardian>(&none, &GUARDIAN, at(0)).unwrap_err(), RoleError::NotGuardian { caller: GUARDIAN });
}
