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
    /// BM25 of each profile: `bm25[(term * PARTS + part) * profiles..][..profiles]`. The terms of
    /// the profiles come first; the others have no row.
    bm25: Vec<f32>,
    /// The learned weights, then 1 if the term has any for the part and 0 if not:
    /// `learned[(term * PARTS + part) * width..][..width]`.
    learned: Vec<f32>,
    profiles: usize,
    width: usize,
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
        let width = corpus.terms.width() + 1;
        let only_learned: Vec<_> = corpus
            .terms
            .iter()
            .map(|(stem, _)| stem.to_owned())
            .filter(|stem| !rows.contains_key(stem))
            .collect();
        let terms = rows.len() + only_learned.len();
        let mut table = Self {
            ids: FxHashMap::default(),
            labels: Vec::with_capacity(terms),
            bm25: Vec::with_capacity(rows.len() * PARTS * profiles),
            learned: Vec::with_capacity(terms * PARTS * width),
            profiles,
            width,
            saturation: corpus.calibration.saturation,
            analyzer: index.analyzer.clone(),
        };
        let stems = rows.into_iter().map(|(stem, row)| {
            table.bm25.extend(row);
            stem
        });
        let stems: Vec<_> = stems.collect();
        for (id, stem) in (0..).zip(stems.into_iter().chain(only_learned)) {
            let label = labels.get(&stem).map_or(corpus.terms.word(&stem), String::as_str);
            table.labels.push(label.to_owned());
            for part in 0..PARTS {
                match corpus.terms.weights(&stem, part) {
                    Some(weights) => {
                        table.learned.extend_from_slice(weights);
                        table.learned.push(1.0);
                    }
                    None => table.learned.resize(table.learned.len() + width, 0.0),
                }
            }
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
            bm25: vec![0.0; PARTS * self.profiles],
            learned: vec![0.0; PARTS * self.width],
            norms: [0.0; PARTS],
            scores: vec![0.0; self.profiles],
            words_read: 0,
        }
    }

    /// Returns the BM25 scores of a term; none if no profile holds it.
    #[inline]
    fn bm25_row(&self, term: TermId, part: usize) -> &[f32] {
        let start = (term as usize * PARTS + part) * self.profiles;
        self.bm25.get(start..start + self.profiles).unwrap_or_default()
    }

    #[inline]
    fn learned_row(&self, term: TermId, part: usize) -> &[f32] {
        let start = (term as usize * PARTS + part) * self.width;
        &self.learned[start..start + self.width]
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
    /// The sums of the rows, for each part.
    bm25: Vec<f32>,
    learned: Vec<f32>,
    /// The length of each part as a vector of saturated frequencies of terms with learned
    /// weights; at least a tiny number.
    norms: [f32; PARTS],
    scores: Vec<f32>,
    words_read: usize,
}

#[inline]
fn add(sums: &mut [f32], times: f32, row: &[f32]) {
    for (sum, of_term) in sums.iter_mut().zip(row) {
        *sum += times * of_term;
    }
}

/// What the sums of one part of a posting are.
#[derive(Debug, Clone, Copy)]
pub struct PartSums<'s> {
    /// The BM25 score of each profile: roles in taxonomy order, then neighbours.
    pub bm25: &'s [f32],
    /// The sum of each learned weight, over the norm of the part.
    learned: &'s [f32],
    norm: f32,
}

impl PartSums<'_> {
    /// Returns the sum of one learned weight over the terms of the part, each by its saturated
    /// frequency, divided by the norm of these frequencies.
    pub fn learned(&self, column: usize) -> f32 {
        self.learned[column] / self.norm
    }
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
        self.words_read = 0;
        self.count(&posting.title, TITLE);
        for text in &posting.body {
            self.count(text, BODY);
        }
        self.bm25.fill(0.0);
        self.learned.fill(0.0);
        let mut squares = [0.0_f32; PARTS];
        let (profiles, width) = (self.table.profiles, self.table.width);
        for &term in &self.found {
            let frequencies = self.frequencies[term as usize];
            let saturated = self.table.saturated(frequencies);
            for part in 0..PARTS {
                if frequencies[part] > 0 {
                    let times = saturated[part];
                    let row = self.table.bm25_row(term, part);
                    add(&mut self.bm25[part * profiles..][..profiles], times, row);
                    let row = self.table.learned_row(term, part);
                    add(&mut self.learned[part * width..][..width], times, row);
                    squares[part] += row[width - 1] * times * times;
                }
            }
        }
        self.norms = squares.map(|squares| squares.sqrt().max(f32::MIN_POSITIVE));
        let (title, body) = self.bm25.split_at(profiles);
        for (score, (title, body)) in self.scores.iter_mut().zip(title.iter().zip(body)) {
            *score = title + body;
        }
        &self.scores
    }

    /// Returns the sums of the last posting for its title and its body.
    pub fn parts(&self) -> [PartSums<'_>; PARTS] {
        let (profiles, width) = (self.table.profiles, self.table.width);
        [TITLE, BODY].map(|part| PartSums {
            bm25: &self.bm25[part * profiles..][..profiles],
            learned: &self.learned[part * width..][..width - 1],
            norm: self.norms[part],
        })
    }

    /// Returns the share of the last posting's words that are terms of the table, 0..=1. About
    /// half of plain English is; nearly nothing of other languages.
    pub fn words_known(&self) -> f64 {
        let known: u64 = self
            .found
            .iter()
            .flat_map(|&term| self.frequencies[term as usize])
            .map(u64::from)
            .sum();
        known as f64 / (self.words_read.max(1)) as f64
    }

    fn count(&mut self, text: &str, part: usize) {
        for word in words(&strip_markup(text)) {
            self.words_read += 1;
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

    /// Returns the terms of the last posting in the order of their first occurrence.
    pub fn terms(&self) -> impl Iterator<Item = FoundTerm<'_, 't>> {
        self.found.iter().map(|&term| {
            let frequencies = self.frequencies[term as usize];
            let saturated = self.table.saturated(frequencies);
            FoundTerm { scorer: self, id: term, frequencies, saturated }
        })
    }

    /// Returns what each term of the last posting contributed to a profile's BM25 score, in the
    /// order of first occurrence; terms that contributed nothing are left out. The totals add up to
    /// the score, but for rounding.
    pub fn contributions(&self, profile: usize) -> impl Iterator<Item = Contribution<'t>> {
        self.terms()
            .map(move |term| term.contribution(|term, part| term.bm25(part, profile)))
            .filter(|contribution| contribution.total() > 0.0)
    }
}

/// A term of the table that the last posting of a scorer holds.
#[derive(Debug, Clone, Copy)]
pub struct FoundTerm<'s, 't> {
    scorer: &'s Scorer<'t>,
    id: TermId,
    frequencies: [u32; PARTS],
    saturated: [f32; PARTS],
}

impl<'t> FoundTerm<'_, 't> {
    /// Returns what the term gave to the BM25 score of a profile from a part of the posting: 0 is
    /// the title, 1 the body.
    pub fn bm25(&self, part: usize, profile: usize) -> f32 {
        if self.frequencies[part] == 0 {
            return 0.0;
        }
        let row = self.scorer.table.bm25_row(self.id, part);
        row.get(profile).map_or(0.0, |score| self.saturated[part] * score)
    }

    /// Returns what the term gave to the sum of a learned weight from a part of the posting.
    pub fn learned(&self, part: usize, column: usize) -> f32 {
        if self.frequencies[part] == 0 {
            return 0.0;
        }
        let row = self.scorer.table.learned_row(self.id, part);
        self.saturated[part] * row[column] / self.scorer.norms[part]
    }

    /// Returns what the term contributed, given what it gives from the title (0) and the body (1).
    pub fn contribution(&self, gives: impl Fn(&Self, usize) -> f32) -> Contribution<'t> {
        Contribution {
            term: &self.scorer.table.labels[self.id as usize],
            title_frequency: self.frequencies[TITLE],
            body_frequency: self.frequencies[BODY],
            title: gives(self, TITLE),
            body: gives(self, BODY),
        }
    }
}
