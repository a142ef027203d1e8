use rolecall::posting::normalize;
use rolecall_tables::columns::FIELD_COLUMNS_TOML;
use serde::Deserialize;

use super::error::{FieldDataError, parse};

const FILE: &str = "crates/tables/corpus/field_columns.toml";

/// The content of `field_columns.toml`: how job boards name the columns that demand is counted by, each
/// list best first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldNames {
    /// When the posting was published.
    pub posted: Vec<String>,
    /// Words of names that say a column holds dates, whatever can be read of it.
    pub date_words: Vec<String>,
    /// When it closes, or was removed.
    pub closed: Vec<String>,
    /// When it was seen by who collected it.
    pub scraped: Vec<String>,
    /// Pay as one text.
    pub salary: Vec<String>,
    /// The lower end of the pay.
    pub salary_low: Vec<String>,
    /// The upper end of the pay.
    pub salary_high: Vec<String>,
    /// The currency of the pay.
    pub salary_currency: Vec<String>,
    /// What the pay is for: an hour, a year.
    pub salary_period: Vec<String>,
    /// Whether the work is done from afar.
    pub remote: Vec<String>,
    /// The city.
    pub city: Vec<String>,
    /// The state or province.
    pub state: Vec<String>,
    /// The country.
    pub country: Vec<String>,
    /// The job board.
    pub board: Vec<String>,
    /// Full time, part time, contract.
    pub employment: Vec<String>,
}

impl FieldNames {
    /// Loads the names that the binary carries.
    ///
    /// # Errors
    ///
    /// Returns an error if the embedded file is invalid; the tests of this crate make sure that it
    /// is not.
    pub fn embedded() -> Result<Self, FieldDataError> {
        parse(FILE, FIELD_COLUMNS_TOML)
    }
}

/// Returns how good a name is, 0 is best, or nothing if it is none of the list.
pub(super) fn rank(names: &[String], name: &str) -> Option<usize> {
    let name = normalize(name);
    names.iter().position(|known| *known == name)
}
