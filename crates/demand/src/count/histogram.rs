use std::collections::BTreeMap;

/// How often each value was seen. Pay is mostly round, so that there are few values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Histogram {
    counts: BTreeMap<i64, u64>,
}

/// The quartiles of some values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quartiles {
    pub(crate) values: u64,
    pub(crate) lower: f64,
    pub(crate) median: f64,
    pub(crate) upper: f64,
}

impl Histogram {
    pub(crate) fn add(&mut self, value: i64) {
        *self.counts.entry(value).or_insert(0) += 1;
    }

    /// Returns the quartiles, interpolated between the two nearest values (definition 7 of Hyndman
    /// and Fan, "Sample quantiles in statistical packages", 1996); nothing without values.
    pub(crate) fn quartiles(&self) -> Option<Quartiles> {
        let values = self.counts.values().sum::<u64>();
        (values > 0).then(|| Quartiles {
            values,
            lower: self.quantile(values, 0.25),
            median: self.quantile(values, 0.5),
            upper: self.quantile(values, 0.75),
        })
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank")]
    fn quantile(&self, values: u64, share: f64) -> f64 {
        let place = share * (values - 1) as f64;
        let below = place as u64;
        let at = |rank: u64| {
            let mut before = 0;
            let mut found = self.counts.iter().find(|&(_, &count)| {
                before += count;
                before > rank
            });
            found.take().map_or(0, |(&value, _)| value) as f64
        };
        let (low, high) = (at(below), at((below + 1).min(values - 1)));
        low + (high - low) * (place - below as f64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn quartiles_are_those_of_sorted_values(
            mut values in prop::collection::vec(-50i64..50, 1..60)
        ) {
            let mut histogram = Histogram::default();
            values.iter().for_each(|&value| histogram.add(value));
            values.sort_unstable();
            let at = |share: f64| {
                let place = share * (values.len() - 1) as f64;
                let (low, high) = (place.floor() as usize, place.ceil() as usize);
                values[low] as f64 + (values[high] - values[low]) as f64 * place.fract()
            };
            let found = histogram.quartiles().unwrap();
            prop_assert_eq!(found.values, values.len() as u64);
            for (found, share) in [(found.lower, 0.25), (found.median, 0.5), (found.upper, 0.75)] {
                prop_assert!((found - at(share)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn nothing_has_no_quartiles() {
        assert_eq!(Histogram::default().quartiles(), None);
    }
}
