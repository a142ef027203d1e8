//! The compiled table: tantivy's score of every term for every profile.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use tantivy::postings::Postings;
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED};

use super::saturate;
use super::score_matrix::{LANES, RowSum, ScoreMatrix};
use super::term_names::{TermId, TermNames};
use crate::corpus::{ALONE, Corpus, EMPLOYER, Saturation, TermWeights, Weights};
use crate::index::{BackgroundStatistics, IndexError, ProfileIndex};
use crate::text::{Analyzer, words};

/// The two parts of a posting, which are scored with their own weights.
pub(super) const PARTS: usize = 2;
pub(super) const TITLE: usize = 0;
pub(super) const BODY: usize = 1;

/// Terms for which memory is taken at first: as many as a fitted taxonomy has.
const TYPICAL_TERMS: usize = 1 << 13;

/// Frequencies whose saturation is worked out beforehand; few are higher.
const REMEMBERED_FREQUENCIES: usize = 64;

/// Scores per term, part and profile, computed once from an open index with tantivy's own
/// arithmetic.
///
/// Scoring a posting is then: split, look up, add. The result equals tantivy's searcher but for
/// the rounding of `f32` sums.
#[derive(Debug, Clone)]
pub struct ScoreTable {
    /// The stem of each term, and a readable word for it: the commonest one in the profiles.
    names: TermNames,
    /// BM25 of each profile, in row `term * PARTS + part`. The terms of the profiles come first;
    /// the others have no row.
    bm25: ScoreMatrix,
    /// The learned weights, then 1 if the term has any for the part and 0 if not, in row
    /// `term * PARTS + part`.
    learned: ScoreMatrix,
    /// The learned weights of a title alone, in row `term`.
    alone: ScoreMatrix,
    /// The learned weights of words of an employer's name; few terms have any.
    employer: FxHashMap<TermId, Vec<f32>>,
    /// How many profiles there are.
    profiles: usize,
    /// How many terms there are before those that no profile holds.
    terms_of_profiles: usize,
    /// How many terms there are before those that only titles alone and employers have.
    terms_of_texts: usize,
    /// How many columns of learned weights there are.
    width: usize,
    /// What small frequencies count in each part.
    saturated: [[f32; REMEMBERED_FREQUENCIES]; PARTS],
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
        let terms = corpus.terms()?;
        let saturation = corpus.calibration.saturation;
        let analyzer = index.analyzer.clone();
        let size = [index.profile_count(), terms.width(), TYPICAL_TERMS];
        let mut table = Self::empty(size, saturation, analyzer);
        table.add_profiles(index, corpus)?;
        table.terms_of_profiles = table.terms();
        table.label_profiles(corpus, terms);
        table.add_learned(terms);
        Ok(table)
    }

    /// Makes a table without terms, for so many profiles and columns of learned weights, with memory for so many terms.
    pub(super) fn empty(
        [profiles, width, terms]: [usize; 3],
        saturation: Saturation,
        analyzer: Analyzer,
    ) -> Self {
        Self {
            names: TermNames::with_capacity(terms),
            bm25: ScoreMatrix::with_capacity(profiles, terms * PARTS),
            learned: ScoreMatrix::with_capacity(width + 1, terms * PARTS),
            alone: ScoreMatrix::with_capacity(width, terms),
            employer: FxHashMap::default(),
            profiles,
            terms_of_profiles: 0,
            terms_of_texts: 0,
            width,
            saturated: [saturation.title, saturation.body].map(|k3| {
                let mut frequencies = 0..;
                [(); REMEMBERED_FREQUENCIES].map(|()| saturate(k3, frequencies.next().unwrap_or(0)))
            }),
            saturation,
            analyzer,
        }
    }

    /// Adds the BM25 scores of every term of the profiles.
    fn add_profiles(&mut self, index: &ProfileIndex, corpus: &Corpus) -> Result<(), IndexError> {
        let statistics = BackgroundStatistics::new(index, corpus.background()?)?;
        let Weights { title, body } = corpus.calibration.weights;
        let weights = title.by_field().into_iter().zip(body.by_field());
        for (field, (title, body)) in index.fields.searched().into_iter().zip(weights) {
            self.add_field(index, &statistics, field, [title, body])
                .map_err(IndexError::tantivy("read"))?;
        }
        Ok(())
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
        let documents = statistics.total_num_docs()?;
        let average_length = statistics.total_num_tokens(field)? as f32 / documents as f32;
        // Of the terms that are rare in the background, many are equally rare.
        let mut by_frequency: FxHashMap<u64, [Bm25Weight; PARTS]> = FxHashMap::default();
        for segment in index.searcher.segment_readers() {
            let inverted = segment.inverted_index(field)?;
            let lengths = segment.get_fieldnorms_reader(field)?;
            let mut terms = inverted.terms().stream()?;
            while terms.advance() {
                let stem = String::from_utf8_lossy(terms.key());
                let frequency = statistics.document_frequency(&stem);
                let boosted = by_frequency.entry(frequency).or_insert_with(|| {
                    let bm25 = Bm25Weight::for_one_term_without_explain(
                        frequency,
                        documents,
                        average_length,
                    );
                    weights.map(|weight| bm25.boost_by(weight))
                });
                let id = self.id(&stem);
                let mut postings = inverted
                    .read_postings_from_terminfo(terms.value(), IndexRecordOption::WithFreqs)?;
                let mut doc = postings.doc();
                while doc != TERMINATED {
                    let length = lengths.fieldnorm_id(doc);
                    for (part, bm25) in boosted.iter().enumerate() {
                        let score = bm25.score(length, postings.term_freq());
                        self.add_bm25(id, part, doc as usize, score);
                    }
                    doc = postings.advance();
                }
            }
        }
        Ok(())
    }

    /// Returns the number of a term of a profile, with empty rows if it is new.
    fn id(&mut self, stem: &str) -> TermId {
        match self.names.get(stem) {
            Some(id) => id,
            None => self.add_of_profiles(stem, stem),
        }
    }

    /// Adds a term of the profiles, with empty rows. These terms come first.
    pub(super) fn add_of_profiles(&mut self, stem: &str, label: &str) -> TermId {
        for _ in 0..PARTS {
            self.bm25.push(&[]);
        }
        self.add(stem, label)
    }

    /// Adds a term, with empty rows of learned weights.
    pub(super) fn add(&mut self, stem: &str, label: &str) -> TermId {
        for _ in 0..PARTS {
            self.learned.push(&[]);
        }
        self.alone.push(&[]);
        self.names.add(stem, label)
    }

    /// Adds to the BM25 score of a term of the profiles for a profile.
    #[inline]
    pub(super) fn add_bm25(&mut self, term: TermId, part: usize, profile: usize, score: f32) {
        self.bm25.add_to_cell(Self::row(term, part), profile, score);
    }

    /// Sets the learned weights of a term for one of the four parts that terms may have some for.
    pub(super) fn set_learned(&mut self, term: TermId, part: usize, weights: &[f32]) {
        match part {
            ALONE => self.alone.set(term as usize, weights),
            EMPLOYER => drop(self.employer.insert(term, weights.to_vec())),
            _ => {
                let row = Self::row(term, part);
                self.learned.set(row, weights);
                self.learned.add_to_cell(row, self.width, 1.0);
            }
        }
    }

    /// Says how many of the first terms the profiles hold, and how many are looked for in texts.
    pub(super) fn set_terms(&mut self, of_profiles: usize, of_texts: usize) {
        (self.terms_of_profiles, self.terms_of_texts) = (of_profiles, of_texts);
    }

    /// Adds the learned weights, and the terms that have nothing else.
    fn add_learned(&mut self, learned: &TermWeights) {
        self.add_parts(learned, &[TITLE, BODY]);
        self.terms_of_texts = self.terms();
        self.add_parts(learned, &[ALONE, EMPLOYER]);
    }

    fn add_parts(&mut self, learned: &TermWeights, wanted: &[usize]) {
        for (stem, word, parts) in learned.rows() {
            for &part in wanted {
                if let Some(weights) = parts[part] {
                    let id = self.names.get(stem).unwrap_or_else(|| self.add(stem, word));
                    self.set_learned(id, part, weights);
                }
            }
        }
    }

    /// Labels each term of the profiles with its commonest word there; of equally common ones with
    /// the shortest, then the first by alphabet.
    fn label_profiles(&mut self, corpus: &Corpus, learned: &TermWeights) {
        let mut counts: FxHashMap<Cow<'_, str>, usize> = FxHashMap::default();
        for profile in corpus.taxonomy.documents() {
            for text in [profile.title, profile.duties, profile.vocabulary].into_iter().flatten() {
                for word in words(text) {
                    *counts.entry(lower_case(word)).or_insert(0) += 1;
                }
            }
        }
        let mut analyzer = self.analyzer.clone();
        let mut labels: Vec<Option<(usize, &str)>> = vec![None; self.terms()];
        let rank = |(n, word): (usize, &str)| (usize::MAX - n, word.len());
        for (word, &n) in &counts {
            let Some(id) = self.term(&mut analyzer, word) else { continue };
            let (candidate, label) = ((n, word.as_ref()), &mut labels[id as usize]);
            let better = |best| (rank(candidate), candidate.1) < (rank(best), best.1);
            if label.is_none_or(better) {
                *label = Some(candidate);
            }
        }
        for (id, best) in (0..).zip(labels) {
            let label = match best {
                Some((_, word)) => word.to_owned(),
                None => learned.word(self.names.stem(id)).to_owned(),
            };
            self.names.set_label(id, &label);
        }
    }

    /// Returns how many of the first terms are looked for in texts; the others only in titles.
    pub(super) fn terms_of_texts(&self) -> usize {
        self.terms_of_texts
    }

    /// Returns how many of the first terms the profiles hold.
    pub(super) fn terms_of_profiles(&self) -> usize {
        self.terms_of_profiles
    }

    /// Returns how many profiles there are.
    pub(super) fn profiles(&self) -> usize {
        self.profiles
    }

    /// Returns how many terms the table holds.
    pub fn terms(&self) -> usize {
        self.names.len()
    }

    /// Returns the row of a term for a part.
    #[inline]
    fn row(term: TermId, part: usize) -> usize {
        term as usize * PARTS + part
    }

    /// Returns the BM25 scores of a term; none if no profile holds it.
    #[inline]
    pub(super) fn bm25_row(&self, term: TermId, part: usize) -> &[[f32; LANES]] {
        self.bm25.get(Self::row(term, part))
    }

    /// Returns the BM25 score of a term for a profile.
    #[inline]
    pub(super) fn bm25(&self, term: TermId, part: usize, profile: usize) -> f32 {
        self.bm25.cell(Self::row(term, part), profile).unwrap_or(0.0)
    }

    /// Returns the learned weights of a term, then 1 if it has any.
    #[inline]
    pub(super) fn learned_row(&self, term: TermId, part: usize) -> &[[f32; LANES]] {
        self.learned.get(Self::row(term, part))
    }

    /// Returns a learned weight of a term; past the last column, 1 if it has any and 0 if not.
    #[inline]
    pub(super) fn learned(&self, term: TermId, part: usize, column: usize) -> f32 {
        self.learned.cell(Self::row(term, part), column).unwrap_or(0.0)
    }

    /// Returns the learned weights of a term in a title alone.
    #[inline]
    pub(super) fn alone_row(&self, term: TermId) -> &[[f32; LANES]] {
        self.alone.get(term as usize)
    }

    /// Returns a learned weight of a term in a title alone.
    #[inline]
    pub(super) fn alone(&self, term: TermId, column: usize) -> f32 {
        self.alone.cell(term as usize, column).unwrap_or(0.0)
    }

    /// Returns the learned weights of a term in the name of an employer, if it has any.
    #[inline]
    pub(super) fn employer_row(&self, term: TermId) -> Option<&[f32]> {
        self.employer.get(&term).map(Vec::as_slice)
    }

    /// Returns how many columns of learned weights there are.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Returns how many times a term counts in each part.
    #[inline]
    pub(super) fn saturated(&self, frequencies: [u32; PARTS]) -> [f32; PARTS] {
        let k3 = [self.saturation.title, self.saturation.body];
        [TITLE, BODY].map(|part| {
            let q = frequencies[part];
            self.saturated[part].get(q as usize).copied().unwrap_or_else(|| saturate(k3[part], q))
        })
    }

    pub(super) fn stem(&self, term: TermId) -> &str {
        self.names.stem(term)
    }

    pub(super) fn label(&self, term: TermId) -> &str {
        self.names.label(term)
    }

    /// Returns the term that a word stems to, if the table has it.
    pub(super) fn term(&self, analyzer: &mut Analyzer, word: &str) -> Option<TermId> {
        let mut term = None;
        analyzer.stem_of_word(word, |stem| term = self.names.get(stem));
        term
    }

    pub(super) fn analyzer(&self) -> Analyzer {
        self.analyzer.clone()
    }

    /// Returns sums of rows of BM25, of learned weights and of those of a title alone.
    pub(super) fn sums(&self) -> [RowSum; 3] {
        [self.bm25.sum(), self.learned.sum(), self.alone.sum()]
    }
}

/// Returns a word in lower case; most are already.
fn lower_case(word: &str) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    match word.bytes().all(is_lower) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(word.to_lowercase()),
    }
}
