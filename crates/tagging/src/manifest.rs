//! What a run did, in a file beside its output: enough to do it again, and to cite it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rolecall::Classifier;
use rolecall::classify::DecisionOptions;
use rolecall_tables::Digested;
use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::part::{beside, replace};
use super::report::{InputReport, Report};
use super::{BatchError, Summary};
use crate::likeness::{Likeness, LikenessReference};

/// The content of `OUT.manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of rolecall.
    pub rolecall: String,
    /// The name of the taxonomy.
    pub taxonomy: String,
    /// SHA-256 of all files of the corpus.
    pub corpus_sha256: String,
    /// All that decides what is written, by name.
    pub settings: BTreeMap<String, String>,
    /// The inputs, in order.
    pub inputs: Vec<InputReport>,
    /// What was done with all rows.
    pub rows: Summary,
    /// How many rows are tagged with each role, and with `none`.
    pub tags: BTreeMap<String, u64>,
    /// How unlike the labelled postings they are; nothing if that is not known for the taxonomy.
    #[serde(default)]
    pub likeness: Option<Likeness>,
    /// The output.
    pub output: OutputReport,
    /// The file of the rows that were set aside, if there is one.
    #[serde(with = "super::path_text::optional", default)]
    pub rejects: Option<PathBuf>,
    /// What differs from run to run.
    pub run: RunTimes,
}

/// An output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputReport {
    /// Its name.
    #[serde(with = "super::path_text")]
    pub file: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// What differs from run to run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RunTimes {
    /// When the run started, or went on, in seconds since 1970.
    pub started: u64,
    /// How long it took from then on, in seconds.
    pub seconds: f64,
    /// How many threads tagged.
    pub threads: usize,
    /// Whether it went on from an interrupted one.
    pub resumed: bool,
}

/// Returns what decides the answers, by the names in a manifest.
pub(super) fn answer_settings(classifier: &Classifier) -> [(&'static str, String); 3] {
    let DecisionOptions { min_confidence, prevalence } = classifier.options();
    let prevalence = prevalence.map_or("of the calibration".to_owned(), |p| p.to_string());
    [
        ("corpus", classifier.corpus().hash()),
        ("--min-confidence", min_confidence.to_string()),
        ("--prevalence", prevalence),
    ]
}

/// Returns where the manifest of an output is.
pub(super) fn path_for(output: &Path) -> PathBuf {
    beside(output, ".manifest.json")
}

impl Manifest {
    pub(super) fn new(
        (classifier, labelled): (&Classifier, Option<LikenessReference>),
        checkpoint: &Checkpoint,
        place: &Path,
        digested: &Digested,
        rejects: Option<&Path>,
        run: RunTimes,
    ) -> Self {
        let corpus = classifier.corpus();
        let mut rows = Summary::new(corpus.taxonomy.roles.len());
        checkpoint.inputs.iter().for_each(|input| rows.add(&input.rows));
        let roles = corpus.taxonomy.roles.iter().map(|role| role.id.clone());
        let none = rolecall::taxonomy::NONE.to_owned();
        Self {
            rolecall: env!("CARGO_PKG_VERSION").to_owned(),
            taxonomy: corpus.taxonomy.name.clone(),
            corpus_sha256: corpus.hash(),
            settings: checkpoint.settings.clone(),
            inputs: checkpoint.inputs.clone(),
            tags: roles.zip(rows.tagged.iter().copied()).chain([(none, rows.none)]).collect(),
            likeness: labelled.map(|labelled| labelled.judge(&rows.likeness)),
            rows,
            output: OutputReport {
                file: place.file_name().map_or_else(|| place.to_owned(), PathBuf::from),
                bytes: digested.bytes,
                sha256: digested.sha256(),
            },
            rejects: rejects.map(Path::to_owned),
            run,
        }
    }

    /// Writes the manifest of an output.
    pub(super) fn save(&self, output: &Path) -> Result<(), BatchError> {
        let path = path_for(output);
        let text = serde_json::to_string_pretty(self);
        let text = text.map_err(|error| BatchError::write(&path)(error.into()))?;
        replace(&path, &format!("{text}\n"))
    }

    /// Reads the manifest of a complete output and checks that it was made with the same
    /// settings, and that the output is as long as it was.
    pub(super) fn load(
        output: &Path,
        settings: &BTreeMap<String, String>,
    ) -> Result<Self, BatchError> {
        let known = Self::beside(output).ok().flatten();
        let bytes = fs::metadata(output).map(|found| found.len()).ok();
        let is_same = |manifest: &Self| {
            manifest.settings == *settings && Some(manifest.output.bytes) == bytes
        };
        match known {
            Some(manifest) if is_same(&manifest) => Ok(manifest),
            _ => Err(BatchError::Exists { path: output.to_owned() }),
        }
    }

    /// Reads the manifest beside an output, if there is one.
    ///
    /// # Errors
    ///
    /// Returns an error if there is one that this version can't read.
    pub fn beside(output: &Path) -> Result<Option<Self>, serde_json::Error> {
        fs::read(path_for(output)).ok().map(|bytes| serde_json::from_slice(&bytes)).transpose()
    }

    /// Returns the name of the first setting by which this classifier may answer otherwise than the one that
    /// made the output: `corpus`, `--min-confidence` or `--prevalence`.
    pub fn answered_otherwise_than(&self, classifier: &Classifier) -> Option<&'static str> {
        let mut now = answer_settings(classifier).into_iter();
        now.find(|(name, value)| self.settings.get(*name) != Some(value)).map(|(name, _)| name)
    }

    pub(super) fn into_report(self, output: &Path) -> Report {
        Report {
            inputs: self.inputs,
            rows: self.rows,
            output_bytes: self.output.bytes,
            rejects: self.rejects,
            manifest: Some(path_for(output)),
            was_complete: true,
        }
    }
}
