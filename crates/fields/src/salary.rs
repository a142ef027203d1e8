//! What a posting pays.

mod amount;
mod clean;
mod pay;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use amount::{Amount, number};
use clean::plain;
pub use pay::{PayEnds, PayPeriod, Salary};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::Reading;
use super::error::{FieldDataError, parse};

const FILE: &str = "crates/fields/corpus/salary.toml";
const TEXT: &str = include_str!("../corpus/salary.toml");

/// Longest text, in bytes, that is read as pay.
const LONGEST: usize = 300;
/// Amounts below this take the `K` of the other end of the range.
const LEAST_THOUSANDS: i64 = 1_000;

const NO_AMOUNT: &str = "has no amount";
const NO_PERIOD: &str = "has no period, and the amount can be of several";
const UNKNOWN_PERIOD: &str = "is paid by what has no fixed number in a year";
const IMPLAUSIBLE: &str = "the annual pay is implausible";
const BACKWARDS: &str = "the lower end is above the upper end";
const OTHER_WORDS: &str = "has no currency, and other words beside the numbers";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    year: Year,
    assumed: Assumed,
    bounds: BTreeMap<String, [i64; 2]>,
    currencies: BTreeMap<String, String>,
    words: Words,
    phrases: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    hours: i64,
    days: i64,
    weeks: i64,
    two_weeks: i64,
    half_months: i64,
    months: i64,
    quarters: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Assumed {
    hour: [i64; 2],
    year: [i64; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    bare_dollar: String,
    hour: Vec<String>,
    day: Vec<String>,
    week: Vec<String>,
    two_weeks: Vec<String>,
    half_month: Vec<String>,
    month: Vec<String>,
    quarter: Vec<String>,
    year: Vec<String>,
    range: FxHashSet<String>,
    up_to: FxHashSet<String>,
    from: FxHashSet<String>,
    nothing: FxHashSet<String>,
    beside: FxHashSet<String>,
    piece: FxHashSet<String>,
}

#[derive(Debug, Clone)]
struct Currency {
    /// In lower case.
    mark: String,
    code: String,
    is_assumed: bool,
}

#[derive(Debug, Clone, Copy)]
enum Token<'t, 'r> {
    Amount(Amount<'r>),
    Word(&'t str),
    Currency(&'r Currency),
    Dash,
    Percent,
}

/// Reads pay.
#[derive(Debug)]
pub struct SalaryReader {
    /// Longest marks first.
    currencies: Vec<Currency>,
    periods: FxHashMap<String, PayPeriod>,
    assumed: Assumed,
    bounds: BTreeMap<String, [i64; 2]>,
    default_bounds: [i64; 2],
    range: FxHashSet<String>,
    up_to: FxHashSet<String>,
    from: FxHashSet<String>,
    nothing: FxHashSet<String>,
    beside: FxHashSet<String>,
    /// What else is paid for, of which nobody knows how many make a year.
    piece: FxHashSet<String>,
    /// Periods of several words, the longest first, and a word for each.
    phrases: Vec<(String, String)>,
}

impl SalaryReader {
    /// Loads the words and bounds that the binary carries.
    ///
    /// # Errors
    ///
    /// Returns an error if the embedded file is invalid; the tests of this crate make sure that it
    /// is not.
    pub fn embedded() -> Result<Self, FieldDataError> {
        let data: Data = parse(FILE, TEXT)?;
        let missing = |message: &str| FieldDataError { file: FILE, message: message.to_owned() };
        let Year { hours, days, weeks, two_weeks, half_months, months, quarters } = data.year;
        let periods = [
            (PayPeriod::Hour, hours),
            (PayPeriod::Day, days),
            (PayPeriod::Week, weeks),
            (PayPeriod::TwoWeeks, two_weeks),
            (PayPeriod::HalfMonth, half_months),
            (PayPeriod::Month, months),
            (PayPeriod::Quarter, quarters),
        ];
        if periods.iter().any(|(period, number)| period.per_year() != *number) {
            return Err(missing("[year] is not the one of the Bureau of Labor Statistics"));
        }
        let default_bounds = data.bounds.get("default").copied();
        let default_bounds = default_bounds.ok_or_else(|| missing("[bounds] has no `default`"))?;
        let mut currencies: Vec<_> = data
            .currencies
            .into_iter()
            .map(|(mark, code)| Currency { mark: mark.to_lowercase(), code, is_assumed: false })
            .collect();
        let mark = data.words.bare_dollar;
        currencies.push(Currency { mark, code: "USD".to_owned(), is_assumed: true });
        currencies.sort_by(|a, b| b.mark.len().cmp(&a.mark.len()).then(a.mark.cmp(&b.mark)));
        let mut periods = FxHashMap::default();
        for (words, period) in [
            (data.words.hour, PayPeriod::Hour),
            (data.words.day, PayPeriod::Day),
            (data.words.week, PayPeriod::Week),
            (data.words.two_weeks, PayPeriod::TwoWeeks),
            (data.words.half_month, PayPeriod::HalfMonth),
            (data.words.month, PayPeriod::Month),
            (data.words.quarter, PayPeriod::Quarter),
            (data.words.year, PayPeriod::Year),
        ] {
            periods.extend(words.into_iter().map(|word| (word, period)));
        }
        let Words { range, up_to, from, nothing, beside, piece, .. } = data.words;
        let mut phrases: Vec<_> = data.phrases.into_iter().collect();
        phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
        let (assumed, bounds) = (data.assumed, data.bounds);
        Ok(Self {
            currencies,
            periods,
            assumed,
            bounds,
            default_bounds,
            range,
            up_to,
            from,
            nothing,
            beside,
            piece,
            phrases,
        })
    }

    /// Reads pay as one text; takes a microsecond or two.
    ///
    /// ```
    /// use rolecall_fields::{PayPeriod, SalaryReader};
    ///
    /// let salaries = SalaryReader::embedded()?;
    /// let salary = salaries.read("$45 - $52 an hour").read().expect("pay");
    /// assert_eq!(salary.period, PayPeriod::Hour);
    /// assert_eq!(salary.annual_cents(), 100_880 * 100);
    /// # Ok::<(), rolecall_fields::FieldDataError>(())
    /// ```
    pub fn read(&self, text: &str) -> Reading<Salary<'_>> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Reading::NotRead("too long for pay");
        }
        let text = plain(text, &self.phrases);
        if text.is_empty() || self.nothing.contains(&text) {
            return Reading::NotStated;
        }
        match self.read_tokens(&self.tokens(&text)) {
            Ok(salary) => Reading::Read(salary),
            Err(reason) => Reading::NotRead(reason),
        }
    }

    /// Reads pay of which a board gives the parts in columns; any of them may be empty.
    ///
    /// ```
    /// use rolecall_fields::SalaryReader;
    ///
    /// let salaries = SalaryReader::embedded()?;
    /// let salary = salaries.from_parts("75000.0", "85000.0", "USD", "YEARLY").read().expect("pay");
    /// assert_eq!(salary.annual_cents(), 80_000 * 100);
    /// # Ok::<(), rolecall_fields::FieldDataError>(())
    /// ```
    pub fn from_parts(
        &self,
        low: &str,
        high: &str,
        currency: &str,
        period: &str,
    ) -> Reading<Salary<'_>> {
        let (low, high) = (plain(low.trim(), &[]), plain(high.trim(), &[]));
        let said = plain(period.trim(), &self.phrases);
        let period = self.period_in(&said);
        if period.is_none() && !said.is_empty() && !self.nothing.contains(&said) {
            return Reading::NotRead(UNKNOWN_PERIOD);
        }
        let amount = |text: &str| -> Result<Option<Amount<'_>>, &'static str> {
            if text.is_empty() || self.nothing.contains(text) || text.len() > LONGEST {
                return Ok(None);
            }
            match self.tokens(text).as_slice() {
                [Token::Amount(amount)] if amount.cents > 0 => Ok(Some(*amount)),
                [Token::Amount(_)] => Ok(None),
                _ => Err("an end of the pay is not an amount"),
            }
        };
        let (low, high) = match (amount(&low), amount(&high)) {
            (Ok(low), Ok(high)) => (low, high),
            (Err(reason), _) | (_, Err(reason)) => return Reading::NotRead(reason),
        };
        let (first, second, ends) = match (low, high) {
            (Some(low), Some(high)) => (low, high, PayEnds::Both),
            (Some(low), None) => (low, low, PayEnds::Lower),
            (None, Some(high)) => (high, high, PayEnds::Upper),
            (None, None) => return Reading::NotStated,
        };
        let currency = self.currency(currency).or(first.currency).or(second.currency);
        match self.salary(first, second, currency, period, ends) {
            Ok(salary) => Reading::Read(salary),
            Err(reason) => Reading::NotRead(reason),
        }
    }

    /// Reads a cell of a column of periods: `HOURLY`, `per year`.
    pub(super) fn period(&self, text: &str) -> Option<PayPeriod> {
        self.period_in(&plain(text, &self.phrases))
    }

    fn period_in(&self, plain: &str) -> Option<PayPeriod> {
        let mut words = plain.split(|c: char| !c.is_alphanumeric());
        words.find_map(|word| self.periods.get(word).copied())
    }

    /// Tells whether a cell is a currency: `USD`, `£`.
    pub(super) fn is_currency(&self, text: &str) -> bool {
        self.currency(text).is_some()
    }

    /// Tells whether a cell is an amount and nothing else, or a word for nothing.
    pub(super) fn is_amount(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        self.nothing.contains(&text)
            || text.len() <= LONGEST && matches!(self.tokens(&text).as_slice(), [Token::Amount(_)])
    }

    fn currency(&self, text: &str) -> Option<&Currency> {
        let text = text.trim().to_lowercase();
        self.currencies.iter().find(|known| known.mark == text)
    }

    fn read_tokens<'r>(&'r self, tokens: &[Token<'_, 'r>]) -> Result<Salary<'r>, &'static str> {
        let is_marked = |token: &Token<'_, '_>| {
            matches!(token, Token::Amount(Amount { currency: Some(_), .. }))
        };
        let is_amount = |token: &Token<'_, '_>| matches!(token, Token::Amount(_));
        let marked = tokens.iter().position(is_marked);
        let at = match marked {
            Some(marked) => match marked.checked_sub(2) {
                // "120 - 150 €"
                Some(before)
                    if matches!(tokens[before..marked], [Token::Amount(_), Token::Dash]) =>
                {
                    before
                }
                _ => marked,
            },
            None => {
                let is_plain = |token: &Token<'_, '_>| match token {
                    Token::Word(word) => self.is_word_of_pay(word),
                    Token::Percent => false,
                    Token::Amount(_) | Token::Currency(_) | Token::Dash => true,
                };
                let at = tokens.iter().position(is_amount).ok_or(NO_AMOUNT)?;
                if !tokens.iter().all(is_plain) {
                    return Err(OTHER_WORDS);
                }
                at
            }
        };
        let Some(Token::Amount(first)) = tokens.get(at) else { return Err(NO_AMOUNT) };
        let word = |token: Option<&Token<'_, '_>>, list: &FxHashSet<String>| matches!(token, Some(Token::Word(word)) if list.contains(*word));
        // The period of the first amount may stand between: "$20/hr - $30/hr".
        let mut next = at + 1;
        while let Some(Token::Word(word)) = tokens.get(next) {
            if !self.periods.contains_key(*word) && !self.beside.contains(*word) {
                break;
            }
            next += 1;
        }
        let is_range =
            matches!(tokens.get(next), Some(Token::Dash)) || word(tokens.get(next), &self.range);
        let second = match tokens.get(next + 1) {
            Some(Token::Amount(second))
                if is_range && !matches!(tokens.get(next + 2), Some(Token::Percent)) =>
            {
                Some(*second)
            }
            _ => None,
        };
        let before = at.checked_sub(1).and_then(|n| tokens.get(n));
        let before_that = at.checked_sub(2).and_then(|n| tokens.get(n));
        let ends = match second {
            Some(_) => PayEnds::Both,
            // "up to" is two words
            None if word(before, &self.up_to)
                || word(before, &self.range) && word(before_that, &self.up_to) =>
            {
                PayEnds::Upper
            }
            None if word(before, &self.from)
                || word(before, &self.range) && word(before_that, &self.from) =>
            {
                PayEnds::Lower
            }
            None => PayEnds::Both,
        };
        // "$45 per visit", "$45/visit"
        let is_piece = |n: usize| {
            let counts = |token: &Token<'_, '_>| match token {
                Token::Word(word) => ["per", "a", "an", "each", "every"].contains(word),
                Token::Amount(_) => true,
                _ => false,
            };
            word(tokens.get(n), &self.piece) && n > 0 && counts(&tokens[n - 1])
        };
        if (at..tokens.len()).any(is_piece) {
            return Err(UNKNOWN_PERIOD);
        }
        let period_in = |tokens: &[Token<'_, '_>]| {
            tokens.iter().find_map(|token| match token {
                Token::Word(word) => self.periods.get(*word).copied(),
                _ => None,
            })
        };
        let period = period_in(&tokens[at..]).or_else(|| period_in(&tokens[..at]));
        let second = second.unwrap_or(*first);
        let currency = first.currency.or(second.currency);
        // The code says which dollar it is: "$80,000 CAD".
        let stated = tokens.iter().find_map(|token| match token {
            Token::Currency(stated) if !stated.is_assumed => Some(*stated),
            _ => None,
        });
        let is_assumed = currency.is_none_or(|currency| currency.is_assumed);
        let currency = if is_assumed { stated.or(currency) } else { currency };
        self.salary(*first, second, currency, period, ends)
    }

    fn is_word_of_pay(&self, word: &str) -> bool {
        self.periods.contains_key(word)
            || [&self.beside, &self.range, &self.up_to, &self.from]
                .iter()
                .any(|list| list.contains(word))
    }

    fn salary<'r>(
        &'r self,
        first: Amount<'r>,
        second: Amount<'r>,
        currency: Option<&'r Currency>,
        period: Option<PayPeriod>,
        ends: PayEnds,
    ) -> Result<Salary<'r>, &'static str> {
        // "85-110K"
        let scale = |amount: Amount<'_>, other: Amount<'_>| match amount.scale {
            1 if amount.cents < LEAST_THOUSANDS * 100 => other.scale,
            scale => scale,
        };
        let low = first.scaled(scale(first, second)).ok_or(IMPLAUSIBLE)?;
        let high = second.scaled(scale(second, first)).ok_or(IMPLAUSIBLE)?;
        if low > high {
            return Err(BACKWARDS);
        }
        let lies_in = |[least, most]: [i64; 2]| low >= least * 100 && high <= most * 100;
        let (period, period_is_assumed) = match period {
            Some(period) => (period, false),
            None if lies_in(self.assumed.year) => (PayPeriod::Year, true),
            None if currency.is_some() && lies_in(self.assumed.hour) => (PayPeriod::Hour, true),
            None => return Err(NO_PERIOD),
        };
        let code = currency.map(|currency| currency.code.as_str());
        let [least, most] =
            code.and_then(|code| self.bounds.get(code)).copied().unwrap_or(self.default_bounds);
        let annual = |cents: i64| cents.checked_mul(period.per_year()).ok_or(IMPLAUSIBLE);
        if annual(low)? < least * 100 || annual(high)? > most * 100 {
            return Err(IMPLAUSIBLE);
        }
        Ok(Salary {
            currency: code,
            currency_is_assumed: currency.is_some_and(|currency| currency.is_assumed),
            low_cents: low,
            high_cents: high,
            ends,
            period,
            period_is_assumed,
        })
    }

    /// Splits a text in lower case into amounts, words and dashes.
    fn tokens<'t, 'r>(&'r self, text: &'t str) -> Vec<Token<'t, 'r>> {
        let mut tokens: Vec<Token<'t, 'r>> = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let before = &text[..text.len() - rest.len()];
            // "80kCAD"
            let is_behind_thousands = before
                .strip_suffix('k')
                .is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()));
            let after_letter = before.ends_with(char::is_alphabetic) && !is_behind_thousands;
            let mark = self.currencies.iter().find(|known| {
                let starts_word = !known.mark.starts_with(char::is_alphabetic) || !after_letter;
                starts_word
                    && rest.strip_prefix(known.mark.as_str()).is_some_and(|after| {
                        let is_word = known.mark.ends_with(char::is_alphabetic);
                        !is_word || !after.starts_with(char::is_alphabetic)
                    })
            });
            if let Some(currency) = mark {
                rest = &rest[currency.mark.len()..];
                match tokens.last_mut() {
                    // "60k €", but not the mark of the next amount: "$20 - $30"
                    Some(Token::Amount(amount))
                        if amount.currency.is_none()
                            && !rest.trim_start().starts_with(|c: char| c.is_ascii_digit()) =>
                    {
                        amount.currency = Some(currency);
                    }
                    _ => tokens.push(Token::Currency(currency)),
                }
            } else if c.is_ascii_digit()
                || c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())
            {
                let (mut amount, after) = number(rest);
                rest = after;
                if let Some(Token::Currency(currency)) = tokens.last() {
                    amount.currency = Some(currency);
                    tokens.pop();
                }
                tokens.push(Token::Amount(amount));
            } else if c.is_alphabetic() {
                let is_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_');
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let word = rest[..end].trim_end_matches('.');
                tokens.push(Token::Word(word));
                rest = &rest[end..];
            } else {
                match c {
                    '-' | '–' | '—' | '−' | '~' | '‐' | '‑' | '‒' | '―' => {
                        tokens.push(Token::Dash)
                    }
                    '%' => tokens.push(Token::Percent),
                    _ => {}
                }
                rest = &rest[c.len_utf8()..];
            }
        }
        tokens
    }
}
