//! From labels to counts.

use std::collections::BTreeMap;
use std::path::Path;

use rolecall::taxonomy::Taxonomy;
use rolecall_evaluation::Interval;
use serde::Serialize;

use super::design::{Design, targets};
use super::error::AuditError;
use super::prediction_powered::{Precision, SampledStratum, precision, slope};
use super::sheet::Labels;
use crate::Unit;

/// The counts of a sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimates {
    /// The program that drew the sample.
    pub program: String,
    /// Fingerprint of the corpus that the predictions are by.
    pub corpus: String,
    /// What the draw started from.
    pub seed: u64,
    /// Names and SHA-256 of the inputs.
    pub inputs: Vec<(String, String)>,
    /// What is counted.
    pub unit: Unit,
    /// What was drawn from, by the unit.
    pub postings: u64,
    /// Rows that were drawn.
    pub drawn: usize,
    /// Rows that are labelled.
    pub labelled: usize,
    /// Each role, each tier and all roles.
    pub counts: Vec<Estimate>,
    /// Parts of the inputs where no label is a role.
    pub unseen: Vec<Unseen>,
}

/// A count.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// The id of the role or tier, or `all`.
    pub id: String,
    /// The name, for people.
    pub name: String,
    /// How many the classifier tagged.
    pub tagged: u64,
    /// How many of the labelled postings hire for it.
    pub labelled: u64,
    /// The prediction-powered count with its 95 % interval.
    pub count: Interval,
    /// The same of the labels alone.
    pub labels_alone: Interval,
    /// How far the predictions were trusted: 0 is not at all, 1 as they are.
    pub slope: f64,
    /// Labels that would halve the interval beside those that are there, shared as they are; nothing if
    /// there is no interval to halve.
    pub more_labels: Option<u64>,
}

/// A part of the inputs where no label is a role, which does not show that it has none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unseen {
    /// In words.
    pub stratum: String,
    /// Its postings.
    pub postings: u64,
    /// How many of them are labelled.
    pub labelled: usize,
    /// How many may hire for a role still, with 95 % confidence: the rule of three (Hanley and
    /// Lippman-Hand 1983).
    pub at_most: u64,
}

/// Estimates counts from the labels of a sample. They hold whatever errors the classifier makes, as the
/// labels are of the inputs themselves; they do not hold for errors of the labels. The paths of sheet and
/// design are for errors.
///
/// # Errors
///
/// Returns an error if the design is of another taxonomy, a label is of no row that was drawn, or a
/// stratum has fewer than 2 labels.
pub fn estimate(
    (sheet, design_file): (&Path, &Path),
    design: &Design,
    labels: &Labels,
    taxonomy: &Taxonomy,
) -> Result<Estimates, AuditError> {
    let targets = targets(taxonomy);
    let places = check((sheet, design_file), design, labels, taxonomy)?;
    let all: u64 = design.strata.iter().map(|stratum| stratum.postings).sum();
    let mut counts = Vec::new();
    let mut unseen = Vec::new();
    for (n, target) in targets.into_iter().enumerate() {
        let mut strata: Vec<SampledStratum> = design
            .strata
            .iter()
            .map(|stratum| SampledStratum {
                postings: stratum.postings,
                sum: stratum.sums[n],
                squares: stratum.squares[n],
                labelled: Vec::new(),
            })
            .collect();
        let mut found = 0;
        for (id, label) in labels {
            let Some(row) = places.get(id.as_str()).and_then(|&place| design.drawn.get(place))
            else {
                continue;
            };
            let hit = label.is_some_and(|role| target.roles.contains(&role));
            found += u64::from(hit);
            strata[row.stratum].labelled.push((f64::from(u8::from(hit)), row.predictions[n]));
        }
        let tagged = design
            .strata
            .iter()
            .filter(|stratum| stratum.role.is_some_and(|role| target.roles.contains(&role)))
            .map(|stratum| stratum.postings)
            .sum();
        let slope = slope(&strata);
        let tuned = precision(&strata, slope);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most all")]
        let more_labels = tuned.more_to_halve().map(|more| more as u64);
        if target.id == "all" {
            unseen = unseen_of(design, &strata);
        }
        counts.push(Estimate {
            id: target.id,
            name: target.name,
            tagged,
            labelled: found,
            count: interval(&tuned, all, found),
            labels_alone: interval(&precision(&strata, 0.0), all, found),
            slope,
            more_labels,
        });
    }
    Ok(Estimates {
        program: design.program.clone(),
        corpus: design.corpus.clone(),
        seed: design.seed,
        inputs: design.inputs.clone(),
        unit: design.unit,
        postings: all,
        drawn: design.drawn.len(),
        labelled: labels.len(),
        counts,
        unseen,
    })
}

/// Returns a count with its interval, within what is possible: at least those that were seen, at most all.
fn interval(precision: &Precision, all: u64, seen: u64) -> Interval {
    let all = all as f64;
    let possible = |mean: f64| (mean * all).clamp(seen as f64, all);
    let (low, high) = precision.score_interval();
    Interval { value: possible(precision.mean), low: possible(low), high: possible(high) }
}

fn unseen_of(design: &Design, strata: &[SampledStratum]) -> Vec<Unseen> {
    let unseen = |(stratum, sampled): (&super::Stratum, &SampledStratum)| {
        let labelled = sampled.labelled.len();
        let rest = stratum.postings - labelled as u64;
        let seen = sampled.labelled.iter().any(|(label, _)| *label > 0.0);
        let at_most = (3.0 / labelled as f64 * stratum.postings as f64).min(rest as f64);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most the rest"
        )]
        let at_most = at_most.ceil() as u64;
        (!seen && rest > 0).then(|| Unseen {
            stratum: stratum.name.clone(),
            postings: stratum.postings,
            labelled,
            at_most,
        })
    };
    design.strata.iter().zip(strata).filter_map(unseen).collect()
}

/// Checks that labels and design are of one another, and returns the positions of the rows by id.
fn check<'d>(
    (sheet, design_file): (&Path, &Path),
    design: &'d Design,
    labels: &Labels,
    taxonomy: &Taxonomy,
) -> Result<BTreeMap<&'d str, usize>, AuditError> {
    let wrong = |problem: String| AuditError::Design { path: design_file.to_owned(), problem };
    let expected: Vec<String> = targets(taxonomy).into_iter().map(|target| target.id).collect();
    if design.targets != expected {
        return Err(wrong("it is of another taxonomy".to_owned()));
    }
    if !design.is_whole() {
        return Err(wrong("it is not as it was written".to_owned()));
    }
    let places: BTreeMap<&str, usize> =
        design.drawn.iter().enumerate().map(|(n, row)| (row.id.as_str(), n)).collect();
    if let Some(id) = labels.keys().find(|id| !places.contains_key(id.as_str())) {
        let id: String = id.escape_debug().take(100).collect();
        return Err(wrong(format!("the row `{id}` of the sheet was not drawn")));
    }
    for (n, stratum) in design.strata.iter().enumerate() {
        let drawn = design.drawn.iter().filter(|row| row.stratum == n);
        let (done, open): (Vec<_>, Vec<_>) = drawn.partition(|row| labels.contains_key(&row.id));
        let needed = stratum.drawn.min(2);
        if done.len() < needed {
            let missing = needed - done.len();
            return Err(AuditError::Unlabelled {
                path: sheet.to_owned(),
                stratum: stratum.name.clone(),
                found: done.len(),
                drawn: stratum.drawn,
                needed,
                next: open.iter().take(missing).map(|row| format!("`{}`", row.id)).collect(),
            });
        }
    }
    Ok(places)
}
