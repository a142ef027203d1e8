//! Makes columns of text from cells of CSV or JSON.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::ColumnarError;
use crate::unique_names;

/// What a text column of a batch can hold, in bytes: its offsets are signed and have 32 bits.
const MAX_COLUMN_BYTES: usize = i32::MAX as usize;

/// Collects rows of cells into a batch with a column of text for every name of a header.
#[derive(Debug)]
pub struct TextRows {
    schema: SchemaRef,
    columns: Vec<StringBuilder>,
    rows: usize,
}

impl TextRows {
    /// Starts with no rows. Names that are empty or repeated are replaced, as [`unique_names`] does.
    pub fn new<S: AsRef<str>>(header: &[S]) -> Self {
        let names = unique_names(header);
        let columns = names.iter().map(|_| StringBuilder::new()).collect();
        let fields: Vec<_> =
            names.into_iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
        Self { schema: Arc::new(Schema::new(fields)), columns, rows: 0 }
    }

    /// Returns the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Appends a row. A cell that is `None`, or missing at the end, becomes null; an empty cell
    /// stays an empty text.
    ///
    /// # Errors
    ///
    /// Returns an error if there are more cells than columns, or more than 2 GiB in a column; then
    /// the row is not taken.
    pub fn push(&mut self, cells: &[Option<&str>]) -> Result<(), ColumnarError> {
        if cells.len() > self.columns.len() {
            let columns = self.columns.len();
            return Err(ColumnarError::TooManyCells { columns, cells: cells.len() });
        }
        let fits = |(column, cell): (&StringBuilder, &Option<&str>)| {
            column.values_slice().len() + cell.map_or(0, str::len) <= MAX_COLUMN_BYTES
        };
        if !self.columns.iter().zip(cells).all(fits) {
            return Err(ColumnarError::TooMuchText { limit: MAX_COLUMN_BYTES });
        }
        let cells = cells.iter().copied().chain(std::iter::repeat(None));
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.append_option(cell);
        }
        self.rows += 1;
        Ok(())
    }

    /// Returns the rows so far as a batch, and starts anew.
    ///
    /// # Errors
    ///
    /// Never, unless a column has lost a row.
    pub fn finish(&mut self) -> Result<RecordBatch, ColumnarError> {
        let columns =
            self.columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
        let options =
            RecordBatchOptions::new().with_row_count(Some(std::mem::take(&mut self.rows)));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextColumn;

    #[test]
    fn absent_cells_are_null_and_empty_ones_are_not() {
        let mut rows = TextRows::new(&["title", "", "title"]);
        rows.push(&[Some("Trainer"), Some(""), None]).unwrap();
        rows.push(&[None]).unwrap();
        let error = rows.push(&[Some("x"), None, None, None]).unwrap_err();
        insta::assert_snapshot!(error, @"expected at most 3 cells in a row, found 4");
        let batch = rows.finish().unwrap();
        assert_eq!(batch.num_rows(), 2);
        let names: Vec<_> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
        assert_eq!(names, ["title", "column_2", "title_2"]);
        assert_eq!(batch.column(0).null_count(), 1);
        assert_eq!(batch.column(1).null_count(), 1);
        assert_eq!(batch.column(2).null_count(), 2);
        assert_eq!(TextColumn::new(batch.column(0)).unwrap().get(0), "Trainer");
        assert_eq!(rows.finish().unwrap().num_rows(), 0);
    }
}
