//! Checks that rows are answered as the evidence is about, before their counts are corrected by it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::correct::{self, Corrector};
use super::{DemandError, Evidence, Shown};
use crate::batch::InputPath;
use crate::classify::Choices;
use crate::{Classifier, Corpus};

impl Shown {
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
        if classifier.choices() != Choices::default() {
            return Err(DemandError::AnsweredOtherwise);
        }
        for input in inputs {
            check_manifest(&input.path, classifier.corpus())?;
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

/// Checks that a tagged file was tagged with this corpus and by its default choices, if the manifest beside
/// it says how it was tagged.
fn check_manifest(input: &Path, corpus: &Corpus) -> Result<(), DemandError> {
    let mut name = input.as_os_str().to_owned();
    name.push(".manifest.json");
    let Ok(text) = fs::read_to_string(&name) else { return Ok(()) };
    let Ok(manifest) = serde_json::from_str::<Value>(&text) else { return Ok(()) };
    let settings = &manifest["settings"];
    let differs =
        |what: &'static str| DemandError::TaggedOtherwise { path: input.to_owned(), what };
    if settings["corpus"].as_str().is_some_and(|hash| hash != corpus.hash()) {
        return Err(differs("another corpus"));
    }
    if settings["--min-confidence"].as_str().is_some_and(|value| value != "0") {
        return Err(differs("--min-confidence"));
    }
    if settings["--prevalence"].as_str().is_some_and(|value| value != "of the calibration") {
        return Err(differs("--prevalence"));
    }
    Ok(())
}
