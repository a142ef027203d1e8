use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use rolecall::Classifier;
use rolecall::batch::OutputFile;
use rolecall::demand::correct::Evidence;
use rolecall::evaluate::{Calibrated, Folds, Judged, Metric, Report, calibrate, judge};
use serde_json::json;

use super::Data;
use super::exit::Exit;
use super::labelled::Labelled;
use super::measures;
use super::style::STRONG;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    labelled: Labelled,
    /// Postings of this file, by its name, were written and not found: they take part in the fit, but are no
    /// evidence of what the classifier does to real ones
    #[arg(long, value_name = "NAME")]
    written: Vec<String>,
    /// Write calibration.toml, terms.tsv and evidence.tsv into this folder: that of the taxonomy, to use them
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Measure with this many folds; the postings of an employer and near-duplicates are never split
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=20))]
    folds: u16,
    /// Leave out one value of --by at a time instead: one board, say
    #[arg(long, requires = "by")]
    leave_one_out: bool,
    /// Learn weights for terms that at least this many labelled postings hold
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    term_floor: u32,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, data: &Data) -> anyhow::Result<Exit> {
    let corpus = data.corpus()?;
    let postings = arguments.labelled.read(&corpus)?;
    let folds =
        if arguments.leave_one_out { Folds::Values } else { Folds::Groups(arguments.folds.into()) };
    let Calibrated { calibration, terms, cross_validated, groups } =
        calibrate(&corpus, &postings, folds, arguments.term_floor as usize)?;
    let learned = terms.iter().count();
    let comment = format!(
        "Fitted by `rolecall calibrate` to {} labelled postings, {} in scope, from {}.",
        postings.len(),
        postings.iter().filter(|posting| posting.label.is_some()).count(),
        arguments.labelled.names(),
    );
    if let Some(folder) = &arguments.output {
        let toml = toml::to_string(&calibration).context("the calibration can't be written")?;
        let commented: String = comment.lines().map(|line| format!("# {line}\n")).collect();
        write(&folder.join("calibration.toml"), &format!("{commented}\n{toml}"))?;
        let what =
            "Learned weights in thousandths: log-odds for the gates, points of BM25 for the roles.";
        write(&folder.join("terms.tsv"), &terms.to_tsv(&format!("{comment}\n{what}")))?;
        let found = postings.iter().zip(&cross_validated).zip(&groups);
        let found = found.filter(|((posting, _), _)| !arguments.written.contains(&posting.file));
        let judged = found.map(|((posting, outcome), &group)| (posting, outcome, group));
        let evidence = Evidence::of(judged, &corpus.taxonomy);
        let what = "What was answered for labelled postings by a fit that had not seen them: label, answer, how \
                    many postings of a natural mix it stands for, number of the employer, probability of the two \
                    closest roles.";
        let tsv = evidence.to_tsv(&corpus.taxonomy, &format!("{comment}\n{what}"));
        write(&folder.join("evidence.tsv"), &tsv)?;
    }
    let fitted = Classifier::with_corpus(corpus.with_fit(calibration, terms))?;
    let taxonomy = &fitted.corpus().taxonomy;
    let unseen: Vec<_> = postings
        .iter()
        .zip(cross_validated)
        .map(|(posting, outcome)| Judged { posting, outcome })
        .collect();
    let mut report = Report::new(taxonomy, &unseen, &groups);
    let mut seen = Report::new(taxonomy, &judge(&fitted, &postings), &groups);
    if !arguments.labelled.has_parts() {
        report.slices.clear();
        seen.slices.clear();
    }
    let mut out = anstream::stdout().lock();
    if arguments.json {
        let object = json!({
            "cross_validated": report.to_json(),
            "fitted": seen.to_json(),
            "learned_terms": learned,
        });
        writeln!(out, "{object}")?;
        return Ok(Exit::Done);
    }
    writeln!(
        out,
        "{STRONG}Cross-validated: no posting had a part in fitting its answer{STRONG:#}\n"
    )?;
    measures::show(&mut out, &report)?;
    writeln!(
        out,
        "\n{STRONG}{:<36} {:>7} {:>15} {:>11}{STRONG:#}",
        "", "fitted", "cross-validated", "difference"
    )?;
    for metric in Metric::ALL {
        let value = |report: &Report| report.figure(metric).map_or(f64::NAN, |figure| figure.value);
        let (fitted, validated) = (value(&seen), value(&report));
        writeln!(
            out,
            "{:<36} {fitted:>7.3} {validated:>15.3} {:>+11.3}",
            metric.title(),
            fitted - validated
        )?;
    }
    writeln!(out, "\n{learned} terms have learned weights")?;
    Ok(Exit::Done)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let whole = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        OutputFile::put(path, text.as_bytes())
    };
    whole().with_context(|| format!("{}: cannot write", path.display()))
}
