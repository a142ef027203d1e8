//! Texts: markup off, words.

use rolecall::text::{MAX_WORD_BYTES, MIN_WORD_CHARS, strip_markup, words};

/// Texts up to this length are repeated, so that time beyond linear shows.
const UNIT_BYTES: usize = 24;

/// How long repeated texts are.
const REPEATED_BYTES: usize = 1 << 18;

/// Checks words against the rule that defines them, and that hostile markup takes no time to speak
/// of: what is not linear runs into the time limit of the fuzzer.
pub fn text(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    check_words(&text);
    let plain = strip_markup(&text);
    // A character reference of 5 bytes is at most 6 bytes of text, and a tag at least one blank.
    assert!(plain.len() <= text.len() * 2);
    check_words(&plain);
    if (1..=UNIT_BYTES).contains(&text.len()) {
        let repeated = text.repeat(REPEATED_BYTES / text.len());
        assert!(strip_markup(&repeated).len() <= repeated.len() * 2);
    }
}

fn check_words(text: &str) {
    let found: Vec<&str> = words(text).collect();
    for word in &found {
        assert!(word.len() <= MAX_WORD_BYTES && word.chars().count() >= MIN_WORD_CHARS);
        assert_eq!(words(word).collect::<Vec<_>>(), [*word], "a word splits into itself");
    }
    // Blanks in front move words to other places of the blocks in which they are read.
    for blanks in [1, 31, 63] {
        let moved = " ".repeat(blanks) + text;
        assert!(
            words(&moved).eq(found.iter().copied()),
            "words are the same behind {blanks} blanks"
        );
    }
    let middle = (text.len() / 2..).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    let (left, right) = text.split_at(middle);
    let apart = format!("{left} {right}");
    assert!(words(&apart).eq(words(left).chain(words(right))), "a blank parts words");
}
