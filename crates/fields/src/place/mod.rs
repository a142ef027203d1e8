//! Where a posting is: `Nashville, TN 37203`, `Remote - US`, `London, UK`.
//!
//! A place is read only if the text names a country or a state, a postcode that only one country
//! has, a city whose name is as good as unique by a maintained list, or a metropolitan area of the
//! United States; [`PlaceBasis`] says which. Where a code means two things (`CA`, `IN`, `DE`), the
//! rest of the text decides, or the place is not read.

mod codes;
mod object;
mod parts;
mod resolve;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use codes::{CANADA_TSV, State, US_STATES_TSV};
use codes::{Code, Codes};
use object::python_literal;
use parts::Alternative;
use resolve::Found;
use rolecall_tables::unmojibaked;

use super::Reading;
use super::error::FieldDataError;
use super::remote::{Remote, RemoteReader};

/// Longest text, in bytes, that is read as a place.
const LONGEST: usize = 2_000;

/// How many times more frequent one kind of bare code must be to decide for the others.
const DECIDING_RATIO: usize = 20;

/// The country whose states are read.
const UNITED_STATES: &str = "US";
/// The country whose counties are known by their names.
const UNITED_KINGDOM: &str = "GB";
/// The country whose provinces are known.
const CANADA: &str = "CA";

/// A Census region of the United States.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Region {
    /// New England and the Middle Atlantic.
    Northeast,
    /// East and West North Central.
    Midwest,
    /// South Atlantic, East and West South Central.
    South,
    /// Mountain and Pacific.
    West,
}

impl Region {
    /// All regions, in the order of the Census Bureau.
    pub const ALL: [Self; 4] = [Self::Northeast, Self::Midwest, Self::South, Self::West];

    /// Returns the name, as the Census Bureau writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Northeast => "Northeast",
            Self::Midwest => "Midwest",
            Self::South => "South",
            Self::West => "West",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.as_str() == name)
    }
}

/// What tells the country or state of a [`Place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlaceBasis {
    /// The text names the country, state or province, or has its code.
    Stated,
    /// A postcode in the form that only one country has.
    Postcode,
    /// The name of a city: its only bearer, or one ten times as large as any other.
    City,
    /// A metropolitan area of the United States.
    Metro,
    /// The name of a county of the United Kingdom or the United States.
    County,
    /// Nothing: the text says how the work is done, not where.
    Remote,
    /// Nothing that can be read, although the text names a place beside how the work is done.
    Unread,
}

impl PlaceBasis {
    /// Returns the name, as it stands in a column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Postcode => "postcode",
            Self::City => "city",
            Self::Metro => "metro",
            Self::County => "county",
            Self::Remote => "remote",
            Self::Unread => "unread",
        }
    }
}

/// Where a posting is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The country, as ISO 3166-1 alpha-2; US territories are `US`.
    pub country: Option<&'static str>,
    /// The USPS code of the US state, district or territory.
    pub state: Option<&'static str>,
    /// The US Census region. A metropolitan area over several states of one region has a region
    /// and no state; territories have none.
    pub region: Option<Region>,
    /// The city, written in one way whatever case and abbreviations the text has (`Saint Louis`); may be a
    /// district, a county or a workplace.
    pub city: Option<String>,
    /// What the place says about remote work.
    pub remote: Option<Remote>,
    /// Whether several places are given; the first that can be read counts.
    pub several: bool,
    /// What tells the country or state.
    pub basis: PlaceBasis,
}

impl Place {
    /// Tells whether the work can be done from anywhere, as far as the text says.
    pub fn is_anywhere(&self) -> bool {
        self.country.is_none()
            && self.basis == PlaceBasis::Remote
            && self.remote == Some(Remote::Remote)
    }
}

/// What codes of two letters mean that stand alone in a cell: `CA` is California or Canada.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BareCodes {
    /// They are states of the United States.
    States,
    /// They are countries.
    Countries,
    /// It is not known; those that can be both are not read.
    #[default]
    Undecided,
}

impl BareCodes {
    /// Decides what the bare codes of a column mean, given a sample of its cells.
    ///
    /// Codes that can be only one of both decide: `TX` and `NY` are states, `GB` and `US`
    /// countries. If neither kind is twenty times as frequent as the other, it stays undecided.
    pub fn detect<'a>(reader: &PlaceReader, cells: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut states, mut countries) = (0, 0);
        for cell in cells {
            let cell = cell.trim();
            let is_code = cell.len() == 2 && cell.bytes().all(|b| b.is_ascii_uppercase());
            match reader.codes.code(cell).filter(|_| is_code) {
                Some(Code { state: Some(_), country: None, .. }) => states += 1,
                Some(Code { state: None, country: Some(_), .. }) => countries += 1,
                _ => {}
            }
        }
        match (states, countries) {
            (1.., _) if states >= countries * DECIDING_RATIO => Self::States,
            (_, 1..) if countries >= states * DECIDING_RATIO => Self::Countries,
            _ => Self::Undecided,
        }
    }
}

/// Reads places by the code lists that the binary carries.
#[derive(Debug)]
pub struct PlaceReader {
    codes: Codes,
    remote: RemoteReader,
}

impl PlaceReader {
    /// Loads the code lists; takes some ten milliseconds.
    ///
    /// # Errors
    ///
    /// Returns an error if an embedded list is invalid; the tests of this crate make sure that
    /// none is.
    pub fn embedded() -> Result<Self, FieldDataError> {
        Ok(Self { codes: Codes::embedded()?, remote: RemoteReader::embedded()? })
    }

    /// Tells whether a cell is empty or holds a word for nothing, such as `N/A` or `None`.
    pub fn is_nothing(&self, text: &str) -> bool {
        let text = text.trim();
        text.is_empty() || self.codes.is_nothing(&text.to_lowercase())
    }

    /// Returns the US states, the District of Columbia and the territories, by USPS code.
    pub fn states(&self) -> &[State] {
        self.codes.states()
    }

    /// Returns the English name of a country, by its ISO 3166-1 alpha-2 code.
    ///
    /// ```
    /// # use rolecall_fields::FieldReaders;
    /// assert_eq!(FieldReaders::embedded()?.place.country_name("GB"), Some("United Kingdom"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn country_name(&self, code: &str) -> Option<&'static str> {
        self.codes.country_name(code)
    }

    /// Reads a place; takes one to three microseconds.
    ///
    /// ```
    /// use rolecall_fields::{PlaceReader, Region};
    ///
    /// let places = PlaceReader::embedded()?;
    /// let place = places.read("Nashville, TN 37203").read().expect("a state");
    /// assert_eq!((place.country, place.state), (Some("US"), Some("TN")));
    /// assert_eq!(place.region, Some(Region::South));
    /// assert_eq!(place.city.as_deref(), Some("Nashville"));
    /// # Ok::<(), rolecall_fields::FieldDataError>(())
    /// ```
    pub fn read(&self, text: &str) -> Reading<Place> {
        self.read_with(text, BareCodes::Undecided)
    }

    /// Reads a place in a column whose bare codes are known to be states or countries.
    pub fn read_with(&self, text: &str, bare: BareCodes) -> Reading<Place> {
        if text.len() > LONGEST {
            return Reading::NotRead("too long for a place");
        }
        let text = if text.contains('&') { htmlize::unescape(text) } else { Cow::Borrowed(text) };
        let text = match unmojibaked(&text) {
            Some(text) => Cow::Owned(text),
            None => text,
        };
        let trimmed = text.trim();
        if trimmed.starts_with(['{', '['])
            && let Ok(value) = serde_json::from_str(trimmed)
        {
            return self.read_json(&value);
        }
        if let Some(value) = python_literal(trimmed) {
            return self.read_json(&value);
        }
        let clean = parts::clean(trimmed);
        if let Some(rest) = self.remote.without_denial(&clean) {
            return self.denied(self.read_with(&rest, bare));
        }
        if clean.is_empty() || self.codes.is_nothing(&clean.to_lowercase()) {
            return Reading::NotStated;
        }
        let alternatives = parts::alternatives(&clean, &self.codes, &self.remote);
        self.read_alternatives(&alternatives, bare)
    }

    /// Notes that the work of a place is not remote; on site if that is said besides.
    fn denied(&self, place: Reading<Place>) -> Reading<Place> {
        match place {
            Reading::Read(place) => {
                let remote = place.remote.filter(|remote| *remote != Remote::Remote);
                Reading::Read(Place { remote: remote.or(Some(Remote::NotRemote)), ..place })
            }
            Reading::NotStated | Reading::NotRead(_) => Reading::Read(Place {
                country: None,
                state: None,
                region: None,
                city: None,
                remote: Some(Remote::NotRemote),
                several: false,
                basis: match place {
                    Reading::NotStated => PlaceBasis::Remote,
                    _ => PlaceBasis::Unread,
                },
            }),
        }
    }

    fn read_alternatives(
        &self,
        alternatives: &[Alternative<'_>],
        bare: BareCodes,
    ) -> Reading<Place> {
        let remote = alternatives.iter().find_map(|alternative| alternative.remote);
        let named = alternatives.iter().filter(|alternative| alternative.names_a_place());
        let several =
            named.count() > 1 || alternatives.iter().any(|alternative| alternative.several);
        let postcode = alternatives.iter().find_map(|alternative| alternative.postcode);
        let mut problem = None;
        for alternative in alternatives {
            match self.resolve(alternative, bare) {
                // "Broomfield or Southend, SS16 5NL": the postcode knows better than the list.
                Ok(found)
                    if found.basis == PlaceBasis::City
                        && postcode.is_some_and(|country| country != found.country) => {}
                Ok(Found { country, state, region, city, basis, several: more }) => {
                    return Reading::Read(Place {
                        country: Some(country),
                        state: state.map(|state| state.code),
                        region,
                        city: city.map(|city| self.codes.shown_city(&city)),
                        remote,
                        several: several || more,
                        basis,
                    });
                }
                Err(reason) => problem = problem.or(reason),
            }
        }
        let is_unread = problem.is_some_and(|reason| reason != resolve::WORLD);
        match (remote, problem) {
            (None, None) if several => Reading::NotStated,
            (None, None) => Reading::NotRead("names no place"),
            (None, Some(reason)) => Reading::NotRead(reason),
            (remote, _) => Reading::Read(Place {
                country: None,
                state: None,
                region: None,
                city: None,
                remote,
                several,
                basis: if is_unread { PlaceBasis::Unread } else { PlaceBasis::Remote },
            }),
        }
    }

    /// Reads a place of which a board gives the parts in columns; any of them may be empty.
    ///
    /// ```
    /// use rolecall_fields::PlaceReader;
    ///
    /// let places = PlaceReader::embedded()?;
    /// let place = places.read_parts("Toronto", "ON", "CA").read().expect("a province");
    /// assert_eq!(place.country, Some("CA"));
    /// let place = places.read_parts("San Diego", "CA", "").read().expect("a state");
    /// assert_eq!(place.state, Some("CA"));
    /// # Ok::<(), rolecall_fields::FieldDataError>(())
    /// ```
    pub fn read_parts(&self, city: &str, state: &str, country: &str) -> Reading<Place> {
        let said = |text: &str| -> String {
            let text = parts::clean(text);
            if self.codes.is_nothing(&text.to_lowercase()) { String::new() } else { text }
        };
        let (city, state, country) = (said(city), said(state), said(country));
        if country.is_empty() && state.is_empty() {
            return self.read(&city);
        }
        // The column says what a code in it is, so that only the country's own readings count.
        let given_country = match self.country(&country) {
            Some(code) => Some(code),
            None if country.is_empty() => None,
            None => return self.read(&format!("{city}, {state}, {country}")),
        };
        let given_state = self.given_state(&state);
        let join = |parts: &[&str]| {
            let parts: Vec<_> = parts.iter().filter(|part| !part.is_empty()).copied().collect();
            parts.join(", ")
        };
        match (given_country, given_state) {
            (None | Some(UNITED_STATES), Some(state))
                if given_country.is_some() || {
                    // Without a country, Perth in WA and Toronto in CA are not in the United States.
                    self.codes
                        .after_city(&city.to_lowercase(), state.code)
                        .is_none_or(|c| c == UNITED_STATES)
                } =>
            {
                Reading::Read(Place {
                    country: Some(UNITED_STATES),
                    state: Some(state.code),
                    region: state.region,
                    city: (!city.is_empty()).then(|| self.codes.shown_city(&city)),
                    remote: None,
                    several: false,
                    basis: PlaceBasis::Stated,
                })
            }
            (None, _) => self.read(&join(&[&city, &state])),
            (Some(UNITED_STATES), None) => self.read(&join(&[&city, &state, "United States"])),
            (Some(code), _) => Reading::Read(Place {
                country: Some(code),
                state: None,
                region: None,
                city: (!city.is_empty()).then(|| self.codes.shown_city(&city)),
                remote: None,
                several: false,
                basis: PlaceBasis::Stated,
            }),
        }
    }

    /// Reads a cell of a column of countries.
    pub fn country(&self, text: &str) -> Option<&'static str> {
        let text = text.trim();
        let by_name = self.codes.name(&text.to_lowercase()).and_then(|name| name.country);
        let by_code = || self.codes.code(&text.to_uppercase()).and_then(|code| code.country);
        by_name.or_else(by_code)
    }

    /// Reads a cell of a column of states, `Texas, United States` too.
    fn given_state(&self, text: &str) -> Option<State> {
        let text = match text.rsplit_once(',') {
            Some((state, country)) if self.country(country.trim()) == Some(UNITED_STATES) => {
                state.trim()
            }
            _ => text,
        };
        let by_code = (text.len() == 2).then(|| self.codes.state(&text.to_uppercase())).flatten();
        by_code.or_else(|| self.codes.name(&text.to_lowercase()).and_then(|name| name.state))
    }
}
