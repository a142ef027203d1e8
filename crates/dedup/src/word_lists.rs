//! The lists by which titles and places are brought to one form.

use std::sync::LazyLock;

use rolecall_fields::{CANADA_TSV, US_STATES_TSV};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::word::{hash_of_word, short_words};

/// The content of `requisitions.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequisitionWords {
    pub(super) marks: FxHashSet<String>,
    pub(super) things: FxHashSet<String>,
    pub(super) numbering: FxHashSet<String>,
    pub(super) prefixes: FxHashSet<String>,
    pub(super) no_prefixes: FxHashSet<String>,
    pub(super) no_numbers: FxHashSet<String>,
    pub(super) levels: FxHashSet<String>,
}

const REQUISITIONS: &str = include_str!("../corpus/requisitions.toml");

// The file is part of the program, and the tests of this module make sure that it can be read.
pub(super) static REQUISITION_WORDS: LazyLock<RequisitionWords> =
    LazyLock::new(|| toml::from_str(REQUISITIONS).unwrap_or_default());

/// Hashes of the words behind which a number is a level.
pub(super) static LEVELS: LazyLock<FxHashSet<u64>> =
    LazyLock::new(|| REQUISITION_WORDS.levels.iter().map(|level| hash_of_word(level)).collect());

/// Codes of US states and Canadian provinces, in lower case, by the words of all their names.
pub(super) static STATE_CODES: LazyLock<FxHashMap<String, String>> = LazyLock::new(|| {
    let mut codes = FxHashMap::default();
    let is_entry = |line: &&str| !line.starts_with('#');
    // Of a US state follow the regions, then other names; of a province only names.
    let us = US_STATES_TSV.lines().filter(is_entry).map(|line| (line, &[0, 1, 4][..]));
    let canada = CANADA_TSV.lines().filter(is_entry).map(|line| (line, &[0, 1, 2][..]));
    for (line, columns) in us.chain(canada) {
        let cells: Vec<_> = line.split('\t').collect();
        for names in columns.iter().filter_map(|&column| cells.get(column)) {
            for name in names.split('|').map(|name| short_words(name).join(" ")) {
                codes.insert(name, cells[0].to_lowercase());
            }
        }
    }
    codes.remove("");
    codes
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_can_be_read() {
        toml::from_str::<RequisitionWords>(REQUISITIONS).unwrap();
        assert_eq!(STATE_CODES["new york"], "ny");
        assert_eq!(STATE_CODES["n y"], "ny");
        assert_eq!(STATE_CODES["british columbia"], "bc");
        assert!(STATE_CODES.len() > 2 * (56 + 13));
    }
}
