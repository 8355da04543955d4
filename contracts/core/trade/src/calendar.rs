//! Working days by an explicit calendar: a weekend, a list of holidays and the local time of the place that counts.
//!
//! A bank's days are not the chain's. The calendar is part of what the parties sign, so nobody can add a holiday while
//! a window is running, and every window also has a limit in plain time, so that no calendar can hold a payment.

use crate::validation::{check, Term, TermsError};
use crate::DAY;
use florin_units::{Seconds, Timestamp};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};

/// Bytes of the list of holidays, a bit a day: seven years.
pub const HOLIDAY_BYTES: usize = 320;
/// The longest limit of a window, in days.
pub const MAXIMUM_WINDOW_DAYS: u64 = 60;
/// The most minutes that local time is ahead of or behind universal time.
const MAXIMUM_OFFSET: u16 = 14 * 60;
/// All seven days.
const WHOLE_WEEK: u8 = 0x7f;

/// Which days are working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Calendar {
    /// Days of the week on which nobody works; the lowest bit is Monday.
    pub weekend: u8,
    /// Minutes that local time is ahead of universal time.
    pub offset_minutes: i16,
    /// The day of the first bit of the list, counted from 1 January 1970.
    pub first_day: u32,
    /// A bit for each day from the first day on, the lowest bit of a byte first; set on a holiday. Days outside the
    /// list are no holidays.
    pub holidays: [u8; HOLIDAY_BYTES],
}

impl Calendar {
    /// A calendar without holidays, in universal time, whose list begins with a day, counted from 1 January 1970.
    pub const fn without_holidays(weekend: u8, first_day: u32) -> Self {
        Self { weekend, offset_minutes: 0, first_day, holidays: [0; HOLIDAY_BYTES] }
    }

    /// The calendar with one more holiday; none where the list does not hold the day. A holiday that is lost would
    /// shorten a window of which both sides believe that it is longer.
    #[must_use]
    pub fn with_holiday(mut self, day: u32) -> Option<Self> {
        let (byte, mask) = self.place(day)?;
        *self.holidays.get_mut(byte)? |= mask;
        Some(self)
    }

    /// The local day of a moment, counted from 1 January 1970.
    pub fn day_of(&self, moment: Timestamp) -> u32 {
        let local = moment.raw().saturating_add_signed(self.offset());
        u32::try_from(local / DAY).unwrap_or(u32::MAX)
    }

    /// The moment at which a local day begins.
    pub fn start_of(&self, day: u32) -> Timestamp {
        let local = u64::from(day).saturating_mul(DAY);
        Timestamp::from_raw(local.saturating_add_signed(self.offset().saturating_neg()))
    }

    /// Whether a local day is a working day.
    pub fn is_working_day(&self, day: u32) -> bool {
        // The first of January 1970 was a Thursday.
        let weekday = (u64::from(day) + 3) % 7;
        let is_weekend = self.weekend & (1u8 << weekday) != 0;
        let is_marked = |(byte, mask): (usize, u8)| self.holidays.get(byte).is_some_and(|byte| byte & mask != 0);
        let is_holiday = self.place(day).is_some_and(is_marked);
        !is_weekend && !is_holiday
    }

    /// The end of a window of working days: the first moment after the last of them. The day on which something happens
    /// does not count, the next working day is the first one. No window is longer than `limit`, whatever the calendar
    /// says.
    ///
    /// Source: the examination period of documentary credits counts banking days after the day of presentation.
    pub fn window_end(&self, from: Timestamp, working_days: u8, limit: Seconds) -> Timestamp {
        let latest = from.after(limit);
        let mut day = self.day_of(from);
        let mut left = working_days;
        // One more than the longest limit has days, so that the limit is always reached.
        for _ in 0..=MAXIMUM_WINDOW_DAYS {
            day = day.saturating_add(1);
            if self.is_working_day(day) {
                left = left.saturating_sub(1);
            }
            if left == 0 {
                return self.start_of(day.saturating_add(1)).min(latest);
            }
        }
        latest
    }

    /// Checks that there is a working day in a week and that the offset is one of this world.
    ///
    /// # Errors
    /// [`TermsError`].
    pub fn validate(&self) -> Result<(), TermsError> {
        check(Term::Weekend, u128::from(self.weekend), 0, u128::from(WHOLE_WEEK - 1))?;
        check(Term::CalendarOffset, u128::from(self.offset_minutes.unsigned_abs()), 0, u128::from(MAXIMUM_OFFSET))
    }

    fn offset(&self) -> i64 {
        i64::from(self.offset_minutes) * 60
    }

    /// Byte and bit of a day in the list; none before it begins.
    fn place(&self, day: u32) -> Option<(usize, u8)> {
        let place = day.checked_sub(self.first_day)?;
        Some((usize::try_from(place / 8).ok()?, 1u8 << (place % 8)))
    }
}
