//! What a fit is asked for, and what it gives.

use rolecall::corpus::{Calibration, TermWeights};

use super::titles::TitleFigures;
use crate::{LabelledPosting, Outcome};

/// Which postings measure while the others fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folds {
    /// This many folds; an employer's postings and near-duplicates are never in two.
    Groups(usize),
    /// This many folds of whole boards: what a board will show of which nothing was labelled.
    Boards(usize),
    /// A fold for each value of the column that is reported apart.
    Values,
}

/// How [`calibrate`](super::calibrate) fits and measures.
#[derive(Debug, Clone, Copy)]
pub struct Fitting<'a> {
    /// Which postings measure while the others fit.
    pub folds: Folds,
    /// A term gets learned weights if at least so many of the postings that fit hold it.
    pub term_floor: usize,
    /// Titles, without texts, that teach what a title says by itself; may be none.
    pub titles: &'a [LabelledPosting],
    /// Names of files whose titles were written to be learned from: from where on a title is tagged is
    /// told by the others.
    pub written: &'a [String],
}

/// What was fitted, and how well it does on postings that it was not fitted on.
#[derive(Debug, Clone)]
pub struct Calibrated {
    /// The weights, and the models of ranking and scope.
    pub calibration: Calibration,
    /// The learned weights of terms.
    pub terms: TermWeights,
    /// The outcome of each posting, by a fit that did not see its fold.
    pub cross_validated: Vec<Outcome>,
    /// The same of the beginnings of postings that have more words.
    pub beginnings: Vec<Beginning>,
    /// The group of each posting.
    pub groups: Vec<usize>,
    /// How well titles by themselves are answered, cross-validated; nothing if none were given.
    pub titles: Option<TitleFigures>,
}

/// What is answered for the first words of a posting.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The position of the posting among those that were given.
    pub posting: usize,
    /// How many words of its body were read.
    pub words: u64,
    /// The outcome, by a fit that did not see the fold of the posting.
    pub outcome: Outcome,
}
