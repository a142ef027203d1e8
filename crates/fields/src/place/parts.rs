//! Takes a place apart: alternatives, and their parts from the special to the general.

use super::super::remote::{Remote, RemoteReader};
use super::codes::{Code, Codes, Name};

/// Most parts of a text that are looked at.
const MOST_PARTS: usize = 64;

/// What a part of a place stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The name of a state, province or country.
    Name(Name),
    /// Two or three letters.
    Code(Code),
    /// A part of the world larger than a country.
    World,
    /// A city, or something else.
    Other,
}

/// A part of a place: `Nashville`, `TN`.
#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    /// As written, without a postcode.
    pub(super) text: &'a str,
    /// In lower case, and short names of cities in full.
    pub(super) lower: String,
    pub(super) meaning: Meaning,
}

/// One of the places in a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Alternative<'a> {
    /// The parts, in the order of the text.
    pub(super) parts: Vec<Part<'a>>,
    pub(super) remote: Option<Remote>,
    /// The country of a postcode.
    pub(super) postcode: Option<&'static str>,
    /// Whether a US ZIP code stands there.
    pub(super) zip: bool,
    /// Whether dashes stand between the parts: `US-TN-Nashville`.
    pub(super) dashed: bool,
    /// Whether the text counts further places: `(+3 others)`, `2 Locations`.
    pub(super) several: bool,
}

impl Alternative<'_> {
    pub(super) fn names_a_place(&self) -> bool {
        !self.parts.is_empty() || self.postcode.is_some()
    }
}

/// Joins all white space, and drops what is invisible.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\r') && !clean.is_empty() {
            clean.truncate(clean.trim_end().len());
            clean.push('\n');
        } else if c.is_whitespace() {
            if !clean.is_empty() && !clean.ends_with([' ', '\n']) {
                clean.push(' ');
            }
        } else if !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}') && !c.is_control() {
            clean.push(c);
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// Takes a clean text apart.
pub(super) fn alternatives<'a>(
    text: &'a str,
    codes: &Codes,
    remote: &RemoteReader,
) -> Vec<Alternative<'a>> {
    let mut taker = Taker { codes, remote, left: MOST_PARTS };
    let split = text.split([';', '|', '•', '\n']);
    let split = split.flat_map(|piece| piece.split(" / ")).flat_map(|piece| piece.split(" or "));
    let split = split.flat_map(|piece| joined(piece, codes));
    split.filter(|piece| !piece.trim().is_empty()).map(|piece| taker.alternative(piece)).collect()
}

/// Splits `Denver, CO & Tulsa, OK` and `Boston and New York`, but not `Tyne and Wear`: what is joined are
/// places if each is one by itself, and the whole is none.
fn joined<'a>(text: &'a str, codes: &Codes) -> Vec<&'a str> {
    let is_known = |text: &str| {
        let lower = text.to_lowercase();
        codes.name(&lower).is_some()
            || codes.city(&lower).is_some()
            || codes.metro(&lower).is_some()
            || codes.is_uk_county(&lower, true)
    };
    let is_code = |text: &str| {
        text.len() == 2
            && text.bytes().all(|byte| byte.is_ascii_uppercase())
            && codes.state(text).is_some()
    };
    // The last word of `Denver CO`, too.
    let is_place = |part: &str| {
        let part = trim(part);
        is_known(part) || is_code(part.rsplit(' ').next().unwrap_or_default())
    };
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some((at, joint)) = [" & ", " and "]
        .iter()
        .filter_map(|joint| Some((from + rest.get(from..)?.find(joint)?, joint.len())))
        .min()
    {
        let (left, right) = (&rest[..at], &rest[at + joint..]);
        let last = left.rsplit(',').next().unwrap_or_default();
        let next = right.split([',', '&']).next().unwrap_or_default();
        let next = next.split(" and ").next().unwrap_or_default();
        let whole = trim(&rest[left.len() - last.len()..at + joint + next.len()]);
        let after = right.get(next.len()..).unwrap_or_default().trim_start_matches([',', ' ']);
        let is_next = is_place(next) || after.get(..2).is_some_and(is_code);
        // "Boston, MA and 4 more"
        let is_count = next.trim_start().starts_with(|c: char| c.is_ascii_digit());
        if is_place(last) && (is_next || is_count) && !is_known(whole) {
            pieces.push(left);
            (rest, from) = (right, 0);
        } else {
            from = at + joint;
        }
    }
    pieces.push(rest);
    pieces
}

struct Taker<'c> {
    codes: &'c Codes,
    remote: &'c RemoteReader,
    left: usize,
}

impl Taker<'_> {
    fn alternative<'a>(&mut self, text: &'a str) -> Alternative<'a> {
        let mut found = Alternative::default();
        let mut asides = Vec::new();
        let mut rest = text;
        // What stands in brackets is looked at last: "Portugal (Remote)", "Remote (UK)".
        while let Some((before, after)) = rest.split_once('(') {
            self.listed(before, &mut found);
            let (aside, after) = after.split_once(')').unwrap_or((after, ""));
            asides.push(aside);
            rest = after;
        }
        self.listed(rest, &mut found);
        let named = found.names_a_place();
        for aside in asides {
            if aside.trim_start().starts_with('+') {
                found.several = true;
                continue;
            }
            if self.codes.is_time_zone(&trim(aside).to_lowercase()) {
                continue;
            }
            let mut beside = Alternative::default();
            self.listed(aside, &mut beside);
            found.remote = found.remote.or(beside.remote);
            if !named {
                found.parts.append(&mut beside.parts);
                found.postcode = found.postcode.or(beside.postcode);
            }
        }
        found
    }

    fn listed<'a>(&mut self, text: &'a str, found: &mut Alternative<'a>) {
        for piece in text.split(',') {
            let dashes = [" - ", " – ", " — ", " · ", ": "];
            if let Some(dash) = dashes.into_iter().find(|dash| piece.contains(dash)) {
                found.dashed = true;
                for piece in piece.split(dash) {
                    self.hyphenated(piece, found);
                }
            } else {
                self.hyphenated(piece, found);
            }
        }
    }

    /// Splits `US-TN-Nashville` and `Remote-Germany`, but not `Winston-Salem`.
    fn hyphenated<'a>(&mut self, piece: &'a str, found: &mut Alternative<'a>) {
        let piece = trim(piece);
        let Some((first, rest)) = piece.split_once('-') else { return self.part(piece, found) };
        let lower = piece.to_lowercase();
        let is_known = self.remote.word(&lower).is_some()
            || self.codes.name(&lower).is_some()
            || self.codes.is_nothing(&lower);
        let is_code = matches!(first.len(), 2 | 3)
            && first.bytes().all(|b| b.is_ascii_uppercase())
            && self.codes.code(first).is_some();
        let first_lower = first.to_lowercase();
        let is_remote = self.remote.word(&first_lower).is_some()
            || self.codes.name(&first_lower).is_some_and(|name| name.country.is_some());
        if !is_known && (is_code || is_remote) && !rest.is_empty() {
            found.dashed = true;
            for piece in piece.split('-') {
                self.part(trim(piece), found);
            }
        } else {
            self.part(piece, found);
        }
    }

    fn part<'a>(&mut self, text: &'a str, found: &mut Alternative<'a>) {
        if text.is_empty() || self.left == 0 {
            return;
        }
        self.left -= 1;
        let lower = text.to_lowercase();
        let is_zone = lower.len() > 2 && self.codes.is_time_zone(&lower);
        if self.codes.is_nothing(&lower) || is_zone {
            return;
        }
        if let Some(remote) = self.remote.word(&lower) {
            found.remote = found.remote.or(Some(remote));
            return;
        }
        if let Some(meaning) = self.meaning(text, &lower) {
            return self.push(text, lower, meaning, found);
        }
        // "LS1 4AP Leeds"
        let start = text.match_indices(' ').nth(1).map(|(at, _)| text.split_at(at));
        let stripped = start.and_then(|(postcode, rest)| {
            let (before, country) = strip_postcode(postcode, self.codes)?;
            before.is_empty().then_some((rest, country))
        });
        let stripped = strip_postcode(text, self.codes).or(stripped);
        if let Some((rest, country)) = stripped {
            found.postcode = found.postcode.or(Some(country));
            return self.part(trim(rest), found);
        }
        if let (Some(country), false) = (outward_code(text, self.codes), found.parts.is_empty()) {
            found.postcode = found.postcode.or(Some(country));
            return;
        }
        if let Some((rest, country)) = strip_outward_code(text, self.codes) {
            found.postcode = found.postcode.or(Some(country));
            return self.part(trim(rest), found);
        }
        if let Some(rest) = strip_zip(text) {
            found.zip = true;
            return self.part(trim(rest), found);
        }
        if self.codes.city(&lower).is_some() || self.codes.metro(&lower).is_some() {
            return self.push(text, lower, Meaning::Other, found);
        }
        self.worded(text, found);
    }

    /// Looks again without the words that stand beside names: `Berlin office`, `Remote in the US`.
    fn worded<'a>(&mut self, text: &'a str, found: &mut Alternative<'a>) {
        let mut kept = Vec::new();
        let mut counted = false;
        let mut dropped = false;
        let said = found.remote;
        for word in text.split(' ') {
            let bare = trim(word);
            let lower = bare.to_lowercase();
            if let Some(remote) = self.remote.word(&lower) {
                found.remote = found.remote.or(Some(remote));
                dropped = true;
            } else if bare.is_empty() || self.codes.is_beside(&lower) && bare != "IN" {
                counted |= matches!(lower.as_str(), "locations" | "more" | "others");
                dropped = true;
            } else if !bare.contains(char::is_alphabetic) {
                dropped = true;
            } else {
                kept.push(bare);
            }
        }
        found.several |= counted;
        let (Some(first), Some(last)) = (kept.first(), kept.last()) else { return };
        // "Remote in Austin": the words of the work model around the name are no part of it.
        let is_based = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("based"));
        let text = match (found.remote != said, text.find(first), text.rfind(last)) {
            (true, Some(start), Some(end)) => text.get(start..end + last.len()).unwrap_or(text),
            (false, Some(start), _) if is_based => text.get(start..).unwrap_or(text),
            _ => text,
        };
        let lower = text.to_lowercase();
        if dropped {
            let rest = kept.join(" ");
            let rest_lower = rest.to_lowercase();
            if let Some(meaning) = self.meaning(&rest, &rest_lower) {
                return self.push(text, rest_lower, meaning, found);
            }
            if self.codes.city(&rest_lower).is_some() {
                return self.push(text, rest_lower, Meaning::Other, found);
            }
        }
        // "Seattle WA", "Chicago IL 30 applicants"
        if let Some((names, code, known)) = self.city_and_code(&kept) {
            let city = text.rfind(code).and_then(|at| text.get(..at)).map_or(text, trim);
            self.push(city, names, Meaning::Other, found);
            return self.push(code, code.to_lowercase(), Meaning::Code(known), found);
        }
        // "Austin, Texas Metropolitan Area"
        let state = self.codes.without_metro(&lower).and_then(|name| {
            Some((name.to_owned(), self.codes.name(name).filter(|name| name.state.is_some())?))
        });
        if let Some((lower, name)) = state {
            return self.push(text, lower, Meaning::Name(name), found);
        }
        self.push(text, lower, Meaning::Other, found);
    }

    /// Takes words apart that end in the code of a state: the city in lower case, the code.
    fn city_and_code<'w>(&self, words: &[&'w str]) -> Option<(String, &'w str, Code)> {
        let (code, names) = words.split_last()?;
        let is_code = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        let is_name = names.first()?.starts_with(char::is_uppercase);
        let known = self.codes.code(code).filter(|known| known.state.is_some())?;
        (is_code && is_name).then(|| (names.join(" ").to_lowercase(), *code, known))
    }

    fn push<'a>(
        &self,
        text: &'a str,
        lower: String,
        meaning: Meaning,
        found: &mut Alternative<'a>,
    ) {
        let lower = match self.codes.city(&lower) {
            Some(_) => lower,
            None => self.codes.full_name(&lower).to_owned(),
        };
        found.parts.push(Part { text, lower, meaning });
    }

    fn meaning(&self, text: &str, lower: &str) -> Option<Meaning> {
        if let Some(name) = self.codes.name(lower) {
            return Some(Meaning::Name(name));
        }
        // "Austin, Tx."
        let text = text.strip_suffix('.').filter(|text| text.len() == 2).unwrap_or(text);
        let is_code = match text.len() {
            2 => text.bytes().all(|b| b.is_ascii_alphabetic()),
            3 => text.bytes().all(|b| b.is_ascii_uppercase()),
            _ => false,
        };
        if is_code && let Some(code) = self.codes.code(&text.to_ascii_uppercase()) {
            return Some(Meaning::Code(code));
        }
        self.codes.is_world(lower).then_some(Meaning::World)
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '%'))
        .trim_start_matches('.')
}

/// Takes a US ZIP code off the end: `TN 37203-1234`.
fn strip_zip(text: &str) -> Option<&str> {
    let (rest, zip) = text.rsplit_once(' ').unwrap_or(("", text));
    let is_digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let is_zip = match zip.split_once('-') {
        Some((zip, more)) => is_digits(zip, 5) && is_digits(more, 4),
        None => is_digits(zip, 5),
    };
    (is_zip && !rest.is_empty()).then_some(rest)
}

/// Takes a postcode of the United Kingdom, the Channel Islands, Man or Canada off the end.
fn strip_postcode<'a>(text: &'a str, codes: &Codes) -> Option<(&'a str, &'static str)> {
    let (before, last) = text.rsplit_once(' ').unwrap_or(("", text));
    // `SO14 2AA` and `SO142AA`
    let (rest, outward, inward) = if last.len() == 3 {
        let (rest, outward) = before.rsplit_once(' ').unwrap_or(("", before));
        (rest, outward, last)
    } else {
        let split = last.len().checked_sub(3)?;
        (before, last.get(..split)?, last.get(split..)?)
    };
    match (shape(outward)?.as_str(), shape(inward)?.as_str()) {
        (_, "9AA") => Some((rest, outward_code(outward, codes)?)),
        ("A9A", "9A9") => Some((rest, super::CANADA)),
        _ => None,
    }
}

/// Takes the first half of a British postcode off the end of a town: `Leeds LS1`. Of areas of one letter,
/// which stand for buildings and doors as well (`Suite B2`), only behind the town they are named after.
fn strip_outward_code<'a>(text: &'a str, codes: &Codes) -> Option<(&'a str, &'static str)> {
    let (rest, last) = text.rsplit_once(' ')?;
    let country = outward_code(last, codes).filter(|_| last == last.to_uppercase())?;
    let is_of_one_letter = last[1..].starts_with(|c: char| c.is_ascii_digit());
    let is_town = rest.starts_with(char::is_alphabetic)
        && !rest.contains(|c: char| c.is_ascii_digit())
        && (!is_of_one_letter
            || rest.starts_with(&last[..1])
            || rest.eq_ignore_ascii_case("london"));
    is_town.then_some((rest, country))
}

/// Reads the first half of a British postcode: `SO14`.
fn outward_code(text: &str, codes: &Codes) -> Option<&'static str> {
    let is_outward =
        matches!(shape(text)?.as_str(), "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A");
    let digit = text.find(|c: char| c.is_ascii_digit()).filter(|_| is_outward)?;
    codes.postcode_area(&text.get(..digit)?.to_ascii_uppercase())
}

/// Returns `AA99` for `SO14`, and nothing for what is not made of letters and digits.
fn shape(text: &str) -> Option<String> {
    if text.len() > 4 {
        return None;
    }
    let kinds = text.bytes().map(|b| match b {
        b'0'..=b'9' => Some('9'),
        b'a'..=b'z' | b'A'..=b'Z' => Some('A'),
        _ => None,
    });
    kinds.collect()
}
