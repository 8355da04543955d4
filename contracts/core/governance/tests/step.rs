//! How far one vote may move a value.
#![allow(clippy::unwrap_used)]

use florin_governance::rules::{Rule, Rules};
use florin_governance::step::{Step, Voted, STEP_INTERVAL};
use florin_units::{Bps, Seconds, Timestamp};
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

/// Each of the governor's own rules at both ends of its step, and one beyond.
#[test]
fn each_rule_of_the_governor_moves_one_step_and_no_further() {
    let day = Seconds::from_raw(86_400);
    let old = Rules {
        voting_delay: day,
        voting_period: Seconds::from_raw(3 * 86_400),
        late_extension: Seconds::from_raw(30_000),
        timelock: Seconds::from_raw(4 * 86_400),
        grace: Seconds::from_raw(9 * 86_400),
        quorum: Bps::from_raw(1_500),
        threshold: Bps::from_raw(6_000),
        proposer_share: Bps::from_raw(100),
        deposit: 200_000_000_000_000_000_000,
    };
    for rule in Rule::ALL {
        let (minimum, maximum) = rule.step().range(old.value(rule));
        for (actual, allowed) in [(minimum, true), (maximum, true), (minimum - 1, false), (maximum + 1, false)] {
            let mut new = old;
            let time = Seconds::from_raw(u64::try_from(actual).unwrap_or(u64::MAX));
            let share = Bps::from_raw(u32::try_from(actual).unwrap_or(u32::MAX));
            match rule {
                Rule::VotingDelay => new.voting_delay = time,
                Rule::VotingPeriod => new.voting_period = time,
                Rule::LateExtension => new.late_extension = time,
                Rule::Timelock => new.timelock = time,
                Rule::Grace => new.grace = time,
                Rule::Quorum => new.quorum = share,
                Rule::Threshold => new.threshold = share,
                Rule::ProposerShare => new.proposer_share = share,
                Rule::Deposit => new.deposit = actual,
            }
            let result = old.check_step(&new);
            assert_eq!(result.is_ok(), allowed, "{rule:?} to {actual}: {result:?}");
            if let Err(error) = result {
                assert_eq!((error.rule, error.actual, error.minimum, error.maximum), (rule, actual, minimum, maximum));
            }
        }
    }
}
