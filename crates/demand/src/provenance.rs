//! Checks that rows are answered as the evidence is about, before their counts are corrected by it.

use std::path::Path;

use rolecall::Classifier;
use rolecall::classify::DecisionOptions;
use rolecall_tagging::{InputPath, Manifest};

use super::correct::{self, Corrector};
use super::{DemandError, Evidence, ReportOptions};

impl ReportOptions {
    /// Has counts corrected by labelled postings, which come from a source that is named for the record.
    ///
    /// # Errors
    ///
    /// Returns an error if the classifier's choices are not the default ones, if an input was tagged with others
    /// or with another corpus, or if the evidence does not suffice.
    pub fn correct_by(
        &mut self,
        evidence: &correct::Evidence,
        source: String,
        classifier: &Classifier,
        inputs: &[InputPath],
    ) -> Result<(), DemandError> {
        if classifier.options() != DecisionOptions::default() {
            return Err(DemandError::AnsweredOtherwise);
        }
        for input in inputs {
            check_manifest(&input.path, classifier)?;
        }
        let labels = evidence.labels();
        self.corrector = Some(Corrector::new(evidence, Corrector::DRAWS)?);
        self.evidence = Some(Evidence {
            source,
            postings: evidence.rows.len() as u64,
            in_scope: labels.iter().rev().skip(1).sum::<usize>() as u64,
        });
        Ok(())
    }
}

/// Checks that a tagged file was tagged as this classifier would, if the manifest beside it says how it was
/// tagged.
fn check_manifest(input: &Path, classifier: &Classifier) -> Result<(), DemandError> {
    let differs =
        |what: &'static str| DemandError::TaggedOtherwise { path: input.to_owned(), what };
    let manifest = Manifest::beside(input).map_err(|_| differs("another version of rolecall"))?;
    match manifest.and_then(|manifest| manifest.answered_otherwise_than(classifier)) {
        None => Ok(()),
        Some("corpus") => Err(differs("another corpus")),
        Some(other) => Err(differs(other)),
    }
}
