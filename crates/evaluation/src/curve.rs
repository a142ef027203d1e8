//! Curves over a probability: receiver operating characteristic, precision and recall.

use serde::Serialize;

/// Returns the area under the receiver operating characteristic: the probability that a posting in
/// scope has a higher scope than one out of scope; ties count half. Not a number if either kind is
/// missing. Takes `n log n` time.
///
/// ```
/// use rolecall_evaluation::area_under_roc;
///
/// assert_eq!(area_under_roc(&mut [(0.9, true), (0.5, false), (0.5, true), (0.1, false)]), 0.875);
/// assert_eq!(area_under_roc(&mut [(0.5, true), (0.5, false)]), 0.5);
/// ```
#[allow(clippy::cast_precision_loss, reason = "far fewer than 2^52 postings")]
pub fn area_under_roc(scored: &mut [(f64, bool)]) -> f64 {
    scored.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins, mut inside) = (0.0, 0.0, 0.0);
    for tied in scored.chunk_by(|a, b| a.0 == b.0) {
        let positive = tied.iter().filter(|(_, inside)| *inside).count() as f64;
        let negative = tied.len() as f64 - positive;
        wins += positive * (below + negative / 2.0);
        below += negative;
        inside += positive;
    }
    wins / (inside * below)
}

/// Precision and recall if every posting with at least this scope were tagged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// The lowest scope that is tagged, 0..=1.
    pub threshold: f64,
    /// Share of the tagged weight that is in scope, 0..=1.
    pub precision: f64,
    /// Share of the weight in scope that is tagged, 0..=1.
    pub recall: f64,
    /// Tagged postings out of scope per 1,000 postings.
    pub false_alarms_per_1000: f64,
}

impl CurvePoint {
    /// Returns the harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        2.0 * self.precision * self.recall / (self.precision + self.recall)
    }
}

/// Returns the whole precision-recall curve of weighted postings (scope, in scope, weight): a point
/// per distinct scope, the highest first.
///
/// ```
/// use rolecall_evaluation::precision_recall_curve;
///
/// let curve = precision_recall_curve(&[(0.9, true, 1.0), (0.6, false, 2.0), (0.4, true, 1.0)]);
/// let points: Vec<_> = curve.iter().map(|point| (point.precision, point.recall)).collect();
/// assert_eq!(points, [(1.0, 0.5), (1.0 / 3.0, 0.5), (0.5, 1.0)]);
/// assert_eq!(curve[1].false_alarms_per_1000, 500.0);
/// ```
pub fn precision_recall_curve(postings: &[(f64, bool, f64)]) -> Vec<CurvePoint> {
    let mut postings = postings.to_vec();
    postings.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all: f64 = postings.iter().map(|&(_, _, weight)| weight).sum();
    let inside = |tied: &[(f64, bool, f64)]| -> f64 {
        tied.iter().filter(|posting| posting.1).map(|posting| posting.2).sum()
    };
    let in_scope = inside(&postings);
    let (mut right, mut tagged) = (0.0, 0.0);
    postings
        .chunk_by(|a, b| a.0 == b.0)
        .map(|tied| {
            right += inside(tied);
            tagged += tied.iter().map(|&(_, _, weight)| weight).sum::<f64>();
            CurvePoint {
                threshold: tied[0].0,
                precision: right / tagged,
                recall: right / in_scope,
                false_alarms_per_1000: 1000.0 * (tagged - right) / all,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_area_is_the_share_of_pairs_in_order(
            mut scored in prop::collection::vec((0_u8..6, any::<bool>()), 2..40),
        ) {
            let (mut wins, mut pairs) = (0.0, 0.0);
            for a in scored.iter().filter(|a| a.1) {
                for b in scored.iter().filter(|b| !b.1) {
                    pairs += 1.0;
                    wins += if a.0 > b.0 { 1.0 } else if a.0 == b.0 { 0.5 } else { 0.0 };
                }
            }
            scored.reverse();
            let mut scored: Vec<_> =
                scored.into_iter().map(|(score, inside)| (f64::from(score), inside)).collect();
            let area = area_under_roc(&mut scored);
            prop_assert!(area == wins / pairs || area.is_nan() && pairs == 0.0);
        }
    }
}
