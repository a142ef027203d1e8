//! The names that columns of job boards have: a line of them is a header.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use rolecall::posting::{COLUMNS_TOML, normalize};

use crate::columns::FIELD_COLUMNS_TOML;

const LISTS: [&str; 2] = [COLUMNS_TOML, FIELD_COLUMNS_TOML];

/// Longer names of columns are not expected.
pub(super) const NAME_BYTES: usize = 80;

/// The list that holds no names of columns: words of the titles in them.
const TITLE_WORDS: &str = "title_words";

/// Names of columns, and words that job titles end with.
struct Known {
    names: FxHashSet<String>,
    title_words: FxHashSet<String>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known { names: FxHashSet::default(), title_words: FxHashSet::default() };
    let lists = LISTS.iter().filter_map(|list| list.parse::<toml::Table>().ok());
    for (list, words) in lists.flatten() {
        let words = words.as_array().into_iter().flatten().filter_map(toml::Value::as_str);
        match list == TITLE_WORDS {
            true => known.title_words.extend(words.map(str::to_owned)),
            false => known.names.extend(words.map(str::to_owned)),
        }
    }
    // Nearly every export has it, and no list needs it.
    known.names.insert("id".to_owned());
    known
});

/// Tells whether a cell is the name of a column.
pub(super) fn is_name(cell: &str) -> bool {
    cell.len() <= NAME_BYTES && KNOWN.names.contains(normalize(cell).as_str())
}

/// Tells whether a cell ends as job titles do: `Nurse`, `Epic Analyst II`.
pub(super) fn is_title(cell: &str) -> bool {
    let words = cell.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<_> = words.map(str::to_lowercase).collect();
    let last = words.iter().rev().take(2);
    { last }.any(|word| KNOWN.title_words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_titles_are_known() {
        for name in ["Job Title", "jobTitle", "description", "id", "date_posted", "Company"] {
            assert!(is_name(name), "{name}");
        }
        for title in ["Registered Nurse", "Nurse", "EHR Trainer", "Epic Analyst II"] {
            assert!(is_title(title) && !is_name(title), "{title}");
        }
        assert!(!is_title("Job Title") && !is_title("") && !is_title("colour"));
    }
}
