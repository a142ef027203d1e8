//! Term weights that were learned from labelled postings.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::ops::Range;

use crate::files::{CorpusError, CorpusFile};

/// Weights are written as whole numbers of this many to one.
const SCALE: f32 = 1000.0;

/// What a row of weights is for, by its name in the file.
const PARTS: [&str; 4] = ["title", "body", "alone", "employer"];

/// The part whose weights say what a title says by itself.
pub const ALONE: usize = 2;

/// The part whose weights say what a word of the employer's name does.
pub const EMPLOYER: usize = 3;

/// Weights of terms for each gate of the scope and for each role, learned on top of BM25.
///
/// A posting's part (title or body) is the vector of the saturated frequencies of its terms, divided
/// by its length; each weight is multiplied by that. The third part, `alone`, is the title once more:
/// what it says where there is little else. The fourth, `employer`, is the employer's name. The weights of
/// these two are added up, once for each term.
#[derive(Debug, Clone, Default)]
pub struct TermWeights {
    columns: Vec<String>,
    /// In the order of the stems' bytes.
    terms: Vec<Term>,
    /// The stems and words of the terms, one after another: strings of their own would take longer
    /// to make than a posting takes to classify.
    text: String,
    /// A row of weights for each term and part that has any, one after another.
    rows: Vec<f32>,
}

#[derive(Debug, Clone)]
struct Term {
    /// Where the stem and a readable word are in the text.
    stem: Range<usize>,
    word: Range<usize>,
    /// Where the weights for each part start in the rows.
    rows: [Option<usize>; PARTS.len()],
}

/// Two sets are equal if they say the same, in whatever order they were made.
impl PartialEq for TermWeights {
    fn eq(&self, other: &Self) -> bool {
        let both = || self.terms.iter().zip(&other.terms);
        self.columns == other.columns
            && self.iter().eq(other.iter())
            && both()
                .all(|(a, b)| (0..PARTS.len()).all(|part| self.row(a, part) == other.row(b, part)))
    }
}

impl TermWeights {
    /// Makes an empty set; `columns` are the names of gates and then of roles.
    pub fn new(columns: Vec<String>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Sets the weights of a term for a part (0 the title, 1 the body, 2 the title alone, 3 the employer),
    /// rounded as in the file.
    /// `word` is a form of the term that people can read. Takes time linear in the number of
    /// terms, unless they come in the order of the stems' bytes.
    pub fn insert(&mut self, stem: &str, word: &str, part: usize, weights: &[f32]) {
        let rounded = weights.iter().map(|weight| (weight * SCALE).round() / SCALE);
        let row = self.rows.len();
        self.rows.extend(rounded);
        self.rows.resize(row + self.columns.len(), 0.0);
        let term = self.entry(stem);
        self.terms[term].word = append(&mut self.text, word);
        self.terms[term].rows[part] = Some(row);
    }

    /// Returns the position of a term, which is made with its stem as its word if it is new.
    fn entry(&mut self, stem: &str) -> usize {
        let position = match self.terms.last().map(|last| self.text[last.stem.clone()].cmp(stem)) {
            None | Some(Ordering::Less) => Err(self.terms.len()),
            Some(Ordering::Equal) => Ok(self.terms.len() - 1),
            Some(Ordering::Greater) => self.position(stem),
        };
        position.unwrap_or_else(|position| {
            let stem = append(&mut self.text, stem);
            self.terms
                .insert(position, Term { word: stem.clone(), stem, rows: [None; PARTS.len()] });
            position
        })
    }

    fn position(&self, stem: &str) -> Result<usize, usize> {
        self.terms.binary_search_by(|term| self.text[term.stem.clone()].cmp(stem))
    }

    fn row(&self, term: &Term, part: usize) -> Option<&[f32]> {
        self.rows.get(term.rows[part]?..)?.get(..self.columns.len())
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
        weights.rows.reserve(file.text.len() / 4);
        for (n, line) in lines {
            weights.read_line(line).map_err(|message| wrong(n, message))?;
        }
        Ok(weights)
    }

    fn read_line(&mut self, line: &str) -> Result<(), String> {
        let cells = cut(line).and_then(|(stem, rest)| {
            let (word, rest) = cut(rest)?;
            let (part, weights) = cut(rest).map_or((rest, None), |(part, rest)| (part, Some(rest)));
            Some((stem, word, part, weights))
        });
        let Some((stem, word, part, mut weights)) = cells else {
            return Err(format!("expected stem, word, part and weights, found {line:?}"));
        };
        let part = PARTS.iter().position(|known| *known == part).ok_or_else(|| {
            format!("expected `title`, `body`, `alone` or `employer`, found {part:?}")
        })?;
        let row = self.rows.len();
        while let Some(rest) = weights {
            let (cell, rest) = cut(rest).map_or((rest, None), |(cell, rest)| (cell, Some(rest)));
            let thousandths: i32 = cell
                .parse()
                .map_err(|_| format!("expected a whole number of thousandths, found {cell:?}"))?;
            #[allow(clippy::cast_precision_loss, reason = "weights are small")]
            self.rows.push(thousandths as f32 / SCALE);
            weights = rest;
        }
        let (expected, found) = (self.columns.len(), self.rows.len() - row);
        if found != expected {
            return Err(format!("expected {expected} weights, found {found}"));
        }
        let terms = self.terms.len();
        let term = self.entry(stem);
        if self.terms.len() > terms {
            self.terms[term].word = append(&mut self.text, word);
        }
        match self.terms[term].rows[part].replace(row) {
            None => Ok(()),
            Some(_) => Err(format!("{stem:?} has two lines for the {}", PARTS[part])),
        }
    }

    /// Returns the text of a `terms.tsv`, with `comment` as `#` lines.
    pub fn to_tsv(&self, comment: &str) -> String {
        let mut text = String::new();
        for line in comment.lines() {
            text.push_str(format!("# {line}").trim_end());
            text.push('\n');
        }
        let _ = writeln!(text, "stem\tword\tpart\t{}", self.columns.join("\t"));
        for (term, (stem, word)) in self.terms.iter().zip(self.iter()) {
            for (n, part) in PARTS.iter().enumerate() {
                let Some(weights) = self.row(term, n) else { continue };
                let _ = write!(text, "{stem}\t{word}\t{part}");
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

    /// Returns the weights of a stem for a part (0 the title, 1 the body, 2 the title alone, 3 the employer),
    /// if it has any.
    pub fn weights(&self, stem: &str, part: usize) -> Option<&[f32]> {
        self.row(&self.terms[self.position(stem).ok()?], part)
    }

    /// Returns a readable word for a stem, or the stem itself.
    pub fn word<'w>(&'w self, stem: &'w str) -> &'w str {
        self.position(stem).map_or(stem, |term| &self.text[self.terms[term].word.clone()])
    }

    /// Returns every stem and its readable word, in the order of the stems' bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = |range: &Range<usize>| &self.text[range.clone()];
        self.terms.iter().map(move |term| (text(&term.stem), text(&term.word)))
    }

    /// Returns every stem with its readable word and its weights for each part, in the order of the
    /// stems' bytes.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &str, [Option<&[f32]>; PARTS.len()])> {
        let rows = |term| [0, 1, ALONE, EMPLOYER].map(|part| self.row(term, part));
        self.terms.iter().zip(self.iter()).map(move |(term, (stem, word))| (stem, word, rows(term)))
    }
}

/// Appends to a text and returns where.
fn append(text: &mut String, more: &str) -> Range<usize> {
    let start = text.len();
    text.push_str(more);
    start..text.len()
}

/// Returns what is before and after the first tab.
fn cut(line: &str) -> Option<(&str, &str)> {
    let tab = line.bytes().position(|byte| byte == b'\t')?;
    Some((&line[..tab], &line[tab + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<TermWeights, String> {
        let file = CorpusFile {
            name: "terms.tsv".into(),
            shown: "corpus/onc/terms.tsv".into(),
            text: text.to_owned().into(),
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
        insta::assert_snapshot!(wrong("nurs\tnurse\tfoot\t1\t1").unwrap_err(), @r#"corpus/onc/terms.tsv:2: expected `title`, `body`, `alone` or `employer`, found "foot""#);
        insta::assert_snapshot!(wrong("nurs\tnurse\tbody\t1").unwrap_err(), @"corpus/onc/terms.tsv:2: expected 2 weights, found 1");
        insta::assert_snapshot!(wrong("nurs\tnurse\tbody\t1\tx").unwrap_err(), @r#"corpus/onc/terms.tsv:2: expected a whole number of thousandths, found "x""#);
        insta::assert_snapshot!(
            wrong("a\ta\tbody\t1\t2\na\ta\tbody\t1\t2").unwrap_err(), @r#"corpus/onc/terms.tsv:3: "a" has two lines for the body"#);
    }
}
