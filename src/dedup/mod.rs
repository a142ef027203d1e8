//! Finds postings of the same ad in one pass, in bounded memory.
//!
//! The way has two halves. [`Signature::of`] looks at one ad alone, so that many threads can do it;
//! [`Duplicates::see`] compares signatures in the order of the input, on one thread, and takes little
//! time. What comes out depends on the order of the input and the budget, not on the threads.
//!
//! ```
//! use rolecall::dedup::{Ad, Duplicates, Kind, Signature};
//!
//! let body = ["Teach nurses in class, write lesson plans and tip sheets.".into()];
//! let here = Ad { title: "EHR Trainer", employer: "Acme, Inc.", place: "Boston, MA", body: &body };
//! let there = Ad { place: "Salem, MA", ..here };
//! let mut duplicates = Duplicates::new(Duplicates::DEFAULT_BUDGET);
//! assert_eq!(duplicates.see(0, &Signature::of(&here)).kind, Kind::First);
//! let verdict = duplicates.see(1, &Signature::of(&there));
//! assert_eq!(verdict.kind, Kind::ExactOtherPlace);
//! assert_eq!(verdict.duplicate_of, Some(0));
//! ```

mod buckets;
mod duplicates;
mod kind;
mod normal;
mod signature;
mod sketch;

use std::borrow::Cow;

pub use duplicates::{Duplicates, Verdict};
pub use kind::Kind;
pub use signature::Signature;

/// Returns the words of an employer's name in lower case, without legal form and rating: what is the
/// same on every board. Empty if it has no words.
///
/// ```
/// use rolecall::dedup::employer_key;
///
/// assert_eq!(employer_key("ACME Health, Inc."), "acme health");
/// ```
pub fn employer_key(name: &str) -> String {
    normal::numbered_employer(name).join(" ")
}

/// Returns an employer's name as it is written, without the rating that some boards put behind it.
///
/// ```
/// use rolecall::dedup::employer_name;
///
/// assert_eq!(employer_name(" ACME Health, Inc. 3.7"), "ACME Health, Inc.");
/// ```
pub fn employer_name(name: &str) -> &str {
    normal::unrated(name)
}

pub use sketch::SHINGLE_WORDS;

/// What makes an ad: the parts of a posting that tell whether another one is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ad<'a> {
    /// The job title, plain or HTML; may be empty.
    pub title: &'a str,
    /// Who hires; empty if the input does not say.
    pub employer: &'a str,
    /// Where the job is; empty if the input does not say.
    pub place: &'a str,
    /// The text, plain or HTML, in one or more pieces.
    pub body: &'a [Cow<'a, str>],
}
