//! What is compiled ahead of the corpus that the binary carries, so that the program starts at once: the taxonomy
//! parsed, and the score of each term for each profile.
//!
//! The file is a header and two sections, all numbers little endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `rolecall` |
//! | 4 | version of the format |
//! | 32 | SHA-256 of the corpus, as [`Corpus::hash`](crate::Corpus::hash) has it |
//! | 4, then as many | the taxonomy as JSON |
//! | 4, then as many | the scores of terms, as [`score`](crate::score) writes them |
//!
//! The build script compares the hash and leaves a file out that is of other files. Then the program does at its
//! start what would have been done ahead.

use crate::files::COMPILED;
use crate::taxonomy::Taxonomy;

const MAGIC: &[u8; 8] = b"rolecall";

/// The version of the format. The build script knows where the hash is.
const VERSION: u32 = 1;

/// What was compiled ahead of a corpus.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compiled<'b> {
    taxonomy: &'b [u8],
    scores: &'b [u8],
}

impl<'b> Compiled<'b> {
    /// Returns what was compiled of the embedded corpus, if that is what the binary carries.
    pub(crate) fn embedded() -> Option<Self> {
        Self::read(COMPILED?)
    }

    /// Finds the sections; nothing in a file of another format.
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        let is_known = bytes.take(MAGIC.len())? == MAGIC && bytes.u32()? == VERSION;
        bytes.take(32)?;
        let compiled = Self { taxonomy: bytes.section()?, scores: bytes.section()? };
        (is_known && bytes.is_empty()).then_some(compiled)
    }

    /// Returns the taxonomy.
    pub(crate) fn taxonomy(&self) -> Option<Taxonomy> {
        serde_json::from_slice(self.taxonomy).ok()
    }

    /// Returns the scores of terms.
    pub(crate) fn scores(&self) -> &'b [u8] {
        self.scores
    }
}

/// Returns a file, given the hash of the corpus that it is of.
pub(crate) fn write(hash: [u8; 32], taxonomy: &Taxonomy, scores: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(hash);
    for section in [&serde_json::to_vec(taxonomy).unwrap_or_default(), scores] {
        #[allow(clippy::cast_possible_truncation, reason = "a corpus of 4 GB fits no program")]
        bytes.extend((section.len() as u32).to_le_bytes());
        bytes.extend(section);
    }
    bytes
}

/// Bytes that are read from the front; nothing where there are too few.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes<'b>(pub(crate) &'b [u8]);

impl<'b> Bytes<'b> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    pub(crate) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (first, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(first)
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> Option<u32> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*first))
    }

    #[inline]
    pub(crate) fn f32(&mut self) -> Option<f32> {
        self.u32().map(f32::from_bits)
    }

    /// Reads a number, and as many bytes.
    pub(crate) fn section(&mut self) -> Option<&'b [u8]> {
        let length = self.u32()?;
        self.take(length as usize)
    }

    /// Reads as many numbers as there is room for.
    #[inline]
    pub(crate) fn fill(&mut self, numbers: &mut [f32]) -> Option<()> {
        let bytes = self.take(4 * numbers.len())?;
        for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
            *number = f32::from_le_bytes(*bytes);
        }
        Some(())
    }

    /// Reads a number that [`push_number`] wrote.
    #[inline]
    pub(crate) fn number(&mut self) -> Option<usize> {
        let first = self.u8()?;
        if first < 0x80 {
            return Some(first.into());
        }
        let mut number = usize::from(first & 0x7f);
        for shift in [7, 14, 21] {
            let byte = self.u8()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

/// Appends a number below 2^28: seven bits a byte, the lowest first, and the highest bit of each byte but the last
/// is set (LEB128).
pub(crate) fn push_number(bytes: &mut Vec<u8>, number: usize) {
    let mut rest = number;
    while rest >= 0x80 {
        bytes.push(0x80 | rest.to_le_bytes()[0]);
        rest >>= 7;
    }
    bytes.push(rest.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_binary_carries_what_was_compiled_ahead() {
        assert!(
            Compiled::embedded().is_some(),
            "corpus/onc/compiled.bin is of other files: CONTRIBUTING.md says how to make it anew"
        );
    }

    #[test]
    fn other_formats_are_refused() {
        let bytes = COMPILED.unwrap();
        let mut other = bytes.to_vec();
        other[8] += 1;
        assert!(Compiled::read(&other).is_none());
        assert!(Compiled::read(&bytes[..bytes.len() - 1]).is_none());
        assert!(Compiled::read(&[]).is_none());
    }

    proptest! {
        #[test]
        fn numbers_are_read_as_they_are_written(numbers in proptest::collection::vec(0_usize..1 << 28, 0..9)) {
            let mut bytes = Vec::new();
            numbers.iter().for_each(|&number| push_number(&mut bytes, number));
            let mut read = Bytes(&bytes);
            for number in numbers {
                prop_assert_eq!(read.number(), Some(number));
            }
            prop_assert!(read.is_empty());
            prop_assert_eq!(read.number(), None);
        }
    }
}
