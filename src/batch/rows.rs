//! How a tagged row is written.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;

use crate::classify::Ranked;
use crate::taxonomy::NONE;
use crate::{Tag, Tagger};

/// Terms that the evidence column shows.
const EVIDENCE_TERMS: usize = 6;

/// What the tag columns are called, behind the prefix.
const COLUMNS: [&str; 9] = [
    "role",
    "tier",
    "confidence",
    "scope",
    "closest_role",
    "score",
    "second_role",
    "second_score",
    "evidence",
];

/// How tagged rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// As they were, with the tag columns appended.
    Csv,
    /// One line a row for people: title, role and confidence.
    Table,
}

const TITLE_WIDTH: usize = 48;
const ROLE_WIDTH: usize = 34;

impl RowFormat {
    /// Returns the names of the tag columns.
    pub(super) fn columns(prefix: &str) -> [String; 9] {
        COLUMNS.map(|name| format!("{prefix}_{name}"))
    }

    /// Returns the header line.
    pub(super) fn header(
        self,
        line: &[u8],
        terminator: &[u8],
        delimiter: u8,
        prefix: &str,
    ) -> Vec<u8> {
        match self {
            Self::Csv => {
                let mut header = line.to_vec();
                for name in Self::columns(prefix) {
                    header.push(delimiter);
                    header.extend_from_slice(name.as_bytes());
                }
                header.extend_from_slice(terminator);
                header
            }
            Self::Table => {
                let (title, role) = ("title", "role");
                format!("{title:<TITLE_WIDTH$}  {role:<ROLE_WIDTH$}  confidence\n").into_bytes()
            }
        }
    }
}

/// A row as it was read.
pub(super) struct Row<'a> {
    /// The bytes without the terminator.
    pub(super) bytes: &'a [u8],
    pub(super) terminator: &'a [u8],
    pub(super) title: Cow<'a, str>,
    /// Cells that are missing before the tag columns.
    pub(super) missing: usize,
    pub(super) delimiter: u8,
}

/// Appends a tagged row to `out`.
pub(super) fn write(
    out: &mut Vec<u8>,
    format: RowFormat,
    row: &Row<'_>,
    tag: &Tag<'_>,
    tagger: &Tagger<'_>,
) {
    match format {
        RowFormat::Csv => write_csv(out, row, tag, tagger),
        RowFormat::Table => {
            let title = fit(&plain(&row.title));
            let role = tag.role_id();
            // Writing into a vector can't fail.
            let _ =
                writeln!(out, "{title:<TITLE_WIDTH$}  {role:<ROLE_WIDTH$}  {:.2}", tag.confidence);
        }
    }
}

/// No cell needs quotes: ids, numbers, and terms, which have no delimiter in them.
fn write_csv<'c>(out: &mut Vec<u8>, row: &Row<'_>, tag: &Tag<'c>, tagger: &Tagger<'_>) {
    out.extend_from_slice(row.bytes);
    out.resize(out.len() + row.missing, row.delimiter);
    let delimiter = char::from(row.delimiter);
    let (closest, second) = (tag.closest(), tag.second());
    let id =
        |ranked: Option<&Ranked<'c>>| -> &'c str { ranked.map_or(NONE, |ranked| &ranked.role.id) };
    let score = |ranked: Option<&Ranked<'_>>| ranked.map_or(0.0, |ranked| ranked.score);
    let mut cells = String::with_capacity(256);
    let _ = write!(
        cells,
        "{delimiter}{}{delimiter}{}{delimiter}{:.4}{delimiter}{:.4}{delimiter}{}{delimiter}{:.3}\
         {delimiter}{}{delimiter}{:.3}{delimiter}",
        tag.role_id(),
        tag.tier_id(),
        tag.confidence,
        tag.scope,
        id(closest),
        score(closest),
        id(second),
        score(second),
    );
    if let Some(closest) = closest {
        let terms = tagger.evidence(closest, EVIDENCE_TERMS);
        for (n, term) in terms.iter().filter(|term| term.total() > 0.0).enumerate() {
            let space = if n > 0 { " " } else { "" };
            let _ = write!(cells, "{space}{}:{:.2}", term.term, term.total());
        }
    }
    out.extend_from_slice(cells.as_bytes());
    out.extend_from_slice(row.terminator);
}

/// Takes out what a terminal would obey, and line breaks.
fn plain(text: &str) -> String {
    let safe = |c: char| if c.is_control() || is_direction(c) { ' ' } else { c };
    let text: String = crate::text::strip_markup(text).chars().map(safe).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters that turn the direction of writing, or are not seen at all.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn fit(text: &str) -> String {
    if text.chars().count() <= TITLE_WIDTH {
        return text.to_owned();
    }
    text.chars().take(TITLE_WIDTH - 1).chain(['…']).collect()
}
