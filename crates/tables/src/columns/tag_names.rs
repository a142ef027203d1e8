//! What the columns are called that tagging appends, so that a file that was tagged is known for one.

use rolecall::posting::normalize;

/// What the tag columns are called, behind the prefix.
pub const TAGS: [&str; 10] = [
    "role",
    "tier",
    "confidence",
    "scope",
    "closest_role",
    "score",
    "second_role",
    "second_score",
    "evidence",
    "basis",
];

/// What the columns of deduplication are called, behind the prefix.
pub const DUPLICATES: [&str; 3] = ["duplicate_of", "cluster", "duplicate_kind"];

/// What the column is called that takes what no other column has.
pub const EXTRA: &str = "extra";

/// Tag columns whose names hardly anything else has.
const TELLING: [&str; 6] =
    ["confidence", "scope", "closest_role", "second_role", "second_score", "evidence"];

/// Columns beside the role that make tag columns of columns with the same prefix.
const MIN_BESIDE: usize = 2;

/// The tag columns that an earlier run left in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EarlierTags {
    /// The role's columns, by their names in the file.
    pub roles: Vec<String>,
    /// For each column, whether it is one of them.
    is_tag: Vec<bool>,
}

impl EarlierTags {
    /// Finds columns that are called as tags are, with any prefix: a role, and at least two more, one of them
    /// `confidence` or another that hardly anything else is called.
    pub fn find(header: &[String]) -> Self {
        let names: Vec<_> = header.iter().map(|name| normalize(name)).collect();
        let mut found = Self { roles: Vec::new(), is_tag: vec![false; header.len()] };
        for (n, name) in names.iter().enumerate() {
            let Some(prefix) = name.strip_suffix(" role") else { continue };
            let called = |tag: &str| format!("{prefix} {}", tag.replace('_', " "));
            let has = |tag: &&&str| names.contains(&called(tag));
            let beside = TAGS.iter().filter(|tag| **tag != "role").filter(has).count();
            if beside < MIN_BESIDE || !TELLING.iter().any(|tag| has(&tag)) {
                continue;
            }
            let all = TAGS.iter().chain(&DUPLICATES).chain([&EXTRA]);
            let all: Vec<_> = all.map(|tag| called(tag)).collect();
            found.roles.push(header[n].clone());
            for (is_tag, name) in found.is_tag.iter_mut().zip(&names) {
                *is_tag |= all.contains(name);
            }
        }
        found
    }

    /// Tells whether a column is a tag of an earlier run.
    pub fn is_tag(&self, column: usize) -> bool {
        self.is_tag.get(column).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(header: &[&str]) -> Vec<usize> {
        let header: Vec<_> = header.iter().map(|name| (*name).to_owned()).collect();
        let found = EarlierTags::find(&header);
        (0..header.len()).filter(|&n| found.is_tag(n)).collect()
    }

    #[test]
    fn a_set_of_tag_columns_is_known_by_any_prefix() {
        assert_eq!(
            tags(&["title", "onc_role", "onc_tier", "onc_confidence", "onc_extra"]),
            [1, 2, 3, 4]
        );
        assert_eq!(tags(&["My-Run_role", "job", "MY RUN SCOPE", "myRunSecondRole"]), [0, 2, 3]);
        let twice =
            ["onc_role", "onc_tier", "onc_scope", "x_role", "x_tier", "x_evidence", "x_cluster"];
        assert_eq!(tags(&twice), [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn other_roles_are_no_tags() {
        assert!(tags(&["job_role", "job_tier", "job_score", "title"]).is_empty());
        assert!(tags(&["onc_role", "title", "description"]).is_empty());
        assert!(tags(&["role", "tier", "confidence"]).is_empty());
    }
}
