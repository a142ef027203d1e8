//! The pipeline: read chunks, tag them in parallel, write them in order.

mod error;
mod input;
mod ordered;
mod output;
mod pipeline;
mod rejects;
mod rows;
mod summary;

pub use error::BatchError;
pub use input::{Input, InputOptions};
pub use output::OutputFile;
pub use pipeline::{BatchOptions, tag};
pub use rejects::RejectFile;
pub use rows::RowFormat;
pub use summary::Summary;
