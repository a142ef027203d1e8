//! Reads records from files of postings without changing a byte of them.
//!
//! A CSV file is cut into chunks of whole records ([`ChunkReader`]); the raw bytes of a record go
//! through as they are, and its cells are read beside them ([`CellReader`]).

mod cells;
mod chunks;
mod dialect;
mod error;
mod records;
mod scan;

pub use cells::CellReader;
pub use chunks::{Chunk, ChunkReader, MAX_RECORD_BYTES, Record, RecordKind};
pub use dialect::Dialect;
pub use error::TableError;
pub use records::RecordFile;
