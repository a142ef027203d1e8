use serde::{Deserialize, Serialize};

use super::LikenessCounts;
use super::reference::{LikenessReference, NAMES, WORSE};

/// Rows of a measure without which nothing is said of it.
const MIN_ROWS: u64 = 10;

/// How unlike the labelled postings a file is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Likeness {
    /// Whether it is farther from the labelled boards than 95 % of these are from one another.
    pub is_unlike: bool,
    /// How far it is at worst, in standard deviations between boards; nothing if there are too few rows.
    pub distance: Option<f64>,
    /// From where on it is called unlike.
    pub limit: f64,
    /// What was measured; measures of fewer than 10 rows are left out.
    pub measures: Vec<MeasuredLikeness>,
}

/// A measure of a file, beside that of labelled boards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredLikeness {
    /// Its name: `words_known`, `role_sure` or `in_doubt`.
    pub name: String,
    /// Of how many rows it is.
    pub rows: u64,
    /// Its mean over them, 0..=1.
    pub value: f64,
    /// Its mean over labelled boards.
    pub labelled: f64,
    /// How far apart these are, in standard deviations; above 0 where answers are worse.
    pub distance: f64,
}

impl LikenessReference {
    /// Says how unlike the labelled postings the counted rows are.
    pub fn judge(&self, counts: &LikenessCounts) -> Likeness {
        let measures = self.measures().into_iter().zip(counts.means()).zip(NAMES.iter().zip(WORSE));
        let measured = measures.filter(|((_, (rows, _)), _)| *rows >= MIN_ROWS);
        let measures: Vec<_> = measured
            .map(|((measure, (rows, value)), (name, worse))| MeasuredLikeness {
                name: (*name).to_owned(),
                rows,
                value: rounded(value),
                labelled: rounded(measure.mean),
                distance: rounded(worse * measure.distance(value, rows as f64)),
            })
            .collect();
        let distance = measures.iter().map(|measure| measure.distance).reduce(f64::max);
        let is_unlike = distance.is_some_and(|distance| distance > self.limit);
        Likeness { is_unlike, distance, limit: rounded(self.limit), measures }
    }
}

impl Likeness {
    /// Says in one sentence or two that the file is unlike the labelled postings, by what, and what to do;
    /// nothing if it is not.
    pub fn warning(&self) -> Option<String> {
        if !self.is_unlike {
            return None;
        }
        let further =
            |a: &&MeasuredLikeness, b: &&MeasuredLikeness| a.distance.total_cmp(&b.distance);
        let worst = self.measures.iter().max_by(further)?;
        let [here, there] =
            [worst.value, worst.labelled].map(|share| format!("{:.0} %", 100.0 * share));
        let what = match worst.name.as_str() {
            "words_known" => {
                format!("{here} of the words of its texts are known, {there} on labelled boards")
            }
            "role_sure" => format!(
                "the closest role has {here} of what the two closest have, {there} on labelled boards"
            ),
            _ => format!("{here} of the likely rows are in doubt, {there} on labelled boards"),
        };
        Some(format!(
            "These rows are unlike the postings that rolecall was fitted to ({what}): answers can be wrong more \
             often, and counts further off, than their figures say. A labelled sample measures it (`rolecall audit draw`)."
        ))
    }
}

/// Rounds to what is shown, so that the bytes are the same on every machine.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::likeness::LikenessMeasure;

    fn reference() -> LikenessReference {
        let measure = |mean, spread, within| LikenessMeasure { mean, spread, within, boards: 40 };
        LikenessReference {
            limit: 2.5,
            words_known: measure(0.65, 0.02, 0.05),
            role_sure: measure(0.9, 0.05, 0.1),
            in_doubt: measure(0.6, 0.1, 0.5),
        }
    }

    fn counts(texts: u64, known: f64) -> LikenessCounts {
        let mut counts = LikenessCounts::default();
        (0..texts).for_each(|_| counts.count(200, known, 0.01, 0.5));
        counts
    }

    #[test]
    fn many_rows_are_far_out_sooner_than_few() {
        // 0.06 below: 3 standard deviations between boards, but 2.35 with the error of ten postings.
        let many = reference().judge(&counts(10_000, 0.59));
        assert!(many.is_unlike);
        assert!((many.distance.unwrap() - 3.0).abs() < 0.01, "{many:?}");
        let few = reference().judge(&counts(10, 0.59));
        assert!(!few.is_unlike && few.distance.unwrap() < 2.5, "{few:?}");
        let none = reference().judge(&counts(9, 0.0));
        assert_eq!((none.is_unlike, none.distance), (false, None));
        // More known words than elsewhere is no fault.
        assert!(!reference().judge(&counts(10_000, 0.95)).is_unlike);
    }

    #[test]
    fn the_sentence_names_the_worst_measure() {
        assert_eq!(reference().judge(&counts(100, 0.65)).warning(), None);
        let text = reference().judge(&counts(100, 0.1)).warning().unwrap();
        assert!(
            text.contains("10 % of the words of its texts are known, 65 % on labelled"),
            "{text}"
        );
        let mut doubtful = counts(100, 0.6);
        (0..1000).for_each(|_| doubtful.count(200, 0.65, 0.4, 0.9));
        let text = reference().judge(&doubtful).warning().unwrap();
        assert!(text.contains("100 % of the likely rows are in doubt, 60 %"), "{text}");
    }
}
