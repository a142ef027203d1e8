use std::collections::HashSet;
use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use encoding_rs::{UTF_16BE, UTF_16LE};
use rolecall::classify::{Explanation, Job, Ranked, TitleScope};
use rolecall::text::printable;
use rolecall::{Corpus, Posting};
use rolecall_tables::{Decoder, detect, refuse_unsupported};
use serde_json::{Value, json};

use super::Data;
use super::decision::Decision;
use super::exit::Exit;
use super::explain;
use super::style::{BAR, FAINT, ROLE, STRONG, bar, rounded};

/// An answer with less confidence is called uncertain: of three such, one is wrong.
const SURE: f64 = 0.7;

/// Terms that are shown as evidence without --explain.
const EVIDENCE_TERMS: usize = 8;

const BAR_WIDTH: usize = 28;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The posting's text, plain or HTML [default: read from standard input]
    ///
    /// Without --title, a short first line is taken as the job title. The name of a file that is there, such
    /// as posting.txt, stands for what the file says.
    #[arg(conflicts_with = "file")]
    text: Option<String>,
    /// The job title
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
    /// Who hires: general words of the name, such as `Hospital`, tell what the text may leave out
    #[arg(long, value_name = "NAME")]
    employer: Option<String>,
    /// Read the text from a file; `-` is standard input
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Show this many roles of the ranking
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_1)]
    top: usize,
    /// Say why: the terms that decide between the two closest roles, and what speaks for and against
    /// the scope
    #[arg(long)]
    explain: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    decision: Decision,
}

fn at_least_1(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n >= 1 => Ok(n),
        _ => Err("expected a whole number from 1".to_owned()),
    }
}

pub(super) fn run(arguments: &Arguments, data: &Data) -> anyhow::Result<Exit> {
    let text = text(arguments)?;
    let posting = match &arguments.title {
        Some(title) => Posting::new(title.as_str(), text.as_str()),
        None => Posting::pasted(&text),
    };
    let posting = posting.of_employer(arguments.employer.as_deref().unwrap_or_default());
    if posting.title.trim().is_empty() && posting.body.iter().all(|text| text.trim().is_empty()) {
        bail!(
            "the posting is empty; give its text as an argument, with --file or on standard input"
        );
    }
    let classifier = data.classifier()?.with_options(arguments.decision.options());
    let corpus = classifier.corpus();
    let mut tagger = classifier.tagger();
    let explained = tagger.explain(&posting);
    let jobs = classifier.jobs(&posting);
    let mut out = anstream::stdout().lock();
    if arguments.json {
        let mut object = object(arguments, corpus, &posting, &explained);
        object["jobs"] = jobs.iter().map(job).collect();
        writeln!(out, "{object}")?;
    } else {
        show(&mut out, arguments, corpus, &explained)?;
        show_jobs(&mut out, &jobs)?;
    }
    Ok(Exit::Done)
}

fn text(arguments: &Arguments) -> anyhow::Result<String> {
    let bytes = match (&arguments.text, &arguments.file) {
        (Some(text), _) if is_file_name(text) => {
            let name = printable(text);
            writeln!(anstream::stderr(), "{name}: this is a file; what it says is classified")?;
            read_file(Path::new(text))?
        }
        (Some(text), _) => return Ok(text.clone()),
        (None, Some(path)) if path != Path::new("-") => read_file(path)?,
        // A title alone is a posting; nobody wants to be asked for a text on the terminal then.
        (None, None) if arguments.title.is_some() && std::io::stdin().is_terminal() => Vec::new(),
        (None, _) => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).context("standard input: cannot read")?;
            bytes
        }
    };
    let detected = detect(&bytes, true)?;
    let mut text = Vec::new();
    Decoder::new(std::io::empty(), bytes, &detected).read_to_end(&mut text)?;
    Ok(String::from_utf8(text)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Tells whether a text is the name of a file that is there, with an ending or a folder: no posting is.
fn is_file_name(text: &str) -> bool {
    let is_name = !text.contains(char::is_whitespace) && text.contains(['.', '/', '\\']);
    is_name && Path::new(text).is_file()
}

fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = fs::read(path).with_context(|| format!("{}: cannot read", path.display()))?;
    // A saved web page is read; tables, archives and the like are not postings.
    if !bytes.trim_ascii_start().starts_with(b"<") && !is_utf16(&bytes) {
        refuse_unsupported(path, &bytes)?;
    }
    Ok(bytes)
}

fn is_utf16(bytes: &[u8]) -> bool {
    detect(bytes, true).is_ok_and(|found| [UTF_16LE, UTF_16BE].contains(&found.encoding))
}

fn show(
    out: &mut impl Write,
    arguments: &Arguments,
    corpus: &Corpus,
    explained: &Explanation<'_, '_>,
) -> std::io::Result<()> {
    let tag = &explained.tag;
    match tag.answer {
        Some((role, tier)) => {
            writeln!(out, "role        {ROLE}{}{ROLE:#}  {}", role.id, role.name)?;
            writeln!(out, "tier        {STRONG}{}{STRONG:#}  {}", tier.id, tier.name)?;
        }
        None => {
            writeln!(
                out,
                "role        {STRONG}none{STRONG:#}  not one of the roles of `{}`",
                corpus.taxonomy.name
            )?;
            writeln!(out, "tier        none")?;
        }
    }
    let note = match corpus.is_fitted() {
        false => "  uncalibrated",
        true if tag.confidence < SURE => "  uncertain",
        true => "",
    };
    writeln!(out, "confidence  {:.2}{FAINT}{note}{FAINT:#}", tag.confidence)?;
    let gates: Vec<_> =
        tag.gates.iter().map(|gate| format!("{} {:.2}", gate.name, gate.probability)).collect();
    let title = match tag.title {
        Some(TitleScope { share, .. }) if share >= 1.0 => "; by the title alone".to_owned(),
        Some(TitleScope { probability, share }) => {
            format!("; the title alone {probability:.2}, which counts {:.0} %", 100.0 * share)
        }
        None => String::new(),
    };
    let gates = gates.join(" and ");
    writeln!(out, "scope       {:.2}  {FAINT}{gates}{title}{FAINT:#}", tag.scope)?;
    let Some(closest) = tag.closest() else {
        return writeln!(out, "\nNo word of the posting is known.");
    };

    writeln!(out)?;
    for (n, ranked) in tag.ranking.iter().take(arguments.top).enumerate() {
        let Ranked { role, score, probability, .. } = ranked;
        write!(out, "{:>2}  {:<34} {score:>8.2} {probability:>6.2}", n + 1, role.id)?;
        match bar(*probability, BAR_WIDTH).as_str() {
            "" => writeln!(out)?,
            bar => writeln!(out, "  {BAR}{bar}{BAR:#}")?,
        }
    }
    if let Some((neighbour, score)) = tag.nearest_neighbour {
        let id = format!("({})", neighbour.id);
        writeln!(out, "{FAINT} -  {id:<34} {score:>8.2}{FAINT:#}")?;
    }

    writeln!(out)?;
    if arguments.explain {
        return explain::show(out, explained);
    }
    let terms: Vec<_> = explained
        .evidence(closest, EVIDENCE_TERMS)
        .iter()
        .filter(|term| term.total() > 0.0)
        .map(|term| format!("{} {FAINT}{:.2}{FAINT:#}", term.term, term.total()))
        .collect();
    writeln!(out, "evidence    {}", terms.join("  "))
}

/// Says in one line that an ad may hire for several roles, with a title for each.
fn show_jobs(out: &mut impl Write, jobs: &[Job<'_>]) -> std::io::Result<()> {
    let mut roles = HashSet::new();
    let titles: Vec<_> = jobs
        .iter()
        .filter(|job| roles.insert(&job.role.id))
        .map(|job| format!("\"{}\" ({ROLE}{}{ROLE:#})", printable(&job.title), job.role.id))
        .collect();
    if titles.is_empty() {
        return Ok(());
    }
    let titles = titles.join(", ");
    writeln!(out, "\nThis ad may hire for more than one role: {titles}; classify each by itself.")
}

fn job(job: &Job<'_>) -> Value {
    json!({ "title": job.title, "role": job.role.id, "scope": rounded(job.scope, 4) })
}

fn object(
    arguments: &Arguments,
    corpus: &Corpus,
    posting: &Posting,
    explained: &Explanation<'_, '_>,
) -> Value {
    let tag = &explained.tag;
    let ranking: Vec<_> = tag
        .ranking
        .iter()
        .map(|ranked| {
            json!({
                "role": ranked.role.id,
                "tier": corpus.taxonomy.tier_of(ranked.role).id,
                "score": rounded(ranked.score.into(), 4),
                "probability": rounded(ranked.probability, 4),
            })
        })
        .collect();
    let gates: serde_json::Map<_, _> = tag
        .gates
        .iter()
        .map(|gate| (gate.name.to_owned(), rounded(gate.probability, 4).into()))
        .collect();
    let at_most = if arguments.explain { usize::MAX } else { EVIDENCE_TERMS };
    let mut object = json!({
        "taxonomy": corpus.taxonomy.name,
        "title": posting.title,
        "employer": posting.employer,
        "role": tag.role_id(),
        "tier": tag.tier_id(),
        "confidence": rounded(tag.confidence, 4),
        "scope": rounded(tag.scope, 4),
        "gates": gates,
        "title_alone": tag.title.map(|title| {
            json!({ "scope": rounded(title.probability, 4), "share": rounded(title.share, 4) })
        }),
        "words_known": rounded(tag.words_known, 4),
        "calibrated": corpus.is_fitted(),
        "closest_role": tag.closest().map(|closest| &closest.role.id),
        "ranking": ranking,
        "nearest_neighbour": tag.nearest_neighbour.map(|(neighbour, score)| {
            json!({ "id": neighbour.id, "score": rounded(score.into(), 4) })
        }),
        "evidence": tag.closest().map(|closest| explain::terms(&explained.evidence(closest, at_most))),
    });
    if arguments.explain {
        object["explanation"] = explain::object(explained);
    }
    object
}
