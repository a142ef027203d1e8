//! What goes wrong while a batch runs, over the real binary: killed, stopped, no room, in the way.

#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::harness::{BINARY, Folder, ROOT, argument};

impl Folder {
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Writes a file of many chunks, with rows that repeat and rows that are ragged.
    fn large(&self, name: &str, times: usize) -> PathBuf {
        let sample = Path::new(ROOT).join("samples/postings.csv");
        let sample = fs::read_to_string(sample).unwrap();
        let (header, rows) = sample.split_once('\n').unwrap();
        let path = self.path(name);
        let mut file = fs::File::create(&path).unwrap();
        writeln!(file, "{header}").unwrap();
        for n in 0..times {
            writeln!(file, "{rows}{n},ragged").unwrap();
        }
        path
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> (i32, String) {
    let run = command(arguments).output().unwrap();
    (run.status.code().unwrap_or(-1), String::from_utf8(run.stderr).unwrap())
}

/// Waits until a run listens to a signal, which it does once it has loaded what it needs.
fn wait_until_it_listens(child: &Child, signal: u32) {
    let status = format!("/proc/{}/status", child.id());
    for _ in 0..3000 {
        let Ok(status) = fs::read_to_string(&status) else { break };
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        if caught.is_some_and(|mask| mask & (1 << (signal - 1)) != 0) {
            // It is about to read.
            return std::thread::sleep(Duration::from_millis(300));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    // Where the system does not tell, time must do.
    std::thread::sleep(Duration::from_secs(3));
}

fn start(arguments: &[&str]) -> Child {
    command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Runs are killed at moments that go through the whole run, each goes on where the last one was
/// killed, and the output is that of a run that was not.
#[test]
fn a_killed_run_goes_on_to_the_same_bytes() {
    for (form, more) in [
        ("csv", &["--dedup"][..]),
        ("csv.gz", &[]),
        ("jsonl.zst", &["--threads", "3"]),
        ("parquet", &["--dedup"]),
    ] {
        let folder = Folder::new();
        let inputs = [folder.large("a.csv", 20), folder.large("b.csv", 12)];
        let expected = folder.path(&format!("expected.{form}"));
        let inputs = [argument(&inputs[0]), argument(&inputs[1])];
        let arguments = |output: &Path| -> Vec<String> {
            let base = ["tag", "-q", inputs[0], inputs[1], "--checkpoint-seconds", "0", "-o"];
            let all = base.iter().chain(more).map(|&argument| argument.to_owned());
            let mut all: Vec<_> = all.collect();
            all.insert(7, argument(output).to_owned());
            all
        };
        let refer = |arguments: &[String]| -> Vec<String> { arguments.to_vec() };
        let whole = refer(&arguments(&expected));
        let whole: Vec<_> = whole.iter().map(String::as_str).collect();
        let started = std::time::Instant::now();
        assert_eq!(run(&whole), (0, String::new()));
        let time = started.elapsed();

        let output = folder.path(&format!("out.{form}"));
        let mut resumed = arguments(&output);
        resumed.push("--resume".to_owned());
        let resumed: Vec<_> = resumed.iter().map(String::as_str).collect();
        for part in 1..=4 {
            let mut child = start(&resumed);
            std::thread::sleep(time * part / 8);
            // It may have ended before.
            let _ = child.kill();
            child.wait().unwrap();
        }
        assert_eq!(run(&resumed).0, 0, "{form}");
        assert!(fs::read(&output).unwrap() == fs::read(&expected).unwrap(), "{form}");
        let left: Vec<_> =
            folder.names().into_iter().filter(|name| name.starts_with("out.")).collect();
        assert_eq!(left, [format!("out.{form}"), format!("out.{form}.manifest.json")]);
        // Once more changes nothing.
        assert_eq!(run(&resumed).0, 0, "{form}");
        assert!(fs::read(&output).unwrap() == fs::read(&expected).unwrap(), "{form}");
    }
}

/// Starts a run and kills it when it has saved a checkpoint.
fn interrupted(folder: &Folder, more: &[&str]) -> (PathBuf, PathBuf) {
    let (input, output) = (folder.large("in.csv", 150), folder.path("out.csv"));
    let base =
        ["tag", "-q", argument(&input), "-o", argument(&output), "--checkpoint-seconds", "0"];
    let mut child = start(&[&base[..], more].concat());
    let checkpoint = folder.path("out.csv.checkpoint.json");
    while !checkpoint.exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(checkpoint.exists(), "the run ended before it was killed");
    (input, output)
}

#[test]
fn what_has_changed_is_noticed() {
    let folder = Folder::new();
    let (input, output) = interrupted(&folder, &[]);
    let base = ["tag", "-q", argument(&input), "-o", argument(&output)];
    let with = |more: &[&str]| run(&[&base[..], more].concat());

    let (code, stderr) = with(&[]);
    assert_eq!(code, 2);
    assert!(stderr.contains("finish it with --resume, or start over with --force"), "{stderr}");
    let (code, stderr) = with(&["--resume", "--prefix", "other"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("another prefix: `onc` then, `other` now"), "{stderr}");

    let bytes = fs::read(&input).unwrap();
    let mut changed = bytes.clone();
    changed[2000] ^= 1;
    fs::write(&input, &changed).unwrap();
    let (code, stderr) = with(&["--resume"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("the file has changed since it was tagged"), "{stderr}");
    fs::write(&input, &bytes[..bytes.len() - 1]).unwrap();
    assert!(with(&["--resume"]).1.contains("has changed"));

    fs::write(&input, &bytes).unwrap();
    assert_eq!(with(&["--resume"]).0, 0);
    let finished = fs::read(&output).unwrap();
    assert_eq!(with(&["--force"]).0, 0);
    assert!(fs::read(&output).unwrap() == finished);

    // An output that is complete is left alone, if it is what its manifest says.
    fs::write(&input, &changed).unwrap();
    let (code, stderr) = with(&["--resume"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("the file has changed since it was tagged"), "{stderr}");
    fs::write(&input, &bytes).unwrap();
    fs::write(&output, &finished[1..]).unwrap();
    assert!(with(&["--resume"]).1.contains("is there already"));
    assert_eq!(folder.names(), ["in.csv", "out.csv", "out.csv.manifest.json"]);
}

#[test]
fn two_runs_do_not_write_one_output() {
    let folder = Folder::new();
    let (input, output) = (folder.large("in.csv", 150), folder.path("out.csv"));
    let base = ["tag", "-q", argument(&input), "-o", argument(&output)];
    let mut first = start(&base);
    // What has written something has the output for itself.
    let has_written = || fs::metadata(folder.path("out.csv.part")).is_ok_and(|part| part.len() > 0);
    while !has_written() && first.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    // It holds still meanwhile: on a busy machine it would be done before the last of the others.
    let signal = |name: &str| {
        Command::new("kill").args([name, &first.id().to_string()]).status().unwrap().success()
    };
    assert!(signal("-STOP"));
    for more in [&[][..], &["--resume"], &["--force"]] {
        let (code, stderr) = run(&[&base[..], more].concat());
        assert_eq!(code, 2, "{stderr}");
        let is_clear = stderr.contains("another run is writing this output");
        assert!(is_clear || stderr.contains("is there already"), "{stderr}");
    }
    assert!(signal("-CONT"));
    assert!(first.wait().unwrap().success());
}

#[test]
fn links_at_the_name_of_the_part_are_not_followed() {
    let folder = Folder::new();
    let (input, output) = (folder.large("in.csv", 1), folder.path("out.csv"));
    let victim = folder.path("victim");
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, folder.path("out.csv.part")).unwrap();
    for more in [&[][..], &["--resume"], &["--force"]] {
        let base = ["tag", "-q", argument(&input), "-o", argument(&output)];
        let (code, stderr) = run(&[&base[..], more].concat());
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("this is in the way"), "{stderr}");
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    }
    assert!(!output.exists());
}

#[test]
fn a_stop_leaves_a_state_to_go_on_from() {
    let folder = Folder::new();
    let (input, output) = (folder.large("in.csv", 150), folder.path("out.csv"));
    let base = ["tag", argument(&input), "-o", argument(&output)];
    let child = command(&base).stderr(Stdio::piped()).spawn().unwrap();
    wait_until_it_listens(&child, 2);
    let stop = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let out = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(out.stderr).unwrap();
    // A fast machine may be done before.
    if stop.success() && out.status.code() != Some(0) {
        assert_eq!(out.status.code(), Some(130), "{stderr}");
        assert!(stderr.contains("stopped"), "{stderr}");
        assert!(!output.exists());
        assert_eq!(run(&[&base[..], &["-q", "--resume"]].concat()).0, 0);
    }
    assert!(output.exists());
    assert_eq!(folder.names(), ["in.csv", "out.csv", "out.csv.manifest.json"]);
}

/// A pipe that says nothing is given up at the first signal, whether it is standard input or named, and
/// before or after some rows have come.
#[test]
fn a_stop_does_not_wait_for_silent_input() {
    let folder = Folder::new();
    let pipe = folder.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (signal, number) in [("-TERM", 15), ("-INT", 2)] {
        for (arguments, rows) in [
            (
                &["tag", "-q", "-", "-o", argument(&folder.path("a.csv"))][..],
                &b"title,text\na,b\n"[..],
            ),
            (&["tag", "-q", "-"], b""),
            (&["demand", "-q", "-"], b"title,text\na,b\n"),
            // The head of gzip data, which is no damage only because nothing follows yet.
            (&["tag", "-q", "-"], b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
            (&["tag", "-q", argument(&pipe), "-o", argument(&folder.path("b.csv"))], b""),
        ] {
            let mut child = command(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut input = child.stdin.take().unwrap();
            input.write_all(rows).unwrap();
            wait_until_it_listens(&child, number);
            let stop = Command::new("kill").args([signal, &child.id().to_string()]).status();
            assert!(stop.unwrap().success());
            // The test ends only if the program does, as nobody closes its input.
            let out = child.wait_with_output().unwrap();
            assert_eq!(out.status.code(), Some(130), "{arguments:?}");
            assert_eq!(String::from_utf8(out.stderr).unwrap(), "rolecall: stopped\n");
            drop(input);
        }
    }
    assert_eq!(folder.names(), ["pipe"]);
}

/// A fault in what a user of the library hands in ends the batch; it does not make it wait for ever.
#[test]
fn a_panic_of_a_watcher_ends_the_batch() {
    use rolecall_tagging::{self as batch, Input, InputPath, InputReport, Progress};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Opened,
        Advanced,
        Asked,
        Done,
    }
    struct Panics(At, std::sync::atomic::AtomicUsize);
    impl Panics {
        fn pass(&self, at: At) {
            let is_later = self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 5;
            assert!(self.0 != at || at == At::Asked && !is_later, "as the test wants it");
        }
    }
    impl Progress for Panics {
        fn opened(&self, _: &Input) {
            self.pass(At::Opened);
        }
        fn advanced(&self, _: u64, _: u64) {
            self.pass(At::Advanced);
        }
        fn done(&self, _: &InputReport) {
            self.pass(At::Done);
        }
        fn is_stopped(&self) -> bool {
            self.pass(At::Asked);
            false
        }
    }
    let folder = Folder::new();
    let input = folder.large("in.csv", 40);
    let classifier = rolecall::Classifier::new().unwrap();
    let inputs = [InputPath { path: input.clone(), relative: input.clone() }];
    for at in [At::Opened, At::Advanced, At::Asked, At::Done] {
        for dedup in [None, Some(1 << 20)] {
            let options = batch::BatchOptions {
                threads: 3,
                prefix: "onc".to_owned(),
                format: batch::OutputFormat::Csv,
                compression: rolecall_tables::Compression::None,
                excel_safe: false,
                dedup,
                input: batch::InputOptions::default(),
                existing: batch::Existing::Replace,
                checkpoint_interval: Duration::from_secs(5),
            };
            let mut out = Vec::new();
            let ended = catch_unwind(AssertUnwindSafe(|| {
                let name = PathBuf::from("memory");
                let destination = batch::Destination::Stream { name, out: &mut out, rejects: None };
                let progress = Panics(at, 0.into());
                batch::run(&classifier, &inputs, destination, &options, &progress).is_ok()
            }));
            assert!(ended.is_err());
        }
        let options = rolecall_demand::DemandOptions {
            by: vec![rolecall_demand::Dimension::Role],
            report: false,
            threads: 3,
            prefix: "onc".to_owned(),
            dedup: None,
            input: batch::InputOptions::default(),
            fields: rolecall_fields::GivenFields::default(),
            known: None,
            seen: None,
        };
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let progress = Panics(at, 0.into());
            rolecall_demand::run(&classifier, &inputs, &options, &progress).is_ok()
        }));
        assert!(ended.is_err());
    }
}

#[test]
fn a_place_that_cannot_be_written_costs_nothing() {
    let folder = Folder::new();
    let input = folder.large("in.csv", 1);
    for output in ["/proc/out.csv", "/nonexistent/out.csv"] {
        let (code, stderr) = run(&["tag", "-q", argument(&input), "-o", output]);
        assert_eq!(code, 2);
        assert!(stderr.contains("cannot write"), "{stderr}");
    }
    let (code, stderr) =
        run(&["tag", "-q", argument(&input), "-o", argument(&folder.path("no/out.csv"))]);
    assert_eq!(code, 2);
    assert!(stderr.contains("No such file or directory"), "{stderr}");
    assert_eq!(folder.names(), ["in.csv"]);
}

#[test]
fn a_full_device_is_told_in_one_line() {
    let folder = Folder::new();
    let input = folder.large("in.csv", 1);
    let (code, stderr) = run(&["tag", "-q", argument(&input), "-o", "/dev/full"]);
    let expected = "rolecall: /dev/full: cannot write: No space left on device (os error 28)\n";
    assert_eq!((code, stderr.as_str()), (2, expected));
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let out = command(&["tag", "-q", argument(&input), "--format", "csv"]).stdout(full).output();
    let out = out.unwrap();
    let expected =
        "rolecall: standard output: cannot write: No space left on device (os error 28)\n";
    assert_eq!((out.status.code(), out.stderr.as_slice()), (Some(2), expected.as_bytes()));
    assert_eq!(folder.names(), ["in.csv"]);
}

/// Every kind of call that can fail on a bad disk does so once, at several moments; after it the
/// run goes on to the same bytes. Needs strace.
#[cfg(target_os = "linux")]
#[test]
#[cfg_attr(not(strace), ignore = "strace is not there")]
fn a_bad_disk_costs_nothing_that_was_done() {
    let folder = Folder::new();
    let (input, expected) = (folder.large("in.csv", 12), folder.path("expected.csv"));
    assert_eq!(run(&["tag", "-q", argument(&input), "-o", argument(&expected)]).0, 0);
    let probe = ["-o", "/dev/null", "true"];
    let works = Command::new("strace").args(probe).stderr(Stdio::null()).status();
    if !works.is_ok_and(|status| status.success()) {
        return;
    }
    let kinds = [
        ("write", "EIO"),
        ("write", "ENOSPC"),
        ("fsync", "EIO"),
        ("rename,renameat,renameat2", "EIO"),
        ("openat", "EMFILE"),
    ];
    for (calls, error) in kinds {
        let mut failed = 0;
        for moment in [1, 2, 3, 5, 9] {
            let output = folder.path("out.csv");
            let base = ["tag", "-q", argument(&input), "-o", argument(&output)];
            let base = [&base[..], &["--checkpoint-seconds", "0", "--threads", "1"]].concat();
            // Only calls on files of the folder are counted.
            let filter = format!("inject={calls}:error={error}:when={moment}");
            let paths = [".part", ".checkpoint.json", ".manifest.json", ""]
                .map(|ending| format!("{}{ending}", argument(&output)));
            let mut traced = Command::new("strace");
            traced.args(["-f", "-o", "/dev/null", "-e", &filter]);
            for path in &paths {
                traced.args(["-P", path]);
            }
            let out = traced.arg(BINARY).args(&base).env("NO_COLOR", "1").output().unwrap();
            let stderr = String::from_utf8(out.stderr).unwrap();
            let what = format!("{calls} {error} {moment}: {stderr}");
            match out.status.code() {
                Some(0) => {}
                Some(2) => {
                    failed += 1;
                    assert_eq!(stderr.lines().count(), 1, "{what}");
                    assert!(stderr.starts_with("rolecall: "), "{what}");
                    assert!(!output.exists(), "{what}");
                    let (code, stderr) = run(&[&base[..], &["--resume"]].concat());
                    assert_eq!((code, stderr), (0, String::new()), "{what}");
                }
                other => panic!("{other:?} {what}"),
            }
            assert!(fs::read(&output).unwrap() == fs::read(&expected).unwrap(), "{what}");
            for name in folder.names().iter().filter(|name| name.starts_with("out.csv")) {
                fs::remove_file(folder.path(name)).unwrap();
            }
        }
        assert!(failed > 0, "{calls} never failed");
    }
}

/// A file that is damaged in its middle does not stop the others, and what could be read of it is
/// the same whatever the threads.
#[test]
fn a_damaged_file_does_not_stop_the_others() {
    let folder = Folder::new();
    let (good, packed) = (folder.large("good.csv", 2), folder.path("bad.csv.gz"));
    let large = folder.large("large.csv", 60);
    assert_eq!(run(&["tag", "-q", argument(&large), "-o", argument(&packed)]).0, 0);
    let bytes = fs::read(&packed).unwrap();
    fs::write(&packed, &bytes[..bytes.len() * 2 / 3]).unwrap();
    let again = folder.path("again.csv");
    assert_eq!(run(&["tag", "-q", argument(&good), "-o", argument(&again)]).0, 0);
    let mut outputs = Vec::new();
    for threads in ["1", "4"] {
        let out = folder.path(&format!("out{threads}.csv"));
        let (code, stderr) = run(&[
            "tag",
            argument(&packed),
            argument(&again),
            "-o",
            argument(&out),
            "--prefix",
            "x",
            "--threads",
            threads,
        ]);
        // What is cut off is set aside, and no failure.
        assert_eq!(code, 1, "{stderr}");
        assert!(stderr.contains("it is cut off. The rows before this are kept"), "{stderr}");
        outputs.push(fs::read(out).unwrap());
    }
    assert!(outputs[0] == outputs[1]);
    assert!(outputs[0].len() > 1_000_000);
    let alone = folder.path("alone.csv");
    let (code, stderr) =
        run(&["tag", "-q", argument(&packed), "-o", argument(&alone), "--prefix", "x"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(outputs[0].starts_with(&fs::read(alone).unwrap()));
    // A file that can't be read at all fails, and the others are tagged.
    fs::write(&packed, &bytes[..10]).unwrap();
    let out = folder.path("failed.csv");
    let all = ["tag", argument(&packed), argument(&again), "-o", argument(&out), "--prefix", "x"];
    let (code, stderr) = run(&all);
    assert_eq!(code, 2);
    assert!(stderr.contains("1 of 2 files failed"), "{stderr}");
    assert!(outputs[0].ends_with(fs::read(out).unwrap().split_at(1_000).1));
}

/// Needs leave to mount; a machine that gives none has nothing to test here.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_what_was_done() {
    let folder = Folder::new();
    let disk = folder.path("disk");
    fs::create_dir(&disk).unwrap();
    let options = ["-t", "tmpfs", "-o", "size=3m", "tmpfs", argument(&disk)];
    let mounted = Command::new("mount").args(options).stderr(Stdio::null()).status();
    if !mounted.is_ok_and(|status| status.success()) {
        return;
    }
    let (input, output) = (folder.large("in.csv", 40), disk.join("out.csv"));
    let base =
        ["tag", "-q", argument(&input), "-o", argument(&output), "--checkpoint-seconds", "0"];
    let (code, stderr) = run(&base);
    let remount = ["-o", "remount,size=50m", argument(&disk)];
    assert!(Command::new("mount").args(remount).status().unwrap().success());
    let resumed = run(&[&base[..], &["--resume"]].concat());
    let done = fs::read(&output);
    assert!(Command::new("umount").arg(&disk).status().unwrap().success());
    assert_eq!(code, 2);
    assert!(stderr.contains("No space left on device"), "{stderr}");
    assert_eq!(resumed, (0, String::new()));
    let expected = folder.path("expected.csv");
    assert_eq!(run(&["tag", "-q", argument(&input), "-o", argument(&expected)]).0, 0);
    assert!(done.unwrap() == fs::read(expected).unwrap());
}
