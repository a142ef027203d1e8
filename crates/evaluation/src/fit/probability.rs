//! Fits probabilities to what came true, and chooses where to draw the line.

use rolecall::classify::model::logistic;

use super::lbfgs::minimize;
use crate::CurvePoint;

/// Fits `logistic(intercept + slope · log_odds)` to outcomes (Platt, "Probabilistic outputs for support
/// vector machines", 1999); returns intercept and slope, which is at least 0.
pub(super) fn platt(outcomes: &[(f64, bool)]) -> (f64, f64) {
    let rows: Vec<_> =
        outcomes.iter().map(|&(log_odds, came_true)| ([1.0, log_odds], came_true)).collect();
    let [intercept, slope] = regression([0.0, 1.0], &rows);
    (intercept, slope.max(0.0))
}

/// Fits `logistic(Σ weight · number)` to outcomes, starting from some weights, without a penalty.
pub(super) fn regression<const N: usize>(
    start: [f64; N],
    outcomes: &[([f64; N], bool)],
) -> [f64; N] {
    let fitted = minimize(start.to_vec(), 200, |point, gradient| {
        gradient.fill(0.0);
        let mut value = 0.0;
        for (numbers, came_true) in outcomes {
            let all: f64 = point.iter().zip(numbers).map(|(weight, x)| weight * x).sum();
            let probability = logistic(all);
            let right = if *came_true { probability } else { 1.0 - probability };
            value -= right.max(1e-12).ln();
            let error = probability - f64::from(u8::from(*came_true));
            gradient.iter_mut().zip(numbers).for_each(|(slope, x)| *slope += error * x);
        }
        value
    });
    std::array::from_fn(|n| fitted[n])
}

/// Fits the sharpness of a softmax: what the scores (one per role) of postings are multiplied by, so
/// that the likelihood of their roles is highest.
pub(super) fn sharpness(outcomes: &[(Vec<f64>, usize)]) -> f64 {
    // The search is over the logarithm, which keeps the sharpness above 0.
    let fitted = minimize(vec![0.0], 200, |point, gradient| {
        let sharpness = point[0].exp();
        let (mut value, mut slope) = (0.0, 0.0);
        for (scores, role) in outcomes {
            let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let odds: Vec<_> = scores.iter().map(|s| (sharpness * (s - best)).exp()).collect();
            let all: f64 = odds.iter().sum();
            let mean: f64 = scores.iter().zip(&odds).map(|(s, odds)| s * odds / all).sum();
            value += all.ln() - sharpness * (scores[*role] - best);
            slope += mean - scores[*role];
        }
        gradient[0] = slope * sharpness;
        value
    });
    fitted[0].exp()
}

/// Returns the threshold with the highest F1 over weighted postings (scope, in scope, weight), among
/// those with at most so many false alarms per 1,000 postings: halfway between the last posting that is
/// tagged and the first that is not.
pub(super) fn best_threshold(postings: &[(f64, bool, f64)], most_false_alarms: f64) -> f64 {
    let curve = crate::precision_recall_curve(postings);
    let allowed = curve.iter().take_while(|p| p.false_alarms_per_1000 <= most_false_alarms);
    let better = |best: Option<usize>, (n, point): (usize, &CurvePoint)| match best {
        Some(best) if curve[best].f1() >= point.f1() => Some(best),
        _ if point.f1().is_nan() => best,
        _ => Some(n),
    };
    let Some(best) = allowed.enumerate().fold(None, better) else { return 0.5 };
    let next = curve.get(best + 1).map_or(0.0, |point| point.threshold);
    (curve[best].threshold + next) / 2.0
}

/// Returns the lowest threshold with at most so many false alarms per 1,000 of weighted postings.
pub(super) fn lowest_threshold(postings: &[(f64, bool, f64)], most_false_alarms: f64) -> f64 {
    let curve = crate::precision_recall_curve(postings);
    let allowed = curve.iter().take_while(|p| p.false_alarms_per_1000 <= most_false_alarms).count();
    match allowed.checked_sub(1) {
        Some(last) => {
            let next = curve.get(last + 1).map_or(0.0, |point| point.threshold);
            (curve[last].threshold + next) / 2.0
        }
        // Nothing may be tagged that was not surer than the first false alarm.
        None => curve.first().map_or(0.5, |first| f64::midpoint(1.0, first.threshold)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overconfidence_is_taken_back() {
        // At log-odds ±2, three of four come true: ±ln 3.
        let outcomes: Vec<_> = (0..80)
            .map(|n| (if n % 2 == 0 { 2.0 } else { -2.0 }, (n % 2 == 0) != (n % 8 < 2)))
            .collect();
        let (intercept, slope) = platt(&outcomes);
        assert!(intercept.abs() < 1e-3, "{intercept}");
        assert!((slope - 3.0_f64.ln() / 2.0).abs() < 1e-3, "{slope}");
    }

    #[test]
    fn sharpness_fits_the_share_that_is_right() {
        // One point ahead is right in three of four: ln 3 per point.
        let outcomes: Vec<_> = (0..40).map(|n| (vec![1.0, 0.0], usize::from(n % 4 == 0))).collect();
        assert!((sharpness(&outcomes) - 3.0_f64.ln()).abs() < 1e-3);
    }

    #[test]
    fn the_lowest_line_keeps_to_the_false_alarms() {
        let postings = [(0.9, true, 1.0), (0.8, true, 1.0), (0.4, false, 9.0), (0.2, true, 1.0)];
        assert!((lowest_threshold(&postings, 0.0) - 0.6).abs() < 1e-12);
        assert!(lowest_threshold(&postings, 1000.0) < 0.2);
        assert!((lowest_threshold(&[(0.9, false, 1.0)], 0.3) - 0.95).abs() < 1e-12);
        assert!((lowest_threshold(&[], 0.3) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_line_is_drawn_where_f1_is_highest() {
        let postings = [(0.9, true, 1.0), (0.8, true, 1.0), (0.4, false, 9.0), (0.2, true, 1.0)];
        assert!((best_threshold(&postings, f64::INFINITY) - 0.6).abs() < 1e-12);
        let postings = [(0.9, true, 1.0), (0.8, false, 1.0), (0.4, true, 9.0), (0.2, false, 9.0)];
        assert!((best_threshold(&postings, 50.0) - 0.3).abs() < 1e-12);
        assert!((best_threshold(&postings, 49.0) - 0.85).abs() < 1e-12);
    }
}
