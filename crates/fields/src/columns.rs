//! Which columns hold what demand is counted by.
//!
//! A column must have both a telling name and fitting content: `age` may be that of a posting or
//! of a person, `salary` may hold the employers' names by a scraper's mistake.

use jiff::civil::{Date, date};
use rolecall::posting::normalize;
use rolecall_tables::columns::FormField;

use super::names::{FieldNames, rank};
use super::{
    DateOrder, DateReader, FieldDataError, PlaceReader, Reading, RemoteReader, SalaryReader,
};

/// Share of the cells that say something which must be readable.
const MIN_SHARE: f64 = 0.5;
/// Longest name of a city, board or kind of employment, in bytes, that is likely.
const LONGEST_NAME: usize = 80;
/// Any day: `4 days ago` is a date whenever it was seen.
const ANY_DAY: Date = date(2020, 1, 1);

/// All that reads fields.
#[derive(Debug)]
pub struct FieldReaders {
    /// Reads places.
    pub place: PlaceReader,
    /// Reads dates.
    pub date: DateReader,
    /// Reads pay.
    pub salary: SalaryReader,
    /// Reads remote work.
    pub remote: RemoteReader,
}

impl FieldReaders {
    /// Loads the lists that the binary carries; takes some ten milliseconds.
    ///
    /// # Errors
    ///
    /// Returns an error if an embedded list is invalid; the tests of this crate make sure that
    /// none is.
    pub fn embedded() -> Result<Self, FieldDataError> {
        Ok(Self {
            place: PlaceReader::embedded()?,
            date: DateReader::embedded()?,
            salary: SalaryReader::embedded()?,
            remote: RemoteReader::embedded()?,
        })
    }
}

/// The columns that demand is counted by, by position from 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldColumns {
    /// When the posting was published.
    pub posted: Option<usize>,
    /// When it closes, or was removed.
    pub closed: Option<usize>,
    /// When it was seen by who collected it.
    pub scraped: Option<usize>,
    /// Pay as one text.
    pub salary: Option<usize>,
    /// The lower end of the pay.
    pub salary_low: Option<usize>,
    /// The upper end of the pay.
    pub salary_high: Option<usize>,
    /// The currency of the pay.
    pub salary_currency: Option<usize>,
    /// What the pay is for.
    pub salary_period: Option<usize>,
    /// Whether the work is done from afar.
    pub remote: Option<usize>,
    /// The city.
    pub city: Option<usize>,
    /// The state or province.
    pub state: Option<usize>,
    /// The country.
    pub country: Option<usize>,
    /// The job board.
    pub board: Option<usize>,
    /// Full time, part time, contract.
    pub employment: Option<usize>,
}

/// What overrides the columns that are found: a column's name (as written, or in any case) or its
/// position from 1; `-` means that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GivenFields {
    /// When the posting was published.
    pub posted: Option<String>,
    /// When it closes, or was removed.
    pub closed: Option<String>,
    /// When it was seen by who collected it.
    pub scraped: Option<String>,
    /// Pay as one text.
    pub salary: Option<String>,
    /// The lower end of the pay.
    pub salary_low: Option<String>,
    /// The upper end of the pay.
    pub salary_high: Option<String>,
    /// The currency of the pay.
    pub salary_currency: Option<String>,
    /// What the pay is for.
    pub salary_period: Option<String>,
    /// Whether the work is done from afar.
    pub remote: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state or province.
    pub state: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// The job board.
    pub board: Option<String>,
    /// Full time, part time, contract.
    pub employment: Option<String>,
    /// Whether day or month comes first in dates such as `4/3/2024`.
    pub date_order: Option<DateOrder>,
}

/// Says that a column which was asked for is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{wanted}: no column `{name}`; the file has: {columns}")]
pub struct FieldColumnsError {
    /// The field that it was asked for.
    pub wanted: &'static str,
    /// The name.
    pub name: String,
    /// The columns that are there.
    pub columns: String,
}

impl FieldColumns {
    /// Finds the columns, given the header and some of the first rows.
    ///
    /// A column is taken by its name, if at least half of its filled cells in the sample can be
    /// read as what the name says; without filled cells the name decides.
    ///
    /// # Errors
    ///
    /// Returns an error if an overriding name is unknown.
    pub fn detect(
        names: &FieldNames,
        readers: &FieldReaders,
        header: &[String],
        sample: &[Vec<String>],
        given: &GivenFields,
    ) -> Result<Self, FieldColumnsError> {
        let file = File { header, sample };
        let is_date = |cell: &str| {
            DateReader::serial(cell).is_some()
                || verdict(&readers.date.read(cell, Some(ANY_DAY), DateOrder::MonthFirst))
                || readers.date.read(cell, None, DateOrder::DayFirst).is_read()
        };
        let is_pay = |cell: &str| verdict(&readers.salary.read(cell));
        let is_amount = |cell: &str| readers.salary.is_amount(cell);
        let is_currency = |cell: &str| readers.salary.is_currency(cell);
        let is_period = |cell: &str| readers.salary.period(cell).is_some();
        let is_remote = |cell: &str| verdict(&readers.remote.column(cell));
        // The name of a work model says more than yes or no.
        let is_plain = |n: usize| file.filled(n).all(RemoteReader::is_plain);
        let is_state = |cell: &str| verdict(&readers.place.read_parts("", cell, ""));
        let is_country = |cell: &str| readers.place.country(cell).is_some();
        let is_name = |cell: &str| {
            cell.len() <= LONGEST_NAME
                && cell.contains(char::is_alphabetic)
                && !cell.contains("://")
        };
        Ok(Self {
            posted: match file.find("posted", &given.posted, &names.posted, &is_date)? {
                // A column that says so holds dates, even if most of them can't be read.
                None if given.posted.is_none() => file.named(&names.posted, &names.date_words),
                found => found,
            },
            closed: file.find("closed", &given.closed, &names.closed, &is_date)?,
            scraped: file.find("scraped", &given.scraped, &names.scraped, &is_date)?,
            salary: file.find("salary", &given.salary, &names.salary, &is_pay)?,
            salary_low: file.find(
                "salary-low",
                &given.salary_low,
                &names.salary_low,
                &is_amount,
            )?,
            salary_high: file.find(
                "salary-high",
                &given.salary_high,
                &names.salary_high,
                &is_amount,
            )?,
            salary_currency: file.find(
                "salary-currency",
                &given.salary_currency,
                &names.salary_currency,
                &is_currency,
            )?,
            salary_period: file.find(
                "salary-period",
                &given.salary_period,
                &names.salary_period,
                &is_period,
            )?,
            remote: file.find_but("remote", &given.remote, &names.remote, &is_remote, &is_plain)?,
            city: file.find("city", &given.city, &names.city, &is_name)?,
            state: file.find("state", &given.state, &names.state, &is_state)?,
            country: file.find("country", &given.country, &names.country, &is_country)?,
            board: file.find("board", &given.board, &names.board, &is_name)?,
            employment: file.find("employment", &given.employment, &names.employment, &is_name)?,
        })
    }
}

impl FieldColumns {
    /// Returns each column with its field, its names, best first, and whether it was given.
    pub fn with_names<'f>(
        &'f mut self,
        names: &'f FieldNames,
        given: &GivenFields,
    ) -> [(FormField, &'f mut Option<usize>, &'f [String], bool); 13] {
        let is_given = |given: &Option<String>| given.is_some();
        [
            (FormField::Posted, &mut self.posted, &names.posted, is_given(&given.posted)),
            (FormField::Closed, &mut self.closed, &names.closed, is_given(&given.closed)),
            (FormField::Salary, &mut self.salary, &names.salary, is_given(&given.salary)),
            (
                FormField::SalaryLow,
                &mut self.salary_low,
                &names.salary_low,
                is_given(&given.salary_low),
            ),
            (
                FormField::SalaryHigh,
                &mut self.salary_high,
                &names.salary_high,
                is_given(&given.salary_high),
            ),
            (
                FormField::SalaryCurrency,
                &mut self.salary_currency,
                &names.salary_currency,
                is_given(&given.salary_currency),
            ),
            (
                FormField::SalaryPeriod,
                &mut self.salary_period,
                &names.salary_period,
                is_given(&given.salary_period),
            ),
            (FormField::Remote, &mut self.remote, &names.remote, is_given(&given.remote)),
            (FormField::City, &mut self.city, &names.city, is_given(&given.city)),
            (FormField::State, &mut self.state, &names.state, is_given(&given.state)),
            (FormField::Country, &mut self.country, &names.country, is_given(&given.country)),
            (FormField::Board, &mut self.board, &names.board, is_given(&given.board)),
            (
                FormField::Employment,
                &mut self.employment,
                &names.employment,
                is_given(&given.employment),
            ),
        ]
    }
}

impl GivenFields {
    /// Iterates over the names that are given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let Self {
            posted,
            closed,
            scraped,
            salary,
            salary_low,
            salary_high,
            salary_currency,
            salary_period,
            remote,
            city,
            state,
            country,
            board,
            employment,
            date_order: _,
        } = self;
        let pay = [salary, salary_low, salary_high, salary_currency, salary_period];
        let others = [posted, closed, scraped, remote, city, state, country, board, employment];
        pay.into_iter().chain(others).flatten().map(String::as_str).filter(|name| *name != "-")
    }
}

/// Tells whether a cell is fitting: read, or a word for nothing.
fn verdict<T>(reading: &Reading<T>) -> bool {
    !matches!(reading, Reading::NotRead(_))
}

struct File<'f> {
    header: &'f [String],
    sample: &'f [Vec<String>],
}

impl File<'_> {
    fn find(
        &self,
        wanted: &'static str,
        given: &Option<String>,
        names: &[String],
        fits: &dyn Fn(&str) -> bool,
    ) -> Result<Option<usize>, FieldColumnsError> {
        self.find_but(wanted, given, names, fits, &|_| false)
    }

    /// Finds a column; one that is `poor` gives way to any other that fits.
    fn find_but(
        &self,
        wanted: &'static str,
        given: &Option<String>,
        names: &[String],
        fits: &dyn Fn(&str) -> bool,
        poor: &dyn Fn(usize) -> bool,
    ) -> Result<Option<usize>, FieldColumnsError> {
        match given.as_deref() {
            Some("-") => Ok(None),
            Some(name) => self.given(wanted, name).map(Some),
            None => {
                let named = self.header.iter().enumerate();
                let named = named.filter_map(|(n, name)| Some((rank(names, name)?, n)));
                let fitting = named.filter(|&(_, n)| self.share(n, fits) >= MIN_SHARE);
                // A column without a filled cell gives way to any other.
                let order = |&(rank, n): &(usize, usize)| (!self.is_filled(n), poor(n), rank, n);
                Ok(fitting.min_by_key(order).map(|(_, n)| n))
            }
        }
    }

    /// Finds the best filled column by its name alone, if that has one of some words.
    fn named(&self, names: &[String], words: &[String]) -> Option<usize> {
        let says_so = |name: &str| {
            let name = normalize(name);
            words.iter().any(|word| name.split(' ').any(|part| part == word))
        };
        let named = self.header.iter().enumerate();
        let named = named.filter_map(|(n, name)| Some((rank(names, name)?, n)));
        let named = named.filter(|&(_, n)| self.is_filled(n) && says_so(&self.header[n]));
        named.min().map(|(_, n)| n)
    }

    fn given(&self, wanted: &'static str, name: &str) -> Result<usize, FieldColumnsError> {
        let by_name = self.header.iter().position(|column| column == name);
        let by_any_case =
            || self.header.iter().position(|column| column.to_lowercase() == name.to_lowercase());
        let by_position = || {
            let position: usize = name.parse().ok()?;
            position.checked_sub(1).filter(|&position| position < self.header.len())
        };
        by_name.or_else(by_any_case).or_else(by_position).ok_or_else(|| {
            let columns = self.header.iter().map(|name| format!("`{}`", name.escape_debug()));
            let columns = columns.collect::<Vec<_>>().join(", ");
            FieldColumnsError { wanted, name: name.to_owned(), columns }
        })
    }

    fn filled(&self, column: usize) -> impl Iterator<Item = &str> {
        let cells = self.sample.iter().filter_map(move |row| row.get(column));
        cells.map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    fn is_filled(&self, column: usize) -> bool {
        self.filled(column).next().is_some()
    }

    #[allow(clippy::cast_precision_loss, reason = "a few hundred rows")]
    fn share(&self, column: usize, fits: &dyn Fn(&str) -> bool) -> f64 {
        let (mut all, mut fitting) = (0_usize, 0_usize);
        for cell in self.filled(column) {
            all += 1;
            fitting += usize::from(fits(cell));
        }
        if all == 0 { 1.0 } else { fitting as f64 / all as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(
        header: &[&str],
        rows: &[&[&str]],
        given: &GivenFields,
    ) -> Result<FieldColumns, FieldColumnsError> {
        let header: Vec<_> = header.iter().map(|name| (*name).to_owned()).collect();
        let rows: Vec<Vec<_>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        let names = FieldNames::embedded().unwrap();
        FieldColumns::detect(&names, &FieldReaders::embedded().unwrap(), &header, &rows, given)
    }

    #[test]
    fn names_and_contents_decide() {
        let columns = detected(
            &[
                "title",
                "datePosted",
                "State",
                "min_salary",
                "max_salary",
                "currency",
                "pay_period",
                "is_remote",
                "via",
            ],
            &[
                &[
                    "EHR Trainer",
                    "3 days ago",
                    "TX",
                    "20.0",
                    "30.0",
                    "USD",
                    "HOURLY",
                    "False",
                    "Example Board",
                ],
                &["HIM Director", "1 week ago", "Ohio", "", "", "", "", "True", "Example Board"],
            ],
            &GivenFields::default(),
        );
        assert_eq!(
            columns,
            Ok(FieldColumns {
                posted: Some(1),
                state: Some(2),
                salary_low: Some(3),
                salary_high: Some(4),
                salary_currency: Some(5),
                salary_period: Some(6),
                remote: Some(7),
                board: Some(8),
                ..FieldColumns::default()
            })
        );
    }

    #[test]
    fn a_name_alone_is_not_enough() {
        let columns = detected(
            &["Age", "Salary", "Country", "date"],
            &[&["Adults", "Example Hospital\n\n52 reviews", "rural", "17/4/2024"]],
            &GivenFields::default(),
        );
        assert_eq!(columns, Ok(FieldColumns { posted: Some(3), ..FieldColumns::default() }));
    }

    #[test]
    fn given_names_win_and_unknown_ones_are_shown() {
        let header = ["When", "date"];
        let given =
            |name: &str| GivenFields { posted: Some(name.to_owned()), ..GivenFields::default() };
        for (name, posted) in [("when", Some(0)), ("2", Some(1)), ("-", None)] {
            let columns = detected(&header, &[&["soon", "2024-01-31"]], &given(name));
            assert_eq!(columns.map(|columns| columns.posted), Ok(posted), "{name}");
        }
        assert_eq!(
            detected(&header, &[], &given("posted_at")).unwrap_err().to_string(),
            "posted: no column `posted_at`; the file has: `When`, `date`"
        );
    }
}
