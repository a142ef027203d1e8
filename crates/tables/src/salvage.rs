//! Reads compressed data up to where it is damaged.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::GivenUp;

/// What is wrong with compressed data, once a reader has come there.
#[derive(Debug, Clone, Default)]
pub struct Damage(Arc<Mutex<Option<String>>>);

impl Damage {
    /// Returns what is wrong, if anything is so far.
    pub fn now(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A decompressor, as far as it is needed here.
pub(super) trait Decompress: Read {
    /// Reads on below it to the end of the file, so that all of that is digested.
    fn drain(&mut self) -> io::Result<u64>;
}

/// Ends where the data can't be decompressed, and remembers why. What the system can't read stays an
/// error.
pub(super) struct Salvaging<D> {
    decompressor: D,
    damage: Damage,
    is_ended: bool,
}

impl<D: Decompress> Salvaging<D> {
    pub(super) fn new(decompressor: D, damage: Damage) -> Self {
        Self { decompressor, damage, is_ended: false }
    }
}

impl<D: Decompress> Read for Salvaging<D> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.is_ended {
            return Ok(0);
        }
        match self.decompressor.read(bytes) {
            Err(error) if is_of_data(&error) => {
                self.is_ended = true;
                let what = match error.kind() {
                    io::ErrorKind::UnexpectedEof => "it is cut off".to_owned(),
                    // What does not fit its checksum was read, and is wrong somewhere.
                    _ if error.to_string().contains("checksum") => {
                        "its checksum is wrong; some of the rows before this may be damaged as well"
                            .to_owned()
                    }
                    _ => format!("it is damaged: {error}"),
                };
                *self.damage.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
                self.decompressor.drain().map(|_| 0)
            }
            read => read,
        }
    }
}

/// Tells whether the data is at fault, and not the system, or a reader that was told to wait no longer.
fn is_of_data(error: &io::Error) -> bool {
    error.raw_os_error().is_none()
        && error.kind() != io::ErrorKind::Interrupted
        && !error.get_ref().is_some_and(|error| error.is::<GivenUp>())
}
