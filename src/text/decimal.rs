//! Writes numbers with a fixed number of decimals.

use std::fmt::Write as _;

/// Decimals up to these, of numbers below this, are multiplied out with little error.
const MOST_DECIMALS: usize = 4;
const LARGEST: f64 = 1e6;

/// Appends a number as `{:.decimals$}` writes it, to the digit: rounded to the nearest, and to the
/// even digit between two.
///
/// Formatting by the standard library is exact for any number and takes five times as long.
pub fn push_decimal(out: &mut String, number: f64, decimals: usize) {
    /// How near to the middle between two digits a product may be for its rounding to be sure.
    const DOUBT: f64 = 1e-4;
    let magnitude = number.abs();
    // A product below 1e10 is wrong by less than 1e-5.
    let scale = 10_u32.pow(decimals.min(MOST_DECIMALS) as u32);
    let scaled = magnitude * f64::from(scale);
    let doubtful = (scaled.fract() - 0.5).abs() < DOUBT;
    if decimals > MOST_DECIMALS || doubtful || magnitude.is_nan() || magnitude >= LARGEST {
        // Writing into a string can't fail.
        let _ = write!(out, "{number:.decimals$}");
        return;
    }
    if number.is_sign_negative() {
        out.push('-');
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1e13")]
    let mut rest = (scaled + 0.5) as u64;
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    for n in 0.. {
        if n > decimals && rest == 0 {
            break;
        }
        if n == decimals && n > 0 {
            first -= 1;
            digits[first] = b'.';
        }
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend(digits[first..].iter().map(|&digit| char::from(digit)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(number: f64) {
        for decimals in 0..6 {
            let mut found = String::new();
            push_decimal(&mut found, number, decimals);
            assert_eq!(found, format!("{number:.decimals$}"), "{number:?}");
        }
    }

    #[test]
    fn hard_numbers_are_written_as_the_standard_library_does() {
        for number in [
            0.0,
            0.5,
            0.05,
            0.125,
            0.25,
            0.375,
            0.0625,
            0.00005,
            0.00015,
            0.99995,
            0.9999499999,
            1.5,
            2.5,
            9.995,
            9.9995,
            99.5,
            999.9999,
            999_999.99,
            999_999.999_95,
            1e9,
            1e300,
            f64::INFINITY,
            f64::NAN,
            f64::MIN_POSITIVE,
        ] {
            check(number);
            check(-number);
        }
        for thousandths in 0..20_000 {
            check(f64::from(thousandths) / 2000.0);
        }
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_the_standard_library_does(
            small in -2.0..2.0_f64, large in -2e9..2e9_f64, single: f32, any: f64,
        ) {
            check(small);
            check(large);
            check(f64::from(small as f32));
            check(f64::from(single));
            check(any);
        }
    }
}
