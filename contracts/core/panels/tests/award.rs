//! The median of what a panel has revealed.
#![allow(clippy::unwrap_used)]
mod common;

use common::{account, amount, seats};
use florin_panels::award::panel_award_down;
use florin_panels::PanelError;
use proptest::prelude::*;

#[test]
fn the_median_of_what_was_revealed() {
    let award = |revealed: &[Option<u128>], size| panel_award_down(&seats(revealed), size, amount(1_000));
    assert_eq!(award(&[Some(5), Some(900), Some(7)], 3), Ok(amount(7)));
    assert_eq!(award(&[Some(5), None, Some(8)], 3), Ok(amount(6)), "the mean of two, rounded down");
    assert_eq!(award(&[Some(0), Some(1_000), Some(0)], 3), Ok(amount(0)));
    assert_eq!(award(&[Some(1_000)], 1), Ok(amount(1_000)));
    let silent = |revealed, required| Err(PanelError::PanelSilent { revealed, required });
    assert_eq!(award(&[Some(5), None, None], 3), silent(1, 2));
    assert_eq!(award(&[None; 7], 7), silent(0, 4));
    assert_eq!(award(&[Some(5), Some(5)], 3), Err(PanelError::WrongPanelSize { expected: 3, actual: 2 }));
    // One member cannot have the whole panel refused.
    assert_eq!(award(&[Some(5), Some(1_001), Some(9)], 3), Ok(amount(7)), "above the stake is nothing revealed");
    assert_eq!(award(&[Some(5), Some(u128::MAX), None], 3), silent(1, 2));
    let mut twice = seats(&[Some(5); 3]);
    twice[2] = twice[0];
    assert_eq!(panel_award_down(&twice, 3, amount(1_000)), Err(PanelError::SeatTwice { member: account(0) }));
    // Gaps between seats do not matter.
    let mut spread = seats(&[Some(5); 3]);
    (spread[2], spread[9]) = (None, spread[2]);
    assert_eq!(panel_award_down(&spread, 3, amount(1_000)), Ok(amount(5)));
}

proptest! {
    /// A minority cannot move the award beyond what the others say.
    #[test]
    fn a_minority_cannot_leave_the_range_of_the_majority(
        honest in prop::collection::vec(0u128..=1_000, 6..=6),
        others in prop::collection::vec(0u128..=1_000, 5..=5),
        turn in 0usize..11,
    ) {
        let mut all: Vec<Option<u128>> = honest.iter().chain(&others).copied().map(Some).collect();
        all.rotate_left(turn);
        let award = panel_award_down(&seats(&all), 11, amount(1_000)).unwrap().raw();
        prop_assert!(award >= *honest.iter().min().unwrap() && award <= *honest.iter().max().unwrap());
        all.sort_unstable();
        prop_assert_eq!(Some(award), all[5]);
    }
}
