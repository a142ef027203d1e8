//! `rolecall tag` over the real binary: nothing lost, nothing changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{BINARY, ROOT, shared};

struct Run {
    code: i32,
    stderr: String,
    output: Vec<u8>,
    rejects: String,
}

/// Tags a file in a folder of its own.
fn tag(input: &Path, arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.csv");
    let result = Command::new(BINARY)
        .args(["tag", input.to_str().unwrap(), "-o", out.to_str().unwrap()])
        .args(arguments)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "temporary files stay: {left:?}");
    Run {
        code: result.status.code().unwrap(),
        stderr: String::from_utf8(result.stderr).unwrap(),
        output: fs::read(&out).unwrap_or_default(),
        rejects: fs::read_to_string(folder.path().join("out.csv.rejects.csv")).unwrap_or_default(),
    }
}

fn tag_bytes(input: &[u8], arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.csv");
    fs::write(&path, input).unwrap();
    tag(&path, arguments)
}

/// Takes the ten tag columns off again, which have no quotes and no line breaks.
fn untagged(output: &[u8], delimiter: u8) -> Vec<u8> {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(delimiter);
    let mut reader = reader.from_reader(output);
    let mut raw = Vec::new();
    let mut record = csv::ByteRecord::new();
    let mut start = 0;
    while reader.read_byte_record(&mut record).unwrap() {
        let mut end = usize::try_from(reader.position().byte()).unwrap();
        if output.get(end - 1) == Some(&b'\r') && output.get(end) == Some(&b'\n') {
            end += 1; // the csv crate reads `\n` with the next record
        }
        let tags: usize = record.iter().rev().take(10).map(|cell| cell.len() + 1).sum();
        let line = &output[start..end];
        let text = line.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |at| at + 1);
        raw.extend_from_slice(&line[..text - tags]);
        raw.extend_from_slice(&line[text..]);
        start = end;
    }
    raw
}

#[test]
fn the_sample_keeps_every_byte_and_the_threads_do_not_matter() {
    let sample = Path::new(ROOT).join("samples/postings.csv");
    let one = tag(&sample, &["--threads", "1"]);
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert_eq!(untagged(&one.output, b','), fs::read(&sample).unwrap());
    for threads in ["2", "7"] {
        assert_eq!(tag(&sample, &["--threads", threads]).output, one.output);
    }
    let mut reader = csv::Reader::from_reader(one.output.as_slice());
    let header: Vec<_> = reader.headers().unwrap().iter().skip(7).map(str::to_owned).collect();
    let expected = [
        "role",
        "tier",
        "confidence",
        "scope",
        "closest_role",
        "score",
        "second_role",
        "second_score",
        "evidence",
        "basis",
    ];
    assert_eq!(header, expected.map(|name| format!("onc_{name}")));
    for row in reader.records() {
        let row = row.unwrap();
        for probability in [&row[9], &row[10]] {
            assert!((0.0..=1.0).contains(&probability.parse::<f64>().unwrap()), "{row:?}");
        }
        assert!(row[12].parse::<f64>().unwrap() >= row[14].parse::<f64>().unwrap());
    }
}

/// Many chunks, so that threads overtake each other.
#[test]
fn a_large_file_keeps_its_order() {
    let sample = Path::new(ROOT).join("samples/postings.csv");
    let text = fs::read_to_string(sample).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let large = format!("{header}\n{}", rows.repeat(60));
    let one = tag_bytes(large.as_bytes(), &["--threads", "1"]);
    let four = tag_bytes(large.as_bytes(), &["--threads", "4"]);
    assert!(one.stderr.contains("6300 rows read = 6300 written + 0 set aside"), "{}", one.stderr);
    assert_eq!(untagged(&one.output, b','), large.as_bytes());
    assert_eq!(one.output, four.output);
}

#[test]
fn quotes_line_ends_and_encodings_stay_as_they_are() {
    let input = b"\xEF\xBB\xBF\r\n\"title\";text;x\r\nTrainer;\"Teach \"\"EHR\"\"\r\nclasses; daily\";\r\n\r\n\
        Caf\xE9 owner;Se\xF1or of the shop;\"q\"uote\"\r\nlast;row of the file;end";
    let run = tag_bytes(input, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("semicolon, 3 columns, title `title`, text `text`"),
        "{}",
        run.stderr
    );
    let text = String::from_utf8_lossy(&run.output).into_owned();
    for kept in [
        "\u{feff}\r\n\"title\";text;x;onc_role;",
        "\r\nclasses; daily\";;",
        "\r\n\r\nCaf\u{fffd} owner;Se\u{fffd}or of the shop;\"q\"uote\";none;none;",
        "\r\nlast;row of the file;end;none;",
    ] {
        assert!(text.contains(kept), "{kept:?} in {text}");
    }
    assert!(run.output.windows(19).any(|bytes| bytes == b";Se\xF1or of the shop;"));
    assert!(text.ends_with("\r\n"));
}

#[test]
fn ragged_rows_and_stray_quotes_are_kept() {
    let input = "title,text\nTrainer,Teach\na,b,c\nshort\nNurse,\"never closed\nx,y\n";
    let run = tag_bytes(input.as_bytes(), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for note in [
        "5 rows read = 5 written + 0 set aside",
        "1 rows had too few cells and were filled up",
        "1 rows had more cells than the header; all were kept",
        "1 rows had a quote that is never closed; each was read as one line",
        "1 rows have no text and were tagged by their title alone",
    ] {
        assert!(run.stderr.contains(note), "{note}: {}", run.stderr);
    }
    let text = String::from_utf8(run.output).unwrap();
    assert!(text.contains("\nshort,,none,none,"), "{text}");
    // The tags stand where the header says, and what is more than the header behind them.
    let row = text.lines().find(|line| line.starts_with("a,b,")).unwrap();
    assert!(row.starts_with("a,b,none,none,") && row.ends_with(",title+text,c"), "{row}");
    let rows: Vec<csv::StringRecord> = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes())
        .records()
        .map(Result::unwrap)
        .collect();
    assert_eq!((&rows[3][1], rows[3].len()), ("\"never closed", 12));
    assert_eq!((&rows[4][0], rows[4].len()), ("x", 12));
}

#[test]
fn rows_that_cannot_be_read_are_set_aside_and_counted() {
    let input = "{\"title\":\"Trainer\",\"text\":\"Teach\"}\n{\"title\":\n[1,2]\n{\"title\":\"x\",\"text\":\"y\"}\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.jsonl");
    fs::write(&path, input).unwrap();
    let run = tag(&path, &[]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("4 rows read = 2 written + 2 set aside"), "{}", run.stderr);
    let rejects: Vec<Vec<String>> = csv::Reader::from_reader(run.rejects.as_bytes())
        .records()
        .map(|row| row.unwrap().iter().skip(1).map(str::to_owned).collect())
        .collect();
    assert_eq!(rejects.len(), 2);
    assert_eq!((&*rejects[0][0], &*rejects[0][1], &*rejects[0][3]), ("2", "35", "{\"title\":"));
    assert_eq!((&*rejects[1][0], &*rejects[1][1], &*rejects[1][3]), ("3", "45", "[1,2]"));
}

#[test]
fn a_failed_run_leaves_the_old_output() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in.csv"), folder.path().join("out.csv"));
    let tag = |arguments: &[&str]| {
        let run = Command::new(BINARY)
            .args(["tag", input.to_str().unwrap(), "-o", out.to_str().unwrap()])
            .args(arguments)
            .output()
            .unwrap();
        (run.status.code().unwrap(), String::from_utf8(run.stderr).unwrap())
    };
    fs::write(&out, "old").unwrap();
    for bad in [
        &b""[..],
        b"\xff\xfe\0\0i\0\0\0",
        b"\x1f\x8b\x08\0",
        b"PK\x03\x04",
        b"PAR1",
        b"a,b\n1,2\n",
        b"title,text,onc_role\nx,y,z\n",
    ] {
        fs::write(&input, bad).unwrap();
        assert_eq!(tag(&["--force"]).0, 2, "{bad:?}");
        assert_eq!(fs::read(&out).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "{bad:?}");
    }
    fs::write(&input, "title,text\nx,y\n").unwrap();
    let (code, stderr) = tag(&[]);
    assert_eq!(code, 2);
    assert!(stderr.contains("the file is there already"), "{stderr}");
    assert_eq!(fs::read(&out).unwrap(), b"old");
    let same = Command::new(BINARY)
        .args(["tag", input.to_str().unwrap(), "-o", input.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&same.stderr).contains("the output is an input"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let sample = Path::new(ROOT).join("samples/postings.csv");
    for arguments in [&["-o", "/dev/full"][..], &["-o", "-"]] {
        let run = Command::new(BINARY)
            .args(["tag", "-q", sample.to_str().unwrap()])
            .args(arguments)
            .stdout(fs::File::options().write(true).open("/dev/full").unwrap())
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(2));
        let stderr = String::from_utf8(run.stderr).unwrap();
        assert!(
            stderr.ends_with("cannot write: No space left on device (os error 28)\n"),
            "{stderr}"
        );
    }
}

#[test]
fn several_inputs_need_the_same_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("a"), "title,text\nTrainer,Teach").unwrap();
    fs::write(path("b"), "title,text\nNurse,Care\n").unwrap();
    fs::write(path("c"), "title,body\nNurse,Care\n").unwrap();
    let run = |inputs: &[String]| {
        let run = Command::new(BINARY).args(["tag", "-q"]).args(inputs).output().unwrap();
        (
            run.status.code(),
            String::from_utf8(run.stdout).unwrap(),
            String::from_utf8(run.stderr).unwrap(),
        )
    };
    let (code, out, _) = run(&[path("a"), path("b")]);
    assert_eq!((code, out.lines().count()), (Some(0), 3));
    // A file that does not fit does not stop the others, but the exit code tells.
    let (code, out, _) = run(&[path("a"), path("c"), path("b")]);
    assert_eq!((code, out.lines().count()), (Some(2), 3));
    let folder = folder.path().join("tagged/");
    let out = folder.to_str().unwrap();
    let (code, _, err) = run(&[path("a"), path("c"), "-o".to_owned(), format!("{out}/")]);
    assert_eq!(code, Some(0), "{err}");
    assert!(folder.join("a.csv").exists() && folder.join("c.csv").exists());
}

#[test]
fn hostile_titles_do_nothing_to_a_terminal() {
    let input = "title,text\n\"\u{1b}[31mred\u{7}\nTrainer \u{202e}x<script>y</script>\",Teach\n";
    let run = tag_bytes(input.as_bytes(), &["--format", "table"]);
    let text = String::from_utf8(run.output).unwrap();
    insta::assert_snapshot!(text, @r"
    title                                             role                                confidence
    [31mred Trainer x                                 none                                0.95
    ");
}

#[test]
#[cfg_attr(not(shared), ignore = "real postings do not lie beside the repository")]
fn every_board_is_read_with_the_right_columns() {
    let boards = shared("boards");
    let expected = [
        ("cedars_sinai", "`title`", "`description` + `qualifications`"),
        ("cybercoders_897", "`Title`", "`Description` + `Skills`"),
        ("dice_us_658", "`jobtitle`", "`jobdescription`"),
        ("emscad_499", "`title`", "`description` + `requirements`"),
        ("glassdoor_da_ym", "`Name`", "`Description`"),
        ("glassdoor_ds_pn", "`Job Title`", "`Job Description`"),
        ("google_jobs_2025", "`title`", "`description`"),
        ("google_serp_graphrag", "`title`", "`description`"),
        ("indeed_da_ym", "`Job Title`", "`Description`"),
        ("indeed_ds_ym", "`Job Title`", "`Description`"),
        ("indeed_revised2_js", "`Title`", "`Description`"),
        ("linkedin_arshkon_1k", "`title`", "`description`"),
        ("linkedin_da_ym", "`Name`", "`Description`"),
        ("linkedin_multi_mu", "`posting_title`", "`description`"),
        ("linkedin_zippia_all", "none", "`Job Description`"),
        ("multi_healthcare_af", "`Position`", "`Description`"),
        ("multi_machinelearning_af", "`Position`", "`Description`"),
        ("nlp_postings_ab", "`title`", "`body`"),
    ];
    let mut files: Vec<PathBuf> =
        fs::read_dir(boards).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    assert_eq!(files.len(), expected.len());
    for (name, title, text) in expected {
        let path = files.iter().find(|path| path.file_stem().unwrap() == name).unwrap();
        let one = tag(path, &["--threads", "1"]);
        assert_eq!(one.code, 0, "{name}: {}", one.stderr);
        // The form of an API may be told behind.
        let columns = format!("columns, title {title}, text {text}");
        let ends = [",", "\n"].map(|end| format!("{columns}{end}"));
        assert!(ends.iter().any(|line| one.stderr.contains(line)), "{}", one.stderr);
        let bytes = fs::read(path).unwrap();
        let rows = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(bytes.as_slice())
            .into_byte_records()
            .count();
        let counts = format!("{rows} rows read = {rows} written + 0 set aside");
        assert!(one.stderr.contains(&counts), "{name}: {}, {counts}", one.stderr);
        let mut untagged = untagged(&one.output, b',');
        if !bytes.ends_with(b"\n") {
            untagged.truncate(bytes.len()); // the last line is ended
        }
        assert!(untagged == bytes, "{name}: other columns changed");
        assert!(tag(path, &["--threads", "2"]).output == one.output, "{name}: threads matter");
    }
}

#[test]
#[cfg_attr(not(shared), ignore = "real postings do not lie beside the repository")]
fn boards_of_json_and_hostile_strings_are_read_with_the_right_columns() {
    let (boards, cases) = (shared("boards"), shared("csv-cases"));
    let hostile = cases.join("naughty-strings");
    for (path, rows, columns) in [
        (boards.join("ats_agnikulu_b1.json"), 659, "10 columns, title `title`, text `description`"),
        (
            boards.join("zapply_healthcare_1.json"),
            221,
            "20 columns, title `job_title`, text `job_description`",
        ),
        (hostile.join("naughty.csv"), 554, "comma, 3 columns, title `title`, text `description`"),
        (hostile.join("naughty.csv.gz"), 554, "gzip, 3 columns, title `title`, text `description`"),
        (
            hostile.join("naughty_bom.csv"),
            554,
            "comma, 3 columns, title `title`, text `description`",
        ),
        (
            hostile.join("naughty_semicolon.csv"),
            554,
            "semicolon, 3 columns, title `title`, text `description`",
        ),
        (
            hostile.join("naughty_utf16.csv"),
            554,
            "UTF-16LE, 3 columns, title `title`, text `description`",
        ),
        (
            hostile.join("naughty_cp1252.csv"),
            554,
            "windows-1252, 3 columns, title `title`, text `description`",
        ),
        (hostile.join("naughty_headers.csv"), 1, "comma, 556 columns, title `title`, text none"),
    ] {
        let run = tag(&path, &[]);
        let name = path.display();
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(columns), "{}", run.stderr);
        let counts = format!("{rows} rows read = {rows} written + 0 set aside");
        assert!(run.stderr.contains(&counts), "{name}: {}", run.stderr);
    }
}
