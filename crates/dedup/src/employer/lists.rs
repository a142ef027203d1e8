//! The lists by which names of employers are brought to one form.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::glued;

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

const EMPLOYERS: &str = include_str!("../../corpus/employers.toml");

// The file is part of the program, and the test of this module makes sure that it can be read.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_read() {
        toml::from_str::<EmployerLists>(EMPLOYERS).unwrap();
        assert!(EMPLOYER_WORDS.legal_forms.contains("llc"));
        assert!(EMPLOYER_WORDS.legal_forms.contains("sarl"));
    }
}
