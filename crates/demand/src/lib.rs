//! Sizes demand: counts of postings, ads and employers by role, place, time and more.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

pub mod audit;
pub mod correct;
mod count;
mod error;
mod facts;
mod key;
mod known;
mod made;
mod near;
mod output;
mod overview;
mod read;
mod report;
mod run;
mod says;
mod shape;
mod summary;
mod table;
mod tally;

pub use error::DemandError;
pub use key::{Attribute, Key};
pub use known::Known;
pub use output::{Cell as SheetCell, DemandFormat, OutputError, Sheet};
pub use overview::*;
pub use report::{ReportError, write_report};
pub use run::{DemandOptions, DemandRun, Shown, columns_of_fields, run};
pub use table::{DemandRow, DemandTable};
pub use tally::SetAside;
