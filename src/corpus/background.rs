//! Document frequencies of stems over a large sample of real postings.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{CorpusError, CorpusFile};

/// How many postings hold a stem: what makes a word rare or common.
///
/// Inverse document frequencies over a few dozen profiles say nothing; these do. In the file,
/// stems below a floor are left out to keep it small; such a stem counts as rarer than any that
/// is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Background {
    documents: u64,
    floor: u64,
    frequencies: BTreeMap<String, u64>,
}

impl Background {
    /// Parses `background.tsv`: comment lines with `#`, then `documents<TAB>N`, `floor<TAB>F`,
    /// a blank line, and `stem<TAB>document frequency` a line.
    pub(crate) fn parse(file: &CorpusFile) -> Result<Self, CorpusError> {
        let mut header = BTreeMap::new();
        let mut frequencies = BTreeMap::new();
        let mut in_header = true;
        for (n, line) in file.text.lines().enumerate() {
            let wrong = |message: String| CorpusError::Syntax {
                file: file.shown.clone(),
                line: n + 1,
                message,
            };
            if in_header && line.starts_with('#') {
                continue;
            }
            if in_header && line.is_empty() {
                in_header = false;
                continue;
            }
            let (name, value) = line
                .split_once('\t')
                .ok_or_else(|| wrong(format!("expected name, tab, number, found {line:?}")))?;
            let value: u64 = value
                .parse()
                .map_err(|_| wrong(format!("expected a whole number, found {value:?}")))?;
            let target = if in_header { &mut header } else { &mut frequencies };
            if target.insert(name.to_owned(), value).is_some() {
                return Err(wrong(format!("`{name}` stands here a second time")));
            }
        }
        let of_header = |key: &str| {
            let message = "expected this line in the header, with a number above 0";
            header.get(key).copied().filter(|&v| v > 0).ok_or_else(|| file.invalid(key, message))
        };
        let background =
            Self { documents: of_header("documents")?, floor: of_header("floor")?, frequencies };
        match background.frequencies.iter().find(|&(_, &n)| n > background.documents || n == 0) {
            Some((stem, n)) => Err(file.invalid(
                stem,
                format!("expected 1 to {} documents, found {n}", background.documents),
            )),
            None => Ok(background),
        }
    }

    /// Returns how many postings were counted.
    pub fn documents(&self) -> u64 {
        self.documents
    }

    /// Returns how many stems are listed.
    pub fn stems(&self) -> usize {
        self.frequencies.len()
    }

    /// Returns in how many postings a stem occurs. A stem that is not listed occurs in fewer
    /// than the floor; half of the floor is taken, at least 1.
    pub fn document_frequency(&self, stem: &str) -> u64 {
        self.frequencies.get(stem).copied().unwrap_or((self.floor / 2).max(1))
    }
}

/// Counts document frequencies, one posting after another.
#[derive(Debug, Default)]
pub struct BackgroundBuilder {
    documents: u64,
    frequencies: BTreeMap<String, u64>,
}

impl BackgroundBuilder {
    /// Counts one posting, given its distinct stems.
    pub fn add<'a>(&mut self, distinct_stems: impl IntoIterator<Item = &'a str>) {
        self.documents += 1;
        for stem in distinct_stems {
            match self.frequencies.get_mut(stem) {
                Some(n) => *n += 1,
                None => {
                    self.frequencies.insert(stem.to_owned(), 1);
                }
            }
        }
    }

    /// Returns how many postings were counted.
    pub fn documents(&self) -> u64 {
        self.documents
    }

    /// Returns the text of a `background.tsv`: `comment` as `#` lines, the header, and the stems
    /// with at least `floor` postings, sorted.
    pub fn to_tsv(&self, comment: &str, floor: u64) -> String {
        let mut text = String::new();
        for line in comment.lines() {
            text.push_str(format!("# {line}").trim_end());
            text.push('\n');
        }
        let _ = write!(text, "documents\t{}\nfloor\t{floor}\n\n", self.documents);
        for (stem, n) in self.frequencies.iter().filter(|&(_, &n)| n >= floor) {
            let _ = writeln!(text, "{stem}\t{n}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Background, String> {
        let file = CorpusFile {
            name: "background.tsv".into(),
            shown: "corpus/background.tsv".into(),
            text: text.into(),
        };
        Background::parse(&file).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_counted_is_what_is_read() {
        let mut builder = BackgroundBuilder::default();
        for stems in [&["ehr", "nurs"][..], &["nurs"], &["nurs", "rare"], &["ehr"]] {
            builder.add(stems.iter().copied());
        }
        let background = parse(&builder.to_tsv("made by a test\n\nof four", 2)).unwrap();
        assert_eq!(background.documents(), 4);
        assert_eq!(background.stems(), 2);
        assert_eq!(background.document_frequency("nurs"), 3);
        assert_eq!(background.document_frequency("ehr"), 2);
        assert_eq!(background.document_frequency("rare"), 1);
    }

    #[test]
    fn errors_name_the_line() {
        insta::assert_snapshot!(parse("documents\t4\nfloor\t1\n\nehr 3").unwrap_err(),
            @r#"corpus/background.tsv:4: expected name, tab, number, found "ehr 3""#);
        insta::assert_snapshot!(parse("documents\t4\nfloor\t1\n\nehr\tx").unwrap_err(),
            @r#"corpus/background.tsv:4: expected a whole number, found "x""#);
        insta::assert_snapshot!(parse("floor\t1\n\nehr\t3").unwrap_err(),
            @"corpus/background.tsv: key `documents`: expected this line in the header, with a number above 0");
        insta::assert_snapshot!(parse("documents\t2\nfloor\t1\n\nehr\t3").unwrap_err(),
            @"corpus/background.tsv: key `ehr`: expected 1 to 2 documents, found 3");
    }
}
