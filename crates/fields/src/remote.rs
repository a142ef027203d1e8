//! Whether the work is done from afar: from a column of its own, from the place, from the title.

use std::fmt;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::Reading;
use super::error::{FieldDataError, parse};

const FILE: &str = "crates/fields/corpus/remote.toml";
const TEXT: &str = include_str!("../corpus/remote.toml");

/// Longest cell, in bytes, that can be an answer in a column about remote work.
const LONGEST_ANSWER: usize = 40;
/// Longest text, in bytes, that is read as a title.
const LONGEST_TITLE: usize = 1_000;

/// Where the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Remote {
    /// All of it from afar.
    Remote,
    /// Some of it at the employer's place.
    Hybrid,
    /// All of it at the employer's place.
    OnSite,
    /// Not all of it from afar; whether some of it is not said.
    NotRemote,
}

impl Remote {
    /// Returns the name, as it stands in a column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Remote => "remote",
            Self::Hybrid => "hybrid",
            Self::OnSite => "on_site",
            Self::NotRemote => "not_remote",
        }
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    column: ColumnData,
    words: WordData,
    title: TitleData,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnData {
    remote: Vec<String>,
    hybrid: Vec<String>,
    on_site: Vec<String>,
    no: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WordData {
    remote: Vec<String>,
    hybrid: Vec<String>,
    on_site: Vec<String>,
    not_remote: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TitleData {
    remote: Vec<String>,
    hybrid: Vec<String>,
    on_site: Vec<String>,
    not_meant: Vec<String>,
}

/// Reads whether the work is done from afar.
///
/// Nothing said is nothing read: a posting without a word of it is not taken as on site.
#[derive(Debug)]
pub struct RemoteReader {
    /// Whole cells of a column.
    cells: FxHashMap<String, Remote>,
    words: FxHashMap<String, Remote>,
    /// Phrases of a place that deny it, the longest first.
    denials: Vec<String>,
    /// Phrases with a space before and after.
    phrases: Vec<(String, Remote)>,
    not_meant: Vec<String>,
    /// The longest word of each phrase: most titles have none of them.
    telling_words: AhoCorasick,
}

impl RemoteReader {
    /// Loads the words that the binary carries.
    ///
    /// # Errors
    ///
    /// Returns an error if the embedded file is invalid; the tests of this crate make sure that it
    /// is not.
    pub fn embedded() -> Result<Self, FieldDataError> {
        let data: Data = parse(FILE, TEXT)?;
        let kinds = |remote, hybrid, on_site| {
            [(remote, Remote::Remote), (hybrid, Remote::Hybrid), (on_site, Remote::OnSite)]
        };
        let mut cells = FxHashMap::default();
        for (list, remote) in kinds(data.column.remote, data.column.hybrid, data.column.on_site) {
            cells.extend(list.into_iter().map(|cell| (cell, remote)));
        }
        cells.extend(data.column.no.into_iter().map(|cell| (cell, Remote::NotRemote)));
        let mut words = FxHashMap::default();
        for (list, remote) in kinds(data.words.remote, data.words.hybrid, data.words.on_site) {
            words.extend(list.into_iter().map(|word| (word, remote)));
        }
        let padded = |phrase: String| format!(" {phrase} ");
        // "Hybrid remote" is hybrid, so hybrid is looked for first.
        let title = [
            (data.title.hybrid, Remote::Hybrid),
            (data.title.remote, Remote::Remote),
            (data.title.on_site, Remote::OnSite),
        ];
        let phrases = title.into_iter().flat_map(|(list, remote)| {
            list.into_iter().map(move |phrase| (padded(phrase), remote))
        });
        let phrases: Vec<(String, Remote)> = phrases.collect();
        let longest = |(phrase, _): &(String, Remote)| {
            phrase.split(' ').max_by_key(|word| word.len()).map(str::to_owned)
        };
        let telling_words = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(phrases.iter().filter_map(longest))
            .map_err(|error| FieldDataError { file: FILE, message: error.to_string() })?;
        let not_meant = data.title.not_meant.into_iter().map(padded).collect();
        let mut denials = data.words.not_remote;
        denials.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
        Ok(Self { cells, words, denials, phrases, not_meant, telling_words })
    }

    /// Reads a cell of a column about remote work.
    ///
    /// A plain no leaves open whether the job is hybrid or on site: it is [`Remote::NotRemote`].
    ///
    /// ```
    /// use rolecall_fields::{Reading, Remote, RemoteReader};
    ///
    /// let reader = RemoteReader::embedded()?;
    /// assert_eq!(reader.column("TELECOMMUTE"), Reading::Read(Remote::Remote));
    /// assert_eq!(reader.column("0"), Reading::Read(Remote::NotRemote));
    /// assert_eq!(reader.column(""), Reading::NotStated);
    /// # Ok::<(), rolecall_fields::FieldDataError>(())
    /// ```
    pub fn column(&self, text: &str) -> Reading<Remote> {
        let text = text.trim();
        if text.is_empty() {
            return Reading::NotStated;
        }
        if text.len() > LONGEST_ANSWER {
            return Reading::NotRead("longer than an answer about remote work");
        }
        match self.cells.get(&text.to_lowercase()) {
            Some(remote) => Reading::Read(*remote),
            None => Reading::NotRead("not a known answer about remote work"),
        }
    }

    /// Reads a title: `EHR Trainer (Remote)`.
    ///
    /// A title that gives the choice (`on site or remote`) is not read, nor is one of over 1,000
    /// bytes.
    pub fn title(&self, text: &str) -> Option<Remote> {
        if text.len() > LONGEST_TITLE || self.says_nothing(text) {
            return None;
        }
        self.in_words(text)
    }

    /// Looks for the phrases word by word.
    fn in_words(&self, text: &str) -> Option<Remote> {
        let mut words = String::with_capacity(text.len() + 2);
        words.push(' ');
        for c in text.chars() {
            if c.is_alphanumeric() {
                words.extend(c.to_lowercase());
            } else if !words.ends_with(' ') {
                words.push(' ');
            }
        }
        if !words.ends_with(' ') {
            words.push(' ');
        }
        let is_meant = |at: usize, phrase: &str| {
            !self.not_meant.iter().any(|other| {
                // The space that ends one phrase can begin the next, so matches may overlap.
                let mut starts = (0..words.len()).filter(|&n| {
                    words.get(n..).is_some_and(|rest| rest.starts_with(other.as_str()))
                });
                starts.any(|start| start <= at && at + phrase.len() <= start + other.len())
            })
        };
        let mut found = None;
        for (phrase, remote) in &self.phrases {
            if words.match_indices(phrase.as_str()).any(|(at, _)| is_meant(at, phrase)) {
                match (found, remote) {
                    // "Hybrid remote" is hybrid.
                    (Some(Remote::Hybrid), _) => {}
                    // "On site or remote" leaves it open.
                    (Some(Remote::Remote), Remote::OnSite) => return None,
                    _ => found = Some(*remote),
                }
            }
        }
        found
    }

    /// Tells whether a title has no phrase, by a look at its bytes. Of what is not ASCII, lower case may be.
    fn says_nothing(&self, title: &str) -> bool {
        title.is_ascii() && !self.telling_words.is_match(title)
    }

    /// Tells whether a cell of a column is a plain yes or no, which says less than the name of a work model.
    pub(super) fn is_plain(text: &str) -> bool {
        const PLAIN: [&str; 12] =
            ["true", "false", "yes", "no", "y", "n", "1", "0", "1.0", "0.0", "t", "f"];
        let text = text.trim();
        text.is_empty() || PLAIN.iter().any(|plain| text.eq_ignore_ascii_case(plain))
    }

    /// Takes a phrase out of a place that says the work is not done from afar; nothing if there is none.
    pub(super) fn without_denial(&self, place: &str) -> Option<String> {
        // Lower case keeps the length of what the phrases are made of.
        let lower = place.to_ascii_lowercase();
        if !lower.contains("remote") && !lower.contains("telework") {
            return None;
        }
        let is_rim = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        self.denials.iter().find_map(|phrase| {
            let at = lower.find(phrase.as_str())?;
            let (before, after) = (&place[..at], &place[at + phrase.len()..]);
            let is_whole = is_rim(before.chars().next_back()) && is_rim(after.chars().next());
            is_whole.then(|| format!("{before}; {after}"))
        })
    }

    /// Looks up one word of a place, in lower case.
    pub(super) fn word(&self, word: &str) -> Option<Remote> {
        self.words.get(word).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn titles_without_a_telling_word_have_no_phrase(
            title in "(remote|HYBRID|on|site|onsite|from home|work|wfh|\u{212a}|telewor|k|[-/ (),]|\\PC|[a-z]{1,6}){0,8}",
        ) {
            let reader = RemoteReader::embedded().unwrap();
            prop_assert_eq!(reader.title(&title), reader.in_words(&title));
        }
    }

    #[test]
    fn columns_answer_in_many_ways() {
        let reader = RemoteReader::embedded().unwrap();
        for (cell, expected) in [
            ("true", Some(Remote::Remote)),
            ("Yes", Some(Remote::Remote)),
            ("1.0", Some(Remote::Remote)),
            (" Remote ", Some(Remote::Remote)),
            ("TELECOMMUTE", Some(Remote::Remote)),
            ("Hybrid", Some(Remote::Hybrid)),
            ("On-site", Some(Remote::OnSite)),
        ] {
            assert_eq!(reader.column(cell).read(), expected, "{cell}");
        }
        assert_eq!(reader.column("False"), Reading::Read(Remote::NotRemote));
        assert_eq!(reader.column(""), Reading::NotStated);
        assert!(matches!(reader.column("perhaps"), Reading::NotRead(_)));
    }

    #[test]
    fn titles_say_remote_but_remote_sensing_does_not() {
        let reader = RemoteReader::embedded().unwrap();
        for (title, expected) in [
            ("EHR Trainer (Remote)", Some(Remote::Remote)),
            ("EHR Trainer - REMOTE", Some(Remote::Remote)),
            ("EHR Trainer, hybrid remote", Some(Remote::Hybrid)),
            ("Trainer [On-site]", Some(Remote::OnSite)),
            ("Remote Sensing Analyst", None),
            ("Remote Sensing Analyst, Remote", Some(Remote::Remote)),
            ("Promoted Analyst", None),
            ("Trainer, onsite or remote", None),
            ("", None),
        ] {
            assert_eq!(reader.title(title), expected, "{title}");
        }
    }
}
