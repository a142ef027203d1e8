//! Reads a record whose quotes are not doubled, or stand before a cell that they do not close.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2};

use super::Dialect;

/// Longer records are not read this way, so that memory stays bounded.
pub(crate) const MAX_LOOSE_BYTES: usize = 1 << 20;

/// Runs of quotes that are looked at for the end of one cell; the time is linear for it.
const MAX_RUNS: usize = 64;

/// A record as its writer most likely meant it.
#[derive(Debug, Clone)]
pub(crate) struct LooseRecord {
    pub(crate) cells: Vec<LooseCell>,
}

/// A cell of such a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LooseCell {
    /// From the delimiter before it to the one after it.
    pub(crate) range: Range<usize>,
    /// Without outer quotes.
    pub(crate) text: Range<usize>,
    pub(crate) form: LooseForm,
}

/// How a cell is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LooseForm {
    /// As it is, quotes included.
    Plain,
    /// Between two quotes; a single quote inside is one, and so is a doubled one.
    Quoted,
    /// By the grammar: something stands between the closing quote and the delimiter.
    Broken,
}

/// The best way to the start of a cell.
#[derive(Debug, Clone)]
struct Step {
    odd: usize,
    cells: usize,
    /// The start of the cell before, by its number.
    from: usize,
    cell: LooseCell,
}

impl LooseRecord {
    /// Reads a record, given without its terminator; nothing if it is longer than 1 MiB.
    ///
    /// Of all ways to cut it into cells, the one with the fewest odd quotes is taken, and of these
    /// the one with the most cells. A quote is odd if it stands in an unquoted cell, twice if it
    /// ends it; if it stands undoubled in a quoted cell; or if something follows it although it
    /// closes the cell. The time is linear in the bytes.
    pub(crate) fn read(dialect: &Dialect, record: &[u8]) -> Option<Self> {
        let quote = dialect.quote?;
        if record.len() > MAX_LOOSE_BYTES {
            return None;
        }
        let delimiters: Vec<usize> = memchr_iter(dialect.delimiter, record).collect();
        let mut search = Search { record, delimiters, steps: Vec::new() };
        search.steps.resize(search.delimiters.len() + 2, None);
        for number in 0..=search.delimiters.len() {
            if number == 0 || search.steps[number].is_some() {
                search.cells_from(dialect, quote, number);
            }
        }
        let mut cells = Vec::new();
        let mut number = search.steps.len() - 1;
        while number > 0 {
            let step = search.steps[number].take()?;
            cells.push(step.cell);
            number = step.from;
        }
        cells.reverse();
        Some(Self { cells })
    }

    /// Tells whether nothing follows a closing quote but a delimiter.
    pub(crate) fn is_sound(&self) -> bool {
        self.cells.iter().all(|cell| cell.form != LooseForm::Broken)
    }
}

struct Search<'a> {
    record: &'a [u8],
    delimiters: Vec<usize>,
    /// By the number of delimiters before a cell; the last is the end of the record.
    steps: Vec<Option<Step>>,
}

impl Search<'_> {
    /// Tries all cells that begin after a number of delimiters.
    fn cells_from(&mut self, dialect: &Dialect, quote: u8, number: usize) {
        let record = self.record;
        let start = number.checked_sub(1).map_or(0, |before| self.delimiters[before] + 1);
        let open = match dialect.skip_space {
            true => start + record[start..].iter().take_while(|&&byte| byte == b' ').count(),
            false => start,
        };
        let end = self.end_of_plain(start);
        let open = open.min(end);
        let is_quoted = record.get(open) == Some(&quote) && open < end;
        if is_quoted {
            self.quoted(dialect, quote, number, start..open);
        }
        let odd = memchr_iter(quote, &record[start..end]).count();
        let is_ended = !is_quoted && odd > 0 && record[end - 1] == quote;
        let cell = LooseCell { range: start..end, text: open..end, form: LooseForm::Plain };
        self.reach(number, odd + usize::from(is_ended), cell);
    }

    /// Tries all ends of a quoted cell, given the blanks before its quote.
    fn quoted(&mut self, dialect: &Dialect, quote: u8, number: usize, blanks: Range<usize>) {
        let record = self.record;
        let Range { start, end: open } = blanks;
        let (mut at, mut odd) = (open + 1, 0);
        let mut runs = 0;
        while runs < MAX_RUNS {
            let rest = record.get(at..).unwrap_or_default();
            let found = match dialect.escape {
                None => memchr(quote, rest),
                Some(escape) => memchr2(quote, escape, rest),
            };
            let Some(found) = found.map(|found| at + found) else { return };
            if record[found] != quote {
                at = found + 2; // an escape and what it escapes
                continue;
            }
            runs += 1;
            let run = record[found..].iter().take_while(|&&byte| byte == quote).count();
            let after = found + run;
            let is_single = run % 2 == 1;
            let text = open + 1..after - 1;
            if record.get(after).is_none_or(|&byte| byte == dialect.delimiter) {
                let cell = LooseCell { range: start..after, text, form: LooseForm::Quoted };
                self.reach(number, odd + usize::from(!is_single), cell);
            } else if is_single && odd == 0 {
                let end = self.end_of_plain(after);
                let more = memchr_iter(quote, &record[after..end]).count();
                let cell = LooseCell { range: start..end, text, form: LooseForm::Broken };
                self.reach(number, 1 + more, cell);
            }
            odd += usize::from(is_single);
            at = after;
        }
    }

    fn end_of_plain(&self, from: usize) -> usize {
        let next = self.delimiters.partition_point(|&delimiter| delimiter < from);
        self.delimiters.get(next).copied().unwrap_or(self.record.len())
    }

    /// Notes a way to what follows a cell, if it is the best one so far.
    fn reach(&mut self, from: usize, odd: usize, cell: LooseCell) {
        let (before, cells) = match &self.steps[from] {
            Some(step) if from > 0 => (step.odd, step.cells),
            _ => (0, 0),
        };
        let next = match cell.range.end == self.record.len() {
            true => self.steps.len() - 1,
            false => self.delimiters.partition_point(|&at| at < cell.range.end) + 1,
        };
        let (odd, cells) = (before + odd, cells + 1);
        let known = &mut self.steps[next];
        let is_better = known
            .as_ref()
            .is_none_or(|step| odd < step.odd || odd == step.odd && cells > step.cells);
        if is_better {
            *known = Some(Step { odd, cells, from, cell });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(record: &str) -> Vec<&str> {
        let read = LooseRecord::read(&Dialect::default(), record.as_bytes()).unwrap();
        read.cells.iter().map(|cell| &record[cell.text.clone()]).collect()
    }

    #[test]
    fn quotes_that_are_not_doubled_stay_inside() {
        let disk = r#"1,"Disk, 5" wide","Table, 48"","<a href="x">y</a>",2"#;
        assert_eq!(
            cells(disk),
            ["1", r#"Disk, 5" wide"#, r#"Table, 48""#, r#"<a href="x">y</a>"#, "2"]
        );
        assert_eq!(cells(r#""he said "yes", then left",Bonn"#).len(), 2);
    }

    #[test]
    fn a_quote_before_a_cell_takes_no_other_cell_with_it() {
        let before = r#"1,"2,Bonn,"Nurse, senior","Round 48""""#;
        assert_eq!(cells(before), ["1", "\"2", "Bonn", "Nurse, senior", "Round 48\"\""]);
        assert_eq!(cells(r#"1,""Nurse, senior",2"#), ["1", "\"Nurse, senior", "2"]);
        assert_eq!(cells(r#"1,2,""#), ["1", "2", "\""]);
        assert_eq!(cells(""), [""]);
        assert_eq!(cells(","), ["", ""]);
    }
}
