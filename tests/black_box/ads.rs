//! Which rows are one ad, and which names are one employer, over the real binary.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::harness::{BINARY, Folder};

/// A text of 34 words.
const TEXT: &str = "Build orders, order sets and rules for inpatient units, test upgrades each quarter, take calls from \
    wards on a rota, document every change, and join the design meetings of physicians and pharmacists weekly.";

/// Ads of title, employer, place and text: the cluster of each and how it repeats the ad.
fn clusters(ads: &[[&str; 4]]) -> Vec<String> {
    let folder = Folder::new();
    let (input, output) = (folder.path("in.jsonl"), folder.path("out.jsonl"));
    let rows = ads.iter().map(|[title, company, location, description]| {
        serde_json::json!({ "title": title, "company": company, "location": location, "description": description })
            .to_string()
    });
    fs::write(&input, rows.collect::<Vec<_>>().join("\n")).unwrap();
    let run = Command::new(BINARY)
        .args(["tag", "-q", "--dedup", "-o"])
        .args([&output, &input])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let output = fs::read_to_string(&output).unwrap();
    let rows = output.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| {
        format!("{} {}", row["onc_cluster"], row["onc_duplicate_kind"].as_str().unwrap())
    })
    .collect()
}

#[test]
fn an_ad_under_another_requisition_number_is_one_ad() {
    let titles = [
        "Epic Analyst",
        "EPIC ANALYST (REQ-12345)",
        "Epic Analyst - R12345",
        "Epic Analyst (Req #8812)",
        "Epic Analyst JR-0045",
        "Epic Analyst - Job ID 123",
        "12345 - Epic Analyst",
    ];
    for text in [TEXT, "Build orders."] {
        let found = clusters(&titles.map(|title| [title, "Acme", "New York, NY", text]));
        assert_eq!(found[0], "1 first");
        assert!(found[1..].iter().all(|kind| kind == "1 near"), "{found:?}");
    }
}

#[test]
fn another_level_is_another_ad() {
    let titles = [
        "Epic Analyst",
        "Epic Analyst II",
        "Epic Analyst 2",
        "Epic Analyst 3",
        "Epic Analyst, Band 6",
        "Epic Analyst 2026",
    ];
    let found = clusters(&titles.map(|title| [title, "Acme", "New York, NY", TEXT]));
    assert_eq!(found, ["1 first", "2 first", "3 first", "4 first", "5 first", "6 first"]);
}

#[test]
fn agencies_case_postal_codes_and_spellings_of_states_make_no_other_ad() {
    let shouted = TEXT.to_uppercase();
    let found = clusters(&[
        ["Epic Analyst", "Recruit One Inc", "New York, NY", TEXT],
        ["Epic Analyst", "I8 Staffing", "New York, NY", TEXT],
        ["Epic Analyst", "Recruit One Inc", "Newark, NJ", TEXT],
        ["EPIC ANALYST", "RECRUIT ONE", "New York, NY 10001", &shouted],
        ["Epic Analyst", "Recruit One Inc", "New York, New York", TEXT],
        ["Epic Analyst", "Recruit One Inc", "New York, NY, USA", TEXT],
        ["Epic Analyst", "Recruit One Inc", "Remote - US", TEXT],
    ]);
    assert_eq!(
        found,
        [
            "1 first",
            "1 exact",
            "1 exact_other_place",
            "1 exact",
            "1 exact",
            "1 exact",
            "1 exact_other_place"
        ]
    );
}

#[test]
fn short_texts_that_differ_in_a_sign_are_other_ads() {
    let texts = [
        "class 0.",
        "class 1.",
        "class two.",
        "class A.",
        "class B.",
        "class C++.",
        "class C#.",
        "class for $5",
        "class for £5",
    ];
    let found = clusters(&texts.map(|text| ["EHR Trainer", "Acme", "Tulsa, OK", text]));
    assert!(found.iter().zip(1..).all(|(kind, row)| *kind == format!("{row} first")), "{found:?}");
    let found = clusters(
        &["Beta 1", "Beta 2", "Beta 30", "BETA 2, Inc."]
            .map(|name| ["EHR Trainer", name, "", "Teach daily."]),
    );
    assert_eq!(found, ["1 first", "2 first", "3 first", "2 exact"]);
}

#[test]
fn long_texts_that_differ_only_in_numbers_are_near_and_never_exact() {
    let texts = [
        "on ward 1",
        "on ward 2",
        "on ward 14",
        "on ward 1",
        "on ward 1,200",
        "under R12345",
        "under R67890",
    ];
    let texts = texts.map(|end| format!("{TEXT} Work {end}"));
    let rows: Vec<_> =
        texts.iter().map(|text| ["EHR Trainer", "Acme", "Boise, ID", text]).collect();
    let found = clusters(&rows);
    assert_eq!(found[..5], ["1 first", "1 near", "1 near", "1 exact", "1 near"]);
    assert!(found[6].ends_with(" near"), "{found:?}");
    let rows: Vec<_> = texts
        .iter()
        .zip(["Acme", "Bolt"])
        .map(|(text, name)| ["EHR Trainer", name, "", text])
        .collect();
    assert_eq!(clusters(&rows), ["1 first", "2 first"]);
}

/// Employers with their postings, as `demand` shows them.
fn employers(names: &[&str], threads: &str) -> Vec<String> {
    let folder = Folder::new();
    let input = folder.path("in.jsonl");
    let rows = names
        .iter()
        .map(|name| serde_json::json!({ "title": "EHR Trainer", "company": name }).to_string());
    fs::write(&input, rows.collect::<Vec<_>>().join("\n")).unwrap();
    let run = Command::new(BINARY)
        .args([
            "demand",
            "-q",
            "--all",
            "--by",
            "employer",
            "--format",
            "json",
            "--no-correction",
            "--threads",
            threads,
        ])
        .arg(&input)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let found: Value = serde_json::from_slice(&run.stdout).unwrap();
    let rows = found["rows"].as_array().unwrap().iter();
    rows.map(|row| format!("{} {}", row["postings"], row["employer"].as_str().unwrap())).collect()
}

#[test]
fn an_employer_is_counted_once_for_all_its_spellings() {
    let names = [
        "Mayo Clinic",
        "MAYO CLINIC",
        "The Mayo Clinic",
        "Mayo Clinic, Inc.",
        "Mayo Clinic ",
        "Mayo Clinic\n4.1",
        "Acme Health, L.L.C.",
        "Acme Health LLC",
        "Acme Health4.1",
        "Acme Health 1",
        "Acme Health 2",
        "St. Luke's",
        "St Lukes",
        "St. Luke’s",
        "Saint Luke's",
        "Johnson & Johnson",
        "Johnson and Johnson",
        "Johnson &amp; Johnson",
        "Confidential",
        "N/A",
        "",
    ];
    assert_eq!(
        employers(&names, "1"),
        [
            "6 Mayo Clinic",
            "3 (not stated)",
            "3 Acme Health, L.L.C.",
            "3 Johnson & Johnson",
            "3 St. Luke's",
            "1 Acme Health 1",
            "1 Acme Health 2",
            "1 Saint Luke's",
        ]
    );
}

#[test]
fn the_name_shown_is_the_commonest_whatever_the_order_and_the_threads() {
    let mut names = vec![
        "ACME HEALTH",
        "Acme Health, Inc.",
        "acme health",
        "Acme Health",
        "Acme Health 4.1",
        "Bolt",
        "BOLT",
        "bolt",
        "Bolt",
        "Hopital",
        "Hôpital",
    ];
    let expected = ["5 Acme Health", "4 Bolt", "2 Hôpital"];
    for threads in ["1", "2", "3"] {
        assert_eq!(employers(&names, threads), expected);
        names.rotate_left(4);
        names.reverse();
    }
}
