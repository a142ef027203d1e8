//! Logistic models over the best scores.

use crate::corpus::{ConfidenceModel, ScopeModel};

impl ScopeModel {
    /// Returns the probability that a posting is in scope, given the best BM25 score among roles
    /// and among neighbours.
    pub fn probability(&self, role: f64, neighbour: f64) -> f64 {
        let sum = role + neighbour;
        // Words that nobody knows speak neither for nor against.
        let separation = if sum > 0.0 { (role - neighbour) / sum } else { 0.0 };
        logistic(self.intercept + self.separation * separation + self.strength * role.ln_1p())
    }
}

impl ConfidenceModel {
    /// Returns the probability that the closest role is right if the posting is in scope, given
    /// the two best roles' BM25 scores.
    pub fn probability(&self, first: f64, second: f64) -> f64 {
        let margin = if first > 0.0 { (first - second) / first } else { 0.0 };
        logistic(self.intercept + self.margin * margin)
    }
}

fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCOPE: ScopeModel =
        ScopeModel { intercept: -1.0, separation: 8.0, strength: 0.3, threshold: 0.5 };
    const CONFIDENCE: ConfidenceModel = ConfidenceModel { intercept: 0.2, margin: 4.0 };

    #[test]
    fn hand_computed() {
        // x = (30 - 10) / 40 = 0.5, y = ln 31: -1 + 4 + 0.3 · 3.433987 = 4.030196
        assert!((SCOPE.probability(30.0, 10.0) - 0.982_539).abs() < 1e-6);
        // m = (40 - 30) / 40 = 0.25: 0.2 + 1 = 1.2
        assert!((CONFIDENCE.probability(40.0, 30.0) - 0.768_525).abs() < 1e-6);
        assert!((SCOPE.probability(0.0, 0.0) - logistic(-1.0)).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn a_better_role_never_lowers_a_probability(
            role in 0.0..500.0, more in 0.0..500.0, other in 0.0..500.0,
        ) {
            let better = role + more;
            prop_assert!(SCOPE.probability(better, other) >= SCOPE.probability(role, other));
            let (low, high) = (role.max(other), better.max(other));
            prop_assert!(CONFIDENCE.probability(high, other) >= CONFIDENCE.probability(low, other));
        }

        #[test]
        fn probabilities_are_probabilities(role in 0.0..1e30, other in 0.0..1e30) {
            prop_assert!((0.0..=1.0).contains(&SCOPE.probability(role, other)));
            prop_assert!((0.0..=1.0).contains(&CONFIDENCE.probability(role, other.min(role))));
        }
    }
}
