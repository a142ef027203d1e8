//! An SVG that is drawn in pixels, once for a desk and once for a phone.

use maud::{Markup, PreEscaped, Render, html};

use super::paint::Paint;
use super::plain;

/// How wide a chart is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// On a desk and on paper.
    Wide,
    /// On a phone.
    Narrow,
}

impl Width {
    /// Returns the width in pixels.
    pub(super) fn pixels(self) -> i32 {
        match self {
            Self::Wide => 792,
            Self::Narrow => 340,
        }
    }
}

/// Pixels of a letter of text of [`FONT`] pixels: an estimate that is rather too large.
pub(super) const LETTER: i32 = 7;

/// Height of text in pixels.
pub(super) const FONT: i32 = 13;

/// Where a text stands from its point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// What is drawn on: the elements of an SVG, each behind those before it.
pub(super) struct Canvas {
    elements: String,
}

impl Canvas {
    fn add(&mut self, element: &Markup) {
        self.elements.push_str(&element.0);
        self.elements.push('\n');
    }

    /// Fills a rectangle. One with no extent is not drawn.
    pub(super) fn rectangle(&mut self, (x, y): (i32, i32), (w, h): (i32, i32), paint: Paint) {
        if w > 0 && h > 0 {
            self.add(&html! { rect x=(x) y=(y) width=(w) height=(h) fill=(paint) {} });
        }
    }

    /// Draws a line through points.
    pub(super) fn line(&mut self, points: &[(i32, i32)], width: u32, paint: Paint) {
        let points: Vec<_> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let points = points.join(" ");
        self.add(
            &html! { polyline fill="none" stroke=(paint) stroke-width=(width) points=(points) {} },
        );
    }

    /// Draws a ring.
    pub(super) fn ring(&mut self, (x, y): (i32, i32), radius: i32, paint: Paint) {
        self.add(&html! { circle cx=(x) cy=(y) r=(radius) fill="none" stroke=(paint) stroke-width="2" {} });
    }

    /// Writes a text whose middle is at a height.
    pub(super) fn text(
        &mut self,
        text: &str,
        (x, y): (i32, i32),
        anchor: Anchor,
        paint: Paint,
        bold: bool,
    ) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = plain(text, usize::MAX);
        self.add(&html! {
            text x=(x) y=(y) dy="0.5ex" text-anchor=(anchor) font-size=(FONT) fill=(paint)
                font-weight=[bold.then_some("bold")] { (text) }
        });
    }
}

impl Render for Paint {
    fn render_to(&self, buffer: &mut String) {
        buffer.push_str(&self.to_string());
    }
}

/// Draws a chart in both widths. `label` says what can be seen, for those who cannot see it.
pub(super) fn chart(
    label: &str,
    height: impl Fn(Width) -> i32,
    draw: impl Fn(&mut Canvas, Width),
) -> Markup {
    let one = |width: Width| {
        let mut canvas = Canvas { elements: String::new() };
        draw(&mut canvas, width);
        let (w, h) = (width.pixels(), height(width).max(1));
        html! {
            svg role="img" aria-label=(label) width=(w) height=(h) viewBox={ "0 0 " (w) " " (h) }
                xmlns="http://www.w3.org/2000/svg" { (PreEscaped(canvas.elements)) }
        }
    };
    html! {
        div.wide { (one(Width::Wide)) }
        div.narrow { (one(Width::Narrow)) }
    }
}

/// Breaks a heading into lines that fit. Its letters are bold, and so wider.
pub(super) fn heading(text: &str, width: Width) -> Vec<String> {
    lines(text, usize::try_from(width.pixels() / (LETTER + 1)).unwrap_or(1))
}

/// Breaks a text at blanks into lines of at most as many characters, if its words are no longer.
pub(super) fn lines(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Returns round values from 0 to about `most`, at most five.
pub(super) fn ticks(most: f64) -> Vec<f64> {
    if !(most > 0.0 && most.is_finite()) {
        return vec![0.0];
    }
    let magnitude = 10f64.powf((most / 4.0).log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * magnitude);
    let step = steps.into_iter().find(|step| most / step <= 4.0).unwrap_or(most);
    (0..=4).map(|n| f64::from(n) * step).filter(|tick| *tick <= most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(685.0), [0.0, 200.0, 400.0, 600.0]);
        assert_eq!(ticks(4.0), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(ticks(0.0), [0.0]);
        assert_eq!(ticks(f64::NAN), [0.0]);
    }

    #[test]
    fn texts_break_at_blanks() {
        assert_eq!(lines("Health IT  Sub-specialist", 10), ["Health IT", "Sub-specialist"]);
        assert!(lines(" ", 10).is_empty());
    }

    #[test]
    fn what_is_written_is_escaped() {
        let draw = |canvas: &mut Canvas, _: Width| {
            canvas.text(
                "<script>\u{1b}[1m&",
                (0, 9),
                Anchor::Start,
                super::super::paint::INK,
                true,
            );
        };
        let drawn = chart("\"><script>", |_| 20, draw).into_string();
        assert!(!drawn.contains("<script>"), "{drawn}");
        assert!(!drawn.contains('\u{1b}'), "{drawn}");
        assert!(drawn.contains("aria-label=\"&quot;&gt;&lt;script&gt;\""), "{drawn}");
    }
}
