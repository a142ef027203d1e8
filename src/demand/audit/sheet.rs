//! The sheet that a person fills in, and the labels in it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::draw::Drawn;
use super::error::AuditError;
use crate::table::{RecordFile, TableError, no_formula};
use crate::taxonomy::{NONE, Taxonomy};

/// Labels by the id of the row: the position of a role, or nothing for `none`.
pub type Labels = BTreeMap<String, Option<usize>>;

const ID: &str = "audit_id";
const LABEL: &str = "label";

/// Returns where the design of a sheet is: beside it.
pub fn design_path(sheet: &Path) -> PathBuf {
    let mut name = sheet.as_os_str().to_owned();
    name.push(".design.json");
    name.into()
}

/// Writes a sample as CSV for a spreadsheet: a row a posting with its text, the choices, and an empty cell
/// for the label, but for those that are `known`. What the classifier answered is not in it, so that it
/// sways nobody. The bytes start with a byte-order mark, from which spreadsheets know UTF-8.
///
/// # Errors
///
/// Returns an error if a row can't be written, which does not happen in memory.
pub fn write_sheet(drawn: &Drawn, taxonomy: &Taxonomy, known: &Labels) -> csv::Result<Vec<u8>> {
    let ids = taxonomy.roles.iter().map(|role| role.id.as_str()).chain([NONE]);
    let choices = ids.collect::<Vec<_>>().join(" | ");
    let mut csv = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    csv.write_record([ID, LABEL, "title", "employer", "place", "text", "choices"])?;
    for (row, text) in drawn.design.drawn.iter().zip(&drawn.texts) {
        let label = known.get(&row.id).map_or("", |label| match label {
            Some(role) => taxonomy.roles[*role].id.as_str(),
            None => NONE,
        });
        let cells = [&text.title, &text.employer, &text.place, &text.body].map(|t| no_formula(t));
        let [title, employer, place, body] = &cells;
        csv.write_record([&row.id, label, title, employer, place, body, &choices])?;
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}

/// Reads the labels of a sheet. Rows without one are left out; case and blanks do not matter.
///
/// # Errors
///
/// Returns an error that names the line if a label is no role, or an id is there twice.
pub fn labels(sheet: &Path, taxonomy: &Taxonomy) -> Result<Labels, AuditError> {
    let file = RecordFile::open(sheet)?;
    let column = |name: &'static str| {
        file.column(name).ok_or(AuditError::Column { path: sheet.to_owned(), name })
    };
    let (id, label) = (column(ID)?, column(LABEL)?);
    let mut labels = Labels::new();
    let mut problem = None;
    let read = |line: u64, cells: &[std::borrow::Cow<'_, str>]| {
        let cell = |n: usize| cells.get(n).map_or("", |cell| cell.trim());
        let written = cell(label).to_lowercase();
        let role = match written.as_str() {
            "" => return ControlFlow::Continue(()),
            NONE => None,
            id => match taxonomy.roles.iter().position(|role| role.id == id) {
                Some(role) => Some(role),
                None => {
                    let found: String = written.escape_debug().take(100).collect();
                    let words = format!(
                        "the taxonomy has no role `{found}`; take one of the column `choices`, or `{NONE}`"
                    );
                    problem = Some((line, words));
                    return ControlFlow::Break(());
                }
            },
        };
        if labels.insert(cell(id).to_owned(), role).is_some() {
            let id: String = cell(id).escape_debug().take(100).collect();
            problem = Some((line, format!("the row `{id}` is there twice; delete one")));
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    let done: Result<(), TableError> = file.for_each(read);
    done?;
    match problem {
        Some((line, problem)) => Err(AuditError::Sheet { path: sheet.to_owned(), line, problem }),
        None => Ok(labels),
    }
}
