//! Reads postings from Parquet files.

use std::fs::File;
use std::path::Path;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;

use super::TableError;
use crate::corpus::Corpus;
use crate::posting::{Posting, detect};

/// Rows that are looked at to find the columns.
const SAMPLE_ROWS: usize = 200;

/// Calls `found` with each posting of a Parquet file, in order. The columns are found by name
/// and content; cells that are not strings count as empty.
///
/// # Errors
///
/// Returns an error if the file can't be read or no column looks like a title or a text.
pub fn for_each_parquet_posting(
    path: &Path,
    corpus: &Corpus,
    mut found: impl FnMut(&Posting),
) -> Result<(), TableError> {
    let wrong = |source: ParquetError| TableError::Parquet { path: path.to_owned(), source };
    let file = File::open(path).map_err(TableError::read(path))?;
    let reader = SerializedFileReader::new(file).map_err(wrong)?;
    let names: Vec<String> =
        reader.metadata().file_metadata().schema().get_fields().iter().map(name).collect();
    let rows = || reader.get_row_iter(None).map_err(wrong);
    let sample = rows()?
        .take(SAMPLE_ROWS)
        .map(|row| Ok(row?.get_column_iter().map(|(_, field)| text(field).to_owned()).collect()))
        .collect::<Result<Vec<Vec<String>>, ParquetError>>()
        .map_err(wrong)?;
    let columns = detect(&corpus.column_names, &names, &sample, None, &[])
        .map_err(|source| TableError::Columns { path: path.to_owned(), source })?;
    for row in rows()? {
        let row = row.map_err(wrong)?;
        let body = columns.text.iter().map(|&n| cell(&row, n).into()).collect();
        let title = columns.title.map_or("", |n| cell(&row, n)).into();
        found(&Posting { title, body });
    }
    Ok(())
}

fn name(field: &std::sync::Arc<Type>) -> String {
    field.name().to_owned()
}

fn cell(row: &Row, position: usize) -> &str {
    row.get_column_iter().nth(position).map_or("", |(_, field)| text(field))
}

fn text(field: &Field) -> &str {
    match field {
        Field::Str(text) => text,
        _ => "",
    }
}
