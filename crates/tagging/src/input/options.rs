//! What is given about inputs beforehand.

use encoding_rs::Encoding;
use rolecall_tables::GivenDialect;
use rolecall_tables::columns::GivenColumns;

use super::description::shown;

/// What overrides what is found out about an input.
#[derive(Debug, Clone)]
pub struct InputOptions {
    /// The form.
    pub format: Option<InputFormat>,
    /// The encoding.
    pub encoding: Option<&'static Encoding>,
    /// The dialect of CSV.
    pub dialect: GivenDialect,
    /// The path of the array of records in a JSON file, such as `data.jobs`.
    pub json_path: Option<String>,
    /// The columns.
    pub columns: GivenColumns,
    /// Asked, while nothing comes from a pipe, whether to wait no longer.
    pub is_stopped: fn() -> bool,
}

impl Default for InputOptions {
    fn default() -> Self {
        Self {
            format: None,
            encoding: None,
            dialect: GivenDialect::default(),
            json_path: None,
            columns: GivenColumns::default(),
            is_stopped: || false,
        }
    }
}

/// The forms that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputFormat {
    /// CSV, TSV and the like.
    Csv,
    /// JSON lines, an array, or an object that holds one.
    Json,
    /// Parquet.
    Parquet,
}

impl InputOptions {
    /// Returns what was given by the names of the options, for the record.
    pub(crate) fn to_settings(&self) -> Vec<(&'static str, String)> {
        let Self { format, encoding, dialect, json_path, columns, is_stopped: _ } = self;
        let given = [
            ("--input-format", format.map(|format| format!("{format:?}").to_lowercase())),
            ("--encoding", encoding.map(|encoding| encoding.name().to_owned())),
            ("--delimiter", dialect.delimiter.map(shown)),
            ("--quote", dialect.quote.map(|quote| quote.map_or("none".to_owned(), shown))),
            ("--escape", dialect.escape.map(|escape| escape.map_or("none".to_owned(), shown))),
            ("--skip-space", dialect.skip_space.map(|skip| skip.to_string())),
            ("--preamble", dialect.preamble.map(|lines| lines.to_string())),
            ("--header", dialect.has_header.map(|header| header.to_string())),
            ("--json-path", json_path.clone()),
            ("--title-column", columns.title.clone()),
            ("--text-column", (!columns.text.is_empty()).then(|| columns.text.join(", "))),
            ("--employer-column", columns.employer.clone()),
            ("--place-column", columns.place.clone()),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}
