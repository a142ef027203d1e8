//! Intervals by resampling.

use std::collections::BTreeMap;

use serde::Serialize;

/// How often the postings are drawn anew.
const DRAWS: usize = 1000;

/// The same draws every time.
const SEED: u64 = 2010;

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The figure.
    pub value: f64,
    /// The 2.5th percentile of the draws.
    pub low: f64,
    /// The 97.5th percentile of the draws.
    pub high: f64,
}

/// Computes figures with percentile intervals by the cluster bootstrap (Efron and Tibshirani, "An
/// introduction to the bootstrap", 1993): whole groups are drawn, because postings of one employer
/// are not independent. Draws where a figure is not a number are left out for that figure.
pub(super) fn intervals<T: Copy, const N: usize>(
    postings: &[T],
    group: impl Fn(T) -> usize,
    figures: impl Fn(&[T]) -> [f64; N],
) -> [Interval; N] {
    let mut groups: BTreeMap<usize, Vec<T>> = BTreeMap::new();
    for &posting in postings {
        groups.entry(group(posting)).or_default().push(posting);
    }
    let groups: Vec<_> = groups.into_values().collect();
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut drawn: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(DRAWS));
    let mut draw = Vec::with_capacity(postings.len() * 2);
    for _ in 0..DRAWS {
        draw.clear();
        for _ in 0..groups.len() {
            draw.extend_from_slice(&groups[random.usize(..groups.len())]);
        }
        for (drawn, figure) in drawn.iter_mut().zip(figures(&draw)) {
            drawn.extend(Some(figure).filter(|figure| !figure.is_nan()));
        }
    }
    let mut values = figures(postings).into_iter();
    drawn.map(|mut drawn| {
        drawn.sort_unstable_by(f64::total_cmp);
        Interval {
            value: values.next().unwrap_or(f64::NAN),
            low: percentile(&drawn, 0.025),
            high: percentile(&drawn, 0.975),
        }
    })
}

/// Interpolates between the two nearest of sorted values.
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to last")]
    let below = place as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64]) -> [f64; 1] {
        [values.iter().sum::<f64>() / values.len() as f64]
    }

    #[test]
    fn percentiles_are_interpolated() {
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.5), 3.0);
        assert_eq!(percentile(&[1.0, 3.0], 0.25), 1.5);
        assert!(percentile(&[], 0.5).is_nan());
    }

    /// The standard error of the mean of 400 halves and ones is 0.025.
    #[test]
    fn the_interval_of_a_mean_is_about_two_standard_errors_wide() {
        let values: Vec<f64> = (0..400).map(|n| f64::from(n % 2)).collect();
        let mut next = 0..;
        let places: Vec<(usize, f64)> = values.iter().map(|&v| (next.next().unwrap(), v)).collect();
        let [interval] = intervals(
            &places,
            |(n, _)| n,
            |places| mean(&places.iter().map(|&(_, v)| v).collect::<Vec<_>>()),
        );
        assert_eq!(interval.value, 0.5);
        assert!((interval.low - 0.451).abs() < 0.01, "{interval:?}");
        assert!((interval.high - 0.549).abs() < 0.01, "{interval:?}");
    }

    /// With one group there is nothing to draw from.
    #[test]
    fn groups_are_drawn_whole() {
        let [interval] = intervals(&[0.0, 1.0], |_| 7, mean);
        assert_eq!((interval.low, interval.high), (0.5, 0.5));
    }
}
