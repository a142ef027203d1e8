//! Draws anew: the classifier's errors in the file, and the file.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Gamma, StandardNormal};
use rolecall_evaluation::{Interval, percentile};

use super::confusion::Confusion;
use super::error_model::{Alarms, ErrorModel, OfRole};

/// The same draws every time.
const SEED: u64 = 2010;

/// At least so many postings of a role are taken to be found. If none were, a file would say nothing of it, and
/// least squares could make anything of that.
const LEAST_FOUND: f64 = 0.06;

/// Seeded draws.
pub(super) struct Draws {
    random: ChaCha8Rng,
}

impl Draws {
    /// Starts a sequence of draws, the same for the same number.
    pub(super) fn new(number: u64) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(SEED ^ number) }
    }

    /// Draws what is answered in a file for the postings of each class, given the share of its rows that
    /// are tagged with a role: there are no more false alarms than that.
    pub(super) fn confusion(&mut self, model: &ErrorModel, tagged: f64) -> Confusion {
        let none = model.roles.len();
        let mut matrix = vec![vec![0.0; none + 1]; none + 1];
        let of_file: f64 = StandardNormal.sample(&mut self.random);
        for (class, OfRole { found, shared, size, roles }) in model.roles.iter().enumerate() {
            let odds = (found / (1.0 - found)).ln() + shared * of_file;
            let mean = 1.0 / (1.0 + (-odds).exp());
            let found = self.beta(mean.clamp(1e-4, 1.0 - 1e-4), *size).max(LEAST_FOUND);
            self.fill(&mut matrix, class, found, roles);
        }
        let Alarms { share, between_boards, size, roles } = &model.alarms;
        let board = match *between_boards {
            variance if variance > 0.0 => self.gamma(1.0 / variance) * variance,
            _ => 1.0,
        };
        let alarms = self.beta((share * board).clamp(1e-7, 0.8), *size).min(tagged);
        self.fill(&mut matrix, none, alarms, roles);
        Confusion { matrix }
    }

    /// Fills the column of a class: a share of its postings is answered with roles.
    fn fill(&mut self, matrix: &mut [Vec<f64>], class: usize, share: f64, roles: &[f64]) {
        for (row, of_role) in matrix.iter_mut().zip(self.dirichlet(roles)) {
            row[class] = share * of_role;
        }
        if let Some(none) = matrix.last_mut() {
            none[class] = 1.0 - share;
        }
    }

    /// Draws from the gamma distribution with this shape and scale 1.
    pub(super) fn gamma(&mut self, shape: f64) -> f64 {
        if shape <= 0.0 {
            return 0.0;
        }
        Gamma::new(shape, 1.0).map_or(shape, |gamma| gamma.sample(&mut self.random))
    }

    /// Draws from the beta distribution with this mean, as if from so many rows.
    pub(super) fn beta(&mut self, mean: f64, rows: f64) -> f64 {
        let (yes, no) = (self.gamma(mean * rows), self.gamma((1.0 - mean) * rows));
        if yes + no > 0.0 { yes / (yes + no) } else { mean }
    }

    /// Draws from the Dirichlet distribution with these parameters.
    fn dirichlet(&mut self, parameters: &[f64]) -> Vec<f64> {
        let mut drawn: Vec<f64> = parameters.iter().map(|&shape| self.gamma(shape)).collect();
        let sum: f64 = drawn.iter().sum();
        if sum > 0.0 {
            drawn.iter_mut().for_each(|share| *share /= sum);
            return drawn;
        }
        let sum = parameters.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        parameters.iter().map(|shape| shape / sum).collect()
    }

    /// Draws the shares that a file was drawn from, given its counts: how many are in scope from the beta
    /// distribution, and of these each role from the Dirichlet distribution, with half a row more of
    /// each (Jeffreys' prior). A plain bootstrap would never draw an answer that the file does not have;
    /// and with half a row more of each role at once there would be more in scope.
    pub(super) fn shares(&mut self, counts: &[f64]) -> Vec<f64> {
        let Some((&none, roles)) = counts.split_last() else { return Vec::new() };
        let in_scope = self.gamma(roles.iter().sum::<f64>() + 0.5);
        let none = self.gamma(none + 0.5);
        let mut drawn: Vec<f64> = roles.iter().map(|&count| self.gamma(count + 0.5)).collect();
        let sum: f64 = drawn.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let all = (in_scope + none).max(f64::MIN_POSITIVE);
        drawn.iter_mut().for_each(|count| *count *= in_scope / sum / all);
        drawn.push(none / all);
        drawn
    }
}

/// Returns a count with its 95 % interval: from the 2.5th to the 97.5th percentile of some draws.
pub(super) fn interval(value: f64, mut draws: Vec<f64>) -> Interval {
    draws.sort_unstable_by(f64::total_cmp);
    let [low, high] = [0.025, 0.975].map(|share| percentile(&draws, share));
    Interval { value, low: low.min(value).max(0.0), high: high.max(value) }
}
