//! Weights and coefficients: everything that was chosen or fitted on data.

use serde::Deserialize;

/// The content of `calibration.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// How much each field of a profile counts for each part of a posting.
    pub weights: Weights,
    /// How soon repeating a term stops paying, by part of the posting.
    pub saturation: Saturation,
    /// The model that turns scores into the probability of being in scope.
    pub scope: ScopeModel,
    /// The model that turns scores into the probability that the closest role is right.
    pub confidence: ConfidenceModel,
}

/// Boosts of the BM25 score by part of the posting and field of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// For terms of the posting's title.
    pub title: FieldWeights,
    /// For terms of the posting's body.
    pub body: FieldWeights,
}

/// One boost per field of a profile; 0 leaves the field out.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldWeights {
    /// Official name and job titles.
    pub title: f32,
    /// Official text and duties.
    pub duties: f32,
    /// Tools, credentials, terms of the trade.
    pub vocabulary: f32,
}

impl FieldWeights {
    /// Returns the boosts in the order of the index fields.
    pub(crate) fn by_field(self) -> [f32; 3] {
        [self.title, self.duties, self.vocabulary]
    }
}

/// The saturation constant of query term frequency for each part: `k3` of BM25 (Robertson and
/// Walker 1994). A term that occurs `q` times counts `(k3 + 1) q / (k3 + q)` times: once at
/// `q = 1`, at most `k3 + 1` times. 0 counts each term once.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saturation {
    /// For the title.
    pub title: f32,
    /// For the body.
    pub body: f32,
}

/// A logistic model of scope: `1 / (1 + exp(-(intercept + separation x + strength y)))`, with
/// `x = (role - neighbour) / (role + neighbour)` of the best BM25 scores among roles and among
/// neighbours, in -1..=1, and `y = ln(1 + role)`. Both coefficients are at least 0, so that a
/// better role never lowers the scope.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeModel {
    /// The log-odds where both features are 0.
    pub intercept: f64,
    /// Log-odds per unit of `x`.
    pub separation: f64,
    /// Log-odds per unit of `y`.
    pub strength: f64,
    /// Postings with at least this scope are tagged with a role, the others `none`: 0..=1.
    pub threshold: f64,
}

/// A logistic model of the closest role being right, given that the posting is in scope:
/// `1 / (1 + exp(-(intercept + margin m)))`, with `m = (first - second) / first` of the two best
/// roles' BM25 scores, in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfidenceModel {
    /// The log-odds where the two best roles tie.
    pub intercept: f64,
    /// Log-odds per unit of `m`.
    pub margin: f64,
}

impl Calibration {
    /// Returns the first value that is out of its range: its key, what is expected, and what was
    /// found.
    pub(crate) fn out_of_range(&self) -> Option<(&'static str, &'static str, f64)> {
        let Self { weights, saturation, scope, confidence } = self;
        let at_least_0 = [
            ("weights.title.title", f64::from(weights.title.title)),
            ("weights.title.duties", f64::from(weights.title.duties)),
            ("weights.title.vocabulary", f64::from(weights.title.vocabulary)),
            ("weights.body.title", f64::from(weights.body.title)),
            ("weights.body.duties", f64::from(weights.body.duties)),
            ("weights.body.vocabulary", f64::from(weights.body.vocabulary)),
            ("saturation.title", f64::from(saturation.title)),
            ("saturation.body", f64::from(saturation.body)),
            ("scope.separation", scope.separation),
            ("scope.strength", scope.strength),
            ("confidence.margin", confidence.margin),
        ];
        let finite =
            [("scope.intercept", scope.intercept), ("confidence.intercept", confidence.intercept)];
        let wrong = |expected, (key, value)| Some((key, expected, value));
        at_least_0
            .into_iter()
            .find(|&(_, value)| !(0.0..=1e6).contains(&value))
            .and_then(|entry| wrong("a number from 0 to 1000000", entry))
            .or_else(|| {
                let entry = finite.into_iter().find(|(_, value)| !value.is_finite())?;
                wrong("a finite number", entry)
            })
            .or_else(|| {
                let threshold = ("scope.threshold", scope.threshold);
                let inside = (0.0..=1.0).contains(&threshold.1);
                if inside { None } else { wrong("a probability from 0 to 1", threshold) }
            })
    }
}
