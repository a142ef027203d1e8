//! Reads what may keep silent for ever, such as a pipe, in a way that waiting can be given up.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Bytes that are handed over at once, at most.
const BLOCK_BYTES: usize = 128 << 10;

/// How often a reader that waits asks whether it should give up.
const INTERVAL: Duration = Duration::from_millis(50);

/// Says that nobody wants to wait any longer.
#[derive(Debug, thiserror::Error)]
#[error("stopped while waiting for input")]
pub struct GivenUp;

/// A pipe or the like, read by a thread of its own, which ends with the source or the program.
pub(super) struct PatientReader {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    taken: usize,
    is_stopped: fn() -> bool,
}

impl PatientReader {
    /// Reads standard input.
    pub(super) fn stdin(is_stopped: fn() -> bool) -> Self {
        Self::of(|| Ok(io::stdin()), is_stopped)
    }

    /// Opens a named pipe or a device, which may itself have to wait, and reads it.
    pub(super) fn open(path: &Path, is_stopped: fn() -> bool) -> Self {
        let path: PathBuf = path.to_owned();
        Self::of(move || File::open(path), is_stopped)
    }

    fn of<R: Read>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        is_stopped: fn() -> bool,
    ) -> Self {
        let (sender, blocks) = sync_channel(1);
        std::thread::spawn(move || {
            let mut source = match open() {
                Ok(source) => source,
                // If nobody listens any more, nobody wants to know.
                Err(error) => return drop(sender.send(Err(error))),
            };
            loop {
                let mut block = vec![0; BLOCK_BYTES];
                let read = match source.read(&mut block) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    read => read,
                };
                let is_last = !matches!(read, Ok(1..));
                let block = read.map(|read| {
                    block.truncate(read);
                    block
                });
                if sender.send(block).is_err() || is_last {
                    return;
                }
            }
        });
        Self { blocks, block: Vec::new(), taken: 0, is_stopped }
    }
}

impl Read for PatientReader {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.block.len() {
            match self.blocks.recv_timeout(INTERVAL) {
                Ok(Ok(block)) if block.is_empty() => return Ok(0),
                Ok(block) => (self.block, self.taken) = (block?, 0),
                Err(RecvTimeoutError::Timeout) if (self.is_stopped)() => {
                    return Err(io::Error::other(GivenUp));
                }
                Err(RecvTimeoutError::Timeout) => {}
                // The thread ended after an error or the end, which was told before.
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let read = (&self.block[self.taken..]).read(bytes)?;
        self.taken += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_come_and_then_the_end() {
        let bytes: Vec<u8> = (0..1_000_000u32).map(|n| n.to_le_bytes()[0]).collect();
        let source = bytes.clone();
        let mut reader = PatientReader::of(move || Ok(io::Cursor::new(source)), || false);
        let mut found = Vec::new();
        reader.read_to_end(&mut found).unwrap();
        assert!(found == bytes);
        assert_eq!(reader.read(&mut [0; 4]).unwrap(), 0);
    }

    #[test]
    fn a_silent_source_is_given_up_and_errors_are_told() {
        struct Silent;
        impl Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                loop {
                    std::thread::park();
                }
            }
        }
        let error = PatientReader::of(|| Ok(Silent), || true).read(&mut [0; 4]).unwrap_err();
        assert!(error.get_ref().is_some_and(|error| error.is::<GivenUp>()), "{error}");
        let missing = PatientReader::open(Path::new("no such file"), || false).read(&mut [0]);
        assert_eq!(missing.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
