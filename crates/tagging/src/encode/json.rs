//! JSON lines: objects stay as they are, other rows become objects of strings.

use std::borrow::Cow;

use rolecall_dedup::Verdict;
use rolecall_tables::{JsonValue, splice, unique_names, write_object};

use super::{Plan, RawRow, fill};
use crate::tags::{TagCells, Value, duplicate_values};

pub(crate) struct JsonEncoder<'p> {
    plan: &'p Plan,
    /// The names of the columns, each different.
    keys: Vec<String>,
    out: Vec<u8>,
    /// Where the members of deduplication go.
    holes: Vec<usize>,
}

impl<'p> JsonEncoder<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let keys = unique_names(&plan.header);
        Self { plan, keys, out: Vec::new(), holes: Vec::new() }
    }

    pub(super) fn row(&mut self, row: &RawRow<'_>, tag: &TagCells<'_, '_>) {
        let values = tag.values();
        let numbers = values.map(|value| match value {
            Value::Text(_) => String::new(),
            Value::Number(number, digits) => format!("{number:.digits$}"),
        });
        let extra = match row {
            RawRow::Csv(_) => row.extra(self.keys.len()),
            _ => None,
        };
        let names = self.plan.names.tags.iter().map(String::as_str);
        let tags = names.zip(values.iter().zip(&numbers)).map(|(name, (value, number))| {
            let value = match value {
                Value::Text(text) => JsonValue::Text(text),
                Value::Number(..) => JsonValue::Spelled(number),
            };
            (name, value)
        });
        let name = self.plan.names.extra.as_str();
        let extra = extra.as_deref().map(|extra| (name, JsonValue::Spelled(extra)));
        let fields: Vec<_> = tags.chain(extra).collect();
        match row {
            RawRow::Csv(row) => {
                let present = self.keys.len().min(row.cells.len());
                let cells = (0..present).map(|n| row.cells.text(n));
                write_object(&mut self.out, &self.keys, cells, &fields);
            }
            RawRow::Json { bytes, .. } => splice(&mut self.out, bytes, &fields),
            RawRow::Parquet { object, .. } => splice(&mut self.out, object, &fields),
        }
        if self.plan.dedup {
            self.holes.push(self.out.len() - 1);
        }
        self.out.push(b'\n');
    }

    pub(super) fn finish(&mut self, verdicts: &[Verdict]) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.out);
        let [of_name, cluster_name, kind_name] = &self.plan.names.duplicates;
        let members = verdicts.iter().map(|verdict| {
            let (of, cluster, kind) = duplicate_values(verdict);
            let of = of.map_or("null".to_owned(), |row| row.to_string());
            // The prefix has letters, digits, `_` and `-` only, which need no escapes.
            Cow::Owned(format!(
                ",\"{of_name}\":{of},\"{cluster_name}\":{cluster},\"{kind_name}\":\"{kind}\""
            ))
        });
        let filled = fill(bytes, &self.holes, members);
        self.holes.clear();
        filled
    }
}
