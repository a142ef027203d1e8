use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{Cell, OutputError, Sheet};
use crate::overview::Cell as Group;
use crate::{Overview, Unit};

/// Rows of a sheet.
const MAX_ROWS: usize = 1_048_576;

/// Characters of a cell.
const MAX_CHARACTERS: usize = 32_767;

/// Columns are at least this wide and at most that, in characters.
const WIDTHS: (usize, usize) = (9, 48);

/// A workbook says when it was made; the same input must give the same bytes.
const MADE: (u16, u8, u8) = (2000, 1, 1);

pub(super) fn write(sheet: &Sheet, overview: &Overview) -> Result<Vec<u8>, OutputError> {
    if sheet.rows.len() >= MAX_ROWS {
        let (what, most, found) = ("rows", MAX_ROWS - 1, sheet.rows.len());
        return Err(OutputError::TooLarge { what, most, found });
    }
    let mut workbook = Workbook::new();
    let (year, month, day) = MADE;
    let made = ExcelDateTime::from_ymd(year, month, day)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    for (name, sheet) in [
        ("demand", sheet.clone()),
        ("top of each role", tops(overview)),
        ("months", by_role(overview, "month", &overview.months)),
        ("states", by_role(overview, "state", &overview.states)),
        ("regions", by_role(overview, "region", &overview.regions)),
        ("employers", by_role(overview, "employer", &overview.employers)),
        ("quality", quality(overview)),
        ("methods", methods(overview)),
        ("manifest", manifest(overview)),
    ] {
        fill(workbook.add_worksheet().set_name(name)?, &sheet)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn fill(worksheet: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let head = Format::new().set_bold();
    for (column, name) in (0..).zip(&sheet.columns) {
        worksheet.write_string_with_format(0, column, cut(name), &head)?;
    }
    for (row, cells) in (1..).zip(&sheet.rows) {
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) => worksheet.write_string(row, column, cut(text))?,
                Cell::Count(Some(count)) => worksheet.write_number(row, column, *count as f64)?,
                Cell::Number(Some(number)) => worksheet.write_number(row, column, *number)?,
                Cell::Count(None) | Cell::Number(None) => worksheet,
            };
        }
    }
    for (n, name) in sheet.columns.iter().enumerate() {
        let cells = sheet.rows.iter().take(1000).map(|row| row[n].to_text().chars().count());
        let width = cells.chain([name.chars().count()]).max().unwrap_or(0);
        let column = u16::try_from(n).unwrap_or(u16::MAX);
        worksheet.set_column_width(column, width.clamp(WIDTHS.0, WIDTHS.1) as f64 + 2.0)?;
    }
    worksheet.set_freeze_panes(1, 0)?;
    let last_row = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
    let last_column = u16::try_from(sheet.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    worksheet.autofilter(0, 0, last_row, last_column)?;
    Ok(())
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_CHARACTERS).collect()
}

fn sheet(columns: &[&str], rows: Vec<Vec<Cell>>) -> Sheet {
    Sheet { columns: columns.iter().map(|&name| name.to_owned()).collect(), rows }
}

/// The employers, titles and certifications of each role, most first.
fn tops(overview: &Overview) -> Sheet {
    let unit = match overview.unit {
        Unit::Postings => "postings",
        Unit::Ads => "ads",
    };
    let mut rows = Vec::new();
    for role in &overview.roles {
        for (what, unit, counts) in [
            ("employer", unit, &role.top_employers),
            ("title", unit, &role.top_titles),
            // These are counted in every text.
            ("certification", "postings", &role.top_certifications),
        ] {
            for (rank, (name, count)) in (1..).zip(counts) {
                let [role, what, name, unit] =
                    [&role.id, what, name, unit].map(|text| Cell::Text(text.to_owned()));
                let [rank, count] = [rank, *count].map(|count| Cell::Count(Some(count)));
                rows.push(vec![role, what, rank, name, count, unit]);
            }
        }
    }
    sheet(&["role", "what", "rank", "name", "count", "counted are"], rows)
}

/// Counts of all rows (but of employers, of whom only rows with a role are known), of those with a role,
/// and of each role.
fn by_role(overview: &Overview, what: &str, groups: &[Group]) -> Sheet {
    let has_names = groups.iter().any(|group| group.name != group.key);
    let has_all = what != "employer";
    let roles = overview.roles.iter().map(|role| role.id.as_str());
    let columns = [what].into_iter().chain(has_names.then_some("name"));
    let columns = columns.chain(has_all.then_some("all")).chain(["in scope"]).chain(roles);
    let row = |group: &Group| {
        let texts = [&group.key].into_iter().chain(has_names.then_some(&group.name));
        let in_scope = group.roles.iter().sum();
        let counts = has_all.then_some(group.all).into_iter().chain([in_scope]);
        let counts =
            counts.chain(group.roles.iter().copied()).map(|count| Cell::Count(Some(count)));
        texts.cloned().map(Cell::Text).chain(counts).collect()
    };
    sheet(&columns.collect::<Vec<_>>(), groups.iter().map(row).collect())
}

fn quality(overview: &Overview) -> Sheet {
    let row = |what: &str, counts: [Option<u64>; 3]| {
        let mut row = vec![Cell::Text(what.to_owned())];
        row.extend(counts.map(Cell::Count));
        row
    };
    let quality = &overview.quality;
    let mut rows = vec![
        row("rows read", [Some(quality.rows_read), None, None]),
        row("rows set aside", [Some(quality.rows_set_aside), None, None]),
        row("postings of an ad that was there before", [quality.duplicates, None, None]),
    ];
    rows.extend(quality.fields.iter().map(|field| {
        row(&field.field, [Some(field.read), Some(field.not_read), Some(field.not_stated)])
    }));
    sheet(&["what", "read", "not read", "not stated"], rows)
}

fn methods(overview: &Overview) -> Sheet {
    let mut rows = Vec::new();
    for method in &overview.methods {
        let roles = overview.roles.iter().map(|role| role.id.as_str()).zip(&method.roles);
        for (role, interval) in roles.chain([("all roles", &method.in_scope)]) {
            let numbers =
                [interval.value, interval.low, interval.high].map(|n| Cell::Number(Some(n)));
            let texts = [&method.name, role].map(|text| Cell::Text(text.to_owned()));
            rows.push(texts.into_iter().chain(numbers).collect());
        }
    }
    sheet(&["method", "role", "count", "low", "high"], rows)
}

fn manifest(overview: &Overview) -> Sheet {
    let row =
        |name: &str, value: &str| [name, value].map(|text| Cell::Text(text.to_owned())).to_vec();
    let mut rows: Vec<_> = overview.manifest.iter().map(|(name, value)| row(name, value)).collect();
    for input in &overview.inputs {
        rows.push(row(&input.name, &format!("{} rows, SHA-256 {}", input.rows, input.sha256)));
    }
    rows.extend(overview.assumptions.iter().map(|assumption| row("assumption", assumption)));
    sheet(&["what", "value"], rows)
}
