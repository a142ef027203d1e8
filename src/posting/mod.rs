//! A posting, and what its columns are called.

mod names;
mod pasted;

use std::borrow::Cow;

pub use names::{COLUMNS_TOML, ColumnNames, normalize};

/// A job posting: a title, one or more pieces of body text, plain or HTML, and who hires.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Posting<'a> {
    /// The job title; may be empty.
    pub title: Cow<'a, str>,
    /// Description, requirements and the like; may be empty.
    pub body: Vec<Cow<'a, str>>,
    /// The employer's name; may be empty. Its general words (`Hospital`, `Health System`) tell what the
    /// text may leave out.
    pub employer: Cow<'a, str>,
}

impl<'a> Posting<'a> {
    /// Makes a posting of a title and a body.
    pub fn new(title: impl Into<Cow<'a, str>>, body: impl Into<Cow<'a, str>>) -> Self {
        Self { title: title.into(), body: vec![body.into()], employer: Cow::Borrowed("") }
    }

    /// Returns the posting with the name of its employer.
    ///
    /// ```
    /// use rolecall::{Classifier, Posting};
    ///
    /// let classifier = Classifier::new()?;
    /// let posting = Posting::new("Desktop Support Analyst", "Answer calls of staff and mend computers.");
    /// let of_a_bank = classifier.classify(&posting.clone().of_employer("First National Bank")).scope;
    /// let of_a_hospital = classifier.classify(&posting.of_employer("General Hospital")).scope;
    /// assert!(of_a_hospital > of_a_bank);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn of_employer(mut self, employer: impl Into<Cow<'a, str>>) -> Self {
        self.employer = employer.into();
        self
    }

    /// Makes a posting of one pasted text: a short first line is its title.
    ///
    /// A line of up to 12 words and 100 bytes that does not end like a sentence is short. A text
    /// that is one such line is a posting with a title only.
    ///
    /// ```
    /// use rolecall::Posting;
    ///
    /// let posting = Posting::pasted("EHR Trainer\n\nTeach nurses in class.");
    /// assert_eq!(posting.title, "EHR Trainer");
    /// assert_eq!(Posting::pasted("You will teach nurses in class.").title, "");
    /// ```
    pub fn pasted(text: &'a str) -> Self {
        let (title, body) = pasted::split(text);
        Self::new(title, body)
    }
}
