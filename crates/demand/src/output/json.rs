use serde_json::{Map, Value, json};

use super::{Cell, OutputError, Sheet};
use crate::Overview;

pub(super) fn write(sheet: &Sheet, overview: &Overview) -> Result<Vec<u8>, OutputError> {
    let object = |row: &Vec<Cell>| -> Map<String, Value> {
        let values = row.iter().map(|cell| match cell {
            Cell::Text(text) => json!(text),
            Cell::Count(count) => json!(count),
            Cell::Number(number) => json!(number),
        });
        sheet.columns.iter().cloned().zip(values).collect()
    };
    let rows: Vec<_> = sheet.rows.iter().map(object).collect();
    let mut bytes = serde_json::to_vec_pretty(&json!({ "rows": rows, "overview": overview }))?;
    bytes.push(b'\n');
    Ok(bytes)
}
