//! Compares the estimates with those of ppi_py: `tests/oracles/audit.py` says how these were made.

use serde::Deserialize;

use super::{SampledStratum, precision, slope};

#[derive(Deserialize)]
struct Case {
    labels: Vec<f64>,
    predictions: Vec<f64>,
    unlabelled: Vec<f64>,
    tuned: [f64; 3],
    untuned: [f64; 3],
    labels_alone: [f64; 3],
}

#[test]
fn estimates_are_those_of_ppi_py() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../../tests/oracles/audit.json")).unwrap();
    assert!(cases.len() >= 5);
    for case in cases {
        let all = || case.predictions.iter().chain(&case.unlabelled);
        let strata = [SampledStratum {
            postings: all().count() as u64,
            sum: all().sum(),
            squares: all().map(|f| f * f).sum(),
            labelled: case.labels.iter().copied().zip(case.predictions.iter().copied()).collect(),
        }];
        // Their power is the slope times the share of rows without a label.
        let untuned = all().count() as f64 / case.unlabelled.len() as f64;
        for (slope, theirs) in
            [(slope(&strata), case.tuned), (untuned, case.untuned), (0.0, case.labels_alone)]
        {
            let found = precision(&strata, slope);
            let ours = [found.mean, found.mean - found.margin(), found.mean + found.margin()];
            for (a, b) in ours.iter().zip(&theirs) {
                assert!((a - b).abs() < 1e-6, "{ours:?} {theirs:?}");
            }
        }
    }
}
