//! Reads the cells of one record.

use std::borrow::Cow;

use csv_core::ReadRecordResult;

/// Reads the cells of records, one after another, keeping its memory.
#[derive(Debug)]
pub struct CellReader {
    parser: csv_core::Reader,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    cells: usize,
}

impl CellReader {
    /// Makes a reader for a delimiter; the quote is `"`.
    pub fn new(delimiter: u8) -> Self {
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { parser, bytes: vec![0; 4096], ends: vec![0; 64], cells: 0 }
    }

    /// Reads the cells of a record, given its bytes without the terminator, and returns how many
    /// there are; an empty record has none.
    pub fn read(&mut self, record: &[u8]) -> usize {
        self.parser.reset();
        self.cells = 0;
        let (mut read, mut written, mut ended) = (0, 0, 0);
        // The parser ends the last cell when it is given no more bytes.
        loop {
            let (result, taken, put, found) = self.parser.read_record(
                &record[read..],
                &mut self.bytes[written..],
                &mut self.ends[ended..],
            );
            read += taken;
            written += put;
            ended += found;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    let more = self.bytes.len() * 2;
                    self.bytes.resize(more, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    let more = self.ends.len() * 2;
                    self.ends.resize(more, 0);
                }
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        self.cells = ended;
        ended
    }

    /// Returns a cell of the last record, unquoted; empty if there is none at this position.
    pub fn cell(&self, position: usize) -> &[u8] {
        if position >= self.cells {
            return &[];
        }
        let start = if position == 0 { 0 } else { self.ends[position - 1] };
        &self.bytes[start..self.ends[position]]
    }

    /// Returns a cell of the last record as text; bytes that are not UTF-8 become replacement
    /// characters.
    pub fn text(&self, position: usize) -> Cow<'_, str> {
        let bytes = self.cell(position);
        // Checking a whole cell is several times faster than looking for replacements.
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        }
    }

    /// Iterates over the cells of the last record as text; bytes that are not UTF-8 become
    /// replacement characters.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        (0..self.cells).map(|n| self.text(n).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cells_are_those_of_the_csv_crate(record in "[^\r\n]{0,30}|([ab,\"é ]|\"\n\"){0,30}") {
            let mut builder = csv::ReaderBuilder::new();
            let mut reader =
                builder.has_headers(false).flexible(true).from_reader(record.as_bytes());
            let records: Vec<_> = reader.byte_records().map(Result::unwrap).collect();
            prop_assume!(records.len() <= 1);
            let expected: Vec<Vec<u8>> =
                records.iter().flat_map(|record| record.iter().map(<[u8]>::to_vec)).collect();
            let mut cells = CellReader::new(b',');
            for _ in 0..2 {
                let count = cells.read(record.as_bytes());
                let found: Vec<_> = (0..count).map(|n| cells.cell(n).to_vec()).collect();
                prop_assert_eq!(&found, &expected);
            }
            prop_assert_eq!(cells.cell(99), b"");
        }
    }

    #[test]
    fn cells_of_any_number_and_size_fit() {
        let record = format!("{}{}", "x,".repeat(1000), "y".repeat(100_000));
        let mut cells = CellReader::new(b',');
        assert_eq!(cells.read(record.as_bytes()), 1001);
        assert_eq!(cells.cell(1000).len(), 100_000);
    }
}
