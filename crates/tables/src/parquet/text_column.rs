//! Shows the cells of a typed column as text.

use std::fmt::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, LargeStringArray, StringArray, StringViewArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType};

use super::ColumnarError;
use super::zones::in_utc;

/// The cells of a column as text.
#[derive(Debug)]
pub struct TextColumn<'a> {
    cells: Cells<'a>,
    len: usize,
}

#[derive(Debug)]
enum Cells<'a> {
    Utf8(&'a StringArray),
    LargeUtf8(&'a LargeStringArray),
    Utf8View(&'a StringViewArray),
    /// Rows point at values; a null row points behind them.
    Dictionary {
        rows: Vec<usize>,
        values: Box<TextColumn<'a>>,
    },
    /// Text made of cells that are none, with the end of each.
    Made {
        text: String,
        ends: Vec<usize>,
    },
}

impl<'a> TextColumn<'a> {
    /// Makes a view of a column.
    ///
    /// Text is borrowed. Bytes are read as UTF-8, with `U+FFFD` for what is none. All else is made
    /// into text at once: numbers and booleans as in JSON, dates and times as in ISO 8601 (moments
    /// of a zone with a name in UTC), lists as `[a, b]`, structs as `{name: a}`.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no text for the column's type, or for one of its cells.
    pub fn new(column: &'a ArrayRef) -> Result<Self, ColumnarError> {
        let cells = match column.data_type() {
            DataType::Utf8 => Cells::Utf8(column.as_string()),
            DataType::LargeUtf8 => Cells::LargeUtf8(column.as_string()),
            DataType::Utf8View => Cells::Utf8View(column.as_string_view()),
            DataType::Dictionary(..) => dictionary(column)?,
            DataType::Binary => lossy(column.as_binary::<i32>().iter()),
            DataType::LargeBinary => lossy(column.as_binary::<i64>().iter()),
            DataType::BinaryView => lossy(column.as_binary_view().iter()),
            _ => formatted(column)?,
        };
        Ok(Self { cells, len: column.len() })
    }

    /// Returns the text of a row; empty if the cell is null or there is no such row.
    pub fn get(&self, row: usize) -> &str {
        if row >= self.len {
            return "";
        }
        match &self.cells {
            Cells::Utf8(array) if array.is_valid(row) => array.value(row),
            Cells::LargeUtf8(array) if array.is_valid(row) => array.value(row),
            Cells::Utf8View(array) if array.is_valid(row) => array.value(row),
            Cells::Utf8(_) | Cells::LargeUtf8(_) | Cells::Utf8View(_) => "",
            Cells::Dictionary { rows, values } => values.get(rows[row]),
            Cells::Made { text, ends } => {
                let start = row.checked_sub(1).map_or(0, |before| ends[before]);
                &text[start..ends[row]]
            }
        }
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Tells whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

fn dictionary(column: &ArrayRef) -> Result<Cells<'_>, ColumnarError> {
    let array = column.as_any_dictionary();
    let values = TextColumn::new(array.values())?;
    let rows = if values.is_empty() {
        vec![0; array.len()] // all are null
    } else {
        let keys = array.normalized_keys();
        let behind = values.len();
        let row = |(row, key)| if array.keys().is_null(row) { behind } else { key };
        keys.into_iter().enumerate().map(row).collect()
    };
    Ok(Cells::Dictionary { rows, values: Box::new(values) })
}

fn lossy<'b>(cells: impl Iterator<Item = Option<&'b [u8]>>) -> Cells<'static> {
    let (mut text, mut ends) = (String::new(), Vec::new());
    for bytes in cells {
        text.push_str(&String::from_utf8_lossy(bytes.unwrap_or_default()));
        ends.push(text.len());
    }
    Cells::Made { text, ends }
}

fn formatted(column: &ArrayRef) -> Result<Cells<'static>, ArrowError> {
    let column = in_utc(column)?;
    // Without it, the formatter would put its own error messages into cells.
    let options = FormatOptions::new().with_display_error(false);
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let (mut text, mut ends) = (String::new(), Vec::with_capacity(column.len()));
    for row in 0..column.len() {
        write!(text, "{}", formatter.value(row)).map_err(|_| {
            ArrowError::CastError(format!("{} of row {row} has no text", column.data_type()))
        })?;
        ends.push(text.len());
    }
    Ok(Cells::Made { text, ends })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::{Int8Type, Int64Type};
    use arrow_array::{
        BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array,
        Int8Array, Int64Array, ListArray, NullArray, StructArray, TimestampMicrosecondArray,
    };

    use super::*;

    fn shown(array: impl Array + 'static) -> Vec<String> {
        let column: ArrayRef = Arc::new(array);
        let texts = TextColumn::new(&column).unwrap();
        (0..=texts.len()).map(|row| texts.get(row).to_owned()).collect()
    }

    #[test]
    fn text_is_as_it_was() {
        let cells = [Some("é"), None, Some("")];
        assert_eq!(shown(StringArray::from_iter(cells)), ["é", "", "", ""]);
        assert_eq!(shown(LargeStringArray::from_iter(cells)), ["é", "", "", ""]);
        assert_eq!(shown(StringViewArray::from_iter(cells)), ["é", "", "", ""]);
        assert_eq!(shown(BinaryArray::from(vec![&b"a\xFFb"[..], b""])), ["a\u{fffd}b", "", ""]);
    }

    #[test]
    fn dictionaries_point_at_text() {
        let array: DictionaryArray<Int8Type> =
            [Some("a"), None, Some("b"), Some("a")].into_iter().collect();
        assert_eq!(shown(array.slice(1, 3)), ["", "b", "a", ""]);
        let all_null: DictionaryArray<Int8Type> = [None::<&str>, None].into_iter().collect();
        assert_eq!(shown(all_null), ["", "", ""]);
        let values = StringArray::from_iter([None, Some("x")]);
        let null_value = DictionaryArray::new(Int8Array::from(vec![0, 1]), Arc::new(values));
        assert_eq!(shown(null_value), ["", "x", ""]);
    }

    #[test]
    fn other_types_have_a_text() {
        assert_eq!(shown(Int64Array::from(vec![Some(-1), None])), ["-1", "", ""]);
        assert_eq!(shown(Float64Array::from(vec![0.1, 2.0])), ["0.1", "2.0", ""]);
        assert_eq!(shown(BooleanArray::from(vec![true])), ["true", ""]);
        assert_eq!(shown(Date32Array::from(vec![19_000])), ["2022-01-08", ""]);
        assert_eq!(shown(NullArray::new(1)), ["", ""]);
        let price = Decimal128Array::from(vec![-1250]).with_precision_and_scale(9, 2).unwrap();
        assert_eq!(shown(price), ["-12.50", ""]);
        let lists = [Some(vec![Some(1), None]), None, Some(vec![])];
        let lists = ListArray::from_iter_primitive::<Int64Type, _, _>(lists);
        assert_eq!(shown(lists), ["[1, ]", "", "[]", ""]);
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
        let pairs = StructArray::try_from(vec![("city", texts)]).unwrap();
        assert_eq!(shown(pairs), ["{city: x}", ""]);
    }

    #[test]
    fn moments_keep_their_zone_or_are_in_utc() {
        let moments = || TimestampMicrosecondArray::from(vec![1_600_000_000_500_000]);
        assert_eq!(shown(moments()), ["2020-09-13T12:26:40.500", ""]);
        assert_eq!(shown(moments().with_timezone("-05:00")), ["2020-09-13T07:26:40.500-05:00", ""]);
        assert_eq!(
            shown(moments().with_timezone("America/New_York")),
            ["2020-09-13T12:26:40.500Z", ""]
        );
        let moments: ArrayRef = Arc::new(moments().with_timezone("Europe/Berlin"));
        let nested = StructArray::try_from(vec![("at", moments)]).unwrap();
        assert_eq!(shown(nested), ["{at: 2020-09-13T12:26:40.500Z}", ""]);
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_an_error() {
        let column: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![i64::MAX]));
        insta::assert_snapshot!(TextColumn::new(&column).unwrap_err(), @"cannot convert columns: Cast error: Timestamp(µs) of row 0 has no text");
    }
}
