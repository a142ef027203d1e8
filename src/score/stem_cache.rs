//! Remembers what words stem to, so that each is analyzed once.

use std::hint::black_box;
use std::ops::Range;

/// Longer words are not remembered. Few English ones are.
const MAX_BYTES: usize = 8 * LONG;

/// Words are told apart by so many numbers of eight bytes: most have at most eight bytes.
const SHORT: usize = 1;
const LONG: usize = 3;

/// A bounded map from words as they are written to what they mean.
#[derive(Debug, Clone, Default)]
pub(super) struct StemCache<T> {
    short: Slots<T, SHORT>,
    long: Slots<T, LONG>,
}

/// Words that are looked up together.
const BATCH: usize = 16;

/// A word of a text, ready to be looked up.
#[derive(Debug, Clone, Copy, Default)]
struct Word {
    start: usize,
    end: usize,
    key: [u64; LONG],
    hash: u64,
}

impl Word {
    #[inline]
    fn of(bytes: &[u8], Range { start, end }: Range<usize>) -> Self {
        let mut key = [eight(bytes, start, end), 0, 0];
        if end - start > 8 * SHORT {
            key[1] = eight(bytes, start + 8, end);
            key[2] = eight(bytes, start + 16, end);
        }
        Self { start, end, key, hash: hash(key) }
    }

    #[inline]
    fn is_short(&self) -> bool {
        self.end - self.start <= 8 * SHORT
    }

    #[inline]
    fn is_long(&self) -> bool {
        self.end - self.start <= MAX_BYTES
    }
}

impl<T: Copy + Default> StemCache<T> {
    /// Calls a function with what each word of a text means, in their order; works it out only if
    /// it is not remembered.
    #[inline]
    pub(super) fn each(
        &mut self,
        text: &str,
        mut words: impl Iterator<Item = Range<usize>>,
        mut work_out: impl FnMut(&str) -> T,
        mut take: impl FnMut(T),
    ) {
        let mut batch = [Word::default(); BATCH];
        loop {
            let mut count = 0;
            // Slots are far apart in memory. Asked for together, they come in the time of one.
            for (place, word) in batch.iter_mut().zip(&mut words) {
                *place = Word::of(text.as_bytes(), word);
                match place.is_short() {
                    true => self.short.touch(place.hash),
                    false => self.long.touch(place.hash),
                }
                count += 1;
            }
            for word in &batch[..count] {
                let mut work_out = || work_out(&text[word.start..word.end]);
                take(if word.is_short() {
                    self.short.get([word.key[0]], word.hash, work_out)
                } else if word.is_long() {
                    self.long.get(word.key, word.hash, work_out)
                } else {
                    work_out()
                });
            }
            if count < BATCH {
                return;
            }
        }
    }
}

/// Multiplies by an odd number near the golden ratio (Knuth, "The Art of Computer Programming",
/// vol. 3, 6.4); the highest bits depend on all bits of the key.
#[inline]
fn hash(key: [u64; LONG]) -> u64 {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let step = |hash: u64, eight: u64| (hash.rotate_left(29) ^ eight).wrapping_mul(GOLDEN);
    match key {
        [eight, 0, 0] => step(0, eight),
        [first, second, third] => step(step(step(0, first), second), third),
    }
}

/// Returns up to eight bytes from a position as a number, the first lowest; zeros from `end` on.
#[inline]
fn eight(bytes: &[u8], at: usize, end: usize) -> u64 {
    if at >= end {
        return 0;
    }
    let rest = &bytes[at..];
    // Reading on after the word takes the place of a loop.
    let eight = match rest.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => rest.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte)),
    };
    eight & u64::MAX >> (64 - 8 * (end - at).min(8))
}

/// Slots at first, and at most: far more than a language has words in daily use. From then on a
/// new word may take the place of another, so that hostile text can't make the memory grow.
const FIRST_SLOTS: usize = 1 << 10;
const MOST_SLOTS: usize = 1 << 17;

/// Slots in which a word may be, so that hostile words can't make looking long.
const TRIES: usize = 8;

/// Open addressing. The key of an empty slot is all zeros, which no word has.
#[derive(Debug, Clone)]
struct Slots<T, const N: usize> {
    /// A power of two of them, or none.
    slots: Vec<([u64; N], T)>,
    taken: usize,
}

impl<T, const N: usize> Default for Slots<T, N> {
    fn default() -> Self {
        Self { slots: Vec::new(), taken: 0 }
    }
}

impl<T: Copy + Default, const N: usize> Slots<T, N> {
    /// Asks for the memory where a word may be.
    #[inline]
    fn touch(&self, hash: u64) {
        black_box(self.slots.get(self.home(hash)).map(|(key, _)| key[0]));
    }

    #[inline]
    fn get(&mut self, key: [u64; N], hash: u64, work_out: impl FnOnce() -> T) -> T {
        let home = self.home(hash);
        let mask = self.slots.len().wrapping_sub(1);
        for n in 0..TRIES {
            match self.slots.get((home + n) & mask) {
                Some((found, meaning)) if is_same(found, &key) => return *meaning,
                Some((found, _)) if !is_same(found, &[0; N]) => {}
                _ => break,
            }
        }
        let meaning = work_out();
        self.insert(key, meaning);
        meaning
    }

    #[inline]
    fn home(&self, hash: u64) -> usize {
        let bits = self.slots.len().max(1).trailing_zeros();
        #[allow(clippy::cast_possible_truncation, reason = "below the number of slots")]
        let home = (hash >> 32 >> (32 - bits)) as usize;
        home
    }

    #[cold]
    fn insert(&mut self, key: [u64; N], meaning: T) {
        if self.taken * 2 >= self.slots.len() && self.slots.len() < MOST_SLOTS {
            let slots = (self.slots.len() * 2).max(FIRST_SLOTS);
            let before = std::mem::replace(&mut self.slots, vec![([0; N], T::default()); slots]);
            self.taken = 0;
            for (key, meaning) in before.into_iter().filter(|(key, _)| *key != [0; N]) {
                self.put(key, meaning);
            }
        }
        self.put(key, meaning);
    }

    /// Puts a word into its first empty slot; if there is none, in the place of another word.
    fn put(&mut self, key: [u64; N], meaning: T) {
        let (home, mask) = (self.home(hash_of(&key)), self.slots.len() - 1);
        let empty = (0..TRIES).map(|n| (home + n) & mask).find(|&n| self.slots[n].0 == [0; N]);
        self.taken += usize::from(empty.is_some());
        self.slots[empty.unwrap_or(home)] = (key, meaning);
    }
}

/// Compares number by number, without a loop and without a branch for each.
#[inline]
fn is_same<const N: usize>(a: &[u64; N], b: &[u64; N]) -> bool {
    a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

fn hash_of<const N: usize>(key: &[u64; N]) -> u64 {
    let mut all = [0; LONG];
    all[..N].copy_from_slice(key);
    hash(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(memory: &mut StemCache<usize>, word: &str, meaning: usize) -> usize {
        let mut found = None;
        let work_out = |same: &str| {
            assert_eq!(same, word);
            meaning
        };
        memory
            .each(word, std::iter::once(0..word.len()), work_out, |meaning| found = Some(meaning));
        found.unwrap()
    }

    #[test]
    fn words_are_told_apart_and_worked_out_once() {
        let mut memory = StemCache::default();
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
            assert_eq!(get(&mut memory, word, n), n);
        }
        for (n, word) in words.into_iter().enumerate().take(words.len() - 1) {
            assert_eq!(get(&mut memory, word, 99), n);
        }
        // The last is too long to be remembered.
        assert_eq!(get(&mut memory, words[words.len() - 1], 99), 99);
    }

    #[test]
    fn what_follows_a_word_does_not_matter() {
        let mut memory = StemCache::default();
        let text = "nurse nurses nurse, informaticist informaticists informaticist";
        let (mut worked_out, mut lengths) = (Vec::new(), Vec::new());
        let words = [0..5, 6..12, 13..18, 20..33, 34..48, 49..62];
        let work_out = |word: &str| {
            worked_out.push(word.to_owned());
            word.len()
        };
        memory.each(text, words.clone().into_iter(), work_out, |length| lengths.push(length));
        assert_eq!(lengths, words.map(|word| word.len()));
        assert_eq!(worked_out, ["nurse", "nurses", "informaticist", "informaticists"]);
    }

    #[test]
    fn memory_is_bounded_and_right_when_full() {
        let mut memory = StemCache::default();
        for n in 0..2 * MOST_SLOTS {
            let (short, long) = (format!("{n}"), format!("word{n:09}"));
            assert_eq!(get(&mut memory, &short, n), n);
            assert_eq!(get(&mut memory, &short, n + 1), n);
            assert_eq!(get(&mut memory, &long, n), n);
        }
        assert_eq!(memory.short.slots.len(), MOST_SLOTS);
        assert_eq!(memory.long.slots.len(), MOST_SLOTS);
    }
}
