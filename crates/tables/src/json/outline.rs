//! The outline of the first value in a sample of JSON: where its arrays are, and how large.

use super::lexer::{Lexer, Step, Token};
use super::text;

/// Arrays behind more keys are not looked for.
const MAX_KEYS: usize = 6;

/// The outline of the first value of a sample, as far as it goes.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) top: Top,
    pub(super) start: usize,
    /// Where the value ends, if the sample holds its end.
    pub(super) end: Option<usize>,
    /// Whether it stops being JSON.
    pub(super) broken: bool,
    /// Bytes of all strings and other scalars that are values.
    pub(super) value_bytes: usize,
    /// Arrays that are reached through objects alone.
    pub(super) arrays: Vec<Array>,
    /// The keys of all members that are reached through objects alone.
    pub(super) members: Vec<Vec<String>>,
    /// Whether the value says that it is a `JobPosting` of schema.org.
    pub(super) is_job_posting: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Top {
    Array,
    Object,
}

/// An array that is reached through objects alone.
#[derive(Debug, Default)]
pub(super) struct Array {
    /// The keys that lead to it.
    pub(super) keys: Vec<String>,
    pub(super) elements: usize,
    /// Elements that are objects.
    pub(super) objects: usize,
    /// Elements that are objects and end in the sample.
    whole_objects: usize,
    /// Bytes of all strings and other scalars in it.
    pub(super) bytes: usize,
}

impl Outline {
    /// Draws the outline of a sample, or returns nothing if it does not start with an array or
    /// object that is JSON as far as the sample goes, or up to the end of a first record.
    pub(super) fn of(sample: &[u8], is_all: bool) -> Option<Self> {
        let start = sample.len() - sample.trim_ascii_start().len();
        let top = match sample.get(start)? {
            b'[' => Top::Array,
            b'{' => Top::Object,
            _ => return None,
        };
        let mut outline = Self {
            top,
            start,
            end: None,
            broken: false,
            value_bytes: 0,
            arrays: Vec::new(),
            members: Vec::new(),
            is_job_posting: false,
        };
        outline.draw(sample, is_all);
        let has_record = outline.arrays.iter().any(|array| array.whole_objects > 0);
        (!outline.broken || has_record).then_some(outline)
    }

    fn draw(&mut self, sample: &[u8], is_all: bool) {
        let mut walker = Lexer::new(self.start);
        // The keys of the objects that are open, outside arrays.
        let mut keys: Vec<String> = Vec::new();
        // How many brackets were open before the array that is open.
        let mut array_depth: Option<usize> = None;
        let mut end = self.start;
        loop {
            let (token, range) = match walker.next(sample, is_all) {
                Step::Token(token, range) => (token, range),
                Step::End => {
                    self.end = Some(end);
                    return;
                }
                Step::More => {
                    // A long text that is cut counts as far as it goes.
                    if let (Some(_), Some(array)) = (array_depth, self.arrays.last_mut()) {
                        array.bytes += sample.len() - end;
                        self.value_bytes += sample.len() - end;
                    }
                    return;
                }
                Step::Broken(_) => {
                    self.broken = true;
                    return;
                }
            };
            end = range.end;
            let depth = walker.open().len();
            let text = &sample[range];
            if let Some(outer) = array_depth {
                let Some(array) = self.arrays.last_mut() else { return };
                let is_start = matches!(token, Token::ObjectStart | Token::ArrayStart);
                let inside = depth - usize::from(is_start);
                match token {
                    Token::ArrayEnd if depth == outer => array_depth = None,
                    Token::ArrayEnd | Token::ObjectEnd => {
                        let is_record = inside == outer + 1 && token == Token::ObjectEnd;
                        array.whole_objects += usize::from(is_record);
                    }
                    Token::Key => {}
                    _ => {
                        let is_element = inside == outer + 1;
                        array.elements += usize::from(is_element);
                        array.objects += usize::from(is_element && token == Token::ObjectStart);
                        let bytes = if is_start { 0 } else { text.len() };
                        array.bytes += bytes;
                        self.value_bytes += bytes;
                    }
                }
                self.is_job_posting |= is_type(&keys, text);
                continue;
            }
            match token {
                Token::Key => {
                    keys.truncate(depth - 1);
                    keys.push(text::key(text));
                    if depth <= MAX_KEYS {
                        self.members.push(keys.clone());
                    }
                }
                Token::ArrayStart => {
                    array_depth = Some(depth - 1);
                    self.arrays.push(Array { keys: keys.clone(), ..Array::default() });
                }
                Token::ObjectStart | Token::ArrayEnd => {}
                Token::ObjectEnd => keys.truncate(depth),
                Token::Text | Token::Number | Token::Word | Token::Null => {
                    self.value_bytes += text.len();
                    self.is_job_posting |= is_type(&keys, text);
                }
            }
        }
    }

    pub(super) fn has_elements(&self) -> bool {
        self.arrays.iter().any(|array| array.elements > 0)
    }

    pub(super) fn has_objects(&self) -> bool {
        self.arrays.iter().any(|array| array.objects > 0)
    }
}

fn is_type(keys: &[String], text: &[u8]) -> bool {
    keys == ["@type"] && text == b"\"JobPosting\""
}
