//! How well the answers agree with labelled postings.
//!
//! [`LabelledPostings`] reads labels and texts, [`predict`] classifies them, and a [`Report`] says
//! how often the answers were right, with intervals.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

mod bootstrap;
mod curve;
mod fit;
mod labelled;
mod metric;
mod postings;
mod prediction;
mod reliability;
mod report;

pub use bootstrap::Interval;
pub use bootstrap::percentile;
pub use curve::{CurvePoint, area_under_roc, precision_recall_curve};
pub use fit::{
    AnsweredTitles, Beginning, Calibrated, Fitting, Folds, LikenessRow, TitleFigures, calibrate,
    fit_likeness, groups,
};
pub use labelled::{
    EvaluateError, LABELS_FILE, LabelColumns, LabelledPosting, LabelledPostings, POSTINGS_FILE,
};
pub use metric::Metric;
pub use postings::PostingFile;
pub use prediction::{Outcome, Prediction, predict};
pub use reliability::{ReliabilityBin, expected_calibration_error, reliability};
pub use report::{NaturalMix, Report, RoleFigures, Slice};
