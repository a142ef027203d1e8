//! Says how much like a table the first records of a file are in a dialect.

use super::super::grammar::closing;
use super::super::scan::RecordScanner;
use super::super::{CellReader, Dialect, RecordKind};
use super::names::{NAME_BYTES, is_name, is_title};

/// Records that are looked at, at most.
const SAMPLE_RECORDS: usize = 300;

/// Bytes of a cell that are searched for other delimiters, at most.
const FRAGMENT_BYTES: usize = 200;

/// What is made of a table of one column, which any dialect makes: as much as of two columns in a
/// third of all lines.
const ONE_COLUMN: f64 = 0.06;

/// The first records of a file, as a dialect has them.
pub(super) struct Candidate {
    pub(super) dialect: Dialect,
    pub(super) records: Vec<Vec<String>>,
    /// The number of lines before each record.
    pub(super) lines: Vec<usize>,
    /// The commonest number of cells, the earlier of equals.
    pub(super) width: usize,
    /// Quoted cells that are closed where they end.
    closed: usize,
    /// Cells that begin with a quote otherwise.
    unclosed: usize,
    /// Cells behind a delimiter that begin with a blank, and those that do not.
    spaced: usize,
    unspaced: usize,
    /// All cells, and those that look as if they were cut at the wrong places.
    cells: usize,
    fragments: usize,
    /// Double quotes in unquoted cells.
    stray: usize,
    /// Quoted cells that hold a delimiter.
    guarded: usize,
}

impl Candidate {
    /// Reads the first records of a sample.
    pub(super) fn read(sample: &[u8], is_all: bool, dialect: Dialect) -> Self {
        let mut table = Self {
            dialect,
            records: Vec::new(),
            lines: Vec::new(),
            width: 0,
            closed: 0,
            unclosed: 0,
            spaced: 0,
            unspaced: 0,
            cells: 0,
            fragments: 0,
            stray: 0,
            guarded: 0,
        };
        let mut reader = CellReader::new(&dialect);
        let mut scanner = RecordScanner::new(&dialect);
        let (mut start, mut line) = (0, 0);
        while start < sample.len() && table.records.len() < SAMPLE_RECORDS {
            let found = scanner.next_end(sample, is_all);
            // A record that is cut off shows little, unless there is no other.
            if found.is_none() && !table.records.is_empty() {
                break;
            }
            let (end, kind) = found.unwrap_or((sample.len(), RecordKind::Whole));
            let bytes = &sample[start..end];
            let text = without_line_break(bytes);
            if !text.is_empty() {
                table.add(&mut reader, text, kind, line);
            }
            line += lines_of(bytes);
            start = end;
        }
        table.width = commonest(table.records.iter().map(Vec::len));
        table
    }

    fn add(&mut self, reader: &mut CellReader, record: &[u8], kind: RecordKind, line: usize) {
        let cells = reader.read(record, kind);
        for position in 0..cells.len() {
            let range = cells.range(position);
            let raw = &record[range.clone()];
            if position > 0 && !raw.is_empty() {
                match raw[0] == b' ' {
                    true => self.spaced += 1,
                    false => self.unspaced += 1,
                }
            }
            let blanks = match self.dialect.skip_space {
                true => raw.iter().take_while(|&&byte| byte == b' ').count(),
                false => 0,
            };
            self.cells += 1;
            if raw.len() > blanks && Some(raw[blanks]) == self.dialect.quote {
                let after = closing(&self.dialect, record, range.start + blanks + 1);
                let is_closed = after.is_some_and(|after| {
                    let behind = record.get(after..range.end).unwrap_or_default();
                    after == range.end
                        || self.dialect.skip_space && behind.iter().all(|&byte| byte == b' ')
                });
                match is_closed {
                    true => {
                        self.closed += 1;
                        let delimiter = memchr::memchr(self.dialect.delimiter, raw);
                        self.guarded += usize::from(delimiter.is_some());
                    }
                    false => self.unclosed += 1,
                }
            } else {
                self.stray += memchr::memchr_iter(b'"', raw).count();
                self.fragments += usize::from(is_fragment(self.dialect.delimiter, raw));
            }
        }
        self.records.push(cells.texts().collect());
        self.lines.push(line);
    }

    /// Tells how much like a table it is, from 0 to about 1: its shape, its quotes and its cells
    /// are each judged by themselves, and the judgements multiplied.
    pub(super) fn score(&self, preamble: Option<usize>) -> f64 {
        let first = self.first_record(preamble);
        let records = &self.records[first.min(self.records.len())..];
        if records.is_empty() {
            return 0.0;
        }
        let wide = records.iter().filter(|record| record.len() == self.width).count();
        let share = ratio(wide, records.len());
        if self.width < 2 {
            // Few tables of one column have it in quotes for the delimiters in it.
            let is_meant = self.guarded > 0 && self.unclosed + self.stray == 0;
            return share * share * if is_meant { 0.5 } else { ONE_COLUMN };
        }
        // Sentences and times have blanks and colons, but not the same number in all lines.
        let is_weak = matches!(self.dialect.delimiter, b' ' | b':') && self.closed == 0;
        let shape = share.powi(if is_weak { 4 } else { 2 }) * (1.0 - 1.0 / self.width as f64);
        // Lines that are left out of the table speak against it.
        let kept = ratio(records.len(), self.records.len());
        // A table below a title has a header; otherwise the title is that of one column.
        let is_headless = preamble.is_none() && first > 0 && !self.has_header(first);
        let titled = if is_headless { 0.15 } else { 1.0 };
        shape
            * kept
            * titled
            * self.quotes()
            * self.blanks()
            * self.cuts(&records[0])
            * self.names(&records[0])
            * if is_weak { self.words(records) } else { 1.0 }
    }

    /// Judges the names of the columns: those that job boards use are hardly found by chance.
    fn names(&self, names: &[String]) -> f64 {
        let known = names.iter().filter(|name| is_name(name)).count();
        1.0 + ratio(known.min(self.width), self.width)
    }

    /// Judges the words that blanks or colons part: those of job titles, or of the name of one column, are
    /// no cells.
    fn words(&self, records: &[Vec<String>]) -> f64 {
        let delimiter = char::from(self.dialect.delimiter).to_string();
        let whole = |record: &Vec<String>| record.join(&delimiter);
        let titles = records.iter().filter(|record| is_title(&whole(record))).count();
        let is_one_column = is_name(&whole(&records[0])) || titles * 3 > records.len();
        if is_one_column { 0.05 } else { 1.0 }
    }

    /// Judges the quotes: they are closed where a cell ends, and there are none in unquoted cells.
    fn quotes(&self) -> f64 {
        let closed = ratio(self.closed + 1, self.closed + self.unclosed + 1);
        let used = if self.closed > 0 && self.closed >= self.unclosed { 1.1 } else { 1.0 };
        // Apostrophes are in all texts.
        let is_apostrophe = self.dialect.quote == Some(b'\'') && self.closed == 0;
        let needed = if is_apostrophe { 0.5 } else { 1.0 };
        let paired = 2 * self.closed + 1;
        closed * used * needed * (0.4 + 0.6 * ratio(paired, paired + self.stray))
    }

    /// Judges whether blanks behind delimiters are to be skipped: only if nearly all cells have one.
    fn blanks(&self) -> f64 {
        match self.dialect.skip_space {
            true if self.spaced * 20 > (self.spaced + self.unspaced) * 19 => 1.01,
            true => 0.99,
            false => 1.0,
        }
    }

    /// Judges the places where cells are cut. Names are short; a delimiter that is found in
    /// sentences makes long ones.
    fn cuts(&self, names: &[String]) -> f64 {
        let short =
            names.iter().filter(|name| !name.is_empty() && name.len() <= NAME_BYTES).count();
        let named = 0.5 + 0.5 * ratio(short.min(self.width), self.width);
        named * (1.0 - 0.3 * ratio(self.fragments, self.cells))
    }
}

fn ratio(count: usize, of: usize) -> f64 {
    count as f64 / of as f64
}

/// Tells whether an unquoted cell looks as if it were cut at the wrong places: another delimiter
/// stands in it as in no sentence or number, or it ends with a quote.
fn is_fragment(delimiter: u8, cell: &[u8]) -> bool {
    let is_cut = |at: usize| {
        let (before, after) = (cell.get(at.wrapping_sub(1)), cell.get(at + 1));
        let (Some(before), Some(after)) = (before, after) else { return cell[at] != b':' };
        match cell[at] {
            b':' => before.is_ascii_alphabetic() && after.is_ascii_alphabetic(),
            b',' => *after != b' ' && !(before.is_ascii_digit() && after.is_ascii_digit()),
            b';' => *after != b' ',
            _ => true,
        }
    };
    let start = &cell[..cell.len().min(FRAGMENT_BYTES)];
    let has_mark = (0..start.len()).any(|at| {
        let byte = start[at];
        matches!(byte, b',' | b';' | b':' | b'|' | b'\t' | b'^' | b'~')
            && byte != delimiter
            && is_cut(at)
    });
    has_mark || cell.len() > 1 && cell[cell.len() - 1] == b'"' && cell[0] != b'"'
}

fn commonest(counts: impl Iterator<Item = usize>) -> usize {
    let mut known: Vec<(usize, usize)> = Vec::new();
    for count in counts {
        match known.iter_mut().find(|(other, _)| *other == count) {
            Some((_, times)) => *times += 1,
            None => known.push((count, 1)),
        }
    }
    let most = known.iter().map(|&(_, times)| times).max().unwrap_or(0);
    known.iter().find(|&&(_, times)| times == most).map_or(0, |&(count, _)| count)
}

fn lines_of(bytes: &[u8]) -> usize {
    let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes);
    breaks.filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n')).count()
}

fn without_line_break(bytes: &[u8]) -> &[u8] {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    text.strip_suffix(b"\r").unwrap_or(text)
}
