//! Names of files and folders, over the real binary: odd ones, links, outputs without an ending, what is no table.

#![cfg(unix)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use crate::harness::{BINARY, Folder, ROOT};

const ROWS: &str = "title,description\nEHR Trainer,Teach Epic to nurses in class\n";

fn run(folder: &Folder, arguments: &[&OsStr]) -> (i32, String, String) {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(folder.path("")).env("NO_COLOR", "1").stdin(Stdio::null());
    let out = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap_or(-1), text(out.stdout), text(out.stderr))
}

fn told(folder: &Folder, arguments: &[&str]) -> (i32, String, String) {
    let arguments: Vec<_> = arguments.iter().map(OsStr::new).collect();
    run(folder, &arguments)
}

fn names(folder: &Folder, below: &str) -> Vec<OsString> {
    let entries = fs::read_dir(folder.path(below)).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn names_that_are_not_utf8_are_read_written_and_gone_on_with() {
    let folder = Folder::new();
    fs::create_dir(folder.path("d")).unwrap();
    let odd = OsStr::from_bytes(b"d/caf\xe9.csv");
    fs::write(folder.path("d/a.csv"), ROWS).unwrap();
    fs::write(folder.path("").join(odd), ROWS).unwrap();
    let out = OsStr::from_bytes(b"\xff.csv");
    let base = [OsStr::new("tag"), odd, OsStr::new("-o"), out];
    let (code, _, stderr) = run(&folder, &base);
    assert_eq!(code, 0, "{stderr}");
    let tagged = fs::read(folder.path("").join(out)).unwrap();
    let (code, _, stderr) = run(&folder, &[&base[..], &["--resume".as_ref()]].concat());
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("it was complete already"), "{stderr}");
    assert!(fs::read(folder.path("").join(out)).unwrap() == tagged);
    for whole in ["d", "d/*.csv"] {
        assert_eq!(told(&folder, &["tag", "-q", whole, "-o", "f/", "--force"]).0, 0);
        let expected: Vec<OsString> =
            [&b"a.csv"[..], b"a.csv.manifest.json", b"caf\xe9.csv", b"caf\xe9.csv.manifest.json"]
                .map(|name| OsStr::from_bytes(name).to_owned())
                .to_vec();
        assert_eq!(names(&folder, "f"), expected);
    }
    for more in [&[][..], &["--json"]] {
        let more = more.iter().map(OsStr::new);
        let arguments: Vec<_> = [OsStr::new("sniff"), odd].into_iter().chain(more).collect();
        let (code, stdout, stderr) = run(&folder, &arguments);
        assert_eq!(code, 0, "{stderr}");
        assert!(stdout.contains("caf\u{fffd}.csv"), "{stdout}");
    }
    assert_eq!(run(&folder, &["demand".as_ref(), "-q".as_ref(), odd]).0, 0);
    assert_eq!(run(&folder, &["tag".as_ref(), "--json-logs".as_ref(), odd]).0, 0);
}

#[test]
fn links_to_nothing_and_into_themselves_stop_no_folder() {
    let folder = Folder::new();
    for name in ["d", "e", "e/deep"] {
        fs::create_dir(folder.path(name)).unwrap();
        fs::write(folder.path(name).join("a.csv"), ROWS).unwrap();
    }
    symlink("nowhere", folder.path("d/old")).unwrap();
    symlink("../../e", folder.path("e/deep/loop")).unwrap();
    assert_eq!(told(&folder, &["tag", "-q", "d", "-o", "od/"]).0, 0);
    assert_eq!(names(&folder, "od"), ["a.csv", "a.csv.manifest.json"]);
    assert_eq!(told(&folder, &["tag", "-q", "e", "-o", "oe/"]).0, 0);
    assert_eq!(names(&folder, "oe"), ["a.csv", "a.csv.manifest.json", "deep"]);
    // A link that is called like a table fails, and alone.
    symlink("nowhere", folder.path("d/lost.csv")).unwrap();
    let (code, _, stderr) = told(&folder, &["tag", "d", "-o", "of/"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("d/lost.csv: cannot read: No such file"), "{stderr}");
    assert!(stderr.contains("1 of 2 files failed"), "{stderr}");
    assert_eq!(names(&folder, "of"), ["a.csv", "a.csv.manifest.json"]);
    // Nor does demand stop.
    assert_eq!(told(&folder, &["demand", "-q", "e"]).0, 0);
}

#[test]
fn a_file_that_is_reached_twice_is_read_once_and_a_copy_is_told() {
    let folder = Folder::new();
    fs::create_dir(folder.path("d")).unwrap();
    fs::write(folder.path("d/a.csv"), ROWS).unwrap();
    symlink("a.csv", folder.path("d/link.csv")).unwrap();
    for inputs in [&["d"][..], &["d/a.csv", "d"], &["d/a.csv", "./d/../d/a.csv"]] {
        let (code, stdout, stderr) = told(&folder, &[&["demand"], inputs].concat());
        assert_eq!(code, 0, "{stderr}");
        assert!(stdout.contains("trainer,1,"), "{stdout}");
        assert!(stderr.contains("the same file as d/a.csv; it is read once"), "{stderr}");
    }
    fs::copy(folder.path("d/a.csv"), folder.path("copy.csv")).unwrap();
    for command in ["tag", "demand"] {
        let (code, _, stderr) = told(&folder, &[command, "d/a.csv", "copy.csv"]);
        assert_eq!(code, 0, "{stderr}");
        assert!(
            stderr.contains("copy.csv: the same bytes as d/a.csv; its rows are read twice"),
            "{stderr}"
        );
    }
}

#[test]
fn an_output_without_an_ending_is_a_folder_for_many_inputs() {
    let folder = Folder::new();
    fs::create_dir(folder.path("d")).unwrap();
    fs::write(folder.path("d/a.csv"), ROWS).unwrap();
    fs::write(folder.path("d/b.jsonl.gz"), "{\"title\":\"EHR Trainer\"}\n").unwrap();
    for (inputs, out) in
        [(&["d"][..], "out"), (&["d/*"], "pattern"), (&["d/a.csv", "d/b.jsonl.gz"], "two")]
    {
        let (code, _, stderr) = told(&folder, &[&["tag", "-q"], inputs, &["-o", out]].concat());
        assert_eq!(code, 0, "{stderr}");
        let expected = ["a.csv", "a.csv.manifest.json", "b.jsonl", "b.jsonl.manifest.json"];
        assert_eq!(names(&folder, out), expected);
    }
    // One file is one file.
    assert_eq!(told(&folder, &["tag", "-q", "d/a.csv", "-o", "plain"]).0, 0);
    assert!(folder.path("plain").is_file());
}

#[test]
fn what_is_no_table_is_called_by_its_name() {
    let folder = Folder::new();
    for (name, bytes, expected) in [
        ("a.csv", &b"<!DOCTYPE html><html><title>403 Forbidden</title>"[..], "this is a web page"),
        ("b.csv", b"\xEF\xBB\xBF\n<html lang=en>", "this is a web page"),
        ("c.xml", b"<?xml version=\"1.0\"?><jobs/>", "this is XML"),
        ("d.csv", b"<Error><Code>AccessDenied</Code></Error>", "this is XML"),
        ("e.parquet", b"PARE\x15\x00\x15\x00PARE", "is encrypted"),
        ("f.pdf", b"%PDF-1.7\n%\xE2\xE3", "this is a PDF"),
    ] {
        fs::write(folder.path(name), bytes).unwrap();
        for command in ["tag", "demand", "sniff"] {
            let (code, _, stderr) = told(&folder, &[command, name]);
            assert_eq!(code, 2, "{name} {stderr}");
            assert!(stderr.contains(expected), "{stderr}");
        }
    }
    for address in ["https://example.org/jobs.csv", "s3://bucket/jobs.parquet"] {
        let (code, _, stderr) = told(&folder, &["tag", address]);
        assert_eq!(code, 2);
        assert!(
            stderr.contains("this is an address, expected a file; download it first"),
            "{stderr}"
        );
    }
}

#[test]
fn names_and_cells_do_nothing_to_a_terminal() {
    let folder = Folder::new();
    let hostile = "x\u{1b}[2Jy\nz\u{202e}.csv";
    fs::write(folder.path(hostile), ROWS).unwrap();
    for command in ["sniff", "tag", "demand"] {
        let (code, stdout, stderr) = told(&folder, &[command, hostile]);
        assert_eq!(code, 0, "{stderr}");
        for text in [stdout, stderr] {
            assert!(!text.contains(['\u{1b}', '\u{202e}']) && !text.contains("y\nz"), "{text:?}");
        }
    }
    fs::write(
        folder.path("b.csv"),
        "title,description,company\nEHR Trainer,Teach Epic to nurses,\u{202e}moc.live\n",
    )
    .unwrap();
    let (code, stdout, stderr) =
        told(&folder, &["demand", "b.csv", "--by", "employer", "--format", "table"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("moc.live") && !stdout.contains('\u{202e}'), "{stdout}");
}

#[test]
fn a_damaged_parquet_file_is_told_in_one_line() {
    let folder = Folder::new();
    let sample = format!("{}/samples/postings.csv", ROOT);
    assert_eq!(told(&folder, &["tag", "-q", &sample, "-o", "a.parquet"]).0, 0);
    let bytes = fs::read(folder.path("a.parquet")).unwrap();
    let mut told_in_one = 0;
    for at in (0..bytes.len() - 12).step_by(bytes.len() / 150) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xFF;
        fs::write(folder.path("b.parquet"), damaged).unwrap();
        let mut command = Command::new(BINARY);
        let arguments = ["tag", "-q", "b.parquet", "--prefix", "x"];
        let out = command.args(arguments).current_dir(folder.path("")).env("RUST_BACKTRACE", "1");
        let out = out.output().unwrap();
        let stderr = String::from_utf8(out.stderr).unwrap();
        match out.status.code() {
            Some(0 | 1) => {}
            Some(2) => {
                told_in_one += 1;
                assert_eq!(stderr.lines().count(), 1, "{stderr}");
            }
            other => panic!("{other:?} {stderr}"),
        }
    }
    assert!(told_in_one > 0);
}
