//! What the tests share: the binary, folders of their own, and the real postings beside the repository, where
//! they are.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

/// The program.
pub const BINARY: &str = env!("CARGO_BIN_EXE_rolecall");

/// The folder of the repository.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A folder that is removed when the test is over.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }
}

/// Returns what a program wrote.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Returns a path as an argument.
pub fn argument(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Copies a folder with all below it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), &target).unwrap()),
        }
    }
}

/// Returns a file of the folder of real postings beside the repository. A test that asks for one is ignored
/// where the folder is not there.
pub fn shared(name: &str) -> PathBuf {
    Path::new(ROOT).join("../shared").join(name)
}

/// A real posting.
pub struct RealPosting {
    pub id: String,
    pub title: String,
    pub description: String,
}

/// Reads all real postings.
pub fn real_postings() -> Vec<RealPosting> {
    let path = shared("postings/postings.parquet");
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

/// Reads the names of the columns of a Parquet file, and its cells as text.
pub fn parquet_cells(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let fields = reader.metadata().file_metadata().schema().get_fields();
    let names = fields.iter().map(|field| field.name().to_owned()).collect();
    let cell = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = reader.get_row_iter(None).unwrap();
    let cells =
        rows.map(|row| row.unwrap().get_column_iter().map(|(_, field)| cell(field)).collect());
    (names, cells.collect())
}
