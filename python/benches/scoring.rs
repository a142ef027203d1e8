//! How long the scoring of postings takes that are in memory: what tagging from Python is compared
//! with. Prints one JSON object: the seconds for role and scope alone, and with the terms that spoke for them, which
//! every tag names.
//!
//! `cargo bench -p rolecall-python --bench scoring -- postings.parquet TITLE TEXT THREADS ROUNDS`

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use rolecall::{Classifier, Posting};
use rolecall_tables::{ParquetRows, TextColumn};

/// Rows that a thread takes at once.
const PORTION: usize = 1024;

/// Terms that a tag names.
const EVIDENCE_TERMS: usize = 6;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|text| text != "--bench").collect();
    let [path, title, text, threads, rounds] = arguments.as_slice() else {
        return Err("expected: FILE TITLE TEXT THREADS ROUNDS".into());
    };
    let (threads, rounds): (usize, usize) = (threads.parse()?, rounds.parse()?);
    let rows = ParquetRows::open(Path::new(path))?;
    let names = rows.header();
    let find = |name| names.iter().position(|n| n == name).ok_or("no such column");
    let (title, text) = (find(title)?, find(text)?);
    let batches = rows.batches(0, PORTION).collect::<Result<Vec<_>, _>>()?;
    let classifier = Classifier::new()?;
    let time = |with_evidence: bool| {
        let start = Instant::now();
        let found: usize = std::thread::scope(|scope| {
            let (batches, classifier) = (&batches, &classifier);
            let work = move |first: usize| -> usize {
                let mut tagger = classifier.tagger();
                let mut found = 0;
                for batch in batches.iter().skip(first).step_by(threads) {
                    let columns = [title, text].map(|n| TextColumn::new(batch.column(n)));
                    let [Ok(titles), Ok(texts)] = columns else { continue };
                    for row in 0..batch.num_rows() {
                        let posting = Posting::new(titles.get(row), texts.get(row));
                        let explained = tagger.explain(&posting);
                        let tag = &explained.tag;
                        found += usize::from(tag.answer.is_some());
                        if let Some(closest) = tag.closest().filter(|_| with_evidence) {
                            black_box(explained.evidence(closest, EVIDENCE_TERMS));
                        }
                    }
                }
                found
            };
            let threads: Vec<_> = (0..threads).map(|n| scope.spawn(move || work(n))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
        });
        (start.elapsed().as_secs_f64(), found)
    };
    // By turns, so that a busy machine is unfair to neither.
    let rounds: Vec<_> = (0..rounds).map(|_| (time(false), time(true))).collect();
    let best = |seconds: &mut dyn Iterator<Item = f64>| seconds.fold(f64::INFINITY, f64::min);
    let alone = best(&mut rounds.iter().map(|round| round.0.0));
    let explained = best(&mut rounds.iter().map(|round| round.1.0));
    let found = rounds.first().map_or(0, |round| round.0.1);
    let count = rows.row_count();
    println!(
        "{{\"rows\": {count}, \"in_scope\": {found}, \"threads\": {threads}, \"seconds\": {alone:.4}, \
         \"seconds_with_evidence\": {explained:.4}}}"
    );
    Ok(())
}
