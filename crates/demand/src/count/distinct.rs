//! Counts distinct members of groups, exactly, in bounded memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

/// Pairs that are held in memory, unless another number is asked for: 4 MiB.
const HELD_PAIRS: usize = 1 << 18;

/// Files that are open at most; more are merged into one.
const MOST_RUNS: usize = 16;

/// Bytes of a pair in a temporary file.
const PAIR_BYTES: usize = 12;

type Pair = (u32, u64);

/// The members of groups, each counted once.
///
/// Pairs of group and member are collected, sorted when memory is full, and put into temporary files
/// when that does not make enough room; the files are merged at the end. So the count is exact
/// however many there are, and memory stays as it is.
#[derive(Debug)]
pub(super) struct Distinct {
    pairs: Vec<Pair>,
    held: usize,
    runs: Vec<File>,
}

impl Default for Distinct {
    fn default() -> Self {
        Self::holding(HELD_PAIRS)
    }
}

impl Distinct {
    fn holding(held: usize) -> Self {
        Self { pairs: Vec::new(), held, runs: Vec::new() }
    }

    /// Adds a member to a group, which may have it already.
    pub(super) fn add(&mut self, group: u32, member: u64) -> io::Result<()> {
        if self.pairs.len() >= self.held {
            self.make_room()?;
        }
        self.pairs.push((group, member));
        Ok(())
    }

    /// Returns how many distinct members each of so many groups has.
    pub(super) fn counts(mut self, groups: usize) -> io::Result<Vec<u64>> {
        self.sort();
        let mut counts = vec![0; groups];
        merge(self.runs, self.pairs, |(group, _)| {
            if let Some(count) = counts.get_mut(group as usize) {
                *count += 1;
            }
            Ok(())
        })?;
        Ok(counts)
    }

    fn sort(&mut self) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
    }

    fn make_room(&mut self) -> io::Result<()> {
        self.sort();
        if self.pairs.len() <= self.held / 2 {
            return Ok(());
        }
        let mut run = BufWriter::new(tempfile::tempfile()?);
        let write = |pair| write(&mut run, pair);
        if self.runs.len() < MOST_RUNS {
            self.pairs.drain(..).try_for_each(write)?;
        } else {
            merge(std::mem::take(&mut self.runs), std::mem::take(&mut self.pairs), write)?;
        }
        self.runs.push(run.into_inner().map_err(io::IntoInnerError::into_error)?);
        Ok(())
    }
}

/// Calls `found` with each pair of sorted files and sorted pairs once, in order.
fn merge(
    runs: Vec<File>,
    held: Vec<Pair>,
    mut found: impl FnMut(Pair) -> io::Result<()>,
) -> io::Result<()> {
    let mut runs: Vec<_> = runs.into_iter().map(BufReader::new).collect();
    for run in &mut runs {
        run.seek(SeekFrom::Start(0))?;
    }
    let mut held = held.into_iter();
    let last = runs.len();
    let mut next = |run: usize| -> io::Result<Option<Pair>> {
        match runs.get_mut(run) {
            Some(run) => read(run),
            None => Ok(held.next()),
        }
    };
    let mut heap = BinaryHeap::new();
    for run in 0..=last {
        heap.extend(next(run)?.map(|pair| Reverse((pair, run))));
    }
    let mut before = None;
    while let Some(Reverse((pair, run))) = heap.pop() {
        if before != Some(pair) {
            found(pair)?;
            before = Some(pair);
        }
        heap.extend(next(run)?.map(|pair| Reverse((pair, run))));
    }
    Ok(())
}

fn write(run: &mut impl Write, (group, member): Pair) -> io::Result<()> {
    run.write_all(&group.to_le_bytes())?;
    run.write_all(&member.to_le_bytes())
}

fn read(run: &mut impl Read) -> io::Result<Option<Pair>> {
    let mut bytes = [0; PAIR_BYTES];
    match run.read_exact(&mut bytes) {
        Ok(()) => {}
        // Whole pairs were written, so that a run ends between two.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let [a, b, c, d, member @ ..] = bytes;
    Ok(Some((u32::from_le_bytes([a, b, c, d]), u64::from_le_bytes(member))))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_are_those_of_sets(
            pairs in prop::collection::vec((0u32..4, 0u64..400), 0..900), held in 1usize..50,
        ) {
            let mut distinct = Distinct::holding(held);
            let mut sets = vec![BTreeSet::new(); 4];
            for &(group, member) in &pairs {
                distinct.add(group, member << 40 | member).unwrap();
                sets[group as usize].insert(member);
            }
            let expected: Vec<_> = sets.iter().map(|set| set.len() as u64).collect();
            prop_assert_eq!(distinct.counts(4).unwrap(), expected);
        }
    }
}
