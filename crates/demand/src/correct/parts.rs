//! Corrects parts of a file so that they add up to the whole.

use super::bootstrap::Draws;
use super::confusion::Confusion;
use super::{Corrected, Correction};

/// Rounds in which a part's mix goes from that of the whole to its own.
const ROUNDS: usize = 5;

/// Rounds of scaling after which the search gives up, and the relative error in rows that it ends at.
const SCALINGS: usize = 50;
const TOLERANCE: f64 = 1e-6;

/// The answers of a part of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// How many rows are answered with each class.
    pub answers: Vec<u64>,
    /// Employers of the rows that are answered with a role, if they are known.
    pub employers: Option<u64>,
    /// Whether it is from one board.
    pub is_of_one_board: bool,
}

impl Correction {
    /// Corrects the parts of the file, with at most so many draws.
    ///
    /// What an answer says of the class depends on the mix of the classes. That of a part is drawn towards
    /// that of the whole, the more the less parts differ (empirical Bayes). The counts are then scaled so that each
    /// part has its rows and each class that of the whole (iterative proportional fitting; Deming and
    /// Stephan 1940), in each draw as well. If parts overlap, as the same ad in two states does, they add up to
    /// more, by as much as the answers do.
    ///
    /// A part without a row that is tagged with a role gets none of it, as tables do not show it: what was missed
    /// there is counted with the parts that have some.
    ///
    /// Takes time in proportion to parts and draws, about 10 microseconds for each.
    pub fn parts(&self, parts: &[Part], draws: usize) -> Vec<Corrected> {
        if let [part] = parts
            && part.answers.iter().zip(&self.answers).all(|(&own, all)| own as f64 == *all)
        {
            return vec![self.whole.clone()];
        }
        let classes = self.answers.len();
        let rows: f64 = self.answers.iter().sum::<f64>().max(1.0);
        let own: Vec<Vec<f64>> = parts
            .iter()
            .map(|part| part.answers.iter().map(|&count| count as f64).collect())
            .collect();
        let alike = alike(&own);
        let found = self.split(&self.mean, &self.whole.counts, &own, &own, alike);
        let mut corrected: Vec<Corrected> =
            found.into_iter().map(|counts| Corrected { counts, draws: Vec::new() }).collect();
        let noise: Vec<Vec<f64>> = parts
            .iter()
            .map(|part| {
                let employers = part.employers.map_or(self.file.in_scope, |count| count as f64);
                let boards = if part.is_of_one_board { 1.0 } else { f64::INFINITY };
                let of = |role| self.model.of_part(role, self.rho, &self.file, (employers, boards));
                (0..classes - 1).map(of).collect()
            })
            .collect();
        let mut random = Draws::new(5);
        for (confusion, counts) in self.drawn.iter().zip(&self.whole.draws).take(draws) {
            let drawn: Vec<Vec<f64>> = own
                .iter()
                .map(|answers| {
                    let size: f64 = answers.iter().sum();
                    let shape = |(count, all): (&f64, &f64)| {
                        // What the whole has, a part may have though its rows do not show it.
                        random.gamma(count + 0.5 * f64::min(1.0, all / rows * size))
                    };
                    answers.iter().zip(&self.answers).map(shape).collect()
                })
                .collect();
            let mut split = self.split(confusion, counts, &own, &drawn, alike);
            for (part, noise) in split.iter_mut().zip(&noise) {
                for (count, &variance) in part.iter_mut().zip(noise) {
                    if variance > 0.0 {
                        *count *= (random.gamma(1.0 / variance) * variance).max(1e-6);
                    }
                }
            }
            scale(&mut split, &own, &self.targets(confusion, counts, &own));
            for (corrected, counts) in corrected.iter_mut().zip(split) {
                corrected.draws.push(counts);
            }
        }
        corrected
    }

    /// Shares the rows of parts between the classes.
    fn split(
        &self,
        confusion: &Confusion,
        whole: &[f64],
        own: &[Vec<f64>],
        answers: &[Vec<f64>],
        alike: f64,
    ) -> Vec<Vec<f64>> {
        let rows: f64 = whole.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let mix: Vec<f64> = whole.iter().map(|count| count / rows).collect();
        let of_part = |answers: &Vec<f64>| {
            let size: f64 = answers.iter().sum();
            let mut counts = classes_of(confusion, &mix, answers);
            for _ in 1..ROUNDS {
                let own: Vec<f64> = counts
                    .iter()
                    .zip(&mix)
                    .map(|(count, share)| (count + alike * share) / (size + alike))
                    .collect();
                counts = classes_of(confusion, &own, answers);
            }
            counts
        };
        let mut split: Vec<Vec<f64>> = answers.iter().map(of_part).collect();
        for class in 0..whole.len() - 1 {
            if own.iter().all(|part| part[class] <= 0.0) {
                continue;
            }
            for (part, _) in split.iter_mut().zip(own).filter(|(_, own)| own[class] <= 0.0) {
                part[class] = 0.0;
            }
        }
        scale(&mut split, own, &self.targets(confusion, whole, own));
        split
    }

    /// Returns what all parts together have of each class: the whole, or more if the parts overlap.
    fn targets(&self, confusion: &Confusion, whole: &[f64], own: &[Vec<f64>]) -> Vec<f64> {
        let classes = whole.len();
        let sums: Vec<f64> =
            (0..classes).map(|class| own.iter().map(|part| part[class]).sum()).collect();
        if sums == self.answers {
            return whole.to_vec();
        }
        let (once, often) =
            (classes_of(confusion, whole, &self.answers), classes_of(confusion, whole, &sums));
        let times = |(count, (once, often)): (&f64, (&f64, &f64))| {
            if *once > 0.0 { count * often / once } else { *count }
        };
        let mut targets: Vec<f64> = whole.iter().zip(once.iter().zip(&often)).map(times).collect();
        let all: f64 = sums.iter().sum();
        let none = classes - 1;
        let roles: f64 = targets[..none].iter().sum();
        targets[none] = (all - roles).max(0.0);
        targets
    }
}

/// Returns how many rows are of each class, given the answers and the mix.
fn classes_of(confusion: &Confusion, mix: &[f64], answers: &[f64]) -> Vec<f64> {
    let mut counts = vec![0.0; mix.len()];
    for (answer, (row, &rows)) in confusion.matrix.iter().zip(answers).enumerate() {
        if rows <= 0.0 {
            continue;
        }
        let all: f64 = row.iter().zip(mix).map(|(p, share)| p * share).sum();
        if all <= 0.0 {
            counts[answer] += rows;
            continue;
        }
        for (count, (p, share)) in counts.iter_mut().zip(row.iter().zip(mix)) {
            *count += rows * p * share / all;
        }
    }
    counts
}

/// Scales counts by part and class so that parts have their rows and classes their targets.
fn scale(counts: &mut [Vec<f64>], own: &[Vec<f64>], targets: &[f64]) {
    let sizes: Vec<f64> = own.iter().map(|part| part.iter().sum()).collect();
    let all: f64 = sizes.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    for _ in 0..SCALINGS {
        for (class, &target) in targets.iter().enumerate() {
            let sum: f64 = counts.iter().map(|part| part[class]).sum();
            for (part, size) in counts.iter_mut().zip(&sizes) {
                // What no part has is shared by size.
                part[class] = match sum > 0.0 {
                    true => part[class] * (target / sum),
                    false => target * size / all,
                };
            }
        }
        let mut error: f64 = 0.0;
        for (part, &size) in counts.iter().zip(&sizes) {
            error = error.max((part.iter().sum::<f64>() - size).abs() / size.max(1.0));
        }
        if error < TOLERANCE {
            return;
        }
        for (part, &size) in counts.iter_mut().zip(&sizes) {
            let sum: f64 = part.iter().sum();
            if sum > 0.0 {
                part.iter_mut().for_each(|count| *count *= size / sum);
            }
        }
    }
    // Parts add up, even if the rows of one do not come out.
    for (class, &target) in targets.iter().enumerate() {
        let sum: f64 = counts.iter().map(|part| part[class]).sum();
        if sum > 0.0 {
            counts.iter_mut().for_each(|part| part[class] *= target / sum);
        }
    }
}

/// Returns how many rows of the whole's mix a part counts as having beside its own: few if the shares
/// that are tagged with a role differ much between parts, by moments.
fn alike(parts: &[Vec<f64>]) -> f64 {
    const LEAST: f64 = 1.0;
    const MOST: f64 = 1e6;
    let sizes = parts.iter().map(|part| {
        let all: f64 = part.iter().sum();
        (all - part.last().copied().unwrap_or(0.0), all)
    });
    let sizes: Vec<(f64, f64)> = sizes.filter(|(_, all)| *all > 0.0).collect();
    let sum = |of: fn(&(f64, f64)) -> f64| sizes.iter().map(of).sum::<f64>();
    let (tagged, all) = (sum(|part| part.0), sum(|part| part.1));
    let mean = tagged / all;
    let free = (sizes.len() as f64) - 1.0;
    if !(mean > 0.0 && mean < 1.0 && free > 0.0) {
        return MOST;
    }
    let found: f64 = sizes.iter().map(|(tagged, size)| size * (tagged / size - mean).powi(2)).sum();
    let between = (found / (mean * (1.0 - mean)) - free)
        / (all - sum(|part| part.1 * part.1) / all - free).max(1.0);
    if between > 0.0 { (1.0 / between - 1.0).clamp(LEAST, MOST) } else { MOST }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::super::{Corrector, Evidence, EvidenceRow, Makeup};
    use super::*;

    /// Two roles and `none`: of the first role half are found, of the second all; of 100 out of scope 2 are tagged.
    static CORRECTOR: LazyLock<Corrector> = LazyLock::new(|| {
        let mut rows = Vec::new();
        for n in 0..400_u32 {
            let (label, answer) = match n {
                0..100 => (0, if n % 2 == 0 { 0 } else { 2 }),
                100..200 => (1, 1),
                _ => (2, if n % 50 == 0 { (n as usize / 50) % 2 } else { 2 }),
            };
            let candidates = [(0, 0.0), (1, 0.0)];
            rows.push(EvidenceRow {
                label,
                answer,
                weight: None,
                group: n,
                board: n % 7,
                candidates,
            });
        }
        let boards = (0..7).map(|n| n.to_string()).collect();
        Corrector::new(&Evidence { classes: 3, boards, rows }, 20).unwrap()
    });

    fn whole_of(parts: &[Part]) -> Vec<u64> {
        (0..3).map(|class| parts.iter().map(|part| part.answers[class]).sum()).collect()
    }

    fn part(answers: Vec<u64>, is_of_one_board: bool) -> Part {
        Part { answers, employers: Some(3), is_of_one_board }
    }

    fn parts() -> impl Strategy<Value = Vec<Part>> {
        let answers = (0_u64..20, 0_u64..20, 0_u64..500).prop_map(|(a, b, c)| vec![a, b, c]);
        prop::collection::vec((answers, any::<bool>()), 1..12)
            .prop_map(|parts| parts.into_iter().map(|(a, board)| part(a, board)).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn parts_add_up_to_the_whole(parts in parts()) {
            let answers = whole_of(&parts);
            let correction = CORRECTOR.adjusted_count(&answers, Makeup::unknown(3));
            let found = correction.parts(&parts, 20);
            let rows: u64 = answers.iter().sum();
            let sum = |of: &dyn Fn(&Corrected) -> f64| found.iter().map(of).sum::<f64>();
            for class in 0..2 {
                let of_whole = correction.whole.counts[class];
                let of_parts = sum(&|part: &Corrected| part.counts[class]);
                prop_assert!((of_whole - of_parts).abs() < 1e-6 * rows.max(1) as f64, "{of_whole} {of_parts}");
                for (n, draw) in correction.whole.draws.iter().enumerate() {
                    let of_parts = sum(&|part: &Corrected| part.draws[n][class]);
                    prop_assert!((draw[class] - of_parts).abs() < 1e-6 * rows.max(1) as f64);
                }
            }
            for (part, found) in parts.iter().zip(&found) {
                prop_assert!(found.draws.iter().chain([&found.counts]).flatten().all(|&count| count >= 0.0));
                // What is tagged may be right, and it is not known how much more there is.
                for class in (0..2).filter(|&class| part.answers[class] > 0) {
                    let interval = found.interval(&[class]);
                    prop_assert!(interval.high > interval.low, "{part:?} {interval:?}");
                }
            }
        }
    }

    #[test]
    fn the_mix_of_a_part_is_its_own_where_parts_differ() {
        let parts = [part(vec![40, 0, 60], false), part(vec![10, 90, 900], false)];
        let correction = CORRECTOR.adjusted_count(&whole_of(&parts), Makeup::unknown(3));
        let [first, second] = &correction.parts(&parts, 20)[..] else { panic!("two parts") };
        // It has four in five of the tagged rows, and the others are more often false alarms.
        assert!(first.counts[0] > 0.85 * correction.whole.counts[0], "{first:?}");
        assert!(first.counts[1] < 1e-9 && second.counts[1] > 75.0, "{second:?}");
        assert!((first.counts.iter().sum::<f64>() - 100.0).abs() < 0.01, "{first:?}");
    }

    #[test]
    fn parts_that_overlap_add_up_to_more() {
        let parts = [part(vec![40, 0, 60], false), part(vec![40, 0, 60], false)];
        let correction = CORRECTOR.adjusted_count(&[40, 0, 60], Makeup::unknown(3));
        let found = correction.parts(&parts, 20);
        for part in found {
            assert!((part.counts[0] - correction.whole.counts[0]).abs() < 1e-3, "{part:?}");
        }
    }

    #[test]
    fn one_part_is_the_whole() {
        let answers = vec![3, 0, 500];
        let correction = CORRECTOR.adjusted_count(&answers, Makeup::unknown(3));
        let found = correction.parts(&[part(answers, false)], 20);
        assert_eq!(found, vec![correction.whole]);
    }
}
