//! Which columns of an input are read.

use std::path::Path;

use rolecall::posting::ColumnNames;
use rolecall_tables::TableError;
use rolecall_tables::columns::{Columns, ColumnsError, GivenColumns, detect_without_text};
use rolecall_tagging::Input;

use super::DemandError;
use super::dimension::{self, Attribute};
use super::field_parser::FieldSources;
use super::near::nearest;

/// The columns of tags, by position from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TagPositions {
    pub(super) role: usize,
    /// Scope, closest role and its score, runner-up and its score; all or nothing.
    pub(super) candidates: Option<[usize; 5]>,
    pub(super) cluster: Option<usize>,
    /// What the tag is made of.
    pub(super) basis: Option<usize>,
}

/// The columns of an input that are read.
#[derive(Debug, Clone)]
pub(super) struct ColumnPlan {
    /// Nothing if the rows are to be tagged.
    pub(super) tags: Option<TagPositions>,
    pub(super) posting: Columns,
    /// The column of each attribute that is one.
    pub(super) attributes: Vec<Option<usize>>,
    /// Whether rows are compared to find those of the same ad.
    pub(super) compares: bool,
    /// Whether rows are looked up among those that are labelled.
    pub(super) knows: bool,
    /// Whether the texts of rows are read.
    pub(super) reads_texts: bool,
}

impl TagPositions {
    /// Finds the columns of tags by their names; nothing if there is no role.
    pub(super) fn find(header: &[String], prefix: &str) -> Option<Self> {
        let find = |name: &str| {
            let wanted = format!("{prefix}_{name}");
            header.iter().position(|column| *column == wanted)
        };
        let candidates =
            ["scope", "closest_role", "score", "second_role", "second_score"].map(find);
        let all = candidates.iter().all(Option::is_some);
        Some(Self {
            role: find("role")?,
            candidates: all.then(|| candidates.map(Option::unwrap_or_default)),
            cluster: find("cluster"),
            basis: find("basis"),
        })
    }
}

impl ColumnPlan {
    /// Finds the columns of an input.
    pub(super) fn of(
        input: &Input,
        names: &ColumnNames,
        given: &GivenColumns,
        prefix: &str,
        attributes: &[Attribute],
        (dedup, texts, known): (bool, bool, bool),
    ) -> Result<Self, DemandError> {
        let tags = TagPositions::find(&input.header, prefix);
        let posting = match (&input.columns, &tags) {
            (Ok(columns), _) => columns.clone(),
            // Tagged rows need neither title nor text.
            (Err(ColumnsError::NotFound { .. }), Some(_)) => {
                detect_without_text(names, &input.header, given)
                    .map_err(|source| TableError::Columns { path: input.path.clone(), source })?
            }
            (Err(source), _) => {
                let (path, source) = (input.path.clone(), source.clone());
                return Err(TableError::Columns { path, source }.into());
            }
        };
        let column = |attribute: &Attribute| match attribute {
            Attribute::Column(name) => find(&input.path, &input.names, name).map(Some),
            _ => Ok(None),
        };
        let attributes = attributes.iter().map(column).collect::<Result<_, _>>()?;
        let knows_ads = tags.as_ref().is_some_and(|tags| tags.cluster.is_some());
        let has_text = posting.text.iter().any(|&n| !input.made.is_late_only(n));
        let compares = dedup && !knows_ads && has_text;
        let knows = known && has_text;
        let reads_texts = compares || texts || knows || tags.is_none();
        Ok(Self { tags, posting, attributes, compares, knows, reads_texts })
    }

    /// Returns the columns that are read, in order.
    pub(super) fn wanted(&self, saying: &FieldSources) -> Vec<usize> {
        let Self { tags, posting, attributes, reads_texts, .. } = self;
        let mut wanted: Vec<usize> = attributes.iter().flatten().copied().collect();
        wanted.extend([posting.title, posting.employer, posting.place].into_iter().flatten());
        if *reads_texts {
            wanted.extend(&posting.text);
        }
        if let Some(TagPositions { role, candidates, cluster, basis }) = tags {
            wanted.push(*role);
            wanted.extend(candidates.iter().flatten());
            wanted.extend(cluster);
            wanted.extend(basis);
        }
        wanted.extend(saying.wanted());
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }
}

fn find(path: &Path, header: &[String], name: &str) -> Result<usize, DemandError> {
    header.iter().position(|column| column == name).ok_or_else(|| DemandError::UnknownKey {
        path: path.to_owned(),
        name: name.to_owned(),
        advice: match meant(name, header) {
            Some(near) => format!("did you mean `{}`? There", near.escape_debug()),
            None => "there".to_owned(),
        },
        columns: header
            .iter()
            .map(|name| format!("`{}`", name.escape_debug()))
            .collect::<Vec<_>>()
            .join(", "),
    })
}

/// Returns the key or the column that a name most likely stands for.
fn meant(name: &str, header: &[String]) -> Option<String> {
    let plain = |name: &str| -> String {
        name.to_lowercase().split([' ', '_']).collect::<Vec<_>>().join("-")
    };
    let wanted = plain(name);
    let words = dimension::names().map(str::to_owned).chain(header.iter().cloned());
    let known: Vec<(String, String)> = words.map(|word| (plain(&word), word)).collect();
    if let Some((_, word)) = known.iter().find(|(plain, _)| *plain == wanted) {
        return Some(word.clone());
    }
    let ids: Vec<_> = known.iter().map(|(plain, _)| plain.as_str()).collect();
    let near = nearest(&wanted, &ids)?;
    known.iter().find(|(plain, _)| plain == near).map(|(_, word)| word.clone())
}
