//! Measures how well corrected counts do: files of known shares are drawn from labelled postings, and
//! corrected with other labelled postings.
//!
//! Run with `cargo run --release -p rolecall-research --bin simulation`; prints a table in Markdown, in some minutes. With
//! `detail` behind it also prints lines for each share in scope and number of rows.
//!
//! The evidence is one of four. *Same postings*: the labelled postings are the population; the evidence is drawn from
//! them by employer with replacement. So the truth is known exactly. *Other employers*: the employers are dealt
//! into two halves; one is the evidence, the file is drawn from the other. *Other boards*: the boards are. *New
//! boards*: about one in seven boards is left out of the evidence, and the file is drawn from these. What evidence and
//! file differ in is a part of the error then, as it is with a new file.
//!
//! The file is one of three: drawn from all that are not evidence, from one to three boards of these, or from
//! 5 to 30 employers with postings in scope and as many without.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, Gamma};
use rolecall::Corpus;
use rolecall_demand::correct::{Corrector, Evidence, EvidenceRow, Makeup};

/// Files of each kind, share in scope and number of rows.
const FILES: u64 = 72;

/// Bootstrap draws for each interval: fewer than a user gets, for the sake of time.
const DRAWS: usize = 300;

/// Labelled postings out of scope that a board must have for a file of few boards.
const NONE_OF_BOARD: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Design {
    SamePostings,
    OtherEmployers,
    OtherBoards,
    NewBoards,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Many,
    FewBoards,
    FewEmployers,
}

const DESIGNS: [(Design, &str); 4] = [
    (Design::SamePostings, "the same postings"),
    (Design::OtherEmployers, "other employers"),
    (Design::OtherBoards, "other boards: half of them"),
    (Design::NewBoards, "other boards: all but one in seven"),
];

const KINDS: [(Kind, &str); 3] = [
    (Kind::Many, "many employers and boards"),
    (Kind::FewBoards, "one to three boards"),
    (Kind::FewEmployers, "5 to 30 employers of each kind"),
];

const MIXES: [(f64, usize); 7] = [
    (0.005, 20_000),
    (0.025, 2_000),
    (0.025, 20_000),
    (0.1, 2_000),
    (0.1, 20_000),
    (0.5, 500),
    (0.5, 5_000),
];

/// Sums over intervals.
#[derive(Default, Clone)]
struct Score {
    raw_error: f64,
    error: f64,
    width: f64,
    covered: f64,
    raw_covered: f64,
    count: f64,
}

/// Roles that the file has, tiers, all roles together; and intervals of no width beside tagged rows.
#[derive(Default, Clone)]
struct Scores {
    roles: Score,
    tiers: Score,
    scope: Score,
    without_width: u64,
}

impl Score {
    fn merge(&mut self, other: &Self) {
        self.raw_error += other.raw_error;
        self.error += other.error;
        self.width += other.width;
        self.covered += other.covered;
        self.raw_covered += other.raw_covered;
        self.count += other.count;
    }
}

impl Scores {
    fn merge(&mut self, other: &Self) {
        self.roles.merge(&other.roles);
        self.tiers.merge(&other.tiers);
        self.scope.merge(&other.scope);
        self.without_width += other.without_width;
    }
}

fn below(random: &mut ChaCha8Rng, end: usize) -> usize {
    (random.next_u64() % end as u64) as usize
}

fn unit(random: &mut ChaCha8Rng) -> f64 {
    random.next_u64() as f64 / u64::MAX as f64
}

/// Draws some of the keys without replacement, the heavier the likelier.
fn choose<K: Copy + Ord>(
    mut keys: Vec<(K, f64)>,
    count: usize,
    random: &mut ChaCha8Rng,
) -> BTreeSet<K> {
    let mut chosen = BTreeSet::new();
    while chosen.len() < count && !keys.is_empty() {
        let mut place = unit(random) * keys.iter().map(|(_, weight)| weight).sum::<f64>();
        let at = keys.iter().position(|(_, weight)| {
            place -= weight;
            place < 0.0
        });
        chosen.insert(keys.swap_remove(at.unwrap_or(keys.len() - 1)).0);
    }
    chosen
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let is_detailed = std::env::args().any(|argument| argument == "detail");
    let corpus = Corpus::embedded()?;
    let evidence = Evidence::of_corpus(&corpus)?;
    let roles = evidence.classes - 1;
    let tiers: Vec<Vec<usize>> = (0..corpus.taxonomy.tiers.len())
        .map(|tier| (0..roles).filter(|&role| corpus.taxonomy.roles[role].tier == tier).collect())
        .collect();
    println!(
        "| evidence | file | files | raw error | error | width | roles covered | tiers covered | scope covered | \
         raw scope covered | without width |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for (design, of_design) in DESIGNS {
        for (kind, of_kind) in KINDS {
            let mut all = Scores::default();
            for mix in MIXES {
                let simulation =
                    Simulation { evidence: &evidence, tiers: &tiers, design, kind, mix };
                let scores = simulation.run();
                all.merge(&scores);
                if is_detailed {
                    show(&format!("{of_design} | {of_kind}, {} of {}", mix.0, mix.1), &scores);
                }
            }
            show(&format!("{of_design} | {of_kind}"), &all);
        }
    }
    Ok(())
}

fn show(head: &str, Scores { roles, tiers, scope, without_width }: &Scores) {
    println!(
        "| {head} | {} | {:.4} | {:.4} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {without_width} |",
        scope.count,
        roles.raw_error / roles.count,
        roles.error / roles.count,
        roles.width / roles.count,
        roles.covered / roles.count,
        tiers.covered / tiers.count,
        scope.covered / scope.count,
        scope.raw_covered / scope.count,
    );
}

struct Simulation<'e> {
    evidence: &'e Evidence,
    tiers: &'e [Vec<usize>],
    design: Design,
    kind: Kind,
    mix: (f64, usize),
}

impl Simulation<'_> {
    /// Draws and corrects files on two threads.
    fn run(&self) -> Scores {
        let mut all = Scores::default();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2_u64)
                .map(|thread| {
                    scope.spawn(move || {
                        let mut scores = Scores::default();
                        for draw in (thread..FILES).step_by(2) {
                            self.draw(draw, &mut scores);
                        }
                        scores
                    })
                })
                .collect();
            for thread in threads {
                all.merge(&thread.join().expect("a thread"));
            }
        });
        all
    }

    /// Parts the labelled postings into the evidence and what a file is drawn from.
    fn part(&self, random: &mut ChaCha8Rng) -> (Vec<EvidenceRow>, Vec<EvidenceRow>) {
        let rows = &self.evidence.rows;
        let groups = rows.iter().map(|row| row.group).max().unwrap_or(0) as usize + 1;
        match self.design {
            Design::SamePostings => {
                let mut times = vec![0; groups];
                for _ in 0..groups {
                    times[below(random, groups)] += 1;
                }
                // Copies of an employer are employers of their own.
                let mut labelled = Vec::new();
                for row in rows {
                    for copy in 0..times[row.group as usize] {
                        let group = row.group + copy * groups as u32;
                        labelled.push(EvidenceRow { group, ..row.clone() });
                    }
                }
                (labelled, rows.clone())
            }
            Design::OtherEmployers => {
                let half: Vec<bool> =
                    (0..groups).map(|_| random.next_u32().is_multiple_of(2)).collect();
                rows.iter().cloned().partition(|row| half[row.group as usize])
            }
            Design::OtherBoards | Design::NewBoards => {
                let of = if self.design == Design::OtherBoards { 2 } else { 7 };
                let is_out: Vec<bool> = self
                    .evidence
                    .boards
                    .iter()
                    .map(|_| random.next_u32().is_multiple_of(of))
                    .collect();
                rows.iter().cloned().partition(|row| !is_out[row.board as usize])
            }
        }
    }

    /// Takes the postings that a file of the kind may have, with how much each counts in its class.
    fn population(
        &self,
        rows: Vec<EvidenceRow>,
        random: &mut ChaCha8Rng,
    ) -> Vec<(EvidenceRow, f64)> {
        let none = self.evidence.classes - 1;
        let weight = |row: &EvidenceRow| match row.label == none {
            true => row.weight.unwrap_or(0.0),
            false => 1.0,
        };
        let rows =
            rows.into_iter().map(|row| (weight(&row), row)).filter(|(weight, _)| *weight > 0.0);
        let rows: Vec<(EvidenceRow, f64)> = rows.map(|(weight, row)| (row, weight)).collect();
        let sums = |in_scope: bool, key: fn(&EvidenceRow) -> u32| {
            let mut sums: BTreeMap<u32, (f64, usize)> = BTreeMap::new();
            for (row, weight) in rows.iter().filter(|(row, _)| (row.label < none) == in_scope) {
                let sum = sums.entry(key(row)).or_insert((0.0, 0));
                *sum = (sum.0 + weight, sum.1 + 1);
            }
            sums
        };
        match self.kind {
            Kind::Many => rows,
            Kind::FewBoards => {
                let others = sums(false, |row| row.board);
                let boards = sums(true, |row| row.board).into_keys().filter(|board| {
                    others.get(board).is_some_and(|(_, count)| *count >= NONE_OF_BOARD)
                });
                let boards: Vec<(u32, f64)> = boards.map(|board| (board, 1.0)).collect();
                let count = below(random, 3) + 1;
                let chosen = choose(boards, count, random);
                rows.into_iter().filter(|(row, _)| chosen.contains(&row.board)).collect()
            }
            Kind::FewEmployers => {
                let count = below(random, 26) + 5;
                let hiring = sums(true, |row| row.group).into_keys().map(|group| (group, 1.0));
                let hiring = choose(hiring.collect(), count, random);
                let others = sums(false, |row| row.group);
                let heavy = others.iter().map(|(&group, &(weight, _))| (group, weight));
                let chosen = choose(heavy.collect(), count, random);
                // Those out of scope were drawn by their weight, and now count the same.
                let kept = rows.into_iter().filter_map(|(row, weight)| match row.label == none {
                    true if chosen.contains(&row.group) => {
                        let all = others[&row.group].0;
                        Some((row, weight / all))
                    }
                    false if hiring.contains(&row.group) => Some((row, weight)),
                    _ => None,
                });
                kept.collect()
            }
        }
    }

    /// Draws a file, corrects it and compares it with the truth.
    fn draw(&self, draw: u64, scores: &mut Scores) {
        let (prevalence, rows) = self.mix;
        let mut random =
            ChaCha8Rng::seed_from_u64(draw ^ (rows as u64) << 20 ^ prevalence.to_bits());
        let classes = self.evidence.classes;
        let roles = classes - 1;
        let (labelled, rest) = self.part(&mut random);
        let boards = self.evidence.boards.clone();
        let known: BTreeSet<u32> = labelled.iter().map(|row| row.board).collect();
        let labelled = Evidence { classes, boards, rows: labelled };
        let Ok(corrector) = Corrector::new(&labelled, DRAWS) else { return };
        let population = self.population(rest, &mut random);
        let of_class: Vec<Vec<&(EvidenceRow, f64)>> = (0..classes)
            .map(|class| population.iter().filter(|(row, _)| row.label == class).collect())
            .collect();
        let Some(truth) = self.truth(&of_class, &mut random) else { return };
        let mut answers = vec![0_u64; classes];
        let (mut employers, mut of_boards) = (BTreeMap::new(), BTreeMap::new());
        for _ in 0..rows {
            let mut place = unit(&mut random);
            let class = truth.iter().position(|share| {
                place -= share;
                place < 0.0
            });
            let of_class = &of_class[class.unwrap_or(roles)];
            let mut place =
                unit(&mut random) * of_class.iter().map(|(_, weight)| weight).sum::<f64>();
            let found = of_class.iter().find(|(_, weight)| {
                place -= weight;
                place < 0.0
            });
            let (row, _) = found.or(of_class.last()).expect("a class with rows");
            answers[row.answer] += 1;
            *employers.entry((row.answer, Some(row.group))).or_insert(0_u64) += 1;
            *of_boards.entry((row.answer, row.board)).or_insert(0_u64) += 1;
        }
        let employers =
            employers.into_iter().map(|((class, employer), rows)| (class, employer, rows));
        let of_boards = of_boards.into_iter().map(|((class, board), rows)| (class, board, rows));
        let file = Makeup::of(classes, employers, of_boards, |board| {
            known.contains(&board).then_some(board)
        });
        let corrected = corrector.adjusted_count(&answers, file).whole;
        let raw = corrector.raw_count(&answers);
        let mut add = |classes: &[usize], to: fn(&mut Scores) -> &mut Score| {
            let of = |count: f64| count / rows as f64;
            let (ours, raw) = (corrected.interval(classes), raw.interval(classes));
            let share: f64 = classes.iter().map(|&class| truth[class]).sum();
            let is_tagged = classes.iter().any(|&class| answers[class] > 0);
            scores.without_width += u64::from(is_tagged && ours.high <= ours.low);
            let covers =
                |low: f64, high: f64| f64::from(u8::from(of(low) <= share && share <= of(high)));
            to(scores).merge(&Score {
                raw_error: (of(raw.value) - share).abs(),
                error: (of(ours.value) - share).abs(),
                width: of(ours.high - ours.low),
                covered: covers(ours.low, ours.high),
                raw_covered: covers(raw.low, raw.high),
                count: 1.0,
            });
        };
        for role in (0..roles).filter(|&role| corrector.knows(role) && truth[role] > 0.0) {
            add(&[role], |scores| &mut scores.roles);
        }
        for tier in self.tiers {
            add(tier, |scores| &mut scores.tiers);
        }
        add(&(0..roles).collect::<Vec<_>>(), |scores| &mut scores.scope);
    }

    /// Draws the shares of the classes that the file is a sample of: the natural mix of roles, more or less
    /// like it. Nothing if the file can have no role, or nothing else.
    fn truth(
        &self,
        of_class: &[Vec<&(EvidenceRow, f64)>],
        random: &mut ChaCha8Rng,
    ) -> Option<Vec<f64>> {
        let labels = self.evidence.labels();
        let roles = of_class.len() - 1;
        let in_scope: f64 = labels[..roles].iter().sum::<usize>() as f64;
        let concentration = [1.0, 10.0, 100.0][below(random, 3)];
        let mut truth: Vec<f64> = (0..roles)
            .map(|role| {
                let shape = concentration * labels[role] as f64 / in_scope + 0.05;
                let share = Gamma::new(shape, 1.0).expect("a shape above 0").sample(random);
                // Of roles that nothing is known of nothing can be said.
                let is_known = labels[role] >= Evidence::MIN_OF_ROLE && !of_class[role].is_empty();
                if is_known { share } else { 0.0 }
            })
            .collect();
        let sum: f64 = truth.iter().sum();
        if sum <= 0.0 || of_class[roles].is_empty() {
            return None;
        }
        truth.iter_mut().for_each(|share| *share *= self.mix.0 / sum);
        truth.push(1.0 - self.mix.0);
        Some(truth)
    }
}
