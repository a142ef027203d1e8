//! Tables that can be sorted: each stands behind a chart, or for itself.

use maud::{Markup, html};

use super::{NAME, number, plain};

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// A text that is ours or the taxonomy's.
    Text(String),
    /// A text of the input.
    Input(String),
    /// A number, and how it is shown.
    Number(f64, String),
    /// There is none.
    Nothing,
}

impl Value {
    #[allow(clippy::cast_precision_loss, reason = "what is shown is exact")]
    pub(super) fn count(count: u64) -> Self {
        Self::Number(count as f64, number::count(count))
    }

    pub(super) fn maybe_count(count: Option<u64>) -> Self {
        count.map_or(Self::Nothing, Self::count)
    }

    /// A number that is rounded to a whole one.
    pub(super) fn whole(value: f64) -> Self {
        Self::Number(value, number::whole(value))
    }

    pub(super) fn percent(share: f64) -> Self {
        Self::Number(share, number::percent(share))
    }

    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A table. The first cell of a row is its heading.
pub(super) struct Table {
    /// What it holds, in a few words.
    pub(super) caption: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Value>>,
}

impl Table {
    pub(super) fn new(caption: &str, columns: &[&str], rows: Vec<Vec<Value>>) -> Self {
        let columns = columns.iter().map(|&name| name.to_owned()).collect();
        Self { caption: caption.to_owned(), columns, rows }
    }

    fn is_of_numbers(&self, column: usize) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.any(|cell| matches!(cell, Value::Number(..)))
    }

    /// Returns the table as it stands on the page.
    pub(super) fn show(&self) -> Markup {
        let numbers: Vec<bool> = (0..self.columns.len()).map(|n| self.is_of_numbers(n)).collect();
        let class = |n: usize| numbers.get(n).copied().unwrap_or(false).then_some("n");
        html! {
            div.scroll tabindex="0" role="region" aria-label=(self.caption) {
                table.sortable {
                    caption { (self.caption) }
                    thead { tr {
                        @for (n, name) in self.columns.iter().enumerate() {
                            th scope="col" class=[class(n)] { (name) }
                        }
                    } }
                    tbody {
                        @for row in &self.rows { tr {
                            @for (n, cell) in row.iter().enumerate() {
                                @if n == 0 { th scope="row" { (show(cell)) } }
                                @else { (data(cell, class(n))) }
                            }
                        } }
                    }
                }
            }
        }
    }

    /// Returns the table, closed until it is asked for.
    pub(super) fn behind(&self) -> Markup {
        html! { details { summary { "Table: " (self.caption) } (self.show()) } }
    }
}

/// Numbers that are shown rounded are sorted by what they are.
fn data(cell: &Value, class: Option<&str>) -> Markup {
    let exact = match cell {
        Value::Number(number, shown) if *shown != number.to_string() => Some(number),
        _ => None,
    };
    html! { td class=[class] data-v=[exact] { (show(cell)) } }
}

fn show(cell: &Value) -> Markup {
    match cell {
        Value::Text(text) | Value::Number(_, text) => html! { (text) },
        Value::Input(text) => html! { bdi { (plain(text, NAME)) } },
        Value::Nothing => html! { span.none { "–" } },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_inputs_say_is_escaped_and_cut() {
        let hostile = format!("</td><script>alert(1)</script>\u{1b}[2J{}", "x".repeat(500));
        let rows = vec![vec![Value::Input(hostile), Value::count(1234), Value::Nothing]];
        let shown = Table::new("Employers", &["employer", "ads", "pay"], rows).show().into_string();
        assert!(!shown.contains("<script>") && !shown.contains('\u{1b}'), "{shown}");
        assert!(shown.contains("<bdi>&lt;/td&gt;&lt;script&gt;"), "{shown}");
        assert!(shown.contains("<td class=\"n\" data-v=\"1234\">1,234</td>"), "{shown}");
        assert!(!shown.contains(&"x".repeat(200)));
    }
}
