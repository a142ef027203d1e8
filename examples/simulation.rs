//! Measures how well corrected counts do: files of known shares are drawn from labelled postings, and
//! corrected with other labelled postings.
//!
//! Run with `cargo run --release --example simulation`; prints tables in Markdown, in some minutes.
//!
//! Two designs. *Same postings*: the labelled postings are the population; a file is drawn from them by
//! class with replacement, and the evidence by employer with replacement. So the truth is known exactly, and
//! an interval that is right covers it in 95 of 100 draws. *Other employers*: the employers are dealt into
//! two halves; one is the evidence, the file is drawn from the other. What the two halves differ in
//! is a part of the error then, as it is with a new file.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, Gamma};
use rolecall::Corpus;
use rolecall::demand::correct::{Corrected, Corrector, Evidence, EvidenceRow, Posteriors};

const DRAWS: u64 = 1000;
const BOOTSTRAP: usize = 200;
const METHODS: [&str; 4] = ["raw", "ACC", "PACC", "EM"];

#[derive(Clone, Copy, PartialEq)]
enum Design {
    SamePostings,
    OtherEmployers,
}

#[derive(Default, Clone)]
struct Score {
    error: f64,
    width: f64,
    covered: f64,
    count: f64,
}

impl Score {
    fn add(&mut self, truth: f64, (value, low, high): (f64, f64, f64)) {
        self.error += (value - truth).abs();
        self.width += high - low;
        self.covered += f64::from(u8::from(low <= truth && truth <= high));
        self.count += 1.0;
    }
}

fn below(random: &mut ChaCha8Rng, end: usize) -> usize {
    (random.next_u64() % end as u64) as usize
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let corpus = Corpus::embedded()?;
    let evidence = corpus.evidence()?;
    let roles = evidence.classes - 1;
    let tiers: Vec<Vec<usize>> = (0..corpus.taxonomy.tiers.len())
        .map(|tier| (0..roles).filter(|&role| corpus.taxonomy.roles[role].tier == tier).collect())
        .collect();
    for design in [Design::SamePostings, Design::OtherEmployers] {
        println!(
            "\n## {}\n",
            if design == Design::SamePostings { "Same postings" } else { "Other employers" }
        );
        println!(
            "| in scope | rows | method | error of role shares | width | roles covered | tiers covered | scope covered |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        let mut all: BTreeMap<usize, [Score; 3]> = BTreeMap::new();
        for (prevalence, rows) in [
            (0.005, 20_000),
            (0.025, 2_000),
            (0.025, 20_000),
            (0.1, 2_000),
            (0.1, 20_000),
            (0.5, 500),
            (0.5, 5_000),
        ] {
            let mut scores: BTreeMap<usize, [Score; 3]> = BTreeMap::new();
            let draws = DRAWS / 7 + 1;
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..2_u64)
                    .map(|thread| {
                        let (evidence, tiers) = (&evidence, &tiers);
                        scope.spawn(move || {
                            let mut scores: BTreeMap<usize, [Score; 3]> = BTreeMap::new();
                            for draw in (thread..draws).step_by(2) {
                                simulate(
                                    evidence,
                                    tiers,
                                    design,
                                    prevalence,
                                    rows,
                                    draw,
                                    &mut scores,
                                );
                            }
                            scores
                        })
                    })
                    .collect();
                for thread in threads {
                    for (method, parts) in thread.join().expect("a thread") {
                        for target in [&mut scores, &mut all] {
                            let sums = target.entry(method).or_default();
                            for (sum, part) in sums.iter_mut().zip(&parts) {
                                sum.error += part.error;
                                sum.width += part.width;
                                sum.covered += part.covered;
                                sum.count += part.count;
                            }
                        }
                    }
                }
            });
            show(&format!("{prevalence} | {rows}"), &scores);
        }
        show("all | all", &all);
    }
    Ok(())
}

fn show(head: &str, scores: &BTreeMap<usize, [Score; 3]>) {
    for (&method, [roles, tiers, scope]) in scores {
        println!(
            "| {head} | {} | {:.5} | {:.5} | {:.3} | {:.3} | {:.3} |",
            METHODS[method],
            roles.error / roles.count,
            roles.width / roles.count,
            roles.covered / roles.count,
            tiers.covered / tiers.count,
            scope.covered / scope.count,
        );
    }
}

fn simulate(
    evidence: &Evidence,
    tiers: &[Vec<usize>],
    design: Design,
    prevalence: f64,
    rows: usize,
    draw: u64,
    scores: &mut BTreeMap<usize, [Score; 3]>,
) {
    let mut random = ChaCha8Rng::seed_from_u64(draw ^ (rows as u64) << 20 ^ prevalence.to_bits());
    let roles = evidence.classes - 1;
    let groups = evidence.rows.iter().map(|row| row.group).max().unwrap_or(0) as usize + 1;
    let (labelled, population): (Vec<EvidenceRow>, Vec<EvidenceRow>) = match design {
        Design::SamePostings => {
            let mut times = vec![0; groups];
            for _ in 0..groups {
                times[below(&mut random, groups)] += 1;
            }
            // Copies of an employer are employers of their own.
            let mut labelled = Vec::new();
            for row in &evidence.rows {
                for copy in 0..times[row.group as usize] {
                    let group = row.group + copy * groups as u32;
                    labelled.push(EvidenceRow { group, ..row.clone() });
                }
            }
            (labelled, evidence.rows.clone())
        }
        Design::OtherEmployers => {
            let half: Vec<bool> = (0..groups).map(|_| random.next_u32() % 2 == 0).collect();
            evidence.rows.iter().cloned().partition(|row| half[row.group as usize])
        }
    };
    let boards = evidence.boards.clone();
    let labelled = Evidence { classes: evidence.classes, boards, rows: labelled };
    // The natural mix of roles, more or less like it.
    let labels = evidence.labels();
    let concentration = [1.0, 10.0, 100.0][below(&mut random, 3)];
    let in_scope: f64 = labels[..roles].iter().sum::<usize>() as f64;
    let by_class = |class: usize| -> Vec<&EvidenceRow> {
        let of_class = population.iter().filter(|row| row.label == class);
        of_class.filter(|row| class < roles || row.weight.is_some()).collect()
    };
    let classes: Vec<Vec<&EvidenceRow>> = (0..=roles).map(by_class).collect();
    let mut truth: Vec<f64> = (0..roles)
        .map(|role| {
            let shape = concentration * labels[role] as f64 / in_scope + 0.05;
            let share = Gamma::new(shape, 1.0).expect("a shape above 0").sample(&mut random);
            // Of roles that nothing is known of nothing can be said.
            let is_known = labels[role] >= Evidence::MIN_OF_ROLE && !classes[role].is_empty();
            if is_known { share } else { 0.0 }
        })
        .collect();
    let sum: f64 = truth.iter().sum();
    truth.iter_mut().for_each(|share| *share *= prevalence / sum);
    truth.push(1.0 - prevalence);
    // The shares are those of the mix that the file is a sample of.
    let heavy: f64 = classes[roles].iter().filter_map(|row| row.weight).sum();
    let mut answers = vec![0_u64; roles + 1];
    let mut posteriors = Posteriors::new(roles + 1);
    for _ in 0..rows {
        let unit = |random: &mut ChaCha8Rng| random.next_u64() as f64 / u64::MAX as f64;
        let mut place = unit(&mut random);
        let class = truth.iter().position(|share| {
            place -= share;
            place < 0.0
        });
        let class = class.unwrap_or(roles);
        let of_class = &classes[class];
        let row = if class == roles {
            let mut place = unit(&mut random) * heavy;
            let found = of_class.iter().find(|row| {
                place -= row.weight.unwrap_or(0.0);
                place < 0.0
            });
            found.or(of_class.last()).expect("a class with rows")
        } else {
            of_class[below(&mut random, of_class.len())]
        };
        answers[row.answer] += 1;
        posteriors.add(row.candidates);
    }
    let Ok(corrector) = Corrector::new(&labelled, BOOTSTRAP) else { return };
    let corrected: [Corrected; 4] = [
        corrector.raw_count(&answers, BOOTSTRAP),
        corrector.adjusted_count(&answers, BOOTSTRAP),
        corrector.probabilistic_adjusted_count(&posteriors, BOOTSTRAP),
        corrector.expectation_maximisation(&posteriors, BOOTSTRAP / 4),
    ];
    for (method, corrected) in corrected.iter().enumerate() {
        let share = |classes: &[usize]| {
            let interval = corrected.interval(classes);
            let of = |count: f64| count / rows as f64;
            (of(interval.value), of(interval.low), of(interval.high))
        };
        let [of_roles, of_tiers, of_scope] = scores.entry(method).or_default();
        for role in (0..roles).filter(|&role| corrector.knows(role)) {
            of_roles.add(truth[role], share(&[role]));
        }
        for tier in tiers {
            of_tiers.add(tier.iter().map(|&role| truth[role]).sum(), share(tier));
        }
        of_scope.add(prevalence, share(&(0..roles).collect::<Vec<_>>()));
    }
}
