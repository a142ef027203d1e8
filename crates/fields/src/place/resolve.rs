//! Decides what the parts of a place say together.

use super::codes::{City, Code, Name, State};
use super::parts::{Alternative, Meaning, Part};
use super::{BareCodes, CANADA, PlaceBasis, PlaceReader, Region, UNITED_KINGDOM, UNITED_STATES};

/// The name that is both a state and a country, beside the territories.
const STATE_AND_COUNTRY: &str = "Georgia";
/// The name, in lower case, of a state and of the capital.
const STATE_OR_CAPITAL: &str = "washington";

pub(super) const WORLD: &str = "names a part of the world, not a country";
const BARE_CODE: &str = "a code that is both a US state and a country";
const BARE_NAME: &str = "a name that is both a US state and a country";
const CODE_AFTER_UNKNOWN: &str =
    "a code that is both a US state and a country, after a city that is on no list";
const UNKNOWN: &str = "names no country or state, and no city of the list";
const FAR_CITIES: &str = "names cities of several countries";

/// What an alternative says.
pub(super) struct Found {
    pub(super) country: &'static str,
    pub(super) state: Option<State>,
    pub(super) region: Option<Region>,
    pub(super) city: Option<String>,
    pub(super) basis: PlaceBasis,
    pub(super) several: bool,
}

impl Found {
    fn new(country: &'static str, state: Option<State>, basis: PlaceBasis) -> Self {
        let region = state.and_then(|state| state.region);
        Self { country, state, region, city: None, basis, several: false }
    }

    fn in_city(mut self, city: Option<&Part<'_>>) -> Self {
        self.city = city.map(|part| part.text.to_owned());
        self
    }
}

impl PlaceReader {
    /// Resolves one alternative.
    ///
    /// # Errors
    ///
    /// Returns the reason if it can't be read, or nothing if it names no place.
    pub(super) fn resolve(
        &self,
        alternative: &Alternative<'_>,
        bare: BareCodes,
    ) -> Result<Found, Option<&'static str>> {
        let mut parts: Vec<&Part<'_>> =
            alternative.parts.iter().filter(|part| part.meaning != Meaning::World).collect();
        // "Austin, Travis County, Texas": the town says it, unless there is none.
        let is_county = |part: &&Part<'_>| {
            part.meaning == Meaning::Other && self.codes.without_county(&part.lower).is_some()
        };
        let is_town = |part: &&Part<'_>| part.meaning == Meaning::Other && !is_county(part);
        let county = parts.iter().find(|part| is_county(part)).copied();
        if parts.iter().any(is_town) {
            parts.retain(|part| !is_county(part));
        }
        // "Remote - PA": few postings are for Panama.
        let bare = match (bare, parts.as_slice()) {
            (BareCodes::Undecided, [Part { text, meaning: Meaning::Code(_), .. }])
                if alternative.remote.is_some()
                    && !self.codes.is_hiring(&text.to_ascii_uppercase()) =>
            {
                BareCodes::States
            }
            _ => bare,
        };
        if let Some(country) = alternative.postcode {
            let found = Found::new(country, None, PlaceBasis::Postcode);
            // "Guildford, Surrey, GU2 7XX": the town says more than the county.
            let is_town = |part: &&&Part<'_>| part.meaning == Meaning::Other;
            let is_county = |part: &&&Part<'_>| self.codes.is_uk_county(&part.lower, true);
            let named = parts.iter().rev().filter(is_town);
            let city = named.clone().find(|part| !is_county(part)).or_else(|| named.clone().next());
            return Ok(found.in_city(city.copied()));
        }
        if let Some(end) = end_of_first_in_list(&parts) {
            parts.truncate(end);
            let (last, before) = parts.split_last().ok_or(None)?;
            let found = self.by_meaning(last, before, bare, alternative.zip).map_err(Some)?;
            return Ok(Found { several: true, ..found });
        }
        if is_general_first(&parts, alternative.dashed) {
            parts.reverse();
        }
        let Some((last, before)) = parts.split_last() else {
            return Err(alternative.parts.first().map(|_| WORLD));
        };
        let found = self.by_meaning(last, before, bare, alternative.zip);
        // "Dallas, Dallas County" of a town that has namesakes.
        let state = county.and_then(|county| self.codes.us_county(&county.lower));
        match (found, state) {
            (Ok(found), _) if found.country != UNITED_STATES || found.state.is_some() => Ok(found),
            (_, Some(state)) => {
                let found = Found::new(UNITED_STATES, Some(state), PlaceBasis::County);
                Ok(found.in_city(parts.first().copied()))
            }
            (found, None) => found.map_err(Some),
        }
    }

    fn by_meaning(
        &self,
        last: &Part<'_>,
        before: &[&Part<'_>],
        bare: BareCodes,
        zip: bool,
    ) -> Result<Found, &'static str> {
        match last.meaning {
            Meaning::Name(name) => self.by_name(name, last, before),
            Meaning::Code(code) => self.by_code(code, last, before, bare, zip),
            Meaning::Other | Meaning::World => self.by_city(last, before),
        }
    }

    fn by_name(
        &self,
        name: Name,
        last: &Part<'_>,
        before: &[&Part<'_>],
    ) -> Result<Found, &'static str> {
        let stated = |country| {
            Ok(Found::new(country, None, PlaceBasis::Stated).in_city(before.first().copied()))
        };
        match name {
            // Territories are states here.
            Name { state: Some(state), country: Some(country), .. } if state.region.is_some() => {
                let elsewhere = before.iter().any(|part| {
                    self.codes.after_city(&part.lower, STATE_AND_COUNTRY) == Some(country)
                });
                match (before.is_empty(), elsewhere) {
                    (true, _) => Err(BARE_NAME),
                    (false, true) => stated(country),
                    (false, false) => Ok(in_state(state, before)),
                }
            }
            Name { state: Some(_), .. } if before.is_empty() && last.lower == STATE_OR_CAPITAL => {
                Ok(Found::new(UNITED_STATES, None, PlaceBasis::Stated))
            }
            Name { state: Some(state), .. } => Ok(in_state(state, before)),
            Name { country: Some(UNITED_STATES), .. } => Ok(self.in_united_states(before)),
            Name { country: Some(country), .. } => stated(country),
            Name { province: true, .. } => stated(CANADA),
            Name { .. } => Err(UNKNOWN),
        }
    }

    fn by_code(
        &self,
        code: Code,
        last: &Part<'_>,
        before: &[&Part<'_>],
        bare: BareCodes,
        zip: bool,
    ) -> Result<Found, &'static str> {
        let stated = |country| {
            Ok(Found::new(country, None, PlaceBasis::Stated).in_city(before.first().copied()))
        };
        let letters = last.text.to_ascii_uppercase();
        let letters = if letters.len() > 3 { last.lower.to_ascii_uppercase() } else { letters };
        match (code, before) {
            (Code { country: Some(UNITED_STATES), .. }, _) => Ok(self.in_united_states(before)),
            (Code { state: Some(state), country: Some(country), .. }, []) => match bare {
                _ if zip || state.region.is_none() => Ok(in_state(state, before)),
                BareCodes::States => Ok(in_state(state, before)),
                BareCodes::Countries => stated(country),
                BareCodes::Undecided => Err(BARE_CODE),
            },
            (Code { province: true, country: Some(_), .. }, []) => Err(BARE_CODE),
            (Code { state: None, province: false, country: Some(country) }, _) => stated(country),
            (_, [.., previous]) => {
                let by_list = before
                    .iter()
                    .rev()
                    .find_map(|part| self.codes.after_city(&part.lower, &letters));
                let after_province = code.country == Some(CANADA)
                    && matches!(
                        previous.meaning,
                        Meaning::Name(Name { province: true, .. })
                            | Meaning::Code(Code { province: true, .. })
                    );
                match code {
                    Code { state: Some(state), .. } if zip => Ok(in_state(state, before)),
                    // "Toronto, Ontario, CA"; "Ontario, CA" is a city of California.
                    _ if after_province && (before.len() > 1 || by_list != Some(UNITED_STATES)) => {
                        stated(CANADA)
                    }
                    Code { state: Some(state), .. } if by_list == Some(UNITED_STATES) => {
                        Ok(in_state(state, before))
                    }
                    _ if by_list.is_some() => stated(by_list.unwrap_or_default()),
                    Code { state: Some(state), country: None, .. } => Ok(in_state(state, before)),
                    Code { state: None, country: Some(country), .. } => stated(country),
                    Code { state: Some(state), country: Some(country), .. } => {
                        self.by_ambiguous_code(state, country, before)
                    }
                    Code { .. } => stated(CANADA),
                }
            }
            (Code { state: Some(state), .. }, []) => Ok(in_state(state, before)),
            (Code { .. }, []) => stated(CANADA),
        }
    }

    /// Decides on `City, CO` and `City, Something, CO`.
    fn by_ambiguous_code(
        &self,
        state: State,
        country: &'static str,
        before: &[&Part<'_>],
    ) -> Result<Found, &'static str> {
        if before.len() < 2 || state.region.is_none() {
            return Ok(in_state(state, before));
        }
        let is_state = |part: &&Part<'_>| match part.meaning {
            Meaning::Name(name) => name.state == Some(state),
            Meaning::Code(code) => code.state == Some(state),
            Meaning::World | Meaning::Other => false,
        };
        let city = before.iter().rev().find_map(|part| self.codes.city(&part.lower));
        match city {
            _ if before.iter().any(is_state) => Ok(in_state(state, before)),
            Some(city) if city.country == UNITED_STATES => Ok(in_state(state, before)),
            Some(city) if city.country == country => {
                Ok(Found::new(country, None, PlaceBasis::Stated).in_city(before.first().copied()))
            }
            _ => Err(CODE_AFTER_UNKNOWN),
        }
    }

    /// Looks for the state among what stands before `United States`.
    fn in_united_states(&self, before: &[&Part<'_>]) -> Found {
        // "San Francisco, Seattle, Chicago, United States": a list, of which the first counts.
        if let [first, second, _, ..] = before {
            let in_country = |part: &Part<'_>| {
                self.codes.city(&part.lower).filter(|city| city.country == UNITED_STATES)
            };
            if let (Some(city), Some(_)) = (in_country(first), in_country(second)) {
                let found = Found::new(UNITED_STATES, city.state, PlaceBasis::City);
                return Found { several: true, ..found.in_city(Some(first)) };
            }
        }
        for (n, part) in before.iter().enumerate().rev() {
            let state = match part.meaning {
                Meaning::Name(name) => name.state,
                Meaning::Code(code) => code.state,
                Meaning::World | Meaning::Other => None,
            };
            if let Some(state) = state {
                // "Washington, United States" is the state, or the capital.
                if n == 0 && part.lower == STATE_OR_CAPITAL {
                    break;
                }
                return in_state(state, &before[..n]);
            }
        }
        let city = before.iter().rev().find(|part| !is_united_states(part)).copied();
        let listed = city.and_then(|part| {
            let state = self.codes.city(&part.lower)?.state;
            state.map(|state| Found::new(UNITED_STATES, Some(state), PlaceBasis::City))
        });
        let metro = || city.and_then(|part| self.by_metro(part));
        let found = listed.or_else(metro);
        found.unwrap_or_else(|| Found::new(UNITED_STATES, None, PlaceBasis::Stated)).in_city(city)
    }

    fn by_city(&self, last: &Part<'_>, before: &[&Part<'_>]) -> Result<Found, &'static str> {
        if self.codes.is_uk_county(&last.lower, !before.is_empty()) {
            let city = before.first().copied().unwrap_or(last);
            return Ok(Found::new(UNITED_KINGDOM, None, PlaceBasis::County).in_city(Some(city)));
        }
        if let Some(found) = self.by_metro(last) {
            return Ok(found.in_city(Some(last)));
        }
        let Some(city) = self.codes.city(&last.lower).or_else(|| self.greater_city(last)) else {
            return Err(UNKNOWN);
        };
        let others: Option<Vec<_>> =
            before.iter().map(|part| self.codes.city(&part.lower)).collect();
        // "Chicago, Florida, San Francisco" is neither a list of cities nor one place.
        if before.iter().any(|part| matches!(part.meaning, Meaning::Code(_) | Meaning::Name(_))) {
            return Err(UNKNOWN);
        }
        let place = |city: City| Found::new(city.country, city.state, PlaceBasis::City);
        match others.as_deref() {
            // A list of cities: the first counts.
            Some([first, ..]) => {
                let is_near = others.iter().flatten().all(|other| other.country == city.country);
                if !is_near && before.len() < 2 {
                    return Err(FAR_CITIES);
                }
                let found = place(*first).in_city(before.first().copied());
                Ok(Found { several: true, ..found })
            }
            _ => Ok(place(city).in_city(Some(last))),
        }
    }

    /// Looks up `Greater London`; areas of the United States are on a list of their own.
    fn greater_city(&self, part: &Part<'_>) -> Option<City> {
        let city = self.codes.city(self.codes.without_metro(&part.lower)?)?;
        (city.country != UNITED_STATES).then_some(city)
    }

    fn by_metro(&self, part: &Part<'_>) -> Option<Found> {
        let states = self.codes.metro(&part.lower)?;
        let state = match states {
            [state] => Some(*state),
            _ => None,
        };
        let first = states.first()?.region;
        let region = first.filter(|_| states.iter().all(|state| state.region == first));
        Some(Found { region, ..Found::new(UNITED_STATES, state, PlaceBasis::Metro) })
    }
}

fn in_state(state: State, before: &[&Part<'_>]) -> Found {
    let city = before.iter().rev().find(|part| !is_united_states(part)).copied();
    Found::new(UNITED_STATES, Some(state), PlaceBasis::Stated).in_city(city)
}

fn is_united_states(part: &Part<'_>) -> bool {
    match part.meaning {
        Meaning::Name(name) => name.country == Some(UNITED_STATES),
        Meaning::Code(code) => code.country == Some(UNITED_STATES),
        Meaning::World | Meaning::Other => false,
    }
}

/// Returns how many parts the first place of `Austin, TX, Boston, MA` has, if it is such a list.
fn end_of_first_in_list(parts: &[&Part<'_>]) -> Option<usize> {
    let is_state =
        |part: &&Part<'_>| matches!(part.meaning, Meaning::Code(Code { state: Some(_), .. }));
    let is_city = |part: &&Part<'_>| part.meaning == Meaning::Other;
    let first = parts.iter().position(is_state).filter(|first| *first > 0)?;
    let rest = parts.get(first + 1..)?;
    let goes_on = rest.first().is_some_and(is_city) && rest.get(1).is_some_and(is_state);
    goes_on.then_some(first + 1)
}

/// Tells whether the parts run from the general to the special: `US-TN-Nashville`.
fn is_general_first(parts: &[&Part<'_>], dashed: bool) -> bool {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
    let is_general = match first.meaning {
        Meaning::Code(_) => true,
        Meaning::Name(name) => dashed || name.country.is_some() && name.state.is_none(),
        Meaning::World | Meaning::Other => false,
    };
    // "US-NY-New York" ends in the name of a state.
    let is_state_second = dashed
        && is_united_states(first)
        && matches!(parts, [_, second, _] if matches!(second.meaning, Meaning::Code(Code { state: Some(_), .. })));
    is_general && parts.len() > 1 && (last.meaning == Meaning::Other || is_state_second)
}
