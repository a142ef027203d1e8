//! An SVG that is drawn in pixels, once for a desk and once for a phone.

use maud::{Markup, PreEscaped, html};
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, IntoDrawingArea, IntoFont, PathElement, Rectangle, SVGBackend, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, RGBColor, TextStyle};

use super::paint::Paint;
use super::{Report, ReportError, plain};

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

/// Plotters makes fonts of SVG smaller by this factor.
const FONT_FACTOR: f64 = 1.24;

/// Where a text stands from its point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// What is drawn on.
pub(super) struct Canvas<'s> {
    area: DrawingArea<SVGBackend<'s>, Shift>,
}

type Drawn = Result<(), ReportError>;

impl Canvas<'_> {
    /// Fills a rectangle. One with no extent is not drawn.
    pub(super) fn rectangle(&self, (x, y): (i32, i32), (w, h): (i32, i32), paint: Paint) -> Drawn {
        if w <= 0 || h <= 0 {
            return Ok(());
        }
        let colour = RGBColor::from(paint).filled();
        Ok(self.area.draw(&Rectangle::new([(x, y), (x + w, y + h)], colour))?)
    }

    /// Draws a line through points.
    pub(super) fn line(&self, points: &[(i32, i32)], width: u32, paint: Paint) -> Drawn {
        let style = RGBColor::from(paint).stroke_width(width);
        Ok(self.area.draw(&PathElement::new(points.to_vec(), style))?)
    }

    /// Draws a ring.
    pub(super) fn ring(&self, middle: (i32, i32), radius: i32, paint: Paint) -> Drawn {
        Ok(self.area.draw(&Circle::new(middle, radius, RGBColor::from(paint).stroke_width(2)))?)
    }

    /// Writes a text whose middle is at a height.
    pub(super) fn text(
        &self,
        text: &str,
        at: (i32, i32),
        anchor: Anchor,
        paint: Paint,
        bold: bool,
    ) -> Drawn {
        let size = f64::from(FONT) * FONT_FACTOR;
        let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let colour = RGBColor::from(paint);
        let style = TextStyle::from(("sans-serif", size).into_font().style(style))
            .color(&colour)
            .pos(Pos::new(horizontal, VPos::Center));
        Ok(self.area.draw(&Text::new(plain(text, usize::MAX), at, style))?)
    }
}

/// Draws a chart in both widths. `label` says what can be seen, for those who cannot see it.
pub(super) fn chart(
    label: &str,
    height: impl Fn(Width) -> i32,
    draw: impl Fn(&Canvas<'_>, Width) -> Drawn,
) -> Report {
    let one = |width: Width| -> Report {
        let mut svg = String::new();
        let extent = [width.pixels(), height(width)].map(|pixels| pixels.max(1).unsigned_abs());
        {
            let backend = SVGBackend::with_string(&mut svg, extent.into());
            let canvas = Canvas { area: backend.into_drawing_area() };
            draw(&canvas, width)?;
            canvas.area.present()?;
        }
        let named = html! { svg role="img" aria-label=(label) {} }.into_string();
        let named = named.trim_end_matches("></svg>");
        Ok(PreEscaped(svg.replacen("<svg", named, 1)))
    };
    let (wide, narrow): (Markup, Markup) = (one(Width::Wide)?, one(Width::Narrow)?);
    Ok(html! {
        div.wide { (wide) }
        div.narrow { (narrow) }
    })
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
        let draw = |canvas: &Canvas<'_>, _: Width| {
            canvas.text("<script>\u{1b}[1m&", (0, 9), Anchor::Start, super::super::paint::INK, true)
        };
        let drawn = chart("\"><script>", |_| 20, draw).unwrap().into_string();
        assert!(!drawn.contains("<script>"), "{drawn}");
        assert!(!drawn.contains('\u{1b}'), "{drawn}");
        assert!(drawn.contains("aria-label=\"&quot;&gt;&lt;script&gt;\""), "{drawn}");
    }
}
