//! Estimates how many runs of words two texts share, from 128 bytes each.

/// Words that make a shingle. Longer ones break with more edits, shorter ones are shared by chance.
pub const SHINGLE_WORDS: usize = 4;

/// Bins of a sketch, a byte each. The standard error of an estimate J is √(J (1 − J) / 128): 0.035
/// at 0.8.
pub(super) const BINS: usize = 128;

/// Bands of a sketch: two texts are compared if all rows of one band agree. Of pairs with Jaccard J
/// 1 − (1 − J⁷)¹⁸ are: 0.985 at 0.8, 0.78 at 0.7, 0.13 at 0.5.
pub(super) const BANDS: usize = 18;
const ROWS: usize = 7;

/// The share of bytes that agree by chance.
const CHANCE: f64 = 1.0 / 256.0;

/// The b-bit MinHash of a text's shingles.
///
/// One permutation hashing (Li, Owen and Zhang, 2012) hashes each shingle once: the first bits
/// choose a bin, and a bin keeps its smallest hash. Empty bins borrow from others (Shrivastava,
/// 2017), here along a walk of its own for each bin that visits all others. A byte of each smallest
/// hash is kept (b-bit minwise hashing, Li and König, 2010). The crates at hand hash a shingle once
/// for each bin, or bring dozens of dependencies, and keep all they have seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sketch(pub(super) [u8; BINS]);

impl Sketch {
    /// Tells how many bytes must agree for an estimate of at least `jaccard`, 0..=1.
    pub(super) const fn agreeing_at(jaccard: f64) -> usize {
        let share = jaccard * (1.0 - CHANCE) + CHANCE;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..=128")]
        let agreeing = (share * BINS as f64 + 0.5) as usize;
        agreeing
    }

    /// Counts the bytes that agree.
    pub(super) fn agreeing(&self, other: &Self) -> usize {
        // Sums of bytes stay below 256, and the compiler counts 16 or 32 of them at once.
        let halves = self.0.chunks_exact(BINS / 2).zip(other.0.chunks_exact(BINS / 2));
        let count = |(a, b): (&[u8], &[u8])| {
            let equal: u8 = a.iter().zip(b).map(|(a, b)| u8::from(a == b)).sum();
            usize::from(equal)
        };
        halves.map(count).sum()
    }

    /// Iterates over the bands: numbers that are equal where all rows of the band are.
    pub(super) fn bands(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.chunks_exact(ROWS).take(BANDS).zip(0_u64..).map(|(rows, band)| {
            rows.iter().fold(band, |number, &row| (number << 8) | u64::from(row))
        })
    }
}

/// Takes in the hashes of words, one by one, and makes a sketch of their shingles.
pub(super) struct Sketcher {
    smallest: [u64; BINS],
    /// The words of the shingle, in a ring.
    last: [u64; SHINGLE_WORDS],
    /// A polynomial in the words of the shingle, the newest last.
    sum: u64,
    words: usize,
    /// Where the oldest word of the shingle is.
    oldest: usize,
}

/// Any odd number whose bits look random.
pub(super) const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR_OF_OLDEST: u64 = FACTOR.wrapping_pow(SHINGLE_WORDS as u32);

impl Sketcher {
    pub(super) fn new() -> Self {
        let (smallest, last) = ([u64::MAX; BINS], [0; SHINGLE_WORDS]);
        Self { smallest, last, sum: 0, words: 0, oldest: 0 }
    }

    #[inline]
    pub(super) fn push(&mut self, word: u64) {
        let oldest = &mut self.last[self.oldest];
        self.oldest = if self.oldest + 1 == SHINGLE_WORDS { 0 } else { self.oldest + 1 };
        self.sum = self
            .sum
            .wrapping_mul(FACTOR)
            .wrapping_add(word)
            .wrapping_sub(oldest.wrapping_mul(FACTOR_OF_OLDEST));
        *oldest = word;
        self.words += 1;
        if self.words >= SHINGLE_WORDS {
            let hash = mix(self.sum, FACTOR);
            let smallest = &mut self.smallest[bin_of(hash)];
            *smallest = hash.min(*smallest);
        }
    }

    /// Returns how many words came.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    pub(super) fn finish(self) -> Sketch {
        let filled = |bin: usize| self.smallest[bin] != u64::MAX;
        let mut sketch = [0; BINS];
        if self.words < SHINGLE_WORDS {
            return Sketch(sketch);
        }
        for (bin, byte) in sketch.iter_mut().enumerate() {
            let mut lender = bin;
            if !filled(bin) {
                let walk = mix(bin as u64 + 1, FACTOR);
                // An odd step visits every bin of a power of two.
                let step = walk as usize | 1;
                lender = bin_of(walk);
                for _ in 0..BINS {
                    if filled(lender) {
                        break;
                    }
                    lender = lender.wrapping_add(step) % BINS;
                }
            }
            *byte = self.smallest[lender] as u8;
        }
        Sketch(sketch)
    }
}

fn bin_of(hash: u64) -> usize {
    (hash >> (u64::BITS - BINS.trailing_zeros())) as usize
}

/// Mixes two numbers to one whose bits all depend on both: the halves of their product, folded.
pub(super) fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x2d35_8dcc_aa6c_78a5) * u128::from(b ^ 0x8bb8_4b93_962e_acc9);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustc_hash::FxHashSet;

    use super::*;

    fn word(n: u64) -> u64 {
        mix(n, 1)
    }

    fn sketch(words: &[u64]) -> Sketch {
        let mut sketcher = Sketcher::new();
        words.iter().for_each(|&n| sketcher.push(word(n)));
        sketcher.finish()
    }

    fn jaccard(a: &[u64], b: &[u64]) -> f64 {
        let set = |words: &[u64]| -> FxHashSet<Vec<u64>> {
            words.windows(SHINGLE_WORDS).map(<[u64]>::to_vec).collect()
        };
        let (a, b) = (set(a), set(b));
        a.intersection(&b).count() as f64 / a.union(&b).count() as f64
    }

    fn estimate(a: &Sketch, b: &Sketch) -> f64 {
        (a.agreeing(b) as f64 / BINS as f64 - CHANCE) / (1.0 - CHANCE)
    }

    proptest! {
        /// Six standard errors, and as many again for what short texts borrow.
        #[test]
        fn the_estimate_is_near_the_exact_jaccard(
            words in prop::collection::vec(0_u64..5000, 100..900),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0_u64..5000), 0..40),
        ) {
            let mut edited = words.clone();
            for (at, new) in edits {
                *at.get_mut(&mut edited) = new;
            }
            let exact = jaccard(&words, &edited);
            let found = estimate(&sketch(&words), &sketch(&edited));
            let error = (exact * (1.0 - exact) / BINS as f64).sqrt();
            prop_assert!((found - exact).abs() <= 9.0 * error + 1e-9, "{found} for {exact}");
        }

        #[test]
        fn agreeing_bytes_are_counted(a in prop::array::uniform32(0_u8..3), b in prop::array::uniform32(0_u8..3)) {
            let wide = |part: [u8; 32]| Sketch(std::array::from_fn(|n| part[n % 32]));
            let count = a.iter().zip(&b).filter(|(a, b)| a == b).count() * 4;
            prop_assert_eq!(wide(a).agreeing(&wide(b)), count);
        }

        #[test]
        fn equal_bands_are_equal_rows(words in prop::collection::vec(0_u64..40, 4..60)) {
            let (a, b) = (sketch(&words), sketch(&words[1..]));
            for (n, (x, y)) in a.bands().zip(b.bands()).enumerate() {
                let rows = n * ROWS..(n + 1) * ROWS;
                prop_assert_eq!(x == y, a.0[rows.clone()] == b.0[rows]);
            }
        }
    }

    #[test]
    fn estimates_have_no_bias() {
        // 400 pairs at the threshold; the mean error has a standard error of 0.002.
        let mut sum = 0.0;
        for pair in 0..400_u64 {
            let words: Vec<_> = (0..500).map(|n| pair * 10_000 + n).collect();
            let mut edited = words.clone();
            for edit in 0..14 {
                edited[(edit * 35 + 7) as usize] = pair * 10_000 + 5_000 + edit;
            }
            sum += estimate(&sketch(&words), &sketch(&edited)) - jaccard(&words, &edited);
        }
        assert!((sum / 400.0_f64).abs() < 0.008, "{}", sum / 400.0);
    }

    #[test]
    fn the_threshold_in_bytes() {
        assert_eq!(Sketch::agreeing_at(1.0), 128);
        assert_eq!(Sketch::agreeing_at(0.0), 1); // half a byte by chance, rounded up
        assert_eq!(Sketch::agreeing_at(0.8), 103);
    }

    #[test]
    fn one_word_over_and_over_is_a_sketch() {
        let _ = sketch(&[7; 1000]);
        assert_eq!(sketch(&[7; 3]).0, [0; BINS]);
    }
}
