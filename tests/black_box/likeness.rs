//! `tag` and `demand` say when a file is unlike the postings that the models were fitted to.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::harness::{BINARY, ROOT};

const WARNING: &str = "unlike the postings that rolecall was fitted to";

fn rolecall(folder: &Path, arguments: &[&str]) -> Output {
    let out = Command::new(BINARY).current_dir(folder).args(arguments).output().unwrap();
    assert!(out.status.success(), "{arguments:?}: {}", err(&out));
    out
}

fn err(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

fn table(rows: impl Iterator<Item = (String, String)>) -> String {
    let rows = rows.map(|(title, text)| format!("\"{title}\",\"{text}\"\n"));
    std::iter::once("title,description\n".to_owned()).chain(rows).collect()
}

/// Ads in German.
fn german() -> String {
    let duties = [
        "Sie pflegen unsere Patientinnen und Patienten nach aktuellen Standards und dokumentieren Ihre Arbeit sorgfältig",
        "Sie betreuen die Anwender unseres Krankenhausinformationssystems und schulen neue Kolleginnen im Umgang damit",
        "Sie entwickeln gemeinsam mit dem Fachbereich neue Schnittstellen zwischen den Systemen unserer Kliniken",
        "Sie bearbeiten eigenständig Rechnungen, prüfen Belege und stimmen sich mit den Krankenkassen ab",
    ];
    let titles = ["Pflegefachkraft", "Anwendungsbetreuer", "Softwareentwickler", "Sachbearbeiter"];
    table((0..60).map(|n: usize| {
        let (title, duty) = (titles[n % 4], duties[n / 4 % 4]);
        let text = format!(
            "Wir suchen ab sofort eine engagierte Kollegin oder einen Kollegen in Vollzeit, Standort {n}. {duty}. \
             Wir bieten eine unbefristete Stelle, dreißig Tage Urlaub und eine betriebliche Altersvorsorge."
        );
        (format!("{title} (m/w/d)"), text)
    }))
}

/// What a shop sells.
fn products() -> String {
    let kinds = ["Kettle", "Lamp", "Rug", "Mug", "Drill"];
    table((0..60).map(|n: usize| {
        let kind = kinds[n % 5];
        let text = format!(
            "Brushed stainless steel {kind}, {n} cm, matte black finish, dishwasher safe, cordless, detachable lid, \
             anti-slip silicone feet, ivory or walnut trim, fits any countertop or shelf; batteries sold separately."
        );
        (format!("{kind} {n}"), text)
    }))
}

#[test]
fn other_languages_and_other_things_are_called_unlike() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (name, rows) in [("german", german()), ("products", products())] {
        let (file, tagged) = (format!("{name}.csv"), format!("{name}-tagged.csv"));
        fs::write(at.join(&file), rows).unwrap();
        let out = rolecall(at, &["tag", &file, "-o", &tagged]);
        assert_eq!(err(&out).matches(WARNING).count(), 1, "{name}: {}", err(&out));
        assert!(err(&out).contains("of the words of its texts are known"), "{}", err(&out));
        assert!(err(&out).contains("`rolecall audit draw`"));
        let manifest = fs::read_to_string(at.join(format!("{tagged}.manifest.json"))).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest["likeness"]["is_unlike"], true, "{manifest:#}");
        assert_eq!(manifest["likeness"]["measures"][0]["name"], "words_known");
        assert_eq!(manifest["likeness"]["measures"][0]["rows"], 60);
        // Quiet is quiet, and pipelines have it in their own words.
        assert_eq!(err(&rolecall(at, &["tag", &file, "-q"])), "");
        let log = err(&rolecall(at, &["tag", &file, "-o", &tagged, "--force", "--json-logs"]));
        let events = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let written = events.into_iter().find(|event| event["event"] == "written").unwrap();
        assert_eq!(written["likeness"], manifest["likeness"]);

        // Where rows are tagged on the way, demand says the same; tags alone tell of no words.
        let html = format!("{name}.html");
        let out = rolecall(at, &["demand", &file, "--format", "json", "--report", &html]);
        let counted: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(counted["overview"]["quality"]["likeness"], manifest["likeness"]);
        assert_eq!(err(&out).matches(WARNING).count(), 1, "{}", err(&out));
        let report = fs::read_to_string(at.join(&html)).unwrap();
        assert_eq!(report.matches(WARNING).count(), 1);
        let out = rolecall(at, &["demand", &tagged, "--format", "json"]);
        let counted: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(counted["overview"]["quality"]["likeness"]["distance"], Value::Null);
    }
}

#[test]
fn postings_like_the_labelled_ones_are_not() {
    let samples = Path::new(ROOT).join("samples/postings.csv");
    let samples = samples.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let likeness = |threads: &str, output: &str| -> Value {
        let out = rolecall(at, &["tag", samples, "-o", output, "--threads", threads]);
        assert!(!err(&out).contains(WARNING), "{}", err(&out));
        let manifest = fs::read_to_string(at.join(format!("{output}.manifest.json"))).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        manifest["likeness"].clone()
    };
    let one = likeness("1", "one.csv");
    assert_eq!(one["is_unlike"], false, "{one:#}");
    assert_eq!(one["measures"].as_array().unwrap().len(), 3, "{one:#}");
    assert_eq!(likeness("4", "four.csv"), one);
    // Of a tagged file the columns tell how sure the answers were, rounded as they were written.
    let out = rolecall(at, &["demand", "one.csv", "--format", "json"]);
    let counted: Value = serde_json::from_slice(&out.stdout).unwrap();
    let of_tags = counted["overview"]["quality"]["likeness"]["measures"].as_array().unwrap();
    assert_eq!(of_tags.len(), 2, "{of_tags:?}");
    for (mine, theirs) in of_tags.iter().zip(&one["measures"].as_array().unwrap()[1..]) {
        assert_eq!((&mine["name"], &mine["rows"]), (&theirs["name"], &theirs["rows"]));
        let off = mine["value"].as_f64().unwrap() - theirs["value"].as_f64().unwrap();
        assert!(off.abs() < 0.001, "{mine} {theirs}");
    }
}

#[test]
fn titles_alone_are_another_matter() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let titles = (0..40).map(|n| (format!("Pflegefachkraft {n}"), String::new()));
    fs::write(at.join("titles.csv"), table(titles)).unwrap();
    let out = rolecall(at, &["tag", "titles.csv", "-o", "tagged.csv"]);
    assert!(!err(&out).contains(WARNING), "{}", err(&out));
    assert!(err(&out).contains("40 rows have no text and were tagged by their title alone"));
}
