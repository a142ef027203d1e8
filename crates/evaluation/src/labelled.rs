//! Reads labelled postings.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rolecall::corpus::Corpus;
use rolecall::posting::Posting;
use rolecall::taxonomy::{NONE, Taxonomy};
use rolecall_tables::TableError;

use super::PostingFile;

/// Among the columns that are reported apart: the name of the file of labels.
pub const LABELS_FILE: &str = "@labels";

/// Among the columns that are reported apart: the name of the file that the text is from.
pub const POSTINGS_FILE: &str = "@postings";

/// Says why labelled postings can't be used, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// A file can't be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// There is no classifier to measure or to fit.
    #[error(transparent)]
    Classifier(#[from] rolecall::Error),
    /// A column that was asked for is not there.
    #[error("{}: {wanted}: no column `{name}`; the file has: {columns}", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// What it was to hold: labels, ids, weights ...
        wanted: &'static str,
        /// The name.
        name: String,
        /// The columns that are there.
        columns: String,
    },
    /// A label is no role.
    #[error("{}:{place}: `{found}` is no role of `{taxonomy}`; expected one of: {roles}", path.display())]
    Label {
        /// The file.
        path: PathBuf,
        /// The line or record.
        place: u64,
        /// What is there.
        found: String,
        /// The taxonomy's name.
        taxonomy: String,
        /// The labels that are known.
        roles: String,
    },
    /// A weight is no positive number.
    #[error("{}:{place}: expected a weight above 0 or an empty cell, found `{found}`", path.display())]
    Weight {
        /// The file.
        path: PathBuf,
        /// The line or record.
        place: u64,
        /// What is there.
        found: String,
    },
    /// No posting has the id of a labelled row.
    #[error("{}:{place}: no posting with the id `{id}` in {files}", path.display())]
    Text {
        /// The file of labels.
        path: PathBuf,
        /// The line or record.
        place: u64,
        /// The id.
        id: String,
        /// Where postings were looked for.
        files: String,
    },
    /// There is too little to learn from or to measure on.
    #[error("{found}; expected {expected}")]
    TooFew {
        /// What is there.
        found: String,
        /// What must be there.
        expected: &'static str,
    },
}

/// Which columns hold labels and what goes with them, and where the texts are.
#[derive(Debug, Clone, Default)]
pub struct LabelColumns {
    /// The label: a role id, or `none`.
    pub label: String,
    /// Another defensible answer, or an empty cell.
    pub second: Option<String>,
    /// How many postings of a natural mix a row stands for, or an empty cell.
    pub weight: Option<String>,
    /// What names a posting [default: `id`, where the file has such a column].
    pub id: Option<String>,
    /// What postings have in common that must not be split between fitting and measuring: the
    /// employer [default: `company`, where the postings have such a column].
    pub group: Option<String>,
    /// The column of the board [default: `board`, where there is such a column].
    pub board: Option<String>,
    /// Columns whose values are reported apart; [`LABELS_FILE`] and [`POSTINGS_FILE`] stand for the
    /// names of the files.
    pub by: Vec<String>,
    /// Overrides the detection of the title column.
    pub title: Option<String>,
    /// Overrides the detection of the text columns.
    pub text: Vec<String>,
    /// Files with the texts by id, if the labelled file has none.
    pub postings: Vec<PathBuf>,
}

/// A posting with its label.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelledPosting {
    /// What names it: its id, or its line.
    pub id: String,
    /// The job title.
    pub title: String,
    /// The pieces of its text.
    pub body: Vec<String>,
    /// The role, by its position in the taxonomy; nothing for `none`.
    pub label: Option<usize>,
    /// Another defensible answer, if there is one: a role, or `none`.
    pub second: Option<Option<usize>>,
    /// How many postings of a natural mix it stands for.
    pub weight: Option<f64>,
    /// The employer, as the classifier is told; may be empty.
    pub employer: String,
    /// The employer, or whatever the group column holds; may be empty.
    pub group: String,
    /// Which of several boards it comes from; may be empty.
    pub board: String,
    /// The values of the columns that are reported apart, joined.
    pub by: String,
    /// The name of the file that the text is from.
    pub file: String,
}

impl LabelledPosting {
    /// Returns what the classifier is told.
    pub fn as_posting(&self) -> Posting<'_> {
        Posting {
            title: self.title.as_str().into(),
            body: self.body.iter().map(|text| text.as_str().into()).collect(),
            employer: self.employer.as_str().into(),
        }
    }
}

/// Labelled postings of one or more files.
#[derive(Debug, Clone, Default)]
pub struct LabelledPostings(pub Vec<LabelledPosting>);

impl LabelledPostings {
    /// Reads files of labels, and the texts from the same files or from others by id.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and line if a file can't be read, a column is not there, a
    /// label is unknown or a text is missing.
    pub fn read(
        files: &[PathBuf],
        columns: &LabelColumns,
        corpus: &Corpus,
    ) -> Result<Self, EvaluateError> {
        let mut postings = Vec::new();
        for path in files {
            let mut rows = Rows::read(path, columns, corpus)?;
            if !columns.postings.is_empty() {
                rows.join(columns, corpus)?;
            }
            postings.extend(rows.postings.into_iter().zip(rows.by).map(|(mut posting, by)| {
                posting.by = by.join(", ");
                posting
            }));
        }
        Ok(Self(postings))
    }
}

/// The rows of one file of labels.
struct Rows<'f> {
    path: &'f Path,
    places: Vec<u64>,
    postings: Vec<LabelledPosting>,
    /// The values that are reported apart, as far as they are known.
    by: Vec<Vec<String>>,
    has_group: bool,
    has_board: bool,
}

impl<'f> Rows<'f> {
    fn read(
        path: &'f Path,
        columns: &LabelColumns,
        corpus: &Corpus,
    ) -> Result<Self, EvaluateError> {
        let elsewhere = !columns.postings.is_empty();
        // Labels without texts have no column that looks like one.
        let (title, text) = if elsewhere {
            (Some("1".to_owned()), vec!["-".to_owned()])
        } else {
            (columns.title.clone(), columns.text.clone())
        };
        let file = PostingFile::open(path, &corpus.column_names, title.as_deref(), &text)?;
        let find = |wanted, name: &Option<String>, needed: bool| match name {
            Some(name) => match file.column(name) {
                Some(column) => Ok(Some(column)),
                None if !needed => Ok(None),
                None => Err(EvaluateError::Column {
                    path: path.to_owned(),
                    wanted,
                    name: name.clone(),
                    columns: file.names().join(", "),
                }),
            },
            None => Ok(None),
        };
        let label = find("label", &Some(columns.label.clone()), true)?;
        let second = find("second", &columns.second, true)?;
        let weight = find("weight", &columns.weight, true)?;
        let named = columns.id.is_some() || elsewhere;
        let id = find("id", &Some(id_column(columns)), named)?;
        let group_name = Some(group_column(columns));
        let group = find("group", &group_name, columns.group.is_some() && !elsewhere)?;
        let board_name = Some(board_column(columns));
        let board = find("board", &board_name, columns.board.is_some() && !elsewhere)?;
        let by = columns
            .by
            .iter()
            .map(|name| {
                let of_file = name == LABELS_FILE || name == POSTINGS_FILE;
                find("by", &Some(name.clone()), !elsewhere && !of_file)
            })
            .collect::<Result<Vec<_>, _>>()?;

        let mut rows = Self {
            path,
            places: Vec::new(),
            postings: Vec::new(),
            by: Vec::new(),
            has_group: group.is_some(),
            has_board: board.is_some(),
        };
        let mut wrong = None;
        let named = [label, second, weight, id, group, board].into_iter().chain(by.iter().copied());
        let read: Vec<_> = named.flatten().collect();
        file.for_each(&read, |row, posting| {
            let place = row.position().line();
            let cell = |column: Option<usize>| {
                column.map_or_else(String::new, |column| row.cell(column).trim().to_owned())
            };
            let read = || -> Result<LabelledPosting, EvaluateError> {
                let role = |name: &str| role(&corpus.taxonomy, path, place, name);
                let second = Some(cell(second)).filter(|name| !name.is_empty());
                Ok(LabelledPosting {
                    id: if id.is_some() { cell(id) } else { place.to_string() },
                    title: posting.title.to_string(),
                    body: posting.body.iter().map(ToString::to_string).collect(),
                    employer: posting.employer.to_string(),
                    label: role(&cell(label))?,
                    second: second.as_deref().map(role).transpose()?,
                    weight: number(path, place, &cell(weight))?,
                    group: cell(group),
                    board: cell(board),
                    by: String::new(),
                    file: file_name(path),
                })
            };
            match read() {
                Ok(posting) => {
                    rows.places.push(place);
                    rows.postings.push(posting);
                    let value = |(name, column): (&String, &Option<usize>)| match name.as_str() {
                        LABELS_FILE => file_name(path),
                        POSTINGS_FILE if !elsewhere => file_name(path),
                        _ => cell(*column),
                    };
                    rows.by.push(columns.by.iter().zip(&by).map(value).collect());
                }
                Err(error) => _ = wrong.get_or_insert(error),
            }
        })?;
        match wrong {
            Some(error) => Err(error),
            None => Ok(rows),
        }
    }

    /// Takes titles and texts from other files, by id.
    fn join(&mut self, columns: &LabelColumns, corpus: &Corpus) -> Result<(), EvaluateError> {
        let mut wanted: HashMap<String, Vec<usize>> = HashMap::new();
        for (n, posting) in self.postings.iter().enumerate() {
            wanted.entry(posting.id.clone()).or_default().push(n);
        }
        for path in &columns.postings {
            let (names, title) = (&corpus.column_names, columns.title.as_deref());
            let file = PostingFile::open(path, names, title, &columns.text)?;
            let column = |name: &str| file.column(name);
            let id = column(&id_column(columns)).ok_or_else(|| EvaluateError::Column {
                path: path.clone(),
                wanted: "id",
                name: id_column(columns),
                columns: file.names().join(", "),
            })?;
            let group = column(&group_column(columns)).filter(|_| !self.has_group);
            let board = column(&board_column(columns)).filter(|_| !self.has_board);
            let by: Vec<_> = columns.by.iter().map(|name| column(name)).collect();
            let named = [Some(id), group, board].into_iter().chain(by.iter().copied());
            let read: Vec<_> = named.flatten().collect();
            file.for_each(&read, |row, posting| {
                let cell = |column| row.cell(column).into_owned();
                for n in wanted.remove(&*row.cell(id)).unwrap_or_default() {
                    let labelled = &mut self.postings[n];
                    labelled.title = posting.title.to_string();
                    labelled.body = posting.body.iter().map(ToString::to_string).collect();
                    if !posting.employer.is_empty() {
                        labelled.employer = posting.employer.to_string();
                    }
                    labelled.file = file_name(path);
                    if let Some(group) = group {
                        labelled.group = cell(group);
                    }
                    if let Some(board) = board {
                        labelled.board = cell(board);
                    }
                    for ((value, name), by) in self.by[n].iter_mut().zip(&columns.by).zip(&by) {
                        match by {
                            _ if name == POSTINGS_FILE => *value = file_name(path),
                            Some(by) if value.is_empty() => *value = cell(*by),
                            _ => {}
                        }
                    }
                }
            })?;
        }
        match wanted.into_values().flatten().min() {
            Some(first) => Err(EvaluateError::Text {
                path: self.path.to_owned(),
                place: self.places[first],
                id: self.postings[first].id.clone(),
                files: columns
                    .postings
                    .iter()
                    .map(|path| path.display().to_string())
                    .collect::<Vec<_>>()
                    .join(", "),
            }),
            None => Ok(()),
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn id_column(columns: &LabelColumns) -> String {
    columns.id.clone().unwrap_or_else(|| "id".to_owned())
}

fn group_column(columns: &LabelColumns) -> String {
    columns.group.clone().unwrap_or_else(|| "company".to_owned())
}

fn board_column(columns: &LabelColumns) -> String {
    columns.board.clone().unwrap_or_else(|| "board".to_owned())
}

fn role(
    taxonomy: &Taxonomy,
    path: &Path,
    place: u64,
    name: &str,
) -> Result<Option<usize>, EvaluateError> {
    if name == NONE {
        return Ok(None);
    }
    let found = taxonomy.roles.iter().position(|role| role.id == name);
    found.map(Some).ok_or_else(|| EvaluateError::Label {
        path: path.to_owned(),
        place,
        found: name.escape_debug().to_string(),
        taxonomy: taxonomy.name.clone(),
        roles: taxonomy
            .roles
            .iter()
            .map(|role| role.id.as_str())
            .chain([NONE])
            .collect::<Vec<_>>()
            .join(", "),
    })
}

fn number(path: &Path, place: u64, cell: &str) -> Result<Option<f64>, EvaluateError> {
    if cell.is_empty() {
        return Ok(None);
    }
    match cell.parse() {
        Ok(weight) if weight > 0.0 && weight < f64::INFINITY => Ok(Some(weight)),
        _ => Err(EvaluateError::Weight {
            path: path.to_owned(),
            place,
            found: cell.escape_debug().to_string(),
        }),
    }
}
