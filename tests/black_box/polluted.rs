//! Files that are polluted in the ways that people and programs pollute CSV: how much is read.
//!
//! The ways are those of Pollock (Vitagliano and others, Pollock: A Data Loading Benchmark, VLDB
//! 2023), applied to an invented table.

use std::collections::BTreeMap;

use rolecall_tables::{CellReader, ChunkReader, Decoder, GivenDialect, Layout, RecordKind, detect};

mod cases;
mod table;

use cases::{Case, cases};

use crate::harness::shared;

/// Reads a file as the library does; the header is the first row if there is one.
fn read(bytes: &[u8]) -> (Layout, Vec<Vec<String>>) {
    let detected = detect(bytes, true).unwrap();
    let mut text = Vec::new();
    let mut decoder = Decoder::new(bytes, Vec::new(), &detected);
    std::io::Read::read_to_end(&mut decoder, &mut text).unwrap();
    let layout = Layout::sniff(&text, true, &GivenDialect::default());
    let reader = ChunkReader::new(text.as_slice(), Vec::new(), &layout.dialect);
    let mut reader = reader.with_preamble(layout.preamble);
    let mut cells = CellReader::new(&layout.dialect);
    let mut rows = Vec::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        for record in &chunk.records {
            assert!(!matches!(record.kind, RecordKind::TooLong(_)));
            let found = cells.read(chunk.split(record).0, record.kind);
            if !found.is_empty() {
                rows.push(found.texts().collect());
            }
        }
    }
    (layout, rows)
}

/// Counts what of the expected rows, and of their cells, is among those that were found: a row by
/// its first cells, a cell by its place.
fn kept(expected: &[Vec<String>], found: &[Vec<String>]) -> (usize, usize) {
    let mut rest = found;
    let (mut rows, mut cells) = (0, 0);
    for row in expected {
        let same = |other: &Vec<String>| row.iter().zip(other).filter(|(a, b)| a == b).count();
        // A row that was lost is no reason to look for the next one far away.
        let mut near = rest.iter().take(4);
        let Some(at) = near.position(|other| same(other) * 2 > row.len()) else { continue };
        rows += 1;
        cells += same(&rest[at]);
        rest = &rest[at + 1..];
    }
    (rows, cells)
}

/// What is lost of the files of a kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Lost {
    /// Files in which a header is seen that is none, or the other way round.
    headers: usize,
    records: usize,
    cells: usize,
    /// Records that are read but are not there.
    more: usize,
}

impl Lost {
    fn is_within(&self, allowed: &Self) -> bool {
        self.headers <= allowed.headers
            && self.records <= allowed.records
            && self.cells <= allowed.cells
            && self.more <= allowed.more
    }
}

const fn lost(headers: usize, records: usize, cells: usize, more: usize) -> Lost {
    Lost { headers, records, cells, more }
}

/// What can't be kept, by kind; of all other kinds nothing is lost.
///
/// - A row with another delimiter has none that can be known for one. In the header it is taken for
///   a line before the table.
/// - A quoted cell with line breaks that no delimiter stands before is no quoted cell.
/// - A stray quote at the end of a row may be closed by a quote of the next row, if that one has
///   line breaks in quotes.
const KNOWN: [(&str, Lost); 7] = [
    ("another delimiter in a row", lost(0, 60, 540, 84)),
    ("another delimiter in a row, all quoted", lost(0, 60, 552, 72)),
    ("another delimiter in a row, in the header", lost(2, 2, 18, 0)),
    ("another delimiter in a row, in the header, all quoted", lost(2, 2, 18, 0)),
    ("a delimiter missing before a quoted cell", lost(0, 22, 197, 26)),
    ("a quote more in an unquoted cell, before", lost(0, 2, 20, 4)),
    ("a quote more in an unquoted cell, after", lost(0, 1, 10, 2)),
];

#[test]
fn no_record_and_no_cell_is_lost() {
    let mut kinds: BTreeMap<String, (usize, usize, usize, Lost)> = BTreeMap::new();
    for Case { kind, file, expected, has_header } in cases() {
        let (layout, found) = read(&file);
        let (rows, cells) = kept(&expected, &found);
        let of: usize = expected.iter().map(Vec::len).sum();
        let (files, all_rows, all_cells, lost) = kinds.entry(kind).or_default();
        *files += 1;
        *all_rows += expected.len();
        *all_cells += of;
        lost.headers += usize::from(layout.has_header != has_header);
        lost.records += expected.len() - rows;
        lost.cells += of - cells;
        lost.more += found.len().saturating_sub(rows);
    }
    let mut wrong = Vec::new();
    for (kind, (files, rows, cells, lost)) in &kinds {
        println!("{kind:70} {files:4} files {rows:6} records {cells:7} cells  lost {lost:?}");
        let known = KNOWN.iter().find(|(known, _)| known == kind);
        if !lost.is_within(&known.map_or(Lost::default(), |&(_, known)| known)) {
            wrong.push((kind, lost));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
#[cfg_attr(not(shared), ignore = "real postings do not lie beside the repository")]
fn hard_files_are_read_as_they_are_meant() {
    let cases = shared("csv-cases/csv-spectrum");
    let (mut right, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(cases.join("csvs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // The copies of these files do not keep `\r\n`, so all line breaks count as the same.
        let json =
            std::fs::read_to_string(cases.join("json").join(format!("{name}.json"))).unwrap();
        let expected = match serde_json::from_str(&json.replace(r"\r\n", r"\n")).unwrap() {
            serde_json::Value::Array(objects) => objects,
            object => vec![object],
        };
        let (_, rows) = read(&std::fs::read(&path).unwrap());
        let objects: Vec<_> = rows[1..]
            .iter()
            .map(|row| {
                let cells =
                    row.iter().map(|cell| serde_json::Value::from(cell.replace("\r\n", "\n")));
                serde_json::Value::Object(rows[0].iter().cloned().zip(cells).collect())
            })
            .collect();
        if objects == expected {
            right += 1;
        } else {
            wrong.push(name);
        }
    }
    // Its JSON contradicts its CSV.
    assert_eq!((right, wrong), (11, vec!["location_coordinates".to_owned()]));
}
