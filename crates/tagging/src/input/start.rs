//! The first rows of an input, which tell what its columns are.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use rolecall_tables::{
    BYTE_ORDER_MARK, CellReader, Chunk, JsonCells, JsonColumns, JsonRows, Layout, RecordKind,
    TableError,
};

use super::head::Head;
use super::known_columns::FirstRows;
use super::sample::{SAMPLE_ROWS, sample_rows};

pub(super) fn unmarked(line: &[u8]) -> &[u8] {
    line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
}

/// What stands at the start of a CSV file.
pub(super) struct CsvStart {
    pub(super) head: Head,
    pub(super) terminator: Vec<u8>,
    pub(super) header: Vec<String>,
    pub(super) sample: Vec<Vec<String>>,
}

impl CsvStart {
    /// Takes the header out of the first chunk; nothing if there is no record.
    pub(super) fn take(layout: &Layout, chunk: &mut Chunk) -> Option<Self> {
        let mut cells = CellReader::new(&layout.dialect);
        let mut read = |chunk: &Chunk, n: usize| -> Vec<String> {
            let record = &chunk.records[n];
            cells.read(unmarked(chunk.split(record).0), record.kind).texts().collect()
        };
        // Blank lines before the header are no records; they stay where they are.
        let first = (0..chunk.records.len()).find(|&n| !read(chunk, n).is_empty())?;
        let start = chunk.records[first].range.start;
        let (line, terminator) = chunk.split(&chunk.records[first]);
        let terminator = if terminator.is_empty() { b"\n" } else { terminator }.to_vec();
        let head = match layout.has_header {
            true => Head::Line([&chunk.bytes[..start], line].concat()),
            false => Head::None,
        };
        let mut header = read(chunk, first);
        if layout.has_header {
            chunk.records.drain(..=first);
        }
        let rows = 0..chunk.records.len().min(SAMPLE_ROWS);
        let is_whole = |n: &usize| chunk.records[*n].kind == RecordKind::Whole;
        let sample: Vec<_> = rows.filter(is_whole).map(|n| read(chunk, n)).collect();
        if !layout.has_header {
            header = (1..=usual_width(&sample)).map(|n| format!("column_{n}")).collect();
        }
        Some(Self { head, terminator, header, sample })
    }
}

/// Returns the number of cells that most rows have; of equally common ones the largest.
fn usual_width(rows: &[Vec<String>]) -> usize {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_empty()) {
        *counts.entry(row.len()).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|&(width, count)| (count, width));
    most.map_or(1, |(width, _)| width)
}

pub(super) fn json_sample(chunk: &Chunk) -> (JsonColumns, FirstRows) {
    let whole = chunk.records.iter().filter(|record| record.kind == RecordKind::Whole);
    let records = || whole.clone().take(SAMPLE_ROWS).map(|r| &chunk.bytes[r.range.clone()]);
    let columns = JsonColumns::of(records());
    let mut cells = JsonCells::new();
    let (mut sample, mut read) = (Vec::new(), Vec::new());
    for record in records() {
        if cells.read(record).is_ok() {
            let row = columns.arrange(&cells);
            let texts = (0..columns.names().len()).map(|n| row.prose(n).into_owned());
            sample.push(texts.collect());
            read.push(record.to_vec());
        }
    }
    let header = columns.names().to_vec();
    let (records, objects) = (Some(read), Vec::new());
    let first = FirstRows { header, sample, records, objects, may_come_late: true };
    (columns, first)
}

pub(super) fn parquet_sample(path: &Path, batch: &RecordBatch) -> Result<FirstRows, TableError> {
    let wrong = |source| TableError::Columnar { path: path.to_owned(), source };
    let sample = sample_rows([batch]).map_err(wrong)?;
    let schema = batch.schema();
    let header = schema.fields().iter().map(|field| field.name().clone()).collect();
    let fields = schema.fields().iter().enumerate();
    let nested = fields.filter(|(_, field)| field.data_type().is_nested());
    let nested: Vec<usize> = nested.map(|(n, _)| n).collect();
    // What JSON has nothing for is read as a table.
    let rows = if nested.is_empty() { None } else { JsonRows::new(batch).ok() };
    let records = rows.map(|rows| (0..rows.len()).map(|row| rows.get(row).to_vec()).collect());
    let is_object = |n: &usize| has_objects(schema.field(*n).data_type());
    let objects = nested.into_iter().filter(is_object).collect();
    Ok(FirstRows { header, sample, records, objects, may_come_late: false })
}

fn has_objects(kind: &DataType) -> bool {
    match kind {
        DataType::Struct(_) | DataType::Map(..) => true,
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            has_objects(item.data_type())
        }
        _ => false,
    }
}
