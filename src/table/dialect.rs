//! How the cells of a file are told apart.

use std::path::Path;

use super::TableError;

/// Delimiters that are looked for, the likelier first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How the cells of a file are told apart. The quote is always `"`, doubled inside a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The byte between two cells.
    pub delimiter: u8,
}

impl Dialect {
    /// Guesses the dialect from the first bytes of a file: the delimiter that its first line has
    /// most of, outside quotes; a comma if there is none.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are compressed, UTF-16, Parquet or otherwise not text.
    pub fn sniff(path: &Path, start: &[u8]) -> Result<Self, TableError> {
        if let Some((found, advice)) = unsupported(start) {
            return Err(TableError::Unsupported { path: path.to_owned(), found, advice });
        }
        let mut counts = [0; DELIMITERS.len()];
        let mut quoted = false;
        let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
        for &byte in start.trim_ascii_start() {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' | b'\r' if !quoted => break,
                _ if !quoted => {
                    if let Some(n) = DELIMITERS.iter().position(|&known| known == byte) {
                        counts[n] += 1;
                    }
                }
                _ => {}
            }
        }
        let most = counts.iter().max().copied().unwrap_or(0);
        let first = counts.iter().position(|&count| count == most).unwrap_or(0);
        Ok(Self { delimiter: DELIMITERS[first] })
    }
}

fn unsupported(start: &[u8]) -> Option<(&'static str, &'static str)> {
    const DECOMPRESS: &str =
        "decompress it and read it from standard input: zcat FILE | rolecall tag -";
    const CONVERT: &str = "convert it first: iconv -f UTF-16 -t UTF-8 FILE | rolecall tag -";
    match start {
        [0x1F, 0x8B, ..] => Some(("compressed with gzip", DECOMPRESS)),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(("compressed with zstd", DECOMPRESS)),
        [b'P', b'K', 3, 4, ..] => Some(("a ZIP archive or a spreadsheet", "save it as CSV first")),
        [b'P', b'A', b'R', b'1', ..] => Some(("Parquet", "convert it to CSV first")),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some(("UTF-16", CONVERT)),
        // Every second byte of English UTF-16 is zero.
        _ if start.iter().filter(|&&byte| byte == 0).count() * 4 > start.len() => {
            Some(("binary or UTF-16 without a byte-order mark", CONVERT))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(start: &str) -> char {
        char::from(Dialect::sniff(Path::new("x"), start.as_bytes()).unwrap().delimiter)
    }

    #[test]
    fn the_commonest_delimiter_of_the_header_wins() {
        assert_eq!(sniffed("id,title,text\n1;2;3;4;5"), ',');
        assert_eq!(sniffed("id\ttitle, or so\ttext\n"), '\t');
        assert_eq!(sniffed("\"a;b;c;d\"|e|f\r\n"), '|');
        assert_eq!(sniffed("id;title;text"), ';');
        assert_eq!(sniffed("title\nx;y"), ',');
        assert_eq!(sniffed("\u{feff}\r\n\nid;title"), ';');
        assert_eq!(sniffed(""), ',');
    }

    #[test]
    fn what_is_not_text_is_refused() {
        for start in [&b"\x1f\x8b\x08"[..], b"PK\x03\x04", b"PAR1", b"\xff\xfei\0d\0", b"i\0d\0,\0"]
        {
            assert!(Dialect::sniff(Path::new("x"), start).is_err());
        }
    }
}
