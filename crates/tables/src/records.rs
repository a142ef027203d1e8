//! Reads whole records of small or moderate files, one cell after another, in whatever form they
//! come: for labels and statistics, where no byte has to be kept.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;

use super::TableError;
use super::parquet::guarded;

/// A file of records with named columns: Parquet (`.parquet`), JSON lines (`.jsonl`, `.ndjson`),
/// and otherwise CSV, or TSV (`.tsv`).
#[derive(Debug, Clone)]
pub struct RecordFile {
    path: PathBuf,
    form: Form,
    header: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Parquet,
    JsonLines,
    Delimited(u8),
}

impl Form {
    fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("parquet") => Self::Parquet,
            Some("jsonl" | "ndjson") => Self::JsonLines,
            Some("tsv") => Self::Delimited(b'\t'),
            _ => Self::Delimited(b','),
        }
    }
}

impl RecordFile {
    /// Opens a file and reads the names of its columns. JSON lines have those of the first object.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read in the form that its name says, or is empty.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let mut file = Self { path: path.to_owned(), form: Form::of(path), header: Vec::new() };
        file.header = match file.form {
            Form::Parquet => {
                let reader = file.parquet()?;
                let schema = reader.metadata().file_metadata().schema();
                schema.get_fields().iter().map(|field| field.name().to_owned()).collect()
            }
            Form::JsonLines => {
                let mut names = Vec::new();
                file.for_each_object(|_, object| {
                    names = object.keys().cloned().collect();
                    ControlFlow::Break(())
                })?;
                names
            }
            Form::Delimited(delimiter) => {
                let mut reader = file.csv(delimiter)?;
                let header = reader.byte_headers().map_err(file.wrong_csv())?;
                let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
                let mut names: Vec<_> = header.iter().map(text).collect();
                if let Some(first) = names.first_mut() {
                    *first = first.trim_start_matches('\u{feff}').to_owned();
                }
                names
            }
        };
        if file.header.is_empty() {
            return Err(TableError::Empty { path: file.path });
        }
        Ok(file)
    }

    /// Returns where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Returns the position of a column by its name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// Returns the cells of the first records.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them can't be read.
    pub fn sample(&self, records: usize) -> Result<Vec<Vec<String>>, TableError> {
        let mut sample: Vec<Vec<String>> = Vec::new();
        self.for_each(|_, cells| {
            if sample.len() == records {
                return ControlFlow::Break(());
            }
            sample.push(cells.iter().map(|cell| cell.clone().into_owned()).collect());
            ControlFlow::Continue(())
        })?;
        Ok(sample)
    }

    /// Calls `found` with the place of each record (its line, or its number from 1) and its cells,
    /// one for each column, in order. Cells that are neither text nor numbers count as empty.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, or a record has too few or too many cells.
    pub fn for_each(
        &self,
        mut found: impl FnMut(u64, &[Cow<'_, str>]) -> ControlFlow<()>,
    ) -> Result<(), TableError> {
        match self.form {
            Form::Parquet => {
                let reader = self.parquet()?;
                let rows = guarded(|| reader.get_row_iter(None)).map_err(self.wrong_parquet());
                let mut rows = rows?;
                let mut next = || guarded(|| rows.next().transpose());
                for n in 1.. {
                    let Some(row) = next().map_err(self.wrong_parquet())? else { break };
                    let cells: Vec<_> =
                        row.get_column_iter().map(|(_, field)| of_field(field)).collect();
                    if found(n, &cells).is_break() {
                        break;
                    }
                }
            }
            Form::JsonLines => self.for_each_object(|line, object| {
                let cell = |name| object.get(name).map_or(Cow::Borrowed(""), of_value);
                found(line, &self.header.iter().map(cell).collect::<Vec<_>>())
            })?,
            Form::Delimited(delimiter) => {
                let mut reader = self.csv(delimiter)?;
                let mut record = csv::ByteRecord::new();
                while reader.read_byte_record(&mut record).map_err(self.wrong_csv())? {
                    let line = record.position().map_or(0, csv::Position::line);
                    let cells: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
                    if found(line, &cells).is_break() {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    fn for_each_object(
        &self,
        mut found: impl FnMut(u64, &serde_json::Map<String, Value>) -> ControlFlow<()>,
    ) -> Result<(), TableError> {
        let wrong = TableError::read(&self.path);
        let reader = BufReader::new(File::open(&self.path).map_err(&wrong)?);
        for (line, text) in (1..).zip(reader.lines()) {
            let text = text.map_err(&wrong)?;
            if text.trim().is_empty() {
                continue;
            }
            let object = serde_json::from_str(&text).map_err(|source| TableError::Json {
                path: self.path.clone(),
                line,
                source,
            })?;
            if found(line, &object).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn parquet(&self) -> Result<SerializedFileReader<File>, TableError> {
        let file = File::open(&self.path).map_err(TableError::read(&self.path))?;
        guarded(|| SerializedFileReader::new(file)).map_err(self.wrong_parquet())
    }

    fn csv(&self, delimiter: u8) -> Result<csv::Reader<File>, TableError> {
        let file = File::open(&self.path).map_err(TableError::read(&self.path))?;
        Ok(csv::ReaderBuilder::new().delimiter(delimiter).from_reader(file))
    }

    fn wrong_csv(&self) -> impl Fn(csv::Error) -> TableError + use<'_> {
        |source| TableError::Csv { path: self.path.clone(), source }
    }

    fn wrong_parquet(&self) -> impl Fn(ParquetError) -> TableError + use<'_> {
        |source| TableError::Parquet { path: self.path.clone(), source }
    }
}

fn of_field(field: &Field) -> Cow<'_, str> {
    match field {
        Field::Str(text) => text.into(),
        Field::Byte(_)
        | Field::Short(_)
        | Field::Int(_)
        | Field::Long(_)
        | Field::UByte(_)
        | Field::UShort(_)
        | Field::UInt(_)
        | Field::ULong(_)
        | Field::Float(_)
        | Field::Double(_) => field.to_string().into(),
        _ => "".into(),
    }
}

fn of_value(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        Value::Number(number) => number.to_string().into(),
        _ => "".into(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(suffix: &str, text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::Builder::new().suffix(suffix).tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn read(suffix: &str, text: &str) -> Result<(Vec<String>, Vec<Vec<String>>), String> {
        let file = file(suffix, text);
        let shown = |error: TableError| {
            error.to_string().replace(&file.path().display().to_string(), "FILE")
        };
        let records = RecordFile::open(file.path()).map_err(shown)?;
        Ok((records.header().to_owned(), records.sample(9).map_err(shown)?))
    }

    #[test]
    fn the_same_records_in_every_form() {
        let expected = (
            vec!["id".to_owned(), "n".to_owned()],
            vec![vec!["a,b".to_owned(), "1".to_owned()], vec!["é".to_owned(), String::new()]],
        );
        let csv = "\u{feff}id,n\n\"a,b\",1\né,\n";
        assert_eq!(read(".csv", csv).unwrap(), expected);
        assert_eq!(read(".tsv", "id\tn\na,b\t1\né\t\n").unwrap(), expected);
        let json = "{\"id\":\"a,b\",\"n\":1}\n\n{\"id\":\"é\",\"n\":null,\"more\":[1]}\n";
        assert_eq!(read(".jsonl", json).unwrap(), expected);
    }

    #[test]
    fn errors_name_file_and_line() {
        insta::assert_snapshot!(read(".csv", "").unwrap_err(), @"FILE: the file is empty, expected rows");
        insta::assert_snapshot!(read(".csv", "a,b\n1,2\n3\n").unwrap_err(), @"FILE: cannot read as CSV: CSV error: record 2 (line: 3, byte: 8): found record with 1 fields, but the previous record has 2 fields");
        insta::assert_snapshot!(read(".jsonl", "{\"a\":1}\n[]\n").unwrap_err(), @"FILE:2: expected a JSON object: invalid type: sequence, expected a map at line 1 column 0");
        insta::assert_snapshot!(read(".parquet", "PAR1").unwrap_err(), @"FILE: cannot read as Parquet: EOF: Parquet file too small. Size is 4 but need 8");
    }
}
