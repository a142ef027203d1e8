//! JSON files of real boards, read as chunks of raw objects.

use std::fs::File;
use std::io::Read;

use rolecall_tables::{
    Chunk, JsonCells, JsonColumns, JsonLayout, JsonReader, JsonValue, Record, splice,
};
use serde_json::Value;

use crate::harness::shared;

fn raw<'a>(chunks: &'a [Chunk]) -> impl Iterator<Item = &'a [u8]> {
    let bytes = |chunk: &'a Chunk| move |record: &Record| &chunk.bytes[record.range.clone()];
    chunks.iter().flat_map(move |chunk| chunk.records.iter().map(bytes(chunk)))
}

#[test]
#[cfg_attr(not(shared), ignore = "real postings do not lie beside the repository")]
fn boards_are_read_as_serde_json_reads_them() {
    for (name, columns) in [
        ("boards/zapply_healthcare_1.json", ["job_title", "job_description"]),
        ("boards/ats_agnikulu_b1.json", ["title", "description"]),
    ] {
        let path = shared(name);
        let mut file = File::open(&path).unwrap();
        let mut start = Vec::new();
        (&mut file).take(64 << 10).read_to_end(&mut start).unwrap();
        let layout = JsonLayout::sniff(&start, false, None).unwrap().unwrap();
        assert_eq!(layout, JsonLayout::Array(Vec::new()));
        let mut reader = JsonReader::new(file, start, &layout).with_chunk_bytes(100_000);
        let chunks: Vec<_> = std::iter::from_fn(|| reader.next_chunk().unwrap()).collect();
        assert!(!reader.ends_early());

        let expected: Vec<Value> = serde_json::from_reader(File::open(&path).unwrap()).unwrap();
        let found: Vec<Value> =
            raw(&chunks).map(|record| serde_json::from_slice(record).unwrap()).collect();
        assert!(found == expected);

        let header = JsonColumns::of(raw(&chunks));
        let position = |name| header.names().iter().position(|column| column == name).unwrap();
        let positions = columns.map(position);
        let mut cells = JsonCells::new();
        for (record, value) in raw(&chunks).zip(&expected) {
            cells.read(record).unwrap();
            let row = header.arrange(&cells);
            assert_eq!(row.rest(), None);
            for (column, position) in columns.into_iter().zip(positions) {
                let expected = value.get(column).map(|value| value.as_str().unwrap_or(""));
                assert_eq!(row.cell(position), expected);
            }
            let mut line = Vec::new();
            splice(&mut line, record, &[("onc_role", JsonValue::Text("none"))]);
            assert!(!line.contains(&b'\n'));
            let mut tagged: Value = serde_json::from_slice(&line).unwrap();
            tagged.as_object_mut().unwrap().remove("onc_role");
            assert!(tagged == *value);
        }
    }
}

#[test]
#[cfg_attr(not(shared), ignore = "real postings do not lie beside the repository")]
fn csv_files_are_not_taken_for_json() {
    for folder in ["boards", "csv-cases/csv-spectrum/csvs"] {
        let folder = shared(folder);
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "csv") {
                let mut start = Vec::new();
                File::open(&path).unwrap().take(64 << 10).read_to_end(&mut start).unwrap();
                assert_eq!(JsonLayout::sniff(&start, false, None), Ok(None), "{}", path.display());
            }
        }
    }
}
