//! Counts as a table for people.

use std::io::Write;

use rolecall::text::printable;
use rolecall_demand::{DemandRow, DemandTable, Unit};

use super::style::{BAR, STRONG, bar};

/// Characters of a key that are shown.
const MAX_KEY: usize = 40;

pub(super) fn show(out: &mut impl Write, table: &DemandTable) -> anyhow::Result<()> {
    let key = |text: &str| -> String {
        let plain = printable(text);
        match plain.chars().count() > MAX_KEY {
            true => plain.chars().take(MAX_KEY - 1).chain(['…']).collect(),
            false => plain.into_owned(),
        }
    };
    let width = |n: usize| {
        let cells = table.rows.iter().map(|row| key(&row.keys[n]).chars().count());
        cells.chain([key(&table.keys[n]).chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..table.keys.len()).map(width).collect();
    let has = |what: &dyn Fn(&DemandRow) -> bool| table.rows.iter().any(what);
    let (ads, employers) =
        (has(&|row| row.counts.ads.is_some()), has(&|row| row.counts.employers.is_some()));
    let (corrected, growth) =
        (has(&|row| row.corrected.is_some()), has(&|row| row.growth.is_some()));
    let salary = has(&|row| row.counts.salary.is_some());
    let mut line = String::new();
    for (name, width) in table.keys.iter().zip(&widths) {
        line += &format!("{:<width$}  ", key(name));
    }
    line += &format!("{:>9}", "postings");
    let heads = [
        (ads, "ads", 9),
        (employers, "employers", 9),
        (true, "share", 6),
        (corrected, "corrected", 9),
        (corrected, "95 % interval", 17),
        (growth, "growth", 7),
        (salary, "median salary", 15),
    ];
    for (_, name, width) in heads.iter().filter(|(shown, ..)| *shown) {
        line += &format!("  {name:>width$}");
    }
    writeln!(out, "{STRONG}{}{STRONG:#}", line.trim_end())?;
    let most = table.rows.iter().filter_map(|row| row.share_of_scope).fold(0.0, f64::max);
    for row in &table.rows {
        let mut line = String::new();
        for (cell, width) in row.keys.iter().zip(&widths) {
            line += &format!("{:<width$}  ", key(cell));
        }
        line += &format!("{:>9}", row.counts.postings);
        let count = |count: Option<u64>| count.map_or(String::new(), |count| count.to_string());
        let share =
            row.share_of_scope.map_or(String::new(), |share| format!("{:.1} %", share * 100.0));
        let interval = row.corrected;
        let pay = row.counts.salary.as_ref();
        let cells = [
            (ads, count(row.counts.ads), 9),
            (employers, count(row.counts.employers), 9),
            (true, share, 6),
            (corrected, interval.map_or(String::new(), |c| format!("{:.0}", c.value)), 9),
            (
                corrected,
                interval.map_or(String::new(), |c| format!("{:.0} to {:.0}", c.low, c.high)),
                17,
            ),
            (
                growth,
                row.growth.map_or(String::new(), |growth| format!("{:+.0} %", growth * 100.0)),
                7,
            ),
            (
                salary,
                pay.map_or(String::new(), |pay| format!("{:.0} {}", pay.median, pay.currency)),
                15,
            ),
        ];
        for (_, cell, width) in cells.iter().filter(|(shown, ..)| *shown) {
            line += &format!("  {cell:>width$}");
        }
        let share = row.share_of_scope.unwrap_or(0.0) / most.max(f64::MIN_POSITIVE);
        writeln!(out, "{line}  {BAR}{}{BAR:#}", bar(share, 20))?;
    }
    if table.unit == Unit::Ads {
        writeln!(
            out,
            "\nShares and corrected counts are of ads: postings of the same ad count once."
        )?;
    }
    Ok(())
}
