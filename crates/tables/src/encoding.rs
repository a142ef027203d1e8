//! Guesses the encoding of a text, and decodes it as it is read.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, ISO_8859_15, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Raw bytes that are read and decoded at a time.
const READ_BYTES: usize = 1 << 16;

/// Bytes that are looked at for the end of a line, at most, where each line has its own encoding.
const LINE_BYTES: usize = 1 << 16;

/// Bytes that are decoded at a time, at most.
const DECODED_BYTES: usize = 1 << 17;

/// The byte-order mark of UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

const REPLACEMENT: &str = "\u{fffd}";

/// UTF-8 with one malformed sequence in so many others is still UTF-8.
const MALFORMED_SHARE: usize = 4;

/// An encoding, and how it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// How many bytes of a byte-order mark stand before the text.
    pub bom_bytes: usize,
    /// How it was found.
    pub how: How,
}

/// How an encoding was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By a byte-order mark.
    Bom,
    /// All bytes of the sample, or all but a few, are UTF-8.
    Utf8,
    /// By the zero bytes that ASCII characters have in UTF-16.
    Zeros,
    /// By the frequencies of characters, which may be wrong.
    Guess,
    /// It was said.
    Given,
}

impl Detected {
    /// Takes an encoding that was said, and looks whether a byte-order mark of it stands before
    /// the text.
    pub fn given(encoding: &'static Encoding, sample: &[u8]) -> Self {
        let bom_bytes = match Encoding::for_bom(sample) {
            Some((marked, bytes)) if marked == encoding => bytes,
            _ => 0,
        };
        Self { encoding, bom_bytes, how: How::Given }
    }
}

/// Says why a text can't be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingError {
    /// A byte-order mark says that it is UTF-32.
    #[error(
        "this is UTF-32 by its byte-order mark, expected UTF-8, UTF-16 or an encoding of the web; \
         convert it first: iconv -f UTF-32 -t UTF-8 FILE"
    )]
    Utf32,
}

/// Guesses the encoding of a text from its first bytes; `is_all` says that there are no more.
///
/// What has no byte-order mark, is not UTF-16 by its zero bytes and not UTF-8 is guessed as
/// Firefox does; a guess that the text does not support by letters of its script is
/// windows-1252.
///
/// # Errors
///
/// Returns an error if a byte-order mark says UTF-32.
pub fn detect(sample: &[u8], is_all: bool) -> Result<Detected, EncodingError> {
    if sample.starts_with(b"\xFF\xFE\0\0") && sample.len() > 4
        || sample.starts_with(b"\0\0\xFE\xFF")
    {
        return Err(EncodingError::Utf32);
    }
    if let Some((encoding, bom_bytes)) = Encoding::for_bom(sample) {
        return Ok(Detected { encoding, bom_bytes, how: How::Bom });
    }
    let found = |encoding, how| Ok(Detected { encoding, bom_bytes: 0, how });
    if let Some(encoding) = utf16_by_zeros(sample) {
        return found(encoding, How::Zeros);
    }
    if is_utf8(sample, is_all) {
        return found(UTF_8, How::Utf8);
    }
    found(guess(sample, is_all), How::Guess)
}

/// Finds UTF-16 by zeros at every second byte: where ASCII has its high bytes.
fn utf16_by_zeros(sample: &[u8]) -> Option<&'static Encoding> {
    let mut zeros = [0, 0];
    for pair in sample.chunks_exact(2) {
        zeros[0] += usize::from(pair[0] == 0);
        zeros[1] += usize::from(pair[1] == 0);
    }
    let pairs = sample.len() / 2;
    // English has nearly all, Chinese between delimiters a few; neither has zeros on the other side.
    match zeros {
        [0, odd] if odd * 10 >= pairs && odd > 1 => Some(UTF_16LE),
        [even, 0] if even * 10 >= pairs && even > 1 => Some(UTF_16BE),
        [even, odd] if odd * 2 >= pairs && even * 20 < odd => Some(UTF_16LE),
        [even, odd] if even * 2 >= pairs && odd * 20 < even => Some(UTF_16BE),
        _ => None,
    }
}

/// Tells whether bytes are UTF-8, but for a cut at the end and few malformed sequences.
fn is_utf8(sample: &[u8], is_all: bool) -> bool {
    let error = match std::str::from_utf8(sample) {
        Ok(_) => return true,
        Err(error) => error,
    };
    if error.error_len().is_none() && !is_all {
        return true;
    }
    let (mut malformed, mut well_formed) = (0, 0);
    for chunk in sample.utf8_chunks() {
        well_formed += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        malformed += usize::from(!chunk.invalid().is_empty());
    }
    well_formed > malformed * MALFORMED_SHARE
}

fn guess(sample: &[u8], is_all: bool) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, is_all);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    if encoding == WINDOWS_1252 {
        return encoding;
    }
    // English with a few dashes and quotes of windows-1252 has nearly no letters beyond ASCII; other
    // scripts and languages have many.
    let beyond = sample.iter().filter(|&&byte| byte >= 0x80).count();
    let punctuation = sample.iter().filter(|&&byte| is_punctuation(byte)).count();
    let letters = sample.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let is_english =
        beyond * 200 < letters || (punctuation * 4 >= beyond * 3 && beyond * 20 < letters);
    if is_english { WINDOWS_1252 } else { encoding }
}

/// Tells whether a byte is a quotation mark, a dash, an ellipsis, a bullet, a trade mark or a blank
/// of windows-1252.
fn is_punctuation(byte: u8) -> bool {
    matches!(byte, 0x85 | 0x91..=0x97 | 0x99 | 0xA0 | 0xA9 | 0xAE | 0xB7)
}

/// Reads a text as UTF-8, whatever its encoding and in whatever pieces it comes. What is malformed
/// becomes replacement characters; in UTF-8 it stays as it is, as cells are decoded one by one.
pub struct Decoder<R> {
    reader: R,
    decoder: Option<encoding_rs::Decoder>,
    encoding: &'static Encoding,
    /// Whether lines may be in UTF-8 although the file is not, as where files were put together: in
    /// encodings of Western Europe no text looks like UTF-8 by chance.
    is_mixed: bool,
    /// Bytes of a byte-order mark that are still to be dropped.
    mark: usize,
    raw: Vec<u8>,
    raw_at: usize,
    decoded: Vec<u8>,
    decoded_at: usize,
    malformed: Malformed,
    is_done: bool,
}

/// How many malformed sequences were replaced so far, and how many lines were in UTF-8 where the rest
/// of the file is not; it can be looked at while another thread reads.
#[derive(Debug, Clone, Default)]
pub struct Malformed {
    sequences: Arc<AtomicU64>,
    lines: Arc<AtomicU64>,
}

impl Malformed {
    /// Returns the number of sequences.
    pub fn count(&self) -> u64 {
        self.sequences.load(Ordering::Relaxed)
    }

    /// Returns the number of lines that were in UTF-8 and were read so, in a file that is not.
    pub fn lines_in_utf8(&self) -> u64 {
        self.lines.load(Ordering::Relaxed)
    }
}

impl<R: Read> Decoder<R> {
    /// Decodes what a reader returns; `start` are bytes that were read before, with the byte-order
    /// mark if there is one.
    pub fn new(reader: R, start: Vec<u8>, detected: &Detected) -> Self {
        let decoder = match detected.encoding == UTF_8 {
            true => None,
            false => Some(detected.encoding.new_decoder_without_bom_handling()),
        };
        Self {
            reader,
            decoder,
            encoding: detected.encoding,
            is_mixed: detected.how == How::Guess
                && [WINDOWS_1252, ISO_8859_15].contains(&detected.encoding),
            mark: detected.bom_bytes,
            raw: start,
            raw_at: 0,
            decoded: Vec::new(),
            decoded_at: 0,
            malformed: Malformed::default(),
            is_done: false,
        }
    }

    /// Returns a view on how many malformed sequences were replaced; none in UTF-8, where they stay.
    pub fn malformed(&self) -> Malformed {
        self.malformed.clone()
    }

    /// Reads more raw bytes if there are none left, and tells whether the file has ended.
    fn read_raw(&mut self) -> io::Result<bool> {
        if self.raw_at < self.raw.len() {
            return Ok(false);
        }
        self.raw.clear();
        self.raw_at = 0;
        Ok((&mut self.reader).take(READ_BYTES as u64).read_to_end(&mut self.raw)? == 0)
    }

    /// Decodes what is there, or all that is left of a sequence at the end.
    fn decode(&mut self) -> io::Result<()> {
        while self.decoded_at == self.decoded.len() && !self.is_done {
            let is_last = self.read_raw()?;
            let skipped = self.mark.min(self.raw.len() - self.raw_at);
            self.mark -= skipped;
            self.raw_at += skipped;
            if self.is_mixed {
                self.decode_line(is_last)?;
                continue;
            }
            let Some(decoder) = &mut self.decoder else {
                self.is_done = is_last;
                if self.raw_at < self.raw.len() || is_last {
                    return Ok(());
                }
                continue;
            };
            self.decoded.resize(DECODED_BYTES, 0);
            let raw = &self.raw[self.raw_at..];
            let room = &mut self.decoded[..DECODED_BYTES - REPLACEMENT.len()];
            let (result, read, mut written) =
                decoder.decode_to_utf8_without_replacement(raw, room, is_last);
            self.raw_at += read;
            if let DecoderResult::Malformed(..) = result {
                self.decoded[written..written + REPLACEMENT.len()]
                    .copy_from_slice(REPLACEMENT.as_bytes());
                written += REPLACEMENT.len();
                self.malformed.sequences.fetch_add(1, Ordering::Relaxed);
            }
            self.decoded.truncate(written);
            self.decoded_at = 0;
            self.is_done = is_last && result == DecoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl<R: Read> Decoder<R> {
    /// Decodes a line: from UTF-8 if it is that, and more than ASCII; otherwise from the encoding of the
    /// file. What a line is depends on the bytes alone, not on how many come at once.
    fn decode_line(&mut self, is_end: bool) -> io::Result<()> {
        let mut is_end = is_end;
        let line = loop {
            let raw = &self.raw[self.raw_at..];
            let within = &raw[..raw.len().min(LINE_BYTES)];
            match memchr::memchr(b'\n', within) {
                Some(at) => break at + 1,
                None if within.len() == LINE_BYTES || is_end => break within.len(),
                None => {
                    self.raw.drain(..self.raw_at);
                    self.raw_at = 0;
                    let more = (&mut self.reader).take(READ_BYTES as u64);
                    is_end = { more }.read_to_end(&mut self.raw)? == 0;
                }
            }
        };
        let raw = &self.raw[self.raw_at..self.raw_at + line];
        self.decoded.clear();
        self.decoded_at = 0;
        match std::str::from_utf8(raw) {
            Ok(text) => {
                self.malformed.lines.fetch_add(u64::from(!text.is_ascii()), Ordering::Relaxed);
                self.decoded.extend_from_slice(raw);
            }
            // Every byte has a character in these encodings.
            Err(_) => {
                let (text, _) = self.encoding.decode_without_bom_handling(raw);
                self.decoded.extend_from_slice(text.as_bytes());
            }
        }
        self.raw_at += line;
        self.is_done = is_end && self.raw_at == self.raw.len();
        Ok(())
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.decode()?;
        let from = match self.decoder {
            Some(_) => &self.decoded[self.decoded_at..],
            None => &self.raw[self.raw_at..],
        };
        let count = from.len().min(buffer.len());
        buffer[..count].copy_from_slice(&from[..count]);
        match self.decoder {
            Some(_) => self.decoded_at += count,
            None => self.raw_at += count,
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::slow_reader::Pieces;

    fn found(sample: &[u8]) -> (&'static str, usize, How) {
        let Detected { encoding, bom_bytes, how } = detect(sample, true).unwrap();
        (encoding.name(), bom_bytes, how)
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn encodings_are_found() {
        let text = "title,text\nPfleger,Krankenhaus f\u{fc}r \u{c4}rzte\n";
        assert_eq!(found(text.as_bytes()), ("UTF-8", 0, How::Utf8));
        assert_eq!(found(format!("\u{feff}{text}").as_bytes()), ("UTF-8", 3, How::Bom));
        assert_eq!(found(&utf16(text, u16::to_le_bytes)), ("UTF-16LE", 0, How::Zeros));
        assert_eq!(found(&utf16(text, u16::to_be_bytes)), ("UTF-16BE", 0, How::Zeros));
        let marked = utf16(&format!("\u{feff}{text}"), u16::to_be_bytes);
        assert_eq!(found(&marked), ("UTF-16BE", 2, How::Bom));
        let (old, _, _) = WINDOWS_1252.encode(text);
        assert_eq!(found(&old), ("windows-1252", 0, How::Guess));
        assert_eq!(found(b""), ("UTF-8", 0, How::Utf8));
        assert_eq!(detect(b"\xFF\xFE\0\0t\0\0\0", true), Err(EncodingError::Utf32));
        let russian = encoding_rs::WINDOWS_1251;
        let (old, _, _) = russian.encode("\u{43c}\u{435}\u{434}\u{441}\u{435}\u{441}\u{442}\u{440}\u{430},\u{431}\u{43e}\u{43b}\u{44c}\u{43d}\u{438}\u{446}\u{430} \u{438} \u{432}\u{440}\u{430}\u{447}\n");
        assert_eq!(found(&old).0, "windows-1251");
        let english = b"Caf\xE9 manager \x96 the team\x92s \x93lead\x94 in a hospital \x95 EHR \x95 clinics\n";
        assert_eq!(found(english), ("windows-1252", 0, How::Guess));
    }

    #[test]
    fn a_cut_character_and_few_bad_bytes_are_still_utf8() {
        let cut = "caf\u{e9}".as_bytes();
        assert_eq!(detect(&cut[..4], false).unwrap().encoding, UTF_8);
        assert_eq!(detect(&cut[..4], true).unwrap().how, How::Guess);
        let mixed = ["\u{e9}".repeat(9).as_bytes(), b" caf\xE9 "].concat();
        assert_eq!(found(&mixed), ("UTF-8", 0, How::Utf8));
    }

    proptest! {
        #[test]
        fn decoded_text_is_the_same_in_any_pieces(
            raw in proptest::collection::vec(any::<u8>(), 0..80),
            which in 0usize..5,
            piece in 1usize..9,
            start in 0usize..9,
        ) {
            let encodings =
                [UTF_16LE, UTF_16BE, WINDOWS_1252, encoding_rs::SHIFT_JIS, encoding_rs::BIG5];
            let encoding = encodings[which];
            let detected = Detected { encoding, bom_bytes: 0, how: How::Given };
            let start = start.min(raw.len());
            let rest = Pieces(&raw[start..], piece);
            let mut decoder = Decoder::new(rest, raw[..start].to_vec(), &detected);
            let mut text = Vec::new();
            decoder.read_to_end(&mut text).unwrap();
            let (expected, is_malformed) = encoding.decode_without_bom_handling(&raw);
            prop_assert_eq!(&text, expected.as_bytes());
            prop_assert_eq!(decoder.malformed().count() > 0, is_malformed);
        }

        #[test]
        fn files_that_were_put_together_are_read_line_by_line(
            lines in proptest::collection::vec(("[a-z\u{e9}\u{fc}, ]{0,12}", any::<bool>()), 0..12),
            piece in 1usize..9,
        ) {
            let mut raw = b"Caf\xE9 manager \x96 the team\x92s \x93lead\x94 in a hospital\n".to_vec();
            let mut expected = WINDOWS_1252.decode(&raw).0.into_owned();
            for (line, is_utf8) in &lines {
                match is_utf8 {
                    true => raw.extend(line.as_bytes()),
                    false => raw.extend(&*WINDOWS_1252.encode(line).0),
                }
                raw.push(b'\n');
                expected += line;
                expected.push('\n');
            }
            let detected = Detected { encoding: WINDOWS_1252, bom_bytes: 0, how: How::Guess };
            let mut text = String::new();
            let mut decoder = Decoder::new(Pieces(&raw, piece), Vec::new(), &detected);
            let utf8 = lines.iter().filter(|(line, is_utf8)| *is_utf8 && !line.is_ascii()).count();
            decoder.read_to_string(&mut text).unwrap();
            prop_assert_eq!(text, expected);
            prop_assert_eq!(decoder.malformed().lines_in_utf8(), utf8 as u64);
        }

        #[test]
        fn nothing_panics_and_utf8_passes(raw: Vec<u8>, is_all: bool) {
            let Ok(detected) = detect(&raw, is_all) else { return Ok(()) };
            let mut text = Vec::new();
            Decoder::new(raw.as_slice(), Vec::new(), &detected).read_to_end(&mut text).unwrap();
            if detected.encoding == UTF_8 {
                prop_assert_eq!(text.as_slice(), &raw[detected.bom_bytes..]);
            } else {
                prop_assert!(std::str::from_utf8(&text).is_ok());
            }
        }
    }
}
