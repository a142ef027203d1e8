//! Which terms made an answer, and by how much.

use std::cmp::Ordering;

use super::model::Margins;
use super::{Ranked, Tag, Tagger};
use crate::posting::Posting;
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
    /// Whether it is about what the title says by itself.
    pub of_title_alone: bool,
}

/// A part of a gate's log-odds that no single term makes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScopeLine {
    /// What it is, for people.
    pub name: &'static str,
    /// What it gave, in log-odds.
    pub log_odds: f64,
}

/// The answer for a posting, with all that made it. It borrows the tagger, so that it is about this posting
/// as long as there is one.
///
/// ```
/// use rolecall::{Classifier, Posting};
///
/// let classifier = Classifier::new()?;
/// let mut tagger = classifier.tagger();
/// let explained = tagger.explain(&Posting::new("EHR Trainer", "Teach nurses in class."));
/// let closest = explained.tag.closest().expect("words matched");
/// assert_eq!(explained.evidence(closest, 1)[0].term, "trainer");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Explanation<'t, 'c> {
    /// The answer.
    pub tag: Tag<'c>,
    tagger: &'t Tagger<'c>,
}

impl<'c> Tagger<'c> {
    /// Classifies a posting, and keeps what made the answer. Costs no more than [`tag`](Self::tag): terms are
    /// looked at when they are asked for.
    pub fn explain(&mut self, posting: &Posting) -> Explanation<'_, 'c> {
        let tag = self.tag(posting);
        Explanation { tag, tagger: self }
    }
}

impl<'c> Explanation<'_, 'c> {
    /// Returns how many words the title and the text of the posting have.
    pub fn words(&self) -> [u64; 2] {
        self.tagger.scorer.words()
    }

    /// Returns what the strongest terms of the posting contributed to a role's score, in
    /// points, the strongest first; equal ones by alphabet. All of them, with `usize::MAX`, add up
    /// to the score less the role's [`offset`](Self::offset), but for rounding.
    pub fn evidence(&self, ranked: &Ranked<'_>, at_most: usize) -> Vec<Contribution<'c>> {
        let (role, times) = (ranked.position(), self.times_alone());
        // All points first, then the choice: its branches would hold up the reading of the table.
        let scorer = &self.tagger.scorer;
        let points = |term| self.points(&term, 0, role, times) + self.points(&term, 1, role, times);
        let points: Vec<_> = scorer.terms().map(points).collect();
        let terms = points.into_iter().zip(scorer.terms()).filter(|(points, _)| *points != 0.0);
        let strongest = strongest(terms, at_most, |a, b| a.term().cmp(b.term()));
        let contribution = |term: FoundTerm<'_, 'c>| {
            term.contribution(|term, part| self.points(term, part, role, times))
        };
        strongest.into_iter().map(|(_, term)| contribution(term)).collect()
    }

    /// Returns the points that a role has before anything is read.
    pub fn offset(&self, ranked: &Ranked<'_>) -> f64 {
        self.tagger.classifier.model.offset(ranked.position())
    }

    /// Returns the terms of the posting that decide between two roles: what each gave to the
    /// first less what it gave to the second, in points, the largest difference first. They add up
    /// to the difference of the scores less that of the offsets, but for rounding.
    pub fn decisive(&self, first: &Ranked<'_>, second: &Ranked<'_>) -> Vec<Contribution<'c>> {
        let times = self.times_alone();
        loudest_first(self.tagger.scorer.terms().map(|term| {
            term.contribution(|term, part| {
                self.points(term, part, first.position(), times)
                    - self.points(term, part, second.position(), times)
            })
        }))
    }

    /// Returns why each gate of the scope is open or shut for the posting, and where the title alone
    /// counts, why its gates are.
    pub fn gates(&self) -> Vec<GateEvidence<'c>> {
        let model = &self.tagger.classifier.model;
        let roles = self.tagger.classifier.corpus.taxonomy.roles.len();
        let share = model.share_of_title(self.tagger.scorer.words());
        let count_of_title = if share > 0.0 { model.gate_count() } else { 0 };
        let of_title = (0..count_of_title).map(|gate| self.gate_of_title(gate));
        if share >= 1.0 {
            return of_title.collect();
        }
        let balances = Margins::of(self.tagger.scorer.parts().map(|part| part.bm25), roles);
        let of_posting = (0..model.gate_count()).map(|gate| {
            let [both, title, body, strength] = model.gate_margins(gate, &balances);
            let lines = [
                ("before anything is read", model.gate_start(gate)),
                ("roles against neighbours", both),
                ("the same in the title", title),
                ("the same in the body", body),
                ("strength of the best role", strength),
            ];
            let terms = loudest_first(
                self.tagger
                    .scorer
                    .terms()
                    .map(|term| term.contribution(|term, part| self.log_odds(term, part, gate)))
                    .chain(self.tagger.scorer.contributions_of_employer(gate)),
            );
            let of_terms: f64 = terms.iter().map(|term| f64::from(term.total())).sum();
            let log_odds = of_terms + lines.iter().map(|line| line.1).sum::<f64>();
            GateEvidence {
                name: model.gate_name(gate),
                probability: super::model::logistic(log_odds),
                log_odds,
                lines: lines.map(|(name, log_odds)| ScopeLine { name, log_odds }).into(),
                terms,
                of_title_alone: false,
            }
        });
        of_posting.chain(of_title).collect()
    }

    fn gate_of_title(&self, gate: usize) -> GateEvidence<'c> {
        let model = &self.tagger.classifier.model;
        let of_title = self.tagger.scorer.terms().map(|term| {
            term.contribution(|term, part| if part == 0 { term.alone(gate) } else { 0.0 })
        });
        let terms =
            loudest_first(of_title.chain(self.tagger.scorer.contributions_of_employer(gate)));
        let of_terms: f64 = terms.iter().map(|term| f64::from(term.total())).sum();
        let log_odds = of_terms + model.title_start(gate);
        GateEvidence {
            name: model.gate_name(gate),
            probability: super::model::logistic(log_odds),
            log_odds,
            lines: vec![ScopeLine {
                name: "before the title is read",
                log_odds: model.title_start(gate),
            }],
            terms,
            of_title_alone: true,
        }
    }

    /// Returns how many times the weights of roles of the title alone count in the posting.
    fn times_alone(&self) -> f32 {
        #[allow(clippy::cast_possible_truncation, reason = "a number near 1")]
        let times = self.tagger.classifier.model.times_alone(self.tagger.scorer.words()) as f32;
        times
    }

    #[inline]
    fn points(&self, term: &FoundTerm<'_, '_>, part: usize, role: usize, times_alone: f32) -> f32 {
        let model = &self.tagger.classifier.model;
        let column = model.gate_count() + role;
        let alone = if part == 0 { times_alone * term.alone(column) } else { 0.0 };
        let learned = term.learned(part, column) + alone;
        model.share_of_score(part, term.bm25(part, role), learned)
    }

    fn log_odds(&self, term: &FoundTerm<'_, '_>, part: usize, gate: usize) -> f32 {
        let profiles = self.tagger.classifier.corpus.taxonomy.profile_count();
        let of_profiles: f64 = (0..profiles)
            .map(|profile| {
                let weight = self.tagger.classifier.model.gate_weight(gate, profile, part);
                weight * f64::from(term.bm25(part, profile))
            })
            .sum();
        #[allow(clippy::cast_possible_truncation, reason = "small numbers")]
        let of_profiles = of_profiles as f32;
        of_profiles + term.learned(part, gate)
    }
}

/// Returns the few with the most points, sorted; equal ones in an order. Most terms are weaker than the last of
/// those that are kept so far, and cost one comparison.
fn strongest<T>(
    all: impl Iterator<Item = (f32, T)>,
    at_most: usize,
    order: impl Fn(&T, &T) -> Ordering,
) -> Vec<(f32, T)> {
    /// From so many on, sorting takes less time than moving up for each.
    const MANY: usize = 32;
    let order = |a: &(f32, T), b: &(f32, T)| b.0.total_cmp(&a.0).then_with(|| order(&a.1, &b.1));
    if at_most >= MANY {
        let mut all: Vec<_> = all.collect();
        all.sort_by(order);
        all.truncate(at_most);
        return all;
    }
    let mut kept: Vec<(f32, T)> = Vec::with_capacity(at_most + 1);
    let mut least = f32::NEG_INFINITY;
    for one in all {
        if one.0 < least {
            continue;
        }
        let place = kept.iter().rposition(|other| order(&one, other).is_ge()).map_or(0, |n| n + 1);
        kept.insert(place, one);
        kept.truncate(at_most);
        if kept.len() == at_most {
            least = kept.last().map_or(f32::INFINITY, |last| last.0);
        }
    }
    kept
}

fn loudest_first<'c>(terms: impl Iterator<Item = Contribution<'c>>) -> Vec<Contribution<'c>> {
    let mut terms: Vec<_> = terms.filter(|term| term.total() != 0.0).collect();
    terms.sort_unstable_by(|a, b| {
        b.total().abs().total_cmp(&a.total().abs()).then_with(|| a.term.cmp(b.term))
    });
    terms
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_strongest_are_the_first_of_all_sorted(
            all in proptest::collection::vec(-9..9_i8, 0..60), names in proptest::collection::vec(0..20_u8, 60),
            at_most in 0..40_usize,
        ) {
            let all: Vec<_> = all.into_iter().map(f32::from).zip(names).collect();
            let mut sorted = all.clone();
            sorted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            sorted.truncate(at_most);
            let found = strongest(all.into_iter(), at_most, Ord::cmp);
            prop_assert_eq!(found, sorted);
        }
    }
}
