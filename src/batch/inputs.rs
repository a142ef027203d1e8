//! Which files a batch reads: names, patterns, folders.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

use super::BatchError;
use crate::table::{Compression, TableError};

/// Endings of files that are read from a folder, before `.gz` and `.zst`.
const ENDINGS: [&str; 7] = ["csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet"];

/// Endings of files that a batch writes beside its output.
const OWN_ENDINGS: [&str; 5] =
    [".rejects.csv", ".manifest.json", ".checkpoint.json", ".part", ".signatures"];

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputPath {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// Its path below the folder that was given, or its name.
    pub relative: PathBuf,
}

/// Finds the files that are meant by some names: a file, `-` for standard input, a folder (all
/// CSV, TSV, JSON and Parquet files below it, compressed or not), or a pattern such as
/// `boards/**/*.csv.gz`. Files of one folder or pattern come in the order of their paths; a file
/// that is named twice is read once.
///
/// # Errors
///
/// Returns an error if a name stands for no file at all, or a folder can't be read.
pub fn expand(names: &[PathBuf]) -> Result<Vec<InputPath>, BatchError> {
    let mut inputs: Vec<InputPath> = Vec::new();
    let mut known = BTreeSet::new();
    for name in names {
        let found = if name.is_dir() {
            walk(name, None)?
        } else if name == Path::new("-") || name.exists() {
            let relative = name.file_name().map_or_else(|| name.clone(), PathBuf::from);
            vec![InputPath { path: name.clone(), relative }]
        } else if let Some((folder, pattern)) = pattern(name) {
            walk(&folder, Some(&pattern))?
        } else {
            // The system says best what is wrong with it.
            std::fs::metadata(name).map_err(TableError::read(name))?;
            return Err(BatchError::NoInput { path: name.clone() });
        };
        if found.is_empty() {
            return Err(BatchError::NoInput { path: name.clone() });
        }
        for input in found {
            if known.insert(input.path.clone()) {
                inputs.push(input);
            }
        }
    }
    Ok(inputs)
}

/// Splits a pattern into the folder where it starts and a matcher of whole paths.
fn pattern(name: &Path) -> Option<(PathBuf, GlobMatcher)> {
    let text = name.to_str()?;
    let special = text.find(['*', '?', '[', '{'])?;
    let folder = text[..special].rfind('/').map_or("", |slash| &text[..=slash]);
    let folder = if folder.is_empty() { "." } else { folder };
    let text = if folder == "." { format!("./{text}") } else { text.to_owned() };
    let glob = GlobBuilder::new(&text).literal_separator(true).build().ok()?;
    Some((PathBuf::from(folder), glob.compile_matcher()))
}

fn walk(folder: &Path, pattern: Option<&GlobMatcher>) -> Result<Vec<InputPath>, BatchError> {
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            let source = error
                .into_io_error()
                .unwrap_or_else(|| std::io::Error::other("the folder leads into itself by a link"));
            BatchError::from(TableError::Read { path, source })
        })?;
        let path = entry.path();
        let name = entry.file_name();
        let wanted = match pattern {
            Some(pattern) => pattern.is_match(path),
            None => is_table(name),
        };
        if entry.file_type().is_file() && wanted && !is_own(name) {
            let relative = path.strip_prefix(folder).unwrap_or(path).to_owned();
            found.push(InputPath { path: path.to_owned(), relative });
        }
    }
    Ok(found)
}

fn is_table(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let (_, name) = Compression::of_name(name);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    !name.starts_with('.') && ENDINGS.contains(&ending.as_str())
}

fn is_own(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| OWN_ENDINGS.iter().any(|ending| name.ends_with(ending)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn names_folders_and_patterns_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("b/deep")).unwrap();
        for name in [
            "a.csv",
            "b/x.jsonl.gz",
            "b/deep/y.parquet",
            "b/notes.md",
            "b/.hidden.csv",
            "b/a.csv.rejects.csv",
            "b/a.csv.manifest.json",
        ] {
            fs::write(root.join(name), "").unwrap();
        }
        let found = |name: &str| -> Result<Vec<String>, String> {
            let inputs = expand(&[root.join(name)]).map_err(|error| error.to_string())?;
            Ok(inputs.iter().map(|i| i.relative.display().to_string()).collect())
        };
        assert_eq!(found("a.csv").unwrap(), ["a.csv"]);
        assert_eq!(found("").unwrap(), ["a.csv", "b/deep/y.parquet", "b/x.jsonl.gz"]);
        assert_eq!(found("**/*.parquet").unwrap(), ["b/deep/y.parquet"]);
        assert_eq!(found("*.{csv,md}").unwrap(), ["a.csv"]);
        assert!(found("*.xml").unwrap_err().contains("no file"), "{:?}", found("*.xml"));
        assert!(found("none.csv").unwrap_err().contains("cannot read"));
    }
}
