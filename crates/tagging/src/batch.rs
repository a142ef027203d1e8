//! One output: begun, gone on with, finished.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use rolecall::Classifier;
use rolecall_dedup::Signature;
use rolecall_tables::{Compression, Digested, ParquetForm, TableError};
use sha2::{Digest, Sha256};

use super::checkpoint::{Checkpoint, Current};
use super::encode::{Encoder, OutputFormat, Plan};
use super::input::{Input, InputOptions, InputPosition};
use super::inputs::InputPath;
use super::manifest::{Manifest, RunTimes, answer_settings};
use super::part::{PartFile, beside};
use super::pipeline::run_in_order;
use super::progress::Progress;
use super::rejects::RejectFile;
use super::report::{InputReport, Report};
use super::sequencer::Sequencer;
use super::sink::{Out, Sink};
use super::tags::TagNames;
use super::unchanged::{check_start, check_unchanged, modified};
use super::worker::{DuplicateState, Job, Piece, Worker};
use super::{BatchError, Summary};
use crate::likeness::LikenessReference;

/// Bytes of a text file that are tagged at once.
const CHUNK_BYTES: usize = 1 << 20;

/// The same, if they become a row group of a Parquet file: larger ones are read faster.
const ROW_GROUP_BYTES: usize = 8 << 20;

/// How a batch is tagged and written.
#[derive(Debug, Clone)]
pub struct BatchOptions {
    /// Threads that tag: at least 1.
    pub threads: usize,
    /// What the names of the tag columns start with, such as `onc`.
    pub prefix: String,
    /// How rows are written.
    pub format: OutputFormat,
    /// How the output is compressed.
    pub compression: Compression,
    /// Whether cells that a spreadsheet would take for formulas are protected.
    pub excel_safe: bool,
    /// Whether duplicates are looked for, and the bytes of memory for that.
    pub dedup: Option<usize>,
    /// What overrides what is found out about the inputs.
    pub input: InputOptions,
    /// What is done if the output is there, or was begun.
    pub existing: Existing,
    /// How often a checkpoint is saved.
    pub checkpoint_interval: Duration,
}

/// What is done if an output is there, or was begun by a run that was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is an error.
    Refuse,
    /// It is overwritten.
    Replace,
    /// An interrupted run is gone on with; a complete one is left as it is.
    Resume,
}

/// Where tagged rows go.
pub enum Destination<'a> {
    /// To a file, which appears when it is complete. `rejects` takes the rows that were set
    /// aside; a manifest is written beside the file.
    File {
        /// The file.
        path: PathBuf,
        /// The rows that were set aside.
        rejects: PathBuf,
    },
    /// To a stream, such as standard output. `rejects` takes the rows that were set aside;
    /// without it they are counted only.
    Stream {
        /// What it is called in errors.
        name: PathBuf,
        /// The stream.
        out: &'a mut (dyn Write + Send),
        /// The rows that were set aside.
        rejects: Option<PathBuf>,
    },
}

/// Tags the rows of some inputs, one after another, into one output.
///
/// Every row of an input is written with its tags or set aside, in the order of the input. The
/// output is the same bytes whatever the number of threads, and whether or not the run was
/// interrupted. Memory is bounded by the number of threads, not by the inputs.
///
/// # Errors
///
/// Returns an error if no input can be read, the only one can't be read to its end, the output is
/// there already or can't be written, an interrupted run can't be gone on with, or the run is
/// stopped. Of several inputs those that can't be read are named in the report, and the others
/// are tagged.
pub fn run(
    classifier: &Classifier,
    inputs: &[InputPath],
    destination: Destination<'_>,
    options: &BatchOptions,
    progress: &dyn Progress,
) -> Result<Report, BatchError> {
    let settings = settings(classifier, inputs, options);
    let labelled = LikenessReference::of_corpus(classifier.corpus())?;
    let started = Started { wall: SystemTime::now(), clock: Instant::now() };
    let place = match &destination {
        Destination::File { path, .. } => path.clone(),
        Destination::Stream { name, .. } => name.clone(),
    };
    let begun = match destination {
        Destination::Stream { name: _, out, rejects } => Begun::Fresh(Sink::new(
            &place,
            Out::Stream { path: &place, out, digested: Digested::default() },
            RejectFile::new(rejects),
            None,
            Checkpoint::new(settings.clone()),
            options.checkpoint_interval,
        )),
        Destination::File { path, rejects } => begin(&path, rejects, &settings, options)?,
    };
    let (mut sink, signatures) = match begun {
        Begun::Complete(manifest) => {
            manifest.inputs.iter().try_for_each(check_unchanged)?;
            return Ok(manifest.into_report(&place));
        }
        Begun::Fresh(sink) => (sink, Vec::new()),
        Begun::Resumed(sink, signatures) => (sink, signatures),
    };
    let resumed = sink.checkpoint.output_bytes > 0;
    let form = match tag_inputs(classifier, inputs, options, &mut sink, &signatures, progress) {
        Ok(form) => form,
        Err(BatchError::Stopped { .. }) => {
            return Err(BatchError::Stopped { resumable: sink.abandon() });
        }
        Err(error) => {
            sink.abandon();
            return Err(error);
        }
    };
    let is_file = matches!(sink.out, Out::Part(_));
    let finished = sink.finish(form.as_ref(), |checkpoint, digested, rejects| {
        if !is_file {
            return Ok(());
        }
        let run = started.run(options.threads, resumed);
        Manifest::new((classifier, labelled), checkpoint, &place, digested, rejects, run)
            .save(&place)
    })?;
    let mut rows = Summary::default();
    finished.inputs.iter().for_each(|input| rows.add(&input.rows));
    Ok(Report {
        inputs: finished.inputs,
        rows,
        output_bytes: finished.output_bytes,
        rejects: finished.rejects,
        manifest: is_file.then(|| super::manifest::path_for(&place)),
        was_complete: false,
    })
}

struct Started {
    wall: SystemTime,
    clock: Instant,
}

impl Started {
    fn run(&self, threads: usize, resumed: bool) -> RunTimes {
        let since = self.wall.duration_since(SystemTime::UNIX_EPOCH);
        RunTimes {
            started: since.map_or(0, |since| since.as_secs()),
            seconds: self.clock.elapsed().as_secs_f64(),
            threads,
            resumed,
        }
    }
}

/// How a run stands when it starts.
enum Begun<'a> {
    /// The output is there, and was made with the same settings.
    Complete(Manifest),
    Fresh(Sink<'a>),
    /// With the signatures of the rows that were written.
    Resumed(Sink<'a>, Vec<Signature>),
}

fn begin<'a>(
    place: &Path,
    rejects: PathBuf,
    settings: &BTreeMap<String, String>,
    options: &BatchOptions,
) -> Result<Begun<'a>, BatchError> {
    let exists = |path: &Path| fs::symlink_metadata(path).is_ok();
    let path = || place.to_owned();
    let part = beside(place, ".part");
    let journal = beside(place, ".signatures");
    let interval = options.checkpoint_interval;
    match options.existing {
        Existing::Refuse => {
            if exists(&super::checkpoint::path_for(place)) {
                return Err(PartFile::create(place).map_or_else(
                    |error| error,
                    |part| {
                        part.discard();
                        BatchError::Interrupted { path: path() }
                    },
                ));
            }
            if exists(place) {
                return Err(BatchError::Exists { path: path() });
            }
        }
        Existing::Replace => {
            PartFile::remove_left(place)?;
            PartFile::remove_left(&rejects)?;
            PartFile::remove_left(&journal)?;
            Checkpoint::remove(place)?;
        }
        Existing::Resume => {
            if let Some(checkpoint) = Checkpoint::load(place, settings)? {
                if checkpoint.complete && !exists(&part) && exists(place) {
                    Checkpoint::remove(place)?;
                    PartFile::remove_left(&journal)?;
                    return Manifest::load(place, settings).map(Begun::Complete);
                }
                let bytes = checkpoint.output_bytes;
                let out = Out::Part(Box::new(PartFile::resume(place, bytes)?));
                let rejects = match checkpoint.complete && !exists(&beside(&rejects, ".part")) {
                    true => RejectFile::done(rejects, checkpoint.rejects_bytes),
                    false => RejectFile::resume(rejects, checkpoint.rejects_bytes)?,
                };
                let mut signatures = Vec::new();
                let journal = match checkpoint.journal_bytes {
                    Some(bytes) => {
                        let mut part = PartFile::resume(&journal, bytes)?;
                        signatures = read_signatures(&mut part, &journal)?;
                        Some(part)
                    }
                    None => None,
                };
                let sink = Sink::new(place, out, rejects, journal, checkpoint, interval);
                return Ok(Begun::Resumed(sink, signatures));
            }
            if exists(place) {
                return Manifest::load(place, settings).map(Begun::Complete);
            }
            // A run that was killed before its first checkpoint left nothing to go on from.
            PartFile::remove_left(place)?;
            PartFile::remove_left(&rejects)?;
            PartFile::remove_left(&journal)?;
        }
    }
    let out = Out::Part(Box::new(PartFile::create(place)?));
    let journal = match options.dedup {
        Some(_) => Some(PartFile::create(&journal)?),
        None => None,
    };
    let checkpoint = Checkpoint::new(settings.clone());
    let rejects = RejectFile::new(Some(rejects));
    Ok(Begun::Fresh(Sink::new(place, out, rejects, journal, checkpoint, interval)))
}

fn read_signatures(part: &mut PartFile, path: &Path) -> Result<Vec<Signature>, BatchError> {
    let bytes = part.read_all()?;
    let mut signatures = Vec::with_capacity(bytes.len() / Signature::BYTES);
    let (whole, rest) = bytes.as_chunks::<{ Signature::BYTES }>();
    if !rest.is_empty() {
        let reason = "the journal of signatures is cut".to_owned();
        return Err(BatchError::Checkpoint { path: path.to_owned(), reason });
    }
    signatures.extend(whole.iter().map(Signature::from_bytes));
    Ok(signatures)
}

/// All that decides what is written, by the names that a message shows.
fn settings(
    classifier: &Classifier,
    inputs: &[InputPath],
    options: &BatchOptions,
) -> BTreeMap<String, String> {
    let mut list = Sha256::new();
    for input in inputs {
        list.update(input.path.as_os_str().as_encoded_bytes());
        list.update([0]);
    }
    let list = rolecall::digest::hexadecimal(&list.finalize());
    let input = &options.input;
    let mut settings = BTreeMap::new();
    let mut set = |name: &str, value: String| settings.insert(name.to_owned(), value);
    set("version of rolecall", env!("CARGO_PKG_VERSION").to_owned());
    for (name, value) in answer_settings(classifier) {
        set(name, value);
    }
    set("list of inputs", format!("{} files, {}", inputs.len(), &list[..16]));
    set("prefix", options.prefix.clone());
    set("format", options.format.as_str().to_owned());
    set("compression", options.compression.as_str().to_owned());
    set("--excel-safe", options.excel_safe.to_string());
    set("--dedup", options.dedup.map_or("no".to_owned(), |bytes| format!("{bytes} bytes")));
    for (name, value) in input.to_settings() {
        set(name, value);
    }
    settings
}

/// Tags all inputs that are not done; returns how to join the pieces of a Parquet file.
fn tag_inputs(
    classifier: &Classifier,
    inputs: &[InputPath],
    options: &BatchOptions,
    sink: &mut Sink<'_>,
    signatures: &[Signature],
    progress: &dyn Progress,
) -> Result<Option<ParquetForm>, BatchError> {
    let duplicates =
        options.dedup.map(|budget| Sequencer::new(DuplicateState::of(budget, signatures)));
    let mut batch = Batch { classifier, options, progress, plan: None, duplicates };
    let mut first_failure = None;
    for (n, InputPath { path, .. }) in inputs.iter().enumerate() {
        let done = sink.checkpoint.inputs.get(n).cloned();
        let report = match done {
            Some(report) => {
                check_unchanged(&report)?;
                batch.pass_over(&report)?;
                report
            }
            None => match batch.tag(path, sink) {
                Ok(report) => report,
                Err(error) if inputs.len() > 1 && error.is_of_input() => {
                    let report = sink.failed(path, &error.to_string());
                    sink.end(report.clone());
                    report
                }
                Err(error) => return Err(error),
            },
        };
        progress.done(&report);
        if let Some(failure) = report.failure {
            first_failure.get_or_insert(failure);
        }
    }
    match first_failure {
        Some(first) if sink.checkpoint.inputs.iter().all(|input| input.failure.is_some()) => {
            Err(BatchError::AllFailed { inputs: inputs.len(), first })
        }
        _ => Ok(batch.plan.and_then(|(_, plan)| plan.parquet)),
    }
}

/// What stays the same from input to input.
struct Batch<'b> {
    classifier: &'b Classifier,
    options: &'b BatchOptions,
    progress: &'b dyn Progress,
    /// How rows are written, which the first input decides.
    plan: Option<(PathBuf, Plan)>,
    duplicates: Option<Sequencer<DuplicateState>>,
}

impl Batch<'_> {
    /// Passes over an input that is done; the first one must be looked at once more, because it
    /// decides how rows are written.
    fn pass_over(&mut self, report: &InputReport) -> Result<(), BatchError> {
        if self.plan.is_none() && report.found.is_some() {
            let input = self.open(&report.path)?;
            self.plan = Some((report.path.clone(), self.plan_for(&input)?));
        }
        Ok(())
    }

    fn open(&self, path: &Path) -> Result<Input, TableError> {
        let chunk_bytes = match self.options.format {
            OutputFormat::Parquet => ROW_GROUP_BYTES,
            _ => CHUNK_BYTES,
        };
        let names = &self.classifier.corpus().column_names;
        Input::open(path, &self.options.input, names, chunk_bytes)
    }

    fn plan_for(&self, input: &Input) -> Result<Plan, BatchError> {
        let BatchOptions { format, prefix, excel_safe, dedup, .. } = self.options;
        let names = TagNames::new(prefix);
        let taken = |column: &&str| input.header.iter().any(|name| name == column);
        if let Some(column) = names.iter().find(taken) {
            let (path, column) = (input.path.clone(), column.to_owned());
            return Err(BatchError::TagColumnExists { path, column });
        }
        Plan::new(*format, names, *excel_safe, dedup.is_some(), input)
            .map_err(|source| TableError::Columnar { path: input.path.clone(), source }.into())
    }

    /// Tags an input from where it was left, and returns what was done with it.
    fn tag(&mut self, path: &Path, sink: &mut Sink<'_>) -> Result<InputReport, BatchError> {
        let mut input = self.open(path)?;
        let columns = input.known_columns()?;
        if let Some((first, plan)) = &self.plan
            && input.header != plan.header
        {
            let (path, first) = (path.to_owned(), first.clone());
            return Err(BatchError::ColumnsDiffer { path, first });
        }
        if self.plan.is_none() {
            let plan = self.plan_for(&input)?;
            if sink.checkpoint.output_bytes == 0 {
                let head = self.options.compression.compress(Encoder::head(&plan));
                sink.write_head(&head.map_err(BatchError::write(&sink.place.clone()))?)?;
            }
            self.plan = Some((path.to_owned(), plan));
        }
        let Some((_, plan)) = &self.plan else { unreachable!("it was made above") };
        self.progress.opened(&input);
        let found = input.found();
        if let Some(current) = sink.begin(path, input.size) {
            let digested = check_start(&current)?;
            self.progress.advanced(digested.bytes, current.summary.rows_read);
            let Current { position: offset, lines, .. } = current;
            let from = InputPosition { offset, lines, digested };
            input.resume(&from).map_err(TableError::read(path))?;
        } else {
            input.start().map_err(TableError::read(path))?;
        }
        if let Some(turn) = &self.duplicates {
            turn.restart();
        }
        let BatchOptions { threads, compression, .. } = *self.options;
        let (progress, duplicates) = (self.progress, self.duplicates.as_ref());
        let job = Job::new(plan, &input, columns, compression, duplicates);
        let (digest, malformed) = (input.digest(), input.malformed());
        let worker = || {
            let mut worker = Worker::new(self.classifier, &job);
            move |number, portion| worker.tag(number, portion)
        };
        let write = |sink: &mut &mut Sink<'_>, piece: Piece| sink.write(&piece, progress);
        let stopped = || {
            if let Some(turn) = duplicates {
                turn.stop();
            }
        };
        run_in_order(input, threads, progress, worker, &mut *sink, write, stopped)?;
        let rest = digest.now();
        let mut rows = sink.current_summary(self.classifier.corpus().taxonomy.roles.len());
        rows.malformed_sequences = malformed.count();
        rows.rows_in_another_encoding += malformed.lines_in_utf8();
        let report = InputReport {
            path: path.to_owned(),
            failure: None,
            damage: sink.current_damage(),
            bytes: rest.bytes,
            sha256: rest.sha256(),
            modified: modified(path),
            found: Some(found),
            rows,
        };
        sink.end(report.clone());
        Ok(report)
    }
}
