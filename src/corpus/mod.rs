//! The data that rolecall works with: a taxonomy with its profiles, background statistics,
//! calibration, stop words and column names.
//!
//! The default corpus is carried inside the binary. A folder of your own replaces it: it needs a
//! `taxonomy.toml` and `roles/<id>.toml`, may have `neighbours/<id>.toml` and `terms.tsv`, and takes
//! whichever it lacks of the shared files (`background.tsv`, `calibration.toml`, `stopwords.txt`,
//! `columns.toml`) from those that serve any taxonomy.

mod background;
mod calibration;
mod terms;

use std::path::Path;
use std::sync::Arc;

pub use background::{Background, BackgroundBuilder};
pub use calibration::{
    Calibration, FieldWeights, GateModel, Ranking, Saturation, ScopeModel, ThinModel, TitleModel,
    Weights,
};
use sha2::{Digest, Sha256};
pub use terms::{ALONE, EMPLOYER, TermWeights};

use crate::digest::hexadecimal;
use crate::files::CorpusFiles;
pub use crate::files::{CorpusError, CorpusFile};
use crate::posting::ColumnNames;
use crate::taxonomy::Taxonomy;
use crate::text::StopWords;

/// Files about the answers, which decide none: what was answered for labelled postings, which these are, and
/// what their boards are like. Whoever needs one asks for the [`file`](Corpus::file).
const ABOUT_ANSWERS: [&str; 3] = ["evidence.tsv", "labelled.tsv", "likeness.toml"];

/// Everything that is data and not code, loaded and validated.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// The tiers and roles to choose from, and the neighbours to tell them from.
    pub taxonomy: Taxonomy,
    /// Document frequencies of stems over real postings.
    pub background: Background,
    /// Field weights, and the models of ranking and scope.
    pub calibration: Calibration,
    /// Term weights that were learned from labelled postings; empty if none were.
    pub terms: TermWeights,
    /// Words that are dropped before stemming.
    pub stop_words: StopWords,
    /// Names that job boards give to their title and text columns.
    pub column_names: ColumnNames,
    files: Arc<CorpusFiles>,
}

impl Corpus {
    /// Loads the corpus that the binary carries.
    ///
    /// # Errors
    ///
    /// Returns an error if an embedded file is invalid; the tests of this crate make sure that
    /// none is.
    pub fn embedded() -> Result<Self, CorpusError> {
        Self::load(CorpusFiles::embedded())
    }

    /// Loads a corpus from a folder; shared files that it lacks come from the embedded corpus.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and key if a file is missing, can't be read or is invalid.
    pub fn from_folder(folder: &Path) -> Result<Self, CorpusError> {
        Self::load(CorpusFiles::folder(folder)?)
    }

    fn load(files: CorpusFiles) -> Result<Self, CorpusError> {
        let shared = |name| files.get(name).ok_or_else(|| files.missing(name));
        let taxonomy = Taxonomy::load(&files)?;
        let calibration = load_calibration(shared("calibration.toml")?, &taxonomy)?;
        let columns = Self::term_columns(&taxonomy, &calibration);
        let terms = match files.get("terms.tsv") {
            Some(file) => TermWeights::parse(file, columns)?,
            None => TermWeights::new(columns),
        };
        Ok(Self {
            taxonomy,
            background: Background::parse(shared("background.tsv")?)?,
            calibration,
            terms,
            stop_words: StopWords::parse(&shared("stopwords.txt")?.text),
            column_names: shared("columns.toml")?.parse_toml()?,
            files: Arc::new(files),
        })
    }

    /// Returns the corpus with another calibration and other learned weights, whose gates and roles
    /// must be the same. Its [`hash`](Self::hash) stays that of the files it was loaded from.
    #[must_use]
    pub fn with_fit(self, calibration: Calibration, terms: TermWeights) -> Self {
        Self { calibration, terms, ..self }
    }

    /// Tells whether the models were fitted to labelled postings of this taxonomy, so that the
    /// probabilities mean what they say.
    pub fn is_fitted(&self) -> bool {
        self.terms.iter().next().is_some()
    }

    /// Returns a file of the corpus by its name, such as `evidence.tsv`, if there is one.
    pub fn file(&self, name: &str) -> Option<&CorpusFile> {
        self.files.get(name)
    }

    /// Returns the names of the columns of learned weights: gates, then roles.
    pub fn term_columns(taxonomy: &Taxonomy, calibration: &Calibration) -> Vec<String> {
        let gates = calibration.scope.gates.iter().map(|gate| gate.name.clone());
        gates.chain(taxonomy.roles.iter().map(|role| role.id.clone())).collect()
    }

    /// Returns the SHA-256 of the files of the corpus, names and contents, as 64 hexadecimal digits, but
    /// for `evidence.tsv`, `labelled.tsv` and `likeness.toml`, which decide no answer. The same files give the
    /// same hash, embedded or from a folder.
    /// Takes about a millisecond.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        let decides = |file: &&CorpusFile| !ABOUT_ANSWERS.contains(&file.name.as_str());
        for file in self.files.iter().filter(decides) {
            for part in [file.name.as_bytes(), file.text.as_bytes()] {
                hasher.update((part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        hexadecimal(&hasher.finalize())
    }
}

fn load_calibration(file: &CorpusFile, taxonomy: &Taxonomy) -> Result<Calibration, CorpusError> {
    let profiles: Vec<_> = taxonomy.documents().map(|profile| profile.id).collect();
    file.parse_in_range(|calibration: &Calibration| calibration.out_of_range(&profiles))
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
