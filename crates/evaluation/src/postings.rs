use std::path::Path;

use rolecall::posting::{ColumnNames, Posting};
use rolecall_tables::columns::{Columns, GivenColumns};
use rolecall_tables::{GivenDialect, TableError};
use rolecall_tagging::{Input, InputOptions, ReadColumns, Row};

/// A file of postings in any form that `tag` reads, with its columns known.
pub struct PostingFile {
    input: Input,
    columns: Columns,
}

impl PostingFile {
    /// Opens a file, whose table has a header, and finds the title and text columns by name and content; `title`
    /// and `text` override what is found, as for [`detect`](rolecall_tables::columns::detect).
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read or no column looks like a title or a text.
    pub fn open(
        path: &Path,
        names: &ColumnNames,
        title: Option<&str>,
        text: &[String],
    ) -> Result<Self, TableError> {
        let options = InputOptions {
            dialect: GivenDialect { has_header: Some(true), ..GivenDialect::default() },
            columns: GivenColumns {
                title: title.map(str::to_owned),
                text: text.to_vec(),
                ..GivenColumns::default()
            },
            ..InputOptions::default()
        };
        let input = Input::open(path, &options, names, Input::SNIFFED_CHUNK_BYTES)?;
        let columns = input.columns.clone();
        let columns =
            columns.map_err(|source| TableError::Columns { path: path.to_owned(), source })?;
        Ok(Self { input, columns })
    }

    /// Returns the names of the columns.
    pub fn names(&self) -> &[String] {
        &self.input.names
    }

    /// Returns the position of a column by its name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names().iter().position(|column| column == name)
    }

    /// Calls `found` with each row, of whose cells those of some columns are read, and its posting.
    ///
    /// # Errors
    ///
    /// Returns an error if a row can't be read.
    pub fn for_each(
        mut self,
        columns: &[usize],
        mut found: impl FnMut(&Row<'_>, Posting<'_>),
    ) -> Result<(), TableError> {
        let Columns { title, text, employer, .. } = &self.columns;
        let posting = [title, employer].into_iter().flatten().chain(text).copied();
        let wanted: Vec<_> = posting.chain(columns.iter().copied()).collect();
        let of_batch = self.input.read_only(&wanted);
        let read = ReadColumns { wanted, of_batch: Some(of_batch), objects: false };
        self.input.for_each_row(&read, |row| found(row, row.posting(&self.columns)))
    }
}
