//! Lists the files of `corpus/` so that the library can carry them inside.
//!
//! The one folder that holds a `taxonomy.toml` is the default taxonomy; the files beside it
//! (background statistics, calibration, stop words, column names) serve every taxonomy that has
//! none of its own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

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
    for file in shared {
        list(&mut code, &root, &file)?;
    }
    code.push_str("], &[\n");
    for entry in sorted(taxonomy)? {
        let files = if entry.is_dir() { sorted(&entry)? } else { vec![entry] };
        for file in files {
            list(&mut code, taxonomy, &file)?;
        }
    }
    code.push_str("]]");
    fs::write(PathBuf::from(required("OUT_DIR")?).join("corpus.rs"), code)
}

/// Appends `("roles/trainer.toml", include_str!("…")),` for a data file; leaves out the rest.
fn list(code: &mut String, base: &Path, file: &Path) -> io::Result<()> {
    let data = ["toml", "tsv", "txt"];
    if !file.extension().is_some_and(|extension| data.iter().any(|known| extension == *known)) {
        return Ok(());
    }
    let name = file.strip_prefix(base).map_err(io::Error::other)?;
    let name = name.to_string_lossy().replace('\\', "/");
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
