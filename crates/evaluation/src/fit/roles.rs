//! Fits the ranking: a multinomial logistic model over BM25 and learned weights of terms.

use super::lbfgs::minimize;

/// Penalty on the weights of terms, against the likelihood of a posting.
const PENALTY: f64 = 0.3;

/// Penalty on the offsets of roles: large, or they would outweigh the few terms of a title alone.
const OFFSET_PENALTY: f64 = 10.0;

/// Penalty on the weights of BM25: hardly any, because the profiles are what is known beforehand.
const BM25_PENALTY: f64 = 0.01;

/// BM25 is divided by this in the fit, which brings all weights to about 1.
const BM25_SCALE: f64 = 20.0;

const STEPS: usize = 200;

/// A posting in scope for this fit: its terms by column, BM25 of the roles from title and body, and
/// its role.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub(super) terms: Vec<(u32, f64)>,
    pub(super) bm25: [Vec<f64>; 2],
    pub(super) role: usize,
}

/// The fitted ranking, in log-odds.
#[derive(Debug, Clone)]
pub(super) struct Roles {
    /// Log-odds per point of BM25, from title and body; at least 0.
    pub(super) bm25: [f64; 2],
    pub(super) offsets: Vec<f64>,
    /// By column, a weight for each role.
    pub(super) terms: Vec<Vec<f64>>,
}

impl Roles {
    /// Fits the ranking: maximizes the likelihood of each posting's role. All roles share the two
    /// weights of BM25; that is how a role with few examples still has its profile.
    pub(super) fn fit(examples: &[Example], columns: usize, roles: usize) -> Self {
        let offsets = columns * roles;
        let weights = offsets + roles;
        let mut start = vec![0.0; weights];
        start.extend([1.0, 1.0]);
        let fitted = minimize(start, STEPS, |point, gradient| {
            let mut value = 0.0;
            let penalties = std::iter::repeat_n(PENALTY, offsets)
                .chain(std::iter::repeat_n(OFFSET_PENALTY, roles))
                .chain([BM25_PENALTY; 2]);
            for ((slope, weight), penalty) in gradient.iter_mut().zip(point).zip(penalties) {
                *slope = penalty * weight;
                value += penalty * weight * weight / 2.0;
            }
            let mut log_odds = vec![0.0; roles];
            for example in examples {
                log_odds.copy_from_slice(&point[offsets..weights]);
                for (part, &weight) in example.bm25.iter().zip(&point[weights..]) {
                    for (sum, score) in log_odds.iter_mut().zip(part) {
                        *sum += weight * score / BM25_SCALE;
                    }
                }
                for &(column, x) in &example.terms {
                    let row = &point[column as usize * roles..][..roles];
                    for (sum, weight) in log_odds.iter_mut().zip(row) {
                        *sum += x * weight;
                    }
                }
                let best = log_odds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let all: f64 = log_odds.iter().map(|odds| (odds - best).exp()).sum();
                value += best + all.ln() - log_odds[example.role];
                for odds in &mut log_odds {
                    *odds = (*odds - best).exp() / all;
                }
                log_odds[example.role] -= 1.0;
                for &(column, x) in &example.terms {
                    let row = &mut gradient[column as usize * roles..][..roles];
                    for (slope, of_role) in row.iter_mut().zip(&log_odds) {
                        *slope += x * of_role;
                    }
                }
                for (slope, of_role) in gradient[offsets..weights].iter_mut().zip(&log_odds) {
                    *slope += of_role;
                }
                for (part, slope) in example.bm25.iter().zip(&mut gradient[weights..]) {
                    *slope +=
                        part.iter().zip(&log_odds).map(|(x, of)| x * of).sum::<f64>() / BM25_SCALE;
                }
            }
            value
        });
        let row = |row: usize| fitted[row * roles..][..roles].to_vec();
        Self {
            bm25: [0, 1].map(|part| (fitted[weights + part] / BM25_SCALE).max(0.0)),
            offsets: fitted[offsets..weights].to_vec(),
            terms: (0..columns).map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The profiles say role 0, the labels say role 1 where term 0 stands.
    #[test]
    fn terms_correct_what_the_profiles_say() {
        let example = |has_term: bool| Example {
            terms: if has_term { vec![(0, 1.0)] } else { vec![] },
            bm25: [vec![20.0, 10.0], vec![0.0, 0.0]],
            role: usize::from(has_term),
        };
        let examples: Vec<_> = (0..60).map(|n| example(n % 3 == 0)).collect();
        let roles = Roles::fit(&examples, 1, 2);
        assert!(roles.terms[0][1] > roles.terms[0][0] + 2.0, "{roles:?}");
        assert!(roles.bm25[0] > 0.0);
    }
}
