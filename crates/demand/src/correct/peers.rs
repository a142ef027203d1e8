//! Compares adjusted counts with QuaPy's: `tests/oracles/correction.py` says how its results were made.

use serde::Deserialize;

use super::confusion::{Confusion, sums};
use super::{Evidence, EvidenceRow, nearest_shares};

#[derive(Deserialize)]
struct Case {
    classes: usize,
    labels: Vec<usize>,
    answers: Vec<usize>,
    file_answers: Vec<u64>,
    matrix: Vec<Vec<f64>>,
    acc: Vec<f64>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../../tests/oracles/correction.json")).unwrap()
}

impl Case {
    /// QuaPy's matrices have no pattern of all roles in them.
    fn matrix(&self) -> Vec<Vec<f64>> {
        let row = |(&label, &answer): (&usize, &usize)| {
            let candidates = [(0, 0.0), (1, 0.0)];
            EvidenceRow { label, answer, weight: None, group: 0, board: 0, candidates }
        };
        let rows: Vec<_> = self.labels.iter().zip(&self.answers).map(row).collect();
        let weights = vec![1.0; rows.len()];
        let boards = vec![String::new()];
        let evidence = Evidence { classes: self.classes, boards, rows };
        let nothing = vec![vec![0.0; self.classes]; self.classes];
        Confusion::from_sums(&sums(&evidence, &weights), &nothing).matrix
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
        let matrix = case.matrix();
        assert_near(&matrix.concat(), &case.matrix.concat());
        let rows: u64 = case.file_answers.iter().sum();
        let shares: Vec<f64> =
            case.file_answers.iter().map(|&count| count as f64 / rows as f64).collect();
        assert_near(&nearest_shares(&matrix, &shares), &case.acc);
    }
}
