//! What to do about an error, in the options of the command line. The library knows none of them.

use rolecall::index::IndexError;
use rolecall_demand::DemandError;
use rolecall_demand::audit::AuditError;
use rolecall_evaluation::EvaluateError;
use rolecall_tables::TableError;
use rolecall_tables::columns::ColumnsError;
use rolecall_tagging::BatchError;

type Cause<'e> = &'e (dyn std::error::Error + 'static);

/// Finds the error of a batch that an error is, or passes on.
pub(super) fn batch_error(cause: Cause<'_>) -> Option<&BatchError> {
    let demand = match cause.downcast_ref() {
        Some(AuditError::Demand(error)) => Some(error),
        _ => cause.downcast_ref(),
    };
    match demand {
        Some(DemandError::Batch(error)) => Some(error),
        _ => cause.downcast_ref(),
    }
}

/// Finds the error of a file that an error is, or passes on.
fn table_error(cause: Cause<'_>) -> Option<&TableError> {
    match (batch_error(cause), cause.downcast_ref(), cause.downcast_ref()) {
        (Some(BatchError::Table(error)), ..) => Some(error),
        (_, Some(EvaluateError::Table(error)), _) => Some(error),
        (_, _, Some(AuditError::Table(error))) => Some(error),
        _ => cause.downcast_ref(),
    }
}

fn index_error(cause: Cause<'_>) -> Option<&IndexError> {
    match cause.downcast_ref() {
        Some(rolecall::Error::Index(error)) => Some(error),
        _ => cause.downcast_ref(),
    }
}

/// Returns what goes behind the message of an error: which option helps.
pub(super) fn on(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        let on_batch = batch_error(cause).and_then(on_batch).map(str::to_owned);
        let on_table = || table_error(cause).and_then(on_table).map(str::to_owned);
        on_batch.or_else(on_table).or_else(|| index_error(cause).and_then(on_index))
    })
}

fn on_batch(error: &BatchError) -> Option<&'static str> {
    Some(match error {
        BatchError::ColumnsDiffer { .. } => " (-o)",
        BatchError::TagColumnExists { .. } => " with --prefix",
        BatchError::Exists { .. }
        | BatchError::Checkpoint { .. }
        | BatchError::SettingsDiffer { .. }
        | BatchError::InputChanged { .. } => " with --force",
        BatchError::Interrupted { .. } => "; finish it with --resume, or start over with --force",
        BatchError::Stopped { resumable: true } => {
            "; the same command with --resume goes on from here"
        }
        _ => return None,
    })
}

fn on_table(error: &TableError) -> Option<&'static str> {
    Some(match error {
        TableError::JsonLayout { .. } => " with --json-path",
        TableError::Unsupported { found: "binary", .. } => " with --encoding",
        TableError::Columns { source: ColumnsError::NotFound { .. }, .. } => {
            " with --title-column and --text-column"
        }
        _ => return None,
    })
}

fn on_index(error: &IndexError) -> Option<String> {
    match error {
        IndexError::Absent { folder }
        | IndexError::Stale { folder, .. }
        | IndexError::Damaged { folder, .. } => {
            Some(format!(" with `rolecall index build --index {}`", folder.display()))
        }
        _ => None,
    }
}
