//! An input that is open, with its form found out and its columns known.

mod cut;
mod derived_columns;
mod description;
mod head;
mod known_columns;
mod late_members;
mod options;
mod rows;
mod sample;
mod start;
mod table;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

pub use self::cut::Cut;
pub use self::derived_columns::Made;
use self::derived_columns::{MadeRecords, MadeRow};
pub use self::head::Head;
use self::known_columns::{FirstRows, FoundForm, Known, know};
pub use self::options::{InputFormat, InputOptions};
pub(crate) use self::rows::{CsvRow, RawRow};
pub use self::rows::{ReadColumns, Row, RowEvent, RowFormat, RowPosition};
use self::sample::SAMPLE_ROWS;
pub use self::sample::sample_rows;
pub use self::table::Batches;
use self::table::TableReader;
use rolecall::posting::ColumnNames;
use rolecall_tables::columns::{Columns, ColumnsError, EarlierTags};
use rolecall_tables::{
    Chunk, ChunkReader, Compression, Damage, Decoder, Detected, Dialect, DigestView, Digested,
    JsonColumns, JsonLayout, JsonReader, Layout, Malformed, ParquetBatches, ParquetRows, Source,
    TableError, detect as detect_encoding, refuse_unsupported,
};

use self::start::{CsvStart, json_sample, parquet_sample, unmarked};

/// Bytes that are looked at to find the form of a file.
const SNIFFED_BYTES: u64 = 256 << 10;

/// Rows of a Parquet file that are read at once.
const PARQUET_ROWS: usize = 4096;

/// An open input.
pub struct Input {
    /// The path as it was given; `-` is standard input.
    pub path: PathBuf,
    /// The size in bytes, where it is known.
    pub size: Option<u64>,
    /// How it is compressed.
    pub compression: Compression,
    /// How its text is encoded.
    pub detected: Detected,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The columns of title and text, or why they are not known.
    pub columns: Result<Columns, ColumnsError>,
    /// The names of the columns, and behind them those of the columns that are made.
    pub names: Vec<String>,
    /// The cells of the first rows, those that are made too.
    pub sample: Vec<Vec<String>>,
    /// Its form, with what is known of it.
    pub form: Form,
    /// The columns that are made.
    pub made: Arc<Made>,
    /// The form of its postings, if it is one that is known.
    pub posting_form: Option<FoundForm>,
    /// The tag columns that an earlier run left in it.
    tags: EarlierTags,
    reader: Reader,
    /// The first portion, which was read to find the columns.
    first: Option<Portion>,
    /// The portion behind the last one that was given out, if it was looked for, and if there is one.
    ahead: Option<Option<Result<Portion, TableError>>>,
    digest: Digest,
    damage: Damage,
    malformed: Malformed,
    chunk_bytes: usize,
}

/// The form of an input.
#[derive(Debug, Clone)]
pub enum Form {
    /// Delimited text.
    Csv {
        /// Its dialect, and where its rows start.
        layout: Layout,
        /// What stands before the rows.
        head: Head,
        /// What ends a line.
        terminator: Vec<u8>,
    },
    /// JSON objects.
    Json {
        /// Where they lie.
        layout: JsonLayout,
        /// Their members.
        columns: JsonColumns,
    },
    /// Parquet.
    Parquet,
    /// A table in memory.
    Table,
}

enum Reader {
    Csv(ChunkReader<Box<dyn Read + Send>>),
    Json(JsonReader<Box<dyn Read + Send>>),
    Parquet { file: ParquetRows, batches: ParquetBatches },
    Table(TableReader),
}

impl Reader {
    /// Tells, once there is nothing more to read, whether the file ends before its array does.
    fn ends_early(&self) -> bool {
        matches!(self, Self::Json(reader) if reader.ends_early())
    }
}

/// How much of a file was read.
#[derive(Clone)]
pub enum Digest {
    Stream(DigestView),
    /// The whole file was digested before.
    Whole(Digested),
}

impl Digest {
    pub fn now(&self) -> Digested {
        match self {
            Self::Stream(view) => view.now(),
            Self::Whole(digested) => digested.clone(),
        }
    }
}

/// Some rows of an input.
pub struct Portion {
    /// The rows.
    pub rows: Rows,
    /// What is left of the file, if it is damaged behind these rows.
    pub cut: Option<Cut>,
    /// Where the next portion starts.
    pub end: InputPosition,
}

/// The rows of a portion, as the input has them.
pub enum Rows {
    /// Records of delimited text.
    Csv(Chunk),
    /// JSON objects.
    Json(Chunk),
    /// Rows of typed columns: of a Parquet file, or of a table.
    Typed(RecordBatch),
}

/// How far an input was read, from where reading can go on.
#[derive(Debug, Clone)]
pub struct InputPosition {
    /// Decoded bytes; of typed files rows.
    pub offset: u64,
    /// Lines.
    pub lines: u64,
    /// What was read of the file.
    pub digested: Digested,
}

impl Input {
    /// A size of chunks that is enough to find out what an input is.
    pub const SNIFFED_CHUNK_BYTES: usize = 1 << 20;

    /// Opens an input, finds out its form, and finds the title and text columns in the first
    /// rows. The path `-` is standard input. `chunk_bytes` is about how much of a text file is
    /// read at once.
    ///
    /// # Errors
    ///
    /// Returns an error if the input can't be read, is in no form that is known, or is empty.
    pub fn open(
        path: &Path,
        options: &InputOptions,
        names: &ColumnNames,
        chunk_bytes: usize,
    ) -> Result<Self, TableError> {
        let wrong = TableError::read(path);
        let mut source = Source::open(path, options.is_stopped).map_err(&wrong)?;
        let mut start = Vec::new();
        (&mut source.reader).take(SNIFFED_BYTES).read_to_end(&mut start).map_err(&wrong)?;
        // Where Parquet is encrypted as a whole, it starts with `PARE`.
        let has_magic = start.starts_with(b"PAR1") || start.starts_with(b"PARE");
        let is_parquet = has_magic && source.compression == Compression::None;
        if options.format == Some(InputFormat::Parquet) || options.format.is_none() && is_parquet {
            return Self::open_parquet(path, options, names);
        }
        let is_all = (start.len() as u64) < SNIFFED_BYTES;
        let detected = match options.encoding {
            Some(encoding) => Detected::given(encoding, &start),
            None => detect_encoding(&start, is_all)
                .map_err(|source| TableError::Encoding { path: path.to_owned(), source })?,
        };
        // Half of UTF-16 is zeros, and who names an encoding knows that it is text.
        let is_guessed = options.encoding.is_none() && !is_utf16(&detected);
        if detected.encoding == UTF_8 || is_guessed {
            refuse_unsupported(path, &start)?;
        }
        let digest = source.digest();
        let (start, reader, malformed) =
            decoded(&detected, start, source.reader).map_err(&wrong)?;
        let is_all = (start.len() as u64) < SNIFFED_BYTES;
        let json = match options.format {
            Some(InputFormat::Csv) => None,
            _ => JsonLayout::sniff(unmarked(&start), is_all, options.json_path.as_deref())
                .map_err(|source| TableError::JsonLayout { path: path.to_owned(), source })?,
        };
        let is_json = options.format == Some(InputFormat::Json);
        let json = json.or(is_json.then_some(JsonLayout::Lines));
        let empty = || match source.damage.now() {
            Some(what) => {
                let compression = source.compression.as_str();
                wrong(io::Error::other(format!("the {compression} data can't be read: {what}")))
            }
            None => TableError::Empty { path: path.to_owned() },
        };
        let (form, first_rows, reader, first) = match json {
            Some(layout) => {
                let mut reader =
                    JsonReader::new(reader, start, &layout).with_chunk_bytes(chunk_bytes);
                let chunk = reader.next_chunk().map_err(&wrong)?.ok_or_else(empty)?;
                let (columns, first_rows) = json_sample(&chunk);
                let first = Portion::new(Rows::Json(chunk), reader.position(), digest.now());
                (Form::Json { layout, columns }, first_rows, Reader::Json(reader), first)
            }
            None => {
                let layout = Layout::sniff(unmarked(&start), is_all, &options.dialect);
                let mut reader = ChunkReader::new(reader, start, &layout.dialect)
                    .with_preamble(layout.preamble)
                    .with_chunk_bytes(chunk_bytes);
                let mut chunk = reader.next_chunk().map_err(&wrong)?.ok_or_else(empty)?;
                let start = CsvStart::take(&layout, &mut chunk).ok_or_else(empty)?;
                let reader = reader.with_width(start.header.len());
                let first = Portion::new(Rows::Csv(chunk), reader.position(), digest.now());
                let CsvStart { head, terminator, header, sample } = start;
                let first_rows = FirstRows::of_table(header, sample);
                (Form::Csv { layout, head, terminator }, first_rows, Reader::Csv(reader), first)
            }
        };
        let header = first_rows.header.clone();
        let further = late_members::Further { path, detected: &detected, form: &form };
        let known = know(names, first_rows, &options.columns, &|name| further.has(name));
        let Known { names, sample, columns, made, form: posting_form, tags } = known;
        Ok(Self {
            path: path.to_owned(),
            size: source.size,
            compression: source.compression,
            detected,
            columns,
            names,
            sample,
            header,
            form,
            made: Arc::new(made),
            posting_form,
            tags,
            reader,
            first: Some(first),
            ahead: None,
            damage: source.damage,
            digest: Digest::Stream(digest),
            malformed,
            chunk_bytes,
        })
    }

    fn open_parquet(
        path: &Path,
        options: &InputOptions,
        names: &ColumnNames,
    ) -> Result<Self, TableError> {
        let size = fs::metadata(path).map_err(TableError::read(path))?.len();
        let file = ParquetRows::open(path)?;
        let first_rows = match file.batches(0, SAMPLE_ROWS).next().transpose()? {
            Some(batch) => parquet_sample(path, &batch)?,
            None => FirstRows::of_table(file.header(), Vec::new()),
        };
        let batches = file.batches(0, PARQUET_ROWS);
        let reader = Reader::Parquet { file, batches };
        let input = Self::typed(path, Form::Parquet, reader, first_rows, options, names);
        Ok(Self { size: Some(size), ..input })
    }

    /// Makes an input of typed columns, given its first rows.
    fn typed(
        path: &Path,
        form: Form,
        reader: Reader,
        first_rows: FirstRows,
        options: &InputOptions,
        names: &ColumnNames,
    ) -> Self {
        let header = first_rows.header.clone();
        let known = know(names, first_rows, &options.columns, &|_| false);
        let Known { names, sample, columns, made, form: posting_form, tags } = known;
        Self {
            path: path.to_owned(),
            size: None,
            compression: Compression::None,
            detected: Detected::given(UTF_8, &[]),
            columns,
            names,
            sample,
            header,
            form,
            made: Arc::new(made),
            posting_form,
            tags,
            reader,
            first: None,
            ahead: None,
            damage: Damage::default(),
            digest: Digest::Whole(Digested::default()),
            malformed: Malformed::default(),
            chunk_bytes: 0,
        }
    }

    /// Reads only what some columns need, those that are made too, if the file is one of columns. Returns the
    /// columns of the file that are read for them, in order.
    pub fn read_only(&mut self, columns: &[usize]) -> Vec<usize> {
        let mut read: Vec<_> = columns.iter().flat_map(|&n| self.made.read_for(n)).collect();
        read.sort_unstable();
        read.dedup();
        match &mut self.reader {
            Reader::Parquet { file, batches } => {
                *file = file.clone().only(&read);
                *batches = file.batches(0, PARQUET_ROWS);
            }
            Reader::Table(reader) => reader.only(&read),
            Reader::Csv(_) | Reader::Json(_) => {}
        }
        read
    }

    /// Returns the dialect; that of plain CSV if the file is none.
    pub fn dialect(&self) -> Dialect {
        match &self.form {
            Form::Csv { layout, .. } => layout.dialect,
            _ => Dialect::default(),
        }
    }

    /// Returns the names of the columns of a CSV file, if it has a line of them.
    pub fn line_of_names(&self) -> &[String] {
        match &self.form {
            Form::Csv { layout, .. } if layout.has_header => &self.header,
            _ => &[],
        }
    }

    /// Makes ready to read from the start. Parquet is not read from start to end, so that the file
    /// is digested here.
    pub fn start(&mut self) -> io::Result<()> {
        if let Reader::Parquet { .. } = self.reader {
            self.digest = Digest::Whole(digest_whole(&self.path)?);
        }
        Ok(())
    }

    /// Goes on from where an earlier run has come to.
    pub(crate) fn resume(&mut self, from: &InputPosition) -> io::Result<()> {
        (self.first, self.ahead) = (None, None);
        let InputPosition { offset: position, lines, digested } = from;
        let Self { path, detected, malformed, damage, chunk_bytes, .. } = self;
        let is_plain = detected.encoding == UTF_8;
        let mut open = || -> io::Result<(Box<dyn Read + Send>, DigestView)> {
            let skipped = if is_plain { *position } else { 0 };
            let source = Source::resume(path, digested.clone(), skipped)?;
            let digest = source.digest();
            *damage = source.damage.clone();
            if is_plain {
                return Ok((source.reader, digest));
            }
            let mut decoder = Decoder::new(source.reader, Vec::new(), detected);
            *malformed = decoder.malformed();
            io::copy(&mut (&mut decoder).take(*position), &mut io::sink())?;
            Ok((Box::new(decoder), digest))
        };
        match (&mut self.reader, &self.form) {
            (Reader::Csv(old), Form::Csv { layout, .. }) => {
                let (reader, digest) = open()?;
                *old = ChunkReader::at(reader, Vec::new(), &layout.dialect, *position, lines + 1)
                    .with_width(self.header.len())
                    .with_chunk_bytes(*chunk_bytes);
                self.digest = Digest::Stream(digest);
            }
            (Reader::Json(old), Form::Json { layout, .. }) => {
                let (reader, digest) = open()?;
                *old = JsonReader::at(reader, Vec::new(), layout, *position, lines + 1)
                    .with_chunk_bytes(*chunk_bytes);
                self.digest = Digest::Stream(digest);
            }
            (Reader::Parquet { file, batches }, _) => {
                *batches = file.batches(*position, PARQUET_ROWS);
                self.digest = Digest::Whole(match self.size == Some(digested.bytes) {
                    true => digested.clone(),
                    false => digest_whole(path)?,
                });
            }
            _ => {}
        }
        Ok(())
    }

    fn read_portion(&mut self) -> Result<Option<Portion>, TableError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let wrong = TableError::read(&self.path);
        let (rows, position) = match &mut self.reader {
            Reader::Csv(reader) => {
                let chunk = reader.next_chunk().map_err(wrong)?;
                (chunk.map(Rows::Csv), reader.position())
            }
            Reader::Json(reader) => {
                let chunk = reader.next_chunk().map_err(wrong)?;
                (chunk.map(Rows::Json), reader.position())
            }
            Reader::Parquet { batches, .. } => {
                let batch = batches.next().transpose()?;
                (batch.map(Rows::Typed), (batches.next_row(), 1))
            }
            Reader::Table(reader) => {
                let batch = reader.next().map_err(wrong)?;
                (batch.map(Rows::Typed), (reader.next_row(), 1))
            }
        };
        let digested = self.digest.now();
        Ok(rows.map(|rows| Portion::new(rows, position, digested)))
    }

    /// Returns a view on how much was read.
    pub fn digest(&self) -> Digest {
        self.digest.clone()
    }

    /// Returns a view on how many malformed sequences were replaced.
    pub fn malformed(&self) -> Malformed {
        self.malformed.clone()
    }

    /// Returns the Parquet file, if it is one.
    pub(crate) fn parquet(&self) -> Option<&ParquetRows> {
        match &self.reader {
            Reader::Parquet { file, .. } => Some(file),
            _ => None,
        }
    }

    /// Returns the columns of title and text.
    ///
    /// # Errors
    ///
    /// Returns an error that says why they are not known.
    pub fn known_columns(&self) -> Result<Columns, TableError> {
        let wrong = |source| TableError::Columns { path: self.path.clone(), source };
        self.columns.clone().map_err(wrong)
    }
}

fn is_utf16(detected: &Detected) -> bool {
    [UTF_16LE, UTF_16BE].contains(&detected.encoding)
}

fn digest_whole(path: &Path) -> io::Result<Digested> {
    Digested::of(File::open(path)?, u64::MAX)
}

/// Decodes the first bytes and what follows; UTF-8 stays as it is.
fn decoded(
    detected: &Detected,
    start: Vec<u8>,
    reader: Box<dyn Read + Send>,
) -> io::Result<(Vec<u8>, Box<dyn Read + Send>, Malformed)> {
    if detected.encoding == UTF_8 {
        return Ok((start, reader, Malformed::default()));
    }
    let mut decoder = Decoder::new(reader, start, detected);
    let mut start = Vec::new();
    (&mut decoder).take(SNIFFED_BYTES).read_to_end(&mut start)?;
    let malformed = decoder.malformed();
    Ok((start, Box::new(decoder), malformed))
}
