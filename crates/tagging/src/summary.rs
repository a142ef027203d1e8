use rolecall::Tag;
use serde::{Deserialize, Serialize};

use crate::likeness::LikenessCounts;

/// What was done with some rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Rows that were read; always `rows_written + rows_set_aside`.
    pub rows_read: u64,
    /// Rows that were written with their tags.
    pub rows_written: u64,
    /// Rows that could not be read.
    pub rows_set_aside: u64,
    /// Rows with fewer cells than the header, which were filled up with empty ones.
    pub rows_filled_up: u64,
    /// Rows with more cells than the header; all were kept.
    pub rows_with_more_cells: u64,
    /// Rows of JSON with members that none of the first rows has, and so no column of the output; all
    /// were kept, together in a column of their own.
    #[serde(default)]
    pub rows_with_late_members: u64,
    /// Rows with a quote that was never closed, which were read as one line each.
    pub rows_with_stray_quotes: u64,
    /// Rows of a file in UTF-8 that are not UTF-8, and lines of a file in an old encoding that are: each
    /// was read in its own.
    #[serde(default)]
    pub rows_in_another_encoding: u64,
    /// Rows that were tagged by their title alone, because they have no text.
    pub rows_by_title_alone: u64,
    /// Rows that repeat an earlier one; they are written like all others.
    pub rows_duplicate: u64,
    /// Sequences that are malformed in the encoding of their file, and were replaced by U+FFFD; in
    /// UTF-8 they stay.
    pub malformed_sequences: u64,
    /// Rows tagged with each role, in taxonomy order.
    pub tagged: Vec<u64>,
    /// Rows tagged `none`.
    pub none: u64,
    /// What tells how like the labelled postings they are.
    #[serde(default)]
    pub likeness: LikenessCounts,
}

impl Summary {
    pub(super) fn new(roles: usize) -> Self {
        Self { tagged: vec![0; roles], ..Self::default() }
    }

    /// Counts a row whose text has so many words.
    pub(super) fn count(&mut self, tag: &Tag<'_>, words: u64) {
        self.likeness.count(words, tag.words_known, tag.scope, tag.role_sure());
        self.rows_read += 1;
        self.rows_written += 1;
        match tag.closest().filter(|_| tag.answer.is_some()) {
            Some(closest) => self.tagged[closest.position()] += 1,
            None => self.none += 1,
        }
    }

    pub(super) fn count_set_aside(&mut self) {
        self.rows_read += 1;
        self.rows_set_aside += 1;
    }

    /// Adds what was done with other rows.
    pub fn add(&mut self, other: &Self) {
        let counts = [
            (&mut self.rows_read, other.rows_read),
            (&mut self.rows_written, other.rows_written),
            (&mut self.rows_set_aside, other.rows_set_aside),
            (&mut self.rows_filled_up, other.rows_filled_up),
            (&mut self.rows_with_more_cells, other.rows_with_more_cells),
            (&mut self.rows_with_late_members, other.rows_with_late_members),
            (&mut self.rows_with_stray_quotes, other.rows_with_stray_quotes),
            (&mut self.rows_in_another_encoding, other.rows_in_another_encoding),
            (&mut self.rows_by_title_alone, other.rows_by_title_alone),
            (&mut self.rows_duplicate, other.rows_duplicate),
            (&mut self.malformed_sequences, other.malformed_sequences),
            (&mut self.none, other.none),
        ];
        for (mine, others) in counts {
            *mine += others;
        }
        self.likeness.add(&other.likeness);
        self.tagged.resize(self.tagged.len().max(other.tagged.len()), 0);
        for (mine, others) in self.tagged.iter_mut().zip(&other.tagged) {
            *mine += others;
        }
    }
}
