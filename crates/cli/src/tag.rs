use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use clap::Args;
use rolecall::Classifier;
use rolecall::text::printable;
use rolecall_dedup::Duplicates;
use rolecall_tables::Compression;
use rolecall_tagging::likeness::LikenessReference;
use rolecall_tagging::{
    BatchError, BatchOptions, Destination, Existing, InputPath, OutputFormat, Report, Summary,
    path_value,
};
use serde_json::json;

use super::Data;
use super::decision::Decision;
use super::exit::{self, Exit};
use super::log::{Log, Telling};
use super::reading::Reading;
use super::style::{BAR, FAINT, STRONG, bar};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// CSV, TSV, JSON and Parquet files, also .gz and .zst; folders, patterns; `-` is standard input
    ///
    /// A folder stands for all such files below it. Several inputs go into one output and must
    /// have the same columns, unless the output is a folder.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The file to write, which appears when it is complete; or a folder, with one output for each
    /// input [default: standard output]
    ///
    /// A name that is no folder yet is taken for one if it ends in `/`, or if it has no ending and there are
    /// several inputs.
    /// Its name tells the form: .csv, .tsv, .jsonl, .parquet, also with .gz or .zst behind. Beside
    /// it lies OUT.manifest.json: what was read, how, and what became of it.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// How rows are written [default: by the name of the output; table on a terminal, otherwise csv]
    ///
    /// csv keeps each row of a CSV file as it is, with its own delimiter, and appends the tag
    /// columns; tsv has tabs; jsonl is one object a line; table shows title, role and confidence.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// How the output is compressed [default: by the name of the output]
    #[arg(long, value_name = "HOW")]
    compress: Option<Compress>,
    /// Put ' before cells that a spreadsheet would take for formulas
    ///
    /// Cells are changed by this, so it is off unless you ask for it. Numbers are left alone.
    #[arg(long)]
    excel_safe: bool,
    /// What the names of the tag columns start with [default: the taxonomy's name]
    #[arg(long, value_name = "NAME", value_parser = prefix)]
    prefix: Option<String>,
    /// Also tell which rows repeat an earlier one: _duplicate_of, _cluster, _duplicate_kind
    #[arg(long)]
    dedup: bool,
    /// Memory for --dedup in MiB; when it is full, the oldest ads are forgotten
    #[arg(long, value_name = "MIB", default_value_t = DEDUP_MIB, value_parser = clap::value_parser!(u32).range(1..))]
    dedup_memory: u32,
    /// Threads that tag [default: all cores]; the output does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Where rows go that can't be read, with line and reason [default: OUT.rejects.csv]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Go on with a run that was interrupted; outputs that are complete are left as they are
    #[arg(long, conflicts_with = "force")]
    resume: bool,
    /// Overwrite an output that is there, or was begun
    #[arg(long)]
    force: bool,
    /// How often a checkpoint is saved, from which --resume goes on
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    checkpoint_seconds: f64,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    decision: Decision,
    #[command(flatten)]
    reading: Reading,
}

#[allow(clippy::cast_possible_truncation, reason = "a few hundred")]
const DEDUP_MIB: u32 = (Duplicates::DEFAULT_BUDGET >> 20) as u32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Csv,
    Tsv,
    Jsonl,
    Parquet,
    Table,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Compress {
    None,
    Gzip,
    Zstd,
}

fn prefix(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match !text.is_empty() && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err("expected letters, digits, `_` and `-`".to_owned()),
    }
}

pub(super) fn run(arguments: &Arguments, data: &Data) -> anyhow::Result<Exit> {
    let inputs = rolecall_tagging::expand(&arguments.inputs)?;
    let outputs = outputs(arguments, inputs.files.clone())?;
    let classifier = data.classifier()?.with_options(arguments.decision.options());
    let to_terminal = arguments.output.is_none() && io::stdout().is_terminal();
    let sizes = outputs.iter().flat_map(|output| &output.inputs);
    let (mut files, mut bytes) = (0, Some(0));
    for input in sizes {
        files += 1;
        let size = fs::metadata(&input.path).ok().filter(fs::Metadata::is_file);
        bytes = bytes.zip(size).map(|(bytes, size)| bytes + size.len());
    }
    let log = Log::start(&arguments.telling, to_terminal, files, bytes)?;
    log.repeated(&inputs);
    let labelled = LikenessReference::of_corpus(classifier.corpus())?;
    let start = Instant::now();
    let (mut all, mut failures, mut first_error) = (Summary::default(), 0, None);
    for output in &outputs {
        match tag(arguments, &classifier, output, to_terminal, &log) {
            Ok(report) => {
                all.add(&report.rows);
                failures += report.failures().count();
                log.event("written", json!({
                    "output": output.path.as_deref().map(path_value), "bytes": report.output_bytes,
                    "rejects": report.rejects.as_deref().map(path_value),
                    "manifest": report.manifest.as_deref().map(path_value),
                    "was_complete": report.was_complete,
                    "likeness": labelled.map(|labelled| labelled.judge(&report.rows.likeness)),
                }));
                log.copies(&report.inputs);
                tell_files(&log, &report)?;
            }
            Err(error) if outputs.len() == 1 || exit::is_interrupted(&error) => {
                log.finish();
                return Err(error);
            }
            // The others are not stopped by it.
            Err(error) => {
                log.finish();
                exit::report(&error);
                failures += 1;
                first_error.get_or_insert(error);
            }
        }
    }
    log.finish();
    if log.is_for_people() {
        tell_counts(&classifier, &all, start.elapsed())?;
        let likeness = labelled.map(|labelled| labelled.judge(&all.likeness));
        if let Some(warning) = likeness.and_then(|likeness| likeness.warning()) {
            writeln!(anstream::stderr(), "{warning}")?;
        }
        if all.rows_set_aside > 0 && arguments.output.is_none() && arguments.rejects.is_none() {
            writeln!(
                anstream::stderr(),
                "use -o or --rejects to keep the rows that were set aside"
            )?;
        }
        if failures > 0 {
            writeln!(anstream::stderr(), "{STRONG}{failures} of {files} files failed{STRONG:#}")?;
        }
    }
    Ok(match (failures, all.rows_set_aside) {
        (0, 0) => Exit::Done,
        (0, _) => Exit::RowsSetAside,
        _ => Exit::Failed,
    })
}

/// An output, and what goes into it.
struct Output {
    /// The file; without it, standard output.
    path: Option<PathBuf>,
    inputs: Vec<InputPath>,
}

/// Finds out which input goes where.
fn outputs(arguments: &Arguments, inputs: Vec<InputPath>) -> anyhow::Result<Vec<Output>> {
    let named = arguments.output.as_ref().filter(|path| path.as_os_str() != "-");
    let Some(path) = named else {
        ensure!(!arguments.resume, "--resume needs an output file; name it with -o");
        return Ok(vec![Output { path: None, inputs }]);
    };
    let ends_with_slash = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    // A name without an ending tells no form, and many files want a folder.
    let is_many = inputs.len() > 1 || arguments.inputs.iter().any(|input| input.is_dir());
    let is_bare = path.extension().is_none() && arguments.format.is_none() && !path.exists();
    let is_folder = path.is_dir() || ends_with_slash || is_bare && is_many;
    if !is_folder {
        check_not_input(path, &inputs)?;
        return Ok(vec![Output { path: Some(path.clone()), inputs }]);
    }
    ensure!(
        arguments.rejects.is_none(),
        "--rejects is for one output; with a folder, each output has its own"
    );
    let mut places: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let mut outputs = Vec::new();
    for input in inputs {
        let place = path.join(output_name(&input.relative, arguments));
        if let Some(other) = places.insert(place.clone(), input.path.clone()) {
            bail!(
                "{} and {} would both be written to {}; tag them one by one",
                other.display(),
                input.path.display(),
                place.display()
            );
        }
        outputs.push(Output { path: Some(place), inputs: vec![input] });
    }
    let all: Vec<_> = outputs.iter().flat_map(|output| output.inputs.clone()).collect();
    for place in places.keys() {
        check_not_input(place, &all)?;
    }
    for place in places.keys().filter_map(|place| place.parent()) {
        fs::create_dir_all(place).map_err(|error| {
            anyhow::anyhow!("{}: cannot make the folder: {error}", place.display())
        })?;
    }
    Ok(outputs)
}

fn check_not_input(output: &Path, inputs: &[InputPath]) -> anyhow::Result<()> {
    let Ok(place) = output.canonicalize() else { return Ok(()) };
    for input in inputs {
        if place.is_file() && input.path.canonicalize().is_ok_and(|input| input == place) {
            bail!("{}: the output is an input; choose another name", output.display());
        }
    }
    Ok(())
}

/// Names the output of an input, in a folder.
fn output_name(relative: &Path, arguments: &Arguments) -> PathBuf {
    let name = relative.file_name().unwrap_or_default().to_string_lossy();
    // What is not UTF-8 in the name stays as it is.
    let plain = match Compression::of_name(&name).0 {
        Compression::None => relative.to_owned(),
        Compression::Gzip | Compression::Zstd => relative.with_extension(""),
    };
    let ending = plain.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let ending = match (arguments.format, ending.as_str()) {
        (Some(Format::Csv), _) => "csv",
        (Some(Format::Tsv), _) | (None, "tsv") => "tsv",
        (Some(Format::Jsonl), _) | (None, "json" | "jsonl" | "ndjson") => "jsonl",
        (Some(Format::Parquet), _) | (None, "parquet") => "parquet",
        (Some(Format::Table), _) => "txt",
        (None, _) => "csv",
    };
    let compression = match arguments.compress {
        Some(Compress::Gzip) => ".gz",
        Some(Compress::Zstd) => ".zst",
        Some(Compress::None) | None => "",
    };
    plain.with_extension(format!("{ending}{compression}"))
}

/// Tells how an output is written, by what was asked for or by its name.
fn form(
    arguments: &Arguments,
    output: &Output,
    to_terminal: bool,
) -> anyhow::Result<(OutputFormat, Compression)> {
    let name = output.path.as_ref().and_then(|path| path.file_name()).unwrap_or_default();
    let name = name.to_string_lossy();
    let (by_name, plain) = Compression::of_name(&name);
    let ending = plain.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let format = match (arguments.format, ending.as_str()) {
        (Some(Format::Csv), _) => OutputFormat::Csv,
        (Some(Format::Tsv), _) | (None, "tsv") => OutputFormat::Tsv,
        (Some(Format::Jsonl), _) | (None, "jsonl" | "ndjson") => OutputFormat::JsonLines,
        (Some(Format::Parquet), _) | (None, "parquet") => OutputFormat::Parquet,
        (Some(Format::Table), _) => OutputFormat::Table,
        (None, "json" | "xlsx" | "xls" | "zip" | "bz2" | "xz") => bail!(
            "{name}: `.{ending}` can't be written; name it .csv, .tsv, .jsonl or .parquet, with .gz or \
             .zst behind if you like"
        ),
        (None, _) if to_terminal => OutputFormat::Table,
        (None, _) => OutputFormat::Csv,
    };
    let compression = match arguments.compress {
        Some(Compress::None) => Compression::None,
        Some(Compress::Gzip) => Compression::Gzip,
        Some(Compress::Zstd) => Compression::Zstd,
        None => by_name,
    };
    ensure!(
        format != OutputFormat::Parquet || compression == Compression::None,
        "Parquet is compressed in itself; leave out .gz, .zst and --compress"
    );
    ensure!(
        format != OutputFormat::Parquet || output.path.is_some(),
        "Parquet needs a file to be written to; name it with -o"
    );
    Ok((format, compression))
}

fn tag(
    arguments: &Arguments,
    classifier: &Classifier,
    output: &Output,
    to_terminal: bool,
    log: &Log,
) -> anyhow::Result<Report> {
    let (format, compression) = form(arguments, output, to_terminal)?;
    let threads = match arguments.threads {
        Some(threads) => usize::from(threads),
        None => available_parallelism().map_or(1, usize::from),
    };
    let prefix =
        arguments.prefix.clone().unwrap_or_else(|| classifier.corpus().taxonomy.name.clone());
    let seconds = arguments.checkpoint_seconds;
    let options = BatchOptions {
        threads,
        prefix,
        format,
        compression,
        excel_safe: arguments.excel_safe,
        dedup: arguments.dedup.then_some((arguments.dedup_memory as usize) << 20),
        input: arguments.reading.options(),
        existing: match (arguments.force, arguments.resume) {
            (true, _) => Existing::Replace,
            (_, true) => Existing::Resume,
            _ => Existing::Refuse,
        },
        checkpoint_interval: Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX),
    };
    let is_stdin = |input: &InputPath| input.path == Path::new("-");
    ensure!(
        !arguments.resume || !output.inputs.iter().any(is_stdin),
        "--resume can't read standard input again; give a file"
    );
    let run = |destination: Destination<'_>| -> Result<Report, BatchError> {
        rolecall_tagging::run(classifier, &output.inputs, destination, &options, log)
    };
    Ok(match &output.path {
        // What is not a plain file, such as /dev/null or a named pipe, is written directly.
        Some(path) if fs::metadata(path).is_ok_and(|found| !found.is_file()) => {
            let wrong = |source| BatchError::Write { path: path.clone(), source };
            let mut file = fs::File::options().write(true).open(path).map_err(wrong)?;
            let rejects = arguments.rejects.clone();
            run(Destination::Stream { name: path.clone(), out: &mut file, rejects })?
        }
        Some(path) => {
            let rejects =
                arguments.rejects.clone().unwrap_or_else(|| rolecall_tagging::rejects_path(path));
            run(Destination::File { path: path.clone(), rejects })?
        }
        None => {
            let mut stdout = BufWriter::with_capacity(1 << 16, io::stdout());
            let name = PathBuf::from("standard output");
            let rejects = arguments.rejects.clone();
            run(Destination::Stream { name, out: &mut stdout, rejects })?
        }
    })
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// Tells where the rows that were set aside are.
fn tell_files(log: &Log, report: &Report) -> anyhow::Result<()> {
    if !log.is_for_people() {
        return Ok(());
    }
    if let Some(path) = &report.rejects {
        writeln!(anstream::stderr(), "rows set aside are in {}", shown(path))?;
    }
    if let (true, Some(manifest)) = (report.was_complete, &report.manifest) {
        writeln!(anstream::stderr(), "it was complete already; see {}", shown(manifest))?;
    }
    Ok(())
}

fn tell_counts(classifier: &Classifier, rows: &Summary, time: Duration) -> anyhow::Result<()> {
    let mut err = anstream::stderr().lock();
    writeln!(err)?;
    let roles = classifier.corpus().taxonomy.roles.iter().map(|role| role.id.as_str());
    #[allow(clippy::cast_precision_loss, reason = "a share, for a bar")]
    for (id, count) in roles.zip(rows.tagged.iter().copied()).chain([("none", rows.none)]) {
        let bar = bar(count as f64 / rows.rows_read.max(1) as f64, 30);
        writeln!(err, "{id:<34} {count:>9}  {BAR}{bar}{BAR:#}")?;
    }
    #[allow(clippy::cast_precision_loss, reason = "a rate, for people")]
    let per_second = rows.rows_read as f64 / time.as_secs_f64().max(1e-6);
    writeln!(
        err,
        "\n{STRONG}{} rows read = {} written + {} set aside{STRONG:#}  {FAINT}{:.2} s, {per_second:.0} \
         rows/s{FAINT:#}",
        rows.rows_read,
        rows.rows_written,
        rows.rows_set_aside,
        time.as_secs_f64(),
    )?;
    let notes = [
        (rows.rows_filled_up, "had too few cells and were filled up"),
        (rows.rows_with_more_cells, "had more cells than the header; all were kept"),
        (
            rows.rows_with_late_members,
            "have keys that are not among those of the first rows; these are kept as JSON in the last column",
        ),
        (
            rows.rows_with_stray_quotes,
            "had a quote that is never closed; each was read as one line",
        ),
        (
            rows.rows_in_another_encoding,
            "are in another encoding than the rest of their file; each was read in its own, as UTF-8 or windows-1252",
        ),
        (rows.rows_by_title_alone, "have no text and were tagged by their title alone"),
        (rows.rows_duplicate, "repeat an earlier row"),
    ];
    for (count, note) in notes {
        if count > 0 {
            writeln!(err, "{count} rows {note}")?;
        }
    }
    if rows.malformed_sequences > 0 {
        let count = rows.malformed_sequences;
        writeln!(err, "{count} sequences are malformed in their encoding and became U+FFFD")?;
    }
    Ok(())
}
