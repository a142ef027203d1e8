/// A row's weight, and the probabilities of its classes that are not 0.
pub type WeightedRow = (f64, Vec<(usize, f64)>);

/// Finds the shares of classes in some rows by expectation maximisation (Saerens, Latinne and
/// Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", 2002).
///
/// `rows` hold probabilities as a classifier gives them that was fitted where the shares were `prior`.
/// Goes on until no share changes by `tolerance` or `rounds` are over; takes time in proportion to
/// rows and rounds.
///
/// ```
/// use rolecall::demand::correct::expectation_maximisation;
///
/// let rows = [(3.0, vec![(0, 0.9), (1, 0.1)]), (1.0, vec![(0, 0.2), (1, 0.8)])];
/// let shares = expectation_maximisation(&rows, &[0.5, 0.5], 1e-9, 1000);
/// assert!(shares[0] > 0.75 && (shares[0] + shares[1] - 1.0).abs() < 1e-9);
/// ```
pub fn expectation_maximisation(
    rows: &[WeightedRow],
    prior: &[f64],
    tolerance: f64,
    rounds: usize,
) -> Vec<f64> {
    let total: f64 = rows.iter().map(|(weight, _)| weight).sum();
    let mut shares = prior.to_vec();
    let mut sums = vec![0.0; prior.len()];
    for _ in 0..rounds {
        let ratios: Vec<f64> =
            shares.iter().zip(prior).map(|(share, prior)| share / prior.max(1e-12)).collect();
        sums.fill(0.0);
        for (weight, probabilities) in rows {
            let all: f64 = probabilities.iter().map(|&(class, p)| p * ratios[class]).sum();
            if all > 0.0 {
                for &(class, p) in probabilities {
                    sums[class] += weight * p * ratios[class] / all;
                }
            }
        }
        let mut change: f64 = 0.0;
        for (share, sum) in shares.iter_mut().zip(&sums) {
            let new = sum / total.max(f64::MIN_POSITIVE);
            change = change.max((new - *share).abs());
            *share = new;
        }
        if change < tolerance {
            break;
        }
    }
    shares
}
