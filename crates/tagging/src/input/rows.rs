//! The rows of an input, one after another, whatever its form: what every reader of rows goes through.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use rolecall::Posting;
use rolecall_tables::columns::Columns;
use rolecall_tables::{
    CellReader, Cells, Chunk, ColumnarError, Dialect, JsonCells, JsonColumns, JsonRow, JsonRows,
    MAX_RECORD_BYTES, Record, RecordKind, TableError, TextColumn,
};

use super::{Cut, Form, Input, Made, MadeRecords, MadeRow, Portion, Rows};

/// How the rows of an input are read. It does not change while they are, and all threads share it.
#[derive(Debug, Clone)]
pub struct RowFormat {
    /// The path of the input.
    pub path: PathBuf,
    /// The form of the input.
    pub form: Form,
    /// The dialect, if it is delimited text.
    pub dialect: Dialect,
    /// How many columns the file has.
    pub width: usize,
    /// The names of the columns, if the file has a line of them.
    pub names: Vec<String>,
    /// The columns that are made.
    pub made: Arc<Made>,
}

/// Which cells of rows are asked for. It matters where columns are read by themselves.
#[derive(Debug, Clone, Default)]
pub struct ReadColumns {
    /// The positions of the columns that are asked for, those that are made too.
    pub wanted: Vec<usize>,
    /// The columns of the file that a typed batch has, in order; all, if nothing is given.
    pub of_batch: Option<Vec<usize>>,
    /// Whether typed rows are asked for as JSON objects, too.
    pub objects: bool,
}

/// What is met when rows are read.
pub enum RowEvent<'e> {
    /// A row.
    Row(&'e Row<'e>),
    /// A blank line, with its end. It is no row.
    Blank(&'e [u8]),
    /// What stands among rows and is none, and why.
    NoRow(RowPosition<'e>, &'static str),
    /// What can't be read as a row, and why.
    Unreadable(RowPosition<'e>, String),
}

/// A row of an input.
pub struct Row<'r> {
    /// The row as the file has it.
    pub(crate) raw: RawRow<'r>,
    made: MadeRow<'r, 'r>,
    position: RowPosition<'r>,
}

/// A row as the file has it.
pub(crate) enum RawRow<'r> {
    Csv(CsvRow<'r>),
    Json { bytes: &'r [u8], cells: &'r JsonRow<'r> },
    Parquet { columns: &'r [Option<TextColumn<'r>>], object: &'r [u8], row: usize },
}

/// A row of a CSV file.
#[derive(Clone, Copy)]
pub(crate) struct CsvRow<'r> {
    /// The bytes without the terminator.
    pub(crate) bytes: &'r [u8],
    pub(crate) terminator: &'r [u8],
    pub(crate) cells: Cells<'r>,
    /// Whether its bytes can be followed by other cells.
    pub(crate) is_sound: bool,
}

/// Where a row stands in its input. Finding its line takes time, and few are wanted.
#[derive(Clone, Copy)]
pub enum RowPosition<'p> {
    /// A record of a text file.
    Record(&'p Chunk, &'p Record),
    /// What is left of a damaged file.
    Rest(&'p Cut),
    /// The number of a row of a typed file, from 1.
    Number(u64),
}

impl RowPosition<'_> {
    /// Returns the line from 1; of typed rows the number.
    pub fn line(&self) -> u64 {
        match self {
            Self::Record(chunk, record) => chunk.line_of(record),
            Self::Rest(cut) => cut.line,
            Self::Number(number) => *number,
        }
    }

    /// Returns the offset in decoded bytes; of typed rows none.
    pub(crate) fn offset(&self) -> u64 {
        match self {
            Self::Record(chunk, record) => chunk.offset_of(record),
            Self::Rest(cut) => cut.offset,
            Self::Number(_) => 0,
        }
    }

    /// Returns the bytes without the end of the line; of typed rows none.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Record(chunk, record) => chunk.split(record).0,
            Self::Rest(cut) => &cut.raw,
            Self::Number(_) => &[],
        }
    }
}

impl Row<'_> {
    /// Returns the posting that some columns make.
    pub fn posting(&self, columns: &Columns) -> Posting<'_> {
        Posting {
            title: self.cell_of(columns.title),
            body: columns.text.iter().map(|&n| self.cell(n)).collect(),
            employer: self.cell_of(columns.employer),
        }
    }

    /// Returns the [`cell`](Self::cell) of a column, if there is one; else an empty text.
    pub fn cell_of(&self, column: Option<usize>) -> Cow<'_, str> {
        column.map_or(Cow::Borrowed(""), |column| self.cell(column))
    }

    /// Returns where the row stands.
    pub fn position(&self) -> RowPosition<'_> {
        self.position
    }

    /// Returns a cell as a text to read, of the columns that are made too; an empty one if the row does not have it.
    pub fn cell(&self, column: usize) -> Cow<'_, str> {
        match &self.raw {
            RawRow::Csv(row) => self.made.cell(column, |n| row.cells.text(n)),
            RawRow::Json { cells, .. } => self.made.cell(column, |n| cells.prose(n)),
            raw @ RawRow::Parquet { .. } => {
                self.made.cell(column, |n| raw.cell(n).unwrap_or_default())
            }
        }
    }
}

impl RawRow<'_> {
    /// Returns a cell as it is written, or nothing if the row does not have it.
    pub(crate) fn cell(&self, n: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Csv(row) => (n < row.cells.len()).then(|| row.cells.text(n)),
            Self::Json { cells, .. } => cells.cell(n).map(Cow::Borrowed),
            Self::Parquet { columns, row, .. } => {
                columns.get(n)?.as_ref().map(|column| Cow::Borrowed(column.get(*row)))
            }
        }
    }

    /// Returns what no column has as JSON: an array of cells, or an object.
    pub(crate) fn extra(&self, width: usize) -> Option<String> {
        match self {
            Self::Csv(row) if row.cells.len() > width => {
                let cells: Vec<_> = (width..row.cells.len()).map(|n| row.cells.text(n)).collect();
                serde_json::to_string(&cells).ok()
            }
            Self::Json { cells, .. } => cells.rest(),
            _ => None,
        }
    }
}

impl RowFormat {
    /// Calls `met` with all that is met in a portion, in its order. What is left of a damaged file comes last, as
    /// what can't be read.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no text for the type of a column that is asked for.
    pub fn read(
        &self,
        portion: &Portion,
        columns: &ReadColumns,
        mut met: impl FnMut(RowEvent<'_>),
    ) -> Result<(), TableError> {
        match (&portion.rows, &self.form) {
            (Rows::Csv(chunk), _) => self.read_csv(chunk, &mut met),
            (Rows::Json(chunk), Form::Json { columns, .. }) => {
                self.read_json(chunk, columns, &mut met);
            }
            (Rows::Json(_), _) => {}
            (Rows::Typed(batch), _) => {
                let first = portion.end.offset.saturating_sub(batch.num_rows() as u64);
                self.read_typed(batch, first, columns, &mut met)
                    .map_err(|source| TableError::Columnar { path: self.path.clone(), source })?;
            }
        }
        if let Some(cut) = &portion.cut {
            met(RowEvent::Unreadable(RowPosition::Rest(cut), cut.reason.clone()));
        }
        Ok(())
    }

    fn read_csv(&self, chunk: &Chunk, met: &mut impl FnMut(RowEvent<'_>)) {
        let mut reader = CellReader::new(&self.dialect);
        for record in &chunk.records {
            let position = RowPosition::Record(chunk, record);
            if let RecordKind::TooLong(bytes) = record.kind {
                met(RowEvent::Unreadable(position, too_long(bytes)));
                continue;
            }
            let (bytes, terminator) = chunk.split(record);
            let cells = reader.read(bytes, record.kind);
            if cells.is_empty() {
                met(RowEvent::Blank(&chunk.bytes[record.range.clone()]));
                continue;
            }
            if let Some(reason) = cells.no_row(&self.names) {
                met(RowEvent::NoRow(position, reason));
                continue;
            }
            let is_sound = record.kind != RecordKind::StrayQuote;
            let raw = RawRow::Csv(CsvRow { bytes, terminator, cells, is_sound });
            met(RowEvent::Row(&Row { raw, made: MadeRow::of_table(&self.made), position }));
        }
    }

    fn read_json(&self, chunk: &Chunk, columns: &JsonColumns, met: &mut impl FnMut(RowEvent<'_>)) {
        let mut cells = JsonCells::new();
        for record in &chunk.records {
            let position = RowPosition::Record(chunk, record);
            let bytes = &chunk.bytes[record.range.clone()];
            let read = match record.kind {
                RecordKind::TooLong(bytes) => Err(too_long(bytes)),
                _ => cells.read(bytes),
            };
            if let Err(reason) = read {
                met(RowEvent::Unreadable(position, reason));
                continue;
            }
            let row = columns.arrange(&cells);
            let made = MadeRow::of_record(&self.made, bytes, Some(&row));
            met(RowEvent::Row(&Row { raw: RawRow::Json { bytes, cells: &row }, made, position }));
        }
    }

    fn read_typed(
        &self,
        batch: &RecordBatch,
        first: u64,
        ReadColumns { wanted, of_batch, objects }: &ReadColumns,
        met: &mut impl FnMut(RowEvent<'_>),
    ) -> Result<(), ColumnarError> {
        let all: Vec<usize> = (0..self.width).collect();
        let of_batch = of_batch.as_ref().unwrap_or(&all);
        let mut is_wanted = vec![false; self.width];
        for n in wanted.iter().flat_map(|&n| self.made.read_for(n)) {
            is_wanted[n] = true;
        }
        let mut columns: Vec<Option<TextColumn<'_>>> = (0..self.width).map(|_| None).collect();
        for (&n, column) in of_batch.iter().zip(batch.columns()).filter(|(n, _)| is_wanted[**n]) {
            columns[n] = Some(TextColumn::new(column)?);
        }
        let records = MadeRecords::new(&self.made, wanted, batch, of_batch)?;
        let objects = if *objects { Some(JsonRows::new(batch)?) } else { None };
        for (row, number) in (0..batch.num_rows()).zip(first + 1..) {
            let object = objects.as_ref().map_or(&[][..], |objects| objects.get(row));
            let raw = RawRow::Parquet { columns: &columns, object, row };
            let position = RowPosition::Number(number);
            met(RowEvent::Row(&Row { raw, made: records.row(row), position }));
        }
        Ok(())
    }
}

impl Input {
    /// Returns how the rows are read.
    pub fn row_format(&self) -> RowFormat {
        RowFormat {
            path: self.path.clone(),
            form: self.form.clone(),
            dialect: self.dialect(),
            width: self.header.len(),
            names: self.line_of_names().to_vec(),
            made: Arc::clone(&self.made),
        }
    }

    /// Reads the rows that are left, one after another: for labels and statistics. Calls `found` with each.
    /// Blank lines, comments and repeated headers are no rows.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and line if a row can't be read.
    pub fn for_each_row(
        &mut self,
        columns: &ReadColumns,
        mut found: impl FnMut(&Row<'_>),
    ) -> Result<(), TableError> {
        let format = self.row_format();
        while let Some(portion) = self.next_portion()? {
            let mut wrong = None;
            format.read(&portion, columns, |event| match event {
                RowEvent::Row(row) if wrong.is_none() => found(row),
                RowEvent::Unreadable(position, reason) if wrong.is_none() => {
                    wrong = Some((position.line(), reason));
                }
                _ => {}
            })?;
            if let Some((line, reason)) = wrong {
                return Err(TableError::Record { path: format.path, line, reason });
            }
        }
        Ok(())
    }
}

/// Says why a row of so many bytes is not read.
fn too_long(bytes: u64) -> String {
    format!(
        "the row has {bytes} bytes, at most {MAX_RECORD_BYTES} can be read; is a quote left open?"
    )
}
