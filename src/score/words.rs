//! Remembers what words stem to, so that each is analyzed once.

use rustc_hash::FxHashMap;

/// Words that are remembered; far more than a language has in daily use. When the memory is
/// full it starts anew, so that hostile text can't make it grow.
const MAX_REMEMBERED: usize = 1 << 17;

/// Longer words are not remembered. Few English ones are.
const MAX_BYTES: usize = 24;

/// A word as a fixed number of bytes, filled up with zeros, which are never part of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ShortWord([u64; MAX_BYTES / 8]);

impl ShortWord {
    #[inline]
    fn new(word: &str) -> Option<Self> {
        let bytes = word.as_bytes();
        let eight = |at: usize| up_to_eight(bytes.get(at..).unwrap_or_default());
        (bytes.len() <= MAX_BYTES).then(|| Self([eight(0), eight(8), eight(16)]))
    }
}

/// Returns the first eight bytes as a number, the first lowest; zeros where there are fewer. Reads
/// that overlap take the place of a loop.
#[inline]
fn up_to_eight(bytes: &[u8]) -> u64 {
    if let Some(eight) = bytes.first_chunk::<8>() {
        return u64::from_le_bytes(*eight);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let shift = 8 * (bytes.len() - 4);
        return u64::from(u32::from_le_bytes(*first))
            | u64::from(u32::from_le_bytes(*last)) << shift;
    }
    bytes.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte))
}

/// A bounded map from words as they are written to what they mean.
#[derive(Debug, Clone, Default)]
pub(super) struct WordMemory<T> {
    known: FxHashMap<ShortWord, T>,
}

impl<T: Copy> WordMemory<T> {
    /// Returns what a word means, working it out only if it is not remembered.
    #[inline]
    pub(super) fn get(&mut self, word: &str, work_out: impl FnOnce(&str) -> T) -> T {
        let Some(key) = ShortWord::new(word) else { return work_out(word) };
        if let Some(&meaning) = self.known.get(&key) {
            return meaning;
        }
        if self.known.len() >= MAX_REMEMBERED {
            self.known.clear();
        }
        let meaning = work_out(word);
        self.known.insert(key, meaning);
        meaning
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_and_worked_out_once() {
        let mut memory = WordMemory::default();
        let words = [
            "a",
            "ab",
            "ba",
            "abcdefgh",
            "abcdefghi",
            "abcdefghabcdefgh",
            "éà",
            "abcdefghijklmnopqrstuvwx",
            "abcdefghijklmnopqrstuvwxy",
        ];
        for (n, word) in words.into_iter().enumerate() {
            assert_eq!(memory.get(word, |_| n), n);
        }
        for (n, word) in words.into_iter().enumerate().take(words.len() - 1) {
            assert_eq!(memory.get(word, |_| 99), n);
        }
        // The last is too long to be remembered.
        assert_eq!(memory.get(words[words.len() - 1], |_| 99), 99);
    }

    #[test]
    fn memory_is_bounded() {
        let mut memory = WordMemory::default();
        for n in 0..2 * MAX_REMEMBERED {
            assert_eq!(memory.get(&n.to_string(), |word| word.len()), n.to_string().len());
            assert!(memory.known.len() <= MAX_REMEMBERED);
        }
    }
}
