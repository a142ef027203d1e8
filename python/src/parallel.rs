//! Tags the batches of a table on all cores, in order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::concat::concat_batches;
use rolecall::Classifier;
use rolecall_tables::columns::Columns;
use rolecall_tagging::{TableTagger, tag_schema};

use crate::error::TableError;
use crate::running::Stop;
use crate::text;

/// Rows that a thread takes at once: few enough that all threads end at the same time.
const PIECE_ROWS: usize = 1024;

/// Pieces whose tags are joined.
const PIECES_PER_BATCH: usize = 64;

/// Rows of a batch whose tags become one batch.
pub(crate) const BATCH_ROWS: usize = PIECE_ROWS * PIECES_PER_BATCH;

/// How batches are tagged.
#[derive(Debug, Clone)]
pub(crate) struct Tagging {
    pub(crate) columns: Columns,
    pub(crate) prefix: String,
    /// At least 1.
    pub(crate) threads: usize,
}

impl Tagging {
    /// Checks that the columns of a schema can be tagged.
    pub(crate) fn check(&self, schema: &SchemaRef) -> Result<(), TableError> {
        for n in self.read() {
            if let Some(field) = schema.fields().get(n) {
                text::check_type(field.name(), field.data_type())?;
            }
        }
        Ok(())
    }

    fn read(&self) -> impl Iterator<Item = usize> {
        let Columns { title, text, employer, .. } = &self.columns;
        title.iter().chain(text).chain(employer).copied()
    }

    /// Tags all batches, and returns the tags alone: for each batch one of as many rows, or several
    /// of [`BATCH_ROWS`] and a rest. Errors count rows from the number of the first.
    pub(crate) fn tag(
        &self,
        classifier: &Classifier,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>> + Send,
        first_row: usize,
        stop: &Stop,
    ) -> Result<Vec<RecordBatch>, TableError> {
        let pieces = Mutex::new(Pieces { batches, batch: None, rows: first_row, number: 0 });
        let work = || -> Result<Vec<(Place, RecordBatch)>, TableError> {
            let mut tagger = TableTagger::new(classifier, self.columns.clone(), &self.prefix);
            let mut tagged = Vec::new();
            loop {
                if stop.is_set() {
                    return Err(TableError::Stopped);
                }
                let next = pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(piece) = next.inspect_err(|_| stop.set())? else { return Ok(tagged) };
                let checked = self.check_text(&piece).inspect_err(|_| stop.set());
                checked?;
                tagged.push((piece.place, tagger.tag(&piece.rows).inspect_err(|_| stop.set())?));
            }
        };
        let results: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (1..self.threads).map(|_| scope.spawn(work)).collect();
            let mine = work();
            let join = |thread: std::thread::ScopedJoinHandle<'_, _>| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            std::iter::once(mine).chain(threads.into_iter().map(join)).collect()
        });
        let mut joined: BTreeMap<Place, Vec<(usize, RecordBatch)>> = BTreeMap::new();
        let mut stopped = None;
        for result in results {
            match result {
                Ok(pieces) => {
                    for (Place { number, piece }, tags) in pieces {
                        let whole = Place { number, piece: piece / PIECES_PER_BATCH };
                        joined.entry(whole).or_default().push((piece, tags));
                    }
                }
                // The one that stopped the others says why.
                Err(TableError::Stopped) => stopped = Some(TableError::Stopped),
                Err(error) => return Err(error),
            }
        }
        if let Some(stopped) = stopped {
            return Err(stopped);
        }
        let schema = tag_schema(&self.prefix);
        let join = |mut pieces: Vec<(usize, RecordBatch)>| {
            pieces.sort_unstable_by_key(|(number, _)| *number);
            match pieces.as_slice() {
                [(_, only)] => Ok(only.clone()),
                pieces => Ok(concat_batches(&schema, pieces.iter().map(|(_, tags)| tags))?),
            }
        };
        joined.into_values().map(join).collect()
    }

    fn check_text(&self, piece: &Piece) -> Result<(), TableError> {
        let schema = piece.rows.schema_ref();
        for n in self.read().filter(|&n| n < piece.rows.num_columns()) {
            text::check(piece.rows.column(n), schema.field(n).name(), piece.first_row)?;
        }
        Ok(())
    }
}

/// Where rows are: the number of their batch, and of the piece in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    number: usize,
    piece: usize,
}

/// Some rows of a batch.
struct Piece {
    place: Place,
    first_row: usize,
    rows: RecordBatch,
}

/// Cuts batches into pieces.
struct Pieces<I> {
    batches: I,
    /// The batch at hand, and how many of its pieces were taken.
    batch: Option<(RecordBatch, usize)>,
    /// The number of the next row.
    rows: usize,
    /// Batches that were begun.
    number: usize,
}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>>> Pieces<I> {
    fn next(&mut self) -> Result<Option<Piece>, TableError> {
        loop {
            if let Some((batch, piece)) = &mut self.batch {
                let start = *piece * PIECE_ROWS;
                if start < batch.num_rows() {
                    let rows = batch.slice(start, PIECE_ROWS.min(batch.num_rows() - start));
                    let place = Place { number: self.number - 1, piece: *piece };
                    let first_row = self.rows;
                    *piece += 1;
                    self.rows += rows.num_rows();
                    return Ok(Some(Piece { place, first_row, rows }));
                }
            }
            match self.batches.next().transpose()? {
                Some(batch) => self.batch = Some((batch, 0)),
                None => return Ok(None),
            }
            self.number += 1;
        }
    }
}
