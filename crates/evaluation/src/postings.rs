use std::ops::ControlFlow;
use std::path::Path;

use rolecall::posting::{ColumnNames, Posting};
use rolecall_tables::columns::{Columns, GivenColumns, detect};
use rolecall_tables::{RecordFile, TableError};

/// Records that are looked at to find the columns.
const SAMPLE_RECORDS: usize = 200;

/// A file of postings in any form that [`RecordFile`] reads, with its columns known.
#[derive(Debug, Clone)]
pub struct PostingFile {
    /// The file.
    pub records: RecordFile,
    columns: Columns,
}

impl PostingFile {
    /// Opens a file and finds the title and text columns by name and content; `title` and `text`
    /// override what is found, as for [`detect`].
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
        let records = RecordFile::open(path)?;
        let sample = records.sample(SAMPLE_RECORDS)?;
        let given = GivenColumns {
            title: title.map(str::to_owned),
            text: text.to_vec(),
            ..GivenColumns::default()
        };
        let columns = detect(names, records.header(), &sample, &given)
            .map_err(|source| TableError::Columns { path: path.to_owned(), source })?;
        Ok(Self { records, columns })
    }

    /// Calls `found` with the place, the cells and the posting of each record.
    ///
    /// # Errors
    ///
    /// Returns an error if a record can't be read.
    pub fn for_each(
        &self,
        mut found: impl FnMut(u64, &[std::borrow::Cow<'_, str>], Posting<'_>),
    ) -> Result<(), TableError> {
        let Columns { title, text, employer, .. } = &self.columns;
        self.records.for_each(|place, cells| {
            let cell = |n: usize| cells.get(n).map_or("", |cell| cell.as_ref());
            let posting = Posting {
                title: title.map_or("", cell).into(),
                body: text.iter().map(|&n| cell(n).into()).collect(),
                employer: employer.map_or("", cell).into(),
            };
            found(place, cells, posting);
            ControlFlow::Continue(())
        })
    }
}
