//! Reads the rows of a Parquet file in batches.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelectionPolicy,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, ParquetMetaData};

use super::guard::guarded;
use crate::TableError;

/// A Parquet file whose footer has been read.
#[derive(Debug, Clone)]
pub struct ParquetRows {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    row_count: u64,
    /// The columns that are read; all if it is not said.
    only: Option<Vec<usize>>,
}

impl ParquetRows {
    /// Opens a file and reads its footer.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, is no Parquet file, is damaged or is encrypted.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let file = File::open(path).map_err(TableError::read(path))?;
        let (metadata, row_count) = guarded(|| {
            check_magic(&file)?;
            let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())?;
            let row_count = count_rows(metadata.metadata())?;
            Ok((metadata, row_count))
        })
        .map_err(parquet_error(path))?;
        Ok(Self { path: path.to_owned(), metadata, row_count, only: None })
    }

    /// Returns the columns and their types.
    pub fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// Returns the names of the columns; a column of structs counts once.
    pub fn header(&self) -> Vec<String> {
        self.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Returns how many rows the file has.
    pub fn row_count(&self) -> u64 {
        self.row_count
    }

    /// Returns how many bytes a row has on average, decompressed but still encoded; 0 without rows.
    ///
    /// Texts take about as much in memory, repeated values more.
    pub fn bytes_per_row(&self) -> u64 {
        let groups = self.metadata.metadata().row_groups();
        let bytes = groups.iter().fold(0u64, |bytes, group| {
            bytes.saturating_add(u64::try_from(group.total_byte_size()).unwrap_or(0))
        });
        bytes.checked_div(self.row_count).unwrap_or(0)
    }

    /// Returns what programs have noted in the file, such as the index of a pandas table.
    pub fn notes(&self) -> &[KeyValue] {
        self.metadata.metadata().file_metadata().key_value_metadata().map_or(&[], Vec::as_slice)
    }

    /// Reads some columns only, given in order; the others are not even decompressed.
    #[must_use]
    pub fn only(self, columns: &[usize]) -> Self {
        Self { only: Some(columns.to_vec()), ..self }
    }

    /// Reads the rows from `from_row` on (counted from 0), in batches that end where the row number
    /// is a multiple of `rows_per_batch` (at least 1): whoever starts where a batch ended gets the
    /// same batches that were still to come.
    ///
    /// Batches go across row groups. Rows before `from_row` are not decoded: whole row groups and
    /// pages are skipped, and at most one page per column is decompressed for nothing. Memory is
    /// that of a batch and of one page per column, however large the row groups are.
    pub fn batches(&self, from_row: u64, rows_per_batch: usize) -> ParquetBatches {
        ParquetBatches {
            file: self.clone(),
            reader: None,
            next_row: from_row,
            rows_per_batch: rows_per_batch.max(1),
        }
    }

    /// Starts to decode at a row, which must be there.
    fn reader(&self, from_row: u64, batch: usize) -> Result<ParquetRecordBatchReader, TableError> {
        // A handle of its own: a cloned one would share its position with other iterators.
        let file = File::open(&self.path).map_err(TableError::read(&self.path))?;
        let groups = self.metadata.metadata().row_groups();
        let (mut group, mut before) = (0, from_row);
        while let Some(rows) = groups.get(group).map(|group| group.num_rows().unsigned_abs()) {
            if before < rows {
                break;
            }
            before -= rows;
            group += 1;
        }
        let before = usize::try_from(before).unwrap_or(usize::MAX);
        let schema = self.metadata.parquet_schema();
        let mask = match &self.only {
            Some(columns) => ProjectionMask::roots(schema, columns.iter().copied()),
            None => ProjectionMask::all(),
        };
        guarded(|| {
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_projection(mask)
                .with_row_groups((group..groups.len()).collect())
                .with_row_selection_policy(RowSelectionPolicy::Selectors)
                .with_offset(before)
                .with_batch_size(batch)
                .build()
        })
        .map_err(parquet_error(&self.path))
    }
}

/// Reads the batches of a Parquet file; after an error there are no more.
pub struct ParquetBatches {
    file: ParquetRows,
    reader: Option<ParquetRecordBatchReader>,
    next_row: u64,
    rows_per_batch: usize,
}

impl ParquetBatches {
    /// Returns the number of the row that the next batch starts with, from 0.
    pub fn next_row(&self) -> u64 {
        self.next_row
    }

    fn read(&mut self, rows: usize) -> Result<RecordBatch, TableError> {
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => self.file.reader(self.next_row, rows)?,
        };
        let batch = guarded(|| {
            let batch = reader.next().transpose().map_err(decoding_error)?;
            batch.filter(|batch| batch.num_rows() == rows).ok_or_else(|| {
                ParquetError::General("the file is damaged: it has fewer rows than it says".into())
            })
        })
        .map_err(parquet_error(&self.file.path))?;
        self.next_row += rows as u64;
        // After a start in the middle of a batch, whole batches need another reader.
        self.reader = (rows == self.rows_per_batch).then_some(reader);
        Ok(batch)
    }
}

impl Iterator for ParquetBatches {
    type Item = Result<RecordBatch, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = self.file.row_count.checked_sub(self.next_row).filter(|&left| left > 0)?;
        let per_batch = self.rows_per_batch as u64;
        let rows = left.min(per_batch - self.next_row % per_batch);
        // No more than `rows_per_batch`, so it fits.
        let read = self.read(usize::try_from(rows).unwrap_or(usize::MAX));
        if read.is_err() {
            self.next_row = self.file.row_count;
        }
        Some(read)
    }
}

/// Tells what is no Parquet file, cut off or encrypted, before the footer is looked for.
fn check_magic(mut file: &File) -> Result<(), ParquetError> {
    let (mut first, mut last) = ([0; 4], [0; 4]);
    let is_long = file.seek(SeekFrom::End(0))? >= (first.len() + last.len()) as u64;
    if is_long {
        file.seek(SeekFrom::End(-4))?;
        file.read_exact(&mut last)?;
        file.seek(SeekFrom::Start(0))?;
        file.read_exact(&mut first)?;
    }
    let problem = match (&first, &last) {
        (b"PAR1", b"PAR1") => return Ok(()),
        (b"PARE", _) | (_, b"PARE") => {
            "the file is encrypted; read it with its keys and write it without encryption first"
        }
        (b"PAR1", _) => "the file starts as Parquet but is cut off; get it anew",
        _ => "expected a file that starts and ends with `PAR1`, found something else",
    };
    Err(ParquetError::General(problem.to_owned()))
}

/// Takes off the layers that would each say again that this is about Parquet.
fn decoding_error(error: ArrowError) -> ParquetError {
    match error {
        ArrowError::ParquetError(text) => {
            ParquetError::General(text.trim_start_matches("Parquet error: ").to_owned())
        }
        other => other.into(),
    }
}

/// Adds up the row groups, which are what is read; the file's own total is not needed.
fn count_rows(metadata: &ParquetMetaData) -> Result<u64, ParquetError> {
    let damaged =
        || ParquetError::General("the footer is damaged: it has negative row counts".into());
    metadata.row_groups().iter().try_fold(0u64, |sum, group| {
        let rows = u64::try_from(group.num_rows()).map_err(|_| damaged())?;
        sum.checked_add(rows).ok_or_else(damaged)
    })
}

fn parquet_error(path: &Path) -> impl Fn(ParquetError) -> TableError + use<'_> {
    move |source| TableError::Parquet { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Arc;

    use arrow_array::types::Int8Type;
    use arrow_array::{ArrayRef, DictionaryArray, Int64Array, ListArray, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
    use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
    use proptest::prelude::*;
    use tempfile::NamedTempFile;

    use super::*;

    /// Rows with repeated values, nulls and lists, in row groups and pages of some rows.
    fn table(rows: usize) -> RecordBatch {
        let texts = (0..rows).map(|row| (row % 5 != 3).then(|| format!("text {}", row * 7)));
        let kinds: DictionaryArray<Int8Type> =
            (0..rows).map(|row| (row % 7 != 2).then_some(["a", "b", "c"][row / 4 % 3])).collect();
        let lists = (0..rows).map(|row| {
            (row % 6 != 1).then(move || (0..row % 4).map(move |item| Some((row * item) as i64)))
        });
        RecordBatch::try_from_iter([
            ("number", Arc::new(Int64Array::from_iter_values(0..rows as i64)) as ArrayRef),
            ("text", Arc::new(texts.collect::<StringArray>())),
            ("kind", Arc::new(kinds)),
            (
                "list",
                Arc::new(ListArray::from_iter_primitive::<arrow_array::types::Int64Type, _, _>(
                    lists,
                )),
            ),
        ])
        .unwrap()
    }

    fn file(table: &RecordBatch, properties: WriterProperties) -> NamedTempFile {
        let file = NamedTempFile::new().unwrap();
        let mut writer =
            ArrowWriter::try_new(file.as_file(), table.schema(), Some(properties)).unwrap();
        writer.write(table).unwrap();
        writer.close().unwrap();
        file
    }

    fn small_groups(rows: usize) -> parquet::file::properties::WriterPropertiesBuilder {
        WriterProperties::builder().set_max_row_group_row_count(Some(rows))
    }

    fn error(bytes: &[u8]) -> String {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let path = file.path();
        let read = ParquetRows::open(path)
            .and_then(|rows| rows.batches(0, 16).collect::<Result<Vec<_>, _>>());
        read.unwrap_err().to_string().replace(&*path.to_string_lossy(), "FILE")
    }

    proptest! {
        #[test]
        fn batches_are_slices_of_the_table(
            rows in 0usize..60, group in 1usize..20, page in 1usize..8, per_batch in 1usize..25,
            from in 0usize..70, version_2 in any::<bool>(), indexed in any::<bool>(),
        ) {
            let version =
                if version_2 { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
            let properties = small_groups(group)
                .set_writer_version(version)
                .set_data_page_row_count_limit(page)
                .set_write_batch_size(page)
                .set_offset_index_disabled(!indexed)
                .set_statistics_enabled(EnabledStatistics::Chunk);
            let table = table(rows);
            let file = file(&table, properties.build());
            let read = ParquetRows::open(file.path()).unwrap();
            prop_assert_eq!(read.row_count(), rows as u64);
            let mut batches = read.batches(from as u64, per_batch);
            let mut start = from;
            while start < rows {
                prop_assert_eq!(batches.next_row(), start as u64);
                let end = ((start / per_batch + 1) * per_batch).min(rows);
                let batch = batches.next().unwrap().unwrap();
                prop_assert_eq!(&batch, &table.slice(start, end - start));
                start = end;
            }
            prop_assert!(batches.next().is_none());
        }
    }

    #[test]
    fn every_common_compression_is_read() {
        let table = table(300);
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(GzipLevel::default()),
            Compression::BROTLI(BrotliLevel::default()),
            Compression::LZ4,
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::default()),
        ] {
            let file = file(&table, small_groups(100).set_compression(compression).build());
            let rows = ParquetRows::open(file.path()).unwrap();
            assert_eq!(rows.header(), ["number", "text", "kind", "list"]);
            let batches: Vec<_> = rows.batches(0, 300).collect::<Result<_, _>>().unwrap();
            assert_eq!(batches, std::slice::from_ref(&table), "{compression}");
        }
    }

    #[test]
    fn what_is_no_parquet_file_is_named() {
        let file = file(&table(100), WriterProperties::default());
        let bytes = std::fs::read(file.path()).unwrap();
        insta::assert_snapshot!(error(b""), @"FILE: cannot read as Parquet: Parquet error: expected a file that starts and ends with `PAR1`, found something else");
        insta::assert_snapshot!(error(b"id,title,text\n1,Trainer,\n"), @"FILE: cannot read as Parquet: Parquet error: expected a file that starts and ends with `PAR1`, found something else");
        insta::assert_snapshot!(error(&bytes[..bytes.len() / 2]), @"FILE: cannot read as Parquet: Parquet error: the file starts as Parquet but is cut off; get it anew");
        let mut encrypted = bytes.clone();
        let magic = encrypted.len() - 4;
        encrypted[magic..].copy_from_slice(b"PARE");
        insta::assert_snapshot!(error(&encrypted), @"FILE: cannot read as Parquet: Parquet error: the file is encrypted; read it with its keys and write it without encryption first");
        let mut damaged = bytes;
        damaged[4..400].fill(0xFF);
        insta::assert_snapshot!(error(&damaged), @"FILE: cannot read as Parquet: Parquet error: Unexpected struct field type 15");
    }

    proptest! {
        /// A damaged file is read, or refused; nothing else.
        #[test]
        fn damage_is_an_error_and_no_panic(
            flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..4),
            in_footer in any::<bool>(),
        ) {
            let file = file(&table(60), small_groups(20).build());
            let mut bytes = std::fs::read(file.path()).unwrap();
            let start = if in_footer { bytes.len() - 1500 } else { 0 };
            for (at, bit) in flips {
                let at = start + at.index(bytes.len() - start);
                bytes[at] ^= 1 << bit;
            }
            std::fs::write(file.path(), &bytes).unwrap();
            if let Ok(rows) = ParquetRows::open(file.path()) {
                let batches: Vec<_> = rows.batches(30, 7).collect();
                prop_assert!(batches.iter().rev().skip(1).all(Result::is_ok));
            }
        }
    }
}
