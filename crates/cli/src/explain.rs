//! Says why: which terms decided between the two closest roles, and what opened or shut the gates.

use std::borrow::Cow;
use std::io::{self, Write};

use rolecall::classify::{Explanation, GateEvidence};
use rolecall::score::Contribution;
use serde_json::{Value, json};

use super::style::{FAINT, STRONG, rounded};

/// Terms that a table shows; the others are summed in one line.
const SHOWN: usize = 15;

/// Takes the sign off what rounds to nothing.
fn tidy(number: f32) -> f32 {
    if number.abs() < 0.005 { 0.0 } else { number }
}

/// Prints two tables, whose columns add up to what stands at their end.
pub(super) fn show(out: &mut impl Write, explained: &Explanation<'_, '_>) -> io::Result<()> {
    show_roles(out, explained)?;
    for gate in explained.gates() {
        writeln!(out)?;
        show_gate(out, &gate)?;
    }
    Ok(())
}

fn show_roles(out: &mut impl Write, explained: &Explanation<'_, '_>) -> io::Result<()> {
    let tag = &explained.tag;
    let (Some(closest), Some(second)) = (tag.closest(), tag.second()) else { return Ok(()) };
    let (first_id, second_id) = (&closest.role.id, &second.role.id);
    writeln!(out, "{STRONG}Why {first_id} and not {second_id}{STRONG:#}, in points")?;
    writeln!(
        out,
        "{FAINT}{:<26} {:>5} {:>5} {:>9} {:>9} {:>10}{FAINT:#}",
        "term", "title", "body", "closest", "runner-up", "difference"
    )?;
    let (of_first, of_second) =
        (explained.evidence(closest, usize::MAX), explained.evidence(second, usize::MAX));
    let total = |terms: &[Contribution<'_>], term: &str| {
        terms.iter().find(|other| other.term == term).map_or(0.0, Contribution::total)
    };
    let decisive = explained.decisive(closest, second);
    let (shown, rest) = decisive.split_at(decisive.len().min(SHOWN));
    for term in shown {
        writeln!(
            out,
            "{:<26} {:>5} {:>5} {:>9.2} {:>9.2} {:>+10.2}",
            term.term,
            term.title_frequency,
            term.body_frequency,
            tidy(total(&of_first, term.term)),
            tidy(total(&of_second, term.term)),
            tidy(term.total()),
        )?;
    }
    let mut line = |name: &str, first: f32, second: f32| {
        let [first, second, difference] = [first, second, first - second].map(tidy);
        writeln!(out, "{name:<38} {first:>9.2} {second:>9.2} {difference:>+10.2}")
    };
    if !rest.is_empty() {
        let name = format!("{} other terms", rest.len());
        let sum =
            |terms: &[Contribution<'_>]| rest.iter().map(|term| total(terms, term.term)).sum();
        line(&name, sum(&of_first), sum(&of_second))?;
    }
    #[allow(clippy::cast_possible_truncation, reason = "shown with two digits")]
    let [first, second_offset] = [closest, second].map(|role| explained.offset(role) as f32);
    line("before anything is read", first, second_offset)?;
    line("score", closest.score, second.score)
}

fn show_gate(out: &mut impl Write, gate: &GateEvidence<'_>) -> io::Result<()> {
    let GateEvidence { name, probability, log_odds, lines, terms, of_title_alone } = gate;
    let of = if *of_title_alone { " by the title alone" } else { "" };
    writeln!(out, "{STRONG}Why scope: {name}{of} {probability:.2}{STRONG:#}, in log-odds")?;
    let (shown, rest) = terms.split_at(terms.len().min(SHOWN));
    for term in shown {
        let name = match term.employer {
            0.0 => Cow::Borrowed(term.term),
            _ => Cow::Owned(format!("{} (employer)", term.term)),
        };
        writeln!(
            out,
            "{:<26} {:>5} {:>5} {:>+9.2}",
            name,
            term.title_frequency,
            term.body_frequency,
            tidy(term.total())
        )?;
    }
    if !rest.is_empty() {
        let name = format!("{} other terms", rest.len());
        let sum: f32 = rest.iter().map(Contribution::total).sum();
        writeln!(out, "{name:<38} {sum:>+9.2}")?;
    }
    for line in lines.iter().filter(|line| line.log_odds != 0.0) {
        writeln!(out, "{:<38} {:>+9.2}", line.name, line.log_odds)?;
    }
    writeln!(out, "{:<38} {log_odds:>+9.2}", "log-odds")
}

/// Returns the same as JSON, with every term.
pub(super) fn object(explained: &Explanation<'_, '_>) -> Value {
    let tag = &explained.tag;
    let decisive = match (tag.closest(), tag.second()) {
        (Some(closest), Some(second)) => json!({
            "closest_offset": rounded(explained.offset(closest), 4),
            "second_offset": rounded(explained.offset(second), 4),
            "terms": terms(&explained.decisive(closest, second)),
        }),
        _ => Value::Null,
    };
    let gates: Vec<_> = explained
        .gates()
        .iter()
        .map(|gate| {
            let lines: Vec<_> = gate
                .lines
                .iter()
                .map(|line| json!({ "name": line.name, "log_odds": rounded(line.log_odds, 4) }))
                .collect();
            json!({
                "name": gate.name,
                "of_title_alone": gate.of_title_alone,
                "probability": rounded(gate.probability, 4),
                "log_odds": rounded(gate.log_odds, 4),
                "lines": lines,
                "terms": terms(&gate.terms),
            })
        })
        .collect();
    json!({ "closest_against_second": decisive, "gates": gates })
}

/// Returns terms with what they contributed.
pub(super) fn terms(terms: &[Contribution<'_>]) -> Vec<Value> {
    terms
        .iter()
        .map(|term| {
            json!({
                "term": term.term,
                "contribution": rounded(term.total().into(), 4),
                "from_title": rounded(term.title.into(), 4),
                "from_body": rounded(term.body.into(), 4),
                "from_employer": rounded(term.employer.into(), 4),
                "title_frequency": term.title_frequency,
                "body_frequency": term.body_frequency,
            })
        })
        .collect()
}
