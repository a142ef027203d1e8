//! Time zones that are written by name.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::timezone::Tz;
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, FieldRef, Fields};

/// Returns a column in which moments of a zone with a name, such as `America/New_York`, are given
/// in UTC, nested ones too: the same moments, but no table of the world's zones is needed to show
/// them. Other columns stay as they are.
pub(super) fn in_utc(column: &ArrayRef) -> Result<Cow<'_, ArrayRef>, ArrowError> {
    match type_in_utc(column.data_type()) {
        Some(data_type) => Ok(Cow::Owned(cast(column, &data_type)?)),
        None => Ok(Cow::Borrowed(column)),
    }
}

/// Returns what a type becomes, or nothing if it stays.
fn type_in_utc(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Timestamp(unit, Some(zone)) if zone.parse::<Tz>().is_err() => {
            Some(DataType::Timestamp(*unit, Some("+00:00".into())))
        }
        DataType::List(item) => Some(DataType::List(field_in_utc(item)?)),
        DataType::LargeList(item) => Some(DataType::LargeList(field_in_utc(item)?)),
        DataType::FixedSizeList(item, size) => {
            Some(DataType::FixedSizeList(field_in_utc(item)?, *size))
        }
        DataType::Map(entries, sorted) => Some(DataType::Map(field_in_utc(entries)?, *sorted)),
        DataType::Dictionary(keys, values) => {
            Some(DataType::Dictionary(keys.clone(), Box::new(type_in_utc(values)?)))
        }
        DataType::Struct(fields) => {
            let converted: Vec<_> = fields.iter().map(field_in_utc).collect();
            converted.iter().any(Option::is_some).then(|| {
                let kept = converted.into_iter().zip(fields);
                let fields: Fields =
                    kept.map(|(field, old)| field.unwrap_or_else(|| Arc::clone(old))).collect();
                DataType::Struct(fields)
            })
        }
        _ => None,
    }
}

fn field_in_utc(field: &FieldRef) -> Option<FieldRef> {
    let data_type = type_in_utc(field.data_type())?;
    Some(Arc::new(field.as_ref().clone().with_data_type(data_type)))
}
