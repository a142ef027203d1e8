use arrow_schema::ArrowError;

/// Says why typed columns can't be converted, or written as Parquet.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnarError {
    /// The rows have a column that is to be appended.
    #[error("there is a column `{name}` already; choose another name")]
    ColumnExists {
        /// The column.
        name: String,
    },
    /// A row has more cells than there are columns.
    #[error("expected at most {columns} cells in a row, found {cells}")]
    TooManyCells {
        /// The columns.
        columns: usize,
        /// The cells.
        cells: usize,
    },
    /// The rows of a batch hold too much text for one column of a batch.
    #[error(
        "expected at most {limit} bytes in a column of a batch, found more; use fewer rows per batch"
    )]
    TooMuchText {
        /// The most that a column holds, in bytes.
        limit: usize,
    },
    /// The rows have other columns or types than the file they are to go into.
    #[error("expected rows with the columns ({expected}), found ({found})")]
    SchemaDiffers {
        /// The columns of the file.
        expected: String,
        /// The columns of the rows.
        found: String,
    },
    /// The columns don't fit together, or hold what can't be shown.
    #[error("cannot convert columns: {0}")]
    Columns(#[from] ArrowError),
    /// The rows can't be encoded, or the pieces can't be joined.
    #[error("cannot write as Parquet: {0}")]
    Encode(#[from] parquet::errors::ParquetError),
    /// The file of pieces is not what was written into it.
    #[error(
        "byte {position} of the file of pieces: expected {expected}; delete that file and run again"
    )]
    DamagedPiece {
        /// Where the piece starts, in bytes.
        position: u64,
        /// What should be there.
        expected: &'static str,
    },
    /// Pieces can't be read, or the joined file can't be written.
    #[error("cannot join the pieces of a Parquet file: {0}")]
    Io(#[from] std::io::Error),
}
