//! How a sample was drawn: what is needed to estimate from it, beside the labels.

use rolecall::taxonomy::Taxonomy;
use serde::{Deserialize, Serialize};

use crate::Unit;

/// What is estimated: the postings of some roles together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The id of the role or tier, or `all`.
    pub id: String,
    /// The name, for people.
    pub name: String,
    /// Positions of the roles.
    pub roles: Vec<usize>,
}

/// Returns what is estimated: each role, each tier and all roles, in taxonomy order.
pub fn targets(taxonomy: &Taxonomy) -> Vec<Target> {
    let role = |(n, role): (usize, &rolecall::taxonomy::Role)| Target {
        id: role.id.clone(),
        name: role.name.clone(),
        roles: vec![n],
    };
    let tier = |(n, tier): (usize, &rolecall::taxonomy::Tier)| Target {
        id: tier.id.clone(),
        name: tier.name.clone(),
        roles: (0..taxonomy.roles.len()).filter(|&role| taxonomy.roles[role].tier == n).collect(),
    };
    let all = Target {
        id: "all".to_owned(),
        name: "All roles".to_owned(),
        roles: (0..taxonomy.roles.len()).collect(),
    };
    let roles = taxonomy.roles.iter().enumerate().map(role);
    roles.chain(taxonomy.tiers.iter().enumerate().map(tier)).chain([all]).collect()
}

/// How a sample was drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// The program that drew it.
    pub program: String,
    /// Fingerprint of the corpus that the predictions are by.
    pub corpus: String,
    /// Ads, if the inputs say which postings repeat one.
    pub unit: Unit,
    /// What the draw started from.
    pub seed: u64,
    /// Names and SHA-256 of the inputs.
    pub inputs: Vec<(String, String)>,
    /// What was drawn from, by the unit.
    pub postings: u64,
    /// Postings of an ad that was there before.
    pub repeats: u64,
    /// Rows that could not be read.
    pub rows_set_aside: u64,
    /// Ids of what is estimated.
    pub targets: Vec<String>,
    /// The parts of the inputs that were drawn from apart.
    pub strata: Vec<Stratum>,
    /// What was drawn.
    pub drawn: Vec<DrawnPosting>,
}

impl Design {
    /// Tells whether the parts fit together, as those of a file that nobody changed do.
    pub(super) fn is_whole(&self) -> bool {
        let targets = self.targets.len();
        let drawn = |n: usize| self.drawn.iter().filter(|row| row.stratum == n).count();
        let is_stratum = |(n, stratum): (usize, &Stratum)| {
            let Stratum { postings, sums, squares, .. } = stratum;
            // Predictions are from 0 to 1, so that their squares are at most themselves; but for rounding.
            let most = |number: f64| number * 1.000_001;
            let is_sum = |(&sum, &square): (&f64, &f64)| {
                0.0 <= square && square <= most(sum) && sum <= most(*postings as f64)
            };
            (sums.len(), squares.len()) == (targets, targets)
                && stratum.drawn == drawn(n)
                && (1..=*postings).contains(&(stratum.drawn as u64))
                && sums.iter().zip(squares).all(is_sum)
        };
        let is_row = |row: &DrawnPosting| {
            row.stratum < self.strata.len()
                && row.predictions.len() == targets
                && row.predictions.iter().all(|p| (0.0..=1.0).contains(p))
        };
        let postings = self.strata.iter().map(|stratum| u128::from(stratum.postings)).sum::<u128>();
        postings == u128::from(self.postings)
            && self.strata.iter().enumerate().all(is_stratum)
            && self.drawn.iter().all(is_row)
    }
}

/// A part of the inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stratum {
    /// In words, such as "tagged `none` with a scope below 0.02".
    pub name: String,
    /// The answer: a role, or nothing.
    pub role: Option<usize>,
    /// How many postings it has.
    pub postings: u64,
    /// How many of them were drawn.
    pub drawn: usize,
    /// The sum of the predictions of each target.
    pub sums: Vec<f64>,
    /// The sum of their squares.
    pub squares: Vec<f64>,
}

/// A posting that was drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrawnPosting {
    /// What the sheet calls it.
    pub id: String,
    /// The position of its stratum.
    pub stratum: usize,
    /// The prediction of each target, 0..=1.
    pub predictions: Vec<f64>,
}
