//! When a posting was published, closed or seen.

mod numeric;
#[cfg(test)]
mod tests;

use jiff::ToSpan;
use jiff::civil::Date;
use numeric::{epoch, serial, week_or_day_of_year};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::Reading;
use super::error::{FieldDataError, parse};

const FILE: &str = "crates/fields/corpus/dates.toml";
const TEXT: &str = include_str!("../corpus/dates.toml");

/// Longest text, in bytes, that is read as a date.
const LONGEST: usize = 80;
/// Years outside are not those of postings on the web.
const YEARS: std::ops::RangeInclusive<i64> = 1990..=2100;
/// Two-digit years up to this one are of the 21st century.
const LAST_SHORT_YEAR: i64 = 68;
/// Cells that a column's order of day and month is decided by, at least.
const MIN_DECIDING: usize = 1;

const NOT_A_DATE: &str = "not a date";
const NO_SUCH_DAY: &str = "no such day in the calendar";
const YEAR_OUT_OF_RANGE: &str = "the year is outside 1990 to 2100";
const NOT_SEEN: &str = "counts back from a day that is not known";
const WHICH_IS_THE_MONTH: &str = "day or month first is not decided in this column";
const YEAR_ALONE: &str = "a year alone";

/// How exact a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DatePrecision {
    /// The day; counted back in hours or days, it may be wrong by one.
    Day,
    /// Counted back in weeks, rounded by the board.
    Week,
    /// The month; the day is the first, or was counted back in months.
    Month,
    /// Counted back in years, rounded by the board.
    Year,
    /// This day or one before it: `30+ days ago`.
    Latest,
}

/// A date with its precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PostingDate {
    /// The day, in the time zone that the board writes in (UTC for epochs).
    pub date: Date,
    /// How exact it is.
    pub precision: DatePrecision,
}

impl PostingDate {
    fn day(date: Date) -> Self {
        Self { date, precision: DatePrecision::Day }
    }
}

/// Whether `4/3/2024` is in April or in March.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// Month, day, year.
    MonthFirst,
    /// Day, month, year.
    DayFirst,
    /// It is not known: only dates that can be but one day are read.
    #[default]
    Undecided,
}

impl DateOrder {
    /// Decides the order of a column, given a sample of its cells.
    ///
    /// A number above 12 shows which of the two is the day. If cells contradict each other, or none
    /// shows it, the order stays undecided.
    ///
    /// ```
    /// use rolecall_fields::DateOrder;
    ///
    /// assert_eq!(DateOrder::detect(["4/3/2024", "4/17/2024"]), DateOrder::MonthFirst);
    /// assert_eq!(DateOrder::detect(["4/3/2024", "5/3/2024"]), DateOrder::Undecided);
    /// ```
    pub fn detect<'a>(cells: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut day_first, mut month_first) = (0, 0);
        for [first, second, _] in cells.into_iter().filter_map(short_date) {
            day_first += usize::from(first > 12 && second <= 12);
            month_first += usize::from(second > 12 && first <= 12);
        }
        match (day_first, month_first) {
            (0, MIN_DECIDING..) => Self::MonthFirst,
            (MIN_DECIDING.., 0) => Self::DayFirst,
            _ => Self::Undecided,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Seconds, minutes or hours, by the number of them in a day.
    PerDay(i64),
    Day,
    Week,
    Month,
    Year,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    months: Vec<Vec<String>>,
    beside: FxHashSet<String>,
    today: FxHashSet<String>,
    yesterday: FxHashSet<String>,
    ago: FxHashSet<String>,
    one: FxHashSet<String>,
    more: FxHashSet<String>,
    units: Units,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Units {
    second: Vec<String>,
    minute: Vec<String>,
    hour: Vec<String>,
    day: Vec<String>,
    week: Vec<String>,
    month: Vec<String>,
    year: Vec<String>,
}

/// Reads dates.
#[derive(Debug)]
pub struct DateReader {
    months: FxHashMap<String, i64>,
    units: FxHashMap<String, Unit>,
    beside: FxHashSet<String>,
    today: FxHashSet<String>,
    yesterday: FxHashSet<String>,
    ago: FxHashSet<String>,
    one: FxHashSet<String>,
    more: FxHashSet<String>,
}

impl DateReader {
    /// Loads the words that the binary carries.
    ///
    /// # Errors
    ///
    /// Returns an error if the embedded file is invalid; the tests of this crate make sure that it
    /// is not.
    pub fn embedded() -> Result<Self, FieldDataError> {
        let data: Data = parse(FILE, TEXT)?;
        let mut months = FxHashMap::default();
        for (number, names) in (1..).zip(data.months) {
            months.extend(names.into_iter().map(|name| (name, number)));
        }
        let mut units = FxHashMap::default();
        for (names, unit) in [
            (data.units.second, Unit::PerDay(86_400)),
            (data.units.minute, Unit::PerDay(1_440)),
            (data.units.hour, Unit::PerDay(24)),
            (data.units.day, Unit::Day),
            (data.units.week, Unit::Week),
            (data.units.month, Unit::Month),
            (data.units.year, Unit::Year),
        ] {
            units.extend(names.into_iter().map(|name| (name, unit)));
        }
        let Data { beside, today, yesterday, ago, one, more, .. } = data;
        Ok(Self { months, units, beside, today, yesterday, ago, one, more })
    }

    /// Reads a date; takes less than a microsecond for numbers, one or two for words.
    ///
    /// `seen` is the day the posting was scraped, which `4 days ago` counts back from; `order`
    /// decides `4/3/2024`. Times and time zones are passed over: the day is the one that is
    /// written.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use rolecall_fields::{DateOrder, DateReader};
    ///
    /// let dates = DateReader::embedded()?;
    /// let seen = Some(date(2024, 3, 1));
    /// let read = dates.read("4 days ago", seen, DateOrder::Undecided).read().expect("a date");
    /// assert_eq!(read.date, date(2024, 2, 26));
    /// # Ok::<(), rolecall_fields::FieldDataError>(())
    /// ```
    pub fn read(&self, text: &str, seen: Option<Date>, order: DateOrder) -> Reading<PostingDate> {
        let text = text.trim();
        if text.is_empty() {
            return Reading::NotStated;
        }
        if text.len() > LONGEST {
            return Reading::NotRead("too long for a date");
        }
        let read = if text.starts_with(|c: char| c.is_ascii_digit()) {
            epoch(text)
                .or_else(|| week_or_day_of_year(text))
                .or_else(|| year_first(text))
                .or_else(|| in_order(text, order))
        } else {
            None
        };
        match read.unwrap_or_else(|| self.words(text, seen)) {
            Ok(date) => Reading::Read(date),
            Err(reason) => Reading::NotRead(reason),
        }
    }

    /// Reads a cell of a column that holds dates as spreadsheets number them, from the end of 1899:
    /// `45356` is 5 March 2024.
    pub fn serial(text: &str) -> Option<PostingDate> {
        serial(text).map(PostingDate::day)
    }

    fn words(&self, text: &str, seen: Option<Date>) -> Result<PostingDate, &'static str> {
        let text = self.unglued(text).to_lowercase();
        let mut month = None;
        let mut year = None;
        let mut numbers = Vec::new();
        let mut unit = None;
        let mut back = None;
        let mut is_ago = false;
        let mut is_more = false;
        let separator = |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '/' | '-');
        for word in text.split(separator).filter(|word| !word.is_empty()) {
            let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = word.split_at(digits);
            let rest = rest.trim_end_matches(['.', ':']);
            // "10.15.00.000000", as Oracle writes times
            let is_dotted = rest.starts_with('.')
                && rest.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit())
                && rest.len() > 2;
            // A time, or the zone of one: "11:16:22", "+0000"
            if is_dotted && digits > 0
                || rest.contains(':')
                || rest.starts_with('+') && digits == 0 && word.len() > 1
            {
                continue;
            }
            if digits > 0 {
                let number =
                    number.parse::<i64>().ok().filter(|n| *n < 10_000).ok_or(NOT_A_DATE)?;
                let is_zone = digits == 4 && year.is_some();
                match rest {
                    _ if is_zone => {}
                    "" if digits == 4 => year = Some(number),
                    "" | "st" | "nd" | "rd" | "th" => numbers.push(number),
                    "+" => {
                        is_more = true;
                        numbers.push(number);
                    }
                    unit_name => {
                        let bare = unit_name.trim_matches('+');
                        is_more |= bare.len() < unit_name.len();
                        unit = Some(*self.units.get(bare).ok_or(NOT_A_DATE)?);
                        numbers.push(number);
                    }
                }
            } else if let Some(&number) = self.months.get(rest).filter(|_| month.is_none()) {
                month = Some(number);
            } else if self.today.contains(rest) {
                back = Some(0);
            } else if self.yesterday.contains(rest) {
                back = Some(1);
            } else if let Some(&found) = self.units.get(rest).filter(|_| !numbers.is_empty()) {
                unit = Some(found);
            } else if self.one.contains(rest) && numbers.is_empty() && !self.ago_a(rest, &text) {
                numbers.push(1);
            } else if self.ago.contains(rest) {
                is_ago = true;
            } else if self.more.contains(rest) {
                is_more = true;
            } else if rest != "+" && !rest.is_empty() && !self.beside.contains(rest) {
                return Err(NOT_A_DATE);
            }
        }
        match (month, year, numbers.as_slice(), unit) {
            // "05-MAR-24"
            (Some(month), None, [day, short], None) if *short < 100 && *day <= 31 => {
                let century = if *short <= LAST_SHORT_YEAR { 2000 } else { 1900 };
                calendar(century + short, month, *day).map(PostingDate::day)
            }
            (Some(month), Some(year), [day], None) => {
                calendar(year, month, *day).map(PostingDate::day)
            }
            (Some(month), Some(year), [], None) => {
                let date = calendar(year, month, 1)?;
                Ok(PostingDate { date, precision: DatePrecision::Month })
            }
            (None, None, [count], Some(unit)) if is_ago || text.len() <= 12 => {
                self.back(seen.ok_or(NOT_SEEN)?, *count, unit, is_more)
            }
            (None, None, [], None) if back.is_some() => {
                let seen = seen.ok_or(NOT_SEEN)?;
                let days = back.unwrap_or_default();
                seen.checked_sub(days.days()).map(PostingDate::day).map_err(|_| NO_SUCH_DAY)
            }
            (Some(_), None, ..) => Err("a day without a year"),
            _ => Err(NOT_A_DATE),
        }
    }

    /// Parts words that a page has run together: `PostedPosted 5 days ago`, `Posted30+ days ago`.
    fn unglued(&self, text: &str) -> String {
        let mut parted = String::with_capacity(text.len() + 4);
        let mut word_start = 0;
        for c in text.chars() {
            let word = &parted[word_start..];
            let is_new_word = c.is_uppercase() && parted.ends_with(char::is_lowercase)
                || c.is_ascii_digit()
                    && word.len() > 2
                    && self.beside.contains(word.to_lowercase().as_str());
            if is_new_word {
                parted.push(' ');
            }
            if is_new_word || c.is_whitespace() {
                word_start = parted.len() + if is_new_word { 0 } else { c.len_utf8() };
            }
            parted.push(c);
        }
        parted
    }

    /// Tells whether `a` is the French word in "il y a".
    fn ago_a(&self, word: &str, text: &str) -> bool {
        word == "a" && self.ago.iter().any(|ago| ago.contains(' ') && text.contains(ago.as_str()))
    }

    fn back(
        &self,
        seen: Date,
        count: i64,
        unit: Unit,
        is_more: bool,
    ) -> Result<PostingDate, &'static str> {
        let (span, precision) = match unit {
            Unit::PerDay(in_a_day) => ((count / in_a_day).days(), DatePrecision::Day),
            Unit::Day => (count.days(), DatePrecision::Day),
            Unit::Week => (count.weeks(), DatePrecision::Week),
            Unit::Month => (count.months(), DatePrecision::Month),
            Unit::Year => (count.years(), DatePrecision::Year),
        };
        let date = seen.checked_sub(span).map_err(|_| NO_SUCH_DAY)?;
        if !YEARS.contains(&i64::from(date.year())) {
            return Err(YEAR_OUT_OF_RANGE);
        }
        let precision = if is_more { DatePrecision::Latest } else { precision };
        Ok(PostingDate { date, precision })
    }
}

type Attempt = Option<Result<PostingDate, &'static str>>;

/// Reads `2024-01-31`, `2024/1/31`, with or without a time, and `2024-01`.
fn year_first(text: &str) -> Attempt {
    let (year, digits, rest) = number(text)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    if digits != 4 {
        return None;
    }
    let (month, month_digits, rest) = number(&rest[1..])?;
    if month_digits > 2 {
        return None;
    }
    if rest.is_empty() {
        let date = calendar(year, month, 1);
        return Some(date.map(|date| PostingDate { date, precision: DatePrecision::Month }));
    }
    let (day, day_digits, rest) = number(rest.strip_prefix(separator)?)?;
    if day_digits > 2 || !is_time(rest) {
        return None;
    }
    Some(calendar(year, month, day).map(PostingDate::day))
}

/// Reads `4/3/2024` in the given order, or where only one order gives a day.
fn in_order(text: &str, order: DateOrder) -> Attempt {
    let [first, second, year] = short_date(text)?;
    let month_first = calendar(year, first, second);
    let day_first = calendar(year, second, first);
    Some(
        match (order, month_first, day_first) {
            (DateOrder::MonthFirst, date, _) | (DateOrder::DayFirst, _, date) => date,
            (DateOrder::Undecided, Ok(date), Ok(other)) if date == other => Ok(date),
            (DateOrder::Undecided, Ok(_), Ok(_)) => Err(WHICH_IS_THE_MONTH),
            (DateOrder::Undecided, Ok(date), Err(_)) | (DateOrder::Undecided, Err(_), Ok(date)) => {
                Ok(date)
            }
            (DateOrder::Undecided, Err(reason), Err(_)) => Err(reason),
        }
        .map(PostingDate::day),
    )
}

/// Takes `4/3/2024 11:16` or `04.03.24` apart into its three numbers, with the year in full.
fn short_date(text: &str) -> Option<[i64; 3]> {
    let (first, first_digits, rest) = number(text.trim())?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (second, second_digits, rest) = number(&rest[1..])?;
    let (year, year_digits, rest) = number(rest.strip_prefix(separator)?)?;
    let year = match year_digits {
        4 => year,
        2 if year <= LAST_SHORT_YEAR => 2000 + year,
        2 => 1900 + year,
        _ => return None,
    };
    (first_digits <= 2 && second_digits <= 2 && is_time(rest)).then_some([first, second, year])
}

/// Takes a number off the start: its value, the count of its digits, the rest.
fn number(text: &str) -> Option<(i64, usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    Some((number.parse().ok()?, digits, rest))
}

/// Tells whether what follows a date is nothing or a time of day.
fn is_time(text: &str) -> bool {
    match text.trim_start_matches(['T', ' ', ',', 't']) {
        "" => text.trim().is_empty(),
        rest => {
            let is_separated = rest.len() < text.len();
            let is_clock = rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains(':');
            is_separated && is_clock
        }
    }
}

fn calendar(year: i64, month: i64, day: i64) -> Result<Date, &'static str> {
    if !YEARS.contains(&year) {
        return Err(YEAR_OUT_OF_RANGE);
    }
    let small = |number| i8::try_from(number).map_err(|_| NO_SUCH_DAY);
    let year = i16::try_from(year).map_err(|_| YEAR_OUT_OF_RANGE)?;
    Date::new(year, small(month)?, small(day)?).map_err(|_| NO_SUCH_DAY)
}
