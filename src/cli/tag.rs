use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rolecall::Classifier;
use rolecall::batch::{
    self, BatchOptions, Input, InputOptions, OutputFile, RejectFile, RowFormat, Summary,
};

use super::Data;
use super::choosing::Choosing;
use super::exit::Exit;
use super::style::{BAR, FAINT, STRONG, bar};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// CSV or TSV files with a header line; `-` is standard input
    ///
    /// Several inputs go into one output and must have the same columns.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The file to write; it appears when it is complete [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// How rows are written [default: table on a terminal, otherwise csv]
    ///
    /// csv keeps each row as it is, with its own delimiter, and appends the tag columns; table
    /// shows title, role and confidence, one line a row.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// The column of the job title: a name, a position from 1, or `-` for none [default: found by
    /// name and content]
    #[arg(long, value_name = "COLUMN")]
    title_column: Option<String>,
    /// A column of the text; may be given several times [default: found by name and content]
    #[arg(long = "text-column", value_name = "COLUMN")]
    text_columns: Vec<String>,
    /// The delimiter between cells: one character, or `tab` [default: found in the header]
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// What the names of the tag columns start with [default: the taxonomy's name]
    #[arg(long, value_name = "NAME", value_parser = prefix)]
    prefix: Option<String>,
    /// Threads that tag [default: all cores]; the output does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Where rows go that can't be read, with line and reason [default: OUT.rejects.csv]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    choosing: Choosing,
    /// Print nothing but errors to standard error
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Csv,
    Table,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" => Ok(b'\t'),
        _ => match text.as_bytes() {
            // The tag columns are made of letters, digits and these, and are not quoted.
            [byte] if byte.is_ascii_punctuation() && !b"\"':.-_".contains(byte) => Ok(*byte),
            _ => Err("expected `tab` or one of ,;|/~^ or the like, none of \"':.-_".to_owned()),
        },
    }
}

fn prefix(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match !text.is_empty() && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err("expected letters, digits, `_` and `-`".to_owned()),
    }
}

pub(super) fn run(arguments: &Arguments, data: &Data) -> anyhow::Result<Exit> {
    check_output(arguments)?;
    let classifier = data.classifier()?.choosing(arguments.choosing.choices());
    let inputs = open(arguments, &classifier)?;
    let to_terminal = arguments.output.is_none() && io::stdout().is_terminal();
    let format = match arguments.format {
        Some(Format::Csv) => RowFormat::Csv,
        None if !to_terminal => RowFormat::Csv,
        Some(Format::Table) | None => RowFormat::Table,
    };
    let threads = match arguments.threads {
        Some(threads) => usize::from(threads),
        None => available_parallelism().map_or(1, usize::from),
    };
    let prefix =
        arguments.prefix.clone().unwrap_or_else(|| classifier.corpus().taxonomy.name.clone());
    let options = BatchOptions { threads, prefix, format };
    let mut rejects = RejectFile::new(reject_path(arguments));
    let progress = progress_bar(arguments.quiet || to_terminal, &inputs);
    let count = |bytes| progress.inc(bytes);
    let start = Instant::now();
    let summary = match &arguments.output {
        Some(path) if path != Path::new("-") => {
            let wrong = || format!("{}: cannot write", path.display());
            let mut file = OutputFile::create(path).with_context(wrong)?;
            let out = (path.as_path(), &mut file as &mut (dyn Write + Send));
            let summary = batch::tag(&classifier, inputs, out, &mut rejects, &options, &count)?;
            file.finish().with_context(wrong)?;
            summary
        }
        _ => {
            let mut stdout = BufWriter::with_capacity(1 << 16, io::stdout());
            let out = (Path::new("standard output"), &mut stdout as &mut (dyn Write + Send));
            batch::tag(&classifier, inputs, out, &mut rejects, &options, &count)?
        }
    };
    let rejects = rejects.finish()?;
    progress.finish_and_clear();
    if !arguments.quiet {
        report(&classifier, &summary, rejects.as_deref(), start.elapsed())?;
    }
    Ok(if summary.rows_set_aside > 0 { Exit::RowsSetAside } else { Exit::Done })
}

fn check_output(arguments: &Arguments) -> anyhow::Result<()> {
    let Some(output) = &arguments.output else { return Ok(()) };
    let extension = output.extension().and_then(|extension| extension.to_str()).unwrap_or("");
    ensure!(
        !["gz", "zst", "parquet", "jsonl", "ndjson", "json", "xlsx"].contains(&extension),
        "{}: only CSV and TSV can be written, found `.{extension}`; name it .csv",
        output.display()
    );
    let Ok(place) = output.canonicalize() else { return Ok(()) };
    for input in &arguments.inputs {
        if input.canonicalize().is_ok_and(|input| input == place) && place.is_file() {
            bail!("{}: the output is an input; choose another name", output.display());
        }
    }
    Ok(())
}

/// Opens all inputs before the first row is written, so that a wrong name costs nothing.
fn open(arguments: &Arguments, classifier: &Classifier) -> anyhow::Result<Vec<Input>> {
    let options = InputOptions {
        delimiter: arguments.delimiter,
        title_column: arguments.title_column.clone(),
        text_columns: arguments.text_columns.clone(),
    };
    let mut inputs = Vec::new();
    for path in &arguments.inputs {
        let input = Input::open(path, &options, &classifier.corpus().column_names)?;
        if !arguments.quiet {
            writeln!(anstream::stderr(), "{}", input.description())?;
        }
        inputs.push(input);
    }
    Ok(inputs)
}

fn reject_path(arguments: &Arguments) -> Option<PathBuf> {
    let beside = |output: &PathBuf| {
        let mut name = OsString::from(output);
        name.push(".rejects.csv");
        PathBuf::from(name)
    };
    let named = arguments.output.as_ref().filter(|output| output.is_file() || !output.exists());
    arguments.rejects.clone().or_else(|| named.filter(|o| *o != Path::new("-")).map(beside))
}

/// A bar on standard error, if that is a terminal and rows are not shown there.
fn progress_bar(hidden: bool, inputs: &[Input]) -> ProgressBar {
    let size = inputs.iter().map(|input| input.size).sum::<Option<u64>>();
    if hidden || !io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(size, ProgressDrawTarget::hidden());
    }
    let template = "{bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left";
    let style = ProgressStyle::with_template(template);
    let bar = size.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    match style {
        Ok(style) if size.is_some() => bar.with_style(style),
        _ => bar,
    }
}

fn report(
    classifier: &Classifier,
    summary: &Summary,
    rejects: Option<&Path>,
    time: Duration,
) -> anyhow::Result<()> {
    let mut err = anstream::stderr().lock();
    let rows: u64 = summary.rows_read;
    writeln!(err)?;
    let roles = classifier.corpus().taxonomy.roles.iter().map(|role| role.id.as_str());
    #[allow(clippy::cast_precision_loss, reason = "a share, for a bar")]
    for (id, count) in roles.zip(summary.tagged.iter().copied()).chain([("none", summary.none)]) {
        let bar = bar(count as f64 / rows.max(1) as f64, 30);
        writeln!(err, "{id:<34} {count:>9}  {BAR}{bar}{BAR:#}")?;
    }
    #[allow(clippy::cast_precision_loss, reason = "a rate, for people")]
    let per_second = |count: u64| count as f64 / time.as_secs_f64().max(1e-6);
    writeln!(
        err,
        "\n{STRONG}{rows} rows read = {} written + {} set aside{STRONG:#}  \
         {FAINT}{:.2} s, {:.0} rows/s, {:.0} MB/s{FAINT:#}",
        summary.rows_written,
        summary.rows_set_aside,
        time.as_secs_f64(),
        per_second(rows),
        per_second(summary.bytes) / 1e6,
    )?;
    if summary.rows_filled_up > 0 {
        writeln!(err, "{} rows had too few cells and were filled up", summary.rows_filled_up)?;
    }
    match rejects {
        Some(path) => writeln!(err, "rows set aside are in {}", path.display())?,
        None if summary.rows_set_aside > 0 => {
            writeln!(err, "use -o or --rejects to keep the rows that were set aside")?;
        }
        None => {}
    }
    Ok(())
}
