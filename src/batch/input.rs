//! An input that is open, with its header read and its columns known.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::posting::{ColumnNames, Columns, detect};
use crate::table::{CellReader, Chunk, ChunkReader, Dialect, RecordKind, TableError};

/// Bytes that are looked at to find the dialect.
const SNIFFED_BYTES: u64 = 64 << 10;

/// Rows that are looked at to find the columns.
const SAMPLE_ROWS: usize = 300;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What overrides the detection of dialect and columns.
#[derive(Debug, Clone, Default)]
pub struct InputOptions {
    /// The delimiter between cells.
    pub delimiter: Option<u8>,
    /// The title column: a name, a position from 1, or `-` for none.
    pub title_column: Option<String>,
    /// The text columns: names or positions from 1, or `-` for none; all are read.
    pub text_columns: Vec<String>,
}

/// An open CSV input.
pub struct Input {
    /// The path as it was given; `-` is standard input.
    pub path: PathBuf,
    /// The size in bytes, where it is known.
    pub size: Option<u64>,
    /// The dialect.
    pub dialect: Dialect,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The columns of title and text.
    pub columns: Columns,
    pub(super) header_line: Line,
    pub(super) first: Option<Chunk>,
    pub(super) rest: ChunkReader<Box<dyn Read + Send>>,
}

/// The header as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) bytes: Vec<u8>,
    pub(super) terminator: Vec<u8>,
}

impl Input {
    /// Opens an input, reads its header and finds the title and text columns in the first rows.
    /// The path `-` is standard input.
    ///
    /// # Errors
    ///
    /// Returns an error if the input can't be read, is not CSV, is empty, or has no column that
    /// looks like a title or a text.
    pub fn open(
        path: &Path,
        options: &InputOptions,
        names: &ColumnNames,
    ) -> Result<Self, TableError> {
        let wrong = |source| TableError::Read { path: path.to_owned(), source };
        let (mut reader, size) = open(path).map_err(wrong)?;
        let mut start = Vec::new();
        (&mut reader).take(SNIFFED_BYTES).read_to_end(&mut start).map_err(wrong)?;
        let mut dialect = Dialect::sniff(path, &start)?;
        if let Some(delimiter) = options.delimiter {
            dialect.delimiter = delimiter;
        }
        let mut rest = ChunkReader::new(reader, start, dialect.delimiter);
        let empty = || TableError::Empty { path: path.to_owned() };
        let mut first = rest.next_chunk().map_err(wrong)?.ok_or_else(empty)?;

        // Blank lines before the header are no records; they stay where they are.
        let mut cells = CellReader::new(dialect.delimiter);
        let position = first.records.iter().position(|record| {
            record.kind == RecordKind::Whole && cells.read(unmarked(first.split(record).0)) > 0
        });
        let position = position.ok_or_else(empty)?;
        let record = first.records[position].clone();
        let (line, terminator) = first.split(&record);
        cells.read(unmarked(line));
        let header: Vec<_> = cells.texts().collect();
        let terminator = if terminator.is_empty() { b"\n" } else { terminator };
        let before = &first.bytes[..record.range.start];
        let header_line = Line { bytes: [before, line].concat(), terminator: terminator.to_vec() };
        first.records.drain(..=position);

        let sample: Vec<Vec<String>> = first
            .records
            .iter()
            .take(SAMPLE_ROWS)
            .filter(|record| record.kind == RecordKind::Whole)
            .map(|record| {
                cells.read(first.split(record).0);
                cells.texts().collect()
            })
            .collect();
        let columns =
            detect(names, &header, &sample, options.title_column.as_deref(), &options.text_columns)
                .map_err(|source| TableError::Columns { path: path.to_owned(), source })?;
        let path = path.to_owned();
        Ok(Self { path, size, dialect, header, columns, header_line, first: Some(first), rest })
    }

    pub(super) fn next_chunk(&mut self) -> Result<Option<Chunk>, TableError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        self.rest
            .next_chunk()
            .map_err(|source| TableError::Read { path: self.path.clone(), source })
    }

    /// Describes what was found, in one line for people.
    pub fn description(&self) -> String {
        let name = |n: usize| format!("`{}`", self.header[n].escape_debug());
        let title = self.columns.title.map_or("none".to_owned(), name);
        let text: Vec<_> = self.columns.text.iter().map(|&n| name(n)).collect();
        let text = if text.is_empty() { "none".to_owned() } else { text.join(" + ") };
        let delimiter = match self.dialect.delimiter {
            b',' => "comma".to_owned(),
            b'\t' => "tab".to_owned(),
            b';' => "semicolon".to_owned(),
            other => format!("`{}`", char::from(other).escape_debug()),
        };
        let columns = self.header.len();
        format!(
            "{}: {delimiter}, {columns} columns, title {title}, text {text}",
            self.path.display()
        )
    }
}

fn unmarked(line: &[u8]) -> &[u8] {
    line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
}

fn open(path: &Path) -> io::Result<(Box<dyn Read + Send>, Option<u64>)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::other("it is a folder, expected a file"));
    }
    let size = metadata.is_file().then_some(metadata.len());
    Ok((Box::new(file), size))
}
