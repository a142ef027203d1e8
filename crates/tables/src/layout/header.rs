//! Finds where a table begins, and whether with the names of its columns.

use super::candidate::Candidate;
use super::names::{NAME_BYTES, is_name, is_title};

/// Records that a preamble has at most.
const MOST_PREAMBLE: usize = 40;

/// Tells whether a record begins like a comment.
fn is_comment(record: &[String]) -> bool {
    record.first().is_some_and(|cell| cell.starts_with('#') || cell.starts_with("//"))
}

impl Candidate {
    /// Tells whether many records begin like comments, so that the mark is no more than a letter.
    fn is_comment_usual(&self) -> bool {
        let comments = self.records.iter().filter(|record| is_comment(record)).count();
        comments * 2 > self.records.len()
    }

    /// Finds the record with which the table begins: those before it are fewer, and have no more
    /// than half of the cells, not counting empty ones.
    pub(super) fn first_record(&self, preamble: Option<usize>) -> usize {
        if let Some(lines) = preamble {
            return self.lines.iter().take_while(|&&line| line < lines).count();
        }
        if let Some(found) = self.record_of_names() {
            return found;
        }
        let few = |record: &Vec<String>| {
            let filled = record.iter().filter(|cell| !cell.trim().is_empty()).count();
            filled * 2 <= self.width || is_comment(record) && !self.is_comment_usual()
        };
        let is_full = |record: &Vec<String>| record.len() == self.width && !few(record);
        let Some(found) = self.records.iter().position(is_full) else { return 0 };
        let is_preamble = self.width > 1
            && found > 0
            && found * 2 < self.records.len()
            && self.records[..found].iter().all(few);
        match is_preamble {
            true if self.is_short_header(found - 1) => found - 1,
            true => found,
            false => 0,
        }
    }

    /// Finds the record with the names of columns as job boards have them, if all before it are narrower or
    /// comments: however many delimiters stand in a preamble.
    fn record_of_names(&self) -> Option<usize> {
        let is_header = |record: &Vec<String>| {
            let known = record.iter().filter(|name| is_name(name)).count();
            record.len() == self.width && known > 1 && known * 2 >= record.len()
        };
        let found = self.records.iter().take(MOST_PREAMBLE).position(is_header)?;
        let is_before = |record: &Vec<String>| record.len() < self.width || is_comment(record);
        let before = &self.records[..found];
        // Many records of one width are a table of their own, whose rows would be lost.
        let width = before.first().map_or(0, Vec::len);
        let is_table = found > 2 && width > 2 && before.iter().all(|record| record.len() == width);
        let is_small = found * 2 < self.records.len().max(2);
        (is_small && !is_table && before.iter().all(is_before)).then_some(found)
    }

    /// Tells whether a record with few cells is a header that was cut off: names right above
    /// values.
    fn is_short_header(&self, record: usize) -> bool {
        let names = &self.records[record];
        let is_adjacent = self.lines[record] + 1 == self.lines[record + 1];
        is_adjacent
            && names.len() > 1
            && names.iter().all(|name| !name.trim().is_empty())
            && self.has_header(record)
            && !self.has_header(record + 1)
    }

    /// Returns the number of lines before a record, if it is not the first.
    pub(super) fn lines_before(&self, first: usize) -> usize {
        // Blank lines before the first record need no mention.
        if first == 0 { 0 } else { self.lines.get(first).copied().unwrap_or(0) }
    }

    /// Tells whether a record holds names: short ones, no two the same, no numbers, and none that
    /// is a value of its own column.
    ///
    /// Names that job boards use are names. Without any, a first record with a job title in it is a row.
    pub(super) fn has_header(&self, first: usize) -> bool {
        let Some(names) = self.records.get(first) else { return true };
        let rows = &self.records[first + 1..];
        let known = names.iter().filter(|name| is_name(name)).count();
        if known > 1 && known * 2 >= names.len() {
            return true;
        }
        // A column may be called `Manager`, but hardly `Nurse Manager`, and not among managers.
        let is_row_title = |(n, name): (usize, &String)| {
            let below = rows.iter().filter(|row| row.get(n).is_some_and(|cell| is_title(cell)));
            is_title(name)
                && (name.trim().contains(' ')
                    || !rows.is_empty() && below.count() * 2 >= rows.len())
        };
        if known == 0 && names.iter().enumerate().any(is_row_title) {
            return false;
        }
        let is_value = |cell: &str| {
            let cell = cell.trim();
            let is_number = cell.bytes().any(|byte| byte.is_ascii_digit())
                && !cell.bytes().any(|byte| byte.is_ascii_alphabetic());
            is_number || cell.len() > NAME_BYTES || cell.contains("://") || cell.contains('@')
        };
        // Years may be names, if they are not values in the same column.
        let is_year = |column: usize, name: &str| {
            let is_year = |cell: &str| matches!(cell.trim().parse(), Ok(1800..=2200u16));
            is_year(name) && !rows.iter().any(|row| row.get(column).is_some_and(|c| is_year(c)))
        };
        let is_named_otherwise = names.iter().any(|name| !is_value(name));
        let values = names.iter().enumerate();
        let values = values
            .filter(|(n, name)| is_value(name) && !(is_named_otherwise && is_year(*n, name)))
            .count();
        // A header may stand in the file again, and so may its names above a second table.
        let is_copy = |row: &&Vec<String>| {
            let same = names.iter().zip(*row).filter(|(name, cell)| name == cell).count();
            same > 1 && same * 2 >= names.len().min(row.len())
        };
        let rows: Vec<_> = rows.iter().filter(|row| !is_copy(row)).collect();
        let repeated = names.iter().enumerate().filter(|(column, name)| {
            !name.is_empty() && rows.iter().any(|row| row.get(*column) == Some(name))
        });
        values * 4 <= names.len() && repeated.count() * 4 <= names.len()
    }
}
