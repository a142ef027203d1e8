//! Lists the files of `corpus/` so that the library can carry them inside.
//!
//! The one folder that holds a `taxonomy.toml` is the default taxonomy; the files beside it
//! (background statistics, calibration, stop words, column names) serve every taxonomy that has
//! none of its own.
//!
//! What was compiled ahead of the default taxonomy goes along if it is of these very files. Where it is not, the
//! program compiles them when it starts, and a test of the library says so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// What was compiled ahead, in the folder of the taxonomy.
const COMPILED: &str = "compiled.bin";

/// Where that says which files it was made of: behind the name of the format and its version.
const HASH: std::ops::Range<usize> = 12..44;

/// Files that decide no answer, as `Corpus::hash` has them.
const ABOUT_ANSWERS: [&str; 3] = ["evidence.tsv", "labelled.tsv", "likeness.toml"];

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=corpus");
    println!("cargo:rerun-if-changed=build.rs");
    let root = PathBuf::from(required("CARGO_MANIFEST_DIR")?).join("corpus");
    let mut shared = Vec::new();
    let mut taxonomies = Vec::new();
    for entry in sorted(&root)? {
        if entry.join("taxonomy.toml").is_file() {
            taxonomies.push(entry);
        } else if entry.is_file() {
            shared.push(entry);
        }
    }
    let [taxonomy] = taxonomies.as_slice() else {
        return Err(io::Error::other(format!(
            "{}: expected one folder with a taxonomy.toml, found {}",
            root.display(),
            taxonomies.len()
        )));
    };

    let mut code = String::from("[&[\n");
    let mut files = BTreeMap::new();
    for file in shared {
        list(&mut code, &mut files, &root, &file)?;
    }
    code.push_str("], &[\n");
    for entry in sorted(taxonomy)? {
        let inside = if entry.is_dir() { sorted(&entry)? } else { vec![entry] };
        for file in inside {
            list(&mut code, &mut files, taxonomy, &file)?;
        }
    }
    code.push_str("]]");
    let out = PathBuf::from(required("OUT_DIR")?);
    fs::write(out.join("corpus.rs"), code)?;
    fs::write(out.join("compiled.rs"), compiled(&taxonomy.join(COMPILED), &files)?)
}

/// Returns `Some(include_bytes!("…"))` for what was compiled of these files; `None` if it was of others.
fn compiled(path: &Path, files: &BTreeMap<String, PathBuf>) -> io::Result<String> {
    let is_current = path.is_file() && fs::read(path)?.get(HASH) == Some(&hash(files)?[..]);
    if is_current {
        let path = path.to_string_lossy();
        return Ok(format!("Some(include_bytes!({path:?}))"));
    }
    let command = "rolecall corpus compile --corpus corpus/onc -o corpus/onc/compiled.bin";
    println!("cargo:warning={} is of other files; make it anew: {command}", path.display());
    Ok("None".to_owned())
}

/// Returns the hash of the files that decide, as `Corpus::hash` has it.
fn hash(files: &BTreeMap<String, PathBuf>) -> io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    for (name, path) in files.iter().filter(|(name, _)| !ABOUT_ANSWERS.contains(&name.as_str())) {
        for part in [name.as_bytes(), &fs::read(path)?] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Ok(hasher.finalize().into())
}

/// Appends `("roles/trainer.toml", include_str!("…")),` for a data file; leaves out the rest. The last file of a
/// name is the one that counts.
fn list(
    code: &mut String,
    files: &mut BTreeMap<String, PathBuf>,
    base: &Path,
    file: &Path,
) -> io::Result<()> {
    let data = ["toml", "tsv", "txt"];
    if !file.extension().is_some_and(|extension| data.iter().any(|known| extension == *known)) {
        return Ok(());
    }
    let name = file.strip_prefix(base).map_err(io::Error::other)?;
    let name = name.to_string_lossy().replace('\\', "/");
    files.insert(name.clone(), file.to_owned());
    let path = file.to_string_lossy();
    writeln!(code, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

fn required(variable: &str) -> io::Result<String> {
    env::var(variable).map_err(io::Error::other)
}
