use std::fs;
use std::io::Write;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use rolecall_demand::Unit;
use rolecall_demand::audit::{
    self, AuditError, AuditOptions, Design, Estimates, Labels, design_path,
};
use rolecall_tagging::OutputFile;

use rolecall::text::printable;

use super::Data;
use super::exit::Exit;
use super::log::{Log, Telling};
use super::reading::Reading;
use super::style::{FAINT, STRONG};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Draw a sample of postings to label by hand, as a sheet for a spreadsheet
    Draw(Box<Draw>),
    /// Estimate counts from a sheet that is filled in
    Estimate(Estimate),
}

#[derive(Debug, Args)]
pub(super) struct Draw {
    /// Tagged files (others are tagged on the way), folders or patterns
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The sheet, a .csv; how it was drawn is written beside it, to FILE.design.json
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Postings to label
    #[arg(long, value_name = "N", default_value_t = 300)]
    labels: usize,
    /// Another seed draws other postings
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Take over the labels of an earlier sheet of the same inputs and seed
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// What the names of the tag columns start with [default: the taxonomy's name]
    #[arg(long, value_name = "NAME")]
    prefix: Option<String>,
    /// Overwrite files that are there
    #[arg(long)]
    force: bool,
    /// Threads that read [default: all cores]; what is drawn does not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroU16>,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct Estimate {
    /// The sheet, with labels
    #[arg(value_name = "FILE")]
    sheet: PathBuf,
    /// How it was drawn [default: FILE.design.json]
    #[arg(long, value_name = "FILE")]
    design: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Command, data: &Data) -> anyhow::Result<Exit> {
    match command {
        Command::Draw(arguments) => draw(arguments, data),
        Command::Estimate(arguments) => estimate(arguments, data),
    }
}

fn draw(arguments: &Draw, data: &Data) -> anyhow::Result<Exit> {
    let design = design_path(&arguments.output);
    for path in [&arguments.output, &design] {
        if !arguments.force && path.is_file() {
            bail!(
                "{}: the file is there already, perhaps with labels; choose another name, or overwrite it with \
                 --force",
                path.display()
            );
        }
    }
    let inputs = rolecall_tagging::expand(&arguments.inputs)?;
    let files = &inputs.files;
    let classifier = data.classifier()?;
    let corpus = classifier.corpus();
    let options = AuditOptions {
        labels: arguments.labels,
        seed: arguments.seed,
        threads: match arguments.threads {
            Some(threads) => usize::from(threads.get()),
            None => available_parallelism().map_or(1, usize::from),
        },
        prefix: arguments.prefix.clone().unwrap_or_else(|| corpus.taxonomy.name.clone()),
        input: arguments.reading.options(),
    };
    let known = match &arguments.keep {
        Some(sheet) => {
            let before = read_design(&design_path(sheet))?;
            (Some(before), audit::labels(sheet, corpus)?)
        }
        None => (None, Labels::new()),
    };
    let bytes =
        files.iter().map(|input| fs::metadata(&input.path).ok().map(|found| found.len())).sum();
    let log = Log::start(&arguments.telling, false, files.len() as u64, bytes)?;
    log.repeated(&inputs);
    let drawn = audit::draw(&classifier, files, &options, &log)?;
    log.finish();
    if let (Some(before), Some(sheet)) = (&known.0, &arguments.keep) {
        let of = |design: &Design| (design.seed, design.inputs.clone());
        if of(before) != of(&drawn.design) {
            bail!("{}: it was drawn from other inputs or by another seed", sheet.display());
        }
    }
    let cannot = |path: &Path| format!("{}: cannot write", path.display());
    let json = serde_json::to_string(&drawn.design)? + "\n";
    OutputFile::put(&design, json.as_bytes()).with_context(|| cannot(&design))?;
    let sheet = audit::write_sheet(&drawn, &corpus.taxonomy, &known.1)?;
    OutputFile::put(&arguments.output, &sheet).with_context(|| cannot(&arguments.output))?;
    if log.is_for_people() {
        tell(arguments, &drawn)?;
    }
    Ok(if drawn.design.rows_set_aside > 0 { Exit::RowsSetAside } else { Exit::Done })
}

fn tell(arguments: &Draw, drawn: &audit::Drawn) -> anyhow::Result<()> {
    let mut err = anstream::stderr().lock();
    let design = &drawn.design;
    for row in drawn.set_aside.iter().take(5) {
        let path = row.path.to_string_lossy();
        writeln!(err, "{}:{}: {}", printable(&path), row.line, row.reason.escape_debug())?;
    }
    writeln!(
        err,
        "{STRONG}{} of {} {} drawn{STRONG:#}; {} repeat an ad, {} rows were set aside",
        design.drawn.len(),
        design.postings,
        unit(design.unit),
        design.repeats,
        design.rows_set_aside
    )?;
    let width = design.strata.iter().map(|s| s.name.chars().count()).max().unwrap_or(0);
    for stratum in &design.strata {
        writeln!(
            err,
            "  {:<width$}  {:>9}  {:>5} to label",
            stratum.name, stratum.postings, stratum.drawn
        )?;
    }
    writeln!(
        err,
        "{FAINT}Fill in the column `label` of {path}, then: rolecall audit estimate {path}{FAINT:#}",
        path = printable(&arguments.output.to_string_lossy())
    )?;
    Ok(())
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Postings => "postings",
        Unit::Ads => "ads",
    }
}

fn read_design(path: &Path) -> anyhow::Result<Design> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let wrong = |error: serde_json::Error| AuditError::Design {
        path: path.to_owned(),
        problem: error.to_string(),
    };
    Ok(serde_json::from_str(&text).map_err(wrong)?)
}

fn estimate(arguments: &Estimate, data: &Data) -> anyhow::Result<Exit> {
    let corpus = data.corpus()?;
    let path = arguments.design.clone().unwrap_or_else(|| design_path(&arguments.sheet));
    let design = read_design(&path)?;
    let labels = audit::labels(&arguments.sheet, &corpus)?;
    let found = audit::estimate((&arguments.sheet, &path), &design, &labels, &corpus.taxonomy)?;
    let mut out = anstream::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&found)?)?;
    } else {
        show(&mut out, &found)?;
    }
    Ok(Exit::Done)
}

fn show(out: &mut impl Write, found: &Estimates) -> anyhow::Result<()> {
    writeln!(
        out,
        "{} {}, {} of {} drawn labelled\n",
        found.postings,
        unit(found.unit),
        found.labelled,
        found.drawn
    )?;
    let width = found.counts.iter().map(|count| count.id.chars().count()).max().unwrap_or(0);
    writeln!(
        out,
        "{STRONG}{:<width$}  {:>7}  {:>8}  {:>9}  {:>17}  {:>17}  {:>14}{STRONG:#}",
        "", "tagged", "labelled", "estimate", "95 % interval", "by labels alone", "more to halve"
    )?;
    for count in &found.counts {
        let interval = |interval: &rolecall_evaluation::Interval| {
            format!("{:.0} to {:.0}", interval.low, interval.high)
        };
        writeln!(
            out,
            "{:<width$}  {:>7}  {:>8}  {:>9.0}  {:>17}  {:>17}  {:>14}",
            count.id,
            count.tagged,
            count.labelled,
            count.count.value,
            interval(&count.count),
            interval(&count.labels_alone),
            count.more_labels.map_or("-".to_owned(), |more| more.to_string()),
        )?;
    }
    writeln!(
        out,
        "\n{FAINT}Intervals allow for any errors of the classifier, but not for errors of the labels; with few labels they are rough.{FAINT:#}"
    )?;
    if found.labelled < found.drawn {
        writeln!(
            out,
            "{FAINT}{} drawn rows have no label: they count as if they had been left out by chance.{FAINT:#}",
            found.drawn - found.labelled
        )?;
    }
    for unseen in &found.unseen {
        writeln!(
            out,
            "{FAINT}No role among {} labelled of {} {}: by these labels alone up to {} may have one.{FAINT:#}",
            unseen.labelled, unseen.postings, unseen.stratum, unseen.at_most
        )?;
    }
    Ok(())
}
