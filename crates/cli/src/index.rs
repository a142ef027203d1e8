use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use rolecall::index::{Fingerprint, ProfileIndex};

use super::Data;
use super::exit::Exit;

/// Where the index is written if no folder is named.
const DEFAULT_FOLDER: &str = "index";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the index and write it to a folder, in place of an older one
    Build,
    /// Show what an index was built from
    Info {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Compare every byte of an index with its fingerprint, and the fingerprint with the corpus
    Check,
}

pub(super) fn run(command: &Command, data: &Data) -> anyhow::Result<Exit> {
    let folder = data.index.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FOLDER));
    let mut out = anstream::stdout();
    match command {
        Command::Build => {
            let corpus = data.corpus()?;
            let fingerprint = ProfileIndex::build(&corpus)?.write(&folder, &corpus)?;
            let (profiles, taxonomy) = (fingerprint.profiles, &fingerprint.taxonomy);
            writeln!(out, "{}: index of {profiles} profiles of `{taxonomy}`", folder.display())?;
        }
        Command::Info { json } => {
            let fingerprint = ProfileIndex::fingerprint(&folder)?;
            if *json {
                writeln!(out, "{}", serde_json::to_string(&fingerprint)?)?;
            } else {
                show(&mut out, &folder, &fingerprint)?;
            }
        }
        Command::Check => {
            let corpus = data.corpus()?;
            let index = ProfileIndex::open(&folder, &corpus)?;
            let profiles = index.profile_count();
            writeln!(out, "{}: sound, {profiles} profiles, up to date", folder.display())?;
        }
    }
    Ok(Exit::Done)
}

fn show(out: &mut impl Write, folder: &Path, fingerprint: &Fingerprint) -> std::io::Result<()> {
    let bytes: u64 = fingerprint.files.iter().map(|file| file.bytes).sum();
    let files = fingerprint.files.len();
    for (name, value) in [
        ("folder", folder.display().to_string()),
        ("taxonomy", fingerprint.taxonomy.clone()),
        ("profiles", fingerprint.profiles.to_string()),
        ("corpus hash", fingerprint.corpus_hash.clone()),
        ("tokenizer", fingerprint.tokenizer.clone()),
        ("format version", fingerprint.format_version.to_string()),
        ("rolecall", fingerprint.tool_version.clone()),
        ("tantivy", fingerprint.tantivy_version.clone()),
        ("files", format!("{files}, {bytes} bytes")),
    ] {
        writeln!(out, "{name:<15} {value}")?;
    }
    Ok(())
}
