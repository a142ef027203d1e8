//! Forms, encodings and compressions over the real binary: the same postings, whatever they come
//! in and go out as.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::harness::{BINARY, Folder, argument, shared};

const CSV: &str = "id,title,text\n\
    1,EHR Trainer,\"Teach nurses in class, write tip sheets.\"\n\
    2,Café owner,\"Run the café – “daily” \"\"specials\"\"\"\n\
    3,HIM Director,\n";

fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).env("NO_COLOR", "1").output().unwrap()
}

/// Tags a file into another one and returns what was said.
fn tag(input: &Path, output: &Path, arguments: &[&str]) -> String {
    let run = run(&[&["tag", argument(input), "-o", argument(output)], arguments].concat());
    let stderr = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(0), "{stderr}");
    stderr
}

/// Reads the objects of JSON lines.
fn objects(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_encoding_and_compression_gives_the_same_rows() {
    let folder = Folder::new();
    let plain = folder.write("plain.csv", CSV);
    tag(&plain, &folder.path("expected.csv"), &[]);
    let expected = fs::read(folder.path("expected.csv")).unwrap();

    let utf16 = |bytes: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let mark = mark.then_some(0xFEFF);
        mark.into_iter().chain(CSV.encode_utf16()).flat_map(bytes).collect()
    };
    let windows: Vec<u8> = CSV
        .chars()
        .map(|c| match c {
            '–' => 0x96,
            '“' => 0x93,
            '”' => 0x94,
            c => u8::try_from(u32::from(c)).unwrap(),
        })
        .collect();
    for (name, bytes, said) in [
        ("le.csv", utf16(u16::to_le_bytes, true), "UTF-16LE"),
        ("be.csv", utf16(u16::to_be_bytes, true), "UTF-16BE"),
        ("unmarked.csv", utf16(u16::to_le_bytes, false), "UTF-16LE"),
        ("windows.csv", windows, "windows-1252"),
    ] {
        let input = folder.write(name, bytes);
        let output = folder.path(&format!("{name}.out.csv"));
        let stderr = tag(&input, &output, &[]);
        assert!(stderr.contains(said), "{stderr}");
        assert!(fs::read(&output).unwrap() == expected, "{name}");
    }
    for compression in ["gzip", "zstd"] {
        let name = format!("packed.{compression}");
        tag(&plain, &folder.path(&name), &["--compress", compression, "--format", "csv"]);
        let stderr =
            tag(&folder.path(&name), &folder.path(&format!("{name}.csv")), &["--prefix", "again"]);
        assert!(stderr.contains(compression), "{stderr}");
        let again = fs::read_to_string(folder.path(&format!("{name}.csv"))).unwrap();
        assert!(
            again
                .lines()
                .zip(String::from_utf8_lossy(&expected).lines())
                .all(|(a, b)| a.starts_with(b))
        );
    }
}

#[test]
fn malformed_sequences_are_replaced_and_counted() {
    let folder = Folder::new();
    let half_a_pair = "title,text\nEHR \u{1}Trainer,Teach nurses\n"
        .encode_utf16()
        .map(|unit| if unit == 1 { 0xD800 } else { unit })
        .flat_map(u16::to_le_bytes);
    let input = folder.write("half.csv", half_a_pair.collect::<Vec<u8>>());
    let output = folder.path("half.jsonl");
    let said = tag(&input, &output, &[]);
    assert!(said.contains("1 sequences are malformed in their encoding"), "{said}");
    assert_eq!(objects(&output)[0]["title"], "EHR \u{fffd}Trainer");
    let manifest = fs::read(folder.path("half.jsonl.manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["inputs"][0]["rows"]["malformed_sequences"], 1);
}

#[test]
fn the_tags_are_the_same_in_every_form() {
    let folder = Folder::new();
    let csv = folder.write("in.csv", CSV);
    tag(&csv, &folder.path("a.jsonl"), &[]);
    let expected = objects(&folder.path("a.jsonl"));
    assert_eq!(expected.len(), 3);
    assert_eq!(expected[0]["text"], "Teach nurses in class, write tip sheets.");
    assert_eq!(expected[0]["onc_role"], "trainer");
    assert_eq!(expected[2]["onc_basis"], "title");
    assert!(expected[0]["onc_confidence"].is_f64());

    // CSV -> Parquet -> JSON lines
    tag(&csv, &folder.path("a.parquet"), &[]);
    tag(&folder.path("a.parquet"), &folder.path("b.jsonl"), &["--prefix", "again"]);
    for (mut row, expected) in objects(&folder.path("b.jsonl")).into_iter().zip(&expected) {
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(row[name], *value, "{name}");
        }
        assert_eq!(row["again_role"].take(), expected["onc_role"]);
    }
    // CSV -> TSV, JSON lines -> CSV
    tag(&csv, &folder.path("a.tsv"), &[]);
    let tsv = fs::read_to_string(folder.path("a.tsv")).unwrap();
    assert!(tsv.starts_with("id\ttitle\ttext\tonc_role\t"), "{tsv}");
    assert!(tsv.contains("\n1\tEHR Trainer\tTeach nurses in class, write tip sheets.\ttrainer\t"));
    tag(&folder.path("a.jsonl"), &folder.path("c.csv"), &["--prefix", "again"]);
    let back = fs::read_to_string(folder.path("c.csv")).unwrap();
    assert!(
        back.contains("2,Café owner,\"Run the café – “daily” \"\"specials\"\"\",none,"),
        "{back}"
    );
}

#[test]
fn json_stays_as_it_is_spelled() {
    let folder = Folder::new();
    let postings = r#"{"meta": 1, "jobs": [
        {"title": "EHR Trainer", "description": "Teach <b>nurses</b>", "n": 1.0, "big": 12345678901234567890,
         "hiringOrganization": {"name": "Acme", "x": [1, 2.50]}, "u": "caf\u00e9"},
        {"title": "Nurse", "description": "Care \"daily\" [x] {y}", "late": true}
    ]}"#;
    let input = folder.write("in.json", postings);
    let stderr = tag(&input, &folder.path("out.jsonl"), &[]);
    assert!(
        stderr.contains("JSON array at `jobs`, 8 columns, title `title`, text `description`"),
        "{stderr}"
    );
    let out = fs::read_to_string(folder.path("out.jsonl")).unwrap();
    for kept in [r#""n": 1.0, "big": 12345678901234567890,"#, r#"[1, 2.50]"#, r#"caf\u00e9"#] {
        assert!(out.contains(kept), "{out}");
    }
    assert_eq!(out.lines().count(), 2);
    tag(&input, &folder.path("out.csv"), &["--dedup"]);
    let out = fs::read_to_string(folder.path("out.csv")).unwrap();
    assert!(out.starts_with(
        "title,description,n,big,hiringOrganization.name,hiringOrganization.x,u,late,onc_role,"
    ));
    assert!(out.contains(",1.0,12345678901234567890,Acme,\"[1, 2.50]\",café,,"), "{out}");
}

#[test]
fn formulas_are_disarmed_on_request_only() {
    let folder = Folder::new();
    let input = folder.write("in.csv", "title,text,n\n=cmd|'/C calc'!A0,\"@x, y\",-5\n+1,ok,\n");
    let columns = ["--title-column", "1", "--text-column", "2"];
    tag(&input, &folder.path("plain.csv"), &columns);
    let plain = fs::read_to_string(folder.path("plain.csv")).unwrap();
    assert!(plain.contains("\n=cmd|'/C calc'!A0,\"@x, y\",-5,none,"), "{plain}");
    tag(&input, &folder.path("safe.csv"), &[&columns[..], &["--excel-safe"]].concat());
    let safe = fs::read_to_string(folder.path("safe.csv")).unwrap();
    assert!(safe.contains("\n'=cmd|'/C calc'!A0,\"'@x, y\",-5,none,"), "{safe}");
    assert!(safe.contains("\n+1,ok,,none,"), "{safe}");
}

#[test]
fn repeated_ads_are_found() {
    let folder = Folder::new();
    let body = "Teach nurses and physicians to chart in the new record, write tip sheets and lesson plans, \
        stand at the elbow during go-live, and assess what they have learned in class and on the ward.";
    let rows = format!(
        "title,company,location,description\n\
        EHR Trainer,Acme,Boston,{0}\nNurse,Acme,Boston,Care for patients on the ward.\n\
        EHR Trainer,\"Acme, Inc.\",Boston,{0}\nehr trainer,ACME,Salem,{0}\n",
        body.replace(',', ";")
    );
    let input = folder.write("in.csv", rows);
    for (form, threads) in [("csv", "1"), ("jsonl", "3"), ("parquet", "2")] {
        let output = folder.path(&format!("out.{form}"));
        tag(&input, &output, &["--dedup", "--threads", threads]);
        if form == "parquet" {
            tag(&output, &folder.path("again.jsonl"), &["--prefix", "x"]);
        }
        let path = match form {
            "csv" => {
                let out = fs::read_to_string(&output).unwrap();
                let ends: Vec<_> = out
                    .lines()
                    .skip(1)
                    .map(|line| line.rsplit(',').take(3).collect::<Vec<_>>().join(" "))
                    .collect();
                assert_eq!(ends, ["first 1 ", "first 2 ", "exact 1 1", "exact_other_place 1 1"]);
                continue;
            }
            "parquet" => folder.path("again.jsonl"),
            _ => output,
        };
        let rows = objects(&path);
        let of: Vec<_> = rows.iter().map(|row| row["onc_duplicate_of"].as_u64()).collect();
        assert_eq!(of, [None, None, Some(1), Some(1)], "{form}");
        assert_eq!(rows[3]["onc_duplicate_kind"], "exact_other_place");
    }
}

#[test]
fn guesses_can_be_overridden() {
    let folder = Folder::new();
    let input =
        folder.write("in.csv", "Report of May\nEHR Trainer|Teach, teach\nNurse|'Care | daily'\n");
    let arguments = [
        "--delimiter",
        "|",
        "--quote",
        "'",
        "--header",
        "false",
        "--preamble",
        "1",
        "--title-column",
        "1",
    ];
    let stderr =
        tag(&input, &folder.path("out.csv"), &[&arguments[..], &["--text-column", "2"]].concat());
    assert!(
        stderr.contains("`|`, quote `\\'`, 1 line before the header, no header, 2 columns"),
        "{stderr}"
    );
    let out = fs::read_to_string(folder.path("out.csv")).unwrap();
    assert!(out.contains("Nurse|'Care | daily'|none|none|"), "{out}");
    assert!(!out.contains("onc_role"), "a file without header stays one");

    let sniffed =
        run(&["sniff", "--json", argument(&folder.write("x.tsv", "title\ttext\na\tb\n"))]);
    let found: Value = serde_json::from_slice(&sniffed.stdout).unwrap();
    assert_eq!(
        (&found["dialect"]["delimiter"], &found["encoding"]),
        (&"\t".into(), &"UTF-8".into())
    );
}

#[test]
fn the_manifest_says_what_was_done() {
    let folder = Folder::new();
    folder.write("a.csv", CSV);
    folder.write("b.csv", "title,text\nx,y\n");
    let run = run(&[
        "tag",
        argument(&folder.path("a.csv")),
        argument(&folder.path("b.csv")),
        "-o",
        argument(&folder.path("out.csv")),
    ]);
    assert_eq!(run.status.code(), Some(2));
    let manifest = fs::read(folder.path("out.csv.manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["rows"]["rows_read"], 3);
    assert_eq!(manifest["tags"]["trainer"], 1);
    assert!(manifest["inputs"][1]["failure"].as_str().unwrap().contains("columns differ"));
    assert_eq!(manifest["inputs"][0]["found"]["title"], "title");
    let bytes = fs::metadata(folder.path("out.csv")).unwrap().len();
    assert_eq!(manifest["output"]["bytes"], bytes);
}

/// What is in the folder of hard cases reads as its authors say.
#[test]
#[cfg_attr(not(shared), ignore = "real postings do not lie beside the repository")]
fn csv_spectrum_reads_as_it_should() {
    let cases = shared("csv-cases/csv-spectrum");
    let mut wrong = Vec::new();
    for entry in fs::read_dir(cases.join("csvs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let expected = fs::read(cases.join("json").join(format!("{name}.json"))).unwrap();
        let expected = String::from_utf8(expected).unwrap();
        // The line breaks of a copy of these files need not be those of their authors any more.
        let expected = match fs::read(&path).unwrap().contains(&b'\r') {
            true => expected,
            false => expected.replace("\\r\\n", "\\n"),
        };
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let folder = Folder::new();
        let output = folder.path("out.jsonl");
        let options = ["--title-column", "1", "--text-column", "-"];
        tag(&path, &output, &options);
        let mut rows = objects(&output);
        for row in &mut rows {
            row.as_object_mut().unwrap().retain(|name, _| !name.starts_with("onc_"));
        }
        if Value::from(rows) != expected {
            wrong.push(name);
        }
    }
    // The authors' JSON of this one contradicts its CSV.
    assert_eq!(wrong, ["location_coordinates"]);
}
