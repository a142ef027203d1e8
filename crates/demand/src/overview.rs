//! What a run of `demand` found, as the outputs and the report show it.

use serde::{Deserialize, Serialize};

use rolecall_evaluation::Interval;
use rolecall_tagging::likeness::Likeness;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Rows of the inputs.
    Postings,
    /// Ads: postings of the same ad count once.
    Ads,
}

/// All that is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// The heading, such as "Demand for health-IT roles".
    pub title: String,
    /// The name of the taxonomy, `onc`.
    pub taxonomy: String,
    /// What the charts and shares count.
    pub unit: Unit,
    /// First and last day that a posting is dated, ISO.
    pub period: Option<(String, String)>,
    /// What was read, and what could not be.
    pub quality: Quality,
    /// All rows that were read.
    pub all: Counts,
    /// Rows tagged with any role.
    pub in_scope: Group,
    /// In taxonomy order.
    pub tiers: Vec<Tier>,
    /// In taxonomy order.
    pub roles: Vec<Role>,
    /// By month, oldest first, without gaps: key `2026-01`.
    pub months: Vec<Cell>,
    /// By US state: key is the USPS code, name the state's name. States without in-scope postings may be missing.
    pub states: Vec<Cell>,
    /// By Census region (Northeast, Midwest, South, West), then other countries.
    pub regions: Vec<Cell>,
    /// The employers with most in-scope postings, most first, at most 50.
    pub employers: Vec<Cell>,
    /// Role shares by each method of correction, for the method section.
    pub methods: Vec<Method>,
    /// On which labelled postings the correction rests; nothing if there is none.
    pub evidence: Option<Evidence>,
    /// What the figures assume and do not say, a sentence each.
    pub assumptions: Vec<String>,
    /// What was read, in order.
    pub inputs: Vec<Input>,
    /// Version of the program, fingerprint of the corpus, the command: enough to do it again. Name and value.
    pub manifest: Vec<(String, String)>,
}

/// What was read, and what could not be.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Quality {
    /// Rows that were read: postings and rows set aside.
    pub rows_read: u64,
    /// Rows that could not be counted.
    pub rows_set_aside: u64,
    /// Rows that were counted.
    pub postings: u64,
    /// Postings that repeat an earlier ad; nothing if duplicates are not known.
    pub duplicates: Option<u64>,
    /// How unlike the labelled postings the rows are; nothing if that is not known for the taxonomy.
    pub likeness: Option<Likeness>,
    /// What each field of the rows gave: place, date, salary, remote, employer.
    pub fields: Vec<FieldQuality>,
}

/// How many rows say something, and how many of these could be read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldQuality {
    /// The name of the field.
    pub field: String,
    /// The columns it was read from; empty if there is none.
    pub columns: Vec<String>,
    /// Rows whose cell was read.
    pub read: u64,
    /// The cell is not empty, but could not be read.
    pub not_read: u64,
    /// The cell is empty or there is no column.
    pub not_stated: u64,
    /// The commonest values that could not be read, with their counts: at most 5.
    pub examples: Vec<(String, u64)>,
}

/// Counts of a group of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Counts {
    /// Rows that were counted.
    pub postings: u64,
    /// Nothing if duplicates are not known.
    pub ads: Option<u64>,
    /// Nothing if there is no column of employers.
    pub employers: Option<u64>,
    /// What is paid.
    pub salary: Option<Salary>,
    /// How long ads stay up.
    pub duration: Option<Duration>,
}

/// Pay for a year, of the rows that state it in the commonest currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Salary {
    /// ISO 4217, such as USD.
    pub currency: String,
    /// Rows that state it.
    pub postings: u64,
    /// A quarter is paid less.
    pub lower_quartile: f64,
    /// Half is paid less.
    pub median: f64,
    /// A quarter is paid more.
    pub upper_quartile: f64,
}

/// How long ads stay up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Duration {
    /// Ads with a first and a last day.
    pub ads: u64,
    /// Half are taken down sooner.
    pub median_days: f64,
}

/// A group with what is made of its counts.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Group {
    /// What was counted.
    pub counts: Counts,
    /// Of all rows, by the unit, 0..=1.
    pub share_of_all: f64,
    /// Of rows with a role, by the unit, 0..=1.
    pub share_of_scope: f64,
    /// The count corrected for the classifier's errors, by the unit.
    pub corrected: Option<Interval>,
}

/// A tier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tier {
    /// The id.
    pub id: String,
    /// The name, for people.
    pub name: String,
    /// What was counted, and what is made of it.
    pub group: Group,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Role {
    /// The id.
    pub id: String,
    /// The name, for people.
    pub name: String,
    /// Position of the tier.
    pub tier: usize,
    /// What was counted, and what is made of it.
    pub group: Group,
    /// Of the last full month against the one before, and the same month a year before: 0.1 is 10 % more.
    pub growth_month: Option<f64>,
    /// Of the last full month against the same month a year before.
    pub growth_year: Option<f64>,
    /// The employers with most postings, with their counts.
    pub top_employers: Vec<(String, u64)>,
    /// The commonest job titles in lower case, with their counts.
    pub top_titles: Vec<(String, u64)>,
    /// The certifications asked for most, with the postings that do.
    pub top_certifications: Vec<(String, u64)>,
}

/// Counts by role for one value of something.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    /// What the output calls it.
    pub key: String,
    /// The name, for people.
    pub name: String,
    /// All rows, by the unit.
    pub all: u64,
    /// Rows of each role, by the unit, in taxonomy order.
    pub roles: Vec<u64>,
}

/// What a method of correction says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Method {
    /// Such as "raw count", "adjusted count (ACC)".
    pub name: String,
    /// One for each role in taxonomy order, by the unit.
    pub roles: Vec<Interval>,
    /// All roles together.
    pub in_scope: Interval,
}

/// The labelled postings that a correction rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// Where it comes from.
    pub source: String,
    /// Rows that were counted.
    pub postings: u64,
    /// How many of them hire for any role.
    pub in_scope: u64,
}

/// An input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// The name, for people.
    pub name: String,
    /// Rows that were read.
    pub rows: u64,
    /// SHA-256 of the bytes.
    pub sha256: String,
}
