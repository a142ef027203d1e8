//! Characters that a terminal or a reader would obey instead of showing them.

use std::borrow::Cow;

/// Tells whether a character is not shown but does something: control characters, those that turn the
/// direction of writing, and those of no width.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Replaces what a terminal would obey by U+FFFD: for text of files and names of files that people read.
///
/// ```
/// use rolecall::text::printable;
///
/// assert_eq!(printable("a\u{1b}[2Jb\nc\u{202e}d"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d");
/// assert_eq!(printable("Zoë"), "Zoë");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    match text.chars().any(is_unseen) {
        true => text.chars().map(|c| if is_unseen(c) { '\u{fffd}' } else { c }).collect(),
        false => Cow::Borrowed(text),
    }
}
