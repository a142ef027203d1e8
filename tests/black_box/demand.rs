//! Black-box tests of `rolecall demand` over the real binary.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::harness::{BINARY, Folder, ROOT, parquet_cells, text};

/// Rows that were tagged: two of one ad, one that is out of scope, odd cells.
const TAGGED: &str = "\
title,company,location,date,closing_date,salary,team,onc_role,onc_tier,onc_cluster
EHR Trainer,\"Acme, Inc.\",\"Nashville, TN\",2026-01-05,2026-02-04,$60000 a year,\"a,b\",trainer,short-term,1
EHR Trainer,ACME,\"Boston, MA\",2026-01-06,,$70000 a year,\"a,b\",trainer,short-term,1
Trainer (Remote),Bolt,Remote - US,2026-02-07,,$80000 a year,,trainer,short-term,3
HIM Analyst,Bolt,TN - Nashville,2026-02-08,,Competitive,=1+1,him-exchange-specialist,university,4
Nurse,Acme,\"London, UK\",soon,,,\"two
lines\",none,none,5
Trainer,,,2025-01-09,,,,trainer,short-term,6
";

fn demand(arguments: &[&str], inputs: &[&Path]) -> Output {
    Command::new(BINARY).arg("demand").args(arguments).args(inputs).output().unwrap()
}

/// The values of some columns, by row.
fn values(folder: &Folder, arguments: &[&str], columns: &[&str]) -> Vec<String> {
    let path = folder.path("tagged.csv");
    fs::write(&path, TAGGED).unwrap();
    let all = [&["-q", "--format", "json", "--no-correction"], arguments].concat();
    let output = demand(&all, &[&path]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = found["rows"].as_array().unwrap().iter();
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    rows.map(|row| columns.iter().map(|name| shown(&row[*name])).collect::<Vec<_>>().join(" | "))
        .collect()
}

#[test]
fn roles_are_counted_as_postings_ads_and_employers() {
    let columns = ["role", "postings", "ads", "employers", "salary_median", "duration_median_days"];
    assert_eq!(
        values(&Folder::new(), &["--all"], &columns),
        [
            "trainer | 4 | 3 | 2 | 70000.0 | 30.0",
            "him-exchange-specialist | 1 | 1 | 1 | null | null",
            "none | 1 | 1 | 1 | null | null",
        ]
    );
}

#[test]
fn what_boards_write_becomes_keys() {
    let folder = Folder::new();
    let by = |keys: &str| values(&folder, &["--by", keys, "--all"], &[keys, "postings"]);
    assert_eq!(
        by("state"),
        ["TN | 2", "(US, no state) | 1", "(not stated) | 1", "(outside the US) | 1", "MA | 1"]
    );
    assert_eq!(by("country"), ["US | 4", "(not stated) | 1", "GB | 1"]);
    assert_eq!(by("month"), ["(not read) | 1", "2025-01 | 1", "2026-01 | 2", "2026-02 | 2"]);
    assert_eq!(by("employer"), ["Acme, Inc. | 3", "Bolt | 2", "(not stated) | 1"]);
    assert_eq!(by("remote"), ["(not stated) | 5", "remote | 1"]);
    assert_eq!(by("team"), [" | 2", "=1+1 | 1", "a,b | 2", "two\nlines | 1"]);
}

#[test]
fn shares_and_growth_are_of_what_they_say() {
    let folder = Folder::new();
    let columns =
        ["month", "role", "postings", "share_of_all", "share_of_scope", "growth", "growth_year"];
    assert_eq!(
        values(&folder, &["--by", "month,role", "--unit", "postings"], &columns),
        [
            "2025-01 | trainer | 1 | 1.0 | 1.0 | null | null",
            "2026-01 | trainer | 2 | 1.0 | 1.0 | null | 1.0",
            "2026-02 | trainer | 1 | 0.5 | 0.5 | -0.5 | null",
            "2026-02 | him-exchange-specialist | 1 | 0.5 | 0.5 | null | null",
        ]
    );
}

#[test]
fn the_output_is_the_same_whatever_the_threads_and_the_form() {
    let folder = Folder::new();
    let csv = folder.path("sample.csv");
    fs::copy(Path::new(ROOT).join("samples/postings.csv"), &csv).unwrap();
    let tagged = folder.path("sample.parquet");
    let status = Command::new(BINARY)
        .args(["tag", "-q", "--dedup", "-o"])
        .args([&tagged, &csv])
        .status()
        .unwrap();
    assert!(status.success());
    let of = |threads: &str, input: &Path| {
        let output = demand(&["-q", "--by", "tier,employer", "--threads", threads], &[input]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let expected = of("1", &csv);
    assert!(expected.lines().count() > 10, "{expected}");
    assert_eq!(of("4", &csv), expected);
    assert_eq!(of("2", &tagged), expected);
}

#[test]
fn every_format_holds_the_same_table() {
    let folder = Folder::new();
    let tagged = folder.path("tagged.csv");
    fs::write(&tagged, TAGGED).unwrap();
    let arguments = ["-q", "--by", "team,role", "--no-correction"];
    let printed = text(&demand(&arguments, &[&tagged]).stdout);
    for name in ["x.csv", "x.json", "x.parquet", "x.xlsx"] {
        let path = folder.path(name);
        let out = [&arguments[..], &["-o", path.to_str().unwrap()]].concat();
        let output = demand(&out, &[&tagged]);
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        let before = fs::read(&path).unwrap();
        assert_eq!(demand(&out, &[&tagged]).status.code(), Some(2), "{name} is there already");
        assert!(demand(&[&out[..], &["--force"]].concat(), &[&tagged]).status.success());
        assert_eq!(fs::read(&path).unwrap(), before, "{name}");
    }
    assert_eq!(fs::read_to_string(folder.path("x.csv")).unwrap(), printed);
    let json: Value = serde_json::from_slice(&fs::read(folder.path("x.json")).unwrap()).unwrap();
    let mut reader = csv::Reader::from_reader(printed.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(json["rows"].as_array().unwrap().len(), rows.len());
    let (names, columns) = parquet_cells(&folder.path("x.parquet"));
    assert_eq!(names, header.iter().collect::<Vec<_>>());
    for (n, row) in rows.iter().enumerate() {
        for (column, name) in header.iter().enumerate() {
            let cell = match &json["rows"][n][name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                number => number.as_f64().unwrap().to_string(),
            };
            assert_eq!(cell, row[column], "{name}");
            let parquet = &columns[n][column];
            assert_eq!(parquet.trim_end_matches(".0"), &row[column], "{name}");
        }
    }
}

#[test]
fn spreadsheets_get_no_formulas_if_asked() {
    let folder = Folder::new();
    let tagged = folder.path("tagged.csv");
    fs::write(&tagged, TAGGED).unwrap();
    let plain = text(&demand(&["-q", "--by", "team"], &[&tagged]).stdout);
    assert!(plain.contains("\n=1+1,"), "{plain}");
    let safe = text(&demand(&["-q", "--by", "team", "--excel-safe"], &[&tagged]).stdout);
    assert!(safe.contains("\n'=1+1,"), "{safe}");
}

#[test]
fn rows_that_cannot_be_counted_are_set_aside_with_line_and_reason() {
    let folder = Folder::new();
    let tagged = folder.path("tagged.csv");
    fs::write(&tagged, "title,onc_role\nTrainer,trainer\nTrainer,juggler\nTrainer,\n").unwrap();
    let output = demand(&[], &[&tagged]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr).replace(&*tagged.to_string_lossy(), "FILE");
    assert!(told.contains("FILE:3: the taxonomy has no role `juggler`"), "{told}");
    assert!(told.contains("FILE:4: the cell of the role is empty; tag the row first"), "{told}");
    assert!(told.contains("3 rows read = 1 counted + 2 set aside"), "{told}");
    assert!(text(&output.stdout).contains("trainer,1,"), "{}", text(&output.stdout));
}

#[test]
fn errors_are_one_line_and_say_what_to_do() {
    let folder = Folder::new();
    let tagged = folder.path("tagged.csv");
    fs::write(&tagged, TAGGED).unwrap();
    let told = |arguments: &[&str]| {
        let output = demand(arguments, &[&tagged]);
        assert_eq!(output.status.code(), Some(2));
        let told = text(&output.stderr).replace(&*tagged.to_string_lossy(), "FILE");
        told.lines().last().unwrap().to_owned()
    };
    insta::assert_snapshot!(told(&["-q", "--by", "stat"]), @"rolecall: FILE: nothing to group by is called `stat`; did you mean `state`? There are role, tier, country, state, region, city, month, quarter, year, employer, board, remote, title, file, and the columns `title`, `company`, `location`, `date`, `closing_date`, `salary`, `team`, `onc_role`, `onc_tier`, `onc_cluster`");
    insta::assert_snapshot!(told(&["-q", "--posted-column", "when"]), @"rolecall: FILE: posted: no column `when`; the file has: `title`, `company`, `location`, `date`, `closing_date`, `salary`, `team`, `onc_role`, `onc_tier`, `onc_cluster`");
    insta::assert_snapshot!(told(&["-q", "-o", "x.ods"]), @"rolecall: x.ods: expected a name that ends in .csv, .tsv, .json, .parquet or .xlsx; HTML is written by --report");
    fs::write(&tagged, "title,onc_role\nTrainer,trainer\n").unwrap();
    insta::assert_snapshot!(told(&["-q", "--unit", "ads"]), @"rolecall: --unit ads: it is not known which rows repeat an ad; tag with --dedup, or leave out --no-dedup");
}

/// A column of dates in odd forms: what can't be read is counted and told, with what helps, and the rest is read.
#[test]
fn dates_that_cannot_be_read_are_told_with_what_helps() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let table = |dates: &[&str]| {
        let rows = dates.iter().enumerate().map(|(n, date)| {
            format!("EHR Trainer,Teach nurses the Epic record in class {n},Employer {n},{date}\n")
        });
        let rows: String = rows.collect();
        std::fs::write(&path, format!("title,description,company,date_posted\n{rows}")).unwrap();
    };
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(BINARY);
        let out =
            command.args(["demand", "--by", "month", "--no-correction"]).arg(&path).args(more);
        let out = out.env("NO_COLOR", "1").output().unwrap();
        assert_eq!(out.status.code(), Some(0));
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(out.stdout), text(out.stderr))
    };
    table(&["4 days ago", "Yesterday", "a while", "soon", "2024-03-05"]);
    let (counts, told) = run(&[]);
    assert!(counts.contains("(not read),4,") && counts.contains("2024-03,1,"), "{counts}");
    let expected =
        "date from `date_posted`: 1 read, 4 not read (such as `4 days ago`), 0 not stated";
    assert!(told.contains(expected) && told.contains("needs --collected DAY"), "{told}");
    let (counts, _) = run(&["--collected", "2024-03-31"]);
    assert!(counts.contains("(not read),2,") && counts.contains("2024-03,3,"), "{counts}");
    // Nothing shows the order, and nothing is guessed.
    table(&["10/9/2016", "3/9/2016", "11/10/2016"]);
    assert!(run(&[]).0.contains("(not read),3,"));
    let (counts, _) = run(&["--date-order", "dmy"]);
    assert!(counts.contains("2016-09,2,") && counts.contains("2016-10,1,"), "{counts}");
    let (counts, _) = run(&["--date-order", "mdy"]);
    assert!(counts.contains("2016-10,1,") && counts.contains("2016-03,1,"), "{counts}");
    // Day numbers of a spreadsheet, in a column that says so.
    table(&["45356", "45357", "45389"]);
    let (counts, _) = run(&[]);
    assert!(counts.contains("2024-03,2,") && counts.contains("2024-04,1,"), "{counts}");
}

/// The work model's own column says more than yes and no, and a plain no is no blank.
#[test]
fn the_name_of_a_work_model_beats_yes_and_no() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let counts = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let mut command = std::process::Command::new(BINARY);
        let arguments = ["demand", "-q", "--by", "remote", "--no-correction", "--no-dedup"];
        String::from_utf8(command.args(arguments).arg(&path).output().unwrap().stdout).unwrap()
    };
    let table = counts(
        "title,description,is_remote,workplace_type\nEHR Trainer,Teach Epic to nurses,False,Hybrid\n\
         EHR Trainer,Teach Epic to nurses,True,Remote\nEHR Trainer,Teach Epic to nurses,False,On-site\n",
    );
    for row in ["hybrid,1,", "remote,1,", "on_site,1,"] {
        assert!(table.contains(row), "{table}");
    }
    let table = counts(
        "title,description,is_remote\nEHR Trainer,Teach Epic to nurses,False\nEHR Trainer,Teach Epic to \
         nurses,\nEHR Trainer,Teach Epic to nurses,True\n",
    );
    for row in ["not_remote,1,", "(not stated),1,", "remote,1,"] {
        assert!(table.contains(row), "{table}");
    }
}

#[test]
fn files_that_were_tagged_otherwise_are_not_corrected() {
    let folder = Folder::new();
    let tagged = folder.path("tagged.csv");
    let sample = Path::new(ROOT).join("samples/postings.csv");
    let tag = |more: &[&str]| {
        let mut command = Command::new(BINARY);
        command.args(["tag", "-q", "--force", "-o"]).arg(&tagged).args(more).arg(&sample);
        assert!(command.output().unwrap().status.success());
    };
    let is_corrected = || {
        let found = demand(&["--format", "json", "--no-dedup"], &[&tagged]);
        assert_eq!(found.status.code(), Some(0), "{}", text(&found.stderr));
        let json: Value = serde_json::from_slice(&found.stdout).unwrap();
        let why = json["overview"]["assumptions"].to_string();
        (json["rows"][0]["corrected"].is_number(), why)
    };
    tag(&[]);
    assert!(is_corrected().0);
    tag(&["--min-confidence", "0.5"]);
    let (corrected, why) = is_corrected();
    assert!(!corrected && why.contains("it was tagged with --min-confidence"), "{why}");
    tag(&["--prevalence", "0.5"]);
    let (corrected, why) = is_corrected();
    assert!(!corrected && why.contains("it was tagged with --prevalence"), "{why}");
    // A manifest that says nothing of a choice, or is none of this version, vouches for nothing.
    tag(&[]);
    let manifest = folder.path("tagged.csv.manifest.json");
    let said = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, said.replace("--prevalence", "--prior")).unwrap();
    assert!(!is_corrected().0);
    fs::write(&manifest, "{}").unwrap();
    let (corrected, why) = is_corrected();
    assert!(!corrected && why.contains("another version of rolecall"), "{why}");
    fs::remove_file(&manifest).unwrap();
    assert!(is_corrected().0);
}

/// Sums of corrected postings by role (or all, where no key is), with the widths beside what is tagged.
fn corrected(tagged: &Path, by: &str) -> BTreeMap<String, f64> {
    let output = demand(&["-q", "--unit", "postings", "--by", by], &[tagged]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut reader = csv::Reader::from_reader(&output.stdout[..]);
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name);
    let mut sums = BTreeMap::new();
    for row in reader.records().map(Result::unwrap) {
        let number = |name: &str| row[at(name).unwrap()].parse::<f64>().ok();
        let Some(count) = number("corrected") else { continue };
        assert!(number("corrected_high") > number("corrected_low"), "{row:?}");
        let role = at("role").map_or("", |role| &row[role]);
        *sums.entry(role.to_owned()).or_insert(0.0) += count;
    }
    sums
}

#[test]
fn corrected_groups_add_up_to_the_file() {
    let folder = Folder::new();
    let tagged = folder.path("tagged.csv");
    let sample = Path::new(ROOT).join("samples/postings.csv");
    let mut command = Command::new(BINARY);
    let status = command.args(["tag", "-q", "-o"]).args([&tagged, &sample]).status().unwrap();
    assert!(status.success());
    let whole = corrected(&tagged, "role");
    assert_eq!(whole.len(), 11, "{whole:?}");
    for by in ["state,role", "role,employer", "board,tier,role"] {
        let parts = corrected(&tagged, by);
        assert!(whole.keys().eq(parts.keys()), "{by}: {parts:?}");
        for (role, count) in &whole {
            assert!((parts[role] - count).abs() < 0.001, "{by} {role}: {} {count}", parts[role]);
        }
    }
    let all = |by| corrected(&tagged, by).into_values().sum::<f64>();
    let tiers = all("tier");
    for by in ["month", "state,tier"] {
        assert!((all(by) - tiers).abs() < 0.001, "{by}");
    }
}

#[test]
fn intervals_do_not_depend_on_what_else_is_written() {
    let sample = Path::new(ROOT).join("samples/postings.csv");
    let arguments = ["-q", "--by", "tier,state", "--format"];
    let of = |format: &str| demand(&[&arguments[..], &[format]].concat(), &[&sample]).stdout;
    // With the overview more columns are read.
    let json: Value = serde_json::from_slice(&of("json")).unwrap();
    let rows = json["rows"].as_array().unwrap();
    let table = of("csv");
    let mut reader = csv::Reader::from_reader(&table[..]);
    let column = reader.headers().unwrap().iter().position(|name| name == "corrected_high");
    let mut compared = 0;
    for (line, row) in reader.records().map(Result::unwrap).zip(rows) {
        if let (Ok(high), Some(other)) =
            (line[column.unwrap()].parse::<f64>(), row["corrected_high"].as_f64())
        {
            assert!((high - other).abs() < 1e-5, "{line:?} {other}");
            compared += 1;
        }
    }
    assert!(compared > 10, "{compared}");
}
