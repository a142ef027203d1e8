//! What a run needs to go on after it was interrupted.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rolecall_tables::Digested;
use serde::{Deserialize, Serialize};

use super::part::{beside, replace};
use super::report::InputReport;
use super::{BatchError, Summary};

/// The version of the file's layout and of the signatures in its journal; another one is refused.
const FORMAT_VERSION: u32 = 2;

/// How far a run has come: all that is needed to go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Checkpoint {
    format_version: u32,
    /// All that decides what is written, by name.
    pub(super) settings: BTreeMap<String, String>,
    /// The inputs that are done.
    pub(super) inputs: Vec<InputReport>,
    /// The input that is being read.
    pub(super) current: Option<Current>,
    /// Good bytes of the output's part.
    pub(super) output_bytes: u64,
    /// Good bytes of the part of the rows that were set aside; none if there is no such file yet.
    pub(super) rejects_bytes: Option<u64>,
    /// Good bytes of the journal of signatures.
    pub(super) journal_bytes: Option<u64>,
    /// Whether all inputs are done, and only files have to be put in their places.
    pub(super) complete: bool,
}

/// How far the current input has been read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Current {
    /// The input as it was given.
    #[serde(with = "super::path_text")]
    pub(super) path: PathBuf,
    /// Decompressed and decoded bytes, or rows of a Parquet file, that are done.
    pub(super) position: u64,
    /// Lines that are done.
    pub(super) lines: u64,
    /// Bytes of the file that were read, and their SHA-256: they must not have changed.
    pub(super) bytes: u64,
    pub(super) sha256: String,
    /// The size of the file.
    pub(super) size: Option<u64>,
    /// What was done with its rows.
    pub(super) summary: Summary,
    /// What is wrong with it behind the rows that are done.
    #[serde(default)]
    pub(super) damage: Option<String>,
    /// The same as `bytes` and `sha256`, while the run goes on.
    #[serde(skip)]
    pub(super) digested: Digested,
}

impl Current {
    pub(super) fn new(path: &Path, size: Option<u64>) -> Self {
        Self {
            path: path.to_owned(),
            position: 0,
            lines: 0,
            bytes: 0,
            sha256: String::new(),
            size,
            summary: Summary::default(),
            damage: None,
            digested: Digested::default(),
        }
    }
}

/// Returns where the checkpoint of an output is.
pub(super) fn path_for(output: &Path) -> PathBuf {
    beside(output, ".checkpoint.json")
}

impl Checkpoint {
    /// Makes the checkpoint of a run that has done nothing.
    pub(super) fn new(settings: BTreeMap<String, String>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            settings,
            inputs: Vec::new(),
            current: None,
            output_bytes: 0,
            rejects_bytes: None,
            journal_bytes: None,
            complete: false,
        }
    }

    /// Writes the checkpoint of an output, in one step.
    pub(super) fn save(&self, output: &Path) -> Result<(), BatchError> {
        let path = path_for(output);
        let wrong = BatchError::write(&path);
        let text = serde_json::to_string_pretty(self).map_err(|error| wrong(error.into()))?;
        replace(&path, &text)
    }

    /// Reads the checkpoint of an output, if there is one, and checks that it is one of a run
    /// with the same settings.
    pub(super) fn load(
        output: &Path,
        settings: &BTreeMap<String, String>,
    ) -> Result<Option<Self>, BatchError> {
        let path = path_for(output);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(BatchError::Write { path, source }),
        };
        let broken = |reason: String| BatchError::Checkpoint { path: path.clone(), reason };
        let checkpoint: Self =
            serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
        if checkpoint.format_version != FORMAT_VERSION {
            return Err(broken(format!(
                "expected format version {FORMAT_VERSION}, found {}",
                checkpoint.format_version
            )));
        }
        let (then, now) = (&checkpoint.settings, settings);
        let names = then.keys().chain(now.keys());
        for name in names {
            if then.get(name) != now.get(name) {
                let show = |value: Option<&String>| {
                    value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"))
                };
                return Err(BatchError::SettingsDiffer {
                    path: output.to_owned(),
                    name: name.clone(),
                    then: show(then.get(name)),
                    now: show(now.get(name)),
                });
            }
        }
        Ok(Some(checkpoint))
    }

    /// Removes the checkpoint of an output.
    pub(super) fn remove(output: &Path) -> Result<(), BatchError> {
        let path = path_for(output);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(BatchError::Write { path, source })
            }
            _ => Ok(()),
        }
    }
}
