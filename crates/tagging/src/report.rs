//! What a run did: for its user, and for the manifest.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Summary;

/// What was done with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputReport {
    /// The input as it was given.
    #[serde(with = "super::path_text")]
    pub path: PathBuf,
    /// Why it could not be read to its end; nothing if it could.
    pub failure: Option<String>,
    /// Where it is damaged or cut off, and how; the rows before that were read, and what follows was set
    /// aside.
    #[serde(default)]
    pub damage: Option<String>,
    /// Bytes of the file that were read.
    pub bytes: u64,
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
    /// When the file was last changed, in nanoseconds since 1970, where the system says so.
    pub modified: Option<u64>,
    /// What was found out about it; nothing if it could not be opened.
    pub found: Option<InputDescription>,
    /// What was done with its rows.
    pub rows: Summary,
}

/// What was found out about an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputDescription {
    /// `csv`, `json` or `parquet`.
    pub format: String,
    /// `none`, `gzip` or `zstd`.
    pub compression: String,
    /// The encoding by its name on the web, such as `windows-1252`.
    pub encoding: String,
    /// How its cells or records are told apart.
    pub dialect: BTreeMap<String, String>,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The form of its postings, if it is one that is known, such as `USAJOBS`.
    #[serde(default)]
    pub form: Option<String>,
    /// The column of the title.
    pub title: Option<String>,
    /// The columns of the text.
    pub text: Vec<String>,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The inputs, in order.
    pub inputs: Vec<InputReport>,
    /// What was done with all rows.
    pub rows: Summary,
    /// Bytes that were written.
    pub output_bytes: u64,
    /// The file of rows that were set aside, if there is one.
    pub rejects: Option<PathBuf>,
    /// The manifest, if one was written.
    pub manifest: Option<PathBuf>,
    /// Whether the output was complete before the run.
    pub was_complete: bool,
}

impl Report {
    /// Iterates over the inputs that could not be read to their ends, with the reasons.
    pub fn failures(&self) -> impl Iterator<Item = (&InputReport, &str)> {
        self.inputs.iter().filter_map(|input| Some((input, input.failure.as_deref()?)))
    }
}
