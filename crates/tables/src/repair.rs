//! Text that was damaged before it came here.

/// Returns a text that was UTF-8 and was read as windows-1252 as it was: `MontrÃ©al` is `Montréal`.
pub fn unmojibaked(text: &str) -> Option<String> {
    if !text.contains(['Ã', 'Â', 'â', 'Å', 'Ä']) {
        return None;
    }
    let (bytes, _, is_lossy) = encoding_rs::WINDOWS_1252.encode(text);
    if is_lossy { None } else { String::from_utf8(bytes.into_owned()).ok() }
}

#[cfg(test)]
mod tests {
    use super::unmojibaked;

    #[test]
    fn only_what_was_damaged_is_repaired() {
        assert_eq!(unmojibaked("MontrÃ©al").as_deref(), Some("Montréal"));
        for text in ["Montréal", "São Paulo", "crâne", "Ânia", ""] {
            assert_eq!(unmojibaked(text), None, "{text}");
        }
    }
}
