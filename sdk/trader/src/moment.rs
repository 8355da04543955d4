//! Dates, moments and spans as people write them. A date is a day of a calendar, which lies somewhere on earth; a
//! moment is the same everywhere.

use florin_units::{Seconds, Timestamp};

/// Seconds of a day.
pub const DAY: u64 = 86_400;
/// Seconds of an hour.
const HOUR: u64 = 3_600;
/// Seconds of a minute.
const MINUTE: u64 = 60;
/// The first day of the year 10,000, which has no date of four digits.
const LAST_DAY: u64 = 2_932_897;

/// Why a text is no date, moment or span.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MomentError {
    /// It is neither a date nor a moment.
    #[error("{text:?} is no date; write 2027-03-01, or a moment with its time zone such as 2027-03-01T17:00:00+08:00")]
    Moment {
        /// The text.
        text: String,
    },
    /// The time zone is missing.
    #[error("{text:?} does not say in which time zone; add Z for universal time or an offset such as +08:00")]
    NoZone {
        /// The text.
        text: String,
    },
    /// It is no date.
    #[error("{text:?} is no date; write it like 2027-03-01")]
    Date {
        /// The text.
        text: String,
    },
    /// It is no span of time.
    #[error("{text:?} is no span of time; write \"21 days\", \"12 hours\" or a sum such as \"1 day 12 hours\"")]
    Span {
        /// The text.
        text: String,
    },
    /// It is no number of working days.
    #[error("{text:?} is no number of working days; write it like \"5 working days\"")]
    WorkingDays {
        /// The text.
        text: String,
    },
    /// It is no difference to universal time.
    #[error("{text:?} is no difference to universal time; write it like \"+08:00\" or \"-05:00\"")]
    Offset {
        /// The text.
        text: String,
    },
}

/// What a text says about time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A day, counted from 1 January 1970, of whichever calendar applies.
    Date(u64),
    /// A moment.
    Moment(Timestamp),
}

/// Reads `2027-03-01`, or a moment of RFC 3339 in whole seconds, or seconds since 1970.
///
/// # Errors
/// [`MomentError::Moment`], [`MomentError::NoZone`].
pub fn parse(text: &str) -> Result<When, MomentError> {
    let text = text.trim();
    let bad = || MomentError::Moment { text: text.to_owned() };
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(|seconds| When::Moment(Timestamp::from_raw(seconds))).map_err(|_| bad());
    }
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else {
        return day_of(text).map(When::Date).ok_or_else(bad);
    };
    let day = day_of(date).ok_or_else(bad)?;
    let zone = time.find(['Z', 'z', '+', '-']).ok_or_else(|| MomentError::NoZone { text: text.to_owned() })?;
    let (clock, zone) = time.split_at(zone);
    let clock = clock_of(clock).ok_or_else(bad)?;
    let offset = if zone.eq_ignore_ascii_case("z") { 0 } else { offset_of(zone).ok_or_else(bad)? };
    let local = i128::from(day) * i128::from(DAY) + i128::from(clock);
    let moment = u64::try_from(local - i128::from(offset) * i128::from(MINUTE)).map_err(|_| bad())?;
    Ok(When::Moment(Timestamp::from_raw(moment)))
}

fn clock_of(text: &str) -> Option<u64> {
    let [hour, minute, second] = numbers::<3>(text, ':')?;
    (hour < 24 && minute < 60 && second < 60).then(|| hour * HOUR + minute * MINUTE + second)
}

/// Numbers of two or more digits between separators.
fn numbers<const N: usize>(text: &str, separator: char) -> Option<[u64; N]> {
    let mut found = [0; N];
    let mut parts = text.split(separator);
    for slot in &mut found {
        let part = parts.next()?;
        let is_number = part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        *slot = is_number.then(|| part.parse().ok()).flatten()?;
    }
    parts.next().is_none().then_some(found)
}

/// Reads a date as a day, counted from 1 January 1970.
///
/// # Errors
/// [`MomentError::Date`], also for a date that does not exist.
pub fn parse_date(text: &str) -> Result<u64, MomentError> {
    day_of(text.trim()).ok_or_else(|| MomentError::Date { text: text.to_owned() })
}

fn day_of(text: &str) -> Option<u64> {
    let [year, month, date] = numbers::<3>(text, '-')?;
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&date) {
        return None;
    }
    let day = days_since_1970(year, month, date)?;
    // A date that does not exist comes back as another one.
    (civil(day) == (year, month, date)).then_some(day)
}

/// Writes a day as date; none for days that have no date of four digits.
pub fn format_date(day: u64) -> Option<String> {
    let (year, month, date) = civil(day);
    (day < LAST_DAY).then(|| format!("{year:04}-{month:02}-{date:02}"))
}

/// Writes a moment in universal time, `2027-03-01T09:00:00Z`; seconds since 1970 where it has no date of four digits.
pub fn format(moment: Timestamp) -> String {
    let (day, rest) = (moment.raw() / DAY, moment.raw() % DAY);
    match format_date(day) {
        Some(date) => format!("{date}T{:02}:{:02}:{:02}Z", rest / HOUR, rest / MINUTE % 60, rest % 60),
        None => moment.raw().to_string(),
    }
}

/// Writes a moment in a place's own time, to the minute: `2027-03-01 17:00`. Seconds are shown where there are any.
pub fn format_local(moment: Timestamp, offset_minutes: i16) -> String {
    let local = moment.raw().saturating_add_signed(i64::from(offset_minutes) * MINUTE as i64);
    let (day, rest) = (local / DAY, local % DAY);
    let Some(date) = format_date(day) else { return moment.raw().to_string() };
    let time = format!("{date} {:02}:{:02}", rest / HOUR, rest / MINUTE % 60);
    if rest % MINUTE == 0 {
        time
    } else {
        format!("{time}:{:02}", rest % 60)
    }
}

/// The English name of a day of the week; the first of January 1970 was a Thursday.
pub fn weekday(day: u64) -> &'static str {
    WEEKDAYS[((day + 3) % 7) as usize]
}

/// Names of the days of the week, Monday first.
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A day with its name: `Monday 2027-03-01`.
pub fn format_day(day: u64) -> String {
    match format_date(day) {
        Some(date) => format!("{} {date}", weekday(day)),
        None => format!("day {day}"),
    }
}

/// Units of spans, the longest first.
const UNITS: [(&str, u64); 4] = [("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", 1)];

/// Reads a span: `21 days`, `1 day 12 hours`.
///
/// # Errors
/// [`MomentError::Span`]. A number alone is refused: nobody could tell days from seconds.
pub fn parse_span(text: &str) -> Result<Seconds, MomentError> {
    span_of(text).map(Seconds::from_raw).ok_or_else(|| MomentError::Span { text: text.to_owned() })
}

fn span_of(text: &str) -> Option<u64> {
    let mut words = text.split_whitespace().peekable();
    words.peek()?;
    let mut total: u64 = 0;
    while let Some(count) = words.next() {
        let unit = words.next()?.to_ascii_lowercase();
        let name = unit.strip_suffix('s').unwrap_or(&unit);
        let (_, scale) = UNITS.into_iter().find(|(known, _)| *known == name)?;
        total = total.checked_add(number(count)?.checked_mul(scale)?)?;
    }
    Some(total)
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Writes a span exactly, in its largest units: `21 days`, `1 day 12 hours`.
pub fn format_span(span: Seconds) -> String {
    let mut rest = span.raw();
    let mut parts = Vec::new();
    for (name, scale) in UNITS {
        let count = rest / scale;
        rest %= scale;
        if count > 0 {
            parts.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    if parts.is_empty() {
        "0 seconds".to_owned()
    } else {
        parts.join(" ")
    }
}

/// Reads `5 working days`; `5 banking days` means the same.
///
/// # Errors
/// [`MomentError::WorkingDays`].
pub fn parse_working_days(text: &str) -> Result<u8, MomentError> {
    let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    let found = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [count, "working" | "banking", "day" | "days"] => number(count).and_then(|count| u8::try_from(count).ok()),
        _ => None,
    };
    found.ok_or_else(|| MomentError::WorkingDays { text: text.to_owned() })
}

/// Writes `5 working days`.
pub fn format_working_days(days: u8) -> String {
    format!("{days} working day{}", if days == 1 { "" } else { "s" })
}

/// Reads a difference to universal time, `+08:00`, in minutes.
///
/// # Errors
/// [`MomentError::Offset`].
pub fn parse_offset(text: &str) -> Result<i16, MomentError> {
    offset_of(text.trim()).ok_or_else(|| MomentError::Offset { text: text.to_owned() })
}

fn offset_of(text: &str) -> Option<i16> {
    let (sign, rest) = if let Some(rest) = text.strip_prefix('+') { (1, rest) } else { (-1, text.strip_prefix('-')?) };
    let [hours, minutes] = numbers::<2>(rest, ':')?;
    let minutes = (minutes < 60).then(|| i64::try_from(hours).ok()?.checked_mul(60)?.checked_add(minutes as i64))??;
    i16::try_from(sign * minutes).ok()
}

/// Writes a difference to universal time: `+08:00`.
pub fn format_offset(minutes: i16) -> String {
    let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Year, month and day of a day counted from 1970-01-01, by the rule that repeats every 400 years.
fn civil(day: u64) -> (u64, u64, u64) {
    // Years are counted from March, so that the day that comes and goes is the last.
    let shifted = day.saturating_add(719_468);
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, date)
}

fn days_since_1970(year: u64, month: u64, date: u64) -> Option<u64> {
    let year = year - u64::from(month <= 2);
    let (era, year_of_era) = (year / 400, year % 400);
    let month_from_march = (month + 9) % 12;
    let of_year = (153 * month_from_march + 2) / 5 + date - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    (era * 146_097 + of_era).checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: u64) -> When {
        When::Moment(Timestamp::from_raw(seconds))
    }

    #[test]
    fn moments_need_their_time_zone_and_dates_have_none() {
        assert_eq!(parse("1970-01-02"), Ok(When::Date(1)));
        assert_eq!(parse("2020-03-12T10:00:00Z"), Ok(at(1_584_007_200)));
        assert_eq!(parse("2020-03-12 18:00:00+08:00"), Ok(at(1_584_007_200)));
        assert_eq!(parse("2020-03-12T05:00:00-05:00"), Ok(at(1_584_007_200)));
        assert_eq!(parse("1584007200"), Ok(at(1_584_007_200)));
        assert!(matches!(parse("2020-03-12T10:00:00"), Err(MomentError::NoZone { .. })));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "yesterday",
            "2021-02-29",
            "2020-13-01",
            "2020-00-01",
            "2020-3-1",
            "10000-01-01",
            "2020-03-12T24:00:00Z",
            "2020-03-12T10:00Z",
            "2020-03-12T10:00:00.5Z",
            "1970-01-01T00:00:00+01:00",
            "99999999999999999999",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in 0..146_097 {
            let date = format_date(day).expect("a date");
            assert_eq!(parse_date(&date), Ok(day), "{date}");
        }
        assert_eq!(format_date(LAST_DAY - 1).as_deref(), Some("9999-12-31"));
        assert_eq!(format_date(LAST_DAY), None);
        assert_eq!(format_day(20_515), "Tuesday 2026-03-03");
    }

    #[test]
    fn spans_and_working_days_name_their_unit() {
        for (text, seconds) in
            [("21 days", 21 * DAY), ("1 day 12 hours", 36 * HOUR), ("90 minutes", 5_400), ("1 Second", 1)]
        {
            assert_eq!(parse_span(text), Ok(Seconds::from_raw(seconds)), "{text}");
        }
        for text in
            ["", "21", "21days", "days", "1 week", "1.5 days", "-1 days", "99999999999999999999 days", "1 day 2"]
        {
            assert!(parse_span(text).is_err(), "{text}");
        }
        assert_eq!(format_span(Seconds::from_raw(36 * HOUR)), "1 day 12 hours");
        assert_eq!(format_span(Seconds::ZERO), "0 seconds");
        assert_eq!(parse_working_days("5 working days"), Ok(5));
        assert_eq!(parse_working_days("1 banking day"), Ok(1));
        for text in ["5 days", "5", "working days", "300 working days", "five working days"] {
            assert!(parse_working_days(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_is_shown_in_the_time_of_its_place() {
        let moment = Timestamp::from_raw(1_584_007_200);
        assert_eq!(format_local(moment, 480), "2020-03-12 18:00");
        assert_eq!(format_local(moment, -300), "2020-03-12 05:00");
        assert_eq!(format_local(Timestamp::from_raw(1_584_007_201), 0), "2020-03-12 10:00:01");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in any::<u64>(), offset in any::<i16>(), days in any::<u8>()) {
            for moment in [seconds, seconds % 253_402_300_800] {
                prop_assert_eq!(parse(&format(Timestamp::from_raw(moment))), Ok(at(moment)));
            }
            let span = Seconds::from_raw(seconds);
            prop_assert_eq!(parse_span(&format_span(span)), Ok(span));
            prop_assert_eq!(parse_offset(&format_offset(offset)), Ok(offset));
            prop_assert_eq!(parse_working_days(&format_working_days(days)), Ok(days));
        }
    }
}
