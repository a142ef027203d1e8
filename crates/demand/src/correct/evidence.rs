use std::path::Path;

use rolecall::Corpus;
use rolecall::taxonomy::{NONE, Taxonomy};
use rolecall_evaluation::{LabelledPosting, Outcome};

use super::CorrectionError;
use crate::count::Dictionary;

/// Labelled postings and what was answered for them by a fit that had not seen them.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// How many classes there are: the roles, and last `none`.
    pub classes: usize,
    /// The names of the boards that rows are of.
    pub boards: Vec<String>,
    /// One for each labelled posting.
    pub rows: Vec<EvidenceRow>,
}

/// A labelled posting and what was answered for it.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceRow {
    /// The class that it is of.
    pub label: usize,
    /// The class that was answered.
    pub answer: usize,
    /// How many postings of a natural mix it stands for, if it was drawn from one.
    pub weight: Option<f64>,
    /// Who hires: the postings of one employer are not independent.
    pub group: u32,
    /// Where it was found, by its position among the boards: they differ in what is easy to tell.
    pub board: u32,
    /// The probabilities of the closest role and of the runner-up; the rest of 1 is that of `none`.
    pub candidates: [(usize, f64); 2],
}

/// The columns of the file.
const HEADER: &str = "label\tanswer\tweight\tgroup\tboard\tclosest\tsecond";

impl EvidenceRow {
    /// Returns the probability of each of so many classes.
    pub fn posterior(&self, classes: usize) -> Vec<f64> {
        let mut posterior = vec![0.0; classes];
        for (class, probability) in self.candidates {
            posterior[class] += probability;
        }
        if let Some(none) = posterior.last_mut() {
            *none = 1.0 - self.candidates.iter().map(|(_, p)| p).sum::<f64>();
        }
        posterior
    }
}

/// The file of a corpus that tells what was answered for labelled postings.
const FILE: &str = "evidence.tsv";

impl Evidence {
    /// Reads what a corpus says of its classifier's errors. Takes some milliseconds.
    ///
    /// # Errors
    ///
    /// Returns an error if the corpus has no `evidence.tsv`, or an invalid one.
    pub fn of_corpus(corpus: &Corpus) -> Result<Self, CorrectionError> {
        let file = corpus.file(FILE).ok_or(CorrectionError::NoEvidence)?;
        Self::parse(Path::new(&file.shown), &file.text, &corpus.taxonomy)
    }

    /// Labelled postings in scope, and out of it, without which nothing is corrected.
    pub const MIN_POSTINGS: usize = 50;

    /// Labelled postings of a role without which its count is not corrected.
    pub const MIN_OF_ROLE: usize = 10;

    /// Takes what was answered for labelled postings by fits that had not seen them. `groups` are
    /// numbered from 0.
    pub fn of<'p>(
        judged: impl IntoIterator<Item = (&'p LabelledPosting, &'p Outcome, usize)>,
        taxonomy: &Taxonomy,
    ) -> Self {
        let none = taxonomy.roles.len();
        let mut boards = Dictionary::default();
        let row = |(posting, outcome, group): (&LabelledPosting, &Outcome, usize)| {
            let mut ranking: Vec<usize> = (0..none).collect();
            ranking.sort_by(|&a, &b| outcome.scores[b].total_cmp(&outcome.scores[a]));
            let [closest, second] = [0, 1].map(|n| ranking.get(n).copied().unwrap_or(0));
            let of = |class: usize| outcome.posterior[class];
            // What else the scope is made of is theirs as well: a tagged file says no more.
            let both = (of(closest) + of(second)).max(f64::MIN_POSITIVE);
            let share = |class: usize| (class, outcome.scope * of(class) / both);
            EvidenceRow {
                label: posting.label.unwrap_or(none),
                answer: outcome.answer.unwrap_or(none),
                weight: posting.weight,
                group: u32::try_from(group).unwrap_or(u32::MAX),
                board: boards.number(&posting.board),
                candidates: [closest, second].map(share),
            }
        };
        let rows = judged.into_iter().map(row).collect();
        Self { classes: none + 1, boards: names(&boards), rows }
    }

    /// Reads `evidence.tsv`: after comments and a header a line for each labelled posting, with the id of
    /// its class, that of the answer, the weight (may be empty), the number of its group, the name of its
    /// board (may be empty), and `id:probability` of the two closest roles.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and line if a line is not of this form.
    pub fn parse(file: &Path, text: &str, taxonomy: &Taxonomy) -> Result<Self, CorrectionError> {
        let ids: Vec<&str> = taxonomy.roles.iter().map(|role| role.id.as_str()).collect();
        let class = |id: &str| match id {
            NONE => Some(ids.len()),
            id => ids.iter().position(|other| *other == id),
        };
        // Numbered anew, so that a large number can't ask for memory.
        let mut groups = Dictionary::default();
        let mut boards = Dictionary::default();
        let mut parse = |line: &str| -> Result<EvidenceRow, String> {
            let cells: Vec<_> = line.split('\t').collect();
            let [label, answer, weight, group, board, closest, second] = cells[..] else {
                return Err(format!("expected 7 cells between tabs, found {}", cells.len()));
            };
            let class = |id: &str| {
                class(id).ok_or_else(|| format!("expected a role or `none`, found `{id}`"))
            };
            let positive = |text: &str| {
                let number: Option<f64> = text.parse().ok();
                number
                    .filter(|number| number.is_finite() && *number >= 0.0)
                    .ok_or_else(|| format!("expected a number of at least 0, found `{text}`"))
            };
            let number_of = |group: &str| -> Result<u32, String> {
                group.parse().map_err(|_| format!("expected a group, found `{group}`"))
            };
            let candidate = |text: &str| {
                let (id, probability) = text
                    .split_once(':')
                    .ok_or_else(|| format!("expected `role:probability`, found `{text}`"))?;
                match class(id)? {
                    none if none == ids.len() => Err("expected a role, found `none`".to_owned()),
                    role => Ok((role, positive(probability)?)),
                }
            };
            let candidates = [candidate(closest)?, candidate(second)?];
            if candidates.iter().map(|(_, p)| p).sum::<f64>() > 1.001 {
                return Err(format!("expected probabilities of 1 together, found `{line}`"));
            }
            Ok(EvidenceRow {
                label: class(label)?,
                answer: class(answer)?,
                weight: if weight.is_empty() { None } else { Some(positive(weight)?) },
                group: groups.number(&number_of(group)?.to_string()),
                board: boards.number(board),
                candidates,
            })
        };
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#'));
        let invalid =
            |line, problem| CorrectionError::Invalid { file: file.to_owned(), line, problem };
        let mut rows = Vec::new();
        for (n, (line, content)) in lines.enumerate() {
            if n == 0 {
                if content != HEADER {
                    return Err(invalid(line, format!("expected the header `{HEADER}`")));
                }
                continue;
            }
            rows.push(parse(content).map_err(|problem| invalid(line, problem))?);
        }
        Ok(Self { classes: ids.len() + 1, boards: names(&boards), rows })
    }

    /// Returns the text that [`parse`](Self::parse) reads, under a comment.
    pub fn to_tsv(&self, taxonomy: &Taxonomy, comment: &str) -> String {
        let id = |class: usize| taxonomy.roles.get(class).map_or(NONE, |role| role.id.as_str());
        let mut text: String = comment.lines().map(|line| format!("# {line}\n")).collect();
        text.push_str(HEADER);
        text.push('\n');
        for EvidenceRow { label, answer, weight, group, board, candidates } in &self.rows {
            let weight = weight.map_or(String::new(), |weight| weight.to_string());
            let [closest, second] = candidates.map(|(class, p)| format!("{}:{p:.4}", id(class)));
            let board = self.boards.get(*board as usize).map_or("", String::as_str);
            // A name with a tab would be two cells.
            let board = board.replace(['\t', '\n', '\r'], " ");
            text += &format!(
                "{}\t{}\t{weight}\t{group}\t{board}\t{closest}\t{second}\n",
                id(*label),
                id(*answer)
            );
        }
        text
    }

    /// Returns how many labelled postings each class has.
    pub fn labels(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes];
        for row in &self.rows {
            counts[row.label] += 1;
        }
        counts
    }

    /// Returns how much each row counts in its class.
    ///
    /// Rows that are out of scope count by their weight, because those without one were chosen for
    /// being hard. Rows in scope count the same: a few heavy ones would decide everything, and the share
    /// of right answers is the same within its error either way. If no row has a weight, all count
    /// the same.
    pub(super) fn row_weights(&self) -> Vec<f64> {
        let none = self.classes - 1;
        let is_weighted = self.rows.iter().any(|row| row.label == none && row.weight.is_some());
        let weight = |row: &EvidenceRow| match (row.label == none && is_weighted, row.weight) {
            (true, weight) => weight.unwrap_or(0.0),
            _ => 1.0,
        };
        self.rows.iter().map(weight).collect()
    }
}

fn names(boards: &Dictionary) -> Vec<String> {
    boards.texts().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# what it is
label\tanswer\tweight\tgroup\tboard\tclosest\tsecond
none\tnone\t137.489\t0\tone\ttrainer:0.0181\timplementation-manager:0.0000
trainer\tnone\t\t1\t\ttrainer:0.4000\timplementation-manager:0.1000
trainer\ttrainer\t1\t2\tone\ttrainer:0.9000\timplementation-manager:0.0500
";

    fn parse(text: &str) -> Result<Evidence, String> {
        let corpus = Corpus::embedded().unwrap();
        Evidence::parse(Path::new("e.tsv"), text, &corpus.taxonomy).map_err(|it| it.to_string())
    }

    #[test]
    fn boards_are_read_and_written() {
        let evidence = parse(TEXT).unwrap();
        assert_eq!(evidence.boards, ["one", ""]);
        assert_eq!(evidence.rows.iter().map(|row| row.board).collect::<Vec<_>>(), [0, 1, 0]);
        let corpus = Corpus::embedded().unwrap();
        assert_eq!(evidence.to_tsv(&corpus.taxonomy, "what it is"), TEXT);
    }

    #[test]
    fn large_numbers_of_groups_ask_for_no_memory() {
        let large = TEXT.replace("\t2\tone", "\t4294967295\tone");
        let groups =
            |text| parse(text).unwrap().rows.iter().map(|row| row.group).collect::<Vec<_>>();
        assert_eq!(groups(&large), groups(TEXT));
    }

    #[test]
    fn evidence_of_another_form_is_refused_by_line() {
        let error = |from: &str, to: &str| parse(&TEXT.replace(from, to)).unwrap_err();
        assert!(error("\tboard\t", "\t").starts_with("e.tsv:2: expected the header"));
        assert_eq!(error("0\tone\t", "0\t"), "e.tsv:3: expected 7 cells between tabs, found 6");
        assert_eq!(error("\t2\tone", "\tx\tone"), "e.tsv:5: expected a group, found `x`");
    }

    #[test]
    fn the_corpus_knows_the_board_of_every_posting() {
        let evidence = Evidence::of_corpus(&Corpus::embedded().unwrap()).unwrap();
        assert!(evidence.boards.len() > 40 && !evidence.boards.iter().any(String::is_empty));
    }
}
