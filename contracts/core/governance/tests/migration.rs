//! Replacing a contract: nothing is lost where it stops half way, and nothing happens twice.
#![allow(clippy::unwrap_used)]

use florin_governance::migration::{MigrationError as E, Standing, MAXIMUM_WINDOW, MINIMUM_WINDOW};
use florin_governance::roles::{check, Governor, Guardian, Permit, Roles};
use florin_units::{Seconds, Timestamp};

const OWN: [u8; 20] = [1; 20];
const SUCCESSOR: [u8; 20] = [2; 20];
const OTHER: [u8; 20] = [3; 20];

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_raw(seconds)
}

fn governor() -> Permit<Governor> {
    check(&Roles::new(OWN), &OWN, at(0)).unwrap()
}

fn guardian() -> Permit<Guardian> {
    check(&Roles::new(OWN), &OWN, at(0)).unwrap()
}

fn leaving() -> Standing {
    Standing::Live.begin(SUCCESSOR, MINIMUM_WINDOW, 0, at(1_000), &governor()).unwrap()
}

/// Every standing against every step: what it becomes, or the exact refusal.
#[test]
fn every_standing_and_step_has_its_outcome() {
    let until = at(1_600);
    let (now, late) = (at(1_599), until);
    let (gone, fresh) = (Standing::Gone { successor: SUCCESSOR }, Standing::Arriving { window: 0 });
    let still = E::Leaving { successor: SUCCESSOR, until };
    let away = E::Gone { successor: SUCCESSOR };
    let again = |now: Timestamp| Standing::Leaving { successor: OTHER, until: now.after(MINIMUM_WINDOW), window: 8 };
    // Standing, time, whether it works, beginning, calling off, leaving to the successor, the successor's address.
    let table = [
        (Standing::Live, now, Ok(()), Ok(again(now)), Err(E::NotLeaving), Err(E::NotLeaving), Err(E::NotGone)),
        (leaving(), now, Err(still), Err(still), Ok(Standing::Live), Ok(gone), Err(E::NotGone)),
        (leaving(), late, Ok(()), Ok(again(late)), Err(E::NotLeaving), Err(E::NotLeaving), Err(E::NotGone)),
        (gone, now, Err(away), Err(away), Err(E::NotLeaving), Err(E::NotLeaving), Ok(SUCCESSOR)),
        (fresh, now, Err(E::Arriving), Err(E::Arriving), Err(E::NotLeaving), Err(E::NotLeaving), Err(E::NotGone)),
    ];
    for (standing, now, live, begun, called_off, left, successor) in table {
        assert_eq!(standing.check_live(now), live, "{standing:?}");
        assert_eq!(standing.begin(OTHER, MINIMUM_WINDOW, 7, now, &governor()), begun, "{standing:?}");
        assert_eq!(standing.call_off(now, &guardian()), called_off, "{standing:?}");
        assert_eq!(standing.leave(SUCCESSOR, now), left, "{standing:?}");
        assert_eq!(standing.successor(), successor, "{standing:?}");
    }
    assert_eq!(leaving().leave(OTHER, now), Err(E::NotSuccessor { caller: OTHER }));
}

#[test]
fn a_window_is_bounded() {
    let (minimum, maximum) = (MINIMUM_WINDOW, MAXIMUM_WINDOW);
    for window in [minimum, maximum] {
        Standing::Live.begin(SUCCESSOR, window, 0, at(0), &governor()).unwrap();
    }
    for window in
        [Seconds::ZERO, Seconds::from_raw(minimum.raw() - 1), Seconds::from_raw(maximum.raw() + 1), Seconds::MAX]
    {
        let refused = E::WindowOutOfBounds { window, minimum, maximum };
        assert_eq!(Standing::Live.begin(SUCCESSOR, window, 0, at(0), &governor()), Err(refused));
    }
}

/// A successor copies only from a predecessor that leaves to it, and only in the window in which it began: what it copied before may
/// not be true any more.
#[test]
fn a_copy_of_another_window_is_refused() {
    let fresh = Standing::Arriving { window: 0 };
    let copying = fresh.copy_from(leaving(), SUCCESSOR, at(1_001)).unwrap();
    assert_eq!(copying, Standing::Arriving { window: 1 });
    assert_eq!(copying.copy_from(leaving(), SUCCESSOR, at(1_599)), Ok(copying));
    assert_eq!(copying.copy_from(leaving(), SUCCESSOR, at(1_600)), Err(E::NotLeaving));
    assert_eq!(copying.copy_from(leaving(), OTHER, at(1_001)), Err(E::NotSuccessor { caller: OTHER }));
    // Even one that ends in the same second.
    let second = Standing::Live.begin(SUCCESSOR, MINIMUM_WINDOW, 1, at(1_000), &governor()).unwrap();
    let changed = E::WindowChanged { began: 1, now: 2 };
    assert_eq!(copying.copy_from(second, SUCCESSOR, at(1_001)), Err(changed));
    for done in [Standing::Live, Standing::Gone { successor: OTHER }, leaving()] {
        assert_eq!(done.copy_from(leaving(), SUCCESSOR, at(1_001)), Err(E::NotArriving));
    }
    for elsewhere in [Standing::Live, Standing::Gone { successor: SUCCESSOR }, fresh] {
        assert_eq!(fresh.copy_from(elsewhere, SUCCESSOR, at(1_001)), Err(E::NotLeaving));
    }
}

#[test]
fn codes_are_stable() {
    let all = [
        E::Leaving { successor: OWN, until: at(0) },
        E::Gone { successor: OWN },
        E::Arriving,
        E::NotArriving,
        E::NotLeaving,
        E::NotSuccessor { caller: OWN },
        E::WindowOutOfBounds { window: Seconds::ZERO, minimum: Seconds::ZERO, maximum: Seconds::ZERO },
        E::WindowChanged { began: 0, now: 0 },
        E::Incomplete,
        E::NotGone,
    ];
    for (code, error) in (0u16..).zip(all) {
        assert_eq!(u16::from(error.code()), code);
    }
}
