//! The invented table that is polluted, and how it is written in any dialect.

pub const ROWS: usize = 30;

/// Returns the header and the rows of the table: quotes, delimiters and line breaks in cells, dates,
/// times, numbers, addresses of pages and empty cells.
pub fn table() -> Vec<Vec<String>> {
    let mut rows = vec![names()];
    for n in 0..ROWS {
        rows.push(vec![
            format!("{:02}/{:02}/2018", n % 28 + 1, n % 12 + 1),
            format!("{:02}:{:02}", n % 24, n * 15 % 60),
            (n * 7 % 40).to_string(),
            format!("{}-{}", ["MG", "RI", "YY"][n % 3], 1000 + n * 37),
            format!("${}.{:02}", 10 + n * 13 % 90, n * 29 % 100),
            [
                "Nurse",
                "EHR Trainer, travelling",
                "Nurses' Aide, day and night",
                "Table Clerk, Round 48\"",
            ][n % 4]
                .to_owned(),
            [
                "Cares for patients, day and night, and writes it down.",
                "Teaches the staff what they need to know.",
                "Says \"count\" and means it, on 5\" paper; not on 4\" paper.",
                "Two lines:\none, two\nthree; nobody's fourth",
                "Says that it's late, and doesn't hurry.",
            ][n % 5]
                .to_owned(),
            format!("https://www.example.org/jobs/{}?lang=en&id={n}", 100 + n),
            ["", "Bonn", "Lüneburg"][n % 3].to_owned(),
        ]);
    }
    rows
}

fn names() -> Vec<String> {
    ["DATE", "TIME", "Qty", "JobId", "Pay", "JobTitle", "JobDescription", "URL", "City"]
        .map(str::to_owned)
        .to_vec()
}

/// Which cells are put in quotes.
#[derive(Clone, Copy, PartialEq)]
pub enum Quoting {
    /// Those that hold a delimiter, a quote or a line break, and long texts.
    Needed,
    All,
    /// As if the delimiter were no blank.
    NoBlanks,
}

/// A dialect to write a table in.
#[derive(Clone, Copy)]
pub struct Writer {
    pub delimiter: &'static str,
    pub quote: &'static str,
    /// What stands before a quote inside a quoted cell.
    pub escape: &'static str,
    pub end: &'static str,
    pub quoting: Quoting,
}

pub const COMMON: Writer =
    Writer { delimiter: ",", quote: "\"", escape: "\"", end: "\r\n", quoting: Quoting::Needed };

impl Writer {
    pub fn cell(&self, cell: &str) -> String {
        let comma = if self.quoting == Quoting::NoBlanks { "," } else { "" };
        let marks = [comma, self.delimiter.trim_end_matches(' '), self.quote, "\n", "\r", "\t"];
        let is_quoted = self.quoting == Quoting::All
            || marks.iter().any(|mark| !mark.is_empty() && cell.contains(mark))
            || self.delimiter == " " && self.quoting != Quoting::NoBlanks && cell.contains(' ')
            || cell.len() > 30;
        if !is_quoted {
            return cell.to_owned();
        }
        let quote = self.quote;
        format!("{quote}{}{quote}", cell.replace(quote, &format!("{}{quote}", self.escape)))
    }

    pub fn row(&self, cells: &[String]) -> String {
        let cells: Vec<_> = cells.iter().map(|cell| self.cell(cell)).collect();
        cells.join(self.delimiter) + self.end
    }

    pub fn file(&self, rows: &[Vec<String>]) -> String {
        rows.iter().map(|row| self.row(row)).collect()
    }
}

pub fn cells<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}
