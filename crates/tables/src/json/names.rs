//! Makes names that repeat different from one another.

use std::collections::HashMap;

/// The names that are taken, each with the last number that was put behind it.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashMap<String, usize>,
}

impl Names {
    /// Forgets all names.
    pub(super) fn clear(&mut self) {
        self.taken.clear();
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.taken.contains_key(name)
    }

    /// Takes a name; if it is taken already, returns the one with the next free number behind it
    /// that is taken instead, such as `name_2`.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let Some(&last) = self.taken.get(name) else {
            self.taken.insert(name.to_owned(), 1);
            return None;
        };
        let mut number = last;
        let free = loop {
            number += 1;
            let numbered = format!("{name}_{number}");
            if !self.taken.contains_key(&numbered) {
                break numbered;
            }
        };
        self.taken.insert(name.to_owned(), number);
        self.taken.insert(free.clone(), 1);
        Some(free)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn taken(header: &[String]) -> Vec<String> {
        let mut names = Names::default();
        header.iter().map(|name| names.take(name).unwrap_or_else(|| name.clone())).collect()
    }

    proptest! {
        #[test]
        fn names_differ_and_free_ones_stay(header in prop::collection::vec("(a|b|)(_[23])?(_2)?", 0..8)) {
            let unique = taken(&header);
            prop_assert_eq!(unique.iter().collect::<HashSet<_>>().len(), header.len());
            prop_assert_eq!(header.first(), unique.first());
        }
    }

    #[test]
    fn numbers_are_put_behind_names() {
        let header = ["name", "name", "name_2", "name"].map(str::to_owned);
        assert_eq!(taken(&header), ["name", "name_2", "name_2_2", "name_3"]);
    }
}
