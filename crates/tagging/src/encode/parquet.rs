//! Parquet: typed columns stay as they are, cells of CSV and JSON become columns of text.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{Int64Builder, StringBuilder};
use arrow_schema::{DataType, Field, FieldRef};
use rolecall_dedup::Verdict;
use rolecall_tables::{ColumnarError, ParquetForm, TextRows, append_columns};

use super::typed_tags::{TagColumns, tag_fields};
use super::{Plan, RawRow};
use crate::input::Input;
use crate::tags::{TagCells, TagNames, duplicate_values};

/// Finds out the columns and types of the output.
pub(super) fn form(
    names: &TagNames,
    dedup: bool,
    has_extra: bool,
    input: &Input,
) -> Result<ParquetForm, ColumnarError> {
    let fields = fields(names, dedup, has_extra);
    match input.parquet() {
        Some(rows) => ParquetForm::of(rows, &fields),
        None => {
            let empty = TextRows::new(&input.header).finish()?;
            let added = fields.into_iter().map(|field| {
                let array = arrow_array::new_empty_array(field.data_type());
                (field, array)
            });
            ParquetForm::new(append_columns(&empty, added)?.schema())
        }
    }
}

fn fields(names: &TagNames, dedup: bool, has_extra: bool) -> Vec<FieldRef> {
    let field = |name: &str, kind, nullable| Arc::new(Field::new(name, kind, nullable));
    let mut fields = tag_fields(names);
    if dedup {
        let [of, cluster, kind] = &names.duplicates;
        fields.push(field(of, DataType::Int64, true));
        fields.push(field(cluster, DataType::Int64, false));
        fields.push(field(kind, DataType::Utf8, false));
    }
    if has_extra {
        fields.push(field(&names.extra, DataType::Utf8, true));
    }
    fields
}

pub(crate) struct ParquetEncoder<'p> {
    plan: &'p Plan,
    fields: Vec<FieldRef>,
    rows: Rows,
    tags: TagColumns,
    extra: StringBuilder,
    failure: Option<ColumnarError>,
}

enum Rows {
    Text(TextRows),
    Batch(RecordBatch),
}

impl<'p> ParquetEncoder<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            fields: fields(&plan.names, plan.dedup, plan.has_extra),
            rows: Rows::Text(TextRows::new(&plan.header)),
            tags: TagColumns::new(),
            extra: StringBuilder::new(),
            failure: None,
        }
    }

    /// Takes the columns of the rows that come next.
    pub(super) fn begin(&mut self, batch: &RecordBatch) {
        self.rows = Rows::Batch(batch.clone());
    }

    pub(super) fn row(&mut self, row: &RawRow<'_>, tag: &TagCells<'_, '_>) {
        let width = self.plan.header.len();
        if let Rows::Text(rows) = &mut self.rows {
            let cells: Vec<_> = (0..width).map(|n| row.cell(n)).collect();
            let cells: Vec<_> = cells.iter().map(|cell| cell.as_deref()).collect();
            if let Err(error) = rows.push(&cells) {
                self.failure.get_or_insert(error);
            }
        }
        if self.plan.has_extra {
            self.extra.append_option(row.extra(width));
        }
        self.tags.push(tag);
    }

    pub(super) fn finish(&mut self, verdicts: &[Verdict]) -> Result<Vec<u8>, ColumnarError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let batch = match &mut self.rows {
            Rows::Text(rows) => rows.finish()?,
            Rows::Batch(batch) => batch.clone(),
        };
        let mut arrays = self.tags.finish();
        if self.plan.dedup {
            let (mut of, mut cluster) = (Int64Builder::new(), Int64Builder::new());
            let mut kinds = StringBuilder::new();
            let number = |row: u64| i64::try_from(row).unwrap_or(i64::MAX);
            for verdict in verdicts {
                let (duplicate_of, first, kind) = duplicate_values(verdict);
                of.append_option(duplicate_of.map(number));
                cluster.append_value(number(first));
                kinds.append_value(kind);
            }
            arrays.push(Arc::new(of.finish()));
            arrays.push(Arc::new(cluster.finish()));
            arrays.push(Arc::new(kinds.finish()));
        }
        if self.plan.has_extra {
            arrays.push(Arc::new(self.extra.finish()));
        }
        if batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        let tagged = append_columns(&batch, self.fields.iter().cloned().zip(arrays))?;
        match &self.plan.parquet {
            Some(form) => form.encode(&tagged),
            None => Ok(Vec::new()),
        }
    }
}
