//! Reads the cells of one object.

use std::borrow::Cow;
use std::ops::Range;

use super::lexer::{Lexer, Step, Token, is_white};
use super::names::Names;
use super::text::{push_one_line, push_string, unescape};

/// Objects inside more objects than these are one cell, so that paths stay short.
const MAX_FLATTENED: usize = 16;

/// Objects behind a longer path are one cell, so that the paths of all their cells don't take many
/// times the memory of the record.
const MAX_PATH_BYTES: usize = 256;

/// Reads the cells of objects, one object after another, keeping its memory.
///
/// Every value of an object is a cell, in order. Its path is the keys that lead to it with dots
/// between them, such as `hiringOrganization.name`; a dot inside a key stays as it is. A path that
/// comes again in the same object becomes `path_2`, so that a repeated key loses nothing.
///
/// | value | cell |
/// |---|---|
/// | string | its text; half a surrogate pair becomes U+FFFD |
/// | number, `true`, `false`, `NaN`, `Infinity` | as it is spelled |
/// | `null` | empty |
/// | array, empty object | its JSON as it is spelled, without line breaks |
/// | object inside 16 others, or behind a path of more than 256 bytes | the same |
#[derive(Debug, Default)]
pub struct JsonCells {
    paths: String,
    texts: String,
    cells: Vec<Cell>,
    names: Names,
}

#[derive(Debug)]
struct Cell {
    /// Where the path is in `paths`.
    path: Range<usize>,
    /// Where the text is in `texts`.
    text: Range<usize>,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Null,
    /// JSON as it is spelled.
    Spelled,
}

impl JsonCells {
    /// Makes a reader.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the cells of an object.
    ///
    /// # Errors
    ///
    /// Returns for people why the record is no JSON object; then there are no cells.
    pub fn read(&mut self, record: &[u8]) -> Result<(), String> {
        self.clear();
        let read = self.flatten(record);
        if read.is_err() {
            self.clear();
        }
        read
    }

    fn clear(&mut self) {
        self.paths.clear();
        self.texts.clear();
        self.cells.clear();
        self.names.clear();
    }

    fn flatten(&mut self, record: &[u8]) -> Result<(), String> {
        let mut walker = Lexer::new(0);
        let next = |walker: &mut Lexer| match walker.next(record, true) {
            Step::Token(token, range) => Ok(Some((token, range))),
            Step::End | Step::More => Ok(None),
            Step::Broken(broken) => Err(broken.reason(record)),
        };
        let mut path = String::new();
        // The length of the path before the keys of each object that is open.
        let mut lengths: Vec<usize> = Vec::new();
        let mut last = Token::Null;
        while let Some((token, range)) = next(&mut walker)? {
            match token {
                Token::Key => {
                    path.truncate(lengths.last().copied().unwrap_or(0));
                    if lengths.len() > 1 {
                        path.push('.');
                    }
                    unescape(&mut path, inside(&record[range]))?;
                }
                Token::ObjectStart
                    if lengths.len() < MAX_FLATTENED && path.len() <= MAX_PATH_BYTES =>
                {
                    lengths.push(path.len());
                }
                Token::ObjectEnd => {
                    path.truncate(lengths.pop().unwrap_or(0));
                    if last == Token::ObjectStart && !lengths.is_empty() {
                        self.add(&path, Form::Spelled, |texts| {
                            texts.push_str("{}");
                            Ok(())
                        })?;
                    }
                }
                Token::Text if !lengths.is_empty() => {
                    self.add(&path, Form::Text, |texts| unescape(texts, inside(&record[range])))?;
                }
                Token::Null if !lengths.is_empty() => self.add(&path, Form::Null, |_| Ok(()))?,
                _ if lengths.is_empty() => return Err(no_object(token)),
                Token::ArrayStart | Token::ObjectStart => {
                    let (start, mut end) = (range.start, range.end);
                    let around = lengths.len();
                    let mut checked = String::new();
                    while walker.open().len() > around {
                        let Some((token, range)) = next(&mut walker)? else { break };
                        end = range.end;
                        if matches!(token, Token::Key | Token::Text) {
                            checked.clear();
                            unescape(&mut checked, inside(&record[range]))?;
                        }
                    }
                    let mut line = Vec::with_capacity(end - start);
                    push_one_line(&mut line, &record[start..end]);
                    self.add(&path, Form::Spelled, |texts| {
                        texts.push_str(&String::from_utf8_lossy(&line));
                        Ok(())
                    })?;
                }
                Token::Number | Token::Word | Token::ArrayEnd | Token::Text | Token::Null => {
                    let raw = String::from_utf8_lossy(&record[range]);
                    self.add(&path, Form::Spelled, |texts| {
                        texts.push_str(&raw);
                        Ok(())
                    })?;
                }
            }
            last = token;
        }
        match record[walker.passed()..].iter().find(|&&byte| !is_white(byte)) {
            Some(_) => Err("expected one JSON object, found more behind it".to_owned()),
            None => Ok(()),
        }
    }

    fn add(
        &mut self,
        path: &str,
        form: Form,
        write: impl FnOnce(&mut String) -> Result<(), &'static str>,
    ) -> Result<(), String> {
        let (path_start, text_start) = (self.paths.len(), self.texts.len());
        match self.names.take(path) {
            Some(numbered) => self.paths.push_str(&numbered),
            None => self.paths.push_str(path),
        }
        write(&mut self.texts)?;
        let (path, text) = (path_start..self.paths.len(), text_start..self.texts.len());
        self.cells.push(Cell { path, text, form });
        Ok(())
    }

    /// Returns the number of cells of the last object.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Tells whether the last object has no cells.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Tells whether the last object has a cell at a path.
    pub fn contains(&self, path: &str) -> bool {
        self.names.contains(path)
    }

    /// Iterates over the paths and texts of the cells of the last object.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..self.cells.len()).map(|position| (self.path(position), self.text(position)))
    }

    /// Returns the path of a cell of the last object; empty if there is none at this position.
    pub fn path(&self, position: usize) -> &str {
        self.cells.get(position).map_or("", |cell| &self.paths[cell.path.clone()])
    }

    /// Returns a cell of the last object; empty if there is none at this position.
    pub fn text(&self, position: usize) -> &str {
        self.cells.get(position).map_or("", |cell| &self.texts[cell.text.clone()])
    }

    /// Returns a cell of the last object as a text to read: of an array or object that is one cell,
    /// the strings in it, a line each.
    pub fn prose(&self, position: usize) -> Cow<'_, str> {
        let text = self.text(position);
        let is_spelled = self.cells.get(position).is_some_and(|cell| cell.form == Form::Spelled);
        if !is_spelled || !text.starts_with(['[', '{']) {
            return Cow::Borrowed(text);
        }
        let mut lines = String::new();
        let mut walker = Lexer::new(0);
        while let Step::Token(token, range) = walker.next(text.as_bytes(), true) {
            if token == Token::Text {
                if !lines.is_empty() {
                    lines.push('\n');
                }
                // The escapes were checked when the object was read.
                let _ = unescape(&mut lines, inside(&text.as_bytes()[range]));
            }
        }
        Cow::Owned(lines)
    }

    /// Appends a cell of the last object as a JSON value.
    pub(super) fn push_value(&self, out: &mut Vec<u8>, position: usize) {
        let Some(cell) = self.cells.get(position) else { return };
        let text = &self.texts[cell.text.clone()];
        match cell.form {
            Form::Text => push_string(out, text),
            Form::Null => out.extend_from_slice(b"null"),
            Form::Spelled => out.extend_from_slice(text.as_bytes()),
        }
    }
}

fn inside(quoted: &[u8]) -> &[u8] {
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default()
}

fn no_object(found: Token) -> String {
    let found = match found {
        Token::ArrayStart | Token::ArrayEnd => "an array",
        Token::Text | Token::Key => "a string",
        Token::Number => "a number",
        Token::Word => "a single word",
        Token::Null => "`null`",
        Token::ObjectStart | Token::ObjectEnd => "another",
    };
    format!("expected a JSON object, found {found}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(record: &str) -> Result<Vec<(String, String)>, String> {
        let mut cells = JsonCells::new();
        cells.read(record.as_bytes())?;
        Ok(cells.iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect())
    }

    fn shown(record: &str) -> String {
        let cells = read(record).unwrap();
        cells.iter().map(|(path, text)| format!("{path}={text}\n")).collect()
    }

    #[test]
    fn values_are_as_they_are_spelled() {
        insta::assert_snapshot!(shown(
            r#"{"title":"Nurse \"RN\"\n\u00e9","n":1.0,"big":12345678901234567890,"small":-1e-7,
            "yes":true,"none":null,"list":[1, "a",
              {"b": 2}],"org":{"name":"X","at":{"city":"Y"}},"empty":{},"not":NaN,"half":"a\ud83d"}"#
        ), @r#"
        title=Nurse "RN"
        é
        n=1.0
        big=12345678901234567890
        small=-1e-7
        yes=true
        none=
        list=[1, "a",{"b": 2}]
        org.name=X
        org.at.city=Y
        empty={}
        not=NaN
        half=a�
        "#);
    }

    #[test]
    fn repeated_paths_are_kept() {
        insta::assert_snapshot!(shown(r#"{"a":1,"a":2,"a_2":3,"b":{"c":4},"b.c":5,"":6}"#), @r"
        a=1
        a_2=2
        a_2_2=3
        b.c=4
        b.c_2=5
        =6
        ");
        assert_eq!(read("{}").unwrap(), []);
    }

    #[test]
    fn deep_objects_are_one_cell() {
        let deep = "{\"a\":".repeat(20) + "1" + &"}".repeat(20);
        let cells = read(&deep).unwrap();
        assert_eq!(cells[0].0, ["a"; 16].join("."));
        assert_eq!(cells[0].1, "{\"a\":{\"a\":{\"a\":{\"a\":1}}}}");
        let long = "k".repeat(257);
        let behind_long = read(&format!("{{\"{long}\":{{\"a\":1}}}}")).unwrap();
        assert_eq!(behind_long, [(long, "{\"a\":1}".to_owned())]);
        let deeper = format!("{{\"a\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
        assert_eq!(read(&deeper).unwrap()[0].1.len(), 100_000);
    }

    #[test]
    fn reasons_are_for_people() {
        insta::assert_snapshot!(read("12").unwrap_err(), @"expected a JSON object, found a number");
        insta::assert_snapshot!(read("[{}]").unwrap_err(), @"expected a JSON object, found an array");
        insta::assert_snapshot!(read("null").unwrap_err(), @"expected a JSON object, found `null`");
        insta::assert_snapshot!(read("{\"a\":1} {}").unwrap_err(), @"expected one JSON object, found more behind it");
        insta::assert_snapshot!(read("{\"a\":\"\t\"}").unwrap_err(), @r"a string holds a control character, expected an escape such as `\t`");
        insta::assert_snapshot!(read("{\"a\":[\"\\x\"]}").unwrap_err(), @r"a string holds an unknown escape behind `\`");
        insta::assert_snapshot!(read("{\"a\":tru}").unwrap_err(), @"not JSON at byte 6 of the record: expected a value, found `t`");
    }

    #[test]
    fn lists_of_strings_read_well() {
        let mut cells = JsonCells::new();
        cells.read(br#"{"a":["RN\nlicence","BLS"],"b":[1,2],"c":"[x]","d":[{"k":"v"}]}"#).unwrap();
        let prose: Vec<_> = (0..5).map(|position| cells.prose(position)).collect();
        assert_eq!(prose, ["RN\nlicence\nBLS", "", "[x]", "v", ""]);
    }

    proptest! {
        #[test]
        fn reads_what_serde_json_reads(
            text in "\\{(\"[ab]\"|\"\\\\\\\\[nu\"]|\"|[\\[\\]{},:1]|null|\"a\":|\"b\":|\\\\u0041|\n){0,10}\\}",
        ) {
            let expected = serde_json::from_str::<serde_json::Map<_, _>>(&text);
            match (expected, read(&text)) {
                (Ok(object), Ok(cells)) => {
                    let object: serde_json::Map<String, serde_json::Value> = object;
                    prop_assert_eq!(object.is_empty(), cells.is_empty());
                }
                (Err(_), Err(_)) => {}
                (expected, found) => prop_assert!(false, "{expected:?} {found:?}"),
            }
        }
    }
}
