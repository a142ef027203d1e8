use crate::DemandTable;

/// A table as every format writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// As many cells a row as there are columns; the cells of a column are of one kind.
    pub rows: Vec<Vec<Cell>>,
}

/// A value, or that there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A text; empty if the row has none.
    Text(String),
    /// A count.
    Count(Option<u64>),
    /// A number, rounded to six digits behind the point.
    Number(Option<f64>),
}

impl Cell {
    fn number(number: Option<f64>) -> Self {
        Self::Number(number.map(|number| (number * 1e6).round() / 1e6))
    }

    /// Returns the value as text; empty if there is none.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.map_or(String::new(), |count| count.to_string()),
            Self::Number(number) => number.map_or(String::new(), |number| number.to_string()),
        }
    }
}

/// The columns behind the keys.
const COLUMNS: [&str; 17] = [
    "postings",
    "ads",
    "employers",
    "share_of_all",
    "share_of_scope",
    "corrected",
    "corrected_low",
    "corrected_high",
    "growth",
    "growth_year",
    "salary_currency",
    "salary_postings",
    "salary_lower_quartile",
    "salary_median",
    "salary_upper_quartile",
    "duration_postings",
    "duration_median_days",
];

impl Sheet {
    /// Lays out a table.
    pub fn of(table: &DemandTable) -> Self {
        let is_mixed = table.rows.iter().any(|row| row.share_in_scope.is_some());
        let name = |name: &str| match name {
            "share_of_all" if is_mixed => "share_in_scope".to_owned(),
            name => name.to_owned(),
        };
        let columns = table.keys.iter().cloned().chain(COLUMNS.map(name)).collect();
        let rows = table.rows.iter().map(|row| {
            let counts = &row.counts;
            let (salary, duration) = (counts.salary.as_ref(), counts.duration.as_ref());
            let mut cells: Vec<_> = row.keys.iter().cloned().map(Cell::Text).collect();
            cells.extend([
                Cell::Count(Some(counts.postings)),
                Cell::Count(counts.ads),
                Cell::Count(counts.employers),
                Cell::number(row.share_of_all.or(row.share_in_scope)),
                Cell::number(row.share_of_scope),
                Cell::number(row.corrected.map(|corrected| corrected.value)),
                Cell::number(row.corrected.map(|corrected| corrected.low)),
                Cell::number(row.corrected.map(|corrected| corrected.high)),
                Cell::number(row.growth),
                Cell::number(row.growth_year),
                Cell::Text(salary.map_or(String::new(), |salary| salary.currency.clone())),
                Cell::Count(salary.map(|salary| salary.postings)),
                Cell::number(salary.map(|salary| salary.lower_quartile)),
                Cell::number(salary.map(|salary| salary.median)),
                Cell::number(salary.map(|salary| salary.upper_quartile)),
                Cell::Count(duration.map(|duration| duration.ads)),
                Cell::number(duration.map(|duration| duration.median_days)),
            ]);
            cells
        });
        Self { columns, rows: rows.collect() }
    }
}
