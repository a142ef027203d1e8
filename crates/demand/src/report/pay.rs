//! What roles are paid: the middle half, with the median.

use maud::{Markup, html};

use super::canvas::{Anchor, Canvas, LETTER, Width, chart, lines, ticks};
use super::number;
use super::paint::{FAINT, GRID, INK, Paint, WHISKER};
use super::table::{Table, Value};
use crate::overview::{Overview, Role, Salary};

/// With fewer rows a quartile says little; the table has them.
const FEWEST: u64 = 5;

const TEXT_LINE: i32 = 17;
const THICK: i32 = 14;
const GAP: i32 = 12;
const AXIS: i32 = 26;

/// Shows the pay of roles, of rows that state it.
pub(super) fn section(overview: &Overview) -> Markup {
    let paid: Vec<_> = overview
        .roles
        .iter()
        .filter_map(|role| Some((role, role.group.counts.salary.as_ref()?)))
        .collect();
    let Some(common) = overview.in_scope.counts.salary.as_ref() else {
        return html! { p { "No posting with a role states its pay in a column that could be read." } };
    };
    let drawn: Vec<_> = paid
        .iter()
        .copied()
        .filter(|(_, salary)| salary.currency == common.currency && salary.postings >= FEWEST)
        .collect();
    let table = table(&paid);
    html! {
        figure {
            figcaption {
                "For a year, in " (currency(&common.currency)) ": from the lower to the upper quartile, with the median. "
                (number::count(common.postings)) " of " (number::count(overview.in_scope.counts.postings))
                " postings with a role state it so. Roles with fewer than " (FEWEST)
                " such postings, or mostly another currency, are only in the table."
            }
            @if !drawn.is_empty() { (ranges(&drawn, &common.currency)) }
            (table.behind())
        }
    }
}

fn currency(code: &str) -> &str {
    if code == "XXX" { "a currency that is not stated" } else { code }
}

fn ranges(paid: &[(&Role, &Salary)], currency: &str) -> Markup {
    let most = paid.iter().map(|(_, salary)| salary.upper_quartile).fold(0.0, f64::max);
    let laid = |name: &str, width: Width| {
        lines(name, usize::try_from(width.pixels() / LETTER).unwrap_or(1))
    };
    let height = |role: &Role, width: Width| {
        TEXT_LINE * (i32::try_from(laid(&role.name, width).len()).unwrap_or(1) + 1) + THICK + GAP
    };
    let bottom = |width| paid.iter().map(|(role, _)| height(role, width)).sum::<i32>();
    let draw = |canvas: &mut Canvas, width: Width| {
        let place = super::bars::scale(most, width);
        let bottom = bottom(width);
        for tick in ticks(most) {
            let x = place(tick);
            canvas.line(&[(x, 0), (x, bottom)], 1, GRID);
            let anchor = if x == 0 { Anchor::Start } else { Anchor::Middle };
            let shown = number::thousands(tick, currency);
            canvas.text(&shown, (x, bottom + AXIS / 2), anchor, FAINT, false);
        }
        let mut top = 0;
        for (role, salary) in paid {
            let mut y = top + TEXT_LINE / 2;
            for text in laid(&role.name, width) {
                canvas.text(&text, (0, y), Anchor::Start, INK, false);
                y += TEXT_LINE;
            }
            let shown =
                format!("{}, {} postings", number::pay(salary), number::count(salary.postings));
            canvas.text(&shown, (0, y), Anchor::Start, FAINT, false);
            y += TEXT_LINE / 2;
            let (low, high) = (place(salary.lower_quartile), place(salary.upper_quartile));
            canvas.rectangle((low, y), ((high - low).max(2), THICK), Paint::tier(role.tier));
            let median = place(salary.median);
            canvas.line(&[(median, y - 2), (median, y + THICK + 2)], 3, WHISKER);
            top += height(role, width);
        }
    };
    chart(
        "Bars from the lower to the upper quartile of pay for a year by role, with the median",
        |width| bottom(width) + AXIS,
        draw,
    )
}

fn table(paid: &[(&Role, &Salary)]) -> Table {
    let rows = paid.iter().map(|(role, salary)| {
        let amount = |amount: f64| Value::Number(amount, number::money(amount, &salary.currency));
        vec![
            Value::text(&role.name),
            Value::text(currency(&salary.currency)),
            amount(salary.lower_quartile),
            amount(salary.median),
            amount(salary.upper_quartile),
            Value::count(salary.postings),
            Value::percent(super::heat::ratio(salary.postings, role.group.counts.postings)),
        ]
    });
    let columns =
        ["role", "currency", "lower quartile", "median", "upper quartile", "postings", "coverage"];
    Table::new("Pay for a year by role", &columns, rows.collect())
}
