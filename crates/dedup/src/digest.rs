use std::fmt;
use std::str::FromStr;

use super::normal;
use super::sketch::mix;

/// A number for what a posting says in title and text, whatever it is written in: the same for plain text
/// and HTML, upper and lower case, any blanks and punctuation, and for a text in one piece or several.
///
/// The first 20 bits are of the title alone, the next 12 of it and the first words of the text, the rest is
/// of all: so most texts need not be read to know that they are none of some others. Of postings with other
/// titles at most one in 10¹⁵ has the same digest by chance, of those with the same title and first words one in
/// 4 · 10⁹. It is the same on every machine, but does not withstand who wants postings to collide.
///
/// ```
/// use rolecall_dedup::ContentDigest;
///
/// let digest = ContentDigest::of("EHR Trainer", ["<p>Teach nurses,</p> in class"]);
/// assert_eq!(digest, ContentDigest::of("ehr  trainer", ["teach nurses", "In class!"]));
/// assert_eq!(digest.unwrap().to_string().len(), 16);
/// assert_eq!(ContentDigest::of("EHR Trainer", [" "]), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentDigest(u64);

/// What the digests of all postings with a title have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TitleDigest(u64);

/// Bits of a digest that are of the title alone.
const TITLE_BITS: u32 = 20;

/// Bits that are of the title or the first words of the text.
const HEAD_BITS: u32 = 32;

/// The first words of a text, as far as they have bits of their own.
const HEAD_WORDS: u32 = 16;

impl TitleDigest {
    /// Returns the digest of a title, plain or HTML.
    pub fn of(title: &str) -> Self {
        let mut hashed = Hashed::from(0, u32::MAX);
        normal::hashes(title, &mut hashed);
        Self(hashed.all)
    }

    /// Returns the 20 bits that the digest of a posting with this title begins with.
    pub fn start(self) -> u32 {
        first_bits(self.0, TITLE_BITS)
    }

    /// Returns the 32 bits that the digest of a posting begins with, from this title and the first words of a
    /// text; more of it is not read. There are none of a text without a word or number.
    pub fn head<T: AsRef<str>>(self, body: impl IntoIterator<Item = T>) -> Option<u32> {
        let hashed = self.hashed(body, HEAD_WORDS);
        (hashed.words > 0).then(|| self.with_head(hashed.head))
    }

    /// Returns the digest of a posting with this title and this text, plain or HTML, in one or more pieces.
    /// There is none of a text without a word or number: a title alone names no posting.
    pub fn with<T: AsRef<str>>(self, body: impl IntoIterator<Item = T>) -> Option<ContentDigest> {
        let hashed = self.hashed(body, u32::MAX);
        let head = u64::from(self.with_head(hashed.head)) << (u64::BITS - HEAD_BITS);
        (hashed.words > 0).then_some(ContentDigest(head | hashed.all >> HEAD_BITS))
    }

    fn hashed<T: AsRef<str>>(self, body: impl IntoIterator<Item = T>, most: u32) -> Hashed {
        let mut hashed = Hashed::from(self.0, most);
        for piece in body {
            if !normal::Listener::is_full(&hashed) {
                normal::hashes(piece.as_ref(), &mut hashed);
            }
        }
        hashed
    }

    fn with_head(self, head: u64) -> u32 {
        const OF_TEXT: u32 = HEAD_BITS - TITLE_BITS;
        self.start() << OF_TEXT | first_bits(head, OF_TEXT)
    }
}

impl ContentDigest {
    /// Returns the digest of a posting's title and text, each plain or HTML, the text in one or more pieces.
    /// There is none of a text without a word or number: a title alone names no posting.
    pub fn of<T: AsRef<str>>(title: &str, body: impl IntoIterator<Item = T>) -> Option<Self> {
        TitleDigest::of(title).with(body)
    }

    /// Returns the 20 bits that are of the title alone, as [`TitleDigest::start`] does.
    pub fn start(self) -> u32 {
        first_bits(self.0, TITLE_BITS)
    }

    /// Returns the 32 bits that are of the title and the first words, as [`TitleDigest::head`] does.
    pub fn head(self) -> u32 {
        first_bits(self.0, HEAD_BITS)
    }
}

/// Returns the first bits of a number, at most 32.
#[allow(clippy::cast_possible_truncation, reason = "at most 32 bits are left")]
fn first_bits(number: u64, bits: u32) -> u32 {
    (number >> (u64::BITS - bits)) as u32
}

/// Shows 16 hexadecimal digits.
impl fmt::Display for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for ContentDigest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or_else(|| {
            format!("expected 16 hexadecimal digits, found `{}`", text.escape_debug())
        })
    }
}

/// A hash of the words and numbers that were heard, in order.
struct Hashed {
    all: u64,
    /// Of the first ones.
    head: u64,
    words: u32,
    /// So many need to be heard.
    most: u32,
}

impl Hashed {
    fn from(start: u64, most: u32) -> Self {
        Self { all: start, head: start, words: 0, most }
    }

    #[inline(always)]
    fn push(&mut self, hash: u64) {
        self.all = mix(self.all, hash);
        if self.words < HEAD_WORDS {
            self.head = self.all;
        }
        self.words = self.words.saturating_add(1);
    }
}

impl normal::Listener for Hashed {
    #[inline(always)]
    fn word(&mut self, hash: u64) {
        self.push(hash);
    }

    #[inline(always)]
    fn number(&mut self, hash: u64) {
        self.push(hash);
    }

    #[inline(never)]
    fn small(&mut self, hash: u64, _: bool) {
        self.push(hash);
    }

    #[inline(always)]
    fn is_full(&self) -> bool {
        self.words >= self.most
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(title: &str, text: &str) -> ContentDigest {
        ContentDigest::of(title, [text]).unwrap()
    }

    #[test]
    fn it_is_of_what_is_said_and_not_of_how_it_is_written() {
        let digest = of("EHR Trainer (R&D)", "Don't wait: teach C++ to 12 nurses at St. Luke's.");
        for (title, text) in [
            ("ehr trainer - r&d", "don't wait\n\nTEACH   C++ to 12 nurses at St Luke's"),
            (
                "EHR Trainer (R&amp;D)",
                "<p>Don&#39;t <b>wait</b>:</p><ul><li>teach C++ to 12&nbsp;nurses</li></ul> at St. Luke’s.",
            ),
            (
                "<h1>EHR Trainer (R&amp;D)</h1>",
                "&lt;p&gt;Don’t wait: teach C++ to 12 nurses&lt;/p&gt; at\tSt. Luke's",
            ),
        ] {
            assert_eq!(of(title, text), digest, "{title} {text}");
        }
        for (title, text) in [
            ("EHR Trainer (R&D)", "Don't wait: teach C++ to 13 nurses at St. Luke's."),
            ("EHR Trainer (R&D)", "Don't wait: teach C# to 12 nurses at St. Luke's."),
            ("EHR Trainer (R&D)", "Wait: don't teach C++ to 12 nurses at St. Luke's."),
            ("EHR Trainer II (R&D)", "Don't wait: teach C++ to 12 nurses at St. Luke's."),
            ("EHR Trainer", "(R&D) Don't wait: teach C++ to 12 nurses at St. Luke's."),
        ] {
            assert_ne!(of(title, text), digest, "{title} {text}");
        }
    }

    /// Files of digests stay what they are: a change here makes all of them useless.
    #[test]
    fn it_is_the_same_in_every_version() {
        let digest = of("EHR Trainer", "Teach 12 nurses the Épic record, C++ & R, in class.");
        assert_eq!(digest.to_string(), "b3e1cb3eb3e11b48");
    }

    #[test]
    fn what_follows_the_first_words_changes_the_second_half_alone() {
        let text =
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
        let [short, a, b, c] =
            ["", " fifteen", " fifteen sixteen x y", " fifteen sixteen seventeen"]
                .map(|rest| of("EHR Trainer", &format!("{text}{rest}")));
        assert_ne!(short.head(), a.head());
        assert_eq!(short.start(), a.start());
        assert_eq!((b.head(), b == c), (c.head(), false));
    }

    #[test]
    fn what_says_nothing_has_none() {
        for body in [&[][..], &[""], &[" ", "<p>&nbsp;</p>", "--"]] {
            assert_eq!(ContentDigest::of("EHR Trainer", body), None, "{body:?}");
        }
        assert!(ContentDigest::of("", ["Teach"]).is_some());
    }

    #[test]
    fn only_sixteen_digits_are_read() {
        for text in
            ["", "0123456789abcde", "0123456789abcdefa", "+123456789abcdef", "é1234567890abcd"]
        {
            assert!(text.parse::<ContentDigest>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_begins_as_title_and_first_words_do(title in ".{0,20}", text in "([a-z0-9é]{0,4}[ +,]){0,30}") {
            let start = TitleDigest::of(&title);
            let digest = start.with([&text]);
            prop_assert_eq!(digest.is_some(), start.head([&text]).is_some());
            if let Some(digest) = digest {
                prop_assert_eq!(digest.start(), start.start());
                prop_assert_eq!(Some(digest.head()), start.head([&text]));
                prop_assert_eq!(Some(digest.head()), start.head(text.split(' ')));
                prop_assert_eq!(digest.to_string().parse(), Ok(digest));
                let digits = format!("{:05x}", start.start());
                prop_assert!(digest.to_string().starts_with(&digits), "{} {}", digest, digits);
            }
        }

        #[test]
        fn pieces_do_not_matter(pieces in prop::collection::vec("[a-z0-9+. ]{0,12}", 0..4)) {
            prop_assert_eq!(
                ContentDigest::of("Trainer", &pieces),
                ContentDigest::of("Trainer", [pieces.join("\n\n")])
            );
        }
    }
}
