//! Checks that tagged files were tagged as the evidence is about.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::DemandError;
use crate::Corpus;

/// Checks that a tagged file was tagged with this corpus and by its default choices, if the manifest beside
/// it says how it was tagged.
///
/// # Errors
///
/// Returns an error that says what differs.
pub fn check_manifest(input: &Path, corpus: &Corpus) -> Result<(), DemandError> {
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
