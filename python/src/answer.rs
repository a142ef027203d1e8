//! The answer for one posting as Python values.

use pyo3::prelude::*;
use rolecall::{Classifier, Posting};

/// Terms that are shown as evidence, as the command line does.
const EVIDENCE_TERMS: usize = 8;

/// What Python's `Tag` is made of; each becomes a dictionary.
#[derive(Debug, IntoPyObject)]
pub(crate) struct Answer {
    taxonomy: String,
    title: String,
    /// The scope that it tells by itself, and how much that counts.
    title_alone: Option<(f64, f64)>,
    role: String,
    role_name: Option<String>,
    tier: String,
    tier_name: Option<String>,
    confidence: f64,
    scope: f64,
    gates: Vec<(String, f64)>,
    words_known: f64,
    is_calibrated: bool,
    closest_role: Option<String>,
    ranking: Vec<RankedRole>,
    nearest_neighbour: Option<(String, f64)>,
    evidence: Vec<TermWeight>,
}

#[derive(Debug, IntoPyObject)]
struct RankedRole {
    role: String,
    name: String,
    tier: String,
    score: f64,
    probability: f64,
}

#[derive(Debug, IntoPyObject)]
struct TermWeight {
    term: String,
    points: f64,
    in_title: u32,
    in_text: u32,
}

impl Answer {
    /// Classifies a posting.
    pub(crate) fn of(classifier: &Classifier, posting: &Posting<'_>) -> Self {
        let taxonomy = &classifier.corpus().taxonomy;
        let mut tagger = classifier.tagger();
        let explained = tagger.explain(posting);
        let tag = &explained.tag;
        let ranking = tag.ranking.iter().map(|ranked| RankedRole {
            role: ranked.role.id.clone(),
            name: ranked.role.name.clone(),
            tier: taxonomy.tier_of(ranked.role).id.clone(),
            score: ranked.score.into(),
            probability: ranked.probability,
        });
        let terms = tag.closest().map(|closest| explained.evidence(closest, EVIDENCE_TERMS));
        let evidence = terms.unwrap_or_default().into_iter().filter(|term| term.total() > 0.0);
        Self {
            taxonomy: taxonomy.name.clone(),
            title: posting.title.clone().into_owned(),
            title_alone: tag.title.map(|title| (title.probability, title.share)),
            role: tag.role_id().to_owned(),
            role_name: tag.answer.map(|(role, _)| role.name.clone()),
            tier: tag.tier_id().to_owned(),
            tier_name: tag.answer.map(|(_, tier)| tier.name.clone()),
            confidence: tag.confidence,
            scope: tag.scope,
            gates: tag.gates.iter().map(|gate| (gate.name.to_owned(), gate.probability)).collect(),
            words_known: tag.words_known,
            is_calibrated: classifier.corpus().is_fitted(),
            closest_role: tag.closest().map(|closest| closest.role.id.clone()),
            nearest_neighbour: tag
                .nearest_neighbour
                .map(|(neighbour, score)| (neighbour.id.clone(), score.into())),
            evidence: evidence
                .map(|term| TermWeight {
                    term: term.term.to_owned(),
                    points: term.total().into(),
                    in_title: term.title_frequency,
                    in_text: term.body_frequency,
                })
                .collect(),
            ranking: ranking.collect(),
        }
    }
}
