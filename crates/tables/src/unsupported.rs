//! Refuses what is not text.

use std::path::Path;

use super::{BYTE_ORDER_MARK, TableError};

/// Refuses a file whose first bytes, decompressed, are no text of one byte a character.
///
/// # Errors
///
/// Returns an error that says what was found, and what to do.
pub fn refuse_unsupported(path: &Path, start: &[u8]) -> Result<(), TableError> {
    match unsupported(start) {
        Some((found, advice)) => {
            Err(TableError::Unsupported { path: path.to_owned(), found, advice })
        }
        None => Ok(()),
    }
}

fn unsupported(start: &[u8]) -> Option<(&'static str, &'static str)> {
    const DECOMPRESS: &str = "decompress it and read it from standard input, with `-` as input";
    match start {
        [0x1F, 0x8B, ..] => Some(("compressed with gzip twice", DECOMPRESS)),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(("compressed with zstd twice", DECOMPRESS)),
        [b'B', b'Z', b'h', ..] => Some(("compressed with bzip2", DECOMPRESS)),
        [0xFD, b'7', b'z', b'X', b'Z', ..] => Some(("compressed with xz", DECOMPRESS)),
        [b'P', b'K', 3, 4, ..] => {
            Some(("a ZIP archive or a spreadsheet", "unpack it, or save it as CSV first"))
        }
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some(("an old spreadsheet", "save it as CSV first")),
        [b'%', b'P', b'D', b'F', ..] => Some(("a PDF", "extract its table first")),
        [b'P', b'A', b'R', b'1', ..] => {
            Some(("Parquet from a stream or compressed", "give it as a plain file"))
        }
        [b'P', b'A', b'R', b'E', ..] => Some((
            "encrypted Parquet",
            "read it with its keys and write it without encryption first",
        )),
        _ if begins_as(start, &["<!doctype html", "<html", "<head", "<body"]) => Some((
            "a web page",
            "perhaps what a server said instead of the file; look at it in a browser and download the data",
        )),
        _ if begins_as(start, &["<?xml", "<rss", "<feed", "<error", "<!doctype"]) => {
            Some(("XML", "convert it to CSV or JSON first"))
        }
        // Text has next to no zero bytes, UTF-16 was recognised before.
        _ if start.iter().filter(|&&byte| byte == 0).count() * 4 > start.len() => {
            Some(("binary", "if it is text, name its encoding"))
        }
        _ => None,
    }
}

/// Tells whether a text begins with one of some words in lower case, blanks and a byte-order mark aside.
fn begins_as(start: &[u8], words: &[&str]) -> bool {
    let start = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start).trim_ascii_start();
    words.iter().any(|word| {
        start.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
            && !start.get(word.len()).is_some_and(u8::is_ascii_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_text_is_refused() {
        for start in [&b"\x1f\x8b\x08"[..], b"PK\x03\x04", b"PAR1", b"BZh9", b"%PDF-1", b"\0\x01\0"]
            .into_iter()
            .chain([
                &b"PARE\x01"[..],
                b"\n<!DOCTYPE html><title>403",
                b"<HTML>",
                b"\xEF\xBB\xBF<?xml version",
            ])
        {
            assert!(refuse_unsupported(Path::new("x"), start).is_err());
        }
        for start in [&b"title,text"[..], b"", b"a,\0,b,cd", b"<htmlx", b"<p>a</p>,b"] {
            assert!(refuse_unsupported(Path::new("x"), start).is_ok());
        }
    }
}
