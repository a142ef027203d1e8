//! The table against tantivy's searcher, and the closest role against labels, on real postings.

use std::collections::HashMap;
use std::path::Path;

use rolecall::index::ProfileIndex;
use rolecall::score::{ScoreTable, Searcher};
use rolecall::{Classifier, Corpus, Posting};

use crate::harness::{ROOT, real_postings, shared};

/// Compares all scores of a posting; differences are relative to the larger score.
fn largest_difference(table: &[f32], searcher: &[f32]) -> f32 {
    assert_eq!(table.len(), searcher.len());
    let relative = |(&a, &b): (&f32, &f32)| if a == b { 0.0 } else { (a - b).abs() / a.max(b) };
    table.iter().zip(searcher).map(relative).fold(0.0, f32::max)
}

/// Scores postings in whole, by title and by text, with the table and with the searcher; the scores may differ by
/// 1e-4.
fn compare<'p>(postings: impl Iterator<Item = (&'p str, &'p str)>) -> usize {
    let corpus = Corpus::embedded().unwrap();
    let index = ProfileIndex::build(&corpus).unwrap();
    let table = ScoreTable::compile(&index, &corpus).unwrap();
    let mut scorer = table.scorer();
    let mut searcher = Searcher::new(&index, &corpus).unwrap();
    let (mut largest, mut count) = (0.0_f32, 0);
    for (title, body) in postings {
        for (title, body) in [(title, body), (title, ""), ("", body)] {
            let posting = Posting::new(title, body);
            let expected = searcher.score(&posting).unwrap();
            let difference = largest_difference(scorer.score(&posting), &expected);
            assert!(difference <= 1e-4, "{difference} for {title:?}");
            largest = largest.max(difference);
        }
        count += 1;
    }
    eprintln!(
        "{count} postings, {} profiles: largest relative difference {largest:e}",
        index.profile_count()
    );
    count
}

#[test]
fn the_table_equals_tantivys_searcher_on_the_samples() {
    let mut reader = csv::Reader::from_path(Path::new(ROOT).join("samples/postings.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(compare(rows.iter().map(|row| (&row[1], &row[6]))), 105);
}

#[test]
#[cfg_attr(not(shared), ignore = "real postings do not lie beside the repository")]
fn the_table_equals_tantivys_searcher_on_real_postings() {
    let postings = real_postings();
    // Every 23rd: 2,171 postings of all boards.
    let some = postings.iter().step_by(23);
    assert!(compare(some.map(|posting| (&*posting.title, &*posting.description))) >= 2000);
}

#[derive(Default)]
struct Tally {
    postings: f64,
    role: f64,
    tier: f64,
    top_3: f64,
}

impl Tally {
    fn show(&self, name: &str) {
        let share = |part: f64| part / self.postings;
        eprintln!(
            "{name:<8} {:>4} in scope: role {:.3}, tier {:.3}, top 3 {:.3}",
            self.postings,
            share(self.role),
            share(self.tier),
            share(self.top_3)
        );
    }
}

/// The labels that the models were fitted to: a corpus that does not go with the code would be
/// noticed. What to expect of other postings is in docs/accuracy.md.
#[test]
#[cfg_attr(not(shared), ignore = "real postings do not lie beside the repository")]
fn the_closest_role_is_right_for_most_labelled_postings() {
    let gold = shared("gold/dev.csv");
    let mut texts: HashMap<String, (String, String)> = real_postings()
        .into_iter()
        .map(|posting| (posting.id, (posting.title, posting.description)))
        .collect();
    let written = shared("gold/written_dev.jsonl");
    for line in std::fs::read_to_string(written).unwrap().lines() {
        let posting: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| posting[key].as_str().unwrap_or_default().to_owned();
        texts.insert(text("id"), (text("title"), text("description")));
    }
    let classifier = Classifier::new().unwrap();
    let taxonomy = &classifier.corpus().taxonomy;
    let mut tagger = classifier.tagger();
    let (mut real, mut invented) = (Tally::default(), Tally::default());
    let mut scope = Vec::new();
    for row in csv::Reader::from_path(gold).unwrap().records() {
        let row = row.unwrap();
        let Some((title, text)) = texts.get(&row[0]) else { panic!("no text of {}", &row[0]) };
        let tag = tagger.tag(&Posting::new(title.as_str(), text.as_str()));
        scope.push((tag.scope, row[1] != *"none"));
        let Some(label) = taxonomy.role(&row[1]) else { continue };
        let tally = if row[0].starts_with("written:") { &mut invented } else { &mut real };
        tally.postings += 1.0;
        let closest = tag.ranking[0].role;
        tally.role += f64::from(u8::from(closest.id == label.id));
        tally.tier += f64::from(u8::from(closest.tier == label.tier));
        let top_3 = tag.ranking[..3].iter().any(|ranked| ranked.role.id == label.id);
        tally.top_3 += f64::from(u8::from(top_3));
    }
    real.show("real");
    invented.show("written");
    eprintln!("scope AUC {:.3} over {} postings", area_under_curve(&scope), scope.len());
    let both = real.role + invented.role;
    assert!(both / (real.postings + invented.postings) >= 0.95);
}

/// The probability that a posting in scope has a higher scope than one out of scope; ties half.
fn area_under_curve(scope: &[(f64, bool)]) -> f64 {
    let (inside, outside): (Vec<_>, Vec<_>) = scope.iter().partition(|(_, inside)| *inside);
    let mut sum = 0.0;
    for (a, _) in &inside {
        for (b, _) in &outside {
            sum += if a > b {
                1.0
            } else if a == b {
                0.5
            } else {
                0.0
            };
        }
    }
    sum / (inside.len() as f64 * outside.len() as f64)
}
