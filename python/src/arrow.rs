//! Takes Arrow data from any Python object, and gives it to any, by the Arrow PyCapsule protocol.

use std::sync::{Mutex, PoisonError};

use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_pyarrow::FromPyArrow;
use arrow_schema::{ArrowError, SchemaRef};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::error::{TableError, raised};
use crate::running::{Stop, stoppable};

pub(crate) type Reader = Box<dyn RecordBatchReader + Send>;

/// Reads the batches that a Python object gives. Buffers are shared, not copied.
pub(crate) fn reader_of(table: &Bound<'_, PyAny>) -> PyResult<Reader> {
    if table.hasattr("__arrow_c_stream__")? {
        return Ok(Box::new(RecordBatchStreamReader::from_pyarrow_bound(table)?));
    }
    if table.hasattr("__arrow_c_array__")? {
        let batch = RecordBatch::from_pyarrow_bound(table)?;
        let schema = batch.schema();
        return Ok(Box::new(RecordBatchIterator::new([Ok(batch)], schema)));
    }
    let found = table.get_type().qualname()?;
    Err(PyTypeError::new_err(format!(
        "expected a table (pandas, Polars, PyArrow, DuckDB, or what has __arrow_c_stream__), found {found}"
    )))
}

/// Takes all batches, unless it is stopped meanwhile.
pub(crate) fn all_batches(reader: Reader, stop: &Stop) -> Result<Vec<RecordBatch>, TableError> {
    let unless_stopped = |batch: Result<RecordBatch, ArrowError>| match stop.is_set() {
        true => Err(TableError::Stopped),
        false => Ok(batch?),
    };
    reader.map(unless_stopped).collect()
}

fn stream_capsule(py: Python<'_>, reader: Reader) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), c"arrow_array_stream")
}

fn schema_capsule<'py>(py: Python<'py>, schema: &SchemaRef) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema.as_ref()).map_err(raised)?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}

fn names(schema: &SchemaRef) -> Vec<String> {
    schema.fields().iter().map(|field| field.name().clone()).collect()
}

/// A table in memory, for any library that reads Arrow data.
///
/// `pyarrow.table(it)`, `polars.DataFrame(it)` and the like share its memory.
#[pyclass(frozen, module = "rolecall")]
pub(crate) struct ArrowTable {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl ArrowTable {
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, batches }
    }
}

#[pymethods]
impl ArrowTable {
    /// Takes all batches of a table.
    #[new]
    fn of(py: Python<'_>, table: &Bound<'_, PyAny>) -> PyResult<Self> {
        let reader = reader_of(table)?;
        let schema = reader.schema();
        let batches = stoppable(py, |stop| all_batches(reader, stop))??;
        Ok(Self { schema, batches })
    }

    /// Returns the first rows.
    fn head(&self, rows: usize) -> Self {
        let mut left = rows;
        let mut batches = Vec::new();
        for batch in &self.batches {
            let rows = batch.num_rows().min(left);
            batches.push(batch.slice(0, rows));
            left -= rows;
        }
        Self { schema: self.schema.clone(), batches }
    }

    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        names(&self.schema)
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn __repr__(&self) -> String {
        format!(
            "<rolecall.ArrowTable: {} rows, {}>",
            self.__len__(),
            names(&self.schema).join(", ")
        )
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.schema)
    }

    /// Gives the batches as a capsule. Another schema may be asked for; it need not be given.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let batches: Vec<_> = self.batches.iter().cloned().map(Ok).collect();
        let reader = RecordBatchIterator::new(batches, self.schema.clone());
        stream_capsule(py, Box::new(reader))
    }
}

/// Batches that are made as they are asked for, once, for any library that reads Arrow data.
#[pyclass(frozen, module = "rolecall")]
pub(crate) struct ArrowStream {
    schema: SchemaRef,
    reader: Mutex<Option<Reader>>,
}

impl ArrowStream {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { schema: reader.schema(), reader: Mutex::new(Some(reader)) }
    }
}

#[pymethods]
impl ArrowStream {
    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        names(&self.schema)
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.schema)
    }

    /// Gives the batches as a capsule. Another schema may be asked for; it need not be given.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        stream_capsule(py, reader.ok_or_else(|| raised("the stream has been read already"))?)
    }
}
