use std::borrow::Cow;
use std::path::Path;

use rolecall::posting::{ColumnNames, Posting};
use rolecall_tables::columns::{Columns, GivenColumns};
use rolecall_tables::{GivenDialect, TableError};
use rolecall_tagging::{Input, InputOptions};

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

    /// Calls `found` with the place (its line, of Parquet its number from 1), the cells and the posting of each row.
    ///
    /// # Errors
    ///
    /// Returns an error if a row can't be read.
    pub fn for_each(
        mut self,
        mut found: impl FnMut(u64, &[Cow<'_, str>], Posting<'_>),
    ) -> Result<(), TableError> {
        let Columns { title, text, employer, .. } = self.columns;
        self.input.for_each_row(|place, cells| {
            let cell = |n: usize| cells.get(n).map_or("", |cell| cell.as_ref());
            let posting = Posting {
                title: title.map_or("", cell).into(),
                body: text.iter().map(|&n| cell(n).into()).collect(),
                employer: employer.map_or("", cell).into(),
            };
            found(place, cells, posting);
        })
    }
}
