//! Cuts a file into chunks of whole records.

use std::io::{self, Read};
use std::ops::Range;

use memchr::memchr2_iter;

use super::Dialect;
use super::grammar::{Machine, end_of_line, line_break};
use super::record_kind::RecordKind;
use super::scan::RecordScanner;
use crate::BYTE_ORDER_MARK;

/// Chunks are of about this size if nothing else is said: large enough to make handing over
/// cheap, small enough to keep memory low and work evenly spread.
const CHUNK_BYTES: usize = 1 << 20;

/// Bytes that are read at a time.
const READ_BYTES: usize = 1 << 18;

/// Some whole records of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    /// How it is to be read.
    pub kind: RecordKind,
}

/// Reads a file as chunks of whole records.
///
/// Where a chunk ends is a function of the bytes from its start on, however many of them the
/// reader below returns at a time. So a reader that starts at the end of a chunk ([`Self::at`])
/// returns the chunks that would have followed.
pub struct ChunkReader<R> {
    reader: R,
    scanner: RecordScanner,
    chunk_bytes: usize,
    /// What was read and not forgotten yet; bytes before `taken` were handed out.
    buffer: Vec<u8>,
    taken: usize,
    offset: u64,
    line: u64,
    at_end: bool,
}

impl<R: Read> ChunkReader<R> {
    /// Reads records of a dialect; `start` are bytes that were read before. The first record that
    /// is not blank is taken for the header. A byte-order mark is no part of its first cell.
    pub fn new(reader: R, start: Vec<u8>, dialect: &Dialect) -> Self {
        Self::at(reader, start, dialect, 0, 1)
    }

    /// Reads on at a place where a record begins: a position in the file, from 0, and its line,
    /// from 1. The width of the header is to be given, too.
    pub fn at(reader: R, start: Vec<u8>, dialect: &Dialect, offset: u64, line: u64) -> Self {
        let scanner = RecordScanner::new(dialect);
        let chunk_bytes = CHUNK_BYTES;
        Self { reader, scanner, chunk_bytes, buffer: start, taken: 0, offset, line, at_end: false }
    }

    /// Takes the first lines, as they stand, for no records.
    #[must_use]
    pub fn with_preamble(mut self, lines: usize) -> Self {
        self.scanner.set_preamble(lines);
        self
    }

    /// Sets how many cells the header has, by which stray quotes are known.
    #[must_use]
    pub fn with_width(mut self, cells: usize) -> Self {
        self.scanner.set_width(cells);
        self
    }

    /// Sets the size from which on a chunk ends with a record; at least one byte.
    #[must_use]
    pub fn with_chunk_bytes(mut self, bytes: usize) -> Self {
        self.chunk_bytes = bytes.max(1);
        self
    }

    /// Returns the offset and line behind the last chunk, where another reader can go on.
    pub fn position(&self) -> (u64, u64) {
        (self.offset, self.line)
    }

    /// Returns how many cells the header has, once it was read or given.
    pub fn width(&self) -> Option<usize> {
        self.scanner.width()
    }

    /// Returns the next chunk, or nothing at the end of the file. Up to [`MAX_RECORD_BYTES`](crate::MAX_RECORD_BYTES) and a
    /// little more are held in memory, besides the chunk.
    ///
    /// # Errors
    ///
    /// Returns an error if reading fails.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        self.forget_taken();
        if self.offset == 0 && self.taken == 0 {
            self.skip_mark()?;
        }
        let mut records = Vec::new();
        let mut end = self.taken;
        while end - self.taken < self.chunk_bytes {
            match self.scanner.next_end(&self.buffer, self.at_end) {
                // It is read again, as the first record of the next chunk.
                Some((_, RecordKind::TooLong(_))) if end > self.taken => {
                    self.scanner.restart(end);
                    break;
                }
                Some((_, RecordKind::TooLong(_))) => {
                    return match self.scanner.passing_over() {
                        Some(machine) => self.skip_record(machine).map(Some),
                        None => self.skip_line().map(Some),
                    };
                }
                Some((found, kind)) => {
                    records.push(Record { range: end - self.taken..found - self.taken, kind });
                    end = found;
                }
                None if self.at_end => break,
                None => self.read_more()?,
            }
        }
        let bytes = self.buffer[self.taken..end].to_vec();
        let chunk = Chunk { offset: self.offset, line: self.line, bytes, records };
        self.offset += chunk.bytes.len() as u64;
        self.line += count_lines(&chunk.bytes);
        self.taken = end;
        Ok((!chunk.records.is_empty()).then_some(chunk))
    }

    fn skip_mark(&mut self) -> io::Result<()> {
        while self.buffer.len() < BYTE_ORDER_MARK.len() && !self.at_end {
            self.read_more()?;
        }
        if self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.scanner.skip_mark(BYTE_ORDER_MARK.len());
        }
        Ok(())
    }

    fn read_more(&mut self) -> io::Result<()> {
        let read = (&mut self.reader).take(READ_BYTES as u64).read_to_end(&mut self.buffer)?;
        self.at_end = read == 0;
        Ok(())
    }

    /// Gives memory back once most of it was handed out, so that no byte is moved often.
    fn forget_taken(&mut self) {
        if self.taken > self.buffer.len() / 2 {
            self.buffer.drain(..self.taken);
            self.scanner.forget(self.taken);
            self.taken = 0;
        }
    }

    /// Reads on to the end of a record that is too long, and forgets its bytes.
    fn skip_record(&mut self, mut machine: Machine) -> io::Result<Chunk> {
        let (offset, line) = (self.offset, self.line);
        let mut lines = LineCount::default();
        loop {
            let found = machine.run(&self.buffer, self.at_end);
            // A line break at the end of what is there may go on.
            let passed = match found {
                Some(end) => end,
                None if self.at_end => self.buffer.len(),
                None => machine.at.min(self.buffer.len()),
            };
            lines.add(&self.buffer[self.taken..passed]);
            self.offset += (passed - self.taken) as u64;
            self.taken = passed;
            if found.is_some() || self.at_end {
                break;
            }
            self.buffer.drain(..self.taken);
            machine.forget(self.taken);
            self.taken = 0;
            self.read_more()?;
        }
        self.scanner.restart(self.taken);
        self.line += lines.lines;
        let record = Record { range: 0..0, kind: RecordKind::TooLong(self.offset - offset) };
        Ok(Chunk { bytes: Vec::new(), records: vec![record], offset, line })
    }

    /// Reads on to the end of a line that is too long, and forgets its bytes.
    fn skip_line(&mut self) -> io::Result<Chunk> {
        let (offset, line) = (self.offset, self.line);
        let mut end = None;
        while end.is_none() {
            let found = line_break(&self.buffer, self.taken);
            end = found.and_then(|at| end_of_line(&self.buffer, at, self.at_end));
            if end.is_none() && self.at_end {
                end = Some(self.buffer.len());
            }
            let skipped = end.or(found).unwrap_or(self.buffer.len());
            self.offset += (skipped - self.taken) as u64;
            self.taken = skipped;
            if end.is_none() {
                self.buffer.drain(..self.taken);
                self.taken = 0;
                self.read_more()?;
            }
        }
        self.scanner.restart(self.taken);
        self.line += 1;
        let record = Record { range: 0..0, kind: RecordKind::TooLong(self.offset - offset) };
        Ok(Chunk { bytes: Vec::new(), records: vec![record], offset, line })
    }
}

/// Counts the line breaks of bytes that come in pieces, of which one may end amid `\r\n`.
#[derive(Default)]
struct LineCount {
    lines: u64,
    after_return: bool,
}

impl LineCount {
    fn add(&mut self, bytes: &[u8]) {
        let is_same = self.after_return && bytes.first() == Some(&b'\n');
        self.lines += count_lines(bytes) - u64::from(is_same);
        self.after_return = bytes.last().map_or(self.after_return, |&byte| byte == b'\r');
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    let breaks = memchr2_iter(b'\n', b'\r', bytes);
    breaks.filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n')).count() as u64
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
            [.., b'\r', b'\n'] => 2,
            [.., b'\n' | b'\r'] => 1,
            _ => 0,
        };
        bytes.split_at(bytes.len() - terminator)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MAX_RECORD_BYTES;
    use crate::slow_reader::Pieces;

    fn all<R: Read>(reader: ChunkReader<R>) -> Vec<Chunk> {
        let mut reader = reader;
        std::iter::from_fn(|| reader.next_chunk().unwrap()).collect()
    }

    fn chunks(bytes: &[u8]) -> Vec<Chunk> {
        all(ChunkReader::new(bytes, Vec::new(), &Dialect::default()))
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
    fn a_line_without_end_is_bounded() {
        let long = "x".repeat(MAX_RECORD_BYTES + 5 * CHUNK_BYTES);
        let text = format!("id\n1,\"{long}\r\ny\"\r\n2\n");
        let chunks = chunks(text.as_bytes());
        let kinds: Vec<_> =
            chunks.iter().flat_map(|chunk| &chunk.records).map(|record| record.kind).collect();
        let length = long.len() as u64 + 5;
        let whole = RecordKind::Whole;
        assert_eq!(kinds, [whole, RecordKind::TooLong(length), whole, whole]);
        let last = chunks.last().unwrap();
        assert_eq!((last.line, last.offset), (3, 3 + length));
        assert_eq!(last.bytes, b"y\"\r\n2\n");
    }

    #[test]
    fn a_closed_cell_that_is_too_long_is_one_record_and_an_open_quote_is_not() {
        let kinds = |text: &str| -> Vec<RecordKind> {
            let chunks = chunks(text.as_bytes());
            chunks.iter().flat_map(|chunk| &chunk.records).map(|record| record.kind).collect()
        };
        let prose = "Teach nurses in class, daily, and more.\r\nNights!\r\n".repeat(400_000);
        let whole = RecordKind::Whole;
        let text = format!("id,text\r\n1,\"{prose}\"\r\n2,b\r\n");
        let length = prose.len() as u64 + 6;
        assert_eq!(kinds(&text), [whole, RecordKind::TooLong(length), whole]);
        let last = chunks(text.as_bytes()).pop().unwrap();
        assert_eq!((last.line, last.offset), (800_003, text.len() as u64 - 5));
        // A quote that is never closed takes no rows with it.
        let rows = "3,c\n".repeat(5_000_000);
        let found = kinds(&format!("id,text\n1,\"open\n{rows}"));
        assert_eq!(found.len(), 5_000_002);
        assert_eq!(found[1], RecordKind::StrayQuote);
        assert!(found[2..].iter().all(|kind| *kind == whole));
    }

    #[test]
    fn a_preamble_and_a_mark_are_no_records() {
        let text = "\u{feff}\"x\n\"a,b\",c\r\n\"1\n\",2\n";
        let reader = ChunkReader::new(text.as_bytes(), Vec::new(), &Dialect::default());
        let chunk = all(reader.with_preamble(1)).remove(0);
        let found: Vec<_> =
            chunk.records.iter().map(|record| (record.kind, chunk.split(record).0)).collect();
        let expected: [(_, &[u8]); 3] = [
            (RecordKind::Preamble, "\u{feff}\"x".as_bytes()),
            (RecordKind::Whole, b"\"a,b\",c"),
            (RecordKind::Whole, b"\"1\n\",2"),
        ];
        assert_eq!(found, expected);
        let marked = chunks("\u{feff}\"a\nb\",c\n".as_bytes());
        assert_eq!(marked[0].records.len(), 1);
    }

    #[test]
    fn an_empty_file_has_no_chunk() {
        assert!(chunks(b"").is_empty());
    }

    proptest! {
        #[test]
        fn a_reader_that_starts_later_finds_the_same_chunks(
            text in "(a|,|\"|\"\"|\r|\n|\"x\",\"){0,200}",
            piece in 1usize..50,
            start in 0usize..30,
            size in 1usize..60,
        ) {
            let text = text.as_bytes();
            let dialect = Dialect::default();
            let mut whole = ChunkReader::new(text, Vec::new(), &dialect).with_chunk_bytes(size);
            let mut chunks = Vec::new();
            while let Some(chunk) = whole.next_chunk().unwrap() {
                chunks.push(chunk);
            }
            let start = start.min(text.len());
            let pieces = Pieces(&text[start..], piece);
            let reader = ChunkReader::new(pieces, text[..start].to_vec(), &dialect);
            prop_assert_eq!(&all(reader.with_chunk_bytes(size)), &chunks);
            for (n, chunk) in chunks.iter().enumerate() {
                let at = usize::try_from(chunk.offset).unwrap();
                let mut rest = ChunkReader::at(&text[at..], Vec::new(), &dialect, chunk.offset, chunk.line)
                    .with_chunk_bytes(size);
                if n > 0 {
                    // Before a header there is no width to be given.
                    let seen: usize = chunks[..n].iter().flat_map(|chunk| &chunk.records).count();
                    let mut first = ChunkReader::new(text, Vec::new(), &dialect).with_chunk_bytes(1);
                    for _ in 0..seen {
                        first.next_chunk().unwrap();
                    }
                    if let Some(width) = first.width() {
                        rest = rest.with_width(width);
                    }
                }
                let found = all(rest);
                prop_assert_eq!(found.as_slice(), &chunks[n..]);
            }
        }
    }
}
