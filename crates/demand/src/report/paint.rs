//! Colours: those drawn are of the light theme, and the style sheet gives those of the dark one.

use std::fmt::{self, Write};

/// A colour by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paint {
    light: u32,
    dark: u32,
}

const fn paint(light: u32, dark: u32) -> Paint {
    Paint { light, dark }
}

/// Text.
pub(super) const INK: Paint = paint(0x1B1F24, 0xE8EAED);
/// Text that is less important.
pub(super) const FAINT: Paint = paint(0x57606A, 0xA9B1BA);
/// Lines that help to read off values.
pub(super) const GRID: Paint = paint(0xD0D7DE, 0x3A424B);
/// Whiskers of intervals, on a bar or beside it.
pub(super) const WHISKER: Paint = paint(0x1B1F25, 0xFFFFFF);
/// What is known, but cannot be read.
pub(super) const BAD: Paint = paint(0xB3401A, 0xF2875B);

/// The tiers, in turn.
const TIERS: [Paint; 4] = [
    paint(0x0B6E99, 0x4FA8D8),
    paint(0x9A4B00, 0xE0954F),
    paint(0x6B3FA0, 0xA98BE6),
    paint(0x2E7D32, 0x6DBB72),
];

/// Fills of classes from none to most, each with the text that can be read on it: at least 4.5 to 1.
const CLASSES: [(Paint, Paint); 6] = [
    (paint(0xF3F5F7, 0x20272E), paint(0x57606B, 0xA9B1BB)),
    (paint(0xDCECF4, 0x1C3A4A), paint(0x1B1F26, 0xE8EAEE)),
    (paint(0xA9D2E6, 0x1C506B), paint(0x1B1F27, 0xE8EAEF)),
    (paint(0x6FB1D2, 0x1F6A90), paint(0x1B1F28, 0xFFFFFE)),
    (paint(0x23749F, 0x74B6D6), paint(0xFFFFFF, 0x10151A)),
    (paint(0x0B4F73, 0xC5E4F3), paint(0xFFFFFE, 0x10151B)),
];

/// Classes but that of nothing.
pub(super) const STEPS: usize = CLASSES.len() - 1;

impl Paint {
    /// Returns the colour of a tier.
    pub(super) fn tier(tier: usize) -> Self {
        TIERS[tier % TIERS.len()]
    }

    /// Returns the fill of a class, and the colour of text on it; 0 is that of nothing.
    pub(super) fn class(class: usize) -> (Self, Self) {
        CLASSES[class.min(STEPS)]
    }

    /// Returns the rules of the dark theme.
    pub(super) fn dark_rules() -> String {
        let classes = CLASSES.iter().flat_map(|&(fill, text)| [fill, text]);
        let all = [INK, FAINT, GRID, WHISKER, BAD].into_iter().chain(TIERS).chain(classes);
        all.fold(String::new(), |mut rules, Paint { light, dark }| {
            for what in ["fill", "stroke"] {
                // Writing to a string does not fail.
                let _ = write!(rules, "svg [{what}=\"#{light:06X}\"]{{{what}:#{dark:06X}}}");
            }
            rules
        })
    }
}

impl fmt::Display for Paint {
    /// Writes the colour of the light theme: `#1B1F24`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06X}", self.light)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two colours by WCAG 2.2, 1 to 21.
    fn contrast(a: u32, b: u32) -> f64 {
        let luminance = |colour: u32| {
            let channel = |byte: u8| match f64::from(byte) / 255.0 {
                value if value <= 0.04045 => value / 12.92,
                value => ((value + 0.055) / 1.055).powf(2.4),
            };
            let [_, red, green, blue] = colour.to_be_bytes().map(channel);
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    const PAPER: Paint = paint(0xFFFFFF, 0x14181D);

    #[test]
    fn text_can_be_read_and_shapes_can_be_seen_in_both_themes() {
        for (fill, text) in CLASSES {
            assert!(contrast(fill.light, text.light) >= 4.5, "{fill:?}");
            assert!(contrast(fill.dark, text.dark) >= 4.5, "{fill:?}");
        }
        for text in [INK, FAINT, BAD] {
            assert!(contrast(PAPER.light, text.light) >= 4.5, "{text:?}");
            assert!(contrast(PAPER.dark, text.dark) >= 4.5, "{text:?}");
        }
        for shape in TIERS {
            assert!(contrast(PAPER.light, shape.light) >= 3.0, "{shape:?}");
            assert!(contrast(PAPER.dark, shape.dark) >= 3.0, "{shape:?}");
        }
    }

    #[test]
    fn no_light_colour_stands_for_two_dark_ones() {
        let mut all: Vec<_> = CLASSES.iter().flat_map(|&(fill, text)| [fill, text]).collect();
        all.extend([INK, FAINT, GRID, WHISKER, BAD]);
        all.extend(TIERS);
        for a in &all {
            assert!(all.iter().filter(|b| b.light == a.light).all(|b| b == a), "{a:?}");
        }
    }
}
