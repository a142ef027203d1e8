//! Cuts a JSON file into chunks of whole records.

use std::io::{self, Read};
use std::ops::ControlFlow;

use super::JsonLayout;
use super::find::find_array;
use super::lexer::{Broken, Lexer, Step, is_white};
use super::resume::{Break, end_of_broken};
use super::window::Window;
use crate::BYTE_ORDER_MARK;
use crate::{Chunk, MAX_RECORD_BYTES, Record, RecordKind};

/// Records of a chunk start within so many bytes, unless another number is asked for.
const CHUNK_BYTES: usize = 1 << 20;

/// Bytes behind the place where a record is broken in which the next record is looked for first.
const SEARCHED_BYTES: usize = 64 << 10;

/// Bytes that are kept while the end of a record that is too long is looked for, so that it may lie
/// across two searches.
const KEPT_BYTES: usize = 1 << 10;

/// Reads a JSON file as chunks of whole records.
///
/// The range of a record holds the raw bytes of one object, or whatever else stands in its place:
/// another value, or a stretch of bytes that is no JSON. White space, commas between elements, and
/// the array and objects around them are in no range. What stands behind the end of an array is read
/// like its elements, or as another such document.
///
/// Where a record is broken, it ends where its brackets are balanced, or before the next object that
/// looks like a record; in a file of lines always with the line.
///
/// Chunks depend on the bytes of the file alone. At most one chunk and one record of
/// [`MAX_RECORD_BYTES`] are in memory, and as much again while a record is broken.
pub struct JsonReader<R> {
    window: Window<R>,
    layout: JsonLayout,
    chunk_bytes: usize,
    place: Place,
}

/// Where in the layout the reader is.
#[derive(Debug, Clone)]
enum Place {
    /// Before a document whose array is to be found.
    Before { is_first: bool },
    /// Among the records.
    Among,
    /// Behind the array, among what remains of the objects around it.
    Behind(Lexer),
}

impl<R: Read> JsonReader<R> {
    /// Reads the records of a layout; `start` are bytes that were read before.
    pub fn new(reader: R, start: Vec<u8>, layout: &JsonLayout) -> Self {
        Self::at(reader, start, layout, 0, 1)
    }

    /// Reads on at an offset and line which [`JsonReader::position`] returned for the same file and
    /// layout; `reader` starts with the byte there, behind those of `start`.
    pub fn at(reader: R, start: Vec<u8>, layout: &JsonLayout, offset: u64, line: u64) -> Self {
        let place = match layout {
            JsonLayout::Array(_) if offset == 0 => Place::Before { is_first: true },
            _ => Place::Among,
        };
        let window = Window::new(reader, start, offset, line);
        Self { window, layout: layout.clone(), chunk_bytes: CHUNK_BYTES, place }
    }

    /// Sets within how many bytes the records of a chunk start, by default 1 MiB.
    #[must_use]
    pub fn with_chunk_bytes(mut self, chunk_bytes: usize) -> Self {
        self.chunk_bytes = chunk_bytes;
        self
    }

    /// Returns the offset and line behind the last chunk, where another reader can go on.
    pub fn position(&self) -> (u64, u64) {
        (self.window.offset, self.window.line)
    }

    /// Tells, once there is no next chunk, whether the file ends before its array does: it was cut,
    /// though perhaps between two records.
    pub fn ends_early(&self) -> bool {
        matches!(self.layout, JsonLayout::Array(_)) && !matches!(self.place, Place::Before { .. })
    }

    /// Returns the next chunk, which starts with its first record and ends with its last one, or
    /// nothing at the end of the file.
    ///
    /// # Errors
    ///
    /// Returns an error if reading fails, or the file has no array where the layout says.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        let mut records: Vec<Record> = Vec::new();
        let mut end = 0;
        while let Some(start) = self.next_start(end, !records.is_empty())? {
            match self.end_of(start)? {
                Some(found) => {
                    records.push(Record { range: start..found, kind: RecordKind::Whole });
                    end = found;
                    self.place = Place::Among;
                }
                None if records.is_empty() => return self.skip_record().map(Some),
                None => break,
            }
        }
        if records.is_empty() {
            return Ok(None);
        }
        // What follows is looked at again, so that another reader sees the same from here.
        self.place = Place::Among;
        let (offset, line) = self.position();
        Ok(Some(Chunk { bytes: self.window.take(end), records, offset, line }))
    }

    /// Returns the start of the next record, which is 0 unless bytes before are to be kept, or
    /// nothing if there is none in the file, or none for a chunk that has records already.
    fn next_start(&mut self, mut at: usize, keeps: bool) -> io::Result<Option<usize>> {
        if self.window.offset == 0 && !keeps {
            self.window.fill(BYTE_ORDER_MARK.len())?;
            if self.window.bytes.starts_with(BYTE_ORDER_MARK) {
                self.window.forget(BYTE_ORDER_MARK.len());
            }
        }
        loop {
            if let Place::Behind(walker) = &mut self.place {
                match walker.next(&self.window.bytes, self.window.is_all) {
                    Step::Token(..) => {}
                    Step::More => {
                        at = walker.passed();
                        if keeps && at >= self.chunk_bytes {
                            return Ok(None);
                        }
                        if !keeps {
                            walker.forget(at);
                            self.window.forget(at);
                            at = 0;
                        }
                        self.window.more()?;
                    }
                    Step::End => {
                        at = walker.passed();
                        self.place = Place::Before { is_first: false };
                    }
                    Step::Broken(broken) => {
                        at = broken.at;
                        self.place = Place::Among;
                    }
                }
                continue;
            }
            let commas = self.layout != JsonLayout::Lines;
            let is_separator = |byte: &u8| is_white(*byte) || (commas && *byte == b',');
            at += self.window.bytes[at..].iter().take_while(|byte| is_separator(byte)).count();
            if keeps && at >= self.chunk_bytes {
                return Ok(None);
            }
            if !keeps {
                self.window.forget(at);
                at = 0;
            }
            let Some(&byte) = self.window.bytes.get(at) else {
                match self.window.more()? {
                    true => continue,
                    false => return Ok(None),
                }
            };
            match (&self.place, &self.layout) {
                (&Place::Before { is_first }, JsonLayout::Array(keys)) => {
                    match find_array(&mut self.window, at, keys)? {
                        ControlFlow::Continue(inside) => at = inside,
                        ControlFlow::Break(wrong) if is_first => {
                            return Err(io::Error::new(io::ErrorKind::InvalidData, wrong));
                        }
                        ControlFlow::Break(_) => {}
                    }
                    self.place = Place::Among;
                }
                (_, JsonLayout::Array(keys)) if byte == b']' => {
                    at += 1;
                    self.place = Place::Behind(Lexer::inside_objects(at, keys.len()));
                }
                _ => return Ok(Some(at)),
            }
        }
    }

    /// Returns the end of a record, or nothing if it is too long.
    fn end_of(&mut self, start: usize) -> io::Result<Option<usize>> {
        let is_short = |end: usize| end - start <= MAX_RECORD_BYTES;
        if self.layout == JsonLayout::Lines {
            let mut searched = start;
            loop {
                let bytes = &self.window.bytes;
                if let Some(length) = memchr::memchr(b'\n', &bytes[searched..]) {
                    let end = searched + length;
                    return Ok(is_short(end).then(|| start + trimmed(&bytes[start..end])));
                }
                searched = bytes.len();
                if !is_short(searched) {
                    return Ok(None);
                }
                if !self.window.more()? {
                    return Ok(Some(start + trimmed(&self.window.bytes[start..])));
                }
            }
        }
        let mut walker = Lexer::new(start);
        loop {
            match walker.next(&self.window.bytes, self.window.is_all) {
                Step::Token(..) => {}
                Step::End => return Ok(Some(walker.passed()).filter(|&end| is_short(end))),
                Step::More if !is_short(self.window.bytes.len()) => return Ok(None),
                Step::More => _ = self.window.more()?,
                Step::Broken(Broken { at, .. }) => {
                    return self.end_of_broken(Break { start, at, open: walker.open() });
                }
            }
        }
    }

    /// Returns the end of a broken record, or nothing if it is too long.
    fn end_of_broken(&mut self, found: Break<'_>) -> io::Result<Option<usize>> {
        let longest = found.start + MAX_RECORD_BYTES;
        let mut searched = SEARCHED_BYTES;
        loop {
            let view = (found.at + searched).min(longest);
            self.window.fill(view + 1)?;
            let bytes = &self.window.bytes[..view.min(self.window.bytes.len())];
            let is_all = bytes.len() == self.window.bytes.len() && self.window.is_all;
            if found.at <= view
                && let Some(end) = end_of_broken(found, bytes, is_all)
            {
                return Ok(Some(end));
            }
            if is_all {
                return Ok(Some(found.start + trimmed(&bytes[found.start..])));
            }
            if view == longest {
                return Ok(None);
            }
            searched *= 2;
        }
    }

    /// Reads on to the end of the record that is too long and starts the window, and forgets its
    /// bytes.
    fn skip_record(&mut self) -> io::Result<Chunk> {
        let (offset, line) = self.position();
        self.place = Place::Among;
        match self.layout {
            JsonLayout::Lines => self.skip_line()?,
            JsonLayout::Array(_) | JsonLayout::Objects => self.skip_value()?,
        }
        let kind = RecordKind::TooLong(self.window.offset - offset);
        Ok(Chunk { bytes: Vec::new(), records: vec![Record { range: 0..0, kind }], offset, line })
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.window.bytes) {
                self.window.forget(end);
                return Ok(());
            }
            self.window.forget(self.window.bytes.len());
            if !self.window.more()? {
                return Ok(());
            }
        }
    }

    fn skip_value(&mut self) -> io::Result<()> {
        let mut walker = Lexer::new(0);
        loop {
            match walker.next(&self.window.bytes, self.window.is_all) {
                Step::Token(..) => {}
                Step::End => {
                    self.window.forget(walker.passed());
                    return Ok(());
                }
                Step::More => {
                    let passed = walker.passed();
                    walker.forget(passed);
                    self.window.forget(passed);
                    self.window.more()?;
                }
                Step::Broken(Broken { at, .. }) => {
                    let kept = at.min(KEPT_BYTES / 2);
                    self.window.forget(at - kept);
                    return self.skip_broken(kept);
                }
            }
        }
    }

    fn skip_broken(&mut self, mut at: usize) -> io::Result<()> {
        loop {
            self.window.fill(CHUNK_BYTES + 1)?;
            let is_all = self.window.bytes.len() <= CHUNK_BYTES;
            let view = CHUNK_BYTES.min(self.window.bytes.len());
            let found = Break { start: 0, at, open: &[] };
            if let Some(end) = end_of_broken(found, &self.window.bytes[..view], is_all) {
                self.window.forget(end);
                return Ok(());
            }
            self.window.forget(if is_all { view } else { view - KEPT_BYTES });
            if is_all {
                return Ok(());
            }
            at = KEPT_BYTES / 2;
        }
    }
}

fn trimmed(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| !is_white(byte)).map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests;
