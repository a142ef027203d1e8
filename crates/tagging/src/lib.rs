//! The pipeline: read portions of rows, tag them in parallel, write them in order.
//!
//! [`run`] makes one output of some inputs. It survives being killed: what it has written is in
//! `OUT.part`, how far it has come in a checkpoint beside it, and the same call goes on from there.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

mod batch;
mod checkpoint;
mod encode;
mod error;
mod input;
mod inputs;
pub mod likeness;
mod manifest;
mod memory;
mod output;
mod part;
mod path_text;
mod pipeline;
mod progress;
mod rejects;
mod reorder_buffer;
mod report;
mod sequencer;
mod sink;
mod summary;
mod tags;
mod unchanged;
mod worker;

pub use batch::{BatchOptions, Destination, Existing, run};
pub use encode::OutputFormat;
pub use error::BatchError;
pub use input::{Batches, Form, Made, Portion, Rows};
pub use input::{Head, Input, InputFormat, InputOptions, InputPosition, sample_rows};
pub use input::{ReadColumns, Row, RowEvent, RowFormat, RowPosition};
pub use inputs::{InputPath, Inputs, expand};
pub use manifest::{Manifest, OutputReport, RunTimes};
pub use memory::{TableTagger, tag_schema};
pub use output::OutputFile;
pub use path_text::path_value;
pub use pipeline::run_in_order;
pub use progress::{NoProgress, Progress};
pub use rejects::path_for as rejects_path;
pub use report::{InputDescription, InputReport, Report};
pub use summary::Summary;
