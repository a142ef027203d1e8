use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, StopWordFilter, TextAnalyzer, TokenStream,
};

use super::StopWords;
use super::stemmer::StemFilter;
use super::words::WordTokenizer;

/// The settings of the chain, as they stand in an index fingerprint. Whoever changes what the
/// chain does changes this line, so that older indexes are refused.
pub const CHAIN: &str = "words of 2 characters to 48 bytes, lower case, ascii folding, stop words, snowball english; v1";

/// The analyzer chain, ready to stem.
#[derive(Clone)]
pub struct Analyzer(TextAnalyzer);

impl Analyzer {
    /// Builds the chain with a list of stop words.
    pub fn new(stop_words: &StopWords) -> Self {
        let chain = TextAnalyzer::builder(WordTokenizer::default())
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter)
            .filter(StopWordFilter::remove(stop_words.iter().map(str::to_owned)))
            .filter(StemFilter)
            .build();
        Self(chain)
    }

    /// Returns the chain as tantivy wants it, to be registered with an index.
    pub fn chain(&self) -> TextAnalyzer {
        self.0.clone()
    }

    /// Calls `found` with each stem of a text, in order.
    ///
    /// ```
    /// use rolecall::text::{Analyzer, StopWords};
    ///
    /// let mut analyzer = Analyzer::new(&StopWords::parse("the of"));
    /// let mut stems = Vec::new();
    /// analyzer.stems("The training of the Master’s naïve trainees", |stem| stems.push(stem.to_owned()));
    /// assert_eq!(stems, ["train", "master", "naiv", "traine"]);
    /// ```
    pub fn stems(&mut self, text: &str, mut found: impl FnMut(&str)) {
        let mut stream = self.0.token_stream(text);
        while stream.advance() {
            found(&stream.token().text);
        }
    }
}

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Analyzer").field(&CHAIN).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::words;

    proptest! {
        /// What lets the scoring table remember words: the chain sees each word alone.
        #[test]
        fn stems_of_a_text_are_the_stems_of_its_words(text in "([a-zA-Z'’ éßİ½-]|\\PC){0,80}") {
            let mut analyzer = Analyzer::new(&StopWords::parse("the and"));
            let mut whole = Vec::new();
            analyzer.stems(&text, |stem| whole.push(stem.to_owned()));
            let mut by_word = Vec::new();
            for word in words(&text) {
                analyzer.stems(word, |stem| by_word.push(stem.to_owned()));
            }
            prop_assert_eq!(whole, by_word);
        }
    }
}
