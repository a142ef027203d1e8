//! Files that are cut off or damaged, over the real binary: the rows before the damage are kept, what
//! follows is set aside, and it is told.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::harness::{BINARY, Folder, ROOT, argument};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd_with_checksum(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Words that a compressor can't do much about.
fn words(n: usize) -> String {
    (0..24)
        .map(|k| format!("{:x} ", (n * 31 + k).wrapping_mul(0x9E37_79B9_7F4A_7C15) % 65_521))
        .collect()
}

fn csv(rows: usize) -> String {
    let row = |n| format!("{n},EHR Trainer {n},\"Teach nurses,\nin class {n}, {}\"\n", words(n));
    std::iter::once("id,title,description\n".to_owned()).chain((0..rows).map(row)).collect()
}

fn object(n: usize) -> String {
    format!(
        "{{\"id\":{n},\"title\":\"EHR Trainer {n}\",\"description\":\"Teach nurses, {}\"}}",
        words(n)
    )
}

fn lines(rows: usize) -> String {
    (0..rows).map(|n| object(n) + "\n").collect()
}

fn array(rows: usize) -> String {
    format!("[{}]", (0..rows).map(object).collect::<Vec<_>>().join(","))
}

/// Reads the cells of a CSV file, in which damage may have left what is no UTF-8.
fn records(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).unwrap();
    let cell = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
    reader.byte_records().map(|row| row.unwrap().iter().map(cell).collect()).collect()
}

/// What a run on a damaged file left.
struct Left {
    rows: Vec<String>,
    rejects: Vec<Vec<String>>,
    input: Value,
    said: String,
}

fn tagged(folder: &Folder, input: &Path) -> Left {
    let output = folder.path("out.csv");
    let run = run(&["tag", argument(input), "-o", argument(&output), "--force"]);
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{}: {said}", input.display());
    let rows = records(&output).into_iter().map(|mut row| row.swap_remove(0)).collect();
    let rejects = records(&folder.path("out.csv.rejects.csv"));
    let manifest = fs::read(folder.path("out.csv.manifest.json")).unwrap();
    let mut manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let input = manifest["inputs"][0].take();
    Left { rows, rejects, input, said }
}

#[test]
fn rows_before_the_end_of_a_cut_file_are_kept_and_the_rest_is_set_aside_as_one() {
    let folder = Folder::new();
    for (name, whole) in [
        ("a.csv.gz", gzip(csv(3_000).as_bytes())),
        ("a.csv.zst", zstd::encode_all(csv(3_000).as_bytes(), 1).unwrap()),
        ("a.jsonl.gz", gzip(lines(3_000).as_bytes())),
        ("a.json.gz", gzip(array(3_000).as_bytes())),
        ("a.json", array(3_000).into_bytes()),
    ] {
        for part in [2, 3] {
            let cut = &whole[..whole.len() * (part - 1) / part - 1];
            let left = tagged(&folder, &folder.write(name, cut));
            let expected: Vec<_> = (0..left.rows.len()).map(|n| n.to_string()).collect();
            assert!(left.rows == expected && left.rows.len() > 500, "{name}: {}", left.rows.len());
            let [reject] = &left.rejects[..] else { panic!("{name}: {:?}", left.rejects) };
            assert!(reject[3].contains("cut off"), "{reject:?}");
            // The row that is cut is there as far as it goes.
            let next = left.rows.len();
            assert!(reject[4].is_empty() || reject[4].contains(&next.to_string()), "{reject:?}");
            let counts = &left.input["rows"];
            assert_eq!(counts["rows_read"], left.rows.len() + 1);
            assert_eq!(counts["rows_set_aside"], 1);
            assert!(left.input["damage"].as_str().unwrap().contains("cut off"));
            assert_eq!(left.input["bytes"], cut.len());
            assert_eq!(left.input["failure"], Value::Null);
            assert!(left.said.contains("cut off"), "{}", left.said);

            let counted = run(&["demand", argument(&folder.path(name)), "--all", "--no-dedup"]);
            assert_eq!(counted.status.code(), Some(1));
            let said = String::from_utf8(counted.stderr).unwrap();
            let sum = format!("{} rows read = {next} counted + 1 set aside", next + 1);
            assert!(said.contains(&sum) && said.contains("cut off"), "{said}");
        }
    }
}

#[test]
fn damage_in_the_middle_is_told_and_rows_add_up() {
    let folder = Folder::new();
    for (name, mut bytes) in [
        ("a.csv.gz", gzip(csv(3_000).as_bytes())),
        ("a.jsonl.zst", zstd_with_checksum(lines(3_000).as_bytes())),
        ("a.json.gz", gzip(array(3_000).as_bytes())),
    ] {
        let middle = bytes.len() / 2;
        bytes[middle..middle + 400].fill(0xFF);
        let left = tagged(&folder, &folder.write(name, &bytes));
        assert!(
            left.rows.starts_with(&(0..500).map(|n| n.to_string()).collect::<Vec<_>>()),
            "{name}"
        );
        let counts = &left.input["rows"];
        let sum =
            counts["rows_written"].as_u64().unwrap() + counts["rows_set_aside"].as_u64().unwrap();
        assert_eq!(counts["rows_read"], sum);
        assert_eq!(left.rows.len() as u64, counts["rows_written"].as_u64().unwrap());
        assert_eq!(left.rejects.len() as u64, counts["rows_set_aside"].as_u64().unwrap());
        assert!(
            left.input["damage"].as_str().unwrap().contains("can't be read on"),
            "{}",
            left.input
        );
        assert_eq!(left.input["bytes"], bytes.len());
    }
}

#[test]
fn a_file_that_is_damaged_before_its_first_row_is_refused() {
    let folder = Folder::new();
    let whole = gzip(csv(50).as_bytes());
    let input = folder.write("a.csv.gz", &whole[..10]);
    let run = run(&["tag", argument(&input), "-o", argument(&folder.path("out.csv"))]);
    assert_eq!(run.status.code(), Some(2));
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.contains("cannot read: the gzip data can't be read: it is cut off"), "{said}");
}

/// Runs on a cut file are killed at moments that go through the whole run; each goes on where the last
/// one was killed.
#[test]
fn a_killed_run_on_a_cut_file_goes_on_to_the_same_bytes() {
    let folder = Folder::new();
    let gzipped = gzip(csv(3_000).as_bytes());
    let cut = folder.write("cut.csv.gz", &gzipped[..gzipped.len() * 9 / 10]);
    let listed = array(3_000);
    let list = folder.write("cut.json", &listed[..listed.len() * 9 / 10]);
    for input in [&cut, &list] {
        let arguments = |name: &str| -> Vec<String> {
            let output = folder.path(name);
            let all = [
                "tag",
                "-q",
                argument(input),
                "-o",
                argument(&output),
                "--checkpoint-seconds",
                "0",
            ];
            all.map(str::to_owned).to_vec()
        };
        let started = std::time::Instant::now();
        let expected = arguments("expected.csv");
        let code = command(&[]).args(&expected).arg("--force").output().unwrap().status.code();
        assert_eq!(code, Some(1));
        let time = started.elapsed();
        let mut resumed = arguments("out.csv");
        resumed.push("--resume".to_owned());
        for part in 1..=4 {
            let mut child = command(&[]).args(&resumed).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(time * part / 8);
            let _ = child.kill();
            child.wait().unwrap();
        }
        // Once more changes nothing.
        for _ in 0..2 {
            let code = command(&[]).args(&resumed).output().unwrap().status.code();
            assert_eq!(code, Some(1));
            for name in [".csv", ".csv.rejects.csv"] {
                let [out, expected] = ["out", "expected"]
                    .map(|stem| fs::read(folder.path(&format!("{stem}{name}"))).unwrap());
                assert!(out == expected, "{name}");
            }
        }
        for name in fs::read_dir(folder.path("")).unwrap() {
            let name = name.unwrap().file_name().into_string().unwrap();
            if name.starts_with("out.") {
                fs::remove_file(folder.path(&name)).unwrap();
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_line_that_is_no_json_is_set_aside_wherever_it_stands() {
    let folder = Folder::new();
    let row = object(0);
    let rows: String = (1..5).map(|n| object(n) + "\n").collect();
    for (name, bytes, aside) in [
        ("cut", format!("{}\n{rows}", &row[..20]), 1),
        ("tail", format!("{}\n{rows}", &row[30..]), 1),
        ("log", format!("2024-03-05 12:00:01 INFO, scraping: 5 pages\n{rows}"), 1),
        ("marked", format!("\u{feff}{}\n{rows}", &row[..20]), 1),
        ("blank", format!("\n\n{rows}"), 0),
        ("last", format!("{rows}{}", &row[..20]), 1),
        ("both", format!("{}\n{rows}{}", &row[30..], &row[..20]), 2),
        ("nested", format!("{}\n{rows}", r#"{"jobs":[{"title":"x"}],"text":"cut"#), 1),
    ] {
        let input = folder.write(&format!("{name}.jsonl"), &bytes);
        let tagged = run(&["tag", argument(&input), "--format", "jsonl"]);
        let said = String::from_utf8(tagged.stderr).unwrap();
        assert_eq!(tagged.status.code(), Some(i32::from(aside > 0)), "{name}: {said}");
        assert!(
            said.contains("JSON lines, 3 columns, title `title`, text `description`"),
            "{name}: {said}"
        );
        assert!(
            said.contains(&format!("rows read = 4 written + {aside} set aside")),
            "{name}: {said}"
        );
        assert_eq!(String::from_utf8(tagged.stdout).unwrap().lines().count(), 4, "{name}");
    }
}

#[test]
fn encrypted_and_damaged_parquet_is_told_in_one_line() {
    let folder = Folder::new();
    let footer = [&b"PARE"[..], &[7; 200], &200_u32.to_le_bytes(), b"PARE"].concat();
    let mut inputs = vec![folder.write("secret.parquet", &footer), folder.write("secret", &footer)];
    inputs.push(folder.write("secret.parquet.gz", gzip(&footer)));
    let Some(cases) = fs::read_dir(Path::new(ROOT).join("../shared/cases")).ok() else {
        return assert_refused(&inputs, "encrypted");
    };
    assert_refused(&inputs, "encrypted");
    let damaged: Vec<_> = cases
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.ends_with("robust-09.parquet"))
        .collect();
    assert_refused(&damaged, "damaged");
}

fn assert_refused(inputs: &[PathBuf], why: &str) {
    for input in inputs {
        for verb in ["tag", "demand", "sniff"] {
            let run = run(&[verb, argument(input)]);
            let said = String::from_utf8(run.stderr).unwrap();
            assert_eq!(run.status.code(), Some(2), "{said}");
            assert!(said.lines().count() == 1 && said.contains(why), "{said}");
        }
    }
}
