//! Prediction-powered inference of a mean: predictions of all postings, mended by labels of some.
//!
//! PPI++ is by Angelopoulos, Duchi and Zrnic (2023), "PPI++: Efficient prediction-powered inference",
//! arXiv:2311.01453. With strata it is that of Fisch et al. (2024), "Stratified prediction-powered
//! inference for hybrid language model evaluation", with one power for all strata.

/// A stratum: sums of the predictions of all its postings, and the postings that are labelled.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SampledStratum {
    /// How many postings it has.
    pub postings: u64,
    /// The sum of their predictions.
    pub sum: f64,
    /// The sum of the squares of their predictions.
    pub squares: f64,
    /// Label (0 or 1) and prediction of those that are labelled.
    pub labelled: Vec<(f64, f64)>,
    /// The variance of label minus prediction that the predictions themselves expect. It counts as one
    /// label more where it is above what the labels show: a few labels without a surprise do not show
    /// that there is none.
    pub expected: Option<f64>,
}

/// A mean with its variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// The estimated mean over all postings.
    pub mean: f64,
    /// The part of its variance that more labels lower.
    pub of_labels: f64,
    /// The part that they do not lower.
    pub of_predictions: f64,
}

struct Moments {
    labelled: f64,
    rest: f64,
    covariance: f64,
    of_all: f64,
}

impl SampledStratum {
    /// The postings without a label.
    fn rest(&self) -> f64 {
        self.postings.saturating_sub(self.labelled.len() as u64) as f64
    }

    fn moments(&self) -> Moments {
        let n = self.labelled.len().max(1) as f64;
        let mean_label = self.labelled.iter().map(|(y, _)| y).sum::<f64>() / n;
        let mean = self.labelled.iter().map(|(_, f)| f).sum::<f64>() / n;
        let covariance =
            self.labelled.iter().map(|(y, f)| (y - mean_label) * (f - mean)).sum::<f64>() / n;
        let all = self.postings as f64;
        let of_all = (self.squares - self.sum * self.sum / all) / (all - 1.0).max(1.0);
        Moments { labelled: n, rest: self.rest(), covariance, of_all: of_all.max(0.0) }
    }
}

/// Returns how far the predictions are trusted, 0..=1: the power that makes the variance least.
pub fn power(strata: &[SampledStratum]) -> f64 {
    let (mut numerator, mut denominator) = (0.0, 0.0);
    for stratum in strata.iter().filter(|stratum| stratum.rest() > 0.0) {
        let Moments { labelled, rest, covariance, of_all } = stratum.moments();
        let weight = (stratum.postings as f64).powi(2);
        numerator += weight * covariance / labelled;
        denominator += weight * of_all * (1.0 / labelled + 1.0 / rest);
    }
    if denominator > 0.0 { (numerator / denominator).clamp(0.0, 1.0) } else { 0.0 }
}

/// Returns the mean over the postings of all strata, with predictions of this power; 0 is that of the
/// labels alone.
pub fn precision(strata: &[SampledStratum], power: f64) -> Precision {
    let all: f64 = strata.iter().map(|stratum| stratum.postings as f64).sum();
    let mut found = Precision { mean: 0.0, of_labels: 0.0, of_predictions: 0.0 };
    for stratum in strata.iter().filter(|stratum| !stratum.labelled.is_empty()) {
        let weight = stratum.postings as f64 / all;
        let (n, rest) = (stratum.labelled.len() as f64, stratum.rest());
        let power = if rest > 0.0 { power } else { 0.0 };
        let errors: Vec<f64> = stratum.labelled.iter().map(|(y, f)| y - power * f).collect();
        let mean = errors.iter().sum::<f64>() / n;
        let mut variance = errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / n;
        if let Some(expected) = stratum.expected.filter(|&expected| expected > variance) {
            variance = (n * variance + expected) / (n + 1.0);
        }
        found.mean += weight * mean;
        found.of_labels += weight * weight * variance / n;
        if rest > 0.0 {
            let labelled = |of: fn(f64) -> f64| stratum.labelled.iter().map(move |(_, f)| of(*f));
            let mean = (stratum.sum - labelled(|f| f).sum::<f64>()) / rest;
            let square = (stratum.squares - labelled(|f| f * f).sum::<f64>()) / rest;
            let variance = (square - mean * mean).max(0.0);
            found.mean += weight * power * mean;
            found.of_predictions += weight * weight * power * power * variance / rest;
        }
    }
    found
}

impl Precision {
    /// The 97.5th percentile of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;

    /// Returns half of the 95 % interval of PPI++, which takes the mean for normally distributed.
    pub fn margin(&self) -> f64 {
        Self::Z * (self.of_labels + self.of_predictions).sqrt()
    }

    /// Returns the 95 % interval by score (Wilson 1927) of as many labels of a simple random sample as
    /// would have this variance (Korn and Graubard 1998): near to that of PPI++ where many labels are hits, and
    /// right where few are. `labelled` is the number of labels, which stands in where there is no
    /// variance to go by.
    pub fn score_interval(&self, labelled: usize) -> (f64, f64) {
        let mean = self.mean.clamp(0.0, 1.0);
        let spread = mean * (1.0 - mean);
        let variance = self.of_labels + self.of_predictions;
        let n = match spread > 0.0 && variance > 0.0 {
            true => spread / variance,
            false if variance > 0.0 => return (mean - self.margin(), mean + self.margin()),
            false => labelled.max(1) as f64,
        };
        let squared = Self::Z * Self::Z / n;
        let middle = (mean + squared / 2.0) / (1.0 + squared);
        let half = Self::Z * (spread / n + squared / (4.0 * n)).sqrt() / (1.0 + squared);
        (middle - half, middle + half)
    }

    /// Returns how many times as many labels, shared among the strata as now, would halve the
    /// interval; nothing if no number would.
    pub fn times_to_halve(&self) -> Option<f64> {
        let wanted = (self.of_labels + self.of_predictions) / 4.0 - self.of_predictions;
        (wanted > 0.0).then(|| self.of_labels / wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stratum(predictions: &[f64], labels: &[f64]) -> SampledStratum {
        SampledStratum {
            postings: predictions.len() as u64,
            sum: predictions.iter().sum(),
            squares: predictions.iter().map(|f| f * f).sum(),
            labelled: labels.iter().copied().zip(predictions.iter().copied()).collect(),
            expected: None,
        }
    }

    #[test]
    fn all_labelled_is_the_mean_of_the_labels() {
        let strata = [stratum(&[0.9, 0.2, 0.1], &[1.0, 0.0, 1.0]), stratum(&[0.5], &[1.0])];
        assert!((precision(&strata, power(&strata)).mean - 0.75).abs() < 1e-12);
    }

    #[test]
    fn right_predictions_leave_little_doubt() {
        let mut predictions: Vec<f64> = (0..1000).map(|n| f64::from(n % 4 == 0)).collect();
        let strata = [stratum(&predictions, &predictions[..50])];
        let found = precision(&strata, 1.0);
        assert!((found.mean - 0.25).abs() < 0.011, "{found:?}");
        assert!(found.margin() < precision(&strata, 0.0).margin() / 3.0);
        assert!(power(&strata) > 0.9);
        // Predictions that have nothing to do with the labels are not trusted.
        predictions.rotate_left(1);
        let labels: Vec<f64> = (0..50).map(|n| f64::from(n % 4 == 0)).collect();
        assert!(power(&[stratum(&predictions, &labels)]) < 0.01);
    }

    #[test]
    fn a_surprise_is_expected_where_none_was_seen() {
        let mut strata = [stratum(&[0.1; 100], &[0.0; 10])];
        assert!(precision(&strata, 1.0).margin() < 1e-6);
        strata[0].expected = Some(0.09);
        assert!(precision(&strata, 1.0).margin() > 0.05);
    }

    #[test]
    fn score_intervals_are_those_of_wilson() {
        // 10 of 100, and 0 of 20: 0.0552 to 0.1744, 0 to 0.1611.
        let found = Precision { mean: 0.1, of_labels: 0.0009, of_predictions: 0.0 };
        let (low, high) = found.score_interval(100);
        assert!((low - 0.0552).abs() < 1e-4 && (high - 0.1744).abs() < 1e-4, "{low} {high}");
        let found = Precision { mean: 0.0, of_labels: 0.0, of_predictions: 0.0 };
        let (low, high) = found.score_interval(20);
        assert!(low.abs() < 1e-12 && (high - 0.1611).abs() < 1e-4, "{low} {high}");
    }

    #[test]
    fn four_times_the_labels_halve_what_is_of_labels_alone() {
        let found = Precision { mean: 0.1, of_labels: 0.04, of_predictions: 0.0 };
        assert!((found.times_to_halve().unwrap() - 4.0).abs() < 1e-12);
        let found = Precision { mean: 0.1, of_labels: 0.02, of_predictions: 0.02 };
        assert_eq!(found.times_to_halve(), None);
    }
}
