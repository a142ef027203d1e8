//! What is answered for the postings of each class.

use super::Evidence;

/// Postings that the pattern of all roles together counts for in that of each: without them, a role with
/// ten labelled postings would never be taken for one that it was not taken for among these.
pub(super) const PATTERN_POSTINGS: f64 = 4.0;

/// The probability of each answer (or the mean probability of each class) given each class.
#[derive(Debug, Clone, PartialEq)]
pub struct Confusion {
    /// One row for each answer, one column for each class; columns add up to 1.
    pub matrix: Vec<Vec<f64>>,
}

/// What a labelled posting says of its class.
pub(super) type Seen = Vec<(usize, f64)>;

/// What is answered for roles whatever the role: right, `none`, or another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    right: f64,
    none: f64,
    /// By answer, of those that are another role.
    other: Vec<f64>,
}

impl Confusion {
    /// Estimates the probabilities from labelled postings.
    ///
    /// Those of a role are drawn towards the pattern of all roles (how often a role is answered
    /// rightly, `none`, and which others are), as if it had four more postings of that pattern.
    pub fn of(evidence: &Evidence) -> Self {
        let seen: Vec<Seen> = evidence.rows.iter().map(|row| vec![(row.answer, 1.0)]).collect();
        Self::mean(evidence, &seen)
    }

    /// The same with the mean probabilities of the classes in place of answers.
    pub fn of_posteriors(evidence: &Evidence) -> Self {
        Self::mean(evidence, &posteriors(evidence))
    }

    fn mean(evidence: &Evidence, seen: &[Seen]) -> Self {
        let weights = evidence.row_weights();
        let pattern = Pattern::of(evidence, seen, &weights);
        let prior = |class: usize| pattern.postings(class, evidence.classes);
        Self::from_weights(evidence, seen, &weights, prior)
    }

    /// Adds up weighted rows and what is seen of no row, by class.
    pub(super) fn from_weights(
        evidence: &Evidence,
        seen: &[Seen],
        weights: &[f64],
        mut prior: impl FnMut(usize) -> Vec<f64>,
    ) -> Self {
        let classes = evidence.classes;
        let mut matrix = vec![vec![0.0; classes]; classes];
        for ((row, seen), weight) in evidence.rows.iter().zip(seen).zip(weights) {
            for &(class, p) in seen {
                matrix[class][row.label] += weight * p;
            }
        }
        for class in 0..classes {
            let prior = prior(class);
            let sum: f64 = (0..classes).map(|i| matrix[i][class] + prior[i]).sum();
            for (i, row) in matrix.iter_mut().enumerate() {
                row[class] = match sum > 0.0 {
                    true => (row[class] + prior[i]) / sum,
                    // Of a class without any posting nothing is known.
                    false => f64::from(u8::from(i == class)),
                };
            }
        }
        Self { matrix }
    }
}

/// Returns what the probabilities of each row say.
pub(super) fn posteriors(evidence: &Evidence) -> Vec<Seen> {
    let none = evidence.classes - 1;
    let seen = |row: &super::EvidenceRow| {
        let of_none = 1.0 - row.candidates.iter().map(|(_, p)| p).sum::<f64>();
        row.candidates.iter().copied().chain([(none, of_none)]).collect()
    };
    evidence.rows.iter().map(seen).collect()
}

impl Pattern {
    pub(super) fn of(evidence: &Evidence, seen: &[Seen], weights: &[f64]) -> Self {
        let none = evidence.classes - 1;
        let mut pattern = Self { right: 0.0, none: 0.0, other: vec![0.0; none] };
        let mut all = 0.0;
        for ((row, seen), weight) in evidence.rows.iter().zip(seen).zip(weights) {
            if row.label == none {
                continue;
            }
            all += weight;
            for &(class, p) in seen {
                let cell = match class {
                    class if class == row.label => &mut pattern.right,
                    class if class == none => &mut pattern.none,
                    class => &mut pattern.other[class],
                };
                *cell += weight * p;
            }
        }
        let all: f64 = f64::max(all, f64::MIN_POSITIVE);
        pattern.right /= all;
        pattern.none /= all;
        pattern.other.iter_mut().for_each(|other| *other /= all);
        pattern
    }

    /// Returns how many postings of each answer the pattern stands for in a class.
    pub(super) fn postings(&self, class: usize, classes: usize) -> Vec<f64> {
        let none = classes - 1;
        if class == none {
            return vec![0.0; classes];
        }
        let others: f64 = self.other.iter().sum();
        let elsewhere: f64 =
            self.other.iter().enumerate().filter(|&(n, _)| n != class).map(|(_, p)| p).sum();
        let share = |n: usize| match n {
            n if n == class => self.right,
            n if n == none => self.none,
            n if elsewhere > 0.0 => self.other[n] * others / elsewhere,
            _ => 0.0,
        };
        (0..classes).map(|n| PATTERN_POSTINGS * share(n)).collect()
    }
}
