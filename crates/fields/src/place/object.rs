//! Places that are objects: addresses of schema.org and APIs, as JSON or as Python prints them.

use super::super::Reading;
use super::{Place, PlaceReader};

/// Members of an object that name a city, a state, a country, or all of a place, best first.
const CITY_KEYS: [&str; 5] = ["addressLocality", "city", "cityName", "locality", "town"];
const STATE_KEYS: [&str; 6] =
    ["addressRegion", "state", "stateCode", "region", "province", "admin1"];
const COUNTRY_KEYS: [&str; 3] = ["addressCountry", "country", "countryCode"];
const WHOLE_KEYS: [&str; 7] = [
    "display_name",
    "displayName",
    "formatted",
    "location",
    "locationName",
    "LocationName",
    "name",
];

/// Reads a dict or list as Python prints it: `{'city': 'Austin', 'state': None}`.
pub(super) fn python_literal(text: &str) -> Option<serde_json::Value> {
    if !text.starts_with(['{', '[']) || !text.contains('\'') {
        return None;
    }
    let mut json = String::with_capacity(text.len());
    let mut quote = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '\'' | '"') => {
                quote = Some(c);
                json.push('"');
            }
            (Some(open), c) if open == c => {
                quote = None;
                json.push('"');
            }
            (Some(_), '"') => json.push_str("\\\""),
            (Some(_), '\\') => match chars.next() {
                Some('\'') => json.push('\''),
                Some(next) => json.extend(['\\', next]),
                None => return None,
            },
            _ => json.push(c),
        }
    }
    let json =
        json.replace(": None", ": null").replace(": True", ": true").replace(": False", ": false");
    serde_json::from_str(&json).ok()
}

impl PlaceReader {
    /// Reads an address of schema.org, or the first of several.
    pub(super) fn read_json(&self, value: &serde_json::Value) -> Reading<Place> {
        use serde_json::Value;
        match value {
            Value::String(text) => self.read(text),
            Value::Array(items) => match items.first() {
                // One item's own list is not looked into: a place is no tree.
                Some(first) if !first.is_array() => self.read_json(first).map(|mut place| {
                    place.several |= items.len() > 1;
                    place
                }),
                Some(_) => Reading::NotRead("a list of lists is no place"),
                None => Reading::NotStated,
            },
            Value::Object(object) => {
                let text_of = |key: &str| match object.get(key) {
                    Some(Value::String(text)) => Some(text.as_str()),
                    Some(Value::Object(inner)) => inner.get("name").and_then(Value::as_str),
                    _ => None,
                };
                let text = |keys: &[&str]| {
                    let texts = keys.iter().filter_map(|key| text_of(key));
                    { texts }.find(|text| !self.is_nothing(text)).unwrap_or_default()
                };
                match object.get("address").or_else(|| object.get("jobLocation")) {
                    Some(Value::String(text)) => self.read(text),
                    Some(Value::Object(inner)) if !inner.contains_key("address") => {
                        self.read_json(&Value::Object(inner.clone()))
                    }
                    _ => {
                        let parts = [&CITY_KEYS[..], &STATE_KEYS, &COUNTRY_KEYS].map(text);
                        match parts {
                            ["", "", ""] => self.read(text(&WHOLE_KEYS)),
                            [city, state, country] => self.read_parts(city, state, country),
                        }
                    }
                }
            }
            Value::Null => Reading::NotStated,
            Value::Bool(_) | Value::Number(_) => Reading::NotRead("names no place"),
        }
    }
}
