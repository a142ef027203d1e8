//! Black-box tests of `rolecall demand --report` over the real binary. What a browser makes of it is tested in
//! `tests/browser/`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::harness::{BINARY, Folder};

/// Rows of every kind of cell, some of which would be markup if they were not escaped.
const TAGGED: &str = "\
title,company,location,date,closing_date,salary,onc_role,onc_tier,onc_cluster
EHR Trainer,\"Acme, Inc.\",\"Nashville, TN\",2026-01-05,2026-02-04,$60000 a year,trainer,short-term,1
EHR Trainer,ACME,\"Boston, MA\",2026-01-06,,$70000 a year,trainer,short-term,1
Trainer (Remote),<script>alert(1)</script>,Remote - US,2026-02-07,,$80000 a year,trainer,short-term,3
</style><b>HIM</b> \u{1b}[31mAnalyst,Bolt 3.9,TN - Nashville,2026-02-08,,Competitive,him-exchange-specialist,university,4
Nurse,Acme,\"London, UK\",soon,,,none,none,5
HIM Analyst,Bolt,\"London, UK\",2025-01-09,,,him-exchange-specialist,university,6
";

fn demand(arguments: &[&str], folder: &Folder) -> Output {
    let input = folder.path("<i>tagged.csv");
    fs::write(&input, TAGGED).unwrap();
    Command::new(BINARY).arg("demand").arg(&input).args(arguments).output().unwrap()
}

fn report(arguments: &[&str], folder: &Folder) -> String {
    let path = folder.path("demand.html");
    let all = [&["-q", "--force", "--report", path.to_str().unwrap()], arguments].concat();
    let output = demand(&all, folder);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // The table is still printed.
    assert!(output.stdout.starts_with(b"role,postings,"));
    fs::read_to_string(path).unwrap()
}

/// The text between two marks.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("no {start}")).1;
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}

#[test]
fn all_is_in_it_and_all_of_it_is_escaped() {
    let page = report(&[], &Folder::new());
    for id in [
        "roles",
        "months",
        "states",
        "regions",
        "pay",
        "employers",
        "titles",
        "quality",
        "method",
        "manifest",
    ] {
        let section = between(&page, &format!("<section id=\"{id}\""), "</section>");
        assert!(section.len() > 100, "{id}: {section}");
    }
    for wanted in [
        "Demand for ONC health IT workforce roles",
        "&lt;i&gt;tagged.csv",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "dated 2025-01-09 to 2026-02-08",
        "6 rows were read: 6 were counted, 0 could not be read and were set aside. 1 repeat an ad",
        "United Kingdom",
        "Tennessee",
        "$70,000",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<style").count(), 1);
    for unwanted in ["<i>", "<b>HIM", "\u{1b}", "Bolt 3.9", "http:", "https:"] {
        // The name space of SVG is a name, not an address that is asked.
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(unwanted), "{unwanted:?}");
    }
}

#[test]
fn the_policy_names_the_script_and_the_style_and_nothing_else() {
    let page = report(&[], &Folder::new());
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn it_does_not_depend_on_threads_and_says_when_nothing_is_corrected() {
    let folder = Folder::new();
    let one = report(&["--threads", "1"], &folder);
    assert_eq!(one, report(&["--threads", "4"], &folder));
    assert!(one.contains("95 % interval"));
    let raw = report(&["--no-correction", "--unit", "postings"], &folder);
    assert!(raw.contains("as tagged, not corrected"));
    assert!(!raw.contains("→"));
}

#[test]
fn an_empty_file_gives_a_report_that_says_so() {
    let folder = Folder::new();
    let (input, path) = (folder.path("empty.csv"), folder.path("empty.html"));
    fs::write(&input, TAGGED.lines().next().unwrap()).unwrap();
    let made = Command::new(BINARY)
        .args(["demand", "-q", "--report"])
        .args([&path, &input])
        .output()
        .unwrap();
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    let page = fs::read_to_string(path).unwrap();
    assert!(page.contains("No posting with a role names its employer."));
    let shown = between(&page, "<header>", "</main>");
    assert!(!shown.contains("NaN") && !shown.contains("inf"));
}

#[test]
fn a_report_that_is_there_is_kept() {
    let folder = Folder::new();
    let path = folder.path("demand.html");
    fs::write(&path, "mine").unwrap();
    let refused = demand(&["--report", path.to_str().unwrap()], &folder);
    assert_eq!(refused.status.code(), Some(2));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(
        told.contains("demand.html: the file is there already") && told.contains("--force"),
        "{told}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert!(!Path::new("demand.html").exists());
}
