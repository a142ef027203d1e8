//! Compares the methods with QuaPy's: `tests/oracles/correction.py` says how its results were made.

use serde::Deserialize;

use super::confusion::{Confusion, Seen, posteriors};
use super::corrector::Posteriors;
use super::{Evidence, EvidenceRow, expectation_maximisation, nearest_shares};

#[derive(Deserialize)]
struct Case {
    classes: usize,
    labels: Vec<usize>,
    answers: Vec<usize>,
    candidates: Vec<[(usize, f64); 2]>,
    file_answers: Vec<u64>,
    file_candidates: Vec<[(usize, f64); 2]>,
    prior: Vec<f64>,
    matrix: Vec<Vec<f64>>,
    matrix_of_posteriors: Vec<Vec<f64>>,
    acc: Vec<f64>,
    pacc: Vec<f64>,
    emq: Vec<f64>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../tests/oracles/correction.json")).unwrap()
}

impl Case {
    fn evidence(&self) -> Evidence {
        let rows = self.labels.iter().zip(&self.answers).zip(&self.candidates);
        let row = |((&label, &answer), &candidates): ((&usize, &usize), &[(usize, f64); 2])| {
            EvidenceRow { label, answer, weight: None, group: 0, board: 0, candidates }
        };
        Evidence { classes: self.classes, boards: vec![String::new()], rows: rows.map(row).collect() }
    }

    /// QuaPy's matrices have no pattern of all roles in them.
    fn matrix(&self, seen: &[Seen]) -> Vec<Vec<f64>> {
        let evidence = self.evidence();
        let weights = vec![1.0; evidence.rows.len()];
        Confusion::from_weights(&evidence, seen, &weights, |_| vec![0.0; self.classes]).matrix
    }
}

fn assert_near(ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len());
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() < 1e-6, "{ours:?}\n{theirs:?}");
    }
}

#[test]
fn adjusted_counts_are_those_of_quapy() {
    for case in cases() {
        let seen: Vec<Seen> = case.answers.iter().map(|&answer| vec![(answer, 1.0)]).collect();
        let matrix = case.matrix(&seen);
        assert_near(&matrix.concat(), &case.matrix.concat());
        let rows: u64 = case.file_answers.iter().sum();
        let shares: Vec<f64> =
            case.file_answers.iter().map(|&count| count as f64 / rows as f64).collect();
        assert_near(&nearest_shares(&matrix, &shares), &case.acc);
    }
}

#[test]
fn probabilistic_adjusted_counts_are_those_of_quapy() {
    for case in cases() {
        let matrix = case.matrix(&posteriors(&case.evidence()));
        assert_near(&matrix.concat(), &case.matrix_of_posteriors.concat());
        let mut file = Posteriors::new(case.classes);
        case.file_candidates.iter().for_each(|&row| file.add(row));
        assert_near(&nearest_shares(&matrix, &file.means()), &case.pacc);
    }
}

#[test]
fn expectation_maximisation_is_that_of_quapy() {
    for case in cases() {
        let none = case.classes - 1;
        let row = |candidates: &[(usize, f64); 2]| {
            let of_none = 1.0 - candidates.iter().map(|(_, p)| p).sum::<f64>();
            (1.0, candidates.iter().copied().chain([(none, of_none)]).collect())
        };
        let rows: Vec<_> = case.file_candidates.iter().map(row).collect();
        let shares = expectation_maximisation(&rows, &case.prior, 1e-13, 1_000_000);
        assert_near(&shares, &case.emq);
    }
}
