use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use rolecall::Classifier;
use rolecall::classify::role_sure;
use rolecall_dedup::ContentDigest;
use rolecall_demand::Known;
use rolecall_demand::correct::Evidence;
use rolecall_evaluation::{
    AnsweredTitles, Beginning, Calibrated, Fitting, Folds, LabelledPosting, LikenessRow, Metric,
    Prediction, Report, TitleFigures, calibrate, fit_likeness, predict,
};
use rolecall_tagging::OutputFile;
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
    /// Labelled titles without texts, with the same columns of labels; may be given several times
    #[arg(long, value_name = "FILE")]
    titles: Vec<PathBuf>,
    /// Postings or titles of this file, by its name, were written and not found: they take part in the fit,
    /// but are no evidence of what the classifier does to real ones
    #[arg(long, value_name = "NAME")]
    written: Vec<String>,
    /// Write calibration.toml, terms.tsv, evidence.tsv, labelled.tsv and likeness.toml into this folder: that of the
    /// taxonomy, to use them
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Measure with this many folds; the postings of an employer and near-duplicates are never split
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=20))]
    folds: u16,
    /// Leave out one value of --by at a time instead: one board, say
    #[arg(long, requires = "by")]
    leave_one_out: bool,
    /// Keep each board whole in one fold, so that postings are answered by what other boards taught
    #[arg(long, conflicts_with = "leave_one_out")]
    boards_out: bool,
    /// Learn weights for terms that at least this many labelled postings hold
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    term_floor: u32,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Tells whether a posting was found on a board, and not written to be learned from.
    fn is_found(&self, posting: &LabelledPosting) -> bool {
        !self.written.contains(&posting.file)
    }
}

pub(super) fn run(arguments: &Arguments, data: &Data) -> anyhow::Result<Exit> {
    let corpus = data.corpus()?;
    let postings = arguments.labelled.read(&corpus)?;
    let titles = arguments.labelled.read_titles(&arguments.titles, &corpus)?;
    let folds = match usize::from(arguments.folds) {
        _ if arguments.leave_one_out => Folds::Values,
        count if arguments.boards_out => Folds::Boards(count),
        count => Folds::Groups(count),
    };
    let fitting = Fitting {
        folds,
        term_floor: arguments.term_floor as usize,
        titles: &titles,
        written: &arguments.written,
    };
    let Calibrated { calibration, terms, cross_validated, groups, beginnings, titles: of_titles } =
        calibrate(&corpus, &postings, fitting)?;
    let learned = terms.iter().count();
    let comment = format!(
        "Fitted by `rolecall calibrate` to {} labelled postings, {} in scope, from {}, and {} titles.",
        postings.len(),
        postings.iter().filter(|posting| posting.label.is_some()).count(),
        arguments.labelled.names(),
        titles.len(),
    );
    let commented: String = comment.lines().map(|line| format!("# {line}\n")).collect();
    if let Some(folder) = &arguments.output {
        let toml = toml::to_string(&calibration).context("the calibration can't be written")?;
        write(&folder.join("calibration.toml"), &format!("{commented}\n{toml}"))?;
        let what =
            "Learned weights in thousandths: log-odds for the gates, points of BM25 for the roles.";
        write(&folder.join("terms.tsv"), &terms.to_tsv(&format!("{comment}\n{what}")))?;
        let found = postings.iter().zip(&cross_validated).zip(&groups);
        let found = found.filter(|((posting, _), _)| arguments.is_found(posting));
        let predictions = found.map(|((posting, outcome), &group)| (posting, outcome, group));
        let evidence = Evidence::of(predictions, &corpus.taxonomy);
        let what = "What was answered for labelled postings by a fit that had not seen them: label, answer, how \
                    many postings of a natural mix it stands for, number of the employer, board, probability of \
                    the two closest roles.";
        let tsv = evidence.to_tsv(&corpus.taxonomy, &format!("{comment}\n{what}"));
        write(&folder.join("evidence.tsv"), &tsv)?;
        let real = postings.iter().filter(|posting| arguments.is_found(posting));
        let labelled = real.filter_map(|LabelledPosting { title, body, label, .. }| {
            Some((ContentDigest::of(title, body)?, *label))
        });
        let what = "What the labelled postings say, as a number, and their labels: where counts are corrected, `demand` \
                    counts them by their label.";
        let known = Known::of(labelled, &corpus.taxonomy);
        write(
            &folder.join("labelled.tsv"),
            &known.to_tsv(&corpus.taxonomy, &format!("{comment}\n{what}")),
        )?;
    }
    let fitted = Classifier::with_corpus(corpus.with_fit(calibration, terms))?;
    let taxonomy = &fitted.corpus().taxonomy;
    let unseen: Vec<_> = postings
        .iter()
        .zip(cross_validated)
        .map(|(posting, outcome)| Prediction { posting, outcome })
        .collect();
    if let Some(folder) = &arguments.output {
        write_likeness(&folder.join("likeness.toml"), &fitted, &unseen, arguments, &commented)?;
    }
    let mut report = Report::new(taxonomy, &unseen, &groups);
    let mut seen = Report::new(taxonomy, &predict(&fitted, &postings), &groups);
    if !arguments.labelled.has_parts() {
        report.slices.clear();
        seen.slices.clear();
    }
    let mut out = anstream::stdout().lock();
    if arguments.json {
        let object = json!({
            "cross_validated": report.to_json(),
            "fitted": seen.to_json(),
            "titles": of_titles.map(|TitleFigures { natural, written }| {
                let counts = |of: AnsweredTitles| json!({
                    "in_scope": of.in_scope, "tagged": of.tagged, "right_or_second": of.right,
                    "out_of_scope": of.out_of_scope, "false_alarms": of.false_alarms,
                });
                json!({ "found": counts(natural), "written": counts(written) })
            }),
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
    writeln!(
        out,
        "\n{STRONG}The first words of the same postings, cross-validated{STRONG:#}\n\n{:>5} {:>8} {:>8} {:>10} {:>9} {:>7}",
        "words", "postings", "in scope", "role right", "precision", "recall"
    )?;
    for (words, of) in by_words(&postings, &beginnings) {
        let Counts { postings, in_scope, role_right, tagged, tagged_in_scope } = of;
        let share = |part: usize, whole: usize| part as f64 / whole as f64;
        writeln!(
            out,
            "{words:>5} {postings:>8} {in_scope:>8} {:>10.3} {:>9.3} {:>7.3}",
            share(role_right, in_scope),
            share(tagged_in_scope, tagged),
            share(tagged_in_scope, in_scope),
        )?;
    }
    if let Some(TitleFigures { natural, written }) = of_titles {
        writeln!(
            out,
            "\n{STRONG}Titles alone, cross-validated{STRONG:#}\n\n{:<10} {:>8} {:>7} {:>15} {:>13} {:>13}",
            "", "in scope", "tagged", "right or second", "out of scope", "false alarms"
        )?;
        for (name, of) in [("found", natural), ("written", written)] {
            writeln!(
                out,
                "{name:<10} {:>8} {:>7} {:>15} {:>13} {:>13}",
                of.in_scope, of.tagged, of.right, of.out_of_scope, of.false_alarms
            )?;
        }
    }
    writeln!(out, "\n{learned} terms have learned weights")?;
    Ok(Exit::Done)
}

/// Writes what labelled boards are like. One that is there is of an earlier fit: it goes if there are too few
/// boards to tell.
fn write_likeness(
    path: &Path,
    fitted: &Classifier,
    unseen: &[Prediction<'_>],
    arguments: &Arguments,
    comment: &str,
) -> anyhow::Result<()> {
    let mut tagger = fitted.tagger();
    let found = unseen.iter().filter(|predictions| arguments.is_found(predictions.posting));
    let rows = found.map(|Prediction { posting, outcome }| {
        let tag = tagger.tag(&posting.as_posting());
        let mut roles: Vec<f64> =
            outcome.posterior.split_last().map_or(&[][..], |of| of.1).to_vec();
        roles.sort_by(|a, b| b.total_cmp(a));
        let [closest, second] = [0, 1].map(|n| roles.get(n).copied().unwrap_or(0.0));
        LikenessRow {
            board: &posting.board,
            weight: posting.weight.unwrap_or(1.0),
            words_known: tag.words_known,
            scope: outcome.scope,
            role_sure: role_sure(closest, second),
        }
    });
    match fit_likeness(rows) {
        Some(likeness) => {
            let toml = toml::to_string(&likeness).context("the likeness can't be written")?;
            let what = "# How labelled boards differ: mean of each measure, standard deviation between boards \
                        and within them.";
            write(path, &format!("{comment}{what}\n\n{toml}"))
        }
        None if path.exists() => {
            fs::remove_file(path).with_context(|| format!("{}: cannot remove", path.display()))
        }
        None => Ok(()),
    }
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

/// How many postings there are of a kind.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    postings: usize,
    in_scope: usize,
    role_right: usize,
    tagged: usize,
    tagged_in_scope: usize,
}

/// Counts the outcomes of beginnings by how many words were read.
fn by_words(postings: &[LabelledPosting], beginnings: &[Beginning]) -> BTreeMap<u64, Counts> {
    let mut counts: BTreeMap<u64, Counts> = BTreeMap::new();
    for Beginning { posting, words, outcome } in beginnings {
        let predictions = Prediction { posting: &postings[*posting], outcome: outcome.clone() };
        let of = counts.entry(*words).or_default();
        let in_scope = predictions.posting.label.is_some();
        let tagged = outcome.answer.is_some();
        of.postings += 1;
        of.in_scope += usize::from(in_scope);
        of.role_right +=
            usize::from(predictions.posting.label.is_some_and(|role| predictions.rank(role) == 1));
        of.tagged += usize::from(tagged);
        of.tagged_in_scope += usize::from(tagged && in_scope);
    }
    counts
}
