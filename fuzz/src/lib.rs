//! What must hold for any bytes: the checks that the fuzz targets run, and that
//! `tests/fuzz_corpus.rs` runs again on the inputs that are kept. A check panics where it fails.

mod json;
mod pieces;
mod rows;
mod scoring;
mod text;

pub use json::json;
pub use rows::rows;
pub use scoring::scoring;
pub use text::text;
