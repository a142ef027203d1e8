//! Guesses what was meant by a word that is not known.

/// Returns the one of some ids that a text most likely means: the only one that begins with its words, or
/// has them in it, or whose words begin with its letters; otherwise the one that takes fewest changes to
/// come to, if they are few. Nothing if none is near.
///
/// Both are in lower case, with hyphens between words.
pub(super) fn nearest<'i>(text: &str, ids: &[&'i str]) -> Option<&'i str> {
    // What is longer than any id is none of them; the rest of it does not matter.
    let start: String = text.chars().take(100).collect();
    let letters = start.chars().count();
    let words: Vec<_> = text.split('-').filter(|word| !word.is_empty()).collect();
    let parts = |id: &'i str| id.split('-');
    let has = |id: &'i str, word: &str| parts(id).any(|part| part.starts_with(word));
    let begins = |id: &&'i str| letters > 1 && id.starts_with(text);
    let has_all = |id: &&'i str| words.iter().all(|word| word.chars().count() > 2 && has(id, word));
    let has_long =
        |id: &&'i str| words.iter().any(|word| word.chars().count() > 4 && has(id, word));
    let has_initials = |id: &&'i str| {
        parts(id).count() > 1 && parts(id).filter_map(|part| part.chars().next()).eq(text.chars())
    };
    let by_changes = || {
        ids.iter()
            .copied()
            .map(|id| (strsim::levenshtein(&start, id), id))
            .min_by_key(|near| near.0)
    };
    let is_near = |changes: usize| changes <= 1 + letters / 4 && changes < letters;
    only(ids, &begins)
        .or_else(|| only(ids, &has_initials))
        .or_else(|| by_changes().filter(|near| is_near(near.0)).map(|near| near.1))
        .or_else(|| only(ids, &has_all))
        .or_else(|| only(ids, &has_long))
}

fn only<'i>(ids: &[&'i str], is_it: &dyn Fn(&&'i str) -> bool) -> Option<&'i str> {
    let mut found = ids.iter().copied().filter(|id| is_it(id));
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found_or_nothing_is_said() {
        let ids = [
            "trainer",
            "implementation-manager",
            "implementation-support-specialist",
            "him-exchange-specialist",
            "privacy-security-specialist",
            "programmer-software-engineer",
            "none",
        ];
        let near = |text| nearest(text, &ids);
        assert_eq!(near("trianer"), Some("trainer"));
        assert_eq!(near("ehr-trainer"), Some("trainer"));
        assert_eq!(near("implementation-manger"), Some("implementation-manager"));
        assert_eq!(near("non"), Some("none"));
        assert_eq!(near("noen"), Some("none"));
        assert_eq!(near("him"), Some("him-exchange-specialist"));
        assert_eq!(near("pss"), Some("privacy-security-specialist"));
        assert_eq!(near("security"), Some("privacy-security-specialist"));
        assert_eq!(near("software-engineer"), Some("programmer-software-engineer"));
        for unknown in ["implementation", "nurse", "x", "yes", "no-idea", ""] {
            assert_eq!(near(unknown), None, "{unknown}");
        }
    }
}
