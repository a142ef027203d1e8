use super::Kind;
use super::buckets::Buckets;
use super::signature::{MIN_WORDS, Signature};
use super::sketch::{BANDS, BINS, Sketch, mix};

/// What a posting is to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The number of the first posting of the ad: its own if there was none before.
    pub cluster: u64,
    /// The number of the posting before that it repeats: one in the same place if there is one.
    pub duplicate_of: Option<u64>,
    /// How it repeats it.
    pub kind: Kind,
}

/// The ads seen so far, as many as fit into a budget of memory.
///
/// When the budget is full, the ads that were longest not seen are forgotten; a posting of one of
/// them is then a first posting again. So duplicates are found within a window of at least
/// [`capacity`](Self::capacity) postings before, and farther where ads repeat.
#[derive(Debug, Clone)]
pub struct Duplicates {
    ads: Vec<Kept>,
    /// The number of the newest ad. They count from twice the capacity, so that 0, which is in free
    /// entries of buckets, is older than all.
    newest: u64,
    capacity: usize,
    buckets: Buckets,
}

/// An ad in a place.
#[derive(Debug, Clone, Copy)]
struct Kept {
    signature: Signature,
    number: u64,
    cluster: u64,
}

/// Keys of an ad: its bands, its text, its text in its place, its text without numbers, its cluster in
/// its place.
const KEYS: usize = BANDS + 4;

/// Bytes of two sketches that agree when ads are nearly the same.
const NEAR: usize = Sketch::agreeing_at(Duplicates::THRESHOLD);

impl Duplicates {
    /// The estimated Jaccard similarity of shingles from which on texts are nearly the same.
    pub const THRESHOLD: f64 = 0.8;

    /// 128 MiB, which is room for 314,327 ads.
    pub const DEFAULT_BUDGET: usize = 128 << 20;

    const BYTES_PER_AD: usize = size_of::<Kept>() + Buckets::bytes(KEYS);

    /// Makes room for as many ads as fit into a budget, in bytes; at least for one.
    pub fn new(budget: usize) -> Self {
        // Numbers of ads are told apart by 32 bits.
        let capacity = (budget / Self::BYTES_PER_AD).clamp(1, 1 << 30);
        Self {
            ads: Vec::with_capacity(capacity),
            newest: 2 * capacity as u64 - 1,
            capacity,
            buckets: Buckets::new(capacity * KEYS),
        }
    }

    /// Returns how many ads fit into the budget. An ad counts once for each place, and once for each
    /// wording.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Compares a posting with those before it, and remembers it. Its number is the caller's.
    ///
    /// Takes time that does not depend on how many came before: at most 8 candidates for each of 22
    /// keys are compared.
    pub fn see(&mut self, number: u64, signature: &Signature) -> Verdict {
        let first = Verdict { cluster: number, duplicate_of: None, kind: Kind::First };
        // Of a posting without words nothing can be told.
        if signature.is_empty() {
            return first;
        }
        let Some((at, likeness)) = self.most_like(signature) else {
            self.keep(Kept { signature: *signature, number, cluster: number });
            return first;
        };
        let found = self.ad(at);
        let verdict = Verdict {
            cluster: found.cluster,
            duplicate_of: Some(found.number),
            kind: Kind::new(likeness.same_text, likeness.same_place),
        };
        if verdict.kind == Kind::Exact && found.signature.place == signature.place {
            // What repeats is kept once, and again only before it is forgotten.
            if self.newest - at > self.capacity as u64 / 2 {
                self.keep(found);
            }
            return verdict;
        }
        let mut signature = *signature;
        if signature.employer == 0 {
            // Else a posting without an employer would make two employers' ads one.
            signature.employer = found.signature.employer;
        }
        self.keep(Kept { signature, number, cluster: found.cluster });
        verdict
    }

    /// Finds the ad that is most like this one, if one is the same.
    fn most_like(&self, signature: &Signature) -> Option<(u64, Likeness)> {
        let here = self.best(signature, [signature.text_in_place_key()].into_iter());
        let by_text = here
            .or_else(|| self.best(signature, [signature.text_key()].into_iter()))
            .or_else(|| self.best(signature, [signature.without_numbers_key()].into_iter()));
        let found = by_text.or_else(|| self.best(signature, signature.band_keys()))?;
        if found.1.same_place {
            return Some(found);
        }
        // Another posting of the ad may be in the place.
        let key = in_place_key(self.ad(found.0).cluster, signature.place);
        let in_place = self.best(signature, [key].into_iter());
        Some(in_place.filter(|(_, likeness)| likeness.same_place).unwrap_or(found))
    }

    /// Finds the ad that is most like this one among those with one of the keys.
    fn best(
        &self,
        signature: &Signature,
        keys: impl Iterator<Item = u64>,
    ) -> Option<(u64, Likeness)> {
        let mut best: Option<(u64, Likeness)> = None;
        for key in keys {
            for at in self.buckets.find(key, self.newest, self.capacity as u64) {
                if best.is_some_and(|(best, _)| best == at) {
                    continue;
                }
                let Some(likeness) = Likeness::of(signature, &self.ad(at).signature) else {
                    continue;
                };
                // The order of buckets must not show.
                let rank = |(at, likeness): (u64, Likeness)| (likeness, std::cmp::Reverse(at));
                if best.is_none_or(|best| rank((at, likeness)) > rank(best)) {
                    best = Some((at, likeness));
                }
            }
        }
        best
    }

    fn ad(&self, at: u64) -> Kept {
        self.ads[self.slot(at)]
    }

    fn slot(&self, at: u64) -> usize {
        (at % self.capacity as u64) as usize
    }

    fn keep(&mut self, kept: Kept) {
        self.newest += 1;
        let slot = self.slot(self.newest);
        match self.ads.get_mut(slot) {
            Some(oldest) => *oldest = kept,
            None => self.ads.push(kept),
        }
        let Self { ads, newest, capacity, buckets } = self;
        let text = [
            kept.signature.text_key(),
            kept.signature.text_in_place_key(),
            kept.signature.without_numbers_key(),
            in_place_key(kept.cluster, kept.signature.place),
        ];
        for key in text.into_iter().chain(kept.signature.band_keys()) {
            // Of each cluster only the newest is found by a key, so that an ad in a thousand places
            // does not drive out others.
            buckets.put(key, *newest, *capacity as u64, |at| {
                ads[(at % *capacity as u64) as usize].cluster == kept.cluster
            });
        }
    }
}

fn in_place_key(cluster: u64, place: u64) -> u64 {
    mix(mix(cluster, 4), place)
}

/// How two ads that are the same are alike; the greater, the more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    same_place: bool,
    same_text: bool,
    agreeing: usize,
}

impl Likeness {
    /// Compares two ads. Returns nothing if they are not the same.
    fn of(a: &Signature, b: &Signature) -> Option<Self> {
        let long = a.words >= MIN_WORDS && b.words >= MIN_WORDS;
        let same_text = a.text == b.text;
        let same_place = a.may_share_place(b);
        if same_text {
            // Boards write one employer in many ways; who copies a long text word for word is the
            // same one.
            let same = long || a.may_share_employer(b);
            return same.then_some(Self { same_place, same_text, agreeing: BINS });
        }
        if !a.may_share_employer(b) {
            return None;
        }
        if a.without_numbers() == b.without_numbers() {
            return Some(Self { same_place, same_text, agreeing: BINS });
        }
        if !long || a.title != b.title {
            return None;
        }
        let agreeing = a.sketch.agreeing(&b.sketch);
        (agreeing >= NEAR).then_some(Self { same_place, same_text, agreeing })
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::Ad;
    use super::*;

    /// A text whose words are numbers from a start on; `changed` words in it are others.
    fn text(start: usize, words: usize, changed: usize) -> String {
        let mut text: Vec<_> = (start..start + words).map(|n| format!("word{n}")).collect();
        for n in 0..changed {
            text[n * words / changed + words / changed / 2] = format!("other{start}x{n}");
        }
        text.join(" ")
    }

    fn sign(title: &str, employer: &str, place: &str, body: &str) -> Signature {
        Signature::of(&Ad { title, employer, place, body: &[Cow::Borrowed(body)] })
    }

    fn see_all(signatures: &[Signature]) -> Vec<(u64, Option<u64>, &'static str)> {
        let mut duplicates = Duplicates::new(1 << 20);
        let mut see = |(number, signature): (u64, &Signature)| {
            let verdict = duplicates.see(number, signature);
            (verdict.cluster, verdict.duplicate_of, verdict.kind.as_str())
        };
        (0..).zip(signatures).map(&mut see).collect()
    }

    #[test]
    fn each_kind_and_what_is_not_the_same() {
        let body = text(0, 300, 0);
        let (near, far) = (text(0, 300, 5), text(0, 300, 60));
        let verdicts = see_all(&[
            sign("Nurse", "Acme", "Boston", &body),
            sign("NURSE", "Acme, Inc.", "Boston 02108", &body),
            sign("Nurse", "Acme", "Salem", &body),
            sign("Nurse", "Acme", "Salem", &body),
            sign("Nurse", "Acme", "Boston", &near),
            sign("Nurse - Lowell", "Acme", "Lowell", &near),
            sign("Nurse", "Acme", "", &body),
            sign("Senior Nurse", "Acme", "Boston", &body),
            sign("Nurse", "Bolt", "Boston", &near.replace("word7 ", "")),
            sign("Nurse", "Acme", "Boston", &far),
            sign("", "", "Boston", " - "),
            sign("", "", "Boston", " - "),
        ]);
        assert_eq!(
            verdicts,
            [
                (0, None, "first"),
                (0, Some(0), "exact"),
                (0, Some(0), "exact_other_place"),
                (0, Some(2), "exact"),
                (0, Some(0), "near"),
                (0, Some(4), "near_other_place"),
                (0, Some(2), "exact"),
                (7, None, "first"),
                (8, None, "first"),
                (9, None, "first"),
                (10, None, "first"),
                (11, None, "first"),
            ]
        );
    }

    #[test]
    fn short_ads_are_the_same_only_if_all_is() {
        let verdicts = see_all(&[
            sign("Nurse", "Acme", "", "Apply now at the front desk"),
            sign("Nurse", "Bolt", "", "Apply now at the front desk"),
            sign("Nurse", "Acme", "", "Apply today at the front desk"),
            sign("Nurse", "Bolt", "", "apply now, at the front desk!"),
        ]);
        assert_eq!(verdicts[..3], [(0, None, "first"), (1, None, "first"), (2, None, "first")]);
        assert_eq!(verdicts[3], (1, Some(1), "exact"));
    }

    #[test]
    fn the_number_of_a_requisition_makes_no_other_ad_and_no_exact_one() {
        let (long, short) = (text(0, 300, 0), "Apply now at the front desk");
        for body in [&*long, short] {
            let verdicts = see_all(&[
                sign("Nurse", "Acme", "Boston", body),
                sign("Nurse (Req #8812)", "Acme", "Boston", body),
                sign("Nurse - R12345", "Acme", "Salem", body),
                sign("Nurse - R12345", "Acme", "Salem", body),
                sign("Nurse 2", "Acme", "Boston", body),
                sign("Nurse - R12345", "Bolt", "Lowell", body),
            ]);
            assert_eq!(verdicts[1], (0, Some(0), "near"));
            assert_eq!(verdicts[2].2, "near_other_place");
            assert_eq!(verdicts[3], (0, Some(2), "exact"));
            assert_eq!(verdicts[4], (4, None, "first"));
        }
        let verdicts = see_all(&[
            sign("Nurse - R12345", "Acme", "", short),
            sign("Nurse - R67890", "Bolt", "", short),
        ]);
        assert_eq!(verdicts[1], (1, None, "first"));
    }

    #[test]
    fn numbers_alone_make_long_texts_near_and_short_ones_others() {
        let body = |ward: &str| format!("{} on ward {ward} from 7 to 3", text(0, 300, 0));
        let verdicts = see_all(&[
            sign("Nurse", "Acme", "", &body("1")),
            sign("Nurse", "Acme", "", &body("2")),
            sign("Nurse", "Acme", "", &body("1")),
            sign("Nurse", "Bolt", "", &body("3")),
            sign("Nurse", "Acme", "", "on ward 1"),
            sign("Nurse", "Acme", "", "on ward 2"),
        ]);
        let kinds: Vec<_> = verdicts.iter().map(|verdict| verdict.2).collect();
        assert_eq!(kinds, ["first", "near", "exact", "first", "first", "first"]);
        // Another grade is another job.
        let body = |grade: &str| format!("{grade} a year {}", text(0, 21, 0));
        let verdicts = see_all(
            &["GS-0810-11 $70,000", "GS-0810-12 $80,000", "GS-0810-11 $75,500"]
                .map(|grade| sign("Engineer", "", "", &body(grade))),
        );
        assert_eq!(verdicts[1], (1, None, "first"));
        assert_eq!(verdicts[2], (0, Some(0), "near"));
    }

    #[test]
    fn an_ad_without_employer_does_not_join_two_employers() {
        let near = |changed| text(0, 300, changed);
        let verdicts = see_all(&[
            sign("Nurse", "Acme", "", &near(1)),
            sign("Nurse", "", "", &near(2)),
            sign("Nurse", "Bolt", "", &near(3)),
        ]);
        assert_eq!(verdicts[1], (0, Some(0), "near"));
        assert_eq!(verdicts[2], (2, None, "first"));
    }

    #[test]
    fn the_default_budget_is_what_it_says() {
        let duplicates = Duplicates::new(Duplicates::DEFAULT_BUDGET);
        assert_eq!(duplicates.capacity(), 314_327);
        let used = duplicates.capacity() * Duplicates::BYTES_PER_AD;
        assert!(used <= Duplicates::DEFAULT_BUDGET);
    }

    #[test]
    fn the_oldest_are_forgotten_and_what_repeats_is_not() {
        let capacity = 50;
        let mut duplicates = Duplicates::new(capacity * Duplicates::BYTES_PER_AD);
        assert_eq!(duplicates.capacity(), capacity);
        let ad = |n: usize| sign("Nurse", "Acme", "Boston", &text(n * 1000, 60, 0));
        let mut number = 0;
        let mut see = |n: usize| {
            number += 1;
            duplicates.see(number, &ad(n)).kind
        };
        for n in 0..400 {
            assert_eq!(see(n), Kind::First, "{n}");
            // Ad 0 comes again and again, longer than the memory reaches.
            if n % 20 == 0 && n > 0 {
                assert_eq!(see(0), Kind::Exact, "{n}");
            }
        }
        assert_eq!(see(390), Kind::Exact);
        assert_eq!(see(300), Kind::First);
        assert!(duplicates.ads.len() <= capacity);
    }

    /// Tells without buckets and bands whether an ad before has the same text and may be the same: every ad is
    /// compared. An ad without an employer has that of the first one of its cluster behind it.
    fn has_same_text(seen: &[Signature], clusters: &[u64], signature: &Signature) -> bool {
        let mut all: BTreeMap<u64, bool> = BTreeMap::new();
        let same = clusters.iter().zip(seen).filter(|(_, before)| before.text == signature.text);
        for (&cluster, before) in same {
            *all.entry(cluster).or_insert(true) &= Likeness::of(signature, before).is_some();
        }
        all.into_values().any(|may_be_same| may_be_same)
    }

    #[test]
    fn who_comes_second_has_the_short_ad_that_names_no_employer() {
        let verdicts = see_all(&[
            sign("Nurse", "", "Boston", "Apply now"),
            sign("Nurse", "Acme", "Salem", "Apply now"),
            sign("Nurse", "Bolt", "Salem", "Apply now"),
        ]);
        assert_eq!(verdicts[1], (0, Some(0), "exact_other_place"));
        assert_eq!(verdicts[2], (2, None, "first"));
    }

    /// An ad of few titles, employers and places, and a text like those of others.
    fn any_ad() -> impl Strategy<Value = Signature> {
        let text = (0_usize..3, 10_usize..80, 0_usize..6)
            .prop_map(|(start, words, changed)| text(start * 7, words, changed));
        let name = |names: &'static [&'static str]| prop::sample::select(names);
        (
            name(&["nurse", "clerk", ""]),
            name(&["acme", "bolt", ""]),
            name(&["boston", "salem", ""]),
            text,
        )
            .prop_map(|(title, employer, place, text)| sign(title, employer, place, &text))
    }

    proptest! {
        #[test]
        fn copies_are_found_and_nothing_else(ads in prop::collection::vec(any_ad(), 1..60)) {
            let verdicts = see_all(&ads);
            let clusters: Vec<_> = verdicts.iter().map(|verdict| verdict.0).collect();
            for (n, &(cluster, duplicate_of, kind)) in verdicts.iter().enumerate() {
                let is = |kinds: &[Kind]| kinds.iter().any(|expected| expected.as_str() == kind);
                match duplicate_of.map(|at| at as usize) {
                    None => {
                        // What has a short text or the same one has no bands to miss.
                        prop_assert!(!has_same_text(&ads[..n], &clusters, &ads[n]), "{n}");
                        prop_assert_eq!(cluster, n as u64);
                        prop_assert!(is(&[Kind::First]));
                    }
                    Some(at) => {
                        prop_assert!(at < n);
                        prop_assert_eq!(cluster, verdicts[at].0);
                        prop_assert_eq!(verdicts[cluster as usize].2, "first");
                        let same_text = ads[at].text == ads[n].text;
                        prop_assert_eq!(is(&[Kind::Exact, Kind::ExactOtherPlace]), same_text);
                        let same_place = ads[at].may_share_place(&ads[n]);
                        prop_assert_eq!(is(&[Kind::Exact, Kind::Near]), same_place);
                        prop_assert!(same_text || ads[at].title == ads[n].title);
                        prop_assert!(same_text || ads[at].sketch.agreeing(&ads[n].sketch) >= NEAR);
                    }
                }
            }
        }

        #[test]
        fn a_journal_of_bytes_restores_the_state(ads in prop::collection::vec(any_ad(), 2..40), at in any::<prop::sample::Index>()) {
            let at = at.index(ads.len());
            let read: Vec<_> = ads[..at].iter().map(|ad| Signature::from_bytes(&ad.to_bytes())).collect();
            prop_assert_eq!(&read[..], &ads[..at]);
            let again: Vec<_> = read.into_iter().chain(ads[at..].iter().copied()).collect();
            prop_assert_eq!(see_all(&again), see_all(&ads));
        }
    }

    #[test]
    fn bands_find_what_brute_force_finds() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut duplicates = Duplicates::new(16 << 20);
        let (mut seen, mut near, mut found) = (Vec::<Signature>::new(), 0, 0);
        for n in 0..1500 {
            // A text of one of 300, with up to 3 % of its words changed.
            let body = text(random.usize(..300) * 1000, 250, random.usize(1..8));
            let signature = sign("Nurse", "Acme", "", &body);
            let verdict = duplicates.see(n, &signature);
            let is_near = seen.iter().any(|before| Likeness::of(&signature, before).is_some());
            assert!(is_near || verdict.kind == Kind::First);
            near += usize::from(is_near);
            found += usize::from(verdict.kind != Kind::First);
            seen.push(signature);
        }
        assert!(near > 500, "{near}");
        assert!(found * 1000 >= near * 985, "{found} of {near}");
    }
}
