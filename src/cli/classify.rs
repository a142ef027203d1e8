use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use rolecall::classify::Ranked;
use rolecall::score::Contribution;
use rolecall::taxonomy::Taxonomy;
use rolecall::{Posting, Tag, Tagger};
use serde_json::{Value, json};

use super::Data;
use super::exit::Exit;
use super::style::{BAR, FAINT, ROLE, STRONG, bar};

/// Terms that are shown as evidence without --explain.
const EVIDENCE_TERMS: usize = 8;

const BAR_WIDTH: usize = 28;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The posting's text, plain or HTML [default: read from standard input]
    ///
    /// Without --title, a short first line is taken as the job title.
    #[arg(conflicts_with = "file")]
    text: Option<String>,
    /// The job title
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
    /// Read the text from a file; `-` is standard input
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Show this many roles of the ranking
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_1)]
    top: usize,
    /// Show every term that made the scores of the two closest roles
    #[arg(long)]
    explain: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
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
    if posting.title.trim().is_empty() && posting.body.iter().all(|text| text.trim().is_empty()) {
        bail!(
            "the posting is empty; give its text as an argument, with --file or on standard input"
        );
    }
    let classifier = data.classifier()?;
    let taxonomy = &classifier.corpus().taxonomy;
    let mut tagger = classifier.tagger();
    let tag = tagger.tag(&posting);
    let mut out = anstream::stdout().lock();
    if arguments.json {
        let object = object(arguments, taxonomy, &posting, &tag, &tagger);
        writeln!(out, "{object}")?;
    } else {
        show(&mut out, arguments, taxonomy, &tag, &tagger)?;
    }
    Ok(Exit::Done)
}

fn text(arguments: &Arguments) -> anyhow::Result<String> {
    let bytes = match (&arguments.text, &arguments.file) {
        (Some(text), _) => return Ok(text.clone()),
        (None, Some(path)) if path != Path::new("-") => {
            fs::read(path).with_context(|| format!("{}: cannot read", path.display()))?
        }
        // A title alone is a posting; nobody wants to be asked for a text on the terminal then.
        (None, None) if arguments.title.is_some() && std::io::stdin().is_terminal() => Vec::new(),
        (None, _) => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).context("standard input: cannot read")?;
            bytes
        }
    };
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn show(
    out: &mut impl Write,
    arguments: &Arguments,
    taxonomy: &Taxonomy,
    tag: &Tag<'_>,
    tagger: &Tagger<'_>,
) -> std::io::Result<()> {
    match tag.answer {
        Some((role, tier)) => {
            writeln!(out, "role        {ROLE}{}{ROLE:#}  {}", role.id, role.name)?;
            writeln!(out, "tier        {STRONG}{}{STRONG:#}  {}", tier.id, tier.name)?;
        }
        None => {
            writeln!(
                out,
                "role        {STRONG}none{STRONG:#}  not one of the roles of `{}`",
                taxonomy.name
            )?;
            writeln!(out, "tier        none")?;
        }
    }
    writeln!(out, "confidence  {:.2}  {FAINT}uncalibrated{FAINT:#}", tag.confidence)?;
    writeln!(out, "scope       {:.2}  {FAINT}uncalibrated{FAINT:#}", tag.scope)?;
    let Some(closest) = tag.closest() else {
        return writeln!(out, "\nNo word of the posting is in a role's profile.");
    };

    writeln!(out)?;
    let best = f64::from(closest.score);
    for (n, ranked) in tag.ranking.iter().take(arguments.top).enumerate() {
        let bar = bar(f64::from(ranked.score) / best, BAR_WIDTH);
        let (id, score) = (&ranked.role.id, ranked.score);
        writeln!(out, "{:>2}  {id:<34} {score:>7.2}  {BAR}{bar}{BAR:#}", n + 1)?;
    }
    if let Some((neighbour, score)) = tag.nearest_neighbour {
        let bar = bar(f64::from(score) / best, BAR_WIDTH);
        let id = format!("({})", neighbour.id);
        writeln!(out, "{FAINT} -  {id:<34} {score:>7.2}  {bar}{FAINT:#}")?;
    }

    writeln!(out)?;
    if arguments.explain {
        return explain(out, tag, closest, tagger);
    }
    let terms: Vec<_> = tagger
        .evidence(closest, EVIDENCE_TERMS)
        .iter()
        .map(|term| format!("{} {FAINT}{:.2}{FAINT:#}", term.term, term.total()))
        .collect();
    writeln!(out, "evidence    {}", terms.join("  "))
}

/// A table of every term, with what it gave the two closest roles. Columns add up to the scores.
fn explain(
    out: &mut impl Write,
    tag: &Tag<'_>,
    closest: &Ranked<'_>,
    tagger: &Tagger<'_>,
) -> std::io::Result<()> {
    let of_second = tag.second().map(|second| tagger.evidence(second, usize::MAX));
    let second = |term: &str| {
        let found = of_second.iter().flatten().find(|other| other.term == term);
        found.map_or(0.0, Contribution::total)
    };
    let terms = tagger.evidence(closest, usize::MAX);
    writeln!(
        out,
        "{STRONG}{:<24} {:>5} {:>5} {:>9} {:>9} {:>9} {:>10}{STRONG:#}",
        "term", "title", "body", "by title", "by body", "closest", "runner-up"
    )?;
    for term in &terms {
        writeln!(
            out,
            "{:<24} {:>5} {:>5} {:>9.3} {:>9.3} {:>9.3} {:>10.3}",
            term.term,
            term.title_frequency,
            term.body_frequency,
            term.title,
            term.body,
            term.total(),
            second(term.term),
        )?;
    }
    let only_second: Vec<_> = of_second
        .iter()
        .flatten()
        .filter(|other| terms.iter().all(|term| term.term != other.term))
        .collect();
    for term in &only_second {
        writeln!(
            out,
            "{:<24} {:>5} {:>5} {:>9} {:>9} {:>9} {:>10.3}",
            term.term,
            term.title_frequency,
            term.body_frequency,
            "",
            "",
            "",
            term.total(),
        )?;
    }
    writeln!(
        out,
        "{STRONG}{:<24} {:>5} {:>5} {:>9.3} {:>9.3} {:>9.3} {:>10.3}{STRONG:#}",
        "score",
        "",
        "",
        terms.iter().map(|term| term.title).sum::<f32>(),
        terms.iter().map(|term| term.body).sum::<f32>(),
        closest.score,
        tag.second().map_or(0.0, |second| second.score),
    )
}

fn object(
    arguments: &Arguments,
    taxonomy: &Taxonomy,
    posting: &Posting,
    tag: &Tag<'_>,
    tagger: &Tagger<'_>,
) -> Value {
    let terms = if arguments.explain { usize::MAX } else { EVIDENCE_TERMS };
    let evidence = |ranked: &Ranked<'_>| -> Vec<Value> {
        tagger.evidence(ranked, terms).iter().map(contribution).collect()
    };
    let ranking: Vec<_> = tag
        .ranking
        .iter()
        .map(|ranked| {
            let tier = &taxonomy.tier_of(ranked.role).id;
            json!({ "role": ranked.role.id, "tier": tier, "score": rounded(ranked.score, 4) })
        })
        .collect();
    let mut object = json!({
        "taxonomy": taxonomy.name,
        "title": posting.title,
        "role": tag.role_id(),
        "tier": tag.tier_id(),
        "confidence": round(tag.confidence, 4),
        "scope": round(tag.scope, 4),
        "calibrated": false,
        "closest_role": tag.closest().map(|closest| &closest.role.id),
        "ranking": ranking,
        "nearest_neighbour": tag.nearest_neighbour.map(|(neighbour, score)| {
            json!({ "id": neighbour.id, "score": rounded(score, 4) })
        }),
        "evidence": tag.closest().map(evidence),
    });
    if arguments.explain {
        object["second_evidence"] = tag.second().map(evidence).into();
    }
    object
}

fn contribution(term: &Contribution<'_>) -> Value {
    json!({
        "term": term.term,
        "contribution": rounded(term.total(), 4),
        "from_title": rounded(term.title, 4),
        "from_body": rounded(term.body, 4),
        "title_frequency": term.title_frequency,
        "body_frequency": term.body_frequency,
    })
}

fn rounded(number: f32, digits: i32) -> f64 {
    round(f64::from(number), digits)
}

fn round(number: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (number * scale).round() / scale
}
