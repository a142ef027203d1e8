//! Snowball English from rust-stemmers as a tantivy token filter.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;
use tantivy::tokenizer::{Token, TokenFilter, TokenStream, Tokenizer};

/// Stems that are remembered, because stemming is slow and words repeat. When the memory is full
/// it starts anew, so that hostile text can't make it grow.
const MAX_REMEMBERED: usize = 1 << 14;

#[derive(Debug, Clone)]
pub(super) struct StemFilter;

impl TokenFilter for StemFilter {
    type Tokenizer<T: Tokenizer> = StemTokenizer<T>;

    fn transform<T: Tokenizer>(self, tokenizer: T) -> StemTokenizer<T> {
        StemTokenizer { inner: tokenizer, stems: Arc::default() }
    }
}

#[derive(Clone)]
pub(super) struct StemTokenizer<T> {
    inner: T,
    /// Shared between clones: tantivy makes one for each field.
    stems: Arc<Mutex<FxHashMap<String, String>>>,
}

impl<T: Tokenizer> Tokenizer for StemTokenizer<T> {
    type TokenStream<'a> = StemTokenStream<'a, T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        // A map of words to their stems is right even after a panic elsewhere.
        let stems = self.stems.lock().unwrap_or_else(PoisonError::into_inner);
        StemTokenStream { tail: self.inner.token_stream(text), stems }
    }
}

pub(super) struct StemTokenStream<'a, T> {
    tail: T,
    stems: MutexGuard<'a, FxHashMap<String, String>>,
}

impl<T: TokenStream> TokenStream for StemTokenStream<'_, T> {
    fn advance(&mut self) -> bool {
        if !self.tail.advance() {
            return false;
        }
        let word = &mut self.tail.token_mut().text;
        if ends_in_no_suffix(word) {
            return true;
        }
        if let Some(stem) = self.stems.get(word) {
            word.clone_from(stem);
            return true;
        }
        if self.stems.len() >= MAX_REMEMBERED {
            self.stems.clear();
        }
        let stem = stem(word);
        self.stems.insert(std::mem::replace(word, stem.clone()), stem);
        true
    }

    fn token(&self) -> &Token {
        self.tail.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.tail.token_mut()
    }
}

/// Tells that Snowball leaves an ASCII word in lower case as it is, by its last character: no suffix
/// of the English stemmer and none of its exceptions ends in it. Many rare words are numbers, or
/// numbers and letters.
fn ends_in_no_suffix(word: &str) -> bool {
    let last = word.as_bytes().last();
    word.is_ascii()
        && last.is_some_and(|last| last.is_ascii_digit() || b"abfhjkopquvwxz".contains(last))
}

/// Stems a word in lower case.
fn stem(word: &str) -> String {
    let stemmer = Stemmer::create(Algorithm::English);
    // Snowball knows the plain apostrophe only.
    match word.contains('’') {
        true => stemmer.stem(&word.replace('’', "'")).into_owned(),
        false => stemmer.stem(word).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_that_end_in_no_suffix_are_their_own_stems(
            word in "[a-z0-9éß]([a-z0-9éß'’]|sses|ing|ation|y|eed|ly){0,9}[0-9a-z]",
        ) {
            if ends_in_no_suffix(&word) {
                prop_assert_eq!(stem(&word), word);
            }
        }
    }
}
