//! What is left of a file behind the place where it is cut off or damaged.

use rolecall_tables::{
    CellReader, Chunk, Compression, Dialect, JsonCells, JsonLayout, Record, RecordKind, TableError,
};

use super::{Digested, Form, Input, InputPosition, Portion, Rows};

/// The rest of a damaged file: no row, but set aside as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    pub line: u64,
    pub offset: u64,
    /// What is wrong, for people.
    pub reason: String,
    /// The bytes of the row that is cut; empty if it was cut between two rows.
    pub raw: Vec<u8>,
}

impl Input {
    /// Reads the next rows. The last ones of a damaged file say so.
    pub fn next_portion(&mut self) -> Result<Option<Portion>, TableError> {
        let next = match self.ahead.take() {
            Some(ahead) => ahead,
            None => self.read_portion().transpose(),
        };
        let Some(mut portion) = next.transpose()? else { return Ok(None) };
        if self.may_be_cut() {
            // Whether a portion is the last one is known when there is no other.
            let ahead = self.read_portion().transpose();
            if ahead.is_none()
                && let Some(reason) = self.damage()
            {
                self.cut(&mut portion, reason);
            }
            self.ahead = Some(ahead);
        }
        Ok(Some(portion))
    }

    fn may_be_cut(&self) -> bool {
        let is_array = matches!(&self.form, Form::Json { layout: JsonLayout::Array(_), .. });
        is_array || self.compression != Compression::None
    }

    /// Says what is wrong with a file that was read to the end.
    fn damage(&self) -> Option<String> {
        match self.damage.now() {
            Some(what) => Some(format!(
                "the {} data can't be read on from here: {what}. The rows before this are kept",
                self.compression.as_str()
            )),
            None if self.reader.ends_early() => Some(
                "the file ends here in the middle of its array: it is cut off. The rows before this are kept"
                    .to_owned(),
            ),
            None => None,
        }
    }

    /// Takes the row that is cut out of the last portion.
    fn cut(&self, portion: &mut Portion, reason: String) {
        let width = self.header.len();
        let (chunk, from) = match &mut portion.rows {
            Rows::Csv(chunk) => {
                let from = cut_record(chunk, &self.dialect(), width);
                (chunk, from)
            }
            Rows::Json(chunk) => {
                let last = chunk.records.last();
                let is_cut = last.is_some_and(|record| {
                    JsonCells::new().read(&chunk.bytes[record.range.clone()]).is_err()
                });
                let from = chunk.records.len() - usize::from(is_cut);
                (chunk, from)
            }
            Rows::Typed(_) => return,
        };
        let start = chunk.records.get(from).map(|record| record.range.start);
        let start = start.unwrap_or(chunk.bytes.len());
        let before = &chunk.bytes[..start];
        portion.cut = Some(Cut {
            line: chunk.line + memchr::memchr_iter(b'\n', before).count() as u64,
            offset: chunk.offset + start as u64,
            reason,
            raw: chunk.bytes[start..].to_vec(),
        });
        chunk.records.truncate(from);
    }
}

/// Returns the position of the first record of a chunk that is a part of a cut row; that of none if the
/// chunk ends with a whole row.
fn cut_record(chunk: &Chunk, dialect: &Dialect, width: usize) -> usize {
    let (mut cells, quote) = (CellReader::new(dialect), dialect.quote);
    let Some(last) = chunk.records.len().checked_sub(1) else { return 0 };
    let is_whole = |n: usize| !chunk.split(&chunk.records[n]).1.is_empty();
    let mut has_own_cells = |n: usize| {
        let record = &chunk.records[n];
        width > 1 && cells.read(chunk.split(record).0, record.kind).len() == width
    };
    // A quote that is open where the file is cut looks like one that is never closed, and the lines behind it
    // like rows. They are rows only if they have the cells of rows.
    let is_open = |record: &Record| {
        let bytes = &chunk.bytes[record.range.clone()];
        let quotes = quote.map_or(0, |quote| memchr::memchr_iter(quote, bytes).count());
        record.kind == RecordKind::StrayQuote && quotes % 2 == 1
    };
    if let Some(open) = chunk.records.iter().rposition(is_open)
        && (open + 1 >= last || !(open + 1..last).all(&mut has_own_cells))
    {
        return open;
    }
    if is_whole(last) { last + 1 } else { last }
}

impl Portion {
    /// Says with its line what is wrong with the file behind these rows, if it is damaged there.
    pub fn damage(&self) -> Option<String> {
        self.cut.as_ref().map(|cut| format!("line {}: {}", cut.line, cut.reason))
    }

    /// Makes a portion, given the offset and the line of what follows it.
    pub(super) fn new(rows: Rows, (offset, line): (u64, u64), digested: Digested) -> Self {
        Self { rows, cut: None, end: InputPosition { offset, lines: line - 1, digested } }
    }
}
