use serde::{Deserialize, Serialize};

/// Rows from this scope on are likely: what is answered for them, and how surely, is looked at.
pub const LIKELY: f64 = 0.3;

/// Likely rows below this scope are in doubt.
pub const SURE: f64 = 0.65;

/// Shares are added up in ten-thousandths: whole numbers have the same sum in any order.
const PARTS: f64 = 10_000.0;

/// Words from which on a text says what kind of text it is, and not its title alone.
const WORDS_OF_A_TEXT: u64 = 20;

/// What the rows of a file say of how like the labelled postings they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LikenessCounts {
    /// Rows with a text whose words were looked up.
    pub texts: u64,
    /// The shares of their words that are known, added up, in ten-thousandths.
    pub words_known: u64,
    /// Rows that are likely to be in scope: from a scope of 0.3 on. Titles alone are left out.
    pub likely: u64,
    /// How much likelier the closest role is than the runner-up in these, as its share of both, added up, in
    /// ten-thousandths.
    pub role_sure: u64,
    /// Those of them that are in doubt: below a scope of 0.65.
    pub in_doubt: u64,
}

impl LikenessCounts {
    /// Counts a row: the words of its text, the share of the posting's words that are known, the scope, and
    /// the closest role's share of what the two closest roles have.
    pub fn count(&mut self, words: u64, words_known: f64, scope: f64, role_sure: f64) {
        self.texts += u64::from(words > 0);
        self.words_known += if words > 0 { parts(words_known) } else { 0 };
        if words >= WORDS_OF_A_TEXT {
            self.count_scope(scope, role_sure);
        }
    }

    /// Counts what the columns of a tagged row tell.
    pub fn count_scope(&mut self, scope: f64, role_sure: f64) {
        let is_likely = scope >= LIKELY;
        self.likely += u64::from(is_likely);
        self.role_sure += if is_likely { parts(role_sure) } else { 0 };
        self.in_doubt += u64::from(is_likely && scope < SURE);
    }

    /// Adds the counts of other rows.
    pub fn add(&mut self, other: &Self) {
        self.texts += other.texts;
        self.words_known += other.words_known;
        self.likely += other.likely;
        self.role_sure += other.role_sure;
        self.in_doubt += other.in_doubt;
    }

    /// Returns each measure in the order of [`NAMES`](super::reference::NAMES): of how many rows it is, and
    /// its mean over them.
    pub(super) fn means(&self) -> [(u64, f64); 3] {
        let mean =
            |sum: u64, rows: u64, parts: f64| (rows, sum as f64 / parts / rows.max(1) as f64);
        [
            mean(self.words_known, self.texts, PARTS),
            mean(self.role_sure, self.likely, PARTS),
            mean(self.in_doubt, self.likely, 1.0),
        ]
    }
}

fn parts(share: f64) -> u64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10,000")]
    let parts = (share.clamp(0.0, 1.0) * PARTS).round() as u64;
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_alone_tell_nothing_and_short_texts_their_words() {
        let mut counts = LikenessCounts::default();
        counts.count(0, 0.9, 0.9, 0.9);
        assert_eq!(counts, LikenessCounts::default());
        counts.count(19, 0.5, 0.9, 0.9);
        counts.count(20, 0.25, 0.64, 0.75);
        counts.count(300, 0.25, 0.66, 1.0);
        counts.count(300, 0.0, 0.29, 1.0);
        let expected = LikenessCounts {
            texts: 4,
            words_known: 10_000,
            likely: 2,
            role_sure: 17_500,
            in_doubt: 1,
        };
        assert_eq!(counts, expected);
        let mut twice = counts;
        twice.add(&counts);
        assert_eq!(twice.means(), [(8, 0.25), (4, 0.875), (4, 0.5)]);
    }
}
