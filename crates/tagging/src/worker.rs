//! What one thread does with a portion of an input: read the rows, tag them, write them.

use std::borrow::Cow;
use std::path::Path;

use arrow_array::RecordBatch;
use encoding_rs::Encoding;
use rolecall::{Classifier, Posting, Tagger};
use rolecall_dedup::{Ad, Duplicates, Signature, Verdict};
use rolecall_tables::columns::Columns;
use rolecall_tables::{
    CellReader, Chunk, ColumnarError, Compression, JsonCells, JsonRows, Record, RecordKind,
    TableError, TextColumn,
};

use super::encode::{CsvRow, Encoder, OutputFormat, Plan, Row};
use super::input::{Cut, Form, InputShape, MadeRecords, MadeRow, Portion, Rows};
use super::rejects::Reject;
use super::rows::too_long;
use super::sequencer::Sequencer;
use super::tags::{Basis, TagCells};
use super::{BatchError, Summary};

/// What all threads need to know of an input.
pub(super) struct Job<'j> {
    pub(super) path: &'j Path,
    pub(super) plan: &'j Plan,
    pub(super) input: &'j InputShape,
    pub(super) compression: Compression,
    /// Takes turns to look for duplicates.
    pub(super) duplicates: Option<&'j Sequencer<DuplicateState>>,
}

/// The duplicates that were found so far.
pub(super) struct DuplicateState {
    pub(super) duplicates: Duplicates,
    /// Rows that were looked at.
    pub(super) rows: u64,
}

impl DuplicateState {
    /// Makes the state after some rows.
    pub(super) fn of(budget: usize, signatures: &[Signature]) -> Self {
        let mut state = Self { duplicates: Duplicates::new(budget), rows: 0 };
        for signature in signatures {
            state.see(signature);
        }
        state
    }

    fn see(&mut self, signature: &Signature) -> Verdict {
        let verdict = self.duplicates.see(self.rows, signature);
        self.rows += 1;
        verdict
    }
}

/// What became of a portion.
pub(super) struct Piece {
    pub(super) bytes: Vec<u8>,
    pub(super) rejects: Vec<Reject>,
    pub(super) summary: Summary,
    /// What is wrong with the file behind the portion.
    pub(super) damage: Option<String>,
    /// The signatures of the rows, for the journal.
    pub(super) signatures: Vec<u8>,
    pub(super) end: u64,
    pub(super) lines: u64,
    pub(super) digested: rolecall_tables::Digested,
}

pub(super) struct Worker<'c, 'j> {
    job: &'j Job<'j>,
    tagger: Tagger<'c>,
    encoder: Encoder<'j>,
    summary: Summary,
    rejects: Vec<Reject>,
    signatures: Vec<Signature>,
    evidence: String,
    roles: usize,
}

impl<'c, 'j> Worker<'c, 'j> {
    pub(super) fn new(classifier: &'c Classifier, job: &'j Job<'j>) -> Self {
        Self {
            job,
            tagger: classifier.tagger(),
            encoder: Encoder::new(job.plan, &job.input.form),
            summary: Summary::default(),
            rejects: Vec::new(),
            signatures: Vec::new(),
            evidence: String::new(),
            roles: classifier.corpus().taxonomy.roles.len(),
        }
    }

    /// Tags a portion and writes it as it will stand in the output.
    pub(super) fn tag(&mut self, number: u64, portion: Portion) -> Result<Piece, BatchError> {
        self.summary = Summary::new(self.roles);
        match &portion.rows {
            Rows::Csv(chunk) => self.tag_csv(chunk),
            Rows::Json(chunk) => self.tag_json(chunk),
            Rows::Parquet(batch) => {
                self.tag_parquet(batch).map_err(|error| self.columnar(error))?
            }
        }
        let damage = portion.cut.as_ref().map(|cut| format!("line {}: {}", cut.line, cut.reason));
        if let Some(Cut { line, offset, reason, raw }) = portion.cut {
            self.summary.count_set_aside();
            self.rejects.push(Reject { line, offset, reason, raw });
        }
        let verdicts = match self.job.duplicates {
            None => Vec::new(),
            Some(turn) => turn.take(number, |state| {
                self.signatures.iter().map(|signature| state.see(signature)).collect()
            }),
        };
        let repeated = verdicts.iter().filter(|verdict| verdict.duplicate_of.is_some()).count();
        self.summary.rows_duplicate = repeated as u64;
        let bytes = self.encoder.finish(&verdicts).map_err(|error| self.columnar(error))?;
        let bytes = match bytes.is_empty() {
            true => bytes,
            false => {
                self.job.compression.compress(bytes).map_err(BatchError::write(self.job.path))?
            }
        };
        let signatures = self.signatures.drain(..).flat_map(|signature| signature.to_bytes());
        Ok(Piece {
            bytes,
            rejects: std::mem::take(&mut self.rejects),
            summary: std::mem::take(&mut self.summary),
            damage,
            signatures: signatures.collect(),
            end: portion.end,
            lines: portion.lines,
            digested: portion.digested,
        })
    }

    fn tag_csv(&mut self, chunk: &Chunk) {
        let job = self.job;
        let mut reader = CellReader::new(&self.job.input.dialect);
        let width = self.job.input.width;
        let is_utf8 = Encoding::utf8_valid_up_to(&chunk.bytes) == chunk.bytes.len();
        for record in &chunk.records {
            if let RecordKind::TooLong(bytes) = record.kind {
                self.set_aside(chunk, record, too_long(bytes));
                continue;
            }
            let (bytes, terminator) = chunk.split(record);
            let cells = reader.read(bytes, record.kind);
            if cells.is_empty() {
                // A blank line is no row. It stays where it is.
                self.encoder.blank(&chunk.bytes[record.range.clone()]);
                continue;
            }
            if let Some(reason) = cells.no_row(&self.job.input.names) {
                self.set_aside(chunk, record, reason.to_owned());
                continue;
            }
            let is_stray = record.kind == RecordKind::StrayQuote;
            let is_other = !is_utf8 && std::str::from_utf8(bytes).is_err();
            self.summary.rows_in_another_encoding += u64::from(is_other);
            self.summary.rows_with_stray_quotes += u64::from(is_stray);
            self.summary.rows_filled_up += u64::from(cells.len() < width);
            self.summary.rows_with_more_cells += u64::from(cells.len() > width);
            let row = CsvRow { bytes, terminator, cells, is_sound: !is_stray };
            let made = MadeRow::of_table(&job.input.made);
            self.tag_row(&Row::Csv(row), |n| made.cell(n, |n| cells.text(n)));
        }
    }

    fn tag_json(&mut self, chunk: &Chunk) {
        let job = self.job;
        let Form::Json { columns, .. } = &self.job.input.form else { return };
        let mut cells = JsonCells::new();
        for record in &chunk.records {
            let bytes = &chunk.bytes[record.range.clone()];
            let read = match record.kind {
                RecordKind::TooLong(bytes) => Err(too_long(bytes)),
                _ => cells.read(bytes),
            };
            let read = read.and_then(|()| self.check_names(&cells));
            if let Err(reason) = read {
                self.set_aside(chunk, record, reason);
                continue;
            }
            let row = columns.arrange(&cells);
            let is_kept_apart = job.plan.has_extra && row.has_rest();
            self.summary.rows_with_late_members += u64::from(is_kept_apart);
            let made = MadeRow::of_record(&job.input.made, bytes, Some(&row));
            self.tag_row(&Row::Json { bytes, cells: &row }, |n| made.cell(n, |n| row.prose(n)));
        }
    }

    /// A member that no record of the sample had may be called like a tag.
    fn check_names(&self, cells: &JsonCells) -> Result<(), String> {
        match self.job.plan.names.iter().find(|name| cells.contains(name)) {
            Some(name) => {
                Err(format!("it has a member `{name}`, as the tags have; choose another prefix"))
            }
            None => Ok(()),
        }
    }

    fn tag_parquet(&mut self, batch: &RecordBatch) -> Result<(), ColumnarError> {
        let job = self.job;
        let (plan, shape) = (job.plan, job.input);
        let Columns { title, text, employer, place } = &shape.columns;
        let wanted: Vec<_> =
            [title, employer, place].into_iter().flatten().chain(text).copied().collect();
        let read = |n: &usize| wanted.contains(n);
        let records = MadeRecords::new(&shape.made, &wanted, batch)?;
        let all = matches!(plan.format, OutputFormat::Csv | OutputFormat::Tsv);
        let columns = batch.columns().iter().enumerate();
        let columns: Vec<_> = columns
            .map(|(n, column)| (all || read(&n)).then(|| TextColumn::new(column)).transpose())
            .collect::<Result<_, _>>()?;
        let objects = match plan.format {
            OutputFormat::JsonLines => Some(JsonRows::new(batch)?),
            _ => None,
        };
        self.encoder.begin(batch);
        for row in 0..batch.num_rows() {
            let text = |n: usize| {
                let column = columns.get(n).and_then(Option::as_ref);
                column.map_or(Cow::Borrowed(""), |column| Cow::Borrowed(column.get(row)))
            };
            let object = objects.as_ref().map_or(&[][..], |objects| objects.get(row));
            let made = records.row(row);
            let row = Row::Parquet { columns: &columns, object, row };
            self.tag_row(&row, |n| made.cell(n, text));
        }
        Ok(())
    }

    fn tag_row<'a>(&mut self, row: &Row<'_>, cell: impl Fn(usize) -> Cow<'a, str>) {
        let Columns { title, text, employer, place } = &self.job.input.columns;
        let cell_of = |n: &Option<usize>| n.map_or(Cow::Borrowed(""), &cell);
        let posting = Posting {
            title: cell_of(title),
            body: text.iter().map(|&n| cell(n)).collect(),
            employer: cell_of(employer),
        };
        let explained = self.tagger.explain(&posting);
        let tag = &explained.tag;
        let basis = Basis::of(&posting);
        let [_, words] = explained.words();
        self.summary.count(tag, words);
        self.summary.rows_by_title_alone += u64::from(basis == Basis::Title);
        if self.job.duplicates.is_some() {
            let ad = Ad {
                title: &posting.title,
                employer: &posting.employer,
                place: &cell_of(place),
                body: &posting.body,
            };
            self.signatures.push(Signature::of(&ad));
        }
        let cells = TagCells::new(&explained, basis, &mut self.evidence);
        self.encoder.row(row, &posting.title, &cells);
    }

    fn columnar(&self, source: ColumnarError) -> BatchError {
        TableError::Columnar { path: self.job.path.to_owned(), source }.into()
    }

    fn set_aside(&mut self, chunk: &Chunk, record: &Record, reason: String) {
        self.summary.count_set_aside();
        self.rejects.push(Reject {
            line: chunk.line_of(record),
            offset: chunk.offset_of(record),
            reason,
            raw: chunk.split(record).0.to_vec(),
        });
    }
}
