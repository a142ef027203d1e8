use super::DecisionOptions;
use super::model::{Model, Sums, logistic};
use crate::taxonomy::{Neighbour, Role, Taxonomy, Tier};

/// A role with the score of a posting for it.
#[derive(Debug, Clone, Copy)]
pub struct Ranked<'c> {
    /// The role.
    pub role: &'c Role,
    /// The score in points of BM25, with learned weights on top: it may be below 0, and is comparable
    /// between roles of one posting only.
    pub score: f32,
    /// The probability of the role, given that the posting is in scope, 0..=1.
    pub probability: f64,
    /// The position of the profile in the index.
    pub(super) profile: usize,
}

impl Ranked<'_> {
    /// Returns the position of the role in taxonomy order, from 0.
    pub fn position(&self) -> usize {
        self.profile
    }
}

/// One condition of the scope, and the probability that it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate<'c> {
    /// What the condition is about, such as `domain`.
    pub name: &'c str,
    /// The probability that it holds, 0..=1.
    pub probability: f64,
}

/// What the title of a posting says by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TitleScope {
    /// The probability that the posting hires for any of the roles, as far as the title tells, 0..=1.
    pub probability: f64,
    /// How much of the scope it is, above 0 and up to 1: all of it where there is no text.
    pub share: f64,
}

/// The answer for one posting.
#[derive(Debug, Clone)]
pub struct Tag<'c> {
    /// The role that the posting hires for and its tier, or nothing if it is out of scope.
    pub answer: Option<(&'c Role, &'c Tier)>,
    /// The probability that the answer is right, 0..=1.
    pub confidence: f64,
    /// The probability that the posting hires for any of the roles, 0..=1.
    pub scope: f64,
    /// The conditions of the scope: all must hold.
    pub gates: Vec<Gate<'c>>,
    /// What the title alone says of the scope, where the text has few words.
    pub title: Option<TitleScope>,
    /// The share of the posting's words that are known, 0..=1.
    pub words_known: f64,
    /// Every role with its score, best first; equal scores go by taxonomy order.
    pub ranking: Vec<Ranked<'c>>,
    /// The neighbour with the highest BM25 score and that score, if any neighbour scored.
    pub nearest_neighbour: Option<(&'c Neighbour, f32)>,
}

impl<'c> Tag<'c> {
    /// Decides on the sums of a posting.
    pub(super) fn decide(
        taxonomy: &'c Taxonomy,
        model: &'c Model,
        options: DecisionOptions,
        sums: Sums<'_>,
        words_known: f64,
    ) -> Self {
        let decision = model.decide(sums, words_known, options);
        let scored = decision.scores.iter().zip(&decision.probabilities);
        #[allow(clippy::cast_possible_truncation, reason = "f32 is how scores are shown")]
        let mut ranking: Vec<_> = taxonomy
            .roles
            .iter()
            .zip(scored)
            .enumerate()
            .map(|(profile, (role, (&score, &probability)))| Ranked {
                role,
                score: score as f32,
                probability,
                profile,
            })
            .collect();
        // The sort is stable, so that equal scores stay in taxonomy order.
        ranking.sort_by(|a, b| decision.scores[b.profile].total_cmp(&decision.scores[a.profile]));
        let gates = decision.gates.iter().enumerate().map(|(n, &log_odds)| Gate {
            name: model.gate_name(n),
            probability: logistic(log_odds),
        });
        let role = |n: usize| (&taxonomy.roles[n], taxonomy.tier_of(&taxonomy.roles[n]));
        Self {
            answer: decision.answer.map(role),
            confidence: decision.confidence,
            scope: decision.scope,
            title: decision.title.map(|(probability, share)| TitleScope { probability, share }),
            gates: gates.collect(),
            words_known,
            nearest_neighbour: nearest(taxonomy, sums),
            ranking,
        }
    }

    /// Returns the role with the highest score, whatever the scope, or nothing if no word of the
    /// posting is known.
    pub fn closest(&self) -> Option<&Ranked<'c>> {
        self.ranking.first().filter(|_| self.words_known > 0.0)
    }

    /// Returns the runner-up, or nothing if no word of the posting is known.
    pub fn second(&self) -> Option<&Ranked<'c>> {
        self.ranking.get(1).filter(|_| self.words_known > 0.0)
    }

    /// Returns the closest role's share of the probability of the two closest roles, 0.5..=1.
    pub fn role_sure(&self) -> f64 {
        let [closest, second] = [0, 1].map(|n| self.ranking.get(n).map_or(0.0, |r| r.probability));
        role_sure(closest, second)
    }

    /// Returns the probability of each role in taxonomy order, and last that of none of them. They
    /// sum to 1.
    pub fn posterior(&self) -> Vec<f64> {
        let mut posterior = vec![0.0; self.ranking.len() + 1];
        for ranked in &self.ranking {
            posterior[ranked.profile] = self.scope * ranked.probability;
        }
        posterior[self.ranking.len()] = 1.0 - self.scope;
        posterior
    }

    /// Returns the id of the role in the answer, or `none`.
    pub fn role_id(&self) -> &'c str {
        self.answer.map_or(crate::taxonomy::NONE, |(role, _)| &role.id)
    }

    /// Returns the id of the tier in the answer, or `none`.
    pub fn tier_id(&self) -> &'c str {
        self.answer.map_or(crate::taxonomy::NONE, |(_, tier)| &tier.id)
    }
}

fn nearest<'c>(taxonomy: &'c Taxonomy, sums: Sums<'_>) -> Option<(&'c Neighbour, f32)> {
    let [title, body] = sums.bm25;
    let scores = title.iter().zip(body).map(|(title, body)| title + body);
    let mut nearest = None;
    for (neighbour, score) in taxonomy.neighbours.iter().zip(scores.skip(taxonomy.roles.len())) {
        if score > nearest.map_or(0.0, |(_, best)| best) {
            nearest = Some((neighbour, score));
        }
    }
    nearest
}

/// Returns the closest role's share of what the two closest roles have, 0..=1.
pub fn role_sure(closest: f64, second: f64) -> f64 {
    closest / (closest + second).max(f64::MIN_POSITIVE)
}
