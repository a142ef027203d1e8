//! Which columns hold the title and the text.
//!
//! Job boards agree on nothing: `Name` is a job title on one and an employer on another, `Title`
//! may be missing, `Summary` may hold the first line of the text. So a column must have both a
//! telling name and fitting content; a column with content alone is taken if nothing has both.

mod forms;
mod tag_names;

/// How job boards name the columns that demand is counted by: lists of names, best first.
pub const FIELD_COLUMNS_TOML: &str = include_str!("../../corpus/field_columns.toml");

pub use forms::{FormField, Forms, ObjectNames, PostingForm};
pub use tag_names::{DUPLICATES, EXTRA, EarlierTags, TAGS};

use rolecall::posting::ColumnNames;

/// Share of the cells that must hold a word of job titles for a column without a telling name.
const MIN_TITLE_WORD_SHARE: f64 = 0.5;

/// Words a cell must hold on average for a text column without a telling name.
const MIN_TEXT_WORDS: f64 = 25.0;

/// A text column with this many times fewer words than another one is a snippet of it.
const SNIPPET_RATIO: f64 = 3.0;

/// The columns of a posting, by position from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The column of the title, if there is one.
    pub title: Option<usize>,
    /// The columns of the text, the main one first; may be empty if there is a title.
    pub text: Vec<usize>,
    /// The column of the employer, if there is one.
    pub employer: Option<usize>,
    /// The column of the place, if there is one.
    pub place: Option<usize>,
}

/// What overrides the columns that are found: a column's name (as written, or in any case) or its
/// position from 1; `-` means that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GivenColumns {
    /// The column of the title.
    pub title: Option<String>,
    /// The columns of the text; all are read.
    pub text: Vec<String>,
    /// The column of the employer.
    pub employer: Option<String>,
    /// The column of the place.
    pub place: Option<String>,
}

/// Says why the columns of a file are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnsError {
    /// No column looks like a title or a text.
    #[error("no column looks like a job title or a text (columns: {columns}); name them")]
    NotFound {
        /// The columns that are there.
        columns: String,
    },
    /// A column that was asked for is not there.
    #[error("{wanted}: no column `{name}`; the file has: {columns}")]
    Unknown {
        /// What it was to hold: title, text, employer or place.
        wanted: &'static str,
        /// The name.
        name: String,
        /// The columns that are there.
        columns: String,
    },
}

/// Finds the title and text columns, given the header and some of the first rows.
///
/// Employer and place tell ads apart; they are found by their names alone. Columns of tags that an
/// earlier run appended are none of these.
///
/// # Errors
///
/// Returns an error if neither a title nor a text column is found, or an overriding name is
/// unknown.
pub fn detect(
    names: &ColumnNames,
    header: &[String],
    rows: &[Vec<String>],
    given: &GivenColumns,
) -> Result<Columns, ColumnsError> {
    let tags = EarlierTags::find(header);
    detect_among(names, header, rows, given, &|n| if tags.is_tag(n) { Use::None } else { Use::All })
}

/// What a column may be found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Whatever its name and content tell.
    All,
    /// No title and no text; and anything else only if no other column is.
    Beside,
    /// Nothing.
    None,
}

/// Finds the columns as [`detect`] does, given what each may be.
pub fn detect_among(
    names: &ColumnNames,
    header: &[String],
    rows: &[Vec<String>],
    given: &GivenColumns,
    use_of: &dyn Fn(usize) -> Use,
) -> Result<Columns, ColumnsError> {
    // A column without a name and without cells is found to be nothing.
    let content = |n| match use_of(n) {
        Use::All => Content::of(names, rows, n),
        Use::Beside | Use::None => Content::default(),
    };
    let contents: Vec<_> = (0..header.len()).map(content).collect();
    let name = |(n, name): (usize, &String)| match use_of(n) {
        Use::All => name.clone(),
        Use::Beside | Use::None => String::new(),
    };
    let own: Vec<_> = header.iter().enumerate().map(name).collect();
    let text = if given.text.is_empty() {
        detect_text(names, &own, &contents)
    } else {
        let mut columns = Vec::new();
        for name in &given.text {
            columns.extend(find(header, name, "text")?);
        }
        columns
    };
    let title = match &given.title {
        Some(name) => find(header, name, "title")?,
        None => detect_title(names, &own, &contents, &text),
    };
    if title.is_none() && text.is_empty() {
        return Err(ColumnsError::NotFound { columns: list(header) });
    }
    with_employer_and_place(names, header, given, (title, text), use_of)
}

/// Finds the columns of a file whose title and text are not needed.
///
/// # Errors
///
/// Returns an error if an overriding name is unknown.
pub fn detect_without_text(
    names: &ColumnNames,
    header: &[String],
    given: &GivenColumns,
) -> Result<Columns, ColumnsError> {
    let tags = EarlierTags::find(header);
    let use_of = |n| if tags.is_tag(n) { Use::None } else { Use::All };
    with_employer_and_place(names, header, given, (None, Vec::new()), &use_of)
}

fn with_employer_and_place(
    names: &ColumnNames,
    header: &[String],
    given: &GivenColumns,
    (title, text): (Option<usize>, Vec<usize>),
    use_of: &dyn Fn(usize) -> Use,
) -> Result<Columns, ColumnsError> {
    let free = |n: &usize| Some(*n) != title && !text.contains(n) && use_of(*n) != Use::None;
    let by_name = |rank: &dyn Fn(&str) -> Option<usize>| {
        let named = (0..header.len()).filter(free);
        let named = named.filter_map(|n| Some((use_of(n) == Use::Beside, rank(&header[n])?, n)));
        named.min().map(|(.., n)| n)
    };
    let employer = match &given.employer {
        Some(name) => find(header, name, "employer")?,
        None => by_name(&|name| names.employer_rank(name)),
    };
    let place = match &given.place {
        Some(name) => find(header, name, "place")?,
        None => by_name(&|name| names.place_rank(name)),
    };
    Ok(Columns { title, text, employer, place })
}

fn find(
    header: &[String],
    name: &str,
    wanted: &'static str,
) -> Result<Option<usize>, ColumnsError> {
    if name == "-" {
        return Ok(None);
    }
    let by_name = header.iter().position(|column| column == name);
    let by_any_case =
        || header.iter().position(|column| column.to_lowercase() == name.to_lowercase());
    let by_position = || {
        let position: usize = name.parse().ok()?;
        position.checked_sub(1).filter(|&position| position < header.len())
    };
    by_name.or_else(by_any_case).or_else(by_position).map(Some).ok_or_else(|| {
        ColumnsError::Unknown { wanted, name: name.to_owned(), columns: list(header) }
    })
}

fn list(header: &[String]) -> String {
    header.iter().map(|name| format!("`{}`", name.escape_debug())).collect::<Vec<_>>().join(", ")
}

/// What the cells of a column look like, on average.
#[derive(Debug, Clone, Copy, Default)]
struct Content {
    /// Cells that are not empty.
    filled: usize,
    /// Words per filled cell.
    words: f64,
    /// Bytes per filled cell.
    bytes: f64,
    /// Share of filled cells that start with a letter and are neither an address nor a list.
    language: f64,
    /// Share of filled cells with a word that job titles are made of.
    title_words: f64,
    /// Share of filled cells that differ from the one before.
    varied: f64,
}

impl Content {
    #[allow(clippy::cast_precision_loss, reason = "a few hundred rows")]
    fn of(names: &ColumnNames, rows: &[Vec<String>], column: usize) -> Self {
        let cells: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
            .collect();
        let count = cells.len().max(1) as f64;
        let share = |holds: &dyn Fn(&str) -> bool| {
            cells.iter().filter(|cell| holds(cell)).count() as f64 / count
        };
        let changes = cells.windows(2).filter(|pair| pair[0] != pair[1]).count();
        Self {
            filled: cells.len(),
            words: cells.iter().map(|cell| cell.split_whitespace().count()).sum::<usize>() as f64
                / count,
            bytes: cells.iter().map(|cell| cell.len()).sum::<usize>() as f64 / count,
            language: share(&is_language),
            title_words: share(&|cell| cell.len() <= 200 && names.has_title_word(cell)),
            varied: changes as f64 / (cells.len().max(2) - 1) as f64,
        }
    }

    /// Tells whether cells of this kind can be titles. An empty sample rules nothing out.
    fn can_be_title(&self) -> bool {
        self.filled == 0 || self.language >= 0.6 && self.bytes <= 150.0 && self.words <= 20.0
    }

    /// Tells whether cells of this kind can be texts. An empty sample rules nothing out.
    fn can_be_text(&self) -> bool {
        self.filled == 0 || self.words >= 3.0 && self.bytes >= 12.0
    }
}

fn is_language(cell: &str) -> bool {
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    !cell.contains("://") && letters * 2 >= cell.chars().count()
}

fn detect_text(names: &ColumnNames, header: &[String], contents: &[Content]) -> Vec<usize> {
    let mut named: Vec<_> = (0..header.len())
        .filter(|&n| contents[n].can_be_text())
        .filter_map(|n| Some((names.text_rank(&header[n])?, n)))
        .collect();
    named.sort_unstable();
    let longest = named.iter().map(|&(_, n)| contents[n].words).fold(0.0, f64::max);
    // The best name, unless it is a snippet of a better filled one.
    let main = named
        .iter()
        .find(|&&(_, n)| contents[n].words * SNIPPET_RATIO >= longest)
        .map(|&(_, n)| n)
        .or_else(|| longest_text(contents))
        .or_else(|| short_text(names, header, contents));
    let Some(main) = main else { return Vec::new() };
    let more = (0..header.len())
        .filter(|&n| n != main && contents[n].can_be_text() && names.is_more_text(&header[n]));
    std::iter::once(main).chain(more).collect()
}

/// Finds the best name of all, where even the texts are but a word or two.
fn short_text(names: &ColumnNames, header: &[String], contents: &[Content]) -> Option<usize> {
    let is_language = |n: &usize| contents[*n].language >= 0.5;
    let ranked = (0..header.len()).filter(is_language);
    ranked.filter_map(|n| Some((names.text_rank(&header[n])?, n))).min().map(|(_, n)| n)
}

fn longest_text(contents: &[Content]) -> Option<usize> {
    (0..contents.len())
        .filter(|&n| contents[n].words >= MIN_TEXT_WORDS && contents[n].language >= 0.5)
        .max_by(|&a, &b| contents[a].words.total_cmp(&contents[b].words).then(b.cmp(&a)))
}

fn detect_title(
    names: &ColumnNames,
    header: &[String],
    contents: &[Content],
    text: &[usize],
) -> Option<usize> {
    let free = || (0..header.len()).filter(|n| !text.contains(n) && contents[*n].can_be_title());
    // Names are ranked, but `Title` with the employers' names gives way to what holds titles.
    let named = free()
        .filter_map(|n| {
            let rank = names.title_rank(&header[n])?;
            Some((contents[n].filled > 0 && contents[n].title_words < 0.1, rank, n))
        })
        .min();
    match named {
        Some((false, _, n)) => Some(n),
        _ => free()
            .filter(|&n| {
                let content = &contents[n];
                content.title_words >= MIN_TITLE_WORD_SHARE
                    && content.varied >= 0.3
                    && !is_query(&header[n])
            })
            .max_by(|&a, &b| {
                contents[a].title_words.total_cmp(&contents[b].title_words).then(b.cmp(&a))
            })
            .or(named.map(|(_, _, n)| n))
            .or_else(|| odd_title(names, header, contents, text)),
    }
}

/// Finds the best name of all, where titles look odd but are not numbers and addresses throughout.
fn odd_title(
    names: &ColumnNames,
    header: &[String],
    contents: &[Content],
    text: &[usize],
) -> Option<usize> {
    let is_odd = |n: &usize| {
        let Content { language, bytes, .. } = contents[*n];
        !text.contains(n) && language >= 0.2 && bytes <= 150.0
    };
    let ranked = (0..header.len()).filter(is_odd);
    ranked.filter_map(|n| Some((names.title_rank(&header[n])?, n))).min().map(|(_, n)| n)
}

/// What a scraper searched for is not what it found.
fn is_query(name: &str) -> bool {
    let name = rolecall::posting::normalize(name);
    name.split(' ')
        .any(|word| ["search", "searched", "query", "keyword", "keywords"].contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall::Corpus;

    fn detected(header: &[&str], rows: &[&[&str]]) -> String {
        let names = Corpus::embedded().unwrap().column_names;
        let header: Vec<_> = header.iter().map(|name| (*name).to_owned()).collect();
        let rows: Vec<Vec<_>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        match detect(&names, &header, &rows, &GivenColumns::default()) {
            Ok(columns) => {
                let name = |n: &usize| header[*n].clone();
                let title = columns.title.as_ref().map_or("-".to_owned(), name);
                let text: Vec<_> = columns.text.iter().map(name).collect();
                format!("{title} | {}", text.join(" + "))
            }
            Err(error) => error.to_string(),
        }
    }

    const TEXT: &str = "Teach nurses in class, write lesson plans, build exercises in the training domain, \
        round during go-live, keep attendance records, and assess what learners can do afterwards.";

    #[test]
    fn boards_name_their_columns_as_they_like() {
        assert_eq!(
            detected(
                &["position", "title", "description"],
                &[&["1", "EHR Trainer", TEXT], &["2", "Nurse", TEXT]]
            ),
            "title | description"
        );
        assert_eq!(
            detected(
                &["Search", "Title", "Description", "Skills"],
                &[&["nurse", "EHR Trainer", TEXT, "class, lesson plans, patience"]]
            ),
            "Title | Description + Skills"
        );
        assert_eq!(
            detected(
                &["Title", "Summary", "Description"],
                &[&["Data Scientist", "The first line ...", TEXT]]
            ),
            "Title | Description"
        );
        assert_eq!(
            detected(&["Name", "Company", "Description"], &[&["Data Analyst", "Acme", TEXT]]),
            "Name | Description"
        );
        assert_eq!(
            detected(
                &["Job Function", "Industry", "Job Description"],
                &[&["Administrative", "Retail", TEXT], &["Sales", "Law", TEXT]]
            ),
            "- | Job Description"
        );
    }

    #[test]
    fn content_decides_where_names_do_not() {
        assert_eq!(
            detected(
                &["c1", "c2", "c3"],
                &[&["17", "EHR Trainer", TEXT], &["18", "Staff Nurse", TEXT]]
            ),
            "c2 | c3"
        );
        assert_eq!(
            detected(
                &["Title", "Role posted", "Text"],
                &[&["Mercy Example", "EHR Trainer", TEXT], &["Acme", "Staff Nurse", TEXT]]
            ),
            "Role posted | Text"
        );
    }

    #[test]
    fn odd_contents_do_not_hide_a_plain_name() {
        assert_eq!(
            detected(
                &["id", "title", "description"],
                &[&["1", "null", TEXT], &["2", "0x0", TEXT], &["3", "1/0", TEXT]]
            ),
            "title | description"
        );
        assert_eq!(detected(&["title", "text"], &[&["Nurse", "Nights"]]), "title | text");
        assert_eq!(
            detected(&["position", "description"], &[&["1", TEXT], &["2", TEXT]]),
            "- | description"
        );
    }

    #[test]
    fn tags_of_an_earlier_run_are_no_title_and_no_text() {
        let evidence = "trainer:90.66 ehr:67.73 teach:6.04 nurse:4.54 ".repeat(9);
        let row: &[&str] =
            &["Teach it", "trainer", "short-term", "0.9", "implementation manager", &evidence];
        let header = [
            "summary",
            "onc_role",
            "onc_tier",
            "onc_confidence",
            "onc_second_role",
            "onc_evidence",
        ];
        assert_eq!(detected(&header, &[row]), "- | summary");
        assert_eq!(
            detected(
                &["role", "x_role", "x_scope", "x_basis"],
                &[&["EHR Trainer", "trainer", "1", "text"]]
            ),
            "role | "
        );
    }

    #[test]
    fn nothing_is_guessed_from_numbers() {
        assert_eq!(
            detected(&["a", "b\u{1b}"], &[&["1", "2"], &["3", "4"]]),
            "no column looks like a job title or a text (columns: `a`, `b\\u{1b}`); name them"
        );
    }
}
