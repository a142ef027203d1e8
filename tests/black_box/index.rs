//! The index on disk: trusted whole, or refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use rolecall::index::{IndexError, ProfileIndex};
use rolecall::{Classifier, Corpus, Posting};

use crate::harness::{BINARY, ROOT};

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        })
        .collect()
}

fn index_command(action: &str, folder: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command.args(["index", action, "--index", folder.to_str().unwrap()]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn an_index_on_disk_answers_like_the_one_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let corpus = Corpus::embedded().unwrap();
    ProfileIndex::build(&corpus).unwrap().write(&path, &corpus).unwrap();
    let posting = Posting::new("Epic Trainer", "Teach nurses, build exercises, support go-live.");
    let memory = Classifier::new().unwrap();
    let disk = Classifier::with_index(corpus, &path).unwrap();
    let scores = |classifier: &Classifier| -> Vec<_> {
        let tag = classifier.classify(&posting);
        tag.ranking.iter().map(|ranked| (ranked.role.id.clone(), ranked.score.to_bits())).collect()
    };
    assert_eq!(scores(&disk), scores(&memory));
}

#[test]
fn building_twice_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let build = || {
        assert!(index_command("build", &path).status().unwrap().success());
        files(&path)
    };
    let first = build();
    assert!(first.contains_key("fingerprint") && first.contains_key("README.md"));
    assert_eq!(build(), first);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(index_command("check", &path).status().unwrap().success());
}

/// Every byte of every file would take minutes; every 97th and both ends take seconds.
#[test]
fn a_flipped_byte_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let corpus = Corpus::embedded().unwrap();
    ProfileIndex::build(&corpus).unwrap().write(&path, &corpus).unwrap();
    let mut flipped = 0;
    for (name, bytes) in files(&path) {
        let file = path.join(&name);
        let places = (0..bytes.len()).step_by(97.max(bytes.len() / 40)).chain([bytes.len() - 1]);
        for place in places {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x40;
            fs::write(&file, &damaged).unwrap();
            match ProfileIndex::open(&path, &corpus) {
                Err(IndexError::Damaged { .. }) => {}
                Ok(_) if name == "README.md" => {} // it is for people
                other => panic!("{name} at {place}: {other:?}"),
            }
            flipped += 1;
        }
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        assert!(name == "README.md" || ProfileIndex::open(&path, &corpus).is_err(), "{name} cut");
        fs::remove_file(&file).unwrap();
        assert!(name == "README.md" || ProfileIndex::open(&path, &corpus).is_err(), "{name} gone");
        fs::write(&file, &bytes).unwrap();
    }
    assert!(flipped > 100);
    ProfileIndex::open(&path, &corpus).unwrap();
}

#[test]
fn an_index_of_another_corpus_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let corpus = Corpus::embedded().unwrap();
    ProfileIndex::build(&corpus).unwrap().write(&path, &corpus).unwrap();
    let trades = Path::new(ROOT).join("tests/trades");
    let error = ProfileIndex::open(&path, &Corpus::from_folder(&trades).unwrap()).unwrap_err();
    let message = error.to_string().replace(path.to_str().unwrap(), "DIR");
    insta::assert_snapshot!(message,
        @"DIR: stale index: taxonomy is onc, expected trades; build it anew");
}

#[test]
fn a_folder_with_other_content_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
    let output = index_command("build", folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("not an index of rolecall (found `thesis.txt`)")
    );
    assert_eq!(files(folder.path())["thesis.txt"], b"years of work");
}

#[test]
fn processes_that_build_at_once_leave_one_good_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    for _ in 0..5 {
        let builds: Vec<_> =
            (0..4).map(|_| index_command("build", &path).spawn().unwrap()).collect();
        for build in builds {
            let output = build.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        assert!(index_command("check", &path).status().unwrap().success());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
