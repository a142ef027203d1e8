//! Black-box tests of `rolecall audit` over the real binary.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

#[path = "common/folder.rs"]
mod folder;

use folder::Folder;

const BINARY: &str = env!("CARGO_BIN_EXE_rolecall");

/// Tagged postings: one in ten is a trainer, of which the classifier finds four of five; one in fifty is a
/// research scientist, which it never finds. The title tells the truth.
fn tagged(rows: usize) -> String {
    let mut text = "title,company,location,description,onc_role,onc_tier\n".to_owned();
    for n in 0..rows {
        let (title, role, tier) = match (n % 10, n % 50) {
            (3, 3) => ("Trainer", "none", "none"),
            (3, _) => ("Trainer", "trainer", "short-term"),
            (_, 7) => ("Scientist", "none", "none"),
            (_, 9) => ("Nurse", "trainer", "short-term"),
            _ => ("Nurse", "none", "none"),
        };
        text += &format!(
            "{title},=Acme,\"Nashville, TN\",\"Text {n}, \"\"quoted\"\"\",{role},{tier}\n"
        );
    }
    text
}

fn audit(arguments: &[&str], paths: &[&Path]) -> Output {
    Command::new(BINARY).arg("audit").args(arguments).args(paths).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn draw(folder: &Folder, arguments: &[&str], sheet: &str) -> Output {
    let sheet = folder.path(sheet);
    let arguments = [&["draw"], arguments, &["-o", sheet.to_str().unwrap()]].concat();
    audit(&arguments, &[&folder.path("tagged.csv")])
}

/// Writes the truth into the sheet, and returns how many rows it has.
fn fill(path: &Path, truth: impl Fn(&str) -> &'static str) -> usize {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    assert_eq!(header.iter().nth(1), Some("label"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(&header).unwrap();
    for row in &rows {
        let label = if row[1].is_empty() { truth(&row[2]) } else { &row[1] };
        writer
            .write_record(row.iter().enumerate().map(|(n, c)| if n == 1 { label } else { c }))
            .unwrap();
    }
    rows.len()
}

fn truth(title: &str) -> &'static str {
    match title {
        "Trainer" => " Trainer ",
        "Scientist" => "research-development-scientist",
        _ => "none",
    }
}

fn estimates(sheet: &Path) -> BTreeMap<String, Value> {
    let output = audit(&["estimate", "--json"], &[sheet]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let counts = found["counts"].as_array().unwrap().iter();
    counts.map(|count| (count["id"].as_str().unwrap().to_owned(), count.clone())).collect()
}

#[test]
fn estimates_find_what_the_classifier_does_not() {
    let folder = Folder::new();
    fs::write(folder.path("tagged.csv"), tagged(5000)).unwrap();
    let output = draw(&folder, &["--labels", "400"], "sheet.csv");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let sheet = folder.path("sheet.csv");
    assert_eq!(fill(&sheet, truth), 400);
    let found = estimates(&sheet);
    for (id, tagged, count) in
        [("trainer", 500, 500.0), ("research-development-scientist", 0, 100.0), ("all", 500, 600.0)]
    {
        let found = &found[id];
        assert_eq!(found["tagged"], tagged);
        let bound = |name: &str| found["count"][name].as_f64().unwrap();
        // Four standard errors, so that the one draw that is looked at does not decide.
        let width = bound("high") - bound("low");
        assert!((bound("value") - count).abs() <= width, "{id} {found}");
        assert!(width > 20.0 && width < 400.0, "{id} {found}");
        assert!(found["more_labels"].as_u64().unwrap() > 400, "{id} {found}");
    }
    assert_eq!(found["programmer-software-engineer"]["labelled"], 0);
}

#[test]
fn all_rows_labelled_are_counted_as_they_are() {
    let folder = Folder::new();
    fs::write(folder.path("tagged.csv"), tagged(200)).unwrap();
    assert_eq!(draw(&folder, &["--labels", "200"], "sheet.csv").status.code(), Some(0));
    let sheet = folder.path("sheet.csv");
    fill(&sheet, truth);
    let found = estimates(&sheet);
    for (id, count) in [("trainer", 20.0), ("research-development-scientist", 4.0), ("all", 24.0)] {
        let value = found[id]["count"]["value"].as_f64().unwrap();
        assert!((value - count).abs() < 1e-9, "{id} {value}");
    }
}

#[test]
fn the_sheet_is_the_same_for_any_number_of_threads_and_safe_for_spreadsheets() {
    let folder = Folder::new();
    fs::write(folder.path("tagged.csv"), tagged(3000)).unwrap();
    draw(&folder, &["--labels", "60", "--threads", "1"], "one.csv");
    draw(&folder, &["--labels", "60", "--threads", "4"], "two.csv");
    let read = |name: &str| fs::read(folder.path(name)).unwrap();
    assert_eq!(read("one.csv"), read("two.csv"));
    assert_eq!(read("one.csv.design.json"), read("two.csv.design.json"));
    let sheet = text(&read("one.csv"));
    assert!(sheet.starts_with("\u{feff}audit_id,label,title,employer,place,text,choices\n"));
    assert!(sheet.contains(",'=Acme,"), "{sheet}");
    assert!(sheet.contains(" | none\n"));
    draw(&folder, &["--labels", "60", "--seed", "2"], "other.csv");
    assert_ne!(read("one.csv"), read("other.csv"));
}

#[test]
fn a_larger_sample_keeps_the_labels_of_a_smaller_one() {
    let folder = Folder::new();
    fs::write(folder.path("tagged.csv"), tagged(3000)).unwrap();
    draw(&folder, &["--labels", "60"], "small.csv");
    let small = folder.path("small.csv");
    fill(&small, |_| "none");
    let keep = small.to_str().unwrap();
    let output = draw(&folder, &["--labels", "200", "--keep", keep], "large.csv");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut reader = csv::Reader::from_path(folder.path("large.csv")).unwrap();
    let labelled = reader.records().filter(|row| &row.as_ref().unwrap()[1] == "none").count();
    assert_eq!(labelled, 60);
    let output = draw(&folder, &["--labels", "200", "--keep", keep, "--seed", "2"], "other.csv");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("another seed"));
}

#[test]
fn wrong_sheets_are_refused_with_what_to_do() {
    let folder = Folder::new();
    fs::write(folder.path("tagged.csv"), tagged(3000)).unwrap();
    let output = draw(&folder, &["--labels", "3"], "sheet.csv");
    assert!(text(&output.stderr).contains("ask for at least 4"), "{}", text(&output.stderr));
    draw(&folder, &["--labels", "60"], "sheet.csv");
    let sheet = folder.path("sheet.csv");
    let refused = || {
        let output = audit(&["estimate"], &[&sheet]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
        text(&output.stderr)
    };
    assert!(refused().contains("at least 2 are needed; label `p"), "{}", refused());
    let output = draw(&folder, &[], "sheet.csv");
    assert!(text(&output.stderr).contains("perhaps with labels"));
    fill(&sheet, |title| if title == "Trainer" { "coach" } else { "none" });
    let error = refused();
    assert!(error.contains("no role `coach`") && error.contains("sheet.csv:"), "{error}");
    fs::write(&sheet, "audit_id,label\np1,none\np1,none\n").unwrap();
    assert!(refused().contains("there twice"), "{}", refused());
    fs::write(&sheet, "audit_id,label\nx,none\n").unwrap();
    assert!(refused().contains("`x` of the sheet was not drawn"), "{}", refused());
    fs::write(&sheet, "audit_id;label\nx;none\n").unwrap();
    assert!(refused().contains("no column `audit_id`"), "{}", refused());
    fs::write(folder.path("sheet.csv.design.json"), "{").unwrap();
    assert!(refused().contains("draw the sample again"), "{}", refused());
}

#[test]
fn untagged_postings_are_tagged_on_the_way() {
    let folder = Folder::new();
    let sheet = folder.path("sheet.csv");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/postings.csv");
    let arguments = ["draw", "--labels", "60", "-o", sheet.to_str().unwrap()];
    let output = audit(&arguments, &[&samples]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    fill(&sheet, |_| "none");
    let output = audit(&["estimate"], &[&sheet]);
    let shown = text(&output.stdout);
    assert!(shown.contains("105 postings, 60 of 60 drawn labelled"), "{shown}");
    assert!(shown.contains("may have one."), "{shown}");
}
