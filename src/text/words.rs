//! Splits text into words.

use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::byte_mask::{BLOCK, ByteBlock};

/// Words with fewer characters are passed over: a single letter says nothing.
pub const MIN_WORD_CHARS: usize = 2;

/// Longer words are passed over: they are addresses, hashes and base64, not language.
pub const MAX_WORD_BYTES: usize = 48;

/// Iterates over the words of a text, as they are written.
///
/// A word is a longest run of letters and digits of any script. An apostrophe between two of
/// them belongs to the word (`master's`), so that the stemmer can take the possessive off. Words
/// under [`MIN_WORD_CHARS`] characters or over [`MAX_WORD_BYTES`] bytes are passed over.
///
/// A word that is split again gives itself, which is what lets words be analyzed one by one.
///
/// ```
/// let words: Vec<_> = rolecall::text::words("At-the-elbow support (Master's) – R&D, Zürich").collect();
/// assert_eq!(words, ["At", "the", "elbow", "support", "Master's", "Zürich"]);
/// ```
pub fn words(text: &str) -> Words<'_> {
    Words { text, spans: Spans::of(text) }
}

/// The iterator that [`words`] returns.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    text: &'a str,
    spans: Spans<'a>,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        self.spans.next().map(|span| &self.text[span])
    }
}

/// Iterates over the places of the [`words`] of a text.
///
/// A mask tells which of 64 bytes belong to words, and where it changes, a word starts or ends. For
/// ASCII the mask is worked out for all bytes at once; other characters are looked at one by one.
#[derive(Debug, Clone)]
pub struct Spans<'a> {
    text: &'a str,
    /// Where the next block starts.
    next: usize,
    /// 1 if the byte before the next block belongs to a word, or 0.
    inside: u64,
    /// Whether characters outside ASCII have been found in words since the last batch, or in one that it left open.
    has_wide_words: bool,
    /// How many bytes of the next block belong to a character that starts before it.
    overhang: u32,
    /// Where words start and end in the last block, as far as they have not been taken, a bit each.
    edges: u64,
    base: usize,
}

/// The places of some words that follow each other.
#[derive(Debug, Clone)]
pub(crate) struct SpanBatch {
    /// Where words start and end, in turns.
    edges: [usize; EDGES],
    spans: [(usize, usize); EDGES / 2],
}

/// Edges that a batch has room for, and how many are written at once.
const EDGES: usize = 4 * BLOCK;
const EDGES_AT_ONCE: usize = 8;

/// So many leave room for those of another block, and for what is written beyond them.
const ENOUGH_EDGES: usize = EDGES - BLOCK - EDGES_AT_ONCE;

impl SpanBatch {
    /// The most words that a batch holds.
    pub(crate) const MOST: usize = EDGES / 2;
}

impl Default for SpanBatch {
    fn default() -> Self {
        Self { edges: [0; EDGES], spans: [(0, 0); EDGES / 2] }
    }
}

impl<'a> Spans<'a> {
    /// Starts at the beginning of a text.
    #[inline]
    pub fn of(text: &'a str) -> Self {
        Self { text, next: 0, inside: 0, has_wide_words: false, overhang: 0, edges: 0, base: 0 }
    }

    /// Finds the next words and returns where they start and end: as many as there is room for, and
    /// none after the last.
    pub(crate) fn fill<'b>(&mut self, batch: &'b mut SpanBatch) -> &'b [(usize, usize)] {
        let SpanBatch { edges, spans } = batch;
        loop {
            let mut count = 0;
            loop {
                let mut rest = std::mem::take(&mut self.edges);
                let end = count + rest.count_ones() as usize;
                // Written some at a time, most blocks take the same way.
                while count < end {
                    for edge in &mut edges[count..count + EDGES_AT_ONCE] {
                        // The highest bit takes care of zero, of which a processor may make anything.
                        *edge = self.base + (rest | 1 << 63).trailing_zeros() as usize;
                        rest &= rest.wrapping_sub(1);
                    }
                    count += EDGES_AT_ONCE;
                }
                count = end;
                if count > ENOUGH_EDGES || !self.load() {
                    break;
                }
            }
            let pairs = edges[..count].as_chunks().0;
            // Words of ASCII characters have as many characters as bytes.
            let taken = match self.has_wide_words {
                false => keep(pairs, spans, |start, end| is_taken(end - start, 1)),
                true => keep(pairs, spans, |start, end| self.is_taken(start, end)),
            };
            let ends_later = count % 2 == 1;
            if ends_later {
                (self.base, self.edges) = (edges[count - 1], 1);
            }
            self.has_wide_words &= ends_later;
            if taken > 0 || count < 2 {
                return &spans[..taken];
            }
        }
    }

    /// Returns where the next word starts, or the last one ends.
    #[inline]
    fn next_edge(&mut self) -> Option<usize> {
        while self.edges == 0 {
            if !self.load() {
                return None;
            }
        }
        let edge = self.base + self.edges.trailing_zeros() as usize;
        self.edges &= self.edges - 1;
        Some(edge)
    }

    /// Finds the edges of the next block; returns whether there is one.
    #[inline]
    fn load(&mut self) -> bool {
        // Where a text ends with a block, an empty one follows: it ends the last word.
        if self.next > self.text.len() {
            return false;
        }
        self.base = self.next;
        self.next += BLOCK;
        let block = ByteBlock::at(self.text.as_bytes(), self.base);
        let inside = match block.has_others() {
            false => block.letters(),
            true => self.read_slowly(block.letters(), block.others()),
        };
        self.edges = inside ^ (inside << 1 | self.inside);
        self.inside = inside >> (BLOCK - 1);
        true
    }

    /// Returns which bytes of a block belong to words, given its ASCII letters and all others that
    /// may: looks at these one by one.
    #[cold]
    fn read_slowly(&mut self, letters: u64, mut others: u64) -> u64 {
        let hanging_over = (1 << self.overhang) - 1;
        others &= !hanging_over;
        let mut inside = letters | hanging_over & self.inside.wrapping_neg();
        self.overhang = 0;
        while others != 0 {
            let bit = others.trailing_zeros();
            let at = self.base + bit as usize;
            let Some(c) = self.char_at(at) else { break };
            #[allow(clippy::cast_possible_truncation, reason = "up to 4")]
            let length = c.len_utf8() as u32;
            let bytes = ((1 << length) - 1) << bit;
            others &= !bytes;
            let belongs = match c {
                '\'' | '’' => {
                    let before = inside << 1 | self.inside;
                    before >> bit & 1 == 1 && self.is_letter_at(at + length as usize)
                }
                c => c.is_alphanumeric(),
            };
            if belongs {
                inside |= bytes;
                self.has_wide_words |= length > 1;
            }
            self.overhang = (bit + length).saturating_sub(u64::BITS);
        }
        inside
    }

    /// Returns the character at a position; none past the end and inside a character.
    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    fn is_letter_at(&self, at: usize) -> bool {
        self.char_at(at).is_some_and(char::is_alphanumeric)
    }

    /// Tells whether a word is long enough and not too long.
    #[inline]
    fn is_taken(&self, start: usize, end: usize) -> bool {
        // What a character outside ASCII starts with tells how many bytes it has.
        let first = match self.text.as_bytes().get(start) {
            Some(0xF0..) => 4,
            Some(0xE0..) => 3,
            Some(0x80..) => 2,
            _ => 1,
        };
        is_taken(end - start, first)
    }
}

/// Tells whether a word of so many bytes is taken, given how many its first character has.
#[inline]
fn is_taken(length: usize, of_first: usize) -> bool {
    // One comparison takes the place of two.
    length.wrapping_sub(of_first + 1) <= MAX_WORD_BYTES - (of_first + 1)
}

/// Keeps the words that are taken, and returns how many.
#[inline]
fn keep(
    pairs: &[[usize; 2]],
    spans: &mut [(usize, usize)],
    is_taken: impl Fn(usize, usize) -> bool,
) -> usize {
    let mut taken = 0;
    for &[start, end] in pairs {
        spans[taken] = (start, end);
        taken += usize::from(is_taken(start, end));
    }
    taken
}

impl Iterator for Spans<'_> {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let rest = self.edges & self.edges.wrapping_sub(1);
            let (start, end) = match rest {
                0 => (self.next_edge()?, self.next_edge()?),
                // Most words lie in one block.
                _ => {
                    let start = self.base + self.edges.trailing_zeros() as usize;
                    self.edges = rest & (rest - 1);
                    (start, self.base + rest.trailing_zeros() as usize)
                }
            };
            if self.is_taken(start, end) {
                return Some(start..end);
            }
        }
    }
}

/// The head of the analyzer chain: [`words`] as a tantivy tokenizer.
#[derive(Debug, Clone, Default)]
pub(super) struct WordTokenizer {
    token: Token,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordTokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        self.token.reset();
        WordTokenStream { text, spans: Spans::of(text), token: &mut self.token }
    }
}

pub(super) struct WordTokenStream<'a> {
    text: &'a str,
    spans: Spans<'a>,
    token: &'a mut Token,
}

impl TokenStream for WordTokenStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(span) = self.spans.next() else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        (self.token.offset_from, self.token.offset_to) = (span.start, span.end);
        self.token.text.clear();
        self.token.text.push_str(&self.text[span]);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same rule, told character by character.
    fn oracle(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let mut words = vec![String::new()];
        for (n, &c) in chars.iter().enumerate() {
            let letter = |n: usize| chars.get(n).is_some_and(|c| c.is_alphanumeric());
            let joins = (c == '\'' || c == '’') && n > 0 && letter(n - 1) && letter(n + 1);
            if c.is_alphanumeric() || joins {
                words.last_mut().unwrap().push(c);
            } else {
                words.push(String::new());
            }
        }
        words.retain(|word| word.chars().count() >= 2 && word.len() <= MAX_WORD_BYTES);
        words
    }

    /// Checks both ways to find words.
    fn check(text: &str) -> Result<(), TestCaseError> {
        let expected = oracle(text);
        let found: Vec<_> = words(text).map(str::to_owned).collect();
        prop_assert_eq!(&found, &expected);
        let (mut spans, mut batch, mut found) = (Spans::of(text), SpanBatch::default(), Vec::new());
        loop {
            let filled = spans.fill(&mut batch);
            if filled.is_empty() {
                break;
            }
            found.extend(filled.iter().map(|&(start, end)| text[start..end].to_owned()));
        }
        prop_assert_eq!(found, expected);
        Ok(())
    }

    proptest! {
        #[test]
        fn words_are_what_the_oracle_says(text in r"([a-zA-Z'’ .é½ß€\u{301}日]|\PC){0,80}") {
            check(&text)?;
        }

        #[test]
        fn words_across_blocks_are_what_the_oracle_says(
            text in r"([a-z]{1,12}[ ,'’é]{1,2}|[a-zé']{40,70} | {50,70}|€){0,40}",
        ) {
            check(&text)?;
        }

        #[test]
        fn words_at_the_rim_of_a_block_are_what_the_oracle_says(
            before in 0..70_usize, fill in "[a ]", text in r"([a'’é日 –\u{a0}]|𝐀){0,70}", times in 1..9_usize,
        ) {
            check(&format!("{}{text}", fill.repeat(before)).repeat(times))?;
        }

        #[test]
        fn a_word_splits_into_itself(text in "\\PC{0,60}") {
            for word in words(&text) {
                prop_assert_eq!(words(word).collect::<Vec<_>>(), vec![word]);
            }
        }
    }

    #[test]
    fn long_and_short_words_are_passed_over() {
        let long = "x".repeat(MAX_WORD_BYTES + 1);
        let text = format!("a {long} {} é éé", &long[1..]);
        assert_eq!(words(&text).collect::<Vec<_>>(), [&long[1..], "éé"]);
    }

    #[test]
    fn words_across_batches_are_what_the_oracle_says() {
        for before in 0..2 * BLOCK {
            for one in ["é", "日", "𝐀", "é日", "a", "'"] {
                check(&format!("{}{one}", "a ".repeat(before))).unwrap();
                let text = format!("{}{one} ab cd {}", " ".repeat(before), "a ".repeat(EDGES));
                check(&text.repeat(3)).unwrap();
            }
        }
    }

    #[test]
    fn a_batch_without_words_does_not_end_a_text() {
        let gap = "a ".repeat(10_000);
        check(&format!("one {gap} two{gap}three")).unwrap();
        check(&format!("{}end", "' ".repeat(10_000))).unwrap();
    }
}
