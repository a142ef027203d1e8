//! Single words: brought to one form, and hashed.

use std::ops::Range;

use rolecall::text::strip_markup;
use twox_hash::XxHash3_64;

use super::sketch::mix;

/// Hashes a word, the same in upper and lower case.
#[inline]
pub(super) fn hash_of_word(word: &str) -> u64 {
    hash_of_ascii(word.as_bytes()).unwrap_or_else(|| hash_of_wide(word))
}

/// Hashes a word that is not ASCII.
#[cold]
pub(super) fn hash_of_wide(word: &str) -> u64 {
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
pub(super) fn hash_of_ascii(word: &[u8]) -> Option<u64> {
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

/// Returns the [`hash_of_ascii`] of a word within a text. Most words have less than 8 bytes, of whatever number: where
/// 8 can be read from the text they take the same way, so that a processor need not guess.
#[inline]
pub(super) fn hash_within(text: &[u8], word: Range<usize>) -> Option<u64> {
    let length = word.end - word.start;
    match text.get(word.start..).and_then(|rest| rest.first_chunk::<8>()) {
        Some(eight) if (1..8).contains(&length) => {
            let word = u64::from_le_bytes(*eight) & ((1 << (8 * length)) - 1);
            let byte = |at: usize| word >> (8 * at) & 0xff;
            let few = byte(0) << 16 | byte(length / 2) << 8 | byte(length - 1);
            let few = if length == 1 { word } else { few };
            let tail = word >> (8 * length.saturating_sub(4)) & 0xffff_ffff;
            let many = (word & 0xffff_ffff) << 32 | tail;
            let ends = if length < 4 { few } else { many };
            (ends & WIDE == 0).then(|| mix(length as u64, ends | LOWER))
        }
        _ => hash_of_ascii(&text[word]),
    }
}

/// Returns the words of a short text in lower case, those of one character too.
pub(super) fn short_words(text: &str) -> Vec<String> {
    let text = strip_markup(text).to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_word_within_a_text_has_the_hash_of_the_word(
            before in "[a-z ]{0,3}", word in "([a-zA-Z0-9']{1,20}|[aé’]{1,6})", after in "[a-zé ]{0,9}",
        ) {
            let text = format!("{before}{word}{after}");
            let range = before.len()..before.len() + word.len();
            prop_assert_eq!(hash_within(text.as_bytes(), range), hash_of_ascii(word.as_bytes()));
        }
    }
}
