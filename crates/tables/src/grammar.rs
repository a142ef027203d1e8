//! The grammar of CSV records, as a machine that runs as fast as memory is read.

use memchr::{memchr, memchr2, memchr3};

use super::Dialect;

mod loose;

pub(super) use loose::{LooseCell, LooseForm, LooseRecord, MAX_LOOSE_BYTES};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Unquoted,
    Quoted,
    /// After an escape inside a quoted cell.
    Escaped,
    /// After a quote inside a quoted cell: its end, or the first half of a doubled quote.
    QuoteInQuoted,
    /// After the end of a quoted cell, among blanks that are no part of it.
    Closed,
}

/// Runs over the bytes of one record, which arrive piece by piece.
///
/// It follows the grammar of the `csv` crate to the byte (a property test compares the two): a
/// quote opens a quoted cell at the cell's start only, a doubled quote is a quote, what follows a
/// closing quote is taken as it is, and a record ends with `\n`, `\r` or `\r\n` outside quotes.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    dialect: Dialect,
    state: State,
    /// Bytes before this position have been looked at.
    pub(super) at: usize,
    /// How many cells have begun.
    pub(super) cells: usize,
    /// Where the last quoted cell began, at its quote.
    pub(super) opened: Option<usize>,
    /// Closing quotes that something other than a delimiter follows.
    pub(super) broken: usize,
}

impl Machine {
    /// Starts a record at a position.
    pub(super) fn new(dialect: &Dialect, at: usize) -> Self {
        let (dialect, state) = (*dialect, State::CellStart);
        Self { dialect, state, at, cells: 1, opened: None, broken: 0 }
    }

    /// Returns the end of the record, terminator included, or nothing if `bytes` do not hold it.
    /// `is_all` says that no bytes will follow.
    pub(super) fn run(&mut self, bytes: &[u8], is_all: bool) -> Option<usize> {
        let Dialect { delimiter, quote, escape, skip_space } = self.dialect;
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let found = match (self.state, quote) {
                (State::Unquoted, _) => memchr3(delimiter, b'\n', b'\r', rest),
                (State::Quoted, Some(quote)) => match escape {
                    None => memchr(quote, rest),
                    Some(escape) => memchr2(quote, escape, rest),
                },
                _ => (!rest.is_empty()).then_some(0),
            };
            let Some(found) = found else {
                self.at = bytes.len();
                return None;
            };
            self.at += found;
            self.state = match (self.state, bytes[self.at]) {
                (State::Quoted, byte) if Some(byte) == quote => State::QuoteInQuoted,
                (State::Quoted, _) => State::Escaped,
                (State::Escaped, _) => State::Quoted,
                (State::QuoteInQuoted, byte) if Some(byte) == quote => State::Quoted,
                (State::CellStart, byte) if Some(byte) == quote => {
                    self.opened = Some(self.at);
                    State::Quoted
                }
                (_, byte) if byte == delimiter => {
                    self.cells += 1;
                    State::CellStart
                }
                (_, b'\n' | b'\r') => {
                    let end = end_of_line(bytes, self.at, is_all)?;
                    self.at = end;
                    return Some(end);
                }
                (State::CellStart, b' ') if skip_space => State::CellStart,
                (State::QuoteInQuoted | State::Closed, b' ') if skip_space => State::Closed,
                (state, _) => {
                    let is_closed = matches!(state, State::QuoteInQuoted | State::Closed);
                    self.broken += usize::from(is_closed);
                    State::Unquoted
                }
            };
            self.at += 1;
        }
    }

    /// Tells whether the bytes so far end inside a quoted cell.
    pub(super) fn is_inside_quotes(&self) -> bool {
        matches!(self.state, State::Quoted | State::Escaped)
    }

    /// Tells the machine that so many bytes were taken from the front.
    pub(super) fn forget(&mut self, bytes: usize) {
        self.at = self.at.saturating_sub(bytes);
        self.opened = self.opened.map(|at| at.saturating_sub(bytes));
    }
}

/// Returns the position of the first line break at or after a position.
pub(super) fn line_break(bytes: &[u8], from: usize) -> Option<usize> {
    memchr2(b'\n', b'\r', bytes.get(from..)?).map(|found| from + found)
}

/// Returns the position after a line break that begins at a position, or nothing as long as a
/// `\n` may still come after a `\r`.
pub(super) fn end_of_line(bytes: &[u8], at: usize, is_all: bool) -> Option<usize> {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(at + 2),
        (Some(b'\r'), None) if !is_all => None,
        _ => Some(at + 1),
    }
}

/// Returns the position after the quote that closes a quoted cell, given a position inside it.
pub(super) fn closing(dialect: &Dialect, bytes: &[u8], inside: usize) -> Option<usize> {
    let quote = dialect.quote?;
    let mut at = inside;
    loop {
        let rest = bytes.get(at..)?;
        at += match dialect.escape {
            None => memchr(quote, rest),
            Some(escape) => memchr2(quote, escape, rest),
        }?;
        if bytes[at] == quote && bytes.get(at + 1) != Some(&quote) {
            return Some(at + 1);
        }
        at += 2; // a doubled quote, or an escape and what it escapes
    }
}
