//! Bars that lie, each below its name, with what they count at the end of the line.

use maud::Markup;

use super::canvas::{Anchor, Canvas, LETTER, Width, chart, heading, lines, ticks};
use super::number;
use super::paint::{FAINT, GRID, INK, Paint, WHISKER};

/// A bar.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    pub(super) name: String,
    /// The value in words.
    pub(super) shown: String,
    pub(super) value: f64,
    /// The ends of the whiskers.
    pub(super) interval: Option<(f64, f64)>,
    /// A second value, shown as a ring.
    pub(super) mark: Option<f64>,
    pub(super) paint: Paint,
}

/// What stands in a chart, from above.
#[derive(Debug, Clone)]
pub(super) enum Line {
    Heading(String),
    Bar(Bar),
}

const TEXT_LINE: i32 = 17;
const THICK: i32 = 12;
const GAP: i32 = 12;
const AXIS: i32 = 26;
/// Room at the right for the last tick's number.
const MARGIN: i32 = 24;

/// Returns the name in lines, and whether the value stands on a line of its own.
fn laid(name: &str, shown: &str, width: Width) -> (Vec<String>, bool) {
    let letters = |pixels: i32| usize::try_from(pixels / LETTER).unwrap_or(1);
    let all = letters(width.pixels());
    let beside = all.saturating_sub(shown.chars().count() + 2);
    match lines(name, beside) {
        lines if lines.len() == 1 => (lines, false),
        _ => (lines(name, all), true),
    }
}

fn height(line: &Line, width: Width) -> i32 {
    match line {
        Line::Heading(text) => TEXT_LINE * rows(&heading(text, width)) + GAP,
        Line::Bar(bar) => {
            let (name, own) = laid(&bar.name, &bar.shown, width);
            TEXT_LINE * (rows(&name) + i32::from(own)) + THICK + GAP
        }
    }
}

fn rows(lines: &[String]) -> i32 {
    i32::try_from(lines.len()).unwrap_or(i32::MAX / TEXT_LINE)
}

/// Draws bars on one axis from 0.
pub(super) fn bars(label: &str, all: &[Line]) -> Markup {
    let bars =
        || all.iter().filter_map(|line| if let Line::Bar(bar) = line { Some(bar) } else { None });
    let most = bars()
        .map(|bar| {
            bar.value.max(bar.interval.map_or(0.0, |(_, high)| high)).max(bar.mark.unwrap_or(0.0))
        })
        .fold(0.0, f64::max);
    let bottom = |width: Width| all.iter().map(|line| height(line, width)).sum::<i32>();
    let draw = |canvas: &mut Canvas, width: Width| {
        let bottom = bottom(width);
        let place = scale(most, width);
        for tick in ticks(most) {
            let x = place(tick);
            canvas.line(&[(x, 0), (x, bottom)], 1, GRID);
            let anchor = if x == 0 { Anchor::Start } else { Anchor::Middle };
            canvas.text(&number::whole(tick), (x, bottom + AXIS / 2), anchor, FAINT, false);
        }
        let mut y = 0;
        for line in all {
            match line {
                Line::Heading(text) => {
                    for text in heading(text, width) {
                        canvas.text(&text, (0, y + TEXT_LINE / 2), Anchor::Start, INK, true);
                        y += TEXT_LINE;
                    }
                    y += GAP;
                }
                Line::Bar(bar) => {
                    draw_bar(canvas, bar, width, y, &place);
                    y += height(line, width);
                }
            }
        }
    };
    chart(label, |width| bottom(width) + AXIS, draw)
}

/// Returns where a value stands.
#[allow(clippy::cast_possible_truncation, reason = "a chart is not wider than i32")]
pub(super) fn scale(most: f64, width: Width) -> impl Fn(f64) -> i32 {
    let pixels = f64::from(width.pixels() - MARGIN);
    move |value| if most > 0.0 { (value / most * pixels).round() as i32 } else { 0 }
}

fn draw_bar(canvas: &mut Canvas, bar: &Bar, width: Width, top: i32, place: &impl Fn(f64) -> i32) {
    let (name, own) = laid(&bar.name, &bar.shown, width);
    let mut y = top;
    for text in &name {
        canvas.text(text, (0, y + TEXT_LINE / 2), Anchor::Start, INK, false);
        y += TEXT_LINE;
    }
    let (at, anchor) = match own {
        true => ((0, y + TEXT_LINE / 2), Anchor::Start),
        false => ((width.pixels(), y - TEXT_LINE / 2), Anchor::End),
    };
    canvas.text(&bar.shown, at, anchor, FAINT, false);
    y += if own { TEXT_LINE } else { 0 };
    canvas.rectangle((0, y), (place(bar.value), THICK), bar.paint);
    let middle = y + THICK / 2;
    if let Some((low, high)) = bar.interval {
        let (low, high) = (place(low), place(high));
        canvas.line(&[(low, middle), (high, middle)], 2, WHISKER);
        for end in [low, high] {
            canvas.line(&[(end, middle - 4), (end, middle + 4)], 2, WHISKER);
        }
    }
    if let Some(mark) = bar.mark {
        canvas.ring((place(mark), middle), 4, WHISKER);
    }
}
