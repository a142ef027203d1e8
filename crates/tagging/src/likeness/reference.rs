use serde::{Deserialize, Serialize};

use rolecall::corpus::{Corpus, CorpusError};

/// The file of a corpus that tells what labelled boards are like.
const FILE: &str = "likeness.toml";

/// The names of the measures, in their order.
pub(super) const NAMES: [&str; 3] = ["words_known", "role_sure", "in_doubt"];

/// Which way a measure goes where answers are worse: few known words, unsure roles, much doubt.
pub const WORSE: [f64; 3] = [-1.0, -1.0, 1.0];

/// The content of `likeness.toml`: how labelled boards differ, each answered by a fit that had seen none of
/// its postings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LikenessReference {
    /// A file that is farther out than this is unlike the labelled postings: in standard deviations, by the worst
    /// measure. 95 % of the labelled boards are less far from the others.
    pub limit: f64,
    /// The share of a posting's words that are known.
    pub words_known: LikenessMeasure,
    /// The closest role's share of what the two closest roles have, where the scope is at least 0.3.
    pub role_sure: LikenessMeasure,
    /// The share of postings with a scope below 0.65, among those with at least 0.3.
    pub in_doubt: LikenessMeasure,
}

/// What a measure is on labelled boards.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LikenessMeasure {
    /// The mean over the boards, 0..=1.
    pub mean: f64,
    /// The standard deviation between boards, above 0.
    pub spread: f64,
    /// The standard deviation between the postings of a board.
    pub within: f64,
    /// How many boards it is known of.
    pub boards: usize,
}

impl LikenessReference {
    /// Reads what the corpus says of labelled boards; nothing if it has no `likeness.toml`.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and key if the file is invalid.
    pub fn of_corpus(corpus: &Corpus) -> Result<Option<Self>, CorpusError> {
        corpus.file(FILE).map(|file| file.parse_in_range(Self::out_of_range)).transpose()
    }

    pub(super) fn measures(&self) -> [&LikenessMeasure; 3] {
        [&self.words_known, &self.role_sure, &self.in_doubt]
    }

    /// Returns the first value that is out of its range: its key, what is expected, and what was found.
    pub fn out_of_range(&self) -> Option<(String, &'static str, String)> {
        let limit =
            ("limit".to_owned(), "a number above 0 and up to 1000", self.limit, self.limit > 0.0);
        let values = NAMES.iter().zip(self.measures()).flat_map(|(name, measure)| {
            let LikenessMeasure { mean, spread, within, .. } = *measure;
            let key = |key: &str| format!("{name}.{key}");
            [
                (key("mean"), "a share from 0 to 1", mean, (0.0..=1.0).contains(&mean)),
                (
                    key("spread"),
                    "a number above 0 and up to 1",
                    spread,
                    spread > 0.0 && spread <= 1.0,
                ),
                (key("within"), "a number from 0 to 1", within, (0.0..=1.0).contains(&within)),
            ]
        });
        let mut all = std::iter::once(limit).chain(values);
        let (key, expected, found, _) =
            all.find(|(_, _, value, is_right)| !is_right || *value > 1e3)?;
        Some((key, expected, found.to_string()))
    }
}

impl LikenessMeasure {
    /// Returns how many standard deviations the mean of so many postings is from that of labelled boards,
    /// with the error that so few postings have.
    pub fn distance(&self, value: f64, postings: f64) -> f64 {
        (value - self.mean) / (self.spread.powi(2) + self.within.powi(2) / postings).sqrt()
    }
}
