//! What is answered for the postings of each class.

use super::Evidence;

/// Postings that the pattern of all roles together counts for in that of each: without them, a role with
/// ten labelled postings would never be taken for one that it was not taken for among these.
pub(super) const PATTERN_POSTINGS: f64 = 4.0;

/// Postings out of scope that count as answered with roles, in the mix of the answers, beside those labelled:
/// without them, what was never a false alarm could never become one.
const FALSE_ALARMS: f64 = 0.5;

/// The probability of each answer given each class.
#[derive(Debug, Clone, PartialEq)]
pub struct Confusion {
    /// One row for each answer, one column for each class; columns add up to 1.
    pub matrix: Vec<Vec<f64>>,
}

impl Confusion {
    /// Estimates the probabilities from labelled postings.
    ///
    /// Those of a role are drawn towards the pattern of all roles (how often a role is answered
    /// rightly, `none`, and which others are), as if it had four more postings of that pattern.
    pub fn of(evidence: &Evidence) -> Self {
        let weights = evidence.row_weights();
        let answers = sums(evidence, &weights);
        Self::from_sums(&answers, &prior(&answers))
    }

    /// Adds up weighted rows, and what is seen of no row, by class.
    pub(super) fn from_sums(answers: &[Vec<f64>], prior: &[Vec<f64>]) -> Self {
        let classes = answers.len();
        let mut matrix = answers.to_vec();
        for class in 0..classes {
            let sum: f64 = (0..classes).map(|i| answers[i][class] + prior[i][class]).sum();
            for i in 0..classes {
                matrix[i][class] = match sum > 0.0 {
                    true => (answers[i][class] + prior[i][class]) / sum,
                    // Of a class without any posting nothing is known.
                    false => f64::from(u8::from(i == class)),
                };
            }
        }
        Self { matrix }
    }
}

/// Returns the weight of the rows by answer and class.
pub(super) fn sums(evidence: &Evidence, weights: &[f64]) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0; evidence.classes]; evidence.classes];
    for (row, weight) in evidence.rows.iter().zip(weights) {
        sums[row.answer][row.label] += weight;
    }
    sums
}

/// Returns the postings by answer and class that count beside those labelled.
fn prior(answers: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let classes = answers.len();
    let none = classes - 1;
    let of_roles = |answer: usize| answers[answer][..none].iter().sum::<f64>();
    let all = (0..classes).map(of_roles).sum::<f64>().max(f64::MIN_POSITIVE);
    let right: f64 = (0..none).map(|role| answers[role][role]).sum::<f64>() / all;
    let other: Vec<f64> =
        (0..none).map(|role| (of_roles(role) - answers[role][role]) / all).collect();
    let others: f64 = other.iter().sum();
    let mut prior = vec![vec![0.0; classes]; classes];
    for class in 0..none {
        let elsewhere = others - other[class];
        for answer in (0..none).filter(|&answer| answer != class && elsewhere > 0.0) {
            prior[answer][class] = PATTERN_POSTINGS * other[answer] * others / elsewhere;
        }
        prior[class][class] = PATTERN_POSTINGS * right;
        prior[none][class] = PATTERN_POSTINGS * of_roles(none) / all;
    }
    let answered = (0..none).map(of_roles).sum::<f64>().max(f64::MIN_POSITIVE);
    for (role, row) in prior.iter_mut().enumerate().take(none) {
        row[none] = FALSE_ALARMS * of_roles(role) / answered;
    }
    prior
}
