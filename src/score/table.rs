//! The compiled table: tantivy's score of every term for every profile.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use tantivy::postings::Postings;
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use super::saturate;
use super::words::WordMemory;
use crate::corpus::{Corpus, Saturation, Weights};
use crate::index::{BackgroundStatistics, IndexError, ProfileIndex};
use crate::posting::Posting;
use crate::text::{Analyzer, strip_markup, words};

/// A term's number in the table.
type TermId = u32;

/// The two parts of a posting, which are scored with their own weights.
const PARTS: usize = 2;
const TITLE: usize = 0;
const BODY: usize = 1;

/// Scores per term, part and profile, computed once from an open index with tantivy's own
/// arithmetic.
///
/// Scoring a posting is then: split, look up, add. The result equals tantivy's searcher but for
/// the rounding of `f32` sums.
#[derive(Debug, Clone)]
pub struct ScoreTable {
    ids: FxHashMap<String, TermId>,
    /// A readable word for each term: the commonest one in the profiles.
    labels: Vec<String>,
    /// `rows[(term * PARTS + part) * profiles..][..profiles]`.
    rows: Vec<f32>,
    profiles: usize,
    saturation: Saturation,
    analyzer: Analyzer,
}

impl ScoreTable {
    /// Computes the table for an index, with the background and the weights of a corpus.
    ///
    /// # Errors
    ///
    /// Returns an error if tantivy can't read the index.
    pub fn compile(index: &ProfileIndex, corpus: &Corpus) -> Result<Self, IndexError> {
        let rows = TermRows::read(index, corpus)?.0;
        let labels = labels(index, corpus);
        let profiles = index.profile_count();
        let mut table = Self {
            ids: FxHashMap::default(),
            labels: Vec::with_capacity(rows.len()),
            rows: Vec::with_capacity(rows.len() * PARTS * profiles),
            profiles,
            saturation: corpus.calibration.saturation,
            analyzer: index.analyzer.clone(),
        };
        for (id, (stem, row)) in (0..).zip(rows) {
            table.labels.push(labels.get(&stem).unwrap_or(&stem).clone());
            table.rows.extend(row);
            table.ids.insert(stem, id);
        }
        Ok(table)
    }

    /// Returns how many terms the table holds.
    pub fn terms(&self) -> usize {
        self.labels.len()
    }

    /// Returns a scorer, which keeps the memory that scoring needs. Each thread needs its own.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer {
            table: self,
            analyzer: self.analyzer.clone(),
            words: WordMemory::default(),
            frequencies: vec![[0; PARTS]; self.terms()],
            found: Vec::new(),
            scores: vec![0.0; self.profiles],
        }
    }

    #[inline]
    fn row(&self, term: TermId, part: usize) -> &[f32] {
        let start = (term as usize * PARTS + part) * self.profiles;
        &self.rows[start..start + self.profiles]
    }

    fn saturated(&self, frequencies: [u32; PARTS]) -> [f32; PARTS] {
        [
            saturate(self.saturation.title, frequencies[TITLE]),
            saturate(self.saturation.body, frequencies[BODY]),
        ]
    }
}

/// The rows of the table by stem, while they are computed.
struct TermRows(BTreeMap<String, Vec<f32>>);

impl TermRows {
    fn read(index: &ProfileIndex, corpus: &Corpus) -> Result<Self, IndexError> {
        let statistics = BackgroundStatistics::new(index, &corpus.background)?;
        let Weights { title, body } = corpus.calibration.weights;
        let weights = title.by_field().into_iter().zip(body.by_field());
        let mut rows = Self(BTreeMap::new());
        for (field, (title, body)) in index.fields.searched().into_iter().zip(weights) {
            rows.add_field(index, &statistics, field, [title, body])
                .map_err(IndexError::tantivy("read"))?;
        }
        Ok(rows)
    }

    /// Adds the scores of all terms of a field, times the weight of the field for each part.
    #[allow(clippy::cast_precision_loss, reason = "as tantivy computes the average length")]
    fn add_field(
        &mut self,
        index: &ProfileIndex,
        statistics: &BackgroundStatistics<'_>,
        field: tantivy::schema::Field,
        weights: [f32; PARTS],
    ) -> tantivy::Result<()> {
        let profiles = index.profile_count();
        let documents = statistics.total_num_docs()?;
        let average_length = statistics.total_num_tokens(field)? as f32 / documents as f32;
        for segment in index.searcher.segment_readers() {
            let inverted = segment.inverted_index(field)?;
            let lengths = segment.get_fieldnorms_reader(field)?;
            let mut terms = inverted.terms().stream()?;
            while terms.advance() {
                let stem = String::from_utf8_lossy(terms.key()).into_owned();
                let term = Term::from_field_text(field, &stem);
                let bm25 = Bm25Weight::for_one_term_without_explain(
                    statistics.doc_freq(&term)?,
                    documents,
                    average_length,
                );
                let boosted = weights.map(|weight| bm25.boost_by(weight));
                let row = self.0.entry(stem).or_insert_with(|| vec![0.0; PARTS * profiles]);
                let mut postings = inverted
                    .read_postings_from_terminfo(terms.value(), IndexRecordOption::WithFreqs)?;
                let mut doc = postings.doc();
                while doc != TERMINATED {
                    let length = lengths.fieldnorm_id(doc);
                    for (part, bm25) in boosted.iter().enumerate() {
                        row[part * profiles + doc as usize] +=
                            bm25.score(length, postings.term_freq());
                    }
                    doc = postings.advance();
                }
            }
        }
        Ok(())
    }
}

/// Finds the commonest word of each stem in the profiles; of equally common ones the shortest,
/// then the first by alphabet.
fn labels(index: &ProfileIndex, corpus: &Corpus) -> FxHashMap<String, String> {
    let mut analyzer = index.analyzer.clone();
    let mut counts: FxHashMap<String, usize> = FxHashMap::default();
    for profile in corpus.taxonomy.documents() {
        for text in [profile.title, profile.duties, profile.vocabulary].into_iter().flatten() {
            for word in words(text) {
                *counts.entry(word.to_lowercase()).or_insert(0) += 1;
            }
        }
    }
    let rank = |(word, n): &(&str, usize)| (usize::MAX - n, word.len(), word.to_string());
    let mut labels: FxHashMap<String, (&str, usize)> = FxHashMap::default();
    for (word, &n) in &counts {
        let candidate = (word.as_str(), n);
        analyzer.stems(word, |stem| match labels.get_mut(stem) {
            Some(best) if rank(best) <= rank(&candidate) => {}
            Some(best) => *best = candidate,
            None => {
                labels.insert(stem.to_owned(), candidate);
            }
        });
    }
    labels.into_iter().map(|(stem, (word, _))| (stem, word.to_owned())).collect()
}

/// Scores one posting after another.
#[derive(Debug, Clone)]
pub struct Scorer<'t> {
    table: &'t ScoreTable,
    analyzer: Analyzer,
    words: WordMemory<Option<TermId>>,
    /// How often each term of the table occurs in each part of the current posting.
    frequencies: Vec<[u32; PARTS]>,
    /// The terms that occur in the current posting, in the order of their first occurrence.
    found: Vec<TermId>,
    scores: Vec<f32>,
}

/// What one term contributed to the score of one profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution<'t> {
    /// The term, as a word that people read: the commonest form in the profiles.
    pub term: &'t str,
    /// How often the posting's title holds it.
    pub title_frequency: u32,
    /// How often the posting's body holds it.
    pub body_frequency: u32,
    /// What it contributed from the title.
    pub title: f32,
    /// What it contributed from the body.
    pub body: f32,
}

impl Contribution<'_> {
    /// Returns what the term contributed in all.
    pub fn total(&self) -> f32 {
        self.title + self.body
    }
}

impl<'t> Scorer<'t> {
    /// Scores a posting and returns the score of each profile: roles in taxonomy order, then
    /// neighbours. Takes time linear in the length of the posting.
    pub fn score(&mut self, posting: &Posting) -> &[f32] {
        for term in self.found.drain(..) {
            self.frequencies[term as usize] = [0; PARTS];
        }
        self.count(&posting.title, TITLE);
        for text in &posting.body {
            self.count(text, BODY);
        }
        self.scores.fill(0.0);
        for &term in &self.found {
            let frequencies = self.frequencies[term as usize];
            let saturated = self.table.saturated(frequencies);
            for part in 0..PARTS {
                if frequencies[part] > 0 {
                    let row = self.table.row(term, part);
                    for (score, of_term) in self.scores.iter_mut().zip(row) {
                        *score += saturated[part] * of_term;
                    }
                }
            }
        }
        &self.scores
    }

    fn count(&mut self, text: &str, part: usize) {
        for word in words(&strip_markup(text)) {
            let term = self.words.get(word, |word| {
                let mut term = None;
                self.analyzer.stems(word, |stem| term = self.table.ids.get(stem).copied());
                term
            });
            if let Some(term) = term {
                let frequencies = &mut self.frequencies[term as usize];
                if *frequencies == [0; PARTS] {
                    self.found.push(term);
                }
                frequencies[part] = frequencies[part].saturating_add(1);
            }
        }
    }

    /// Returns how many different terms of the table the last posting held.
    pub fn terms_found(&self) -> usize {
        self.found.len()
    }

    /// Returns what each term of the last posting contributed to a profile's score, in the order
    /// of first occurrence; terms that contributed nothing are left out. The totals add up to the
    /// score, but for rounding.
    pub fn contributions(&self, profile: usize) -> impl Iterator<Item = Contribution<'t>> {
        self.found.iter().filter_map(move |&term| {
            let frequencies = self.frequencies[term as usize];
            let saturated = self.table.saturated(frequencies);
            let of_part = |part: usize| {
                if frequencies[part] == 0 {
                    return 0.0;
                }
                saturated[part] * self.table.row(term, part)[profile]
            };
            let contribution = Contribution {
                term: &self.table.labels[term as usize],
                title_frequency: frequencies[TITLE],
                body_frequency: frequencies[BODY],
                title: of_part(TITLE),
                body: of_part(BODY),
            };
            (contribution.total() > 0.0).then_some(contribution)
        })
    }
}
