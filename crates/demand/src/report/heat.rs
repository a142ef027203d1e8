//! Roles by region: how much of a region's postings each role has.

use maud::{Markup, html};

use super::canvas::{Anchor, Canvas, FONT, LETTER, Width, chart, lines};
use super::number::in_scope;
use super::paint::{INK, Paint};
use super::table::{Table, Value};
use super::{number, plain};
use crate::overview::{Cell, Overview};

/// Regions that the chart shows on a desk, and on a phone; the table has all.
const SHOWN: (usize, usize) = (6, 5);

/// Upper bounds of the classes of a share, but that of the last.
const BOUNDS: [f64; 4] = [0.05, 0.1, 0.2, 0.4];

const TEXT_LINE: i32 = 17;
const CELL: i32 = 34;

/// Returns the share of a count, 0..=1; 0 of nothing.
#[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(super) fn ratio(count: u64, of: u64) -> f64 {
    if of > 0 { count as f64 / of as f64 } else { 0.0 }
}

fn class(share: f64) -> usize {
    if share > 0.0 { 1 + BOUNDS.iter().filter(|&&bound| share > bound).count() } else { 0 }
}

/// Shows what the shades of a chart mean.
pub(super) fn key(classes: impl Iterator<Item = (usize, String)>) -> Markup {
    let classes: Vec<_> = classes.collect();
    let columns = |width: Width| width.pixels() / 110;
    let height = |width: Width| {
        let count = i32::try_from(classes.len()).unwrap_or(0);
        (count + columns(width) - 1) / columns(width) * 24
    };
    let draw = |canvas: &mut Canvas, width: Width| {
        for (n, (class, meaning)) in (0..).zip(&classes) {
            let (x, y) = (n % columns(width) * 110, n / columns(width) * 24);
            canvas.rectangle((x, y + 4), (16, 16), Paint::class(*class).0);
            canvas.text(meaning, (x + 22, y + 12), Anchor::Start, INK, false);
        }
    };
    let meanings: Vec<_> = classes.iter().map(|(_, meaning)| meaning.as_str()).collect();
    chart(&format!("Shades, from light to dark: {}", meanings.join(", ")), height, draw)
}

/// Shows the share of each role in what regions have in scope.
pub(super) fn section(overview: &Overview) -> Markup {
    let regions: Vec<_> = overview.regions.iter().filter(|region| in_scope(region) > 0).collect();
    if regions.is_empty() {
        return html! { p { "No posting with a role has a place that could be read." } };
    }
    let shown = |width: Width| {
        let most = if width == Width::Wide { SHOWN.0 } else { SHOWN.1 };
        &regions[..regions.len().min(most)]
    };
    let label = "Heat map: the share of each role among a region's postings with a role";
    let left = |width: Width| if width == Width::Wide { 300 } else { 0 };
    let named = |name: &str, width: Width| {
        let pixels = if width == Width::Wide { left(width) - 12 } else { width.pixels() };
        lines(name, usize::try_from(pixels / LETTER).unwrap_or(1))
    };
    // On a phone the name stands above its row, on a desk at the left of it.
    let row_height = |name: &str, width: Width| match width {
        Width::Wide => CELL,
        Width::Narrow => {
            CELL + TEXT_LINE * i32::try_from(named(name, width).len()).unwrap_or(1) + 8
        }
    };
    let head = TEXT_LINE * 2 + 6;
    let height = |width: Width| {
        head + overview.roles.iter().map(|role| row_height(&role.name, width)).sum::<i32>()
    };
    let draw = |canvas: &mut Canvas, width: Width| {
        let shown = shown(width);
        let columns = i32::try_from(shown.len()).unwrap_or(1);
        let step = (width.pixels() - left(width)) / columns;
        for (n, region) in (0..).zip(shown) {
            let middle = left(width) + n * step + step / 2;
            let most = usize::try_from(step / LETTER).unwrap_or(1);
            for (line, text) in (0..2).zip(lines(&region.name, most)) {
                let at = (middle, FONT / 2 + line * TEXT_LINE);
                canvas.text(&plain(&text, most), at, Anchor::Middle, INK, false);
            }
        }
        let mut y = head;
        for (n, role) in overview.roles.iter().enumerate() {
            let names = named(&role.name, width);
            let mut text_y = match width {
                Width::Wide => {
                    y + CELL / 2 - TEXT_LINE * (i32::try_from(names.len()).unwrap_or(1) - 1) / 2
                }
                Width::Narrow => y + TEXT_LINE / 2,
            };
            for name in names {
                canvas.text(&name, (0, text_y), Anchor::Start, INK, false);
                text_y += TEXT_LINE;
            }
            let next = y + row_height(&role.name, width);
            for (column, region) in (0..).zip(shown) {
                let count = region.roles.get(n).copied().unwrap_or(0);
                let share = ratio(count, in_scope(region));
                let (fill, text) = Paint::class(class(share));
                let (x, top) = (left(width) + column * step, next - CELL);
                canvas.rectangle((x, top), (step - 2, CELL - 2), fill);
                let at = (x + (step - 2) / 2, top + (CELL - 2) / 2);
                let value = if count > 0 { number::percent(share) } else { "0".to_owned() };
                canvas.text(&value, at, Anchor::Middle, text, false);
            }
            y = next;
        }
    };
    let drawn = chart(label, height, draw);
    let percent = |share: f64| number::whole(share * 100.0);
    let meaning = |n: usize| match (n.checked_sub(1).map(|n| BOUNDS[n]), BOUNDS.get(n)) {
        (None, Some(high)) => format!("up to {} %", percent(*high)),
        (Some(low), Some(high)) => format!("{}–{} %", percent(low), percent(*high)),
        (low, None) => format!("over {} %", percent(low.unwrap_or(0.0))),
    };
    html! {
        figure {
            figcaption {
                "Of the postings with a role in a region, so many are of this role. As tagged, not corrected."
                @if regions.len() > SHOWN.1 { " The table has all regions and countries." }
            }
            (drawn)
            (key((0..=BOUNDS.len()).map(|n| (n + 1, meaning(n)))))
            (table(overview, &regions))
        }
    }
}

fn table(overview: &Overview, regions: &[&Cell]) -> Markup {
    let mut columns = vec!["role".to_owned()];
    columns.extend(regions.iter().map(|region| region.name.clone()));
    let mut rows = vec![row("all rows", regions.iter().map(|region| region.all))];
    rows.push(row("with a role", regions.iter().map(|region| in_scope(region))));
    rows.extend(overview.roles.iter().enumerate().map(|(n, role)| {
        row(&role.name, regions.iter().map(|region| region.roles.get(n).copied().unwrap_or(0)))
    }));
    Table { caption: "Counts by role and region".to_owned(), columns, rows }.behind()
}

fn row(name: &str, counts: impl Iterator<Item = u64>) -> Vec<Value> {
    std::iter::once(Value::text(name)).chain(counts.map(Value::count)).collect()
}
