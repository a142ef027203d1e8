use std::fmt;

/// How a posting goes with the postings before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// No posting before it is the same ad, as far as is remembered.
    First,
    /// The same words, and not known to be in another place.
    Exact,
    /// The same words in another place.
    ExactOtherPlace,
    /// Nearly the same words, and not known to be in another place.
    Near,
    /// Nearly the same words in another place.
    NearOtherPlace,
}

impl Kind {
    pub(super) fn new(same_text: bool, same_place: bool) -> Self {
        match (same_text, same_place) {
            (true, true) => Self::Exact,
            (true, false) => Self::ExactOtherPlace,
            (false, true) => Self::Near,
            (false, false) => Self::NearOtherPlace,
        }
    }

    /// Returns the name, as it stands in a column.
    ///
    /// ```
    /// assert_eq!(rolecall_dedup::Kind::NearOtherPlace.as_str(), "near_other_place");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Exact => "exact",
            Self::ExactOtherPlace => "exact_other_place",
            Self::Near => "near",
            Self::NearOtherPlace => "near_other_place",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
