//! Which certifications a posting names.

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};
use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::error::{FieldDataError, parse};

const FILE: &str = "crates/fields/corpus/certifications.toml";
const TEXT: &str = include_str!("../corpus/certifications.toml");

/// A certification.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certification {
    /// The id, as it stands in results.
    pub id: String,
    /// The full name.
    pub name: String,
    /// Who certifies.
    pub issuer: String,
    abbreviations: Vec<String>,
    phrases: Vec<String>,
    /// Words of which one must be in the text for an abbreviation to count.
    #[serde(default)]
    with: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    certification: Vec<Certification>,
}

/// What a pattern shows about the certification at a position of the list.
#[derive(Debug, Clone, Copy)]
enum Evidence {
    Named(usize),
    Context(usize),
}

/// Finds certifications in texts, all in one pass.
#[derive(Debug)]
pub struct Certifications {
    list: Vec<Certification>,
    abbreviations: AhoCorasick,
    abbreviation_of: Vec<usize>,
    phrases: AhoCorasick,
    phrase_of: Vec<Evidence>,
}

impl Certifications {
    /// Loads the list that the binary carries; takes a few milliseconds.
    ///
    /// # Errors
    ///
    /// Returns an error if the embedded file is invalid; the tests of this crate make sure that it
    /// is not.
    pub fn embedded() -> Result<Self, FieldDataError> {
        let invalid = |message: String| FieldDataError { file: FILE, message };
        let Data { certification: list } = parse(FILE, TEXT)?;
        let mut ids = FxHashSet::default();
        if let Some(twice) = list.iter().find(|known| !ids.insert(known.id.as_str())) {
            return Err(invalid(format!("id `{}` is there twice", twice.id)));
        }
        let (mut abbreviations, mut abbreviation_of) = (Vec::new(), Vec::new());
        let (mut phrases, mut phrase_of) = (Vec::new(), Vec::new());
        for (n, known) in list.iter().enumerate() {
            for abbreviation in &known.abbreviations {
                abbreviations.push(abbreviation.as_str());
                abbreviation_of.push(n);
            }
            for (patterns, evidence) in
                [(&known.phrases, Evidence::Named(n)), (&known.with, Evidence::Context(n))]
            {
                phrases.extend(patterns.iter().map(String::as_str));
                phrase_of.extend(patterns.iter().map(|_| evidence));
            }
        }
        let failed = |error: BuildError| invalid(error.to_string());
        let build = |patterns: &[&str], any_case| {
            // The patterns are few, so the faster automaton is small enough.
            let mut builder = AhoCorasick::builder();
            builder.kind(Some(AhoCorasickKind::DFA)).ascii_case_insensitive(any_case);
            builder.build(patterns).map_err(failed)
        };
        let (abbreviations, phrases) = (build(&abbreviations, false)?, build(&phrases, true)?);
        Ok(Self { abbreviations, abbreviation_of, phrases, phrase_of, list })
    }

    /// Returns all certifications that are looked for.
    pub fn all(&self) -> &[Certification] {
        &self.list
    }

    /// Finds the certifications that a text names; their ids come in the order of the list.
    ///
    /// Takes time linear in the text: some tens of microseconds for a posting. A certification
    /// that a text names is found whether it is required, preferred or but mentioned.
    ///
    /// ```
    /// use rolecall_fields::Certifications;
    ///
    /// let certifications = Certifications::embedded()?;
    /// let found = certifications.find("CPHIMS preferred; RHIA or RHIT required.");
    /// assert_eq!(found, ["rhia", "rhit", "cphims"]);
    /// # Ok::<(), rolecall_fields::FieldDataError>(())
    /// ```
    pub fn find(&self, text: &str) -> Vec<&str> {
        self.positions(text).into_iter().map(|n| self.list[n].id.as_str()).collect()
    }

    /// Finds the certifications that a text names, by their positions in the list.
    pub fn positions(&self, text: &str) -> Vec<usize> {
        // Abbreviations that need a word beside them, those words, and what is found for sure.
        let mut abbreviated = vec![false; self.list.len()];
        let mut in_context = vec![false; self.list.len()];
        let mut named = vec![false; self.list.len()];
        for found in self.abbreviations.find_overlapping_iter(text) {
            let n = self.abbreviation_of[found.pattern().as_usize()];
            if !abbreviated[n] && is_whole_word(text, found.start(), found.end(), true) {
                abbreviated[n] = true;
            }
        }
        for found in self.phrases.find_overlapping_iter(text) {
            let (flags, n) = match self.phrase_of[found.pattern().as_usize()] {
                Evidence::Named(n) => (&mut named, n),
                Evidence::Context(n) => (&mut in_context, n),
            };
            if !flags[n] && is_whole_word(text, found.start(), found.end(), false) {
                flags[n] = true;
            }
        }
        let is_found = |n: usize, known: &Certification| {
            named[n] || abbreviated[n] && (known.with.is_empty() || in_context[n])
        };
        let found = self.list.iter().enumerate().filter(|&(n, known)| is_found(n, known));
        found.map(|(n, _)| n).collect()
    }
}

/// Tells whether no letter or digit goes on before or after; a plural `s` may follow.
fn is_whole_word(text: &str, start: usize, end: usize, plural: bool) -> bool {
    let (Some(before), Some(found), Some(after)) =
        (text.get(..start), text.get(start..end), text.get(end..))
    else {
        return false;
    };
    let starts =
        !found.starts_with(char::is_alphanumeric) || !before.ends_with(char::is_alphanumeric);
    let after = if plural { after.strip_prefix('s').unwrap_or(after) } else { after };
    starts && (!found.ends_with(char::is_alphanumeric) || !after.starts_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn certifications_are_found_as_whole_words() {
        let certifications = Certifications::embedded().unwrap();
        for (text, expected) in [
            ("RHIA/RHIT required", &["rhia", "rhit"][..]),
            ("Registered health information ADMINISTRATOR", &["rhia"]),
            ("CISSPs and PMPs welcome", &["cissp", "pmp"]),
            ("Epic-certified analyst, Epic certification in Willow", &["epic"]),
            ("an epic journey", &[]),
            ("CompTIA A+ and Security+ certified", &["comptia-a-plus", "comptia-security-plus"]),
            ("grade A+ colleagues", &[]),
            ("CPC campaigns and CCS files", &[]),
            ("Medical coder: CPC or CCS", &["ccs", "cpc"]),
            ("CPHIMSX, XPMP, pmp, ITILITY", &[]),
            ("RN, BSN required", &[]),
            ("", &[]),
        ] {
            assert_eq!(certifications.find(text), expected, "{text}");
        }
    }

    /// Looks for each pattern on its own.
    fn plainly(certifications: &Certifications, text: &str) -> Vec<String> {
        let words = |text: &str, pattern: &str, plural: bool| {
            text.match_indices(pattern)
                .any(|(at, _)| is_whole_word(text, at, at + pattern.len(), plural))
        };
        let lower = text.to_ascii_lowercase();
        let found = certifications.all().iter().filter(|known| {
            let context =
                known.with.is_empty() || known.with.iter().any(|w| words(&lower, w, false));
            known.phrases.iter().any(|phrase| words(&lower, phrase, false))
                || context && known.abbreviations.iter().any(|short| words(text, short, true))
        });
        found.map(|known| known.id.clone()).collect()
    }

    proptest! {
        #[test]
        fn one_pass_finds_what_many_do(
            pieces in prop::collection::vec((any::<prop::sample::Index>(), "[ ,a-zA-Z+é]{0,3}"), 0..12),
        ) {
            let certifications = Certifications::embedded().unwrap();
            let patterns: Vec<&String> = certifications
                .all()
                .iter()
                .flat_map(|known| [&known.abbreviations, &known.phrases, &known.with])
                .flatten()
                .collect();
            let text: String =
                pieces.iter().map(|(n, between)| format!("{}{between}", n.get(&patterns))).collect();
            prop_assert_eq!(certifications.find(&text), plainly(&certifications, &text));
        }
    }
}
