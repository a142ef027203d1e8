//! The part of a file that is in memory.

use std::io::{self, Read};

/// Bytes that are read at once.
const READ_BYTES: usize = 256 << 10;

/// The part of a file that is in memory.
#[derive(Debug)]
pub(super) struct Window<R> {
    reader: R,
    pub(super) bytes: Vec<u8>,
    /// The position of the first byte in the file.
    pub(super) offset: u64,
    /// The line of the first byte in the file, from 1.
    pub(super) line: u64,
    /// Whether the file ends with these bytes.
    pub(super) is_all: bool,
}

impl<R: Read> Window<R> {
    pub(super) fn new(reader: R, bytes: Vec<u8>, offset: u64, line: u64) -> Self {
        Self { reader, bytes, offset, line, is_all: false }
    }

    /// Reads on; returns whether there was more.
    pub(super) fn more(&mut self) -> io::Result<bool> {
        if !self.is_all {
            let read = (&mut self.reader).take(READ_BYTES as u64).read_to_end(&mut self.bytes)?;
            self.is_all = read == 0;
        }
        Ok(!self.is_all)
    }

    /// Reads on until there are so many bytes, or the file ends.
    pub(super) fn fill(&mut self, bytes: usize) -> io::Result<()> {
        while self.bytes.len() < bytes && self.more()? {}
        Ok(())
    }

    /// Takes bytes from the front and returns them.
    pub(super) fn take(&mut self, bytes: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(bytes);
        let taken = std::mem::replace(&mut self.bytes, rest);
        self.pass(&taken);
        taken
    }

    /// Drops bytes from the front.
    pub(super) fn forget(&mut self, bytes: usize) {
        self.offset += bytes as u64;
        self.line += count_lines(&self.bytes[..bytes]);
        self.bytes.drain(..bytes);
    }

    fn pass(&mut self, taken: &[u8]) {
        self.offset += taken.len() as u64;
        self.line += count_lines(taken);
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
