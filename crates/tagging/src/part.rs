//! A file that grows beside its place and is put there when it is complete.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use rolecall_tables::{Digested, TableError};

use super::{BatchError, OutputFile};

/// An output while it is written: `OUT.part`, until it is renamed to `OUT`.
///
/// The file is created exclusively, so that neither a link that somebody put there nor another
/// run is written to; it is locked while a run writes it, so that a second run can tell a part
/// that was left from one that grows.
pub(super) struct PartFile {
    place: PathBuf,
    part: PathBuf,
    file: File,
    digested: Digested,
    syncing: Syncing,
}

/// Bytes that are written until they are synced: so that at the end little is left to wait for.
const SYNCED_BYTES: u64 = 16 << 20;

/// Brings what was written to the disk while more is written.
#[derive(Default)]
struct Syncing {
    /// Bytes since a sync was started.
    bytes: u64,
    running: Option<JoinHandle<io::Result<()>>>,
}

impl Syncing {
    /// Counts bytes, and starts a sync if there are enough and none is running.
    fn wrote(&mut self, bytes: u64, file: &File) -> io::Result<()> {
        self.bytes += bytes;
        if self.bytes < SYNCED_BYTES || self.running.as_ref().is_some_and(|it| !it.is_finished()) {
            return Ok(());
        }
        self.wait()?;
        let file = file.try_clone()?;
        self.running = Some(std::thread::spawn(move || file.sync_data()));
        self.bytes = 0;
        Ok(())
    }

    /// Waits for the sync that is running; its error is that of the file.
    fn wait(&mut self) -> io::Result<()> {
        match self.running.take().map(JoinHandle::join) {
            Some(Ok(synced)) => synced,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(()),
        }
    }
}

/// Returns the path of a file beside another: its name with an ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

impl PartFile {
    /// Starts the part of an output.
    pub(super) fn create(place: &Path) -> Result<Self, BatchError> {
        let part = beside(place, ".part");
        let file = File::options().read(true).write(true).create_new(true).open(&part);
        let file = match file {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(left_part(place, &part));
            }
            file => file.map_err(BatchError::write(place))?,
        };
        file.try_lock().map_err(|_| BatchError::Busy { path: place.to_owned() })?;
        Ok(Self {
            place: place.to_owned(),
            part,
            file,
            digested: Digested::default(),
            syncing: Syncing::default(),
        })
    }

    /// Opens the part that a run left, and cuts it to the bytes that are known to be good.
    pub(super) fn resume(place: &Path, bytes: u64) -> Result<Self, BatchError> {
        let part = beside(place, ".part");
        let shown = part.clone();
        let wrong = BatchError::write(&shown);
        let kind = fs::symlink_metadata(&part).map_err(&wrong)?.file_type();
        if !kind.is_file() {
            return Err(wrong(io::Error::other("it is not a plain file")));
        }
        let mut file = File::options().read(true).write(true).open(&part).map_err(&wrong)?;
        file.try_lock().map_err(|_| BatchError::Busy { path: place.to_owned() })?;
        if file.metadata().map_err(&wrong)?.len() < bytes {
            let error = format!("expected at least {bytes} bytes; start over");
            return Err(wrong(io::Error::other(error)));
        }
        file.set_len(bytes).map_err(&wrong)?;
        let digested = Digested::of(&mut file, bytes).map_err(&wrong)?;
        file.seek(SeekFrom::Start(bytes)).map_err(&wrong)?;
        Ok(Self { place: place.to_owned(), part, file, digested, syncing: Syncing::default() })
    }

    /// Removes the part that a run left, unless that run goes on.
    pub(super) fn remove_left(place: &Path) -> Result<(), BatchError> {
        let part = beside(place, ".part");
        if fs::symlink_metadata(&part).is_err() {
            return Ok(());
        }
        match left_part(place, &part) {
            BatchError::Interrupted { .. } => {
                fs::remove_file(&part).map_err(BatchError::write(&part))
            }
            error => Err(error),
        }
    }

    /// Reads all good bytes.
    pub(super) fn read_all(&mut self) -> Result<Vec<u8>, BatchError> {
        let wrong = BatchError::write(&self.place);
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0)).map_err(&wrong)?;
        self.file.read_to_end(&mut bytes).map(|_| bytes).map_err(&wrong)
    }

    /// Appends bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), BatchError> {
        self.write_all(bytes).map_err(BatchError::write(&self.place))
    }

    /// Waits until all bytes are on the disk.
    pub(super) fn sync(&mut self) -> Result<(), BatchError> {
        let synced = self.syncing.wait().and_then(|()| self.file.sync_data());
        synced.map_err(BatchError::write(&self.place))
    }

    /// Cuts off what stands behind the good bytes.
    pub(super) fn cut_to(&mut self, bytes: u64) -> Result<(), BatchError> {
        let wrong = BatchError::write(&self.place);
        self.file.set_len(bytes).map_err(&wrong)?;
        self.file.seek(SeekFrom::Start(bytes)).map(drop).map_err(&wrong)
    }

    /// Makes the output of this part: a second file with its own name beside the place.
    pub(super) fn assembled(
        &mut self,
        assemble: impl FnOnce(&mut File, &mut Self) -> Result<(), TableError>,
    ) -> Result<Self, BatchError> {
        let part = beside(&self.place, ".whole.part");
        let wrong = BatchError::write(&self.place);
        // This run has the lock, so that what is there was left by an earlier one.
        match fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(wrong(error)),
            _ => {}
        }
        let file = File::options().read(true).write(true).create_new(true).open(&part);
        let file = file.map_err(&wrong)?;
        let mut whole = Self {
            place: self.place.clone(),
            part,
            file,
            digested: Digested::default(),
            syncing: Syncing::default(),
        };
        self.file.seek(SeekFrom::Start(0)).map_err(&wrong)?;
        let assembled = assemble(&mut self.file, &mut whole);
        if let Err(error) = assembled {
            whole.discard();
            return Err(error.into());
        }
        Ok(whole)
    }

    /// Returns how many good bytes there are, and their digest.
    pub(super) fn digested(&self) -> &Digested {
        &self.digested
    }

    /// Puts the file in its place.
    pub(super) fn persist(mut self) -> Result<(), BatchError> {
        let wrong = BatchError::write(&self.place);
        self.syncing.wait().map_err(&wrong)?;
        self.file.sync_all().map_err(&wrong)?;
        fs::rename(&self.part, &self.place).map_err(&wrong)?;
        sync_folder(&self.place).map_err(&wrong)
    }

    /// Removes the part.
    pub(super) fn discard(self) {
        // There is nothing to do if it is gone already.
        let _ = fs::remove_file(&self.part);
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digested.update(&bytes[..written]);
        self.syncing.wrote(written as u64, &self.file)?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Says why there is a part already.
fn left_part(place: &Path, part: &Path) -> BatchError {
    let path = place.to_owned();
    let is_file = fs::symlink_metadata(part).is_ok_and(|metadata| metadata.is_file());
    match File::options().write(true).open(part) {
        Ok(file) if is_file => match file.try_lock() {
            Err(TryLockError::WouldBlock) => BatchError::Busy { path },
            _ => BatchError::Interrupted { path },
        },
        _ => BatchError::PartInTheWay { path: part.to_owned() },
    }
}

/// Makes a rename survive a power cut.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        // Some systems do not open folders; they keep renames by themselves.
        Err(_) => Ok(()),
    }
}

/// Writes a small file whole: beside its place first, then renamed.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), BatchError> {
    let wrong = BatchError::write(path);
    OutputFile::put(path, text.as_bytes()).map_err(&wrong)?;
    sync_folder(path).map_err(&wrong)
}
