//! A file that appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that is written beside its place and renamed when it is complete. An older file stays
/// until then. What is not a plain file, such as `/dev/null` or a named pipe, is written directly.
pub struct OutputFile {
    path: PathBuf,
    target: Target,
}

enum Target {
    Temporary(BufWriter<NamedTempFile>),
    Direct(File),
}

impl OutputFile {
    /// Starts a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder is not there or can't be written to.
    pub fn create(path: &Path) -> io::Result<Self> {
        let special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        let target = if special {
            Target::Direct(File::options().write(true).open(path)?)
        } else {
            Target::Temporary(BufWriter::new(temporary(path)?))
        };
        Ok(Self { path: path.to_owned(), target })
    }

    /// Writes all of a file.
    ///
    /// # Errors
    ///
    /// Returns an error if it can't be written; then nothing is left of it.
    pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = Self::create(path)?;
        file.write_all(bytes)?;
        file.finish()
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    ///
    /// Returns an error if the last bytes can't be written or the file can't be renamed; then
    /// nothing is left of it.
    pub fn finish(self) -> io::Result<()> {
        match self.target {
            Target::Direct(mut file) => file.flush(),
            Target::Temporary(buffer) => {
                let file = buffer.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.as_file().sync_all()?;
                file.persist(&self.path).map(drop).map_err(|error| error.error)
            }
        }
    }
}

fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".rolecall-").suffix(".part");
    // A temporary file is for its owner only; an output takes the permissions of any new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // Where the folder itself is the trouble, the name of a temporary file would tell a user nothing.
    builder.tempfile_in(folder).map_err(|error| fs::read_dir(folder).err().unwrap_or(error))
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Temporary(file) => file.write(bytes),
            Target::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Temporary(file) => file.flush(),
            Target::Direct(file) => file.flush(),
        }
    }
}
