//! Reads the cells of one record.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};

use super::grammar::{LooseCell, LooseForm, LooseRecord};
use super::{Dialect, RecordKind};

/// Finds the cells of records, one record after another, keeping its memory.
///
/// The cells are those of the `csv` crate, as far as the dialect is known to it.
#[derive(Debug, Clone)]
pub struct CellReader {
    dialect: Dialect,
    spans: Vec<Span>,
}

/// Where a cell is in its record.
#[derive(Debug, Clone)]
struct Span {
    /// From the delimiter before it to the one after it.
    range: Range<usize>,
    /// Its text: without outer quotes, if nothing else is to be taken out.
    text: Range<usize>,
    escaped: Escaped,
}

/// What is to be taken out of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escaped {
    /// Nothing: its text can be borrowed.
    Nothing,
    /// Quotes and escapes, by the grammar.
    Strictly,
    /// Second quotes of doubled ones, and escapes, in its text: single quotes stay.
    Loosely,
}

/// The cells of a record.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    dialect: Dialect,
    record: &'a [u8],
    spans: &'a [Span],
}

impl CellReader {
    /// Makes a reader for a dialect.
    pub fn new(dialect: &Dialect) -> Self {
        Self { dialect: *dialect, spans: Vec::new() }
    }

    /// Finds the cells of a record, given its bytes without the terminator, and how to read it. An
    /// empty record has none, and so has one that is not to be read.
    pub fn read<'a>(&'a mut self, record: &'a [u8], kind: RecordKind) -> Cells<'a> {
        self.spans.clear();
        if kind == RecordKind::StrayQuote
            && !record.is_empty()
            && let Some(loose) = LooseRecord::read(&self.dialect, record)
        {
            let span = |cell| loose_span(&self.dialect, record, cell);
            self.spans.extend(loose.cells.into_iter().map(span));
            return Cells { dialect: self.dialect, record, spans: &self.spans };
        }
        let is_readable = matches!(kind, RecordKind::Whole | RecordKind::StrayQuote);
        let mut start = (is_readable && !record.is_empty()).then_some(0);
        while let Some(from) = start {
            let span = self.span(record, from, kind);
            // A delimiter that ends the record has an empty cell behind it.
            start = (span.range.end < record.len()).then_some(span.range.end + 1);
            self.spans.push(span);
        }
        Cells { dialect: self.dialect, record, spans: &self.spans }
    }

    fn span(&self, record: &[u8], from: usize, kind: RecordKind) -> Span {
        let blanks = match self.dialect.skip_space {
            true => blanks(&self.dialect, &record[from..]),
            false => 0,
        };
        let start = from + blanks;
        if self.dialect.quote.is_some() && record.get(start).copied() == self.dialect.quote {
            match self.quoted(record, from, start) {
                Some(span) => return span,
                None if kind == RecordKind::Whole => {
                    let range = from..record.len();
                    // An escape may be anywhere in it.
                    return Span { range, text: start..start, escaped: Escaped::Strictly };
                }
                None => {}
            }
        }
        let found = memchr(self.dialect.delimiter, &record[start..]);
        let end = found.map_or(record.len(), |found| start + found);
        let text = match self.dialect.skip_space {
            true => start..start + record[start..end].trim_ascii_end().len(),
            false => start..end,
        };
        Span { range: from..end, text, escaped: Escaped::Nothing }
    }

    /// Finds the end of a quoted cell; nothing if its quote is not closed.
    fn quoted(&self, record: &[u8], from: usize, start: usize) -> Option<Span> {
        let quote = self.dialect.quote?;
        let mut at = start + 1;
        let mut escaped = Escaped::Nothing;
        loop {
            let rest = &record[at.min(record.len())..];
            at += match self.dialect.escape {
                None => memchr(quote, rest),
                Some(escape) => memchr2(quote, escape, rest),
            }?;
            if record[at] == quote && record.get(at + 1) != Some(&quote) {
                break;
            }
            escaped = Escaped::Strictly;
            at += 2; // a doubled quote, or an escape and what it escapes
        }
        let text = start + 1..at;
        let rest = at + 1;
        // Blanks behind the quote are no part of the cell either.
        let behind = match self.dialect.skip_space {
            true => rest + blanks(&self.dialect, &record[rest..]),
            false => rest,
        };
        let is_closed = record.get(behind).is_none_or(|&byte| byte == self.dialect.delimiter);
        if behind > rest && is_closed {
            let escaped = match escaped {
                Escaped::Nothing => Escaped::Nothing,
                _ => Escaped::Loosely,
            };
            return Some(Span { range: from..behind, text, escaped });
        }
        match record.get(rest) {
            None => Some(Span { range: from..rest, text, escaped }),
            Some(&byte) if byte == self.dialect.delimiter => {
                Some(Span { range: from..rest, text, escaped })
            }
            // What follows the closing quote is taken as it is.
            Some(_) => {
                let found = memchr(self.dialect.delimiter, &record[rest..]);
                let end = found.map_or(record.len(), |found| rest + found);
                Some(Span { range: from..end, text, escaped: Escaped::Strictly })
            }
        }
    }
}

fn loose_span(dialect: &Dialect, record: &[u8], cell: LooseCell) -> Span {
    let LooseCell { range, text, form } = cell;
    let has =
        |byte: Option<u8>| byte.is_some_and(|byte| memchr(byte, &record[text.clone()]).is_some());
    let escaped = match form {
        LooseForm::Broken => Escaped::Strictly,
        LooseForm::Quoted if has(dialect.quote) || has(dialect.escape) => Escaped::Loosely,
        LooseForm::Quoted | LooseForm::Plain => Escaped::Nothing,
    };
    Span { range, text, escaped }
}

fn blanks(dialect: &Dialect, bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| byte == b' ' && byte != dialect.delimiter).count()
}

impl<'a> Cells<'a> {
    /// Returns how many cells there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Tells whether there is none, as in a blank line.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Returns where the bytes of a cell are in the record, quotes and blanks included; the end of
    /// the record if there is none at this position.
    pub fn range(&self, position: usize) -> Range<usize> {
        let end = self.record.len();
        self.spans.get(position).map_or(end..end, |span| span.range.clone())
    }

    /// Returns a cell, unquoted; empty if there is none at this position. It is borrowed unless a
    /// quote or an escape is to be taken out of its middle.
    pub fn cell(&self, position: usize) -> Cow<'a, [u8]> {
        match self.spans.get(position) {
            None => Cow::Borrowed(&[]),
            Some(span) => match span.escaped {
                Escaped::Nothing => Cow::Borrowed(&self.record[span.text.clone()]),
                Escaped::Strictly => Cow::Owned(self.unescaped(span)),
                Escaped::Loosely => Cow::Owned(self.loosely_unescaped(span)),
            },
        }
    }

    /// Returns a cell as text; what is not UTF-8 in it is read as windows-1252.
    pub fn text(&self, position: usize) -> Cow<'a, str> {
        match self.cell(position) {
            Cow::Borrowed(bytes) => text_of(bytes),
            Cow::Owned(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Cow::Owned(text),
                Err(error) => Cow::Owned(text_of(error.as_bytes()).into_owned()),
            },
        }
    }

    /// Says why the record is no row although it stands among rows, given the names of the columns: it is
    /// a comment, or the header once more, as where files were put together. Nothing is known of files
    /// without names.
    pub fn no_row(&self, header: &[String]) -> Option<&'static str> {
        let is_comment = self.record.starts_with(b"#") || self.record.starts_with(b"//");
        if is_comment && self.len() < header.len() {
            return Some(
                "it is a comment: it has fewer cells than the header, and begins like one",
            );
        }
        let (first, names) = header.split_first()?;
        let is_name = |n: usize, name: &str| {
            let cell = self.text(n);
            let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            cell.to_lowercase() == name.trim().to_lowercase()
        };
        // Few rows begin like the header, and a long cell is no name.
        let is_header = self.len() == header.len()
            && !first.trim().is_empty()
            && self.range(0).len() <= first.len() + 8
            && is_name(0, first)
            && names.iter().zip(1..).all(|(name, n)| is_name(n, name));
        is_header.then_some("it repeats the header")
    }

    /// Iterates over the cells as text; what is not UTF-8 in them is read as windows-1252.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        (0..self.len()).map(|position| self.text(position).into_owned())
    }

    fn loosely_unescaped(&self, span: &Span) -> Vec<u8> {
        let Dialect { quote, escape, .. } = self.dialect;
        let mut rest = &self.record[span.text.clone()];
        let mut cell = Vec::with_capacity(rest.len());
        while let Some((&byte, behind)) = rest.split_first() {
            let is_pair = Some(byte) == quote && behind.first() == Some(&byte);
            let is_escape = Some(byte) == escape && !behind.is_empty();
            rest = if is_pair || is_escape { &behind[1..] } else { behind };
            cell.push(if is_escape { behind[0] } else { byte });
        }
        cell
    }

    fn unescaped(&self, span: &Span) -> Vec<u8> {
        let Dialect { quote, escape, skip_space, .. } = self.dialect;
        let range = &self.record[span.range.clone()];
        let skipped = if skip_space { blanks(&self.dialect, range) } else { 0 };
        let mut rest = &range[skipped + 1..];
        let mut cell = Vec::with_capacity(rest.len());
        let next = |rest: &[u8]| match (quote?, escape) {
            (quote, None) => memchr(quote, rest),
            (quote, Some(escape)) => memchr2(quote, escape, rest),
        };
        while let Some(found) = next(rest) {
            cell.extend_from_slice(&rest[..found]);
            let is_quote = Some(rest[found]) == quote;
            rest = &rest[found + 1..];
            match rest.first() {
                Some(&next) if !is_quote || Some(next) == quote => {
                    cell.push(next);
                    rest = &rest[1..];
                }
                // The closing quote.
                _ => break,
            }
        }
        cell.extend_from_slice(rest);
        cell
    }
}

/// Reads bytes as UTF-8, and those of them that are not as windows-1252.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    // Checking a whole cell is several times faster than looking for what is wrong.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let (other, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(chunk.invalid());
        text.push_str(&other);
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(dialect: Dialect, record: &str) -> Vec<String> {
        CellReader::new(&dialect).read(record.as_bytes(), RecordKind::Whole).texts().collect()
    }

    #[test]
    fn comments_and_repeated_headers_are_no_rows() {
        let header = ["id".to_owned(), "Title".to_owned(), "text".to_owned()];
        let mut reader = CellReader::new(&Dialect::default());
        let mut is_row = |record: &str| {
            reader.read(record.as_bytes(), RecordKind::Whole).no_row(&header).is_none()
        };
        for record in [
            "# note",
            "#",
            "// note, by us",
            "id,Title,text",
            "ID, title ,\"text\"",
            "\u{feff}id,Title,text",
        ] {
            assert!(!is_row(record), "{record}");
        }
        for record in [
            "#1 nurse,Care,x",
            "# 1,a,b",
            "id,Title",
            "1,Title,text",
            "x",
            "id,Title,text,more",
            "C#,x,y",
        ] {
            assert!(is_row(record), "{record}");
        }
    }

    proptest! {
        #[test]
        fn cells_are_those_of_the_csv_crate(
            text in "[ab;\"'\\\\é \n]{0,30}",
            quote in prop_oneof![Just(Some(b'"')), Just(Some(b'\'')), Just(None)],
            escape in prop_oneof![Just(None), Just(Some(b'\\'))],
        ) {
            let escape = escape.filter(|_| quote.is_some());
            let mut builder = csv::ReaderBuilder::new();
            builder.delimiter(b';').escape(escape).quoting(quote.is_some());
            builder.quote(quote.unwrap_or(b'"')).has_headers(false).flexible(true);
            let mut reader = builder.from_reader(text.as_bytes());
            let mut record = csv::ByteRecord::new();
            let dialect = Dialect { delimiter: b';', quote, escape, skip_space: false };
            let mut cells = CellReader::new(&dialect);
            let mut start = 0;
            while reader.read_byte_record(&mut record).unwrap() {
                let end = usize::try_from(reader.position().byte()).unwrap();
                let mut bytes = &text.as_bytes()[start..end];
                while let Some(rest) = bytes.strip_prefix(b"\n") {
                    bytes = rest;
                }
                if end < text.len() {
                    bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
                }
                let is_ended = text.as_bytes()[..end].ends_with(b"\n");
                let found = cells.read(bytes, RecordKind::Whole);
                let found: Vec<_> = (0..found.len()).map(|n| found.cell(n).into_owned()).collect();
                let expected: Vec<_> = record.iter().map(<[u8]>::to_vec).collect();
                // Whether the last line break is in quotes is not known here.
                prop_assert!(found == expected || (end == text.len() && is_ended), "{:?} {:?}", found, expected);
                start = end;
            }
        }

        #[test]
        fn ranges_cover_the_record(record in "[ab,\"\\\\ ]{1,30}", skip_space: bool) {
            let dialect = Dialect { escape: Some(b'\\'), skip_space, ..Dialect::default() };
            let mut reader = CellReader::new(&dialect);
            for kind in [RecordKind::Whole, RecordKind::StrayQuote] {
                let cells = reader.read(record.as_bytes(), kind);
                let ranges: Vec<_> = (0..cells.len()).map(|n| &record[cells.range(n)]).collect();
                prop_assert_eq!(ranges.join(","), record.as_str());
            }
        }
    }

    #[test]
    fn blanks_and_other_quotes() {
        let spaced = Dialect { skip_space: true, ..Dialect::default() };
        assert_eq!(read(spaced, "1, \"a, b\",  c d, "), ["1", "a, b", "c d", ""]);
        let single = Dialect { quote: Some(b'\''), ..Dialect::default() };
        assert_eq!(read(single, "'a, ''b''',\"c\""), ["a, 'b'", "\"c\""]);
        let escaped = Dialect { escape: Some(b'\\'), ..Dialect::default() };
        assert_eq!(read(escaped, r#""a \"b\", c","\\",\"#), [r#"a "b", c"#, r"\", r"\"]);
        let none = Dialect { quote: None, ..Dialect::default() };
        assert_eq!(read(none, "\"a,b\""), ["\"a", "b\""]);
    }

    #[test]
    fn a_stray_quote_stays() {
        let mut reader = CellReader::new(&Dialect::default());
        let cells = reader.read(b"\"a,b\",\"c,d", RecordKind::StrayQuote);
        assert_eq!(cells.texts().collect::<Vec<_>>(), ["a,b", "\"c", "d"]);
        assert!(reader.read(b"a", RecordKind::Preamble).is_empty());
    }

    #[test]
    fn bytes_that_are_not_utf8_are_read_as_windows_1252() {
        let mut reader = CellReader::new(&Dialect::default());
        let cells = reader.read(b"Caf\xE9 \xC3\xA9,\"\x93q\x94 \"\"\"", RecordKind::Whole);
        assert_eq!(cells.texts().collect::<Vec<_>>(), ["Café é", "“q” \""]);
    }

    #[test]
    fn cells_of_any_number_and_size_fit() {
        let record = format!("{}{}", "x,".repeat(1000), "y".repeat(100_000));
        let mut reader = CellReader::new(&Dialect::default());
        let cells = reader.read(record.as_bytes(), RecordKind::Whole);
        assert_eq!((cells.len(), cells.cell(1000).len()), (1001, 100_000));
        assert_eq!(cells.cell(9999).as_ref(), b"");
    }
}
