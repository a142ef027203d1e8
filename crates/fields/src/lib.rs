//! Reads what job boards write about a posting: the place, the date, the pay, remote work,
//! certifications.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

mod certification;
mod columns;
mod date;
mod error;
mod names;
mod place;
mod reading;
mod remote;
mod salary;

pub use certification::{Certification, Certifications};
pub use columns::{FieldColumns, FieldColumnsError, FieldReaders, GivenFields};
pub use date::{DateOrder, DatePrecision, DateReader, PostingDate};
pub use error::FieldDataError;
pub use names::FieldNames;
pub use place::{
    BareCodes, CANADA_TSV, Place, PlaceBasis, PlaceReader, Region, State, US_STATES_TSV,
};
pub use reading::Reading;
pub use remote::{Remote, RemoteReader};
pub use salary::{PayEnds, PayPeriod, Salary, SalaryReader};
