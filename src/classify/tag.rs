use crate::corpus::Calibration;
use crate::taxonomy::{Neighbour, Role, Taxonomy, Tier};

/// A role with the BM25 score of a posting for it.
#[derive(Debug, Clone, Copy)]
pub struct Ranked<'c> {
    /// The role.
    pub role: &'c Role,
    /// The BM25 score, at least 0; comparable between roles of one posting only.
    pub score: f32,
    /// The position of the profile in the index.
    pub(super) profile: usize,
}

impl Ranked<'_> {
    /// Returns the position of the role in taxonomy order, from 0.
    pub fn position(&self) -> usize {
        self.profile
    }
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
    /// Every role with its score, best first; equal scores go by taxonomy order.
    pub ranking: Vec<Ranked<'c>>,
    /// The neighbour with the highest score and that score, if any neighbour scored.
    pub nearest_neighbour: Option<(&'c Neighbour, f32)>,
}

impl<'c> Tag<'c> {
    /// Decides on the scores of all profiles: roles in taxonomy order, then neighbours.
    pub(super) fn decide(
        taxonomy: &'c Taxonomy,
        calibration: &Calibration,
        scores: &[f32],
    ) -> Self {
        let (of_roles, of_neighbours) = scores.split_at(taxonomy.roles.len().min(scores.len()));
        let mut ranking: Vec<_> = taxonomy
            .roles
            .iter()
            .zip(of_roles)
            .enumerate()
            .map(|(profile, (role, &score))| Ranked { role, score, profile })
            .collect();
        // The sort is stable, so that equal scores stay in taxonomy order.
        ranking.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut nearest_neighbour = None;
        for (neighbour, &score) in taxonomy.neighbours.iter().zip(of_neighbours) {
            if score > nearest_neighbour.map_or(0.0, |(_, best)| best) {
                nearest_neighbour = Some((neighbour, score));
            }
        }

        let score_at = |n: usize| ranking.get(n).map_or(0.0, |ranked| f64::from(ranked.score));
        let neighbour = nearest_neighbour.map_or(0.0, |(_, score)| f64::from(score));
        let scope = calibration.scope.probability(score_at(0), neighbour);
        let role_is_right = calibration.confidence.probability(score_at(0), score_at(1));
        let closest = ranking.first().filter(|closest| closest.score > 0.0);
        let answer = closest
            .filter(|_| scope >= calibration.scope.threshold)
            .map(|closest| (closest.role, taxonomy.tier_of(closest.role)));
        let confidence = if answer.is_some() { scope * role_is_right } else { 1.0 - scope };
        Self { answer, confidence, scope, ranking, nearest_neighbour }
    }

    /// Returns the role with the highest score, whatever the scope, or nothing if no word of the
    /// posting is in any role's profile.
    pub fn closest(&self) -> Option<&Ranked<'c>> {
        self.ranking.first().filter(|ranked| ranked.score > 0.0)
    }

    /// Returns the runner-up, or nothing if only one role scored.
    pub fn second(&self) -> Option<&Ranked<'c>> {
        self.ranking.get(1).filter(|ranked| ranked.score > 0.0)
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
