//! What a posting pays, once it is read.

use std::fmt;

/// What an amount is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PayPeriod {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
    /// Two weeks.
    TwoWeeks,
    /// Half a month.
    HalfMonth,
    /// A month.
    Month,
    /// A quarter of a year.
    Quarter,
    /// A year.
    Year,
}

impl PayPeriod {
    /// Returns the name, as it stands in a column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::TwoWeeks => "two_weeks",
            Self::HalfMonth => "half_month",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// Returns how many make a year of full-time work: 2,080 hours, 260 days, 52 weeks, 26 times two weeks, 24 half
    /// months, 12 months, 4 quarters.
    ///
    /// 2,080 is the hours figure of the US Bureau of Labor Statistics' Occupational Employment and
    /// Wage Statistics: 52 weeks of 40 hours.
    pub fn per_year(self) -> i64 {
        match self {
            Self::Hour => 2_080,
            Self::Day => 260,
            Self::Week => 52,
            Self::TwoWeeks => 26,
            Self::HalfMonth => 24,
            Self::Month => 12,
            Self::Quarter => 4,
            Self::Year => 1,
        }
    }
}

impl fmt::Display for PayPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which ends of the pay a posting gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PayEnds {
    /// Both ends, or one exact amount.
    Both,
    /// `Up to`: only the upper end; the lower one is set to it.
    Upper,
    /// `From`: only the lower end; the upper one is set to it.
    Lower,
}

/// What a posting pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salary<'r> {
    /// The currency, as ISO 4217, if it is known.
    pub currency: Option<&'r str>,
    /// Whether the currency is a bare `$`, which is taken as the US dollar.
    pub currency_is_assumed: bool,
    /// The lower end, in hundredths of the currency's unit.
    pub low_cents: i64,
    /// The upper end, in hundredths of the currency's unit.
    pub high_cents: i64,
    /// Which ends are given.
    pub ends: PayEnds,
    /// What the amounts are paid for.
    pub period: PayPeriod,
    /// Whether the period is taken from the size of the amount.
    pub period_is_assumed: bool,
}

impl Salary<'_> {
    /// Returns the middle of the range for a year of full-time work, in hundredths, rounded down.
    pub fn annual_cents(&self) -> i64 {
        (self.low_cents + self.high_cents) * self.period.per_year() / 2
    }
}
