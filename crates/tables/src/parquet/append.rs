use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{FieldRef, Schema, SchemaRef};

use super::ColumnarError;

/// Appends columns to a batch; the columns that are there stay as they are.
///
/// # Errors
///
/// Returns an error if a name is there already, or an array's type or length does not fit.
pub fn append_columns(
    batch: &RecordBatch,
    added: impl IntoIterator<Item = (FieldRef, ArrayRef)>,
) -> Result<RecordBatch, ColumnarError> {
    let (fields, arrays): (Vec<_>, Vec<_>) = added.into_iter().unzip();
    let schema = append_fields(batch.schema_ref(), &fields)?;
    let columns = batch.columns().iter().cloned().chain(arrays).collect();
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// Appends fields to a schema, whose notes stay as they are.
pub(super) fn append_fields(
    schema: &Schema,
    added: &[FieldRef],
) -> Result<SchemaRef, ColumnarError> {
    let mut fields = schema.fields().to_vec();
    for field in added {
        if fields.iter().any(|there| there.name() == field.name()) {
            return Err(ColumnarError::ColumnExists { name: field.name().clone() });
        }
        fields.push(Arc::clone(field));
    }
    Ok(Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())))
}

#[cfg(test)]
mod tests {
    use arrow_array::{Float64Array, StringArray};
    use arrow_schema::{DataType, Field};

    use super::*;

    fn column(name: &str, array: ArrayRef) -> (FieldRef, ArrayRef) {
        (Arc::new(Field::new(name, array.data_type().clone(), false)), array)
    }

    #[test]
    fn columns_come_last_and_names_are_not_repeated() {
        let text = || -> ArrayRef { Arc::new(StringArray::from(vec!["a", "b"])) };
        let numbers = || -> ArrayRef { Arc::new(Float64Array::from(vec![0.5, 1.0])) };
        let batch = RecordBatch::try_from_iter([("title", text())]).unwrap();
        let tagged =
            append_columns(&batch, [column("role", text()), column("scope", numbers())]).unwrap();
        assert_eq!(tagged.schema().field(2).data_type(), &DataType::Float64);
        assert_eq!(tagged.column(0), batch.column(0));
        let error = append_columns(&batch, [column("title", text())]).unwrap_err();
        insta::assert_snapshot!(error, @"there is a column `title` already; choose another name");
        let error = append_columns(&batch, [column("x", text()), column("x", numbers())]);
        insta::assert_snapshot!(error.unwrap_err(), @"there is a column `x` already; choose another name");
        let short: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
        assert!(append_columns(&batch, [column("role", short)]).is_err());
    }
}
