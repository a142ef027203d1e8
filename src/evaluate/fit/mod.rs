//! Fits ranking, scope and confidence to labelled postings.

mod calibrate;
mod features;
mod folds;
mod gates;
mod lbfgs;
mod parallel;
mod probability;
mod roles;
mod titles;

pub use calibrate::{Beginning, Calibrated, Fitting, Folds, calibrate};
pub use folds::groups;
pub use titles::{AnsweredTitles, TitleFigures};
