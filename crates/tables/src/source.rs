//! Opens the bytes of a file: decompressed, and hashed as they are read.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::patient::PatientReader;
use super::salvage::{Damage, Decompress, Salvaging};

/// Bytes that are asked of the system at once.
const READ_BYTES: usize = 128 << 10;

/// How the bytes of a file are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, of one member or many.
    Gzip,
    /// Zstandard, of one frame or many.
    Zstd,
}

impl Compression {
    /// Recognises a compression by the first bytes of a file.
    pub fn of(start: &[u8]) -> Self {
        match start {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// Returns the compression that a file name asks for, and the name without its ending.
    pub fn of_name(name: &str) -> (Self, &str) {
        for (ending, compression) in [(".gz", Self::Gzip), (".zst", Self::Zstd)] {
            let lower = name.to_ascii_lowercase();
            if lower.ends_with(ending) {
                return (compression, &name[..name.len() - ending.len()]);
            }
        }
        (Self::None, name)
    }

    /// Returns what people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Compresses some bytes into a member or frame of its own. Members one after another are a
    /// valid file, so that pieces can be compressed apart and a file can be continued.
    ///
    /// # Errors
    ///
    /// Returns an error if the library fails, which it does for want of memory only.
    pub fn compress(self, bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        match self {
            Self::None => Ok(bytes),
            Self::Gzip => {
                let level = flate2::Compression::default();
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                io::Write::write_all(&mut encoder, &bytes)?;
                encoder.finish()
            }
            Self::Zstd => zstd::stream::encode_all(bytes.as_slice(), 3),
        }
    }
}

/// What was read of a file so far: how many bytes, and their SHA-256.
#[derive(Debug, Clone, Default)]
pub struct Digested {
    /// Bytes that were read, as they lie on the disk.
    pub bytes: u64,
    sha256: Sha256,
}

impl Digested {
    /// Returns the SHA-256 of the bytes in hexadecimal.
    pub fn sha256(&self) -> String {
        rolecall::digest::hexadecimal(&self.sha256.clone().finalize())
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sha256.update(bytes);
    }

    /// Digests all that a reader gives, up to a number of bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if reading fails.
    pub fn of(reader: impl Read, bytes: u64) -> io::Result<Self> {
        let mut digested = Self::default();
        let mut reader = reader.take(bytes);
        let mut buffer = vec![0; READ_BYTES];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(digested),
                Ok(read) => digested.update(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// An open file, or standard input.
pub struct Source {
    /// The decompressed bytes.
    pub reader: Box<dyn Read + Send>,
    /// How the file is compressed.
    pub compression: Compression,
    /// The size on the disk, where there is one.
    pub size: Option<u64>,
    /// Where it is compressed and its data damaged, the reader ends there, and this says why.
    pub damage: Damage,
    digested: Arc<Mutex<Digested>>,
}

impl Source {
    /// Opens a file; the path `-` is standard input. The compression is recognised by content.
    /// Where there is nothing to read yet, as from a pipe, `is_stopped` is asked whether to wait on.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be opened, or is a folder. Reading returns [`GivenUp`] when
    /// it was told to stop.
    ///
    /// [`GivenUp`]: super::GivenUp
    pub fn open(path: &Path, is_stopped: fn() -> bool) -> io::Result<Self> {
        let (raw, size): (Box<dyn Read + Send>, _) = if path == Path::new("-") {
            (Box::new(PatientReader::stdin(is_stopped)), None)
        } else if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            (Box::new(PatientReader::open(path, is_stopped)), None)
        } else {
            let (file, size) = open_file(path)?;
            (Box::new(file), size)
        };
        Self::with(raw, size, 0, Digested::default())
    }

    /// Opens a file whose first bytes were digested before, and passes over the first
    /// `skipped` decompressed bytes. A plain file is not read twice.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read or is shorter.
    pub fn resume(path: &Path, digested: Digested, skipped: u64) -> io::Result<Self> {
        let (mut file, size) = open_file(path)?;
        let mut start = [0; 4];
        let read = read_fully(&mut file, &mut start)?;
        let compressed = Compression::of(&start[..read]) != Compression::None;
        let position = if compressed { 0 } else { skipped };
        file.seek(SeekFrom::Start(position))?;
        let mut source = Self::with(Box::new(file), size, position, digested)?;
        if compressed {
            let passed = io::copy(&mut (&mut source.reader).take(skipped), &mut io::sink())?;
            if passed < skipped {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(source)
    }

    fn with(
        raw: Box<dyn Read + Send>,
        size: Option<u64>,
        position: u64,
        digested: Digested,
    ) -> io::Result<Self> {
        let digested = Arc::new(Mutex::new(digested));
        let mut raw = DigestingReader { raw, position, digested: Arc::clone(&digested) };
        let mut start = vec![0; 4];
        let read = read_fully(&mut raw, &mut start)?;
        start.truncate(read);
        // What follows the start of a file that is gone on with is no start of a file.
        let compression = if position == 0 { Compression::of(&start) } else { Compression::None };
        let raw = Cursor::new(start).chain(raw);
        let damage = Damage::default();
        let reader: Box<dyn Read + Send> = match compression {
            Compression::None => Box::new(raw),
            Compression::Gzip => {
                let decoder = MultiGzDecoder::new(BufReader::with_capacity(READ_BYTES, raw));
                Box::new(Salvaging::new(decoder, damage.clone()))
            }
            Compression::Zstd => {
                let decoder = zstd::stream::read::Decoder::new(raw)?;
                Box::new(Salvaging::new(decoder, damage.clone()))
            }
        };
        Ok(Self { reader, compression, size, damage, digested })
    }

    /// Returns a view on what was read so far, which goes on as the reader does.
    pub fn digest(&self) -> DigestView {
        DigestView(Arc::clone(&self.digested))
    }
}

impl<R: BufRead> Decompress for MultiGzDecoder<R> {
    fn drain(&mut self) -> io::Result<u64> {
        io::copy(self.get_mut(), &mut io::sink())
    }
}

impl<R: BufRead> Decompress for zstd::stream::read::Decoder<'_, R> {
    fn drain(&mut self) -> io::Result<u64> {
        io::copy(self.get_mut(), &mut io::sink())
    }
}

/// Tells what was read of a source so far.
#[derive(Debug, Clone)]
pub struct DigestView(Arc<Mutex<Digested>>);

impl DigestView {
    /// Returns what was read so far.
    pub fn now(&self) -> Digested {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn open_file(path: &Path) -> io::Result<(File, Option<u64>)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::other("it is a folder, expected a file"));
    }
    Ok((file, metadata.is_file().then_some(metadata.len())))
}

fn read_fully(reader: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match reader.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Digests each byte of a file once, even where reading starts again before the last digested one.
struct DigestingReader {
    raw: Box<dyn Read + Send>,
    /// The position in the file of the next byte.
    position: u64,
    digested: Arc<Mutex<Digested>>,
}

impl Read for DigestingReader {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(bytes)?;
        let mut digested = self.digested.lock().unwrap_or_else(PoisonError::into_inner);
        let known = digested.bytes.saturating_sub(self.position).min(read as u64);
        let known = usize::try_from(known).unwrap_or(read);
        digested.update(&bytes[known..read]);
        self.position += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn compressed_pieces_read_as_one_and_go_on_anywhere() {
        let (first, second) = ("first,".repeat(90_000), "second,".repeat(90_000));
        for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
            let mut bytes = compression.compress(first.clone().into_bytes()).unwrap();
            bytes.extend(compression.compress(second.clone().into_bytes()).unwrap());
            let file = file(&bytes);
            let mut source = Source::open(file.path(), || false).unwrap();
            let digest = source.digest();
            assert_eq!(source.compression, compression);
            let mut text = String::new();
            source.reader.read_to_string(&mut text).unwrap();
            assert!(text == format!("{first}{second}"));
            let whole = Digested::of(bytes.as_slice(), u64::MAX).unwrap();
            assert_eq!((digest.now().bytes, digest.now().sha256()), (whole.bytes, whole.sha256()));

            for (known, skipped) in [(0, 0), (700, 5), (bytes.len() as u64, first.len() as u64)] {
                let known = Digested::of(bytes.as_slice(), known).unwrap();
                let mut source = Source::resume(file.path(), known, skipped).unwrap();
                let digest = source.digest();
                let mut rest = String::new();
                source.reader.read_to_string(&mut rest).unwrap();
                assert!(rest == text[usize::try_from(skipped).unwrap()..]);
                assert_eq!(digest.now().sha256(), whole.sha256());
            }
        }
    }

    #[test]
    fn damaged_data_is_read_up_to_the_damage_and_digested_whole() {
        let number = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let text: String = (0..200_000).map(|n| format!("{}\n", number(n))).collect();
        for compression in [Compression::Gzip, Compression::Zstd] {
            let whole = compression.compress(text.clone().into_bytes()).unwrap();
            let middle = whole.len() / 2;
            let mut flipped = whole.clone();
            flipped[middle..middle + 64].fill(0xA5);
            for (bytes, said) in [(&whole[..middle], "it is cut off"), (&flipped, "it")] {
                let file = file(bytes);
                let mut source = Source::open(file.path(), || false).unwrap();
                let mut read = Vec::new();
                source.reader.read_to_end(&mut read).unwrap();
                let damage = source.damage.now().unwrap();
                assert!(damage.starts_with(said), "{compression:?}: {damage}");
                assert!(text.starts_with(std::str::from_utf8(&read[..10_000]).unwrap()));
                assert_eq!(source.digest().now().bytes, bytes.len() as u64);
            }
            let file = file(&whole);
            let mut source = Source::open(file.path(), || false).unwrap();
            io::copy(&mut source.reader, &mut io::sink()).unwrap();
            assert_eq!(source.damage.now(), None);
        }
    }

    #[test]
    fn names_tell_the_compression() {
        assert_eq!(Compression::of_name("a.csv.GZ"), (Compression::Gzip, "a.csv"));
        assert_eq!(Compression::of_name("a.zst"), (Compression::Zstd, "a"));
        assert_eq!(Compression::of_name("a.csv"), (Compression::None, "a.csv"));
    }
}
