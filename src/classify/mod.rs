//! From scores to an answer: ranking, scope, confidence, tag and evidence.

mod scope;
mod tag;

use std::path::Path;

pub use tag::{Ranked, Tag};

use crate::Error;
use crate::corpus::Corpus;
use crate::index::ProfileIndex;
use crate::posting::Posting;
use crate::score::{Contribution, ScoreTable, Scorer};

/// Says which role a posting hires for.
///
/// Building one takes some milliseconds; it can be shared between threads.
#[derive(Debug, Clone)]
pub struct Classifier {
    corpus: Corpus,
    table: ScoreTable,
}

impl Classifier {
    /// Builds a classifier with the corpus that the binary carries.
    ///
    /// # Errors
    ///
    /// Returns an error if the corpus is invalid or the index can't be built.
    pub fn new() -> Result<Self, Error> {
        Self::with_corpus(Corpus::embedded()?)
    }

    /// Builds a classifier with a corpus of your own.
    ///
    /// # Errors
    ///
    /// Returns an error if the index can't be built.
    pub fn with_corpus(corpus: Corpus) -> Result<Self, Error> {
        let index = ProfileIndex::build(&corpus)?;
        Ok(Self { table: ScoreTable::compile(&index, &corpus)?, corpus })
    }

    /// Builds a classifier from an index on disk.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder holds no index of this corpus and version, or a damaged
    /// one.
    pub fn with_index(corpus: Corpus, folder: &Path) -> Result<Self, Error> {
        let index = ProfileIndex::open(folder, &corpus)?;
        Ok(Self { table: ScoreTable::compile(&index, &corpus)?, corpus })
    }

    /// Returns the corpus in use.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// Classifies one posting. For many, use a [`tagger`](Self::tagger), which remembers words.
    pub fn classify(&self, posting: &Posting) -> Tag<'_> {
        self.tagger().tag(posting)
    }

    /// Returns a tagger for many postings, one after another. Each thread needs its own.
    pub fn tagger(&self) -> Tagger<'_> {
        Tagger { classifier: self, scorer: self.table.scorer() }
    }
}

/// Classifies one posting after another.
#[derive(Debug, Clone)]
pub struct Tagger<'c> {
    classifier: &'c Classifier,
    scorer: Scorer<'c>,
}

impl<'c> Tagger<'c> {
    /// Classifies a posting.
    pub fn tag(&mut self, posting: &Posting) -> Tag<'c> {
        let corpus = &self.classifier.corpus;
        let scores = self.scorer.score(posting);
        Tag::decide(&corpus.taxonomy, &corpus.calibration, scores)
    }

    /// Returns what the strongest terms of the last posting contributed to a role's score, the
    /// strongest first; equal ones by alphabet. All of them, with `usize::MAX`, add up to the
    /// score, but for rounding.
    pub fn evidence(&self, ranked: &Ranked<'_>, at_most: usize) -> Vec<Contribution<'c>> {
        let stronger = |a: &Contribution<'_>, b: &Contribution<'_>| {
            b.total().total_cmp(&a.total()).then_with(|| a.term.cmp(b.term))
        };
        let mut terms: Vec<_> = self.scorer.contributions(ranked.profile).collect();
        if terms.len() > at_most {
            terms.select_nth_unstable_by(at_most, stronger);
            terms.truncate(at_most);
        }
        terms.sort_unstable_by(stronger);
        terms
    }
}
