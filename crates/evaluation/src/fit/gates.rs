//! Fits the gates of the scope: a product of logistic models, each of which must say yes.

use rolecall::classify::model::{all_open, logistic};
use rolecall::corpus::Corpus;
use rolecall::text::Analyzer;

use super::lbfgs::minimize;

/// How large a standard deviation of a number that is no term is beside a term: less than 1 makes its
/// weight dearer.
const DENSE_SCALE: f64 = 0.05;

const STEPS: usize = 200;

/// The first guesses of the gates differ by chance, or they would stay alike for ever.
const START: f64 = 0.05;

const SEED: u64 = 2010;

/// A posting for this fit: its terms by column, its other numbers, and whether it is in scope.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub(super) terms: Vec<(u32, f64)>,
    pub(super) dense: Vec<f64>,
    pub(super) in_scope: bool,
    /// How much its likelihood counts against the penalty of the weights.
    pub(super) counts: f64,
}

/// The fitted gates.
#[derive(Debug, Clone)]
pub(super) struct Gates {
    pub(super) intercepts: Vec<f64>,
    /// By column, a weight for each gate.
    pub(super) terms: Vec<Vec<f64>>,
    /// By number, a weight for each gate.
    pub(super) dense: Vec<Vec<f64>>,
}

impl Gates {
    /// Fits gates: maximizes the likelihood of `Π logistic(gate)`, with a quadratic penalty on weights.
    /// `seeds` holds, for each gate, the columns that speak for it from the start.
    pub(super) fn fit(examples: &[Example], columns: usize, seeds: &[Vec<u32>]) -> Self {
        let gates = seeds.len();
        let numbers = examples.first().map_or(0, |example| example.dense.len());
        let scales = scales(examples, numbers);
        let width = columns + numbers;
        let bias = width * gates;
        let mut random = fastrand::Rng::with_seed(SEED);
        let mut start: Vec<f64> = (0..bias).map(|_| START * (random.f64() - 0.5) * 3.4).collect();
        start.resize(bias + gates, 1.0);
        for (gate, seeds) in seeds.iter().enumerate() {
            for &column in seeds {
                start[column as usize * gates + gate] += 1.0;
            }
        }
        let dense: Vec<Vec<f64>> = examples
            .iter()
            .map(|example| example.dense.iter().zip(&scales).map(|(x, s)| x * s).collect())
            .collect();
        let fitted = minimize(start, STEPS, |point, gradient| {
            let mut value = 0.0;
            for (slope, weight) in gradient[..bias].iter_mut().zip(&point[..bias]) {
                *slope = *weight;
                value += weight * weight / 2.0;
            }
            gradient[bias..].fill(0.0);
            let mut log_odds = vec![0.0; gates];
            for (example, dense) in examples.iter().zip(&dense) {
                log_odds.copy_from_slice(&point[bias..]);
                let dense = (columns..).zip(dense).map(|(row, &x)| (row, x));
                let all = example.terms.iter().map(|&(column, x)| (column as usize, x));
                let all = all.chain(dense);
                for (row, x) in all.clone() {
                    for (sum, weight) in log_odds.iter_mut().zip(&point[row * gates..]) {
                        *sum += x * weight;
                    }
                }
                // With P = Π p: d ln P / dz = 1 - p, d ln (1 - P) / dz = -P / (1 - P) (1 - p).
                let open = all_open(&log_odds);
                let probability = logistic(open);
                let towards = if example.in_scope {
                    value -= example.counts * probability.max(1e-300).ln();
                    -1.0
                } else {
                    value -= example.counts * logistic(-open).max(1e-300).ln();
                    open.min(700.0).exp()
                };
                for sum in &mut log_odds {
                    *sum = example.counts * towards * (1.0 - logistic(*sum));
                }
                for (row, x) in all {
                    for (slope, of_gate) in gradient[row * gates..].iter_mut().zip(&log_odds) {
                        *slope += x * of_gate;
                    }
                }
                for (slope, of_gate) in gradient[bias..].iter_mut().zip(&log_odds) {
                    *slope += of_gate;
                }
            }
            value
        });
        let row = |row: usize, scale: f64| -> Vec<f64> {
            fitted[row * gates..][..gates].iter().map(|weight| weight * scale).collect()
        };
        Self {
            intercepts: fitted[bias..].to_vec(),
            terms: (0..columns).map(|column| row(column, 1.0)).collect(),
            dense: (columns..).zip(&scales).map(|(number, &scale)| row(number, scale)).collect(),
        }
    }
}

/// Returns the columns of each condition's words, given those of a stem; one gate without any for a
/// taxonomy without conditions.
pub(super) fn seeds<C: IntoIterator<Item = u32>>(
    corpus: &Corpus,
    of_stem: impl Fn(&str) -> C,
) -> Vec<Vec<u32>> {
    let conditions = &corpus.taxonomy.conditions;
    if conditions.is_empty() {
        return vec![Vec::new()];
    }
    let mut analyzer = Analyzer::new(&corpus.stop_words);
    let mut columns = |words: &[String]| {
        let mut columns = Vec::new();
        words.iter().for_each(|word| analyzer.stems(word, |stem| columns.extend(of_stem(stem))));
        columns
    };
    conditions.iter().map(|condition| columns(&condition.words)).collect()
}

/// Returns what each number is multiplied by: it makes the standard deviation what it should be.
fn scales(examples: &[Example], numbers: usize) -> Vec<f64> {
    let count = examples.len() as f64;
    (0..numbers)
        .map(|n| {
            let mean = examples.iter().map(|example| example.dense[n]).sum::<f64>() / count;
            let squares = examples.iter().map(|example| (example.dense[n] - mean).powi(2));
            let deviation = (squares.sum::<f64>() / count).sqrt();
            if deviation > 0.0 { DENSE_SCALE / deviation } else { 0.0 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In scope is who has both of two terms: no sum of weights with few examples says it as well.
    #[test]
    fn both_conditions_are_learned() {
        let example = |terms: &[u32]| Example {
            terms: terms.iter().map(|&column| (column, 1.0)).collect(),
            dense: vec![],
            in_scope: terms == [0, 1],
            counts: 5.0,
        };
        let kinds: [&[u32]; 4] = [&[], &[0], &[1], &[0, 1]];
        let examples: Vec<_> = (0..80).map(|n| example(kinds[n % 4])).collect();
        let gates = Gates::fit(&examples, 2, &[vec![0], vec![1]]);
        let probability = |terms: &[u32]| {
            let log_odds: Vec<_> = (0..2)
                .map(|gate| {
                    let of_terms = terms.iter().map(|&column| gates.terms[column as usize][gate]);
                    gates.intercepts[gate] + of_terms.sum::<f64>()
                })
                .collect();
            logistic(all_open(&log_odds))
        };
        assert!(probability(&[0, 1]) > 0.8);
        for kind in [&[][..], &[0], &[1]] {
            assert!(probability(kind) < 0.2, "{kind:?}: {}", probability(kind));
        }
        assert!(gates.terms[0][0] > gates.terms[0][1]);
    }
}
