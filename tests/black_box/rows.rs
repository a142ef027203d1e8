//! What is a row and what is none, over the real binary: stray quotes, comments, repeated headers, encodings.

use std::fs;
use std::process::{Command, Stdio};

use crate::harness::{BINARY, Folder};

/// Tags a file as JSON lines, and returns the exit code, the titles and what was told.
fn tagged(name: &str, bytes: &[u8]) -> (i32, Vec<String>, String) {
    let folder = Folder::new();
    let path = folder.path(name);
    fs::write(&path, bytes).unwrap();
    let mut command = Command::new(BINARY);
    command.args(["tag", "--format", "jsonl"]).arg(path).env("NO_COLOR", "1").stdin(Stdio::null());
    let out = command.output().unwrap();
    let rows = String::from_utf8(out.stdout).unwrap();
    let title = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["title"].as_str().unwrap().to_owned()
    };
    let stderr = String::from_utf8(out.stderr).unwrap();
    (out.status.code().unwrap(), rows.lines().map(title).collect(), stderr)
}

/// A table of two columns in which one cell begins with a quote that is not closed before a later row.
#[test]
fn a_quote_at_the_start_of_a_cell_takes_no_rows_with_it() {
    for delimiter in ["\t", "|", ";", ","] {
        for end in ["\n", "\r\n"] {
            for (first, last) in [(1, 9), (2, 6), (0, 4)] {
                let mut text = format!("title{delimiter}description{end}");
                for n in 0..12 {
                    let cell = match n {
                        n if n == first => "\"File things".to_owned(),
                        n if n == last => "\"Bill\" patients".to_owned(),
                        n => format!("Care {n}"),
                    };
                    text += &format!("Nurse {n}{delimiter}{cell}{end}");
                }
                let (code, titles, told) = tagged("a.tsv", text.as_bytes());
                assert_eq!(code, 0, "{told}");
                let expected: Vec<_> = (0..12).map(|n| format!("Nurse {n}")).collect();
                assert_eq!(titles, expected, "{text:?}");
                assert!(told.contains("had a quote that is never closed"), "{told}");
            }
        }
    }
    // A text may well have line breaks, and quotes that are not doubled.
    let text = "title,description,city\nNurse,\"Cares for <b class=\"x\">people</b>\nday and night\",Bonn\n\
                Clerk,Files,Graz\nCook,Cooks,Ulm\n";
    assert_eq!(tagged("a.csv", text.as_bytes()).1, ["Nurse", "Clerk", "Cook"]);
    let text = "title\tdescription\nNurse\t\"Cares\nday and night\"\nClerk\tFiles\n";
    assert_eq!(tagged("a.tsv", text.as_bytes()).1, ["Nurse", "Clerk"]);
}

#[test]
fn comments_amid_rows_are_no_postings() {
    for comment in ["# internal note", "// to be continued", "#", "# made, by us"] {
        let text =
            format!("title,description,city\nEHR Trainer,Teach,Bonn\n{comment}\nNurse,Care,Graz\n");
        let (code, titles, told) = tagged("a.csv", text.as_bytes());
        assert_eq!((code, titles.len()), (1, 2), "{told}");
        assert!(told.contains("3 rows read = 2 written + 1 set aside"), "{told}");
    }
    // What begins so and is a whole row is one.
    let text = "title,description\n#1 Nurse,Care\nC# Developer,Code\n";
    assert_eq!(tagged("a.csv", text.as_bytes()).1, ["#1 Nurse", "C# Developer"]);
    let text = "title\n#1 Nurse\nClerk\n";
    assert_eq!(tagged("a.csv", text.as_bytes()).1, ["#1 Nurse", "Clerk"]);
}

#[test]
fn a_header_in_the_middle_is_no_posting() {
    for again in [
        "title,description",
        "Title, Description",
        "\u{feff}title,description",
        "\"title\",\"description\"",
    ] {
        let text = format!("title,description\nEHR Trainer,Teach\n{again}\r\nNurse,Care\n");
        let (code, titles, told) = tagged("a.csv", text.as_bytes());
        assert_eq!(
            (code, titles),
            (1, vec!["EHR Trainer".to_owned(), "Nurse".to_owned()]),
            "{told}"
        );
    }
    let text = "title,description\nTitle Clerk,Files titles\ntitle,The title is part of it\n";
    assert_eq!(tagged("a.csv", text.as_bytes()).1.len(), 2);
}

/// Two files of different encodings put together, the odd one behind what is looked at to find the encoding.
#[test]
fn files_of_two_encodings_are_read_each_in_its_own() {
    let rows = |encode: &dyn Fn(&str) -> Vec<u8>, count: usize| -> Vec<u8> {
        (0..count)
            .flat_map(|_| encode("Infirmière à l’hôpital Général,Care for people\n"))
            .collect()
    };
    let utf8 = |text: &str| text.as_bytes().to_vec();
    let old = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let header = b"title,description\n".to_vec();
    for (first, second) in
        [(&utf8 as &dyn Fn(&str) -> Vec<u8>, &old as &dyn Fn(&str) -> Vec<u8>), (&old, &utf8)]
    {
        let text = [header.clone(), rows(first, 8_000), rows(second, 50)].concat();
        let (code, titles, told) = tagged("a.csv", &text);
        assert_eq!((code, titles.len()), (0, 8_050), "{told}");
        assert!(titles.iter().all(|title| title == "Infirmière à l’hôpital Général"));
        assert!(
            told.contains("50 rows are in another encoding than the rest of their file"),
            "{told}"
        );
    }
}

#[test]
fn a_closed_cell_that_is_too_long_is_one_row_set_aside() {
    let prose = "Teach nurses in class, daily.\nNights!\n".repeat(500_000);
    let text = format!("title,description\nEHR Trainer,\"{prose}\"\nNurse,Care\n");
    let (code, titles, told) = tagged("a.csv", text.as_bytes());
    assert_eq!((code, titles), (1, vec!["Nurse".to_owned()]), "{told}");
    assert!(told.contains("2 rows read = 1 written + 1 set aside"), "{told}");
}
