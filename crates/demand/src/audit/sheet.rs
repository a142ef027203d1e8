//! The sheet that a person fills in, and the labels in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rolecall::Corpus;
use rolecall::taxonomy::{NONE, Role, Taxonomy};
use rolecall_tables::{CellReader, GivenDialect, no_formula};
use rolecall_tagging::{Input, InputFormat, InputOptions, Rows};

use super::draw::Drawn;
use super::error::AuditError;
use crate::near::nearest;

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

/// Reads the labels of a sheet, in whatever delimiter and encoding a spreadsheet saved it. Rows without
/// one are left out; case, blanks and hyphens do not matter, and a role's name stands for its id.
///
/// # Errors
///
/// Returns an error that names the rows if labels are no roles, or an id is there twice.
pub fn labels(sheet: &Path, corpus: &Corpus) -> Result<Labels, AuditError> {
    let options = InputOptions {
        dialect: GivenDialect { has_header: Some(true), ..GivenDialect::default() },
        format: Some(InputFormat::Csv),
        ..InputOptions::default()
    };
    let mut input = Input::open(sheet, &options, &corpus.column_names, Input::SNIFFED_CHUNK_BYTES)?;
    let place = |name: &'static str| {
        let is_it = |column: &String| plain(column) == plain(name);
        let found = input.header.iter().position(is_it);
        found.ok_or_else(|| AuditError::Column { path: sheet.to_owned(), name })
    };
    let (id, label) = (place(ID)?, place(LABEL)?);
    let dialect = input.dialect();
    let mut found =
        Found { taxonomy: &corpus.taxonomy, labels: Labels::new(), problems: Vec::new() };
    // As a spreadsheet numbers them; the first is the header.
    let mut row = 1;
    while let Some(portion) = input.next_portion()? {
        let Rows::Csv(chunk) = &portion.rows else { continue };
        let mut reader = CellReader::new(&dialect);
        for record in &chunk.records {
            row += 1;
            let cells = reader.read(chunk.split(record).0, record.kind);
            found.add(row, &cells.text(id), &cells.text(label));
        }
    }
    match found.problems.is_empty() {
        true => Ok(found.labels),
        false => Err(AuditError::Sheet { path: sheet.to_owned(), problems: found.problems }),
    }
}

/// What was read of a sheet so far.
struct Found<'t> {
    taxonomy: &'t Taxonomy,
    labels: Labels,
    problems: Vec<String>,
}

impl Found<'_> {
    fn add(&mut self, row: u64, id: &str, label: &str) {
        let shown = |text: &str| text.trim().escape_debug().take(60).collect::<String>();
        let wanted = plain(label);
        if wanted.is_empty() {
            return;
        }
        let roles = &self.taxonomy.roles;
        let role = match wanted == NONE {
            true => None,
            false => {
                let is_it = |role: &Role| wanted == plain(&role.id) || wanted == plain(&role.name);
                let Some(role) = roles.iter().position(is_it) else {
                    let ids: Vec<_> =
                        roles.iter().map(|role| role.id.as_str()).chain([NONE]).collect();
                    let advice = match nearest(&wanted, &ids) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "expected one of the column `choices`".to_owned(),
                    };
                    let (row_id, label) = (shown(id), shown(label));
                    self.problems.push(format!(
                        "row {row} (`{row_id}`): there is no role `{label}`; {advice}"
                    ));
                    return;
                };
                Some(role)
            }
        };
        if self.labels.insert(id.trim().to_owned(), role).is_some() {
            self.problems.push(format!("row {row}: `{}` is there twice; delete one", shown(id)));
        }
    }
}

/// Returns a text with letters in lower case, and hyphens between its words.
fn plain(text: &str) -> String {
    let is_between =
        |c: char| c.is_whitespace() || matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}');
    let lower = text.to_lowercase();
    lower.split(is_between).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_by_words() {
        assert_eq!(plain(" Implementation  Manager\n"), "implementation-manager");
        assert_eq!(plain("implementation_manager"), "implementation-manager");
        assert_eq!(plain("Implementation–manager"), "implementation-manager");
        assert_eq!(plain(" - "), "");
    }
}
