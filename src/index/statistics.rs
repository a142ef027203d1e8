//! Background statistics for tantivy's BM25.

use tantivy::Term;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;

use super::{IndexError, ProfileIndex};
use crate::corpus::Background;

/// Answers tantivy's questions about the collection: document frequencies come from the
/// background postings, average field lengths from the profiles.
pub(crate) struct BackgroundStatistics<'a> {
    background: &'a Background,
    /// Field and tokens in it, summed over the profiles.
    profile_tokens: Vec<(Field, u64)>,
    profiles: u64,
}

impl<'a> BackgroundStatistics<'a> {
    pub(crate) fn new(
        index: &ProfileIndex,
        background: &'a Background,
    ) -> Result<Self, IndexError> {
        let mut profile_tokens = Vec::new();
        for field in index.fields.searched() {
            let tokens = index.searcher.total_num_tokens(field);
            profile_tokens.push((field, tokens.map_err(IndexError::tantivy("read"))?));
        }
        Ok(Self { background, profile_tokens, profiles: index.searcher.num_docs().max(1) })
    }

    /// Returns in how many of the background's postings a stem occurs.
    pub(crate) fn document_frequency(&self, stem: &str) -> u64 {
        // BM25 of tantivy panics where a frequency exceeds the number of documents.
        self.background.document_frequency(stem).min(self.background.documents())
    }
}

impl Bm25StatisticsProvider for BackgroundStatistics<'_> {
    /// tantivy divides this by [`total_num_docs`](Self::total_num_docs) to get the average
    /// length of a field, so the profiles' total is scaled up to the background's size.
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let tokens =
            self.profile_tokens.iter().find(|entry| entry.0 == field).map_or(0, |entry| entry.1);
        let scaled = u128::from(tokens) * u128::from(self.background.documents())
            / u128::from(self.profiles);
        Ok(u64::try_from(scaled).unwrap_or(u64::MAX))
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.background.documents())
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        Ok(self.document_frequency(term.value().as_str().unwrap_or_default()))
    }
}
