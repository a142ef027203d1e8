use std::path::{Path, PathBuf};

use rolecall::corpus::CorpusError;
use rolecall_tables::TableError;

/// Says why a batch can't go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// An input can't be read.
    #[error(transparent)]
    Table(TableError),
    /// The corpus says something about labelled boards that can't be used.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// An output can't be written.
    #[error("{}: cannot write: {source}", path.display())]
    Write {
        /// The output.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Several inputs are to go into one output, but their columns differ.
    #[error(
        "{}: its columns differ from those of {}, so they cannot go into one output; give a folder \
         to get one output for each",
        path.display(), first.display()
    )]
    ColumnsDiffer {
        /// The input that differs.
        path: PathBuf,
        /// The first input.
        first: PathBuf,
    },
    /// The input has a column that a tag column would repeat.
    #[error("{}: there is a column `{column}` already; choose another prefix", path.display())]
    TagColumnExists {
        /// The input.
        path: PathBuf,
        /// The column.
        column: String,
    },
    /// A name stands for no file.
    #[error(
        "{}: no file found; from a folder are read .csv, .tsv, .txt, .json, .jsonl, .ndjson and .parquet, \
         also .gz and .zst",
        path.display()
    )]
    NoInput {
        /// The folder or pattern.
        path: PathBuf,
    },
    /// A name is an address of the web or of a store.
    #[error(
        "{}: this is an address, expected a file; download it first, or send it to standard input, with `-` as input",
        path.display()
    )]
    Address {
        /// The address.
        path: PathBuf,
    },
    /// No input could be read.
    #[error("none of {inputs} inputs could be read; the first: {first}")]
    AllFailed {
        /// How many there were.
        inputs: usize,
        /// What was wrong with the first.
        first: String,
    },
    /// The output is there.
    #[error("{}: the file is there already; choose another name, or overwrite it", path.display())]
    Exists {
        /// The output.
        path: PathBuf,
    },
    /// Another run is writing this output.
    #[error("{}: another run is writing this output", path.display())]
    Busy {
        /// The output.
        path: PathBuf,
    },
    /// A run was interrupted and left its state.
    #[error(
        "{}: a run that writes this output was interrupted",
        path.display()
    )]
    Interrupted {
        /// The output.
        path: PathBuf,
    },
    /// Something that is not ours has the name of the output's part.
    #[error("{}: this is in the way and is not a file of an earlier run; move it away", path.display())]
    PartInTheWay {
        /// The part.
        path: PathBuf,
    },
    /// The state of an interrupted run can't be read.
    #[error("{}: cannot go on from this state: {reason}; start over", path.display())]
    Checkpoint {
        /// The checkpoint.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The interrupted run had other settings.
    #[error(
        "{}: cannot go on, because the interrupted run had another {name}: {then} then, {now} now; give the \
         same, or start over",
        path.display()
    )]
    SettingsDiffer {
        /// The output.
        path: PathBuf,
        /// The setting.
        name: String,
        /// What it was.
        then: String,
        /// What it is.
        now: String,
    },
    /// An input has changed since the interrupted run, or the complete one, read it.
    #[error("{}: the file has changed since it was tagged; start over", path.display())]
    InputChanged {
        /// The input.
        path: PathBuf,
    },
    /// The run was told to stop.
    #[error("stopped")]
    Stopped {
        /// Whether the state was kept.
        resumable: bool,
    },
}

impl From<TableError> for BatchError {
    fn from(error: TableError) -> Self {
        match error.is_given_up() {
            true => Self::Stopped { resumable: false },
            false => Self::Table(error),
        }
    }
}

impl BatchError {
    pub(super) fn write(path: &Path) -> impl Fn(std::io::Error) -> BatchError + use<'_> {
        move |source| BatchError::Write { path: path.to_owned(), source }
    }

    /// Tells whether the error is one of a single input, so that others can be tagged.
    pub(super) fn is_of_input(&self) -> bool {
        matches!(self, Self::Table(_) | Self::ColumnsDiffer { .. } | Self::TagColumnExists { .. })
    }

    /// Tells whether the reader of the output went away, as `head` does when it has enough.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
    }
}
