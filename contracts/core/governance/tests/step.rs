//! How far one vote may move a value.
#![allow(clippy::unwrap_used)]

use florin_governance::step::{Step, Voted, STEP_INTERVAL};
use florin_units::Timestamp;
use proptest::prelude::*;

#[test]
fn each_kind_of_step_has_its_range() {
    let times = Step::Times { factor: 2, floor: 100 };
    let up = Step::Up { factor: 2, floor: 100 };
    let table = [
        (Step::Fixed, 7, (7, 7)),
        (Step::Free, 7, (0, u128::MAX)),
        (Step::By(5), 7, (2, 12)),
        (Step::By(5), 3, (0, 8)),
        (Step::By(5), u128::MAX, (u128::MAX - 5, u128::MAX)),
        // From below the floor anywhere up to it; down by the factor only.
        (times, 0, (0, 100)),
        (times, 40, (20, 100)),
        (times, 60, (30, 120)),
        (times, 100, (50, 200)),
        (times, 101, (50, 202)),
        (times, u128::MAX, (u128::MAX / 2, u128::MAX)),
        (up, 0, (0, 100)),
        (up, 101, (0, 202)),
        (up, u128::MAX, (0, u128::MAX)),
        (Step::Times { factor: 0, floor: 1 }, 9, (0, 1)),
    ];
    for (step, voted, range) in table {
        assert_eq!(step.range(voted), range, "{step:?} from {voted}");
    }
}

proptest! {
    /// What holds now is always allowed, and so is what the last vote set: a defence can be kept, and taken back.
    #[test]
    fn now_and_the_last_vote_are_always_within_reach(
        voted in any::<u128>(), current in any::<u128>(), factor in 1u128..20, floor in any::<u128>(), by in any::<u128>(),
    ) {
        for step in [Step::Fixed, Step::Free, Step::By(by), Step::Times { factor, floor }, Step::Up { factor, floor }] {
            let (lowest, highest) = step.range_from(voted, current);
            prop_assert!(lowest <= voted.min(current) && voted.max(current) <= highest, "{step:?}");
        }
    }
}

#[test]
fn what_a_record_began_with_can_be_changed_at_once_and_then_once_a_day() {
    assert_eq!(Voted::first(()).next_at(), Timestamp::ZERO);
    let at = Timestamp::from_raw(1_000);
    assert_eq!(Voted { at, value: () }.next_at(), at.after(STEP_INTERVAL));
}
