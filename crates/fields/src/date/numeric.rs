//! Dates written in numbers alone: epochs, serials of spreadsheets, ISO weeks and days of the year.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::{Timestamp, ToSpan, tz::Offset};

use super::{
    Attempt, DatePrecision, NOT_A_DATE, PostingDate, YEAR_ALONE, YEAR_OUT_OF_RANGE, YEARS,
    calendar, is_time, number,
};

/// Serials of the days from 2000 to 2050, as spreadsheets count them from the end of 1899.
const SERIALS: std::ops::RangeInclusive<i64> = 36_526..=54_788;

/// Reads seconds or milliseconds since 1970, `20240131`, and a year alone.
pub(super) fn epoch(text: &str) -> Attempt {
    if let Some(read) = scientific(text) {
        return Some(read);
    }
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|b| b.is_ascii_digit()) => whole,
        Some(_) => return None,
        None => text,
    };
    if !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let seconds = match whole.len() {
        4 => return Some(Err(YEAR_ALONE)),
        8 => {
            let date = calendar(number / 10_000, number / 100 % 100, number % 100);
            return Some(date.map(PostingDate::day));
        }
        9 | 10 => number,
        12 | 13 => number / 1_000,
        15 | 16 => number / 1_000_000,
        _ => return Some(Err(NOT_A_DATE)),
    };
    Some(since_1970(seconds).map(PostingDate::day))
}

fn since_1970(seconds: i64) -> Result<Date, &'static str> {
    let timestamp = Timestamp::from_second(seconds).map_err(|_| YEAR_OUT_OF_RANGE)?;
    let date = Offset::UTC.to_datetime(timestamp).date();
    YEARS.contains(&i64::from(date.year())).then_some(date).ok_or(YEAR_OUT_OF_RANGE)
}

/// Reads an epoch that a spreadsheet has shortened: `1.7134e+12`. How exact it is depends on its digits.
fn scientific(text: &str) -> Option<Result<PostingDate, &'static str>> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    if whole.len() != 1 || fraction.len() > 15 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let exponent: u32 = exponent.parse().ok().filter(|_| digits(exponent))?;
    let per_second: i64 = match exponent {
        8 | 9 => 1,
        11 | 12 => 1_000,
        14 | 15 => 1_000_000,
        _ => return Some(Err(NOT_A_DATE)),
    };
    let shown = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
    let left = exponent.checked_sub(shown);
    let number: i64 = format!("{whole}{fraction}").parse().ok()?;
    let number = match left {
        Some(left) => number.checked_mul(10_i64.checked_pow(left)?)?,
        None => number / 10_i64.checked_pow(shown - exponent)?,
    };
    // The last digit that is shown stands for this many seconds.
    let step = 10_i64.checked_pow(left.unwrap_or(0))? / per_second;
    let precision = match step / 86_400 {
        0..=1 => DatePrecision::Day,
        2..=7 => DatePrecision::Week,
        8..=31 => DatePrecision::Month,
        32..=366 => DatePrecision::Year,
        _ => return Some(Err("rounded to more than a year")),
    };
    Some(since_1970(number / per_second).map(|date| PostingDate { date, precision }))
}

/// Reads the number of a day that a spreadsheet made of a date: `45356` is 5 March 2024. Any number of five
/// digits looks like one, so that the column has to say that it holds dates.
pub(super) fn serial(text: &str) -> Option<Date> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let is_number =
        whole.len() == 5 && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    let days: i64 = whole.parse().ok().filter(|_| is_number)?;
    let start = jiff::civil::date(1899, 12, 30);
    SERIALS.contains(&days).then(|| start.checked_add(days.days()).ok())?
}

/// Reads `2024-W05`, `2024W05-3` and the day of a year, `2024-065`.
pub(super) fn week_or_day_of_year(text: &str) -> Attempt {
    let (year, digits, rest) = number(text)?;
    if digits != 4 {
        return None;
    }
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    if let Some(week) = rest.strip_prefix(['W', 'w']) {
        let (week, digits, rest) = number(week)?;
        if digits != 2 {
            return None;
        }
        let (weekday, precision) = match rest.strip_prefix('-').unwrap_or(rest) {
            "" => (1, DatePrecision::Week),
            day => match number(day)? {
                (day, 1, rest) if is_time(rest) => (day, DatePrecision::Day),
                _ => return None,
            },
        };
        let date = || -> Option<Date> {
            let weekday = Weekday::from_monday_one_offset(i8::try_from(weekday).ok()?).ok()?;
            let (year, week) = (i16::try_from(year).ok()?, i8::try_from(week).ok()?);
            Some(ISOWeekDate::new(year, week, weekday).ok()?.date())
        };
        let is_in_range = YEARS.contains(&year);
        return Some(match date().filter(|_| is_in_range) {
            Some(date) => Ok(PostingDate { date, precision }),
            None => Err("no such week"),
        });
    }
    let (day, digits, rest) = number(rest)?;
    if digits != 3 || !is_time(rest) || !text[4..].starts_with('-') {
        return None;
    }
    let first = match calendar(year, 1, 1) {
        Ok(first) => first,
        Err(reason) => return Some(Err(reason)),
    };
    Some(match first.checked_add((day - 1).days()) {
        Ok(date) if day > 0 && date.year() == first.year() => Ok(PostingDate::day(date)),
        _ => Err("no such day of the year"),
    })
}
