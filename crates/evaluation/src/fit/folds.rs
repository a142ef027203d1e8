//! Which postings must stay together when some fit and others measure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

use rolecall::text::{strip_markup, words};
use rustc_hash::{FxHashMap, FxHasher};

use crate::LabelledPosting;

/// Words of a shingle: a run that two texts share is hardly chance.
const SHINGLE: usize = 5;

/// One of this many shingles is looked at.
const SAMPLED: u64 = 8;

/// Shingles that more postings hold are boilerplate.
const BOILERPLATE: usize = 40;

/// Two postings with this share of the sampled shingles of the shorter one are near-duplicates.
const NEAR: f64 = 0.5;

/// Returns the group of each posting: the postings of one employer, and near-duplicates of each
/// other, have the same. Groups are numbered by their first posting.
pub fn groups(postings: &[LabelledPosting]) -> Vec<usize> {
    let mut sets = Sets((0..postings.len()).collect());
    let mut employers: HashMap<String, usize> = HashMap::new();
    for (n, posting) in postings.iter().enumerate() {
        let name = employer(&posting.group);
        if !name.is_empty() {
            let first = *employers.entry(name).or_insert(n);
            sets.join(first, n);
        }
    }
    let shingles: Vec<_> = postings.iter().map(shingles).collect();
    let mut holders: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for (n, shingles) in shingles.iter().enumerate() {
        for &shingle in shingles {
            holders.entry(shingle).or_default().push(n);
        }
    }
    for (n, of_this) in shingles.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for shingle in of_this {
            let holders = &holders[shingle];
            if holders.len() <= BOILERPLATE {
                for &other in holders.iter().filter(|&&other| other < n) {
                    *shared.entry(other).or_insert(0) += 1;
                }
            }
        }
        for (other, count) in shared {
            let shorter = of_this.len().min(shingles[other].len());
            if count as f64 >= NEAR * shorter as f64 {
                sets.join(other, n);
            }
        }
    }
    (0..postings.len()).map(|n| sets.find(n)).collect()
}

/// Returns an employer's name without case, punctuation, legal form and the rating that some boards
/// put behind it.
fn employer(name: &str) -> String {
    let name = name.to_lowercase();
    let formal = ["inc", "llc", "ltd", "corp", "corporation", "co", "company", "the"];
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !formal.contains(word))
        .filter(|word| !word.chars().all(|c| c.is_ascii_digit()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn shingles(posting: &LabelledPosting) -> BTreeSet<u64> {
    let text = posting.body.join("\n");
    let text = strip_markup(&text);
    let words: Vec<_> = words(&text).map(str::to_lowercase).collect();
    let hash = |shingle: &[String]| {
        let mut hasher = FxHasher::default();
        shingle.hash(&mut hasher);
        hasher.finish()
    };
    // The low bits of this hash are poor; the high ones choose.
    words.windows(SHINGLE).map(hash).filter(|hash| (hash >> 40) % SAMPLED == 0).collect()
}

/// Sets that are joined (union-find); each is known by its smallest member.
struct Sets(Vec<usize>);

impl Sets {
    fn find(&mut self, mut n: usize) -> usize {
        while self.0[n] != n {
            self.0[n] = self.0[self.0[n]];
            n = self.0[n];
        }
        n
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// Deals groups to folds of about equal size: the largest group first, each to the smallest fold. Returns
/// the fold of each posting.
pub(super) fn deal(groups: &[usize], members: &[usize], folds: usize) -> Vec<usize> {
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for &n in members {
        *sizes.entry(groups[n]).or_insert(0) += 1;
    }
    let mut by_size: Vec<_> = sizes.into_iter().collect();
    by_size.sort_by_key(|&(group, size)| (std::cmp::Reverse(size), group));
    let mut filled = vec![0; folds.max(1)];
    let mut fold_of: HashMap<usize, usize> = HashMap::new();
    for (group, size) in by_size {
        let smallest = (0..filled.len()).min_by_key(|&fold| filled[fold]).unwrap_or(0);
        filled[smallest] += size;
        fold_of.insert(group, smallest);
    }
    members.iter().map(|n| fold_of[&groups[*n]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posting(group: &str, body: &str) -> LabelledPosting {
        LabelledPosting { group: group.into(), body: vec![body.into()], ..Default::default() }
    }

    #[test]
    fn employers_and_near_duplicates_stay_together() {
        let text: Vec<_> = (0..300).map(|n| format!("word{}", n * n % 97 + n)).collect();
        let other: Vec<_> = (0..300).map(|n| format!("thing{}", n * n % 89 + n)).collect();
        let edited = [&["another", "start"].map(str::to_owned)[..], &text[20..]].concat();
        let postings = [
            posting("Acme Hospital, Inc.", "teach nurses"),
            posting("", &text.join(" ")),
            posting("ACME HOSPITAL 3.9", "answer tickets"),
            posting("Elsewhere", &edited.join(" ")),
            posting("", &other.join(" ")),
            posting("", ""),
            posting("", ""),
        ];
        assert_eq!(groups(&postings), [0, 1, 0, 1, 4, 5, 6]);
    }

    #[test]
    fn groups_are_dealt_whole() {
        let groups = [0, 0, 0, 3, 3, 5, 6];
        let folds = deal(&groups, &[0, 1, 2, 3, 4, 5, 6], 2);
        assert_eq!(folds, [0, 0, 0, 1, 1, 1, 0]);
    }
}
