//! `evaluate` and `calibrate` over the real binary.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use rolecall::Corpus;
use rolecall_evaluation::{LabelledPosting, Outcome, Prediction, Report};
use serde_json::Value;

use crate::harness::{BINARY, Folder, ROOT, copy, text};

fn rolecall(arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.current_dir(ROOT).args(arguments).output().unwrap()
}

const SAMPLES: [&str; 5] =
    ["samples/labels.csv", "--label-column", "label", "--postings", "samples/postings.csv"];

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

#[test]
fn the_samples_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let errors = folder.path().join("errors.csv");
    let out = rolecall(
        &[&["evaluate"], &SAMPLES[..], &["--json", "--errors", errors.to_str().unwrap()]].concat(),
    );
    assert_eq!(text(&out.stderr), "");
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(report["postings"], 105);
    let figure = |name: &str| number(&report["figures"][name]["value"]);
    assert!(figure("role_accuracy") >= 0.9, "{report}");
    assert!(figure("scope_auc") >= 0.97, "{report}");
    assert_eq!(report["natural_mix"], Value::Null);

    // Every posting is in one cell of the confusion table, and every error has a row in the file.
    let table: Vec<Vec<u64>> = serde_json::from_value(report["confusion"].clone()).unwrap();
    let right: u64 = (0..13).map(|n| table[n][n]).sum();
    assert_eq!(table.iter().flatten().sum::<u64>(), 105);
    assert!((figure("answer_accuracy") - right as f64 / 105.0).abs() < 1e-9);
    let mut rows = csv::Reader::from_path(&errors).unwrap();
    let wrong = rows.records().filter(|row| {
        let row = row.as_ref().unwrap();
        row[2] != row[4]
    });
    assert_eq!(wrong.count() as u64, 105 - right);

    let shown = rolecall(&[&["evaluate"], &SAMPLES[..]].concat());
    insta::assert_snapshot!(text(&shown.stdout).lines().next().unwrap(), @"105 postings, 58 in scope");
}

/// 400 made-up answers, and what scikit-learn 1.9.1 computed from them: `tests/metrics/make.py`.
#[test]
fn figures_are_those_of_scikit_learn() {
    let folder = Path::new(ROOT).join("tests/metrics");
    let mut postings = Vec::new();
    let mut outcomes = Vec::new();
    for row in csv::Reader::from_path(folder.join("outcomes.csv")).unwrap().records() {
        let row = row.unwrap();
        let cell = |n: usize| row[n].parse::<f64>().unwrap();
        let class = |n: usize| Some(cell(n) as usize).filter(|&class| class < 12);
        let (label, weight) = (class(0), Some(cell(4)));
        postings.push(LabelledPosting { label, weight, ..LabelledPosting::default() });
        outcomes.push(Outcome {
            scores: (5..17).map(|n| cell(n) as f32).collect(),
            scope: cell(2),
            answer: class(1),
            confidence: cell(3),
            posterior: Vec::new(),
        });
    }
    let predictions: Vec<_> = postings
        .iter()
        .zip(outcomes)
        .map(|(posting, outcome)| Prediction { posting, outcome })
        .collect();
    let groups: Vec<_> = (0..postings.len()).collect();
    let report =
        Report::new(&Corpus::embedded().unwrap().taxonomy, &predictions, &groups).to_json();

    let expected = fs::read_to_string(folder.join("scikit_learn.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    assert_eq!(report["confusion"], expected["confusion"]);
    let natural = &report["natural_mix"];
    let close = |name: &str, found: &Value, expected: &Value| {
        let (found, expected) = (number(found), number(expected));
        assert!((found - expected).abs() < 1e-9, "{name}: {found}, expected {expected}");
    };
    for (name, value) in expected.as_object().unwrap() {
        match name.as_str() {
            "confusion" | "curve_precision" | "curve_recall" => {}
            "natural_precision" => close(name, &natural["precision"]["value"], value),
            "natural_recall" => close(name, &natural["recall"]["value"], value),
            _ => close(name, &report["figures"][name]["value"], value),
        }
    }
    let curve = natural["curve"].as_array().unwrap();
    assert_eq!(curve.len(), expected["curve_recall"].as_array().unwrap().len());
    for (n, point) in curve.iter().enumerate() {
        close("precision", &point["precision"], &expected["curve_precision"][n]);
        close("recall", &point["recall"], &expected["curve_recall"][n]);
    }
}

#[test]
fn wrong_labels_are_refused_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |labels: &str, more: &[&str]| {
        let path = folder.path().join("labels.csv");
        fs::write(&path, labels).unwrap();
        let path = path.to_str().unwrap();
        let arguments = [&["evaluate", path, "--label-column", "label"], more].concat();
        let out = rolecall(&arguments);
        assert_eq!(out.status.code(), Some(2));
        text(&out.stderr).replace(path, "LABELS")
    };
    let samples = ["--postings", "samples/postings.csv"];
    insta::assert_snapshot!(refused("id,label\ns001,baker\n", &samples), @"rolecall: LABELS:2: `baker` is no role of `onc`; expected one of: workflow-redesign-specialist, clinician-practitioner-consultant, implementation-support-specialist, implementation-manager, technical-software-support-staff, trainer, clinician-public-health-leader, him-exchange-specialist, privacy-security-specialist, research-development-scientist, programmer-software-engineer, health-it-sub-specialist, none");
    insta::assert_snapshot!(refused("id,label\ns999,none\n", &samples), @"rolecall: LABELS:2: no posting with the id `s999` in samples/postings.csv");
    insta::assert_snapshot!(refused("id,role\ns001,none\n", &samples), @"rolecall: LABELS: label: no column `label`; the file has: id, role");
    insta::assert_snapshot!(
        refused("id,label,w\ns001,none,-1\n", &[&samples[..], &["--weight-column", "w"]].concat()), @"rolecall: LABELS:2: expected a weight above 0 or an empty cell, found `-1`");
    insta::assert_snapshot!(refused("id,label\ns001,none\n", &[]), @"rolecall: LABELS: no column looks like a job title or a text (columns: `id`, `label`); name them with --title-column and --text-column");
}

#[test]
fn a_calibration_of_your_own_is_made_and_used() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    copy(&Path::new(ROOT).join("corpus/onc"), &own);
    fs::remove_file(own.join("terms.tsv")).unwrap();
    fs::remove_file(own.join("calibration.toml")).unwrap();
    let own = own.to_str().unwrap();

    let fit = |threads: &str| {
        let arguments =
            [&["calibrate"], &SAMPLES[..], &["--corpus", own, "-o", own, "--json"]].concat();
        let mut command = Command::new("taskset");
        command.args(["-c", threads, BINARY]).args(arguments);
        command.current_dir(ROOT).output()
    };
    let before = rolecall(&[&["calibrate"], &SAMPLES[..], &["--corpus", own, "--json"]].concat());
    assert_eq!(text(&before.stderr), "");
    let report: Value = serde_json::from_slice(&before.stdout).unwrap();
    let auc = |which: &str| number(&report[which]["figures"]["scope_auc"]["value"]);
    assert!(auc("cross_validated") > 0.8, "{report}");
    assert!(auc("fitted") >= auc("cross_validated"));

    // On one core and on all, the same bytes; where `taskset` is missing there is nothing to compare.
    if let Ok(one) = fit("0") {
        assert_eq!(text(&one.stderr), "");
        assert_eq!(text(&one.stdout), text(&before.stdout));
    }
    let out = rolecall(&[&["calibrate"], &SAMPLES[..], &["--corpus", own, "-o", own]].concat());
    assert_eq!(text(&out.stderr), "");
    let labelled = fs::read_to_string(Path::new(own).join("labelled.tsv")).unwrap();
    let (head, lines): (Vec<_>, Vec<_>) = labelled.lines().partition(|line| line.starts_with('#'));
    assert!(head[0].contains("105 labelled postings"), "{head:?}");
    assert_eq!(lines[0], "digest\tlabel");
    // One of them has no text, and three say what another one does.
    assert_eq!(lines.len(), 1 + 101);
    assert!(lines[1..].is_sorted(), "{labelled}");
    assert_eq!(lines.iter().filter(|line| line.ends_with("\ttrainer")).count(), 5);
    let shown = rolecall(&[
        "--corpus",
        own,
        "classify",
        "--json",
        "--title",
        "EHR Trainer",
        "Teach nurses in class.",
    ]);
    let tag: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(tag["calibrated"], true);
    assert_eq!(tag["closest_role"], "trainer");
    // What boards are like, two files of no board can't tell; what an earlier fit said of it is gone.
    assert!(Path::new(own).join("evidence.tsv").exists());
    assert!(!Path::new(own).join("likeness.toml").exists());
}

#[test]
fn too_few_labels_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("labels.csv");
    fs::write(&path, "title,text,label\nEHR Trainer,Teach nurses,trainer\nCook,Cook,none\n")
        .unwrap();
    let out = rolecall(&["calibrate", path.to_str().unwrap(), "--label-column", "label"]);
    assert_eq!(out.status.code(), Some(2));
    insta::assert_snapshot!(text(&out.stderr), @"rolecall: 1 labelled postings in scope and 1 out of it; expected at least 20 of each");
}

#[test]
fn titles_are_learned_from_and_measured() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    copy(&Path::new(ROOT).join("corpus/onc"), &own);
    let own = own.to_str().unwrap();
    let titles = folder.path().join("few.csv");
    let all = fs::read_to_string(Path::new(ROOT).join("corpus/onc/titles.csv"));
    // Every fourth, so that it does not take long.
    let few: Vec<_> = all.unwrap().lines().step_by(4).map(str::to_owned).collect();
    fs::write(&titles, format!("title,label,second\n{}\n", few[1..].join("\n"))).unwrap();
    let titles = titles.to_str().unwrap();
    let titles = ["--titles", titles, "--written", "few.csv"];
    let fit = [&["calibrate"], &SAMPLES[..], &titles, &["--corpus", own, "-o", own]].concat();
    let out = rolecall(&fit);
    let shown = text(&out.stdout);
    assert!(shown.contains("Titles alone, cross-validated"), "{shown}{}", text(&out.stderr));
    let found = shown.lines().find(|line| line.starts_with("written")).unwrap();
    let counts: Vec<usize> = found.split_whitespace().skip(1).map(|n| n.parse().unwrap()).collect();
    let [in_scope, tagged, right, out_of_scope, false_alarms] = counts[..] else {
        panic!("{found}")
    };
    assert_eq!(in_scope + out_of_scope, few.len() - 1);
    assert!(right <= tagged && tagged <= in_scope && false_alarms <= out_of_scope, "{found}");
    assert!(right * 3 > in_scope && false_alarms * 3 < out_of_scope, "{found}");
    // What was fitted is what is applied.
    let classify = |title: &str| {
        let out = rolecall(&["classify", "--corpus", own, "--json", "--title", title]);
        serde_json::from_slice::<Value>(&out.stdout).unwrap()
    };
    assert_eq!(classify("Sous chef")["role"], "none");
    let answer = classify("Epic Credentialed Trainer, Hospital");
    assert_eq!(number(&answer["title_alone"]["share"]), 1.0);
    assert!((number(&answer["title_alone"]["scope"]) - number(&answer["scope"])).abs() < 1e-3);
}

#[test]
fn one_board_cannot_be_left_out() {
    let out = rolecall(&[&["calibrate"], &SAMPLES[..], &["--boards-out"]].concat());
    assert_eq!(out.status.code(), Some(2));
    let error = text(&out.stderr);
    assert!(error.contains("all postings are of one fold"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn labels_and_postings_are_read_as_tag_reads_files() {
    let folder = Folder::new();
    let sample =
        |name: &str| fs::read_to_string(Path::new(ROOT).join("samples").join(name)).unwrap();
    // Labels as a spreadsheet may save them, postings as JSON in an archive.
    let labels: String = sample("labels.csv").replace(',', ";");
    let utf16 = labels.encode_utf16().flat_map(u16::to_le_bytes);
    let labels =
        folder.write("labels.txt", [0xff, 0xfe].into_iter().chain(utf16).collect::<Vec<u8>>());
    let mut reader = csv::Reader::from_path(Path::new(ROOT).join("samples/postings.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let object = |row: csv::StringRecord| -> Value {
        let members =
            header.iter().zip(&row).map(|(name, cell)| (name.to_owned(), Value::from(cell)));
        members.collect::<serde_json::Map<_, _>>().into()
    };
    let objects: Vec<Value> = reader.records().map(|row| object(row.unwrap())).collect();
    let mut archive = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    serde_json::to_writer(&mut archive, &objects).unwrap();
    let postings = folder.write("postings.json.gz", archive.finish().unwrap());
    let files = [labels.to_str().unwrap(), postings.to_str().unwrap()];
    let figures = |labels: &str, postings: &str| -> Value {
        let arguments =
            ["evaluate", labels, "--label-column", "label", "--postings", postings, "--json"];
        let out = rolecall(&arguments);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        serde_json::from_slice::<Value>(&out.stdout).unwrap()["figures"].clone()
    };
    assert_eq!(figures(files[0], files[1]), figures(SAMPLES[0], SAMPLES[4]));
}
