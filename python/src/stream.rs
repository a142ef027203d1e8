//! Tags the batches of a stream as they are asked for.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, Schema, SchemaRef};
use rolecall::Classifier;
use rolecall_tables::{ColumnarError, append_columns};
use rolecall_tagging::tag_schema;

use crate::arrow::Reader;
use crate::error::TableError;
use crate::parallel::{BATCH_ROWS, Tagging};
use crate::running::Stop;

/// Appends tags to a batch's columns.
pub(crate) fn append(
    batch: &RecordBatch,
    tags: &RecordBatch,
) -> Result<RecordBatch, ColumnarError> {
    let columns = tags.columns().iter().cloned();
    append_columns(batch, tags.schema_ref().fields().iter().cloned().zip(columns))
}

/// Returns the columns of a table with those of its tags behind them.
pub(crate) fn tagged_schema(schema: &Schema, prefix: &str) -> Result<SchemaRef, ColumnarError> {
    let empty = RecordBatch::new_empty(Arc::new(schema.clone()));
    Ok(append(&empty, &RecordBatch::new_empty(tag_schema(prefix)))?.schema())
}

/// Cuts a batch as the tags of a batch are cut.
pub(crate) fn cut(batch: &RecordBatch) -> impl Iterator<Item = RecordBatch> {
    let rows = batch.num_rows();
    (0..rows).step_by(BATCH_ROWS).map(move |n| batch.slice(n, BATCH_ROWS.min(rows - n)))
}

/// Batches with their tags.
pub(crate) struct TaggedStream {
    classifier: Arc<Classifier>,
    tagging: Tagging,
    batches: Reader,
    schema: SchemaRef,
    /// What was tagged and not asked for yet.
    tagged: VecDeque<RecordBatch>,
    /// Rows that were tagged.
    rows: usize,
}

impl TaggedStream {
    pub(crate) fn new(
        classifier: Arc<Classifier>,
        tagging: Tagging,
        batches: Reader,
    ) -> Result<Self, TableError> {
        let schema = tagged_schema(&batches.schema(), &tagging.prefix)?;
        Ok(Self { classifier, tagging, batches, schema, tagged: VecDeque::new(), rows: 0 })
    }

    fn tag(&mut self, batch: RecordBatch) -> Result<VecDeque<RecordBatch>, TableError> {
        let one = std::iter::once(Ok(batch.clone()));
        let tags = self.tagging.tag(&self.classifier, one, self.rows, &Stop::default())?;
        self.rows += batch.num_rows();
        let appended = cut(&batch).zip(&tags).map(|(rows, tags)| append(&rows, tags));
        Ok(appended.collect::<Result<_, _>>()?)
    }
}

impl Iterator for TaggedStream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(tagged) = self.tagged.pop_front() {
                return Some(Ok(tagged));
            }
            let tagged = self.batches.next()?.and_then(|batch| {
                self.tag(batch).map_err(|error| ArrowError::ExternalError(Box::new(error)))
            });
            match tagged {
                Ok(tagged) => self.tagged = tagged,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl RecordBatchReader for TaggedStream {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
