use std::path::{Path, PathBuf};

use crate::table::TableError;

/// Says why a batch can't go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// An input can't be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// An output can't be written.
    #[error("{}: cannot write: {source}", path.display())]
    Write {
        /// The output.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Several inputs are to go into one output, but their columns differ.
    #[error(
        "{}: its columns differ from those of {}, so they cannot go into one output; tag them one by one",
        path.display(), first.display()
    )]
    ColumnsDiffer {
        /// The input that differs.
        path: PathBuf,
        /// The first input.
        first: PathBuf,
    },
    /// The input has a column that a tag column would repeat.
    #[error("{}: there is a column `{column}` already; choose other names with --prefix", path.display())]
    TagColumnExists {
        /// The input.
        path: PathBuf,
        /// The column.
        column: String,
    },
}

impl BatchError {
    pub(super) fn write(path: &Path) -> impl Fn(std::io::Error) -> BatchError + use<'_> {
        move |source| BatchError::Write { path: path.to_owned(), source }
    }

    /// Tells whether the reader of the output went away, as `head` does when it has enough.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
    }
}
