//! Exact counts of groups in one pass: postings, distinct ads and employers, salaries, days.

mod cube;
mod dictionary;
mod distinct;
mod histogram;

pub(super) use cube::{Counted, Cube, Measures, Member};
pub(super) use dictionary::Dictionary;
pub(super) use histogram::{Histogram, Quartiles};
