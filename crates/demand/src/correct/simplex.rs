//! Least squares on the simplex.

/// Steps after which the search gives up; it takes about as many as there are classes.
const MAX_STEPS: usize = 500;

/// Below this a multiplier counts as 0.
const TOLERANCE: f64 = 1e-12;

/// Finds the shares, none below 0 and 1 together, whose expected answers are nearest to those found:
/// those that minimise `|M p - q|²`, where `matrix[i][j]` is the probability of answer `i` given class `j`.
///
/// Takes an active-set method (Nocedal and Wright, "Numerical optimization", 2006, algorithm 16.3), which ends
/// at the exact solution but for rounding; some twenty microseconds for 13 classes. A tiny ridge
/// decides where several are equally near.
///
/// ```
/// use rolecall_demand::correct::nearest_shares;
///
/// // Of the first class 9 in 10 are found, of the second all.
/// let shares = nearest_shares(&[vec![0.9, 0.0], vec![0.1, 1.0]], &[0.45, 0.55]);
/// assert!((shares[0] - 0.5).abs() < 1e-9);
/// ```
pub fn nearest_shares(matrix: &[Vec<f64>], answers: &[f64]) -> Vec<f64> {
    let classes = matrix.first().map_or(0, Vec::len);
    if classes == 0 {
        return Vec::new();
    }
    let product = |a: usize, b: usize| matrix.iter().map(|row| row[a] * row[b]).sum::<f64>();
    let mut gram: Vec<Vec<f64>> =
        (0..classes).map(|a| (0..classes).map(|b| product(a, b)).collect()).collect();
    for (n, row) in gram.iter_mut().enumerate() {
        row[n] += TOLERANCE;
    }
    let linear: Vec<f64> =
        (0..classes).map(|j| matrix.iter().zip(answers).map(|(row, q)| row[j] * q).sum()).collect();
    let mut shares = vec![1.0 / classes as f64; classes];
    let mut is_free = vec![true; classes];
    for _ in 0..MAX_STEPS {
        let gradient: Vec<f64> = (0..classes)
            .map(|i| gram[i].iter().zip(&shares).map(|(g, p)| g * p).sum::<f64>() - linear[i])
            .collect();
        let free: Vec<usize> = (0..classes).filter(|&n| is_free[n]).collect();
        let Some((step, multiplier)) = newton(&gram, &gradient, &free) else { break };
        let mut length: f64 = 1.0;
        let mut blocking = None;
        for (&n, &d) in free.iter().zip(&step) {
            if d < 0.0 && -shares[n] / d < length {
                (length, blocking) = (-shares[n] / d, Some(n));
            }
        }
        for (&n, &d) in free.iter().zip(&step) {
            shares[n] = (shares[n] + length * d).max(0.0);
        }
        if let Some(n) = blocking {
            shares[n] = 0.0;
            is_free[n] = false;
            continue;
        }
        // At the best point of the free ones: is there a fixed one that wants to grow?
        let slope = |n: usize| {
            gram[n].iter().zip(&shares).map(|(g, p)| g * p).sum::<f64>() - linear[n] + multiplier
        };
        let fixed = (0..classes).filter(|&n| !is_free[n]).map(|n| (slope(n), n));
        match fixed.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((slope, n)) if slope < -TOLERANCE => is_free[n] = true,
            _ => break,
        }
    }
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
}

/// Solves for the step of the free classes that goes to their best point and adds up to 0, and for the
/// multiplier of that sum.
fn newton(gram: &[Vec<f64>], gradient: &[f64], free: &[usize]) -> Option<(Vec<f64>, f64)> {
    let size = free.len() + 1;
    let mut system = vec![vec![0.0; size + 1]; size];
    for (row, &a) in free.iter().enumerate() {
        for (column, &b) in free.iter().enumerate() {
            system[row][column] = gram[a][b];
        }
        system[row][size - 1] = 1.0;
        system[size - 1][row] = 1.0;
        system[row][size] = -gradient[a];
    }
    let mut solution = solve(system)?;
    let multiplier = solution.pop()?;
    Some((solution, multiplier))
}

/// Solves a system of equations by elimination with pivots; the last column is the right side.
fn solve(mut system: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let size = system.len();
    for at in 0..size {
        let pivot =
            (at..size).max_by(|&a, &b| system[a][at].abs().total_cmp(&system[b][at].abs()))?;
        system.swap(at, pivot);
        let head = system[at][at];
        if head == 0.0 || !head.is_finite() {
            return None;
        }
        let (above, below) = system.split_at_mut(at + 1);
        let row = &above[at];
        for other in below {
            let factor = other[at] / head;
            if factor != 0.0 {
                for (cell, value) in other[at..].iter_mut().zip(&row[at..]) {
                    *cell -= factor * value;
                }
            }
        }
    }
    let mut solution = vec![0.0; size];
    for at in (0..size).rev() {
        let known: f64 = (at + 1..size).map(|n| system[at][n] * solution[n]).sum();
        solution[at] = (system[at][size] - known) / system[at][at];
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn distance(matrix: &[Vec<f64>], answers: &[f64], shares: &[f64]) -> f64 {
        let expected = |row: &Vec<f64>| row.iter().zip(shares).map(|(m, p)| m * p).sum::<f64>();
        matrix.iter().zip(answers).map(|(row, q)| (expected(row) - q).powi(2)).sum()
    }

    /// Projects onto the simplex (Duchi et al. 2008).
    fn project(point: &[f64]) -> Vec<f64> {
        let mut sorted = point.to_vec();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let (mut sum, mut shift) = (0.0, 0.0);
        for (n, value) in sorted.iter().enumerate() {
            sum += value;
            let candidate = (sum - 1.0) / (n + 1) as f64;
            if value - candidate > 0.0 {
                shift = candidate;
            }
        }
        point.iter().map(|value| (value - shift).max(0.0)).collect()
    }

    /// Projected gradient, which is slow and plain.
    fn oracle(matrix: &[Vec<f64>], answers: &[f64]) -> Vec<f64> {
        let classes = matrix[0].len();
        let mut shares = vec![1.0 / classes as f64; classes];
        for _ in 0..20_000 {
            let gradient: Vec<f64> = (0..classes)
                .map(|j| {
                    let residual = |row: &Vec<f64>, q: &f64| {
                        row.iter().zip(&shares).map(|(m, p)| m * p).sum::<f64>() - q
                    };
                    matrix.iter().zip(answers).map(|(row, q)| row[j] * residual(row, q)).sum()
                })
                .collect();
            let step: Vec<f64> = shares.iter().zip(&gradient).map(|(p, g)| p - 0.2 * g).collect();
            shares = project(&step);
        }
        shares
    }

    fn columns(classes: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
        prop::collection::vec(prop::collection::vec(0.0..1.0_f64, classes), classes).prop_map(
            move |columns| {
                let mut matrix = vec![vec![0.0; classes]; classes];
                for (j, column) in columns.iter().enumerate() {
                    let sum: f64 = column.iter().sum::<f64>() + 2.0;
                    for i in 0..classes {
                        matrix[i][j] = (column[i] + if i == j { 2.0 } else { 0.0 }) / sum;
                    }
                }
                matrix
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_other_shares_are_nearer(
            (matrix, answers) in (2usize..7).prop_flat_map(|classes| {
                (columns(classes), prop::collection::vec(0.0..1.0_f64, classes))
            }),
        ) {
            let sum: f64 = answers.iter().sum::<f64>() + 1e-9;
            let answers: Vec<_> = answers.iter().map(|q| q / sum).collect();
            let found = nearest_shares(&matrix, &answers);
            prop_assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(found.iter().all(|&p| p >= 0.0));
            let expected = oracle(&matrix, &answers);
            let (ours, theirs) = (distance(&matrix, &answers, &found), distance(&matrix, &answers, &expected));
            prop_assert!(ours <= theirs + 1e-10, "{ours} > {theirs}");
        }

        #[test]
        fn any_numbers_give_shares(
            cells in prop::collection::vec(0.0..1.0_f64, 9), answers in prop::collection::vec(0.0..1.0_f64, 3),
        ) {
            let matrix: Vec<Vec<f64>> = cells.chunks(3).map(<[f64]>::to_vec).collect();
            let found = nearest_shares(&matrix, &answers);
            prop_assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(found.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }

    #[test]
    fn columns_that_are_all_the_same_are_no_trouble() {
        let found = nearest_shares(&[vec![0.5; 3], vec![0.5; 3]], &[0.9, 0.1]);
        assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}
