//! Takes HTML off a text.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

/// Returns a text without HTML: character references decoded, tags replaced by a space, comments
/// and the contents of `script` and `style` left out.
///
/// Job boards hold everything from plain text to whole pages, and pages escaped twice. So a `<`
/// is a tag only where a letter, `/`, `!` or `?` follows and a `>` comes after; `< 5 years` stays.
/// A text without `<` and `&` is returned as it is. Takes time linear in the length.
///
/// ```
/// use rolecall::text::strip_markup;
///
/// assert_eq!(strip_markup("<p>R&amp;D <b>lead</b></p>"), " R&D  lead  ");
/// assert_eq!(strip_markup("&lt;p&gt;escaped twice&lt;/p&gt;"), " escaped twice ");
/// assert_eq!(strip_markup("< 5 years & more"), "< 5 years & more");
/// assert_eq!(strip_markup("a<script>if (a<b) c()</script>b"), "a b");
/// ```
pub fn strip_markup(text: &str) -> Cow<'_, str> {
    match memchr2(b'<', b'&', text.as_bytes()) {
        None => Cow::Borrowed(text),
        Some(_) => match htmlize::unescape(text) {
            Cow::Borrowed(text) => strip_tags(text),
            Cow::Owned(text) => Cow::Owned(strip_tags(&text).into_owned()),
        },
    }
}

fn strip_tags(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut rest = text;
    let mut kept = 0;
    while let Some(open) = memchr(b'<', &rest.as_bytes()[kept..]).map(|at| at + kept) {
        match tag_length(&rest[open..]) {
            Markup::Tag(length) => {
                if plain.capacity() == 0 {
                    plain.reserve(text.len());
                }
                plain.push_str(&rest[..open]);
                plain.push(' ');
                rest = &rest[open + length..];
                kept = 0;
            }
            Markup::Text => kept = open + 1,
            // No `>` is left, so nothing after this can be a tag.
            Markup::Unclosed => break,
        }
    }
    if plain.capacity() == 0 {
        return Cow::Borrowed(text);
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

enum Markup {
    /// So many bytes are markup, or the content of an element that is not for reading.
    Tag(usize),
    Text,
    Unclosed,
}

/// Looks at a text that starts with `<`.
fn tag_length(text: &str) -> Markup {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!' | b'?') => {}
        _ => return Markup::Text,
    }
    if text.starts_with("<!--") {
        // An unclosed comment hides the rest of a page.
        let end = memmem::find(bytes, b"-->").map_or(bytes.len(), |at| at + 3);
        return Markup::Tag(end);
    }
    let Some(close) = memchr(b'>', bytes).map(|at| at + 1) else { return Markup::Unclosed };
    for element in ["script", "style"] {
        if is_element(&bytes[1..close], element) {
            return Markup::Tag(close + content_length(&bytes[close..], element));
        }
    }
    Markup::Tag(close)
}

fn is_element(inside: &[u8], element: &str) -> bool {
    let (name, after) = match inside.split_at_checked(element.len()) {
        Some((name, after)) => (name, after.first()),
        None => return false,
    };
    name.eq_ignore_ascii_case(element.as_bytes())
        && after.is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// Returns the length of an element's content with its closing tag; without one, all the rest.
fn content_length(bytes: &[u8], element: &str) -> usize {
    let mut at = 0;
    while let Some(open) = memmem::find(&bytes[at..], b"</").map(|open| at + open) {
        at = open + 2;
        if is_element(&bytes[at..], element) {
            return memchr(b'>', &bytes[at..]).map_or(bytes.len(), |close| at + close + 1);
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_goes_and_text_stays() {
        for (html, text) in [
            ("", ""),
            ("plain", "plain"),
            ("AT&T and R&D", "AT&T and R&D"),
            ("caf&eacute;&nbsp;&#8217;", "café\u{a0}’"),
            ("a<br/>b<BR>c", "a b c"),
            ("<!-- <p> -->x<!-- open", " x "),
            ("<style>p{}</style><STYLE\n>q{}</Style >x", "  x"),
            ("<script>never closed", " "),
            ("<scripted>text", " text"),
            ("x <- y <3 <p", "x <- y <3 <p"),
            ("<a href='x>y'>link", " y'>link"),
            ("&amp;lt;p&amp;gt;", "&lt;p&gt;"),
        ] {
            assert_eq!(strip_markup(html), text, "{html:?}");
        }
    }

    #[test]
    fn hostile_text_takes_linear_time() {
        // Quadratic code would need hours for these.
        for unit in ["<a", "<", "&", "&#", "<!--", "<script>", "<script></", "</script"] {
            let hostile = unit.repeat(2_000_000 / unit.len());
            assert!(strip_markup(&hostile).len() <= hostile.len() + 1);
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_leaves_plain_text_alone(html in "([<>&;!/a-z#-]|script|style|<!--|\\PC){0,60}") {
            let _ = strip_markup(&html);
        }

        #[test]
        fn text_without_markup_is_borrowed(text in "[^<&]{0,80}") {
            prop_assert!(matches!(strip_markup(&text), Cow::Borrowed(same) if same == text));
        }
    }
}
