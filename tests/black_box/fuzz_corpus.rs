//! Runs the checks of the fuzz targets on the inputs that are kept in `fuzz/corpus`.

use std::fs;
use std::path::Path;

use crate::harness::ROOT;

#[path = "../../fuzz/src/lib.rs"]
mod checks;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(ROOT).join("fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{folder:?} holds no inputs");
    for path in paths {
        // It is shown where a check fails.
        eprintln!("{}", path.display());
        check(&fs::read(&path).unwrap());
    }
}

#[test]
fn rows() {
    replay("rows", checks::rows);
}

#[test]
fn json() {
    replay("json", checks::json);
}

#[test]
fn text() {
    replay("text", checks::text);
}

#[test]
fn scoring() {
    replay("scoring", checks::scoring);
}
