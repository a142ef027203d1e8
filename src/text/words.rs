//! Splits text into words.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

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
    Words { text, at: 0 }
}

/// The iterator that [`words`] returns.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    text: &'a str,
    at: usize,
}

/// What a byte can be; bytes from 0x80 need the whole character.
const fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => LETTER,
        0x80.. => WIDE,
        _ => GAP,
    }
}
const GAP: u8 = 0;
const LETTER: u8 = 1;
const WIDE: u8 = 2;

static CLASSES: [u8; 256] = {
    let mut classes = [GAP; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "below 256")]
        let value = class(byte as u8);
        classes[byte] = value;
        byte += 1;
    }
    classes
};

impl<'a> Words<'a> {
    /// Returns the first position from `at` whose byte is not of a class: most of the time is
    /// spent here.
    #[inline]
    fn past(&self, class: u8, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().take_while(|&&byte| CLASSES[usize::from(byte)] == class).count()
    }

    /// Returns the length in bytes of the letter or digit at a position, or 0 if there is none.
    #[inline]
    fn letter_at(&self, at: usize) -> usize {
        match self.text.as_bytes().get(at).map_or(GAP, |&byte| CLASSES[usize::from(byte)]) {
            LETTER => 1,
            WIDE => self.wide_letter_at(at),
            _ => 0,
        }
    }

    #[cold]
    fn wide_letter_at(&self, at: usize) -> usize {
        let letter = self.text.get(at..).and_then(|rest| rest.chars().next());
        letter.filter(|c| c.is_alphanumeric()).map_or(0, char::len_utf8)
    }

    /// Returns the length in bytes of the apostrophe at a position, or 0 if there is none.
    #[inline]
    fn apostrophe_at(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        match rest {
            [b'\'', ..] => 1,
            [0xE2, 0x80, 0x99, ..] => 3, // U+2019, the typographer's apostrophe
            _ => 0,
        }
    }

    /// Returns the byte after the word that starts at a position.
    #[inline]
    fn end_of_word(&self, start: usize) -> usize {
        let mut end = start;
        loop {
            end = self.past(LETTER, end);
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
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        loop {
            let bytes = self.text.as_bytes();
            self.at = self.past(GAP, self.at);
            while self.letter_at(self.at) == 0 {
                // A wide character that is no letter: its continuation bytes are no letters either.
                self.at += 1;
                if self.at >= bytes.len() {
                    return None;
                }
            }
            let start = self.at;
            self.at = self.end_of_word(start);
            let word = &self.text[start..self.at];
            // No character has more than 4 bytes.
            let long_enough = word.len() > 4 || word.chars().nth(MIN_WORD_CHARS - 1).is_some();
            if word.len() <= MAX_WORD_BYTES && long_enough {
                return Some(word);
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
        self.token.offset_to = self.words.at;
        self.token.offset_from = self.words.at - word.len();
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
