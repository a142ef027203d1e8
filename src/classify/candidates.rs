//! What may be the title of a job in an ad that holds several.

use std::borrow::Cow;
use std::collections::HashSet;

use memchr::memchr_iter;

use crate::Corpus;
use crate::posting::{Posting, normalize};
use crate::text::strip_markup;

/// A title of a job in a list has at most so many words.
const MAX_TITLE_WORDS: usize = 6;

/// A longer line is a paragraph.
const MAX_LINE_WORDS: usize = 60;

/// What follows a title in a line that is no sentence: `Data Scientist, Women's Health`.
const MAX_WORDS_WITH_FIELD: usize = 14;

/// So many are looked at: no ad holds more jobs.
const MAX_CANDIDATES: usize = 200;

/// Characters between the parts of a line.
const BETWEEN: [char; 8] = ['|', '•', '·', '–', '—', '[', ']', ':'];

/// Words that announce what is hired for.
const ANNOUNCING: [&str; 9] = [
    "hiring",
    "looking",
    "opening",
    "openings",
    "position",
    "positions",
    "role",
    "roles",
    "seeking",
];

/// Words between what announces and what is announced.
const FILLING: [&str; 5] = ["a", "an", "for", "our", "the"];

/// Elements of HTML that start a line.
const BLOCKS: [&str; 14] =
    ["br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "td", "tr"];

/// Returns what looks like titles of jobs in a posting, each once, in the order of the posting: parts of its
/// title, if there are two, and of the lines of its text. Takes time linear in the length.
pub(super) fn candidates(posting: &Posting<'_>, corpus: &Corpus) -> Vec<String> {
    let reader = Reader { corpus };
    let of_title = reader.of_title(&posting.title);
    let own = if of_title.is_empty() { own_titles(&posting.title) } else { HashSet::new() };
    let mut found = Found { seen: own, titles: Vec::new() };
    found.extend(of_title);
    for text in &posting.body {
        let mut announced = true;
        for line in lines(text).lines().map(without_bullet).filter(|line| !line.is_empty()) {
            if found.titles.len() >= MAX_CANDIDATES {
                return found.titles;
            }
            if line.split_whitespace().take(MAX_LINE_WORDS + 1).count() <= MAX_LINE_WORDS {
                found.extend(reader.of_line(line, announced));
            }
            announced = false;
        }
    }
    found.titles
}

struct Found {
    seen: HashSet<String>,
    titles: Vec<String>,
}

impl Found {
    fn extend(&mut self, titles: Vec<String>) {
        for title in titles {
            if self.seen.insert(singular(&title)) {
                self.titles.push(title);
            }
        }
    }
}

struct Reader<'c> {
    corpus: &'c Corpus,
}

impl Reader<'_> {
    /// Returns the parts of a title that are titles, if two stand side by side.
    ///
    /// What stands in brackets or behind a dash says more of the same job.
    fn of_title(&self, title: &str) -> Vec<String> {
        let sides = chunks(title).into_iter().map(|chunk| {
            let titles: Vec<_> =
                parts(chunk).into_iter().filter(|part| self.is_title(part)).collect();
            if titles.len() < 2 { Vec::new() } else { titles }
        });
        sides.flatten().collect()
    }

    /// Returns the titles that a line starts with, or has anywhere if it is the first or announces them.
    fn of_line(&self, line: &str, is_first: bool) -> Vec<String> {
        let mut titles = Vec::new();
        let announces = line.split(|c: char| !c.is_alphanumeric()).any(is_announcing);
        for (n, chunk) in chunks(line).into_iter().enumerate() {
            if n > 0 && !is_first && !announces {
                break;
            }
            let listed = self.only_titles(&parts(announced(chunk)));
            if n == 0 && listed.is_empty() {
                titles.extend(self.before_comma(chunk, line));
            }
            titles.extend(listed);
        }
        titles
    }

    /// Returns the parts if all are titles: a sentence has others.
    fn only_titles(&self, parts: &[String]) -> Vec<String> {
        if parts.iter().all(|part| self.is_title(part)) { parts.to_vec() } else { Vec::new() }
    }

    /// Returns the title that a short line has before its first comma.
    fn before_comma(&self, chunk: &str, line: &str) -> Option<String> {
        let (title, _) = chunk.split_once(',')?;
        let is_short = line.split_whitespace().nth(MAX_WORDS_WITH_FIELD).is_none();
        let title = trimmed(title);
        (is_short && self.is_title(title)).then(|| title.to_owned())
    }

    fn is_title(&self, text: &str) -> bool {
        let Corpus { column_names, stop_words, .. } = self.corpus;
        text.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
            && text.split_whitespace().nth(MAX_TITLE_WORDS).is_none()
            && column_names.ends_with_title_word(text)
            && !text.split(|c: char| !c.is_alphanumeric()).any(|word| stop_words.contains(word))
    }
}

/// Returns one form for a title and its plural, in whatever case.
fn singular(title: &str) -> String {
    let mut title = normalize(title);
    title.truncate(title.trim_end_matches('s').len());
    title
}

/// Returns the forms in which an ad names its one job again: the title and what it starts with.
fn own_titles(title: &str) -> HashSet<String> {
    let of_chunk = |chunk: &&str| parts(chunk).into_iter().next();
    let chunks = chunks(title);
    let starts = chunks.iter().filter_map(of_chunk);
    let whole = chunks.iter().map(|&chunk| chunk.to_owned()).chain([title.to_owned()]);
    starts.chain(whole).map(|title| singular(&title)).collect()
}

/// Returns a text with a line for each block of its HTML, without markup.
fn lines(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return Cow::Borrowed(text);
    }
    let html = htmlize::unescape(text);
    let mut broken = String::with_capacity(html.len());
    let mut copied = 0;
    for open in memchr_iter(b'<', html.as_bytes()) {
        let inside = &html[open + 1..];
        let name = inside.strip_prefix('/').unwrap_or(inside);
        let end = name.bytes().take_while(u8::is_ascii_alphanumeric).take(3).count();
        if BLOCKS.iter().any(|block| block.eq_ignore_ascii_case(&name[..end])) {
            broken.push_str(&html[copied..open]);
            broken.push('\n');
            copied = open;
        }
    }
    broken.push_str(&html[copied..]);
    Cow::Owned(strip_markup(&broken).into_owned())
}

/// Returns a line without the bullet or number before it.
fn without_bullet(line: &str) -> &str {
    let line = line.trim();
    let numberless = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let line = if numberless.starts_with(['.', ')']) { numberless } else { line };
    line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '(')
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Splits a line at dashes, bars, colons, addresses and ends of sentences, and leaves out what is in brackets.
fn chunks(line: &str) -> Vec<&str> {
    let mut chunks = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(c) = line[at..].chars().next() {
        let length = c.len_utf8();
        let between = match c {
            '(' => line[at..].find(')').map_or(line.len() - at, |close| close + 1),
            'h' => address_length(&line[at..]),
            '-' if is_dash(line, at) => length,
            '.' if ends_sentence(line, at) => length,
            _ if BETWEEN.contains(&c) => length,
            _ => 0,
        };
        if between > 0 {
            chunks.push(&line[start..at]);
            start = at + between;
        }
        at += between.max(length);
    }
    chunks.push(&line[start..]);
    chunks.into_iter().map(trimmed).filter(|chunk| !chunk.is_empty()).collect()
}

fn address_length(text: &str) -> usize {
    let is_address = text.starts_with("http://") || text.starts_with("https://");
    if is_address { text.find(char::is_whitespace).unwrap_or(text.len()) } else { 0 }
}

/// Tells whether a hyphen has blanks or hyphens around it.
fn is_dash(line: &str, at: usize) -> bool {
    let is_apart = |c: Option<char>| c.is_none_or(|c| c == '-' || c.is_whitespace());
    is_apart(line[..at].chars().next_back()) && is_apart(line[at + 1..].chars().next())
}

/// Tells whether a period ends a sentence: no `Sr.` and no `Node.js`.
fn ends_sentence(line: &str, at: usize) -> bool {
    let before = line[..at].chars().rev().take(3).filter(|c| c.is_alphanumeric()).count();
    before == 3 && line[at + 1..].starts_with(char::is_whitespace)
}

/// Splits a chunk at commas, slashes, `and` and `or`.
fn parts(chunk: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for side in chunk.split(['/', ',', ';']) {
        let words: Vec<_> = side.split_whitespace().collect();
        let sides = words.split(|word| {
            ["and", "or", "&", "+"].iter().any(|joining| joining.eq_ignore_ascii_case(word))
        });
        parts.extend(sides.map(|words| trimmed(&words.join(" ")).to_owned()));
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Returns what follows the last word that announces, or all if there is none.
fn announced(chunk: &str) -> &str {
    let mut rest = chunk;
    let mut after_announcing = false;
    let mut at = 0;
    for word in chunk.split_inclusive(char::is_whitespace) {
        at += word.len();
        let word = trimmed(word);
        let is_filling = FILLING.iter().any(|filling| filling.eq_ignore_ascii_case(word));
        after_announcing = is_announcing(word) || after_announcing && is_filling;
        if after_announcing {
            rest = &chunk[at..];
        }
    }
    rest
}

fn is_announcing(word: &str) -> bool {
    ANNOUNCING.iter().any(|announcing| announcing.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    static CORPUS: LazyLock<Corpus> = LazyLock::new(|| Corpus::embedded().unwrap());

    fn of(title: &str, text: &str) -> Vec<String> {
        candidates(&Posting::new(title, text), &CORPUS)
    }

    #[test]
    fn titles_are_parted() {
        for (title, parts) in [
            ("Implementation Specialist / Trainer", &["Implementation Specialist", "Trainer"][..]),
            ("Acme: Data Engineer, Epic Analyst or Coder", &["Data Engineer", "Epic Analyst"]),
            (
                "EHR Trainer and Help Desk Technician II",
                &["EHR Trainer", "Help Desk Technician II"],
            ),
            ("EHR/EMR Trainer", &[]),
            ("Training and/or Support Specialist", &[]),
            ("Manager, Health Information & Records", &[]),
            ("Program Analyst (Informatics Specialist)", &[]),
            ("Registered Nurse - Nursing Informaticist", &[]),
            ("", &[]),
        ] {
            assert_eq!(of(title, ""), parts, "{title}");
        }
    }

    #[test]
    fn lines_and_lists_are_read() {
        for (text, titles) in [
            ("Acme | Epic Analyst, EHR Trainer | Remote", &["Epic Analyst", "EHR Trainer"][..]),
            (
                "Acme\nWe are hiring: Backend Engineer, Data Scientist",
                &["Backend Engineer", "Data Scientist"],
            ),
            ("Acme\nOpen roles - Data Scientists (3 years) - Coder", &["Data Scientists"]),
            (
                "Acme\n* Sr. Data Scientist, Oncology\n2) **Project Manager**: plan",
                &["Sr. Data Scientist", "Project Manager"],
            ),
            (
                "x<ul><li>Data Analyst</li><li><b>Trainer</b></li></ul>",
                &["Data Analyst", "Trainer"],
            ),
            ("x&lt;p&gt;Data Analyst&lt;/p&gt;", &["Data Analyst"]),
            ("x\nWork with data analysts, designers and trainers", &[]),
            ("x\nYou report to the Manager, Data Analyst", &[]),
            ("x\nTwo years as Data Engineer, Data Analyst, or similar role.", &[]),
        ] {
            assert_eq!(of("", text), titles, "{text}");
        }
    }

    #[test]
    fn an_ad_that_names_its_job_again_names_no_other() {
        assert!(of("Data Analyst (Remote)", "Data Analyst\nx\nDATA ANALYSTS").is_empty());
        assert_eq!(of("Data Analyst", "x\nData Engineer"), ["Data Engineer"]);
    }

    #[test]
    fn hostile_text_takes_linear_time() {
        // Quadratic code would need hours for these.
        for unit in [
            "(",
            "<li",
            "<p>Trainer",
            "/",
            " - ",
            "h",
            "http://",
            "Data Analyst, ",
            "a.",
            "role ",
            "\n(",
            "&lt;",
        ] {
            let hostile = unit.repeat(1_000_000 / unit.len());
            let posting =
                Posting::new(&hostile[..1000 / unit.len() * unit.len()], hostile.as_str());
            let found = candidates(&posting, &CORPUS);
            assert!(found.len() <= MAX_CANDIDATES + MAX_LINE_WORDS, "{unit}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "([ /,:|(.\n<>&-]|and|https://|hiring|Trainer|Analyst|\\PC){0,60}") {
            for found in of(&text, &text) {
                prop_assert!(text.contains(found.split(' ').next().unwrap()) || text.contains('&'));
            }
        }
    }
}
