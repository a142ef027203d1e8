//! Numbers as people read them.

use rolecall_evaluation::Interval;

use crate::overview::{Cell, Counts, Group, Salary, Unit};

/// Between the low and the high end of an interval.
const TO: &str = "–";

/// Returns a count with a comma between thousands, such as `12,345`.
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Returns a number rounded to a whole one, such as `12,345`; below 0 it is 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts and pay")]
pub(super) fn whole(number: f64) -> String {
    count(number.round().max(0.0) as u64)
}

/// Returns a share with two significant digits, such as `2.3 %`.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent.abs() {
        large if large >= 9.95 => format!("{percent:.0} %"),
        small if small >= 0.995 || small == 0.0 => format!("{percent:.1} %"),
        _ => format!("{percent:.2} %"),
    }
}

/// Returns a growth with its sign, such as `+12 %`.
pub(super) fn growth(growth: f64) -> String {
    format!("{:+.0} %", growth * 100.0)
}

/// Returns the ends of an interval, such as `540–804`.
pub(super) fn ends(interval: &Interval) -> String {
    format!("{}{TO}{}", whole(interval.low), whole(interval.high))
}

/// Returns an amount of money in thousands, such as `$85k`.
pub(super) fn thousands(amount: f64, currency: &str) -> String {
    format!("{}{}k", symbol(currency), whole(amount / 1000.0))
}

/// Returns an amount of money, such as `$85,000`.
pub(super) fn money(amount: f64, currency: &str) -> String {
    format!("{}{}", symbol(currency), whole(amount))
}

/// Returns the quartiles of pay, such as `$85k ($70k–$110k)`.
pub(super) fn pay(salary: &Salary) -> String {
    let shown = |amount| thousands(amount, &salary.currency);
    let (low, high) = (shown(salary.lower_quartile), shown(salary.upper_quartile));
    format!("{} ({low}{TO}{high})", shown(salary.median))
}

/// Returns what stands before an amount: the sign of the currency where everybody knows it.
pub(super) fn symbol(currency: &str) -> String {
    match currency {
        "USD" => "$".to_owned(),
        "GBP" => "£".to_owned(),
        "EUR" => "€".to_owned(),
        "XXX" => String::new(),
        code => format!("{code} "),
    }
}

/// Returns what counts, by the unit.
pub(super) fn of_unit(counts: &Counts, unit: Unit) -> u64 {
    match unit {
        Unit::Postings => counts.postings,
        Unit::Ads => counts.ads.unwrap_or(counts.postings),
    }
}

/// Returns what a cell counts of all roles together.
pub(super) fn in_scope(cell: &Cell) -> u64 {
    cell.roles.iter().sum()
}

/// Returns a group's count by the unit and its correction, such as `604 → 685 (540–804)`.
pub(super) fn corrected(group: &Group, unit: Unit) -> String {
    let raw = count(of_unit(&group.counts, unit));
    match &group.corrected {
        Some(corrected) => format!("{raw} → {} ({})", whole(corrected.value), ends(corrected)),
        None => raw,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0.0, 0.00123, 0.0234, 0.5, 1.0].map(percent),
            ["0.0 %", "0.12 %", "2.3 %", "50 %", "100 %"]
        );
        assert_eq!([-0.12, 0.0, 2.5].map(growth), ["-12 %", "+0 %", "+250 %"]);
        assert_eq!(money(85_000.4, "USD"), "$85,000");
        assert_eq!(thousands(85_000.0, "CAD"), "CAD 85k");
    }
}
