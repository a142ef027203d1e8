//! Brings ads to one form: what is left is what tells ads apart.

use std::ops::Range;

use rolecall::text::{Spans, strip_markup};

use super::sketch::mix;
use super::word::{hash_of_wide, hash_of_word, hash_within, short_words};
use super::word_lists::STATE_CODES;

/// Takes hashes of the parts of a text that tell it from others, in order.
pub(super) trait Listener {
    /// A word of language, which says what the text is about.
    fn word(&mut self, hash: u64);

    /// A word that is a number, with up to three letters before: `12`, `R12345`.
    fn number(&mut self, hash: u64);

    /// What is no word: a digit or, if it `is_number` not, a letter, a longer run than words are, a
    /// sign that belongs to a number or a name.
    fn small(&mut self, hash: u64, is_number: bool);

    /// Tells whether it need not hear the rest.
    fn is_full(&self) -> bool {
        false
    }
}

/// Tells a listener the hash of each word of a text, the same in upper and lower case, and of what
/// else tells it from others. Punctuation does not.
pub(super) fn hashes(text: &str, listener: &mut impl Listener) {
    let text = strip_markup(text);
    let bytes = text.as_bytes();
    let mut end = 0;
    for span in Spans::of(&text) {
        // Between most words is one blank.
        if (span.start != end + 1 || end == 0 || bytes[end] == b'.')
            && may_count(bytes, end..span.start)
        {
            between(&text, end..span.start, listener);
        }
        let word = &bytes[span.start..span.end];
        let hash =
            hash_within(bytes, span.clone()).unwrap_or_else(|| hash_of_wide(&text[span.clone()]));
        if is_number(word) {
            listener.number(hash);
        } else {
            listener.word(hash);
        }
        if listener.is_full() {
            return;
        }
        end = span.end;
    }
    if may_count(bytes, end..bytes.len()) {
        between(&text, end..text.len(), listener);
    }
}

#[inline]
fn is_number(word: &[u8]) -> bool {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    is_digit(word.first()) || is_digit(word.last()) && word.iter().take(4).any(u8::is_ascii_digit)
}

/// How a byte between words counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Between {
    Nothing,
    /// A stop counts in front of a digit.
    Stop,
    /// Dashes, curly quotes and bullets begin with it, which do not count.
    Punctuation,
    Something,
}

const BETWEEN: [Between; 256] = {
    let mut between = [Between::Nothing; 256];
    let mut byte = 0;
    while byte < 256 {
        between[byte] = match byte as u8 {
            b'.' => Between::Stop,
            0xe2 => Between::Punctuation,
            b'+' | b'#' | b'$' | b'%' | 0x80.. => Between::Something,
            other if other.is_ascii_alphanumeric() => Between::Something,
            _ => Between::Nothing,
        };
        byte += 1;
    }
    between
};

/// Tells whether a part of a text that has no words may hold what counts.
#[inline]
fn may_count(text: &[u8], part: Range<usize>) -> bool {
    let mut at = part.start;
    while at < part.end {
        at += match BETWEEN[usize::from(text[at])] {
            Between::Nothing => 1,
            Between::Stop if !text.get(at + 1).is_some_and(u8::is_ascii_digit) => 1,
            // U+2000 to U+203F.
            Between::Punctuation if text.get(at + 1) == Some(&0x80) => 3,
            _ => return true,
        };
    }
    false
}

/// Looks for what counts in a part of a text that has no words.
#[inline(never)]
fn between(text: &str, part: Range<usize>, listener: &mut impl Listener) {
    let rest = &text[part.start..];
    let mut before = text[..part.start].chars().next_back();
    let mut at = 0;
    while at < part.len() {
        let Some(c) = rest[at..].chars().next() else { return };
        // Dashes, bullets, curly quotes and blanks are most of what stands between words.
        if !c.is_alphanumeric() && !matches!(c, '+' | '#' | '$' | '£' | '€' | '¥' | '%' | '.') {
            before = Some(c);
            at += c.len_utf8();
            continue;
        }
        let is_digit = |c: Option<char>| c.is_some_and(char::is_numeric);
        let next = || rest[at + c.len_utf8()..].chars().next();
        let mut length = c.len_utf8();
        if c.is_alphanumeric() {
            length = rest[at..].find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len() - at);
            let run = &rest[at..at + length];
            listener.small(hash_of_word(run), c.is_numeric());
        } else if match c {
            '+' | '#' => before.is_some_and(|c| c.is_alphanumeric() || c == '+'),
            '$' | '£' | '€' | '¥' => is_digit(next()),
            '%' => is_digit(before),
            '.' => is_digit(before) && is_digit(next()),
            _ => false,
        } {
            listener.small(mix(u64::from(c), 5), false);
        }
        before = rest[at..at + length].chars().next_back();
        at += length;
    }
}

/// Returns the words of a place without postal codes and punctuation, as they are written.
pub(super) fn place_words(place: &str) -> Vec<String> {
    let mut words = short_words(place);
    words.retain(|word| !word.bytes().any(|byte| byte.is_ascii_digit()));
    words
}

/// Returns a place as it is compared: of a town in a state, the state is its code and the country is
/// left out, so that `Austin, Texas, United States` is `Austin, TX`.
pub(super) fn place(words: &[String]) -> String {
    let whole = words.join(" ");
    let of_country = |country: &str| whole.strip_suffix(country)?.strip_suffix(' ');
    let town = COUNTRIES.iter().find_map(|country| of_country(country)).unwrap_or(&whole);
    let states = town.match_indices(' ').rev().take(LONGEST_STATE);
    let state = states.filter_map(|(at, _)| Some((at, STATE_CODES.get(&town[at + 1..])?))).last();
    match state {
        Some((at, code)) => format!("{} {code}", &town[..at]),
        None => whole,
    }
}

/// Countries whose states are known, as words.
const COUNTRIES: [&str; 7] =
    ["usa", "us", "u s a", "u s", "united states of america", "united states", "canada"];

/// Words of a state's name, at most.
const LONGEST_STATE: usize = 4;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use rolecall::text::words;

    #[test]
    fn places_are_the_same_with_codes_and_names_of_states() {
        let of = |text: &str| place(&place_words(text));
        for same in [
            "New York, NY 10001",
            "NEW YORK, New York",
            "New York, N.Y.",
            "New York, NY, USA",
            "New York, New York, United States",
        ] {
            assert_eq!(of(same), "new york ny", "{same}");
        }
        assert_eq!(of("Washington, D.C."), of("Washington, District of Columbia"));
        assert_eq!(of("Charleston, West Virginia"), "charleston wv");
        assert_eq!(of("Toronto, Ontario, Canada"), of("Toronto, ON"));
        for (a, b) in [
            ("Newark, NJ", "New York, NY"),
            ("Remote - US", "Remote Canada"),
            ("Ontario, CA", "Ontario, Canada"),
            ("Kansas City, Kansas", "Kansas City, MO"),
            ("Texas", "Austin, Texas"),
        ] {
            assert_ne!(of(a), of(b), "{a} {b}");
        }
        assert_eq!(of(" - 10001"), "");
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Kind {
        Word,
        Number,
        Small,
        SmallNumber,
    }

    #[derive(Default)]
    struct Heard(Vec<(Kind, u64)>);

    impl Listener for Heard {
        fn word(&mut self, hash: u64) {
            self.0.push((Kind::Word, hash));
        }

        fn number(&mut self, hash: u64) {
            self.0.push((Kind::Number, hash));
        }

        fn small(&mut self, hash: u64, is_number: bool) {
            self.0.push((if is_number { Kind::SmallNumber } else { Kind::Small }, hash));
        }
    }

    fn all(text: &str) -> Vec<(Kind, u64)> {
        let mut heard = Heard::default();
        super::hashes(text, &mut heard);
        heard.0
    }

    fn kinds(text: &str) -> Vec<Kind> {
        all(text).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn all_that_tells_texts_apart_is_hashed() {
        use Kind::{Number, Small, SmallNumber, Word};
        assert_eq!(
            kinds("ward 12, R12345 word12 class 0."),
            [Word, Number, Number, Word, Word, SmallNumber]
        );
        assert_eq!(
            kinds("C++ & R, 5+ years"),
            [Small, Small, Small, Small, SmallNumber, Small, Word]
        );
        for (a, b) in [
            ("class 0.", "class 1."),
            ("Use C++", "Use C#"),
            ("in R", "in S"),
            ("1.5 days", "1-5 days"),
            ("pay $20", "pay £20"),
            ("pay 20%", "pay 20"),
            ("a 1", "a 1 1"),
            ("0", "1"),
            ("第一個職位的說明非常長而且沒有空格喔", "第二個職位的說明非常長而且沒有空格喔"),
        ] {
            assert_ne!(all(a), all(b), "{a} {b}");
        }
        assert_eq!(all("Teach A, b - c!"), all("<p>teach a b</p> C"));
    }

    /// Hashes of the words alone.
    fn hashes(text: &str) -> Vec<u64> {
        let is_word = |&(kind, _): &(Kind, u64)| matches!(kind, Kind::Word | Kind::Number);
        all(text).into_iter().filter(is_word).map(|(_, hash)| hash).collect()
    }

    #[test]
    fn words_are_the_same_in_every_writing() {
        let same = hashes("don't stop été");
        assert_eq!(same.len(), 3);
        assert_eq!(hashes("<p>Don’t  STOP&nbsp;– ÉTÉ!</p>"), same);
        // The Kelvin sign is a k in lower case.
        assert_eq!(hashes("\u{212a}ELVIN"), hashes("kelvin"));
    }

    proptest! {
        #[test]
        fn hashes_are_equal_where_words_are(a in "[a-cA-C1']{1,20}", b in "[a-cA-C1']{1,20}") {
            let lower = |text: &str| words(text).map(str::to_lowercase).collect::<Vec<_>>();
            prop_assert_eq!(hashes(&a) == hashes(&b), lower(&a) == lower(&b));
            prop_assert_eq!(hashes(&a), hashes(&a.to_uppercase()));
        }

        /// Texts of letters, digits and blanks have the same hashes only if they are the same.
        #[test]
        fn texts_are_equal_only_where_all_letters_are(a in "[ab1 ]{0,12}|[a1é 。]{0,9}", b in "[ab1 ]{0,12}|[a1é 。]{0,9}") {
            let plain = |text: &str| -> Vec<String> {
                text.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()).map(str::to_owned).collect()
            };
            prop_assert_eq!(all(&a) == all(&b), plain(&a) == plain(&b));
            prop_assert_eq!(all(&a), all(&format!(" {}. ", a.replace(' ', ", "))));
        }

        /// One letter more, less or other is seen at every length.
        #[test]
        fn every_letter_counts(word in "[a-z]{2,48}", at in any::<prop::sample::Index>()) {
            let at = at.index(word.len());
            let mut other = word.clone().into_bytes();
            other[at] = if other[at] == b'q' { b'1' } else { b'q' };
            let other = String::from_utf8(other).unwrap();
            prop_assert_ne!(hashes(&word), hashes(&other));
            if word.len() > 2 {
                prop_assert_ne!(hashes(&word), hashes(&word[1..]));
                prop_assert_ne!(hashes(&word), hashes(&word[..word.len() - 1]));
            }
        }
    }
}
