//! Joins pieces into one Parquet file.

use std::io::{Read, Write};

use bytes::Bytes;
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaDataReader};
use parquet::file::writer::SerializedFileWriter;

use super::form::LENGTH_BYTES;
use super::{ColumnarError, ParquetForm};

impl ParquetForm {
    /// Joins the pieces that [`ParquetForm::encode`] made, one after another in `pieces`, into a
    /// Parquet file with one row group for each, and returns how many rows it has.
    ///
    /// Encoded columns are copied as they are, with their statistics and page indexes; the same
    /// pieces give the same bytes. Memory is that of the largest piece and of the file's footer.
    ///
    /// # Errors
    ///
    /// Returns an error if a piece is cut off or no piece of this form, or if reading or writing
    /// fails.
    pub fn assemble(
        &self,
        mut pieces: impl Read,
        out: impl Write + Send,
    ) -> Result<u64, ColumnarError> {
        let mut writer =
            SerializedFileWriter::new(out, self.parquet_schema(), self.file_properties())?;
        let (mut position, mut rows) = (0, 0);
        while let Some(piece) = next_piece(&mut pieces, position)? {
            position += (LENGTH_BYTES + piece.len()) as u64;
            rows += copy_row_groups(&piece, &mut writer)?;
        }
        writer.close()?;
        Ok(rows)
    }
}

/// Reads the piece at a position, or nothing at the end.
fn next_piece(pieces: &mut impl Read, position: u64) -> Result<Option<Bytes>, ColumnarError> {
    let damaged = |expected| ColumnarError::DamagedPiece { position, expected };
    let mut length = Vec::with_capacity(LENGTH_BYTES);
    pieces.by_ref().take(LENGTH_BYTES as u64).read_to_end(&mut length)?;
    if length.is_empty() {
        return Ok(None);
    }
    let length = length.try_into().map_err(|_| damaged("the length of a piece (8 bytes)"))?;
    let length = u64::from_le_bytes(length);
    // The buffer grows with what is there, not with what a damaged length promises.
    let mut piece = Vec::new();
    pieces.by_ref().take(length).read_to_end(&mut piece)?;
    if piece.len() as u64 != length {
        return Err(damaged("a whole piece"));
    }
    Ok(Some(Bytes::from(piece)))
}

fn copy_row_groups<W: Write + Send>(
    piece: &Bytes,
    writer: &mut SerializedFileWriter<W>,
) -> Result<u64, ColumnarError> {
    let metadata = ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Required)
        .parse_and_finish(piece)?;
    let page_index = metadata.page_index();
    let mut rows = 0;
    for (group_number, group) in metadata.row_groups().iter().enumerate() {
        let group_rows = group.num_rows().unsigned_abs();
        let mut group_writer = writer.next_row_group()?;
        for (column_number, column) in group.columns().iter().enumerate() {
            let column_index =
                page_index.and_then(|index| index.column_index(group_number, column_number));
            let offset_index =
                page_index.and_then(|index| index.offset_index(group_number, column_number));
            let encoded = ColumnCloseResult {
                bytes_written: column.compressed_size().unsigned_abs(),
                rows_written: group_rows,
                metadata: column.clone(),
                bloom_filter: None, // none are written
                column_index: column_index.cloned(),
                offset_index: offset_index.cloned(),
            };
            group_writer.append_column(piece, encoded)?;
        }
        group_writer.close()?;
        rows += group_rows;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::builder::{MapBuilder, StringBuilder};
    use arrow_array::types::{Int32Type, Int64Type};
    use arrow_array::*;
    use arrow_schema::{DataType, Field, Schema};
    use parquet::arrow::ArrowWriter;
    use parquet::file::metadata::KeyValue;
    use tempfile::NamedTempFile;

    use super::*;
    use crate::{ParquetRows, append_columns};

    const ROWS: usize = 40;

    /// A column of every common type, with nulls, and one without.
    fn table() -> RecordBatch {
        let numbers = || (0..ROWS as i64).map(|n| (n % 7 != 3).then_some(n * 1_000_003));
        let days = || numbers().map(|n| n.map(|n| (n % 40_000) as i32));
        let texts = || numbers().map(|n| n.map(|n| format!("text {n}")));
        let bytes = || numbers().map(|n| n.map(|n| n.to_le_bytes()));
        let micros = || TimestampMicrosecondArray::from_iter(numbers());
        let kinds: DictionaryArray<Int32Type> =
            (0..ROWS).map(|n| (n % 3 != 0).then_some(["x", "y"][n % 2])).collect();
        let decimals = Decimal128Array::from_iter(numbers().map(|n| n.map(i128::from)));
        let decimals: ArrayRef = Arc::new(decimals.with_precision_and_scale(20, 3).unwrap());
        let wide = arrow_cast::cast(&decimals, &DataType::Decimal256(50, 3)).unwrap();
        let lists = numbers().map(|n| n.map(|n| (0..n % 4).map(Some)));
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists));
        let inner: ArrayRef = Arc::new(StringArray::from_iter(texts()));
        let structs = StructArray::try_from(vec![("list", lists.clone()), ("text", inner)]);
        let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for row in 0..ROWS {
            for key in 0..row % 3 {
                map.keys().append_value(format!("key {key}"));
                map.values().append_option((row % 2 == 0).then_some("value"));
            }
            map.append(row % 5 != 4).unwrap();
        }
        let fixed = FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes(), 8).unwrap();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("bool", Arc::new(BooleanArray::from_iter(numbers().map(|n| n.map(|n| n % 2 == 0))))),
            ("i8", Arc::new(Int8Array::from_iter(days().map(|n| n.map(|n| n as i8))))),
            ("u16", Arc::new(UInt16Array::from_iter(days().map(|n| n.map(|n| n as u16))))),
            ("i32", Arc::new(Int32Array::from_iter(days()))),
            (
                "u64",
                Arc::new(UInt64Array::from_iter(numbers().map(|n| n.map(|n| u64::MAX - n as u64)))),
            ),
            ("i64", Arc::new(Int64Array::from_iter(numbers()))),
            ("f32", Arc::new(Float32Array::from_iter(days().map(|n| n.map(|n| n as f32))))),
            ("f64", Arc::new(Float64Array::from_iter(numbers().map(|n| n.map(|n| n as f64))))),
            ("utf8", Arc::new(StringArray::from_iter(texts()))),
            ("large_utf8", Arc::new(LargeStringArray::from_iter(texts()))),
            ("utf8_view", Arc::new(StringViewArray::from_iter(texts()))),
            ("binary", Arc::new(BinaryArray::from_iter(bytes()))),
            ("binary_view", Arc::new(BinaryViewArray::from_iter(bytes()))),
            ("fixed", Arc::new(fixed)),
            ("dictionary", Arc::new(kinds)),
            ("date", Arc::new(Date32Array::from_iter(days()))),
            ("time", Arc::new(Time64MicrosecondArray::from_iter(numbers()))),
            ("seconds", Arc::new(TimestampSecondArray::from_iter(numbers()))),
            ("nanos", Arc::new(TimestampNanosecondArray::from_iter(numbers()))),
            ("local", Arc::new(micros())),
            ("utc", Arc::new(micros().with_timezone("UTC"))),
            ("zone", Arc::new(micros().with_timezone("America/New_York"))),
            ("decimal", decimals),
            ("decimal_256", wide),
            ("null", Arc::new(NullArray::new(ROWS))),
            ("list", lists),
            ("struct", Arc::new(structs.unwrap())),
            ("map", Arc::new(map.finish())),
        ];
        let nullable = columns.iter().map(|(name, array)| {
            let notes = [("note".to_owned(), "kept".to_owned())];
            Field::new(*name, array.data_type().clone(), true).with_metadata(notes)
        });
        let required = Field::new("required", DataType::Utf8, false);
        let fields: Vec<_> = nullable.chain([required]).collect();
        let required: ArrayRef = Arc::new(StringArray::from(vec!["always"; ROWS]));
        let arrays = columns.into_iter().map(|(_, array)| array).chain([required]);
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays.collect()).unwrap()
    }

    fn input(table: &RecordBatch) -> NamedTempFile {
        let file = NamedTempFile::new().unwrap();
        let mut writer = ArrowWriter::try_new(file.as_file(), table.schema(), None).unwrap();
        writer.append_key_value_metadata(KeyValue::new("pandas".to_owned(), "{}".to_owned()));
        writer.write(table).unwrap();
        writer.close().unwrap();
        file
    }

    fn joined(form: &ParquetForm, pieces: &[u8]) -> NamedTempFile {
        let file = NamedTempFile::new().unwrap();
        form.assemble(pieces, file.as_file()).unwrap();
        file
    }

    #[test]
    fn types_and_notes_stay_and_columns_come_last() {
        let table = table();
        let input = input(&table);
        let rows = ParquetRows::open(input.path()).unwrap();
        let role = Arc::new(Field::new("onc_role", DataType::Utf8, false));
        let form = ParquetForm::of(&rows, &[Arc::clone(&role)]).unwrap();
        let mut pieces = Vec::new();
        for batch in rows.batches(0, 16) {
            let batch = batch.unwrap();
            let roles: ArrayRef = Arc::new(StringArray::from(vec!["trainer"; batch.num_rows()]));
            let tagged = append_columns(&batch, [(Arc::clone(&role), roles)]).unwrap();
            pieces.extend(form.encode(&tagged).unwrap());
        }
        let output = joined(&form, &pieces);
        let read = ParquetRows::open(output.path()).unwrap();
        assert_eq!(read.schema().fields()[..table.num_columns()], table.schema().fields()[..]);
        assert_eq!(read.schema().field(table.num_columns()), role.as_ref());
        let notes: Vec<_> = read.notes().iter().map(|note| note.key.as_str()).collect();
        assert_eq!(notes, ["pandas", "ARROW:schema"]);
        let all = read.batches(0, ROWS).next().unwrap().unwrap();
        assert_eq!(all.columns()[..table.num_columns()], table.columns()[..]);

        let again = joined(&form, &pieces);
        assert_eq!(std::fs::read(output.path()).unwrap(), std::fs::read(again.path()).unwrap());
    }

    #[test]
    fn statistics_and_page_indexes_are_kept() {
        let table = table();
        let form = ParquetForm::new(table.schema()).unwrap();
        let pieces =
            [table.slice(0, 25), table.slice(25, 15)].map(|rows| form.encode(&rows).unwrap());
        let output = joined(&form, &pieces.concat());
        let metadata = ParquetMetaDataReader::new()
            .with_page_index_policy(PageIndexPolicy::Required)
            .parse_and_finish(output.as_file())
            .unwrap();
        let created_by = metadata.file_metadata().created_by().unwrap();
        assert!(created_by.starts_with("rolecall version "), "{created_by}");
        assert_eq!(metadata.file_metadata().num_rows(), ROWS as i64);
        let rows: Vec<_> = metadata.row_groups().iter().map(|group| group.num_rows()).collect();
        assert_eq!(rows, [25, 15]);
        let numbers = table.schema().index_of("i64").unwrap();
        assert!(metadata.row_group(1).column(numbers).statistics().is_some());
        let index = metadata.page_index().unwrap();
        let offsets = index.offset_index(1, numbers).unwrap();
        assert!(offsets.page_locations()[0].offset > metadata.row_group(1).file_offset().unwrap());
        assert!(index.column_index(1, numbers).is_some());
    }

    #[test]
    fn no_pieces_are_a_file_without_rows() {
        let table = table();
        let form = ParquetForm::new(table.schema()).unwrap();
        for pieces in [Vec::new(), form.encode(&table.slice(0, 0)).unwrap()] {
            let output = joined(&form, &pieces);
            let read = ParquetRows::open(output.path()).unwrap();
            assert_eq!((read.row_count(), read.bytes_per_row()), (0, 0));
            assert_eq!(read.schema().fields(), table.schema().fields());
            assert!(read.batches(0, 10).next().is_none());
        }
    }

    #[test]
    fn pieces_that_are_cut_off_are_refused() {
        let table = table();
        let form = ParquetForm::new(table.schema()).unwrap();
        let piece = form.encode(&table).unwrap();
        let error = |pieces: &[u8]| form.assemble(pieces, Vec::new()).unwrap_err().to_string();
        let two = [&piece[..], &piece[..5]].concat();
        assert!(error(&two).starts_with(&format!("byte {} of the file of pieces", piece.len())));
        insta::assert_snapshot!(error(&piece[..5]), @"byte 0 of the file of pieces: expected the length of a piece (8 bytes); delete that file and run again");
        insta::assert_snapshot!(error(&piece[..piece.len() - 1]), @"byte 0 of the file of pieces: expected a whole piece; delete that file and run again");
        insta::assert_snapshot!(error(&[0xFF; 99]), @"byte 0 of the file of pieces: expected a whole piece; delete that file and run again");
    }

    #[test]
    fn rows_of_another_table_are_refused() {
        let table = table();
        let form = ParquetForm::new(table.project(&[0, 1]).unwrap().schema()).unwrap();
        let error = form.encode(&table.project(&[1]).unwrap()).unwrap_err();
        insta::assert_snapshot!(error, @"expected rows with the columns (bool: Boolean, i8: Int8), found (i8: Int8)");
    }
}
