//! Splits text into words.

use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::byte_mask::{BLOCK, ByteMask};

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
/// Most words are ASCII letters between ASCII characters that can't belong to a word: their ends
/// are read off the bits of a mask. All others are read character by character.
#[derive(Debug, Clone)]
pub struct Spans<'a> {
    text: &'a str,
    /// What has been read.
    at: usize,
    /// The 64 bytes from `base` on, which is not after `at`.
    block: ByteMask,
    base: usize,
}

impl<'a> Spans<'a> {
    /// Starts at the beginning of a text.
    #[inline]
    pub fn of(text: &'a str) -> Self {
        Self { text, at: 0, block: ByteMask::at(text.as_bytes(), 0), base: 0 }
    }

    #[inline]
    fn load(&mut self, base: usize) {
        self.base = base;
        self.block = ByteMask::at(self.text.as_bytes(), base);
    }

    /// Tells whether a word of ASCII letters ends before a position: what stands there is no
    /// apostrophe and no character outside ASCII.
    #[inline]
    fn is_plain_end(&self, at: usize) -> bool {
        self.text.as_bytes().get(at).is_none_or(|&byte| byte.is_ascii() && byte != b'\'')
    }

    /// Returns the character at a position; none past the end and inside a character.
    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    /// Returns the length in bytes of the letter or digit at a position, or 0 if there is none.
    fn letter_at(&self, at: usize) -> usize {
        self.char_at(at).filter(|c| c.is_alphanumeric()).map_or(0, char::len_utf8)
    }

    /// Returns the length in bytes of the apostrophe at a position, or 0 if there is none.
    fn apostrophe_at(&self, at: usize) -> usize {
        self.char_at(at).filter(|c| matches!(c, '\'' | '’')).map_or(0, char::len_utf8)
    }

    /// Returns the byte after the word that starts at a position; the position, if none does.
    #[cold]
    fn end_of_word(&self, start: usize) -> usize {
        let mut end = start;
        loop {
            let letter = self.letter_at(end);
            if letter > 0 {
                end += letter;
                continue;
            }
            let apostrophe = self.apostrophe_at(end);
            if apostrophe > 0 && end > start && self.letter_at(end + apostrophe) > 0 {
                end += apostrophe;
                continue;
            }
            return end;
        }
    }

    /// Reads what starts at a position character by character, and tells whether it is a word to
    /// take. Where no word starts, goes on after the character.
    #[cold]
    fn read_slowly(&mut self, start: usize) -> bool {
        self.at = self.end_of_word(start);
        if self.at == start {
            self.at += self.char_at(start).map_or(1, char::len_utf8);
            return false;
        }
        let word = &self.text[start..self.at];
        word.len() <= MAX_WORD_BYTES && word.chars().nth(MIN_WORD_CHARS - 1).is_some()
    }
}

impl Iterator for Spans<'_> {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let read = self.at - self.base;
            let starts = match read < BLOCK {
                true => (self.block.letters | self.block.wide) >> read,
                false => 0,
            };
            if starts == 0 {
                self.at = self.at.max(self.base + BLOCK);
                if self.at >= self.text.len() {
                    return None;
                }
                self.load(self.at);
                continue;
            }
            let start = self.at + starts.trailing_zeros() as usize;
            let others = !self.block.letters >> (start - self.base);
            if others == 0 && start > self.base {
                // The word may go on after the block.
                self.at = start;
                self.load(start);
                continue;
            }
            let end = start + others.trailing_zeros() as usize;
            if end > start && self.is_plain_end(end) && others != 0 {
                self.at = end;
                if (MIN_WORD_CHARS..=MAX_WORD_BYTES).contains(&(end - start)) {
                    return Some(start..end);
                }
            } else if self.read_slowly(start) {
                return Some(start..self.at);
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
        WordTokenStream { words: words(text), token: &mut self.token }
    }
}

pub(super) struct WordTokenStream<'a> {
    words: Words<'a>,
    token: &'a mut Token,
}

impl TokenStream for WordTokenStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.offset_to = self.words.spans.at;
        self.token.offset_from = self.words.spans.at - word.len();
        self.token.text.clear();
        self.token.text.push_str(word);
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

    proptest! {
        #[test]
        fn words_are_what_the_oracle_says(text in r"([a-zA-Z'’ .é½ß€\u{301}日]|\PC){0,80}") {
            let found: Vec<_> = words(&text).map(str::to_owned).collect();
            prop_assert_eq!(found, oracle(&text));
        }

        #[test]
        fn words_across_blocks_are_what_the_oracle_says(
            text in r"([a-z]{1,12}[ ,'’é]{1,2}|[a-zé']{40,70} | {50,70}|€){0,40}",
        ) {
            let found: Vec<_> = words(&text).map(str::to_owned).collect();
            prop_assert_eq!(found, oracle(&text));
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
}
