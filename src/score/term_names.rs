//! The stems and labels of terms by number.

use std::hash::BuildHasher;
use std::ops::Range;

use rustc_hash::FxBuildHasher;

/// A term's number in the table.
pub(super) type TermId = u32;

/// The terms of a table: each has a number, a stem that it is found by, and a word that people read.
///
/// All texts are in one: twenty thousand strings would take longer to make than a posting takes to classify.
#[derive(Debug, Clone)]
pub(super) struct TermNames {
    text: String,
    /// Where the stem and the label of each term are in the text.
    terms: Vec<[Range<u32>; 2]>,
    /// A hash table with open addressing: the number of a term and 1, at the first free place from that of the
    /// stem's hash on; 0 where it is free. At least half is.
    slots: Vec<TermId>,
}

impl TermNames {
    /// Makes an empty set, with memory for some terms.
    pub(super) fn with_capacity(terms: usize) -> Self {
        Self {
            text: String::with_capacity(16 * terms),
            terms: Vec::with_capacity(terms),
            slots: vec![0; (2 * terms).next_power_of_two().max(16)],
        }
    }

    /// Returns how many terms there are.
    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    /// Returns the number of a term by its stem.
    #[inline]
    pub(super) fn get(&self, stem: &str) -> Option<TermId> {
        let place = self.place(stem)?;
        self.slots[place].checked_sub(1)
    }

    pub(super) fn stem(&self, term: TermId) -> &str {
        self.text(&self.terms[term as usize][0])
    }

    pub(super) fn label(&self, term: TermId) -> &str {
        self.text(&self.terms[term as usize][1])
    }

    pub(super) fn set_label(&mut self, term: TermId, label: &str) {
        self.terms[term as usize][1] = self.append(label);
    }

    /// Adds a term and returns its number: that of the term with this stem, if there is one.
    #[allow(clippy::cast_possible_truncation, reason = "fewer terms than bytes in the corpus")]
    pub(super) fn add(&mut self, stem: &str, label: &str) -> TermId {
        if 2 * (self.terms.len() + 1) > self.slots.len() {
            self.grow();
        }
        let Some(place) = self.place(stem) else { return 0 };
        if let Some(known) = self.slots[place].checked_sub(1) {
            return known;
        }
        let stem_at = self.append(stem);
        let label_at = if label == stem { stem_at.clone() } else { self.append(label) };
        self.terms.push([stem_at, label_at]);
        self.slots[place] = self.terms.len() as TermId;
        self.slots[place] - 1
    }

    /// Returns the place of a stem, or the free one where it would be.
    #[inline]
    fn place(&self, stem: &str) -> Option<usize> {
        let mask = self.slots.len() - 1;
        #[allow(clippy::cast_possible_truncation, reason = "the lower bits are what is wanted")]
        let first = FxBuildHasher.hash_one(stem) as usize & mask;
        (first..=mask).chain(0..first).find(|&place| match self.slots[place].checked_sub(1) {
            Some(term) => self.stem(term) == stem,
            None => true,
        })
    }

    fn grow(&mut self) {
        self.slots = vec![0; 2 * self.slots.len()];
        for number in 1..=self.terms.len() {
            #[allow(clippy::cast_possible_truncation, reason = "as many as before")]
            let number = number as TermId;
            if let Some(place) = self.place(self.stem(number - 1)) {
                self.slots[place] = number;
            }
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "no more text than in the corpus")]
    fn append(&mut self, text: &str) -> Range<u32> {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        start..self.text.len() as u32
    }

    #[inline]
    fn text(&self, range: &Range<u32>) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_are_those_of_a_map(
            stems in proptest::collection::vec("[a-c]{0,4}|é", 0..80), capacity in 0..20_usize,
        ) {
            let mut names = TermNames::with_capacity(capacity);
            let mut map = HashMap::new();
            for stem in &stems {
                let next = map.len() as TermId;
                let number = *map.entry(stem.clone()).or_insert(next);
                prop_assert_eq!(names.add(stem, &format!("{stem}s")), number);
            }
            prop_assert_eq!(names.len(), map.len());
            for (stem, &number) in &map {
                prop_assert_eq!(names.get(stem), Some(number));
                prop_assert_eq!(names.stem(number), stem);
                prop_assert_eq!(names.label(number), format!("{stem}s"));
                names.set_label(number, "word");
                prop_assert_eq!(names.label(number), "word");
            }
            prop_assert_eq!(names.get("d"), None);
        }
    }
}
