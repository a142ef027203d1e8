//! How tagged rows are written.

mod csv;
mod json;
mod parquet;
mod table;
mod typed_tags;

use std::borrow::Cow;

use arrow_array::RecordBatch;

use self::csv::CsvEncoder;
use self::json::JsonEncoder;
use self::parquet::ParquetEncoder;
use self::table::TableEncoder;
pub(super) use self::typed_tags::{TagColumns, tag_fields};
use rolecall_dedup::Verdict;
use rolecall_tables::{ColumnarError, Dialect, ParquetForm};

use super::input::{CsvRow, Form, Head, Input, RawRow};
use super::tags::{TagCells, TagNames};

/// How tagged rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// CSV: the rows of a CSV file as they were, with the tag columns appended.
    Csv,
    /// The same, with tabs between cells whatever the input has.
    Tsv,
    /// One JSON object a line.
    JsonLines,
    /// Parquet, with typed tag columns.
    Parquet,
    /// One line a row for people: title, role and confidence.
    Table,
}

impl OutputFormat {
    /// Returns its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::JsonLines => "jsonl",
            Self::Parquet => "parquet",
            Self::Table => "table",
        }
    }
}

/// What the encoders need to know of a job and its first input.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) format: OutputFormat,
    pub(super) names: TagNames,
    pub(super) header: Vec<String>,
    pub(super) excel_safe: bool,
    pub(super) dedup: bool,
    /// The dialect in which CSV is written.
    pub(super) dialect: Dialect,
    /// The end of lines that have none of their own.
    pub(super) terminator: Vec<u8>,
    /// What stands before the first row of a CSV file.
    pub(super) head: Head,
    /// Whether there is a column for what no other column has.
    pub(super) has_extra: bool,
    /// The columns and types of a Parquet file.
    pub(super) parquet: Option<ParquetForm>,
}

impl Plan {
    /// Plans the output by its first input.
    pub(super) fn new(
        format: OutputFormat,
        names: TagNames,
        excel_safe: bool,
        dedup: bool,
        input: &Input,
    ) -> Result<Self, ColumnarError> {
        let comma = Dialect::default();
        let tab = Dialect { delimiter: b'\t', ..comma };
        let (dialect, head, terminator) = match (&input.form, format) {
            (_, OutputFormat::Tsv) => match &input.form {
                Form::Csv { layout, head, terminator, .. } if layout.dialect == tab => {
                    (tab, head.clone(), terminator.clone())
                }
                _ => (tab, Head::Names, b"\n".to_vec()),
            },
            (Form::Csv { layout, head, terminator, .. }, _) => {
                (layout.dialect, head.clone(), terminator.clone())
            }
            _ => (comma, Head::Names, b"\n".to_vec()),
        };
        // Cells that are protected are all written anew, and so is the header.
        let head = match head {
            Head::Line(_) if excel_safe => Head::Names,
            head => head,
        };
        let is_csv = matches!(input.form, Form::Csv { .. });
        let has_extra = match format {
            OutputFormat::Csv | OutputFormat::Tsv => matches!(input.form, Form::Json { .. }),
            OutputFormat::Parquet => is_csv || matches!(input.form, Form::Json { .. }),
            OutputFormat::JsonLines | OutputFormat::Table => false,
        };
        let header = input.header.clone();
        let parquet = match format {
            OutputFormat::Parquet => Some(parquet::form(&names, dedup, has_extra, input)?),
            _ => None,
        };
        Ok(Self {
            format,
            names,
            header,
            excel_safe,
            dedup,
            dialect,
            terminator,
            head,
            has_extra,
            parquet,
        })
    }
}

/// Writes the rows of one chunk after another.
pub(super) enum Encoder<'p> {
    Csv(CsvEncoder<'p>),
    Json(JsonEncoder<'p>),
    Parquet(Box<ParquetEncoder<'p>>),
    Table(TableEncoder),
}

impl<'p> Encoder<'p> {
    pub(super) fn new(plan: &'p Plan, form: &Form) -> Self {
        match plan.format {
            OutputFormat::Csv | OutputFormat::Tsv => Self::Csv(CsvEncoder::new(plan, form)),
            OutputFormat::JsonLines => Self::Json(JsonEncoder::new(plan)),
            OutputFormat::Parquet => Self::Parquet(Box::new(ParquetEncoder::new(plan))),
            OutputFormat::Table => Self::Table(TableEncoder::default()),
        }
    }

    /// Returns what stands before the first row.
    pub(super) fn head(plan: &Plan) -> Vec<u8> {
        match plan.format {
            OutputFormat::Csv | OutputFormat::Tsv => csv::head(plan),
            OutputFormat::JsonLines | OutputFormat::Parquet => Vec::new(),
            OutputFormat::Table => table::head(),
        }
    }

    /// Takes typed columns, whose rows come next.
    pub(super) fn begin(&mut self, batch: &RecordBatch) {
        if let Self::Parquet(encoder) = self {
            encoder.begin(batch);
        }
    }

    /// Appends what is no row: a blank line of a CSV file.
    pub(super) fn blank(&mut self, bytes: &[u8]) {
        if let Self::Csv(encoder) = self {
            encoder.blank(bytes);
        }
    }

    /// Appends a row with its tag.
    pub(super) fn row(&mut self, row: &RawRow<'_>, title: &str, tag: &TagCells<'_, '_>) {
        match self {
            Self::Csv(encoder) => encoder.row(row, tag),
            Self::Json(encoder) => encoder.row(row, tag),
            Self::Parquet(encoder) => encoder.row(row, tag),
            Self::Table(encoder) => encoder.row(title, tag),
        }
    }

    /// Returns the bytes of all rows since the last call, given the verdicts on their
    /// duplicates, if there are any.
    pub(super) fn finish(&mut self, verdicts: &[Verdict]) -> Result<Vec<u8>, ColumnarError> {
        match self {
            Self::Csv(encoder) => Ok(encoder.finish(verdicts)),
            Self::Json(encoder) => Ok(encoder.finish(verdicts)),
            Self::Parquet(encoder) => encoder.finish(verdicts),
            Self::Table(encoder) => Ok(encoder.finish()),
        }
    }
}

/// Puts pieces of text into bytes, at positions in ascending order.
fn fill<'t>(
    bytes: Vec<u8>,
    holes: &[usize],
    pieces: impl Iterator<Item = Cow<'t, str>>,
) -> Vec<u8> {
    if holes.is_empty() {
        return bytes;
    }
    let mut filled = Vec::with_capacity(bytes.len() + holes.len() * 16);
    let mut copied = 0;
    for (&hole, piece) in holes.iter().zip(pieces) {
        filled.extend_from_slice(&bytes[copied..hole]);
        filled.extend_from_slice(piece.as_bytes());
        copied = hole;
    }
    filled.extend_from_slice(&bytes[copied..]);
    filled
}
