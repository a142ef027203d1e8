//! Where reading goes on behind a record that is broken.

use memchr::{memchr_iter, memchr3, memmem};

use super::lexer::is_white;

/// Where a record that is broken begins, and where it was found to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Break<'a> {
    pub(super) start: usize,
    pub(super) at: usize,
    /// The brackets that close what was open there, the innermost last.
    pub(super) open: &'a [u8],
}

/// Returns the end of a broken record in `bytes`, or nothing if the next record can't be found in
/// them. `is_all` says that no bytes will follow.
///
/// The record ends where its brackets are balanced and another record or the array's end follows,
/// or before an object that begins with the same key as the record does, whichever is sooner; if
/// there is neither, before any object that follows a comma or a closing brace.
pub(super) fn end_of_broken(found: Break<'_>, bytes: &[u8], is_all: bool) -> Option<usize> {
    let balanced = balanced_end(found, bytes, is_all);
    let first_key = first_key(&bytes[found.start..found.at.min(bytes.len())]);
    let same_key = first_key.and_then(|key| before_object(found, bytes, Some(key)));
    match (balanced, same_key) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (None, None) => before_object(found, bytes, None),
        (a, b) => a.or(b),
    }
}

/// Returns the end of the balanced brackets, if what follows confirms it.
fn balanced_end(found: Break<'_>, bytes: &[u8], is_all: bool) -> Option<usize> {
    let mut open = found.open.to_vec();
    let mut at = found.at;
    while !open.is_empty() {
        match *bytes.get(at)? {
            b'"' => at = string_end(bytes, at)?,
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            close @ (b'}' | b']') if open.pop() != Some(close) => return None,
            _ => {}
        }
        at += 1;
    }
    let is_begun = at > found.at;
    let next = skip_white(bytes, at);
    let confirmed = match bytes.get(next) {
        None => is_all,
        Some(b',') => bytes.get(skip_white(bytes, next + 1)) == Some(&b'{'),
        Some(&byte) => byte == b']' || byte == b'{',
    };
    (is_begun && confirmed).then_some(at)
}

/// Returns the position of a string's closing quote, unless a line break comes first.
fn string_end(bytes: &[u8], quote: usize) -> Option<usize> {
    let mut from = quote + 1;
    loop {
        let at = from + memchr3(b'"', b'\\', b'\n', bytes.get(from..)?)?;
        match bytes[at] {
            b'"' => return Some(at),
            b'\n' => return None,
            _ => from = at + 2,
        }
    }
}

/// Returns where the record ends before the next object that begins with a key, or with this one,
/// and stands where an element may.
fn before_object(found: Break<'_>, bytes: &[u8], key: Option<&[u8]>) -> Option<usize> {
    let from = found.at.max(found.start + 1).min(bytes.len());
    // Where no other record has the key, this is much faster than looking at every brace.
    if key.is_some_and(|key| memmem::find(&bytes[from..], key).is_none()) {
        return None;
    }
    memchr_iter(b'{', &bytes[from..]).find_map(|brace| {
        let brace = from + brace;
        let begins = &bytes[skip_white(bytes, brace + 1)..];
        let is_object = match key {
            Some(key) => begins.starts_with(key),
            None => begins.first() == Some(&b'"'),
        };
        let before = &bytes[found.start..brace];
        let spaced = before.trim_ascii_end();
        let may_stand = match spaced.last()? {
            b',' | b'}' => true,
            b':' | b'[' => false,
            _ => before[spaced.len()..].contains(&b'\n'),
        };
        if !is_object || !may_stand {
            return None;
        }
        let is_separator = |byte: &u8| *byte == b',' || is_white(*byte);
        let separators = before.iter().rev().take_while(|byte| is_separator(byte)).count();
        Some(brace - separators)
    })
}

/// Returns the first key of an object, quotes included.
fn first_key(record: &[u8]) -> Option<&[u8]> {
    let inside = record.strip_prefix(b"{")?.trim_ascii_start();
    inside.strip_prefix(b"\"")?;
    let end = string_end(inside, 0)?;
    Some(&inside[..=end])
}

fn skip_white(bytes: &[u8], from: usize) -> usize {
    let white = bytes[from..].iter().take_while(|&&byte| is_white(byte)).count();
    from + white
}
