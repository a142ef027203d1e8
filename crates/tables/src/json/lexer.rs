//! Walks through the tokens of a JSON value, as fast as memory is read where strings are long.

use std::ops::Range;

use memchr::memchr3;

/// Values that are nested deeper are broken, so that the memory of a walk stays bounded.
const MAX_DEPTH: usize = 1 << 16;

/// Numbers and words with more bytes are broken.
const MAX_SCALAR_BYTES: usize = 1 << 16;

/// A part of a JSON value. Commas and colons are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    /// A key of an object, quotes included.
    Key,
    /// A string, quotes included.
    Text,
    Number,
    /// `true`, `false`; `NaN`, `Infinity` and `-Infinity`, as Python writes them.
    Word,
    Null,
}

/// What comes next in a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Token(Token, Range<usize>),
    /// The value has ended; its last token was the step before.
    End,
    /// The bytes do not hold the next token.
    More,
    Broken(Broken),
}

/// Where a value stops being JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) at: usize,
    pub(super) expected: &'static str,
}

impl Broken {
    /// Says for people what is wrong, given the bytes that were walked through.
    pub(super) fn reason(&self, bytes: &[u8]) -> String {
        let Self { at, expected } = *self;
        let found = match bytes.get(at..).unwrap_or_default() {
            [] => "the end".to_owned(),
            [b'\n' | b'\r', ..] => "a line break".to_owned(),
            rest => {
                let start = String::from_utf8_lossy(&rest[..rest.len().min(4)]);
                let first = start.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
                format!("`{}`", first.escape_debug())
            }
        };
        format!("not JSON at byte {} of the record: expected {expected}, found {found}", at + 1)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
    Nothing,
}

/// Walks through one value, in bytes that may arrive piece by piece.
///
/// It accepts what RFC 8259 accepts, and the three words that Python adds for numbers; escapes and
/// control characters inside strings are left to whoever reads them, except line breaks, which
/// tell soonest that a quote is missing.
#[derive(Debug, Clone)]
pub(super) struct Lexer {
    at: usize,
    /// Where the search for the end of a string goes on, if one is begun.
    inside_string: Option<usize>,
    /// The brackets that close what is open.
    open: Vec<u8>,
    expect: Expect,
}

impl Lexer {
    /// Starts before a value.
    pub(super) fn new(at: usize) -> Self {
        Self { at, inside_string: None, open: Vec::new(), expect: Expect::Value }
    }

    /// Starts behind a member of the innermost of so many objects.
    pub(super) fn inside_objects(at: usize, objects: usize) -> Self {
        Self {
            at,
            inside_string: None,
            open: vec![b'}'; objects],
            expect: if objects == 0 { Expect::Nothing } else { Expect::CommaOrEnd },
        }
    }

    /// Returns the brackets that close what is open, the innermost last.
    pub(super) fn open(&self) -> &[u8] {
        &self.open
    }

    /// Returns how many bytes from the front are not needed any more.
    pub(super) fn passed(&self) -> usize {
        self.inside_string.map_or(self.at, |searched| searched - 1)
    }

    /// Tells the walker that so many bytes, which it has passed, were taken from the front.
    pub(super) fn forget(&mut self, bytes: usize) {
        self.at = self.at.saturating_sub(bytes);
        self.inside_string = self.inside_string.map(|searched| searched - bytes);
    }

    /// Takes the next step. `is_all` says that no bytes will follow.
    pub(super) fn next(&mut self, bytes: &[u8], is_all: bool) -> Step {
        loop {
            if self.expect == Expect::Nothing {
                return Step::End;
            }
            if self.inside_string.is_some() {
                // Its quote may be forgotten.
                let is_key = matches!(self.expect, Expect::Key | Expect::KeyOrEnd);
                return self.string(if is_key { Token::Key } else { Token::Text }, bytes, is_all);
            }
            while bytes.get(self.at).is_some_and(|&byte| is_white(byte)) {
                self.at += 1;
            }
            let Some(&byte) = bytes.get(self.at) else {
                return if is_all { self.broken(self.at) } else { Step::More };
            };
            match (self.expect, byte) {
                (Expect::Colon, b':') => {
                    self.expect = Expect::Value;
                    self.at += 1;
                }
                (Expect::CommaOrEnd, b',') => {
                    let in_object = self.open.last() == Some(&b'}');
                    self.expect = if in_object { Expect::Key } else { Expect::Value };
                    self.at += 1;
                }
                (Expect::CommaOrEnd | Expect::KeyOrEnd, b'}')
                | (Expect::CommaOrEnd | Expect::ValueOrEnd, b']')
                    if self.open.last() == Some(&byte) =>
                {
                    self.open.pop();
                    let token = if byte == b'}' { Token::ObjectEnd } else { Token::ArrayEnd };
                    return self.found(token, 1);
                }
                (Expect::Key | Expect::KeyOrEnd, b'"') => {
                    return self.string(Token::Key, bytes, is_all);
                }
                (Expect::Value | Expect::ValueOrEnd, _) => {
                    return self.value(byte, bytes, is_all);
                }
                _ => return self.broken(self.at),
            }
        }
    }

    fn value(&mut self, byte: u8, bytes: &[u8], is_all: bool) -> Step {
        let (token, close, expect) = match byte {
            b'{' => (Token::ObjectStart, b'}', Expect::KeyOrEnd),
            b'[' => (Token::ArrayStart, b']', Expect::ValueOrEnd),
            b'"' => return self.string(Token::Text, bytes, is_all),
            _ => return self.scalar(bytes, is_all),
        };
        if self.open.len() == MAX_DEPTH {
            return Step::Broken(Broken { at: self.at, expected: "no deeper nesting" });
        }
        self.open.push(close);
        self.at += 1;
        self.expect = expect;
        Step::Token(token, self.at - 1..self.at)
    }

    fn string(&mut self, token: Token, bytes: &[u8], is_all: bool) -> Step {
        let mut from = self.inside_string.unwrap_or(self.at + 1);
        loop {
            let Some(found) = memchr3(b'"', b'\\', b'\n', &bytes[from..]) else {
                return self.unclosed(bytes.len(), bytes, is_all);
            };
            let found = from + found;
            match (bytes[found], bytes.get(found + 1)) {
                (b'"', _) => {
                    self.inside_string = None;
                    return self.found(token, found + 1 - self.at);
                }
                (b'\n', _) => return self.broken_string(found),
                (_, Some(b'\n')) => return self.broken_string(found + 1),
                (_, Some(_)) => from = found + 2,
                (_, None) => return self.unclosed(found, bytes, is_all),
            }
        }
    }

    fn unclosed(&mut self, searched: usize, bytes: &[u8], is_all: bool) -> Step {
        if is_all {
            return self.broken_string(bytes.len());
        }
        self.inside_string = Some(searched);
        Step::More
    }

    fn broken_string(&self, at: usize) -> Step {
        Step::Broken(Broken { at, expected: "the closing quote of a string" })
    }

    fn scalar(&mut self, bytes: &[u8], is_all: bool) -> Step {
        let rest = &bytes[self.at..];
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        if length > MAX_SCALAR_BYTES {
            return self.broken(self.at);
        }
        if length == rest.len() && !is_all {
            return Step::More;
        }
        match &rest[..length] {
            b"null" => self.found(Token::Null, length),
            b"true" | b"false" | b"NaN" | b"Infinity" | b"-Infinity" => {
                self.found(Token::Word, length)
            }
            text if is_number(text) => self.found(Token::Number, length),
            _ => self.broken(self.at),
        }
    }

    fn found(&mut self, token: Token, length: usize) -> Step {
        let start = self.at;
        self.at += length;
        self.expect = match token {
            Token::Key => Expect::Colon,
            _ if self.open.is_empty() => Expect::Nothing,
            _ => Expect::CommaOrEnd,
        };
        Step::Token(token, start..self.at)
    }

    fn broken(&self, at: usize) -> Step {
        let in_object = self.open.last() == Some(&b'}');
        let expected = match self.expect {
            Expect::Value => "a value",
            Expect::ValueOrEnd => "a value or `]`",
            Expect::Key => "a key in quotes",
            Expect::KeyOrEnd => "a key in quotes or `}`",
            Expect::Colon => "`:`",
            Expect::CommaOrEnd if in_object => "`,` or `}`",
            Expect::CommaOrEnd => "`,` or `]`",
            Expect::Nothing => "nothing",
        };
        Step::Broken(Broken { at, expected })
    }
}

/// Tells whether a byte is white space between tokens.
pub(super) fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Tells whether a text is a number by the grammar of RFC 8259.
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent =
            exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let length = digits(exponent);
        return length > 0 && length == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Walks through bytes that arrive in pieces of a size; returns the tokens, and whether they
    /// are a value and nothing else.
    fn walk(bytes: &[u8], piece: usize) -> (Vec<(Token, Range<usize>)>, bool) {
        let mut walker = Lexer::new(0);
        let (mut tokens, mut have) = (Vec::new(), 0);
        loop {
            match walker.next(&bytes[..have], have == bytes.len()) {
                Step::Token(token, range) => tokens.push((token, range)),
                Step::More => have = (have + piece).min(bytes.len()),
                Step::Broken(_) => return (tokens, false),
                Step::End => {
                    return (tokens, bytes[walker.at..].iter().all(|&byte| is_white(byte)));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn accepts_what_serde_json_accepts(
            text in "([\\[\\]{},:]|\"a\"|\"\\\\\\\\\"|\"\\\\\"\"|[ \n]|0|-1|1\\.5e-3|01|1\\.|true|null|nul){0,12}",
            piece in 1usize..5,
        ) {
            let expected = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            let (tokens, whole) = walk(text.as_bytes(), text.len().max(1));
            prop_assert_eq!(whole, expected);
            prop_assert_eq!(walk(text.as_bytes(), piece), (tokens, whole));
        }
    }

    proptest! {
        #[test]
        fn bytes_that_were_passed_are_not_needed(
            text in "\\[(\"([a{]|\\\\\\\\|\\\\\"){0,6}\"|\\{\"[a:]{0,4}\":1\\}|[,\\[\\]1 ]){0,8}\\]",
        ) {
            let bytes = text.as_bytes();
            let (expected, whole) = walk(bytes, bytes.len());
            let expected: Vec<_> = expected.into_iter().map(|(token, _)| token).collect();
            let mut walker = Lexer::new(0);
            let (mut tokens, mut forgotten, mut have) = (Vec::new(), 0, 0);
            let found = loop {
                match walker.next(&bytes[forgotten..have], have == bytes.len()) {
                    Step::Token(token, _) => tokens.push(token),
                    Step::More => have += 1,
                    Step::Broken(_) => break false,
                    Step::End => break bytes[forgotten + walker.passed()..].trim_ascii().is_empty(),
                }
                let passed = walker.passed();
                walker.forget(passed);
                forgotten += passed;
            };
            prop_assert_eq!((tokens, found), (expected, whole));
        }
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let deep = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
        assert!(walk(deep.as_bytes(), 1 << 20).1);
        let deeper = "[".repeat(1 << 20);
        assert!(!walk(deeper.as_bytes(), 1 << 20).1);
    }

    #[test]
    fn reasons_are_for_people() {
        let reason = |text: &str| {
            let mut walker = Lexer::new(0);
            loop {
                match walker.next(text.as_bytes(), true) {
                    Step::Broken(broken) => return broken.reason(text.as_bytes()),
                    Step::Token(..) => {}
                    other => panic!("{other:?}"),
                }
            }
        };
        insta::assert_snapshot!(reason("{\"a\" 1}"), @"not JSON at byte 6 of the record: expected `:`, found `1`");
        insta::assert_snapshot!(reason("{\"a\":\"x"), @"not JSON at byte 8 of the record: expected the closing quote of a string, found the end");
        insta::assert_snapshot!(reason("{\"a\":\"x\n\"}"), @"not JSON at byte 8 of the record: expected the closing quote of a string, found a line break");
        insta::assert_snapshot!(reason("{\"a\":None}"), @"not JSON at byte 6 of the record: expected a value, found `N`");
    }
}
