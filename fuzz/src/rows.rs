//! Files of cells: encoding, layout, records, cells.

use std::io::Read;

use rolecall_tables::{
    CellReader, Chunk, ChunkReader, Decoder, Detected, Dialect, GivenDialect, Layout, RecordKind,
    detect,
};

use super::pieces::Pieces;

/// Checks that a file of cells is read the same in any pieces and from the end of any chunk on,
/// and that no byte of it is lost.
///
/// The first four bytes say how: the size of chunks, the size of pieces, how many bytes are given
/// beforehand, and what of the dialect is given.
pub fn rows(input: &[u8]) {
    let Some((&[size, piece, given, flags], raw)) = input.split_first_chunk() else { return };
    let Ok(detected) = detect(raw, true) else { return };
    let text = decoded(raw, &detected, piece, usize::from(given));
    let layout = layout(&text, flags);
    let chunks = chunks(&text, &layout, usize::from(size), piece, usize::from(given));
    for chunk in &chunks {
        for record in &chunk.records {
            check_cells(&layout.dialect, chunk.split(record).0, record.kind);
        }
    }
}

fn decoded(raw: &[u8], detected: &Detected, piece: u8, given: usize) -> Vec<u8> {
    let (start, rest) = raw.split_at(given.min(raw.len()));
    let mut decoder = Decoder::new(Pieces(rest, piece), start.to_vec(), detected);
    let mut text = Vec::new();
    decoder.read_to_end(&mut text).expect("a slice can be read");
    let body = &raw[detected.bom_bytes..];
    if detected.encoding.name() == "UTF-8" {
        assert_eq!(text, body, "UTF-8 stays as it is");
        return text;
    }
    let (expected, is_malformed) = detected.encoding.decode_without_bom_handling(body);
    assert_eq!(text, expected.as_bytes(), "{}", detected.encoding.name());
    assert_eq!(decoder.malformed().count() > 0, is_malformed);
    text
}

fn layout(text: &[u8], flags: u8) -> Layout {
    let flag = |bit: u8| flags & (1 << bit) != 0;
    let given = GivenDialect {
        delimiter: flag(0).then_some(if flag(1) { b';' } else { b',' }),
        quote: flag(2).then_some(flag(3).then_some(b'"')),
        escape: flag(4).then_some(Some(b'\\')),
        skip_space: flag(5).then_some(true),
        preamble: flag(6).then_some(1),
        has_header: None,
    };
    let sample = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    Layout::sniff(&sample[..sample.len() / 2], false, &given);
    let layout = Layout::sniff(sample, true, &given);
    let is_kept = given.delimiter.is_none_or(|byte| byte == layout.dialect.delimiter)
        && given.quote.is_none_or(|quote| quote == layout.dialect.quote)
        && given.escape.is_none_or(|escape| escape == layout.dialect.escape)
        && given.preamble.is_none_or(|lines| lines == layout.preamble);
    assert!(is_kept, "{given:?} became {layout:?}");
    layout
}

fn chunks(text: &[u8], layout: &Layout, size: usize, piece: u8, given: usize) -> Vec<Chunk> {
    let (start, rest) = text.split_at(given.min(text.len()));
    let mut reader = ChunkReader::new(Pieces(rest, piece), start.to_vec(), &layout.dialect)
        .with_preamble(layout.preamble)
        .with_chunk_bytes(size);
    let (mut chunks, mut ends) = (Vec::new(), Vec::new());
    while let Some(chunk) = reader.next_chunk().expect("a slice can be read") {
        chunks.push(chunk);
        ends.push((reader.position(), reader.width()));
    }
    let joined: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.bytes.iter().copied()).collect();
    assert_eq!(joined, text, "no byte is lost");
    let mut preamble = layout.preamble;
    for (n, &((offset, line), width)) in ends.iter().enumerate() {
        let kinds = chunks[n].records.iter().map(|record| record.kind);
        preamble -= kinds.filter(|kind| *kind == RecordKind::Preamble).count();
        let position = usize::try_from(offset).expect("it is a place in the text");
        let from = ChunkReader::at(&text[position..], Vec::new(), &layout.dialect, offset, line);
        let mut from = from.with_preamble(preamble).with_chunk_bytes(size);
        if let Some(cells) = width {
            from = from.with_width(cells);
        }
        // The chunk after it; each next one is looked at from its own start.
        let next = from.next_chunk().expect("a slice can be read");
        assert_eq!(next.as_ref(), chunks.get(n + 1), "reading goes on at {offset}");
    }
    chunks
}

fn check_cells(dialect: &Dialect, record: &[u8], kind: RecordKind) {
    let mut reader = CellReader::new(dialect);
    let cells = reader.read(record, kind);
    if matches!(kind, RecordKind::Preamble | RecordKind::TooLong(_)) || record.is_empty() {
        assert!(cells.is_empty());
        return;
    }
    let ranges: Vec<&[u8]> = (0..cells.len()).map(|n| &record[cells.range(n)]).collect();
    assert_eq!(ranges.join(&dialect.delimiter), record, "cells are all of the record");
    let all = (0..cells.len()).map(|n| cells.cell(n));
    assert_eq!(cells.texts().count(), all.count());
}
