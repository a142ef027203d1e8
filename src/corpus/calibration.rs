//! Weights and coefficients: everything that was chosen or fitted on data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The content of `calibration.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// How much each field of a profile counts for each part of a posting.
    pub weights: Weights,
    /// How soon repeating a term stops paying, by part of the posting.
    pub saturation: Saturation,
    /// How the scores of roles are made of BM25 and learned weights, and what they mean.
    pub ranking: Ranking,
    /// The model that gives the probability of being in scope.
    pub scope: ScopeModel,
}

/// Boosts of the BM25 score by part of the posting and field of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// For terms of the posting's title.
    pub title: FieldWeights,
    /// For terms of the posting's body.
    pub body: FieldWeights,
}

/// One boost per field of a profile; 0 leaves the field out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
    pub fn by_field(self) -> [f32; 3] {
        [self.title, self.duties, self.vocabulary]
    }
}

/// The saturation constant of query term frequency for each part: `k3` of BM25 (Robertson and
/// Walker 1994). A term that occurs `q` times counts `(k3 + 1) q / (k3 + q)` times: once at
/// `q = 1`, at most `k3 + 1` times. 0 counts each term once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saturation {
    /// For the title.
    pub title: f32,
    /// For the body.
    pub body: f32,
}

/// How roles are ranked. The score of a role, in points of BM25, is
///
/// ```text
/// BM25 of the title + body · BM25 of the body + offset + learned weights of the terms
/// ```
///
/// and the roles' probabilities, if the posting is in scope, are in proportion to
/// `exp(sharpness · score)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// How much a point of the body counts for one of the title.
    pub body: f64,
    /// Log-odds per point.
    pub sharpness: f64,
    /// Points that a role has from the start, by its id; 0 if it is not listed.
    #[serde(default)]
    pub offsets: BTreeMap<String, f64>,
}

/// The scope: every gate must be open. The probability is
/// `logistic(intercept + slope · logit(Π gates))`, where each gate is a [`GateModel`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeModel {
    /// Postings with at least this scope are tagged with a role, the others `none`: 0..=1.
    pub threshold: f64,
    /// The share of postings in scope in the mix that the probabilities are meant for, 0..1. For
    /// another mix the log-odds are moved by the difference.
    pub prevalence: f64,
    /// The share of known words, 0..=1, from which a text counts as read. Below it the confidence
    /// goes to one half, which it reaches at half of that share: of a text in another language
    /// nothing can be said.
    pub enough_known: f64,
    /// The log-odds where the gates say one half.
    pub intercept: f64,
    /// What the log-odds of the gates are multiplied by.
    pub slope: f64,
    /// What is different where the text is short; nothing if it was not fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thin: Option<ThinModel>,
    /// What a title says by itself; nothing if it was not fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<TitleModel>,
    /// The gates: all must be open.
    pub gates: Vec<GateModel>,
}

/// What is added to the log-odds of the scope where a text has few words: with `n` words,
/// `(intercept + slope · gates + title · title's own gates) / (1 + n / words)`. Few words leave the gates
/// shut that more of them would open, and what there is says less.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThinModel {
    /// The words with which half of it counts.
    pub words: f64,
    /// Log-odds.
    pub intercept: f64,
    /// What the log-odds of the gates are multiplied by.
    pub slope: f64,
    /// What the log-odds of the gates of the title alone are multiplied by.
    pub title: f64,
}

/// What a title without a text says: gates of its own, whose weights are the rows `alone` of the learned
/// weights. It goes over into the model of texts with the first few words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TitleModel {
    /// The words with which a text is no longer a title alone, above 0: up to so many the one model goes over
    /// into the other.
    pub words: f64,
    /// Titles with at least this scope are tagged with a role: 0..=1.
    pub threshold: f64,
    /// The log-odds where the gates say one half.
    pub intercept: f64,
    /// What the log-odds of the gates are multiplied by.
    pub slope: f64,
    /// How many times the weights `alone` of roles count where there is nothing but a title: at least 1.
    pub ranking: f64,
    /// The log-odds of each gate, by its name, before anything is read.
    pub gates: BTreeMap<String, f64>,
}

/// The probability that one condition of the scope holds: a logistic model of the balance between
/// roles and neighbours, of the BM25 scores of profiles, and of learned weights of terms.
///
/// A balance is `(role - neighbour) / (role + neighbour + 1)` of the best BM25 score among roles and
/// among neighbours, in -1..=1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateModel {
    /// What the condition is about, such as `domain`.
    pub name: String,
    /// The log-odds where everything else is 0.
    pub intercept: f64,
    /// Log-odds per unit of the balance of title and body together.
    pub balance: f64,
    /// Log-odds per unit of the balance of the title alone.
    pub title_balance: f64,
    /// Log-odds per unit of the balance of the body alone.
    pub body_balance: f64,
    /// Log-odds per unit of `ln(1 + role)`, where `role` is the best BM25 score among roles.
    pub strength: f64,
    /// Log-odds per point of BM25 of a profile, from the title and from the body, by the id of
    /// the role or neighbour; 0 if it is not listed.
    #[serde(default)]
    pub profiles: BTreeMap<String, [f64; 2]>,
}

impl Calibration {
    /// Returns the first value that is out of its range: its key, what is expected, and what was
    /// found. `profiles` are the ids that may be named.
    pub fn out_of_range(&self, profiles: &[&str]) -> Option<(String, &'static str, String)> {
        let Self { weights, saturation, ranking, scope } = self;
        let at_least_0 = [
            ("weights.title.title", f64::from(weights.title.title)),
            ("weights.title.duties", f64::from(weights.title.duties)),
            ("weights.title.vocabulary", f64::from(weights.title.vocabulary)),
            ("weights.body.title", f64::from(weights.body.title)),
            ("weights.body.duties", f64::from(weights.body.duties)),
            ("weights.body.vocabulary", f64::from(weights.body.vocabulary)),
            ("saturation.title", f64::from(saturation.title)),
            ("saturation.body", f64::from(saturation.body)),
            ("ranking.body", ranking.body),
            ("ranking.sharpness", ranking.sharpness),
            ("scope.slope", scope.slope),
            ("scope.title.slope", scope.title.as_ref().map_or(0.0, |title| title.slope)),
            ("scope.title.ranking", scope.title.as_ref().map_or(1.0, |title| title.ranking)),
        ];
        let finite = ranking.offsets.iter().map(|(id, &v)| (format!("ranking.offsets.{id}"), v));
        let finite = finite.chain([("scope.intercept".to_owned(), scope.intercept)]);
        let finite = finite.chain(scope.gates.iter().flat_map(GateModel::values));
        let thin = scope.thin.iter().flat_map(|thin| {
            [("intercept", thin.intercept), ("slope", thin.slope), ("title", thin.title)]
                .map(|(key, value)| (format!("scope.thin.{key}"), value))
        });
        let title = scope.title.iter().flat_map(|title| {
            let gates = title.gates.iter();
            std::iter::once(("scope.title.intercept".to_owned(), title.intercept))
                .chain(gates.map(|(id, &value)| (format!("scope.title.gates.{id}"), value)))
        });
        let finite = finite.chain(thin).chain(title);
        if let Some(title) = &scope.title {
            let known = |id: &&String| scope.gates.iter().any(|gate| gate.name == **id);
            let (found, expected) = (title.gates.len(), scope.gates.len());
            if found != expected || !title.gates.keys().all(|id| known(&id)) {
                let names: Vec<_> = title.gates.keys().map(String::as_str).collect();
                let expected = "a number for each gate of the scope";
                return Some(("scope.title.gates".to_owned(), expected, names.join(", ")));
            }
        }
        let words = [
            ("scope.thin.words", scope.thin.map_or(1.0, |thin| thin.words)),
            ("scope.title.words", scope.title.as_ref().map_or(1.0, |title| title.words)),
        ];
        if let Some((key, words)) = words.into_iter().find(|(_, n)| !(1.0..=1e6).contains(n)) {
            let expected = "a number of words from 1 to 1000000";
            return Some((key.to_owned(), expected, words.to_string()));
        }
        let probabilities = [
            ("scope.title.threshold", scope.title.as_ref().map_or(0.5, |title| title.threshold)),
            ("scope.threshold", scope.threshold),
            ("scope.prevalence", scope.prevalence),
            ("scope.enough_known", scope.enough_known),
        ];
        let named = scope.gates.iter().flat_map(|gate| gate.profiles.keys());
        let unknown =
            ranking.offsets.keys().chain(named).find(|id| !profiles.contains(&id.as_str()));
        let wrong =
            |key: &str, expected, found: f64| Some((key.to_owned(), expected, found.to_string()));
        for (key, value) in at_least_0 {
            if !(0.0..=1e6).contains(&value) {
                return wrong(key, "a number from 0 to 1000000", value);
            }
        }
        for (key, value) in finite {
            if value.abs() > 1e6 || value.is_nan() {
                return wrong(&key, "a number from -1000000 to 1000000", value);
            }
        }
        for (key, value) in probabilities {
            if !(0.0..=1.0).contains(&value) {
                return wrong(key, "a probability from 0 to 1", value);
            }
        }
        unknown.map(|id| (id.clone(), "the id of a role or neighbour", id.clone()))
    }
}

impl GateModel {
    /// Returns every number with its key.
    fn values(&self) -> impl Iterator<Item = (String, f64)> {
        let key = |key: &str| format!("scope.gates.{}.{key}", self.name);
        let own = [
            (key("intercept"), self.intercept),
            (key("balance"), self.balance),
            (key("title_balance"), self.title_balance),
            (key("body_balance"), self.body_balance),
            (key("strength"), self.strength),
        ];
        let of_profiles = self.profiles.iter().flat_map(move |(id, both)| {
            both.map(|value| (format!("scope.gates.{}.profiles.{id}", self.name), value))
        });
        own.into_iter().chain(of_profiles)
    }
}
