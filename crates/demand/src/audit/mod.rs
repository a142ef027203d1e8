//! Sizes demand from postings that a person labels: a stratified sample, and prediction-powered
//! estimates, which hold whatever the classifier's errors are.

mod design;
mod draw;
mod error;
mod estimate;
#[cfg(test)]
mod peers;
mod prediction_powered;
mod sheet;

pub use design::{Design, DrawnPosting, Stratum, Target, targets};
pub use draw::{AuditOptions, Drawn, draw};
pub use error::AuditError;
pub use estimate::{Estimate, Estimates, Unseen, estimate};
pub use prediction_powered::{Precision, SampledStratum, precision, slope};
pub use sheet::{Labels, design_path, labels, write_sheet};
