//! Finds where CSV records end, whatever quotes are never closed.

use memchr::{memchr_iter, memmem, memrchr2};

use super::grammar::{LooseRecord, MAX_LOOSE_BYTES, Machine, closing, end_of_line, line_break};
use super::{Dialect, MAX_RECORD_BYTES, RecordKind};

mod path;

use path::Path;

/// Lines that a record with broken quotes is looked for in, at most: the time is linear for it.
const MAX_LOOSE_LINES: usize = 32;

/// Finds the ends of records in bytes that arrive piece by piece.
///
/// A quoted cell may hold line breaks. But when its quote is stray, the record would swallow the
/// rows after it. A quote counts as stray if the record that it opens
///
/// - has no end within [`MAX_RECORD_BYTES`], or none at all, or
/// - would have as many cells as the header if it ended with its first line, and shows two of
///   three signs: its closing quote is followed by something other than a delimiter, it has
///   another number of cells than the header, its second or last line alone has that number (of two
///   cells all lines must have it, and three of them if texts are full of the delimiter).
///
/// A record that goes on for more than [`MAX_RECORD_BYTES`], and whose lines are mostly no rows by
/// themselves, is one cell that is too long, and its quote is not stray.
///
/// Then the first line is a record ([`RecordKind::StrayQuote`]), and the next line is looked at by
/// the same rule. A record whose closing quotes are followed by something else is read as
/// [`LooseRecord`] if that gives it the header's number of cells; if nothing does, the lines up to
/// the next one that is a row by itself are tried as one record. What a record is depends on the width of the header and on the bytes from the
/// record's start, on nothing else. All takes time linear in the bytes: lines that lie inside a
/// record that was given up share what is known of its [`Path`].
#[derive(Debug, Clone)]
pub(super) struct RecordScanner {
    dialect: Dialect,
    /// Lines before the header that are still to come.
    preamble: usize,
    /// How many cells the header has, once it is known.
    width: Option<usize>,
    start: usize,
    /// Bytes of a byte-order mark before the first cell.
    mark: usize,
    machine: Machine,
    path: Option<Path>,
    /// Of the last record that was too long: whether it is one cell, and where it began.
    is_skipped_whole: bool,
    skipped_from: usize,
}

impl RecordScanner {
    pub(super) fn new(dialect: &Dialect) -> Self {
        let (dialect, machine) = (*dialect, Machine::new(dialect, 0));
        Self {
            dialect,
            preamble: 0,
            width: None,
            start: 0,
            mark: 0,
            machine,
            path: None,
            is_skipped_whole: false,
            skipped_from: 0,
        }
    }

    pub(super) fn set_preamble(&mut self, lines: usize) {
        self.preamble = lines;
    }

    pub(super) fn set_width(&mut self, cells: usize) {
        self.width = Some(cells);
    }

    pub(super) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Returns the end of the next record, terminator included, or nothing if `bytes` do not hold
    /// it. `is_all` says that no bytes will follow. The end of a record that is too long is the
    /// end of `bytes`; [`Self::restart`] says where its line ended.
    pub(super) fn next_end(&mut self, bytes: &[u8], is_all: bool) -> Option<(usize, RecordKind)> {
        if self.start >= bytes.len() {
            return None;
        }
        self.is_skipped_whole = false;
        let (end, kind) = if self.preamble > 0 {
            self.preamble_line(bytes, is_all)?
        } else if self.path.as_ref().is_some_and(|path| self.start < path.ahead.at) {
            self.record_on_path(bytes, is_all)?
        } else {
            self.path = None;
            self.record(bytes, is_all)?
        };
        match kind {
            RecordKind::Preamble => self.preamble -= 1,
            RecordKind::TooLong(_) => {
                self.path = None;
                self.skipped_from = self.start + self.mark;
            }
            RecordKind::Whole | RecordKind::StrayQuote => {
                let is_blank = matches!(bytes[self.start], b'\n' | b'\r');
                if self.width.is_none() && !is_blank {
                    self.width = Some(self.machine.cells);
                }
            }
        }
        self.restart(end);
        Some((end, kind))
    }

    /// Goes on with a record that begins at a position.
    pub(super) fn restart(&mut self, start: usize) {
        self.start = start;
        self.mark = 0;
        self.machine = Machine::new(&self.dialect, start);
    }

    /// Takes a byte-order mark at the front for no part of the first cell.
    pub(super) fn skip_mark(&mut self, bytes: usize) {
        self.mark = bytes;
        self.machine.at += bytes;
    }

    /// Tells the scanner that so many bytes, all before the next record, were taken from the
    /// front.
    pub(super) fn forget(&mut self, bytes: usize) {
        // What is known of a way is kept only as long as a record can begin on it.
        if self.path.as_ref().is_some_and(|path| path.ahead.at <= self.start) {
            self.path = None;
        }
        self.start -= bytes;
        self.machine.forget(bytes);
        if let Some(path) = &mut self.path {
            path.forget(bytes);
        }
    }

    fn preamble_line(&self, bytes: &[u8], is_all: bool) -> Option<(usize, RecordKind)> {
        let limit = bytes.len().min(self.start + MAX_RECORD_BYTES);
        match line_break(&bytes[..limit], self.start) {
            Some(at) => Some((end_of_line(bytes, at, is_all)?, RecordKind::Preamble)),
            None if limit < bytes.len() => Some(too_long(bytes)),
            None if is_all => Some((bytes.len(), RecordKind::Preamble)),
            None => None,
        }
    }

    fn record(&mut self, bytes: &[u8], is_all: bool) -> Option<(usize, RecordKind)> {
        let end = self.end_of(bytes, is_all)?;
        if let Some(end) = end {
            let is_one_line = match self.machine.opened {
                None => true,
                Some(_) => line_break(bytes, self.start)
                    .is_none_or(|at| end_of_line(bytes, at, true) == Some(end)),
            };
            if is_one_line && end - self.start <= MAX_RECORD_BYTES {
                return self.with_kind(bytes, end, is_all);
            }
        }
        let Some(line) = self.first_line(bytes) else { return Some(too_long(bytes)) };
        if !line.machine.is_inside_quotes() {
            // Its own end, or a `\r` and a `\n` which are not of one line break.
            return Some((line.end, RecordKind::Whole));
        }
        let mut path = Path {
            behind: line.machine.clone(),
            ahead: self.machine.clone(),
            end,
            last_line_fits: None,
            last_misfit: None,
            next_closing: None,
        };
        if let Some(end) = end
            && end - self.start <= MAX_RECORD_BYTES
            && !self.is_stray(&line, &mut path, bytes, end)
        {
            return self.with_kind(bytes, end, is_all);
        }
        if end.is_none_or(|end| end - self.start > MAX_RECORD_BYTES)
            && self.is_one_cell(&line, bytes)
        {
            self.is_skipped_whole = true;
            return Some(too_long(bytes));
        }
        self.machine.cells = line.cells;
        self.path = Some(path);
        Some((line.end, RecordKind::StrayQuote))
    }

    /// Tells whether what follows the first line of a record that is too long is the inside of one cell:
    /// most of its lines are no rows. Nothing is known of files of one column, and none is if the file
    /// ends first.
    fn is_one_cell(&self, line: &FirstLine, bytes: &[u8]) -> bool {
        let Some(width) = self.width.filter(|&width| width > 1) else { return false };
        let limit = self.start + MAX_RECORD_BYTES;
        if bytes.len() <= limit {
            return false;
        }
        let (mut lines, mut rows) = (0, 0);
        let mut at = line.end;
        while let Some(end) = line_break(&bytes[..limit], at) {
            lines += 1;
            rows += usize::from(self.plain_cells(&bytes[at..end]) == width);
            at = end + 1;
        }
        rows * 2 < lines
    }

    /// Tells whether the record that the last call of [`Self::next_end`] found too long is to be passed over
    /// to its closing quote, and not only to the end of its line. Returns the machine that does so.
    pub(super) fn passing_over(&mut self) -> Option<Machine> {
        let is_whole = std::mem::take(&mut self.is_skipped_whole);
        is_whole.then(|| Machine::new(&self.dialect, self.skipped_from))
    }

    /// Returns the end of the current record, nothing inside if it has none, and nothing at all if
    /// more bytes are needed to know.
    fn end_of(&mut self, bytes: &[u8], is_all: bool) -> Option<Option<usize>> {
        match self.machine.run(bytes, is_all) {
            Some(end) => Some(Some(end)),
            None if is_all && !self.machine.is_inside_quotes() => Some(Some(bytes.len())),
            // One byte more, as the last one may be a `\r` that waits for its `\n`.
            None if is_all || bytes.len() - self.start > MAX_RECORD_BYTES + 1 => Some(None),
            None => None,
        }
    }

    fn record_on_path(&mut self, bytes: &[u8], is_all: bool) -> Option<(usize, RecordKind)> {
        let Some(mut path) = self.path.take() else { return self.record(bytes, is_all) };
        let Some(line) = self.first_line(bytes) else { return Some(too_long(bytes)) };
        let is_on_path = line.end < path.ahead.at && path.end.is_none_or(|end| line.end < end);
        if is_on_path {
            path.behind.run(&bytes[..line.end], false);
        }
        if !is_on_path || !line.machine.is_inside_quotes() {
            let found = self.record(bytes, is_all);
            // A record of one line leaves the way ahead as it was.
            if self.path.is_none() && found.is_none_or(|(end, _)| end == line.end) {
                self.path = Some(path);
            }
            return found;
        }
        if path.end.is_none() {
            path.end = path.ahead.run(bytes, is_all);
            if path.end.is_none() && is_all && !path.ahead.is_inside_quotes() {
                path.end = Some(bytes.len());
            }
            let is_known = is_all || bytes.len() - self.start > MAX_RECORD_BYTES + 1;
            if path.end.is_none() && !is_known {
                self.path = Some(path);
                return None;
            }
        }
        let found = match path.end {
            Some(end) if end - self.start <= MAX_RECORD_BYTES => {
                match self.is_stray(&line, &mut path, bytes, end) {
                    true => (line.end, RecordKind::StrayQuote),
                    false => {
                        self.machine.cells = path.cells_with(&line.machine);
                        self.machine.broken =
                            line.machine.broken + path.ahead.broken - path.behind.broken;
                        let Some(found) = self.with_kind(bytes, end, is_all) else {
                            self.path = Some(path);
                            return None;
                        };
                        found
                    }
                }
            }
            _ => (line.end, RecordKind::StrayQuote),
        };
        self.path = Some(path);
        Some(found)
    }

    /// Tells whether the quote that is open at the end of the first line is stray, although the
    /// record has an end.
    fn is_stray(&self, line: &FirstLine, path: &mut Path, bytes: &[u8], end: usize) -> bool {
        let width = self.width.unwrap_or(line.cells);
        if width < 2 || line.cells != width {
            return false;
        }
        let cells = path.cells_with(&line.machine);
        let last_line_fits = *path
            .last_line_fits
            .get_or_insert_with(|| self.cells_of_line(last_line(&bytes[..end])) == Some(width));
        if path.next_closing.is_none_or(|(after, _)| after <= line.end) {
            path.next_closing = closing(&self.dialect, bytes, line.end)
                .map(|after| (after, self.is_junk(&bytes[after..])));
        }
        let is_junk = path.next_closing.is_some_and(|(_, junk)| junk);
        let other_line_fits = match width {
            // Two cells are found in any text with a comma.
            2 => is_junk && self.are_all_rows(line, path, bytes, end),
            _ => {
                last_line_fits
                    || self.cells_of_line(second_line(&bytes[line.end..end])) == Some(width)
            }
        };
        let signs = [is_junk, cells != width, other_line_fits];
        // A header may have line breaks, and its width is not known.
        (is_junk || self.width.is_some()) && signs.iter().filter(|&&sign| sign).count() >= 2
    }

    /// Tells how a record with an end is to be read. If its quotes are broken, the end may be
    /// another one, and the number of cells is corrected. Returns nothing if more bytes are needed.
    fn with_kind(&mut self, bytes: &[u8], end: usize, is_all: bool) -> Option<(usize, RecordKind)> {
        let from = self.start + self.mark;
        if self.machine.broken == 0 || self.width.is_some_and(|width| width < 2) {
            return Some((end, RecordKind::Whole));
        }
        let strict = self.machine.cells;
        let loose = LooseRecord::read(&self.dialect, without_line_break(&bytes[from..end]));
        let is_loose = loose.as_ref().is_some_and(|loose| match self.width {
            Some(width) => loose.cells.len() == width && (strict != width || loose.is_sound()),
            None => loose.is_sound() && loose.cells.len() >= strict,
        });
        if let Some(loose) = loose.filter(|_| is_loose) {
            self.machine.cells = loose.cells.len();
            return Some((end, RecordKind::StrayQuote));
        }
        let Some(width) = self.width.filter(|&width| width > 2 && width != strict) else {
            return Some((end, RecordKind::Whole));
        };
        let Some(other) = self.end_before_a_row(width, bytes, is_all) else {
            // It is read again, when there are more bytes.
            self.machine = Machine::new(&self.dialect, from);
            return None;
        };
        Some(match other {
            Some(end) => (end, RecordKind::StrayQuote),
            None => (end, RecordKind::Whole),
        })
    }

    /// Looks for the next line that is a row by itself, and returns where it begins if all before
    /// it is one record, whatever its quotes; nothing inside if not, and nothing at all if more
    /// bytes are needed to know.
    fn end_before_a_row(&self, width: usize, bytes: &[u8], is_all: bool) -> Option<Option<usize>> {
        let from = self.start + self.mark;
        let limit = bytes.len().min(from + MAX_LOOSE_BYTES);
        let is_known = is_all || limit < bytes.len();
        let mut end = from;
        for _ in 0..MAX_LOOSE_LINES {
            end = match line_break(&bytes[..limit], end) {
                Some(at) => end_of_line(bytes, at, is_all)?,
                None if !is_known => return None,
                None if limit < bytes.len() => return Some(None),
                None => limit,
            };
            let next = match line_break(&bytes[..limit], end) {
                Some(at) => Some(&bytes[end..at]),
                None if !is_known => return None,
                None => bytes.get(end..).filter(|rest| !rest.is_empty()),
            };
            if next.is_none_or(|line| self.cells_of_line(line) == Some(width)) {
                let record = without_line_break(&bytes[from..end]);
                let loose = LooseRecord::read(&self.dialect, record);
                let is_row = loose.is_some_and(|loose| loose.cells.len() == width);
                return Some(is_row.then_some(end));
            }
        }
        Some(None)
    }

    fn is_junk(&self, after_closing: &[u8]) -> bool {
        let next =
            after_closing.iter().find(|&&byte| byte == self.dialect.delimiter || byte != b' ');
        next.is_some_and(|&byte| byte != self.dialect.delimiter && byte != b'\n' && byte != b'\r')
    }

    /// Tells whether all lines of a record but the first have as many cells as the header, and are
    /// enough to mean something.
    fn are_all_rows(&self, line: &FirstLine, path: &mut Path, bytes: &[u8], end: usize) -> bool {
        let needed = if b",; :".contains(&self.dialect.delimiter) { 3 } else { 1 };
        let mut at = line.end;
        for _ in 1..needed {
            match line_break(&bytes[..end], at).and_then(|at| end_of_line(bytes, at, true)) {
                Some(next) if next < end => at = next,
                _ => return false,
            }
        }
        let misfit = *path.last_misfit.get_or_insert_with(|| {
            let (mut last, mut at) = (None, line.end);
            while at < end {
                let text_end = line_break(&bytes[..end], at).unwrap_or(end);
                if Some(self.plain_cells(&bytes[at..text_end])) != self.width {
                    last = Some(at);
                }
                at = end_of_line(bytes, text_end, true).unwrap_or(end);
            }
            last
        });
        misfit.is_none_or(|misfit| misfit < line.end)
    }

    /// Counts the cells of a line, where a quote that is open at its end is a plain character.
    fn plain_cells(&self, line: &[u8]) -> usize {
        let mut machine = Machine::new(&self.dialect, 0);
        machine.run(line, false);
        match machine.opened.filter(|_| machine.is_inside_quotes()) {
            Some(opened) => {
                machine.cells + memchr_iter(self.dialect.delimiter, &line[opened..]).count()
            }
            None => machine.cells,
        }
    }

    /// Counts the cells of a line, if no quote is open at its end.
    fn cells_of_line(&self, line: &[u8]) -> Option<usize> {
        let mut machine = Machine::new(&self.dialect, 0);
        machine.run(line, false);
        (!machine.is_inside_quotes()).then_some(machine.cells)
    }

    /// Counts the cells of a line that ends inside quotes, if another quote than the last may be the
    /// stray one.
    fn loose_cells(&self, machine: &Machine, line: &[u8]) -> Option<usize> {
        let quote = self.dialect.quote.filter(|_| machine.is_inside_quotes())?;
        let is_doubtful = machine.broken > 0
            || line.ends_with(&[quote, quote])
            || memmem::find(line, &[quote, quote, self.dialect.delimiter]).is_some();
        let loose = is_doubtful.then(|| LooseRecord::read(&self.dialect, line))??;
        Some(loose.cells.len())
    }

    /// Reads the first line of the record by itself; nothing if it is too long.
    fn first_line(&self, bytes: &[u8]) -> Option<FirstLine> {
        let limit = bytes.len().min(self.start + MAX_RECORD_BYTES);
        let at = line_break(&bytes[..limit], self.start);
        let text_end = at.unwrap_or(limit);
        if at.is_none() && limit < bytes.len() {
            return None;
        }
        let end = match at {
            // All bytes that matter are there.
            Some(at) => end_of_line(bytes, at, true).unwrap_or(limit),
            None => limit,
        };
        let mut machine = Machine::new(&self.dialect, self.start + self.mark);
        machine.run(&bytes[..text_end], false);
        let cells = match machine.opened.filter(|_| machine.is_inside_quotes()) {
            Some(opened) => {
                let plain = &bytes[opened..text_end];
                machine.cells + memchr_iter(self.dialect.delimiter, plain).count()
            }
            None => machine.cells,
        };
        let cells = match self.loose_cells(&machine, &bytes[self.start + self.mark..text_end]) {
            Some(loose) => loose,
            None => cells,
        };
        Some(FirstLine { end, cells, machine })
    }
}

/// The first line of a record, read by itself.
struct FirstLine {
    /// The position after its line break.
    end: usize,
    /// Its cells, if the quote that it leaves open is a plain character.
    cells: usize,
    /// As it stands before the line break.
    machine: Machine,
}

/// Returns the line after the first one, without its line break, given what follows the first.
fn second_line(bytes: &[u8]) -> &[u8] {
    &bytes[..line_break(bytes, 0).unwrap_or(bytes.len())]
}

/// Returns the last line of a record, without its line break.
fn last_line(record: &[u8]) -> &[u8] {
    let text = without_line_break(record);
    &text[memrchr2(b'\n', b'\r', text).map_or(0, |at| at + 1)..]
}

fn without_line_break(record: &[u8]) -> &[u8] {
    let text = record.strip_suffix(b"\n").unwrap_or(record);
    text.strip_suffix(b"\r").unwrap_or(text)
}

fn too_long(bytes: &[u8]) -> (usize, RecordKind) {
    (bytes.len(), RecordKind::TooLong(0))
}

#[cfg(test)]
mod tests;
