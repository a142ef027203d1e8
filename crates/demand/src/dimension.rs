//! What rows are grouped by.

use std::fmt;
use std::str::FromStr;

/// What rows are grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// The role in the tag, or `none`.
    Role,
    /// The tier of the role, or `none`.
    Tier,
    /// Something else that a row says.
    Attribute(Attribute),
}

/// What a row says beside its tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// ISO 3166 code of the country.
    Country,
    /// USPS code of the US state.
    State,
    /// Census region of the US, or the country.
    Region,
    /// The city, as it is written.
    City,
    /// Year and month of the posting's date.
    Month,
    /// Year and quarter.
    Quarter,
    /// Year.
    Year,
    /// The employer, in its commonest spelling.
    Employer,
    /// The job board; the name of the file if no column tells.
    Board,
    /// Remote, hybrid or on site.
    Remote,
    /// The job title, in lower case.
    Title,
    /// The name of the file.
    File,
    /// The cell of a column as it stands.
    Column(String),
}

/// Names of the attributes on the command line and in outputs.
const NAMES: [(&str, Attribute); 12] = [
    ("country", Attribute::Country),
    ("state", Attribute::State),
    ("region", Attribute::Region),
    ("city", Attribute::City),
    ("month", Attribute::Month),
    ("quarter", Attribute::Quarter),
    ("year", Attribute::Year),
    ("employer", Attribute::Employer),
    ("board", Attribute::Board),
    ("remote", Attribute::Remote),
    ("title", Attribute::Title),
    ("file", Attribute::File),
];

/// Puts what follows down as the name of a column, even if it is one of the words above.
const COLUMN: &str = "column:";

/// How long the periods of a key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Month,
    Quarter,
    Year,
}

impl Dimension {
    /// Returns the period, if rows are grouped by time.
    pub(super) fn period(&self) -> Option<Period> {
        match self {
            Self::Attribute(Attribute::Month) => Some(Period::Month),
            Self::Attribute(Attribute::Quarter) => Some(Period::Quarter),
            Self::Attribute(Attribute::Year) => Some(Period::Year),
            _ => None,
        }
    }

    /// Tells whether the key is made of the tag.
    pub(super) fn is_of_tag(&self) -> bool {
        matches!(self, Self::Role | Self::Tier)
    }
}

impl Period {
    /// Returns the period that is so many before, of one written as `2026-01`, `2026-Q1` or `2026`.
    pub(super) fn before(self, text: &str, periods: i64) -> Option<String> {
        let year: i64 = text.get(..4)?.parse().ok()?;
        Some(match self {
            Self::Month => {
                let month: i64 = text.get(5..)?.parse().ok()?;
                let months = year * 12 + month - 1 - periods;
                format!("{:04}-{:02}", months.div_euclid(12), months.rem_euclid(12) + 1)
            }
            Self::Quarter => {
                let quarter: i64 = text.get(6..)?.parse().ok()?;
                let quarters = year * 4 + quarter - 1 - periods;
                format!("{:04}-Q{}", quarters.div_euclid(4), quarters.rem_euclid(4) + 1)
            }
            Self::Year => format!("{:04}", year - periods),
        })
    }

    /// Returns how many of them make a year.
    pub(super) fn in_a_year(self) -> i64 {
        match self {
            Self::Month => 12,
            Self::Quarter => 4,
            Self::Year => 1,
        }
    }
}

/// Lists the words that are keys.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ["role", "tier"].into_iter().chain(NAMES.iter().map(|(name, _)| *name))
}

impl FromStr for Dimension {
    type Err = String;

    /// Blanks around a key do not matter, as behind the commas of a list.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let attribute = match text {
            "" => return Err("expected a key such as role, state, month or a column".to_owned()),
            "role" => return Ok(Self::Role),
            "tier" => return Ok(Self::Tier),
            _ => NAMES.iter().find(|(name, _)| *name == text).map(|(_, key)| key.clone()),
        };
        let column = || Attribute::Column(text.strip_prefix(COLUMN).unwrap_or(text).to_owned());
        Ok(Self::Attribute(attribute.unwrap_or_else(column)))
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role => f.write_str("role"),
            Self::Tier => f.write_str("tier"),
            Self::Attribute(attribute) => attribute.fmt(f),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(name) => f.write_str(name),
            other => {
                f.write_str(NAMES.iter().find(|(_, key)| key == other).map_or("", |(name, _)| name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_words_or_columns() {
        let attribute = |text: &str| match text.parse() {
            Ok(Dimension::Attribute(attribute)) => attribute,
            other => panic!("{other:?}"),
        };
        assert_eq!("role".parse(), Ok(Dimension::Role));
        assert_eq!(" tier ".parse(), Ok(Dimension::Tier));
        assert_eq!(attribute("month"), Attribute::Month);
        assert_eq!(attribute("column:month"), Attribute::Column("month".to_owned()));
        assert_eq!(attribute("Job Board"), Attribute::Column("Job Board".to_owned()));
        for (name, key) in NAMES {
            assert_eq!((name.to_owned(), attribute(name)), (key.to_string(), key));
        }
    }

    #[test]
    fn periods_go_back() {
        let before = |period: Period, text: &str, n| period.before(text, n).unwrap();
        assert_eq!(before(Period::Month, "2026-01", 1), "2025-12");
        assert_eq!(before(Period::Month, "2026-03", 12), "2025-03");
        assert_eq!(before(Period::Quarter, "2026-Q1", 1), "2025-Q4");
        assert_eq!(before(Period::Year, "2026", 1), "2025");
        assert_eq!(Period::Month.before("(not stated)", 1), None);
        assert_eq!(Period::Quarter.before("é-é", 1), None);
    }
}
