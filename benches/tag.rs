//! How long tagging a CSV file takes, end to end in memory: one thread and two, against copying the
//! same records with the `csv` crate.
//!
//! Corpus: `samples/postings.csv`, its rows 100 times over: 10,500 rows, 12 MB. What counts are
//! the ratios: tagging on one thread may take 3 times the copy, two threads must be 1.8 times as
//! fast as one.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rolecall::Classifier;
use rolecall_tables::Compression;
use rolecall_tagging::{
    BatchOptions, Destination, Existing, InputOptions, NoProgress, OutputFormat, expand, run,
};

fn copy(path: &Path) -> usize {
    let mut reader = csv::Reader::from_path(path).expect("the file is there");
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).expect("the file is valid") {
        writer.write_byte_record(&record).expect("memory can be written");
    }
    writer.into_inner().expect("memory can be flushed").len()
}

fn tagging(criterion: &mut Criterion) {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/postings.csv");
    let text = std::fs::read_to_string(sample).expect("the sample is in the repository");
    let (header, rows) = text.split_once('\n').expect("the sample has a header");
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    write!(file, "{header}\n{}", rows.repeat(100)).expect("a temporary file can be written");
    let classifier = Classifier::new().expect("the corpus is valid");
    let inputs = expand(&[file.path().to_owned()]).expect("the file is there").files;
    let tag = |threads| {
        let options = BatchOptions {
            threads,
            prefix: "onc".to_owned(),
            format: OutputFormat::Csv,
            compression: Compression::None,
            excel_safe: false,
            dedup: None,
            input: InputOptions::default(),
            existing: Existing::Refuse,
            checkpoint_interval: Duration::MAX,
        };
        let mut out = Vec::new();
        let destination =
            Destination::Stream { name: "memory".into(), out: &mut out, rejects: None };
        let report = run(&classifier, &inputs, destination, &options, &NoProgress);
        report.expect("memory can be written").rows.rows_written
    };

    let mut group = criterion.benchmark_group("tag");
    group.sample_size(10);
    group.throughput(Throughput::Bytes((header.len() + rows.len() * 100) as u64));
    group.bench_function("csv copy", |bencher| bencher.iter(|| copy(file.path())));
    group.bench_function("1 thread", |bencher| bencher.iter(|| tag(1)));
    group.bench_function("2 threads", |bencher| bencher.iter(|| tag(2)));
    group.finish();
}

criterion_group!(benches, tagging);
criterion_main!(benches);
