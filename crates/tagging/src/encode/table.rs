//! Rows for people, as a terminal shows them.

use std::io::Write as _;

use rolecall::text::is_unseen;

use crate::tags::TagCells;

const TITLE_WIDTH: usize = 48;
const ROLE_WIDTH: usize = 34;

#[derive(Default)]
pub(crate) struct TableEncoder {
    out: Vec<u8>,
}

pub(super) fn head() -> Vec<u8> {
    let (title, role) = ("title", "role");
    format!("{title:<TITLE_WIDTH$}  {role:<ROLE_WIDTH$}  confidence\n").into_bytes()
}

impl TableEncoder {
    pub(super) fn row(&mut self, title: &str, tag: &TagCells<'_, '_>) {
        let title = fit(&plain(title));
        let (role, confidence) = (tag.role_id(), tag.confidence());
        // Writing into a vector can't fail.
        let _ = writeln!(self.out, "{title:<TITLE_WIDTH$}  {role:<ROLE_WIDTH$}  {confidence:.2}");
    }

    pub(super) fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}

/// Takes out what a terminal would obey, and line breaks.
fn plain(text: &str) -> String {
    let safe = |c: char| if is_unseen(c) { ' ' } else { c };
    let text: String = rolecall::text::strip_markup(text).chars().map(safe).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fit(text: &str) -> String {
    if text.chars().count() <= TITLE_WIDTH {
        return text.to_owned();
    }
    text.chars().take(TITLE_WIDTH - 1).chain(['…']).collect()
}
