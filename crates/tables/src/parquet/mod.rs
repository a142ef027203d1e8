//! Reads rows from Parquet files, and writes Parquet in pieces that are joined at the end.
//!
//! [`ParquetRows`] reads a file as batches of rows whose bounds depend on row numbers alone. Each
//! batch is encoded by itself into a piece ([`ParquetForm::encode`]); pieces are appended to one
//! file in order, and [`ParquetForm::assemble`] joins them into a Parquet file without encoding
//! anything anew. Equal pieces give equal files.

mod append;
mod assemble;
mod form;
mod guard;
mod json_rows;
mod rows;
mod text_column;
mod text_rows;
mod zones;

use super::columnar_error::ColumnarError;
pub use append::append_columns;
pub use form::ParquetForm;
pub use guard::is_panic_caught;
pub use json_rows::JsonRows;
pub use rows::{ParquetBatches, ParquetRows};
pub use text_column::TextColumn;
pub use text_rows::TextRows;
