//! Columns by month, a panel for all roles and one for each tier.

use maud::{Markup, html};

use super::canvas::{Anchor, Canvas, Width, chart, heading, ticks};
use super::number;
use super::number::in_scope;
use super::paint::{FAINT, GRID, INK, Paint};
use super::table::{Table, Value};
use crate::overview::{Cell, Overview};

/// Months that a chart shows: more cannot be told apart on a phone.
const MONTHS: usize = 36;

const TEXT_LINE: i32 = 17;
/// Between the heading and the columns.
const BELOW: i32 = 8;
const PANEL: i32 = 84;
const GAP: i32 = 14;
const AXIS: i32 = 22;
/// Room at the left for the numbers of the axis.
const LEFT: i32 = 44;

struct Panel {
    name: String,
    counts: Vec<u64>,
    paint: Paint,
}

impl Panel {
    /// Returns the height of the heading.
    fn head(&self, width: Width) -> i32 {
        TEXT_LINE * i32::try_from(heading(&self.name, width).len()).unwrap_or(1) + BELOW
    }

    fn height(&self, width: Width) -> i32 {
        self.head(width) + PANEL + AXIS + GAP
    }
}

/// Returns the months in a row with most counts, the latest if there are several.
fn busiest(months: &[Cell]) -> &[Cell] {
    let total = |months: &[Cell]| months.iter().map(in_scope).sum::<u64>();
    months.windows(MONTHS).max_by_key(|window| total(window)).unwrap_or(months)
}

/// Shows how counts went from month to month.
pub(super) fn section(overview: &Overview) -> Markup {
    let months = &overview.months;
    if months.iter().all(|month| in_scope(month) == 0) {
        return html! { p { "No posting with a role has a date that could be read." } };
    }
    let of_tier = |cell: &Cell, tier: usize| -> u64 {
        let roles = overview.roles.iter().zip(&cell.roles);
        roles.filter(|(role, _)| role.tier == tier).map(|(_, count)| count).sum()
    };
    let shown = busiest(months);
    let all = Panel {
        name: "All roles".to_owned(),
        counts: shown.iter().map(in_scope).collect(),
        paint: FAINT,
    };
    let tiers = overview.tiers.iter().enumerate().map(|(n, tier)| Panel {
        name: tier.name.clone(),
        counts: shown.iter().map(|month| of_tier(month, n)).collect(),
        paint: Paint::tier(n),
    });
    let panels: Vec<_> = std::iter::once(all).chain(tiers).collect();
    let keys: Vec<_> = shown.iter().map(|month| month.key.as_str()).collect();
    let label = format!(
        "Columns: postings with a role by month, {} to {}, together and by tier",
        keys.first().unwrap_or(&""),
        keys.last().unwrap_or(&"")
    );
    let draw = |canvas: &mut Canvas, width: Width| {
        let mut top = 0;
        for panel in &panels {
            draw_panel(canvas, panel, &keys, width, top);
            top += panel.height(width);
        }
    };
    let height = |width| panels.iter().map(|panel| panel.height(width)).sum();
    let drawn = chart(&label, height, draw);
    let mut columns = vec!["month".to_owned(), "all rows".to_owned(), "with a role".to_owned()];
    columns.extend(overview.roles.iter().map(|role| role.name.clone()));
    let rows = months.iter().map(|month| {
        let counts = [month.all, in_scope(month)];
        let counts = counts.into_iter().chain(month.roles.iter().copied());
        std::iter::once(Value::Text(month.name.clone())).chain(counts.map(Value::count)).collect()
    });
    let table =
        Table { caption: "Counts by month and role".to_owned(), columns, rows: rows.collect() };
    let left_out = months.len() - shown.len();
    html! {
        figure {
            figcaption {
                "Counts as tagged, not corrected. The first and the last month of a file are mostly cut."
                @if left_out > 0 {
                    " The chart shows the " (MONTHS) " months in a row with most postings; "
                    (left_out) " more are in the table."
                }
            }
            (drawn)
            (table.behind())
        }
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "pixels of a chart, and counts far below 2^52"
)]
fn draw_panel(canvas: &mut Canvas, panel: &Panel, keys: &[&str], width: Width, top: i32) {
    let most = panel.counts.iter().copied().max().unwrap_or(0) as f64;
    let lower = top + panel.head(width) + PANEL;
    let height = |value: f64| if most > 0.0 { value / most * f64::from(PANEL) } else { 0.0 } as i32;
    for (n, text) in (0..).zip(heading(&panel.name, width)) {
        let at = (0, top + TEXT_LINE * n + TEXT_LINE / 2);
        canvas.text(&text, at, Anchor::Start, INK, true);
    }
    for tick in ticks(most).into_iter().filter(|tick| tick.fract() == 0.0) {
        let y = lower - height(tick);
        canvas.line(&[(LEFT, y), (width.pixels(), y)], 1, GRID);
        canvas.text(&number::whole(tick), (LEFT - 6, y), Anchor::End, FAINT, false);
    }
    let room = f64::from(width.pixels() - LEFT);
    let step = room / keys.len().max(1) as f64;
    let left = |n: usize| LEFT + (n as f64 * step).round() as i32;
    let mut free = LEFT;
    for (n, (count, key)) in panel.counts.iter().zip(keys).enumerate() {
        let (x, end) = (left(n), left(n + 1));
        let high = height(*count as f64).max(i32::from(*count > 0));
        let gap = i32::from(end - x > 3);
        canvas.rectangle((x + gap, lower - high), (end - x - gap, high), panel.paint);
        let year = key.ends_with("-01");
        if (year || n == 0) && x >= free && x + 50 <= width.pixels() {
            let shown = if year { key.get(..4).unwrap_or(key) } else { key };
            canvas.line(&[(x, lower), (x, lower + 4)], 1, FAINT);
            canvas.text(shown, (x + 2, lower + AXIS / 2), Anchor::Start, FAINT, false);
            free = x + 60;
        }
    }
    canvas.line(&[(LEFT, lower), (width.pixels(), lower)], 1, FAINT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_date_does_not_move_the_window() {
        let month = |n: usize| {
            let roles = vec![u64::from(n == 0 || (30..60).contains(&n))];
            Cell { key: n.to_string(), name: String::new(), all: 1, roles }
        };
        let months: Vec<_> = (0..200).map(month).collect();
        let shown = busiest(&months);
        assert_eq!(shown.len(), MONTHS);
        assert!(shown.iter().map(in_scope).sum::<u64>() == 30);
        assert_eq!(busiest(&months[..5]).len(), 5);
    }
}
