use std::collections::BTreeSet;

/// Words that are dropped before stemming: lower case, ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StopWords(BTreeSet<String>);

impl StopWords {
    /// Parses a list: words separated by white space, `#` starts a comment.
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        Self(lines.flat_map(str::split_whitespace).map(str::to_owned).collect())
    }

    /// Tells whether a word is among them, in whatever case.
    pub fn contains(&self, word: &str) -> bool {
        self.0.contains(&word.to_lowercase())
    }

    /// Iterates over the words in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}
