//! What is fitted on: the scores and terms of labelled postings.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::classify::Classifier;
use crate::classify::model::{Balances, Sums};
use crate::corpus::TermWeights;
use crate::evaluate::LabelledPosting;
use crate::posting::Posting;
use crate::score::Scorer;
use crate::text::{Analyzer, strip_markup, words};

/// A posting as the fit sees it.
#[derive(Debug, Clone)]
pub(super) struct Features {
    /// BM25 of each profile from title and body.
    pub(super) bm25: [Vec<f32>; 2],
    pub(super) balances: Balances,
    /// Saturated frequencies of all stems, for each part: number of the stem in [`Stems`], in order.
    pub(super) frequencies: [Vec<(u32, f32)>; 2],
    pub(super) words_known: f64,
}

impl Features {
    /// Returns the numbers of a posting that are no terms: what a gate sees of them.
    pub(super) fn dense(&self) -> impl Iterator<Item = f64> {
        let bm25 = self.bm25.iter().flatten().map(|&score| f64::from(score));
        self.balances.balance.into_iter().chain([self.balances.strength]).chain(bm25)
    }

    /// Returns the sums that a model needs, given learned sums.
    pub(super) fn sums<'s>(&'s self, learned: &'s [f32]) -> Sums<'s> {
        Sums { bm25: [&self.bm25[0], &self.bm25[1]], learned }
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

/// Reads the features of every posting.
pub(super) fn read(
    classifier: &Classifier,
    postings: &[LabelledPosting],
) -> (Vec<Features>, Stems) {
    let mut reader = Reader {
        classifier,
        scorer: classifier.table().scorer(),
        analyzer: Analyzer::new(&classifier.corpus().stop_words),
        stems: Stems::default(),
    };
    let features = postings
        .iter()
        .map(|posting| {
            let body: Vec<_> = posting.body.iter().map(String::as_str).collect();
            reader.read(&posting.title, &body)
        })
        .collect();
    (features, reader.stems)
}

struct Reader<'c> {
    classifier: &'c Classifier,
    scorer: Scorer<'c>,
    analyzer: Analyzer,
    stems: Stems,
}

impl Reader<'_> {
    fn read(&mut self, title: &str, body: &[&str]) -> Features {
        let corpus = self.classifier.corpus();
        let texts = body.iter().map(|&text| text.into()).collect();
        self.scorer.score(&Posting { title: title.into(), body: texts });
        let bm25 = self.scorer.parts().map(|part| part.bm25.to_vec());
        let saturation = corpus.calibration.saturation;
        Features {
            balances: Balances::of([&bm25[0], &bm25[1]], corpus.taxonomy.roles.len()),
            bm25,
            frequencies: [
                self.count(&[title], saturation.title),
                self.count(body, saturation.body),
            ],
            words_known: self.scorer.words_known(),
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
        let saturated = |(stem, count)| (stem, crate::score::saturate(k3, count));
        counts.into_iter().map(saturated).collect()
    }
}

/// The terms that have learned weights: a column for each part and stem that enough postings hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    columns: [FxHashMap<u32, u32>; 2],
    /// Part and stem of each column.
    pub(super) terms: Vec<(usize, u32)>,
}

impl Vocabulary {
    /// Takes the stems that at least `floor` of the postings hold in a part.
    pub(super) fn of<'f>(postings: impl Iterator<Item = &'f Features>, floor: usize) -> Self {
        let mut holding: [BTreeMap<u32, usize>; 2] = Default::default();
        for features in postings {
            for (holding, part) in holding.iter_mut().zip(&features.frequencies) {
                for (stem, _) in part {
                    *holding.entry(*stem).or_insert(0) += 1;
                }
            }
        }
        let mut vocabulary = Self::default();
        for (part, holding) in holding.into_iter().enumerate() {
            for (stem, _) in holding.into_iter().filter(|&(_, postings)| postings >= floor) {
                #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 terms")]
                let column = vocabulary.terms.len() as u32;
                vocabulary.columns[part].insert(stem, column);
                vocabulary.terms.push((part, stem));
            }
        }
        vocabulary
    }

    /// Returns the columns of a stem.
    pub(super) fn of_stem(&self, stem: u32) -> impl Iterator<Item = u32> {
        self.columns.iter().filter_map(move |columns| columns.get(&stem).copied())
    }

    /// Returns the terms of a posting as columns, each part divided by its length.
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

    /// Makes term weights of fitted columns: `weights[column * width..][..width]`.
    pub(super) fn to_weights(
        &self,
        stems: &Stems,
        names: Vec<String>,
        weights: &[Vec<f64>],
    ) -> TermWeights {
        let mut terms = TermWeights::new(names);
        for (&(part, stem), weights) in self.terms.iter().zip(weights) {
            #[allow(clippy::cast_possible_truncation, reason = "three digits are kept")]
            let weights: Vec<_> = weights.iter().map(|&weight| weight as f32).collect();
            terms.insert(&stems.names[stem as usize], stems.word(stem), part, &weights);
        }
        terms
    }
}
