//! Snowball English (Porter2) for plain words, in place.
//!
//! It gives what the stemmer of rust-stemmers gives, which is generated from the definition at
//! <https://snowballstem.org/algorithms/english/stemmer.html>, takes memory at each step, and ten
//! times as long.

/// Longer words are not for [`stem`]. There are none.
const MAX_BYTES: usize = 63;

/// Beginnings after which R1 starts.
const BEGINNINGS: [&str; 3] = ["arsen", "commun", "gener"];

/// Words that are left as they are once a plural or possessive is off.
const INVARIANT: [&str; 8] =
    ["inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"];

/// Suffixes of nouns and verbs that are made of others, longest first, and what takes their place in R1.
fn derived(last: u8) -> &'static [(&'static str, &'static str)] {
    match last {
        b'i' => &[
            ("lessli", "less"),
            ("biliti", "ble"),
            ("fulli", "ful"),
            ("ousli", "ous"),
            ("entli", "ent"),
            ("aliti", "al"),
            ("iviti", "ive"),
            ("abli", "able"),
            ("alli", "al"),
            ("anci", "ance"),
            ("enci", "ence"),
            ("bli", "ble"),
            ("ogi", "og"),
            ("li", ""),
        ],
        b'l' => &[("ational", "ate"), ("tional", "tion")],
        b'm' => &[("alism", "al")],
        b'n' => &[("ization", "ize"), ("ation", "ate")],
        b'r' => &[("izer", "ize"), ("ator", "ate")],
        b's' => &[("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous")],
        _ => &[],
    }
}

/// Suffixes that are left after the first ones, longest first, and what takes their place in R1.
fn derived_again(last: u8) -> &'static [(&'static str, &'static str)] {
    match last {
        b'e' => &[("icate", "ic"), ("ative", ""), ("alize", "al")],
        b'i' => &[("iciti", "ic")],
        b'l' => &[("ational", "ate"), ("tional", "tion"), ("ical", "ic"), ("ful", "")],
        b's' => &[("ness", "")],
        _ => &[],
    }
}

/// Suffixes that are cut off in R2, longest first.
fn cut(last: u8) -> &'static [&'static str] {
    match last {
        b'c' => &["ic"],
        b'e' => &["ance", "ence", "able", "ible", "ate", "ive", "ize"],
        b'i' => &["iti"],
        b'l' => &["al"],
        b'm' => &["ism"],
        b'n' => &["ion"],
        b'r' => &["er"],
        b's' => &["ous"],
        b't' => &["ement", "ment", "ent", "ant"],
        _ => &[],
    }
}

/// Returns the stem of a word that the rules would get wrong.
fn irregular(word: &str) -> Option<&'static str> {
    Some(match word {
        "skis" => "ski",
        "skies" | "sky" => "sky",
        "dying" => "die",
        "lying" => "lie",
        "tying" => "tie",
        "idly" => "idl",
        "gently" => "gentl",
        "ugly" => "ugli",
        "early" => "earli",
        "only" => "onli",
        "singly" => "singl",
        "news" => "news",
        "howe" => "howe",
        "atlas" => "atlas",
        "cosmos" => "cosmos",
        "bias" => "bias",
        "andes" => "andes",
        _ => return None,
    })
}

/// Tells whether [`stem`] is for a word: it has ASCII letters in lower case, digits and apostrophes only, and
/// does not start with an apostrophe.
pub(super) fn is_plain(word: &str) -> bool {
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'\'');
    word.len() <= MAX_BYTES && !word.starts_with('\'') && word.bytes().all(is_plain)
}

/// Puts the stem of a [plain](is_plain) word in its place.
pub(super) fn stem(text: &mut String) {
    if let Some(stem) = irregular(text) {
        text.replace_range(.., stem);
        return;
    }
    if text.len() < 3 {
        return;
    }
    let mut word = Word::new(text);
    word.take_plural_off();
    if INVARIANT.contains(&word.text.as_str()) {
        return;
    }
    word.take_tense_off();
    word.replace_y();
    word.replace_derived();
    word.replace_derived_again();
    word.cut();
    word.cut_last();
}

/// A word that is being stemmed.
struct Word<'w> {
    text: &'w mut String,
    /// Letters `y` that count as consonants: at the start, and after a vowel. A bit each.
    consonant_ys: u64,
    /// Where the regions R1 and R2 start.
    r1: usize,
    r2: usize,
}

impl<'w> Word<'w> {
    fn new(text: &'w mut String) -> Self {
        let end = text.len();
        let mut word = Self { text, consonant_ys: 0, r1: end, r2: end };
        for n in 0..end {
            if word.at(n) == b'y' && (n == 0 || word.is_vowel(n - 1)) {
                word.consonant_ys |= 1 << n;
            }
        }
        let beginning = BEGINNINGS.iter().find(|start| word.text.starts_with(**start));
        word.r1 = beginning.map_or_else(|| word.region_after(0), |start| start.len());
        word.r2 = word.region_after(word.r1);
        word
    }

    fn at(&self, n: usize) -> u8 {
        self.text.as_bytes().get(n).copied().unwrap_or_default()
    }

    fn is_vowel(&self, n: usize) -> bool {
        match self.at(n) {
            b'a' | b'e' | b'i' | b'o' | b'u' => true,
            b'y' => self.consonant_ys >> n & 1 == 0,
            _ => false,
        }
    }

    /// Returns what follows the first vowel from a position on and the consonant after it.
    fn region_after(&self, from: usize) -> usize {
        let end = self.text.len();
        let vowel = (from..end).find(|&n| self.is_vowel(n)).unwrap_or(end);
        (vowel..end).find(|&n| !self.is_vowel(n)).map_or(end, |n| n + 1)
    }

    fn has_vowel_before(&self, end: usize) -> bool {
        (0..end).any(|n| self.is_vowel(n))
    }

    /// Tells whether a short syllable ends at a position.
    fn is_short_syllable(&self, end: usize) -> bool {
        if end < 2 || self.is_vowel(end - 1) || !self.is_vowel(end - 2) {
            return false;
        }
        let last = self.at(end - 1);
        end == 2 || !matches!(last, b'w' | b'x' | b'y') && !self.is_vowel(end - 3)
    }

    /// Returns where one of some suffixes starts, and which it is.
    fn suffix<'s>(&self, suffixes: &[&'s str]) -> Option<(usize, &'s str)> {
        let suffix = suffixes.iter().find(|suffix| self.text.ends_with(**suffix))?;
        Some((self.text.len() - suffix.len(), suffix))
    }

    fn last(&self) -> u8 {
        self.text.as_bytes().last().copied().unwrap_or_default()
    }

    /// Step 0 and 1a.
    fn take_plural_off(&mut self) {
        if let Some((start, _)) = self.suffix(&["'s'", "'s", "'"]) {
            self.text.truncate(start);
        }
        let end = self.text.len();
        match self.suffix(&["sses", "ied", "ies", "ss", "us", "s"]) {
            Some((_, "sses")) => self.text.truncate(end - 2),
            Some((start, "ied" | "ies")) => {
                self.text.truncate(if start >= 2 { end - 2 } else { end - 1 });
            }
            Some((start, "s")) if start > 0 && self.has_vowel_before(start - 1) => {
                self.text.truncate(start);
            }
            _ => {}
        }
    }

    /// Step 1b.
    fn take_tense_off(&mut self) {
        let suffixes = ["eedly", "ingly", "edly", "eed", "ing", "ed"];
        let Some((start, suffix)) = self.suffix(&suffixes) else { return };
        if suffix.starts_with("eed") {
            if self.r1 <= start {
                self.text.truncate(start + 2);
            }
        } else if self.has_vowel_before(start) {
            self.text.truncate(start);
            self.mend();
        }
    }

    /// Gives a verb the end that it had before `ing` or `ed`.
    fn mend(&mut self) {
        const DOUBLED: [&str; 9] = ["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"];
        let end = self.text.len();
        if self.suffix(&["at", "bl", "iz"]).is_some() {
            self.text.push('e');
        } else if self.suffix(&DOUBLED).is_some() {
            self.text.truncate(end - 1);
        } else if end == self.r1 && self.is_short_syllable(end) {
            self.text.push('e');
        }
    }

    /// Step 1c.
    fn replace_y(&mut self) {
        let end = self.text.len();
        if end > 2 && self.last() == b'y' && !self.is_vowel(end - 2) {
            self.text.truncate(end - 1);
            self.text.push('i');
        }
    }

    /// Step 2.
    fn replace_derived(&mut self) {
        let Some((start, suffix, other)) = self.derived(derived(self.last())) else { return };
        let before = start.checked_sub(1).map_or(0, |n| self.at(n));
        let fits = match suffix {
            "ogi" => before == b'l',
            "li" => b"cdeghkmnrt".contains(&before),
            _ => true,
        };
        if fits && self.r1 <= start {
            self.text.replace_range(start.., other);
        }
    }

    /// Step 3.
    fn replace_derived_again(&mut self) {
        let Some((start, suffix, other)) = self.derived(derived_again(self.last())) else { return };
        if self.r1 <= start && (suffix != "ative" || self.r2 <= start) {
            self.text.replace_range(start.., other);
        }
    }

    fn derived(
        &self,
        suffixes: &'static [(&str, &str)],
    ) -> Option<(usize, &'static str, &'static str)> {
        let (suffix, other) = suffixes.iter().find(|(suffix, _)| self.text.ends_with(suffix))?;
        Some((self.text.len() - suffix.len(), suffix, other))
    }

    /// Step 4.
    fn cut(&mut self) {
        let Some((start, suffix)) = self.suffix(cut(self.last())) else { return };
        let before = start.checked_sub(1).map_or(0, |n| self.at(n));
        if self.r2 <= start && (suffix != "ion" || matches!(before, b's' | b't')) {
            self.text.truncate(start);
        }
    }

    /// Step 5.
    fn cut_last(&mut self) {
        let Some(start) = self.text.len().checked_sub(1) else { return };
        let in_r2 = self.r2 <= start;
        let cuts = match self.last() {
            b'e' => in_r2 || self.r1 <= start && !self.is_short_syllable(start),
            b'l' => in_r2 && start > 0 && self.at(start - 1) == b'l',
            _ => false,
        };
        if cuts {
            self.text.truncate(start);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_stemmers::{Algorithm, Stemmer};

    use super::*;

    #[track_caller]
    fn check(word: &str) {
        assert!(is_plain(word), "{word}");
        let mut found = word.to_owned();
        stem(&mut found);
        assert_eq!(found, Stemmer::create(Algorithm::English).stem(word), "{word}");
    }

    #[test]
    fn rare_rules_are_followed() {
        for word in [
            "skis",
            "skies",
            "sky",
            "dying",
            "early",
            "news",
            "innings",
            "earring",
            "succeeded",
            "ties",
            "cries",
            "tied",
            "gas",
            "this",
            "kiwis",
            "feed",
            "agreed",
            "hopping",
            "hoping",
            "bed",
            "shed",
            "say",
            "cry",
            "by",
            "yes",
            "youth",
            "boyish",
            "flying",
            "syzygy",
            "yyy",
            "ayyy",
            "generously",
            "communism",
            "arsenal",
            "geology",
            "apology",
            "sensational",
            "relational",
            "electricity",
            "adoption",
            "lion",
            "cease",
            "probate",
            "controll",
            "roll",
            "x's",
            "dogs'",
            "dog's'",
            "a''",
            "l'l",
            "rate",
            "ie",
            "ied",
            "ing",
            "owed",
            "boxed",
        ] {
            check(word);
        }
    }

    #[test]
    fn words_of_the_corpus_have_the_same_stems() {
        let corpus = crate::Corpus::embedded().unwrap();
        for profile in corpus.taxonomy.documents() {
            for text in [profile.title, profile.duties, profile.vocabulary].into_iter().flatten() {
                for word in crate::text::words(text).map(str::to_lowercase) {
                    if is_plain(&word) {
                        check(&word);
                    }
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn stems_are_those_of_the_generated_stemmer(
            start in "(arsen|commun|gener|y)?[a-z0-9]{1,3}[aeiouybdltswx'0]{0,5}",
            ends in "(s|ss|us|ies|ied|'|'s|'s'|ed|eed|ing|edly|eedly|ingly|y|at|bl|iz|bb|tt|enci|anci|ogi|li|bli|abli|alli\
                    |fulli|lessli|ousli|entli|aliti|biliti|iviti|tional|ational|alism|ation|ization|izer|ator|iveness\
                    |fulness|ousness|icate|ative|alize|iciti|ical|ful|ness|ic|ance|able|ate|ive|al|ism|ion|er|ous|ant|ent\
                    |ment|ement|e|l|ll){0,3}",
        ) {
            check(&format!("{start}{ends}"));
        }

        #[test]
        fn letters_in_any_order_are_stemmed_alike(word in "[a-z0-9][aeiouylst'a-z]{0,12}") {
            check(&word);
        }
    }
}
