//! What a batch tells while it goes on: a bar for people, JSON lines for pipelines.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rolecall::text::printable;
use rolecall_tagging::{Input, InputReport, Inputs, Progress, path_value};
use serde_json::{Value, json};

/// How often a log tells of progress.
const INTERVAL: Duration = Duration::from_secs(5);

/// How much is told.
#[derive(Debug, Args)]
pub(super) struct Telling {
    /// Print nothing but errors to standard error
    #[arg(short, long, conflicts_with_all = ["verbose", "json_logs"])]
    quiet: bool,
    /// Also print a line for each input when it is done
    #[arg(short, long)]
    verbose: bool,
    /// Print what happens as JSON lines to standard error, for pipelines
    #[arg(long)]
    json_logs: bool,
}

/// Set when the program is told to stop.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Tells whether the program was told to stop.
pub(super) fn is_stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}

/// Tells what happens, and stops the batch when the program is told to stop.
pub(super) struct Log {
    quiet: bool,
    verbose: bool,
    json: bool,
    bar: ProgressBar,
    files: u64,
    files_done: AtomicU64,
    bytes: AtomicU64,
    rows: AtomicU64,
    started: Instant,
    told: Mutex<Instant>,
}

impl Log {
    /// Starts a log of so many files and bytes. Ctrl-C stops the batch from here on; a second one
    /// ends the program at once.
    pub(super) fn start(
        telling: &Telling,
        shows_rows: bool,
        files: u64,
        bytes: Option<u64>,
    ) -> anyhow::Result<Self> {
        ctrlc::set_handler(|| {
            if STOPPED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        })
        .context("cannot listen to Ctrl-C")?;
        let hidden = telling.quiet || telling.json_logs || shows_rows;
        let now = Instant::now();
        Ok(Self {
            quiet: telling.quiet,
            verbose: telling.verbose,
            json: telling.json_logs,
            bar: progress_bar(hidden, files, bytes),
            files,
            files_done: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            started: now,
            told: Mutex::new(now),
        })
    }

    /// Tells whether notices for people are printed.
    pub(super) fn is_for_people(&self) -> bool {
        !self.quiet && !self.json
    }

    /// Prints an event for pipelines.
    pub(super) fn event(&self, name: &str, mut event: Value) {
        if self.json {
            event["event"] = json!(name);
            event["seconds"] =
                json!(super::style::rounded(self.started.elapsed().as_secs_f64(), 3));
            // Where standard error is closed, nobody is there to be told.
            let _ = writeln!(io::stderr(), "{event}");
        }
    }

    fn line(&self, text: &str) {
        // A line must not go through the bar.
        self.bar.suspend(|| drop(writeln!(anstream::stderr(), "{}", printable(text))));
    }

    /// Tells which files were reached twice and are read once.
    pub(super) fn repeated(&self, inputs: &Inputs) {
        for (path, first) in inputs.repeated.iter().filter(|_| self.is_for_people()) {
            let (path, first) = (path.display(), first.display());
            self.line(&format!("{path}: the same file as {first}; it is read once"));
        }
    }

    /// Tells which files hold the same bytes, so that their rows count as often.
    pub(super) fn copies(&self, inputs: &[InputReport]) {
        let mut known: BTreeMap<&str, &InputReport> = BTreeMap::new();
        for input in inputs.iter().filter(|input| input.failure.is_none() && input.bytes > 0) {
            match known.get(input.sha256.as_str()) {
                None => drop(known.insert(&input.sha256, input)),
                Some(first) if self.is_for_people() => self.line(&format!(
                    "{}: the same bytes as {}; its rows are read twice",
                    input.path.display(),
                    first.path.display()
                )),
                Some(_) => {}
            }
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Log {
    fn opened(&self, input: &Input) {
        if self.is_for_people() {
            self.line(&input.description());
        }
        if let Ok(mut found) = serde_json::to_value(input.found()) {
            found["path"] = path_value(&input.path);
            found["size"] = json!(input.size);
            self.event("opened", found);
        }
    }

    fn advanced(&self, bytes: u64, rows: u64) {
        self.bar.inc(bytes);
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let rows = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if self.json && told.elapsed() >= INTERVAL {
            *told = Instant::now();
            let done = self.files_done.load(Ordering::Relaxed);
            self.event(
                "progress",
                json!({"bytes": bytes, "rows": rows, "files_done": done, "files": self.files}),
            );
        }
    }

    fn done(&self, input: &InputReport) {
        let done = self.files_done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.files > 1 {
            self.bar.set_message(format!("file {done} of {}", self.files));
        }
        let rows = &input.rows;
        self.event(
            if input.failure.is_some() { "failed" } else { "done" },
            json!({
                "path": path_value(&input.path), "failure": input.failure, "damage": input.damage,
                "rows_read": rows.rows_read,
                "rows_written": rows.rows_written, "rows_set_aside": rows.rows_set_aside,
            }),
        );
        if let Some(damage) = input.damage.as_ref().filter(|_| self.is_for_people()) {
            self.line(&format!("{}: {damage}", input.path.display()));
        }
        match &input.failure {
            Some(failure) if self.is_for_people() => self.line(&format!("failed: {failure}")),
            None if self.verbose && self.is_for_people() => self.line(&format!(
                "{}: {} rows read = {} written + {} set aside",
                input.path.display(),
                rows.rows_read,
                rows.rows_written,
                rows.rows_set_aside
            )),
            _ => {}
        }
    }

    fn is_stopped(&self) -> bool {
        is_stopped()
    }
}

/// A bar on standard error, if that is a terminal.
fn progress_bar(hidden: bool, files: u64, bytes: Option<u64>) -> ProgressBar {
    if hidden || !io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(bytes, ProgressDrawTarget::hidden());
    }
    let template = match bytes {
        Some(_) => "{bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {msg}",
        None => "{spinner} {bytes}  {bytes_per_sec}  {msg}",
    };
    let bar = bytes.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let bar = match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    };
    if files > 1 {
        bar.set_message(format!("file 0 of {files}"));
    }
    bar
}
