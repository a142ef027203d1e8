use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use rolecall::Classifier;
use rolecall::score::Contribution;
use rolecall::taxonomy::NONE;
use rolecall_evaluation::{LabelledPosting, Prediction, Report, groups, predict};
use rolecall_tagging::OutputFile;

use super::Data;
use super::decision::Decision;
use super::exit::Exit;
use super::labelled::Labelled;
use super::measures;

/// Terms that speak for an answer in the file of errors.
const EVIDENCE_TERMS: usize = 8;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    labelled: Labelled,
    /// Write the postings whose answer or closest role is not the label, with the terms that decided,
    /// as CSV
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    decision: Decision,
}

pub(super) fn run(arguments: &Arguments, data: &Data) -> anyhow::Result<Exit> {
    let classifier = data.classifier()?.with_options(arguments.decision.options());
    let corpus = classifier.corpus();
    let postings = arguments.labelled.read(corpus)?;
    let predictions = predict(&classifier, &postings);
    let mut report = Report::new(&corpus.taxonomy, &predictions, &groups(&postings));
    if !arguments.labelled.has_parts() {
        report.slices.clear();
    }
    if let Some(path) = &arguments.errors {
        write_errors(path, &classifier, &predictions)
            .with_context(|| format!("{}: cannot write", path.display()))?;
    }
    let mut out = anstream::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", report.to_json())?;
    } else {
        measures::show(&mut out, &report)?;
    }
    Ok(Exit::Done)
}

/// One row per error, with what decided between the label and the closest role.
fn write_errors(
    path: &Path,
    classifier: &Classifier,
    predictions: &[Prediction<'_>],
) -> anyhow::Result<()> {
    let taxonomy = &classifier.corpus().taxonomy;
    let name = |role: Option<usize>| role.map_or(NONE, |role| taxonomy.roles[role].id.as_str());
    let mut csv = csv::Writer::from_writer(OutputFile::create(path)?);
    csv.write_record([
        "id",
        "title",
        "label",
        "second",
        "answer",
        "closest",
        "rank_of_label",
        "scope",
        "confidence",
        "gates",
        "for_closest",
        "for_label",
    ])?;
    let mut tagger = classifier.tagger();
    for one in predictions {
        let posting: &LabelledPosting = one.posting;
        let closest_is_right = posting.label.is_none_or(|label| one.rank(label) == 1);
        if one.is_right() && closest_is_right {
            continue;
        }
        let explained = tagger.explain(&posting.as_posting());
        let tag = &explained.tag;
        let closest = tag.ranking.first();
        let label = posting
            .label
            .and_then(|label| tag.ranking.iter().find(|ranked| ranked.position() == label));
        let (mut for_closest, mut for_label) = (String::new(), String::new());
        if let (Some(closest), Some(label)) = (closest, label) {
            let terms = explained.decisive(closest, label);
            for_closest = listed(terms.iter().filter(|term| term.total() > 0.0));
            for_label = listed(terms.iter().filter(|term| term.total() < 0.0));
        }
        let gates: Vec<_> =
            tag.gates.iter().map(|gate| format!("{}:{:.2}", gate.name, gate.probability)).collect();
        let cells: [&str; 12] = [
            &posting.id,
            &posting.title,
            name(posting.label),
            posting.second.map_or("", name),
            name(one.outcome.answer),
            closest.map_or(NONE, |closest| closest.role.id.as_str()),
            &posting.label.map_or(String::new(), |label| one.rank(label).to_string()),
            &format!("{:.4}", tag.scope),
            &format!("{:.4}", tag.confidence),
            &gates.join(" "),
            &for_closest,
            &for_label,
        ];
        csv.write_record(cells)?;
    }
    let file = csv.into_inner().map_err(|error| error.into_error())?;
    file.finish()?;
    Ok(())
}

fn listed<'t>(terms: impl Iterator<Item = &'t Contribution<'t>>) -> String {
    let shown =
        terms.take(EVIDENCE_TERMS).map(|term| format!("{}:{:.2}", term.term, term.total().abs()));
    shown.collect::<Vec<_>>().join(" ")
}
