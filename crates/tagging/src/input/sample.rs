use arrow_array::RecordBatch;
use rolecall_tables::{ColumnarError, TextColumn};

/// Rows that are looked at to find the columns.
pub(super) const SAMPLE_ROWS: usize = 300;

/// Returns the cells of the first rows of some batches as text, for
/// [`detect`](rolecall_tables::columns::detect): as many rows as are looked at in a file.
///
/// # Errors
///
/// Returns an error if there is no text for the type of a column.
pub fn sample_rows<'b>(
    batches: impl IntoIterator<Item = &'b RecordBatch>,
) -> Result<Vec<Vec<String>>, ColumnarError> {
    let mut rows = Vec::new();
    for batch in batches {
        let batch = batch.slice(0, batch.num_rows().min(SAMPLE_ROWS - rows.len()));
        let columns = batch.columns().iter().map(TextColumn::new).collect::<Result<Vec<_>, _>>()?;
        let row = |row| columns.iter().map(|column| column.get(row).to_owned()).collect();
        rows.extend((0..batch.num_rows()).map(row));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, StringArray};

    use super::*;

    #[test]
    fn a_sample_ends_where_that_of_a_file_does() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["x"; 200]));
        let batch = RecordBatch::try_from_iter([("text", texts)]).unwrap();
        assert_eq!(sample_rows([&batch, &batch, &batch]).unwrap().len(), SAMPLE_ROWS);
    }
}
