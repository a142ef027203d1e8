//! What labelled boards are like, from answers of fits that had not seen them.

use std::collections::BTreeMap;

use rolecall_tagging::likeness::{LIKELY, LikenessMeasure, LikenessReference, SURE, WORSE};

use crate::percentile;

/// Labelled postings without which nothing is said of a board.
const MIN_POSTINGS: [usize; 3] = [25, 10, 10];

/// Boards without which nothing is said of how far apart boards are.
const MIN_BOARDS: usize = 10;

/// The share of labelled boards that are not called unlike.
const ALIKE: f64 = 0.95;

/// A labelled posting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LikenessRow<'p> {
    /// The board it is from.
    pub board: &'p str,
    /// How many postings of a natural mix it stands for; one that was not drawn from a mix stands for itself.
    pub weight: f64,
    /// The share of its words that are known.
    pub words_known: f64,
    /// The probability that it is in scope, by a fit that has not seen its board.
    pub scope: f64,
    /// The closest role's share of what the two closest roles have, by the same fit.
    pub role_sure: f64,
}

/// A measure of a board.
#[derive(Debug, Clone, Copy)]
struct Board {
    mean: f64,
    /// The variance between its postings.
    variance: f64,
    /// How many postings of the same weight would tell as much.
    postings: f64,
}

/// Computes what labelled boards are like; nothing if there are fewer than 10 of which enough is known.
pub fn fit_likeness<'p>(
    rows: impl IntoIterator<Item = LikenessRow<'p>>,
) -> Option<LikenessReference> {
    let mut by_board: BTreeMap<&str, Vec<LikenessRow<'p>>> = BTreeMap::new();
    for row in rows {
        by_board.entry(row.board).or_default().push(row);
    }
    let all = |row: &LikenessRow<'p>| Some(row.words_known);
    let sure = |row: &LikenessRow<'p>| (row.scope >= LIKELY).then_some(row.role_sure);
    let doubt = |row: &LikenessRow<'p>| {
        (row.scope >= LIKELY).then(|| f64::from(u8::from(row.scope < SURE)))
    };
    let of = |value: &dyn Fn(&LikenessRow<'p>) -> Option<f64>, least| -> Vec<(&str, Board)> {
        let boards = by_board.iter();
        boards.filter_map(|(name, rows)| Some((*name, Board::of(rows, value, least)?))).collect()
    };
    let boards =
        [of(&all, MIN_POSTINGS[0]), of(&sure, MIN_POSTINGS[1]), of(&doubt, MIN_POSTINGS[2])];
    if boards.iter().any(|boards| boards.len() < MIN_BOARDS) {
        return None;
    }
    // How far each board is from the others, by the worst measure.
    let mut distances: Vec<f64> = Vec::new();
    for name in by_board.keys() {
        let of_measures = boards.iter().zip(WORSE).filter_map(|(boards, worse)| {
            let (_, board) = boards.iter().find(|(other, _)| other == name)?;
            let others = boards.iter().filter(|(other, _)| other != name).map(|(_, board)| board);
            Some(worse * measure(others).distance(board.mean, board.postings))
        });
        distances.extend(of_measures.reduce(f64::max));
    }
    distances.sort_by(f64::total_cmp);
    let [words_known, role_sure, in_doubt] =
        boards.map(|boards| measure(boards.iter().map(|(_, board)| board)));
    let limit = rounded(percentile(&distances, ALIKE).max(1.0));
    Some(LikenessReference { limit, words_known, role_sure, in_doubt })
}

impl Board {
    fn of<'p>(
        rows: &[LikenessRow<'p>],
        value: &dyn Fn(&LikenessRow<'p>) -> Option<f64>,
        least: usize,
    ) -> Option<Self> {
        let values: Vec<_> =
            rows.iter().filter_map(|row| Some((value(row)?, row.weight))).collect();
        let sum = |of: &dyn Fn(f64, f64) -> f64| values.iter().map(|&(x, w)| of(x, w)).sum::<f64>();
        let weights = sum(&|_, w| w);
        let mean = sum(&|x, w| w * x) / weights;
        let variance = sum(&|x, w| w * (x - mean).powi(2)) / weights;
        let postings = weights.powi(2) / sum(&|_, w| w * w);
        (values.len() >= least && weights > 0.0).then_some(Self { mean, variance, postings })
    }
}

/// Tells the spread between boards from that of the few postings of each that are labelled.
fn measure<'b>(boards: impl Iterator<Item = &'b Board> + Clone) -> LikenessMeasure {
    let count = boards.clone().count();
    let mean_of = |of: &dyn Fn(&Board) -> f64| boards.clone().map(of).sum::<f64>() / count as f64;
    let mean = mean_of(&|board| board.mean);
    let squares = mean_of(&|board| (board.mean - mean).powi(2));
    let seen = squares * count as f64 / (count as f64 - 1.0);
    let within = mean_of(&|board| board.variance);
    let by_chance = mean_of(&|board| within / board.postings);
    // Boards differ at least by a quarter of what is seen, however few postings are labelled.
    let spread = (seen - by_chance).max(seen / 16.0).max(1e-6).sqrt();
    LikenessMeasure {
        mean: rounded(mean),
        spread: rounded(spread).max(1e-5),
        within: rounded(within.sqrt()),
        boards: count,
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1e5).round() / 1e5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(board: &str, known: f64) -> Vec<LikenessRow<'_>> {
        let row = |n: usize| LikenessRow {
            board,
            weight: 1.0,
            words_known: known + if n.is_multiple_of(2) { 0.05 } else { -0.05 },
            scope: if n.is_multiple_of(3) { 0.9 } else { 0.4 },
            role_sure: 0.9,
        };
        (0..60).map(row).collect()
    }

    #[test]
    fn the_odd_board_is_out_and_the_others_are_not() {
        let names: Vec<_> = (0..40).map(|n| format!("board {n}")).collect();
        let known = |n: usize| if n == 0 { 0.4 } else { 0.60 + 0.0025 * n as f64 };
        let of = |n: usize| rows(&names[n], known(n));
        let all = fit_likeness((0..40).flat_map(of)).unwrap();
        assert_eq!(all.words_known.boards, 40);
        assert!((all.in_doubt.mean - 2.0 / 3.0).abs() < 1e-4, "{all:?}");
        assert!(all.out_of_range().is_none(), "{all:?}");
        let others = fit_likeness((1..40).flat_map(of)).unwrap();
        let distance = |n| -others.words_known.distance(known(n), 60.0);
        assert!(distance(0) > others.limit, "{others:?}");
        // One in twenty of the labelled boards is out by itself.
        let out: Vec<_> = (1..40).filter(|&n| distance(n) > others.limit).collect();
        assert_eq!(out, [1, 2], "{others:?}");
    }

    #[test]
    fn few_boards_tell_nothing() {
        let names: Vec<_> = (0..9).map(|n| format!("board {n}")).collect();
        assert_eq!(fit_likeness((0..9).flat_map(|n| rows(&names[n], 0.6))), None);
    }

    #[test]
    fn quantiles_are_between_neighbours() {
        assert_eq!(percentile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!(percentile(&[1.0], 0.95), 1.0);
    }
}
