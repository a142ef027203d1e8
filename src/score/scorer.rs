//! Scores postings with the table.

use super::score_matrix::RowSum;
use super::stem_cache::StemCache;
use super::table::{BODY, PARTS, ScoreTable, TITLE};
use super::term_names::TermId;
use crate::posting::Posting;
use crate::text::{Analyzer, SpanBatch, strip_markup};

/// Scores one posting after another.
#[derive(Debug, Clone)]
pub struct Scorer<'t> {
    table: &'t ScoreTable,
    analyzer: Analyzer,
    words: StemCache,
    /// How often each term of the table occurs in each part of the current posting.
    frequencies: Vec<[u32; PARTS]>,
    /// The terms that occur in the current posting, in the order of their first occurrence.
    order: Vec<TermId>,
    /// How many of `order` there are.
    terms: usize,
    found: Vec<Found>,
    /// The sums of the rows, for each part.
    bm25: [RowSum; PARTS],
    learned: [RowSum; PARTS],
    alone: RowSum,
    /// The terms of the employer's name that have weights, and the sums of these.
    terms_of_employer: Vec<TermId>,
    employer: Vec<f32>,
    /// The length of each part as a vector of saturated frequencies of terms with learned
    /// weights; at least a tiny number.
    norms: [f32; PARTS],
    scores: Vec<f32>,
    words_of_title: u64,
    words_read: u64,
    words_known: u64,
}

/// A term that occurs in a posting.
#[derive(Debug, Clone, Copy)]
struct Found {
    term: TermId,
    frequencies: [u32; PARTS],
    saturated: [f32; PARTS],
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
    /// What it contributed as a word of the employer's name.
    pub employer: f32,
}

impl Contribution<'_> {
    /// Returns what the term contributed in all.
    pub fn total(&self) -> f32 {
        self.title + self.body + self.employer
    }
}

impl ScoreTable {
    /// Returns a scorer, which keeps the memory that scoring needs. Each thread needs its own.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer::new(self)
    }
}

impl<'t> Scorer<'t> {
    pub(super) fn new(table: &'t ScoreTable) -> Self {
        let [bm25, learned, alone] = table.sums();
        Self {
            table,
            analyzer: table.analyzer(),
            words: StemCache::default(),
            frequencies: vec![[0; PARTS]; table.terms()],
            // One place more: what is no new term is written as well.
            order: vec![0; table.terms() + 1],
            terms: 0,
            found: Vec::new(),
            scores: bm25.columns().to_vec(),
            bm25: [bm25.clone(), bm25],
            learned: [learned.clone(), learned],
            alone,
            terms_of_employer: Vec::new(),
            employer: vec![0.0; table.width()],
            words_of_title: 0,
            norms: [0.0; PARTS],
            words_read: 0,
            words_known: 0,
        }
    }

    /// Scores a posting and returns the score of each profile: roles in taxonomy order, then
    /// neighbours. Takes time linear in the length of the posting.
    pub fn score(&mut self, posting: &Posting) -> &[f32] {
        (self.words_read, self.words_known) = (0, 0);
        self.count(&posting.title, TITLE);
        self.words_of_title = self.words_read;
        for text in &posting.body {
            self.count(text, BODY);
        }
        self.read_employer(&posting.employer);
        self.found.clear();
        self.alone.clear();
        for sum in self.bm25.iter_mut().chain(&mut self.learned) {
            sum.clear();
        }
        let table = self.table;
        let mut squares = [0.0_f32; PARTS];
        for &term in &self.order[..self.terms] {
            let frequencies = std::mem::take(&mut self.frequencies[term as usize]);
            let saturated = table.saturated(frequencies);
            for part in 0..PARTS {
                if frequencies[part] > 0 {
                    let times = saturated[part];
                    self.bm25[part].add(times, table.bm25_row(term, part));
                    self.learned[part].add(times, table.learned_row(term, part));
                    squares[part] += table.learned(term, part, table.width()) * times * times;
                }
            }
            if frequencies[TITLE] > 0 {
                self.alone.add(1.0, table.alone_row(term));
            }
            self.found.push(Found { term, frequencies, saturated });
        }
        self.terms = 0;
        self.norms = squares.map(|squares| squares.sqrt().max(f32::MIN_POSITIVE));
        let [title, body] = &self.bm25;
        let parts = title.columns().iter().zip(body.columns());
        for (score, (title, body)) in self.scores.iter_mut().zip(parts) {
            *score = title + body;
        }
        &self.scores
    }

    /// Returns the sums of the last posting for its title and its body.
    pub fn parts(&self) -> [PartSums<'_>; PARTS] {
        [TITLE, BODY].map(|part| PartSums {
            bm25: self.bm25[part].columns(),
            learned: &self.learned[part].columns()[..self.table.width()],
            norm: self.norms[part],
        })
    }

    /// Returns the sums of the learned weights that the title of the last posting has alone.
    pub fn alone(&self) -> &[f32] {
        &self.alone.columns()[..self.table.width()]
    }

    /// Returns the sums of the learned weights of the words of the last posting's employer.
    pub fn employer(&self) -> &[f32] {
        &self.employer
    }

    /// Returns how many words the title and the body of the last posting have.
    pub fn words(&self) -> [u64; PARTS] {
        [self.words_of_title, self.words_read - self.words_of_title]
    }

    /// Returns the share of the last posting's words that are terms of the table, 0..=1. About
    /// half of plain English is; nearly nothing of other languages.
    pub fn words_known(&self) -> f64 {
        self.words_known as f64 / (self.words_read.max(1)) as f64
    }

    /// Adds up the weights of the words of an employer's name, each once.
    fn read_employer(&mut self, name: &str) {
        self.terms_of_employer.clear();
        self.employer.fill(0.0);
        if name.is_empty() {
            return;
        }
        let Self { table, analyzer, words, terms_of_employer, employer, .. } = self;
        #[allow(clippy::cast_possible_truncation, reason = "fewer terms than bytes in the corpus")]
        let unknown = table.terms() as TermId;
        let name = strip_markup(name);
        words.each(
            &name,
            |word| table.term(analyzer, word).unwrap_or(unknown),
            |terms| {
                for &term in terms {
                    if let Some(weights) = table.employer_row(term)
                        && !terms_of_employer.contains(&term)
                    {
                        terms_of_employer.push(term);
                        employer.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
                    }
                }
            },
        );
    }

    fn count(&mut self, text: &str, part: usize) {
        let text = strip_markup(text);
        let Self { table, analyzer, words, frequencies, order, .. } = self;
        #[allow(clippy::cast_possible_truncation, reason = "fewer terms than bytes in the corpus")]
        let unknown = table.terms() as TermId;
        #[allow(clippy::cast_possible_truncation, reason = "fewer terms than bytes in the corpus")]
        let end = if part == TITLE { unknown } else { table.terms_of_texts() as TermId };
        let (mut read, mut known, mut terms) = (0, 0, self.terms);
        let mut known_terms = [0; SpanBatch::MOST];
        let (frequencies, order) = (frequencies.as_mut_slice(), order.as_mut_slice());
        // Whether a word is a term, and a new one, no processor can foresee: no branch asks for it.
        words.each(
            &text,
            |word| table.term(analyzer, word).unwrap_or(unknown),
            |batch| {
                let mut count = 0;
                for &term in batch {
                    known_terms[count] = term;
                    count += usize::from(term < end);
                }
                read += batch.len() as u64;
                known += count as u64;
                for &term in &known_terms[..count] {
                    let frequencies = &mut frequencies[term as usize];
                    order[terms] = term;
                    terms += usize::from(*frequencies == [0; PARTS]);
                    frequencies[part] = frequencies[part].saturating_add(1);
                }
            },
        );
        self.terms = terms;
        self.words_read += read;
        self.words_known += known;
    }

    /// Returns how many different terms of the table the last posting held.
    pub fn terms_found(&self) -> usize {
        self.found.len()
    }

    /// Returns the terms of the last posting in the order of their first occurrence.
    pub fn terms(&self) -> impl Iterator<Item = FoundTerm<'_, 't>> {
        self.found.iter().map(|found| FoundTerm { scorer: self, found })
    }

    /// Returns what each word of the last posting's employer gave to the sum of a learned weight, in the order of
    /// first occurrence.
    pub fn contributions_of_employer(
        &self,
        column: usize,
    ) -> impl Iterator<Item = Contribution<'t>> {
        let table = self.table;
        self.terms_of_employer.iter().map(move |&term| Contribution {
            term: table.label(term),
            title_frequency: 0,
            body_frequency: 0,
            title: 0.0,
            body: 0.0,
            employer: table.employer_row(term).map_or(0.0, |weights| weights[column]),
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
    found: &'s Found,
}

impl<'t> FoundTerm<'_, 't> {
    /// Returns the term, as a word that people read: the commonest form in the profiles.
    #[inline]
    pub fn term(&self) -> &'t str {
        self.scorer.table.label(self.found.term)
    }

    /// Returns what the term gave to the BM25 score of a profile from a part of the posting: 0 is
    /// the title, 1 the body.
    #[inline]
    pub fn bm25(&self, part: usize, profile: usize) -> f32 {
        let Found { term, frequencies, saturated } = self.found;
        if frequencies[part] == 0 {
            return 0.0;
        }
        saturated[part] * self.scorer.table.bm25(*term, part, profile)
    }

    /// Returns what the term gave to the sum of a learned weight from a part of the posting.
    #[inline]
    pub fn learned(&self, part: usize, column: usize) -> f32 {
        let Found { term, frequencies, saturated } = self.found;
        if frequencies[part] == 0 {
            return 0.0;
        }
        let weight = self.scorer.table.learned(*term, part, column);
        saturated[part] * weight / self.scorer.norms[part]
    }

    /// Returns what the term gave to the sum of a learned weight of the title alone.
    #[inline]
    pub fn alone(&self, column: usize) -> f32 {
        if self.found.frequencies[TITLE] == 0 {
            return 0.0;
        }
        self.scorer.table.alone(self.found.term, column)
    }

    /// Returns what the term contributed, given what it gives from the title (0) and the body (1).
    #[inline]
    pub fn contribution(&self, gives: impl Fn(&Self, usize) -> f32) -> Contribution<'t> {
        Contribution {
            term: self.term(),
            title_frequency: self.found.frequencies[TITLE],
            body_frequency: self.found.frequencies[BODY],
            title: gives(self, TITLE),
            body: gives(self, BODY),
            employer: 0.0,
        }
    }
}
