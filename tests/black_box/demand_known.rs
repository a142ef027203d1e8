//! Black-box tests of `rolecall demand` over files with rows that are labelled in the corpus: these count by
//! their label.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rolecall_dedup::ContentDigest;
use serde_json::Value;

use crate::harness::{BINARY, Folder, ROOT, copy, text};

const HEADER: &str = "# Made for a test.\ndigest\tlabel\n";

fn rolecall(arguments: &[&str], files: &[&Path]) -> Output {
    let mut command = Command::new(BINARY);
    command.args(arguments).args(files).env("NO_COLOR", "1").output().unwrap()
}

fn repository(name: &str) -> PathBuf {
    Path::new(ROOT).join(name)
}

/// A posting of the samples.
#[derive(Debug, Clone)]
struct Row {
    cells: csv::StringRecord,
    digest: ContentDigest,
    /// By the samples' labels.
    label: String,
}

/// The header of the samples, and their rows.
fn samples() -> (csv::StringRecord, Vec<Row>) {
    let mut labels = csv::Reader::from_path(repository("samples/labels.csv")).unwrap();
    let labels: BTreeMap<String, String> =
        labels.records().map(Result::unwrap).map(|r| (r[0].to_owned(), r[1].to_owned())).collect();
    let mut reader = csv::Reader::from_path(repository("samples/postings.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    // One has a title alone, which names no posting, and three say what one before them does.
    let mut seen = BTreeSet::new();
    let rows = reader.records().map(Result::unwrap).filter_map(|cells| {
        let digest = ContentDigest::of(&cells[1], [&cells[6]]).filter(|&it| seen.insert(it))?;
        Some(Row { digest, label: labels[&cells[0]].clone(), cells })
    });
    (header, rows.collect())
}

/// The default corpus with these labelled postings, in a folder.
fn corpus(folder: &Folder, labelled: &[Row]) -> PathBuf {
    let own = folder.path("own");
    if !own.exists() {
        copy(&repository("corpus/onc"), &own);
    }
    let lines = labelled.iter().map(|row| format!("{}\t{}\n", row.digest, row.label));
    fs::write(own.join("labelled.tsv"), HEADER.to_owned() + &lines.collect::<String>()).unwrap();
    own
}

fn write(path: &Path, header: &csv::StringRecord, rows: &[Row]) {
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(header).unwrap();
    rows.iter().for_each(|row| writer.write_record(&row.cells).unwrap());
    writer.flush().unwrap();
}

/// What `demand --format json` says with a corpus.
fn demand(corpus: &Path, arguments: &[&str], file: &Path) -> Value {
    let corpus = corpus.to_str().unwrap();
    let all = [&["demand", "-q", "--format", "json", "--corpus", corpus], arguments].concat();
    let out = rolecall(&all, &[file]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// Tagged and corrected count of each group, with the interval's ends.
fn counts(found: &Value, keys: &[&str], count: &str) -> BTreeMap<String, (u64, Option<[f64; 3]>)> {
    let rows = found["rows"].as_array().unwrap().iter();
    let of = |row: &Value| {
        let name: Vec<_> = keys.iter().map(|key| row[*key].as_str().unwrap()).collect();
        let ends = ["corrected", "corrected_low", "corrected_high"].map(|name| row[name].as_f64());
        let ends = ends.iter().all(Option::is_some).then(|| ends.map(Option::unwrap));
        (name.join(" "), (row[count].as_u64().unwrap(), ends))
    };
    rows.map(of).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.02
}

fn in_scope(found: &Value) -> [f64; 3] {
    let corrected = &found["overview"]["in_scope"]["corrected"];
    ["value", "low", "high"].map(|end| corrected[end].as_f64().unwrap())
}

/// Where all rows are labelled, the corrected counts are the counts of the labels, whatever was answered and
/// in whatever form the file is; the plain counts stay what was answered.
#[test]
fn labelled_rows_count_by_their_label_in_every_form() {
    let folder = Folder::new();
    let (header, rows) = samples();
    // All trainers are said to be none, so that no count of answers can be mistaken for that of labels.
    let relabelled: Vec<Row> = rows
        .iter()
        .cloned()
        .map(|mut row| {
            if row.label == "trainer" {
                "none".clone_into(&mut row.label);
            }
            row
        })
        .collect();
    let own = corpus(&folder, &relabelled);
    let plain = folder.path("plain.csv");
    write(&plain, &header, &rows);
    let mut files = vec![plain.clone()];
    for name in ["tagged.csv", "ads.jsonl", "ads.parquet"] {
        let out = folder.path(name);
        let mut arguments = vec!["tag", "-q", "--corpus", own.to_str().unwrap()];
        arguments.extend(["-o", out.to_str().unwrap()]);
        if name.starts_with("ads") {
            arguments.push("--dedup");
        }
        assert!(rolecall(&arguments, &[&plain]).status.success(), "{name}");
        files.push(out);
    }
    let mut expected: BTreeMap<&str, f64> = BTreeMap::new();
    for row in &relabelled {
        *expected.entry(&row.label).or_insert(0.0) += 1.0;
    }
    for file in &files {
        let shown = file.display();
        let found = demand(&own, &["--unit", "postings"], file);
        let counts = counts(&found, &["role"], "postings");
        assert_eq!(counts["trainer"].0, 5, "{shown}");
        let mut corrected = 0;
        for (role, (_, interval)) in &counts {
            // A role with few labelled postings is not corrected.
            let Some(interval) = interval else { continue };
            let label = expected.get(role.as_str()).copied().unwrap_or(0.0);
            assert_eq!(*interval, [label; 3], "{shown}: {role}");
            corrected += 1;
        }
        assert!(corrected >= 11, "{shown}: {counts:?}");
        let all = (rows.len() as f64) - expected["none"];
        assert_eq!(in_scope(&found), [all; 3], "{shown}");
        let assumptions = found["overview"]["assumptions"].to_string();
        assert!(assumptions.contains("101 of 101 rows are among the postings"), "{assumptions}");
    }
}

/// What is corrected are the answers of the other rows alone; the labels are added, in each group.
#[test]
fn other_rows_are_corrected_as_if_they_were_alone() {
    let folder = Folder::new();
    let (header, rows) = samples();
    let (labelled, others) = rows.split_at(40);
    let own = corpus(&folder, labelled);
    let [all, rest] = ["all.csv", "rest.csv"].map(|name| folder.path(name));
    write(&all, &header, &rows);
    write(&rest, &header, others);
    {
        for (keys, unit) in [("role", "postings"), ("tier", "postings"), ("role,month", "postings")]
        {
            let arguments = ["--by", keys, "--unit", unit];
            let (whole, part) = (demand(&own, &arguments, &all), demand(&own, &arguments, &rest));
            let labels = labelled.iter().filter(|row| row.label != "none").count() as f64;
            let (whole_scope, part_scope) = (in_scope(&whole), in_scope(&part));
            for (whole, part) in whole_scope.iter().zip(part_scope) {
                assert!(near(*whole, part + labels), "{keys} {unit}: {whole} {part} + {labels}");
            }
            let names: Vec<_> = keys.split(',').collect();
            let (whole, part) = (counts(&whole, &names, unit), counts(&part, &names, unit));
            let mut compared = 0;
            for (group, (_, interval)) in &whole {
                let (Some([value, ..]), Some((_, Some([part, ..])))) = (interval, part.get(group))
                else {
                    continue;
                };
                let added = value - part;
                assert!(near(added, added.round()) && added > -0.02, "{group}: {value} {part}");
                compared += 1;
            }
            assert!(compared > 2, "{whole:?}");
            if keys == "role" {
                for (role, (_, interval)) in &whole {
                    let of_role = labelled.iter().filter(|row| row.label == *role).count() as f64;
                    let before = part.get(role).and_then(|(_, interval)| *interval);
                    if let (Some(interval), Some(before)) = (interval, before) {
                        assert!(near(interval[0], before[0] + of_role), "{role}");
                    }
                }
            }
        }
    }
}

/// An ad is labelled if any of its rows is, and counts once.
#[test]
fn an_ad_with_a_labelled_row_counts_once_by_its_label() {
    let folder = Folder::new();
    let (header, rows) = samples();
    let trainer = rows.iter().find(|row| row.label == "trainer").unwrap();
    let mut near_copy = trainer.clone();
    near_copy.cells = trainer
        .cells
        .iter()
        .enumerate()
        .map(|(n, cell)| if n == 6 { format!("{cell} Apply now.") } else { cell.to_owned() })
        .collect();
    let own =
        corpus(&folder, &[Row { label: "implementation-manager".to_owned(), ..trainer.clone() }]);
    let file = folder.path("copies.csv");
    write(&file, &header, &[trainer.clone(), near_copy.clone(), trainer.clone()]);
    let found = demand(&own, &["--unit", "ads", "--by", "tier"], &file);
    assert_eq!(in_scope(&found), [1.0; 3]);
    assert_eq!(found["overview"]["roles"][3]["group"]["corrected"]["value"], 1.0);
    let assumptions = found["overview"]["assumptions"].to_string();
    assert!(assumptions.contains("2 of 3 rows are among the postings"), "{assumptions}");
    // As postings the near copy is one that nobody labelled.
    let found = demand(&own, &["--unit", "postings", "--by", "tier"], &file);
    let [value, low, high] = in_scope(&found);
    assert!((2.0..=3.0).contains(&value) && low >= 2.0 && high > low, "{value} {low} {high}");
}

#[test]
fn without_correction_and_for_other_rows_nothing_is_said() {
    let folder = Folder::new();
    let (header, rows) = samples();
    let own = corpus(&folder, &rows[..40]);
    let file = folder.path("rest.csv");
    write(&file, &header, &rows[40..]);
    let told = |arguments: &[&str], file: &Path| {
        let all = [&["demand", "--corpus", own.to_str().unwrap()], arguments].concat();
        text(&rolecall(&all, &[file]).stderr)
    };
    assert!(!told(&[], &file).contains("by their label"));
    write(&file, &header, &rows[39..]);
    let expected = "1 of 62 rows is among the postings that the classifier was fitted to; corrected counts \
                    have them by their label.";
    let shown = told(&[], &file);
    assert!(shown.contains(expected), "{shown}");
    assert!(!told(&["--no-correction"], &file).contains("by their label"));
}

#[test]
fn a_broken_file_of_labels_is_refused_with_its_line() {
    let folder = Folder::new();
    let (header, rows) = samples();
    let own = corpus(&folder, &[]);
    let file = folder.path("rows.csv");
    write(&file, &header, &rows);
    let refused = |lines: &str| {
        fs::write(own.join("labelled.tsv"), lines).unwrap();
        let out = rolecall(&["demand", "-q", "--corpus", own.to_str().unwrap()], &[&file]);
        assert_eq!(out.status.code(), Some(2), "{lines}");
        text(&out.stderr).replace(own.to_str().unwrap(), "OWN").trim_end().to_owned()
    };
    insta::assert_snapshot!(refused(""), @"rolecall: OWN/labelled.tsv:1: expected a line of names, `digest` and `label` with a tab between");
    insta::assert_snapshot!(refused("digest\trole\n"), @"rolecall: OWN/labelled.tsv:1: expected a line of names, `digest` and `label` with a tab between");
    insta::assert_snapshot!(refused(&format!("{HEADER}0123\tnone\n")), @"rolecall: OWN/labelled.tsv:3: expected 16 hexadecimal digits, found `0123`");
    insta::assert_snapshot!(refused(&format!("{HEADER}0123456789abcdef\tbaker\n")), @"rolecall: OWN/labelled.tsv:3: expected a role or `none`, found `baker`");
    insta::assert_snapshot!(refused(&format!("{HEADER}0123456789abcdef\n")), @"rolecall: OWN/labelled.tsv:3: expected a digest, a tab and a role");
    let twice = format!("{HEADER}0123456789abcdef\tnone\n0123456789abcdef\ttrainer\n");
    insta::assert_snapshot!(refused(&twice), @"rolecall: OWN/labelled.tsv:4: the digest 0123456789abcdef comes twice");
    // What only tags does not read it.
    let out = rolecall(&["tag", "-q", "--corpus", own.to_str().unwrap()], &[&file]);
    assert!(out.status.success(), "{}", text(&out.stderr));
}
