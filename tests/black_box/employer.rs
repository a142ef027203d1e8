//! What the employer's name adds: the same in `classify` and in every form of a batch, and explained.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::harness::{BINARY, ROOT};

const TITLE: &str = "Desktop Support Analyst";
const TEXT: &str =
    "Answer calls of staff, mend computers and printers, set up laptops on two campuses.";

fn rolecall(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(folder).output().unwrap()
}

fn classified(employer: &str) -> Value {
    let folder = Path::new(ROOT);
    let arguments =
        ["classify", "--json", "--explain", "--title", TITLE, "--employer", employer, TEXT];
    serde_json::from_slice(&rolecall(&arguments, folder).stdout).unwrap()
}

fn scope(answer: &Value) -> f64 {
    answer["scope"].as_f64().unwrap()
}

#[test]
fn a_hospital_speaks_for_the_scope_and_its_own_name_says_nothing() {
    let unknown = scope(&classified(""));
    assert!(scope(&classified("General Hospital")) > unknown);
    assert!(scope(&classified("First National Bank")) < unknown);
    // Only words that many employers share have weights; case and markup do not matter.
    assert_eq!(scope(&classified("Zorblatt Quuxly")).to_bits(), unknown.to_bits());
    let plain = scope(&classified("Zorblatt Hospital & Clinics"));
    let marked = scope(&classified("<b>ZORBLATT</b> hospital &amp; Clinics, hospital"));
    assert_eq!(plain.to_bits(), marked.to_bits());
}

#[test]
fn gates_add_up_with_the_words_of_the_employer() {
    let answer = classified("Mercy Health System");
    assert_eq!(answer["employer"], "Mercy Health System");
    let gates = answer["explanation"]["gates"].as_array().unwrap();
    let mut of_employer = 0;
    for gate in gates {
        let number = |value: &Value| value.as_f64().unwrap();
        let lines = gate["lines"].as_array().unwrap().iter().map(|line| number(&line["log_odds"]));
        let terms = gate["terms"].as_array().unwrap();
        of_employer += terms.iter().filter(|term| number(&term["from_employer"]) != 0.0).count();
        let sum: f64 = lines.chain(terms.iter().map(|term| number(&term["contribution"]))).sum();
        assert!((sum - number(&gate["log_odds"])).abs() < 0.01, "{gate}");
    }
    assert!(of_employer > 0);
}

#[test]
fn every_form_of_a_batch_reads_the_column_of_employers() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["", "General Hospital", "First National Bank"];
    let csv: String = names.iter().map(|name| format!("{TITLE},\"{TEXT}\",{name}\n")).collect();
    fs::write(folder.path().join("p.csv"), format!("title,description,company\n{csv}")).unwrap();
    let json = |name: &&str| {
        let row = serde_json::json!({ "title": TITLE, "description": TEXT, "company": name });
        format!("{row}\n")
    };
    fs::write(folder.path().join("p.jsonl"), names.iter().map(json).collect::<String>()).unwrap();
    assert!(rolecall(&["tag", "p.csv", "-o", "p.parquet"], folder.path()).status.success());
    let scopes = |input: &str, more: &[&str]| -> Vec<String> {
        let mut arguments = vec!["tag", input, "--format", "csv", "--prefix", "x"];
        arguments.extend(more);
        let tagged = rolecall(&arguments, folder.path());
        assert!(tagged.status.success(), "{}", String::from_utf8_lossy(&tagged.stderr));
        let mut rows = csv::Reader::from_reader(&tagged.stdout[..]);
        let scope = rows.headers().unwrap().iter().position(|name| name == "x_scope").unwrap();
        rows.records().map(|row| row.unwrap()[scope].to_owned()).collect()
    };
    let expected: Vec<f64> = names.iter().map(|name| scope(&classified(name))).collect();
    let found = scopes("p.csv", &[]);
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found.parse::<f64>().unwrap() - expected).abs() < 1e-4);
    }
    assert_eq!(scopes("p.jsonl", &[]), found);
    assert_eq!(scopes("p.parquet", &[]), found);
    // Who says that there is no such column gets answers without it.
    assert_eq!(scopes("p.csv", &["--employer-column", "-"]), vec![found[0].clone(); 3]);
}
