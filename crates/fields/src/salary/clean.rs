//! Pay as text, made plain: one way to write a dash, the groups of a number, a period.

use std::borrow::Cow;

use rolecall_tables::unmojibaked;

const DAMAGED_DASHES: [&str; 10] = [
    "â€“",
    "â€”",
    "â€\u{201c}",
    "â€\u{201d}",
    "â€\"",
    "\u{96}",
    "\u{97}",
    "\u{fffd}",
    " ð ",
    " \u{1a} ",
];

/// Makes a text in lower case plain. `phrases` are periods of several words, and one word for each.
pub(super) fn plain(text: &str, phrases: &[(String, String)]) -> String {
    let text = if text.contains('&') { htmlize::unescape(text) } else { Cow::Borrowed(text) };
    let text = unmojibaked(&text).map_or(text, Cow::Owned);
    let mut plain = text.to_lowercase();
    // What is left of a dash that was read in another encoding, once or twice. Most cells are plain.
    let is_plain = plain.is_ascii() && !plain.contains('\u{1a}');
    let damaged: &[&str] = if is_plain { &[] } else { &DAMAGED_DASHES };
    for damaged in damaged {
        if plain.contains(damaged) {
            plain = plain.replace(damaged, "–");
        }
    }
    for (phrase, word) in phrases {
        if plain.contains(phrase.as_str()) {
            plain = plain.replace(phrase.as_str(), word);
        }
    }
    let numbers = joined(&plain);
    numbers.unwrap_or(plain)
}

/// Joins the groups of numbers that blanks or apostrophes part: `60 000`, `60'000`, `$60, 000`.
fn joined(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_changed = false;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let is_behind_digit = out.ends_with(|c: char| c.is_ascii_digit());
        let (separator, group) = match c {
            '\u{a0}' | '\u{202f}' | '\u{2009}' | ' ' | '\'' | '’' => (c, after),
            ',' if after.starts_with([' ', '\u{a0}']) => {
                (c, after.trim_start_matches([' ', '\u{a0}']))
            }
            _ => {
                out.push(c);
                rest = after;
                continue;
            }
        };
        let is_group = group.len() >= 3
            && group.as_bytes()[..3].iter().all(u8::is_ascii_digit)
            && !group[3..].starts_with(|c: char| c.is_ascii_digit());
        // Of two numbers beside each other the second is a group only if it is a round one.
        let is_round = group.get(1..3) == Some("00");
        let is_thousands = match separator {
            ' ' | ',' => is_round,
            _ => true,
        };
        let head = out.len() - out.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if is_behind_digit && is_group && is_thousands && head <= 3 {
            is_changed = true;
            rest = group;
        } else {
            out.push(c);
            rest = after;
        }
    }
    is_changed.then_some(out)
}
