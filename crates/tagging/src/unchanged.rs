//! Whether the inputs of a run that goes on are what they were.

use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use rolecall_tables::{Digested, TableError};

use super::BatchError;
use super::checkpoint::Current;
use super::report::InputReport;

/// Returns when a file was last modified, in nanoseconds since 1970.
pub(super) fn modified(path: &Path) -> Option<u64> {
    let time = fs::metadata(path).ok()?.modified().ok()?;
    u64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_nanos()).ok()
}

/// Checks that an input that is done is what it was.
pub(super) fn check_unchanged(report: &InputReport) -> Result<(), BatchError> {
    let path = &report.path;
    if report.failure.is_some() {
        return Ok(());
    }
    let metadata = fs::metadata(path).map_err(TableError::read(path))?;
    if metadata.len() == report.bytes && modified(path) == report.modified {
        return Ok(());
    }
    let file = File::open(path).map_err(TableError::read(path))?;
    let digested = Digested::of(file, u64::MAX).map_err(TableError::read(path))?;
    match digested.sha256() == report.sha256 {
        true => Ok(()),
        false => Err(BatchError::InputChanged { path: path.clone() }),
    }
}

/// Checks that the start of an input, which was read before, is what it was.
pub(super) fn check_start(current: &Current) -> Result<Digested, BatchError> {
    let path = &current.path;
    let changed = || BatchError::InputChanged { path: path.clone() };
    let wrong = TableError::read(path);
    let file = File::open(path).map_err(&wrong)?;
    if current.size != Some(file.metadata().map_err(&wrong)?.len()) {
        return Err(changed());
    }
    let digested = Digested::of(file, current.bytes).map_err(&wrong)?;
    match digested.sha256() == current.sha256 {
        true => Ok(digested),
        false => Err(changed()),
    }
}
