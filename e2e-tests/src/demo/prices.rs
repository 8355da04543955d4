//! The month's prices: read exactly, without floats, and refused where an hour is missing.

use florin_units::{
    human::{parse_units, ParseAmountError},
    Price, Timestamp,
};

/// March 2020 of ether, as it lies in `testdata/`.
pub const MARCH_2020: &str = include_str!("../../../testdata/eth_usd_hourly_2020-03.csv");

/// Seconds of an hour.
pub const HOUR: u64 = 3_600;
/// Decimals of a [`Price`].
const PRICE_DECIMALS: u8 = 18;
/// Days from 0000-03-01 to 1970-01-01 in the Gregorian calendar.
const DAYS_BEFORE_1970: u64 = 719_468;

/// One row: the market price of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// When the hour begins.
    pub time: Timestamp,
    /// Dollars for one ether; taken as the market price of the whole hour.
    pub price: Price,
}

#[derive(serde::Deserialize)]
struct Row {
    utc_hour: String,
    close_usd: String,
}

/// Prices that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PriceError {
    /// Not a table with the columns `utc_hour` and `close_usd`.
    #[error("the price table cannot be read: {0}; it needs the columns utc_hour and close_usd")]
    Table(#[from] csv::Error),
    /// A time that is not of the form `2020-03-01T00:00:00Z`.
    #[error("line {line}: {found:?} is no time; write 2020-03-01T00:00:00Z")]
    Time {
        /// Line in the file.
        line: u64,
        /// What stands there.
        found: String,
    },
    /// A price that is no positive decimal number.
    #[error("line {line}: {found:?} is no price: {cause}")]
    Price {
        /// Line in the file.
        line: u64,
        /// What stands there.
        found: String,
        /// What is wrong.
        cause: ParseAmountError,
    },
    /// A price of zero.
    #[error("line {line}: a price of zero is no price")]
    Zero {
        /// Line in the file.
        line: u64,
    },
    /// The row is not one hour after the row before.
    #[error("line {line}: the hour {found} does not follow {previous}; rows must be one hour apart")]
    Gap {
        /// Line in the file.
        line: u64,
        /// Seconds since 1970 of the row before.
        previous: Timestamp,
        /// Seconds since 1970 of this row.
        found: Timestamp,
    },
    /// There is no row at all.
    #[error("the price table has no rows")]
    Empty,
}

/// Reads a table with the columns `utc_hour` and `close_usd`, one row an hour.
///
/// # Errors
/// [`PriceError`], with the line of the first row that does not fit.
pub fn parse(table: &str) -> Result<Vec<Hour>, PriceError> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let mut hours: Vec<Hour> = Vec::new();
    let mut record = csv::StringRecord::new();
    let headers = reader.headers()?.clone();
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let row: Row = record.deserialize(Some(&headers))?;
        let time = parse_time(&row.utc_hour).ok_or_else(|| PriceError::Time { line, found: row.utc_hour.clone() })?;
        let raw = parse_units(&row.close_usd, PRICE_DECIMALS).map_err(|cause| PriceError::Price {
            line,
            found: row.close_usd.clone(),
            cause,
        })?;
        if raw == 0 {
            return Err(PriceError::Zero { line });
        }
        if let Some(last) = hours.last() {
            if time != last.time.after(florin_units::Seconds::from_raw(HOUR)) {
                return Err(PriceError::Gap { line, previous: last.time, found: time });
            }
        }
        hours.push(Hour { time, price: Price::from_raw(raw) });
    }
    if hours.is_empty() {
        return Err(PriceError::Empty);
    }
    Ok(hours)
}

/// A moment of the form `2020-03-01T00:00:00Z`.
fn parse_time(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    if year < 1970 || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_since_1970(year, month, day)?;
    let seconds = days.checked_mul(24)?.checked_add(hour)?.checked_mul(60)?.checked_add(minute)?;
    Some(Timestamp::from_raw(seconds.checked_mul(60)?.checked_add(second)?))
}

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let mut parts = text.split(separator).map(|part| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse().ok()).flatten()
    });
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 in the Gregorian calendar. Years are counted from March, so that the leap day is a year's last.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let months_after_march = month.checked_add(9)?.checked_rem(12)?;
    let day_of_year = months_after_march.checked_mul(153)?.checked_add(2)? / 5;
    let leap_days = (year / 4).checked_sub(year / 100)?.checked_add(year / 400)?;
    year.checked_mul(365)?
        .checked_add(leap_days)?
        .checked_add(day_of_year)?
        .checked_add(day.checked_sub(1)?)?
        .checked_sub(DAYS_BEFORE_1970)
}

/// A moment as people write it: `12 Mar 10:00`.
pub fn human_time(time: Timestamp) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (mut days, seconds) = (time.raw() / 86_400, time.raw() % 86_400);
    let (mut year, mut month) = (1970, 1);
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    while days >= days_in_month(year, month) {
        days -= days_in_month(year, month);
        month += 1;
    }
    let name = usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default();
    format!("{} {name} {:02}:{:02}", days + 1, seconds / HOUR, seconds % HOUR / 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2020-03-01T00:00:00Z
    const MARCH: u64 = 1_583_020_800;

    #[test]
    fn the_month_is_read_exactly() {
        let hours = parse(MARCH_2020).unwrap();
        assert_eq!(hours.len(), 744);
        assert_eq!(
            hours[0],
            Hour { time: Timestamp::from_raw(MARCH), price: Price::from_raw(218_360_000_000_000_000_000) }
        );
        assert_eq!(hours[1].price.raw(), 223_600_000_000_000_000_000);
        assert_eq!(hours[743].time.raw(), MARCH + 743 * HOUR);
        assert_eq!(hours[743].price.raw(), 132_720_000_000_000_000_000);
        let lowest = hours.iter().min_by_key(|hour| hour.price).unwrap();
        assert_eq!(lowest.price.raw(), 96_620_000_000_000_000_000);
        assert_eq!(human_time(lowest.time), "13 Mar 01:00");
        let highest = hours.iter().map(|hour| hour.price.raw()).max().unwrap();
        assert_eq!(highest, 246_830_000_000_000_000_000);
    }

    #[test]
    fn times_across_leap_days_and_years() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1999-12-31T23:59:59Z", 946_684_799),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2020-02-29T00:00:00Z", MARCH - 86_400),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] {
            assert_eq!(parse_time(text), Some(Timestamp::from_raw(seconds)), "{text}");
        }
        for text in [
            "",
            "2020-03-01",
            "2020-03-01T00:00:00",
            "2020-02-30T00:00:00Z",
            "2019-02-29T00:00:00Z",
            "2020-13-01T00:00:00Z",
            "2020-03-01T24:00:00Z",
            "2020-03-01T00:00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2020-+3-01T00:00:00Z",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn bad_rows_are_named() {
        let table = |rows: &str| parse(&format!("utc_hour,close_usd\n{rows}"));
        assert!(matches!(table(""), Err(PriceError::Empty)));
        assert!(matches!(table("soon,1\n"), Err(PriceError::Time { line: 2, .. })));
        assert!(matches!(
            table("2020-03-01T00:00:00Z,1\n2020-03-01T01:00:00Z,1e3\n"),
            Err(PriceError::Price { line: 3, .. })
        ));
        assert!(matches!(table("2020-03-01T00:00:00Z,-1\n"), Err(PriceError::Price { line: 2, .. })));
        assert!(matches!(table("2020-03-01T00:00:00Z,0.00\n"), Err(PriceError::Zero { line: 2 })));
        assert!(matches!(
            table("2020-03-01T00:00:00Z,1\n2020-03-01T02:00:00Z,1\n"),
            Err(PriceError::Gap { line: 3, .. })
        ));
        assert!(matches!(parse("hour,price\n2020-03-01T00:00:00Z,1\n"), Err(PriceError::Table(_))));
        // More digits than a price has are refused, not rounded away.
        assert!(matches!(
            table("2020-03-01T00:00:00Z,1.0000000000000000001\n"),
            Err(PriceError::Price { line: 2, cause: ParseAmountError::TooManyDecimals { .. }, .. })
        ));
    }
}
