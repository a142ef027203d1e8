//! The command line: one file per command, with arguments in, library called, output shown.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic))]

mod advice;
mod audit;
mod calibrate;
mod classify;
mod completions;
mod corpus;
mod counts;
mod decision;
mod demand;
mod evaluate;
mod exit;
mod explain;
mod fields;
mod index;
mod labelled;
mod log;
mod measures;
mod panic;
mod reading;
mod roles;
mod sniff;
mod style;
mod tag;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use rolecall::{Classifier, Corpus};

use self::exit::Exit;

/// Says which health-IT workforce role a job posting hires for, and in which tier.
///
/// The roles are the twelve of the Office of the National Coordinator for Health IT (ONC). Postings
/// are scored by BM25 against a profile of each role.
#[derive(Debug, Parser)]
#[command(
    name = "rolecall",
    version,
    after_help = "Exit codes: 0 done; 1 done, but some rows were set aside; 2 failed, or a file of several failed;\n\
                  130 stopped by Ctrl-C.\n\
                  Data goes to standard output, notices and progress to standard error."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    data: Data,
}

/// Which corpus and index to use.
#[derive(Debug, Args)]
struct Data {
    /// Use a taxonomy of your own instead of ONC's [default: the one inside the program]
    ///
    /// The folder holds taxonomy.toml, roles/<id>.toml and, if you like, neighbours/<id>.toml,
    /// background.tsv, calibration.toml, terms.tsv, columns.toml, stopwords.txt.
    #[arg(long, value_name = "DIR", global = true)]
    corpus: Option<PathBuf>,
    /// Use the index in a folder [default: built in memory, which takes milliseconds;
    /// for `index` commands: index]
    #[arg(long, value_name = "DIR", global = true)]
    index: Option<PathBuf>,
}

impl Data {
    fn corpus(&self) -> anyhow::Result<Corpus> {
        match &self.corpus {
            Some(folder) => Ok(Corpus::from_folder(folder)?),
            None => Corpus::embedded().context("the corpus inside the program is broken"),
        }
    }

    fn classifier(&self) -> anyhow::Result<Classifier> {
        Ok(match (&self.corpus, &self.index) {
            (_, Some(folder)) => Classifier::with_index(self.corpus()?, folder)?,
            (Some(_), None) => Classifier::with_corpus(self.corpus()?)?,
            (None, None) => Classifier::new().context("the corpus inside the program is broken")?,
        })
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Classify one posting
    Classify(classify::Arguments),
    /// Tag the rows of CSV, TSV, JSON and Parquet files
    Tag(tag::Arguments),
    /// Count postings, ads and employers by role, place, time and more
    Demand(Box<demand::Arguments>),
    /// Check counts by hand: draw a sample to label, estimate from the labels
    #[command(subcommand)]
    Audit(audit::Command),
    /// Show what `tag` finds out about files: form, encoding, dialect, columns
    Sniff(sniff::Arguments),
    /// Measure the answers against labelled postings
    Evaluate(evaluate::Arguments),
    /// Fit the models to labelled postings, and cross-validate the fit
    Calibrate(calibrate::Arguments),
    /// List the roles, or show one
    Roles(roles::Arguments),
    /// Write an index to disk, describe it, check it
    #[command(subcommand)]
    Index(index::Command),
    /// Make data for a corpus
    #[command(subcommand)]
    Corpus(corpus::Command),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
}

fn main() -> ExitCode {
    panic::caught(run_command).unwrap_or_else(|| Exit::Failed.into())
}

fn run_command() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Classify(arguments) => classify::run(&arguments, &cli.data),
        Command::Tag(arguments) => tag::run(&arguments, &cli.data),
        Command::Demand(arguments) => demand::run(&arguments, &cli.data),
        Command::Audit(command) => audit::run(&command, &cli.data),
        Command::Sniff(arguments) => sniff::run(&arguments, &cli.data),
        Command::Evaluate(arguments) => evaluate::run(&arguments, &cli.data),
        Command::Calibrate(arguments) => calibrate::run(&arguments, &cli.data),
        Command::Roles(arguments) => roles::run(&arguments, &cli.data),
        Command::Index(command) => index::run(&command, &cli.data),
        Command::Corpus(command) => corpus::run(&command, &cli.data),
        Command::Completions(arguments) => completions::run(&arguments),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) if exit::is_closed_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            exit::report(&error);
            match exit::is_interrupted(&error) {
                true => Exit::Interrupted.into(),
                false => Exit::Failed.into(),
            }
        }
    }
}
