//! What of an employer's name is the same on every board.

mod lists;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use rolecall::text::strip_markup;
use rolecall_tables::unmojibaked;
use tantivy::tokenizer::{AsciiFoldingFilter, RawTokenizer, TextAnalyzer, TokenStream};

use self::lists::EMPLOYER_WORDS;

/// Returns an employer's name as it is compared: its letters and digits in lower case, without
/// accents, and without article, legal form and rating. Empty if it names nobody.
///
/// Blanks are left out but between two numbers, so that `UnitedHealth` is `United Health`.
pub(super) fn key(name: &str) -> String {
    let name = readable(name);
    let name = known_name(unrated(&name));
    if !name.contains(char::is_alphanumeric) {
        return String::new();
    }
    let plain = folded(name);
    let mut key = String::with_capacity(plain.len());
    let mut before = 0;
    for span in bare(&plain, &words(&plain), ends_like_a_word(name)) {
        let word = &plain[span.clone()];
        if &plain[before..span.start] == "." && EMPLOYER_WORDS.web_domains.contains(word) {
            key.push('.');
        }
        push(&mut key, if EMPLOYER_WORDS.and.contains(word) { "and" } else { word });
        before = span.end;
    }
    if !key.is_ascii() {
        key = without_east_asian_form(key);
    }
    if EMPLOYER_WORDS.nobody.contains(&key) { String::new() } else { key }
}

/// Returns an employer's name as a person reads it: markup, mojibake, needless blanks and the rating that
/// some boards put behind it are off.
pub(super) fn display_name(name: &str) -> Cow<'_, str> {
    match readable(name) {
        Cow::Borrowed(name) => Cow::Borrowed(unrated(name)),
        Cow::Owned(name) => Cow::Owned(unrated(&name).to_owned()),
    }
}

/// Returns the letters and digits of a text as they stand in a [`key`].
pub(super) fn glued(text: &str) -> String {
    let plain = folded(text);
    let mut glued = String::new();
    words(&plain).into_iter().for_each(|word| push(&mut glued, &plain[word]));
    glued
}

/// Adds a word. Numbers stay apart: `1 2` is not `12`.
fn push(key: &mut String, word: &str) {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    if is_digit(key.as_bytes().last()) && is_digit(word.as_bytes().first()) {
        key.push(' ');
    }
    key.push_str(word);
}

/// Takes off what no person sees or what a wrong encoding made.
fn readable(name: &str) -> Cow<'_, str> {
    let bytes = name.as_bytes();
    let is_plain = |pair: &[u8]| !(pair[0].is_ascii_whitespace() && pair[1].is_ascii_whitespace());
    let odd = |byte: &u8| !byte.is_ascii() || matches!(byte, b'&' | b'<' | 0..0x20);
    if !bytes.iter().any(odd) && bytes.windows(2).all(is_plain) {
        return Cow::Borrowed(name.trim());
    }
    let mut text = strip_markup(name).into_owned();
    if !text.contains(char::is_alphabetic) && name.contains(char::is_alphabetic) {
        // A name in angle brackets is a name.
        name.clone_into(&mut text);
    }
    // Boards escape twice, and more.
    for _ in 0..2 {
        if text.contains('&') && text.contains(';') {
            text = strip_markup(&text).into_owned();
        }
    }
    for _ in 0..2 {
        match unmojibaked(&text) {
            Some(right) => text = right,
            None => break,
        }
    }
    text.retain(|c| !is_invisible(c));
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe0f}')
}

const STARS: [char; 5] = ['★', '☆', '⭐', '*', '⋆'];

/// Takes the rating off that some boards put behind a name: `Acme 3.7`, `Acme\n3.7`, `Acme3.7`,
/// `Acme 3.7 ★`, `Acme (3.7 out of 5)`. A whole number is part of the name.
pub(super) fn unrated(name: &str) -> &str {
    let name = name.trim();
    if !name.bytes().any(|byte| byte.is_ascii_digit()) {
        return name;
    }
    let mut left = without_reviews(name).trim_end_matches([')', ']']).trim_end();
    left = left.trim_end_matches(STARS).trim_end();
    for unit in ["stars", "star", "out of 5", "out of 5.0", "/ 5", "/5", "/5.0"] {
        let cut = left.len().saturating_sub(unit.len());
        if left.is_char_boundary(cut) && left[cut..].eq_ignore_ascii_case(unit) {
            left = left[..cut].trim_end();
        }
    }
    let is_rating = |end: &[u8]| {
        matches!(end, [b'0'..=b'4', b'.' | b',', b'0'..=b'9'] | [b'5', b'.' | b',', b'0'])
    };
    let cut = left.len().saturating_sub(3);
    if !is_rating(&left.as_bytes()[cut..]) {
        return name;
    }
    let before = &left[..cut];
    // `14.1` and `1.4.1` are no ratings.
    let goes_on = |c: char| {
        c.is_numeric()
            || matches!(c, '.' | ',') && before.trim_end_matches(c).ends_with(char::is_numeric)
    };
    if before.ends_with(goes_on) {
        return name;
    }
    let stand_between = |c: char| {
        c.is_whitespace()
            || STARS.contains(&c)
            || matches!(c, '(' | '[' | '|' | '·' | '•' | '-' | '–' | '—' | ':')
    };
    let before = before.trim_end_matches(stand_between);
    if before.chars().filter(|c| c.is_alphanumeric()).nth(1).is_some() { before } else { name }
}

/// Takes a count of reviews off the end: `(1,234 reviews)`.
fn without_reviews(name: &str) -> &str {
    let end = name.trim_end_matches([')', ']']);
    let Some((before, last)) = end.rsplit_once(char::is_whitespace) else { return name };
    if !["review", "reviews", "ratings"].iter().any(|word| last.eq_ignore_ascii_case(word)) {
        return name;
    }
    let count = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | '+' | 'k' | 'K');
    match before.trim_end().trim_end_matches(count) {
        left if left.ends_with(['(', '[', '|', '·', '•', '-']) => {
            left.trim_end_matches(['(', '[', '|', '·', '•', '-', ' '])
        }
        _ => name,
    }
}

/// Returns the name under which a company is known: what stands behind `d/b/a`.
fn known_name(name: &str) -> &str {
    if EMPLOYER_WORDS.any_trading_as.as_ref().is_some_and(|any| !any.is_match(name)) {
        return name;
    }
    let lower = name.to_ascii_lowercase();
    let mut known = name;
    for between in &EMPLOYER_WORDS.trading_as {
        let Some(at) = lower.find(between.as_str()) else { continue };
        let (before, after) = (&name[..at], &name[at + between.len()..]);
        let is_apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        if is_apart(before.chars().next_back()) && is_apart(after.chars().next()) {
            known = after;
        }
    }
    // `DBA` is an administrator of databases too.
    if let Some(at) = lower.find("dba ") {
        let before = &name[..at];
        let end = before.trim_end();
        let is_company = || {
            let plain = folded(end);
            let words = words(&plain);
            bare(&plain, &words, false).len() < words.len() - usize::from(plain.starts_with("the "))
        };
        let is_written_small = name[at..].starts_with("dba") && name.contains(char::is_uppercase);
        let is_apart = end.len() < before.len() || before.is_empty() || before.ends_with('(');
        if is_apart && (is_written_small || end.ends_with([',', '(', '-']) || is_company()) {
            known = &name[at + 4..];
        }
    }
    if known.contains(char::is_alphanumeric) { known } else { name }
}

/// Returns a name in lower case, without accents and apostrophes, and with `and` for `&`.
fn folded(name: &str) -> String {
    let mut plain = if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        let is_accent = |c: char| matches!(c, '\u{300}'..='\u{36f}');
        let lower: String = name.to_lowercase().chars().filter(|&c| !is_accent(c)).collect();
        let mut folding =
            TextAnalyzer::builder(RawTokenizer::default()).filter(AsciiFoldingFilter).build();
        let mut stream = folding.token_stream(&lower);
        if stream.advance() { stream.token().text.to_lowercase() } else { String::new() }
    };
    if plain.contains(APOSTROPHES) {
        plain.retain(|c| !APOSTROPHES.contains(&c));
    }
    if plain.contains(['&', '+']) {
        plain = plain.replace(['&', '+'], " and ");
    }
    plain
}

const APOSTROPHES: [char; 9] = ['\'', '’', '‘', '‛', 'ʼ', 'ʻ', '′', '`', '´'];

fn words(plain: &str) -> Vec<Range<usize>> {
    let mut words = Vec::with_capacity(8);
    let mut start = None;
    for (at, c) in plain.char_indices() {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|from| from..plain.len()));
    words
}

/// Words of which a legal form is made, at most: `s de r l de c v`.
const LONGEST_FORM: usize = 7;

/// Bytes of a legal form without blanks, at most.
const LONGEST_FORM_BYTES: usize = 27;

/// Tells whether the last word could be a legal form that is written in capitals, and is not:
/// `Precision Ag`.
fn ends_like_a_word(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let start = name.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let Some(last) = name.get(start..).filter(|last| last.len() <= 3) else { return false };
    let is_title_case = last.starts_with(|c: char| c.is_ascii_uppercase())
        && last[1..].bytes().all(|byte| byte.is_ascii_lowercase());
    is_title_case && EMPLOYER_WORDS.legal_forms_in_capitals.contains(&last.to_ascii_lowercase())
}

/// Takes article, legal forms and what stands beside the name off; the last word stays if `keeps_last`
/// says so. A name that has nothing else stays.
fn bare<'w>(plain: &str, words: &'w [Range<usize>], keeps_last: bool) -> &'w [Range<usize>] {
    let lists = &*EMPLOYER_WORDS;
    let text = |word: &Range<usize>| &plain[word.clone()];
    let mut name = words;
    while let [first, rest @ ..] = name
        && (text(first) == "the" && !rest.is_empty() || text(first) == "and")
    {
        name = rest;
    }
    let mut joined = String::new();
    while let [rest @ .., last] = name
        && !keeps_last
    {
        if lists.and.contains(text(last)) || text(last) == "the" {
            name = rest;
            continue;
        }
        joined.clear();
        let mut cut = None;
        for count in 1..=name.len().min(LONGEST_FORM) {
            let at = name.len() - count;
            joined.insert_str(0, text(&name[at]));
            if joined.len() > LONGEST_FORM_BYTES {
                break;
            }
            let gap =
                &plain[at.checked_sub(1).map_or(0, |before| name[before].end)..name[at].start];
            let set_off = gap.contains(['(', '[', '-', '–', '—', '|']);
            let with_stops = count > 1 && lists.legal_forms_with_stops.contains(&joined);
            // `Banner Health - NV` is in Nevada.
            let is_form = lists.legal_forms.contains(&joined) && !(set_off && joined.len() == 2);
            if is_form || with_stops || set_off && lists.beside.contains(&joined) {
                cut = Some(at);
            }
        }
        match cut {
            Some(at) => name = &name[..at],
            None => break,
        }
    }
    if name.is_empty() { words } else { name }
}

fn without_east_asian_form(key: String) -> String {
    let mut name = key.as_str();
    for form in &EMPLOYER_WORDS.legal_forms_of_east_asia {
        name = name.strip_prefix(form.as_str()).unwrap_or(name);
        name = name.strip_suffix(form.as_str()).unwrap_or(name);
    }
    if name.is_empty() || name.len() == key.len() { key } else { name.to_owned() }
}
