//! Finds postings of the same ad in one pass, in bounded memory.
//!
//! The way has two halves. [`Signature::of`] looks at one ad alone, so that many threads can do it;
//! [`Duplicates::see`] compares signatures in the order of the input, on one thread, and takes little
//! time. What comes out depends on the order of the input and the budget, not on the threads.
//!
//! ```
//! use rolecall_dedup::{Ad, Duplicates, Kind, Signature};
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

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

mod buckets;
mod digest;
mod duplicates;
mod employer;
mod kind;
mod normal;
mod signature;
mod sketch;
mod title;
mod word;
mod word_lists;

use std::borrow::Cow;

pub use digest::{ContentDigest, TitleDigest};
pub use duplicates::{Duplicates, Verdict};
pub use kind::Kind;
pub use signature::Signature;

/// Returns what of an employer's name is the same on every board: its letters and digits in lower case,
/// without accents, article, legal form and rating. Empty if it names nobody, as `Confidential` does.
///
/// ```
/// use rolecall_dedup::employer_key;
///
/// assert_eq!(employer_key("ACME Health, L.L.C."), "acmehealth");
/// assert_eq!(employer_key("St. Luke’s"), employer_key("St Lukes"));
/// assert_ne!(employer_key("Clinic 12"), employer_key("Clinic 34"));
/// ```
pub fn employer_key(name: &str) -> String {
    employer::key(name)
}

/// Returns the words of a title in lower case and in order, without the number of a requisition.
///
/// ```
/// use rolecall_dedup::title_words;
///
/// assert_eq!(title_words("Epic Analyst II (Req #8812)"), ["epic", "analyst", "ii"]);
/// assert_eq!(title_words("Epic Analyst 2 - R12345"), ["epic", "analyst", "2"]);
/// ```
pub fn title_words(title: &str) -> Vec<String> {
    title::Title::of(title).plain.split_whitespace().map(str::to_owned).collect()
}

/// Returns an employer's name as it is written, without markup and the rating that some boards put
/// behind it.
///
/// ```
/// use rolecall_dedup::employer_name;
///
/// assert_eq!(employer_name(" ACME &amp; Sons, Inc. 3.7"), "ACME & Sons, Inc.");
/// ```
pub fn employer_name(name: &str) -> Cow<'_, str> {
    employer::display_name(name)
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
