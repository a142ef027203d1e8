use rolecall::classify::model::Decision;
use rolecall::classify::{Classifier, Tag};
use rolecall::taxonomy::Taxonomy;

use super::LabelledPosting;

/// What was answered for a posting, as far as figures need it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The score of each role, in taxonomy order.
    pub scores: Vec<f32>,
    /// The probability of being in scope.
    pub scope: f64,
    /// The role in the answer, by its position in the taxonomy; nothing for `none`.
    pub answer: Option<usize>,
    /// The probability that the answer is right.
    pub confidence: f64,
    /// The probability of each role in taxonomy order, and last that of none of them; sums to 1.
    pub posterior: Vec<f64>,
}

impl From<Decision> for Outcome {
    #[allow(clippy::cast_possible_truncation, reason = "f32 is how scores are shown")]
    fn from(decision: Decision) -> Self {
        let Decision { scores, probabilities, scope, answer, confidence, .. } = decision;
        let scores = scores.into_iter().map(|score| score as f32).collect();
        let mut posterior: Vec<_> = probabilities.iter().map(|p| p * scope).collect();
        posterior.push(1.0 - scope);
        Self { scores, scope, answer, confidence, posterior }
    }
}

impl From<&Tag<'_>> for Outcome {
    fn from(tag: &Tag<'_>) -> Self {
        let mut scores = vec![0.0; tag.ranking.len()];
        for ranked in &tag.ranking {
            scores[ranked.position()] = ranked.score;
        }
        let answer = tag.answer.and_then(|_| tag.ranking.first()).map(|first| first.position());
        let posterior = tag.posterior();
        Self { scores, scope: tag.scope, answer, confidence: tag.confidence, posterior }
    }
}

/// A labelled posting and what was answered for it.
#[derive(Debug, Clone)]
pub struct Prediction<'p> {
    /// The posting.
    pub posting: &'p LabelledPosting,
    /// The answer.
    pub outcome: Outcome,
}

impl Prediction<'_> {
    /// Returns the rank of a role, 1 is best. Ties take the worst rank, so that a scorer that gives
    /// every role the same can't win.
    ///
    /// ```
    /// # use rolecall_evaluation::{Prediction, LabelledPosting, Outcome};
    /// # let posting = LabelledPosting::default();
    /// let outcome = Outcome { scores: vec![2.0, 3.0, 2.0, 1.0], scope: 0.5, answer: None, confidence: 0.5, posterior: vec![] };
    /// let predictions = Prediction { posting: &posting, outcome };
    /// assert_eq!([0, 1, 2, 3].map(|role| predictions.rank(role)), [3, 1, 3, 4]);
    /// ```
    pub fn rank(&self, role: usize) -> usize {
        let score = self.outcome.scores[role];
        self.outcome.scores.iter().filter(|&&other| other >= score).count()
    }

    /// Tells whether the answer is the label, role or `none`.
    pub fn is_right(&self) -> bool {
        self.outcome.answer == self.posting.label
    }

    /// Tells whether the answer is the label or the second defensible answer.
    pub fn is_defensible(&self) -> bool {
        self.is_right() || self.posting.second == Some(self.outcome.answer)
    }

    /// Tells whether every closest role (there may be several that tie) is of a role's tier.
    pub(super) fn tier_is_right(&self, taxonomy: &Taxonomy, role: usize) -> bool {
        let best = self.outcome.scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut scored = taxonomy.roles.iter().zip(&self.outcome.scores);
        let tier = taxonomy.roles[role].tier;
        scored.all(|(other, &score)| score < best || other.tier == tier)
    }
}

/// Classifies every posting.
pub fn predict<'p>(
    classifier: &Classifier,
    postings: &'p [LabelledPosting],
) -> Vec<Prediction<'p>> {
    let mut tagger = classifier.tagger();
    postings
        .iter()
        .map(|posting| Prediction {
            posting,
            outcome: Outcome::from(&tagger.tag(&posting.as_posting())),
        })
        .collect()
}
