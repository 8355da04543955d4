//! Times and spans as people write them: UTC, in the form of RFC 3339.

const DAY: u64 = 86_400;

/// Why a text is no time or span.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MomentError {
    /// It is no time.
    #[error("{text:?} is no time; write 2020-03-12, 2020-03-12T10:00:00Z or seconds since 1970")]
    Time {
        /// The text.
        text: String,
    },
    /// It is no span of time.
    #[error("{text:?} is no span of time; write 90s, 30m, 12h, 2d or a sum such as 1h30m")]
    Span {
        /// The text.
        text: String,
    },
    /// It is before the clock's present time.
    #[error("the clock is at {} and never goes back, so it cannot be set to {text}", format(*now))]
    Past {
        /// The text.
        text: String,
        /// Seconds since 1970 of the clock.
        now: u64,
    },
}

/// Seconds since 1970 as `2020-03-12T10:00:00Z`.
pub(crate) fn format(seconds: u64) -> String {
    let (day, rest) = (seconds / DAY, seconds % DAY);
    let (year, month, date) = civil(day);
    format!("{year:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", rest / 3_600, rest / 60 % 60, rest % 60)
}

/// A span in its two largest units: `2d 3h`.
pub(crate) fn format_span(seconds: u64) -> String {
    let parts = [(seconds / DAY, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let shown: Vec<String> = parts
        .iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if shown.is_empty() {
        "0s".to_owned()
    } else {
        shown.join(" ")
    }
}

/// Reads a time as seconds since 1970.
///
/// # Errors
/// [`MomentError::Time`].
pub(crate) fn parse(text: &str) -> Result<u64, MomentError> {
    let text = text.trim();
    read(text).ok_or_else(|| MomentError::Time { text: text.to_owned() })
}

fn read(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time.strip_suffix('Z').unwrap_or(time)),
        None => (text, "00:00:00"),
    };
    let [year, month, day] = numbers(date, '-')?[..] else { return None };
    let clock = numbers(time, ':')?;
    let (hour, minute, second) = match clock[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    if !(1970..=9999).contains(&year) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_since_1970(year, month, day)?;
    // A date that does not exist comes back as another one.
    if civil(days) != (year, month, day) {
        return None;
    }
    Some(days * DAY + hour * 3_600 + minute * 60 + second)
}

fn numbers(text: &str, separator: char) -> Option<Vec<u64>> {
    text.split(separator)
        .map(|part| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten())
        .collect()
}

/// Reads a span such as `1h30m` as seconds; a number alone is seconds.
///
/// # Errors
/// [`MomentError::Span`].
pub(crate) fn parse_span(text: &str) -> Result<u64, MomentError> {
    read_span(text.trim()).ok_or_else(|| MomentError::Span { text: text.to_owned() })
}

fn read_span(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|found: char| !found.is_ascii_digit()).unwrap_or(rest.len());
        let count: u64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next();
        let scale = match unit {
            Some('d') => DAY,
            Some('h') => 3_600,
            Some('m') => 60,
            Some('s') | None => 1,
            Some(_) => return None,
        };
        total = total.checked_add(count.checked_mul(scale)?)?;
        rest = &rest[end + usize::from(unit.is_some())..];
    }
    Some(total)
}

/// Year, month and day of a day counted from 1970-01-01, by the rule that repeats every 400 years.
fn civil(day: u64) -> (u64, u64, u64) {
    // Years are counted from March, so that the day that comes and goes is the last.
    let shifted = day + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, date)
}

fn days_since_1970(year: u64, month: u64, date: u64) -> Option<u64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&date) {
        return None;
    }
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

    #[test]
    fn times_are_read_and_written() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:34:56Z", 951_827_696),
            ("2020-03-12T10:00:00Z", 1_584_007_200),
            ("2100-12-31T23:59:59Z", 4_133_980_799),
        ] {
            assert_eq!(parse(text), Ok(seconds), "{text}");
            assert_eq!(format(seconds), text);
        }
        assert_eq!(parse("2020-03-12"), Ok(1_583_971_200));
        assert_eq!(parse("2020-03-12 10:00"), Ok(1_584_007_200));
        assert_eq!(parse("1583971200"), Ok(1_583_971_200));
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in 0..146_097 {
            let (year, month, date) = civil(day);
            assert_eq!(days_since_1970(year, month, date), Some(day));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in
            ["", "yesterday", "2021-02-29", "2020-13-01", "2020-03-12T24:00", "2020-03", "-5", "2020-03-12T1:2:3:4"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_are_read_and_written() {
        for (text, seconds) in [("90s", 90), ("30m", 1_800), ("1h30m", 5_400), ("2d", 172_800), ("45", 45)] {
            assert_eq!(parse_span(text), Ok(seconds), "{text}");
        }
        for text in ["", "h", "1w", "1.5h", "-1s", "99999999999999999999s"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
        assert_eq!(format_span(0), "0s");
        assert_eq!(format_span(5_400), "1h 30m");
        assert_eq!(format_span(172_805), "2d");
    }
}
