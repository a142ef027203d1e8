//! The way from text to stems: markup off, words, lower case, ASCII folding, stop words,
//! Snowball English.
//!
//! The chain is a tantivy `TextAnalyzer`. The index uses it when profiles are added, and postings
//! go through the very same filters, one word at a time, so that the two can't drift apart.

mod analyzer;
mod byte_mask;
mod decimal;
mod english_stemmer;
mod markup;
mod stemmer;
mod stopwords;
mod unseen;
mod words;

pub use analyzer::{Analyzer, CHAIN};
pub use decimal::push_decimal;
pub use markup::strip_markup;
pub use stopwords::StopWords;
pub use unseen::is_unseen;
pub use unseen::printable;
pub(crate) use words::SpanBatch;
pub use words::Spans;
pub use words::{MAX_WORD_BYTES, MIN_WORD_CHARS, words};
