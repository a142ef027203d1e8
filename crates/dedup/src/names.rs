//! The lists by which names of employers, titles and places are brought to one form.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rolecall_fields::{CANADA_TSV, US_STATES_TSV};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::employer::glued;
use super::normal::{hash_of_word, short_words};

/// What boards write around names of employers, in the form in which it is looked up.
#[derive(Debug, Default)]
pub(super) struct EmployerWords {
    pub(super) legal_forms: FxHashSet<String>,
    pub(super) legal_forms_with_stops: FxHashSet<String>,
    pub(super) legal_forms_in_capitals: FxHashSet<String>,
    pub(super) web_domains: FxHashSet<String>,
    pub(super) legal_forms_of_east_asia: Vec<String>,
    pub(super) and: FxHashSet<String>,
    pub(super) trading_as: Vec<String>,
    /// Finds `dba` and all of `trading_as` in one pass; nothing if they can't be made one search.
    pub(super) any_trading_as: Option<AhoCorasick>,
    pub(super) beside: FxHashSet<String>,
    pub(super) nobody: FxHashSet<String>,
}

/// The content of `employers.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EmployerLists {
    legal_forms: Vec<String>,
    legal_forms_with_stops: Vec<String>,
    legal_forms_in_capitals: Vec<String>,
    web_domains: Vec<String>,
    legal_forms_of_east_asia: Vec<String>,
    and: Vec<String>,
    trading_as: Vec<String>,
    beside: Vec<String>,
    nobody: Vec<String>,
}

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

const EMPLOYERS: &str = include_str!("../corpus/employers.toml");
const REQUISITIONS: &str = include_str!("../corpus/requisitions.toml");

// The files are part of the program, and the tests of this module make sure that they can be read.
pub(super) static EMPLOYER_WORDS: LazyLock<EmployerWords> = LazyLock::new(|| {
    let lists: EmployerLists = toml::from_str(EMPLOYERS).unwrap_or_default();
    let set = |list: Vec<String>| list.iter().map(|entry| glued(entry)).collect();
    let trading_as = lists.trading_as.iter().map(String::as_str).chain(["dba "]);
    let any_trading_as = AhoCorasick::builder().ascii_case_insensitive(true).build(trading_as).ok();
    EmployerWords {
        any_trading_as,
        legal_forms: set(lists.legal_forms),
        legal_forms_with_stops: set(lists.legal_forms_with_stops),
        legal_forms_in_capitals: set(lists.legal_forms_in_capitals),
        web_domains: set(lists.web_domains),
        legal_forms_of_east_asia: lists.legal_forms_of_east_asia,
        and: set(lists.and),
        trading_as: lists.trading_as,
        beside: set(lists.beside),
        nobody: set(lists.nobody),
    }
});

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
        toml::from_str::<EmployerLists>(EMPLOYERS).unwrap();
        toml::from_str::<RequisitionWords>(REQUISITIONS).unwrap();
        assert!(EMPLOYER_WORDS.legal_forms.contains("llc"));
        assert!(EMPLOYER_WORDS.legal_forms.contains("sarl"));
        assert_eq!(STATE_CODES["new york"], "ny");
        assert_eq!(STATE_CODES["n y"], "ny");
        assert_eq!(STATE_CODES["british columbia"], "bc");
        assert!(STATE_CODES.len() > 2 * (56 + 13));
    }
}
