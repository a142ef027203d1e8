//! How long counting tagged rows takes, end to end: one thread and two, against reading the cells of the
//! same bytes with the `csv` crate.
//!
//! Corpus: the rows of `samples/postings.csv`, tagged, without their texts, 30,000 of them drawn by a fixed seed,
//! with employers of 3,000 names, clusters, and other days and places: 6 MB. What counts are the ratios: how many
//! plain reads a count takes by role, and by state, role and month.

use std::io::Write;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rolecall::{Classifier, Posting};
use rolecall_demand::{DemandOptions, Dimension, ReportOptions, run};
use rolecall_fields::GivenFields;
use rolecall_tagging::{InputOptions, NoProgress, expand};

const ROWS: usize = 30_000;
const EMPLOYERS: usize = 3_000;
const SEED: u64 = 2010;

fn read(path: &Path) -> usize {
    let mut reader = csv::Reader::from_path(path).expect("the file is there");
    let mut record = csv::ByteRecord::new();
    let mut bytes = 0;
    while reader.read_byte_record(&mut record).expect("the file is valid") {
        bytes += record.as_slice().len();
    }
    bytes
}

fn below(random: &mut ChaCha8Rng, end: usize) -> usize {
    (random.next_u64() % end as u64) as usize
}

/// Returns tagged rows as `tag --dedup` writes them.
fn tagged(classifier: &Classifier) -> csv::Result<Vec<u8>> {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/postings.csv");
    let mut reader = csv::Reader::from_path(sample)?;
    let sample: Vec<csv::StringRecord> = reader.records().collect::<csv::Result<_>>()?;
    let tags: Vec<Vec<String>> = sample
        .iter()
        .map(|row| {
            let tag = classifier.classify(&Posting::new(&row[1], &row[6]));
            let ranked = [tag.closest(), tag.second()].map(|ranked| match ranked {
                Some(ranked) => (ranked.role.id.clone(), ranked.score.to_string()),
                None => (String::new(), String::new()),
            });
            let [(closest, score), (second, second_score)] = ranked;
            let scope = format!("{:.4}", tag.scope);
            vec![tag.role_id().to_owned(), scope, closest, score, second, second_score]
        })
        .collect();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "title",
        "company",
        "location",
        "date_posted",
        "salary",
        "onc_role",
        "onc_scope",
        "onc_closest_role",
        "onc_score",
        "onc_second_role",
        "onc_second_score",
        "onc_cluster",
    ])?;
    for n in 0..ROWS {
        let from = below(&mut random, sample.len());
        let place = &sample[below(&mut random, sample.len())][3];
        let employer = format!("Employer {}", below(&mut random, EMPLOYERS));
        let (month, day) = (1 + below(&mut random, 12), 1 + below(&mut random, 28));
        let date = format!("2025-{month:02}-{day:02}");
        let row = &sample[from];
        let own = [&row[1], &employer, place, &date, &row[5]];
        // One row in ten repeats the first ad.
        let cluster = below(&mut random, 10).min(1) * n;
        let cluster = cluster.to_string();
        let cells = own.into_iter().chain(tags[from].iter().map(String::as_str));
        writer.write_record(cells.chain([cluster.as_str()]))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn counting(criterion: &mut Criterion) {
    let classifier = Classifier::new().expect("the corpus is valid");
    let rows = tagged(&classifier).expect("the sample is in the repository");
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a temporary file");
    file.write_all(&rows).expect("a temporary file can be written");
    let inputs = expand(&[file.path().to_owned()]).expect("the file is there").files;
    let count = |by: &[&str], threads| {
        let by: Vec<Dimension> = by.iter().map(|key| key.parse().expect("a key")).collect();
        let options = DemandOptions {
            by: by.clone(),
            report: false,
            threads,
            prefix: "onc".to_owned(),
            dedup: None,
            input: InputOptions::default(),
            fields: GivenFields::default(),
            known: None,
            seen: None,
        };
        let found = run(&classifier, &inputs, &options, &NoProgress).expect("the file is valid");
        let (table, _) = found
            .finish(classifier.corpus(), &by, &ReportOptions::default())
            .expect("memory is enough");
        table.rows.len()
    };

    let mut group = criterion.benchmark_group("demand");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(rows.len() as u64));
    group.bench_function("csv read", |bencher| bencher.iter(|| read(file.path())));
    for threads in [1, 2] {
        group.bench_function(format!("by role, {threads} threads"), |bencher| {
            bencher.iter(|| count(&["role"], threads));
        });
        group.bench_function(format!("by state, role and month, {threads} threads"), |bencher| {
            bencher.iter(|| count(&["state", "role", "month"], threads));
        });
    }
    group.finish();
}

criterion_group!(benches, counting);
criterion_main!(benches);
