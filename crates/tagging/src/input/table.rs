//! An input that is a table in memory: batches of typed columns that somebody hands over.

use std::io;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use rolecall::posting::ColumnNames;
use rolecall_tables::TableError;

use super::known_columns::FirstRows;
use super::sample::SAMPLE_ROWS;
use super::start::parquet_sample;
use super::{Form, Input, InputOptions, PARQUET_ROWS, Reader};

/// The batches of a table, of one schema.
pub type Batches = Box<dyn Iterator<Item = io::Result<RecordBatch>> + Send>;

/// Hands over the batches of a table in portions of the size of those of a file.
pub(super) struct TableReader {
    batches: Batches,
    /// What is left of the last batch.
    rest: Option<RecordBatch>,
    /// The columns that are read, in order; all if it is not said.
    only: Option<Vec<usize>>,
    next_row: u64,
}

impl TableReader {
    /// Reads some columns only.
    pub(super) fn only(&mut self, columns: &[usize]) {
        self.only = Some(columns.to_vec());
    }

    /// Returns the number of the row that the next batch starts with, from 0.
    pub(super) fn next_row(&self) -> u64 {
        self.next_row
    }

    /// Returns the next rows, with the columns that are read.
    pub(super) fn next(&mut self) -> io::Result<Option<RecordBatch>> {
        let Some(batch) = self.rest()? else { return Ok(None) };
        let rows = batch.num_rows().min(PARQUET_ROWS);
        self.rest = Some(batch.slice(rows, batch.num_rows() - rows));
        self.next_row += rows as u64;
        let batch = batch.slice(0, rows);
        let only = self.only.as_ref().map(|only| batch.project(only));
        only.transpose().map_err(io::Error::other).map(|only| Some(only.unwrap_or(batch)))
    }

    /// Returns what is left of a batch that has rows.
    fn rest(&mut self) -> io::Result<Option<RecordBatch>> {
        loop {
            match self.rest.take() {
                Some(batch) if batch.num_rows() > 0 => return Ok(Some(batch)),
                _ => self.rest = self.batches.next().transpose()?,
            }
            if self.rest.is_none() {
                return Ok(None);
            }
        }
    }
}

impl Input {
    /// Takes a table instead of a file, and finds the title and text columns in the first rows. `name` stands in
    /// reports and errors for the path.
    ///
    /// # Errors
    ///
    /// Returns an error if a batch can't be had, or if there is no text for the type of a column.
    pub fn of_table(
        name: &str,
        schema: &SchemaRef,
        batches: Batches,
        options: &InputOptions,
        names: &ColumnNames,
    ) -> Result<Self, TableError> {
        let path = Path::new(name);
        let header: Vec<String> =
            schema.fields().iter().map(|field| field.name().clone()).collect();
        let mut reader = TableReader { batches, rest: None, only: None, next_row: 0 };
        let first = reader.rest().map_err(TableError::read(path))?;
        let first_rows = match &first {
            Some(batch) => {
                parquet_sample(path, &batch.slice(0, batch.num_rows().min(SAMPLE_ROWS)))?
            }
            None => FirstRows::of_table(header, Vec::new()),
        };
        reader.rest = first;
        Ok(Self::typed(path, Form::Table, Reader::Table(reader), first_rows, options, names))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, StringArray};

    use super::*;
    use crate::input::ReadColumns;

    #[test]
    fn all_rows_come_in_order_whatever_the_batches() {
        let titles: Vec<String> = (0..10_000).map(|n| format!("Trainer {n}")).collect();
        let column: ArrayRef = Arc::new(StringArray::from(titles.clone()));
        let whole =
            RecordBatch::try_from_iter([("id", column.clone()), ("title", column)]).unwrap();
        let cuts = [0, 0, 1, 9_000, 9_000, 10_000];
        let batches: Vec<_> =
            cuts.windows(2).map(|cut| Ok(whole.slice(cut[0], cut[1] - cut[0]))).collect();
        let names = rolecall::Corpus::embedded().unwrap().column_names;
        let options = InputOptions::default();
        let batches = Box::new(batches.into_iter());
        let mut input =
            Input::of_table("table", &whole.schema(), batches, &options, &names).unwrap();
        let of_batch = input.read_only(&[1]);
        let columns = ReadColumns { wanted: vec![1], of_batch: Some(of_batch), objects: false };
        let mut read = Vec::new();
        input
            .for_each_row(&columns, |row| {
                read.push((row.position().line(), row.cell(1).into_owned()))
            })
            .unwrap();
        let expected: Vec<_> = (1..).zip(titles).collect();
        assert_eq!(read, expected);
    }
}
