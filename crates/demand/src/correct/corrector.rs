//! From the answers of a file to the counts of its roles.

use rolecall_evaluation::Interval;

use super::bootstrap::{Draws, interval};
use super::confusion::Confusion;
use super::error_model::ErrorModel;
use super::spread::Spread;
use super::{CorrectionError, Evidence, Makeup, nearest_shares};

/// Corrects counts for the classifier's errors.
#[derive(Debug, Clone)]
pub struct Corrector {
    labels: Vec<usize>,
    mean: Confusion,
    spread: Spread,
    boards: Vec<String>,
    draws: usize,
}

/// Corrected counts, and draws of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    pub(super) counts: Vec<f64>,
    pub(super) draws: Vec<Vec<f64>>,
}

/// What is made of the answers of a file.
#[derive(Debug, Clone)]
pub struct Correction {
    pub(super) answers: Vec<f64>,
    pub(super) file: Makeup,
    /// Share of the variance between boards.
    pub(super) rho: f64,
    pub(super) mean: Confusion,
    pub(super) model: ErrorModel,
    pub(super) drawn: Vec<Confusion>,
    /// The file as a whole.
    pub whole: Corrected,
}

impl Corrector {
    /// Draws that intervals are made of.
    pub const DRAWS: usize = 1000;

    /// Estimates the classifier's errors from labelled postings; intervals will be made of so many draws.
    ///
    /// # Errors
    ///
    /// Returns an error if there are fewer than 50 labelled postings in scope, or out of it.
    pub fn new(evidence: &Evidence, draws: usize) -> Result<Self, CorrectionError> {
        let labels = evidence.labels();
        let none = evidence.classes - 1;
        for (what, found) in
            [("in scope", labels[..none].iter().sum()), ("out of scope", labels[none])]
        {
            if found < Evidence::MIN_POSTINGS {
                let expected = Evidence::MIN_POSTINGS;
                return Err(CorrectionError::TooFew { what, found, expected });
            }
        }
        let mean = Confusion::of(evidence);
        let found: Vec<f64> = mean.matrix[none].iter().map(|missed| 1.0 - missed).collect();
        let spread = Spread::of(evidence, &evidence.row_weights(), &found);
        Ok(Self { labels, mean, spread, boards: evidence.boards.clone(), draws })
    }

    /// Tells whether a role has enough labelled postings for its corrected count to be told.
    pub fn knows(&self, role: usize) -> bool {
        self.labels.get(role).is_some_and(|&labels| labels >= Evidence::MIN_OF_ROLE)
    }

    /// Returns the position of a board in the evidence, if labelled postings are from one of this name.
    pub fn board(&self, name: &str) -> Option<u32> {
        let found = self.boards.iter().position(|board| !name.is_empty() && board == name);
        found.and_then(|position| u32::try_from(position).ok())
    }

    /// Returns how many classes there are.
    pub fn classes(&self) -> usize {
        self.labels.len()
    }

    /// Returns the answers of a file as they are, with the interval that another file of the kind would be
    /// in.
    pub fn raw_count(&self, answers: &[u64]) -> Corrected {
        let counts: Vec<f64> = answers.iter().map(|&count| count as f64).collect();
        let rows: f64 = counts.iter().sum();
        let mut random = Draws::new(7);
        let draw = |_| random.shares(&counts).iter().map(|share| share * rows).collect();
        Corrected { draws: (0..self.draws).map(draw).collect(), counts }
    }

    /// Corrects the answers of a file by adjusted count: how many rows are answered with each
    /// class. Takes about 30 microseconds for a draw.
    ///
    /// Each draw has other errors, as different from those among the labelled postings as the file's boards and
    /// employers may be, and other answers, as of another file of the kind. Of the rows that are tagged with a role
    /// some are right in every draw, even if no more are tagged than false alarms are expected.
    pub fn adjusted_count(&self, answers: &[u64], file: Makeup) -> Correction {
        let answers: Vec<f64> = answers.iter().map(|&count| count as f64).collect();
        let rows: f64 = answers.iter().sum();
        let none = answers.len() - 1;
        let model = ErrorModel::of(&self.mean, &self.spread, &answers, &file);
        let mut random = Draws::new(4);
        let solve = |confusion: &Confusion, shares: &[f64]| -> Vec<f64> {
            let found = nearest_shares(&confusion.matrix, shares);
            found.into_iter().map(|share| share * rows).collect()
        };
        let (mut drawn, mut draws) = (Vec::new(), Vec::new());
        for _ in 0..self.draws {
            let shares = random.shares(&answers);
            let confusion = random.confusion(&model, 1.0 - shares[none]);
            let mut counts = solve(&confusion, &shares);
            for (count, &tagged) in counts.iter_mut().zip(&answers[..none]) {
                if tagged > 0.0 {
                    // Of so many none was seen to be right (Jeffreys' prior).
                    let least = tagged * random.beta(0.5 / (tagged + 1.0), tagged + 1.0);
                    *count = count.max(least);
                }
            }
            let sum: f64 = counts.iter().sum();
            counts.iter_mut().for_each(|count| *count *= rows / sum.max(f64::MIN_POSITIVE));
            drawn.push(confusion);
            draws.push(counts);
        }
        let shares: Vec<f64> = answers.iter().map(|count| count / rows.max(1.0)).collect();
        Correction {
            whole: Corrected { counts: solve(&self.mean, &shares), draws },
            mean: self.mean.clone(),
            answers,
            file,
            rho: self.spread.between_boards,
            model,
            drawn,
        }
    }
}

impl Corrected {
    /// Returns the counts with so many more of each class, which are known and add no doubt.
    #[must_use]
    pub fn plus(mut self, known: &[u64]) -> Self {
        for counts in self.draws.iter_mut().chain([&mut self.counts]) {
            counts.iter_mut().zip(known).for_each(|(count, &known)| *count += known as f64);
        }
        self
    }

    /// Returns the corrected count of some classes together, with its 95 % interval.
    pub fn interval(&self, classes: &[usize]) -> Interval {
        let sum = |counts: &Vec<f64>| classes.iter().map(|&class| counts[class]).sum::<f64>();
        interval(sum(&self.counts), self.draws.iter().map(sum).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall::Corpus;

    fn embedded() -> (Corrector, usize) {
        let corpus = Corpus::embedded().unwrap();
        (
            Corrector::new(&Evidence::of_corpus(&corpus).unwrap(), 200).unwrap(),
            corpus.taxonomy.roles.len(),
        )
    }

    fn makeup(classes: usize, employers: f64, boards: f64) -> Makeup {
        Makeup {
            employers: vec![employers; classes],
            in_scope: employers,
            boards: vec![boards; classes],
            known: vec![Vec::new(); classes],
        }
    }

    #[test]
    fn no_interval_beside_tagged_rows_is_without_width() {
        let (corrector, roles) = embedded();
        for tagged in [1, 9] {
            for (file, rows) in [(1.0, 50_000), (5.0, 1_000), (5_000.0, 1_000_000)] {
                for role in 0..roles {
                    let mut answers = vec![0; roles + 1];
                    (answers[role], answers[roles]) = (tagged, rows);
                    let correction =
                        corrector.adjusted_count(&answers, makeup(roles + 1, file, file.min(9.0)));
                    let interval = correction.whole.interval(&[role]);
                    assert!(interval.high > interval.low, "{role} {tagged} {rows}: {interval:?}");
                    assert!(interval.high > 0.2, "{role} {tagged} {rows}: {interval:?}");
                }
            }
        }
    }

    #[test]
    fn few_tagged_rows_of_few_employers_may_all_be_right() {
        let (corrector, roles) = embedded();
        let mut answers = vec![0; roles + 1];
        (answers[0], answers[roles]) = (9, 2_000);
        let correction = corrector.adjusted_count(&answers, Makeup::unknown(roles + 1));
        let interval = correction.whole.interval(&[0]);
        assert!(interval.low <= 9.0 && interval.high >= 9.0, "{interval:?}");
    }

    #[test]
    fn the_more_employers_and_boards_the_narrower() {
        let (corrector, roles) = embedded();
        let mut answers = vec![40; roles + 1];
        answers[roles] = 4_000;
        let all: Vec<usize> = (0..roles).collect();
        let width = |employers, boards| {
            let file = makeup(roles + 1, employers, boards);
            let interval = corrector.adjusted_count(&answers, file).whole.interval(&all);
            interval.high - interval.low
        };
        let widths = [width(3.0, 1.0), width(300.0, 1.0), width(300.0, 20.0)];
        assert!(widths.is_sorted_by(|a, b| a > b), "{widths:?}");
    }
}
