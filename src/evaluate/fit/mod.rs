//! Fits ranking, scope and confidence to labelled postings.

mod calibrate;
mod features;
mod folds;
mod gates;
mod lbfgs;
mod parallel;
mod probability;
mod roles;

pub use calibrate::{Calibrated, Folds, calibrate};
pub use folds::groups;
