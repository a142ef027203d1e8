use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::{Cell, OutputError, Sheet};

/// Stands in every file, so it names the version and nothing of the machine or the time.
const CREATED_BY: &str = concat!("rolecall version ", env!("CARGO_PKG_VERSION"));

impl Sheet {
    /// Returns the table as columns: texts, whole numbers and numbers.
    ///
    /// # Errors
    ///
    /// Never, unless a row has too few cells.
    pub fn to_batch(&self) -> Result<RecordBatch, OutputError> {
        batch_of(self)
    }
}

fn batch_of(sheet: &Sheet) -> Result<RecordBatch, OutputError> {
    let column = |n: usize| -> ArrayRef {
        let cells = || sheet.rows.iter().map(move |row| &row[n]);
        match cells().next() {
            Some(Cell::Count(_)) => {
                Arc::new(UInt64Array::from_iter(cells().map(|cell| match cell {
                    Cell::Count(count) => *count,
                    _ => None,
                })))
            }
            Some(Cell::Number(_)) => {
                Arc::new(Float64Array::from_iter(cells().map(|cell| match cell {
                    Cell::Number(number) => *number,
                    _ => None,
                })))
            }
            _ => Arc::new(StringArray::from_iter_values(cells().map(Cell::to_text))),
        }
    };
    let columns =
        sheet.columns.iter().enumerate().map(|(n, name)| (name.as_str(), column(n), true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

pub(super) fn write(sheet: &Sheet) -> Result<Vec<u8>, OutputError> {
    let batch = batch_of(sheet)?;
    let properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(bytes)
}
