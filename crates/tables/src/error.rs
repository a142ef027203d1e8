use std::path::{Path, PathBuf};

use super::GivenUp;
use super::columns::ColumnsError;

/// Says why a file of postings can't be read, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The file can't be opened or read.
    #[error("{}: cannot read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is in a form that is not read.
    #[error("{}: this is {found}, expected CSV, TSV, JSON or Parquet, or text compressed with gzip or zstd; {advice}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        found: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The file has no header, because it is empty.
    #[error("{}: the file is empty, expected rows", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The title and text columns are not known.
    #[error("{}: {source}", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// What is missing.
        source: ColumnsError,
    },
    /// A row can't be read.
    #[error("{}:{line}: {reason}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// The line, from 1; of Parquet the number of the row.
        line: u64,
        /// What was expected and found.
        reason: String,
    },
    /// The records of a JSON file can't be found.
    #[error("{}: {source}; say where they are", path.display())]
    JsonLayout {
        /// The file.
        path: PathBuf,
        /// What was expected and found.
        source: super::JsonLayoutError,
    },
    /// The encoding is not known.
    #[error("{}: {source}", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// What was found.
        source: super::EncodingError,
    },
    /// Typed columns can't be converted.
    #[error("{}: {source}", path.display())]
    Columnar {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: super::ColumnarError,
    },
    /// A Parquet file can't be read.
    #[error("{}: cannot read as Parquet: {source}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: parquet::errors::ParquetError,
    },
}

impl TableError {
    /// Returns what makes an error of reading a file.
    pub fn read(path: &Path) -> impl Fn(std::io::Error) -> TableError + use<'_> {
        move |source| TableError::Read { path: path.to_owned(), source }
    }

    /// Tells whether reading was given up because it was told to stop.
    pub fn is_given_up(&self) -> bool {
        let is_it =
            |error: &std::io::Error| error.get_ref().is_some_and(|error| error.is::<GivenUp>());
        matches!(self, Self::Read { source, .. } if is_it(source))
    }
}
