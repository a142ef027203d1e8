//! Draws the postings to label: of each stratum those with the lowest hashes.

use std::collections::{BTreeMap, BinaryHeap};
use std::io;
use std::path::Path;

use rolecall::Classifier;
use rolecall::taxonomy::Taxonomy;
use rolecall::text::strip_markup;
use rolecall_fields::{FieldReaders, GivenFields};
use rolecall_tagging::{InputOptions, InputPath, InputReport, Progress};
use rustc_hash::FxHashSet;
use twox_hash::XxHash3_64;

use super::design::{Design, DrawnPosting, Stratum, Target, targets};
use super::error::AuditError;
use crate::extracted::{AdOf, Extracted, ExtractedRow, PostingText};
use crate::run::{Projection, RowSink, open, read_input};
use crate::{DemandError, DemandOptions, SetAside, Unit};

/// How a sample is drawn.
#[derive(Debug, Clone)]
pub struct AuditOptions {
    /// Postings to label.
    pub labels: usize,
    /// The same seed draws the same postings of the same inputs.
    pub seed: u64,
    /// Threads that read: at least 1. What is drawn does not depend on it.
    pub threads: usize,
    /// What the names of the tag columns start with, such as `onc`.
    pub prefix: String,
    /// What overrides what is found out about the inputs.
    pub input: InputOptions,
}

/// A sample.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// How it was drawn.
    pub design: Design,
    /// What was read, in order.
    pub inputs: Vec<InputReport>,
    /// The first rows that could not be read.
    pub set_aside: Vec<SetAside>,
    /// The texts, in the order of the design.
    pub(super) texts: Vec<PostingText>,
}

/// Where postings without a role are parted by their scope: the higher, the likelier it is that one hires
/// for a role after all.
const BANDS: [f64; 3] = [0.02, 0.1, 0.3];

/// Labels that a stratum gets if there are enough: with fewer its variance is a guess.
const WISHED: usize = 10;

/// The variance that a stratum is thought to have at least, so that a classifier that is too sure of
/// itself is looked at too.
const LEAST_VARIANCE: f64 = 0.005;

/// Rows that were set aside and are remembered.
const REMEMBERED: usize = 1000;

/// Characters of a text that fit into a cell of a spreadsheet, which takes 32,767.
const CELL: usize = 30_000;

/// Reads inputs (rows that are not tagged are tagged on the way) and draws a stratified sample of
/// their postings: by answer, and those without a role by their scope.
///
/// Each stratum gets at least 2 labels, if there are enough 10; the others go where they lower the
/// expected variance of the counts most (Neyman 1934; in whole numbers by Wright 2012, "The
/// equivalence of Neyman optimum allocation for sampling and equal proportions"). Where the rows say
/// which ad they repeat, ads are drawn. Memory is that of `labels` texts a stratum.
///
/// # Errors
///
/// Returns an error if an input can't be read, or there are too few labels for the strata.
pub fn draw(
    classifier: &Classifier,
    inputs: &[InputPath],
    options: &AuditOptions,
    progress: &dyn Progress,
) -> Result<Drawn, AuditError> {
    let taxonomy = &classifier.corpus().taxonomy;
    let reading = DemandOptions {
        by: Vec::new(),
        report: false,
        threads: options.threads,
        prefix: options.prefix.clone(),
        dedup: None,
        input: options.input.clone(),
        fields: GivenFields::default(),
        known: None,
        seen: None,
    };
    let readers = FieldReaders::embedded().map_err(DemandError::from)?;
    let mut lots = Lots::new(taxonomy, options);
    let mut reports = Vec::new();
    for (number, InputPath { path, .. }) in (0..).zip(inputs) {
        let wanted =
            Projection { attributes: &[], texts: true, readers: &readers, certifications: None };
        let fields = &mut BTreeMap::new();
        let input = open(classifier, path, &reading).map_err(DemandError::from)?;
        let report = read_input(
            classifier,
            (number, input),
            &wanted,
            &reading,
            (&mut lots, fields),
            progress,
        )?;
        progress.done(&report);
        reports.push(report);
    }
    let names = reports.iter().map(|report| (file_name(&report.path), report.sha256.clone()));
    let design = Design {
        program: concat!("rolecall ", env!("CARGO_PKG_VERSION")).to_owned(),
        corpus: classifier.corpus().hash(),
        unit: if lots.ads.is_empty() { Unit::Postings } else { Unit::Ads },
        seed: options.seed,
        inputs: names.collect(),
        postings: lots.strata.iter().map(|stratum| stratum.postings).sum(),
        repeats: lots.repeats,
        rows_set_aside: lots.rows_set_aside,
        targets: lots.targets.iter().map(|target| target.id.clone()).collect(),
        strata: Vec::new(),
        drawn: Vec::new(),
    };
    lots.draw(design, reports, options.labels, taxonomy)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A posting that may be drawn. The lowest hashes are.
#[derive(Debug, Clone)]
struct Lot {
    hash: (u64, u64),
    predictions: Vec<f64>,
    text: PostingText,
}

impl PartialEq for Lot {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Lot {}

impl PartialOrd for Lot {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Lot {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.hash.cmp(&other.hash)
    }
}

#[derive(Debug, Clone, Default)]
struct Lottery {
    postings: u64,
    sums: Vec<f64>,
    squares: Vec<f64>,
    lots: BinaryHeap<Lot>,
}

struct Lots {
    targets: Vec<Target>,
    roles: usize,
    seed: u64,
    /// Lots that a stratum keeps.
    kept: usize,
    strata: Vec<Lottery>,
    ads: FxHashSet<u64>,
    repeats: u64,
    rows: u64,
    rows_set_aside: u64,
    set_aside: Vec<SetAside>,
}

impl Lots {
    fn new(taxonomy: &Taxonomy, options: &AuditOptions) -> Self {
        let targets = targets(taxonomy);
        let roles = taxonomy.roles.len();
        let zeros = vec![0.0; targets.len()];
        let empty = Lottery { sums: zeros.clone(), squares: zeros, ..Lottery::default() };
        Self {
            targets,
            roles,
            seed: options.seed,
            kept: options.labels,
            strata: vec![empty; roles + BANDS.len() + 1],
            ads: FxHashSet::default(),
            repeats: 0,
            rows: 0,
            rows_set_aside: 0,
            set_aside: Vec::new(),
        }
    }

    fn add_posting(&mut self, fact: &ExtractedRow, text: &PostingText) {
        let mut by_role = vec![0.0; self.roles];
        match fact.candidates {
            Some(candidates) => {
                candidates.pairs().iter().for_each(|&(role, p)| by_role[role] += p);
            }
            None if fact.class < self.roles => by_role[fact.class] = 1.0,
            None => {}
        }
        let sum = |target: &Target| target.roles.iter().map(|&role| by_role[role]).sum::<f64>();
        let predictions: Vec<f64> =
            self.targets.iter().map(|target| sum(target).clamp(0.0, 1.0)).collect();
        let scope = predictions.last().copied().unwrap_or(0.0);
        let stratum = match fact.class < self.roles {
            true => fact.class,
            false => self.roles + BANDS.iter().filter(|&&band| scope >= band).count(),
        };
        let stratum = &mut self.strata[stratum];
        stratum.postings += 1;
        for (n, p) in predictions.iter().enumerate() {
            stratum.sums[n] += p;
            stratum.squares[n] += p * p;
        }
        // The number of the row parts equal hashes.
        let hash = (XxHash3_64::oneshot_with_seed(self.seed, &self.rows.to_le_bytes()), self.rows);
        let is_in = stratum.lots.len() < self.kept
            || stratum.lots.peek().is_some_and(|last| hash < last.hash);
        if is_in {
            let text = PostingText {
                title: readable(&text.title),
                body: cut(&readable(&text.body)),
                ..text.clone()
            };
            stratum.lots.push(Lot { hash, predictions, text });
            if stratum.lots.len() > self.kept {
                stratum.lots.pop();
            }
        }
    }

    fn draw(
        self,
        mut design: Design,
        inputs: Vec<InputReport>,
        labels: usize,
        taxonomy: &Taxonomy,
    ) -> Result<Drawn, AuditError> {
        let roles = self.roles;
        let strata: Vec<(usize, Lottery)> = self
            .strata
            .into_iter()
            .enumerate()
            .filter(|(_, stratum)| stratum.postings > 0)
            .collect();
        if strata.is_empty() {
            return Err(AuditError::NoPostings);
        }
        let sizes: Vec<_> =
            strata.iter().map(|(_, s)| (s.postings, s.expected_variance(roles))).collect();
        let drawn = allocate(&sizes, labels)?;
        let mut lots = Vec::new();
        for (n, ((place, stratum), drawn)) in strata.into_iter().zip(drawn).enumerate() {
            design.strata.push(Stratum {
                name: name(taxonomy, place),
                role: (place < roles).then_some(place),
                postings: stratum.postings,
                drawn,
                sums: stratum.sums,
                squares: stratum.squares,
            });
            let sorted = stratum.lots.into_sorted_vec().into_iter().take(drawn);
            lots.extend(sorted.map(|lot| (n, lot)));
        }
        // In the order of the hashes, which says nothing about the answer.
        lots.sort_by_key(|(_, lot)| lot.hash);
        let mut texts = Vec::new();
        for (stratum, Lot { hash: (_, row), predictions, text }) in lots {
            let id = format!("p{}", row + 1);
            design.drawn.push(DrawnPosting { id, stratum, predictions });
            texts.push(text);
        }
        Ok(Drawn { design, inputs, set_aside: self.set_aside, texts })
    }
}

impl Lottery {
    /// Returns the sum of the variances that the roles are expected to have.
    fn expected_variance(&self, roles: usize) -> f64 {
        let mean = |sum: &f64| sum / self.postings as f64;
        let variances = self.sums.iter().take(roles).map(mean).map(|p| p * (1.0 - p));
        variances.sum::<f64>().max(LEAST_VARIANCE)
    }
}

impl RowSink for Lots {
    fn add(&mut self, path: &Path, facts: &Extracted) -> io::Result<()> {
        for (line, reason) in &facts.set_aside {
            self.rows_set_aside += 1;
            if self.set_aside.len() < REMEMBERED {
                self.set_aside.push(SetAside {
                    path: path.to_owned(),
                    line: *line,
                    reason: reason.clone(),
                });
            }
        }
        for (fact, text) in facts.rows.iter().zip(&facts.postings) {
            let repeats = match fact.ad {
                AdOf::Known(ad) => !self.ads.insert(ad),
                AdOf::Unknown | AdOf::Signed => false,
            };
            match repeats {
                true => self.repeats += 1,
                false => self.add_posting(fact, text),
            }
            self.rows += 1;
        }
        Ok(())
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn rows_set_aside(&self) -> u64 {
        self.rows_set_aside
    }
}

fn name(taxonomy: &Taxonomy, place: usize) -> String {
    match taxonomy.roles.get(place) {
        Some(role) => format!("tagged `{}`", role.id),
        None => match place - taxonomy.roles.len() {
            0 => format!("tagged `none` with a scope below {}", BANDS[0]),
            n if n < BANDS.len() => {
                format!("tagged `none` with a scope from {} to {}", BANDS[n - 1], BANDS[n])
            }
            _ => format!("tagged `none` with a scope of {} or more", BANDS[BANDS.len() - 1]),
        },
    }
}

/// Returns a text without markup, and without blanks and empty lines that are only for the eye of a machine.
fn readable(text: &str) -> String {
    let text = strip_markup(text);
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        None => text.to_owned(),
        Some((end, _)) => format!("{} [cut]", &text[..end]),
    }
}

/// Shares labels among strata of so many postings and such a variance, one after another, so that more
/// labels take none away from a stratum.
fn allocate(strata: &[(u64, f64)], labels: usize) -> Result<Vec<usize>, AuditError> {
    let most = |n: usize| usize::try_from(strata[n].0).unwrap_or(usize::MAX);
    let needed: usize = (0..strata.len()).map(|n| most(n).min(2)).sum();
    if labels < needed {
        return Err(AuditError::TooFewLabels { labels, strata: strata.len(), needed });
    }
    let mut given = vec![0; strata.len()];
    for label in 0..labels {
        let wished = ((label + 1) / (2 * strata.len())).clamp(2, WISHED);
        let open = || (0..strata.len()).filter(|&n| given[n] < most(n));
        let gain = |n: usize| {
            let has = given[n] as f64;
            strata[n].0 as f64 * (strata[n].1 / (has * (has + 1.0))).sqrt()
        };
        let first = open().filter(|&n| given[n] < wished).min_by_key(|&n| given[n]);
        // Of equals the first.
        let best = || open().rev().max_by(|&a, &b| gain(a).total_cmp(&gain(b)));
        match first.or_else(best) {
            Some(n) => given[n] += 1,
            None => break,
        }
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_go_where_they_tell_most() {
        assert_eq!(allocate(&[(3, 0.2), (100, 0.1), (10_000, 0.01)], 60).unwrap(), [3, 10, 47]);
        assert_eq!(allocate(&[(3, 0.2), (2, 0.1)], 60).unwrap(), [3, 2]);
        let sixteen = [(1000, 0.1); 16];
        let [before, after] = [319, 340].map(|labels| allocate(&sixteen, labels).unwrap());
        assert!(before.iter().zip(&after).all(|(before, after)| before <= after));
        assert!(allocate(&[(3, 0.2), (2, 0.1)], 3).unwrap_err().to_string().contains("at least 4"));
    }

    proptest! {
        #[test]
        fn labels_are_all_given(
            strata in prop::collection::vec((1_u64..5000, 0.005..1.0), 1..17),
            labels in 34_usize..2000,
        ) {
            let given = allocate(&strata, labels).unwrap();
            let all: u64 = strata.iter().map(|(postings, _)| postings).sum();
            prop_assert_eq!(given.iter().sum::<usize>() as u64, all.min(labels as u64));
            let more = allocate(&strata, labels + 1).unwrap();
            prop_assert!(given.iter().zip(&more).all(|(given, more)| given <= more));
            for (given, (postings, _)) in given.iter().zip(&strata) {
                prop_assert!(*given as u64 <= *postings);
                prop_assert!(*given as u64 >= 2.min(*postings));
            }
        }
    }
}
