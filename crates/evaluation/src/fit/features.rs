//! What is fitted on: the scores and terms of labelled postings.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rolecall::classify::Classifier;
use rolecall::classify::model::{Margins, Sums};
use rolecall::corpus::{EMPLOYER, TermWeights};
use rolecall::posting::Posting;
use rolecall::score::Scorer;
use rolecall::text::{Analyzer, Spans, strip_markup, words};
use rustc_hash::FxHashMap;

use crate::LabelledPosting;

/// A posting as the fit sees it.
#[derive(Debug, Clone)]
pub(super) struct Features {
    /// BM25 of each profile from title and body.
    pub(super) bm25: [Vec<f32>; 2],
    pub(super) balances: Margins,
    /// Saturated frequencies of all stems, for each part: number of the stem in [`Stems`], in order.
    pub(super) frequencies: [Vec<(u32, f32)>; 2],
    /// The stems of the employer's name, in order.
    pub(super) employer: Vec<u32>,
    pub(super) words_known: f64,
    /// The words of the title and of the body.
    pub(super) words: [u64; 2],
}

impl Features {
    /// Returns the numbers of a posting that are no terms: what a gate sees of them.
    pub(super) fn dense(&self) -> impl Iterator<Item = f64> {
        let bm25 = self.bm25.iter().flatten().map(|&score| f64::from(score));
        self.balances.balance.into_iter().chain([self.balances.strength]).chain(bm25)
    }

    /// Returns the sums that a model needs, given learned sums.
    pub(super) fn sums<'s>(
        &'s self,
        learned: &'s [f32],
        alone: &'s [f32],
        employer: &'s [f32],
    ) -> Sums<'s> {
        let bm25 = [&self.bm25[0][..], &self.bm25[1]];
        Sums { bm25, learned, alone, employer, words: self.words }
    }
}

/// The stems of all postings, with a readable word for each.
#[derive(Debug, Clone, Default)]
pub(super) struct Stems {
    numbers: FxHashMap<String, u32>,
    pub(super) names: Vec<String>,
    words: Vec<BTreeMap<String, u32>>,
}

impl Stems {
    /// Returns the commonest word of a stem; of equally common ones the first by alphabet.
    pub(super) fn word(&self, number: u32) -> &str {
        let commonest = self.words[number as usize]
            .iter()
            .max_by(|(a, n), (b, m)| n.cmp(m).then_with(|| b.cmp(a)));
        commonest.map_or(&self.names[number as usize], |(word, _)| word)
    }

    /// Returns the number of a stem, if a posting holds it.
    pub(super) fn find(&self, stem: &str) -> Option<u32> {
        self.numbers.get(stem).copied()
    }

    fn number(&mut self, stem: &str) -> u32 {
        if let Some(&number) = self.numbers.get(stem) {
            return number;
        }
        #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 stems")]
        let number = self.names.len() as u32;
        self.numbers.insert(stem.to_owned(), number);
        self.names.push(stem.to_owned());
        self.words.push(BTreeMap::new());
        number
    }
}

/// Reads the features of every posting: of all of it, and of the first words of its body, as many as
/// `cuts` says; nothing of a posting that has no more.
pub(super) fn read(
    classifier: &Classifier,
    postings: &[LabelledPosting],
    cuts: &[usize],
) -> (Vec<Features>, Vec<Vec<Features>>, Stems) {
    let mut reader = Reader {
        classifier,
        scorer: classifier.table().scorer(),
        analyzer: Analyzer::new(&classifier.corpus().stop_words),
        stems: Stems::default(),
    };
    let (mut whole, mut beginnings) = (Vec::new(), Vec::new());
    for posting in postings {
        let body: Vec<_> = posting.body.iter().map(String::as_str).collect();
        let features = reader.read(&posting.title, &body, &posting.employer);
        let plain: Vec<_> = body.iter().map(|text| strip_markup(text)).collect();
        let shorter = cuts.iter().filter(|&&cut| (cut as u64) < features.words[1]);
        let mut read = |cut: usize| {
            let first = first_words(&plain, cut);
            let first: Vec<_> = first.iter().map(String::as_str).collect();
            reader.read(&posting.title, &first, &posting.employer)
        };
        let shorter: Vec<_> = shorter.map(|&cut| read(cut)).collect();
        whole.push(features);
        beginnings.push(shorter);
    }
    (whole, beginnings, reader.stems)
}

/// Returns the first words of a plain text in several pieces, as HTML.
fn first_words(pieces: &[Cow<'_, str>], mut count: usize) -> Vec<String> {
    let mut first = Vec::new();
    for piece in pieces {
        let end = Spans::of(piece).take(count).map(|span| (span.end, 1));
        let (end, read) = end.fold((0, 0), |(_, read), (end, one)| (end, read + one));
        first.push(piece[..end].replace('&', "&amp;").replace('<', "&lt;"));
        count -= read;
    }
    first
}

struct Reader<'c> {
    classifier: &'c Classifier,
    scorer: Scorer<'c>,
    analyzer: Analyzer,
    stems: Stems,
}

impl Reader<'_> {
    fn read(&mut self, title: &str, body: &[&str], employer: &str) -> Features {
        let corpus = self.classifier.corpus();
        let texts = body.iter().map(|&text| text.into()).collect();
        self.scorer.score(&Posting { title: title.into(), body: texts, employer: employer.into() });
        let bm25 = self.scorer.parts().map(|part| part.bm25.to_vec());
        let saturation = corpus.calibration.saturation;
        Features {
            balances: Margins::of([&bm25[0], &bm25[1]], corpus.taxonomy.roles.len()),
            bm25,
            frequencies: [
                self.count(&[title], saturation.title),
                self.count(body, saturation.body),
            ],
            employer: self.count(&[employer], 0.0).into_iter().map(|(stem, _)| stem).collect(),
            words_known: self.scorer.words_known(),
            words: self.scorer.words(),
        }
    }

    fn count(&mut self, texts: &[&str], k3: f32) -> Vec<(u32, f32)> {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        let stems = &mut self.stems;
        for text in texts {
            for word in words(&strip_markup(text)) {
                self.analyzer.stems(word, |stem| {
                    let number = stems.number(stem);
                    *counts.entry(number).or_insert(0) += 1;
                    let words = &mut stems.words[number as usize];
                    *words.entry(word.to_lowercase()).or_insert(0) += 1;
                });
            }
        }
        let saturated = |(stem, count)| (stem, rolecall::score::saturate(k3, count));
        counts.into_iter().map(saturated).collect()
    }
}

/// Tells whether a stem starts with a digit: telephone numbers, hours, reference numbers. `hl7` does not.
pub(super) fn is_number(stem: &str) -> bool {
    stem.starts_with(|c: char| c.is_ascii_digit())
}

/// The position of the employer's name among the parts of a posting here, after title and body.
const EMPLOYER_PART: usize = 2;

/// Employers in whose names a word must be to be a general one.
const EMPLOYERS: usize = 10;

/// What a word of an employer's name is beside a text of length 1: less than 1 makes its weight dearer.
const EMPLOYER_SCALE: f64 = 0.5;

/// A posting of the fit, with the numbers of its board and of its employer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<'f> {
    pub(super) board: usize,
    pub(super) group: usize,
    pub(super) features: &'f Features,
}

/// The terms that have learned weights: a column for each part and stem that enough postings hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    /// By part: title, body, employer.
    columns: [FxHashMap<u32, u32>; 3],
    /// Part and stem of each column.
    pub(super) terms: Vec<(usize, u32)>,
}

impl Vocabulary {
    /// Takes the stems that at least `floor` of the postings hold in a part, and postings of at least as
    /// many boards as `boards` says; of the names of employers those that at least ten employers share. No
    /// numbers.
    pub(super) fn of<'f>(
        postings: impl Iterator<Item = Held<'f>>,
        stems: &Stems,
        floor: usize,
        boards: usize,
    ) -> Self {
        /// Postings, boards, employers.
        type Holding = (usize, BTreeSet<usize>, BTreeSet<usize>);
        let mut holding: [BTreeMap<u32, Holding>; 3] = Default::default();
        for Held { board, group, features } in postings {
            let mut hold = |part: usize, stem: u32| {
                let (postings, of_boards, of_groups) = holding[part].entry(stem).or_default();
                *postings += 1;
                of_boards.insert(board);
                if part == EMPLOYER_PART {
                    of_groups.insert(group);
                }
            };
            for (part, frequencies) in features.frequencies.iter().enumerate() {
                frequencies.iter().for_each(|&(stem, _)| hold(part, stem));
            }
            features.employer.iter().for_each(|&stem| hold(EMPLOYER_PART, stem));
        }
        let mut vocabulary = Self::default();
        for (part, holding) in holding.into_iter().enumerate() {
            let enough = |stem: u32, (postings, of_boards, of_groups): &Holding| {
                let is_common = if part == EMPLOYER_PART {
                    of_groups.len() >= EMPLOYERS
                } else {
                    *postings >= floor
                };
                is_common && of_boards.len() >= boards && !is_number(&stems.names[stem as usize])
            };
            for (stem, _) in holding.into_iter().filter(|(stem, held)| enough(*stem, held)) {
                #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 terms")]
                let column = vocabulary.terms.len() as u32;
                vocabulary.columns[part].insert(stem, column);
                vocabulary.terms.push((part, stem));
            }
        }
        vocabulary
    }

    /// Returns how many terms of texts there are; those of employers come behind them.
    pub(super) fn of_texts(&self) -> usize {
        self.columns[..EMPLOYER_PART].iter().map(FxHashMap::len).sum()
    }

    /// Returns the words of a posting's employer as columns.
    pub(super) fn of_employer(&self, features: &Features) -> impl Iterator<Item = (u32, f64)> {
        let columns = &self.columns[EMPLOYER_PART];
        let known = features.employer.iter().filter_map(|stem| columns.get(stem).copied());
        known.map(|column| (column, EMPLOYER_SCALE))
    }

    /// Returns the columns of a stem in texts.
    pub(super) fn of_stem(&self, stem: u32) -> impl Iterator<Item = u32> {
        self.columns[..EMPLOYER_PART].iter().filter_map(move |columns| columns.get(&stem).copied())
    }

    /// Returns the terms of a posting's texts as columns, each part divided by its length.
    pub(super) fn vector(&self, features: &Features) -> Vec<(u32, f64)> {
        let mut vector = Vec::new();
        for (columns, part) in self.columns.iter().zip(&features.frequencies) {
            let start = vector.len();
            let known = part.iter().filter_map(|(stem, frequency)| {
                columns.get(stem).map(|&column| (column, f64::from(*frequency)))
            });
            vector.extend(known);
            let length = vector[start..].iter().map(|(_, x)| x * x).sum::<f64>().sqrt();
            for (_, x) in &mut vector[start..] {
                *x /= length;
            }
        }
        vector
    }

    /// Makes term weights of fitted columns: a row for each.
    pub(super) fn to_weights(
        &self,
        stems: &Stems,
        names: Vec<String>,
        weights: &[Vec<f64>],
    ) -> TermWeights {
        let mut terms = TermWeights::new(names);
        for (&(part, stem), weights) in self.terms.iter().zip(weights) {
            #[allow(clippy::cast_possible_truncation, reason = "three digits are kept")]
            let weights: Vec<_> = match part {
                EMPLOYER_PART => weights.iter().map(|w| (EMPLOYER_SCALE * w) as f32).collect(),
                _ => weights.iter().map(|&weight| weight as f32).collect(),
            };
            let part = if part == EMPLOYER_PART { EMPLOYER } else { part };
            terms.insert(&stems.names[stem as usize], stems.word(stem), part, &weights);
        }
        terms
    }
}
