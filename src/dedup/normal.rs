//! Brings ads to one form: what is left is what tells ads apart.

use std::borrow::Cow;

use twox_hash::XxHash3_64;

use super::sketch::mix;
use crate::text::{strip_markup, words};

/// Legal forms, which one board writes and another leaves out.
const LEGAL_FORMS: [&str; 15] = [
    "inc",
    "incorporated",
    "llc",
    "ltd",
    "limited",
    "corp",
    "corporation",
    "co",
    "company",
    "plc",
    "lp",
    "llp",
    "pllc",
    "pbc",
    "gmbh",
];

/// Calls `found` with a hash of each word of a text, the same in upper and lower case.
pub(super) fn word_hashes(text: &str, mut found: impl FnMut(u64)) {
    for word in words(&strip_markup(text)) {
        found(hash_of_ascii(word.as_bytes()).unwrap_or_else(|| hash_of_wide(word)));
    }
}

#[cold]
fn hash_of_wide(word: &str) -> u64 {
    // Half of the boards have typographer's apostrophes.
    let lower = word.to_lowercase().replace('’', "'");
    hash_of_ascii(lower.as_bytes()).unwrap_or_else(|| XxHash3_64::oneshot(lower.as_bytes()))
}

/// The bit that tells lower case from upper in ASCII. It is set in digits and the apostrophe, so a
/// word of these can be brought to lower case 8 bytes at once, without a copy of it.
const LOWER: u64 = 0x2020_2020_2020_2020;

/// The bit that no byte of ASCII has.
const WIDE: u64 = 0x8080_8080_8080_8080;

/// Hashes a word, or returns nothing if it is not ASCII. A general hash is several times slower on
/// words, which are 6 bytes long on average.
#[inline]
fn hash_of_ascii(word: &[u8]) -> Option<u64> {
    let mut hash = word.len() as u64;
    let mut bits = 0;
    let mut rest = word;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let chunk = u64::from_le_bytes(*chunk);
        bits |= chunk;
        hash = mix(hash, chunk | LOWER);
        rest = after;
    }
    // What is left is 0..=7 bytes; ends that overlap are cheaper than a loop.
    let ends = if let (Some(head), Some(tail)) = (rest.first_chunk(), rest.last_chunk()) {
        u64::from(u32::from_le_bytes(*head)) << 32 | u64::from(u32::from_le_bytes(*tail))
    } else if let [first, .., last] = rest {
        u64::from(*first) << 16 | u64::from(rest[rest.len() / 2]) << 8 | u64::from(*last)
    } else {
        rest.first().copied().map_or(0, u64::from)
    };
    ((bits | ends) & WIDE == 0).then(|| mix(hash, ends | LOWER))
}

/// Returns the words of a short text in lower case, those of one character too: `Band 5` is not
/// `Band 6`.
fn short_words(text: &str) -> Vec<String> {
    let text = strip_markup(text).to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Returns a title as it is compared: its words in order.
pub(super) fn title(title: &str) -> Vec<String> {
    short_words(title)
}

/// Returns what of a title is not about the place: each word once, sorted, so that `Nurse (Boston)`
/// in Boston is `Nurse - Salem` in Salem. A title that is all place stays.
pub(super) fn title_elsewhere(title: &[String], place: &[String]) -> Vec<String> {
    let mut left: Vec<_> = title.iter().filter(|word| !place.contains(word)).cloned().collect();
    if left.is_empty() {
        left = title.to_vec();
    }
    left.sort_unstable();
    left.dedup();
    left
}

/// Returns the words of an employer without the article before, and without legal forms, ratings
/// and other numbers behind. A name that has nothing else stays.
pub(super) fn employer(employer: &str) -> Vec<String> {
    bare_name(employer, |last| last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns the words of an employer, other numbers too: `Clinic 34` is not `Clinic 12`.
pub(super) fn numbered_employer(employer: &str) -> Vec<String> {
    bare_name(unrated(employer), |_| false)
}

/// Returns an employer as it is written, without blanks around it and the rating that some boards put behind:
/// `Acme` of `Acme 3.7`.
pub(super) fn unrated(employer: &str) -> &str {
    let name = employer.trim();
    let is_rating = |last: &str| matches!(last.as_bytes(), [b'0'..=b'5', b'.', b'0'..=b'9']);
    let rated = name.rsplit_once(char::is_whitespace).filter(|(_, last)| is_rating(last));
    rated.map_or(name, |(name, _)| name.trim_end())
}

fn bare_name(employer: &str, is_beside: impl Fn(&str) -> bool) -> Vec<String> {
    let all = short_words(employer);
    let mut name = all.as_slice();
    if let [the, rest @ ..] = name
        && the == "the"
    {
        name = rest;
    }
    while let [rest @ .., last] = name
        && (LEGAL_FORMS.contains(&last.as_str()) || is_beside(last))
    {
        name = rest;
    }
    if name.is_empty() { all } else { name.to_vec() }
}

/// Returns the words of a place without postal codes.
pub(super) fn place(place: &str) -> Vec<String> {
    let mut words = short_words(place);
    words.retain(|word| !word.bytes().any(|byte| byte.is_ascii_digit()));
    words
}

/// Joins words to what is hashed.
pub(super) fn joined(words: &[String]) -> Cow<'_, str> {
    match words {
        [word] => Cow::Borrowed(word),
        words => Cow::Owned(words.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn employers_lose_what_boards_add() {
        for (name, same) in [
            ("Acme, Inc.", "ACME Inc"),
            ("The Mom Project 4.8", "Mom Project"),
            ("Acme Co., Ltd.", "acme"),
            ("<b>R&amp;D</b> LLC", "R & D"),
        ] {
            assert_eq!(employer(name), employer(same), "{name}");
        }
        assert_eq!(numbered_employer("The Mom Project\n4.8"), ["mom", "project"]);
        assert_ne!(numbered_employer("Clinic 34"), numbered_employer("Clinic 12"));
        assert_eq!(employer("The Company"), ["the", "company"]);
        assert_ne!(employer("Acme West"), employer("Acme East"));
        assert!(employer(" - ").is_empty());
    }

    #[test]
    fn titles_lose_their_place() {
        let elsewhere = |name: &str, at: &str| title_elsewhere(&title(name), &place(at));
        assert_eq!(elsewhere("Nurse (Boston)", "Boston, MA 02108"), ["nurse"]);
        assert_eq!(elsewhere("Remote", "Remote"), ["remote"]);
        assert_ne!(elsewhere("Nurse Band 5", "Leeds"), elsewhere("Nurse Band 6", "Leeds"));
    }

    fn hashes(text: &str) -> Vec<u64> {
        let mut hashes = Vec::new();
        word_hashes(text, |hash| hashes.push(hash));
        hashes
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
