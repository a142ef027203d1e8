//! What of a title tells ads apart.

use rolecall::text::strip_markup;

use super::word_lists::REQUISITION_WORDS;

/// A title as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Title {
    /// All words, in lower case and in order with a blank between, those of one character too: `Band 5`
    /// is not `Band 6`.
    pub(super) words: String,
    /// The words without the number of a requisition.
    pub(super) plain: String,
}

impl Title {
    pub(super) fn of(title: &str) -> Self {
        let text = strip_markup(title).to_lowercase();
        let tokens = tokens(&text);
        let words = joined(tokens.iter().map(|token| token.word), text.len());
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Self { plain: words.clone(), words };
        }
        let is_number = requisition(&tokens, text.contains(['$', '£', '€']));
        let left = tokens.iter().zip(is_number).filter(|&(_, is_number)| !is_number);
        let plain = joined(left.map(|(token, _)| token.word), text.len());
        // A title that is a number only has nothing else to tell it by.
        let plain = if plain.is_empty() { words.clone() } else { plain };
        Self { words, plain }
    }

    /// Returns what of a title is not about the place: each word once, sorted, so that `Nurse
    /// (Boston)` in Boston is `Nurse - Salem` in Salem. A title that is all place stays.
    pub(super) fn elsewhere(&self, place: &[String]) -> String {
        let is_elsewhere = |word: &&str| !place.iter().any(|of_place| of_place == word);
        let mut left: Vec<_> = self.plain.split(' ').filter(is_elsewhere).collect();
        if left.is_empty() {
            left.extend(self.plain.split(' '));
        }
        left.sort_unstable();
        left.dedup();
        left.join(" ")
    }
}

/// Joins words by blanks, to not much more than the given bytes.
fn joined<'t>(words: impl Iterator<Item = &'t str>, bytes: usize) -> String {
    let mut joined = String::with_capacity(bytes);
    for word in words {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined
}

/// A word of a title, and what stands before it.
#[derive(Debug, Clone, Copy)]
struct Token<'t> {
    gap: &'t str,
    word: &'t str,
    /// What stands behind the word, up to the next.
    after: &'t str,
}

impl Token<'_> {
    fn digits(&self) -> usize {
        self.word.bytes().filter(u8::is_ascii_digit).count()
    }

    fn is_number(&self) -> bool {
        self.word.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Tells whether a number may be a year.
    fn is_year(&self) -> bool {
        self.word.len() == 4 && (self.word.starts_with("19") || self.word.starts_with("20"))
    }

    /// Tells whether it belongs to the token before: `24-00123`, `123/AB`.
    fn goes_on(&self) -> bool {
        matches!(self.gap, "-" | "_" | "/" | ".")
    }

    fn is_set_off_before(&self) -> bool {
        let set_off = |c| {
            matches!(
                c,
                '-' | '–'
                    | '—'
                    | '|'
                    | '/'
                    | ','
                    | ':'
                    | ';'
                    | '#'
                    | '('
                    | '['
                    | '{'
                    | '•'
                    | '·'
                    | '~'
                    | '*'
            )
        };
        match self.gap {
            // `GS-2210` is a name.
            "-" | "_" => self.word.len() >= 5,
            gap => {
                gap.chars().all(|c| c.is_whitespace() || set_off(c))
                    && gap.contains(set_off)
                    && !gap.ends_with('/')
            }
        }
    }

    fn is_set_off_after(&self) -> bool {
        let after = self.after.trim_start();
        let first = after.chars().next();
        match first {
            None => true,
            Some(')' | ']' | '}' | ',' | ':' | ';' | '|' | '•' | '·' | '.') => true,
            Some('-' | '–' | '—' | '/' | '(' | '[' | '#') => after.len() < self.after.len(),
            Some(_) => false,
        }
    }
}

/// Splits a text into runs of letters and digits; `+` and `#` behind the last letter belong to it,
/// as in `C++` and `C#`.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::with_capacity(8);
    let mut rest = text;
    let mut before = 0;
    while let Some(skipped) = rest.find(char::is_alphanumeric) {
        let start = text.len() - rest.len() + skipped;
        let run = &text[start..];
        let mut length = run.find(|c: char| !c.is_alphanumeric()).unwrap_or(run.len());
        let signs = run[length..].find(|c| !matches!(c, '+' | '#')).unwrap_or(run.len() - length);
        // In `Req#12` the sign belongs to what follows.
        if !run[length + signs..].starts_with(char::is_alphanumeric) {
            length += signs;
        }
        let gap = &text[before..start];
        if let Some(last) = tokens.last_mut() {
            last.after = gap;
        }
        before = start + length;
        rest = &text[before..];
        tokens.push(Token { gap, word: &run[..length], after: rest });
    }
    tokens
}

/// Tells of each token whether it belongs to the number of a requisition.
fn requisition(tokens: &[Token<'_>], has_money: bool) -> Vec<bool> {
    let mut found = vec![false; tokens.len()];
    for at in 0..tokens.len() {
        if found[at] || tokens[at].digits() == 0 {
            continue;
        }
        let bare = || if has_money { None } else { bare_number(tokens, at) };
        let Some(start) = marked_number(tokens, at).or_else(bare) else { continue };
        // Parts that are joined are one number.
        let is_part =
            |token: &Token<'_>| token.goes_on() && (token.digits() > 0 || token.word.len() <= 2);
        let more = tokens[at + 1..].iter().take_while(|token| is_part(token)).count();
        found[start..=at + more].fill(true);
    }
    found
}

/// Returns where a number starts that is told by what stands before it: `Req #8812`, `JR-0045`.
fn marked_number(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let lists = &*REQUISITION_WORDS;
    let token = tokens[at];
    let digits = token.digits();
    let enough = |prefix: &str| match prefix {
        prefix if lists.no_prefixes.contains(prefix) => usize::MAX,
        prefix if lists.marks.contains(prefix) => 2,
        // `R12` is a version.
        prefix if lists.prefixes.contains(prefix) => 3 + usize::from(prefix.len() == 1),
        prefix if prefix.len() <= 4 => 5,
        _ => usize::MAX,
    };
    let prefix = token.word.trim_end_matches(|c: char| c.is_ascii_digit());
    if !prefix.is_empty()
        && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
        && digits >= enough(prefix)
    {
        return Some(at);
    }
    // Letters may stand before: `Ref: ABC/123/45`.
    let is_mark = |at: usize| lists.marks.contains(tokens[at].word);
    let is_thing = |at: usize| lists.things.contains(tokens[at].word);
    let mut first = at;
    while first > 0
        && tokens[first].goes_on()
        && tokens[first - 1].word.len() <= 4
        && !is_mark(first - 1)
    {
        first -= 1;
    }
    for start in [first, at] {
        let Some(one) = start.checked_sub(1) else { continue };
        let lead =
            |c: char| c.is_whitespace() || matches!(c, '#' | '-' | '_' | ':' | '.' | '=' | '(');
        if !tokens[start].gap.chars().all(lead) {
            continue;
        }
        let two = one.checked_sub(1);
        let also_thing =
            |at: usize| at.checked_sub(1).filter(|&thing| is_thing(thing)).unwrap_or(at);
        let is_numbering = lists.numbering.contains(tokens[one].word);
        if is_numbering && let Some(two) = two {
            if is_mark(two) {
                return Some(also_thing(two));
            }
            if is_thing(two) {
                return Some(two);
            }
        }
        if is_mark(one) {
            return Some(also_thing(one));
        }
        let is_long = digits >= 4 && token.is_number() && !token.is_year();
        if is_thing(one) && (tokens[start].gap.contains('#') || is_long) {
            return Some(one);
        }
        if is_numbering
            && tokens[one].word != "code"
            && token.is_number()
            && digits >= 3
            && !token.is_year()
        {
            return Some(one);
        }
    }
    if token.is_number()
        && let Some(before) = at.checked_sub(1)
    {
        let prefix = tokens[before].word;
        let stands_alone = before == 0 || tokens[before].is_set_off_before();
        match token.gap {
            "-" | "_" | "#"
                if digits >= enough(prefix)
                    && (lists.prefixes.contains(prefix) || stands_alone) =>
            {
                return Some(before);
            }
            " " if lists.prefixes.contains(prefix) && digits >= 5 => return Some(before),
            _ => {}
        }
    }
    (token.gap.ends_with('#') && digits >= 3).then_some(at)
}

/// Returns where a number starts that is told by its length and by standing alone: `- 12345`,
/// `(2024-12345)`. Only its first part finds it.
fn bare_number(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let lists = &*REQUISITION_WORDS;
    let parts = 1 + tokens[at + 1..]
        .iter()
        .take_while(|token| token.goes_on() && token.is_number())
        .count();
    let unit = &tokens[at..at + parts];
    let first = unit.first()?;
    let is_long = unit.iter().any(|part| part.word.len() >= 5);
    let is_single = parts == 1 && first.word.len() == 4 && !first.is_year();
    if !first.is_number() || !(is_long || is_single) || lists.no_numbers.contains(first.word) {
        return None;
    }
    let before = at.checked_sub(1).map(|before| tokens[before]);
    let after = tokens.get(at + parts);
    // `0700 - 1530` are hours.
    if before.is_some_and(|token| token.is_number() || lists.no_prefixes.contains(token.word))
        || after.is_some_and(Token::is_number)
    {
        return None;
    }
    let starts = before.is_none();
    let set_off = (starts || first.is_set_off_before()) && unit.last()?.is_set_off_after();
    let at_an_end = is_long && (starts || after.is_none() && first.gap.trim().is_empty());
    (set_off || at_an_end).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(title: &str) -> String {
        Title::of(title).plain
    }

    #[test]
    fn numbers_of_requisitions_do_not_count() {
        for title in [
            "EPIC ANALYST (REQ-12345)",
            "Epic Analyst - 12345",
            "Epic Analyst – 67890",
            "Epic Analyst - R12345",
            "Epic Analyst (Req #8812)",
            "Epic Analyst JR-0045",
            "Epic Analyst - JR0045",
            "Epic Analyst - Job ID 123",
            "Epic Analyst (Job ID: 123)",
            "Epic Analyst | 12345",
            "Epic Analyst #12345",
            "Epic Analyst, Req. No. 77",
            "Epic Analyst [Requisition Number 12]",
            "12345 - Epic Analyst",
            "[R-12345] Epic Analyst",
            "#8812 Epic Analyst",
            "Epic Analyst 123456",
            "Epic Analyst (24-00123)",
            "Epic Analyst (2024-12345)",
            "Epic Analyst - Ref: ABC/123/45",
            "Epic Analyst Job #991",
            "Epic Analyst_12345",
            "Epic Analyst (Job Ref 450-23-1234)",
            "Req#8812 Epic Analyst",
            "Epic Analyst - REQ_2024_0001",
            "Epic Analyst (Vacancy 4455)",
            "Epic Analyst - Posting ID 3",
            "Epic Analyst (EB-1234567)",
            "Epic Analyst (8812)",
            "Epic Analyst - IRC12345",
            "Epic Analyst (ID 4451)",
            "Epic Analyst Requisition 5",
            "Epic Analyst &#8211; 12345",
            "Epic Analyst - R0012345 - ",
        ] {
            assert_eq!(plain(title), "epic analyst", "{title}");
        }
        assert_eq!(plain("Epic Analyst - R12345 - Boston"), "epic analyst boston");
        assert_eq!(plain("Epic Analyst (12345) - Boston"), "epic analyst boston");
        assert_eq!(plain("12345"), "12345");
        assert_eq!(plain("Req 8812"), "req 8812");
    }

    #[test]
    fn levels_years_shifts_and_names_with_numbers_count() {
        for title in [
            "Analyst II",
            "Band 6",
            "RN 2",
            "Epic Analyst 3",
            "Nurse Band 5",
            "Epic Analyst, Level 10",
            "Summer Intern 2025",
            "Intern - 2026",
            "Intern (2024-2025)",
            "Office 365 Trainer",
            "Auditor ISO 27001",
            "Auditor - ISO 27001",
            "ISO-27001 Auditor",
            "GS-2210 IT Specialist",
            "GS-12",
            "Nurse 0700-1900",
            "Nurse 0700 - 1530",
            "Nurse (0700-1900)",
            "Ward 12",
            "Ward 4100 Nurse",
            "Nurse - Ward 4100",
            "Store 12345",
            "Oracle R12 Analyst",
            "Jr. Developer 2",
            "JR Developer",
            "Analyst #2",
            "Nurse - 36 hours",
            "Nurse $45,000",
            "Nurse - $45000",
            "Nurse £30000 - 40000",
            "24/7 Support",
            "Contractor - 1099",
            "C130 Mechanic",
            "HL7 Developer",
            "ICD10 Coder",
            "A320 Pilot",
            "Tier 2 Support",
            "Windows Server 2019",
            "Java 17 Developer",
            "Up to 45000",
            "Nurse 12/05/2024",
            "Position 2",
            "Nurse, Boston",
            "AS9100 Auditor",
            "401k Analyst",
            "Over 10000",
        ] {
            assert_eq!(Title::of(title).plain, Title::of(title).words, "{title}");
        }
    }

    #[test]
    fn signs_behind_a_word_count() {
        assert_eq!(plain("C++ Developer"), "c++ developer");
        assert_eq!(plain("C#/C Developer (C#)"), "c# c developer c#");
        assert_eq!(plain("Nurse + Trainer # 2"), "nurse trainer 2");
    }

    #[test]
    fn titles_lose_their_place() {
        let elsewhere = |name: &str, at: &[&str]| {
            Title::of(name).elsewhere(&at.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(elsewhere("Nurse (Boston)", &["boston", "ma"]), "nurse");
        assert_eq!(elsewhere("Remote", &["remote"]), "remote");
        assert_ne!(elsewhere("Nurse Band 5", &["leeds"]), elsewhere("Nurse Band 6", &["leeds"]));
    }

    proptest::proptest! {
        #[test]
        fn no_title_is_too_odd(title in "([a-z0-9#+/()., -]|req |job |\\PC){0,30}") {
            let Title { words, plain } = Title::of(&title);
            proptest::prop_assert!(plain.len() <= words.len());
            proptest::prop_assert_eq!(plain.is_empty(), words.is_empty());
        }
    }
}
