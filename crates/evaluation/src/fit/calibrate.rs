use std::collections::{BTreeMap, BTreeSet};

use rolecall::classify::Classifier;
use rolecall::classify::DecisionOptions;
use rolecall::classify::model::{Model, all_open, logistic, thin_parts};
use rolecall::corpus::{
    ALONE, Calibration, Corpus, EMPLOYER, GateModel, Ranking, ScopeModel, TermWeights, ThinModel,
};

use super::features::{Features, Held, Stems, Vocabulary};
use super::fitting::{Beginning, Calibrated, Fitting, Folds};
use super::folds::deal;
use super::gates::{self, Gates};
use super::parallel::parallel;
use super::probability::{best_threshold, regression, sharpness};
use super::roles::{self, Roles};
use super::titles::Titles;
use super::{features, groups};
use crate::{EvaluateError, LabelledPosting, Outcome};

/// Folds inside those that fit: they tell how sure the fit may be.
const INNER_FOLDS: usize = 5;

/// Boards of such a fold, at least.
const BOARDS_PER_FOLD: usize = 3;

/// Labelled postings of either kind without which nothing is fitted.
const MIN_POSTINGS: usize = 20;

/// False alarms per 1,000 postings of a natural mix that the default operating point may have on boards
/// that a fit has not seen.
const MOST_FALSE_ALARMS: f64 = 5.0;

/// How much the likelihood of a posting counts against the penalty of the weights of gates.
const LIKELIHOOD: f64 = 2.0;

/// A posting of a board with `n` of them counts `n` to the power of this less: those of a large board are
/// more alike.
const CROWDING: f64 = 0.25;

/// Boards of which a term must come, where there are several times as many.
const BOARD_FLOOR: usize = 4;

/// How much the roles of a title alone count beside those of the whole posting; fully where there is nothing
/// else.
const TITLE_IN_RANKING: f64 = 0.3;

/// Words after which postings are cut, to see what is known of so few; 0 leaves the title.
const CUTS: [usize; 5] = [0, 20, 50, 100, 200];

/// The words with which half of what is different in short texts counts.
const THIN_WORDS: f64 = 50.0;

/// The name of the only gate of a taxonomy without conditions.
const ONE_GATE: &str = "scope";

/// Fits ranking, scope and confidence to labelled postings, and cross-validates the whole fit: learned
/// weights, gates, probabilities and threshold of each fold come from the other folds and from titles alone.
///
/// A term gets learned weights if enough postings of enough boards hold it, and if it is no number. What a
/// title says by itself is learned from titles alone. How sure few words make is learned from the
/// beginnings of postings that a fit has not seen.
/// The boosts of fields and the saturation are taken from the corpus as they are. The threshold is where
/// F1 is highest over the postings with weights, with at most 5 false alarms per 1,000 of the postings
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
    fitting: Fitting<'_>,
) -> Result<Calibrated, EvaluateError> {
    let in_scope = postings.iter().filter(|posting| posting.label.is_some()).count();
    let out_of_scope = postings.len() - in_scope;
    if in_scope.min(out_of_scope) < MIN_POSTINGS {
        return Err(EvaluateError::TooFew {
            found: format!("{in_scope} labelled postings in scope and {out_of_scope} out of it"),
            expected: "at least 20 of each",
        });
    }
    let classifier = Classifier::with_corpus(corpus.clone())?;
    let (features, cut_features, stems) = features::read(&classifier, postings, &CUTS);
    let groups = groups(postings);
    let boards = numbered(postings.iter().map(|posting| posting.board.as_str()));
    let titles = Titles::fit(corpus, fitting.titles, fitting.written);
    let alone = features.iter().map(|features| match &titles {
        Some(titles) => titles.sums(&stems, features),
        None => vec![0.0; corpus.taxonomy.conditions.len().max(1) + corpus.taxonomy.roles.len()],
    });
    let fit = Fit {
        corpus,
        postings,
        features: &features,
        beginnings: &cut_features,
        alone: alone.collect(),
        stems: &stems,
        groups: &groups,
        boards: &boards,
        titles: titles.as_ref(),
        term_floor: fitting.term_floor,
    };

    let all: Vec<usize> = (0..postings.len()).collect();
    let fold = match fitting.folds {
        Folds::Groups(count) => deal(&groups, &all, count.max(2)),
        Folds::Boards(count) => deal(&boards, &all, count.max(2)),
        Folds::Values => numbered(postings.iter().map(|posting| posting.by.as_str())),
    };
    let count = fold.iter().collect::<BTreeSet<_>>().len();
    if count < 2 {
        return Err(EvaluateError::TooFew {
            found: "all postings are of one fold: of one board, or of one value of the column that tells them apart".to_owned(),
            expected: "at least 2, so that one can be left out",
        });
    }
    let training = |left_out: usize| -> Vec<usize> {
        all.iter().copied().filter(|&n| fold[n] != left_out).collect()
    };
    // The last one leaves nothing out.
    let trainings: Vec<_> = (0..=count).map(training).collect();
    let mut fitted = fit.all(&trainings);
    let (calibration, terms) =
        fitted.pop().unwrap_or_else(|| (corpus.calibration.clone(), TermWeights::default()));
    let outcome = |n: usize, features: &Features| {
        let (calibration, terms) = &fitted[fold[n]];
        fit.outcome(calibration, terms, features)
    };
    let cross_validated = all.iter().map(|&n| outcome(n, &features[n])).collect();
    let cut = all.iter().flat_map(|&n| cut_features[n].iter().map(move |features| (n, features)));
    let beginnings = cut.map(|(posting, features)| Beginning {
        posting,
        words: features.words[1],
        outcome: outcome(posting, features),
    });
    let beginnings = beginnings.collect();
    let titles = titles.map(|titles| titles.figures);
    Ok(Calibrated { calibration, terms, cross_validated, beginnings, groups, titles })
}

/// Numbers values in the order of the alphabet.
fn numbered<'v>(values: impl Iterator<Item = &'v str> + Clone) -> Vec<usize> {
    let mut numbers: BTreeMap<&str, usize> = values.clone().map(|value| (value, 0)).collect();
    for (n, value) in numbers.values_mut().enumerate() {
        *value = n;
    }
    values.map(|value| numbers[value]).collect()
}

/// What all fits share.
struct Fit<'f> {
    corpus: &'f Corpus,
    postings: &'f [LabelledPosting],
    features: &'f [Features],
    /// Those of the beginnings of each posting.
    beginnings: &'f [Vec<Features>],
    /// What the title of each posting says by itself: log-odds of gates, and of roles.
    alone: Vec<Vec<f64>>,
    stems: &'f Stems,
    groups: &'f [usize],
    boards: &'f [usize],
    titles: Option<&'f Titles>,
    term_floor: usize,
}

/// The weights before they are turned into probabilities.
struct Raw {
    vocabulary: Vocabulary,
    gates: Gates,
    roles: Roles,
}

/// A posting that a fit has not seen.
struct LeftOut {
    posting: usize,
    /// The words of its body and the log-odds that all gates are open: of all of it, then of its
    /// beginnings.
    open: Vec<([u64; 2], f64)>,
    /// The log-odds that the gates of the title alone are all open.
    open_alone: f64,
    /// The log-odds of each role.
    roles: Vec<f64>,
}

impl Fit<'_> {
    /// Fits each set of postings: once on all of it, and once without each inner fold.
    fn all(&self, trainings: &[Vec<usize>]) -> Vec<(Calibration, TermWeights)> {
        let mut jobs: Vec<(&[usize], Vec<usize>, Vec<usize>)> = Vec::new();
        for training in trainings {
            let inner = deal(self.apart(training), training, INNER_FOLDS);
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
            let unseen: Vec<LeftOut> = left_out.iter().map(|&n| self.unseen(&raw, n)).collect();
            (raw, unseen)
        });
        let mut finished = Vec::new();
        while fitted.len() > INNER_FOLDS {
            let rest = fitted.split_off(INNER_FOLDS + 1);
            let unseen: Vec<LeftOut> =
                fitted.iter_mut().flat_map(|(_, unseen)| std::mem::take(unseen)).collect();
            if let Some((raw, _)) = fitted.pop() {
                finished.push(self.finish(&raw, &unseen));
            }
            fitted = rest;
        }
        finished
    }

    /// Returns what must stay together when a fit is tried on postings that it has not seen: boards, if there are
    /// enough of them. How sure a fit may be on another board, only other boards tell.
    fn apart(&self, training: &[usize]) -> &[usize] {
        let boards: BTreeSet<_> = training.iter().map(|&n| self.boards[n]).collect();
        if boards.len() >= BOARDS_PER_FOLD * INNER_FOLDS { self.boards } else { self.groups }
    }

    fn raw(&self, training: &[usize]) -> Raw {
        let mut of_board: BTreeMap<usize, usize> = BTreeMap::new();
        training.iter().for_each(|&n| *of_board.entry(self.boards[n]).or_insert(0) += 1);
        let crowded = |n: usize| (of_board[&self.boards[n]] as f64).powf(-CROWDING);
        let mean = training.iter().map(|&n| crowded(n)).sum::<f64>() / training.len() as f64;
        let vocabulary = Vocabulary::of(
            training.iter().map(|&n| Held {
                board: self.boards[n],
                group: self.groups[n],
                features: &self.features[n],
            }),
            self.stems,
            self.term_floor,
            (of_board.len() / BOARD_FLOOR).clamp(1, BOARD_FLOOR),
        );
        let columns = vocabulary.terms.len();
        let examples: Vec<_> = training
            .iter()
            .map(|&n| gates::Example {
                terms: Self::terms_of_gates(&vocabulary, &self.features[n]),
                dense: self.features[n].dense().collect(),
                in_scope: self.postings[n].label.is_some(),
                counts: LIKELIHOOD * crowded(n) / mean,
            })
            .collect();
        let seeds = gates::seeds(self.corpus, |stem| {
            self.stems.find(stem).map(|n| vocabulary.of_stem(n)).into_iter().flatten()
        });
        let gates = Gates::fit(&examples, columns, &seeds);
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
        let roles = Roles::fit(&examples, vocabulary.of_texts(), count);
        Raw { vocabulary, gates, roles }
    }

    /// Returns the terms of a posting that gates see: those of its texts, and the words of its employer.
    fn terms_of_gates(vocabulary: &Vocabulary, features: &Features) -> Vec<(u32, f64)> {
        let mut terms = vocabulary.vector(features);
        terms.extend(vocabulary.of_employer(features));
        terms
    }

    fn bm25_of_roles(&self, features: &Features) -> [Vec<f64>; 2] {
        let count = self.corpus.taxonomy.roles.len();
        [0, 1].map(|part| {
            features.bm25[part][..count].iter().map(|&score| f64::from(score)).collect()
        })
    }

    fn unseen(&self, raw: &Raw, n: usize) -> LeftOut {
        let open = |features: &Features| {
            let mut gates = raw.gates.intercepts.clone();
            for (x, weights) in features.dense().zip(&raw.gates.dense) {
                add(&mut gates, x, weights);
            }
            for (column, x) in Self::terms_of_gates(&raw.vocabulary, features) {
                add(&mut gates, x, &raw.gates.terms[column as usize]);
            }
            (features.words, all_open(&gates))
        };
        let features = &self.features[n];
        let terms = raw.vocabulary.vector(features);
        let mut roles = self.offsets(raw);
        let alone = &self.alone[n][raw.gates.intercepts.len()..];
        add(&mut roles, TITLE_IN_RANKING, alone);
        for (part, &weight) in self.bm25_of_roles(features).iter().zip(&raw.roles.bm25) {
            add(&mut roles, weight, part);
        }
        for &(column, x) in &terms {
            add(&mut roles, x, &raw.roles.terms[column as usize]);
        }
        let open = std::iter::once(features).chain(&self.beginnings[n]).map(open).collect();
        let mut gates_alone = self.alone[n][..raw.gates.intercepts.len()].to_vec();
        for (column, x) in raw.vocabulary.of_employer(features) {
            add(&mut gates_alone, x, &raw.gates.terms[column as usize]);
        }
        let open_alone = self.titles.map_or(0.0, |_| all_open(&gates_alone));
        LeftOut { posting: n, open, open_alone, roles }
    }

    /// Returns the log-odds of roles before anything is read.
    fn offsets(&self, raw: &Raw) -> Vec<f64> {
        let mut offsets = raw.roles.offsets.clone();
        if let Some(titles) = self.titles {
            add(&mut offsets, TITLE_IN_RANKING, &titles.offsets);
        }
        offsets
    }

    /// Turns weights into a calibration, by what they said of postings that they had not seen.
    fn finish(&self, raw: &Raw, unseen: &[LeftOut]) -> (Calibration, TermWeights) {
        let label = |n: usize| self.postings[n].label;
        let gates = raw.gates.intercepts.len();
        let numbers = |open_alone: f64, &(words, open): &([u64; 2], f64)| {
            let [share, times_open, times_alone] = thin_parts(THIN_WORDS, words, open, open_alone);
            [1.0, open, share, times_open, times_alone]
        };
        // Without a text the title alone decides.
        let scopes = unseen.iter().flat_map(|LeftOut { posting, open, open_alone, .. }| {
            let is_in = label(*posting).is_some();
            let with_text = open.iter().filter(|(words, _)| words[1] > 0);
            with_text.map(move |open| (numbers(*open_alone, open), is_in))
        });
        let scopes: Vec<_> = scopes.collect();
        let mut fitted = regression([0.0, 1.0, 0.0, 0.0, 0.0], &scopes);
        // Open gates never speak against the scope.
        fitted[1] = fitted[1].max(0.0);
        fitted[3] = fitted[3].max(-fitted[1]);
        let [intercept, slope, thin_intercept, thin_slope, thin_title] = fitted;
        let right: Vec<_> = unseen
            .iter()
            .filter_map(|LeftOut { posting, roles, .. }| Some((roles.clone(), label(*posting)?)))
            .collect();
        let sure = sharpness(&right);
        let has_weights = unseen.iter().any(|one| self.postings[one.posting].weight.is_some());
        let weighted: Vec<_> = unseen
            .iter()
            .filter_map(|LeftOut { posting, open, open_alone, .. }| {
                let weight = self.postings[*posting].weight;
                let weight = if has_weights { weight? } else { 1.0 };
                let numbers = numbers(*open_alone, open.first()?);
                let log_odds = fitted.iter().zip(numbers).map(|(weight, x)| weight * x).sum();
                Some((logistic(log_odds), label(*posting).is_some(), weight))
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
                    .zip(self.offsets(raw))
                    .map(|(id, offset)| (id, round(offset * points)))
                    .collect(),
            },
            scope: ScopeModel {
                threshold: round(best_threshold(&weighted, most_false_alarms)),
                prevalence: round(inside / all),
                enough_known: before.scope.enough_known,
                intercept: round(intercept),
                slope: round(slope),
                thin: Some(ThinModel {
                    words: THIN_WORDS,
                    intercept: round(thin_intercept),
                    slope: round(thin_slope),
                    title: round(thin_title),
                }),
                title: self.titles.map(|titles| {
                    titles.model(&self.gate_names(gates), 1.0 / TITLE_IN_RANKING, round)
                }),
                gates: self.gates(&raw.gates),
            },
        };
        let names = Corpus::term_columns(&self.corpus.taxonomy, &calibration);
        // Words of employers say nothing of roles.
        let roles = raw.roles.terms.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
        let of_both = raw.gates.terms.iter().zip(roles).map(|(gates, roles)| {
            let roles = roles.iter().map(|weight| weight * points);
            gates.iter().copied().chain(roles).collect()
        });
        let weights: Vec<Vec<f64>> = of_both.collect();
        let mut weights = raw.vocabulary.to_weights(self.stems, names, &weights);
        if let Some(titles) = self.titles {
            titles.add_to(&mut weights, points * TITLE_IN_RANKING);
        }
        (calibration, weights)
    }

    fn gate_names(&self, gates: usize) -> Vec<String> {
        let conditions = self.corpus.taxonomy.conditions.iter();
        let names = conditions.map(|condition| condition.id.as_str()).chain([ONE_GATE]);
        names.take(gates).map(str::to_owned).collect()
    }

    fn gates(&self, fitted: &Gates) -> Vec<GateModel> {
        let names = self.gate_names(fitted.intercepts.len());
        names
            .into_iter()
            .enumerate()
            .map(|(gate, name)| {
                let weight = |number: usize| round(fitted.dense[number][gate]);
                let profiles = self.corpus.taxonomy.profile_count();
                let ids = self.corpus.taxonomy.documents().map(|profile| profile.id.to_owned());
                GateModel {
                    name,
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

    /// Adds up the weights of stems for a part, each once.
    fn summed(
        &self,
        terms: &TermWeights,
        part: usize,
        stems: &mut dyn Iterator<Item = u32>,
    ) -> Vec<f32> {
        let mut sums = vec![0.0; terms.width()];
        for stem in stems {
            if let Some(weights) = terms.weights(&self.stems.names[stem as usize], part) {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
            }
        }
        sums
    }

    /// Returns the outcome of a posting under a calibration, as the classifier would have it.
    fn outcome(
        &self,
        calibration: &Calibration,
        terms: &TermWeights,
        features: &Features,
    ) -> Outcome {
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
        let mut title = features.frequencies[0].iter().map(|&(stem, _)| stem);
        let alone = self.summed(terms, ALONE, &mut title);
        let employer = self.summed(terms, EMPLOYER, &mut features.employer.iter().copied());
        let model = Model::new(&self.corpus.taxonomy, calibration);
        let sums = features.sums(&learned, &alone, &employer);
        model.decide(sums, features.words_known, DecisionOptions::default()).into()
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
