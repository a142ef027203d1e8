//! How many employers and boards rows come from.

use std::collections::BTreeMap;

/// Employers that a file without their names counts as at most.
const UNNAMED: f64 = 5.0;

/// How many employers and boards the rows of a file come from, by their answers.
///
/// Numbers are effective ones (Kish 1965): so many of the same size would tell as much. They say how far the
/// classifier's errors in the file may be from those among the labelled postings.
#[derive(Debug, Clone, PartialEq)]
pub struct Makeup {
    /// Of the rows answered with each class; at least 1.
    pub employers: Vec<f64>,
    /// Of all rows answered with a role; at least 1.
    pub in_scope: f64,
    /// Boards of the rows answered with each class; at least 1.
    pub boards: Vec<f64>,
    /// Of the rows answered with each class the shares that are from boards of the evidence, by their position there.
    pub known: Vec<Vec<(u32, f64)>>,
}

impl Makeup {
    /// Adds up rows: how many are answered with a class, and are of an employer (if it is named) and a board.
    /// Without names employers count as few. `known` tells the position in the evidence of a board that is there.
    pub fn of(
        classes: usize,
        employers: impl IntoIterator<Item = (usize, Option<u32>, u64)>,
        boards: impl IntoIterator<Item = (usize, u32, u64)>,
        known: impl Fn(u32) -> Option<u32>,
    ) -> Self {
        let none = classes.saturating_sub(1);
        let mut by_class = vec![Sizes::default(); classes];
        let mut in_scope: BTreeMap<u32, f64> = BTreeMap::new();
        let mut unnamed = (0.0, 0.0);
        for (class, employer, rows) in employers {
            let rows = rows as f64;
            unnamed.1 += rows;
            let Some(employer) = employer else {
                unnamed.0 += rows;
                continue;
            };
            by_class[class].add(rows);
            if class < none {
                *in_scope.entry(employer).or_insert(0.0) += rows;
            }
        }
        let mut all = Sizes::default();
        in_scope.values().for_each(|&rows| all.add(rows));
        let most = if unnamed.0 * 2.0 >= unnamed.1 { UNNAMED } else { f64::INFINITY };
        let mut of_boards = vec![Sizes::default(); classes];
        let mut of_known = vec![BTreeMap::new(); classes];
        for (class, board, rows) in boards {
            of_boards[class].add(rows as f64);
            if let Some(number) = known(board) {
                *of_known[class].entry(number).or_insert(0.0) += rows as f64;
            }
        }
        let shares = |(rows, sizes): (BTreeMap<u32, f64>, &Sizes)| {
            rows.into_iter().map(|(board, rows)| (board, rows / sizes.sum)).collect()
        };
        Self {
            employers: by_class.iter().map(|sizes| sizes.effective().min(most)).collect(),
            in_scope: all.effective().min(most),
            known: of_known.into_iter().zip(&of_boards).map(shares).collect(),
            boards: of_boards.iter().map(|sizes| sizes.effective()).collect(),
        }
    }

    /// Returns what is assumed of a file of which nothing is known: five employers on one board.
    pub fn unknown(classes: usize) -> Self {
        Self {
            employers: vec![UNNAMED; classes],
            in_scope: UNNAMED,
            boards: vec![1.0; classes],
            known: vec![Vec::new(); classes],
        }
    }
}

/// Sums of sizes and of their squares.
#[derive(Debug, Clone, Copy, Default)]
struct Sizes {
    sum: f64,
    squares: f64,
}

impl Sizes {
    fn add(&mut self, size: f64) {
        self.sum += size;
        self.squares += size * size;
    }

    /// Returns how many of equal size would tell as much; 1 of none.
    fn effective(self) -> f64 {
        if self.squares > 0.0 { (self.sum * self.sum / self.squares).max(1.0) } else { 1.0 }
    }
}

/// Returns the effective number of keys of weighted rows; 1 of none.
pub(super) fn effective<K: Ord>(rows: impl IntoIterator<Item = (K, f64)>) -> f64 {
    let mut by_key: BTreeMap<K, f64> = BTreeMap::new();
    for (key, weight) in rows {
        *by_key.entry(key).or_insert(0.0) += weight;
    }
    let mut sizes = Sizes::default();
    by_key.into_values().for_each(|weight| sizes.add(weight));
    sizes.effective()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effective_numbers_are_those_of_equal_sizes() {
        let employers = [(0, Some(1), 10), (0, Some(2), 10), (1, Some(2), 10), (2, Some(3), 99)];
        let boards = [(0, 5, 30), (0, 6, 10), (2, 6, 4)];
        let makeup = Makeup::of(3, employers, boards, |board| (board == 6).then_some(0));
        assert_eq!(makeup.employers, [2.0, 1.0, 1.0]);
        // One employer has twice as many as the other: 30² / (10² + 20²).
        assert_eq!(makeup.in_scope, 1.8);
        assert_eq!(makeup.boards, [1.6, 1.0, 1.0]);
        assert_eq!(makeup.known, [vec![(0, 0.25)], vec![], vec![(0, 1.0)]]);
    }

    #[test]
    fn employers_without_names_count_as_few() {
        let named = (0..40).map(|n| (0, Some(n), 1));
        let most = |unnamed| Makeup::of(2, named.clone().chain([(1, None, unnamed)]), [], |_| None);
        assert_eq!(most(30).in_scope, 40.0);
        assert_eq!(most(40).in_scope, UNNAMED);
        assert_eq!(most(40).employers, [UNNAMED, 1.0]);
    }
}
