use std::borrow::Cow;

use rolecall::text::is_unseen;

/// Puts `'` before a cell that a spreadsheet would take for a formula: OWASP's list of first
/// characters, but for numbers. Blanks and characters that are not seen, such as NUL or a byte-order mark,
/// are passed over, because spreadsheets drop them; a cell that begins with a control character gets `'`
/// whatever follows.
///
/// ```
/// use rolecall_tables::no_formula;
///
/// assert_eq!(no_formula("=1+1"), "'=1+1");
/// assert_eq!(no_formula("\u{feff} =1+1"), "'\u{feff} =1+1");
/// assert_eq!(no_formula("-1.5"), "-1.5");
/// ```
pub fn no_formula(text: &str) -> Cow<'_, str> {
    let is_passed_over = |c: char| c.is_whitespace() || is_unseen(c);
    let seen = text.trim_start_matches(is_passed_over);
    let is_formula = text.starts_with(char::is_control)
        || seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    match is_formula && text.trim().parse::<f64>().is_err() {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_drop_hides_no_formula() {
        for text in [
            "=1",
            "\0=1",
            "\0",
            " \u{200b}@x",
            "\u{feff}+cmd",
            "\t=1",
            "\rx",
            "\n-",
            "－1",
            "\u{a0}=1",
        ] {
            assert_eq!(no_formula(text), format!("'{text}"));
        }
        for text in ["", " ", "a=1", "-1.5", " +3 ", "1-2", "Nurse", "\u{200b}Nurse"] {
            assert_eq!(no_formula(text), text);
        }
    }
}
