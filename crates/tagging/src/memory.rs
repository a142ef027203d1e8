//! Tags rows that are in memory already, as columns.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Schema, SchemaRef};
use rolecall::{Classifier, Posting, Tagger};
use rolecall_tables::columns::Columns;
use rolecall_tables::{ColumnarError, TextColumn};

use super::encode::{TagColumns, tag_fields};
use super::tags::{Basis, TagCells, TagNames};

/// Returns the names and types of the columns that tagging appends.
pub fn tag_schema(prefix: &str) -> SchemaRef {
    Arc::new(Schema::new(tag_fields(&TagNames::new(prefix))))
}

/// Tags one batch of rows after another. Texts are read where they are; each thread needs its own.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, RecordBatch, StringArray, cast::AsArray};
/// use rolecall::Classifier;
/// use rolecall_tables::columns::Columns;
/// use rolecall_tagging::TableTagger;
///
/// let classifier = Classifier::new()?;
/// let titles: ArrayRef = Arc::new(StringArray::from(vec!["EHR Trainer"]));
/// let batch = RecordBatch::try_from_iter([("title", titles)])?;
/// let columns = Columns { title: Some(0), text: vec![], employer: None, place: None };
/// let tags = TableTagger::new(&classifier, columns, "onc").tag(&batch)?;
/// assert_eq!(tags["onc_closest_role"].as_string::<i32>().value(0), "trainer");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TableTagger<'c> {
    tagger: Tagger<'c>,
    columns: Columns,
    schema: SchemaRef,
    tags: TagColumns,
    evidence: String,
}

impl<'c> TableTagger<'c> {
    /// Makes a tagger of batches whose title, text and employer are in these columns. A column that a batch
    /// does not have is taken as empty.
    pub fn new(classifier: &'c Classifier, columns: Columns, prefix: &str) -> Self {
        Self {
            tagger: classifier.tagger(),
            columns,
            schema: tag_schema(prefix),
            tags: TagColumns::new(),
            evidence: String::new(),
        }
    }

    /// Returns the tags of a batch's rows: the columns of [`tag_schema`], without those of the
    /// batch. A null is an empty text.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no text for the type of a column.
    pub fn tag(&mut self, batch: &RecordBatch) -> Result<RecordBatch, ColumnarError> {
        let column = |n: usize| batch.columns().get(n).map(TextColumn::new).transpose();
        let title = self.columns.title.map(column).transpose()?.flatten();
        let employer = self.columns.employer.map(column).transpose()?.flatten();
        let body = self.columns.text.iter().map(|&n| column(n)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let posting = Posting {
                title: cell(title.as_ref(), row),
                body: body.iter().map(|column| cell(column.as_ref(), row)).collect(),
                employer: cell(employer.as_ref(), row),
            };
            let explained = self.tagger.explain(&posting);
            let basis = Basis::of(&posting);
            self.tags.push(&TagCells::new(&explained, basis, &mut self.evidence));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(schema, self.tags.finish(), &options)?)
    }
}

fn cell<'b>(column: Option<&'b TextColumn<'b>>, row: usize) -> Cow<'b, str> {
    Cow::Borrowed(column.map_or("", |column| column.get(row)))
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, LargeStringArray, StringArray};

    use super::*;
    use crate::sample_rows;

    #[test]
    fn rows_are_tagged_as_postings_are_and_nulls_are_empty() {
        let classifier = Classifier::new().unwrap();
        let titles: ArrayRef = Arc::new(StringArray::from(vec![Some("EHR Trainer"), None, None]));
        let texts: ArrayRef =
            Arc::new(LargeStringArray::from(vec![None, Some("Teach nurses in class."), None]));
        let batch = RecordBatch::try_from_iter([("a", titles), ("b", texts)]).unwrap();
        let columns = Columns { title: Some(0), text: vec![1], employer: None, place: None };
        let mut tagger = TableTagger::new(&classifier, columns, "onc");
        let tags = tagger.tag(&batch).unwrap();
        let rows = sample_rows([&tags]).unwrap();
        assert_eq!(rows.iter().map(|row| &row[9]).collect::<Vec<_>>(), ["title", "text", "none"]);
        let tag = classifier.classify(&Posting::new("EHR Trainer", ""));
        assert_eq!(rows[0][4], tag.closest().unwrap().role.id);
        assert_eq!(
            format!("{:.4}", rows[0][2].parse::<f64>().unwrap()),
            format!("{:.4}", tag.confidence)
        );
        assert_eq!(tagger.tag(&batch.slice(1, 1)).unwrap(), tags.slice(1, 1));
    }
}
