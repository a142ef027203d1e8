//! CSV: the rows of a CSV file stay as they are, other rows are written anew.

use std::borrow::Cow;

use rolecall::text::push_decimal;
use rolecall_dedup::Verdict;
use rolecall_tables::no_formula;

use super::{CsvRow, Head, Plan, RawRow, fill};
use crate::input::Form;
use crate::tags::{TagCells, Value, duplicate_values};

pub(crate) struct CsvEncoder<'p> {
    plan: &'p Plan,
    /// Whether rows can go through as they are.
    keeps_bytes: bool,
    out: Vec<u8>,
    /// Memory for the tags of a row.
    cells: String,
    /// Where the cells of deduplication go.
    holes: Vec<usize>,
}

/// Returns the header line.
pub(super) fn head(plan: &Plan) -> Vec<u8> {
    let mut out = match &plan.head {
        Head::Line(line) => line.clone(),
        Head::Names => {
            let mut out = Vec::new();
            for (n, name) in plan.header.iter().enumerate() {
                if n > 0 {
                    out.push(plan.dialect.delimiter);
                }
                write_cell(&mut out, plan, name, plan.header.len() == 1);
            }
            out
        }
        Head::None => return Vec::new(),
    };
    let duplicates = plan.names.duplicates.iter().filter(|_| plan.dedup);
    let extra = plan.has_extra.then_some(&plan.names.extra);
    for name in plan.names.tags.iter().chain(duplicates).chain(extra) {
        out.push(plan.dialect.delimiter);
        out.extend_from_slice(name.as_bytes());
    }
    out.extend_from_slice(&plan.terminator);
    out
}

impl<'p> CsvEncoder<'p> {
    pub(super) fn new(plan: &'p Plan, form: &Form) -> Self {
        let same = matches!(form, Form::Csv { layout, .. } if layout.dialect == plan.dialect);
        let keeps_bytes = same && !plan.excel_safe;
        Self { plan, keeps_bytes, out: Vec::new(), cells: String::new(), holes: Vec::new() }
    }

    pub(super) fn blank(&mut self, bytes: &[u8]) {
        if self.keeps_bytes {
            self.out.extend_from_slice(bytes);
        }
    }

    pub(super) fn row(&mut self, row: &RawRow<'_>, tag: &TagCells<'_, '_>) {
        match row {
            RawRow::Csv(row) if self.keeps_bytes && row.is_sound => self.append_to(row, tag),
            row => self.write_anew(row, tag),
        }
    }

    /// Cells that a row has beyond the header stay, behind the tags: so the tags are where the
    /// header says.
    fn append_to(&mut self, row: &CsvRow<'_>, tag: &TagCells<'_, '_>) {
        let width = self.plan.header.len();
        let end = match row.cells.len() > width {
            true => row.cells.range(width - 1).end,
            false => row.bytes.len(),
        };
        self.out.extend_from_slice(&row.bytes[..end]);
        let missing = width.saturating_sub(row.cells.len());
        self.out.resize(self.out.len() + missing, self.plan.dialect.delimiter);
        self.tags(tag);
        self.out.extend_from_slice(&row.bytes[end..]);
        let own = !row.terminator.is_empty();
        self.out.extend_from_slice(if own { row.terminator } else { &self.plan.terminator });
    }

    fn write_anew(&mut self, row: &RawRow<'_>, tag: &TagCells<'_, '_>) {
        let plan = self.plan;
        let width = plan.header.len();
        for n in 0..width {
            if n > 0 {
                self.out.push(plan.dialect.delimiter);
            }
            write_cell(&mut self.out, plan, &row.cell(n).unwrap_or_default(), false);
        }
        self.tags(tag);
        match row {
            RawRow::Csv(row) => {
                for n in width..row.cells.len() {
                    self.out.push(plan.dialect.delimiter);
                    write_cell(&mut self.out, plan, &row.cells.text(n), false);
                }
            }
            row if plan.has_extra => {
                self.out.push(plan.dialect.delimiter);
                let extra = row.extra(width).unwrap_or_default();
                write_cell(&mut self.out, plan, &extra, false);
            }
            _ => {}
        }
        self.out.extend_from_slice(&plan.terminator);
    }

    /// Tags are ids, numbers and terms. Those of evidence have colons and blanks between them, which are
    /// the delimiters of few files.
    fn tags(&mut self, tag: &TagCells<'_, '_>) {
        let delimiter = char::from(self.plan.dialect.delimiter);
        self.cells.clear();
        for value in tag.values() {
            self.cells.push(delimiter);
            match value {
                Value::Text(text) if text.contains(delimiter) => {
                    match self.plan.dialect.quote.map(char::from) {
                        Some(quote) => {
                            self.cells.push(quote);
                            self.cells.push_str(text);
                            self.cells.push(quote);
                        }
                        None => self.cells.push_str(&text.replace(delimiter, "_")),
                    }
                }
                Value::Text(text) => self.cells.push_str(text),
                Value::Number(number, digits) => push_decimal(&mut self.cells, number, digits),
            }
        }
        self.out.extend_from_slice(self.cells.as_bytes());
        if self.plan.dedup {
            self.holes.push(self.out.len());
        }
    }

    pub(super) fn finish(&mut self, verdicts: &[Verdict]) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.out);
        let delimiter = char::from(self.plan.dialect.delimiter);
        let cells = verdicts.iter().map(|verdict| {
            let (of, cluster, kind) = duplicate_values(verdict);
            let of = of.map(|row| row.to_string()).unwrap_or_default();
            Cow::Owned(format!("{delimiter}{of}{delimiter}{cluster}{delimiter}{kind}"))
        });
        let filled = fill(bytes, &self.holes, cells);
        self.holes.clear();
        filled
    }
}

/// Writes a cell, in quotes where it needs them.
fn write_cell(out: &mut Vec<u8>, plan: &Plan, text: &str, is_only: bool) {
    let text = if plan.excel_safe { no_formula(text) } else { Cow::Borrowed(text) };
    let dialect = &plan.dialect;
    let Some(quote) = dialect.quote else {
        // Without quotes, what would end the cell or the line can't be kept.
        let kept = |byte: &u8| !b"\r\n".contains(byte) && *byte != dialect.delimiter;
        out.extend(text.bytes().map(|byte| if kept(&byte) { byte } else { b' ' }));
        return;
    };
    let special = |byte: u8| {
        byte == dialect.delimiter
            || byte == quote
            || b"\r\n".contains(&byte)
            || dialect.escape == Some(byte)
    };
    let has_rim = text.starts_with(' ') || text.ends_with(' ');
    let needs_quotes =
        text.bytes().any(special) || is_only && text.is_empty() || dialect.skip_space && has_rim;
    if !needs_quotes {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(quote);
    for byte in text.bytes() {
        if byte == quote || dialect.escape == Some(byte) {
            out.push(dialect.escape.unwrap_or(quote));
        }
        out.push(byte);
    }
    out.push(quote);
}
