use std::path::{Path, PathBuf};

use crate::corpus::CorpusError;

/// Says why an index can't be built, written or trusted, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// A file of the corpus that is only read for the index can't be used.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// tantivy failed.
    #[error("tantivy cannot {action} the index: {source}")]
    Tantivy {
        /// What was being done.
        action: &'static str,
        /// What tantivy said.
        source: tantivy::TantivyError,
    },
    /// A file or folder can't be read or written.
    #[error("{}: cannot {action}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no index in the folder.
    #[error("{}: no index here; build one", folder.display())]
    Absent {
        /// The folder.
        folder: PathBuf,
    },
    /// The index was built from another corpus, or by another version.
    #[error("{}: stale index: {what} is {found}, expected {expected}; build it anew", folder.display())]
    Stale {
        /// The folder.
        folder: PathBuf,
        /// Which part of the fingerprint differs.
        what: &'static str,
        /// What the index says.
        found: String,
        /// What this program and corpus want.
        expected: String,
    },
    /// A file of the index is not what was written.
    #[error("{}: damaged index: {message}; build it anew", path.display())]
    Damaged {
        /// The folder.
        folder: PathBuf,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The folder holds something else, which must not be replaced.
    #[error("{}: not an index of rolecall (found `{found}`); choose an empty or a new folder", folder.display())]
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// A file or folder in it that no index has.
        found: String,
    },
}

impl IndexError {
    pub(crate) fn tantivy(
        action: &'static str,
    ) -> impl Fn(tantivy::TantivyError) -> IndexError + Copy {
        move |source| IndexError::Tantivy { action, source }
    }

    pub(super) fn damaged(folder: &Path, path: &Path, message: String) -> Self {
        Self::Damaged { folder: folder.to_owned(), path: path.to_owned(), message }
    }

    pub(super) fn io(action: &'static str, path: &Path) -> impl Fn(std::io::Error) -> IndexError {
        let path = path.to_owned();
        move |source| IndexError::Io { path: path.clone(), action, source }
    }
}
