//! A reader that is slow to give.

use std::io::{self, Read};

/// Gives so many bytes at once, and at least one.
pub struct Pieces<'a>(pub &'a [u8], pub u8);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(usize::from(self.1.max(1)));
        self.0.read(&mut buffer[..count])
    }
}
