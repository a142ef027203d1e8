//! Gives every column a name of its own.

use rustc_hash::FxHashSet;

/// Returns the names of a header with no two alike and none empty, as Parquet and JSON need them.
///
/// The first column of a name keeps it. A later one becomes `name_2`, `name_3` and so on, whichever
/// is the first that is neither in the header nor given before. An empty name becomes `column_3`,
/// by the column's position from 1. Blanks count as letters, and nothing is trimmed.
pub fn unique_names<S: AsRef<str>>(header: &[S]) -> Vec<String> {
    let own: FxHashSet<&str> = header.iter().map(AsRef::as_ref).collect();
    let mut given: FxHashSet<String> = FxHashSet::default();
    let mut names = Vec::with_capacity(header.len());
    for (position, name) in (1..).zip(header) {
        let name = name.as_ref();
        let wanted = if name.is_empty() { format!("column_{position}") } else { name.to_owned() };
        let is_free = |candidate: &String, given: &FxHashSet<String>| {
            !given.contains(candidate) && (candidate == name || !own.contains(candidate.as_str()))
        };
        let unique = if is_free(&wanted, &given) {
            wanted
        } else {
            // One of so many candidates is free: fewer names than that are taken.
            (2..=2 * header.len() + 2)
                .map(|n| format!("{wanted}_{n}"))
                .find(|candidate| is_free(candidate, &given))
                .unwrap_or(wanted)
        };
        given.insert(unique.clone());
        names.push(unique);
    }
    names
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn later_columns_of_a_name_are_numbered() {
        assert_eq!(unique_names(&["a", "b", "a", "a"]), ["a", "b", "a_2", "a_3"]);
        assert_eq!(unique_names(&["a", "a", "a_2"]), ["a", "a_3", "a_2"]);
        assert_eq!(unique_names(&["a", "a_2", "a", "a_2"]), ["a", "a_2", "a_3", "a_2_2"]);
        assert_eq!(unique_names(&["A", "a", " a"]), ["A", "a", " a"]);
    }

    #[test]
    fn empty_names_are_named_by_position() {
        assert_eq!(unique_names(&["", "b", ""]), ["column_1", "b", "column_3"]);
        assert_eq!(unique_names(&["", "column_1"]), ["column_1_2", "column_1"]);
    }

    proptest! {
        #[test]
        fn names_are_unique_and_first_ones_kept(
            header in prop::collection::vec("(a|b)?(_[23]){0,2}|column_[1-4]", 0..9),
        ) {
            let names = unique_names(&header);
            prop_assert_eq!(names.iter().collect::<FxHashSet<_>>().len(), header.len());
            for (n, name) in header.iter().enumerate() {
                prop_assert!(!names[n].is_empty());
                if !name.is_empty() && !header[..n].contains(name) {
                    prop_assert_eq!(&names[n], name);
                }
            }
        }
    }
}
