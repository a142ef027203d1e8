//! What is known of an input's columns: those of the file, those that are made of members, and which of them
//! hold what.

use std::collections::BTreeSet;

use rolecall::posting::{ColumnNames, normalize};
use rolecall_tables::columns::{
    Columns, ColumnsError, EarlierTags, FormField, Forms, GivenColumns, PostingForm, Use,
    detect_among,
};
use rolecall_tables::{JsonTree, MemberPath, member_key};
use rustc_hash::FxHashSet;

use super::derived_columns::{Kind, Made, MadeRow, Members, kind_of};

/// Members of lists that become columns, at most.
const MAX_LEAVES: usize = 500;

/// Different keys that are looked at to recognise a form, at most.
const MAX_KEYS: usize = 20_000;

/// What the first rows of a file are.
pub(super) struct FirstRows {
    pub(super) header: Vec<String>,
    pub(super) sample: Vec<Vec<String>>,
    /// The rows of the sample as JSON; nothing if the file is a table.
    pub(super) records: Option<Vec<Vec<u8>>>,
    /// Columns of the file that are no texts or numbers but objects.
    pub(super) objects: Vec<usize>,
    /// Whether rows may have members that none of the sample has.
    pub(super) may_come_late: bool,
}

impl FirstRows {
    /// Takes the first rows of a table.
    pub(super) fn of_table(header: Vec<String>, sample: Vec<Vec<String>>) -> Self {
        Self { header, sample, records: None, objects: Vec::new(), may_come_late: false }
    }
}

/// What is known of the columns.
pub(super) struct Known {
    /// The names of all columns, those that are made too.
    pub(super) names: Vec<String>,
    /// The cells of the first rows.
    pub(super) sample: Vec<Vec<String>>,
    pub(super) columns: Result<Columns, ColumnsError>,
    pub(super) made: Made,
    pub(super) form: Option<FoundForm>,
    pub(super) tags: EarlierTags,
}

/// A form that was recognised.
#[derive(Debug, Clone)]
pub struct FoundForm {
    pub name: String,
    pub note: Option<String>,
    /// The columns of its fields; nothing where the form has none.
    pub fields: Vec<(FormField, Option<usize>)>,
}

/// A member of a list, or of an object in a column of objects.
struct Leaf {
    name: String,
    keys: String,
}

/// Finds the columns. `is_late` tells of a name whether a row behind the sample has it.
pub(super) fn know(
    names: &ColumnNames,
    first: FirstRows,
    given: &GivenColumns,
    is_late: &dyn Fn(&str) -> bool,
) -> Known {
    let FirstRows { header, sample, records, objects, may_come_late } = first;
    let trees = records.iter().flatten().map(|record| JsonTree::of(record));
    let trees: Option<Vec<_>> = records.is_some().then(|| trees.flatten().collect());
    let (keys, leaves) = match &trees {
        Some(trees) => keys_of_records(trees, &header, !objects.is_empty()),
        None => (keys_of_table(&header, &sample), Vec::new()),
    };
    let forms = Forms::embedded();
    let table = if records.is_some() { Vec::new() } else { header.clone() };
    let made = Made::new(header.len(), forms.object.clone(), table);
    let tags = EarlierTags::find(&header);
    let mut known = Knowing { names: header, sample, records: records.as_deref(), made };
    let width = known.names.len();
    let named = known.names.clone();
    for Leaf { name, .. } in &leaves {
        let members = Members::new(Kind::First, vec![MemberPath::new("", &name.replace("[]", ""))]);
        known.add(name.clone(), members);
    }
    let found = forms.recognise(&keys).map(|(form, prefix)| known.form(form, &prefix, &keys));
    if may_come_late {
        let asked = given
            .text
            .iter()
            .chain([&given.title, &given.employer, &given.place].into_iter().flatten());
        for name in asked {
            if name != "-" && !known.has(name) && is_late(name) {
                known.add_late((name.clone(), None), &[normalize(name)], Kind::First);
            }
        }
    }
    let use_of = |n: usize| match n {
        n if tags.is_tag(n) => Use::None,
        n if objects.contains(&n) => Use::Beside,
        n if n < width => Use::All,
        // Members of objects are as good as columns, those of lists are not.
        n if leaves.get(n - width).is_some_and(|leaf| !leaf.name.contains("[]")) => Use::All,
        n if n - width < leaves.len() => Use::Beside,
        _ => Use::None,
    };
    let mut columns = detect_among(names, &known.names, &known.sample, given, &use_of);
    if let Some((form, text)) = &found {
        columns = with_form(columns, form, text, given);
    }
    if let Ok(columns) = &mut columns {
        let nested = Nested { names: &named, leaves: &leaves, objects: &objects };
        known.refine(columns, &nested);
        if may_come_late {
            known.late(columns, names, given);
        }
    }
    let Knowing { names, sample, made, .. } = known;
    Known { names, sample, columns, made, form: found.map(|(form, _)| form), tags }
}

/// Puts the columns of a form in the place of those that were found by name and content.
fn with_form(
    columns: Result<Columns, ColumnsError>,
    form: &FoundForm,
    text: &[usize],
    given: &GivenColumns,
) -> Result<Columns, ColumnsError> {
    let of = |field| form.fields.iter().find(|(own, _)| *own == field).map(|&(_, column)| column);
    let title = of(FormField::Title).flatten();
    let mut columns = match columns {
        Err(ColumnsError::NotFound { .. }) if title.is_some() => {
            Columns { title, text: Vec::new(), employer: None, place: None }
        }
        columns => columns?,
    };
    let places = [
        (&mut columns.title, FormField::Title, given.title.is_some()),
        (&mut columns.employer, FormField::Employer, given.employer.is_some()),
        (&mut columns.place, FormField::Place, given.place.is_some()),
    ];
    for (column, field, is_given) in places {
        if let (Some(own), false) = (of(field), is_given) {
            *column = own;
        }
    }
    if given.text.is_empty() {
        columns.text = text.to_vec();
    }
    Ok(columns)
}

/// Which columns of a file are not texts alone.
struct Nested<'n> {
    /// The columns of the file.
    names: &'n [String],
    leaves: &'n [Leaf],
    objects: &'n [usize],
}

/// The columns as they become known.
struct Knowing<'k> {
    names: Vec<String>,
    sample: Vec<Vec<String>>,
    records: Option<&'k [Vec<u8>]>,
    made: Made,
}

impl Knowing<'_> {
    fn has(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        name.parse::<usize>().is_ok() || self.names.iter().any(|own| own.to_lowercase() == name)
    }

    /// Adds a column, with its cells in the sample, and returns its position.
    fn add(&mut self, name: String, mut members: Members) -> usize {
        let has_part = |column: &String| {
            let key = member_key(column);
            members
                .all_paths()
                .any(|path| path.keys().starts_with(&key) || key.starts_with(path.keys()))
        };
        let width = self.made.width();
        let parts = self.names[..width].iter().enumerate().filter(|(_, name)| has_part(name));
        members.columns = parts.map(|(n, _)| n).collect();
        self.names.push(name);
        let column = self.made.add(members);
        for (n, cells) in self.sample.iter_mut().enumerate() {
            let record = self.records.and_then(|records| records.get(n));
            let row = match record {
                Some(record) => MadeRow::of_record(&self.made, record, None),
                None => MadeRow::of_table(&self.made),
            };
            let cell = |n: usize| cells.get(n).map_or("", String::as_str).into();
            let text = row.cell(column, cell).into_owned();
            cells.resize(column, String::new());
            cells.push(text);
        }
        column
    }

    fn add_late(&mut self, column: (String, Option<usize>), names: &[String], kind: Kind) -> usize {
        let known = (&mut self.names, self.sample.as_mut_slice());
        self.made.add_late(known, column, names, kind)
    }

    /// Makes the columns of a form; returns it, and the columns of its text.
    fn form(
        &mut self,
        form: &PostingForm,
        prefix: &str,
        keys: &BTreeSet<String>,
    ) -> (FoundForm, Vec<usize>) {
        let there = |paths: &[String]| -> Vec<MemberPath> {
            let paths = paths.iter().map(|path| MemberPath::new(prefix, path));
            paths.filter(|path| keys.contains(path.keys())).collect()
        };
        let mut fields = Vec::new();
        let constants = form.constant.keys().map(|field| (field, &[][..]));
        let named = form.fields.iter().map(|(field, paths)| (field, paths.as_slice()));
        for (&field, paths) in
            named.chain(constants.filter(|(field, _)| !form.fields.contains_key(field)))
        {
            let mut members = Members::new(kind_of(field), there(paths));
            if field == FormField::Remote {
                members.work_model = there(&form.work_model);
            }
            members.constant = form.constant.get(&field).cloned().unwrap_or_default();
            members.values = form.values.get(&field).cloned().unwrap_or_default();
            let unless = form.unless.get(&field).map(|path| MemberPath::new(prefix, path));
            members.unless = unless.filter(|path| keys.contains(path.keys()));
            let is_none = members.paths.is_empty() && members.work_model.is_empty();
            if is_none && members.constant.is_empty() {
                // What the form does not have is not looked for; what it should have is.
                if paths.is_empty() {
                    fields.push((field, None));
                }
                continue;
            }
            fields.push((field, Some(self.column_of(members, paths, (prefix, keys)))));
        }
        if !form.work_model.is_empty() && !form.fields.contains_key(&FormField::Remote) {
            let mut members = Members::new(Kind::First, Vec::new());
            members.work_model = there(&form.work_model);
            if !members.work_model.is_empty() {
                fields.push((
                    FormField::Remote,
                    Some(self.column_of(members, &form.work_model, (prefix, keys))),
                ));
            }
        }
        let has_place =
            fields.iter().any(|(field, column)| *field == FormField::Place && column.is_some());
        let parts = [FormField::City, FormField::State, FormField::Country];
        fields.retain(|(field, column)| has_place || column.is_some() || !parts.contains(field));
        let pieces = form.text.iter().filter_map(|paths| {
            let members = Members::new(Kind::Text, there(paths));
            (!members.paths.is_empty()).then_some((members, paths))
        });
        let pieces: Vec<_> = pieces.collect();
        let text = pieces
            .into_iter()
            .map(|(members, paths)| self.column_of(members, paths, (prefix, keys)))
            .collect();
        let (name, note) = (form.name.clone(), form.note.clone());
        (FoundForm { name, note, fields }, text)
    }

    /// Returns the column of some members: one of the file, if they are no more than that.
    fn column_of(
        &mut self,
        members: Members,
        paths: &[String],
        (prefix, keys): (&str, &BTreeSet<String>),
    ) -> usize {
        let width = self.made.width();
        let is_plain = members.work_model.is_empty()
            && members.constant.is_empty()
            && members.values.is_empty()
            && members.unless.is_none();
        if let ([path], None, true) = (members.paths.as_slice(), self.records, is_plain) {
            let same = |name: &String| member_key(name) == path.keys();
            let inside = |key: &&String| key.starts_with(path.keys());
            let own = &self.names[..width];
            if path.takes_all()
                && keys.iter().filter(inside).count() == 1
                && let Some(column) = own.iter().position(same)
            {
                return column;
            }
        }
        let shown = members.paths.iter().chain(&members.work_model).next();
        let name = shown.map_or_else(String::new, |shown| {
            let own = self.names.iter().find(|own| member_key(own) == shown.keys());
            let is_it = |path: &&String| MemberPath::new(prefix, path).keys() == shown.keys();
            own.or_else(|| paths.iter().find(is_it)).cloned().unwrap_or_default()
        });
        self.add(name, members)
    }

    /// Where a column holds a text in one row and an object or a list in the next, makes a column of both.
    fn refine(&mut self, columns: &mut Columns, nested: &Nested<'_>) {
        let Columns { title, employer, place, .. } = columns;
        for (column, kind) in [(title, Kind::First), (employer, Kind::First), (place, Kind::Places)]
        {
            let Some(n) = *column else { continue };
            let Some(name) = self.names.get(n).cloned() else { continue };
            if self.records.is_none()
                || self.made.is_made(n) && n - self.made.width() >= nested.leaves.len()
            {
                continue;
            }
            let root = match name.rsplit_once('.') {
                Some((root, last))
                    if self.made.object_names().contains(&member_key(last))
                        && nested.names.iter().any(|own| own == root) =>
                {
                    root.to_owned()
                }
                _ => name.clone(),
            };
            let plain = root.replace("[]", "");
            let is_inside = |other: &str| {
                other.strip_prefix(plain.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
            };
            let is_list = kind == Kind::Places
                && self.sample.iter().any(|row| row.get(n).is_some_and(|cell| cell.contains('\n')));
            let is_mixed = nested.names.iter().any(|own| is_inside(own))
                || nested.leaves.iter().any(|leaf| is_inside(&leaf.name))
                || nested.objects.contains(&n)
                || is_list
                || name.contains("[]");
            if is_mixed {
                let path = MemberPath::new("", &plain);
                *column = Some(self.add(root, Members::new(kind, vec![path])));
            }
        }
    }

    /// Lets members that come late stand where a row has none of those that came before.
    fn late(&mut self, columns: &mut Columns, names: &ColumnNames, given: &GivenColumns) {
        let Columns { title, text, employer, place } = columns;
        let mut main = text.first().copied();
        let fields = [
            (title, &names.title, given.title.is_some(), Kind::First),
            (&mut main, &names.text, !given.text.is_empty(), Kind::Text),
            (employer, &names.employer, given.employer.is_some(), Kind::First),
            (place, &names.place, given.place.is_some(), Kind::Places),
        ];
        for (column, called, is_given, kind) in fields {
            let is_form = column.is_some_and(|n| self.made.is_made(n));
            if !is_given && !is_form {
                let name = column.and_then(|n| self.names.get(n)).cloned().unwrap_or_default();
                *column = Some(self.add_late((name, *column), called, kind));
            }
        }
        match (main, text.first_mut()) {
            (Some(main), Some(first)) => *first = main,
            (Some(main), None) => text.push(main),
            (None, _) => {}
        }
    }
}

/// Returns the letters of the keys of all members, and the members of lists, and of objects if `with_objects`,
/// that are no columns.
fn keys_of_records(
    trees: &[JsonTree<'_>],
    header: &[String],
    with_objects: bool,
) -> (BTreeSet<String>, Vec<Leaf>) {
    let columns: FxHashSet<&str> = header.iter().map(String::as_str).collect();
    let mut seen: FxHashSet<String> = FxHashSet::default();
    let (mut keys, mut leaves) = (BTreeSet::new(), Vec::new());
    for tree in trees {
        tree.for_each_member(&mut |path, value| {
            let name = path.join(".").replace(".[]", "[]");
            if keys.len() >= MAX_KEYS || seen.contains(&name) && leaves.len() >= MAX_LEAVES {
                return;
            }
            let letters = member_key(&name);
            let is_leaf = value.text().is_some() && !columns.contains(name.as_str());
            let is_wanted = path.contains(&"[]") || with_objects;
            if is_leaf && is_wanted && leaves.len() < MAX_LEAVES && seen.insert(name.clone()) {
                leaves.push(Leaf { name, keys: letters.clone() });
            }
            keys.insert(letters);
        });
    }
    // A name that a column has already is that column's.
    let own: FxHashSet<String> = header.iter().map(|name| member_key(name)).collect();
    leaves.retain(|leaf| !own.contains(&leaf.keys));
    (keys, leaves)
}

/// Returns the letters of the names of all columns, of what stands before their dots, and of the members of
/// cells that hold JSON.
fn keys_of_table(header: &[String], sample: &[Vec<String>]) -> BTreeSet<String> {
    let dots = |name: &str| -> Vec<usize> { name.match_indices('.').map(|(at, _)| at).collect() };
    let parts = header.iter().flat_map(|name| {
        dots(name).into_iter().chain([name.len()]).map(|end| member_key(&name[..end]))
    });
    let mut keys: BTreeSet<String> = parts.collect();
    for (name, cell) in sample.iter().flat_map(|row| header.iter().zip(row)) {
        if cell.starts_with(['[', '{'])
            && let Some(tree) = JsonTree::of(cell.as_bytes())
        {
            tree.for_each_member(&mut |path, _| {
                if keys.len() < MAX_KEYS {
                    keys.insert(member_key(&format!("{name}{}", path.concat())));
                }
            });
        }
    }
    keys
}
