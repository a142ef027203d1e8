//! Finds the array of records in a document.

use std::io::{self, Read};
use std::ops::ControlFlow;

use super::lexer::{Lexer, Step, Token};
use super::text;
use super::window::Window;
use crate::MAX_RECORD_BYTES;

/// Finds the array behind the keys in the document at a position, and returns the position of its
/// first element, or what is wrong.
pub(super) fn find_array<R: Read>(
    window: &mut Window<R>,
    at: usize,
    keys: &[String],
) -> io::Result<ControlFlow<String, usize>> {
    let path = || match keys {
        [] => "outermost in the file".to_owned(),
        _ => format!("at `{}`", keys.join(".")),
    };
    let wrong = |found: &str| {
        Ok(ControlFlow::Break(format!(
            "expected an array of JSON objects {}, found {found}",
            path()
        )))
    };
    let mut walker = Lexer::new(at);
    // Keys of the path whose objects are open, and whether the value of the next one comes now.
    let (mut behind, mut is_next) = (0, keys.is_empty());
    loop {
        let (token, range) = match walker.next(&window.bytes, window.is_all) {
            Step::Token(token, range) => (token, range),
            Step::More if window.bytes.len() - at > MAX_RECORD_BYTES => {
                return wrong("no such array in the first 16 MiB");
            }
            Step::More => {
                window.more()?;
                continue;
            }
            Step::End => return wrong("no such array"),
            Step::Broken(broken) => return wrong(&broken.reason(&window.bytes[at..])),
        };
        let depth = walker.open().len();
        match token {
            Token::ArrayStart if is_next && behind + 1 >= keys.len() => {
                return Ok(ControlFlow::Continue(range.end));
            }
            Token::ObjectStart if is_next && behind + 1 < keys.len() => behind += 1,
            Token::ObjectEnd => behind = behind.min(depth.saturating_sub(1)),
            _ => {}
        }
        is_next = token == Token::Key
            && depth == behind + 1
            && keys.get(behind).is_some_and(|key| *key == text::key(&window.bytes[range]));
    }
}
