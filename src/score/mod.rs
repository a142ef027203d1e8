//! BM25 of a posting against every profile.
//!
//! [`Searcher`] asks tantivy, and is the oracle. [`ScoreTable`] holds tantivy's own numbers per
//! term and profile, computed once, and is what runs; that of the embedded corpus was
//! computed ahead. Both give
//!
//! ```text
//! score(profile) = Σ part Σ field Σ term  weight(part, field) · saturate(q) · BM25(term, profile's field)
//! ```
//!
//! over the title and the body of the posting, where `q` is how often the part holds the term.

mod score_matrix;
mod scorer;
mod searcher;
mod stem_cache;
mod table;
mod term_names;
mod term_scores;

pub use scorer::{Contribution, FoundTerm, PartSums, Scorer};
pub use searcher::Searcher;
pub use table::ScoreTable;
pub use term_scores::compile_ahead;

/// Returns how many times a term counts that occurs `q` times in a query: the query term
/// frequency component of BM25 (Robertson and Walker, "Some simple effective approximations to
/// the 2-Poisson model", 1994), `(k3 + 1) q / (k3 + q)`.
///
/// ```
/// assert_eq!(rolecall::score::saturate(2.0, 1), 1.0);
/// assert_eq!(rolecall::score::saturate(2.0, 4), 2.0);
/// assert_eq!(rolecall::score::saturate(0.0, 9), 1.0);
/// ```
#[inline]
#[allow(clippy::cast_precision_loss, reason = "a frequency above 2^24 has long been saturated")]
pub fn saturate(k3: f32, q: u32) -> f32 {
    let q = q as f32;
    (k3 + 1.0) * q / (k3 + q)
}
