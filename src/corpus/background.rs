//! Document frequencies of stems over a large sample of real postings.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use crate::files::{CorpusError, CorpusFile};

/// How many postings hold a stem: what makes a word rare or common.
///
/// Inverse document frequencies over a few dozen profiles say nothing; these do. In the file,
/// stems below a floor are left out to keep it small; such a stem counts as rarer than any that
/// is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Background {
    documents: u64,
    floor: u64,
    /// The lines of the file, which hold the stems: a map of strings would take longer to make
    /// than a posting takes to classify.
    lines: String,
    /// In the order of the stems' bytes.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Where the stem is in the lines.
    stem: Range<usize>,
    frequency: u64,
}

impl Background {
    /// Parses `background.tsv`: comment lines with `#`, then `documents<TAB>N`, `floor<TAB>F`,
    /// a blank line, and `stem<TAB>document frequency` a line, in the order of the stems' bytes.
    pub(crate) fn parse(file: &CorpusFile) -> Result<Self, CorpusError> {
        let wrong = |line: usize, message: String| CorpusError::Syntax {
            file: file.shown.clone(),
            line,
            message,
        };
        let (header, lines) = file.text.split_once("\n\n").unwrap_or((&file.text, ""));
        let [mut documents, mut floor] = [0, 0];
        for (n, line) in (1..).zip(header.lines()).filter(|(_, line)| !line.starts_with('#')) {
            match entry(line).map_err(|message| wrong(n, message))? {
                ("documents", number) => documents = number,
                ("floor", number) => floor = number,
                (name, _) => {
                    let message = format!("expected `documents` or `floor`, found {name:?}");
                    return Err(wrong(n, message));
                }
            }
        }
        for (key, value) in [("documents", documents), ("floor", floor)] {
            if value == 0 {
                let message = "expected this line in the header, with a number above 0";
                return Err(file.invalid(key, message));
            }
        }
        let mut entries = Vec::with_capacity(lines.len() / 8);
        let (mut before, mut start) = ("", 0);
        for (n, line) in (header.lines().count() + 2..).zip(lines.split_terminator('\n')) {
            let (stem, number) = entry(line).map_err(|message| wrong(n, message))?;
            if stem <= before {
                let message = format!("expected a stem after {before:?}, found {stem:?}");
                return Err(wrong(n, message));
            }
            if !(1..=documents).contains(&number) {
                let message = format!("expected 1 to {documents} documents, found {number}");
                return Err(wrong(n, message));
            }
            before = stem;
            entries.push(Entry { stem: start..start + stem.len(), frequency: number });
            start += line.len() + 1;
        }
        Ok(Self { documents, floor, lines: lines.to_owned(), entries })
    }

    /// Returns how many postings were counted.
    pub fn documents(&self) -> u64 {
        self.documents
    }

    /// Returns how many stems are listed.
    pub fn stems(&self) -> usize {
        self.entries.len()
    }

    /// Returns in how many postings a stem occurs. A stem that is not listed occurs in fewer
    /// than the floor; half of the floor is taken, at least 1.
    pub fn document_frequency(&self, stem: &str) -> u64 {
        let stem_of = |entry: &Entry| &self.lines[entry.stem.clone()];
        match self.entries.binary_search_by(|entry| stem_of(entry).cmp(stem)) {
            Ok(found) => self.entries[found].frequency,
            Err(_) => (self.floor / 2).max(1),
        }
    }
}

/// Reads a line: a name, a tab, and a whole number.
fn entry(line: &str) -> Result<(&str, u64), String> {
    let tab = memchr::memchr(b'\t', line.as_bytes())
        .ok_or_else(|| format!("expected name, tab, number, found {line:?}"))?;
    let (name, number) = (&line[..tab], &line[tab + 1..]);
    let number =
        number.parse().map_err(|_| format!("expected a whole number, found {number:?}"))?;
    Ok((name, number))
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
            text: text.to_owned().into(),
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
            @"corpus/background.tsv:4: expected 1 to 2 documents, found 3");
        insta::assert_snapshot!(parse("documents\t2\nfloor\t1\n\nb\t1\na\t1").unwrap_err(),
            @r#"corpus/background.tsv:5: expected a stem after "b", found "a""#);
    }
}
