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
use std::sync::{Arc, OnceLock};

pub use background::{Background, BackgroundBuilder};
pub use calibration::{
    Calibration, FieldWeights, GateModel, Ranking, Saturation, ScopeModel, ThinModel, TitleModel,
    Weights,
};
use sha2::{Digest, Sha256};
pub use terms::{ALONE, EMPLOYER, TermWeights};

use crate::compiled::Compiled;
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
    /// Field weights, and the models of ranking and scope.
    pub calibration: Calibration,
    /// Words that are dropped before stemming.
    pub stop_words: StopWords,
    /// Names that job boards give to their title and text columns.
    pub column_names: ColumnNames,
    background: OnceLock<Background>,
    terms: OnceLock<TermWeights>,
    files: Arc<CorpusFiles>,
}

impl Corpus {
    /// Loads the corpus that the binary carries. Its background and its learned weights, which are large, are read
    /// when they are asked for.
    ///
    /// # Errors
    ///
    /// Returns an error if an embedded file is invalid; the tests of this crate make sure that
    /// none is.
    pub fn embedded() -> Result<Self, CorpusError> {
        let files = CorpusFiles::embedded();
        match Compiled::embedded().and_then(|compiled| compiled.taxonomy()) {
            Some(taxonomy) => Self::with_taxonomy(taxonomy, files),
            None => Self::with_taxonomy(Taxonomy::load(&files)?, files),
        }
    }

    /// Loads a corpus from a folder; shared files that it lacks come from the embedded corpus.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and key if a file is missing, can't be read or is invalid.
    pub fn from_folder(folder: &Path) -> Result<Self, CorpusError> {
        let files = CorpusFiles::folder(folder)?;
        let corpus = Self::with_taxonomy(Taxonomy::load(&files)?, files)?;
        corpus.terms()?;
        corpus.background()?;
        Ok(corpus)
    }

    fn with_taxonomy(taxonomy: Taxonomy, files: CorpusFiles) -> Result<Self, CorpusError> {
        Ok(Self {
            calibration: load_calibration(shared(&files, "calibration.toml")?, &taxonomy)?,
            stop_words: StopWords::parse(&shared(&files, "stopwords.txt")?.text),
            column_names: shared(&files, "columns.toml")?.parse_toml()?,
            taxonomy,
            background: OnceLock::new(),
            terms: OnceLock::new(),
            files: Arc::new(files),
        })
    }

    /// Returns document frequencies of stems over real postings. Some milliseconds for the first time, if the
    /// corpus is the embedded one.
    ///
    /// # Errors
    ///
    /// Returns an error if the embedded file is invalid, which the tests of this crate rule out. That of a folder
    /// was read when the corpus was loaded.
    pub fn background(&self) -> Result<&Background, CorpusError> {
        if let Some(read) = self.background.get() {
            return Ok(read);
        }
        let background = Background::parse(shared(&self.files, "background.tsv")?)?;
        Ok(self.background.get_or_init(|| background))
    }

    /// Returns the term weights that were learned from labelled postings; empty if none were. Some milliseconds
    /// for the first time, if the corpus is the embedded one.
    ///
    /// # Errors
    ///
    /// Returns an error if the embedded file is invalid, which the tests of this crate rule out. That of a folder
    /// was read when the corpus was loaded.
    pub fn terms(&self) -> Result<&TermWeights, CorpusError> {
        if let Some(read) = self.terms.get() {
            return Ok(read);
        }
        let columns = Self::term_columns(&self.taxonomy, &self.calibration);
        let terms = match self.files.get("terms.tsv") {
            Some(file) => TermWeights::parse(file, columns)?,
            None => TermWeights::new(columns),
        };
        Ok(self.terms.get_or_init(|| terms))
    }

    /// Returns the corpus with another calibration and other learned weights, whose gates and roles
    /// must be the same. Its [`hash`](Self::hash) stays that of the files it was loaded from.
    #[must_use]
    pub fn with_fit(self, calibration: Calibration, terms: TermWeights) -> Self {
        Self { calibration, terms: OnceLock::from(terms), ..self }
    }

    /// Tells whether the models were fitted to labelled postings of this taxonomy, so that the
    /// probabilities mean what they say.
    pub fn is_fitted(&self) -> bool {
        match self.terms.get() {
            Some(terms) => terms.iter().next().is_some(),
            // A line below that of the columns.
            None => self.file("terms.tsv").is_some_and(|file| {
                file.text.lines().filter(|line| !line.starts_with('#')).nth(1).is_some()
            }),
        }
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
    ///
    /// What was compiled ahead has no part in it: it says what these files say.
    pub fn hash(&self) -> String {
        hexadecimal(&self.digest())
    }

    /// Returns the bytes of the [`hash`](Self::hash).
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let decides = |file: &&CorpusFile| !ABOUT_ANSWERS.contains(&file.name.as_str());
        for file in self.files.iter().filter(decides) {
            for part in [file.name.as_bytes(), file.text.as_bytes()] {
                hasher.update((part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        hasher.finalize().into()
    }
}

fn shared<'f>(files: &'f CorpusFiles, name: &str) -> Result<&'f CorpusFile, CorpusError> {
    files.get(name).ok_or_else(|| files.missing(name))
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
        assert!(corpus.background().unwrap().documents() > 10_000);
        assert!(corpus.terms().unwrap().iter().count() > 1_000);
    }

    #[test]
    fn a_folder_with_the_same_files_is_the_same_corpus() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/onc");
        let from_folder = Corpus::from_folder(&folder).unwrap();
        assert_eq!(from_folder.hash(), Corpus::embedded().unwrap().hash());
    }
}
