//! Measures how well audits do: files of known counts are made of labelled postings, samples of them are
//! drawn and labelled with the truth, and counts estimated.
//!
//! Run with `cargo run --release -p rolecall-research --bin audit_simulation`; prints tables in Markdown, in some minutes.
//!
//! A file has 20,000 postings, drawn with replacement from the labelled postings of the corpus with what a
//! fit that had not seen them answered, at a share in scope and a mix of roles that differ from draw
//! to draw. In some files the classifier is wrong in a way that no labelled posting shows: of a role half of the
//! postings are answered as if they were out of scope, postings out of scope are taken for a role, or
//! two roles are taken for one another. Each draw has a file of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, Gamma};
use rolecall::Classifier;
use rolecall_demand::audit::{AuditOptions, Labels, Target, draw, estimate, targets};
use rolecall_demand::correct::{Evidence, EvidenceRow};
use rolecall_evaluation::Interval;
use rolecall_tagging::{InputOptions, InputPath, NoProgress};

const ROWS: usize = 20_000;
const LABELS: usize = 300;
const SHARES: [f64; 4] = [0.01, 0.025, 0.1, 0.5];
const DRAWS: usize = 63;
/// Other draws than those on which anything was chosen.
const SEED: u64 = 2023 << 32;
const METHODS: [&str; 3] = ["tagged", "labels alone", "PPI++"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shift {
    None,
    /// Half of the postings of a role are answered as postings out of scope are.
    Missed,
    /// As many postings out of scope as a role has are answered as its own are.
    FalseAlarms,
    /// Half of the postings of two roles are answered as those of the other.
    Swapped,
}

impl Shift {
    const ALL: [Self; 4] = [Self::None, Self::Missed, Self::FalseAlarms, Self::Swapped];

    fn name(self) -> &'static str {
        match self {
            Self::None => "as among the labelled postings",
            Self::Missed => "half of a role missed",
            Self::FalseAlarms => "as many false alarms as a role has postings",
            Self::Swapped => "two roles half swapped",
        }
    }
}

/// What is measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Roles with fewer than 20 postings in the file, 20 to 99, and more.
    RoleBelow20,
    RoleBelow100,
    RoleAbove,
    Role,
    Tier,
    All,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::RoleBelow20, Self::RoleBelow100, Self::RoleAbove, Self::Role, Self::Tier, Self::All];

    fn of(target: &Target, roles: usize, count: f64) -> &'static [Self] {
        match target.roles.len() {
            1 if count < 20.0 => &[Self::RoleBelow20, Self::Role],
            1 if count < 100.0 => &[Self::RoleBelow100, Self::Role],
            1 => &[Self::RoleAbove, Self::Role],
            some if some == roles => &[Self::All],
            _ => &[Self::Tier],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::RoleBelow20 => "roles with 1 to 19 postings",
            Self::RoleBelow100 => "roles with 20 to 99",
            Self::RoleAbove => "roles with 100 or more",
            Self::Role => "all of these roles",
            Self::Tier => "tiers",
            Self::All => "all roles together",
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Score {
    error: f64,
    width: f64,
    covered: f64,
    below: f64,
    count: f64,
}

impl Score {
    fn add(&mut self, truth: f64, found: &Interval) {
        self.error += (found.value - truth).abs();
        self.width += found.high - found.low;
        self.covered += f64::from(u8::from(found.low <= truth && truth <= found.high));
        self.below += f64::from(u8::from(truth > found.high));
        self.count += 1.0;
    }

    fn join(&mut self, other: &Self) {
        self.error += other.error;
        self.width += other.width;
        self.covered += other.covered;
        self.below += other.below;
        self.count += other.count;
    }
}

type Scores = BTreeMap<(Kind, usize), Score>;

fn join(scores: &mut Scores, others: &Scores) {
    for (key, other) in others {
        scores.entry(*key).or_default().join(other);
    }
}

fn below(random: &mut ChaCha8Rng, end: usize) -> usize {
    (random.next_u64() % end.max(1) as u64) as usize
}

fn unit(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Labelled postings by class, and what those out of scope stand for.
struct Pool<'e> {
    classes: Vec<Vec<&'e EvidenceRow>>,
    weight: f64,
}

impl<'e> Pool<'e> {
    fn new(evidence: &'e Evidence) -> Self {
        let none = evidence.classes - 1;
        let of_class = |class: usize| -> Vec<&EvidenceRow> {
            let rows = evidence.rows.iter().filter(|row| row.label == class);
            rows.filter(|row| class < none || row.weight.is_some()).collect()
        };
        let classes: Vec<_> = (0..evidence.classes).map(of_class).collect();
        let weight = classes[none].iter().filter_map(|row| row.weight).sum();
        Self { classes, weight }
    }

    fn take(&self, class: usize, random: &mut ChaCha8Rng) -> &'e EvidenceRow {
        let rows = &self.classes[class];
        if class + 1 < self.classes.len() {
            return rows[below(random, rows.len())];
        }
        let mut place = unit(random) * self.weight;
        let found = rows.iter().find(|row| {
            place -= row.weight.unwrap_or(0.0);
            place < 0.0
        });
        found.unwrap_or(&rows[0])
    }
}

/// Draws the classes of a file: so large a share in scope, roles by a mix that is more or less like
/// that of the labelled postings.
fn classes(pool: &Pool<'_>, share: f64, random: &mut ChaCha8Rng) -> Vec<usize> {
    let none = pool.classes.len() - 1;
    let concentration = [1.0, 10.0, 100.0][below(random, 3)];
    let labelled: usize = pool.classes[..none].iter().map(Vec::len).sum();
    let mut mix: Vec<f64> = pool.classes[..none]
        .iter()
        .map(|rows| {
            let shape = concentration * rows.len() as f64 / labelled as f64 + 0.05;
            Gamma::new(shape, 1.0).expect("a shape above 0").sample(random)
        })
        .collect();
    let sum: f64 = mix.iter().sum();
    mix.iter_mut().for_each(|part| *part *= share / sum);
    let class = |_| {
        let mut place = unit(random);
        let found = mix.iter().position(|part| {
            place -= part;
            place < 0.0
        });
        found.unwrap_or(none)
    };
    (0..ROWS).map(class).collect()
}

/// Returns the class whose labelled postings tell what is answered for a posting.
fn answered_as(
    class: usize,
    (one, other): (usize, usize),
    alarm: f64,
    shift: Shift,
    random: &mut ChaCha8Rng,
    none: usize,
) -> usize {
    match shift {
        Shift::Missed if class == one && unit(random) < 0.5 => none,
        Shift::FalseAlarms if class == none && unit(random) < alarm => one,
        Shift::Swapped if class == one && unit(random) < 0.5 => other,
        Shift::Swapped if class == other && unit(random) < 0.5 => one,
        _ => class,
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let classifier = Classifier::new()?;
    let evidence = Evidence::of_corpus(classifier.corpus())?;
    let pool = Pool::new(&evidence);
    let cells: Vec<(f64, Shift)> =
        SHARES.iter().flat_map(|&share| Shift::ALL.map(|shift| (share, shift))).collect();
    let folder = tempfile::tempdir()?;
    let mut by_cell: BTreeMap<usize, Scores> = BTreeMap::new();
    std::thread::scope(|scope| {
        let work = |thread: usize| {
            let (pool, classifier, cells) = (&pool, &classifier, &cells);
            let file = folder.path().join(format!("{thread}.csv"));
            move || -> Result<BTreeMap<usize, Scores>, String> {
                let mut found: BTreeMap<usize, Scores> = BTreeMap::new();
                for n in (thread..cells.len() * DRAWS).step_by(2) {
                    let cell = n % cells.len();
                    let scores = found.entry(cell).or_default();
                    simulate(classifier, pool, cells[cell], SEED + n as u64, &file, scores)
                        .map_err(|error| error.to_string())?;
                }
                Ok(found)
            }
        };
        let threads = [scope.spawn(work(0)), scope.spawn(work(1))];
        for thread in threads {
            for (cell, scores) in thread.join().expect("a thread")? {
                join(by_cell.entry(cell).or_default(), &scores);
            }
        }
        Ok::<(), String>(())
    })?;
    let some = |wanted: &dyn Fn((f64, Shift)) -> bool| {
        let mut scores = Scores::new();
        for (n, found) in &by_cell {
            if wanted(cells[*n]) {
                join(&mut scores, found);
            }
        }
        scores
    };
    show("all files", &some(&|_| true));
    for share in SHARES {
        show(&format!("{share} in scope"), &some(&|cell| cell.0 == share));
    }
    for shift in Shift::ALL {
        show(shift.name(), &some(&|cell| cell.1 == shift));
    }
    Ok(())
}

fn show(title: &str, scores: &Scores) {
    println!("\n## {title}\n");
    println!("| what | counts | method | mean absolute error | width | covered | too low |");
    println!("|---|---|---|---|---|---|---|");
    for kind in Kind::ALL {
        for (method, name) in METHODS.iter().enumerate() {
            let Some(score) = scores.get(&(kind, method)) else { continue };
            let mean = |sum: f64| sum / score.count;
            let error = mean(score.error);
            print!("| {} | {} | {name} | {error:.1} |", kind.name(), score.count);
            // A count of answers has no interval.
            match method {
                0 => println!(" | | |"),
                _ => println!(
                    " {:.1} | {:.3} | {:.3} |",
                    mean(score.width),
                    mean(score.covered),
                    mean(score.below)
                ),
            }
        }
    }
}

fn simulate(
    classifier: &Classifier,
    pool: &Pool<'_>,
    (share, shift): (f64, Shift),
    seed: u64,
    file: &Path,
    scores: &mut Scores,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let corpus = classifier.corpus();
    let taxonomy = &corpus.taxonomy;
    let roles = taxonomy.roles.len();
    let truth = classes(pool, share, &mut random);
    let in_scope: Vec<usize> = truth.iter().copied().filter(|&class| class < roles).collect();
    // What goes wrong is a role that there is.
    let one = in_scope[below(&mut random, in_scope.len())];
    let other = (one + 1 + below(&mut random, roles - 1)) % roles;
    let of_one = truth.iter().filter(|&&class| class == one).count();
    let alarm = of_one as f64 / (ROWS - in_scope.len()).max(1) as f64;
    let id = |class: usize| taxonomy.roles.get(class).map_or("none", |role| role.id.as_str());
    let sharpness = corpus.calibration.ranking.sharpness;
    let mut text =
        "title,onc_role,onc_scope,onc_closest_role,onc_score,onc_second_role,onc_second_score\n"
            .to_owned();
    for &class in &truth {
        let class = answered_as(class, (one, other), alarm, shift, &mut random, roles);
        let EvidenceRow { answer, candidates: [(first, p), (second, q)], .. } =
            pool.take(class, &mut random);
        // Scores that share the scope between the two as it was.
        let score = (p.max(1e-9) / q.max(1e-9)).ln() / sharpness;
        writeln!(text, "x,{},{},{},{score},{},0", id(*answer), p + q, id(*first), id(*second))?;
    }
    std::fs::write(file, text)?;
    let input = InputPath { path: file.to_owned(), relative: file.to_owned() };
    let options = AuditOptions {
        labels: LABELS,
        seed,
        threads: 1,
        prefix: taxonomy.name.clone(),
        input: InputOptions::default(),
    };
    let drawn = draw(classifier, &[input], &options, &NoProgress)?;
    let mut labels = Labels::new();
    for row in &drawn.design.drawn {
        let number: usize = row.id.trim_start_matches('p').parse()?;
        let class = truth[number - 1];
        labels.insert(row.id.clone(), (class < roles).then_some(class));
    }
    let found = estimate((file, file), &drawn.design, &labels, taxonomy)?;
    for (target, count) in targets(taxonomy).iter().zip(&found.counts) {
        let truth = truth.iter().filter(|class| target.roles.contains(class)).count() as f64;
        // What is not there is covered by every interval.
        if truth == 0.0 {
            continue;
        }
        let tagged = count.tagged as f64;
        let tagged = Interval { value: tagged, low: tagged, high: tagged };
        let kinds = Kind::of(target, roles, truth);
        for (method, found) in [&tagged, &count.labels_alone, &count.count].into_iter().enumerate()
        {
            for &kind in kinds {
                scores.entry((kind, method)).or_default().add(truth, found);
            }
        }
    }
    Ok(())
}
