//! The columns of a file of objects, and its records under them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::JsonCells;
use super::text::push_string;

/// The columns of a file of objects: paths of cells, each once.
#[derive(Debug, Clone, Default)]
pub struct JsonColumns {
    names: Vec<String>,
    positions: HashMap<String, usize>,
}

impl JsonColumns {
    /// Takes the paths of all cells of some records, in order of first appearance; records that
    /// can't be read have none.
    pub fn of<'r>(records: impl IntoIterator<Item = &'r [u8]>) -> Self {
        let mut columns = Self::default();
        let mut cells = JsonCells::new();
        for record in records {
            if cells.read(record).is_err() {
                continue;
            }
            for (path, _) in cells.iter() {
                if !columns.positions.contains_key(path) {
                    columns.positions.insert(path.to_owned(), columns.names.len());
                    columns.names.push(path.to_owned());
                }
            }
        }
        columns
    }

    /// Returns the names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Puts the cells of the last object that was read under the columns.
    pub fn arrange<'a>(&self, cells: &'a JsonCells) -> JsonRow<'a> {
        let mut positions = vec![None; self.names.len()];
        let mut rest = Vec::new();
        for (position, (path, _)) in cells.iter().enumerate() {
            // Records of one file mostly have the same cells in the same order.
            let column = match self.names.get(position) {
                Some(name) if name == path => Some(position),
                _ => self.positions.get(path).copied(),
            };
            match column {
                Some(column) => positions[column] = Some(position),
                None => rest.push(position),
            }
        }
        JsonRow { cells, positions, rest }
    }
}

/// An object under the columns of its file.
#[derive(Debug)]
pub struct JsonRow<'a> {
    cells: &'a JsonCells,
    /// For each column, the position of its cell.
    positions: Vec<Option<usize>>,
    /// The positions of the cells that are under no column.
    rest: Vec<usize>,
}

impl<'a> JsonRow<'a> {
    /// Returns the cell under a column, or nothing if the object has none there; a cell that is
    /// `null` is empty.
    pub fn cell(&self, column: usize) -> Option<&'a str> {
        let position = self.positions.get(column).copied().flatten()?;
        Some(self.cells.text(position))
    }

    /// Returns the cell under a column as a text to read, as [`JsonCells::prose`] does; empty if
    /// the object has none there.
    pub fn prose(&self, column: usize) -> Cow<'a, str> {
        let position = self.positions.get(column).copied().flatten();
        position.map_or(Cow::Borrowed(""), |position| self.cells.prose(position))
    }

    /// Tells whether the object has a cell of this path, under a column or not.
    pub fn contains(&self, path: &str) -> bool {
        self.cells.contains(path)
    }

    /// Tells whether there are cells under no column.
    pub fn has_rest(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Iterates over the positions of the cells that are under no column.
    pub fn rest_positions(&self) -> impl Iterator<Item = usize> + '_ {
        self.rest.iter().copied()
    }

    /// Returns the path of a cell that is under no column.
    pub fn rest_path(&self, position: usize) -> &'a str {
        self.cells.path(position)
    }

    /// Returns a cell that is under no column.
    pub fn rest_text(&self, position: usize) -> &'a str {
        self.cells.text(position)
    }

    /// Returns a cell that is under no column as a text to read.
    pub fn rest_prose(&self, position: usize) -> Cow<'a, str> {
        self.cells.prose(position)
    }

    /// Returns the cells that are under no column as a JSON object of paths and values, or nothing
    /// if there are none.
    pub fn rest(&self) -> Option<String> {
        if self.rest.is_empty() {
            return None;
        }
        let mut object = vec![b'{'];
        for &position in &self.rest {
            if object.len() > 1 {
                object.push(b',');
            }
            push_string(&mut object, self.cells.path(position));
            object.push(b':');
            self.cells.push_value(&mut object, position);
        }
        object.push(b'}');
        Some(String::from_utf8_lossy(&object).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_the_union_and_the_rest_is_kept() {
        let sample: [&[u8]; 3] =
            [br#"{"a":1,"o":{"b":null}}"#, b"broken", br#"{"c":["x"],"a":"2"}"#];
        let columns = JsonColumns::of(sample);
        assert_eq!(columns.names(), ["a", "o.b", "c"]);
        let mut cells = JsonCells::new();
        let mut row = |record: &str| {
            cells.read(record.as_bytes()).unwrap();
            let row = columns.arrange(&cells);
            let texts: Vec<_> = (0..4).map(|n| row.cell(n).map(str::to_owned)).collect();
            (texts, row.prose(2).into_owned(), row.rest())
        };
        let text = |text: &str| Some(text.to_owned());
        let plain = row(sample.map(String::from_utf8_lossy)[2].as_ref());
        assert_eq!(plain, (vec![text("2"), None, text("[\"x\"]"), None], "x".to_owned(), None));
        let more = row(r#"{"o":{"b":null,"z":"\"q\""},"n":1.0,"e":null,"l":[1]}"#);
        let rest = r#"{"o.z":"\"q\"","n":1.0,"e":null,"l":[1]}"#;
        assert_eq!(more, (vec![None, text(""), None, None], String::new(), text(rest)));
    }
}
