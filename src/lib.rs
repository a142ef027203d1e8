//! Reads job postings and says which of the twelve ONC health-IT workforce roles each one hires
//! for, and in which tier.
//!
//! The roles are profiles in a [tantivy] index; a posting is scored by BM25 against every one of
//! them, with inverse document frequencies taken from a large background of real postings.
//!
//! ```
//! use rolecall::{Classifier, Posting};
//!
//! let classifier = Classifier::new()?;
//! let posting = Posting::new("EHR Trainer", "Teach nurses in class, write lesson plans and tip sheets.");
//! let tag = classifier.classify(&posting);
//! assert_eq!(tag.closest().expect("words matched").role.id, "trainer");
//! # Ok::<(), rolecall::Error>(())
//! ```
//!
//! The modules follow the way of the data, and each can be read alone:
//!
//! | module | what it does |
//! |---|---|
//! | [`corpus`] | the data: embedded in the binary, or a folder of yours |
//! | [`taxonomy`] | tiers, roles, neighbours and their profiles: load and validate |
//! | [`posting`] | a posting, and what boards call its columns |
//! | [`text`] | markup off, words, stems: the same chain for the index and for postings |
//! | [`index`] | builds, fingerprints, opens and checks the tantivy index |
//! | [`score`] | BM25: tantivy's searcher, and the compiled table that equals it |
//! | [`classify`] | ranking, scope, confidence, tag, evidence |
//! | [`digest`] | how digests are written |
//!
//! Tables of postings, tagging of files, evaluation and demand are crates that stand on this one: `rolecall-tables`,
//! `rolecall-tagging`, `rolecall-evaluation`, `rolecall-demand`.
//!
//! [tantivy]: https://docs.rs/tantivy

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

pub mod classify;
pub mod corpus;
pub mod digest;
pub mod index;
pub mod posting;
pub mod score;
pub mod taxonomy;
pub mod text;

mod compiled;
mod error;
mod files;

pub use classify::{Classifier, Tag, Tagger};
pub use corpus::Corpus;
pub use error::Error;
pub use posting::Posting;
