//! Reads amounts of money: `28,407.50`, `85k`.

use super::Currency;

/// Digits of the whole part of an amount, at most.
const MOST_DIGITS: usize = 12;

/// An amount of money.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount<'r> {
    pub(super) cents: i64,
    pub(super) currency: Option<&'r Currency>,
    /// Written in thousands or millions: `85K`.
    pub(super) scale: i64,
}

impl Amount<'_> {
    pub(super) fn scaled(self, scale: i64) -> Option<i64> {
        self.cents.checked_mul(scale)
    }
}

/// Takes an amount off the start of a text that starts with a digit: `28,407.50`, `28.407,50`,
/// `85k`.
pub(super) fn number<'r>(text: &str) -> (Amount<'r>, &str) {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let written = text[..end].trim_end_matches([',', '.']);
    let mut rest = &text[written.len()..];
    // The last separator is a decimal one unless three digits follow it.
    let last = written.rfind([',', '.']);
    let decimal = last.filter(|&at| {
        let is_grouped = written.len() - at == 4;
        let other_separators = written[..at].contains([',', '.']);
        !is_grouped || !other_separators && (written.starts_with('0') || at > 3 || at == 0)
    });
    let (whole, fraction) =
        decimal.map_or((written, ""), |at| (&written[..at], &written[at + 1..]));
    let digits = whole.bytes().filter(u8::is_ascii_digit);
    let whole = if digits.clone().count() <= MOST_DIGITS {
        digits.fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'))
    } else {
        // Larger than any pay in any currency.
        i64::MAX / 1_000_000_000
    };
    let hundredths = fraction
        .bytes()
        .chain(*b"00")
        .take(2)
        .fold(0, |sum, digit| sum * 10 + i64::from(digit.saturating_sub(b'0').min(9)));
    let mut cents = whole * 100 + hundredths;
    let mut scale = 1;
    let suffix = rest.trim_start_matches(' ');
    let letters = suffix.find(|c: char| !c.is_alphabetic()).unwrap_or(suffix.len());
    let mut letters = letters;
    match &suffix[..letters] {
        "k" => scale = 1_000,
        // "80kCAD"
        glued if letters == 4 && glued.starts_with('k') => (scale, letters) = (1_000, 1),
        "m" | "mm" if suffix.len() == rest.len() => scale = 1_000_000,
        _ => {}
    }
    if scale > 1 {
        rest = &suffix[letters..];
        // "77.625k": digits beyond the second count.
        let third =
            fraction.as_bytes().get(2).map_or(0, |digit| i64::from(digit.saturating_sub(b'0')));
        if third > 0 {
            cents = cents * 10 + third;
            scale /= 10;
        }
    }
    (Amount { cents, currency: None, scale }, rest)
}
