//! Which files a batch reads: names, patterns, folders.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use rolecall_tables::{Compression, TableError};
use walkdir::WalkDir;

use super::BatchError;

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

/// The files that some names stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The files, each once.
    pub files: Vec<InputPath>,
    /// Files that were reached once more, by another name or a link, with the name they are read by.
    pub repeated: Vec<(PathBuf, PathBuf)>,
}

/// Finds the files that are meant by some names: a file, `-` for standard input, a folder (all
/// CSV, TSV, JSON and Parquet files below it, compressed or not), or a pattern such as
/// `boards/**/*.csv.gz`. Files of one folder or pattern come in the order of their paths; a file
/// that is reached twice is read once. Links are followed, but not back into a folder that they are
/// in. What can't be looked at, such as a link to nothing, is in the list, so that it fails when it is
/// read and does not stop the others.
///
/// # Errors
///
/// Returns an error if a name stands for no file at all, or is an address of the web.
pub fn expand(names: &[PathBuf]) -> Result<Inputs, BatchError> {
    let mut inputs = Inputs::default();
    let mut known: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for name in names {
        let found = if name.is_dir() {
            walk(name, None)?
        } else if name == Path::new("-") || name.exists() {
            let relative = name.file_name().map_or_else(|| name.clone(), PathBuf::from);
            vec![InputPath { path: name.clone(), relative }]
        } else if let Some((folder, pattern)) = pattern(name) {
            walk(&folder, Some(&pattern))?
        } else {
            if is_address(name) {
                return Err(BatchError::Address { path: name.clone() });
            }
            // The system says best what is wrong with it.
            std::fs::metadata(name).map_err(TableError::read(name))?;
            return Err(BatchError::NoInput { path: name.clone() });
        };
        if found.is_empty() {
            return Err(BatchError::NoInput { path: name.clone() });
        }
        for input in found {
            let place = input.path.canonicalize().unwrap_or_else(|_| input.path.clone());
            match known.get(&place) {
                None => {
                    known.insert(place, input.path.clone());
                    inputs.files.push(input);
                }
                Some(first) => inputs.repeated.push((input.path, first.clone())),
            }
        }
    }
    Ok(inputs)
}

/// Tells whether a name is that of something on the web or in a store, such as `https://...`.
fn is_address(name: &Path) -> bool {
    let name = name.to_string_lossy();
    let scheme = name.split_once(":/").map_or("", |(scheme, _)| scheme);
    scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
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
        let (path, is_readable) = match entry {
            Ok(entry) if entry.file_type().is_file() => (entry.into_path(), true),
            Ok(_) => continue,
            // A link back into a folder that it is in: all that is there is found without it.
            Err(error) if error.loop_ancestor().is_some() => continue,
            Err(error) if error.depth() == 0 => {
                let source = error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into());
                return Err(TableError::Read { path: folder.to_owned(), source }.into());
            }
            Err(error) => match error.path() {
                Some(path) => (path.to_owned(), false),
                None => continue,
            },
        };
        let name = path.file_name().unwrap_or_default();
        // Where a folder can't be looked into, nobody knows what is missed.
        let is_shut = !is_readable && path.is_dir();
        let wanted = match pattern {
            Some(pattern) => pattern.is_match(&path),
            None => is_table(name),
        };
        if is_shut || wanted && !is_own(name) {
            let relative = path.strip_prefix(folder).unwrap_or(&path).to_owned();
            found.push(InputPath { path, relative });
        }
    }
    Ok(found)
}

fn is_table(name: &OsStr) -> bool {
    // Only endings matter, so that a name may be in any encoding.
    let name = name.to_string_lossy();
    let (_, name) = Compression::of_name(&name);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    !name.starts_with('.') && ENDINGS.contains(&ending.as_str())
}

fn is_own(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    OWN_ENDINGS.iter().any(|ending| name.ends_with(ending))
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
            Ok(inputs.files.iter().map(|i| i.relative.display().to_string()).collect())
        };
        assert_eq!(found("a.csv").unwrap(), ["a.csv"]);
        assert_eq!(found("").unwrap(), ["a.csv", "b/deep/y.parquet", "b/x.jsonl.gz"]);
        assert_eq!(found("**/*.parquet").unwrap(), ["b/deep/y.parquet"]);
        assert_eq!(found("*.{csv,md}").unwrap(), ["a.csv"]);
        assert!(found("*.xml").unwrap_err().contains("no file"), "{:?}", found("*.xml"));
        assert!(found("none.csv").unwrap_err().contains("cannot read"));
    }
    #[cfg(unix)]
    #[test]
    fn links_and_odd_names_stop_nothing() {
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let odd = root.join(OsStr::from_bytes(b"caf\xe9.csv"));
        for path in [&root.join("a.csv"), &odd] {
            fs::write(path, "").unwrap();
        }
        symlink("nowhere", root.join("old")).unwrap();
        symlink("nowhere", root.join("dangling.csv")).unwrap();
        symlink(root, root.join("loop")).unwrap();
        symlink("a.csv", root.join("b.csv")).unwrap();
        let found = expand(&[root.to_owned()]).unwrap();
        let files: Vec<_> = found.files.into_iter().map(|input| input.path).collect();
        assert_eq!(files, [root.join("a.csv"), odd.clone(), root.join("dangling.csv")]);
        assert_eq!(found.repeated, [(root.join("b.csv"), root.join("a.csv"))]);
        let found = expand(&[root.join("c*"), root.join("a.csv")]).unwrap();
        let files: Vec<_> = found.files.into_iter().map(|input| input.path).collect();
        assert_eq!(files, [odd, root.join("a.csv")]);
    }

    #[test]
    fn addresses_are_no_files() {
        for name in ["https://example.org/jobs.csv", "s3://bucket/a.parquet", "file:///a.csv"] {
            let error = expand(&[PathBuf::from(name)]).unwrap_err();
            assert!(matches!(error, BatchError::Address { .. }), "{error}");
        }
        let error = expand(&[PathBuf::from("folder/none.csv")]).unwrap_err();
        assert!(error.to_string().contains("cannot read"), "{error}");
    }
}
