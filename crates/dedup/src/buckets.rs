/// Entries of a bucket, which fill a cache line.
const WIDTH: usize = 8;

/// Entries that a bucket holds on average when all is full. The more room is left, the fewer
/// buckets overflow and forget their oldest entry before its time.
const FILL: usize = 6;

/// A map from keys to the numbers of what was kept, in a fixed number of buckets.
///
/// A bucket that is full forgets its oldest entry. Few bits of a key are stored, so whoever looks
/// up must check what is found.
#[derive(Debug, Clone)]
pub(super) struct Buckets {
    /// Numbers, because the memory of zeros is taken page by page, as it is used.
    buckets: Vec<[u64; WIDTH]>,
}

/// The low half of a key, and the low half of a number: those of the number that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    tag: u32,
    number: u32,
}

impl Buckets {
    /// Returns the memory that so many entries take, in bytes, with what is left free.
    pub(super) const fn bytes(entries: usize) -> usize {
        (entries * WIDTH * size_of::<u64>()).div_ceil(FILL)
    }

    /// Makes room for so many entries.
    pub(super) fn new(entries: usize) -> Self {
        Self { buckets: vec![[0; WIDTH]; (entries / FILL).max(1)] }
    }

    fn bucket_of(&self, key: u64) -> usize {
        // Lemire's alternative to the modulo: the high half of the key chooses.
        ((u128::from(key) * self.buckets.len() as u128) >> 64) as usize
    }

    /// Iterates over the numbers that may have been put in under a key, up to `newest` and not
    /// `capacity` or more below it.
    #[inline]
    pub(super) fn find(
        &self,
        key: u64,
        newest: u64,
        capacity: u64,
    ) -> impl Iterator<Item = u64> + use<> {
        let bucket = self.buckets[self.bucket_of(key)].map(Entry::of);
        bucket.into_iter().filter(move |entry| entry.tag == key as u32).filter_map(move |entry| {
            let age = entry.age(newest);
            (age < capacity).then(|| newest - age)
        })
    }

    /// Puts in a number under a key: in the place of an entry with this key, if `replaces` says so
    /// of its number and it is not `capacity` or more below; else in the place of the oldest.
    #[inline]
    pub(super) fn put(
        &mut self,
        key: u64,
        number: u64,
        capacity: u64,
        replaces: impl Fn(u64) -> bool,
    ) {
        let at = self.bucket_of(key);
        let bucket = &mut self.buckets[at];
        let entry = Entry { tag: key as u32, number: number as u32 };
        let mut oldest = 0;
        for n in 0..WIDTH {
            let there = Entry::of(bucket[n]);
            let age = there.age(number);
            if there.tag == entry.tag && age < capacity && replaces(number - age) {
                oldest = n;
                break;
            }
            if age > Entry::of(bucket[oldest]).age(number) {
                oldest = n;
            }
        }
        bucket[oldest] = entry.to_number();
    }
}

impl Entry {
    fn of(number: u64) -> Self {
        Self { tag: (number >> 32) as u32, number: number as u32 }
    }

    fn to_number(self) -> u64 {
        u64::from(self.tag) << 32 | u64::from(self.number)
    }

    /// Tells how far a number is before another. One that is 2³² before seems new, which does no
    /// harm where all that is found is checked.
    fn age(self, newest: u64) -> u64 {
        u64::from((newest as u32).wrapping_sub(self.number))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// With few keys no bucket overflows: then the newest number of each key is found.
        #[test]
        fn the_newest_of_a_key_is_found(keys in prop::collection::vec(0_u64..60, 1..200), capacity in 1_u64..100) {
            let spread = |key: u64| key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut buckets = Buckets::new(60 * WIDTH * FILL);
            let mut newest_of = HashMap::new();
            let first = 2 * capacity;
            for (&key, number) in keys.iter().zip(first..) {
                buckets.put(spread(key), number, capacity, |_| true);
                newest_of.insert(key, number);
            }
            let newest = first + keys.len() as u64 - 1;
            for key in 0..60 {
                let found: Vec<_> = buckets.find(spread(key), newest, capacity).collect();
                let expected = newest_of.get(&key).copied().filter(|at| newest - at < capacity);
                prop_assert_eq!(found, Vec::from_iter(expected));
            }
        }
    }

    #[test]
    fn a_full_bucket_forgets_its_oldest() {
        let mut buckets = Buckets::new(1);
        for number in 1000..1010 {
            buckets.put(7, number, 500, |_| false);
        }
        let mut found: Vec<_> = buckets.find(7, 1009, 500).collect();
        found.sort_unstable();
        assert_eq!(found, (1002..1010).collect::<Vec<_>>());
        assert_eq!(buckets.find(7, 1009, 3).count(), 3);
        assert_eq!(buckets.find(8, 1009, 500).count(), 0);
    }

    #[test]
    fn numbers_go_on_beyond_32_bits() {
        let mut buckets = Buckets::new(1);
        let start = (1 << 32) - 2;
        for number in start - 20..start + 4 {
            buckets.put(7, number, 10, |_| false);
        }
        let mut found: Vec<_> = buckets.find(7, start + 3, 10).collect();
        found.sort_unstable();
        assert_eq!(found, (start - 4..start + 4).collect::<Vec<_>>());
    }
}
