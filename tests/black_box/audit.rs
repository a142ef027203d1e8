//! Black-box tests of `rolecall audit` over the real binary.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::harness::{BINARY, Folder, ROOT, text};

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
    assert!(error.contains("no role `coach`; expected one of the column `choices`"), "{error}");
    assert!(error.contains("sheet.csv: row ") && error.contains("more"), "{error}");
    draw(&folder, &["--labels", "60", "--force"], "sheet.csv");
    fill(&sheet, |title| if title == "Trainer" { "HIM" } else { "none" });
    let error = refused();
    assert!(error.contains("no role `HIM`; did you mean `him-exchange-specialist`?"), "{error}");
    assert!(error.contains("sheet.csv: row ") && error.contains("more"), "{error}");
    fs::write(&sheet, "audit_id,label\np1,none\np1,none\n").unwrap();
    assert!(refused().contains("there twice"), "{}", refused());
    fs::write(&sheet, "audit_id,label\nx,none\n").unwrap();
    assert!(refused().contains("`x` of the sheet was not drawn"), "{}", refused());
    fs::write(&sheet, "id;label\nx;none\n").unwrap();
    assert!(refused().contains("no column `audit_id`"), "{}", refused());
    fs::write(folder.path("sheet.csv.design.json"), "{").unwrap();
    assert!(refused().contains("draw the sample again"), "{}", refused());
}

#[test]
fn untagged_postings_are_tagged_on_the_way() {
    let folder = Folder::new();
    let sheet = folder.path("sheet.csv");
    let samples = Path::new(ROOT).join("samples/postings.csv");
    let arguments = ["draw", "--labels", "60", "-o", sheet.to_str().unwrap()];
    let output = audit(&arguments, &[&samples]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    fill(&sheet, |_| "none");
    let output = audit(&["estimate"], &[&sheet]);
    let shown = text(&output.stdout);
    assert!(shown.contains("105 postings, 60 of 60 drawn labelled"), "{shown}");
    assert!(shown.contains("by these labels alone up to"), "{shown}");
}

/// Writes the truth into a sheet and saves it as a spreadsheet would, elsewhere.
fn save(sheet: &Path, to: &Path, delimiter: u8, encode: impl Fn(&str) -> Vec<u8>) {
    let mut reader = csv::Reader::from_path(sheet).unwrap();
    let header = reader.headers().unwrap().clone();
    let builder = &mut csv::WriterBuilder::new();
    let builder = builder.delimiter(delimiter).terminator(csv::Terminator::CRLF);
    let mut writer = builder.from_writer(Vec::new());
    writer.write_record(header.iter().map(|name| name.trim_start_matches('\u{feff}'))).unwrap();
    for row in reader.records().map(Result::unwrap) {
        let cells = row.iter().enumerate();
        writer
            .write_record(cells.map(|(n, cell)| if n == 1 { truth(&row[2]) } else { cell }))
            .unwrap();
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    fs::write(to, encode(&text)).unwrap();
    let name = |path: &Path| format!("{}.design.json", path.display());
    fs::copy(name(sheet), name(to)).unwrap();
}

#[test]
fn sheets_are_read_as_spreadsheets_save_them() {
    let folder = Folder::new();
    let accented = tagged(1000).replace("Nashville, TN", "Montréal; Québec – “nord”");
    fs::write(folder.path("tagged.csv"), accented).unwrap();
    draw(&folder, &["--labels", "60"], "sheet.csv");
    let sheet = folder.path("sheet.csv");
    let utf16 = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xFF, 0xFE].into_iter().chain(units).collect()
    };
    let windows = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let plain = |text: &str| text.as_bytes().to_vec();
    let save = |name: &str, delimiter: u8, encode: &dyn Fn(&str) -> Vec<u8>| {
        save(&sheet, &folder.path(name), delimiter, encode);
        estimates(&folder.path(name))
    };
    let expected = save("plain.csv", b',', &plain);
    assert_eq!(save("german.csv", b';', &windows), expected);
    assert_eq!(save("unicode.txt", b'\t', &utf16), expected);
    assert_eq!(save("calc.csv", b';', &plain), expected);
    fs::write(folder.path("book.xlsx"), b"PK\x03\x04\x14\x00\x9d\xff\x80 and more").unwrap();
    let design = folder.path("sheet.csv.design.json");
    let arguments = ["estimate", "--design", design.to_str().unwrap()];
    let output = audit(&arguments, &[&folder.path("book.xlsx")]);
    assert!(text(&output.stderr).contains("save it as CSV first"), "{}", text(&output.stderr));
}

#[test]
fn a_sheet_that_is_filled_in_halfway_is_estimated_from_what_there_is() {
    let folder = Folder::new();
    fs::write(folder.path("tagged.csv"), tagged(5000)).unwrap();
    draw(&folder, &["--labels", "400"], "sheet.csv");
    let sheet = folder.path("sheet.csv");
    fill(&sheet, truth);
    let whole = estimates(&sheet);
    let lines = fs::read_to_string(&sheet).unwrap();
    // No text of these rows has a line break.
    let half: Vec<&str> = lines.lines().take(201).collect();
    fs::write(&sheet, half.join("\n")).unwrap();
    let output = audit(&["estimate"], &[&sheet]);
    assert!(text(&output.stdout).contains("200 drawn rows have no label"));
    let width = |found: &Value| {
        found["count"]["high"].as_f64().unwrap() - found["count"]["low"].as_f64().unwrap()
    };
    assert!(width(&estimates(&sheet)["all"]) > width(&whole["all"]));
}

#[test]
fn a_design_that_was_changed_is_refused() {
    let folder = Folder::new();
    fs::write(folder.path("tagged.csv"), tagged(1000)).unwrap();
    draw(&folder, &["--labels", "60"], "sheet.csv");
    let (sheet, path) = (folder.path("sheet.csv"), folder.path("sheet.csv.design.json"));
    fill(&sheet, truth);
    let design: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    for (pointer, value) in [
        ("/strata/0/postings", 1),
        ("/strata/0/sums/0", -1),
        ("/strata/0/drawn", 0),
        ("/drawn/0/stratum", 99),
        ("/drawn/0/predictions/0", 7),
    ] {
        let mut changed = design.clone();
        *changed.pointer_mut(pointer).unwrap() = value.into();
        fs::write(&path, changed.to_string()).unwrap();
        let output = audit(&["estimate"], &[&sheet]);
        assert_eq!(output.status.code(), Some(2), "{pointer}");
        let error = text(&output.stderr);
        assert!(error.contains("sheet.csv.design.json: it is not as it was written"), "{error}");
    }
}

#[test]
fn texts_are_for_reading_and_labels_may_be_names() {
    let folder = Folder::new();
    let rows = "title,description,onc_role\n".to_owned()
        + &"<b>Trainer</b>,\"<p>One &amp;</p>\n\n\n<p>two</p>\",trainer\n".repeat(20);
    fs::write(folder.path("tagged.csv"), rows).unwrap();
    draw(&folder, &["--labels", "20"], "sheet.csv");
    let sheet = folder.path("sheet.csv");
    let written = fs::read_to_string(&sheet).unwrap();
    assert!(written.contains(",Trainer,,,\"One &\ntwo\","), "{written}");
    fill(&sheet, |_| "implementation MANAGERS");
    let found = &estimates(&sheet)["implementation-manager"];
    // Of all that there is nothing is left to doubt.
    for bound in ["value", "low", "high"] {
        assert_eq!(found["count"][bound], 20.0, "{found}");
    }
    assert_eq!(found["more_labels"], Value::Null);
}

#[test]
fn more_labels_take_none_away() {
    let folder = Folder::new();
    fs::write(folder.path("tagged.csv"), tagged(5000)).unwrap();
    draw(&folder, &["--labels", "79"], "small.csv");
    let small = folder.path("small.csv");
    fill(&small, truth);
    let keep = ["--labels", "80", "--keep", small.to_str().unwrap()];
    draw(&folder, &keep, "large.csv");
    let mut reader = csv::Reader::from_path(folder.path("large.csv")).unwrap();
    let open = reader.records().filter(|row| row.as_ref().unwrap()[1].is_empty()).count();
    assert_eq!(open, 1);
}
