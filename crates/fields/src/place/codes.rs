//! The code lists that places are read by.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::super::error::{FieldDataError, parse};
use super::Region;

const COUNTRIES: (&str, &str) = (
    "crates/fields/corpus/places/countries.tsv",
    include_str!("../../corpus/places/countries.tsv"),
);
/// The states of the US and their territories: lines of code, name, region, division and other names with tabs
/// between; `|` stands between names.
pub const US_STATES_TSV: &str = include_str!("../../corpus/places/us_states.tsv");
/// The provinces of Canada: lines of code and names with tabs between; `|` stands between names.
pub const CANADA_TSV: &str = include_str!("../../corpus/places/canada.tsv");
const STATES: (&str, &str) = ("crates/fields/corpus/places/us_states.tsv", US_STATES_TSV);
const CANADA: (&str, &str) = ("crates/fields/corpus/places/canada.tsv", CANADA_TSV);
const CITIES: (&str, &str) =
    ("crates/fields/corpus/places/cities.tsv", include_str!("../../corpus/places/cities.tsv"));
const CITY_CODES: (&str, &str) = (
    "crates/fields/corpus/places/city_codes.tsv",
    include_str!("../../corpus/places/city_codes.tsv"),
);
const METROS: (&str, &str) = (
    "crates/fields/corpus/places/us_metros.tsv",
    include_str!("../../corpus/places/us_metros.tsv"),
);
const AREAS: (&str, &str) = (
    "crates/fields/corpus/places/uk_postcode_areas.txt",
    include_str!("../../corpus/places/uk_postcode_areas.txt"),
);
const UK_COUNTIES: &str = include_str!("../../corpus/places/uk_counties.txt");
const US_COUNTIES: &str = include_str!("../../corpus/places/us_counties.txt");
const WORDS: (&str, &str) =
    ("crates/fields/corpus/places/words.toml", include_str!("../../corpus/places/words.toml"));

/// A US state, the District of Columbia or a US territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// The USPS code.
    pub code: &'static str,
    /// The name.
    pub name: &'static str,
    /// The Census region; territories are in none.
    pub region: Option<Region>,
    /// The Census division; territories are in none.
    pub division: Option<&'static str>,
}

/// What two or three letters can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Code {
    pub(super) state: Option<State>,
    pub(super) province: bool,
    pub(super) country: Option<&'static str>,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Name {
    pub(super) state: Option<State>,
    pub(super) province: bool,
    pub(super) country: Option<&'static str>,
}

/// Where the only city, or the by far largest one, of a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct City {
    pub(super) country: &'static str,
    pub(super) state: Option<State>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    nothing: FxHashSet<String>,
    world: FxHashSet<String>,
    beside: FxHashSet<String>,
    metro_before: Vec<String>,
    metro_after: Vec<String>,
    time_zones: FxHashSet<String>,
    hiring_countries: FxHashSet<String>,
    county_after: Vec<String>,
    first_words: BTreeMap<String, String>,
    short_names: BTreeMap<String, String>,
}

/// All lists, by what is looked up in lower case (codes in upper case).
#[derive(Debug)]
pub(super) struct Codes {
    names: FxHashMap<String, Name>,
    codes: FxHashMap<&'static str, Code>,
    states: Vec<State>,
    country_names: FxHashMap<&'static str, &'static str>,
    cities: FxHashMap<String, City>,
    city_codes: FxHashMap<&'static str, FxHashMap<String, &'static str>>,
    metros: FxHashMap<String, Vec<State>>,
    areas: FxHashMap<&'static str, &'static str>,
    /// Whether the name alone is enough.
    uk_counties: FxHashMap<&'static str, bool>,
    us_counties: FxHashMap<&'static str, State>,
    words: Words,
}

impl Codes {
    pub(super) fn embedded() -> Result<Self, FieldDataError> {
        let mut codes = Self {
            names: FxHashMap::default(),
            codes: FxHashMap::default(),
            states: Vec::new(),
            country_names: FxHashMap::default(),
            cities: FxHashMap::default(),
            city_codes: FxHashMap::default(),
            metros: FxHashMap::default(),
            areas: FxHashMap::default(),
            uk_counties: FxHashMap::default(),
            us_counties: FxHashMap::default(),
            words: parse(WORDS.0, WORDS.1)?,
        };
        for [code, name, region, division, others] in rows(STATES)? {
            let region = match region {
                "-" => None,
                name => Some(Region::from_name(name).ok_or_else(|| FieldDataError {
                    file: STATES.0,
                    message: format!("`{name}` is no Census region"),
                })?),
            };
            let division = (division != "-").then_some(division);
            let state = State { code, name, region, division };
            codes.states.push(state);
            codes.codes.entry(code).or_default().state = Some(state);
            for name in std::iter::once(name).chain(list(others)) {
                codes.names.entry(name.to_lowercase()).or_default().state = Some(state);
            }
        }
        for [code, names] in rows(CANADA)? {
            codes.codes.entry(code).or_default().province = true;
            for name in list(names) {
                codes.names.entry(name.to_lowercase()).or_default().province = true;
            }
        }
        for [code, long_code, name, others] in rows(COUNTRIES)? {
            codes.codes.entry(code).or_default().country = Some(code);
            codes.codes.entry(long_code).or_default().country = Some(code);
            codes.country_names.insert(code, name);
            for name in std::iter::once(name).chain(list(others)) {
                codes.names.entry(name.to_lowercase()).or_default().country = Some(code);
            }
        }
        for [names, country, state] in rows(CITIES)? {
            let city = City { country, state: codes.state(state) };
            for name in list(names) {
                codes.cities.insert(name.to_lowercase(), city);
            }
        }
        for [names, code, country] in rows(CITY_CODES)? {
            let cities = codes.city_codes.entry(code).or_default();
            cities.extend(list(names).map(|name| (name.to_lowercase(), country)));
        }
        for [name, _, states] in rows(METROS)? {
            let states = states.split(' ').filter_map(|code| codes.state(code)).collect();
            codes.metros.insert(name.to_lowercase(), states);
        }
        for line in AREAS.1.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split(' ');
            if let Some(country) = words.next() {
                codes.areas.extend(words.map(|area| (area, country)));
            }
        }
        for line in UK_COUNTIES.lines().filter(|line| !line.starts_with('#')) {
            let names = line.strip_prefix("- ");
            codes
                .uk_counties
                .extend(list(names.unwrap_or(line)).map(|name| (name, names.is_none())));
        }
        for line in US_COUNTIES.lines().filter(|line| !line.starts_with('#')) {
            let state =
                line.split_once(' ').and_then(|(code, names)| Some((codes.state(code)?, names)));
            if let Some((state, names)) = state {
                codes.us_counties.extend(list(names).map(|name| (name, state)));
            }
        }
        Ok(codes)
    }

    pub(super) fn states(&self) -> &[State] {
        &self.states
    }

    pub(super) fn country_name(&self, code: &str) -> Option<&'static str> {
        self.country_names.get(code).copied()
    }

    pub(super) fn state(&self, code: &str) -> Option<State> {
        self.codes.get(code)?.state
    }

    /// Looks up two or three letters in upper case.
    pub(super) fn code(&self, code: &str) -> Option<Code> {
        self.codes.get(code).copied()
    }

    /// Looks up a name in lower case.
    pub(super) fn name(&self, name: &str) -> Option<Name> {
        self.names.get(name).copied()
    }

    /// Looks up a city by its name in lower case.
    pub(super) fn city(&self, name: &str) -> Option<City> {
        self.cities.get(name).copied()
    }

    /// Returns the country that a code (or `Georgia`) stands for after a city, where the lists know
    /// better than the code alone.
    pub(super) fn after_city(&self, city: &str, code: &str) -> Option<&'static str> {
        self.city_codes.get(code)?.get(city).copied()
    }

    /// Returns the states that the metropolitan area of a city reaches into, given a name like
    /// `greater boston` or `dallas–fort worth metroplex`.
    pub(super) fn metro(&self, name: &str) -> Option<&[State]> {
        let bare = self.without_metro(name)?;
        let first = bare.split(['-', '–', '/']).next()?.trim();
        let first = self.words.short_names.get(first).map_or(first, String::as_str);
        self.metros.get(first).map(Vec::as_slice)
    }

    /// Takes the words for a metropolitan area off a name, if it has any.
    pub(super) fn without_metro<'n>(&self, name: &'n str) -> Option<&'n str> {
        let bare = self.words.metro_before.iter().fold(name, |name, word| {
            name.strip_prefix(word.as_str()).and_then(|n| n.strip_prefix(' ')).unwrap_or(name)
        });
        let bare = self.words.metro_after.iter().fold(bare, |name, word| {
            name.strip_suffix(word.as_str()).and_then(|n| n.strip_suffix(' ')).unwrap_or(name)
        });
        (bare.len() < name.len()).then_some(bare)
    }

    /// Returns the full name of a city that is written short.
    pub(super) fn full_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.words.short_names.get(name).map_or(name, String::as_str)
    }

    /// Returns the country of a UK postcode area.
    pub(super) fn postcode_area(&self, area: &str) -> Option<&'static str> {
        self.areas.get(area).copied()
    }

    /// Tells whether a name in lower case is that of a county of the United Kingdom; `is_behind` says that
    /// the name of a town stands before it.
    pub(super) fn is_uk_county(&self, name: &str, is_behind: bool) -> bool {
        self.uk_counties.get(name).is_some_and(|is_enough| *is_enough || is_behind)
    }

    /// Takes the word for a county off a name in lower case.
    pub(super) fn without_county<'n>(&self, name: &'n str) -> Option<&'n str> {
        self.words
            .county_after
            .iter()
            .find_map(|word| name.strip_suffix(word.as_str())?.strip_suffix(' '))
    }

    /// Returns the state of a county of the United States whose name only it has.
    pub(super) fn us_county(&self, name: &str) -> Option<State> {
        self.us_counties.get(self.without_county(name)?).copied()
    }

    /// Tells whether a text in lower case is a time zone: `est`, `gmt+1`, or one that ends like them.
    pub(super) fn is_time_zone(&self, text: &str) -> bool {
        // "GMT+1", "UTC -05:00"
        let (name, offset) = text.split_once(['+', '-']).unwrap_or((text, ""));
        let is_offset =
            offset.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | ' ' | '/' | '-'));
        let bare = if is_offset { name.trim() } else { text };
        let is_like_one = (3..=4).contains(&text.len())
            && (text.ends_with("st") || text.ends_with("dt"))
            && !text.contains(['a', 'e', 'i', 'o', 'u']);
        is_like_one || self.words.time_zones.contains(bare)
    }

    /// Tells whether a code is that of a country which posts many jobs.
    pub(super) fn is_hiring(&self, code: &str) -> bool {
        self.words.hiring_countries.contains(code)
    }

    /// Returns the name of a city in the one way in which it is shown, however it is written: full, and with
    /// capitals as in titles.
    pub(super) fn shown_city(&self, written: &str) -> String {
        let lower = written.to_lowercase();
        let lower = self.full_name(&lower);
        let mut shown = String::with_capacity(lower.len());
        for (n, word) in lower.split(' ').filter(|word| !word.is_empty()).enumerate() {
            let first = self.words.first_words.get(word).filter(|_| n == 0);
            let word = first.map_or(word, String::as_str);
            if n > 0 {
                shown.push(' ');
            }
            let is_small =
                matches!(word, "of" | "the" | "in" | "on" | "upon" | "de" | "la" | "and")
                    || word.starts_with("d'");
            push_capitalized(&mut shown, word, n > 0 && is_small);
        }
        shown
    }

    pub(super) fn is_nothing(&self, text: &str) -> bool {
        self.words.nothing.contains(text)
    }

    pub(super) fn is_world(&self, text: &str) -> bool {
        self.words.world.contains(text)
    }

    pub(super) fn is_beside(&self, word: &str) -> bool {
        self.words.beside.contains(word)
    }
}

/// Appends a word with a capital at its start, behind each hyphen, and behind `Mc`, `O'` and `d'`.
fn push_capitalized(shown: &mut String, word: &str, is_small: bool) {
    let mut is_start = !is_small;
    for (at, c) in word.char_indices() {
        // "Stockton-on-Tees"
        let is_joint =
            ["on-", "upon-", "in-", "of-", "the-", "le-", "de-", "la-", "sur-", "by-", "under-"]
                .iter()
                .any(|joint| at > 0 && word[at..].starts_with(joint));
        is_start &= !is_joint;
        match is_start && c.is_alphabetic() {
            true => shown.extend(c.to_uppercase()),
            false => shown.push(c),
        }
        let so_far = &word[..at + c.len_utf8()];
        let is_prefix = matches!(so_far, "mc" | "o'" | "o’" | "d'" | "d’" | "l'" | "l’");
        is_start = matches!(c, '-' | '–' | '/' | '.' | '(') && !is_small
            || is_start && !c.is_alphanumeric()
            || is_prefix && word.len() > so_far.len() + 1;
    }
}

fn list(names: &'static str) -> impl Iterator<Item = &'static str> {
    names.split('|').filter(|name| !name.is_empty())
}

/// Splits a tab-separated list into rows of `N` cells; lines that start with `#` are comments.
fn rows<const N: usize>(
    (file, text): (&'static str, &'static str),
) -> Result<Vec<[&'static str; N]>, FieldDataError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    lines
        .map(|(n, line)| {
            let cells: Vec<_> = line.split('\t').collect();
            let found = cells.len();
            cells.try_into().map_err(|_| FieldDataError {
                file,
                message: format!("line {}: expected {N} cells, found {found}", n + 1),
            })
        })
        .collect()
}
