use std::sync::Arc;

use rustc_hash::FxHashSet;
use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, StopWordFilter, TextAnalyzer, TokenStream,
};

use super::StopWords;
use super::stemmer::{StemFilter, stem};
use super::words::WordTokenizer;

/// The settings of the chain, as they stand in an index fingerprint. Whoever changes what the
/// chain does changes this line, so that older indexes are refused.
pub const CHAIN: &str = "words of 2 characters to 48 bytes, lower case, ascii folding, stop words, snowball english; v1";

/// The analyzer chain, ready to stem.
#[derive(Clone)]
pub struct Analyzer {
    chain: TextAnalyzer,
    stop_words: Arc<FxHashSet<String>>,
    /// Memory for a word in lower case.
    lower: String,
}

impl Analyzer {
    /// Builds the chain with a list of stop words.
    pub fn new(stop_words: &StopWords) -> Self {
        let chain = TextAnalyzer::builder(WordTokenizer::default())
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter)
            .filter(StopWordFilter::remove(stop_words.iter().map(str::to_owned)))
            .filter(StemFilter)
            .build();
        let stop_words = stop_words.iter().map(str::to_owned).collect();
        Self { chain, stop_words: Arc::new(stop_words), lower: String::new() }
    }

    /// Returns the chain as tantivy wants it, to be registered with an index.
    pub fn chain(&self) -> TextAnalyzer {
        self.chain.clone()
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
        let mut stream = self.chain.token_stream(text);
        while stream.advance() {
            found(&stream.token().text);
        }
    }

    /// Calls `found` with the stem of one of the [`words`](super::words) of a text, unless it is a stop word.
    ///
    /// The same as [`stems`](Self::stems), without the detours of a chain for words of ASCII characters.
    pub(crate) fn stem_of_word(&mut self, word: &str, mut found: impl FnMut(&str)) {
        if !word.is_ascii() {
            return self.stems(word, found);
        }
        self.lower.clear();
        self.lower.push_str(word);
        self.lower.make_ascii_lowercase();
        if !self.stop_words.contains(&self.lower) {
            stem(&mut self.lower);
            found(&self.lower);
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
        fn stems_of_a_text_are_the_stems_of_its_words(text in "([a-zA-Z'’ éßİ½-]|[a-z]{1,5}(ing|ed|s|'s|ly|ation)|the |The |\\PC){0,80}") {
            let mut analyzer = Analyzer::new(&StopWords::parse("the and"));
            let mut whole = Vec::new();
            analyzer.stems(&text, |stem| whole.push(stem.to_owned()));
            let mut by_word = Vec::new();
            for word in words(&text) {
                analyzer.stems(word, |stem| by_word.push(stem.to_owned()));
            }
            prop_assert_eq!(&whole, &by_word);
            by_word.clear();
            for word in words(&text) {
                analyzer.stem_of_word(word, |stem| by_word.push(stem.to_owned()));
            }
            prop_assert_eq!(whole, by_word);
        }

        #[test]
        fn stems_do_not_depend_on_the_case_of_ascii_letters(text in "([a-zA-Z'’éßİKΣ-]|\\PC){0,60}") {
            let mut analyzer = Analyzer::new(&StopWords::parse("the and"));
            let (mut written, mut lower) = (Vec::new(), Vec::new());
            analyzer.stems(&text, |stem| written.push(stem.to_owned()));
            analyzer.stems(&text.to_ascii_lowercase(), |stem| lower.push(stem.to_owned()));
            prop_assert_eq!(written, lower);
        }
    }
}
