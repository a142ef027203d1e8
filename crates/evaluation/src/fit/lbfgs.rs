//! Minimizes a smooth function.
//!
//! The libraries for this ask for value and gradient apart, which would double the work: here both
//! come of one pass over the postings.

/// Steps that are remembered.
const MEMORY: usize = 8;

/// A decrease smaller than this share of the value ends the search.
const TOLERANCE: f64 = 1e-7;

/// Minimizes a function by L-BFGS with backtracking (Nocedal and Wright, "Numerical optimization",
/// 2006, algorithms 7.4 and 3.1), from `start`, in at most `steps` steps. `function` returns the value
/// at a point and writes the gradient.
pub(super) fn minimize(
    start: Vec<f64>,
    steps: usize,
    function: impl Fn(&[f64], &mut [f64]) -> f64,
) -> Vec<f64> {
    let mut point = start;
    let mut gradient = vec![0.0; point.len()];
    let mut value = function(&point, &mut gradient);
    let mut memory: Vec<Step> = Vec::new();
    let mut next = vec![0.0; point.len()];
    let mut next_gradient = vec![0.0; point.len()];
    for _ in 0..steps {
        let direction = direction(&memory, &gradient);
        let slope = dot(&direction, &gradient);
        if slope >= 0.0 {
            break;
        }
        let mut length = if memory.is_empty() { 1.0 / norm(&gradient).max(1.0) } else { 1.0 };
        let found = loop {
            for ((next, at), towards) in next.iter_mut().zip(&point).zip(&direction) {
                *next = at + length * towards;
            }
            let there = function(&next, &mut next_gradient);
            if there <= value + 1e-4 * length * slope {
                break Some(there);
            }
            length /= 2.0;
            if length < 1e-10 {
                break None;
            }
        };
        let Some(there) = found else { break };
        let step = Step::between(&point, &next, &gradient, &next_gradient);
        std::mem::swap(&mut point, &mut next);
        std::mem::swap(&mut gradient, &mut next_gradient);
        if memory.len() == MEMORY {
            memory.remove(0);
        }
        memory.extend(step);
        let decrease = value - there;
        value = there;
        if decrease <= TOLERANCE * value.abs().max(1.0) {
            break;
        }
    }
    point
}

/// A step, what it changed in the gradient, and one over the product of both.
struct Step {
    moved: Vec<f64>,
    turned: Vec<f64>,
    over_product: f64,
}

impl Step {
    /// Returns nothing if the step says nothing about the curvature.
    fn between(from: &[f64], to: &[f64], before: &[f64], after: &[f64]) -> Option<Self> {
        let minus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        let (moved, turned): (Vec<f64>, Vec<f64>) = (minus(to, from), minus(after, before));
        let product = dot(&moved, &turned);
        (product > 1e-12).then(|| Self { over_product: 1.0 / product, moved, turned })
    }
}

/// Returns the downhill direction: the two-loop recursion.
fn direction(memory: &[Step], gradient: &[f64]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut shares = Vec::with_capacity(memory.len());
    for step in memory.iter().rev() {
        let share = step.over_product * dot(&step.moved, &direction);
        add(&mut direction, -share, &step.turned);
        shares.push(share);
    }
    if let Some(last) = memory.last() {
        let scale = 1.0 / (last.over_product * dot(&last.turned, &last.turned));
        for towards in &mut direction {
            *towards *= scale;
        }
    }
    for (step, share) in memory.iter().zip(shares.into_iter().rev()) {
        let back = step.over_product * dot(&step.turned, &direction);
        add(&mut direction, share - back, &step.moved);
    }
    direction
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += times * what;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_valley_of_rosenbrock_is_walked_to_its_end() {
        let end = minimize(vec![-1.2, 1.0], 500, |at, gradient| {
            let (x, y) = (at[0], at[1]);
            gradient[0] = -400.0 * x * (y - x * x) - 2.0 * (1.0 - x);
            gradient[1] = 200.0 * (y - x * x);
            100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
        });
        assert!((end[0] - 1.0).abs() < 1e-2 && (end[1] - 1.0).abs() < 1e-2, "{end:?}");
    }

    #[test]
    fn a_bowl_of_unequal_axes() {
        let end = minimize(vec![5.0; 40], 200, |at, gradient| {
            let mut value = 0.0;
            for (n, (at, gradient)) in at.iter().zip(gradient).enumerate() {
                let steep = 1.0 + n as f64;
                *gradient = 2.0 * steep * (at - 3.0);
                value += steep * (at - 3.0).powi(2);
            }
            value
        });
        assert!(end.iter().all(|at| (at - 3.0).abs() < 1e-2), "{end:?}");
    }
}
