//! Remembers what words stem to, so that each is analyzed once.

use super::term_names::TermId;
use crate::text::{SpanBatch, Spans};

/// Longer words are not remembered. Few English ones are.
const MAX_BYTES: usize = 8 * LONG;

/// Words are told apart by so many numbers of eight bytes.
const LONG: usize = 3;
const SHORT: usize = 2;

/// Words up to this length share a number with their term: nearly all have.
const SHORT_BYTES: usize = 13;

/// Bits of the second number of a short word that belong to it; the others hold the term.
const WORD_BITS: u32 = 8 * (SHORT_BYTES as u32 - 8);

/// Short words that are looked up at once: few enough for a processor's own memory, and nearly all of a text.
const COMMON_SLOTS: usize = 1 << 14;

/// What stands behind a text, so that all of a key can be read from any word.
const PADDING: &str = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// Memory for texts up to so many bytes is kept.
const MOST_KEPT: usize = 1 << 20;

/// A bounded map from words, in whatever case of ASCII letters, to their terms.
#[derive(Debug, Clone)]
pub(super) struct StemCache {
    /// The short word that was last seen of those that share a place, with its term.
    common: Box<[[u64; SHORT]; COMMON_SLOTS]>,
    short: Slots<SHORT>,
    long: Slots<LONG>,
    batch: Batch,
    /// Memory for a text in lower case.
    lower: String,
}

/// Memory for words that are looked up together.
#[derive(Debug, Clone)]
struct Batch {
    spans: SpanBatch,
    terms: [TermId; SpanBatch::MOST],
    /// Which words are not common.
    missed: [usize; SpanBatch::MOST],
}

impl Default for StemCache {
    fn default() -> Self {
        // A vector of zeros takes its memory page by page, as it is used.
        let common = vec![[0; SHORT]; COMMON_SLOTS].into_boxed_slice().try_into();
        let (terms, missed) = ([0; SpanBatch::MOST], [0; SpanBatch::MOST]);
        Self {
            common: common.unwrap_or_else(|_| Box::new([[0; SHORT]; COMMON_SLOTS])),
            short: Slots::default(),
            long: Slots::default(),
            batch: Batch { spans: SpanBatch::default(), terms, missed },
            lower: String::new(),
        }
    }
}

impl StemCache {
    /// Calls a function with the terms of the words of a text, in their order, some at a time; works a
    /// term out only if it is not remembered. What is worked out must not depend on the case of ASCII
    /// letters.
    #[inline]
    pub(super) fn each(
        &mut self,
        text: &str,
        mut work_out: impl FnMut(&str) -> TermId,
        mut take: impl FnMut(&[TermId]),
    ) {
        let Self { common, short, long, batch, lower } = self;
        let Batch { spans: batch, terms, missed } = batch;
        lower.clear();
        lower.reserve(text.len() + PADDING.len());
        lower.push_str(text);
        lower.make_ascii_lowercase();
        lower.push_str(PADDING);
        let bytes = lower.as_bytes();
        let mut spans = Spans::of(lower);
        loop {
            let words = spans.fill(batch);
            if words.is_empty() {
                break;
            }
            let mut misses = 0;
            // Whether a word is common no processor can foresee: no branch asks for it.
            for (n, (&(start, end), term)) in words.iter().zip(&mut *terms).enumerate() {
                let key = short_key(bytes, start, end);
                let found = common[home(hash(key), COMMON_SLOTS)];
                let differs = (found[0] ^ key[0]) | (found[1] ^ key[1]) << (64 - WORD_BITS);
                *term = (found[1] >> WORD_BITS) as TermId;
                missed[misses] = n;
                misses += usize::from(differs != 0 || end - start > SHORT_BYTES);
            }
            for &n in &missed[..misses] {
                let (start, end) = words[n];
                let mut work_out = || work_out(&lower[start..end]);
                terms[n] = if end - start <= SHORT_BYTES {
                    let key = short_key(bytes, start, end);
                    let term = short.get(key, work_out);
                    // A term of a larger number has no room.
                    if u64::from(term) >> (64 - WORD_BITS) == 0 {
                        let with_term = [key[0], key[1] | u64::from(term) << WORD_BITS];
                        common[home(hash(key), COMMON_SLOTS)] = with_term;
                    }
                    term
                } else if end - start <= MAX_BYTES {
                    long.get(long_key(bytes, start, end), work_out)
                } else {
                    work_out()
                };
            }
            take(&terms[..words.len()]);
        }
        if lower.capacity() > MOST_KEPT {
            *lower = String::new();
        }
    }
}

/// Returns the bytes of a short word, the first lowest; of a longer word its first ones.
#[inline]
fn short_key(bytes: &[u8], start: usize, end: usize) -> [u64; SHORT] {
    /// Which bits words of each length have.
    const MASKS: [[u64; SHORT]; SHORT_BYTES + 1] = {
        let mut masks = [[0; SHORT]; SHORT_BYTES + 1];
        let mut length = 0;
        while length <= SHORT_BYTES {
            let bits = (1_u128 << (8 * length)) - 1;
            masks[length] = [bits as u64, (bits >> 64) as u64];
            length += 1;
        }
        masks
    };
    let sixteen = bytes.get(start..).and_then(|rest| rest.first_chunk());
    let both = sixteen.map_or(0, |sixteen| u128::from_le_bytes(*sixteen));
    let mask = MASKS[(end - start).min(SHORT_BYTES)];
    [both as u64 & mask[0], (both >> 64) as u64 & mask[1]]
}

/// Returns the bytes of a longer word, the first lowest.
#[inline]
fn long_key(bytes: &[u8], start: usize, end: usize) -> [u64; LONG] {
    [0, 8, 16].map(|from| {
        let at = start + from;
        let eight = bytes.get(at..).and_then(|rest| rest.first_chunk());
        match end.saturating_sub(at).min(8) {
            0 => 0,
            length => {
                eight.map_or(0, |eight| u64::from_le_bytes(*eight)) & u64::MAX >> (64 - 8 * length)
            }
        }
    })
}

/// Multiplies by an odd number near the golden ratio (Knuth, "The Art of Computer Programming",
/// vol. 3, 6.4); the highest bits depend on all bits of the key.
#[inline]
fn hash<const N: usize>(key: [u64; N]) -> u64 {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    key.iter().fold(0, |hash: u64, eight| (hash.rotate_left(29) ^ eight).wrapping_mul(GOLDEN))
}

/// Returns the place of a hash among so many slots.
#[inline]
fn home(hash: u64, slots: usize) -> usize {
    let bits = slots.max(1).trailing_zeros();
    #[allow(clippy::cast_possible_truncation, reason = "below the number of slots")]
    let home = (hash >> 32 >> (32 - bits)) as usize;
    home
}

/// Slots at first, and at most: far more than a language has words in daily use. From then on a
/// new word may take the place of another, so that hostile text can't make the memory grow.
const FIRST_SLOTS: usize = 1 << 10;
const MOST_SLOTS: usize = 1 << 17;

/// Slots in which a word may be, so that hostile words can't make looking long.
const TRIES: usize = 8;

/// Open addressing. The key of an empty slot is all zeros, which no word has.
#[derive(Debug, Clone)]
struct Slots<const N: usize> {
    /// A power of two of them, or none.
    slots: Vec<([u64; N], TermId)>,
    taken: usize,
}

impl<const N: usize> Default for Slots<N> {
    fn default() -> Self {
        Self { slots: Vec::new(), taken: 0 }
    }
}

impl<const N: usize> Slots<N> {
    #[inline]
    fn get(&mut self, key: [u64; N], work_out: impl FnOnce() -> TermId) -> TermId {
        let home = home(hash(key), self.slots.len());
        let mask = self.slots.len().wrapping_sub(1);
        for n in 0..TRIES {
            match self.slots.get((home + n) & mask) {
                Some((found, term)) if *found == key => return *term,
                Some((found, _)) if *found != [0; N] => {}
                _ => break,
            }
        }
        let term = work_out();
        self.insert(key, term);
        term
    }

    #[cold]
    fn insert(&mut self, key: [u64; N], term: TermId) {
        if self.taken * 2 >= self.slots.len() && self.slots.len() < MOST_SLOTS {
            let slots = (self.slots.len() * 2).max(FIRST_SLOTS);
            let before = std::mem::replace(&mut self.slots, vec![([0; N], 0); slots]);
            self.taken = 0;
            for (key, term) in before.into_iter().filter(|(key, _)| *key != [0; N]) {
                self.put(key, term);
            }
        }
        self.put(key, term);
    }

    /// Puts a word into its first empty slot; if there is none, in the place of another word.
    fn put(&mut self, key: [u64; N], term: TermId) {
        let (home, mask) = (home(hash(key), self.slots.len()), self.slots.len() - 1);
        let empty = (0..TRIES).map(|n| (home + n) & mask).find(|&n| self.slots[n].0 == [0; N]);
        self.taken += usize::from(empty.is_some());
        self.slots[empty.unwrap_or(home)] = (key, term);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::words;

    /// Returns the terms of a text, and the words whose terms were worked out.
    fn each(
        memory: &mut StemCache,
        text: &str,
        term: impl Fn(&str) -> TermId,
    ) -> (Vec<TermId>, Vec<String>) {
        let (mut terms, mut worked_out) = (Vec::new(), Vec::new());
        let work_out = |word: &str| {
            worked_out.push(word.to_owned());
            term(word)
        };
        memory.each(text, work_out, |some| terms.extend_from_slice(some));
        (terms, worked_out)
    }

    /// Tells words apart, as far as the case of ASCII letters does not matter.
    fn number(word: &str) -> TermId {
        let word = word.to_ascii_lowercase();
        word.bytes().fold(1, |all: TermId, byte| all.wrapping_mul(31).wrapping_add(byte.into()))
            >> 8
    }

    #[test]
    fn words_are_told_apart_and_worked_out_once() {
        let mut memory = StemCache::default();
        let text = "ab ba abcdefgh abcdefghi abcdefghijklm abcdefghijklmn abcdefghabcdefgh éà ÉÀ \
                    abcdefghijklmnopqrstuvwx abcdefghijklmnopqrstuvwxy";
        let expected: Vec<_> = words(text).map(number).collect();
        assert_eq!(each(&mut memory, text, number).0, expected);
        let (terms, worked_out) = each(&mut memory, text, number);
        // The last is too long to be remembered.
        assert_eq!((terms, worked_out), (expected, vec!["abcdefghijklmnopqrstuvwxy".to_owned()]));
    }

    #[test]
    fn neither_case_nor_what_follows_a_word_matters() {
        let mut memory = StemCache::default();
        let text = "nurse nurses Nurse, informaticist NURSE'S informaticists InformaticisT nurse's zoë ZOë ZOË";
        let (_, worked_out) = each(&mut memory, text, number);
        let expected =
            ["nurse", "nurses", "informaticist", "nurse's", "informaticists", "zoë", "zoË"];
        assert_eq!(worked_out, expected);
    }

    #[test]
    fn memory_is_bounded_and_right_when_full() {
        let mut memory = StemCache::default();
        for n in 0..2 * MOST_SLOTS as TermId {
            for word in [format!("{n:02}"), format!("Word{n:015}")] {
                assert_eq!(each(&mut memory, &word, |_| n).0, [n]);
                assert_eq!(each(&mut memory, &word, |_| n + 1).0, [n]);
            }
        }
        assert_eq!(memory.short.slots.len(), MOST_SLOTS);
        assert_eq!(memory.long.slots.len(), MOST_SLOTS);
    }

    #[test]
    fn large_numbers_of_terms_are_right() {
        let mut memory = StemCache::default();
        for term in [(1 << 24) - 1, 1 << 24, TermId::MAX] {
            let word = format!("word{term}");
            for _ in 0..2 {
                assert_eq!(each(&mut memory, &word, |_| term).0, [term]);
            }
        }
    }

    proptest! {
        #[test]
        fn terms_are_those_of_each_word(
            texts in proptest::collection::vec(r"([a-cA-C]{1,3}[ '’]|[a-b]{10,26} |[é日@`\[{0-2_-]|\PC){0,60}", 1..8),
        ) {
            let mut memory = StemCache::default();
            for text in texts {
                let expected: Vec<_> = words(&text).map(number).collect();
                prop_assert_eq!(each(&mut memory, &text, number).0, expected);
            }
        }
    }
}
