//! Shows a report of figures.

use std::io::{self, Write};

use rolecall_evaluation::{CurvePoint, Interval, Metric, NaturalMix, Report};

use super::style::{FAINT, STRONG};

/// Recalls at which the precision-recall curve is shown.
const RECALLS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// Prints a report as tables for people.
pub(super) fn show(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let Report { postings, in_scope, .. } = report;
    writeln!(out, "{STRONG}{postings} postings, {in_scope} in scope{STRONG:#}")?;
    writeln!(out, "{FAINT}{:<36} {:>7}   95 % interval{FAINT:#}", "", "")?;
    for (metric, interval) in &report.figures {
        writeln!(out, "{:<36} {}", metric.title(), with_bounds(*interval, 3))?;
    }
    if let Some(natural) = &report.natural {
        writeln!(out)?;
        show_natural(out, natural)?;
    }
    if !report.slices.is_empty() {
        writeln!(out)?;
        show_slices(out, report)?;
    }
    writeln!(out)?;
    show_roles(out, report)?;
    writeln!(out)?;
    show_confusion(out, report)?;
    writeln!(out)?;
    show_reliability(out, report)
}

fn with_bounds(interval: Interval, digits: usize) -> String {
    let Interval { value, low, high } = interval;
    if value.is_nan() {
        return format!("{:>7}", "–");
    }
    format!("{value:>7.digits$}   {low:.digits$} – {high:.digits$}")
}

fn plain(value: f64) -> String {
    if value.is_nan() { "–".to_owned() } else { format!("{value:.3}") }
}

fn show_natural(out: &mut impl Write, natural: &NaturalMix) -> io::Result<()> {
    writeln!(
        out,
        "{STRONG}Natural mix: {} weighted rows stand for {:.0} postings, {:.1} % in scope{STRONG:#}",
        natural.rows,
        natural.stands_for,
        100.0 * natural.prevalence
    )?;
    for (name, interval, digits) in [
        ("precision", natural.precision, 3),
        ("recall", natural.recall, 3),
        ("F1", natural.f1, 3),
        ("false alarms per 1,000 postings", natural.false_alarms_per_1000, 1),
        ("expected calibration error", natural.calibration_error, 3),
    ] {
        writeln!(out, "{name:<36} {}", with_bounds(interval, digits))?;
    }
    writeln!(out, "\n{FAINT}   scope from   precision   recall   false alarms{FAINT:#}")?;
    for recall in RECALLS {
        let Some(point) = natural.curve.iter().find(|point| point.recall >= recall) else { break };
        let CurvePoint { threshold, precision, recall, false_alarms_per_1000 } = point;
        writeln!(
            out,
            "{threshold:>13.3} {precision:>11.3} {recall:>8.3} {false_alarms_per_1000:>14.1}"
        )?;
    }
    Ok(())
}

fn show_slices(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "{STRONG}{:<40} {:>8} {:>8} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}{STRONG:#}",
        "part", "postings", "in scope", "role", "tier", "AUC", "F1", "answer", "error"
    )?;
    for slice in &report.slices {
        let figure = |wanted: Metric| {
            let found = slice.figures.iter().find(|(metric, _)| *metric == wanted);
            plain(found.map_or(f64::NAN, |(_, interval)| interval.value))
        };
        let mut name: String = slice.name.chars().filter(|c| !c.is_control()).collect();
        if name.chars().count() > 40 {
            name = name.chars().take(39).chain(['…']).collect();
        }
        writeln!(
            out,
            "{name:<40} {:>8} {:>8} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}",
            slice.postings,
            slice.in_scope,
            figure(Metric::Role),
            figure(Metric::Tier),
            figure(Metric::ScopeAuc),
            figure(Metric::ScopeF1),
            figure(Metric::Answer),
            figure(Metric::CalibrationError),
        )?;
        if let Some(natural) = slice.natural.as_ref().filter(|_| report.slices.len() < 8) {
            writeln!(
                out,
                "  natural mix: precision {}; recall {}; false alarms {}",
                with_bounds(natural.precision, 3).trim_start(),
                with_bounds(natural.recall, 3).trim_start(),
                with_bounds(natural.false_alarms_per_1000, 1).trim_start(),
            )?;
        }
    }
    Ok(())
}

fn show_roles(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "{STRONG}{:<4}{:<34} {:>8} {:>8} {:>9} {:>7} {:>6}{STRONG:#}",
        "", "role", "postings", "closest", "precision", "recall", "F1"
    )?;
    for (n, role) in (1..).zip(&report.roles) {
        writeln!(
            out,
            "{n:>2}  {:<34} {:>8} {:>8} {:>9} {:>7} {:>6}",
            role.role,
            role.postings,
            plain(role.closest_right.unwrap_or(f64::NAN)),
            plain(role.precision),
            plain(role.recall),
            plain(role.f1)
        )?;
    }
    Ok(())
}

fn show_confusion(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(out, "{STRONG}label (row) and answer (column){STRONG:#}")?;
    write!(out, "    ")?;
    for n in 1..=report.confusion.len() {
        write!(out, "{n:>5}")?;
    }
    writeln!(out)?;
    for (n, row) in (1..).zip(&report.confusion) {
        write!(out, "{n:>2}  ")?;
        for count in row {
            if *count == 0 {
                write!(out, "{FAINT}    ·{FAINT:#}")?;
            } else {
                write!(out, "{count:>5}")?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn show_reliability(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "{STRONG}{:<14} {:>8} {:>12} {:>8}{STRONG:#}",
        "confidence", "answers", "mean of it", "right"
    )?;
    for bin in report.reliability.iter().filter(|bin| bin.answers > 0.0) {
        let from_to = format!("{:.1} to {:.1}", bin.from, bin.to);
        writeln!(
            out,
            "{from_to:<14} {:>8} {:>12.3} {:>8.3}",
            bin.answers, bin.confidence, bin.right
        )?;
    }
    Ok(())
}
