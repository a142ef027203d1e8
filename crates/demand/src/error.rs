use std::io;
use std::path::PathBuf;

use rolecall_fields::{FieldColumnsError, FieldDataError};
use rolecall_tables::TableError;
use rolecall_tagging::BatchError;

use super::correct::CorrectionError;

/// Says why demand can't be counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemandError {
    /// An input can't be read, or the run was stopped.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A key is neither a word that is known nor a column.
    #[error(
        "{}: nothing to group by is called `{name}`; {advice} are role, tier, country, state, region, city, \
         month, quarter, year, employer, board, remote, title, file, and the columns {columns}",
        path.display()
    )]
    UnknownKey {
        /// The input.
        path: PathBuf,
        /// The key.
        name: String,
        /// What was meant, most likely.
        advice: String,
        /// The columns that are there.
        columns: String,
    },
    /// A file was not tagged as the evidence is about.
    #[error("{}: it was tagged with {what}, so that the labelled postings say nothing about its answers", path.display())]
    TaggedOtherwise {
        /// The input.
        path: PathBuf,
        /// What differs.
        what: &'static str,
    },
    /// Rows are not answered as the evidence is about.
    #[error(
        "the labelled postings were answered without a minimum confidence and without a prevalence"
    )]
    AnsweredOtherwise,
    /// The evidence does not suffice.
    #[error(transparent)]
    Correction(#[from] CorrectionError),
    /// A column that was asked for is not there.
    #[error("{}: {source}", path.display())]
    Column {
        /// The input.
        path: PathBuf,
        /// What was asked for.
        source: FieldColumnsError,
    },
    /// A list of places, dates or the like is broken.
    #[error(transparent)]
    Fields(#[from] FieldDataError),
    /// A temporary file can't be written.
    #[error("cannot write to the folder of temporary files (set TMPDIR for another): {0}")]
    Temporary(#[source] io::Error),
}

impl From<TableError> for DemandError {
    fn from(error: TableError) -> Self {
        Self::Batch(error.into())
    }
}
