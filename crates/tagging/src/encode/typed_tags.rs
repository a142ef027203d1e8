//! The tag columns as typed arrays.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{Float64Builder, StringBuilder};
use arrow_schema::{DataType, Field, FieldRef};
use rolecall::text::push_decimal;

use crate::tags::{TagCells, TagNames, Value};

/// Tag columns that are numbers; the others are texts.
const NUMBERS: [bool; 10] = [false, false, true, true, false, true, false, true, false, false];

/// Returns the names and types of the tag columns.
pub(crate) fn tag_fields(names: &TagNames) -> Vec<FieldRef> {
    let kind = |is_number| if is_number { DataType::Float64 } else { DataType::Utf8 };
    let named = names.tags.iter().zip(NUMBERS);
    named.map(|(name, is_number)| Arc::new(Field::new(name, kind(is_number), false))).collect()
}

/// Collects the tags of one row after another.
#[derive(Debug)]
pub(crate) struct TagColumns {
    texts: [StringBuilder; 10],
    numbers: [Float64Builder; 10],
    /// Memory for a number as it is written.
    digits: String,
}

impl TagColumns {
    pub(crate) fn new() -> Self {
        Self {
            texts: std::array::from_fn(|_| StringBuilder::new()),
            numbers: std::array::from_fn(|_| Float64Builder::new()),
            digits: String::new(),
        }
    }

    pub(crate) fn push(&mut self, tag: &TagCells<'_, '_>) {
        for (n, value) in tag.values().into_iter().enumerate() {
            match value {
                Value::Text(text) => self.texts[n].append_value(text),
                // The same number as is written in a CSV file.
                Value::Number(number, decimals) => {
                    self.digits.clear();
                    push_decimal(&mut self.digits, number, decimals);
                    self.numbers[n].append_value(self.digits.parse().unwrap_or(number));
                }
            }
        }
    }

    /// Returns the columns of the rows so far, and starts anew.
    pub(crate) fn finish(&mut self) -> Vec<ArrayRef> {
        let columns = self.texts.iter_mut().zip(&mut self.numbers).zip(NUMBERS);
        columns
            .map(|((texts, numbers), is_number)| -> ArrayRef {
                match is_number {
                    true => Arc::new(numbers.finish()),
                    false => Arc::new(texts.finish()),
                }
            })
            .collect()
    }
}
