//! A pasted posting starts with its title, mostly.

const MAX_TITLE_WORDS: usize = 12;
const MAX_TITLE_BYTES: usize = 100;

/// Splits a pasted text into title and body; the title is empty if the first line is none.
pub(super) fn split(text: &str) -> (&str, &str) {
    let trimmed = text.trim();
    let (first, rest) = trimmed.split_once('\n').unwrap_or((trimmed, ""));
    let first = first.trim();
    let is_title = first.len() <= MAX_TITLE_BYTES
        && first.split_whitespace().count() <= MAX_TITLE_WORDS
        && !first.ends_with(['.', ':', ';', '!', '?', ','])
        && !first.starts_with('<');
    if is_title { (first, rest) } else { ("", text) }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_short_first_line_is_the_title() {
        assert_eq!(split("\n EHR Trainer \r\nTeach."), ("EHR Trainer", "Teach."));
        assert_eq!(split("Epic analyst"), ("Epic analyst", ""));
        assert_eq!(split("About us:\nWe care."), ("", "About us:\nWe care."));
        assert_eq!(split("<p>Trainer</p>\nx").0, "");
        assert_eq!(split(&"word ".repeat(13)).0, "");
        assert_eq!(split(""), ("", ""));
    }
}
