use std::borrow::Cow;

/// Puts `'` before a cell that a spreadsheet would take for a formula: OWASP's list of first
/// characters, but for numbers.
///
/// ```
/// use rolecall::table::no_formula;
///
/// assert_eq!(no_formula("=1+1"), "'=1+1");
/// assert_eq!(no_formula("-1.5"), "-1.5");
/// ```
pub fn no_formula(text: &str) -> Cow<'_, str> {
    let starts = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    match starts && text.trim().parse::<f64>().is_err() {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}
