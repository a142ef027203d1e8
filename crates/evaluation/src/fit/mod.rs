//! Fits ranking, scope and confidence to labelled postings.

mod calibrate;
mod features;
mod fitting;
mod folds;
mod gates;
mod lbfgs;
mod likeness;
mod parallel;
mod probability;
mod roles;
mod titles;

pub use calibrate::calibrate;
pub use fitting::{Beginning, Calibrated, Fitting, Folds};
pub use folds::groups;
pub use likeness::{LikenessRow, fit_likeness};
pub use titles::{AnsweredTitles, TitleFigures};
