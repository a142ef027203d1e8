//! Sizes demand: counts of postings, ads and employers by role, place, time and more.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

mod aggregate;
pub mod audit;
mod column_plan;
pub mod correct;
mod count;
mod dimension;
mod error;
mod extracted;
mod field_parser;
mod labelled_rows;
mod near;
mod output;
mod overview;
mod provenance;
mod read;
mod report;
mod run;
mod summary;
mod table;

pub use aggregate::SetAside;
pub use dimension::{Attribute, Dimension};
pub use error::DemandError;
pub use labelled_rows::Known;
pub use output::{Cell as SheetCell, DemandFormat, OutputError, Sheet};
pub use overview::*;
pub use report::write_report;
pub use run::{DemandOptions, DemandRun, ReportOptions, columns_of_fields, run, run_table};
pub use table::{DemandRow, DemandTable};
