//! The files of a corpus, wherever they come from: the binary, or a folder.
//!
//! Whoever needs a file asks for it by name and parses it.

mod error;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub use error::CorpusError;
use serde::de::DeserializeOwned;

/// Name and text of each file that the binary carries, made by the build script: those that serve
/// any taxonomy, so that a folder may leave them out, and those of the default taxonomy.
static EMBEDDED: [&[(&str, &str)]; 2] = include!(concat!(env!("OUT_DIR"), "/corpus.rs"));

/// What was compiled ahead of the files that the binary carries, if it is of these very files: the build script
/// compares hashes.
pub(crate) static COMPILED: Option<&[u8]> = include!(concat!(env!("OUT_DIR"), "/compiled.rs"));

/// Files that a folder may have beside its roles and neighbours.
const OWN: [&str; 9] = [
    "background.tsv",
    "calibration.toml",
    "columns.toml",
    "evidence.tsv",
    "labelled.tsv",
    "likeness.toml",
    "stopwords.txt",
    "taxonomy.toml",
    "terms.tsv",
];

/// One file of a corpus.
#[derive(Debug, Clone)]
pub struct CorpusFile {
    /// The name inside the corpus, such as `roles/trainer.toml`.
    pub name: String,
    /// The name to show in an error: with the folder, where there is one.
    pub shown: String,
    /// What it holds.
    pub text: Cow<'static, str>,
}

impl CorpusFile {
    /// Parses the file as TOML.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and line if it is no TOML of this kind.
    pub fn parse_toml<T: DeserializeOwned>(&self) -> Result<T, CorpusError> {
        toml::from_str(&self.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(self.text.len()));
            let line = 1 + self.text.as_bytes()[..start].iter().filter(|&&b| b == b'\n').count();
            let message = error.message().trim().replace('\n', "; ");
            CorpusError::Syntax { file: self.shown.clone(), line, message }
        })
    }

    /// Parses the file as TOML whose values are in range: `out_of_range` returns the key of the first that is
    /// not, what is expected, and what was found.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and line, or file and key.
    pub fn parse_in_range<T: DeserializeOwned>(
        &self,
        out_of_range: impl Fn(&T) -> Option<(String, &'static str, String)>,
    ) -> Result<T, CorpusError> {
        let parsed = self.parse_toml()?;
        match out_of_range(&parsed) {
            Some((key, expected, found)) => {
                Err(self.invalid(&key, format!("expected {expected}, found {found}")))
            }
            None => Ok(parsed),
        }
    }

    /// Makes the error for a value that breaks a rule.
    pub fn invalid(&self, key: &str, message: impl Into<String>) -> CorpusError {
        CorpusError::Invalid {
            file: self.shown.clone(),
            key: key.to_owned(),
            message: message.into(),
        }
    }
}

/// The files of a corpus, in the order of their names.
#[derive(Debug)]
pub(crate) struct CorpusFiles {
    files: BTreeMap<String, CorpusFile>,
    prefix: String,
}

impl CorpusFiles {
    pub(crate) fn embedded() -> Self {
        let prefix = "corpus/".to_owned();
        // The taxonomy's own files come after the shared ones and replace those of the same name.
        let files = EMBEDDED
            .iter()
            .flat_map(|files| files.iter())
            .map(|&(name, text)| file(&prefix, name, Cow::Borrowed(text)))
            .collect();
        Self { files, prefix }
    }

    pub(crate) fn folder(folder: &Path) -> Result<Self, CorpusError> {
        let prefix = format!("{}/", folder.display());
        let mut files: BTreeMap<_, _> = EMBEDDED[0]
            .iter()
            .map(|&(name, text)| file("corpus/", name, Cow::Borrowed(text)))
            .collect();
        let names = list(folder, "", &["toml", "tsv", "txt"])?
            .into_iter()
            .filter(|name| OWN.contains(&name.as_str()))
            .chain(list(folder, "roles/", &["toml"])?)
            .chain(list(folder, "neighbours/", &["toml"])?);
        for name in names {
            let path = folder.join(&name);
            let text = fs::read_to_string(&path)
                .map_err(|source| CorpusError::Read { path: path.clone(), source })?;
            let (name, file) = file(&prefix, &name, Cow::Owned(text));
            files.insert(name, file);
        }
        Ok(Self { files, prefix })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&CorpusFile> {
        self.files.get(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &CorpusFile> {
        self.files.values()
    }

    /// Returns the files directly in a folder of the corpus, such as `roles/`.
    pub(crate) fn files_in(&self, folder: &str) -> impl Iterator<Item = &CorpusFile> {
        self.iter().filter(move |file| file.name.starts_with(folder))
    }

    pub(crate) fn missing(&self, name: &str) -> CorpusError {
        CorpusError::Missing { file: format!("{}{name}", self.prefix) }
    }
}

fn file(prefix: &str, name: &str, text: Cow<'static, str>) -> (String, CorpusFile) {
    let shown = format!("{prefix}{name}");
    (name.to_owned(), CorpusFile { name: name.to_owned(), shown, text })
}

/// Lists the files with one of the extensions in a folder of the corpus; a subfolder that is not
/// there has none.
fn list(folder: &Path, below: &str, extensions: &[&str]) -> Result<Vec<String>, CorpusError> {
    let path = folder.join(below);
    if !below.is_empty() && !path.exists() {
        return Ok(Vec::new());
    }
    let read = |source| CorpusError::Read { path: path.clone(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(&path).map_err(read)? {
        let entry = entry.map_err(read)?.path();
        let extension = entry.extension().and_then(|extension| extension.to_str());
        let name = entry.file_name().and_then(|name| name.to_str());
        if let (Some(extension), Some(name), true) = (extension, name, entry.is_file()) {
            // A file that starts with a dot is an editor's, not the corpus'.
            if extensions.contains(&extension) && !name.starts_with('.') {
                names.push(format!("{below}{name}"));
            }
        }
    }
    Ok(names)
}
