//! Postings: tags of any title and text.

use std::sync::LazyLock;

use rolecall::{Classifier, Posting, Tag};

static CLASSIFIER: LazyLock<Classifier> =
    LazyLock::new(|| Classifier::new().expect("the corpus in the program is valid"));

/// Checks that postings, one on each line with the title before a tab, get tags whose probabilities
/// are some, and the same tags whatever came before them.
pub fn scoring(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let pasted = CLASSIFIER.classify(&Posting::pasted(&text));
    check(&pasted);
    let mut tagger = CLASSIFIER.tagger();
    for line in text.split('\n') {
        let (title, body) = line.split_once('\t').unwrap_or((line, ""));
        let posting = Posting::new(title, body);
        let tag = tagger.tag(&posting);
        check(&tag);
        assert_eq!(figures(&tagger.tag(&posting)), figures(&tag), "the same again");
        assert_eq!(figures(&CLASSIFIER.classify(&posting)), figures(&tag), "the same alone");
    }
}

fn check(tag: &Tag<'_>) {
    let probabilities = [tag.confidence, tag.scope, tag.words_known]
        .into_iter()
        .chain(tag.gates.iter().map(|gate| gate.probability))
        .chain(tag.ranking.iter().map(|ranked| ranked.probability));
    for probability in probabilities {
        assert!((0.0..=1.0).contains(&probability), "{probability} is no probability");
    }
    assert!(tag.ranking.iter().all(|ranked| ranked.score.is_finite()));
    assert!(tag.ranking.is_sorted_by(|a, b| a.score >= b.score), "best first");
    let all: f64 = tag.ranking.iter().map(|ranked| ranked.probability).sum();
    assert!((all - 1.0).abs() < 1e-9, "probabilities of the roles add up to {all}");
}

/// The role of a tag and all its figures, bit by bit.
fn figures<'a>(tag: &Tag<'a>) -> (&'a str, Vec<u64>) {
    let gates = tag.gates.iter().map(|gate| gate.probability);
    let figures = [tag.confidence, tag.scope, tag.words_known].into_iter().chain(gates);
    let ranking = tag.ranking.iter().flat_map(|ranked| {
        let score = u64::from(ranked.score.to_bits());
        [ranked.position() as u64, score, ranked.probability.to_bits()]
    });
    (tag.role_id(), figures.map(f64::to_bits).chain(ranking).collect())
}
