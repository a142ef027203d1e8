//! The members of one record, wherever they lie: in objects, and in lists of objects.

use std::borrow::Cow;

use super::lexer::{Lexer, Step, Token};
use super::text::unescape;

/// Values inside more objects and lists than these are left out.
const MAX_DEPTH: usize = 32;

/// A value of a record. Nothing is copied: texts stay escaped until they are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonTree<'r> {
    /// An object, as keys and values in order.
    Object(Vec<(Cow<'r, str>, JsonTree<'r>)>),
    /// A list.
    List(Vec<JsonTree<'r>>),
    /// A string as it is spelled, without its quotes.
    Text(&'r [u8]),
    /// A text that is no JSON, such as the cell of a table.
    Plain(Cow<'r, str>),
    /// A number, `true` or `false` as it is spelled.
    Spelled(&'r [u8]),
    /// `null`, or what lies too deep.
    Null,
}

/// Where a member lies: keys one after another. Lists on the way are gone into and have no part in it.
///
/// Keys are compared by their letters and digits, in lower case, and run together: `company.name`
/// finds the member `Name` of `company`, and `company_name` as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberPath {
    keys: String,
    /// Where in `keys` a key may end; before the first one, anywhere.
    ends: Vec<usize>,
    /// What values at a place in `keys` are taken.
    filters: Vec<(usize, Filter)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Filter {
    /// Objects that have a key with a text.
    Having(String, String),
    /// The element of a list, from 0.
    Element(usize),
}

/// Returns the letters and digits of a key in lower case.
pub fn member_key(key: &str) -> String {
    key_letters(key).collect()
}

fn key_letters(key: &str) -> impl Iterator<Item = char> + '_ {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// Takes a key from the front of a path and returns the rest, if it starts with it.
fn behind<'p>(path: &'p str, key: &str) -> Option<&'p str> {
    let mut rest = path;
    let mut has_letters = false;
    for letter in key_letters(key) {
        rest = rest.strip_prefix(letter)?;
        has_letters = true;
    }
    has_letters.then_some(rest)
}

impl MemberPath {
    /// Parses a path such as `offices.name`; `parts[kind=pay].low` wants objects whose `kind` is `pay`, and
    /// `area[0]` the first element of a list. `prefix` are the letters of the keys before it.
    pub fn new(prefix: &str, path: &str) -> Self {
        let mut keys = prefix.to_owned();
        let mut ends = vec![prefix.len()];
        let mut filters = Vec::new();
        for part in path.split('.') {
            let (key, filter) = part.split_once('[').unwrap_or((part, ""));
            keys.extend(key_letters(key));
            ends.push(keys.len());
            let filter = filter.trim_end_matches(']');
            match (filter.split_once('='), filter.parse()) {
                (Some((name, value)), _) => {
                    let having = Filter::Having(member_key(name), value.to_lowercase());
                    filters.push((keys.len(), having));
                }
                (None, Ok(element)) => filters.push((keys.len(), Filter::Element(element))),
                (None, Err(_)) => {}
            }
        }
        Self { keys, ends, filters }
    }

    /// Tells whether all values at its keys are taken.
    pub fn takes_all(&self) -> bool {
        self.filters.is_empty()
    }

    /// Returns the letters of all keys.
    pub fn keys(&self) -> &str {
        &self.keys
    }

    fn may_end(&self, at: usize) -> bool {
        self.ends.first().is_some_and(|&first| at < first) || self.ends.contains(&at)
    }

    /// Returns the values at the path, in order; of lists their elements.
    pub fn values<'t, 'r>(&self, tree: &'t JsonTree<'r>) -> Vec<&'t JsonTree<'r>> {
        let mut found = Vec::new();
        self.visit(tree, &self.keys, &mut found);
        found
    }

    fn visit<'t, 'r>(&self, tree: &'t JsonTree<'r>, rest: &str, found: &mut Vec<&'t JsonTree<'r>>) {
        let passed = self.keys.len() - rest.len();
        let filter = self.filters.iter().find(|(at, _)| *at == passed).map(|(_, filter)| filter);
        match (tree, filter) {
            (JsonTree::List(elements), Some(&Filter::Element(n))) => {
                found.extend(elements.get(n).filter(|_| rest.is_empty()));
                return;
            }
            (JsonTree::List(elements), _) => {
                elements.iter().for_each(|element| self.visit(element, rest, found));
                return;
            }
            (_, Some(Filter::Having(key, value))) if !tree.has(key, value) => return,
            (_, Some(Filter::Element(_))) => return,
            _ => {}
        }
        match tree {
            _ if rest.is_empty() => found.push(tree),
            JsonTree::Object(members) => {
                for (key, value) in members {
                    if let Some(rest) = behind(rest, key)
                        && self.may_end(self.keys.len() - rest.len())
                    {
                        self.visit(value, rest, found);
                    }
                }
            }
            _ => {}
        }
    }
}

impl<'r> JsonTree<'r> {
    /// Reads a record; nothing if it is broken.
    pub fn of(record: &'r [u8]) -> Option<Self> {
        let mut walker = Lexer::new(0);
        let mut open: Vec<(Cow<'r, str>, Self)> = Vec::new();
        let mut key = Cow::Borrowed("");
        // Brackets that are open below what is kept.
        let mut left_out = 0_usize;
        loop {
            let Step::Token(token, range) = walker.next(record, true) else { return None };
            let done = match token {
                Token::ObjectStart | Token::ArrayStart if open.len() == MAX_DEPTH => {
                    left_out += 1;
                    continue;
                }
                Token::ObjectEnd | Token::ArrayEnd if left_out > 0 => {
                    left_out -= 1;
                    if left_out > 0 {
                        continue;
                    }
                    Self::Null
                }
                _ if left_out > 0 => continue,
                Token::ObjectStart => {
                    open.push((std::mem::take(&mut key), Self::Object(Vec::new())));
                    continue;
                }
                Token::ArrayStart => {
                    open.push((std::mem::take(&mut key), Self::List(Vec::new())));
                    continue;
                }
                Token::Key => {
                    key = key_of(&record[range]);
                    continue;
                }
                Token::ObjectEnd | Token::ArrayEnd => {
                    let (own, value) = open.pop()?;
                    key = own;
                    value
                }
                Token::Text => Self::Text(inside(&record[range])),
                Token::Number | Token::Word => Self::Spelled(&record[range]),
                Token::Null => Self::Null,
            };
            match open.last_mut() {
                None => return Some(done),
                Some((_, Self::Object(members))) => members.push((std::mem::take(&mut key), done)),
                Some((_, Self::List(elements))) => elements.push(done),
                Some(_) => return None,
            }
        }
    }

    /// Returns the text of a string, number or word; nothing of other values.
    pub fn text(&self) -> Option<Cow<'r, str>> {
        match self {
            Self::Text(raw) if !raw.contains(&b'\\') => Some(String::from_utf8_lossy(raw)),
            Self::Text(raw) => {
                let mut text = String::with_capacity(raw.len());
                unescape(&mut text, raw).ok().map(|()| Cow::Owned(text))
            }
            Self::Spelled(raw) => Some(String::from_utf8_lossy(raw)),
            Self::Plain(text) => Some(text.clone()),
            Self::Object(_) | Self::List(_) | Self::Null => None,
        }
    }

    /// Puts a value where keys lead to, and makes the objects on the way.
    pub fn insert<'k>(&mut self, keys: &[&'k str], value: Self)
    where
        'k: 'r,
    {
        let [key, rest @ ..] = keys else { return };
        let Self::Object(members) = self else { return };
        if rest.is_empty() {
            members.push((Cow::Borrowed(key), value));
            return;
        }
        let is_open =
            |(own, inner): &(Cow<'r, str>, Self)| own == key && matches!(inner, Self::Object(_));
        let at = members.iter().position(is_open).unwrap_or_else(|| {
            members.push((Cow::Borrowed(key), Self::Object(Vec::new())));
            members.len() - 1
        });
        members[at].1.insert(rest, value);
    }

    /// Returns the value behind a key, given as [`member_key`] returns it.
    pub fn member(&self, wanted: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        let is_wanted = |key: &str| behind(wanted, key).is_some_and(str::is_empty);
        members.iter().find(|(key, _)| is_wanted(key)).map(|(_, value)| value)
    }

    fn has(&self, key: &str, value: &str) -> bool {
        let text = self.member(key).and_then(Self::text);
        text.is_some_and(|text| text.to_lowercase() == value)
    }

    /// Calls `found` with the keys that lead to each member, wherever it lies, and its value; `[]` stands
    /// among them for a list.
    pub fn for_each_member(&self, found: &mut dyn FnMut(&[&str], &Self)) {
        self.walk(&mut Vec::new(), found);
    }

    fn walk<'t>(&'t self, keys: &mut Vec<&'t str>, found: &mut dyn FnMut(&[&str], &Self)) {
        match self {
            Self::Object(members) => {
                for (key, value) in members {
                    keys.push(key);
                    found(keys, value);
                    value.walk(keys, found);
                    keys.pop();
                }
            }
            Self::List(elements) => {
                keys.push("[]");
                elements.iter().for_each(|element| element.walk(keys, found));
                keys.pop();
            }
            Self::Text(_) | Self::Plain(_) | Self::Spelled(_) | Self::Null => {}
        }
    }
}

fn key_of(quoted: &[u8]) -> Cow<'_, str> {
    let raw = inside(quoted);
    match raw.contains(&b'\\') {
        true => Cow::Owned(super::text::key(quoted)),
        false => String::from_utf8_lossy(raw),
    }
}

fn inside(quoted: &[u8]) -> &[u8] {
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(record: &str, path: &str) -> Vec<String> {
        let tree = JsonTree::of(record.as_bytes()).unwrap();
        let path = MemberPath::new("", path);
        let shown = |value: &&JsonTree<'_>| {
            value.text().map_or_else(|| "(no text)".to_owned(), Cow::into_owned)
        };
        path.values(&tree).iter().map(shown).collect()
    }

    #[test]
    fn members_are_found_in_objects_and_lists() {
        let record =
            r#"{"a":{"B_c":1,"d":[{"e":"x\n"},{"e":null},{"e":["y",2.0]}]},"a.f":true,"é":"z"}"#;
        assert_eq!(at(record, "a.bC"), ["1"]);
        assert_eq!(at(record, "a.d.e"), ["x\n", "(no text)", "y", "2.0"]);
        assert_eq!(at(record, "a.f"), ["true"]);
        assert_eq!(at(record, "a"), ["(no text)"]);
        assert_eq!(at(record, "É"), ["z"]);
        assert!(at(record, "a.d.x").is_empty() && at(record, "d").is_empty());
        assert!(at(r#"{"ab":{"c":1},"a":{"bc":2}}"#, "abc").is_empty());
        assert_eq!(at(r#"{"area":["x","y"]}"#, "area[1]"), ["y"]);
        assert!(at(r#"{"area":["x","y"]}"#, "area[2]").is_empty());
        let pay = r#"{"parts":[{"kind":"Equity","low":0.1},{"kind":"Salary","low":9}]}"#;
        assert_eq!(at(pay, "parts[kind=salary].low"), ["9"]);
        assert_eq!(at(pay, "parts.low"), ["0.1", "9"]);
    }

    #[test]
    fn what_lies_too_deep_is_left_out() {
        let deep = format!("{{\"k\":{}1{},\"b\":2}}", "{\"k\":".repeat(99), "}".repeat(99));
        assert_eq!(at(&deep, "b"), ["2"]);
        assert!(at(&deep, &["k"; 100].join(".")).is_empty());
        let deeper = format!("{{\"a\":{}{}}}", "[".repeat(60_000), "]".repeat(60_000));
        assert!(JsonTree::of(deeper.as_bytes()).is_some());
        assert!(JsonTree::of(b"{\"a\":").is_none());
    }

    /// Finds values by the keys of a path, of which a member may have several.
    fn plain(value: &serde_json::Value, keys: &[&str], found: &mut Vec<String>) {
        match value {
            serde_json::Value::Array(elements) => {
                elements.iter().for_each(|element| plain(element, keys, found));
            }
            _ if keys.is_empty() => found.push(match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Number(number) => number.to_string(),
                serde_json::Value::Bool(word) => word.to_string(),
                _ => "(no text)".to_owned(),
            }),
            serde_json::Value::Object(members) => {
                for (key, value) in members {
                    for taken in 1..=keys.len() {
                        if member_key(key) == keys[..taken].concat() {
                            plain(value, &keys[taken..], found);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn values_are_those_of_a_plain_search(
            text in "\\{\"(a|ab)\":(\\{\"(a|b)\":(1|\"x\"|\\[2,\\{\"b\":3\\}\\])\\}|4|\\[\\{\"b\":5\\},null\\]),\"(b|B_a)\":\\{\"a\":true\\}\\}",
            path in "(a|b|ab)(\\.(a|b)){0,2}",
        ) {
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let mut expected = Vec::new();
            plain(&value, &path.split('.').collect::<Vec<_>>(), &mut expected);
            // An object of serde_json has its keys in order.
            prop_assert_eq!(at(&text, &path), expected);
        }
    }
}
