//! Rows that can't be read are set aside, with line and reason.

use std::path::{Path, PathBuf};

use super::BatchError;
use super::part::{PartFile, beside};

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
pub(super) struct RejectFile {
    place: Option<PathBuf>,
    part: Option<PartFile>,
    /// Whether the file is in its place already.
    is_done: bool,
}

/// Returns where the rows of an output go that are set aside, unless another place is named.
pub fn path_for(output: &Path) -> PathBuf {
    beside(output, ".rejects.csv")
}

impl RejectFile {
    /// Names the file; without a place, rows are counted but not kept.
    pub(super) fn new(place: Option<PathBuf>) -> Self {
        Self { place, part: None, is_done: false }
    }

    /// Opens the part that an interrupted run left.
    pub(super) fn resume(place: PathBuf, bytes: Option<u64>) -> Result<Self, BatchError> {
        let part = match bytes {
            Some(bytes) => Some(PartFile::resume(&place, bytes)?),
            None => None,
        };
        let place = Some(place);
        Ok(Self { place, part, is_done: false })
    }

    /// Names a file that an interrupted run has put in its place already; it had none if it
    /// had set no row aside.
    pub(super) fn done(place: PathBuf, bytes: Option<u64>) -> Self {
        Self { place: Some(place), part: None, is_done: bytes.is_some() }
    }

    pub(super) fn add(&mut self, input: &Path, rejects: &[Reject]) -> Result<(), BatchError> {
        let Some(place) = self.place.as_ref().filter(|_| !rejects.is_empty()) else {
            return Ok(());
        };
        let is_new = self.part.is_none();
        let part = match &mut self.part {
            Some(part) => part,
            none => none.insert(PartFile::create(place)?),
        };
        let wrong = |error: csv::Error| BatchError::write(place)(error.into());
        let mut writer = csv::Writer::from_writer(Vec::new());
        if is_new {
            writer.write_record(["file", "line", "byte", "reason", "row"]).map_err(wrong)?;
        }
        let input = input.display().to_string();
        for reject in rejects {
            let (line, offset) = (reject.line.to_string(), reject.offset.to_string());
            let record: [&[u8]; 5] = [
                input.as_bytes(),
                line.as_bytes(),
                offset.as_bytes(),
                reject.reason.as_bytes(),
                &reject.raw,
            ];
            writer.write_record(record).map_err(wrong)?;
        }
        let bytes = writer.into_inner();
        part.append(&bytes.map_err(|error| BatchError::write(place)(error.into_error()))?)
    }

    /// Returns the part, if there is one.
    pub(super) fn part(&mut self) -> Option<&mut PartFile> {
        self.part.as_mut()
    }

    /// Puts the file in its place and returns that, or nothing if no row was set aside.
    pub(super) fn persist(self) -> Result<Option<PathBuf>, BatchError> {
        match self.part {
            Some(part) => part.persist().map(|()| self.place),
            None => Ok(self.place.filter(|_| self.is_done)),
        }
    }

    /// Removes what was written.
    pub(super) fn discard(self) {
        if let Some(part) = self.part {
            part.discard();
        }
    }
}
