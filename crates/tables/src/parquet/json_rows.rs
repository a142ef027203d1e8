//! Writes rows of typed columns as JSON objects.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_json::WriterBuilder;
use arrow_json::writer::LineDelimited;
use arrow_schema::Schema;

use super::ColumnarError;
use super::zones::in_utc;

/// The rows of a batch as JSON objects.
#[derive(Debug, Clone)]
pub struct JsonRows {
    /// Objects, each with a line break after it and none in it.
    bytes: Vec<u8>,
    /// Where each line break is.
    ends: Vec<usize>,
}

impl JsonRows {
    /// Encodes rows, with the columns in their order.
    ///
    /// Nulls are written out, so that every object has the same members: a column with nothing in
    /// it stays, and programs that look at the first lines to learn the columns learn all of them.
    /// Bytes become hexadecimal digits, dates and times text as in ISO 8601 (moments of a zone with
    /// a name in UTC), numbers that are not finite null. Nested columns stay nested.
    ///
    /// # Errors
    ///
    /// Returns an error if JSON has nothing for a column's type, or for one of its cells.
    pub fn new(rows: &RecordBatch) -> Result<Self, ColumnarError> {
        let mut columns = Vec::with_capacity(rows.num_columns());
        let mut fields = Vec::with_capacity(rows.num_columns());
        for (field, column) in rows.schema_ref().fields().iter().zip(rows.columns()) {
            let column = in_utc(column)?.into_owned();
            fields.push(field.as_ref().clone().with_data_type(column.data_type().clone()));
            columns.push(column);
        }
        let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
        let builder = WriterBuilder::new().with_explicit_nulls(true);
        let mut writer = builder.build::<_, LineDelimited>(Vec::new());
        writer.write(&rows)?;
        writer.finish()?;
        let bytes = writer.into_inner();
        // In JSON text a line break is always escaped.
        let ends = memchr::memchr_iter(b'\n', &bytes).collect();
        Ok(Self { bytes, ends })
    }

    /// Returns the object of a row, from `{` to `}`; empty if there is no such row.
    pub fn get(&self, row: usize) -> &[u8] {
        let start =
            row.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| end + 1);
        self.ends.get(row).map_or(&[], |&end| &self.bytes[start..end])
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Tells whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{
        ArrayRef, BinaryArray, Float64Array, StringArray, StructArray, TimestampMicrosecondArray,
    };

    use super::*;

    #[test]
    fn a_row_is_an_object_on_a_line() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a\n\"b\""), None]));
        let numbers: ArrayRef = Arc::new(Float64Array::from(vec![0.5, f64::NAN]));
        let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![&b"\xFF\n"[..], b""]));
        let moments = TimestampMicrosecondArray::from(vec![Some(0), None]);
        let moments: ArrayRef = Arc::new(moments.with_timezone("America/New_York"));
        let nested: ArrayRef = Arc::new(StructArray::try_from(vec![("at", moments)]).unwrap());
        let batch = RecordBatch::try_from_iter([
            ("text", texts),
            ("number", numbers),
            ("bytes", bytes),
            ("nested", nested),
        ]);
        let rows = JsonRows::new(&batch.unwrap()).unwrap();
        assert_eq!(rows.len(), 2);
        let row = |row| std::str::from_utf8(rows.get(row)).unwrap();
        insta::assert_snapshot!(row(0), @r#"{"text":"a\n\"b\"","number":0.5,"bytes":"ff0a","nested":{"at":"1970-01-01T00:00:00Z"}}"#);
        insta::assert_snapshot!(row(1), @r#"{"text":null,"number":null,"bytes":"","nested":{"at":null}}"#);
        assert_eq!(row(2), "");
    }

    #[test]
    fn no_rows_are_no_lines() {
        let texts: ArrayRef = Arc::new(StringArray::from(Vec::<&str>::new()));
        let batch = RecordBatch::try_from_iter([("text", texts)]).unwrap();
        let rows = JsonRows::new(&batch).unwrap();
        assert!(rows.is_empty());
        assert_eq!(rows.get(0), b"");
    }
}
