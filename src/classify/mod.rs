//! From scores to an answer: ranking, scope, confidence, tag and evidence.

mod candidates;
mod evidence;
mod jobs;
pub mod model;
mod tag;

use std::path::Path;

pub use evidence::{Explanation, GateEvidence, ScopeLine};
pub use jobs::Job;
use model::{Model, Sums};
pub use tag::{Gate, Ranked, Tag, TitleScope, role_sure};

use crate::Error;
use crate::corpus::Corpus;
use crate::index::ProfileIndex;
use crate::posting::Posting;
use crate::score::{ScoreTable, Scorer};

/// Says which role a posting hires for.
///
/// Building one takes a few milliseconds with the embedded corpus, for which the work was done ahead, and some
/// forty with another; it can be shared between threads.
#[derive(Debug, Clone)]
pub struct Classifier {
    corpus: Corpus,
    table: ScoreTable,
    model: Model,
    options: DecisionOptions,
}

/// What a user may ask for beyond the calibration.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DecisionOptions {
    /// A role is the answer only with at least this confidence, 0..=1; otherwise `none` is. The
    /// calibration's threshold on the scope holds as well.
    pub min_confidence: f64,
    /// The share of postings in scope in the mix at hand, 0..1, if it is not the one that the
    /// calibration is meant for.
    pub prevalence: Option<f64>,
}

impl Classifier {
    /// Builds a classifier with the corpus that the binary carries.
    ///
    /// # Errors
    ///
    /// Returns an error if the corpus is invalid or the index can't be built.
    pub fn new() -> Result<Self, Error> {
        let corpus = Corpus::embedded()?;
        match ScoreTable::compiled_ahead(&corpus) {
            Some(table) => Ok(Self::with_table(corpus, table)),
            None => Self::with_corpus(corpus),
        }
    }

    /// Builds a classifier with a corpus of your own: builds its index and computes all scores.
    ///
    /// # Errors
    ///
    /// Returns an error if the index can't be built.
    pub fn with_corpus(corpus: Corpus) -> Result<Self, Error> {
        let index = ProfileIndex::build(&corpus)?;
        Self::compile(corpus, &index)
    }

    /// Builds a classifier from an index on disk.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder holds no index of this corpus and version, or a damaged
    /// one.
    pub fn with_index(corpus: Corpus, folder: &Path) -> Result<Self, Error> {
        let index = ProfileIndex::open(folder, &corpus)?;
        Self::compile(corpus, &index)
    }

    fn compile(corpus: Corpus, index: &ProfileIndex) -> Result<Self, Error> {
        let table = ScoreTable::compile(index, &corpus)?;
        Ok(Self::with_table(corpus, table))
    }

    fn with_table(corpus: Corpus, table: ScoreTable) -> Self {
        let model = Model::new(&corpus.taxonomy, &corpus.calibration);
        Self { corpus, table, model, options: DecisionOptions::default() }
    }

    /// Returns the classifier with other options.
    ///
    /// ```
    /// use rolecall::{Classifier, Posting, classify::DecisionOptions};
    ///
    /// let classifier = Classifier::new()?;
    /// let posting = Posting::new("EHR Trainer", "Teach nurses in class.");
    /// assert_eq!(classifier.classify(&posting).role_id(), "trainer");
    /// let strict = classifier.with_options(DecisionOptions { min_confidence: 0.999, ..DecisionOptions::default() });
    /// assert_eq!(strict.classify(&posting).role_id(), "none");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn with_options(mut self, options: DecisionOptions) -> Self {
        self.options = options;
        self
    }

    /// Returns the options in use.
    pub fn options(&self) -> DecisionOptions {
        self.options
    }

    /// Returns the table that postings are scored by.
    pub fn table(&self) -> &ScoreTable {
        &self.table
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
        Tagger { classifier: self, scorer: self.table.scorer(), learned: Vec::new() }
    }
}

/// Classifies one posting after another.
#[derive(Debug, Clone)]
pub struct Tagger<'c> {
    classifier: &'c Classifier,
    scorer: Scorer<'c>,
    learned: Vec<f32>,
}

impl<'c> Tagger<'c> {
    /// Classifies a posting.
    pub fn tag(&mut self, posting: &Posting) -> Tag<'c> {
        let Classifier { corpus, model, options, table } = self.classifier;
        self.scorer.score(posting);
        let parts = self.scorer.parts();
        self.learned.clear();
        self.learned.extend((0..table.width()).map(|n| parts[0].learned(n) + parts[1].learned(n)));
        let sums = Sums {
            bm25: parts.map(|part| part.bm25),
            learned: &self.learned,
            alone: self.scorer.alone(),
            employer: self.scorer.employer(),
            words: self.scorer.words(),
        };
        Tag::decide(&corpus.taxonomy, model, *options, sums, self.scorer.words_known())
    }
}
