//! The data that rolecall works with: a taxonomy with its profiles, background statistics,
//! calibration, stop words and column names.
//!
//! The default corpus is carried inside the binary. A folder of your own replaces it: it needs a
//! `taxonomy.toml` and `roles/<id>.toml`, may have `neighbours/<id>.toml`, and takes whichever
//! it lacks of the shared files (`background.tsv`, `calibration.toml`, `stopwords.txt`,
//! `columns.toml`) from the default one.

mod background;
mod calibration;
mod error;
mod source;

use std::path::Path;
use std::sync::Arc;

pub use background::{Background, BackgroundBuilder};
pub use calibration::{
    Calibration, ConfidenceModel, FieldWeights, Saturation, ScopeModel, Weights,
};
pub use error::CorpusError;
use sha2::{Digest, Sha256};
pub(crate) use source::{CorpusFile, Source as CorpusSource};

use crate::posting::ColumnNames;
use crate::taxonomy::Taxonomy;
use crate::text::StopWords;

/// Everything that is data and not code, loaded and validated.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// The tiers and roles to choose from, and the neighbours to tell them from.
    pub taxonomy: Taxonomy,
    /// Document frequencies of stems over real postings.
    pub background: Background,
    /// Field weights and the scope and confidence models.
    pub calibration: Calibration,
    /// Words that are dropped before stemming.
    pub stop_words: StopWords,
    /// Names that job boards give to their title and text columns.
    pub column_names: ColumnNames,
    source: Arc<CorpusSource>,
}

impl Corpus {
    /// Loads the corpus that the binary carries.
    ///
    /// # Errors
    ///
    /// Returns an error if an embedded file is invalid; the tests of this crate make sure that
    /// none is.
    pub fn embedded() -> Result<Self, CorpusError> {
        Self::load(CorpusSource::embedded())
    }

    /// Loads a corpus from a folder; shared files that it lacks come from the embedded corpus.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and key if a file is missing, can't be read or is invalid.
    pub fn from_folder(folder: &Path) -> Result<Self, CorpusError> {
        Self::load(CorpusSource::folder(folder)?)
    }

    fn load(source: CorpusSource) -> Result<Self, CorpusError> {
        let shared = |name| source.get(name).ok_or_else(|| source.missing(name));
        Ok(Self {
            taxonomy: Taxonomy::load(&source)?,
            background: Background::parse(shared("background.tsv")?)?,
            calibration: load_calibration(shared("calibration.toml")?)?,
            stop_words: StopWords::parse(&shared("stopwords.txt")?.text),
            column_names: shared("columns.toml")?.parse_toml()?,
            source: Arc::new(source),
        })
    }

    /// Returns the SHA-256 of all files of the corpus, names and contents, as 64 hexadecimal
    /// digits. The same files give the same hash, embedded or from a folder.
    /// Takes about a millisecond.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        for file in self.source.files() {
            for part in [file.name.as_bytes(), file.text.as_bytes()] {
                hasher.update((part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        crate::index::hexadecimal(&hasher.finalize())
    }
}

fn load_calibration(file: &CorpusFile) -> Result<Calibration, CorpusError> {
    let calibration: Calibration = file.parse_toml()?;
    match calibration.out_of_range() {
        Some((key, expected, found)) => {
            Err(file.invalid(key, format!("expected {expected}, found {found}")))
        }
        None => Ok(calibration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_corpus_is_valid() {
        let corpus = Corpus::embedded().unwrap();
        assert_eq!(corpus.taxonomy.name, "onc");
        assert_eq!(corpus.taxonomy.tiers.len(), 3);
        assert_eq!(corpus.taxonomy.roles.len(), 12);
        assert!(corpus.background.documents() > 10_000);
    }

    #[test]
    fn a_folder_with_the_same_files_is_the_same_corpus() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/onc");
        let from_folder = Corpus::from_folder(&folder).unwrap();
        assert_eq!(from_folder.hash(), Corpus::embedded().unwrap().hash());
    }
}
