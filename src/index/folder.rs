//! An index in a folder: written whole, read only after every byte is checked.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tantivy::directory::RamDirectory;
use tantivy::{Directory, Index};

use super::fingerprint::{Fingerprint, IndexedFile};
use super::{CHAIN_NAME, Fields, IndexError, ProfileIndex, build};
use crate::corpus::Corpus;
use crate::text::Analyzer;

const FINGERPRINT: &str = "fingerprint";
const README: &str = "README.md";
const README_TEXT: &str = include_str!("../../index/README.md");

/// No honest index comes near; a damaged fingerprint must not make us read a disk into memory.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// How often a rename is tried while other processes put their index in the same place.
const RENAME_TRIES: usize = 100;

pub(super) fn open(folder: &Path, corpus: &Corpus) -> Result<ProfileIndex, IndexError> {
    let fingerprint = read_fingerprint(folder)?;
    let expected = Fingerprint::new(corpus, Vec::new());
    if let Some((what, found, expected)) = fingerprint.difference(&expected) {
        return Err(IndexError::Stale { folder: folder.to_owned(), what, found, expected });
    }
    let directory = RamDirectory::create();
    for file in &fingerprint.files {
        let content = read_checked(folder, file)?;
        let path = Path::new(&file.name);
        directory.atomic_write(path, &content).map_err(IndexError::io("load", path))?;
    }
    let index = Index::open(directory.clone()).map_err(IndexError::tantivy("open"))?;
    let analyzer = Analyzer::new(&corpus.stop_words);
    index.tokenizers().register(CHAIN_NAME, analyzer.chain());
    let (_, fields) = Fields::schema();
    build::open(&index, directory, fields, analyzer)
}

/// Reads the fingerprint of the index in a folder.
pub(super) fn read_fingerprint(folder: &Path) -> Result<Fingerprint, IndexError> {
    let path = folder.join(FINGERPRINT);
    let damaged = |message: String| IndexError::damaged(folder, &path, message);
    let text = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(IndexError::Absent { folder: folder.to_owned() });
        }
        Err(error) => return Err(IndexError::io("read", &path)(error)),
    };
    let text = String::from_utf8(text).map_err(|_| damaged("it is not UTF-8".to_owned()))?;
    Fingerprint::from_text(&text).map_err(damaged)
}

fn read_checked(folder: &Path, file: &IndexedFile) -> Result<Vec<u8>, IndexError> {
    let path = folder.join(&file.name);
    let damaged = |message: String| IndexError::damaged(folder, &path, message);
    let size = fs::metadata(&path).map_err(|error| damaged(error.to_string()))?.len();
    if size != file.bytes || size > MAX_FILE_BYTES {
        return Err(damaged(format!("it has {size} bytes, expected {}", file.bytes)));
    }
    let content = fs::read(&path).map_err(|error| damaged(error.to_string()))?;
    if IndexedFile::new(&file.name, &content) != *file {
        return Err(damaged("its content does not match the fingerprint".to_owned()));
    }
    Ok(content)
}

pub(super) fn write(
    index: &ProfileIndex,
    folder: &Path,
    corpus: &Corpus,
) -> Result<Fingerprint, IndexError> {
    refuse_other_content(folder)?;
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(IndexError::io("create", parent))?;
    let sibling = tempfile::Builder::new()
        .prefix(".rolecall-index-")
        .tempdir_in(parent)
        .map_err(IndexError::io("create a folder in", parent))?;

    let mut files = Vec::new();
    for (name, content) in contents(index)? {
        write_file(&sibling.path().join(&name), &content)?;
        files.push(IndexedFile::new(&name, &content));
    }
    write_file(&sibling.path().join(README), README_TEXT.as_bytes())?;
    let fingerprint = Fingerprint::new(corpus, files);
    write_file(&sibling.path().join(FINGERPRINT), fingerprint.to_text().as_bytes())?;
    share(sibling.path())?;
    put_in_place(sibling.path(), folder)?;
    // The folder was renamed away, so there is nothing to clean up.
    let _ = sibling.keep();
    Ok(fingerprint)
}

/// Returns the names and contents of the index's files, by name.
///
/// tantivy names a segment by a random number. Ours is named after nothing, so that the same
/// corpus gives the same bytes.
fn contents(index: &ProfileIndex) -> Result<Vec<(String, Vec<u8>)>, IndexError> {
    let segment = index.searcher.segment_reader(0).segment_id().uuid_string();
    let hyphened = hyphenate(&segment);
    let plain = "0".repeat(segment.len());
    let rename = |text: &str| text.replace(&segment, &plain).replace(&hyphened, &hyphenate(&plain));
    let wrong = IndexError::tantivy("read");
    let mut paths = index.searcher.index().directory().list_managed_files();
    paths.insert(PathBuf::from(".managed.json"));
    let mut files = Vec::new();
    for path in paths {
        let bytes = index.directory.atomic_read(&path).map_err(|error| wrong(error.into()))?;
        let name = path.to_string_lossy();
        let content = if name.ends_with(".json") {
            sorted_json(&rename(&String::from_utf8_lossy(&bytes)))
        } else {
            bytes
        };
        files.push((rename(&name), content));
    }
    files.sort();
    Ok(files)
}

/// tantivy lists its files in the random order of a hash set; sorts any list of strings.
fn sorted_json(text: &str) -> Vec<u8> {
    match serde_json::from_str::<Vec<String>>(text) {
        Ok(mut names) => {
            names.sort();
            serde_json::to_vec(&names).unwrap_or_default()
        }
        Err(_) => text.as_bytes().to_vec(),
    }
}

/// `0123…` as `01234567-89ab-cdef-0123-456789abcdef`.
fn hyphenate(uuid: &str) -> String {
    let mut text = uuid.to_owned();
    for at in [20, 16, 12, 8] {
        if text.is_char_boundary(at) {
            text.insert(at, '-');
        }
    }
    text
}

fn write_file(path: &Path, content: &[u8]) -> Result<(), IndexError> {
    let write = || -> io::Result<()> {
        let mut file = File::create_new(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(IndexError::io("write", path))
}

/// A temporary folder is for its owner only; an index is for whoever may read its parent.
#[cfg(unix)]
fn share(folder: &Path) -> Result<(), IndexError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
        .map_err(IndexError::io("set permissions of", folder))
}

#[cfg(not(unix))]
fn share(_folder: &Path) -> Result<(), IndexError> {
    Ok(())
}

/// Renames `made` to `folder`. A folder that is there is renamed away first; where another
/// process is faster, its index takes the same way and ours comes last.
fn put_in_place(made: &Path, folder: &Path) -> Result<(), IndexError> {
    let parent = made.parent().unwrap_or(Path::new("."));
    let wrong = IndexError::io("rename the new index to", folder);
    let mut last = None;
    for _ in 0..RENAME_TRIES {
        match fs::rename(made, folder) {
            Ok(()) => return Ok(()),
            Err(error) => last = Some(error),
        }
        refuse_other_content(folder)?;
        let old = tempfile::Builder::new()
            .prefix(".rolecall-index-old-")
            .tempdir_in(parent)
            .map_err(IndexError::io("create a folder in", parent))?;
        match fs::rename(folder, old.path().join("index")) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(wrong(error)),
            _ => {} // renamed, or another process did it
        }
    }
    Err(wrong(last.unwrap_or_else(|| io::Error::other("too many tries"))))
}

/// Makes sure that a folder may be replaced: it is not there, or holds nothing but an index.
fn refuse_other_content(folder: &Path) -> Result<(), IndexError> {
    let occupied = |found: String| Err(IndexError::Occupied { folder: folder.to_owned(), found });
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(IndexError::io("read", folder)(error)),
    };
    let is_index = folder.join(FINGERPRINT).is_file();
    for entry in entries {
        let entry = entry.map_err(IndexError::io("read", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let of_index = is_file && (name == README || is_index && is_index_file(&name));
        if !of_index {
            return occupied(name);
        }
    }
    Ok(())
}

/// Tells the files that an index is made of by their names.
fn is_index_file(name: &str) -> bool {
    let segment = |name: &str| {
        let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
        stem.len() == 32 && stem.bytes().all(|b| b.is_ascii_hexdigit()) && !extension.is_empty()
    };
    [FINGERPRINT, "meta.json", ".managed.json"].contains(&name) || segment(name)
}
