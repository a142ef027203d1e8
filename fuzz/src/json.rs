//! Files of JSON: layout, records, cells, and objects that members are added to.

use std::io::ErrorKind;

use rolecall_tables::{Chunk, JsonCells, JsonColumns, JsonLayout, JsonReader, JsonValue, splice};
use serde_json::{Map, Value};

use super::pieces::Pieces;

type Object = Map<String, Value>;

/// Checks that a file of JSON is read the same in any pieces and from the end of any chunk on, and
/// that objects hold what `serde_json` finds in them.
///
/// The first three bytes say how: the size of chunks, the size of pieces, and the layout if it is
/// not to be guessed.
pub fn json(input: &[u8]) {
    let Some((&[size, piece, form], text)) = input.split_first_chunk() else { return };
    let _ = JsonLayout::sniff(&text[..text.len() / 2], false, Some("jobs.list"));
    let sniffed = JsonLayout::sniff(text, true, None);
    let layout = match form % 8 {
        1 => JsonLayout::Lines,
        2 => JsonLayout::Objects,
        3 => JsonLayout::Array(Vec::new()),
        4 => JsonLayout::Array(vec!["jobs".to_owned()]),
        5 => JsonLayout::Array(vec!["jobs".to_owned(), "list".to_owned()]),
        _ => match sniffed {
            Ok(Some(layout)) => layout,
            Ok(None) | Err(_) => return,
        },
    };
    let chunks = chunks(text, &layout, usize::from(size), piece);
    let records: Vec<&[u8]> = chunks
        .iter()
        .flat_map(|chunk| chunk.records.iter().map(|record| &chunk.bytes[record.range.clone()]))
        .collect();
    let columns = JsonColumns::of(records.iter().copied());
    for record in records {
        check_object(record, &columns);
    }
}

fn chunks(text: &[u8], layout: &JsonLayout, size: usize, piece: u8) -> Vec<Chunk> {
    let mut reader =
        JsonReader::new(Pieces(text, piece), Vec::new(), layout).with_chunk_bytes(size);
    let (mut chunks, mut ends) = (Vec::new(), Vec::new());
    loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => chunks.push(chunk),
            Ok(None) => break,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::InvalidData, "there is no such array");
                assert!(chunks.is_empty(), "it is known before the first record");
                return chunks;
            }
        }
        ends.push(reader.position());
    }
    for (n, &(offset, line)) in ends.iter().enumerate() {
        let position = usize::try_from(offset).expect("it is a place in the text");
        let from = JsonReader::at(&text[position..], Vec::new(), layout, offset, line);
        let next = from.with_chunk_bytes(size).next_chunk().expect("the array was found before");
        assert_eq!(next.as_ref(), chunks.get(n + 1), "reading goes on at {offset}");
    }
    let mut end = 0;
    for chunk in &chunks {
        let start = usize::try_from(chunk.offset).expect("it is a place in the text");
        assert!(start >= end, "chunks follow one another");
        end = start + chunk.bytes.len();
        assert_eq!(&text[start..end], chunk.bytes, "bytes stay as they are");
        let breaks = text[..start].iter().filter(|&&byte| byte == b'\n').count();
        assert_eq!(chunk.line, 1 + breaks as u64);
        let ranges = chunk.records.iter().map(|record| record.range.clone());
        assert!(ranges.clone().zip(ranges.skip(1)).all(|(a, b)| a.end <= b.start));
    }
    chunks
}

fn check_object(record: &[u8], columns: &JsonColumns) {
    let expected: Option<Object> = serde_json::from_slice(record).ok();
    let mut cells = JsonCells::new();
    if let Err(reason) = cells.read(record) {
        assert!(expected.is_none(), "{reason}, but it is JSON");
        return;
    }
    let row = columns.arrange(&cells);
    assert!(!row.has_rest(), "its own columns are among all");
    let given = (0..columns.names().len()).filter(|&column| row.cell(column).is_some());
    assert_eq!(given.count(), cells.len());
    for position in 0..cells.len() {
        cells.prose(position);
    }
    let Some(expected) = expected else { return };

    let rest = JsonColumns::default().arrange(&cells).rest();
    let found: Object = rest.map_or_else(Object::new, |rest| {
        serde_json::from_str(&rest).expect("cells under no column are JSON")
    });
    assert_eq!(found.len(), cells.len(), "paths are unique");

    let fields =
        [("onc_role", JsonValue::Text("\"a\\\n\u{1f}")), ("onc_score", JsonValue::Spelled("0.50"))];
    if fields.iter().any(|(key, _)| cells.contains(key) || expected.contains_key(*key)) {
        return;
    }
    let mut written = Vec::new();
    splice(&mut written, record, &fields);
    assert!(!written.contains(&b'\n') && !written.contains(&b'\r'), "it is one line");
    let mut found: Object = serde_json::from_slice(&written).expect("it is JSON with more members");
    assert_eq!(found.remove("onc_role"), Some("\"a\\\n\u{1f}".into()));
    assert_eq!(found.remove("onc_score"), Some(0.5.into()));
    assert_eq!(found, expected, "everything else stays");
}
