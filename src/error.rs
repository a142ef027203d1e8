use crate::batch::BatchError;
use crate::corpus::CorpusError;
use crate::evaluate::EvaluateError;
use crate::index::IndexError;
use crate::table::TableError;

/// Says what went wrong, in which stage of the data's way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The corpus (taxonomy, profiles, statistics, weights) can't be used.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The index can't be built, opened or trusted.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// A file of postings can't be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Labelled postings can't be used.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// A batch can't go on.
    #[error(transparent)]
    Batch(#[from] BatchError),
}
