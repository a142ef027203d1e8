//! Columns that are made of the members of a record: of one that is a text in one row and an object or a
//! list in the next, of several that stand for the same, of lists.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use arrow_array::RecordBatch;
use rustc_hash::FxHashMap;

use rolecall::posting::normalize;
use rolecall_tables::columns::{FormField, ObjectNames};
use rolecall_tables::{ColumnarError, JsonRow, JsonRows, JsonTree, MemberPath, member_key};

/// How the values at a path become a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The first one.
    First,
    /// All places, with `; ` between them; what is a work model gives way to what is a place.
    Places,
    /// All strings, a line each.
    Text,
}

/// What a column is made of.
#[derive(Debug, Clone)]
enum Source {
    Members(Members),
    /// Another column, or where a row has no cell in it, a member that no row of the sample has.
    Late {
        of: Option<usize>,
        kind: Kind,
    },
}

/// Where the cells of a column are in a record.
#[derive(Debug, Clone)]
pub(super) struct Members {
    pub(super) kind: Kind,
    /// Best first.
    pub(super) paths: Vec<MemberPath>,
    /// Read where none of the others has anything, if they hold a work model.
    pub(super) work_model: Vec<MemberPath>,
    /// Stands where there is nothing.
    pub(super) constant: String,
    /// What codes stand for.
    pub(super) values: BTreeMap<String, String>,
    /// Where this holds true, there is nothing.
    pub(super) unless: Option<MemberPath>,
    /// The columns of the file that have a part in it.
    pub(super) columns: Vec<usize>,
}

impl Members {
    pub(super) fn new(kind: Kind, paths: Vec<MemberPath>) -> Self {
        Self {
            kind,
            paths,
            work_model: Vec::new(),
            constant: String::new(),
            values: BTreeMap::new(),
            unless: None,
            columns: Vec::new(),
        }
    }

    /// Iterates over all paths that have a part in it.
    pub(super) fn all_paths(&self) -> impl Iterator<Item = &MemberPath> {
        self.paths.iter().chain(&self.work_model).chain(&self.unless)
    }

    fn read<'r>(&self, tree: &JsonTree<'r>, names: &ObjectNames) -> Cow<'r, str> {
        let is_true = |value: &&JsonTree<'_>| {
            value
                .text()
                .is_some_and(|text| matches!(&*text.to_lowercase(), "1" | "1.0" | "true" | "yes"))
        };
        if self.unless.as_ref().is_some_and(|path| path.values(tree).iter().any(is_true)) {
            return Cow::Borrowed("");
        }
        let mut weak = None;
        for path in &self.paths {
            let values = path.values(tree);
            let text = match self.kind {
                Kind::First => first(&values, names),
                Kind::Places => places(&values, names).into(),
                Kind::Text => texts(&values),
            };
            if text.is_empty() {
                continue;
            }
            if self.kind == Kind::Places && is_work_model(&text, names) {
                weak.get_or_insert(text);
                continue;
            }
            return self.meant(text);
        }
        if let Some(text) = weak {
            return text;
        }
        let mut models = self.work_model.iter().map(|path| first(&path.values(tree), names));
        let model = models.find(|text| is_work_model(text, names));
        model.unwrap_or_else(|| Cow::Owned(self.constant.clone()))
    }

    fn meant<'r>(&self, text: Cow<'r, str>) -> Cow<'r, str> {
        match self.values.get(text.trim()) {
            Some(meant) => Cow::Owned(meant.clone()),
            None => text,
        }
    }
}

fn is_work_model(text: &str, names: &ObjectNames) -> bool {
    names.work_models.contains(&member_key(text))
}

/// Returns the first value that has a text.
fn first<'r>(values: &[&JsonTree<'r>], names: &ObjectNames) -> Cow<'r, str> {
    values.iter().find_map(|value| name_of(value, names)).unwrap_or_default()
}

/// Returns the text of a value, or of the member that names an object.
fn name_of<'r>(value: &JsonTree<'r>, names: &ObjectNames) -> Option<Cow<'r, str>> {
    match value {
        JsonTree::Object(_) => {
            names.names.iter().find_map(|name| name_of(value.member(name)?, names))
        }
        JsonTree::List(elements) => elements.iter().find_map(|element| name_of(element, names)),
        _ => value.text().filter(|text| !text.trim().is_empty()),
    }
}

fn places(values: &[&JsonTree<'_>], names: &ObjectNames) -> String {
    let mut found: Vec<Cow<'_, str>> = Vec::new();
    for value in values {
        if let Some(place) = place_of(value, names)
            && !found.contains(&place)
        {
            found.push(place);
        }
    }
    found.join("; ")
}

/// Returns the text of a place: of an object its town, state and country.
fn place_of<'r>(value: &JsonTree<'r>, names: &ObjectNames) -> Option<Cow<'r, str>> {
    let elements = match value {
        JsonTree::Object(_) => {
            let part =
                |keys: &Vec<String>| keys.iter().find_map(|key| name_of(value.member(key)?, names));
            let mut parts: Vec<_> = names.place_parts.iter().filter_map(part).collect();
            parts.dedup();
            if !parts.is_empty() {
                return Some(parts.join(", ").into());
            }
            let within =
                names.place_within.iter().find_map(|key| place_of(value.member(key)?, names));
            return within.or_else(|| name_of(value, names));
        }
        JsonTree::List(elements) => elements,
        _ => return name_of(value, names),
    };
    let elements: Vec<_> = elements.iter().collect();
    Some(places(&elements, names)).filter(|text| !text.is_empty()).map(Cow::Owned)
}

fn texts<'r>(values: &[&JsonTree<'r>]) -> Cow<'r, str> {
    if let [value] = values
        && let Some(text) = value.text()
    {
        return text;
    }
    let mut all = String::new();
    values.iter().for_each(|value| push_texts(&mut all, value));
    all.into()
}

fn push_texts(all: &mut String, value: &JsonTree<'_>) {
    match value {
        JsonTree::Object(members) => members.iter().for_each(|(_, value)| push_texts(all, value)),
        JsonTree::List(elements) => elements.iter().for_each(|element| push_texts(all, element)),
        JsonTree::Text(_) | JsonTree::Plain(_) => {
            if !all.is_empty() {
                all.push('\n');
            }
            all.push_str(&value.text().unwrap_or_default());
        }
        JsonTree::Spelled(_) | JsonTree::Null => {}
    }
}

/// The columns that are made; their positions are behind those of the file.
#[derive(Debug, Clone, Default)]
pub struct Made {
    /// How many columns the file has.
    width: usize,
    columns: Vec<Source>,
    names: ObjectNames,
    /// Columns that take members which come late, by the names of these: how good the name is, and the column.
    late: FxHashMap<String, Vec<(usize, usize)>>,
    /// The names of the file's columns, if it is a table.
    header: Vec<String>,
}

impl Made {
    /// Starts without columns; `header` is given if the file is a table.
    pub(super) fn new(width: usize, names: ObjectNames, header: Vec<String>) -> Self {
        Self { width, names, header, ..Self::default() }
    }

    /// Adds a column and returns its position.
    pub(super) fn add(&mut self, members: Members) -> usize {
        self.columns.push(Source::Members(members));
        self.width + self.columns.len() - 1
    }

    /// Adds a column for what a row has in another one, or else in a member that is called as one of
    /// some names and that no row of the sample has; also to the names of all columns and their cells in the
    /// sample.
    pub(super) fn add_late(
        &mut self,
        (all, sample): (&mut Vec<String>, &mut [Vec<String>]),
        (name, of): (String, Option<usize>),
        names: &[String],
        kind: Kind,
    ) -> usize {
        for cells in sample {
            let cell = of.and_then(|of| cells.get(of)).cloned().unwrap_or_default();
            cells.resize(all.len(), String::new());
            cells.push(cell);
        }
        all.push(name);
        self.columns.push(Source::Late { of, kind });
        let position = self.width + self.columns.len() - 1;
        for (rank, name) in names.iter().enumerate() {
            self.late.entry(name.clone()).or_default().push((rank, position));
        }
        position
    }

    /// Returns the columns of the file that are read for a column.
    pub fn read_for(&self, column: usize) -> Vec<usize> {
        match self.source(column) {
            None => vec![column],
            Some(Source::Members(members)) => members.columns.clone(),
            Some(Source::Late { of, .. }) => of.map_or_else(Vec::new, |of| self.read_for(of)),
        }
    }

    /// Returns how many columns the file has.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Returns the letters of the keys of members that name an object.
    pub(super) fn object_names(&self) -> &[String] {
        &self.names.names
    }

    /// Tells whether a column takes nothing but members that come late.
    pub fn is_late_only(&self, column: usize) -> bool {
        matches!(self.source(column), Some(Source::Late { of: None, .. }))
    }

    /// Tells whether a column is made of the members of a record.
    pub fn is_made(&self, column: usize) -> bool {
        column >= self.width
    }

    fn source(&self, column: usize) -> Option<&Source> {
        let made = column.checked_sub(self.width)?;
        self.columns.get(made)
    }
}

/// The cells of one row, those that are made too.
pub struct MadeRow<'m, 'r> {
    made: &'m Made,
    /// The record as JSON; empty if the file is a table.
    record: &'r [u8],
    tree: OnceCell<Option<JsonTree<'r>>>,
    row: Option<&'m JsonRow<'r>>,
    late: OnceCell<Vec<(usize, usize)>>,
}

impl<'m, 'r> MadeRow<'m, 'r> {
    /// Takes the row of a table.
    pub fn of_table(made: &'m Made) -> Self {
        Self::of_record(made, &[], None)
    }

    /// Takes a record of JSON, and its cells, if members that come late are looked for.
    pub fn of_record(made: &'m Made, record: &'r [u8], row: Option<&'m JsonRow<'r>>) -> Self {
        Self { made, record, tree: OnceCell::new(), row, late: OnceCell::new() }
    }

    /// Returns a cell as a text to read, given the cells of the file.
    pub fn cell<'c>(&self, column: usize, cell: impl Fn(usize) -> Cow<'c, str>) -> Cow<'c, str>
    where
        'r: 'c,
    {
        match self.made.source(column) {
            None => cell(column),
            Some(Source::Members(members)) if self.record.is_empty() => {
                let cells: Vec<_> = members.columns.iter().map(|&n| (n, cell(n))).collect();
                let tree = table_tree(&self.made.header, &cells);
                Cow::Owned(members.read(&tree, &self.made.names).into_owned())
            }
            Some(Source::Members(members)) => {
                let tree = self.tree.get_or_init(|| JsonTree::of(self.record));
                let read = |tree: &JsonTree<'r>| members.read(tree, &self.made.names);
                tree.as_ref().map_or(Cow::Borrowed(""), read)
            }
            Some(&Source::Late { of, kind }) => self.late(column, of, kind, cell),
        }
    }

    fn late<'c>(
        &self,
        column: usize,
        of: Option<usize>,
        kind: Kind,
        cell: impl Fn(usize) -> Cow<'c, str>,
    ) -> Cow<'c, str>
    where
        'r: 'c,
    {
        let Some(row) = self.row else { return of.map_or(Cow::Borrowed(""), cell) };
        if let Some(of) = of
            && (!row.has_rest() || self.made.is_made(of) || row.cell(of).is_some())
        {
            return self.cell(of, cell);
        }
        let late = self.late.get_or_init(|| self.late_members(row));
        let Some(&(_, position)) = late.iter().find(|&&(late, _)| late == column) else {
            return Cow::Borrowed("");
        };
        let text = row.rest_text(position);
        match kind {
            Kind::Places if text.starts_with(['[', '{']) => {
                let tree = JsonTree::of(text.as_bytes());
                let names = &self.made.names;
                tree.map_or_else(String::new, |tree| places(&[&tree], names)).into()
            }
            Kind::First | Kind::Places | Kind::Text => row.rest_prose(position),
        }
    }

    /// Finds the members of the row that come late and have a name that a column takes: of each such
    /// column the best one.
    fn late_members(&self, row: &JsonRow<'_>) -> Vec<(usize, usize)> {
        let mut best: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for position in row.rest_positions() {
            let name = normalize(row.rest_path(position));
            for &(rank, column) in self.made.late.get(&name).into_iter().flatten() {
                let found = best.entry(column).or_insert((rank, position));
                *found = (*found).min((rank, position));
            }
        }
        best.into_iter().map(|(column, (_, position))| (column, position)).collect()
    }
}

/// The rows of a batch of typed columns, for columns that are made.
pub struct MadeRecords<'m> {
    made: &'m Made,
    rows: Option<JsonRows>,
}

impl<'m> MadeRecords<'m> {
    /// Takes a batch of some columns of the file, given in order, and says which of all columns are wanted.
    ///
    /// # Errors
    ///
    /// Returns an error if JSON has nothing for the type of a column that has a part in them.
    pub(super) fn new(
        made: &'m Made,
        wanted: &[usize],
        batch: &RecordBatch,
        columns: &[usize],
    ) -> Result<Self, ColumnarError> {
        let wanted = wanted.iter().filter(|&&n| made.is_made(n));
        let parts: BTreeSet<usize> = wanted.flat_map(|&n| made.read_for(n)).collect();
        // A table without objects is read by its cells.
        if parts.is_empty() || !made.header.is_empty() {
            return Ok(Self { made, rows: None });
        }
        let positions = columns.iter().enumerate().filter(|(_, n)| parts.contains(n));
        let positions: Vec<usize> = positions.map(|(position, _)| position).collect();
        let rows = JsonRows::new(&batch.project(&positions)?)?;
        Ok(Self { made, rows: Some(rows) })
    }

    /// Returns a row.
    pub(super) fn row(&self, row: usize) -> MadeRow<'_, '_> {
        match &self.rows {
            Some(rows) => MadeRow::of_record(self.made, rows.get(row), None),
            None => MadeRow::of_table(self.made),
        }
    }
}

/// Makes a record of some cells of a table, whose names may have dots, and whose cells may hold JSON.
fn table_tree<'t>(header: &'t [String], cells: &'t [(usize, Cow<'_, str>)]) -> JsonTree<'t> {
    let mut tree = JsonTree::Object(Vec::new());
    for (column, cell) in cells {
        let Some(name) = header.get(*column) else { continue };
        let keys: Vec<&str> = name.split('.').collect();
        let json = cell.trim_start().starts_with(['[', '{']).then(|| JsonTree::of(cell.as_bytes()));
        let value = json.flatten().unwrap_or(JsonTree::Plain(Cow::Borrowed(cell)));
        tree.insert(&keys, value);
    }
    tree
}

/// Returns how the values of a field become a cell.
pub(super) fn kind_of(field: FormField) -> Kind {
    match field {
        FormField::Place => Kind::Places,
        _ => Kind::First,
    }
}
