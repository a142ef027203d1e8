//! Fits what a title says by itself.

use std::collections::{BTreeMap, BTreeSet};

use rolecall::classify::model::{all_open, logistic};
use rolecall::corpus::{ALONE, Corpus, TermWeights, TitleModel};
use rolecall::text::{Analyzer, strip_markup, words};

use super::features::{Features, Stems, is_number};
use super::gates::{self, Gates};
use super::parallel::parallel;
use super::probability::{lowest_threshold, platt};
use super::roles::{self, Roles};
use crate::LabelledPosting;

/// How much the likelihood of a title counts against the penalty of the weights.
const LIKELIHOOD: f64 = 10.0;

/// Titles that must hold a term for it to have weights.
const TERM_FLOOR: usize = 2;

/// Weights that move no gate and no role by more are left out.
const SMALLEST: f64 = 0.1;

/// False alarms per 1,000 titles of a natural mix. Nearly all titles that people have name no health care.
const MOST_FALSE_ALARMS: f64 = 0.3;

/// Words with which a text is no longer a title alone.
const WORDS_OF_A_TEXT: f64 = 20.0;

const FOLDS: usize = 5;

/// What titles say by themselves: the sum of a weight for each term, for gates and then for roles.
#[derive(Debug, Clone, Default)]
pub(super) struct Titles {
    terms: BTreeMap<String, Term>,
    starts: Vec<f64>,
    pub(super) offsets: Vec<f64>,
    intercept: f64,
    slope: f64,
    threshold: f64,
    pub(super) figures: TitleFigures,
}

/// How titles were answered by fits that had not seen them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TitleFigures {
    /// Titles that were found.
    pub natural: AnsweredTitles,
    /// Titles that were written to be learned from.
    pub written: AnsweredTitles,
}

/// Counts of titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AnsweredTitles {
    /// Titles in scope.
    pub in_scope: usize,
    /// Those of them that were tagged with a role.
    pub tagged: usize,
    /// Those of them that were tagged with the label, or with the second answer.
    pub right: usize,
    /// Titles out of scope.
    pub out_of_scope: usize,
    /// Those of them that were tagged with a role that no reader gave.
    pub false_alarms: usize,
}

#[derive(Debug, Clone, Default)]
struct Term {
    word: String,
    weights: Vec<f64>,
}

impl Titles {
    /// Fits labelled titles. Those of the files in `written` were written to be learned from: from where on
    /// titles are tagged is told by the others. Returns nothing if there are no titles.
    pub(super) fn fit(
        corpus: &Corpus,
        titles: &[LabelledPosting],
        written: &[String],
    ) -> Option<Self> {
        if titles.is_empty() {
            return None;
        }
        let (vectors, vocabulary) = read(corpus, titles);
        // Titles with the same terms stay together.
        let mut bags: BTreeMap<&[u32], usize> = vectors.iter().map(|bag| (&bag[..], 0)).collect();
        bags.values_mut().enumerate().for_each(|(n, fold)| *fold = n % FOLDS);
        let fold: Vec<_> = vectors.iter().map(|bag| bags[&bag[..]]).collect();
        let seeds = gates::seeds(corpus, |stem| {
            let found = vocabulary.binary_search_by(|(known, _)| known.as_str().cmp(stem));
            found.ok().and_then(|column| u32::try_from(column).ok())
        });
        let roles = corpus.taxonomy.roles.len();
        // The last fit leaves nothing out.
        let folds: Vec<usize> = (0..=FOLDS).collect();
        let fitted = parallel(&folds, |&left_out| {
            let chosen: Vec<_> = (0..titles.len()).filter(|&n| fold[n] != left_out).collect();
            Raw::fit(&chosen, titles, &vectors, vocabulary.len(), &seeds, roles)
        });
        let open = |n: usize| all_open(&fitted[fold[n]].gates(&vectors[n]));
        let open: Vec<_> = (0..titles.len()).map(open).collect();
        let is_in = |n: usize| titles[n].label.is_some();
        let all: Vec<_> = open.iter().enumerate().map(|(n, &open)| (open, is_in(n))).collect();
        let (intercept, slope) = platt(&all);
        // A role is no false alarm where a reader could defend it.
        let natural = (0..titles.len()).filter(|&n| {
            !written.contains(&titles[n].file) && (is_in(n) || titles[n].second.is_none())
        });
        let natural: Vec<_> =
            natural.map(|n| (logistic(intercept + slope * open[n]), is_in(n), 1.0)).collect();
        let threshold = lowest_threshold(&natural, MOST_FALSE_ALARMS);
        let mut figures = TitleFigures::default();
        for (n, title) in titles.iter().enumerate() {
            let is_written = written.contains(&title.file);
            let of = if is_written { &mut figures.written } else { &mut figures.natural };
            let is_tagged = logistic(intercept + slope * open[n]) >= threshold;
            let role = || Some(fitted[fold[n]].role(&vectors[n]));
            let is_right = || role() == title.label || Some(role()) == title.second;
            of.in_scope += usize::from(is_in(n));
            of.out_of_scope += usize::from(!is_in(n));
            of.tagged += usize::from(is_in(n) && is_tagged);
            of.right += usize::from(is_in(n) && is_tagged && is_right());
            of.false_alarms += usize::from(!is_in(n) && is_tagged && !is_right());
        }
        let whole = fitted.last()?;
        let mut terms = BTreeMap::new();
        for (column, (stem, word)) in vocabulary.into_iter().enumerate() {
            let weights: Vec<_> = whole.gates.terms[column]
                .iter()
                .chain(&whole.roles.terms[column])
                .copied()
                .collect();
            if weights.iter().any(|weight| weight.abs() >= SMALLEST) {
                terms.insert(stem, Term { word, weights });
            }
        }
        let starts = whole.gates.intercepts.clone();
        let offsets = whole.roles.offsets.clone();
        Some(Self { terms, starts, offsets, intercept, slope, threshold, figures })
    }

    /// Returns the sums of a posting's title: gates with their starts, then roles.
    pub(super) fn sums(&self, stems: &Stems, features: &Features) -> Vec<f64> {
        let mut sums = self.starts.clone();
        sums.resize(self.starts.len() + self.offsets.len(), 0.0);
        for (stem, _) in &features.frequencies[0] {
            if let Some(term) = self.terms.get(&stems.names[*stem as usize]) {
                sums.iter_mut().zip(&term.weights).for_each(|(sum, weight)| *sum += weight);
            }
        }
        sums
    }

    /// Returns the model without its weights, of which those of roles count `ranking` times more where there
    /// is nothing else; `round` says how exact it is.
    pub(super) fn model(
        &self,
        names: &[String],
        ranking: f64,
        round: impl Fn(f64) -> f64,
    ) -> TitleModel {
        TitleModel {
            words: WORDS_OF_A_TEXT,
            ranking: round(ranking),
            threshold: round(self.threshold),
            intercept: round(self.intercept),
            slope: round(self.slope),
            gates: names
                .iter()
                .cloned()
                .zip(self.starts.iter().map(|&start| round(start)))
                .collect(),
        }
    }

    /// Adds the weights to others, those of roles times `points`.
    pub(super) fn add_to(&self, weights: &mut TermWeights, points: f64) {
        let gates = self.starts.len();
        for (stem, term) in &self.terms {
            let scaled = term.weights.iter().enumerate();
            #[allow(clippy::cast_possible_truncation, reason = "three digits are kept")]
            let scaled: Vec<_> = scaled
                .map(
                    |(n, &weight)| if n < gates { weight as f32 } else { (weight * points) as f32 },
                )
                .collect();
            let is_known = [0, 1].iter().any(|&part| weights.weights(stem, part).is_some());
            let word = if is_known { weights.word(stem).to_owned() } else { term.word.clone() };
            weights.insert(stem, &word, ALONE, &scaled);
        }
    }
}

struct Raw {
    gates: Gates,
    roles: Roles,
}

impl Raw {
    fn fit(
        chosen: &[usize],
        titles: &[LabelledPosting],
        vectors: &[Vec<u32>],
        columns: usize,
        seeds: &[Vec<u32>],
        roles: usize,
    ) -> Self {
        let terms = |n: usize| vectors[n].iter().map(|&column| (column, 1.0)).collect();
        let examples: Vec<_> = chosen
            .iter()
            .map(|&n| gates::Example {
                terms: terms(n),
                dense: Vec::new(),
                in_scope: titles[n].label.is_some(),
                counts: LIKELIHOOD,
            })
            .collect();
        let gates = Gates::fit(&examples, columns, seeds);
        // Profiles hold titles, so that what BM25 says of these is not what it says of others.
        let nothing = || vec![0.0; roles];
        let of_roles = chosen.iter().filter_map(|&n| {
            let role = titles[n].label?;
            Some(roles::Example { terms: terms(n), bm25: [nothing(), nothing()], role })
        });
        let of_roles: Vec<_> = of_roles.collect();
        let roles = Roles::fit(&of_roles, columns, roles);
        Self { gates, roles }
    }

    /// Returns the likeliest role.
    fn role(&self, vector: &[u32]) -> usize {
        let roles = summed(&self.roles.offsets, &self.roles.terms, vector);
        (1..roles.len()).fold(0, |best, role| if roles[role] > roles[best] { role } else { best })
    }

    fn gates(&self, vector: &[u32]) -> Vec<f64> {
        summed(&self.gates.intercepts, &self.gates.terms, vector)
    }
}

/// Adds the weights of columns to a start.
fn summed(start: &[f64], weights: &[Vec<f64>], columns: &[u32]) -> Vec<f64> {
    let mut sums = start.to_vec();
    for &column in columns {
        sums.iter_mut().zip(&weights[column as usize]).for_each(|(sum, weight)| *sum += weight);
    }
    sums
}

/// Returns the columns of the terms of each title, and the stem and a word of each column.
fn read(corpus: &Corpus, titles: &[LabelledPosting]) -> (Vec<Vec<u32>>, Vec<(String, String)>) {
    let mut analyzer = Analyzer::new(&corpus.stop_words);
    let mut all: Vec<BTreeSet<String>> = Vec::with_capacity(titles.len());
    let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for title in titles {
        let mut stems = BTreeSet::new();
        for word in words(&strip_markup(&title.title)) {
            analyzer.stems(word, |stem| {
                if !is_number(stem) && stems.insert(stem.to_owned()) {
                    let entry = found.entry(stem.to_owned());
                    entry.or_insert_with(|| (0, word.to_lowercase())).0 += 1;
                }
            });
        }
        all.push(stems);
    }
    found.retain(|_, (titles, _)| *titles >= TERM_FLOOR);
    #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 terms")]
    let columns: BTreeMap<&str, u32> =
        found.keys().enumerate().map(|(n, stem)| (stem.as_str(), n as u32)).collect();
    let vector = |stems: BTreeSet<String>| -> Vec<u32> {
        stems.iter().filter_map(|stem| columns.get(stem.as_str()).copied()).collect()
    };
    let vectors = all.into_iter().map(vector).collect();
    (vectors, found.into_iter().map(|(stem, (_, word))| (stem, word)).collect())
}
