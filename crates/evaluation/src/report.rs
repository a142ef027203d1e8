use rolecall::taxonomy::{NONE, Taxonomy};
use serde::Serialize;
use serde_json::{Value, json};

use super::bootstrap::intervals;
use super::metric::{Confusion, f1};
use super::{
    CurvePoint, Interval, Metric, Prediction, ReliabilityBin, precision_recall_curve, reliability,
};

/// Everything that labelled postings tell about the answers.
#[derive(Debug, Clone)]
pub struct Report {
    /// How many postings were predictions.
    pub postings: usize,
    /// How many of them are in scope.
    pub in_scope: usize,
    /// The figures, in the order of [`Metric::ALL`].
    pub figures: Vec<(Metric, Interval)>,
    /// The figures for a natural mix, if rows have weights.
    pub natural: Option<NaturalMix>,
    /// A row for each role, in taxonomy order, then one for `none`.
    pub roles: Vec<RoleFigures>,
    /// How many postings of each label (row) got each answer (column), in the order of `roles`.
    pub confusion: Vec<Vec<usize>>,
    /// The reliability table of the confidence.
    pub reliability: Vec<ReliabilityBin>,
    /// The figures of parts of the postings.
    pub slices: Vec<Slice>,
}

/// Figures for one role, or for `none`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoleFigures {
    /// The role's id, or `none`.
    pub role: String,
    /// How many postings have this label.
    pub postings: usize,
    /// Share of them whose closest role is right; nothing for `none`.
    pub closest_right: Option<f64>,
    /// Share of the postings with this answer that have this label.
    pub precision: f64,
    /// Share of the postings with this label that got this answer.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
}

/// Scope over weighted rows: what to expect of the mix of postings that the weights describe.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NaturalMix {
    /// Rows with a weight.
    pub rows: usize,
    /// The postings that they stand for.
    pub stands_for: f64,
    /// Share of the postings in scope, 0..=1.
    pub prevalence: f64,
    /// Share of the tagged postings that are in scope.
    pub precision: Interval,
    /// Share of the postings in scope that are tagged.
    pub recall: Interval,
    /// Harmonic mean of precision and recall.
    pub f1: Interval,
    /// Tagged postings out of scope per 1,000 postings.
    pub false_alarms_per_1000: Interval,
    /// The expected calibration error of the confidence, weighted.
    pub calibration_error: Interval,
    /// The precision-recall curve.
    pub curve: Vec<CurvePoint>,
}

/// The figures of the postings with one value of a column.
#[derive(Debug, Clone)]
pub struct Slice {
    /// The value.
    pub name: String,
    /// How many postings have it.
    pub postings: usize,
    /// How many of them are in scope.
    pub in_scope: usize,
    /// The figures, in the order of [`Metric::ALL`].
    pub figures: Vec<(Metric, Interval)>,
    /// The figures for a natural mix, if rows have weights.
    pub natural: Option<NaturalMix>,
}

impl Report {
    /// Measures predictions postings; `group` gives the group of each by its position, for intervals.
    ///
    /// Takes about a second for 1,000 postings, nearly all of it for the intervals.
    pub fn new(taxonomy: &Taxonomy, predictions: &[Prediction<'_>], groups: &[usize]) -> Self {
        let all: Vec<_> = (0..predictions.len()).collect();
        let references: Vec<_> = predictions.iter().collect();
        let in_scope = predictions.iter().filter(|one| one.posting.label.is_some()).count();
        let confusion = Confusion::of(taxonomy, &references);
        let mut names: Vec<_> = predictions.iter().map(|one| one.posting.by.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let slices = names.into_iter().filter(|name| !name.is_empty()).map(|name| {
            let part: Vec<_> =
                all.iter().copied().filter(|&n| predictions[n].posting.by == name).collect();
            let in_scope = part.iter().filter(|&&n| predictions[n].posting.label.is_some()).count();
            let figures = figures(taxonomy, predictions, groups, &part);
            let natural = NaturalMix::new(predictions, groups, &part);
            Slice { name: name.to_owned(), postings: part.len(), in_scope, figures, natural }
        });
        Self {
            postings: predictions.len(),
            in_scope,
            figures: figures(taxonomy, predictions, groups, &all),
            natural: NaturalMix::new(predictions, groups, &all),
            roles: roles(taxonomy, &references, &confusion),
            reliability: reliability(
                predictions.iter().map(|one| (one.outcome.confidence, one.is_right(), 1.0)),
            ),
            slices: slices.collect(),
            confusion: confusion.0,
        }
    }

    /// Returns one figure.
    pub fn figure(&self, metric: Metric) -> Option<Interval> {
        self.figures.iter().find(|(other, _)| *other == metric).map(|(_, interval)| *interval)
    }

    /// Returns the report as a JSON object. Figures that the postings can't tell are null.
    pub fn to_json(&self) -> Value {
        let slices: Vec<_> = self
            .slices
            .iter()
            .map(|slice| {
                json!({
                    "name": slice.name,
                    "postings": slice.postings,
                    "in_scope": slice.in_scope,
                    "figures": by_key(&slice.figures),
                    "natural_mix": slice.natural,
                })
            })
            .collect();
        json!({
            "postings": self.postings,
            "in_scope": self.in_scope,
            "figures": by_key(&self.figures),
            "natural_mix": self.natural,
            "roles": self.roles,
            "confusion": self.confusion,
            "reliability": self.reliability,
            "slices": slices,
        })
    }
}

fn by_key(figures: &[(Metric, Interval)]) -> Value {
    figures.iter().map(|(metric, interval)| (metric.key().to_owned(), json!(interval))).collect()
}

fn figures(
    taxonomy: &Taxonomy,
    predictions: &[Prediction<'_>],
    groups: &[usize],
    part: &[usize],
) -> Vec<(Metric, Interval)> {
    let compute = |draw: &[usize]| {
        let drawn: Vec<_> = draw.iter().map(|&n| &predictions[n]).collect();
        Metric::compute(taxonomy, &drawn)
    };
    let intervals = intervals(part, |n| groups[n], compute);
    Metric::ALL.into_iter().zip(intervals).collect()
}

fn roles(
    taxonomy: &Taxonomy,
    predictions: &[&Prediction<'_>],
    confusion: &Confusion,
) -> Vec<RoleFigures> {
    let ids = taxonomy.roles.iter().map(|role| role.id.as_str()).chain([NONE]);
    ids.enumerate()
        .map(|(class, id)| {
            let counts = confusion.counts(class);
            let [labels, answers, both] = counts.map(|n| n as f64);
            let closest = predictions
                .iter()
                .filter(|one| one.posting.label == Some(class) && one.rank(class) == 1);
            let is_role = class < taxonomy.roles.len();
            RoleFigures {
                role: id.to_owned(),
                postings: counts[0],
                closest_right: is_role.then(|| closest.count() as f64 / labels),
                precision: both / answers,
                recall: both / labels,
                f1: f1(counts),
            }
        })
        .collect()
}

impl NaturalMix {
    fn new(predictions: &[Prediction<'_>], groups: &[usize], part: &[usize]) -> Option<Self> {
        let weighted: Vec<_> =
            part.iter().copied().filter(|&n| predictions[n].posting.weight.is_some()).collect();
        if weighted.is_empty() {
            return None;
        }
        let weight = |n: usize| predictions[n].posting.weight.unwrap_or(0.0);
        let in_scope = |n: usize| predictions[n].posting.label.is_some();
        let tagged = |n: usize| predictions[n].outcome.answer.is_some();
        let sum = |draw: &[usize], holds: &dyn Fn(usize) -> bool| -> f64 {
            draw.iter().filter(|&&n| holds(n)).map(|&n| weight(n)).sum()
        };
        let bins = |draw: &[usize]| {
            reliability(draw.iter().map(|&n| {
                (predictions[n].outcome.confidence, predictions[n].is_right(), weight(n))
            }))
        };
        let compute = |draw: &[usize]| {
            let right = sum(draw, &|n| tagged(n) && in_scope(n));
            let (tags, all) = (sum(draw, &tagged), sum(draw, &|_| true));
            let inside = sum(draw, &in_scope);
            [
                right / tags,
                right / inside,
                2.0 * right / (tags + inside),
                1000.0 * (tags - right) / all,
                super::expected_calibration_error(&bins(draw)),
            ]
        };
        let [precision, recall, f1, false_alarms_per_1000, calibration_error] =
            intervals(&weighted, |n| groups[n], compute);
        let scored: Vec<_> = weighted
            .iter()
            .map(|&n| (predictions[n].outcome.scope, in_scope(n), weight(n)))
            .collect();
        Some(Self {
            rows: weighted.len(),
            stands_for: sum(&weighted, &|_| true),
            prevalence: sum(&weighted, &in_scope) / sum(&weighted, &|_| true),
            precision,
            recall,
            f1,
            false_alarms_per_1000,
            calibration_error,
            curve: precision_recall_curve(&scored),
        })
    }
}
