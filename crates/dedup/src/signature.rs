use twox_hash::XxHash3_64;

use super::normal;
use super::sketch::{BANDS, BINS, FACTOR, Sketch, Sketcher, mix};
use super::title::Title;
use super::word_lists::LEVELS;
use super::{Ad, employer};

/// What is kept of an ad to compare it with others: hashes of its parts and a sketch of its text.
///
/// The hashes are XXH3 of titles, employers and places, and of a body a multiplication for each word,
/// as in wyhash. They are the same on every machine and in every version, take a fraction of the time
/// of SHA-256 and, with 128 bits for a text, have no collision by chance among 10¹² ads. They do not
/// withstand who wants ads to collide.
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
    /// use rolecall_dedup::{Ad, Signature};
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
        let mut text = Text::of(&title);
        for piece in ad.body {
            normal::hashes(piece, &mut text);
        }
        let words = u32::try_from(text.sketcher.words()).unwrap_or(u32::MAX);
        let (exact, alike) = text.hashes(words < MIN_WORDS);
        Self {
            text: u128::from(exact) << 64 | u128::from(alike),
            title: hash(&title.elsewhere(&place_words)),
            employer: hash(&employer::key(ad.employer)),
            place: hash(&place),
            words,
            sketch: text.sketcher.finish(),
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

/// Hashes of title and body, and the sketch of the body, that take in a word at a time: two
/// multiplications cost less than to keep the words and to hash them at the end.
struct Text {
    /// All words, as a polynomial, since they are hashes already.
    exact: u64,
    /// All words, numbers beside each other as one: `1.5 and 2,000` is `3 and 40`.
    alike: u64,
    /// The numbers that `alike` leaves out.
    numbers: u64,
    /// The last word, 0 if it was a number.
    before: u64,
    /// In `GS-0810-12` all belongs to the level.
    is_level: bool,
    sketcher: Sketcher,
}

impl Text {
    fn of(title: &Title) -> Self {
        Self {
            exact: hash(&title.words),
            // Another start, so that the two do not depend on each other.
            alike: hash(&title.plain) ^ OTHER_START,
            numbers: 0,
            before: OTHER_START,
            is_level: false,
            sketcher: Sketcher::new(),
        }
    }

    /// Returns the hash of all, and that of what does not change with a number. In a short text
    /// numbers count: few words are left without them.
    fn hashes(&self, is_short: bool) -> (u64, u64) {
        let alike = if is_short { mix(self.alike, self.numbers) } else { self.alike };
        (mix(self.exact, FACTOR), alike)
    }

    #[inline(always)]
    fn push(&mut self, hash: u64) {
        self.exact = self.exact.wrapping_mul(FACTOR).wrapping_add(hash);
        self.alike = mix(self.alike, hash);
        self.before = hash;
    }

    fn push_number(&mut self, hash: u64) {
        let is_first = self.before != 0;
        self.is_level = if is_first { LEVELS.contains(&self.before) } else { self.is_level };
        if self.is_level {
            self.push(hash);
        } else {
            self.exact = self.exact.wrapping_mul(FACTOR).wrapping_add(hash);
            self.numbers = mix(self.numbers, hash);
            if is_first {
                self.alike = mix(self.alike, 0);
            }
        }
        self.before = 0;
    }
}

impl normal::Listener for Text {
    // Most parts are words; the rest is kept out of their way.
    #[inline(always)]
    fn word(&mut self, hash: u64) {
        self.sketcher.push(hash);
        self.push(hash);
    }

    #[inline(never)]
    fn number(&mut self, hash: u64) {
        self.sketcher.push(hash);
        self.push_number(hash);
    }

    #[inline(never)]
    fn small(&mut self, hash: u64, is_number: bool) {
        if is_number { self.push_number(hash) } else { self.push(hash) }
    }
}
