//! What is known of a record that was given up, for the lines in it.

use super::super::grammar::Machine;

/// The way of a machine through a record that was given up.
///
/// Wherever a line breaks on this way, it is inside quotes. So a record that begins on a later
/// line, and whose first line ends inside quotes too, goes the same way from there to the end.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// Moves from line break to line break with the records that begin on this way.
    pub(super) behind: Machine,
    /// As far as the way is known.
    pub(super) ahead: Machine,
    pub(super) end: Option<usize>,
    /// Whether the last line alone has as many cells as the header, once the end is known.
    pub(super) last_line_fits: Option<bool>,
    /// Where the last line begins that has another number of cells, if there is one, once the end is
    /// known.
    pub(super) last_misfit: Option<Option<usize>>,
    /// The position after the next closing quote, and whether junk follows it.
    pub(super) next_closing: Option<(usize, bool)>,
}

impl Path {
    /// Counts the cells of the record whose first line a machine has read.
    pub(super) fn cells_with(&self, line: &Machine) -> usize {
        line.cells + self.ahead.cells - self.behind.cells
    }
    /// Tells the way that so many bytes, all before what can still be asked for, were taken from the front.
    pub(super) fn forget(&mut self, bytes: usize) {
        self.behind.forget(bytes);
        self.ahead.forget(bytes);
        self.end = self.end.map(|end| end - bytes);
        // A line that is gone is before all that can be asked for.
        self.last_misfit = self.last_misfit.map(|misfit| misfit?.checked_sub(bytes));
        self.next_closing = self
            .next_closing
            .and_then(|(after, junk)| after.checked_sub(bytes).map(|after| (after, junk)));
    }
}
