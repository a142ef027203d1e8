use crate::corpus::CorpusError;
use crate::index::IndexError;

/// Says why there is no classifier.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The corpus (taxonomy, profiles, statistics, weights) can't be used.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The index can't be built, opened or trusted.
    #[error(transparent)]
    Index(#[from] IndexError),
}
