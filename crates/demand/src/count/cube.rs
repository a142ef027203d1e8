//! Groups of rows by the values of some keys, and what is counted of each.

use std::collections::BTreeMap;
use std::io;

use rustc_hash::FxHashMap;

use super::distinct::Distinct;
use super::{Histogram, Quartiles};

/// What is counted beside postings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Measures {
    pub(crate) ads: bool,
    pub(crate) employers: bool,
    pub(crate) salaries: bool,
    pub(crate) days: bool,
}

/// What a row adds to its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Member {
    /// The ad that the row is a posting of.
    pub(crate) ad: Option<u64>,
    pub(crate) employer: Option<u32>,
    /// The number of the currency, and cents for a year.
    pub(crate) salary: Option<(u32, i64)>,
    /// How many days the posting was up.
    pub(crate) days: Option<i64>,
}

/// Groups of rows, by the numbers of their keys' values.
#[derive(Debug)]
pub(crate) struct Cube {
    measures: Measures,
    numbers: FxHashMap<Box<[u32]>, u32>,
    keys: Vec<Box<[u32]>>,
    postings: Vec<u64>,
    ads: Distinct,
    employers: Distinct,
    salaries: FxHashMap<(u32, u32), Histogram>,
    days: FxHashMap<u32, Histogram>,
}

/// What was counted of a group.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Counted {
    pub(crate) postings: u64,
    pub(crate) ads: Option<u64>,
    pub(crate) employers: Option<u64>,
    /// By the number of the currency, in cents for a year.
    pub(crate) salaries: BTreeMap<u32, Quartiles>,
    pub(crate) days: Option<Quartiles>,
}

impl Cube {
    pub(crate) fn new(measures: Measures) -> Self {
        Self {
            measures,
            numbers: FxHashMap::default(),
            keys: Vec::new(),
            postings: Vec::new(),
            ads: Distinct::default(),
            employers: Distinct::default(),
            salaries: FxHashMap::default(),
            days: FxHashMap::default(),
        }
    }

    /// Counts a row. Fails only if a temporary file can't be written.
    pub(crate) fn add(&mut self, keys: &[u32], member: &Member) -> io::Result<()> {
        let group = match self.numbers.get(keys) {
            Some(&group) => group,
            None => {
                let group = u32::try_from(self.keys.len())
                    .map_err(|_| io::Error::other("more than 4,294,967,295 groups"))?;
                self.numbers.insert(keys.into(), group);
                self.keys.push(keys.into());
                self.postings.push(0);
                group
            }
        };
        self.postings[group as usize] += 1;
        if let (true, Some(ad)) = (self.measures.ads, member.ad) {
            self.ads.add(group, ad)?;
        }
        if let (true, Some(employer)) = (self.measures.employers, member.employer) {
            self.employers.add(group, employer.into())?;
        }
        if let (true, Some((currency, cents))) = (self.measures.salaries, member.salary) {
            self.salaries.entry((group, currency)).or_default().add(cents);
        }
        if let (true, Some(days)) = (self.measures.days, member.days) {
            self.days.entry(group).or_default().add(days);
        }
        Ok(())
    }

    /// Returns each group's keys and counts, in the order in which the groups came first.
    pub(crate) fn counted(self) -> io::Result<Vec<(Box<[u32]>, Counted)>> {
        let Self { measures, keys, postings, ads, employers, salaries, days, .. } = self;
        let ads = ads.counts(keys.len())?;
        let employers = employers.counts(keys.len())?;
        let mut by_group: Vec<BTreeMap<u32, Quartiles>> = vec![BTreeMap::new(); keys.len()];
        for ((group, currency), histogram) in salaries {
            by_group[group as usize].extend(histogram.quartiles().map(|q| (currency, q)));
        }
        let mut counted = Vec::with_capacity(keys.len());
        for (group, (keys, salaries)) in (0..).zip(keys.into_iter().zip(by_group)) {
            let n = group as usize;
            let of_group = Counted {
                postings: postings[n],
                ads: measures.ads.then_some(ads[n]),
                employers: measures.employers.then_some(employers[n]),
                salaries,
                days: days.get(&group).and_then(Histogram::quartiles),
            };
            counted.push((keys, of_group));
        }
        Ok(counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_counted_by_all_their_keys() {
        let measures = Measures { ads: true, employers: true, salaries: true, days: false };
        let mut cube = Cube::new(measures);
        let row = |ad, employer, cents| Member {
            ad: Some(ad),
            employer,
            salary: Some((0, cents)),
            days: Some(3),
        };
        cube.add(&[1, 2], &row(7, Some(1), 100)).unwrap();
        cube.add(&[1, 2], &row(7, Some(2), 300)).unwrap();
        cube.add(&[1, 3], &row(7, None, 500)).unwrap();
        let counted = cube.counted().unwrap();
        let shown: Vec<_> = counted
            .iter()
            .map(|(keys, c)| {
                (&**keys, c.postings, c.ads, c.employers, c.salaries[&0].median, c.days)
            })
            .collect();
        assert_eq!(
            shown,
            [
                (&[1, 2][..], 2, Some(1), Some(2), 200.0, None),
                (&[1, 3][..], 1, Some(1), Some(0), 500.0, None),
            ]
        );
    }
}
