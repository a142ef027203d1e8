//! Reads an input row after row: for labels and statistics, where no byte has to be kept.

use std::borrow::Cow;

use rolecall_tables::{
    CellReader, JsonCells, MAX_RECORD_BYTES, RecordKind, TableError, TextColumn,
};

use super::input::{Form, Input, MadeRecords, MadeRow, Rows};

/// Says why a row of so many bytes is not read.
pub fn too_long(bytes: u64) -> String {
    format!(
        "the row has {bytes} bytes, at most {MAX_RECORD_BYTES} can be read; is a quote left open?"
    )
}

impl Input {
    /// Reads the rows that are left, one after another: calls `found` with the line of each (of Parquet its
    /// number from 1) and its cells, one for each of the [`names`](Self::names). Blank lines, comments and
    /// repeated headers are no rows.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and line if a row can't be read.
    pub fn for_each_row(
        &mut self,
        mut found: impl FnMut(u64, &[Cow<'_, str>]),
    ) -> Result<(), TableError> {
        let (form, made, width) = (self.form.clone(), self.made.clone(), self.names.len());
        let (path, dialect) = (self.path.clone(), self.dialect());
        let names = self.line_of_names().to_vec();
        let wrong = |line, reason| TableError::Record { path: path.clone(), line, reason };
        let columnar = |source| TableError::Columnar { path: path.clone(), source };
        let mut before = 0;
        while let Some(portion) = self.next_portion()? {
            match (&portion.rows, &form) {
                (Rows::Csv(chunk), _) => {
                    let mut reader = CellReader::new(&dialect);
                    for record in &chunk.records {
                        if let RecordKind::TooLong(bytes) = record.kind {
                            return Err(wrong(chunk.line_of(record), too_long(bytes)));
                        }
                        let cells = reader.read(chunk.split(record).0, record.kind);
                        if cells.is_empty() || cells.no_row(&names).is_some() {
                            continue;
                        }
                        let row = MadeRow::of_table(&made);
                        let cell = |n| row.cell(n, |n| cells.text(n));
                        found(chunk.line_of(record), &(0..width).map(cell).collect::<Vec<_>>());
                    }
                }
                (Rows::Json(chunk), Form::Json { columns, .. }) => {
                    let mut cells = JsonCells::new();
                    for record in &chunk.records {
                        let bytes = &chunk.bytes[record.range.clone()];
                        let read = match record.kind {
                            RecordKind::TooLong(bytes) => Err(too_long(bytes)),
                            _ => cells.read(bytes),
                        };
                        read.map_err(|reason| wrong(chunk.line_of(record), reason))?;
                        let read = columns.arrange(&cells);
                        let row = MadeRow::of_record(&made, bytes, Some(&read));
                        let cell = |n| row.cell(n, |n| read.prose(n));
                        found(chunk.line_of(record), &(0..width).map(cell).collect::<Vec<_>>());
                    }
                }
                (Rows::Json(_), _) => {}
                (Rows::Parquet(batch), _) => {
                    let all: Vec<_> = (0..width).collect();
                    let records = MadeRecords::new(&made, &all, batch).map_err(columnar)?;
                    // A column of a type that has no text is empty, as it is where nothing of it is needed.
                    let columns: Vec<_> =
                        batch.columns().iter().map(|column| TextColumn::new(column).ok()).collect();
                    for n in 0..batch.num_rows() {
                        let text = |column: usize| match columns.get(column) {
                            Some(Some(column)) => Cow::Borrowed(column.get(n)),
                            _ => Cow::Borrowed(""),
                        };
                        let row = records.row(n);
                        let cells: Vec<_> =
                            (0..width).map(|column| row.cell(column, text)).collect();
                        found(before + n as u64 + 1, &cells);
                    }
                    before += batch.num_rows() as u64;
                }
            }
            if let Some(cut) = &portion.cut {
                return Err(wrong(cut.line, cut.reason.clone()));
            }
        }
        Ok(())
    }
}
