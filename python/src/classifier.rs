//! The class that Python's `Classifier` stands on.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::available_parallelism;

use arrow_array::RecordBatch;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rolecall::classify::DecisionOptions;
use rolecall::{Classifier, Corpus, Posting};
use rolecall_tables::ColumnarError;
use rolecall_tables::columns::{Columns, GivenColumns, detect};
use rolecall_tagging::{sample_rows, tag_schema};

use crate::answer::Answer;
use crate::arrow::{ArrowStream, ArrowTable, Reader, all_batches, reader_of};
use crate::error::{TableError, of_columns, raised};
use crate::parallel::Tagging;
use crate::running::{stoppable, unlocked};
use crate::stream::{TaggedStream, append, cut, tagged_schema};
use crate::text::{check_type, showable};

/// A role of the taxonomy.
#[derive(Debug, IntoPyObject)]
struct Role {
    id: String,
    name: String,
    tier: String,
    tier_name: String,
    description: String,
}

/// How a table is tagged: Python's `TagRequest`. Columns are given by their positions.
#[derive(Debug, FromPyObject)]
struct TagRequest {
    title: Option<usize>,
    text: Vec<usize>,
    employer: Option<usize>,
    prefix: Option<String>,
    threads: Option<usize>,
}

/// The columns of title, texts and employer, by their positions, and the names of all columns.
type DetectedColumns = (Option<usize>, Vec<usize>, Option<usize>, Vec<String>);

/// Says which role a posting hires for.
#[pyclass(frozen, module = "rolecall._rolecall")]
pub(crate) struct NativeClassifier {
    classifier: Arc<Classifier>,
}

impl NativeClassifier {
    pub(crate) fn get(&self) -> &Arc<Classifier> {
        &self.classifier
    }

    /// Opens a table and checks that it can be tagged as it is asked for.
    fn open(&self, table: &Bound<'_, PyAny>, asked: TagRequest) -> PyResult<(Reader, Tagging)> {
        let TagRequest { title, text, employer, prefix, threads } = asked;
        let reader = reader_of(table)?;
        let taxonomy = &self.classifier.corpus().taxonomy;
        let tagging = Tagging {
            columns: Columns { title, text, employer, place: None },
            prefix: prefix.unwrap_or_else(|| taxonomy.name.clone()),
            threads: threads_or_all(threads)?,
        };
        tagging.check(&reader.schema())?;
        Ok((reader, tagging))
    }
}

/// Returns how many threads work: all cores, unless it is said.
pub(crate) fn threads_or_all(threads: Option<usize>) -> PyResult<usize> {
    match threads {
        Some(0) => Err(PyValueError::new_err("threads: expected at least 1, found 0")),
        Some(threads) => Ok(threads),
        None => Ok(available_parallelism().map_or(1, usize::from)),
    }
}

fn header(schema: &arrow_schema::Schema) -> Vec<String> {
    schema.fields().iter().map(|field| field.name().clone()).collect()
}

/// Returns the names of the tag columns without their prefix, and whether they are numbers.
pub(crate) fn tag_columns() -> Vec<(String, bool)> {
    let schema = tag_schema("");
    let column = |field: &arrow_schema::FieldRef| {
        (field.name().trim_start_matches('_').to_owned(), field.data_type().is_numeric())
    };
    schema.fields().iter().map(column).collect()
}

#[pymethods]
impl NativeClassifier {
    #[new]
    #[pyo3(signature = (corpus=None, min_confidence=0.0, prevalence=None))]
    fn new(
        py: Python<'_>,
        corpus: Option<PathBuf>,
        min_confidence: f64,
        prevalence: Option<f64>,
    ) -> PyResult<Self> {
        if !(0.0..=1.0).contains(&min_confidence) {
            return Err(raised(format!("min_confidence: expected 0 to 1, found {min_confidence}")));
        }
        if let Some(share) = prevalence.filter(|share| !(*share > 0.0 && *share < 1.0)) {
            return Err(raised(format!(
                "prevalence: expected more than 0 and less than 1, found {share}"
            )));
        }
        let built = unlocked(py, || -> Result<_, rolecall::Error> {
            let classifier = match corpus {
                Some(folder) => Classifier::with_corpus(Corpus::from_folder(&folder)?)?,
                None => Classifier::new()?,
            };
            Ok(classifier.with_options(DecisionOptions { min_confidence, prevalence }))
        })?;
        Ok(Self { classifier: Arc::new(built.map_err(raised)?) })
    }

    /// The taxonomy's name, which tag columns start with.
    #[getter]
    fn taxonomy(&self) -> &str {
        &self.classifier.corpus().taxonomy.name
    }

    /// The fingerprint of the corpus.
    #[getter]
    fn corpus_hash(&self) -> String {
        self.classifier.corpus().hash()
    }

    /// The roles in taxonomy order.
    #[getter]
    fn roles(&self) -> Vec<Role> {
        let taxonomy = &self.classifier.corpus().taxonomy;
        let role = |role: &rolecall::taxonomy::Role| Role {
            id: role.id.clone(),
            name: role.name.clone(),
            tier: taxonomy.tier_of(role).id.clone(),
            tier_name: taxonomy.tier_of(role).name.clone(),
            description: role.official.clone(),
        };
        taxonomy.roles.iter().map(role).collect()
    }

    #[pyo3(signature = (title, text, employer))]
    fn classify(
        &self,
        py: Python<'_>,
        title: Option<&str>,
        text: &str,
        employer: &str,
    ) -> PyResult<Answer> {
        let posting = match title {
            Some(title) => Posting::new(title, text),
            None => Posting::pasted(text),
        };
        let posting = posting.of_employer(employer);
        if posting.title.trim().is_empty() && text.trim().is_empty() {
            return Err(raised("the posting is empty; give its title or its text"));
        }
        unlocked(py, || Answer::of(&self.classifier, &posting))
    }

    /// Finds the columns of title, text and employer in a table's first rows. Returns their positions, and the
    /// names of all columns. A column that is called like one of employers and holds no text is none.
    #[pyo3(signature = (sample, title, text, employer))]
    fn detect(
        &self,
        sample: &Bound<'_, PyAny>,
        title: Option<String>,
        text: Vec<String>,
        employer: Option<String>,
    ) -> PyResult<DetectedColumns> {
        let reader = reader_of(sample)?;
        let schema = reader.schema();
        let header = header(&schema);
        let batches = reader.map(|batch| showable(&batch?)).collect::<Result<Vec<_>, _>>();
        let batches = batches.map_err(TableError::from)?;
        let rows = sample_rows(&batches).map_err(TableError::from)?;
        let given = GivenColumns { title, text, employer, ..GivenColumns::default() };
        let names = &self.classifier.corpus().column_names;
        let columns = detect(names, &header, &rows, &given).map_err(of_columns)?;
        let is_text = |&n: &usize| check_type("", schema.field(n).data_type()).is_ok();
        let employer = columns.employer.filter(|n| given.employer.is_some() || is_text(n));
        Ok((columns.title, columns.text, employer, header))
    }

    /// Tags a table and returns the tags alone, which must not be called as the columns beside
    /// which they will stand.
    #[pyo3(signature = (table, asked, beside=Vec::new()))]
    fn tags(
        &self,
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        asked: TagRequest,
        beside: Vec<String>,
    ) -> PyResult<ArrowTable> {
        let (reader, tagging) = self.open(table, asked)?;
        let schema = tag_schema(&tagging.prefix);
        if let Some(name) = beside.into_iter().find(|name| schema.index_of(name).is_ok()) {
            return Err(TableError::from(ColumnarError::ColumnExists { name }).into());
        }
        let tags = stoppable(py, |stop| tagging.tag(&self.classifier, reader, 0, stop))??;
        Ok(ArrowTable::new(schema, tags))
    }

    /// Tags a table and returns it with the tags behind its columns.
    fn tagged(
        &self,
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        asked: TagRequest,
    ) -> PyResult<ArrowTable> {
        let (reader, tagging) = self.open(table, asked)?;
        let schema = tagged_schema(&reader.schema(), &tagging.prefix).map_err(TableError::from)?;
        let batches = stoppable(py, |stop| -> Result<Vec<RecordBatch>, TableError> {
            let batches = all_batches(reader, stop)?;
            let given = batches.iter().cloned().map(Ok);
            let tags = tagging.tag(&self.classifier, given, 0, stop)?;
            let rows = batches.iter().flat_map(cut);
            Ok(rows.zip(&tags).map(|(rows, tags)| append(&rows, tags)).collect::<Result<_, _>>()?)
        })??;
        Ok(ArrowTable::new(schema, batches))
    }

    /// Tags a stream as its batches are asked for.
    fn tagged_stream(&self, stream: &Bound<'_, PyAny>, asked: TagRequest) -> PyResult<ArrowStream> {
        let (reader, tagging) = self.open(stream, asked)?;
        let stream = TaggedStream::new(Arc::clone(&self.classifier), tagging, reader)?;
        Ok(ArrowStream::new(Box::new(stream)))
    }
}
