//! Checks that what is read as text is text, where it lies.
//!
//! Arrow data comes from other libraries, which may have put any bytes into a column of text.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, BinaryArray, LargeBinaryArray, RecordBatch, RecordBatchOptions, new_null_array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use rolecall_tables::TextColumn;

use crate::error::TableError;

/// Checks that columns of a type can be titles and texts.
pub(crate) fn check_type(name: &str, kind: &DataType) -> Result<(), TableError> {
    let values = match kind {
        DataType::Dictionary(_, values) => values,
        DataType::RunEndEncoded(_, values) => values.data_type(),
        other => other,
    };
    let is_other = values.is_numeric()
        || values.is_temporal()
        || matches!(values, DataType::Boolean | DataType::FixedSizeBinary(_));
    match is_other {
        true => Err(TableError::Type { column: name.to_owned(), found: kind.clone() }),
        false => Ok(()),
    }
}

/// Checks the texts of a column, of which the first row has a number.
pub(crate) fn check(column: &ArrayRef, name: &str, first_row: usize) -> Result<(), TableError> {
    let wrong =
        |(row, byte)| TableError::NotUtf8 { column: name.to_owned(), row: first_row + row, byte };
    match column.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            first_wrong(&as_bytes(column)).map_or(Ok(()), |found| Err(wrong(found)))
        }
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            if check(dictionary.values(), name, 0).is_ok() {
                return Ok(());
            }
            // A value that no row points at does no harm.
            let keys = dictionary.normalized_keys();
            for (row, key) in keys.into_iter().enumerate().filter(|&(n, _)| column.is_valid(n)) {
                check(&dictionary.values().slice(key, 1), name, first_row + row)?;
            }
            Ok(())
        }
        kind if has_children(kind) => Ok(column.to_data().validate_full()?),
        _ => Ok(()),
    }
}

/// Returns the row and the byte, from 0, of the first text that is none.
fn first_wrong(bytes: &ArrayRef) -> Option<(usize, usize)> {
    fn find<'b>(cells: impl Iterator<Item = Option<&'b [u8]>>) -> Option<(usize, usize)> {
        cells.enumerate().find_map(|(row, cell)| {
            let error = std::str::from_utf8(cell?).err()?;
            Some((row, error.valid_up_to()))
        })
    }
    match bytes.data_type() {
        DataType::Binary => find(bytes.as_binary::<i32>().iter()),
        DataType::LargeBinary => find(bytes.as_binary::<i64>().iter()),
        _ => find(bytes.as_binary_view().iter()),
    }
}

/// Returns texts as bytes, without a copy; other columns as they are.
fn as_bytes(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Utf8 => Arc::new(BinaryArray::from(column.as_string::<i32>().clone())),
        DataType::LargeUtf8 => Arc::new(LargeBinaryArray::from(column.as_string::<i64>().clone())),
        DataType::Utf8View => Arc::new(column.as_string_view().clone().to_binary_view()),
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            dictionary.with_values(as_bytes(dictionary.values()))
        }
        _ => Arc::clone(column),
    }
}

/// Tells whether texts may lie in arrays inside an array.
fn has_children(kind: &DataType) -> bool {
    kind.is_nested() || matches!(kind, DataType::RunEndEncoded(..))
}

/// Returns a batch with its texts as bytes, without a copy, to be shown whatever they are. Columns of which
/// nothing can be shown are empty.
pub(crate) fn showable(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let show = |column: &ArrayRef| {
        let shown = as_bytes(column);
        let is_valid = !has_children(shown.data_type()) || shown.to_data().validate_full().is_ok();
        match is_valid && TextColumn::new(&shown).is_ok() {
            true => shown,
            false => new_null_array(&DataType::Utf8, shown.len()),
        }
    };
    let columns: Vec<_> = batch.columns().iter().map(show).collect();
    let old = batch.schema();
    let fields = old.fields().iter().zip(&columns);
    let fields: Vec<_> = fields
        .map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
}
