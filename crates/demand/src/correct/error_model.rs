//! What is known of the classifier's errors in a file.

use super::confusion::{Confusion, PATTERN_POSTINGS};
use super::{Makeup, spread::Spread};

/// What the errors in a file are drawn from.
///
/// A class's column in the file differs from that among the labelled postings by what both have of their boards
/// and employers. With a share ρ of the variance between boards, of an indicator with mean m the difference
/// has the variance m (1 - m) (ρ (1/B + 1/b) + (1 - ρ) (1/E + 1/e)), where B and E are the effective numbers of
/// boards and employers among the labelled postings, and b and e those in the file. A single board does not
/// average out, however many rows it has. Of boards that both have, only the difference of their shares counts.
#[derive(Debug, Clone)]
pub(super) struct ErrorModel {
    pub(super) roles: Vec<OfRole>,
    pub(super) alarms: Alarms,
}

/// What is answered for the postings of a role.
#[derive(Debug, Clone)]
pub(super) struct OfRole {
    /// Probability of an answer with any role.
    pub(super) found: f64,
    /// Standard deviation of its log-odds that all roles have in common: a board's, and that of few employers.
    pub(super) shared: f64,
    /// So many postings it is drawn as if from.
    pub(super) size: f64,
    /// Parameters of the Dirichlet distribution of the roles that are answered.
    pub(super) roles: Vec<f64>,
}

/// What is answered for postings out of scope.
#[derive(Debug, Clone)]
pub(super) struct Alarms {
    /// Probability of an answer with any role.
    pub(super) share: f64,
    /// Squared coefficient of variation of it by boards.
    pub(super) between_boards: f64,
    /// So many postings it is drawn as if from.
    pub(super) size: f64,
    /// Parameters of the Dirichlet distribution of the roles that are answered.
    pub(super) roles: Vec<f64>,
}

/// Standard deviations of log-odds are at most this; with more, next to nothing is known anyhow.
const MOST_SHARED: f64 = 1.6;

impl ErrorModel {
    /// Says what is known of the errors in a file with these answers.
    pub(super) fn of(mean: &Confusion, spread: &Spread, answers: &[f64], file: &Makeup) -> Self {
        let none = answers.len() - 1;
        let rho = spread.between_boards;
        let column = |class: usize| -> (f64, Vec<f64>) {
            let found = 1.0 - mean.matrix[none][class];
            let roles = (0..none).map(|role| mean.matrix[role][class] / found.max(1e-12));
            (found.clamp(1e-5, 0.99), roles.collect())
        };
        let scaled = |roles: Vec<f64>, variance: f64, least: f64| -> Vec<f64> {
            let size = (1.0 / variance - 1.0).max(least);
            roles.into_iter().map(|share| share * size).collect()
        };
        let of_role = |class: usize| {
            let (found, roles) = column(class);
            let (all, of_found) = (&spread.all[class], &spread.found[class]);
            // Few answers say little of how many employers hire for the role.
            let here = file.employers[class].min(2.0 * answers[class] + 1.0);
            let of_boards = rho * all.distance(file, class);
            let of_few = (1.0 - rho) / file.in_scope;
            let own = (1.0 - rho) * (1.0 / (all.employers + PATTERN_POSTINGS) + 1.0 / here);
            let of_roles = rho * of_found.distance(file, class)
                + (1.0 - rho) * (1.0 / (of_found.employers + PATTERN_POSTINGS / 2.0) + 1.0 / here);
            OfRole {
                shared: ((of_boards + of_few) / (found * (1.0 - found))).sqrt().min(MOST_SHARED),
                size: (1.0 / own.min(1.0) - 1.0).max(0.5),
                roles: scaled(roles, of_roles, 0.8),
                found,
            }
        };
        let (share, roles) = column(none);
        let (all, of_found, here) = (&spread.all[none], &spread.found[none], file.employers[none]);
        let (between_boards, between_employers) = spread.alarms;
        let own = (share * (1.0 / of_found.employers + between_employers / here)).min(1.0);
        let alarming = (here * share).max(1.0);
        let of_roles = rho * of_found.distance(file, none)
            + (1.0 - rho) * (1.0 / (of_found.employers + 1.0) + 1.0 / alarming);
        Self {
            roles: (0..none).map(of_role).collect(),
            alarms: Alarms {
                share,
                between_boards: between_boards * all.distance(file, none),
                size: (1.0 / own - 1.0).max(0.3),
                roles: scaled(roles, of_roles, 0.3),
            },
        }
    }

    /// Returns the variance of a part's count of a role, relative to its square, that comes from its having fewer
    /// employers and boards than the whole.
    pub(super) fn of_part(&self, role: usize, rho: f64, file: &Makeup, part: (f64, f64)) -> f64 {
        let found = self.roles[role].found;
        let more = |part: f64, whole: f64| (1.0 / part.max(1.0) - 1.0 / whole).max(0.0);
        let boards = rho * more(part.1, file.boards[role]);
        let employers = (1.0 - rho) * more(part.0, file.in_scope);
        (boards + employers) * (1.0 - found) / found
    }
}
