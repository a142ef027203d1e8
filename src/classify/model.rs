//! From the sums of a posting to role scores, gates, scope and confidence.

use super::DecisionOptions;
use crate::corpus::{Calibration, GateModel, ThinModel, TitleModel};
use crate::taxonomy::Taxonomy;

/// The sums that a posting's terms make, whatever the model says of them.
#[derive(Debug, Clone, Copy)]
pub struct Sums<'s> {
    /// BM25 of each profile from the title and from the body: roles, then neighbours.
    pub bm25: [&'s [f32]; 2],
    /// Learned weights from both parts together: gates, then roles.
    pub learned: &'s [f32],
    /// Learned weights of the title alone: gates, then roles.
    pub alone: &'s [f32],
    /// Learned weights of the words of the employer's name: gates, then roles, which have none.
    pub employer: &'s [f32],
    /// The words of the title and of the body.
    pub words: [u64; 2],
}

/// Returns how much of a posting is its title alone, given the words of title and body: 1 without a
/// body, 0 without a title.
fn title_share(title: &TitleModel, [of_title, of_body]: [u64; 2]) -> f64 {
    let share = (1.0 - of_body as f64 / title.words).max(0.0);
    if of_title == 0 { 0.0 } else { share }
}

/// The models of a calibration with every id looked up.
#[derive(Debug, Clone)]
pub struct Model {
    body: f64,
    sharpness: f64,
    offsets: Vec<f64>,
    gates: Vec<Gate>,
    slope: f64,
    intercept: f64,
    threshold: f64,
    prevalence: f64,
    enough_known: f64,
    thin: Option<ThinModel>,
    title: Option<TitleModel>,
}

#[derive(Debug, Clone)]
struct Gate {
    model: GateModel,
    profiles: Vec<[f64; 2]>,
    /// The log-odds of a title alone before anything is read.
    alone: f64,
}

/// What the models say of a posting.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The score of each role in points, in taxonomy order.
    pub scores: Vec<f64>,
    /// The probability of each role, given that the posting is in scope.
    pub probabilities: Vec<f64>,
    /// The log-odds of each gate.
    pub gates: Vec<f64>,
    /// The probability that the posting is in scope, 0..=1.
    pub scope: f64,
    /// What the title alone says, and how much that counts; nothing where there are more words.
    pub title: Option<(f64, f64)>,
    /// The role in the answer; nothing for `none`.
    pub answer: Option<usize>,
    /// The probability that the answer is right.
    pub confidence: f64,
}

/// The features of a gate that are no terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margins {
    /// Of title and body together, of the title, of the body: -1..=1.
    pub balance: [f64; 3],
    /// `ln(1 + role)` of the best role.
    pub strength: f64,
}

impl Margins {
    /// Computes the balances of BM25 scores; the first `roles` profiles are the roles.
    pub fn of(bm25: [&[f32]; 2], roles: usize) -> Self {
        let [title, body] = bm25;
        let mut best = [[0.0_f32; 2]; 3];
        for (profile, (title, body)) in title.iter().zip(body).enumerate() {
            let kind = usize::from(profile >= roles);
            for (best, score) in best.iter_mut().zip([title + body, *title, *body]) {
                best[kind] = best[kind].max(score);
            }
        }
        let balance = |best: [f32; 2]| {
            let [role, neighbour] = best.map(f64::from);
            (role - neighbour) / (role + neighbour + 1.0)
        };
        Self { balance: best.map(balance), strength: f64::from(best[0][0]).ln_1p() }
    }
}

impl Model {
    /// Puts a calibration and a taxonomy in the form in which decisions are made.
    pub fn new(taxonomy: &Taxonomy, calibration: &Calibration) -> Self {
        let Calibration { ranking, scope, .. } = calibration;
        let offset = |id: &str| ranking.offsets.get(id).copied().unwrap_or(0.0);
        let alone = |name: &str| scope.title.as_ref()?.gates.get(name).copied();
        let gate = |model: &GateModel| Gate {
            alone: alone(&model.name).unwrap_or(0.0),
            profiles: taxonomy
                .documents()
                .map(|profile| model.profiles.get(profile.id).copied().unwrap_or_default())
                .collect(),
            model: model.clone(),
        };
        Self {
            body: ranking.body,
            sharpness: ranking.sharpness,
            offsets: taxonomy.roles.iter().map(|role| offset(&role.id)).collect(),
            gates: scope.gates.iter().map(gate).collect(),
            slope: scope.slope,
            intercept: scope.intercept,
            threshold: scope.threshold,
            prevalence: scope.prevalence,
            enough_known: scope.enough_known,
            thin: scope.thin,
            title: scope.title.clone(),
        }
    }

    /// Decides on the sums of a posting, of whose words a share is known.
    pub fn decide(&self, sums: Sums<'_>, words_known: f64, options: DecisionOptions) -> Decision {
        let roles = self.offsets.len();
        let times_alone = self.times_alone(sums.words);
        let scores: Vec<_> = (0..roles).map(|role| self.score(sums, role, times_alone)).collect();
        let probabilities = self.probabilities(&scores);
        let balances = Margins::of(sums.bm25, roles);
        let gates: Vec<_> =
            (0..self.gates.len()).map(|gate| self.gate(sums, &balances, gate)).collect();
        let alone = self.gates_of_title(sums);
        let (open, open_alone) = (all_open(&gates), all_open(&alone));
        let (scope, threshold) = self.scope(open, open_alone, sums.words, options.prevalence);
        let share = self.share_of_title(sums.words);
        let of_title = self.title.as_ref().filter(|_| share > 0.0);
        let title = of_title.map(|title| (logistic(log_odds_of_title(title, open_alone)), share));
        // What is shown are the gates of the posting, if it is more than a title.
        let gates = if share < 1.0 { gates } else { alone };
        // Of equal scores the first in taxonomy order is taken.
        let better = |best: usize, role| if scores[role] > scores[best] { role } else { best };
        let closest = (1..roles).fold(0, better);
        let role_is_right = scope * probabilities.get(closest).copied().unwrap_or(0.0);
        let wanted = scope >= threshold && role_is_right >= options.min_confidence;
        let answer = (wanted && words_known > 0.0 && roles > 0).then_some(closest);
        let confidence = if answer.is_some() { role_is_right } else { 1.0 - scope };
        let confidence = self.humbled(confidence, words_known);
        Decision { scores, probabilities, gates, scope, title, answer, confidence }
    }

    /// Returns the score of a role in points.
    fn score(&self, sums: Sums<'_>, role: usize, times_alone: f64) -> f64 {
        let [title, body] = sums.bm25.map(|part| f64::from(part[role]));
        let column = self.gates.len() + role;
        let alone = f64::from(sums.alone[column]) * times_alone;
        let learned = f64::from(sums.learned[column]) + alone;
        title + self.body * body + self.offsets[role] + learned
    }

    /// Returns how many times the weights of roles of a title alone count, given the words of title and body.
    pub fn times_alone(&self, words: [u64; 2]) -> f64 {
        let more = |title: &TitleModel| (title.ranking - 1.0) * title_share(title, words);
        1.0 + self.title.as_ref().map_or(0.0, more)
    }

    /// Returns the points that a role has from the start.
    pub fn offset(&self, role: usize) -> f64 {
        self.offsets[role]
    }

    /// Returns what a term gives to a role's score, given its BM25 and learned weight from a part.
    pub fn share_of_score(&self, part: usize, bm25: f32, learned: f32) -> f32 {
        #[allow(clippy::cast_possible_truncation, reason = "a weight near 1")]
        let weight = if part == 0 { 1.0 } else { self.body as f32 };
        weight * bm25 + learned
    }

    /// Returns the probability of each role, given that the posting is in scope.
    fn probabilities(&self, scores: &[f64]) -> Vec<f64> {
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<_> = scores.iter().map(|s| (self.sharpness * (s - best)).exp()).collect();
        let all: f64 = odds.iter().sum();
        odds.into_iter().map(|odds| odds / all).collect()
    }

    /// Returns how many gates there are.
    pub fn gate_count(&self) -> usize {
        self.gates.len()
    }

    /// Returns the name of a gate.
    pub fn gate_name(&self, gate: usize) -> &str {
        &self.gates[gate].model.name
    }

    /// Returns the log-odds of a gate.
    fn gate(&self, sums: Sums<'_>, balances: &Margins, gate: usize) -> f64 {
        let of_profiles = self.gates[gate].profiles.iter().enumerate().map(|(n, weights)| {
            let [title, body] = sums.bm25.map(|part| f64::from(part[n]));
            weights[0] * title + weights[1] * body
        });
        of_profiles.sum::<f64>()
            + f64::from(sums.learned[gate])
            + f64::from(sums.employer[gate])
            + self.gate_start(gate)
            + self.gate_margins(gate, balances).iter().sum::<f64>()
    }

    /// Returns the log-odds of a gate before anything is read.
    pub fn gate_start(&self, gate: usize) -> f64 {
        self.gates[gate].model.intercept
    }

    /// Returns what the balances (of both, title, body) and the strength give to a gate.
    pub fn gate_margins(&self, gate: usize, balances: &Margins) -> [f64; 4] {
        let model = &self.gates[gate].model;
        let [both, title, body] = balances.balance;
        [
            model.balance * both,
            model.title_balance * title,
            model.body_balance * body,
            model.strength * balances.strength,
        ]
    }

    /// Returns what a point of BM25 of a profile from a part gives to a gate.
    pub fn gate_weight(&self, gate: usize, profile: usize, part: usize) -> f64 {
        self.gates[gate].profiles[profile][part]
    }

    /// Returns how much the title alone counts, given the words of title and body, 0..=1.
    pub fn share_of_title(&self, words: [u64; 2]) -> f64 {
        self.title.as_ref().map_or(0.0, |title| title_share(title, words))
    }

    /// Returns the log-odds of a gate for a title alone before anything is read.
    pub fn title_start(&self, gate: usize) -> f64 {
        self.gates[gate].alone
    }

    fn gates_of_title(&self, sums: Sums<'_>) -> Vec<f64> {
        let gates = self.gates.iter().zip(sums.alone).zip(sums.employer);
        let log_odds = |((gate, &learned), &employer): ((&Gate, &f32), &f32)| {
            gate.alone + f64::from(learned) + f64::from(employer)
        };
        gates.map(log_odds).collect()
    }

    /// Returns the probability of being in scope, given the log-odds that the gates of the posting and of
    /// its title alone are all open, and from where on it is tagged; in a mix where this share of postings is in scope, or
    /// in the calibration's own mix, if none is given.
    fn scope(
        &self,
        open: f64,
        open_alone: f64,
        words: [u64; 2],
        prevalence: Option<f64>,
    ) -> (f64, f64) {
        let moved = prevalence.map_or(0.0, |other| logit(other) - logit(self.prevalence));
        let mut log_odds = self.intercept + self.slope * open;
        if let Some(thin) = self.thin {
            let [share, times_open, times_alone] = thin_parts(thin.words, words, open, open_alone);
            log_odds += thin.intercept * share + thin.slope * times_open + thin.title * times_alone;
        }
        let mut threshold = self.threshold;
        if let Some(title) = &self.title {
            let share = title_share(title, words);
            log_odds += share * (log_odds_of_title(title, open_alone) - log_odds);
            threshold += share * (title.threshold - threshold);
        }
        (logistic(log_odds + moved), threshold)
    }

    /// Moves a confidence towards one half where few of the words are known, and all the way where
    /// there are not half of enough: a text in another language says nothing either way.
    fn humbled(&self, confidence: f64, words_known: f64) -> f64 {
        let half = self.enough_known / 2.0;
        let read = if words_known < self.enough_known {
            ((words_known - half) / half).max(0.0)
        } else {
            1.0
        };
        0.5 + (confidence - 0.5) * read
    }
}

/// Returns the log-odds of the scope of a title, given those that its gates are all open.
fn log_odds_of_title(title: &TitleModel, open_alone: f64) -> f64 {
    title.intercept + title.slope * open_alone
}

/// Returns what the numbers of a [`ThinModel`] are multiplied by; a title that is not there says nothing.
pub fn thin_parts(half: f64, words: [u64; 2], open: f64, open_alone: f64) -> [f64; 3] {
    let [of_title, of_body] = words;
    let share = 1.0 / (1.0 + of_body as f64 / half);
    [share, share * open, if of_title == 0 { 0.0 } else { share * open_alone }]
}

/// Returns the log-odds that all gates are open, given the log-odds of each.
pub fn all_open(gates: &[f64]) -> f64 {
    let log_probability: f64 = gates.iter().map(|&gate| -softplus(-gate)).sum();
    // ln(p / (1 - p)); near p = 1 the difference is small, so expm1 is exact where 1 - exp is not.
    let open = log_probability.min(-1e-12);
    open - (-open.exp_m1()).ln()
}

/// Returns `ln(1 + exp(x))` without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Returns the probability of log-odds.
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Returns the log-odds of a probability, kept finite.
pub fn logit(probability: f64) -> f64 {
    let inside = probability.clamp(1e-9, 1.0 - 1e-9);
    (inside / (1.0 - inside)).ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hand_computed() {
        // Two gates of one half are open together in one case of four: ln(1/3).
        assert!((all_open(&[0.0, 0.0]) - (1.0_f64 / 3.0).ln()).abs() < 1e-12);
        assert!((all_open(&[1.25]) - 1.25).abs() < 1e-9);
        assert!((logit(0.8) - 4.0_f64.ln()).abs() < 1e-12);
        let title: &[f32] = &[1.0, 3.0, 0.0];
        let body: &[f32] = &[4.0, 0.0, 2.0];
        // Both: roles 5 and 3, neighbour 2. Title: 3 and 0. Body: 4 and 2.
        let balances = Margins::of([title, body], 2);
        assert_eq!(balances.balance, [3.0 / 8.0, 3.0 / 4.0, 2.0 / 7.0]);
        assert_eq!(balances.strength, 6.0_f64.ln());
        assert_eq!(Margins::of([&[], &[]], 2).balance, [0.0; 3]);
    }

    proptest! {
        #[test]
        fn all_gates_are_never_likelier_than_one(a in -40.0..40.0_f64, b in -40.0..40.0_f64) {
            let both = all_open(&[a, b]);
            prop_assert!(both <= a + 1e-6 && both <= b + 1e-6, "{both}");
            prop_assert!(both.is_finite());
        }
    }
}
