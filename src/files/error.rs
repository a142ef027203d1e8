use std::path::PathBuf;

/// Says which file of a corpus can't be used, and why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// A file or folder can't be read.
    #[error("{}: cannot read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that must be there is not.
    #[error("{file}: not found; a corpus folder needs taxonomy.toml and roles/<id>.toml")]
    Missing {
        /// The file, with the folder it was looked for in.
        file: String,
    },
    /// A file is not valid TOML, or has an unknown key, or a value of the wrong kind.
    #[error("{file}:{line}: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// A value breaks a rule of the corpus.
    #[error("{file}: key `{key}`: {message}")]
    Invalid {
        /// The file.
        file: String,
        /// The key, with dots between tables and `[n]` for the n-th entry from 1.
        key: String,
        /// What was expected and what was found.
        message: String,
    },
}
