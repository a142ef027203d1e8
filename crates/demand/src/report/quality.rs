//! What was read of the rows, and what could not be.

use maud::{Markup, html};

use super::canvas::{Anchor, Canvas, Width, chart};
use super::paint::{BAD, FAINT, GRID, INK, Paint};
use super::table::{Table, Value};
use super::{NAME, heat, number, plain};
use crate::overview::{FieldQuality, Overview};

const TEXT_LINE: i32 = 18;
const THICK: i32 = 12;
const GAP: i32 = 12;

/// Shows rows read and set aside, duplicates, and how many rows state what.
pub(super) fn section(overview: &Overview) -> Markup {
    let quality = &overview.quality;
    let fields = &quality.fields;
    let all = quality.postings;
    let count = number::count;
    let words = |field: &FieldQuality| match field.not_read {
        0 => number::percent(heat::ratio(field.read, all)),
        not_read => format!(
            "{}, {} not read",
            number::percent(heat::ratio(field.read, all)),
            count(not_read)
        ),
    };
    let draw = |canvas: &mut Canvas, width: Width| {
        let pixels = f64::from(width.pixels());
        #[allow(clippy::cast_possible_truncation, reason = "pixels of a chart")]
        let long = |count: u64| (heat::ratio(count, all) * pixels).round() as i32;
        for (n, field) in (0..).zip(fields) {
            let y = n * (TEXT_LINE + THICK + GAP);
            canvas.text(&field.field, (0, y + TEXT_LINE / 2), Anchor::Start, INK, false);
            let at = (width.pixels(), y + TEXT_LINE / 2);
            canvas.text(&words(field), at, Anchor::End, FAINT, false);
            let y = y + TEXT_LINE;
            canvas.rectangle((0, y), (width.pixels(), THICK), GRID);
            let (read, not_read) = (long(field.read), long(field.not_read));
            canvas.rectangle((0, y), (read, THICK), Paint::tier(0));
            canvas.rectangle((read, y), (not_read, THICK), BAD);
        }
    };
    let height = i32::try_from(fields.len()).unwrap_or(0) * (TEXT_LINE + THICK + GAP);
    let label = "Bars: the share of rows whose place, date, pay and the like were read";
    let drawn = chart(label, |_| height, draw);
    let rows = fields.iter().map(|field| {
        let examples = field.examples.iter();
        let examples: Vec<_> = examples
            .map(|(text, rows)| format!("“{}” {}", plain(text, NAME / 2), count(*rows)))
            .collect();
        vec![
            Value::text(&field.field),
            Value::Input(field.columns.join(", ")),
            Value::count(field.read),
            Value::count(field.not_read),
            Value::count(field.not_stated),
            Value::Input(examples.join("; ")),
        ]
    });
    let columns = ["field", "columns", "read", "not read", "not stated", "commonest not read"];
    let table = Table::new("What was read of the rows", &columns, rows.collect());
    html! {
        p {
            (count(quality.rows_read)) " rows were read: " (count(quality.postings)) " were counted, "
            (count(quality.rows_set_aside)) " could not be read and were set aside. "
            @match quality.duplicates {
                Some(repeats) => { (count(repeats)) " repeat an ad that was there before." }
                None => { "It is not known which rows repeat an ad." }
            }
        }
        figure {
            figcaption {
                "The share of rows that state a field and could be read. What could not be read is not guessed: it is "
                "counted as such in every table."
            }
            (drawn)
            (table.behind())
        }
    }
}
