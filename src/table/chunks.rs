//! Cuts a file into chunks of whole records.

use std::io::{self, Read};
use std::ops::Range;

use super::scan::RecordScanner;

/// Chunks are of about this size: large enough to make handing over cheap, small enough to keep
/// memory low and work evenly spread.
const CHUNK_BYTES: usize = 1 << 20;

/// A longer record is set aside unread, so that memory stays bounded: 16 MiB.
pub const MAX_RECORD_BYTES: usize = 16 << 20;

/// Some whole records of a file.
#[derive(Debug, Clone, Default)]
pub struct Chunk {
    /// The bytes of the records, one after another.
    pub bytes: Vec<u8>,
    /// The records in these bytes.
    pub records: Vec<Record>,
    /// The position of the first byte in the file.
    pub offset: u64,
    /// The line of the first byte in the file, from 1.
    pub line: u64,
}

/// A record of a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where its bytes are in the chunk, terminator included.
    pub range: Range<usize>,
    /// Whether it can be read.
    pub kind: RecordKind,
}

/// Whether a record can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    /// It can.
    Whole,
    /// The file ends inside a quoted cell.
    UnclosedQuote,
    /// It has this many bytes, more than [`MAX_RECORD_BYTES`]; they are not in the chunk.
    TooLong(u64),
}

/// Reads a file as chunks of whole records.
pub struct ChunkReader<R> {
    reader: R,
    scanner: RecordScanner,
    /// The start of a record, whose end is not read yet.
    tail: Vec<u8>,
    offset: u64,
    line: u64,
    at_end: bool,
}

impl<R: Read> ChunkReader<R> {
    /// Reads records with a delimiter; `start` are bytes that were read before.
    pub fn new(reader: R, start: Vec<u8>, delimiter: u8) -> Self {
        let scanner = RecordScanner::new(delimiter);
        Self { reader, scanner, tail: start, offset: 0, line: 1, at_end: false }
    }

    /// Returns the next chunk, or nothing at the end of the file.
    ///
    /// # Errors
    ///
    /// Returns an error if reading fails.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        let mut bytes = std::mem::take(&mut self.tail);
        bytes.reserve(CHUNK_BYTES + CHUNK_BYTES / 4);
        let mut records = Vec::new();
        let mut start = 0;
        loop {
            while let Some(end) = self.scanner.next_end(&bytes, self.at_end) {
                records.push(Record { range: start..end, kind: RecordKind::Whole });
                start = end;
            }
            if self.at_end {
                if start < bytes.len() {
                    let kind = match self.scanner.is_inside_quotes() {
                        true => RecordKind::UnclosedQuote,
                        false => RecordKind::Whole,
                    };
                    records.push(Record { range: start..bytes.len(), kind });
                    start = bytes.len();
                }
                break;
            }
            if bytes.len() >= CHUNK_BYTES && !records.is_empty() {
                break;
            }
            if bytes.len() > MAX_RECORD_BYTES {
                return self.skip_record(bytes).map(Some);
            }
            self.read_more(&mut bytes)?;
        }
        self.tail = bytes[start..].to_vec();
        bytes.truncate(start);
        self.scanner.forget(start);
        Ok(self.chunk(bytes, records))
    }

    fn chunk(&mut self, bytes: Vec<u8>, records: Vec<Record>) -> Option<Chunk> {
        let chunk = Chunk { offset: self.offset, line: self.line, bytes, records };
        self.offset += chunk.bytes.len() as u64;
        self.line += count_lines(&chunk.bytes);
        (!chunk.records.is_empty()).then_some(chunk)
    }

    /// Reads up to a chunk's size of bytes after those that are there.
    fn read_more(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let room = CHUNK_BYTES.saturating_sub(bytes.len()).max(CHUNK_BYTES / 4);
        let read = (&mut self.reader).take(room as u64).read_to_end(bytes)?;
        self.at_end = read == 0;
        Ok(())
    }

    /// Reads on to the end of a record that is too long, and forgets its bytes.
    fn skip_record(&mut self, mut bytes: Vec<u8>) -> io::Result<Chunk> {
        let (offset, line) = (self.offset, self.line);
        loop {
            let end = self.scanner.next_end(&bytes, self.at_end);
            // All that was looked at, which is all but a `\r` that waits for its `\n`.
            let skipped = end.unwrap_or(self.scanner.position());
            self.offset += skipped as u64;
            self.line += count_lines(&bytes[..skipped]);
            bytes.drain(..skipped);
            self.scanner.forget(skipped);
            if end.is_some() || self.at_end {
                break;
            }
            self.read_more(&mut bytes)?;
        }
        self.tail = bytes;
        let record = Record { range: 0..0, kind: RecordKind::TooLong(self.offset - offset) };
        Ok(Chunk { bytes: Vec::new(), records: vec![record], offset, line })
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

impl Chunk {
    /// Returns the line of a record in the file, from 1.
    pub fn line_of(&self, record: &Record) -> u64 {
        self.line + count_lines(&self.bytes[..record.range.start])
    }

    /// Returns the position of a record in the file.
    pub fn offset_of(&self, record: &Record) -> u64 {
        self.offset + record.range.start as u64
    }

    /// Returns the bytes of a record without its terminator, and the terminator.
    pub fn split(&self, record: &Record) -> (&[u8], &[u8]) {
        let bytes = &self.bytes[record.range.clone()];
        let terminator = match bytes {
            _ if record.kind == RecordKind::UnclosedQuote => 0,
            [.., b'\r', b'\n'] => 2,
            [.., b'\n' | b'\r'] => 1,
            _ => 0,
        };
        bytes.split_at(bytes.len() - terminator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(bytes: &[u8]) -> Vec<Chunk> {
        let mut reader = ChunkReader::new(bytes, Vec::new(), b',');
        std::iter::from_fn(|| reader.next_chunk().unwrap()).collect()
    }

    #[test]
    fn nothing_is_lost_between_chunks() {
        let mut text = String::from("id,text\n");
        for n in 0..200_000 {
            text.push_str(&format!("{n},\"line one\r\nline \"\"two\"\"\"\r\n"));
        }
        text.push_str("last,without terminator");
        let chunks = chunks(text.as_bytes());
        assert!(chunks.len() > 4);
        let joined: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.bytes.clone()).collect();
        assert_eq!(joined, text.as_bytes());
        assert_eq!(chunks.iter().map(|chunk| chunk.records.len()).sum::<usize>(), 200_002);
        let last = chunks.last().unwrap();
        let record = last.records.last().unwrap();
        assert_eq!(last.line_of(record), 400_002);
        assert_eq!(last.offset_of(record), text.len() as u64 - 23);
        assert_eq!(last.split(record).0, b"last,without terminator");
    }

    #[test]
    fn a_record_without_end_is_bounded() {
        let long = "x".repeat(MAX_RECORD_BYTES + 5 * CHUNK_BYTES);
        let text = format!("id\n1,\"{long}\ny\"\r\n2\n");
        let chunks = chunks(text.as_bytes());
        let kinds: Vec<_> =
            chunks.iter().flat_map(|chunk| &chunk.records).map(|record| record.kind).collect();
        let length = long.len() as u64 + 8;
        let whole = RecordKind::Whole;
        assert_eq!(kinds, [whole, RecordKind::TooLong(length), whole]);
        let last = chunks.last().unwrap();
        assert_eq!((last.line, last.offset), (4, 3 + length));
        assert_eq!(last.bytes, b"2\n");
    }

    #[test]
    fn an_unclosed_quote_is_seen() {
        let chunks = chunks(b"id,text\n1,\"never closed\n2,x\n");
        assert_eq!(chunks[0].records[1].kind, RecordKind::UnclosedQuote);
        assert_eq!(chunks[0].split(&chunks[0].records[1]).0, b"1,\"never closed\n2,x\n");
    }

    #[test]
    fn an_empty_file_has_no_chunk() {
        assert!(chunks(b"").is_empty());
    }
}
