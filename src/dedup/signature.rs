use twox_hash::XxHash3_64;

use super::names::LEVELS;
use super::normal::{self, Hashed, HashedKind};
use super::sketch::{BANDS, BINS, Sketch, Sketcher, mix};
use super::title::Title;
use super::{Ad, employer};

/// What is kept of an ad to compare it with others: hashes of its parts and a sketch of its text.
///
/// The hashes are XXH3, which gives the same on every machine and in every version, takes a
/// fraction of the time of SHA-256 and, with 128 bits, has no collision by chance among 10¹² ads. It
/// does not withstand who wants ads to collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// Title and body, in order. The lower half is of what does not change with a number: the title
    /// without that of a requisition, a body that is not short without any. Both halves are equal only
    /// if all is.
    pub(super) text: u128,
    /// What of the title is not about the place.
    pub(super) title: u64,
    /// 0 if there is none.
    pub(super) employer: u64,
    /// 0 if there is none.
    pub(super) place: u64,
    /// The words of the body.
    pub(super) words: u32,
    pub(super) sketch: Sketch,
}

/// Bodies with fewer words say too little: their ads are the same only if all is.
pub(super) const MIN_WORDS: u32 = 20;

impl Signature {
    /// The length of a signature in bytes.
    pub const BYTES: usize = 16 + 3 * 8 + 4 + BINS;

    /// Makes the signature of an ad, in time linear in its length.
    ///
    /// ```
    /// use rolecall::dedup::{Ad, Signature};
    ///
    /// let body = ["Teach <b>nurses</b> in class".into()];
    /// let ad = Ad { title: "EHR Trainer", employer: "Acme, Inc.", place: "Boston", body: &body };
    /// let body = ["teach nurses,".into(), "in class!".into()];
    /// let same = Ad { title: "ehr trainer", employer: "ACME", place: "boston", body: &body };
    /// assert_eq!(Signature::of(&ad), Signature::of(&same));
    /// ```
    pub fn of(ad: &Ad<'_>) -> Self {
        let mut place_words = normal::place_words(ad.place);
        let place = normal::place(&place_words);
        // A title may say `TX` where the place says `Texas`.
        place_words.extend(place.rsplit_once(' ').map(|(_, last)| last.to_owned()));
        let title = Title::of(ad.title);
        let length: usize = ad.body.iter().map(|piece| piece.len()).sum();
        let mut text = Vec::with_capacity(length * 5 / 4 + 8);
        text.extend_from_slice(&hash(&title.words.join(" ")).to_le_bytes());
        let (mut numbers, mut before, mut is_level) = (Vec::new(), 0, false);
        let mut sketcher = Sketcher::new();
        for piece in ad.body {
            normal::hashes(piece, |Hashed { hash, kind }| {
                if matches!(kind, HashedKind::Word | HashedKind::Number) {
                    sketcher.push(hash);
                }
                let is_number = matches!(kind, HashedKind::Number | HashedKind::SmallNumber);
                if is_number {
                    // In `GS-0810-12` all belongs to the level.
                    is_level = LEVELS.contains(&before) || is_level && before == 0;
                    if !is_level {
                        numbers.push(text.len());
                    }
                }
                before = if is_number { 0 } else { hash };
                text.extend_from_slice(&hash.to_le_bytes());
            });
        }
        let words = u32::try_from(sketcher.words()).unwrap_or(u32::MAX);
        let exact = XxHash3_64::oneshot(&text);
        // Another start, so that the halves do not depend on each other.
        let plain_title = hash(&title.plain.join(" ")) ^ OTHER_START;
        text[..8].copy_from_slice(&plain_title.to_le_bytes());
        let alike = if words < MIN_WORDS || numbers.is_empty() {
            XxHash3_64::oneshot(&text)
        } else {
            XxHash3_64::oneshot(&without_numbers(&text, &numbers))
        };
        Self {
            text: u128::from(exact) << 64 | u128::from(alike),
            title: hash(&title.elsewhere(&place_words).join(" ")),
            employer: hash(&employer::key(ad.employer)),
            place: hash(&place),
            words,
            sketch: sketcher.finish(),
        }
    }

    /// Returns the signature as bytes, for a journal from which a run goes on.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let (head, sketch) = bytes.split_at_mut(Self::BYTES - BINS);
        head[..16].copy_from_slice(&self.text.to_le_bytes());
        head[16..24].copy_from_slice(&self.title.to_le_bytes());
        head[24..32].copy_from_slice(&self.employer.to_le_bytes());
        head[32..40].copy_from_slice(&self.place.to_le_bytes());
        head[40..].copy_from_slice(&self.words.to_le_bytes());
        sketch.copy_from_slice(&self.sketch.0);
        bytes
    }

    /// Returns the signature that [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|n| bytes[at + n]));
        Self {
            text: u128::from_le_bytes(std::array::from_fn(|n| bytes[n])),
            title: number(16),
            employer: number(24),
            place: number(32),
            words: u32::from_le_bytes(std::array::from_fn(|n| bytes[40 + n])),
            sketch: Sketch(std::array::from_fn(|n| bytes[Self::BYTES - BINS + n])),
        }
    }

    /// Tells whether there is nothing to compare.
    pub(super) fn is_empty(&self) -> bool {
        self.words == 0 && self.title == 0
    }

    /// Tells whether the employers are the same, or one is not known.
    pub(super) fn may_share_employer(&self, other: &Self) -> bool {
        self.employer == other.employer || self.employer == 0 || other.employer == 0
    }

    /// Tells whether the places are the same, or one is not known.
    pub(super) fn may_share_place(&self, other: &Self) -> bool {
        self.place == other.place || self.place == 0 || other.place == 0
    }

    /// Returns what two ads have in common that differ only in numbers, if at all.
    pub(super) fn without_numbers(&self) -> u64 {
        self.text as u64
    }

    /// Returns the key of all ads with these words.
    pub(super) fn text_key(&self) -> u64 {
        mix((self.text >> 64) as u64, 1)
    }

    /// Returns the key of all ads with these words in this place.
    pub(super) fn text_in_place_key(&self) -> u64 {
        mix(mix((self.text >> 64) as u64, 2), self.place)
    }

    /// Returns the key of all ads that differ only in numbers.
    pub(super) fn without_numbers_key(&self) -> u64 {
        mix(self.without_numbers(), 5)
    }

    /// Returns the keys of all ads with this title whose sketch agrees in a band; a short body has
    /// none.
    pub(super) fn band_keys(&self) -> impl Iterator<Item = u64> + '_ {
        let bands = if self.words < MIN_WORDS { 0 } else { BANDS };
        self.sketch.bands().take(bands).map(|band| mix(mix(band, 3), self.title))
    }
}

/// Any number.
const OTHER_START: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hashes a short text; none gives 0.
fn hash(text: &str) -> u64 {
    if text.is_empty() { 0 } else { XxHash3_64::oneshot(text.as_bytes()).max(1) }
}

/// Returns the hashes of a text, 8 bytes each, with those at the given positions as one: `1.5 and 2,000`
/// is `3 and 40`.
fn without_numbers(text: &[u8], numbers: &[usize]) -> Vec<u8> {
    let mut left = Vec::with_capacity(text.len());
    let mut from = 0;
    for &at in numbers {
        if at > from {
            left.extend_from_slice(&text[from..at]);
            left.extend_from_slice(&[0; 8]);
        }
        from = at + 8;
    }
    left.extend_from_slice(&text[from..]);
    left
}
