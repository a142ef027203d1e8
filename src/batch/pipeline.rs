//! Read, tag, write.

use std::borrow::Cow;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::ordered::Ordered;
use super::rejects::Reject;
use super::rows::{self, Row};
use super::{BatchError, Input, RejectFile, RowFormat, Summary};
use crate::posting::Columns;
use crate::table::{CellReader, Chunk, MAX_RECORD_BYTES, Record, RecordKind};
use crate::{Classifier, Posting, Tagger};

/// How a batch is tagged and written.
#[derive(Debug, Clone)]
pub struct BatchOptions {
    /// Threads that tag: at least 1.
    pub threads: usize,
    /// What the names of the tag columns start with, such as `onc`.
    pub prefix: String,
    /// How rows are written.
    pub format: RowFormat,
}

/// Tags the rows of some inputs, one after another, into one output.
///
/// Every row of an input is written with its tags or set aside, in the order of the input. The
/// output is the same bytes whatever the number of threads. `out` is called by its path in
/// errors; `progress` is called with the number of bytes that were read, from any thread.
///
/// # Errors
///
/// Returns an error if an input can't be read, its columns differ from the first input's, it has
/// a tag column already, or an output can't be written.
pub fn tag(
    classifier: &Classifier,
    inputs: Vec<Input>,
    out: (&Path, &mut (dyn Write + Send)),
    rejects: &mut RejectFile,
    options: &BatchOptions,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Summary, BatchError> {
    check_columns(&inputs, options)?;
    let (out_path, out) = out;
    let mut summary = Summary::new(classifier.corpus().taxonomy.roles.len());
    if let Some(first) = inputs.first() {
        let Input { header_line, dialect, .. } = first;
        let header = options.format.header(
            &header_line.bytes,
            &header_line.terminator,
            dialect.delimiter,
            &options.prefix,
        );
        out.write_all(&header).map_err(BatchError::write(out_path))?;
    }
    for input in inputs {
        let sink =
            Sink { out_path, out: &mut *out, rejects: &mut *rejects, input: input.path.clone() };
        summary.add(&tag_input(classifier, input, sink, options, progress)?);
    }
    out.flush().map_err(BatchError::write(out_path))?;
    Ok(summary)
}

fn check_columns(inputs: &[Input], options: &BatchOptions) -> Result<(), BatchError> {
    for input in inputs {
        let first = &inputs[0];
        if (&input.header, input.dialect) != (&first.header, first.dialect) {
            let (path, first) = (input.path.clone(), first.path.clone());
            return Err(BatchError::ColumnsDiffer { path, first });
        }
        let mut tags = RowFormat::columns(&options.prefix).into_iter();
        if let Some(column) = tags.find(|column| input.header.contains(column)) {
            return Err(BatchError::TagColumnExists { path: input.path.clone(), column });
        }
    }
    Ok(())
}

/// Where rows go, by one thread at a time.
struct Sink<'a> {
    out_path: &'a Path,
    out: &'a mut (dyn Write + Send),
    rejects: &'a mut RejectFile,
    input: PathBuf,
}

/// What became of a chunk.
struct Tagged {
    bytes: Vec<u8>,
    rejects: Vec<Reject>,
}

impl Sink<'_> {
    fn write(&mut self, tagged: &Tagged) -> Result<(), BatchError> {
        self.out.write_all(&tagged.bytes).map_err(BatchError::write(self.out_path))?;
        tagged.rejects.iter().try_for_each(|reject| self.rejects.add(&self.input, reject))
    }
}

/// Threads take turns to read a chunk, tag it by themselves, and take turns to write it.
fn tag_input(
    classifier: &Classifier,
    input: Input,
    sink: Sink<'_>,
    options: &BatchOptions,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Summary, BatchError> {
    let threads = options.threads.max(1);
    let job = Job::new(&input, options);
    let source = Mutex::new((0, input));
    let ordered = Ordered::new(sink, threads);
    let work = || -> Result<Summary, BatchError> {
        let mut worker = Worker::new(classifier, &job);
        loop {
            let next = {
                let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
                let chunk = source.1.next_chunk().inspect_err(|_| ordered.stop())?;
                source.0 += 1;
                chunk.map(|chunk| (source.0 - 1, chunk))
            };
            let Some((number, chunk)) = next else { return Ok(worker.summary) };
            let tagged = worker.tag(&chunk);
            progress(chunk.bytes.len() as u64);
            if !ordered.put(number, tagged, |sink, tagged| sink.write(&tagged))? {
                return Ok(worker.summary);
            }
        }
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        std::iter::once(mine).chain(others.into_iter().map(join)).collect()
    });
    let mut summary = Summary::new(classifier.corpus().taxonomy.roles.len());
    for result in results {
        summary.add(&result?);
    }
    Ok(summary)
}

/// What all threads need to know of an input.
struct Job {
    columns: Columns,
    width: usize,
    delimiter: u8,
    terminator: Vec<u8>,
    format: RowFormat,
}

impl Job {
    fn new(input: &Input, options: &BatchOptions) -> Self {
        Self {
            columns: input.columns.clone(),
            width: input.header.len(),
            delimiter: input.dialect.delimiter,
            terminator: input.header_line.terminator.clone(),
            format: options.format,
        }
    }
}

struct Worker<'c, 'j> {
    job: &'j Job,
    tagger: Tagger<'c>,
    cells: CellReader,
    summary: Summary,
}

impl<'c, 'j> Worker<'c, 'j> {
    fn new(classifier: &'c Classifier, job: &'j Job) -> Self {
        Self {
            job,
            tagger: classifier.tagger(),
            cells: CellReader::new(job.delimiter),
            summary: Summary::new(classifier.corpus().taxonomy.roles.len()),
        }
    }

    fn tag(&mut self, chunk: &Chunk) -> Tagged {
        let mut tagged = Tagged {
            bytes: Vec::with_capacity(chunk.bytes.len() + chunk.records.len() * 320),
            rejects: Vec::new(),
        };
        for record in &chunk.records {
            if let Err(reason) = self.tag_record(chunk, record, &mut tagged.bytes) {
                self.summary.count_set_aside();
                tagged.rejects.push(Reject {
                    line: chunk.line_of(record),
                    offset: chunk.offset_of(record),
                    reason,
                    raw: chunk.split(record).0.to_vec(),
                });
            }
        }
        self.summary.bytes += chunk.bytes.len() as u64;
        tagged
    }

    /// Tags one record, or says why it can't be read.
    fn tag_record(
        &mut self,
        chunk: &Chunk,
        record: &Record,
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        match record.kind {
            RecordKind::Whole => {}
            RecordKind::UnclosedQuote => {
                return Err("a quote is opened in this row and never closed".to_owned());
            }
            RecordKind::TooLong(bytes) => {
                return Err(format!(
                    "the row has {bytes} bytes, at most {MAX_RECORD_BYTES} can be read; is a quote \
                     left open?"
                ));
            }
        }
        let (bytes, terminator) = chunk.split(record);
        let job = self.job;
        let found = self.cells.read(bytes);
        if found == 0 {
            // A blank line is no row. It stays where it is.
            if job.format == RowFormat::Csv {
                out.extend_from_slice(&chunk.bytes[record.range.clone()]);
            }
            return Ok(());
        }
        if found > job.width {
            return Err(format!(
                "expected {} cells as in the header, found {found}; is a quote missing?",
                job.width
            ));
        }
        let cell = |&n: &usize| self.cells.text(n);
        let title = job.columns.title.as_ref().map_or(Cow::Borrowed(""), cell);
        let posting = Posting { title, body: job.columns.text.iter().map(cell).collect() };
        let tag = self.tagger.tag(&posting);
        let missing = job.width - found;
        self.summary.count(&tag, missing > 0);
        let terminator = if terminator.is_empty() { &job.terminator } else { terminator };
        let title = posting.title;
        let row = Row { bytes, terminator, title, missing, delimiter: job.delimiter };
        rows::write(out, job.format, &row, &tag, &self.tagger);
        Ok(())
    }
}
