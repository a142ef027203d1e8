use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;
use rolecall::corpus::BackgroundBuilder;
use rolecall::score::compile_ahead;
use rolecall::text::{Analyzer, strip_markup};
use rolecall::{Corpus, Posting};
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
    /// Do ahead what starting with a corpus takes, and write a compiled.bin
    ///
    /// For those who change the taxonomy inside the program: `rolecall corpus compile --corpus corpus/onc -o
    /// corpus/onc/compiled.bin`, then build the program again. That of another corpus is not read.
    Compile {
        /// The file to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

pub(super) fn run(command: &Command, data: &Data) -> anyhow::Result<Exit> {
    let corpus = data.corpus()?;
    match command {
        Command::Background { inputs, output, floor } => {
            let tsv = background(&corpus, inputs, *floor)?;
            match output {
                Some(path) => put(path, tsv.as_bytes())?,
                None => std::io::stdout().write_all(tsv.as_bytes())?,
            }
        }
        Command::Compile { output } => put(output, &compile_ahead(&corpus)?)?,
    }
    Ok(Exit::Done)
}

fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    OutputFile::put(path, bytes).with_context(|| path.display().to_string())
}

fn background(corpus: &Corpus, inputs: &[PathBuf], floor: u64) -> anyhow::Result<String> {
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
    Ok(builder.to_tsv(&provenance(inputs, builder.documents(), floor), floor))
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
