//! Counts of tagged tables and files.

use std::io;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, DataType};
use jiff::civil::Date;
use pyo3::prelude::*;
use rolecall::Classifier;
use rolecall_demand::correct::Evidence;
use rolecall_demand::{
    DemandError, DemandFormat, DemandOptions, DemandRun, Dimension, Known, ReportOptions, Sheet,
    Unit,
};
use rolecall_fields::GivenFields;
use rolecall_tables::columns::GivenColumns;
use rolecall_tagging::{Batches, Input, InputOptions, InputPath, Progress, expand};

use crate::arrow::{ArrowTable, Reader, reader_of};
use crate::classifier::{NativeClassifier, threads_or_all};
use crate::error::raised;
use crate::running::{Stop, stoppable};

/// How demand is counted: the options of the command line by the same names.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct DemandRequest {
    by: Vec<String>,
    with_none: bool,
    unit: Option<String>,
    corrected: bool,
    dedup: bool,
    dedup_memory: usize,
    prefix: Option<String>,
    collected: Option<String>,
    columns: Vec<(String, String)>,
    threads: Option<usize>,
}

impl DemandRequest {
    fn options(&self, classifier: &Classifier) -> PyResult<DemandOptions> {
        let mut columns = GivenColumns::default();
        let mut fields = GivenFields::default();
        for (field, name) in &self.columns {
            let name = name.clone();
            match field.as_str() {
                "title" => columns.title = Some(name),
                "text" => columns.text.push(name),
                "employer" => columns.employer = Some(name),
                "place" => columns.place = Some(name),
                "posted" => fields.posted = Some(name),
                "closed" => fields.closed = Some(name),
                "scraped" => fields.scraped = Some(name),
                "salary" => fields.salary = Some(name),
                "salary_low" => fields.salary_low = Some(name),
                "salary_high" => fields.salary_high = Some(name),
                "salary_currency" => fields.salary_currency = Some(name),
                "salary_period" => fields.salary_period = Some(name),
                "remote" => fields.remote = Some(name),
                "city" => fields.city = Some(name),
                "state" => fields.state = Some(name),
                "country" => fields.country = Some(name),
                "board" => fields.board = Some(name),
                other => {
                    return Err(raised(format!(
                        "columns: no field is called `{}`; there are title, text, employer, place, \
                         posted, closed, scraped, salary, salary_low, salary_high, salary_currency, \
                         salary_period, remote, city, state, country, board",
                        other.escape_debug()
                    )));
                }
            }
        }
        let keys = self.by.iter().map(|key| key.parse::<Dimension>()).collect::<Result<_, _>>();
        let day = |day: &String| {
            day.parse::<Date>().map_err(|error| raised(format!("collected: `{day}`: {error}")))
        };
        Ok(DemandOptions {
            by: keys.map_err(|problem| raised(format!("by: {problem}")))?,
            report: true,
            threads: threads_or_all(self.threads)?,
            prefix: self
                .prefix
                .clone()
                .unwrap_or_else(|| classifier.corpus().taxonomy.name.clone()),
            dedup: self.dedup.then_some(self.dedup_memory << 20),
            input: InputOptions { columns, ..InputOptions::default() },
            fields,
            known: (self.corrected.then(|| Known::of_corpus(classifier.corpus())).transpose())
                .map_err(|error| raised(error.to_string()))?,
            seen: self.collected.as_ref().map(day).transpose()?,
        })
    }

    fn unit(&self) -> PyResult<Option<Unit>> {
        match self.unit.as_deref() {
            None => Ok(None),
            Some("postings") => Ok(Some(Unit::Postings)),
            Some("ads") => Ok(Some(Unit::Ads)),
            Some(other) => Err(raised(format!("unit: expected postings or ads, found {other:?}"))),
        }
    }
}

/// Stops counting when Python asks for it.
struct Stopped<'s>(&'s Stop);

impl Progress for Stopped<'_> {
    fn is_stopped(&self) -> bool {
        self.0.is_set()
    }
}

type Counted = (ArrowTable, String);

/// Counts the demand that files show.
#[pyfunction]
#[pyo3(name = "demand_of_files")]
pub(crate) fn demand_of_files(
    py: Python<'_>,
    classifier: &NativeClassifier,
    files: Vec<PathBuf>,
    asked: DemandRequest,
) -> PyResult<Counted> {
    let options = asked.options(classifier.get())?;
    let unit = asked.unit()?;
    stoppable(py, |stop| count(classifier.get(), &files, (&asked, &options, unit), stop))?
        .map_err(raised)
}

/// Counts the demand that a table shows.
#[pyfunction]
#[pyo3(name = "demand_of_table")]
pub(crate) fn demand_of_table(
    py: Python<'_>,
    classifier: &NativeClassifier,
    table: &Bound<'_, PyAny>,
    asked: DemandRequest,
) -> PyResult<Counted> {
    let reader = reader_of(table)?;
    let options = asked.options(classifier.get())?;
    let unit = asked.unit()?;
    let counted = stoppable(py, |stop| -> Result<_, String> {
        let names = &classifier.get().corpus().column_names;
        let (schema, batches) = (reader.schema(), batches(reader)?);
        let table = Input::of_table("table", &schema, batches, &options.input, names);
        let found = table.map_err(DemandError::from).and_then(|table| {
            rolecall_demand::run_table(classifier.get(), table, &options, &Stopped(stop))
        });
        let found = found.map_err(|error| error.to_string())?;
        report(classifier.get(), found, &[], (&asked, &options, unit))
    });
    counted?.map_err(raised)
}

/// Takes the batches of a table, whose values are checked, because other programs made them.
fn batches(reader: Reader) -> Result<Batches, String> {
    if let Some(field) = reader.schema().fields().iter().find(|field| has_union(field.data_type()))
    {
        let (name, kind) = (field.name().escape_debug(), field.data_type());
        return Err(format!("column `{name}` holds {kind}, which can't be counted; leave it out"));
    }
    let checked = |batch: Result<RecordBatch, ArrowError>| -> io::Result<RecordBatch> {
        let batch = batch.map_err(io::Error::other)?;
        for column in batch.columns() {
            column.to_data().validate_full().map_err(io::Error::other)?;
        }
        Ok(batch)
    };
    Ok(Box::new(reader.map(checked)))
}

/// Tells whether values may be of several types, of which there is no text.
fn has_union(kind: &DataType) -> bool {
    match kind {
        DataType::Union(..) => true,
        DataType::Dictionary(_, values) => has_union(values),
        DataType::Struct(fields) => fields.iter().any(|field| has_union(field.data_type())),
        DataType::List(field)
        | DataType::ListView(field)
        | DataType::LargeList(field)
        | DataType::LargeListView(field)
        | DataType::FixedSizeList(field, _)
        | DataType::Map(field, _)
        | DataType::RunEndEncoded(_, field) => has_union(field.data_type()),
        _ => false,
    }
}

fn count(
    classifier: &Classifier,
    files: &[PathBuf],
    (asked, options, unit): (&DemandRequest, &DemandOptions, Option<Unit>),
    stop: &Stop,
) -> Result<Counted, String> {
    let inputs = expand(files).map_err(|error| error.to_string())?.files;
    let found = rolecall_demand::run(classifier, &inputs, options, &Stopped(stop))
        .map_err(|error| error.to_string())?;
    report(classifier, found, &inputs, (asked, options, unit))
}

/// Makes the table and the overview of what was counted.
fn report(
    classifier: &Classifier,
    found: DemandRun,
    inputs: &[InputPath],
    (asked, options, unit): (&DemandRequest, &DemandOptions, Option<Unit>),
) -> Result<Counted, String> {
    let corpus = classifier.corpus();
    let mut shown = ReportOptions {
        unit,
        with_none: asked.with_none,
        manifest: vec![
            ("program".to_owned(), concat!("rolecall ", env!("CARGO_PKG_VERSION")).to_owned()),
            ("corpus".to_owned(), corpus.hash()),
            ("grouped by".to_owned(), asked.by.join(", ")),
        ],
        ..ReportOptions::default()
    };
    if unit == Some(Unit::Ads) && !found.knows_ads() {
        return Err("unit=\"ads\": it is not known which rows repeat an ad; leave out dedup=False"
            .to_owned());
    }
    if asked.corrected {
        let source = "the labelled postings of the corpus".to_owned();
        let evidence = Evidence::of_corpus(corpus).map_err(DemandError::from);
        let corrected = evidence.and_then(|it| shown.correct_by(&it, source, classifier, inputs));
        if let Err(problem) = corrected {
            shown.assumptions.push(format!("Counts are not corrected: {problem}."));
        }
    }
    let (table, overview) =
        found.finish(corpus, &options.by, &shown).map_err(|error| error.to_string())?;
    let rows = Sheet::of(&table).to_batch().map_err(|error| error.to_string())?;
    let json =
        DemandFormat::Json.write(&table, &overview, false).map_err(|error| error.to_string())?;
    let json = String::from_utf8(json).map_err(|error| error.to_string())?;
    Ok((ArrowTable::new(rows.schema(), vec![rows]), json))
}
