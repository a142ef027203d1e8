//! How the figures came about, what they assume, and what is needed to make them again.

use maud::{Markup, html};

use super::table::{Table, Value};
use super::{NAME, number, plain};
use crate::overview::{Overview, Unit};

/// What holds of every count.
const ALWAYS: [&str; 4] = [
    "A posting is not a vacancy: one ad may be for ten people or for none yet, and many jobs are never advertised. \
     Counts measure what employers advertise where the file was collected.",
    "An ad is what several postings repeat, in the same words or nearly. An employer is counted once for all \
     spellings that differ in case, punctuation or legal form.",
    "The correction assumes that the postings of this file differ from the labelled ones in their mix and else no \
     more than boards and employers among the labelled ones differ from each other. A labelled sample of this file \
     (`rolecall audit`) needs no such assumption.",
    "Counts by month, state, region and employer are as tagged; they are not corrected.",
];

/// Says how counts are corrected, and shows them beside those as tagged.
pub(super) fn method(overview: &Overview) -> Markup {
    html! {
        ul {
            @for sentence in ALWAYS.iter().copied().chain(overview.assumptions.iter().map(String::as_str)) {
                li { (plain(sentence, usize::MAX)) }
            }
        }
        @if let Some(evidence) = &overview.evidence {
            p {
                "How often the classifier errs is known from " (number::count(evidence.postings))
                " labelled postings, " (number::count(evidence.in_scope)) " of them with a role ("
                bdi { (plain(&evidence.source, NAME)) } "). The shares of the roles are those whose expected answers are nearest "
                "to those found: the adjusted count by constrained least squares (Forman 2008; Firat 2016). Intervals "
                "hold 95 % of draws of the classifier's errors, which differ by board and employer, and of the file: the "
                "fewer employers and boards it has, the wider they are."
            }
        }
        @if !overview.methods.is_empty() { (methods(overview).show()) }
    }
}

fn methods(overview: &Overview) -> Table {
    let mut columns = vec!["role".to_owned()];
    for method in &overview.methods {
        columns.push(method.name.clone());
        columns.push("95 % interval".to_owned());
    }
    let cells = |interval: &rolecall_evaluation::Interval| {
        [Value::whole(interval.value), Value::Number(interval.low, number::ends(interval))]
    };
    let roles = overview.roles.iter().enumerate().map(|(n, role)| {
        let of_role = overview.methods.iter().filter_map(|method| method.roles.get(n));
        std::iter::once(Value::text(&role.name)).chain(of_role.flat_map(cells)).collect()
    });
    let all = overview.methods.iter().flat_map(|method| cells(&method.in_scope));
    let all = std::iter::once(Value::text("All roles")).chain(all).collect();
    let unit = match overview.unit {
        Unit::Postings => "postings",
        Unit::Ads => "ads",
    };
    Table {
        caption: format!("Number of {unit} by method of correction"),
        columns,
        rows: roles.chain([all]).collect(),
    }
}

/// Shows what was read and by what.
pub(super) fn manifest(overview: &Overview) -> Markup {
    let inputs = overview.inputs.iter().map(|input| {
        vec![Value::Input(input.name.clone()), Value::count(input.rows), Value::text(&input.sha256)]
    });
    html! {
        dl {
            @for (name, value) in &overview.manifest {
                dt { (plain(name, NAME)) }
                dd { (plain(value, NAME)) }
            }
        }
        (Table::new("What was read", &["file", "rows", "SHA-256"], inputs.collect()).show())
    }
}
