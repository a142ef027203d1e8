//! The library's errors as Python exceptions, in the same words.

use arrow_schema::{ArrowError, DataType};
use pyo3::PyErr;
use pyo3::exceptions::PyValueError;
use rolecall_tables::ColumnarError;
use rolecall_tables::columns::ColumnsError;

pyo3::create_exception!(
    rolecall,
    RolecallError,
    PyValueError,
    "Says why a posting, a table or a corpus can't be used."
);

/// Says why a table can't be tagged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    /// What gives the table failed.
    #[error("the table can't be read: {0}")]
    Source(#[from] ArrowError),
    /// The columns can't be shown as text, or a tag column is there already.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// Numbers and dates are no titles and texts.
    #[error("column `{}` holds {found}, expected text", column.escape_debug())]
    Type { column: String, found: DataType },
    /// Text that is none.
    #[error(
        "column `{}`, row {row}: byte {byte} is not UTF-8; decode it first, or give the column as binary",
        column.escape_debug()
    )]
    NotUtf8 { column: String, row: usize, byte: usize },
    /// Ctrl-C, or Python ends.
    #[error("stopped before the end")]
    Stopped,
}

impl From<TableError> for PyErr {
    fn from(error: TableError) -> Self {
        RolecallError::new_err(error.to_string())
    }
}

/// Makes an exception of an error of the library.
pub(crate) fn raised(error: impl std::fmt::Display) -> PyErr {
    RolecallError::new_err(error.to_string())
}

/// Says what is wrong with columns by the names of Python's arguments.
pub(crate) fn of_columns(error: ColumnsError) -> PyErr {
    raised(match error {
        ColumnsError::Unknown { wanted, name, columns } => {
            format!("{wanted}: no column `{name}`; the table has: {columns}")
        }
        ColumnsError::NotFound { columns } => format!(
            "no column looks like a job title or a text; name them with title= and text= \
             (columns: {columns})"
        ),
        other => other.to_string(),
    })
}
