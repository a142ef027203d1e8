use csv::WriterBuilder;
use rolecall_tables::no_formula;

use super::{Cell, OutputError, Sheet};

pub(super) fn write(
    sheet: &Sheet,
    delimiter: u8,
    excel_safe: bool,
) -> Result<Vec<u8>, OutputError> {
    let mut writer = WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(&sheet.columns)?;
    for row in &sheet.rows {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) if excel_safe => no_formula(text).into_owned(),
            other => other.to_text(),
        });
        writer.write_record(cells)?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()).into())
}
