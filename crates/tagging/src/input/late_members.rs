//! Members that no row of the sample has.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rolecall::posting::normalize;
use rolecall_tables::{Detected, JsonCells, JsonReader, RecordKind, Source};

use super::derived_columns::Kind;
use super::{Form, Input, decoded};

/// Looks through the rows of a file of JSON behind the sample.
pub(super) struct Further<'f> {
    pub(super) path: &'f Path,
    pub(super) detected: &'f Detected,
    pub(super) form: &'f Form,
}

impl Further<'_> {
    /// Tells whether any row has a member at a path. Reads the whole file, so it is asked only where
    /// not to find the member is an error. What can't be read twice has none.
    pub(super) fn has(&self, name: &str) -> bool {
        self.path.is_file() && self.find(name).unwrap_or(false)
    }

    fn find(&self, name: &str) -> io::Result<bool> {
        let Form::Json { layout, .. } = self.form else { return Ok(false) };
        let source = Source::open(self.path, || false)?;
        let (start, reader, _) = decoded(self.detected, Vec::new(), source.reader)?;
        let mut reader = JsonReader::new(reader, start, layout);
        let mut cells = JsonCells::new();
        let name = name.to_lowercase();
        while let Some(chunk) = reader.next_chunk()? {
            for record in chunk.records.iter().filter(|record| record.kind == RecordKind::Whole) {
                if cells.read(&chunk.bytes[record.range.clone()]).is_ok()
                    && cells.iter().any(|(path, _)| path.to_lowercase() == name)
                {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

impl Input {
    /// Tells whether there is a column of a name; where rows may have members that the sample has not,
    /// looks through the whole file for it, and makes a column of it.
    pub fn has_column(&mut self, name: &str) -> bool {
        let lower = name.to_lowercase();
        if self.names.iter().any(|own| own.to_lowercase() == lower) {
            return true;
        }
        let further = Further { path: &self.path, detected: &self.detected, form: &self.form };
        let is_there = further.has(name);
        if is_there {
            self.add_late((name.to_owned(), None), &[normalize(name)]);
        }
        is_there
    }

    /// Makes a column that takes, where a row has no cell in a column, members which no row of the sample has,
    /// by their names; returns its position. What is no JSON has no such members.
    pub fn with_late(&mut self, column: Option<usize>, names: &[String]) -> Option<usize> {
        if !matches!(self.form, Form::Json { .. }) || column.is_some_and(|n| self.made.is_made(n)) {
            return column;
        }
        let name = column.and_then(|n| self.names.get(n)).cloned().unwrap_or_default();
        Some(self.add_late((name, column), names))
    }

    fn add_late(&mut self, column: (String, Option<usize>), names: &[String]) -> usize {
        let known = (&mut self.names, self.sample.as_mut_slice());
        Arc::make_mut(&mut self.made).add_late(known, column, names, Kind::First)
    }
}
