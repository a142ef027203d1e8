use std::path::PathBuf;

/// Says why counts can't be corrected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectionError {
    /// The evidence can't be read.
    #[error("{}:{line}: {problem}", file.display())]
    Invalid {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What was expected and found.
        problem: String,
    },
    /// There are too few labelled postings.
    #[error(
        "the evidence has {found} labelled postings {what}, at least {expected} are needed; label more, or take \
         the raw counts"
    )]
    TooFew {
        /// In scope, or out of it.
        what: &'static str,
        /// What there is.
        found: usize,
        /// What is needed.
        expected: usize,
    },
    /// The corpus has no evidence.
    #[error(
        "the corpus has no evidence.tsv, so nothing is known of the classifier's errors; make it with `rolecall \
         calibrate -o`, or draw a sample with `rolecall audit`"
    )]
    NoEvidence,
}
