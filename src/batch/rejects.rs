//! Rows that can't be read are set aside, with line and reason.

use std::path::{Path, PathBuf};

use super::{BatchError, OutputFile};

/// A row that was set aside.
#[derive(Debug, Clone)]
pub(super) struct Reject {
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) reason: String,
    /// The bytes of the row; empty if it was too long to be kept.
    pub(super) raw: Vec<u8>,
}

/// The file that takes the rows that were set aside; it is made when there is a first one.
///
/// Its columns are `file`, `line` (from 1), `byte` (from 0), `reason` and `row`, the bytes as
/// they stood in the input.
pub struct RejectFile {
    path: Option<PathBuf>,
    writer: Option<csv::Writer<OutputFile>>,
}

impl RejectFile {
    /// Names the file; without a path, rows are counted but not kept.
    pub fn new(path: Option<PathBuf>) -> Self {
        Self { path, writer: None }
    }

    pub(super) fn add(&mut self, input: &Path, reject: &Reject) -> Result<(), BatchError> {
        let Some(path) = &self.path else { return Ok(()) };
        let wrong = |error: csv::Error| BatchError::write(path)(error.into());
        if self.writer.is_none() {
            let file = OutputFile::create(path).map_err(BatchError::write(path))?;
            let mut writer = csv::Writer::from_writer(file);
            writer.write_record(["file", "line", "byte", "reason", "row"]).map_err(wrong)?;
            self.writer = Some(writer);
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let input = input.display().to_string();
        let (line, offset) = (reject.line.to_string(), reject.offset.to_string());
        let record: [&[u8]; 5] = [
            input.as_bytes(),
            line.as_bytes(),
            offset.as_bytes(),
            reject.reason.as_bytes(),
            &reject.raw,
        ];
        writer.write_record(record).map_err(wrong)
    }

    /// Puts the file in its place and returns its path, or nothing if no row was set aside.
    ///
    /// # Errors
    ///
    /// Returns an error if it can't be written.
    pub fn finish(self) -> Result<Option<PathBuf>, BatchError> {
        let (Some(path), Some(writer)) = (self.path, self.writer) else { return Ok(None) };
        let file =
            writer.into_inner().map_err(|error| BatchError::write(&path)(error.into_error()))?;
        file.finish().map_err(BatchError::write(&path))?;
        Ok(Some(path))
    }
}
