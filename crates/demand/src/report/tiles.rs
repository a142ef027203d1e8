//! The US states as equal tiles, shaded by what they count.

use maud::{Markup, html};

use super::canvas::{Anchor, Canvas, Width, chart};
use super::number;
use super::number::in_scope;
use super::paint::{Paint, STEPS};
use super::table::{Table, Value};
use crate::overview::Overview;

/// Where each state stands: rows of codes, `..` where there is none.
const TILES: &str = include_str!("../../corpus/us_tiles.txt");

/// Columns of the map.
const COLUMNS: i32 = 11;

/// Returns the states with column and row.
fn tiles() -> impl Iterator<Item = (&'static str, i32, i32)> {
    let rows = TILES.lines().filter(|line| !line.starts_with('#'));
    (0..).zip(rows).flat_map(|(row, line)| {
        (0..).zip(line.split_whitespace()).map(move |(column, code)| (code, column, row))
    })
}

fn code_tiles() -> impl Iterator<Item = (&'static str, i32, i32)> {
    tiles().filter(|(code, ..)| *code != "..")
}

fn rows() -> i32 {
    tiles().map(|(_, _, row)| row + 1).max().unwrap_or(0)
}

/// Returns the class of a count, 0 to [`STEPS`]: classes get wider by the same factor, so that the states
/// with few can be told apart as well as those with many.
pub(super) fn class(count: f64, most: f64) -> usize {
    if count <= 0.0 || most <= 0.0 {
        return 0;
    }
    let bounds = bounds(most);
    1 + bounds.iter().filter(|&&bound| count > bound).count()
}

/// Returns the upper bounds of all classes but the last.
fn bounds(most: f64) -> Vec<f64> {
    let factor = most.max(1.0).powf(1.0 / STEPS as f64).max(1.0);
    let bound = |n: usize| (0..n).fold(1.0, |bound, _| bound * factor);
    (1..STEPS).map(bound).map(f64::round).collect()
}

/// Shows counts by state; nothing if no posting with a role is in one.
pub(super) fn section(overview: &Overview) -> Markup {
    let counted = || overview.states.iter().filter(|state| in_scope(state) > 0);
    if counted().next().is_none() {
        return html! { p { "No posting with a role has a place that was read as a US state." } };
    }
    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let shaded = |count: u64| count as f64;
    let most = counted().map(in_scope).max().map_or(0.0, shaded);
    let count =
        |code: &str| overview.states.iter().find(|state| state.key == code).map_or(0, in_scope);
    let draw = |canvas: &mut Canvas, width: Width| {
        let step = width.pixels() / COLUMNS;
        for (code, column, row) in code_tiles() {
            let (x, y) = (column * step, row * step);
            let count = count(code);
            let (fill, text) = Paint::class(class(shaded(count), most));
            canvas.rectangle((x, y), (step - 2, step - 2), fill);
            let middle = x + (step - 2) / 2;
            let (upper, lower) = match width {
                Width::Wide => (y + step / 3, y + step * 2 / 3),
                Width::Narrow => (y + step / 2, y),
            };
            canvas.text(code, (middle, upper), Anchor::Middle, text, width == Width::Wide);
            if width == Width::Wide {
                canvas.text(&number::count(count), (middle, lower), Anchor::Middle, text, false);
            }
        }
    };
    let label = "Map of tiles: postings with a role by US state, darker where there are more";
    let drawn = chart(label, |width| width.pixels() / COLUMNS * rows(), draw);
    let table = table(overview);
    let classes = (0..STEPS).map(|n| {
        let bounds = bounds(most);
        let low = n.checked_sub(1).and_then(|n| bounds.get(n)).map_or(1.0, |bound| bound + 1.0);
        let high = bounds.get(n).copied().unwrap_or(most);
        (n + 1, low, high)
    });
    let classes: Vec<_> = classes.filter(|(_, low, high)| low <= high).collect();
    html! {
        figure {
            figcaption {
                "Counts as tagged, not corrected. Each state is a tile of the same size."
            }
            (drawn)
            (super::heat::key(classes.iter().map(|&(class, low, high)| {
                let (low, high) = (number::whole(low), number::whole(high));
                (class, if low == high { low } else { format!("{low}–{high}") })
            })))
            (table.behind())
        }
    }
}

fn table(overview: &Overview) -> Table {
    let mut columns: Vec<_> =
        ["state", "code", "all rows", "with a role", "share"].map(str::to_owned).into();
    columns.extend(overview.roles.iter().map(|role| role.name.clone()));
    let rows = overview.states.iter().map(|state| {
        let (all, inside) = (state.all, in_scope(state));
        let share = match all {
            0 => Value::Nothing,
            _ => Value::percent(super::heat::ratio(inside, all)),
        };
        let mut row = vec![Value::text(&state.name), Value::text(&state.key)];
        row.extend([Value::count(all), Value::count(inside), share]);
        row.extend(state.roles.iter().map(|&count| Value::count(count)));
        row
    });
    Table { caption: "Counts by US state and role".to_owned(), columns, rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use rolecall_fields::FieldReaders;

    #[test]
    fn every_state_has_its_own_tile() {
        let codes: BTreeSet<_> = code_tiles().map(|(code, ..)| code).collect();
        assert_eq!((codes.len(), code_tiles().count(), rows()), (51, 51, 8));
        let readers = FieldReaders::embedded().unwrap();
        for state in readers.place.states().iter().filter(|state| state.region.is_some()) {
            assert!(codes.contains(state.code), "{state:?}");
        }
        assert!(tiles().all(|(_, column, _)| column < COLUMNS));
    }

    #[test]
    fn classes_go_from_one_to_the_most() {
        for most in [1.0, 2.0, 3.0, 7.0, 120.0, 1e6] {
            assert_eq!(class(0.0, most), 0);
            assert_eq!(class(1.0, most), 1, "{most}");
            if most > 30.0 {
                assert_eq!(class(most, most), STEPS, "{most}");
            }
        }
        assert_eq!(class(1.0, 0.0), 0);
    }
}
