//! Finds where CSV records end, as fast as memory is read.

use memchr::{memchr, memchr3};

const QUOTE: u8 = b'"';

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Unquoted,
    Quoted,
    /// After a quote inside a quoted cell: its end, or the first half of a doubled quote.
    QuoteInQuoted,
}

/// Finds the ends of records in bytes that arrive piece by piece.
///
/// It follows the grammar of the `csv` crate to the byte (a property test compares the two): a
/// quote opens a quoted cell at the cell's start only, a doubled quote is a quote, what follows a
/// closing quote is taken as it is, and a record ends with `\n`, `\r` or `\r\n` outside quotes.
#[derive(Debug, Clone)]
pub(super) struct RecordScanner {
    delimiter: u8,
    state: State,
    /// Bytes before this position have been looked at.
    at: usize,
}

impl RecordScanner {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, state: State::FieldStart, at: 0 }
    }

    /// Returns the end of the record that goes on at the current position, terminator included,
    /// or nothing if `bytes` do not hold it. `is_all` says that no bytes will follow.
    pub(super) fn next_end(&mut self, bytes: &[u8], is_all: bool) -> Option<usize> {
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let found = match self.state {
                State::FieldStart | State::QuoteInQuoted => (!rest.is_empty()).then_some(0),
                State::Unquoted => memchr3(self.delimiter, b'\n', b'\r', rest),
                State::Quoted => memchr(QUOTE, rest),
            };
            let Some(found) = found else {
                self.at = bytes.len();
                return None;
            };
            self.at += found;
            self.state = match (self.state, bytes[self.at]) {
                (State::Quoted, _) => State::QuoteInQuoted,
                (State::FieldStart | State::QuoteInQuoted, QUOTE) => State::Quoted,
                (_, byte) if byte == self.delimiter => State::FieldStart,
                (_, b'\n') => return Some(self.end_record(1)),
                (_, b'\r') => match bytes.get(self.at + 1) {
                    Some(b'\n') => return Some(self.end_record(2)),
                    None if !is_all => return None, // `\n` may come with the next bytes
                    _ => return Some(self.end_record(1)),
                },
                _ => State::Unquoted,
            };
            self.at += 1;
        }
    }

    fn end_record(&mut self, terminator: usize) -> usize {
        self.at += terminator;
        self.state = State::FieldStart;
        self.at
    }

    /// Tells the scanner that so many bytes, which it has looked at, were taken from the front.
    pub(super) fn forget(&mut self, bytes: usize) {
        self.at -= bytes;
    }

    /// Returns how many bytes have been looked at.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Tells whether the bytes so far end inside a quoted cell.
    pub(super) fn is_inside_quotes(&self) -> bool {
        self.state == State::Quoted
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Splits bytes into records as they arrive in pieces of a size.
    fn split(bytes: &[u8], piece: usize) -> Vec<&[u8]> {
        let mut scanner = RecordScanner::new(b',');
        let (mut records, mut start) = (Vec::new(), 0);
        let mut have = 0;
        while have < bytes.len() {
            have = (have + piece).min(bytes.len());
            while let Some(end) = scanner.next_end(&bytes[..have], have == bytes.len()) {
                records.push(&bytes[start..end]);
                start = end;
            }
        }
        if start < bytes.len() {
            records.push(&bytes[start..]);
        }
        records
    }

    fn read(bytes: &[u8]) -> Vec<csv::ByteRecord> {
        let mut builder = csv::ReaderBuilder::new();
        let mut reader = builder.has_headers(false).flexible(true).from_reader(bytes);
        reader.byte_records().map(Result::unwrap).collect()
    }

    proptest! {
        #[test]
        fn records_are_those_of_the_csv_crate(
            text in "[ab,\"\r\n é]{0,40}", piece in 1usize..9,
        ) {
            let records = split(text.as_bytes(), piece);
            prop_assert_eq!(records.concat(), text.as_bytes());
            // Blank lines are no records to the csv crate, and a byte-order mark is not tried here.
            let one_by_one: Vec<_> = records.iter().flat_map(|record| {
                let found = read(record);
                assert!(found.len() <= 1);
                found
            }).collect();
            prop_assert_eq!(one_by_one, read(text.as_bytes()));
        }
    }
}
