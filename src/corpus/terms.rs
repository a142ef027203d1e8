//! Term weights that were learned from labelled postings.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{CorpusError, CorpusFile};

/// Weights are written as whole numbers of this many to one.
const SCALE: f32 = 1000.0;

/// The parts of a posting, by the letter that stands for them in the file.
const PARTS: [&str; 2] = ["title", "body"];

/// Weights of terms for each gate of the scope and for each role, learned on top of BM25.
///
/// A posting's part (title or body) is the vector of the saturated frequencies of its terms, divided
/// by its length; each weight is multiplied by that.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TermWeights {
    columns: Vec<String>,
    /// By stem: a readable word, and the weights for title and body.
    terms: BTreeMap<String, Term>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Term {
    word: String,
    weights: [Option<Vec<f32>>; 2],
}

impl TermWeights {
    /// Makes an empty set; `columns` are the names of gates and then of roles.
    pub fn new(columns: Vec<String>) -> Self {
        Self { columns, terms: BTreeMap::new() }
    }

    /// Sets the weights of a term for a part (0 the title, 1 the body), rounded as in the file.
    /// `word` is a form of the term that people can read.
    pub fn insert(&mut self, stem: &str, word: &str, part: usize, weights: &[f32]) {
        let rounded = weights.iter().map(|weight| (weight * SCALE).round() / SCALE).collect();
        let term = self.terms.entry(stem.to_owned()).or_default();
        word.clone_into(&mut term.word);
        term.weights[part] = Some(rounded);
    }

    /// Parses `terms.tsv`: comment lines with `#`, then `stem word part` and the names of the gates
    /// and roles, then a line for each stem and part, in the order of the stems' bytes, with whole
    /// numbers in thousandths. `columns` are the names that must be there.
    pub(crate) fn parse(file: &CorpusFile, columns: Vec<String>) -> Result<Self, CorpusError> {
        let mut lines = (1..).zip(file.text.lines()).filter(|(_, line)| !line.starts_with('#'));
        let wrong = |line: usize, message: String| CorpusError::Syntax {
            file: file.shown.clone(),
            line,
            message,
        };
        let (n, header) = lines.next().unwrap_or((1, ""));
        let expected = ["stem", "word", "part"].into_iter();
        if !header.split('\t').eq(expected.chain(columns.iter().map(String::as_str))) {
            let names = columns.join(" ");
            let message = format!("expected the columns stem word part {names}, found {header:?}");
            return Err(wrong(n, message));
        }
        let mut weights = Self::new(columns);
        for (n, line) in lines {
            weights.read_line(line).map_err(|message| wrong(n, message))?;
        }
        Ok(weights)
    }

    fn read_line(&mut self, line: &str) -> Result<(), String> {
        let mut cells = line.split('\t');
        let (stem, word, part) = (cells.next(), cells.next(), cells.next());
        let (Some(stem), Some(word), Some(part)) = (stem, word, part) else {
            return Err(format!("expected stem, word, part and weights, found {line:?}"));
        };
        let part = PARTS
            .iter()
            .position(|known| *known == part)
            .ok_or_else(|| format!("expected `title` or `body`, found {part:?}"))?;
        let mut weights = Vec::with_capacity(self.columns.len());
        for cell in cells {
            let thousandths: i32 = cell
                .parse()
                .map_err(|_| format!("expected a whole number of thousandths, found {cell:?}"))?;
            #[allow(clippy::cast_precision_loss, reason = "weights are small")]
            weights.push(thousandths as f32 / SCALE);
        }
        if weights.len() != self.columns.len() {
            let (expected, found) = (self.columns.len(), weights.len());
            return Err(format!("expected {expected} weights, found {found}"));
        }
        if !self.terms.contains_key(stem) {
            self.terms.insert(stem.to_owned(), Term { word: word.to_owned(), ..Term::default() });
        }
        match self.terms.get_mut(stem) {
            Some(term) if term.weights[part].is_none() => term.weights[part] = Some(weights),
            _ => return Err(format!("{stem:?} has two lines for the {}", PARTS[part])),
        }
        Ok(())
    }

    /// Returns the text of a `terms.tsv`, with `comment` as `#` lines.
    pub fn to_tsv(&self, comment: &str) -> String {
        let mut text = String::new();
        for line in comment.lines() {
            text.push_str(format!("# {line}").trim_end());
            text.push('\n');
        }
        let _ = writeln!(text, "stem\tword\tpart\t{}", self.columns.join("\t"));
        for (stem, term) in &self.terms {
            for (part, weights) in PARTS.iter().zip(&term.weights) {
                let Some(weights) = weights else { continue };
                let _ = write!(text, "{stem}\t{}\t{part}", term.word);
                for weight in weights {
                    // Adding 0 turns -0 into 0.
                    let _ = write!(text, "\t{}", (weight * SCALE).round() + 0.0);
                }
                text.push('\n');
            }
        }
        text
    }

    /// Returns how many weights a term has for each part.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Returns the weights of a stem for a part (0 the title, 1 the body), if it has any.
    pub fn weights(&self, stem: &str, part: usize) -> Option<&[f32]> {
        self.terms.get(stem)?.weights[part].as_deref()
    }

    /// Returns a readable word for a stem, or the stem itself.
    pub fn word<'w>(&'w self, stem: &'w str) -> &'w str {
        self.terms.get(stem).map_or(stem, |term| &term.word)
    }

    /// Returns every stem and its readable word, in the order of the stems' bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.terms.iter().map(|(stem, term)| (stem.as_str(), term.word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<TermWeights, String> {
        let file = CorpusFile {
            name: "terms.tsv".into(),
            shown: "corpus/onc/terms.tsv".into(),
            text: text.into(),
        };
        TermWeights::parse(&file, vec!["domain".into(), "trainer".into()])
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut weights = TermWeights::new(vec!["domain".into(), "trainer".into()]);
        weights.insert("nurs", "nurse", 1, &[0.1234, -2.0]);
        weights.insert("nurs", "nurse", 0, &[-0.0001, 0.0]);
        weights.insert("ehr", "ehr", 1, &[1.0, 0.5]);
        let text = weights.to_tsv("learned\n\nby a test");
        insta::assert_snapshot!(text, @r#"
# learned
#
# by a test
stem	word	part	domain	trainer
ehr	ehr	body	1000	500
nurs	nurse	title	0	0
nurs	nurse	body	123	-2000
"#);
        let read = parse(&text).unwrap();
        assert_eq!(read, weights);
        assert_eq!(read.weights("nurs", 1), Some(&[0.123, -2.0][..]));
        assert_eq!(read.weights("ehr", 0), None);
    }

    #[test]
    fn errors_name_the_line() {
        let wrong = |rows: &str| parse(&format!("stem\tword\tpart\tdomain\ttrainer\n{rows}"));
        insta::assert_snapshot!(parse("stem\tword").unwrap_err(), @r#"corpus/onc/terms.tsv:1: expected the columns stem word part domain trainer, found "stem\tword""#);
        insta::assert_snapshot!(wrong("nurs\tnurse\tfoot\t1\t1").unwrap_err(), @r#"corpus/onc/terms.tsv:2: expected `title` or `body`, found "foot""#);
        insta::assert_snapshot!(wrong("nurs\tnurse\tbody\t1").unwrap_err(), @"corpus/onc/terms.tsv:2: expected 2 weights, found 1");
        insta::assert_snapshot!(wrong("nurs\tnurse\tbody\t1\tx").unwrap_err(), @r#"corpus/onc/terms.tsv:2: expected a whole number of thousandths, found "x""#);
        insta::assert_snapshot!(
            wrong("a\ta\tbody\t1\t2\na\ta\tbody\t1\t2").unwrap_err(), @r#"corpus/onc/terms.tsv:3: "a" has two lines for the body"#);
    }
}
