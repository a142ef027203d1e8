//! How unlike the labelled postings the rows of a file are.
//!
//! Three things fell together with wrong answers on labelled boards that a fit had not seen: few known
//! words, closest roles that the runner-up comes near to, and many likely postings in doubt. [`LikenessCounts`]
//! adds them up row by row, [`LikenessReference`] says what they are on labelled boards and how far apart
//! those are, and [`Likeness`] is the verdict.

mod counts;
mod reference;
mod verdict;

pub use counts::{LIKELY, LikenessCounts, SURE};
pub use reference::{LikenessMeasure, LikenessReference, WORSE};
pub use verdict::{Likeness, MeasuredLikeness};
