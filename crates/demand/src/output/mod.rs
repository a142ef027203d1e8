//! Writes tables of counts: CSV, JSON, Parquet, Excel.

mod csv;
mod excel;
mod json;
mod parquet;
mod sheet;

use std::path::Path;

use super::{DemandTable, Overview};
pub use sheet::{Cell, Sheet};

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemandFormat {
    /// The table, comma-separated.
    Csv,
    /// The table, tab-separated.
    Tsv,
    /// An object with the table and the overview.
    Json,
    /// The table.
    Parquet,
    /// A workbook with the table, and a sheet each for what is known of the whole file.
    Excel,
}

/// Says why a table can't be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// Excel has a limit.
    #[error(
        "Excel takes at most {most} {what}, the table has {found}; write .csv or .parquet, or group by less"
    )]
    TooLarge {
        /// Rows or characters.
        what: &'static str,
        /// The limit.
        most: usize,
        /// What there is.
        found: usize,
    },
    /// The workbook can't be made.
    #[error("the workbook can't be made: {0}")]
    Excel(#[from] rust_xlsxwriter::XlsxError),
    /// The Parquet file can't be made.
    #[error("the Parquet file can't be made: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
    /// The columns can't be made.
    #[error("the columns can't be made: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// CSV can't be made.
    #[error("the CSV can't be made: {0}")]
    Csv(#[from] ::csv::Error),
    /// JSON can't be made.
    #[error("the JSON can't be made: {0}")]
    Json(#[from] serde_json::Error),
}

impl DemandFormat {
    /// Tells the format by the name of a file, `.csv`, `.tsv`, `.json`, `.parquet` or `.xlsx`; nothing
    /// for others.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "json" => Some(Self::Json),
            "parquet" => Some(Self::Parquet),
            "xlsx" => Some(Self::Excel),
            _ => None,
        }
    }

    /// Writes a table and, where there is room for it, what is known of the whole file. `excel_safe` puts
    /// `'` before cells of CSV that a spreadsheet would take for formulas.
    ///
    /// # Errors
    ///
    /// Returns an error if the format can't hold the table.
    pub fn write(
        self,
        table: &DemandTable,
        overview: &Overview,
        excel_safe: bool,
    ) -> Result<Vec<u8>, OutputError> {
        let sheet = Sheet::of(table);
        match self {
            Self::Csv => csv::write(&sheet, b',', excel_safe),
            Self::Tsv => csv::write(&sheet, b'\t', excel_safe),
            Self::Json => json::write(&sheet, overview),
            Self::Parquet => parquet::write(&sheet),
            Self::Excel => excel::write(&sheet, overview),
        }
    }
}
