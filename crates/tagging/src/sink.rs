//! Where pieces go, one by one: the output, the rows set aside, the journal, the checkpoint.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rolecall_tables::{Digested, ParquetForm, TableError};

use super::checkpoint::{self, Checkpoint, Current};
use super::input::InputPosition;
use super::part::PartFile;
use super::progress::Progress;
use super::rejects::RejectFile;
use super::report::InputReport;
use super::worker::Piece;
use super::{BatchError, Summary};

/// The output.
pub(super) enum Out<'a> {
    /// A file that is put in its place when it is complete.
    Part(Box<PartFile>),
    /// Standard output, a device or a pipe; called by its path in errors.
    Stream { path: &'a Path, out: &'a mut (dyn Write + Send), digested: Digested },
}

impl Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), BatchError> {
        match self {
            Self::Part(part) => part.append(bytes),
            Self::Stream { path, out, digested } => {
                out.write_all(bytes).map_err(BatchError::write(path))?;
                digested.update(bytes);
                Ok(())
            }
        }
    }

    pub(super) fn digested(&self) -> &Digested {
        match self {
            Self::Part(part) => part.digested(),
            Self::Stream { digested, .. } => digested,
        }
    }
}

/// Takes pieces in order, and remembers how far it has come.
pub(super) struct Sink<'a> {
    pub(super) place: PathBuf,
    pub(super) out: Out<'a>,
    pub(super) rejects: RejectFile,
    /// The signatures of all rows, if duplicates are looked for.
    pub(super) journal: Option<PartFile>,
    pub(super) checkpoint: Checkpoint,
    interval: Duration,
    saved: Instant,
    /// Whether there is anything that a later run could go on from.
    has_progress: bool,
}

impl<'a> Sink<'a> {
    /// Makes a sink for an output that may have been begun.
    pub(super) fn new(
        place: &Path,
        out: Out<'a>,
        rejects: RejectFile,
        journal: Option<PartFile>,
        checkpoint: Checkpoint,
        interval: Duration,
    ) -> Self {
        let has_progress = checkpoint.output_bytes > 0;
        let (place, saved) = (place.to_owned(), Instant::now());
        Self { place, out, rejects, journal, checkpoint, interval, saved, has_progress }
    }

    /// Writes what stands before the first row.
    pub(super) fn write_head(&mut self, bytes: &[u8]) -> Result<(), BatchError> {
        self.out.write(bytes)
    }

    /// Starts an input; returns how far it was read before, if it was.
    pub(super) fn begin(&mut self, path: &Path, size: Option<u64>) -> Option<Current> {
        let known = self.checkpoint.current.take().filter(|current| current.path == path);
        self.checkpoint.current = Some(known.clone().unwrap_or_else(|| Current::new(path, size)));
        known
    }

    /// Writes a piece, and saves a checkpoint if it is time.
    pub(super) fn write(
        &mut self,
        piece: &Piece,
        progress: &dyn Progress,
    ) -> Result<(), BatchError> {
        let current =
            self.checkpoint.current.get_or_insert_with(|| Current::new("".as_ref(), None));
        let before = current.bytes;
        self.rejects.add(&current.path, &piece.rejects)?;
        if let Some(journal) = &mut self.journal {
            journal.append(&piece.signatures)?;
        }
        self.out.write(&piece.bytes)?;
        // From here on the piece is written as a whole; before, a checkpoint knows nothing of it.
        let InputPosition { offset, lines, digested } = &piece.end;
        (current.position, current.lines, current.bytes) = (*offset, *lines, digested.bytes);
        current.digested = digested.clone();
        current.summary.add(&piece.summary);
        current.damage.clone_from(&piece.damage);
        progress.advanced(current.bytes.saturating_sub(before), piece.summary.rows_read);
        self.note();
        if self.saved.elapsed() >= self.interval {
            self.save()?;
        }
        Ok(())
    }

    /// Remembers how many bytes are good.
    fn note(&mut self) {
        self.has_progress = true;
        self.checkpoint.output_bytes = self.out.digested().bytes;
        self.checkpoint.rejects_bytes = self.rejects.part().map(|part| part.digested().bytes);
        self.checkpoint.journal_bytes = self.journal.as_ref().map(|part| part.digested().bytes);
    }

    /// Ends an input and returns what was done with it.
    pub(super) fn end(&mut self, report: InputReport) {
        self.checkpoint.current = None;
        self.checkpoint.inputs.push(report);
        self.note();
    }

    /// Returns what was done with the rows of the current input.
    pub(super) fn current_summary(&self, roles: usize) -> Summary {
        let current = self.checkpoint.current.as_ref();
        current.map_or_else(|| Summary::new(roles), |current| current.summary.clone())
    }

    /// Returns what is wrong with the current input behind the rows that were written.
    pub(super) fn current_damage(&self) -> Option<String> {
        self.checkpoint.current.as_ref().and_then(|current| current.damage.clone())
    }

    /// Reports an input that could not be read to its end, with the rows that were.
    pub(super) fn failed(&self, path: &Path, failure: &str) -> InputReport {
        let current = self.checkpoint.current.as_ref().filter(|current| current.path == path);
        InputReport {
            path: path.to_owned(),
            failure: Some(failure.to_owned()),
            damage: None,
            bytes: current.map_or(0, |current| current.bytes),
            sha256: current.map_or_else(String::new, |current| current.digested.sha256()),
            modified: None,
            found: None,
            rows: current.map(|current| current.summary.clone()).unwrap_or_default(),
        }
    }

    /// Saves a checkpoint, after all it speaks of is on the disk.
    fn save(&mut self) -> Result<(), BatchError> {
        let Out::Part(part) = &mut self.out else { return Ok(()) };
        // A run that goes on and fails before its first piece has digested nothing itself.
        if let Some(current) = &mut self.checkpoint.current
            && current.digested.bytes == current.bytes
        {
            current.sha256 = current.digested.sha256();
        }
        part.sync()?;
        if let Some(rejects) = self.rejects.part() {
            rejects.sync()?;
        }
        if let Some(journal) = &mut self.journal {
            journal.sync()?;
        }
        self.checkpoint.save(&self.place)?;
        self.saved = Instant::now();
        Ok(())
    }

    /// Gives up: keeps what a later run can go on from, and removes the rest. Returns whether
    /// there is anything to go on from.
    pub(super) fn abandon(mut self) -> bool {
        // What came through a pipe can't be read again.
        let is_pipe = self.checkpoint.current.as_ref().is_some_and(|input| input.size.is_none());
        if self.has_progress && !is_pipe && matches!(self.out, Out::Part(_)) {
            let bytes = self.checkpoint.output_bytes;
            let kept = match &mut self.out {
                Out::Part(part) => part.cut_to(bytes),
                Out::Stream { .. } => Ok(()),
            };
            if kept.and_then(|()| self.save()).is_ok() || has_checkpoint(&self.place) {
                return true;
            }
        }
        let place = self.place;
        if let Out::Part(part) = self.out {
            part.discard();
            // Without its part a checkpoint is of no use.
            let _ = Checkpoint::remove(&place);
        }
        self.rejects.discard();
        if let Some(journal) = self.journal {
            journal.discard();
        }
        false
    }

    /// Puts all files in their places. `form` joins the pieces of a Parquet file. `describe` writes the manifest, given the digest of the
    /// output and the file of the rows that were set aside.
    ///
    /// A run that is killed in here goes on in here: each step can be done again.
    pub(super) fn finish(
        mut self,
        form: Option<&ParquetForm>,
        describe: impl Fn(&Checkpoint, &Digested, Option<&Path>) -> Result<(), BatchError>,
    ) -> Result<Finished, BatchError> {
        self.checkpoint.complete = true;
        self.note();
        self.save()?;
        let rejects = self.rejects.persist()?;
        let digested = match self.out {
            Out::Stream { path, out, digested } => {
                out.flush().map_err(BatchError::write(path))?;
                describe(&self.checkpoint, &digested, rejects.as_deref())?;
                digested
            }
            Out::Part(mut part) => {
                let whole = match form {
                    Some(form) => Some(part.assembled(|pieces, out| {
                        form.assemble(pieces, out).map(drop).map_err(|source| {
                            let path = self.place.clone();
                            TableError::Columnar { path, source }
                        })
                    })?),
                    None => None,
                };
                let digested = whole.as_ref().unwrap_or(&part).digested().clone();
                describe(&self.checkpoint, &digested, rejects.as_deref())?;
                match whole {
                    Some(whole) => {
                        whole.persist()?;
                        part.discard();
                    }
                    None => part.persist()?,
                }
                digested
            }
        };
        if let Some(journal) = self.journal {
            journal.discard();
        }
        Checkpoint::remove(&self.place)?;
        Ok(Finished { inputs: self.checkpoint.inputs, rejects, output_bytes: digested.bytes })
    }
}

/// What became of an output.
pub(super) struct Finished {
    pub(super) inputs: Vec<InputReport>,
    pub(super) rejects: Option<PathBuf>,
    pub(super) output_bytes: u64,
}

fn has_checkpoint(place: &Path) -> bool {
    fs::symlink_metadata(checkpoint::path_for(place)).is_ok()
}
