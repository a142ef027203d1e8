//! Who hires, and what each role's ads say most.

use maud::{Markup, html};

use super::bars::{Bar, Line, bars};
use super::paint::Paint;
use super::table::{Table, Value};
use super::{NAME, number, plain};
use crate::overview::{Overview, Role};

/// Employers that the chart shows; the table has more.
const SHOWN: usize = 15;

/// Characters of an employer's name in the chart.
const SHORT: usize = 42;

/// Shows the employers with most postings in scope.
pub(super) fn employers(overview: &Overview) -> Markup {
    let all = &overview.employers;
    if all.is_empty() {
        return html! { p { "No posting with a role names its employer." } };
    }
    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let lines: Vec<_> = all
        .iter()
        .take(SHOWN)
        .map(|employer| {
            Line::Bar(Bar {
                name: plain(&employer.name, SHORT),
                shown: number::count(employer.all),
                value: employer.all as f64,
                interval: None,
                mark: None,
                paint: Paint::tier(0),
            })
        })
        .collect();
    let drawn = bars("Bars: the employers with most postings with a role", &lines);
    let mut columns = vec!["employer".to_owned(), "all roles".to_owned()];
    columns.extend(overview.roles.iter().map(|role| role.name.clone()));
    let rows = all.iter().map(|employer| {
        let mut row = vec![Value::Input(employer.name.clone()), Value::count(employer.all)];
        row.extend(employer.roles.iter().map(|&count| Value::count(count)));
        row
    });
    let caption = "Counts by employer and role".to_owned();
    let table = Table { caption, columns, rows: rows.collect() };
    html! {
        figure {
            figcaption { "Counts as tagged, not corrected; the " (all.len()) " largest are in the table." }
            (drawn)
            (table.behind())
        }
    }
}

/// Shows the commonest titles, employers and certifications of each role.
pub(super) fn roles(overview: &Overview) -> Markup {
    let found = overview.roles.iter().filter(|role| role.group.counts.postings > 0);
    html! {
        @for role in found {
            details {
                summary { (role.name) " (" (number::corrected(&role.group, overview.unit)) ")" }
                (one(role))
            }
        }
    }
}

fn one(role: &Role) -> Markup {
    let growths = [("month before", role.growth_month), ("year before", role.growth_year)];
    html! {
        @for (against, growth) in growths {
            @if let Some(growth) = growth {
                p { "The last full month against that of the " (against) ": " (number::growth(growth)) "." }
            }
        }
        div.lists {
            (list("Job titles", &role.top_titles))
            (list("Employers", &role.top_employers))
            (list("Certifications asked for", &role.top_certifications))
        }
    }
}

fn list(name: &str, counts: &[(String, u64)]) -> Markup {
    html! {
        div {
            h3 { (name) }
            @if counts.is_empty() { p.none { "None." } }
            @else {
                ol { @for (text, count) in counts {
                    li { bdi { (plain(text, NAME)) } " " span.count { (number::count(*count)) } }
                } }
            }
        }
    }
}
