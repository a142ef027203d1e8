use std::fs;
use std::io::{self, IsTerminal, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use anyhow::{Context, bail};
use clap::Args;
use rolecall::Classifier;
use rolecall::text::printable;
use rolecall_demand::correct::Evidence;
use rolecall_demand::{
    DemandFormat, DemandOptions, DemandRun, DemandTable, Dimension, Known, Overview, ReportOptions,
    Unit,
};
use rolecall_tagging::{InputPath, OutputFile};

use super::Data;
use super::counts;
use super::decision::Decision;
use super::exit::Exit;
use super::fields::Fields;
use super::log::{Log, Telling};
use super::reading::Reading;
use super::style::{FAINT, STRONG};

#[derive(Debug, Args)]
#[command(after_help = "\
Keys: role, tier, country, state, region, city, month, quarter, year, employer, board, remote, title, file, or the\n\
name of any column; column:NAME if a column is called like one of these.\n\n\
Counts are of postings with a role; --all adds those without. See docs/demand.md for what they mean.")]
pub(super) struct Arguments {
    /// Tagged files (others are tagged on the way), folders or patterns; `-` is standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// What rows are grouped by, separated by commas
    #[arg(long, value_name = "KEYS", value_delimiter = ',', default_value = "role")]
    by: Vec<Dimension>,
    /// Also count the rows that are out of scope
    #[arg(long)]
    all: bool,
    /// Write the table to a file: .csv, .tsv, .json, .parquet or .xlsx [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Also write a report with charts, one HTML file that needs nothing beside it
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// How the table is written to standard output [default: a table on a terminal, CSV elsewhere]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// What shares and corrected counts are of [default: ads, if it is known which rows repeat one]
    #[arg(long, value_name = "UNIT")]
    unit: Option<UnitChoice>,
    /// Show only the first groups
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Do not correct counts for the classifier's errors
    #[arg(long)]
    no_correction: bool,
    /// Labelled postings and what was answered for them, from `calibrate -o` [default: the corpus's]
    #[arg(long, value_name = "FILE", conflicts_with = "no_correction")]
    evidence: Option<PathBuf>,
    /// Do not look for rows of the same ad where the input does not say it
    #[arg(long)]
    no_dedup: bool,
    /// Memory for that in MiB; when it is full, the oldest ads are forgotten
    #[arg(long, value_name = "MIB", default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..))]
    dedup_memory: u32,
    /// What the names of the tag columns start with [default: the taxonomy's name]
    #[arg(long, value_name = "NAME")]
    prefix: Option<String>,
    /// Put ' before cells of CSV that a spreadsheet would take for formulas
    #[arg(long)]
    excel_safe: bool,
    /// Overwrite files that are there
    #[arg(long)]
    force: bool,
    /// Threads that read [default: all cores]; the output does not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroU16>,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    decision: Decision,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Csv,
    Tsv,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum UnitChoice {
    Postings,
    Ads,
}

/// What helps where dates can't be read.
const DATE_HINT: &str = "`4 days ago` needs --collected DAY, `4/3/2024` may need --date-order mdy or dmy; \
                         --posted-column names another column";

/// Rows that were set aside and are shown.
const SHOWN_SET_ASIDE: usize = 5;

pub(super) fn run(arguments: &Arguments, data: &Data) -> anyhow::Result<Exit> {
    for path in arguments.output.iter().chain(&arguments.report) {
        if !arguments.force && path.is_file() {
            bail!(
                "{}: the file is there already; choose another name, or overwrite it with --force",
                path.display()
            );
        }
    }
    let format = match &arguments.output {
        None => None,
        Some(path) => Some(DemandFormat::of(path).with_context(|| {
            format!(
                "{}: expected a name that ends in .csv, .tsv, .json, .parquet or .xlsx; HTML is written by --report",
                path.display()
            )
        })?),
    };
    let inputs = rolecall_tagging::expand(&arguments.inputs)?;
    let files = &inputs.files;
    let classifier = data.classifier()?.with_options(arguments.decision.options());
    let corpus = classifier.corpus();
    let mut by: Vec<Dimension> = Vec::new();
    for key in &arguments.by {
        if !by.contains(key) {
            by.push(key.clone());
        }
    }
    let threads = match arguments.threads {
        Some(threads) => usize::from(threads.get()),
        None => available_parallelism().map_or(1, usize::from),
    };
    let options = DemandOptions {
        by: by.clone(),
        report: arguments.report.is_some()
            || format == Some(DemandFormat::Json)
            || format == Some(DemandFormat::Excel)
            || arguments.format == Some(Format::Json),
        threads,
        prefix: arguments.prefix.clone().unwrap_or_else(|| corpus.taxonomy.name.clone()),
        dedup: (!arguments.no_dedup).then_some((arguments.dedup_memory as usize) << 20),
        input: arguments.reading.options(),
        fields: arguments.fields.given(),
        known: (!arguments.no_correction).then(|| Known::of_corpus(corpus)).transpose()?,
        seen: arguments.fields.collected,
    };
    let is_for_terminal = arguments.output.is_none() && io::stdout().is_terminal();
    let bytes =
        files.iter().map(|input| fs::metadata(&input.path).ok().map(|found| found.len())).sum();
    let log = Log::start(&arguments.telling, is_for_terminal, files.len() as u64, bytes)?;
    log.repeated(&inputs);
    let found = rolecall_demand::run(&classifier, files, &options, &log)?;
    log.copies(&found.inputs);
    log.finish();
    let mut shown = ReportOptions {
        unit: arguments.unit.map(|unit| match unit {
            UnitChoice::Postings => Unit::Postings,
            UnitChoice::Ads => Unit::Ads,
        }),
        with_none: arguments.all,
        manifest: manifest(&classifier, &by),
        ..ReportOptions::default()
    };
    if shown.unit == Some(Unit::Ads) && !found.knows_ads() {
        bail!(
            "--unit ads: it is not known which rows repeat an ad; tag with --dedup, or leave out --no-dedup"
        );
    }
    if !arguments.no_correction
        && let Err(problem) = correct(arguments, &classifier, files, &mut shown)
    {
        if arguments.evidence.is_some() {
            return Err(problem);
        }
        shown.assumptions.push(format!("Counts are not corrected: {problem:#}."));
    }
    let set_aside: u64 = found.inputs.iter().map(|input| input.rows.rows_set_aside).sum();
    if log.is_for_people() {
        tell_set_aside(&found, set_aside)?;
    }
    let (mut table, overview) = found.finish(corpus, &by, &shown)?;
    if let Some(top) = arguments.top {
        table.rows.truncate(top);
    }
    write(arguments, format, &table, &overview)?;
    if let Some(path) = &arguments.report {
        put(path, rolecall_demand::write_report(&overview).as_bytes())?;
    }
    if log.is_for_people() {
        tell(&overview)?;
    }
    Ok(if set_aside > 0 { Exit::RowsSetAside } else { Exit::Done })
}

fn manifest(classifier: &Classifier, by: &[Dimension]) -> Vec<(String, String)> {
    let by: Vec<_> = by.iter().map(ToString::to_string).collect();
    [
        ("program", concat!("rolecall ", env!("CARGO_PKG_VERSION")).to_owned()),
        ("corpus", classifier.corpus().hash()),
        ("grouped by", by.join(", ")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// Prepares the correction, if the answers are those that the evidence is about.
fn correct(
    arguments: &Arguments,
    classifier: &Classifier,
    inputs: &[InputPath],
    shown: &mut ReportOptions,
) -> anyhow::Result<()> {
    let corpus = classifier.corpus();
    let (evidence, source) = match &arguments.evidence {
        None => (Evidence::of_corpus(corpus)?, "the labelled postings of the corpus".to_owned()),
        Some(path) => {
            let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
            let evidence =
                rolecall_demand::correct::Evidence::parse(path, &text, &corpus.taxonomy)?;
            (evidence, path.display().to_string())
        }
    };
    Ok(shown.correct_by(&evidence, source, classifier, inputs)?)
}

fn write(
    arguments: &Arguments,
    format: Option<DemandFormat>,
    table: &DemandTable,
    overview: &Overview,
) -> anyhow::Result<()> {
    let safe = arguments.excel_safe;
    if let (Some(path), Some(format)) = (&arguments.output, format) {
        let bytes = format.write(table, overview, safe)?;
        return put(path, &bytes);
    }
    let is_terminal = io::stdout().is_terminal();
    let format = match arguments.format {
        Some(Format::Csv) => DemandFormat::Csv,
        Some(Format::Tsv) => DemandFormat::Tsv,
        Some(Format::Json) => DemandFormat::Json,
        None if !is_terminal => DemandFormat::Csv,
        Some(Format::Table) | None => {
            return counts::show(&mut anstream::stdout().lock(), table);
        }
    };
    io::stdout().lock().write_all(&format.write(table, overview, safe)?)?;
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    OutputFile::put(path, bytes).with_context(|| format!("{}: cannot write", path.display()))
}

fn tell_set_aside(found: &DemandRun, count: u64) -> anyhow::Result<()> {
    let mut err = anstream::stderr().lock();
    for row in found.set_aside().iter().take(SHOWN_SET_ASIDE) {
        let path = row.path.to_string_lossy();
        writeln!(err, "{}:{}: {}", printable(&path), row.line, row.reason.escape_debug())?;
    }
    if count > SHOWN_SET_ASIDE as u64 {
        writeln!(err, "{} more rows were set aside", count - SHOWN_SET_ASIDE as u64)?;
    }
    Ok(())
}

fn tell(overview: &Overview) -> anyhow::Result<()> {
    let mut err = anstream::stderr().lock();
    let quality = &overview.quality;
    writeln!(
        err,
        "\n{STRONG}{} rows read = {} counted + {} set aside{STRONG:#}",
        quality.rows_read, quality.postings, quality.rows_set_aside
    )?;
    match quality.duplicates {
        Some(duplicates) => writeln!(err, "{duplicates} repeat an ad that was there before")?,
        None => writeln!(err, "it is not known which rows repeat an ad")?,
    }
    for field in quality.fields.iter().filter(|field| !field.columns.is_empty()) {
        let columns: Vec<_> = field.columns.iter().map(|name| format!("`{name}`")).collect();
        let columns = columns.join(", ");
        let line = format!("{} from {columns}: {} read", field.field, field.read);
        write!(err, "{}", printable(&line))?;
        if field.not_read > 0 {
            write!(err, ", {} not read", field.not_read)?;
            if let Some((example, _)) = field.examples.first() {
                write!(err, " (such as `{}`)", printable(example))?;
            }
        }
        writeln!(err, ", {} not stated", field.not_stated)?;
        if field.field == "date" && field.not_read > 0 {
            writeln!(err, "{FAINT}{DATE_HINT}{FAINT:#}")?;
        }
    }
    for assumption in &overview.assumptions {
        writeln!(err, "{FAINT}{assumption}{FAINT:#}")?;
    }
    Ok(())
}
