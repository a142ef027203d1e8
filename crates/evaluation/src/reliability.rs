//! Whether probabilities mean what they say.

use serde::Serialize;

/// Bins of the reliability table, each a tenth wide.
const BINS: usize = 10;

/// The answers whose confidence lies between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// The lowest confidence of the bin.
    pub from: f64,
    /// The confidence where the next bin begins; the last bin holds 1 too.
    pub to: f64,
    /// How many answers, or their weight.
    pub answers: f64,
    /// Their mean confidence; 0 if there are none.
    pub confidence: f64,
    /// The share of them that is right; 0 if there are none.
    pub right: f64,
}

/// Sorts answers (confidence, right, weight) into ten bins of equal width.
pub fn reliability(answers: impl IntoIterator<Item = (f64, bool, f64)>) -> Vec<ReliabilityBin> {
    let mut sums = [[0.0; 3]; BINS];
    for (confidence, right, weight) in answers {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10")]
        let bin = ((confidence * BINS as f64) as usize).min(BINS - 1);
        sums[bin][0] += weight;
        sums[bin][1] += weight * confidence;
        sums[bin][2] += if right { weight } else { 0.0 };
    }
    let bounds = |n: usize| n as f64 / BINS as f64;
    let mean = |sum: f64, answers: f64| if answers > 0.0 { sum / answers } else { 0.0 };
    (0..)
        .zip(sums)
        .map(|(n, [answers, confidence, right])| ReliabilityBin {
            from: bounds(n),
            to: bounds(n + 1),
            answers,
            confidence: mean(confidence, answers),
            right: mean(right, answers),
        })
        .collect()
}

/// Returns the expected calibration error: the mean distance between confidence and share of right
/// answers, over the bins, by their answers (Naeini, Cooper and Hauskrecht, "Obtaining well calibrated
/// probabilities using Bayesian binning", 2015). Not a number if there is no answer.
///
/// ```
/// use rolecall_evaluation::{expected_calibration_error, reliability};
///
/// let answers = [(0.95, true, 1.0), (0.85, true, 1.0), (0.85, false, 1.0), (0.15, false, 1.0)];
/// let error = expected_calibration_error(&reliability(answers));
/// assert!((error - (0.05 + 2.0 * 0.35 + 0.15) / 4.0).abs() < 1e-12);
/// ```
pub fn expected_calibration_error(bins: &[ReliabilityBin]) -> f64 {
    let answers: f64 = bins.iter().map(|bin| bin.answers).sum();
    bins.iter().map(|bin| bin.answers * (bin.confidence - bin.right).abs()).sum::<f64>() / answers
}
