//! What the Parquet files that are written look like.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{FieldRef, Fields, Schema, SchemaRef};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{
    ARROW_SCHEMA_META_KEY, ArrowSchemaConverter, ArrowWriter, add_encoded_arrow_schema_to_metadata,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterPropertiesPtr};
use parquet::schema::types::TypePtr;

use super::append::append_fields;
use super::{ColumnarError, ParquetRows};

/// Stands in every file, so it names the version and nothing of the machine or the time.
const CREATED_BY: &str = concat!("rolecall version ", env!("CARGO_PKG_VERSION"));

/// The level that zstd itself calls its default.
const ZSTD_LEVEL: i32 = 3;

/// Bytes before a piece that say how long it is.
pub(super) const LENGTH_BYTES: usize = size_of::<u64>();

/// The columns, types and settings of a Parquet file that is written in pieces.
#[derive(Debug, Clone)]
pub struct ParquetForm {
    schema: SchemaRef,
    parquet_schema: TypePtr,
    piece_properties: WriterProperties,
    file_properties: WriterPropertiesPtr,
}

impl ParquetForm {
    /// Makes a form with the columns of a file and what programs noted in it, and with more columns
    /// after them.
    ///
    /// Types, nullability, time zones and nested columns stay as Arrow reads them. What Arrow does
    /// not tell apart may change: timestamps of 96 bits (`INT96`) are written with 64 bits.
    ///
    /// # Errors
    ///
    /// Returns an error if a name is there already.
    pub fn of(rows: &ParquetRows, added: &[FieldRef]) -> Result<Self, ColumnarError> {
        // The encoded schema is made anew, with the added columns.
        let notes = rows.notes().iter().filter(|note| note.key != ARROW_SCHEMA_META_KEY);
        Self::with_notes(append_fields(rows.schema(), added)?, notes.cloned().collect())
    }

    /// Makes a form for rows of other origin.
    ///
    /// # Errors
    ///
    /// Returns an error if Parquet has no type for a column.
    pub fn new(schema: SchemaRef) -> Result<Self, ColumnarError> {
        Self::with_notes(schema, Vec::new())
    }

    fn with_notes(schema: SchemaRef, notes: Vec<KeyValue>) -> Result<Self, ColumnarError> {
        let parquet_schema = ArrowSchemaConverter::new().convert(&schema)?.root_schema_ptr();
        let notes = (!notes.is_empty()).then_some(notes);
        let mut file_properties = settings()?.set_key_value_metadata(notes).build();
        add_encoded_arrow_schema_to_metadata(&schema, &mut file_properties);
        Ok(Self {
            schema,
            parquet_schema,
            piece_properties: settings()?.build(),
            file_properties: Arc::new(file_properties),
        })
    }

    /// Returns the columns and their types.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Encodes rows into a piece: its length (8 bytes, the lowest first) and a small Parquet file
    /// with one row group, or none if there are no rows.
    ///
    /// Pieces of equal rows are equal. A piece takes about as much memory as it has bytes, beside
    /// the rows.
    ///
    /// # Errors
    ///
    /// Returns an error if the columns are not those of the form.
    pub fn encode(&self, rows: &RecordBatch) -> Result<Vec<u8>, ColumnarError> {
        if rows.schema_ref().fields() != self.schema.fields() {
            return Err(ColumnarError::SchemaDiffers {
                expected: describe(self.schema.fields()),
                found: describe(rows.schema_ref().fields()),
            });
        }
        // The file says once what every piece would repeat.
        let options = ArrowWriterOptions::new()
            .with_properties(self.piece_properties.clone())
            .with_skip_arrow_metadata(true);
        let schema = Arc::new(Schema::new(self.schema.fields().clone()));
        let mut writer = ArrowWriter::try_new_with_options(Vec::new(), schema, options)?;
        writer.write(rows)?;
        let file = writer.into_inner()?;
        let mut piece = Vec::with_capacity(LENGTH_BYTES + file.len());
        piece.extend_from_slice(&(file.len() as u64).to_le_bytes());
        piece.extend_from_slice(&file);
        Ok(piece)
    }

    pub(super) fn parquet_schema(&self) -> TypePtr {
        Arc::clone(&self.parquet_schema)
    }

    pub(super) fn file_properties(&self) -> WriterPropertiesPtr {
        Arc::clone(&self.file_properties)
    }
}

fn settings() -> Result<WriterPropertiesBuilder, ColumnarError> {
    Ok(WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_max_row_group_row_count(None))
}

fn describe(fields: &Fields) -> String {
    let columns = fields.iter().map(|field| format!("{}: {}", field.name(), field.data_type()));
    columns.collect::<Vec<_>>().join(", ")
}
