//! How long scoring a posting takes: the compiled table against tantivy's searcher, and what each step
//! adds.
//!
//! Corpus: the 105 postings of `samples/postings.csv`, in order, titles and descriptions, all of
//! them per iteration. What counts is the ratio of table and searcher, which must be 30 or more. `words`
//! finds the words, `table` also looks them up and adds their rows, `tag` also decides, `evidence` also
//! chooses the terms to show; `stems` is what a word costs that is not remembered.

use std::collections::BTreeSet;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rolecall::index::ProfileIndex;
use rolecall::score::{ScoreTable, Searcher};
use rolecall::text::{Analyzer, Spans, words};
use rolecall::{Classifier, Corpus, Posting};

fn samples() -> Vec<(String, String)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/postings.csv");
    let mut reader = csv::Reader::from_path(path).expect("the sample is in the repository");
    let row = |row: csv::StringRecord| (row[1].to_owned(), row[6].to_owned());
    reader.records().map(|record| row(record.expect("the sample is valid"))).collect()
}

fn scoring(criterion: &mut Criterion) {
    let samples = samples();
    let postings: Vec<_> =
        samples.iter().map(|(title, body)| Posting::new(title.as_str(), body.as_str())).collect();
    let bytes: usize = samples.iter().map(|(title, body)| title.len() + body.len()).sum();
    let corpus = Corpus::embedded().expect("the corpus is valid");
    let index = ProfileIndex::build(&corpus).expect("the index can be built");
    let table = ScoreTable::compile(&index, &corpus).expect("the table can be compiled");
    let mut scorer = table.scorer();
    let mut searcher = Searcher::new(&index, &corpus).expect("the index can be searched");

    let mut group = criterion.benchmark_group("scoring");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("table", |bencher| {
        bencher.iter(|| postings.iter().map(|posting| scorer.score(posting)[0]).sum::<f32>());
    });
    group.bench_function("words", |bencher| {
        bencher.iter(|| samples.iter().map(|(_, body)| Spans::of(body).count()).sum::<usize>());
    });
    let distinct: BTreeSet<_> = samples.iter().flat_map(|(_, body)| words(body)).collect();
    let mut analyzer = Analyzer::new(&corpus.stop_words);
    group.bench_function("stems", |bencher| {
        let mut stem = |word: &&str| analyzer.stems(word, |stem| _ = black_box(stem));
        bencher.iter(|| distinct.iter().for_each(&mut stem));
    });
    let classifier = Classifier::new().expect("the corpus is valid");
    let mut tagger = classifier.tagger();
    group.bench_function("tag", |bencher| {
        bencher.iter(|| postings.iter().map(|posting| tagger.tag(posting).scope).sum::<f64>());
    });
    group.bench_function("evidence", |bencher| {
        bencher.iter(|| {
            let mut evidence = |posting| {
                let explained = tagger.explain(posting);
                let closest = explained.tag.closest();
                closest.map_or(0, |closest| explained.evidence(closest, 6).len())
            };
            postings.iter().map(&mut evidence).sum::<usize>()
        });
    });
    group.sample_size(10);
    group.bench_function("searcher", |bencher| {
        bencher.iter(|| {
            let score = |posting| searcher.score(posting).expect("the search works")[0];
            postings.iter().map(score).sum::<f32>()
        });
    });
    group.finish();
}

criterion_group!(benches, scoring);
criterion_main!(benches);
