use std::path::PathBuf;

use rolecall_tables::TableError;

use crate::DemandError;

/// Problems that are told at once.
const TOLD: usize = 5;

fn few(problems: &[String]) -> String {
    let told = problems.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join("; ");
    match problems.len().saturating_sub(TOLD) {
        0 => told,
        more => format!("{told}; and {more} more"),
    }
}

/// Says why a sample can't be drawn or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// An input can't be read.
    #[error(transparent)]
    Demand(#[from] DemandError),
    /// The sheet can't be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// There is nothing to draw from.
    #[error("the inputs have no posting that can be read, so there is nothing to draw from")]
    NoPostings,
    /// The sample is smaller than its strata need.
    #[error(
        "{labels} labels are too few: the inputs fall into {strata} strata, which need 2 labels each; ask for at \
         least {needed}"
    )]
    TooFewLabels {
        /// What was asked for.
        labels: usize,
        /// The strata.
        strata: usize,
        /// What would do.
        needed: usize,
    },
    /// The file of the design is broken or another's.
    #[error("{}: {problem}; draw the sample again, or take the file that was written with it", path.display())]
    Design {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Rows of the sheet are wrong.
    #[error("{}: {}", path.display(), few(problems))]
    Sheet {
        /// The sheet.
        path: PathBuf,
        /// Which rows, what was found, and what to do.
        problems: Vec<String>,
    },
    /// A column of the sheet is gone.
    #[error(
        "{}: the sheet has no column `{name}`; save it as CSV, with its first row as it was",
        path.display()
    )]
    Column {
        /// The sheet.
        path: PathBuf,
        /// The column.
        name: &'static str,
    },
    /// Too few postings of a stratum are labelled.
    #[error(
        "{}: {found} of {drawn} drawn postings {stratum} are labelled, at least {needed} are needed; label {} next",
        path.display(), next.join(", ")
    )]
    Unlabelled {
        /// The sheet.
        path: PathBuf,
        /// Which stratum.
        stratum: String,
        /// What is labelled.
        found: usize,
        /// What was drawn.
        drawn: usize,
        /// What is needed.
        needed: usize,
        /// Which rows to label.
        next: Vec<String>,
    },
}
