//! Working days: known weeks, holidays, local time, limits, and a reference that counts day by day.
#![allow(clippy::unwrap_used)]
mod common;

use common::{at, days, later, DAY, MONDAY, WEEKEND};
use florin_trade::calendar::{Calendar, HOLIDAY_BYTES, MAXIMUM_WINDOW_DAYS};
use florin_trade::validation::{Term, TermsError};
use florin_units::Timestamp;
use proptest::prelude::*;

const LIMIT: u64 = MAXIMUM_WINDOW_DAYS;

fn european() -> Calendar {
    Calendar::without_holidays(WEEKEND, MONDAY)
}

#[test]
fn a_week_of_the_calendar_is_a_week() {
    let calendar = european();
    let working: Vec<bool> = (0..7).map(|day| calendar.is_working_day(MONDAY + day)).collect();
    assert_eq!(working, [true, true, true, true, true, false, false]);
    assert_eq!(calendar.day_of(at(0)), MONDAY);
    assert_eq!(calendar.day_of(later(at(1), 0)), MONDAY + 1);
    assert_eq!(calendar.start_of(MONDAY + 3), at(3));
}

#[test]
fn the_day_of_presentation_does_not_count() {
    let calendar = european();
    // (day of presentation, working days, first moment after the window)
    for (day, working_days, end) in [
        (0, 1, 2),   // Monday: Tuesday
        (0, 5, 8),   // Monday: Tuesday to Friday, and the next Monday
        (4, 1, 8),   // Friday: the next Monday
        (5, 1, 8),   // Saturday: the same Monday
        (6, 1, 8),   // Sunday: the same
        (4, 5, 12),  // Friday: the whole next week
        (3, 10, 18), // Thursday: Friday, a week, Monday to Thursday
    ] {
        for seconds in [0, 1, DAY / 2, DAY - 1] {
            let from = later(at(day), seconds);
            assert_eq!(calendar.window_end(from, working_days, days(LIMIT)), at(end), "day {day} + {seconds} s");
        }
    }
}

#[test]
fn holidays_put_the_end_off() {
    let from = at(0);
    assert_eq!(european().with_holiday(MONDAY + 2).unwrap().window_end(from, 5, days(LIMIT)), at(9));
    let both = european().with_holiday(MONDAY + 2).and_then(|it| it.with_holiday(MONDAY + 7)).unwrap();
    assert_eq!(both.window_end(from, 5, days(LIMIT)), at(10));
    // A holiday on a weekend takes nothing away.
    assert_eq!(european().with_holiday(MONDAY + 5).unwrap().window_end(from, 5, days(LIMIT)), at(8));
}

#[test]
fn a_list_of_holidays_has_a_beginning_and_an_end() {
    let calendar = european();
    let last = MONDAY + HOLIDAY_BYTES as u32 * 8 - 1;
    assert_eq!(calendar.with_holiday(MONDAY - 1), None);
    assert_eq!(calendar.with_holiday(last + 1), None);
    assert!(!calendar.with_holiday(MONDAY).unwrap().is_working_day(MONDAY));
    assert!(!calendar.with_holiday(last).unwrap().is_working_day(last));
}

#[test]
fn weekends_are_where_the_parties_are() {
    // Friday and Saturday.
    let calendar = Calendar::without_holidays(0b011_0000, MONDAY);
    assert_eq!(calendar.window_end(at(3), 5, days(LIMIT)), at(11));
    // One day a week.
    let calendar = Calendar::without_holidays(0b111_1110, MONDAY);
    assert_eq!(calendar.window_end(at(0), 2, days(LIMIT)), at(15));
}

#[test]
fn the_day_is_the_local_one() {
    // Eight hours ahead: at eight in the evening of Monday, universal time, it is Tuesday there.
    let ahead = Calendar { offset_minutes: 480, ..european() };
    let from = later(at(0), 20 * 3_600);
    assert_eq!(ahead.day_of(from), MONDAY + 1);
    assert_eq!(ahead.window_end(from, 1, days(LIMIT)), Timestamp::from_raw(at(3).raw() - 8 * 3_600));
    // Five hours behind: at three in the morning of Tuesday it is still Monday.
    let behind = Calendar { offset_minutes: -300, ..european() };
    let from = later(at(1), 3 * 3_600);
    assert_eq!(behind.day_of(from), MONDAY);
    assert_eq!(behind.window_end(from, 1, days(LIMIT)), later(at(2), 5 * 3_600));
}

#[test]
fn no_calendar_holds_a_window_open_beyond_its_limit() {
    let never = Calendar { holidays: [0xff; HOLIDAY_BYTES], first_day: MONDAY, ..european() };
    assert_eq!(never.window_end(at(0), 1, days(14)), at(14));
    assert_eq!(never.window_end(at(0), 1, days(LIMIT)), at(LIMIT));
    assert_eq!(european().window_end(at(0), 10, days(3)), at(3));
    // At the end of time there is no later moment, and the search still ends.
    let end = Timestamp::from_raw(u64::MAX);
    assert!(never.window_end(end, 5, days(LIMIT)) <= end);
}

#[test]
fn a_calendar_has_a_working_day_and_an_hour_of_this_world() {
    for weekend in [0, WEEKEND, 0b111_1110] {
        assert_eq!(Calendar::without_holidays(weekend, MONDAY).validate(), Ok(()));
    }
    for weekend in [0x7f, 0x80, 0xff] {
        let error = Calendar::without_holidays(weekend, MONDAY).validate().unwrap_err();
        assert!(matches!(error, TermsError::OutOfBounds { term: Term::Weekend, .. }));
    }
    for (offset_minutes, is_valid) in [(840, true), (-840, true), (841, false), (-841, false), (i16::MIN, false)] {
        assert_eq!(Calendar { offset_minutes, ..european() }.validate().is_ok(), is_valid);
    }
}

proptest! {
    /// Against a reference that walks from day to day with another notion of a week.
    #[test]
    fn windows_are_what_counting_by_hand_says(
        weekend in 0u8..0x7f,
        day in 0u64..2_000,
        seconds in 0u64..DAY,
        working_days in 1u8..=10,
        limit in 1u64..=MAXIMUM_WINDOW_DAYS,
        holidays in prop::collection::vec(0u32..2_100, 0..200),
    ) {
        let mut calendar = Calendar { first_day: MONDAY, ..Calendar::without_holidays(weekend, MONDAY) };
        for holiday in &holidays {
            calendar = calendar.with_holiday(MONDAY + holiday).unwrap();
        }
        let from = later(at(day), seconds);
        let (mut at_day, mut counted) = (day, 0);
        while counted < working_days && at_day < day + 100 {
            at_day += 1;
            // The first day of the tests is a Monday.
            let is_weekend = weekend & (1u8 << (at_day % 7)) != 0;
            if !is_weekend && !holidays.contains(&(at_day as u32)) {
                counted += 1;
            }
        }
        let expected = if counted == working_days { at(at_day + 1) } else { at(at_day + 1_000) };
        let expected = expected.min(from.after(days(limit)));
        prop_assert_eq!(calendar.window_end(from, working_days, days(limit)), expected);
    }
}
