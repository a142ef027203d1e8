//! How much the answers differ between employers and between boards.

use std::collections::BTreeMap;

use super::makeup::effective;
use super::{Evidence, EvidenceRow, Makeup};

/// The share of the variance of being found that lies between boards is taken to be at least and at most this.
/// By the labelled postings of 50 boards it is 0.07, but roles differ on top of that, and with 0.07 one file of few boards
/// more in a hundred is missed in the simulation (`examples/simulation.rs`).
const BETWEEN_BOARDS: (f64, f64) = (0.15, 0.3);

/// The squared coefficient of variation of the rate of false alarms between boards, at least and at most
/// (by those of 50 boards 0.8),
const ALARMS_OF_BOARDS: (f64, f64) = (0.3, 3.0);

/// and between employers. Pairs of false alarms of one employer are few, and the estimate goes from 5 to 50 by how they
/// are weighed. With less than 100, a role in files of few boards is covered in 91 of 100 files of the simulation
/// (`examples/simulation.rs`): an employer with false alarms has many.
const ALARMS_OF_EMPLOYERS: (f64, f64) = (100.0, 200.0);

/// A correlation within boards that weighs them, before it is estimated.
const FIRST_GUESS: f64 = 0.1;

/// What the labelled postings are made of, and how much their answers differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spread {
    /// By class.
    pub(super) all: Vec<Sources>,
    /// The same of the postings that were answered with a role.
    pub(super) found: Vec<Sources>,
    /// Share of the variance of being found that lies between boards.
    pub(super) between_boards: f64,
    /// Squared coefficients of variation of the rate of false alarms between boards, and between the employers of one.
    pub(super) alarms: (f64, f64),
}

/// Where postings come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sources {
    /// Effective number of employers.
    pub(super) employers: f64,
    /// Shares of the boards.
    boards: BTreeMap<u32, f64>,
}

impl Sources {
    fn of<'r>(rows: impl Iterator<Item = &'r Row<'r>> + Clone) -> Self {
        let employers = rows.clone().map(|Row { row, weight, .. }| (row.group, *weight));
        let all: f64 = rows.clone().map(|row| row.weight).sum();
        let mut boards = BTreeMap::new();
        for Row { row, weight, .. } in rows {
            *boards.entry(row.board).or_insert(0.0) += weight / all;
        }
        Self { employers: effective(employers), boards }
    }

    /// Returns the sum of the squared differences of the shares of boards from those of a file's rows of a
    /// class: 1/B + 1/b for effective numbers B and b of boards that are all different.
    pub(super) fn distance(&self, file: &Makeup, class: usize) -> f64 {
        let own: f64 = self.boards.values().map(|share| share * share).sum();
        let own = if self.boards.is_empty() { 1.0 } else { own };
        let both: f64 = file.known[class]
            .iter()
            .filter_map(|(board, share)| Some(share * self.boards.get(board)?))
            .sum();
        (own + 1.0 / file.boards[class] - 2.0 * both).max(0.0)
    }
}

impl Spread {
    /// Measures labelled postings; `found` is the probability that a posting of a class is answered with a role.
    pub(super) fn of(evidence: &Evidence, weights: &[f64], found: &[f64]) -> Self {
        let none = evidence.classes - 1;
        let rows: Vec<Row<'_>> = (evidence.rows.iter().zip(weights).enumerate())
            .filter(|(_, (_, weight))| **weight > 0.0)
            .map(|(number, (row, &weight))| Row { number, row, weight })
            .collect();
        let sources = |class: usize, only_found: bool| {
            let of_class = rows.iter().filter(move |Row { row, .. }| {
                row.label == class && !(only_found && row.answer == none)
            });
            Sources::of(of_class)
        };
        let out_of_scope: Vec<_> =
            rows.iter().copied().filter(|Row { row, .. }| row.label == none).collect();
        let employer = |Row { row, .. }: Row<'_>| (row.board, row.group);
        let boards = likeness(&out_of_scope, none, |Row { row, .. }| row.board, employer);
        let employers = likeness(&out_of_scope, none, employer, |Row { number, .. }| number);
        let clamp = |value: f64, (least, most): (f64, f64)| {
            if value.is_finite() { value.clamp(least, most) } else { most }
        };
        Self {
            all: (0..=none).map(|class| sources(class, false)).collect(),
            found: (0..=none).map(|class| sources(class, true)).collect(),
            between_boards: clamp(between_boards(&rows, found), BETWEEN_BOARDS),
            alarms: (
                clamp(boards, ALARMS_OF_BOARDS),
                clamp(employers - boards, ALARMS_OF_EMPLOYERS),
            ),
        }
    }
}

/// A labelled posting that counts.
#[derive(Clone, Copy)]
struct Row<'e> {
    number: usize,
    row: &'e EvidenceRow,
    weight: f64,
}

/// Estimates by moments which share of the variance of being found lies between boards, whatever the role: from the
/// means of boards, which weigh less than by their postings where these are alike (DerSimonian and Laird 1986).
fn between_boards(rows: &[Row<'_>], found: &[f64]) -> f64 {
    let none = found.len() - 1;
    let mut boards: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for Row { row, .. } in rows.iter().filter(|Row { row, .. }| row.label < none) {
        let mean = found[row.label].clamp(1e-3, 1.0 - 1e-3);
        let residual = f64::from(u8::from(row.answer < none)) - mean;
        let board = boards.entry(row.board).or_insert((0.0, 0.0));
        board.0 += residual / (mean * (1.0 - mean)).sqrt();
        board.1 += 1.0;
    }
    let boards: Vec<(f64, f64, f64)> = boards
        .into_values()
        .map(|(sum, count)| (sum / count, count, count / (1.0 + (count - 1.0) * FIRST_GUESS)))
        .collect();
    let all: f64 = boards.iter().map(|(.., weight)| weight).sum();
    let mean = boards.iter().map(|(mean, _, weight)| weight * mean).sum::<f64>() / all;
    let found = boards.iter().map(|(of, _, weight)| weight * (of - mean).powi(2)).sum::<f64>();
    let free = |weight: f64| weight - weight * weight / all;
    let between: f64 = boards.iter().map(|&(_, _, weight)| free(weight)).sum();
    let within: f64 = boards.iter().map(|&(_, count, weight)| free(weight) / count).sum();
    (found - within) / (between - within)
}

/// Estimates the squared coefficient of variation of the rate of false alarms between units, from pairs of postings of
/// the same unit but of different parts of it. A unit's pairs weigh by the root of its size, so that the
/// largest does not decide alone.
fn likeness<U: Ord + Copy, P: Ord + Copy>(
    rows: &[Row<'_>],
    none: usize,
    unit: impl Fn(Row<'_>) -> U,
    part: impl Fn(Row<'_>) -> P,
) -> f64 {
    let mut parts: BTreeMap<(U, P), (f64, f64)> = BTreeMap::new();
    let mut all = (0.0, 0.0);
    for &row in rows {
        let weight = row.weight;
        let alarm = if row.row.answer < none { weight } else { 0.0 };
        all = (all.0 + alarm, all.1 + weight);
        let sums = parts.entry((unit(row), part(row))).or_insert((0.0, 0.0));
        *sums = (sums.0 + alarm, sums.1 + weight);
    }
    let mut units: BTreeMap<U, [f64; 4]> = BTreeMap::new();
    for ((unit, _), (alarms, weight)) in parts {
        let sums = units.entry(unit).or_insert([0.0; 4]);
        for (sum, part) in sums.iter_mut().zip([alarms, weight, alarms * alarms, weight * weight]) {
            *sum += part;
        }
    }
    let (mut both, mut pairs) = (0.0, 0.0);
    for [alarms, weight, own_alarms, own_weight] in units.into_values() {
        both += (alarms * alarms - own_alarms) / weight.sqrt();
        pairs += (weight * weight - own_weight) / weight.sqrt();
    }
    both / pairs / (all.0 / all.1).powi(2) - 1.0
}
