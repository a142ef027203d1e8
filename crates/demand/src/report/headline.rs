//! What a reader wants to know first, and the roles.

use maud::{Markup, html};

use super::bars::{Bar, Line, bars};
use super::paint::Paint;
use super::table::{Table, Value};
use super::{heat, number};
use crate::overview::{Group, Overview, Unit};

/// The name of what counts.
pub(super) fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Postings => "postings",
        Unit::Ads => "ads",
    }
}

/// Shows the totals.
pub(super) fn headline(overview: &Overview) -> Markup {
    let Overview { all, in_scope, .. } = overview;
    let total = number::of_unit(all, overview.unit);
    let raw = number::of_unit(&in_scope.counts, overview.unit);
    let unit = unit(overview.unit);
    html! {
        dl.headline {
            @match &in_scope.corrected {
                Some(corrected) => {
                    (figure(
                        &format!("{unit} for these roles, corrected"),
                        &number::whole(corrected.value),
                        &format!("95 % interval {}; {} tagged", number::ends(corrected), number::count(raw)),
                    ))
                    @if total > 0 {
                        (share(corrected, total))
                    }
                }
                None => {
                    (figure(&format!("{unit} for these roles"), &number::count(raw), "as tagged, not corrected"))
                    (figure(&format!("of all {unit}"), &number::percent(heat::ratio(raw, total)), ""))
                }
            }
            (figure("postings read", &number::count(all.postings), &distinct(overview)))
            @if let Some(employers) = in_scope.counts.employers {
                (figure("employers that look for them", &number::count(employers), ""))
            }
            @if let Some(salary) = &in_scope.counts.salary {
                (figure(
                    "median pay for a year",
                    &number::thousands(salary.median, &salary.currency),
                    &format!("of {} that state it", number::count(salary.postings)),
                ))
            }
            @if let Some(duration) = &in_scope.counts.duration {
                (figure(
                    "days an ad is up, median",
                    &number::whole(duration.median_days),
                    &format!("of {} with both dates", number::count(duration.ads)),
                ))
            }
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn share(corrected: &rolecall_evaluation::Interval, total: u64) -> Markup {
    let of = |value: f64| number::percent((value / total as f64).clamp(0.0, 1.0));
    figure(
        "of all that was read",
        &of(corrected.value),
        &format!("95 % interval {}–{}", of(corrected.low), of(corrected.high)),
    )
}

fn distinct(overview: &Overview) -> String {
    match overview.all.ads {
        Some(ads) => format!("{} distinct ads", number::count(ads)),
        None => "not known which repeat an ad".to_owned(),
    }
}

fn figure(name: &str, value: &str, note: &str) -> Markup {
    html! { div { dt { (name) } dd.value { (value) } @if !note.is_empty() { dd.note { (note) } } } }
}

/// Shows the roles by tier.
pub(super) fn roles(overview: &Overview) -> Markup {
    let unit = overview.unit;
    let mut lines = Vec::new();
    for (n, tier) in overview.tiers.iter().enumerate() {
        lines.push(Line::Heading(format!(
            "{}: {}",
            tier.name,
            number::corrected(&tier.group, unit)
        )));
        let of_tier = overview.roles.iter().filter(|role| role.tier == n);
        lines.extend(of_tier.map(|role| Line::Bar(bar(&role.name, &role.group, unit, n))));
    }
    let label = format!("Bars: {} by role and tier, with 95 % intervals", self::unit(unit));
    let has_correction = overview.roles.iter().any(|role| role.group.corrected.is_some());
    html! {
        figure {
            figcaption {
                @if has_correction {
                    "Bars are corrected for the classifier's errors, with 95 % intervals; rings are the counts as tagged. "
                    "Roles without an interval have too few labelled postings to be corrected."
                } @else { "Counts as tagged, not corrected." }
            }
            (bars(&label, &lines))
            (table(overview).behind())
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn bar(name: &str, group: &Group, unit: Unit, tier: usize) -> Bar {
    let raw = number::of_unit(&group.counts, unit) as f64;
    let corrected = group.corrected.as_ref();
    Bar {
        name: name.to_owned(),
        shown: number::corrected(group, unit),
        value: corrected.map_or(raw, |corrected| corrected.value),
        interval: corrected.map(|corrected| (corrected.low, corrected.high)),
        mark: corrected.map(|_| raw),
        paint: Paint::tier(tier),
    }
}

fn table(overview: &Overview) -> Table {
    let row = |name: &str, tier: &str, group: &Group, growths: [Option<f64>; 2]| {
        let Group { counts, share_of_all, share_of_scope, corrected } = group;
        let mut row = vec![Value::text(name), Value::text(tier), Value::count(counts.postings)];
        row.extend([Value::maybe_count(counts.ads), Value::maybe_count(counts.employers)]);
        row.extend([Value::percent(*share_of_all), Value::percent(*share_of_scope)]);
        row.extend(match corrected {
            Some(corrected) => [corrected.value, corrected.low, corrected.high].map(Value::whole),
            None => [const { Value::Nothing }; 3],
        });
        row.extend(growths.map(|growth| match growth {
            Some(growth) => Value::Number(growth, number::growth(growth)),
            None => Value::Nothing,
        }));
        row.push(match &counts.duration {
            Some(duration) => Value::whole(duration.median_days),
            None => Value::Nothing,
        });
        row
    };
    let tier = |n: usize| overview.tiers.get(n).map_or("", |tier| &tier.id);
    let mut rows: Vec<_> = overview
        .roles
        .iter()
        .map(|role| {
            let growths = [role.growth_month, role.growth_year];
            row(&role.name, tier(role.tier), &role.group, growths)
        })
        .collect();
    rows.extend(
        overview.tiers.iter().map(|tier| row(&tier.name, &tier.id, &tier.group, [None; 2])),
    );
    rows.push(row("All roles", "", &overview.in_scope, [None; 2]));
    let columns = [
        "role",
        "tier",
        "postings",
        "ads",
        "employers",
        "share of all",
        "share of these roles",
        "corrected",
        "low",
        "high",
        "growth, month",
        "growth, year",
        "days up",
    ];
    Table::new("Counts by role and tier", &columns, rows)
}
