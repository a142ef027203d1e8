//! The report: one HTML file with all that a run found, that needs nothing beside it.
//!
//! Charts are SVG, drawn twice, for a desk and for a phone; behind each stands a table with its
//! values. All text of inputs is escaped by [`maud`], and the page's policy lets no script run but
//! its own and nothing be loaded.

mod bars;
mod canvas;
mod headline;
mod heat;
mod method;
mod months;
mod number;
mod page;
mod paint;
mod pay;
mod people;
mod quality;
mod table;
mod tiles;

use rolecall::text::is_unseen;

use super::Overview;

/// Characters of a name of the input that are shown.
const NAME: usize = 120;

/// Returns a text without control characters, which have no place on a page, and cut to so many
/// characters.
fn plain(text: &str, most: usize) -> String {
    let mut shown: String =
        text.chars().map(|c| if is_unseen(c) { ' ' } else { c }).take(most).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

/// Writes a report as one HTML file.
///
/// The file opens without a network, can be printed, and follows the reader's light or dark theme.
/// The same overview gives the same bytes.
pub fn write_report(overview: &Overview) -> String {
    page::page(overview)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        assert_eq!(plain("a\u{1b}[31mb\u{202e}c\n", 20), "a [31mb c ");
        assert_eq!(plain("Ärztin", 3), "Ärz…");
        assert_eq!(plain("Ärz", 3), "Ärz");
    }
}
