//! Rows read are rows written and rows set aside, whatever the input: of `tag` and of `demand`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::harness::{BINARY, Folder, shared};

/// What a run says of its rows: read, done, set aside.
type Account = (u64, u64, u64);

fn run(arguments: &[&str], paths: &[&Path]) -> Output {
    Command::new(BINARY)
        .args(arguments)
        .args(paths)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Finds the account in what is told to a person, and checks that it adds up, that nothing panicked and
/// that the exit code says whether rows were set aside. A file that is refused has none.
fn account(output: &Output, of: &Path) -> Option<Account> {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!told.contains("panicked"), "{}: {told}", of.display());
    let code = output.status.code();
    let Some(line) =
        told.lines().find(|line| line.contains(" rows read = ") || line.contains(" row read = "))
    else {
        assert_eq!(code, Some(2), "{}: {told}", of.display());
        assert!(told.contains("rolecall: "), "{}: {told}", of.display());
        return None;
    };
    let digits = |word: &str| word.replace(',', "").parse().ok();
    let numbers: Vec<u64> = line.split_whitespace().filter_map(digits).take(3).collect();
    let [read, done, aside] = numbers[..] else { panic!("{}: {line}", of.display()) };
    assert_eq!(read, done + aside, "{}: {line}", of.display());
    assert_eq!(code, Some(i32::from(aside > 0)), "{}: {told}", of.display());
    Some((read, done, aside))
}

/// Runs `tag` and `demand` over a file, and checks what both say, and what lies there afterwards.
fn accounts(folder: &Folder, input: &Path) -> (Option<Account>, Option<Account>) {
    let output = folder.path("out.jsonl");
    let rejects = folder.path("out.jsonl.rejects.csv");
    for old in [&output, &rejects] {
        let _ = fs::remove_file(old);
    }
    let tagged = account(&run(&["tag", "--dedup", "-o"], &[&output, input]), input);
    if let Some((_, written, aside)) = tagged {
        let lines = fs::read_to_string(&output).unwrap();
        for line in lines.lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(row["onc_role"].is_string(), "{}: {line}", input.display());
        }
        assert_eq!(lines.lines().count() as u64, written, "{}", input.display());
        let reasons = fs::read(&rejects)
            .map_or(0, |bytes| csv::Reader::from_reader(&bytes[..]).records().count());
        assert_eq!(reasons as u64, aside, "{}", input.display());
    }
    let counted = run(&["demand", "--format", "json", "--no-correction", "--all"], &[input]);
    let counted = account(&counted, input);
    if tagged.is_some() && counted.is_some() {
        assert_eq!(tagged, counted, "{}: tag and demand read other rows", input.display());
    }
    (tagged, counted)
}

#[test]
fn rows_read_are_rows_written_and_rows_set_aside() {
    let folder = Folder::new();
    let row = |n: usize| format!("EHR Trainer {n},Acme,\"Teach nurses, and doctors\"\n");
    let table = |rows: &str| format!("title,company,description\n{rows}");
    let many: String = (0..500).map(row).collect();
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(table(&many).encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let cases: [(&str, Vec<u8>, u64, u64); 14] = [
        ("plain.csv", table(&many).into(), 500, 0),
        ("windows.csv", table(&many).replace('\n', "\r\n").into(), 500, 0),
        ("no-end.csv", table(&many).trim_end().into(), 500, 0),
        ("bom.csv", format!("\u{feff}{}", table(&many)).into(), 500, 0),
        ("utf16.csv", utf16, 500, 0),
        ("tabs.tsv", "title\tdescription\nA\tx\nB\ty \"z\"\nC\t\n".into(), 3, 0),
        ("lines.csv", table("Nurse,Acme,\"one\ntwo\r\nthree\"\nClerk,Bolt,\"a \"\"b\"\" c\"\n").into(), 2, 0),
        ("ragged.csv", table("Nurse,Acme\nNurse,Acme,x,y,z\nNurse\n").into(), 3, 0),
        ("header-only.csv", table("").into(), 0, 0),
        ("nul.csv", table("Nu\0rse,Acme,x\nClerk,Bolt,y\n").into(), 2, 0),
        ("lines.jsonl", "{\"title\": \"Nurse\", \"description\": \"x\"}\n{\"title\": \"Clerk\", \"description\": \"y\"}\n".into(), 2, 0),
        ("damaged.jsonl", "{\"title\": \"Nurse\", \"description\": \"x\"}\n{\"title\": \"Cl\n{\"title\": \"Clerk\", \"description\": \"y\"}\n[1, 2]\n".into(), 4, 2),
        ("list.json", "[{\"title\": \"Nurse\", \"description\": \"x\"}, {\"title\": null, \"description\": [1, {\"a\": 2}]}]".into(), 2, 0),
        ("odd.csv", table("\u{202e}abc,\u{200b},\u{fffd}\n=1+1,-2,@x\n日本語,\"\",\"\"\n").into(), 3, 0),
    ];
    for (name, bytes, rows, aside) in cases {
        let input = folder.path(name);
        fs::write(&input, bytes).unwrap();
        let (tagged, counted) = accounts(&folder, &input);
        assert_eq!(tagged, Some((rows, rows - aside, aside)), "{name}");
        assert_eq!(counted, tagged, "{name}");
    }
}

#[test]
fn what_cannot_be_read_at_all_is_refused_in_one_line() {
    let folder = Folder::new();
    for (name, bytes) in [
        ("empty.csv", &b""[..]),
        ("noise.parquet", b"PAR1 and no more"),
        ("noise.csv.gz", b"\x1f\x8bno"),
    ] {
        let input = folder.path(name);
        fs::write(&input, bytes).unwrap();
        assert_eq!(accounts(&folder, &input), (None, None), "{name}");
    }
}

#[test]
#[cfg_attr(not(shared), ignore = "real postings do not lie beside the repository")]
fn every_file_of_the_robustness_sets_adds_up() {
    for set in ["csv-cases", "boards"] {
        let set = shared(set);
        let folder = Folder::new();
        let (mut folders, mut files) = (vec![set], 0);
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                let is_table =
                    |ending| matches!(ending, "csv" | "gz" | "json" | "tsv" | "jsonl" | "parquet");
                match path.extension().and_then(|ending| ending.to_str()) {
                    _ if path.is_dir() => folders.push(path),
                    Some(ending)
                        if is_table(ending) && fs::metadata(&path).unwrap().len() < 1 << 20 =>
                    {
                        accounts(&folder, &path);
                        files += 1;
                    }
                    _ => {}
                }
            }
        }
        assert!(files > 3, "{files}");
    }
}
