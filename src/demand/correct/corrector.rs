//! From the answers of a file to the counts of its roles.

use std::collections::BTreeMap;

use super::bootstrap::{Draws, interval};
use super::confusion::{Confusion, Pattern, Seen, posteriors};
use super::maximisation::WeightedRow;
use super::{CorrectionError, Evidence, expectation_maximisation, nearest_shares};
use crate::evaluate::Interval;

/// Expectation maximisation stops when no share changes by so much,
const TOLERANCE: f64 = 1e-7;

/// or after so many rounds.
const ROUNDS: usize = 2000;

/// Draws with fewer rounds, because each starts near its end.
const DRAWN_ROUNDS: usize = 300;

/// Steps of log-odds in which probabilities are told apart for expectation maximisation.
const STEP: f64 = 0.1;

/// Corrects counts for the classifier's errors.
#[derive(Debug, Clone)]
pub struct Corrector {
    classes: usize,
    labels: Vec<usize>,
    answers: Matrices,
    posteriors: Matrices,
    /// The shares where the classifier was fitted, and draws of them.
    prior: Vec<f64>,
    priors: Vec<Vec<f64>>,
}

/// A matrix and draws of it.
#[derive(Debug, Clone)]
struct Matrices {
    point: Confusion,
    drawn: Vec<Confusion>,
}

/// Corrected counts, and draws of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    counts: Vec<f64>,
    draws: Vec<Vec<f64>>,
}

/// The probabilities of the rows of a file, summed up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Posteriors {
    rows: u64,
    /// By class.
    sums: Vec<f64>,
    /// Rows by their two closest roles and the log-odds of these, in steps.
    bins: BTreeMap<[(usize, i32); 2], u64>,
}

impl Posteriors {
    /// Starts with no row of so many classes.
    pub fn new(classes: usize) -> Self {
        Self { rows: 0, sums: vec![0.0; classes], bins: BTreeMap::new() }
    }

    /// Adds a row: the probabilities of its two closest roles, of which the rest is that of the last class.
    pub fn add(&mut self, candidates: [(usize, f64); 2]) {
        self.rows += 1;
        let mut none = 1.0;
        for (class, p) in candidates {
            self.sums[class] += p;
            none -= p;
        }
        if let Some(sum) = self.sums.last_mut() {
            *sum += none;
        }
        let bin = candidates.map(|(class, p)| {
            let inside = p.clamp(1e-6, 1.0 - 1e-6);
            #[allow(clippy::cast_possible_truncation, reason = "from -139 to 139")]
            let step = ((inside / (1.0 - inside)).ln() / STEP).round() as i32;
            (class, step)
        });
        *self.bins.entry(bin).or_insert(0) += 1;
    }

    /// Returns how many rows were added.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the mean probability of each class.
    pub fn means(&self) -> Vec<f64> {
        let rows = self.rows.max(1) as f64;
        self.sums.iter().map(|sum| sum / rows).collect()
    }

    fn weighted(&self) -> Vec<WeightedRow> {
        let none = self.sums.len() - 1;
        let row = |(bin, &count): (&[(usize, i32); 2], &u64)| {
            let mut row: Vec<_> = bin
                .iter()
                .map(|&(class, step)| (class, 1.0 / (1.0 + (-f64::from(step) * STEP).exp())))
                .collect();
            let roles: f64 = row.iter().map(|(_, p)| p).sum();
            if roles > 1.0 {
                row.iter_mut().for_each(|(_, p)| *p /= roles);
            }
            row.push((none, (1.0 - roles).max(0.0)));
            (count as f64, row)
        };
        self.bins.iter().map(row).collect()
    }

    /// Returns a root of the covariance of the means of the roles (Cholesky).
    fn root(&self) -> Vec<Vec<f64>> {
        let roles = self.sums.len() - 1;
        let rows = self.rows.max(1) as f64;
        let means = self.means();
        let mut covariance = vec![vec![0.0; roles]; roles];
        for (count, row) in self.weighted() {
            for &(a, p) in row.iter().filter(|(class, _)| *class < roles) {
                for &(b, q) in row.iter().filter(|(class, _)| *class < roles) {
                    covariance[a][b] += count * p * q;
                }
            }
        }
        for a in 0..roles {
            for b in 0..roles {
                covariance[a][b] = (covariance[a][b] / rows - means[a] * means[b]) / rows;
            }
        }
        let mut root = vec![vec![0.0; roles]; roles];
        for a in 0..roles {
            for b in 0..=a {
                let known: f64 = (0..b).map(|k| root[a][k] * root[b][k]).sum();
                let rest = covariance[a][b] - known;
                root[a][b] = match a == b {
                    true => rest.max(0.0).sqrt(),
                    false if root[b][b] > 0.0 => rest / root[b][b],
                    false => 0.0,
                };
            }
        }
        root
    }
}

impl Corrector {
    /// Draws that are made of the labelled postings.
    pub const DRAWS: usize = 1000;

    /// Estimates the classifier's errors from labelled postings, and draws them anew so many times.
    ///
    /// # Errors
    ///
    /// Returns an error if there are fewer than 50 labelled postings in scope, or out of it.
    pub fn new(evidence: &Evidence, draws: usize) -> Result<Self, CorrectionError> {
        let labels = evidence.labels();
        let none = evidence.classes - 1;
        for (what, found) in
            [("in scope", labels[..none].iter().sum()), ("out of scope", labels[none])]
        {
            if found < Evidence::MIN_POSTINGS {
                let expected = Evidence::MIN_POSTINGS;
                return Err(CorrectionError::TooFew { what, found, expected });
            }
        }
        let weights = evidence.row_weights();
        let answers: Vec<Seen> = evidence.rows.iter().map(|row| vec![(row.answer, 1.0)]).collect();
        let probabilities = posteriors(evidence);
        let matrices = |number: u64, point: Confusion, seen: &[Seen]| {
            let pattern = Pattern::of(evidence, seen, &weights);
            let mut random = Draws::new(number);
            let draw = |_| random.confusion(evidence, seen, &weights, &pattern);
            Matrices { point, drawn: (0..draws).map(draw).collect() }
        };
        let natural: Vec<f64> = evidence.rows.iter().map(|row| row.weight.unwrap_or(0.0)).collect();
        let is_natural = natural.iter().any(|&weight| weight > 0.0);
        let natural = if is_natural { natural } else { vec![1.0; evidence.rows.len()] };
        let prior = |weights: &[f64]| {
            let mut sums = vec![1e-9; evidence.classes];
            for (seen, weight) in probabilities.iter().zip(weights) {
                seen.iter().for_each(|&(class, p)| sums[class] += weight * p);
            }
            let all: f64 = sums.iter().sum();
            sums.iter().map(|sum| sum / all).collect::<Vec<_>>()
        };
        let mut random = Draws::new(3);
        Ok(Self {
            classes: evidence.classes,
            answers: matrices(1, Confusion::of(evidence), &answers),
            posteriors: matrices(2, Confusion::of_posteriors(evidence), &probabilities),
            prior: prior(&natural),
            priors: (0..draws).map(|_| prior(&random.reweigh(evidence, &natural))).collect(),
            labels,
        })
    }

    /// Tells whether a role has enough labelled postings for its corrected count to be told.
    pub fn knows(&self, role: usize) -> bool {
        self.labels.get(role).is_some_and(|&labels| labels >= Evidence::MIN_OF_ROLE)
    }

    /// Returns the answers of a file as they are, with the interval that another file of the kind would be
    /// in.
    pub fn raw_count(&self, answers: &[u64], draws: usize) -> Corrected {
        let counts: Vec<f64> = answers.iter().map(|&count| count as f64).collect();
        let rows: f64 = counts.iter().sum();
        let mut random = Draws::new(7);
        let draw = |_| random.shares(&counts).iter().map(|share| share * rows).collect();
        Corrected { draws: (0..draws).map(draw).collect(), counts }
    }

    /// Corrects the answers of a file by adjusted count: how many rows are answered with each
    /// class, with at most so many draws. Takes about 20 microseconds for a draw.
    pub fn adjusted_count(&self, answers: &[u64], draws: usize) -> Corrected {
        let counts: Vec<f64> = answers.iter().map(|&count| count as f64).collect();
        let rows: f64 = counts.iter().sum();
        let shares: Vec<f64> = counts.iter().map(|count| count / rows.max(1.0)).collect();
        let mut random = Draws::new(4);
        let solve = |confusion: &Confusion, shares: &[f64]| {
            let found = nearest_shares(&confusion.matrix, shares);
            found.into_iter().map(|share| share * rows).collect()
        };
        Corrected {
            counts: solve(&self.answers.point, &shares),
            draws: self
                .answers
                .drawn
                .iter()
                .take(draws)
                .map(|confusion| solve(confusion, &random.shares(&counts)))
                .collect(),
        }
    }

    /// Corrects the mean probabilities of a file by probabilistic adjusted count.
    pub fn probabilistic_adjusted_count(&self, found: &Posteriors, draws: usize) -> Corrected {
        let rows = found.rows as f64;
        let root = found.root();
        let mut random = Draws::new(5);
        let solve = |confusion: &Confusion, means: &[f64]| {
            let found = nearest_shares(&confusion.matrix, means);
            found.into_iter().map(|share| share * rows).collect()
        };
        Corrected {
            counts: solve(&self.posteriors.point, &found.means()),
            draws: self
                .posteriors
                .drawn
                .iter()
                .take(draws)
                .map(|confusion| solve(confusion, &random.means(found, &root)))
                .collect(),
        }
    }

    /// Finds the shares that make the probabilities of a file likeliest, by expectation maximisation.
    pub fn expectation_maximisation(&self, found: &Posteriors, draws: usize) -> Corrected {
        let rows = found.rows as f64;
        let weighted = found.weighted();
        let mut random = Draws::new(6);
        let scaled = |shares: Vec<f64>| shares.into_iter().map(|share| share * rows).collect();
        let point = expectation_maximisation(&weighted, &self.prior, TOLERANCE, ROUNDS);
        let mut drawn = weighted.clone();
        let draw = |prior: &Vec<f64>| {
            for ((weight, _), (drawn, _)) in weighted.iter().zip(&mut drawn) {
                *drawn = random.poisson(*weight);
            }
            scaled(expectation_maximisation(&drawn, prior, 1e-6, DRAWN_ROUNDS))
        };
        let draws = self.priors.iter().take(draws).map(draw).collect();
        Corrected { counts: scaled(point), draws }
    }

    /// Returns how many classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }
}

impl Corrected {
    /// Returns the counts of a file that is so many times as large.
    #[must_use]
    pub fn times(mut self, scale: f64) -> Self {
        let counts = self.draws.iter_mut().chain([&mut self.counts]);
        counts.flatten().for_each(|count| *count *= scale);
        self
    }

    /// Returns the counts with so many more of each class, which are known and add no doubt.
    #[must_use]
    pub fn plus(mut self, known: &[u64]) -> Self {
        for counts in self.draws.iter_mut().chain([&mut self.counts]) {
            counts.iter_mut().zip(known).for_each(|(count, &known)| *count += known as f64);
        }
        self
    }

    /// Returns the corrected count of some classes together, with its 95 % interval.
    pub fn interval(&self, classes: &[usize]) -> Interval {
        let sum = |counts: &Vec<f64>| classes.iter().map(|&class| counts[class]).sum::<f64>();
        interval(sum(&self.counts), self.draws.iter().map(sum).collect())
    }
}
