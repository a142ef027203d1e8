//! Rows of numbers that are added up sixteen numbers at a time.

/// Numbers that one step of an addition takes: those that a processor asks of its memory at once.
pub(super) const LANES: usize = 16;

/// Rows of the same width, one after another, each filled up with zeros to whole lanes.
#[derive(Debug, Clone)]
pub(super) struct ScoreMatrix {
    lanes: Vec<[f32; LANES]>,
    width: usize,
    /// Lanes of a row.
    stride: usize,
}

impl ScoreMatrix {
    /// Makes no rows, with memory for some.
    pub(super) fn with_capacity(width: usize, rows: usize) -> Self {
        let stride = width.div_ceil(LANES);
        Self { lanes: Vec::with_capacity(rows * stride), width, stride }
    }

    /// Appends a row. Numbers that it lacks are zeros.
    pub(super) fn push(&mut self, row: &[f32]) {
        let row = &row[..row.len().min(self.width)];
        let (whole, rest) = row.as_chunks();
        let end = self.lanes.len() + self.stride;
        self.lanes.extend_from_slice(whole);
        if !rest.is_empty() {
            let mut last = [0.0; LANES];
            last[..rest.len()].copy_from_slice(rest);
            self.lanes.push(last);
        }
        self.lanes.resize(end, [0.0; LANES]);
    }

    /// Returns a row with its filling; nothing past the last row.
    #[inline]
    pub(super) fn get(&self, row: usize) -> &[[f32; LANES]] {
        let start = row * self.stride;
        self.lanes.get(start..start + self.stride).unwrap_or_default()
    }

    /// Returns a number of a row, in a column that rows have; none past the last row.
    #[inline]
    pub(super) fn cell(&self, row: usize, column: usize) -> Option<f32> {
        self.lanes.as_flattened().get(row * self.stride * LANES + column).copied()
    }

    /// Sets the first numbers of a row.
    pub(super) fn set(&mut self, row: usize, numbers: &[f32]) {
        for (cell, number) in self.cells_mut(row).iter_mut().zip(numbers) {
            *cell = *number;
        }
    }

    /// Adds to a number of a row.
    pub(super) fn add_to_cell(&mut self, row: usize, column: usize, number: f32) {
        if let Some(cell) = self.cells_mut(row).get_mut(column) {
            *cell += number;
        }
    }

    fn cells_mut(&mut self, row: usize) -> &mut [f32] {
        let start = row * self.stride;
        self.lanes.get_mut(start..start + self.stride).unwrap_or_default().as_flattened_mut()
    }

    /// Returns a sum of rows that holds none yet.
    pub(super) fn sum(&self) -> RowSum {
        RowSum { lanes: vec![[0.0; LANES]; self.stride], width: self.width }
    }
}

/// A sum of rows.
#[derive(Debug, Clone)]
pub(super) struct RowSum {
    lanes: Vec<[f32; LANES]>,
    width: usize,
}

impl RowSum {
    pub(super) fn clear(&mut self) {
        self.lanes.fill([0.0; LANES]);
    }

    /// Adds a row, times a number, column by column.
    #[inline]
    pub(super) fn add(&mut self, times: f32, row: &[[f32; LANES]]) {
        for (sums, numbers) in self.lanes.iter_mut().zip(row) {
            *sums = std::array::from_fn(|n| sums[n] + times * numbers[n]);
        }
    }

    /// Returns the sum of each column.
    #[inline]
    pub(super) fn columns(&self) -> &[f32] {
        &self.lanes.as_flattened()[..self.width]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_those_of_each_column(
            width in 1..40_usize, rows in proptest::collection::vec((-2.0..2.0_f32, -9.0..9.0_f32), 0..9),
        ) {
            #[allow(clippy::cast_precision_loss, reason = "small")]
            let row = |x: f32| -> Vec<f32> { (0..width).map(|n| x * n as f32).collect() };
            let mut table = ScoreMatrix::with_capacity(width, rows.len());
            for &(_, x) in &rows {
                table.push(&row(x));
            }
            let mut sum = table.sum();
            for (n, &(times, _)) in rows.iter().enumerate() {
                sum.add(times, table.get(n));
            }
            sum.add(1.0, table.get(rows.len()));
            let expected: Vec<_> = (0..width)
                .map(|n| rows.iter().fold(0.0, |all, &(times, x)| all + times * row(x)[n]))
                .collect();
            prop_assert_eq!(sum.columns(), &expected[..]);
            prop_assert_eq!(table.cell(rows.len(), 0), None);
            if let Some(&(_, x)) = rows.last() {
                prop_assert_eq!(table.cell(rows.len() - 1, width - 1), Some(row(x)[width - 1]));
            }
            sum.clear();
            prop_assert_eq!(sum.columns(), &vec![0.0; width][..]);
        }
    }
}
