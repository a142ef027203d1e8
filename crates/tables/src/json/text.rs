//! Takes escapes out of JSON strings, and puts them in.

/// Appends the text of a string, given without its quotes. Half a surrogate pair and bytes that are
/// not UTF-8 become replacement characters.
///
/// # Errors
///
/// Returns what is wrong with an escape or a control character.
pub(super) fn unescape(out: &mut String, raw: &[u8]) -> Result<(), &'static str> {
    // One pass over all bytes without a branch is several times faster than stopping at the first.
    if raw.iter().fold(false, |found, &byte| found | (byte < 0x20)) {
        return Err("a string holds a control character, expected an escape such as `\\t`");
    }
    let mut rest = raw;
    while let Some(found) = memchr::memchr(b'\\', rest) {
        push_bytes(out, &rest[..found]);
        let (escaped, length) = escape(&rest[found..])?;
        out.push(escaped);
        rest = &rest[found + length..];
    }
    push_bytes(out, rest);
    Ok(())
}

/// Returns the text of a key, given with its quotes; if an escape in it is wrong, as it is spelled.
pub(super) fn key(quoted: &[u8]) -> String {
    let raw = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    let mut text = String::new();
    match unescape(&mut text, raw) {
        Ok(()) => text,
        Err(_) => String::from_utf8_lossy(raw).into_owned(),
    }
}

fn push_bytes(out: &mut String, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => out.push_str(text),
        Err(_) => out.push_str(&String::from_utf8_lossy(bytes)),
    }
}

/// Reads an escape and returns its character and its length in bytes.
fn escape(bytes: &[u8]) -> Result<(char, usize), &'static str> {
    let simple = match bytes.get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            let first =
                unit(bytes).ok_or("a string holds `\\u` without four hexadecimal digits")?;
            if let Some(second) = unit(&bytes[6..])
                && let Some(Ok(character)) = char::decode_utf16([first, second]).next()
                && character as u32 > 0xFFFF
            {
                return Ok((character, 12));
            }
            let alone = char::from_u32(first.into()).unwrap_or(char::REPLACEMENT_CHARACTER);
            return Ok((alone, 6));
        }
        _ => return Err("a string holds an unknown escape behind `\\`"),
    };
    Ok((simple, 2))
}

/// Reads `\uXXXX` at the start.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    let mut unit = 0;
    for &digit in digits {
        unit = unit << 4 | char::from(digit).to_digit(16)? as u16;
    }
    Some(unit)
}

/// Appends a text as a JSON string with its quotes; only what has to be is escaped.
pub(super) fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0C => "\\f",
            0..0x20 => "",
            _ => continue,
        };
        out.extend_from_slice(&text.as_bytes()[copied..at]);
        copied = at + 1;
        match escaped {
            "" => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.extend_from_slice(escaped.as_bytes()),
        }
    }
    out.extend_from_slice(&text.as_bytes()[copied..]);
    out.push(b'"');
}

/// Appends JSON without its line breaks and the indentation behind them. There are none inside its
/// strings, so that nothing else changes.
pub(super) fn push_one_line(out: &mut Vec<u8>, json: &[u8]) {
    let mut rest = json;
    while let Some(found) = memchr::memchr2(b'\n', b'\r', rest) {
        out.extend_from_slice(&rest[..found]);
        rest = rest[found..].trim_ascii_start();
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unescaped(raw: &str) -> Result<String, &'static str> {
        let mut text = String::new();
        unescape(&mut text, raw.as_bytes()).map(|()| text)
    }

    proptest! {
        #[test]
        fn escapes_are_those_of_serde_json(text in "\\PC{0,20}|[\u{0}-\u{7f}]{0,20}") {
            let mut out = Vec::new();
            push_string(&mut out, &text);
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
        }

        #[test]
        fn texts_are_those_of_serde_json(
            raw in "(\\\\[\"\\\\/bfnrtux]|\\\\u[0-9a-fA-F]{4}|\\\\ud83d\\\\ude00|[aé\u{1f600}\t]){0,8}",
        ) {
            match (serde_json::from_str::<String>(&format!("\"{raw}\"")), unescaped(&raw)) {
                (Ok(expected), found) => prop_assert_eq!(found, Ok(expected)),
                // Only half pairs are read here and not there.
                (Err(_), Ok(found)) => prop_assert!(found.contains(char::REPLACEMENT_CHARACTER)),
                (Err(_), Err(_)) => {}
            }
        }
    }

    #[test]
    fn half_a_pair_loses_itself_only() {
        assert_eq!(unescaped(r"a\ud83d b").unwrap(), "a\u{fffd} b");
        assert_eq!(unescaped(r"\ude00\ud83d\ude00").unwrap(), "\u{fffd}\u{1f600}");
        assert_eq!(unescaped(r"\ud83d\u0041").unwrap(), "\u{fffd}A");
        assert!(unescaped(r"\u12").is_err());
    }
}
