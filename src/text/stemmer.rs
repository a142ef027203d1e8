//! Snowball English as a tantivy token filter.

use rust_stemmers::{Algorithm, Stemmer};
use tantivy::tokenizer::{Token, TokenFilter, TokenStream, Tokenizer};

use super::english_stemmer;

#[derive(Debug, Clone)]
pub(super) struct StemFilter;

impl TokenFilter for StemFilter {
    type Tokenizer<T: Tokenizer> = StemTokenizer<T>;

    fn transform<T: Tokenizer>(self, tokenizer: T) -> StemTokenizer<T> {
        StemTokenizer(tokenizer)
    }
}

#[derive(Clone)]
pub(super) struct StemTokenizer<T>(T);

impl<T: Tokenizer> Tokenizer for StemTokenizer<T> {
    type TokenStream<'a> = StemTokenStream<T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        StemTokenStream(self.0.token_stream(text))
    }
}

pub(super) struct StemTokenStream<T>(T);

impl<T: TokenStream> TokenStream for StemTokenStream<T> {
    fn advance(&mut self) -> bool {
        if !self.0.advance() {
            return false;
        }
        stem(&mut self.0.token_mut().text);
        true
    }

    fn token(&self) -> &Token {
        self.0.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.0.token_mut()
    }
}

/// Puts the stem of a word in lower case in its place.
pub(super) fn stem(word: &mut String) {
    // Snowball knows the plain apostrophe only.
    if word.contains('’') {
        *word = word.replace('’', "'");
    }
    if english_stemmer::is_plain(word) {
        english_stemmer::stem(word);
    } else if !ends_in_no_suffix(word) {
        *word = Stemmer::create(Algorithm::English).stem(word).into_owned();
    }
}

/// Tells that Snowball leaves a word as it is, by its last byte: no suffix of the English stemmer ends in a
/// character outside ASCII. An apostrophe at the start it takes off, and `Y` it writes small.
fn ends_in_no_suffix(word: &str) -> bool {
    word.as_bytes().last().is_some_and(|last| !last.is_ascii())
        && !word.starts_with('\'')
        && !word.contains('Y')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn stems_are_those_of_snowball(
            word in "[a-zA-Z0-9éßжʏ日'’]([a-z0-9éжY日'’]|sses|ing|ation|y|eed|ly){0,9}[0-9a-zéжß日]?",
        ) {
            let stemmer = Stemmer::create(Algorithm::English);
            let mut found = word.clone();
            stem(&mut found);
            let plain = word.replace('’', "'");
            prop_assert_eq!(found, stemmer.stem(&plain));
        }
    }
}
