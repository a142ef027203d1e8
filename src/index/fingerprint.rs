//! What an index was built from, so that no other is mistaken for it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::corpus::Corpus;
use crate::digest::hexadecimal;
use crate::text::CHAIN;

/// The version of the folder's layout; another one is refused.
pub const FORMAT_VERSION: u32 = 1;

/// What an index was built from and by, and the hash of each of its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// The version of the folder's layout.
    pub format_version: u32,
    /// The version of rolecall.
    pub tool_version: String,
    /// The version of tantivy and of its index format.
    pub tantivy_version: String,
    /// The name of the taxonomy.
    pub taxonomy: String,
    /// SHA-256 of all files of the corpus.
    pub corpus_hash: String,
    /// The settings of the analyzer chain.
    pub tokenizer: String,
    /// How many profiles the index holds: roles and neighbours.
    pub profiles: usize,
    /// The files of the index, by name.
    pub files: Vec<IndexedFile>,
}

/// A file of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexedFile {
    /// The name in the folder.
    pub name: String,
    /// The size in bytes.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub sha256: String,
}

impl IndexedFile {
    pub(super) fn new(name: &str, content: &[u8]) -> Self {
        let sha256 = hexadecimal(&Sha256::digest(content));
        Self { name: name.to_owned(), bytes: content.len() as u64, sha256 }
    }
}

impl Fingerprint {
    pub(super) fn new(corpus: &Corpus, files: Vec<IndexedFile>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            tantivy_version: tantivy::version_string().to_owned(),
            taxonomy: corpus.taxonomy.name.clone(),
            corpus_hash: corpus.hash(),
            tokenizer: CHAIN.to_owned(),
            profiles: corpus.taxonomy.profile_count(),
            files,
        }
    }

    /// Compares what the index was built from with what it should be: the part that differs,
    /// what was found and what was expected.
    pub(super) fn difference(&self, expected: &Self) -> Option<(&'static str, String, String)> {
        [
            (
                "format version",
                self.format_version.to_string(),
                expected.format_version.to_string(),
            ),
            ("tool version", self.tool_version.clone(), expected.tool_version.clone()),
            ("tantivy version", self.tantivy_version.clone(), expected.tantivy_version.clone()),
            ("taxonomy", self.taxonomy.clone(), expected.taxonomy.clone()),
            ("corpus hash", short(&self.corpus_hash), short(&expected.corpus_hash)),
            ("tokenizer", self.tokenizer.clone(), expected.tokenizer.clone()),
            ("number of profiles", self.profiles.to_string(), expected.profiles.to_string()),
        ]
        .into_iter()
        .find(|(_, found, expected)| found != expected)
    }

    /// Returns the text of the fingerprint file: the fields as JSON, and below it the SHA-256 of
    /// that text, so that no byte of the file can change unseen.
    pub(super) fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        let hash = hexadecimal(&Sha256::digest(text.as_bytes()));
        let _ = writeln!(text, "{hash}");
        text
    }

    /// Parses the text of a fingerprint file; an error says what is wrong with it.
    pub(super) fn from_text(text: &str) -> Result<Self, String> {
        const HASH_LINE: usize = 64 + 1;
        let split = text.len().checked_sub(HASH_LINE).and_then(|at| text.split_at_checked(at));
        let (json, hash) = split.ok_or("it is too short")?;
        if hash != format!("{}\n", hexadecimal(&Sha256::digest(json.as_bytes()))) {
            return Err("its last line is not the SHA-256 of the lines above".to_owned());
        }
        serde_json::from_str(json).map_err(|error| error.to_string())
    }
}

/// The first digits are enough to tell two hashes apart in a message.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
