use std::collections::BTreeMap;

use super::features::{Features, Stems, Vocabulary};
use super::folds::deal;
use super::gates::{self, Gates};
use super::parallel::parallel;
use super::probability::{best_threshold, platt, sharpness};
use super::roles::{self, Roles};
use super::{features, groups};
use crate::Error;
use crate::classify::Choices;
use crate::classify::Classifier;
use crate::classify::model::{Model, all_open, logistic};
use crate::corpus::{Calibration, Corpus, GateModel, Ranking, ScopeModel, TermWeights};
use crate::evaluate::{EvaluateError, LabelledPosting, Outcome};
use crate::text::Analyzer;

/// Folds inside those that fit: they tell how sure the fit may be.
const INNER_FOLDS: usize = 5;

/// Labelled postings of either kind without which nothing is fitted.
const MIN_POSTINGS: usize = 20;

/// False alarms per 1,000 postings of a natural mix that the default operating point may have on the
/// labels: fewer than the five that are asked for, because other boards will bring more.
const MOST_FALSE_ALARMS: f64 = 4.0;

/// The name of the only gate of a taxonomy without conditions.
const ONE_GATE: &str = "scope";

/// Which postings measure while the others fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folds {
    /// This many folds; an employer's postings and near-duplicates are never in two.
    Groups(usize),
    /// A fold for each value of the column that is reported apart.
    Values,
}

/// What was fitted, and how well it does on postings that it was not fitted on.
#[derive(Debug, Clone)]
pub struct Calibrated {
    /// The weights, and the models of ranking and scope.
    pub calibration: Calibration,
    /// The learned weights of terms.
    pub terms: TermWeights,
    /// The outcome of each posting, by a fit that saw neither it nor its group.
    pub cross_validated: Vec<Outcome>,
    /// The group of each posting.
    pub groups: Vec<usize>,
}

/// Fits ranking, scope and confidence to labelled postings, and cross-validates the whole fit: learned
/// weights, gates, probabilities and threshold of each fold come from the other folds alone.
///
/// A term gets learned weights if at least `term_floor` of the postings that fit hold it.
/// The boosts of fields and the saturation are taken from the corpus as they are. The threshold is where
/// F1 is highest over the postings with weights, with at most 4 false alarms per 1,000 of the postings
/// that these stand for; or over all postings if none has a weight. The result depends on the
/// input alone, whatever the number of threads. Takes about a minute for 5,000 postings on two cores.
///
/// # Errors
///
/// Returns an error if there are fewer than 20 postings in scope or out of scope, or if the index can't be
/// built.
pub fn calibrate(
    corpus: &Corpus,
    postings: &[LabelledPosting],
    folds: Folds,
    term_floor: usize,
) -> Result<Calibrated, Error> {
    let in_scope = postings.iter().filter(|posting| posting.label.is_some()).count();
    let out_of_scope = postings.len() - in_scope;
    if in_scope.min(out_of_scope) < MIN_POSTINGS {
        return Err(EvaluateError::TooFew {
            found: format!("{in_scope} labelled postings in scope and {out_of_scope} out of it"),
            expected: "at least 20 of each",
        }
        .into());
    }
    let classifier = Classifier::with_corpus(corpus.clone())?;
    let (features, stems) = features::read(&classifier, postings);
    let groups = groups(postings);
    let fit =
        Fit { corpus, postings, features: &features, stems: &stems, groups: &groups, term_floor };

    let all: Vec<usize> = (0..postings.len()).collect();
    let fold = outer_folds(postings, &groups, &all, folds);
    let count = fold.iter().max().map_or(0, |last| last + 1);
    let training = |left_out: usize| -> Vec<usize> {
        all.iter().copied().filter(|&n| fold[n] != left_out).collect()
    };
    // The last one leaves nothing out.
    let trainings: Vec<_> = (0..=count).map(training).collect();
    let mut fitted = fit.all(&trainings);
    let (calibration, terms) =
        fitted.pop().unwrap_or_else(|| (corpus.calibration.clone(), TermWeights::default()));
    let cross_validated = all
        .iter()
        .map(|&n| {
            let (calibration, terms) = &fitted[fold[n]];
            fit.outcome(calibration, terms, n)
        })
        .collect();
    Ok(Calibrated { calibration, terms, cross_validated, groups })
}

fn outer_folds(
    postings: &[LabelledPosting],
    groups: &[usize],
    all: &[usize],
    folds: Folds,
) -> Vec<usize> {
    match folds {
        Folds::Groups(count) => deal(groups, all, count.max(2)),
        Folds::Values => {
            let mut values: BTreeMap<&str, usize> = BTreeMap::new();
            for posting in postings {
                values.entry(&posting.by).or_insert(0);
            }
            for (n, value) in values.values_mut().enumerate() {
                *value = n;
            }
            postings.iter().map(|posting| values[posting.by.as_str()]).collect()
        }
    }
}

/// What all fits share.
struct Fit<'f> {
    corpus: &'f Corpus,
    postings: &'f [LabelledPosting],
    features: &'f [Features],
    stems: &'f Stems,
    groups: &'f [usize],
    term_floor: usize,
}

/// The weights before they are turned into probabilities.
struct Raw {
    vocabulary: Vocabulary,
    gates: Gates,
    roles: Roles,
}

/// A posting that a fit has not seen: the log-odds that all gates are open, and of each role.
type Unseen = (usize, f64, Vec<f64>);

impl Fit<'_> {
    /// Fits each set of postings: once on all of it, and once without each inner fold.
    fn all(&self, trainings: &[Vec<usize>]) -> Vec<(Calibration, TermWeights)> {
        let mut jobs: Vec<(&[usize], Vec<usize>, Vec<usize>)> = Vec::new();
        for training in trainings {
            let inner = deal(self.groups, training, INNER_FOLDS);
            let part = |keep: &dyn Fn(usize) -> bool| -> Vec<usize> {
                let chosen = training.iter().zip(&inner).filter(|(_, fold)| keep(**fold));
                chosen.map(|(&n, _)| n).collect()
            };
            for fold in 0..INNER_FOLDS {
                jobs.push((training, part(&|other| other != fold), part(&|other| other == fold)));
            }
            jobs.push((training, training.clone(), Vec::new()));
        }
        let mut fitted = parallel(&jobs, |(_, training, left_out)| {
            let raw = self.raw(training);
            let unseen: Vec<Unseen> = left_out.iter().map(|&n| self.unseen(&raw, n)).collect();
            (raw, unseen)
        });
        let mut finished = Vec::new();
        while fitted.len() > INNER_FOLDS {
            let rest = fitted.split_off(INNER_FOLDS + 1);
            let unseen: Vec<Unseen> =
                fitted.iter_mut().flat_map(|(_, unseen)| std::mem::take(unseen)).collect();
            if let Some((raw, _)) = fitted.pop() {
                finished.push(self.finish(&raw, &unseen));
            }
            fitted = rest;
        }
        finished
    }

    fn raw(&self, training: &[usize]) -> Raw {
        let vocabulary =
            Vocabulary::of(training.iter().map(|&n| &self.features[n]), self.term_floor);
        let columns = vocabulary.terms.len();
        let examples: Vec<_> = training
            .iter()
            .map(|&n| gates::Example {
                terms: vocabulary.vector(&self.features[n]),
                dense: self.features[n].dense().collect(),
                in_scope: self.postings[n].label.is_some(),
            })
            .collect();
        let gates = Gates::fit(&examples, columns, &self.seeds(&vocabulary));
        let count = self.corpus.taxonomy.roles.len();
        let examples: Vec<_> = training
            .iter()
            .filter_map(|&n| {
                Some(roles::Example {
                    terms: vocabulary.vector(&self.features[n]),
                    bm25: self.bm25_of_roles(&self.features[n]),
                    role: self.postings[n].label?,
                })
            })
            .collect();
        let roles = Roles::fit(&examples, columns, count);
        Raw { vocabulary, gates, roles }
    }

    fn bm25_of_roles(&self, features: &Features) -> [Vec<f64>; 2] {
        let count = self.corpus.taxonomy.roles.len();
        [0, 1].map(|part| {
            features.bm25[part][..count].iter().map(|&score| f64::from(score)).collect()
        })
    }

    /// Returns the columns of each condition's words; one gate without any for a taxonomy without
    /// conditions.
    fn seeds(&self, vocabulary: &Vocabulary) -> Vec<Vec<u32>> {
        let conditions = &self.corpus.taxonomy.conditions;
        if conditions.is_empty() {
            return vec![Vec::new()];
        }
        let mut analyzer = Analyzer::new(&self.corpus.stop_words);
        let columns = |words: &[String]| {
            let mut seeds = Vec::new();
            for word in words {
                analyzer.stems(word, |stem| {
                    seeds.extend(
                        self.stems.find(stem).map(|n| vocabulary.of_stem(n)).into_iter().flatten(),
                    );
                });
            }
            seeds
        };
        conditions.iter().map(|condition| condition.words.as_slice()).map(columns).collect()
    }

    fn unseen(&self, raw: &Raw, n: usize) -> Unseen {
        let features = &self.features[n];
        let terms = raw.vocabulary.vector(features);
        let mut gates = raw.gates.intercepts.clone();
        for (x, weights) in features.dense().zip(&raw.gates.dense) {
            add(&mut gates, x, weights);
        }
        for &(column, x) in &terms {
            add(&mut gates, x, &raw.gates.terms[column as usize]);
        }
        let mut roles = raw.roles.offsets.clone();
        for (part, &weight) in self.bm25_of_roles(features).iter().zip(&raw.roles.bm25) {
            add(&mut roles, weight, part);
        }
        for &(column, x) in &terms {
            add(&mut roles, x, &raw.roles.terms[column as usize]);
        }
        (n, all_open(&gates), roles)
    }

    /// Turns weights into a calibration, by what they said of postings that they had not seen.
    fn finish(&self, raw: &Raw, unseen: &[Unseen]) -> (Calibration, TermWeights) {
        let label = |n: usize| self.postings[n].label;
        let scopes: Vec<_> =
            unseen.iter().map(|(n, open, _)| (*open, label(*n).is_some())).collect();
        let (intercept, slope) = platt(&scopes);
        let right: Vec<_> = unseen
            .iter()
            .filter_map(|(n, _, scores)| label(*n).map(|role| (scores.clone(), role)))
            .collect();
        let sure = sharpness(&right);
        let has_weights = unseen.iter().any(|(n, ..)| self.postings[*n].weight.is_some());
        let weighted: Vec<_> = unseen
            .iter()
            .filter_map(|(n, open, _)| {
                let weight = self.postings[*n].weight;
                let weight = if has_weights { weight? } else { 1.0 };
                Some((logistic(intercept + slope * open), label(*n).is_some(), weight))
            })
            .collect();
        // Without weights the mix is the labels' own, of which nothing natural can be asked.
        let most_false_alarms = if has_weights { MOST_FALSE_ALARMS } else { f64::INFINITY };
        let all: f64 = weighted.iter().map(|(_, _, weight)| weight).sum();
        let inside: f64 = weighted.iter().filter(|row| row.1).map(|row| row.2).sum();

        // Scores are in points of BM25 of the title.
        let points = 1.0 / raw.roles.bm25[0].max(1e-3);
        let before = &self.corpus.calibration;
        let role_ids = self.corpus.taxonomy.roles.iter().map(|role| role.id.clone());
        let calibration = Calibration {
            weights: before.weights,
            saturation: before.saturation,
            ranking: Ranking {
                body: round(raw.roles.bm25[1] * points),
                sharpness: round(sure / points),
                offsets: role_ids
                    .zip(&raw.roles.offsets)
                    .map(|(id, offset)| (id, round(offset * points)))
                    .collect(),
            },
            scope: ScopeModel {
                threshold: round(best_threshold(&weighted, most_false_alarms)),
                prevalence: round(inside / all),
                enough_known: before.scope.enough_known,
                intercept: round(intercept),
                slope: round(slope),
                gates: self.gates(&raw.gates),
            },
        };
        let names = Corpus::term_columns(&self.corpus.taxonomy, &calibration);
        let of_both = raw.gates.terms.iter().zip(&raw.roles.terms).map(|(gates, roles)| {
            let roles = roles.iter().map(|weight| weight * points);
            gates.iter().copied().chain(roles).collect()
        });
        let weights: Vec<Vec<f64>> = of_both.collect();
        (calibration, raw.vocabulary.to_weights(self.stems, names, &weights))
    }

    fn gates(&self, fitted: &Gates) -> Vec<GateModel> {
        let conditions = &self.corpus.taxonomy.conditions;
        (0..fitted.intercepts.len())
            .map(|gate| {
                let weight = |number: usize| round(fitted.dense[number][gate]);
                let profiles = self.corpus.taxonomy.profile_count();
                let ids = self.corpus.taxonomy.documents().map(|profile| profile.id.to_owned());
                GateModel {
                    name: conditions
                        .get(gate)
                        .map_or(ONE_GATE, |condition| &condition.id)
                        .to_owned(),
                    intercept: round(fitted.intercepts[gate]),
                    balance: weight(0),
                    title_balance: weight(1),
                    body_balance: weight(2),
                    strength: weight(3),
                    profiles: ids
                        .enumerate()
                        .map(|(n, id)| (id, [weight(4 + n), weight(4 + profiles + n)]))
                        .collect(),
                }
            })
            .collect()
    }

    /// Returns the outcome of a posting under a calibration, as the classifier would have it.
    fn outcome(&self, calibration: &Calibration, terms: &TermWeights, n: usize) -> Outcome {
        let features = &self.features[n];
        let mut learned = vec![0.0_f32; terms.width()];
        for (part, frequencies) in features.frequencies.iter().enumerate() {
            let known: Vec<_> = frequencies
                .iter()
                .filter_map(|&(stem, frequency)| {
                    let weights = terms.weights(&self.stems.names[stem as usize], part)?;
                    Some((frequency, weights))
                })
                .collect();
            let length = known.iter().map(|(x, _)| x * x).sum::<f32>().sqrt();
            for (x, weights) in known {
                for (sum, weight) in learned.iter_mut().zip(weights) {
                    *sum += x / length * weight;
                }
            }
        }
        let model = Model::new(&self.corpus.taxonomy, calibration);
        model.decide(features.sums(&learned), features.words_known, Choices::default()).into()
    }
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += times * what;
    }
}

/// Five significant digits are more than the labels can tell.
fn round(number: f64) -> f64 {
    format!("{number:.4e}").parse().unwrap_or(number)
}
