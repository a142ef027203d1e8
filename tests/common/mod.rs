//! What several tests need: the real postings beside the repository, where they are.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

/// Returns a file of the folder of real postings beside the repository, or nothing if it is not
/// there; then the test that wants it has nothing to do.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("{name} is not there; nothing to test");
    None
}

/// A real posting.
#[allow(dead_code, reason = "not every test reads postings")]
pub struct RealPosting {
    pub id: String,
    pub title: String,
    pub description: String,
}

/// Reads all real postings, or none if they are not there.
#[allow(dead_code, reason = "not every test reads postings")]
pub fn real_postings() -> Vec<RealPosting> {
    let Some(path) = shared("postings/postings.parquet") else { return Vec::new() };
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| {
        let row = row.unwrap();
        let mut cells: HashMap<&str, String> = row
            .get_column_iter()
            .filter_map(|(name, field)| match field {
                Field::Str(text) => Some((name.as_str(), text.clone())),
                _ => None,
            })
            .collect();
        let mut take = |name| cells.remove(name).unwrap_or_default();
        RealPosting { id: take("id"), title: take("title"), description: take("description") }
    })
    .collect()
}
