//! Which terms made an answer, and by how much.

use super::model::Balances;
use super::{Ranked, Tagger};
use crate::score::{Contribution, FoundTerm};

/// What made a gate of the scope open or shut, in log-odds; the lines add up, but for rounding.
#[derive(Debug, Clone, PartialEq)]
pub struct GateEvidence<'c> {
    /// What the condition is about.
    pub name: &'c str,
    /// The probability that it holds, 0..=1.
    pub probability: f64,
    /// The log-odds of that.
    pub log_odds: f64,
    /// What is no term: the start, and how roles and neighbours balance.
    pub lines: Vec<ScopeLine>,
    /// The terms, those that speak loudest first.
    pub terms: Vec<Contribution<'c>>,
}

/// A part of a gate's log-odds that no single term makes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScopeLine {
    /// What it is, for people.
    pub name: &'static str,
    /// What it gave, in log-odds.
    pub log_odds: f64,
}

impl<'c> Tagger<'c> {
    /// Returns what the strongest terms of the last posting contributed to a role's score, in
    /// points, the strongest first; equal ones by alphabet. All of them, with `usize::MAX`, add up
    /// to the score less the role's [`offset`](Self::offset), but for rounding.
    pub fn evidence(&self, ranked: &Ranked<'_>, at_most: usize) -> Vec<Contribution<'c>> {
        let terms = self
            .scorer
            .terms()
            .map(|term| term.contribution(|term, part| self.points(term, part, ranked.position())));
        let stronger = |a: &Contribution<'_>, b: &Contribution<'_>| {
            b.total().total_cmp(&a.total()).then_with(|| a.term.cmp(b.term))
        };
        let mut terms: Vec<_> = terms.filter(|term| term.total() != 0.0).collect();
        if terms.len() > at_most {
            terms.select_nth_unstable_by(at_most, stronger);
            terms.truncate(at_most);
        }
        terms.sort_unstable_by(stronger);
        terms
    }

    /// Returns the points that a role has before anything is read.
    pub fn offset(&self, ranked: &Ranked<'_>) -> f64 {
        self.classifier.model.offset(ranked.position())
    }

    /// Returns the terms of the last posting that decide between two roles: what each gave to the
    /// first less what it gave to the second, in points, the largest difference first. They add up
    /// to the difference of the scores less that of the offsets, but for rounding.
    pub fn decisive(&self, first: &Ranked<'_>, second: &Ranked<'_>) -> Vec<Contribution<'c>> {
        loudest_first(self.scorer.terms().map(|term| {
            term.contribution(|term, part| {
                self.points(term, part, first.position())
                    - self.points(term, part, second.position())
            })
        }))
    }

    /// Returns why each gate of the scope is open or shut for the last posting.
    pub fn gates(&self) -> Vec<GateEvidence<'c>> {
        let model = &self.classifier.model;
        let roles = self.classifier.corpus.taxonomy.roles.len();
        let balances = Balances::of(self.scorer.parts().map(|part| part.bm25), roles);
        (0..model.gate_count())
            .map(|gate| {
                let [both, title, body, strength] = model.gate_balances(gate, &balances);
                let lines = [
                    ("before anything is read", model.gate_start(gate)),
                    ("roles against neighbours", both),
                    ("the same in the title", title),
                    ("the same in the body", body),
                    ("strength of the best role", strength),
                ];
                let terms =
                    loudest_first(self.scorer.terms().map(|term| {
                        term.contribution(|term, part| self.log_odds(term, part, gate))
                    }));
                let of_terms: f64 = terms.iter().map(|term| f64::from(term.total())).sum();
                let log_odds = of_terms + lines.iter().map(|line| line.1).sum::<f64>();
                GateEvidence {
                    name: model.gate_name(gate),
                    probability: super::model::logistic(log_odds),
                    log_odds,
                    lines: lines.map(|(name, log_odds)| ScopeLine { name, log_odds }).into(),
                    terms,
                }
            })
            .collect()
    }

    fn points(&self, term: &FoundTerm<'_, '_>, part: usize, role: usize) -> f32 {
        let model = &self.classifier.model;
        let learned = term.learned(part, model.gate_count() + role);
        model.share_of_score(part, term.bm25(part, role), learned)
    }

    fn log_odds(&self, term: &FoundTerm<'_, '_>, part: usize, gate: usize) -> f32 {
        let profiles = self.classifier.corpus.taxonomy.profile_count();
        let of_profiles: f64 = (0..profiles)
            .map(|profile| {
                let weight = self.classifier.model.gate_weight(gate, profile, part);
                weight * f64::from(term.bm25(part, profile))
            })
            .sum();
        #[allow(clippy::cast_possible_truncation, reason = "small numbers")]
        let of_profiles = of_profiles as f32;
        of_profiles + term.learned(part, gate)
    }
}

fn loudest_first<'c>(terms: impl Iterator<Item = Contribution<'c>>) -> Vec<Contribution<'c>> {
    let mut terms: Vec<_> = terms.filter(|term| term.total() != 0.0).collect();
    terms.sort_unstable_by(|a, b| {
        b.total().abs().total_cmp(&a.total().abs()).then_with(|| a.term.cmp(b.term))
    });
    terms
}
