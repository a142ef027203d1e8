use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use rolecall::Posting;
use rolecall::corpus::BackgroundBuilder;
use rolecall::text::{Analyzer, strip_markup};
use rolecall_evaluation::PostingFile;
use rolecall_tagging::OutputFile;

use super::Data;
use super::exit::Exit;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Count in how many postings each stem occurs, and write a background.tsv
    ///
    /// Titles and texts are found as for `tag`. The result depends on the input and the stop words
    /// only.
    Background {
        /// Files of postings: CSV, TSV, JSON lines, Parquet
        #[arg(required = true)]
        inputs: Vec<PathBuf>,
        /// The file to write [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Leave out stems that fewer postings hold
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
        floor: u64,
    },
}

pub(super) fn run(command: &Command, data: &Data) -> anyhow::Result<Exit> {
    let Command::Background { inputs, output, floor } = command;
    let corpus = data.corpus()?;
    let mut analyzer = Analyzer::new(&corpus.stop_words);
    let mut builder = BackgroundBuilder::default();
    for input in inputs {
        PostingFile::open(input, &corpus.column_names, None, &[])?.for_each(
            &[],
            |_, posting| {
                let stems = distinct_stems(&mut analyzer, &posting);
                builder.add(stems.iter().map(String::as_str));
            },
        )?;
    }
    let tsv = builder.to_tsv(&provenance(inputs, builder.documents(), *floor), *floor);
    match output {
        Some(path) => {
            OutputFile::put(path, tsv.as_bytes()).with_context(|| path.display().to_string())?
        }
        None => std::io::stdout().write_all(tsv.as_bytes())?,
    }
    Ok(Exit::Done)
}

fn distinct_stems(analyzer: &mut Analyzer, posting: &Posting) -> BTreeSet<String> {
    let mut stems = BTreeSet::new();
    for text in std::iter::once(&posting.title).chain(&posting.body) {
        analyzer.stems(&strip_markup(text), |stem| {
            if !stems.contains(stem) {
                stems.insert(stem.to_owned());
            }
        });
    }
    stems
}

fn provenance(inputs: &[PathBuf], documents: u64, floor: u64) -> String {
    let names: Vec<_> =
        inputs.iter().filter_map(|path| path.file_name()).map(|n| n.to_string_lossy()).collect();
    format!(
        "Document frequencies of stems over {documents} job postings (title and text).\n\
         Made by: rolecall corpus background {}\n\
         Tokenizer: {}\n\
         Stems that fewer than {floor} postings hold are left out.",
        names.join(" "),
        rolecall::text::CHAIN,
    )
}
