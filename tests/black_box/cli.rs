//! The real binary, from outside.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::harness::{BINARY, ROOT};

fn rolecall(arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// Runs a command that must succeed and returns its standard output.
fn output_of(arguments: &[&str]) -> String {
    let (code, out, err) = run(&mut rolecall(arguments));
    assert_eq!(code, 0, "{err}");
    out
}

fn fed(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("input");
    fs::write(&path, input).unwrap();
    run(rolecall(arguments).stdin(fs::File::open(path).unwrap()))
}

fn sample() -> String {
    format!("{}/samples/postings.csv", ROOT)
}

#[test]
fn classify_shows_role_tier_ranking_and_evidence() {
    insta::assert_snapshot!(output_of(&[
        "classify",
        "--top",
        "3",
        "--title",
        "EHR Trainer",
        "Teach nurses in class, write lesson plans and tip sheets."
    ]));
}

#[test]
fn an_ad_for_two_roles_is_told() {
    let ad = "General Hospital moves to Epic. We are hiring: Epic Analyst, EHR Trainer";
    insta::assert_snapshot!(output_of(&["classify", "--top", "3", ad]));
    let answer: serde_json::Value =
        serde_json::from_str(&output_of(&["classify", "--json", ad])).unwrap();
    let jobs = answer["jobs"].as_array().unwrap();
    assert_eq!(jobs[1]["title"], "EHR Trainer");
    assert_eq!(jobs[1]["role"], "trainer");
    assert!(jobs[1]["scope"].as_f64().unwrap() > 0.5);
    let answer: serde_json::Value = serde_json::from_str(&output_of(&[
        "classify",
        "--json",
        "--title",
        "EHR/EMR Trainer",
        "Teach nurses.",
    ]))
    .unwrap();
    assert_eq!(answer["jobs"], serde_json::json!([]));
}

#[test]
fn explain_adds_up_to_the_scores() {
    insta::assert_snapshot!(output_of(&[
        "classify",
        "--explain",
        "--top",
        "2",
        "--title",
        "EHR Trainer",
        "Teach nurses in class, write lesson plans and tip sheets."
    ]));
}

#[test]
fn none_is_an_answer() {
    insta::assert_snapshot!(output_of(&[
        "classify",
        "--title",
        "Sous chef",
        "Cook lunch for 200 guests."
    ]));
    insta::assert_snapshot!(output_of(&["classify", "--title", "日本語", "xyzzy"]));
    insta::assert_snapshot!(output_of(&[
        "classify",
        "--top",
        "1",
        "--title",
        "Krankenpfleger (m/w/d)",
        "Wir suchen eine Pflegefachkraft. Sie betreuen Patienten und arbeiten mit unserem IT-System Orbis.",
    ]));
}

#[test]
fn classify_gives_one_json_object_whose_evidence_adds_up() {
    let out = output_of(&[
        "classify",
        "--json",
        "--explain",
        "Epic Trainer\nTeach <b>nurses</b> the EHR in class. Write lesson plans; go-live.",
    ]);
    let object: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(object["role"], "trainer");
    assert_eq!(object["tier"], "short-term");
    assert_eq!(object["title"], "Epic Trainer");
    assert_eq!(object["ranking"].as_array().unwrap().len(), 12);
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let sum = |terms: &serde_json::Value, key: &str| -> f64 {
        terms.as_array().unwrap().iter().map(|term| number(&term[key])).sum()
    };
    let explanation = &object["explanation"];
    let pair = &explanation["closest_against_second"];
    let [first, second] = [0, 1].map(|place| number(&object["ranking"][place]["score"]));
    let offsets = [number(&pair["closest_offset"]), number(&pair["second_offset"])];
    let evidence = sum(&object["evidence"], "contribution") + offsets[0];
    assert!((evidence - first).abs() < 0.01, "{evidence} {first}");
    let difference = sum(&pair["terms"], "contribution") + offsets[0] - offsets[1];
    assert!((difference - (first - second)).abs() < 0.01, "{difference} {first} {second}");
    for gate in explanation["gates"].as_array().unwrap() {
        let lines = sum(&gate["lines"], "log_odds") + sum(&gate["terms"], "contribution");
        assert!((lines - number(&gate["log_odds"])).abs() < 0.01, "{gate}");
        let probability = 1.0 / (1.0 + (-lines).exp());
        let name = gate["name"].as_str().unwrap();
        let shown = match gate["of_title_alone"].as_bool().unwrap() {
            true => &gate["probability"],
            false => &object["gates"][name],
        };
        assert!((probability - number(shown)).abs() < 0.01, "{gate}");
    }
}

#[test]
fn a_posting_comes_from_argument_file_or_standard_input() {
    let text = "EHR Trainer\nTeach nurses in class.";
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("posting.txt");
    fs::write(&file, text).unwrap();
    let expected = output_of(&["classify", text]);
    assert_eq!(output_of(&["classify", "--file", file.to_str().unwrap()]), expected);
    assert_eq!(fed(&["classify"], text.as_bytes()).1, expected);
    assert_eq!(fed(&["classify", "--file", "-"], text.as_bytes()).1, expected);
}

#[test]
fn errors_are_one_line_and_say_what_to_do() {
    for (arguments, message) in [
        (
            &["classify", " \n "][..],
            "rolecall: the posting is empty; give its text as an argument, with --file or on standard input\n",
        ),
        (
            &["classify", "--file", "no/such"],
            "rolecall: no/such: cannot read: No such file or directory (os error 2)\n",
        ),
        (
            &["tag", "no/such.csv"],
            "rolecall: no/such.csv: cannot read: No such file or directory (os error 2)\n",
        ),
        (
            &["tag", "src"],
            "rolecall: src: no file found; from a folder are read .csv, .tsv, .txt, .json, .jsonl, .ndjson and .parquet, also .gz and .zst\n",
        ),
        (
            &["tag", "samples/postings.csv", "-o", "x.xlsx"],
            "rolecall: x.xlsx: `.xlsx` can't be written; name it .csv, .tsv, .jsonl or .parquet, with .gz or .zst behind if you like\n",
        ),
        (
            &["tag", "-q", "samples/postings.csv", "-o", "no/such/out.csv"],
            "rolecall: no/such/out.csv: cannot write: No such file or directory (os error 2)\n",
        ),
        (
            &["tag", "samples/postings.csv", "--title-column", "tytle"],
            "rolecall: samples/postings.csv: title: no column `tytle`; the file has: `id`, `title`, `company`, `location`, `date_posted`, `salary`, `description`\n",
        ),
        (
            &["index", "check", "--index", "no/such"],
            "rolecall: no/such: no index here; build one with `rolecall index build --index no/such`\n",
        ),
        (
            &["roles", "--corpus", "no/such"],
            "rolecall: no/such/: cannot read: No such file or directory (os error 2)\n",
        ),
    ] {
        let (code, out, err) = run(rolecall(arguments).current_dir(ROOT));
        assert_eq!((code, out.as_str(), err.as_str()), (2, "", message), "{arguments:?}");
    }
}

#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    let script =
        "\"$0\" tag -q \"$1\" --format csv | head -n 1 | cut -c 1-8; \"$0\" roles | head -n 1";
    let (code, out, err) = run(Command::new("sh").args(["-c", script, BINARY, &sample()]));
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (0, "id,title\nONC health IT workforce roles\n", "")
    );
}

#[test]
fn roles_are_listed_and_shown() {
    insta::assert_snapshot!(output_of(&["roles"]));
    let one = output_of(&["roles", "trainer"]);
    assert!(one.contains("Track training records of the users"), "{one}");
    let json: serde_json::Value = serde_json::from_str(&output_of(&["roles", "--json"])).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 12);
    let (code, _, err) = run(&mut rolecall(&["roles", "nurse"]));
    assert_eq!(code, 2);
    assert!(
        err.starts_with("rolecall: no role `nurse`; the roles are: workflow-redesign-specialist,")
    );
}

#[test]
fn completions_are_made_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(output_of(&["completions", shell]).contains("classify"), "{shell}");
    }
}

#[test]
fn a_taxonomy_of_your_own_needs_no_code() {
    let corpus = format!("{}/tests/trades", ROOT);
    let (_, out, _) = fed(
        &["tag", "-", "--corpus", &corpus],
        b"title,description\nLamplighter,Light and trim the gas lanterns of the quarter every dusk.\n\
          Potter,Throw bowls on the wheel and fire the kiln.\n",
    );
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    assert_eq!(&reader.headers().unwrap()[2], "trades_role");
    let roles: Vec<_> = reader.records().map(|row| row.unwrap()[6].to_owned()).collect();
    assert_eq!(roles, ["lamplighter", "none"]);
    let shown = output_of(&["roles", "--corpus", &corpus]);
    insta::assert_snapshot!(shown);
}

#[test]
fn the_embedded_corpus_and_its_folder_give_the_same_bytes() {
    let corpus = format!("{}/corpus/onc", ROOT);
    let embedded = output_of(&["tag", "-q", &sample()]);
    assert_eq!(output_of(&["tag", "-q", &sample(), "--corpus", &corpus]), embedded);
}

/// Copies the trades and changes one file.
fn broken(file: &str, change: impl Fn(&str) -> String) -> String {
    let folder = TempDir::new().unwrap();
    let from = Path::new(ROOT).join("tests/trades");
    fs::create_dir(folder.path().join("roles")).unwrap();
    fs::copy(from.join("taxonomy.toml"), folder.path().join("taxonomy.toml")).unwrap();
    for role in ["cooper", "falconer", "lamplighter", "ropemaker"] {
        let name = format!("roles/{role}.toml");
        fs::copy(from.join(&name), folder.path().join(&name)).unwrap();
    }
    let path = folder.path().join(file);
    let text = change(&fs::read_to_string(&path).unwrap_or_default());
    fs::write(path, text).unwrap();
    let root = folder.path().to_str().unwrap();
    let (code, _, err) = run(&mut rolecall(&["roles", "--corpus", root]));
    assert_eq!(code, 2, "{err}");
    err.replace(root, "DIR").trim_start_matches("rolecall: ").trim_end().to_owned()
}

#[test]
fn a_broken_taxonomy_is_refused_with_file_and_key() {
    let role = "roles/cooper.toml";
    insta::assert_snapshot!(broken(role, |text| text.replace("\"guild\"", "\"gild\"")),
        @"DIR/roles/cooper.toml: key `tier`: unknown tier `gild`, expected one of: guild, free");
    insta::assert_snapshot!(broken(role, |text| text.replace("official", "oficial")),
        @"DIR/roles/cooper.toml:6: unknown field `oficial`, expected one of `id`, `name`, `tier`, `programme`, `official`, `example_titles`, `inherits`, `profile`");
    insta::assert_snapshot!(broken(role, |text| text.replace("\"Barrel maker\"", "\" - \"")),
        @r#"DIR/roles/cooper.toml: key `profile.titles[2]`: expected text, found " - ""#);
    insta::assert_snapshot!(broken(role, |text| text.replace("id = \"cooper\"", "id = \"falconer\"")),
        @"DIR/roles/cooper.toml: key `id`: expected `cooper` as the file is named, found `falconer`");
    insta::assert_snapshot!(broken("taxonomy.toml", |text| text.replace("\"falconer\"", "\"cooper\"")),
        @"DIR/taxonomy.toml: key `roles[2]`: duplicate id `cooper`");
    insta::assert_snapshot!(broken("taxonomy.toml", |text| text.replace(", \"falconer\"", "")),
        @"DIR/roles/falconer.toml: key `id`: this role is not listed in `roles` of taxonomy.toml; list it or remove the file");
    insta::assert_snapshot!(broken("taxonomy.toml", |text| text.replace("\"falconer\"", "\"faulconer\"")),
        @"DIR/roles/faulconer.toml: not found; a corpus folder needs taxonomy.toml and roles/<id>.toml");
    insta::assert_snapshot!(broken("calibration.toml", |_| "[weights]\n".to_owned()),
        @"DIR/calibration.toml:1: missing field `title`");
}

#[test]
fn the_name_of_a_file_stands_for_what_it_says() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("posting.txt"), "EHR Trainer\nTeach Epic to nurses in class.")
        .unwrap();
    let utf16: Vec<u8> =
        "\u{feff}EHR Trainer\nTeach".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path().join("wide.txt"), utf16).unwrap();
    for name in ["posting.txt", "./wide.txt"] {
        let (code, out, err) =
            run(rolecall(&["classify", "--json", name]).current_dir(folder.path()));
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("\"title\":\"EHR Trainer\""), "{out}");
        assert_eq!(err, format!("{name}: this is a file; what it says is classified\n"));
    }
    // Words are words, whatever lies there.
    fs::write(folder.path().join("Trainer"), "x").unwrap();
    let (code, _, err) = run(rolecall(&["classify", "Trainer"]).current_dir(folder.path()));
    assert_eq!((code, err.as_str()), (0, ""));
    fs::write(folder.path().join("a.pdf"), "%PDF-1.7").unwrap();
    let (code, _, err) = run(rolecall(&["classify", "a.pdf"]).current_dir(folder.path()));
    assert_eq!(code, 2);
    assert!(err.contains("this is a PDF"), "{err}");
}

#[test]
fn keys_may_have_blanks_and_come_once_and_others_are_guessed() {
    let keys = |by: &str| {
        let (code, out, err) = run(&mut rolecall(&["demand", "-q", &sample(), "--by", by]));
        (code, out.lines().next().unwrap_or_default().to_owned() + &err)
    };
    assert!(keys("state, role").1.starts_with("state,role,postings,"));
    assert!(keys("role,role").1.starts_with("role,postings,"));
    for (by, meant) in
        [("Role", "role"), ("states", "state"), ("Months", "month"), ("emploier", "employer")]
    {
        let (code, text) = keys(by);
        assert_eq!(code, 2);
        assert!(text.contains(&format!("is called `{by}`; did you mean `{meant}`?")), "{text}");
    }
    assert!(keys("zebra").1.contains("is called `zebra`; there are role, tier"));
}

#[test]
fn with_none_and_without_a_role_the_share_is_called_what_it_is() {
    let header = |more: &[&str]| {
        let base = ["demand", "-q", "--by", "remote"];
        let sample = sample();
        let out = output_of(&[&base[..], more, &[sample.as_str()]].concat());
        out.lines().next().unwrap().to_owned()
    };
    assert!(header(&["--all"]).contains(",share_in_scope,share_of_scope,"));
    assert!(header(&[]).contains(",share_of_all,share_of_scope,"));
    assert!(header(&["--all", "--by", "remote,role"]).contains(",share_of_all,share_of_scope,"));
}

#[test]
fn a_day_in_another_order_is_not_guessed() {
    for day in ["3/5/2024", "yesterday", "2024-13-01"] {
        let (code, _, err) = run(&mut rolecall(&["demand", &sample(), "--collected", day]));
        assert_eq!(code, 2);
        assert!(err.contains("such as 2024-03-05; other orders are not guessed"), "{err}");
    }
}

/// What `sniff --json` says of a dialect can be given to the options of the same names, word by word.
#[test]
fn a_dialect_that_was_found_can_be_given_back() {
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        ("a.csv", "title,text\nNurse,Care\nClerk,File\n"),
        ("b.csv", "# made\n# in June\ntitle;text\nNurse;\"Care; nights\"\nClerk;File\nCook;Cook\n"),
        ("c.tsv", "title\ttext\nNurse\tCare\nClerk\tFile\n"),
        ("d.csv", "'title' , 'text'\n'Nurse' , 'Care, daily'\n'Clerk' , 'File'\n"),
        ("e.csv", "title,text\n\"Nurse\",\"Says \\\"hello\\\", often\"\n\"Clerk\",\"File\"\n"),
        ("f.csv", "1:Nurse:Care\n2:Clerk:File\n3:Cook:Cook\n"),
        ("g.csv", "title#text\nNurse#Care\nClerk#File\n"),
        ("h.csv", "a b c\n1 2 3\n4 5 6\n7 8 9\n"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
        let sniffed = |more: &[String]| -> serde_json::Value {
            let mut command = rolecall(&["sniff", "--json", name]);
            let (code, out, err) = run(command.args(more).current_dir(folder.path()));
            assert_eq!(code, 0, "{name} {more:?} {err}");
            serde_json::from_str(&out).unwrap()
        };
        let found = sniffed(&[]);
        let given: Vec<_> = found["dialect"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(option, value)| {
                format!("--{}={}", option.replace('_', "-"), value.as_str().unwrap())
            })
            .collect();
        assert_eq!(given.len(), 6);
        assert_eq!(sniffed(&given), found, "{given:?}");
    }
}

/// Evidence has colons and blanks between its terms, which some files have between their cells.
#[test]
fn tags_are_cells_whatever_the_delimiter() {
    let (code, out, err) = fed(
        &["tag", "-q", "-", "--format", "csv", "--delimiter", ":"],
        b"title:text\nEHR Trainer:Teach Epic\n",
    );
    assert_eq!(code, 0, "{err}");
    let mut reader = csv::ReaderBuilder::new().delimiter(b':').from_reader(out.as_bytes());
    assert_eq!(reader.headers().unwrap().len(), 12);
    let row = reader.records().next().unwrap().unwrap();
    assert_eq!((row.len(), &row[2], &row[11]), (12, "trainer", "title+text"));
    assert!(row[10].contains("trainer:") || row[10].contains("training:"), "{row:?}");
}

#[test]
fn a_text_without_a_title_is_no_empty_title() {
    let text =
        "We need an EHR trainer who teaches nurses Epic in our hospital during the go-live of it.";
    let answer: serde_json::Value =
        serde_json::from_str(&output_of(&["classify", "--json", "--title", "", text])).unwrap();
    assert_eq!(answer["title_alone"], serde_json::Value::Null);
    assert!(answer["scope"].as_f64().unwrap() > 0.3, "{answer}");
}
