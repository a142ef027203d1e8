//! What one thread does with a portion of an input: read the rows, tag them, write them.

use encoding_rs::Encoding;
use rolecall::{Classifier, Tagger};
use rolecall_dedup::{Ad, Duplicates, Signature, Verdict};
use rolecall_tables::columns::Columns;
use rolecall_tables::{ColumnarError, Compression, TableError};

use super::encode::{Encoder, OutputFormat, Plan};
use super::input::{
    CsvRow, Input, InputPosition, Portion, RawRow, ReadColumns, Row, RowEvent, RowFormat,
    RowPosition, Rows,
};
use super::rejects::Reject;
use super::sequencer::Sequencer;
use super::tags::{Basis, TagCells};
use super::{BatchError, Summary};

/// What all threads need to know of an input.
pub(super) struct Job<'j> {
    pub(super) plan: &'j Plan,
    pub(super) format: RowFormat,
    /// The columns that postings are read from.
    pub(super) columns: Columns,
    read: ReadColumns,
    compression: Compression,
    /// Takes turns to look for duplicates.
    pub(super) duplicates: Option<&'j Sequencer<DuplicateState>>,
}

impl<'j> Job<'j> {
    pub(super) fn new(
        plan: &'j Plan,
        input: &Input,
        columns: Columns,
        compression: Compression,
        duplicates: Option<&'j Sequencer<DuplicateState>>,
    ) -> Self {
        let format = input.row_format();
        let Columns { title, text, employer, place } = &columns;
        let posting = [title, employer, place].into_iter().flatten().chain(text).copied();
        // Rows that are written anew have all their cells.
        let is_written = matches!(plan.format, OutputFormat::Csv | OutputFormat::Tsv);
        let all = (0..format.width).filter(|_| is_written);
        let read = ReadColumns {
            wanted: posting.chain(all).collect(),
            of_batch: None,
            objects: plan.format == OutputFormat::JsonLines,
        };
        Self { plan, format, columns, read, compression, duplicates }
    }
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
    /// Where the next one starts.
    pub(super) end: InputPosition,
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
            encoder: Encoder::new(job.plan, &job.format.form),
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
        let job = self.job;
        // Of a portion that is UTF-8 all rows are.
        let may_be_other = match &portion.rows {
            Rows::Csv(chunk) => Encoding::utf8_valid_up_to(&chunk.bytes) < chunk.bytes.len(),
            Rows::Json(_) => false,
            Rows::Typed(batch) => {
                self.encoder.begin(batch);
                false
            }
        };
        job.format.read(&portion, &job.read, |event| match event {
            RowEvent::Row(row) => self.tag_row(row, may_be_other),
            // A blank line stays where it is.
            RowEvent::Blank(bytes) => self.encoder.blank(bytes),
            RowEvent::NoRow(position, reason) => self.set_aside(position, reason.to_owned()),
            RowEvent::Unreadable(position, reason) => self.set_aside(position, reason),
        })?;
        let damage = portion.damage();
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
                let compressed = self.job.compression.compress(bytes);
                compressed.map_err(BatchError::write(&self.job.format.path))?
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
        })
    }

    fn tag_row(&mut self, row: &Row<'_>, may_be_other: bool) {
        let plan = self.job.plan;
        match &row.raw {
            RawRow::Csv(CsvRow { bytes, cells, is_sound, .. }) => {
                let (is_other, width) =
                    (may_be_other && std::str::from_utf8(bytes).is_err(), self.job.format.width);
                self.summary.rows_in_another_encoding += u64::from(is_other);
                self.summary.rows_with_stray_quotes += u64::from(!is_sound);
                self.summary.rows_filled_up += u64::from(cells.len() < width);
                self.summary.rows_with_more_cells += u64::from(cells.len() > width);
            }
            RawRow::Json { cells, .. } => {
                // A member that no record of the sample had may be called like a tag.
                if let Some(name) = plan.names.iter().find(|name| cells.contains(name)) {
                    let reason = format!(
                        "it has a member `{name}`, as the tags have; choose another prefix"
                    );
                    return self.set_aside(row.position(), reason);
                }
                let is_kept_apart = plan.has_extra && cells.has_rest();
                self.summary.rows_with_late_members += u64::from(is_kept_apart);
            }
            RawRow::Parquet { .. } => {}
        }
        let posting = row.posting(&self.job.columns);
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
                place: &row.cell_of(self.job.columns.place),
                body: &posting.body,
            };
            self.signatures.push(Signature::of(&ad));
        }
        let cells = TagCells::new(&explained, basis, &mut self.evidence);
        self.encoder.row(&row.raw, &posting.title, &cells);
    }

    fn columnar(&self, source: ColumnarError) -> BatchError {
        TableError::Columnar { path: self.job.format.path.clone(), source }.into()
    }

    fn set_aside(&mut self, position: RowPosition<'_>, reason: String) {
        self.summary.count_set_aside();
        self.rejects.push(Reject {
            line: position.line(),
            offset: position.offset(),
            reason,
            raw: position.bytes().to_vec(),
        });
    }
}
