//! What some rows say, as far as it is counted.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rolecall::classify::role_sure;
use rolecall_dedup::Signature;
use rolecall_tagging::likeness::LikenessCounts;
use rustc_hash::FxHashMap;

use super::count::Dictionary;

/// What some rows of an input say. Texts are numbered within it.
#[derive(Debug, Default)]
pub(super) struct Extracted {
    /// The texts of the rows, if they are kept.
    pub(super) postings: Vec<PostingText>,
    pub(super) texts: Dictionary,
    pub(super) rows: Vec<ExtractedRow>,
    /// Numbers of texts: those of the first row, then those of the second, ...
    pub(super) attributes: Vec<u32>,
    /// The certifications that a row asks for: its position, and theirs in the list.
    pub(super) certifications: Vec<(usize, usize)>,
    /// How many rows spell an employer so, by the numbers of its plain form and of the spelling.
    pub(super) spellings: FxHashMap<(u32, u32), u64>,
    /// Of the rows that are compared with those before.
    pub(super) signatures: Vec<Signature>,
    /// By field, in the order of [`Field::ALL`].
    pub(super) fields: [FieldCounts; Field::ALL.len()],
    /// What tells how like the labelled postings the rows are.
    pub(super) likeness: LikenessCounts,
    /// Line and reason of the rows that could not be read.
    pub(super) set_aside: Vec<(u64, String)>,
}

/// What a row says.
#[derive(Debug, Clone, Copy)]
pub(super) struct ExtractedRow {
    /// Position of the role in the taxonomy; the number of roles for `none`.
    pub(super) class: usize,
    pub(super) ad: AdOf,
    /// Number of the employer's text in its plain form.
    pub(super) employer: Option<u32>,
    /// Number of the currency's text, and cents for a year.
    pub(super) salary: Option<(u32, i64)>,
    /// How many days the posting was up.
    pub(super) days: Option<i64>,
    /// The day it was posted, if it is known.
    pub(super) day: Option<Date>,
    pub(super) candidates: Option<Candidates>,
    /// The class that the row is labelled with, if it is.
    pub(super) label: Option<u32>,
}

/// The probabilities of the closest role and of the runner-up. The rest of 1 is that of `none`.
///
/// A tagged file says no more of a row: its scope, and how the scores of these two compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidates {
    pub(super) closest: (usize, f32),
    pub(super) second: (usize, f32),
}

impl Candidates {
    /// Shares the scope between two roles as their scores say; `sharpness` is the log-odds that a
    /// point makes.
    #[allow(clippy::cast_possible_truncation, reason = "four digits are written")]
    pub(super) fn new(
        scope: f64,
        (closest, score): (usize, f64),
        (second, second_score): (usize, f64),
        sharpness: f64,
    ) -> Self {
        let odds = (sharpness * (second_score - score)).exp();
        let first = scope / (1.0 + odds);
        Self { closest: (closest, first as f32), second: (second, (scope - first) as f32) }
    }

    /// Returns the scope, and the closest role's share of what both roles have.
    pub(super) fn scope_and_sureness(self) -> (f64, f64) {
        let [(_, closest), (_, second)] = self.pairs();
        (closest + second, role_sure(closest, second))
    }

    pub(super) fn pairs(self) -> [(usize, f64); 2] {
        [self.closest, self.second].map(|(class, p)| (class, p.into()))
    }
}

/// What a person reads of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PostingText {
    pub(super) title: String,
    pub(super) employer: String,
    pub(super) place: String,
    pub(super) body: String,
}

/// Which ad a row is a posting of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AdOf {
    /// Nothing is known about it.
    Unknown,
    /// The input says it.
    Known(u64),
    /// The row is to be compared with those before.
    Signed,
}

/// What rows say of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Place,
    Date,
    Salary,
    Remote,
    Employer,
}

impl Field {
    pub(super) const ALL: [Self; 5] =
        [Self::Place, Self::Date, Self::Salary, Self::Remote, Self::Employer];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Date => "date",
            Self::Salary => "salary",
            Self::Remote => "remote",
            Self::Employer => "employer",
        }
    }
}

/// Different texts that could not be read and are remembered as examples, at most.
const EXAMPLES: usize = 1000;

/// How many rows say something in a field, and of how many it could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FieldCounts {
    pub(super) read: u64,
    pub(super) not_read: u64,
    pub(super) not_stated: u64,
    /// Texts that could not be read, with their counts.
    examples: BTreeMap<String, u64>,
}

impl FieldCounts {
    /// Counts a text that could not be read.
    pub(super) fn refuse(&mut self, text: &str) {
        self.not_read += 1;
        self.remember(text, 1);
    }

    /// Takes over the counts of other rows.
    pub(super) fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.not_read += other.not_read;
        self.not_stated += other.not_stated;
        for (text, &count) in &other.examples {
            self.remember(text, count);
        }
    }

    /// Returns the commonest texts that could not be read.
    pub(super) fn examples(&self, most: usize) -> Vec<(String, u64)> {
        let mut examples: Vec<_> = self.examples.iter().map(|(t, &n)| (t.clone(), n)).collect();
        // The sort is stable, so that equally common ones go by the alphabet.
        examples.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        examples.truncate(most);
        examples
    }

    fn remember(&mut self, text: &str, count: u64) {
        let start: String = text.chars().take(80).collect();
        if self.examples.len() < EXAMPLES || self.examples.contains_key(&start) {
            *self.examples.entry(start).or_insert(0) += count;
        }
    }
}
