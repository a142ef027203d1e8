//! The values of the tag columns.

use rolecall::classify::{Explanation, Ranked};
use rolecall::taxonomy::NONE;
use rolecall::text::push_decimal;
use rolecall::{Posting, Tag};
use rolecall_dedup::Verdict;
use rolecall_tables::columns::{DUPLICATES, EXTRA, TAGS};

/// Terms that the evidence column shows.
const EVIDENCE_TERMS: usize = 6;

/// The names of the columns that are appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TagNames {
    pub(super) tags: [String; 10],
    pub(super) duplicates: [String; 3],
    pub(super) extra: String,
}

impl TagNames {
    pub(super) fn new(prefix: &str) -> Self {
        Self {
            tags: TAGS.map(|name| format!("{prefix}_{name}")),
            duplicates: DUPLICATES.map(|name| format!("{prefix}_{name}")),
            extra: format!("{prefix}_{EXTRA}"),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let all = self.tags.iter().chain(&self.duplicates).chain([&self.extra]);
        all.map(String::as_str)
    }
}

/// The value of a tag column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Text(&'a str),
    /// A number and how many digits it has behind the point.
    Number(f64, usize),
}

/// What a tag is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    TitleAndText,
    Title,
    Text,
    Nothing,
}

impl Basis {
    /// Tells what a posting has.
    pub(super) fn of(posting: &Posting<'_>) -> Self {
        let is_blank = |text: &str| text.trim_ascii().is_empty();
        match (is_blank(&posting.title), posting.body.iter().all(|text| is_blank(text))) {
            (false, false) => Self::TitleAndText,
            (false, true) => Self::Title,
            (true, false) => Self::Text,
            (true, true) => Self::Nothing,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::TitleAndText => "title+text",
            Self::Title => "title",
            Self::Text => "text",
            Self::Nothing => "none",
        }
    }
}

/// The tag of a row, as it is written.
pub(super) struct TagCells<'t, 'c> {
    tag: &'t Tag<'c>,
    basis: Basis,
    evidence: &'t str,
}

impl<'t, 'c> TagCells<'t, 'c> {
    /// `evidence` is memory to write the evidence to.
    pub(super) fn new(
        explained: &'t Explanation<'_, 'c>,
        basis: Basis,
        evidence: &'t mut String,
    ) -> Self {
        evidence.clear();
        let tag = &explained.tag;
        if let Some(closest) = tag.closest() {
            let terms = explained.evidence(closest, EVIDENCE_TERMS);
            for (n, term) in terms.iter().filter(|term| term.total() > 0.0).enumerate() {
                if n > 0 {
                    evidence.push(' ');
                }
                evidence.push_str(term.term);
                evidence.push(':');
                push_decimal(evidence, term.total().into(), 2);
            }
        }
        Self { tag, basis, evidence }
    }

    pub(super) fn role_id(&self) -> &'c str {
        self.tag.role_id()
    }

    pub(super) fn confidence(&self) -> f64 {
        self.tag.confidence
    }

    /// Returns the values in the order of the columns.
    pub(super) fn values(&self) -> [Value<'t>; 10]
    where
        'c: 't,
    {
        let tag = self.tag;
        let id = |ranked: Option<&Ranked<'c>>| -> &'t str {
            ranked.map_or(NONE, |ranked| &ranked.role.id)
        };
        let score = |ranked: Option<&Ranked<'_>>| ranked.map_or(0.0, |ranked| ranked.score.into());
        [
            Value::Text(tag.role_id()),
            Value::Text(tag.tier_id()),
            Value::Number(tag.confidence, 4),
            Value::Number(tag.scope, 4),
            Value::Text(id(tag.closest())),
            Value::Number(score(tag.closest()), 3),
            Value::Text(id(tag.second())),
            Value::Number(score(tag.second()), 3),
            Value::Text(self.evidence),
            Value::Text(self.basis.as_str()),
        ]
    }
}

/// Returns the values of the columns of deduplication; rows of the output are counted from 1.
pub(super) fn duplicate_values(verdict: &Verdict) -> (Option<u64>, u64, &'static str) {
    (verdict.duplicate_of.map(|number| number + 1), verdict.cluster + 1, verdict.kind.as_str())
}
