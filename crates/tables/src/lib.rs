//! Reads records from files of postings without changing a byte of them.
//!
//! A CSV file is cut into chunks of whole records ([`ChunkReader`]); the raw bytes of a record go
//! through as they are, and its cells are read beside them ([`CellReader`]).

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

mod cells;
mod chunks;
mod columnar_error;
pub mod columns;
mod dialect;
mod encoding;
mod error;
mod formula;
mod grammar;
mod json;
mod layout;
mod parquet;
mod patient;
mod record_kind;
mod repair;
mod salvage;
mod scan;
#[cfg(test)]
mod slow_reader;
mod source;
mod unique_names;
mod unsupported;

pub use self::parquet::{
    JsonRows, ParquetBatches, ParquetForm, ParquetRows, TextColumn, TextRows, append_columns,
    is_panic_caught,
};
pub use cells::{CellReader, Cells};
pub use chunks::{Chunk, ChunkReader, Record};
pub use columnar_error::ColumnarError;
pub use dialect::{Dialect, GivenDialect};
pub use encoding::{BYTE_ORDER_MARK, Decoder, Detected, EncodingError, How, Malformed, detect};
pub use error::TableError;
pub use formula::no_formula;
pub use json::{
    JsonCells, JsonColumns, JsonLayout, JsonLayoutError, JsonReader, JsonRow, JsonValue, splice,
    write_object,
};
pub use json::{JsonTree, MemberPath, member_key};
pub use layout::Layout;
pub use patient::GivenUp;
pub use record_kind::{MAX_RECORD_BYTES, RecordKind};
pub use repair::unmojibaked;
pub use salvage::Damage;
pub use source::{Compression, DigestView, Digested, Source};
pub use unique_names::unique_names;
pub use unsupported::refuse_unsupported;
