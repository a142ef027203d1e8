use clap::Args;
use encoding_rs::Encoding;
use rolecall_tables::GivenDialect;
use rolecall_tables::columns::GivenColumns;
use rolecall_tagging::{InputFormat, InputOptions};

/// What overrides what is found out about the inputs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub(super) struct Reading {
    /// The form of the inputs [default: found by content]
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<Format>,
    /// The encoding of the inputs, such as windows-1252 or utf-16le [default: by byte-order mark and
    /// content]
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<&'static Encoding>,
    /// The delimiter between cells: one character, or `tab` [default: found by content]
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// The quote around cells: one character, or `none` [default: found by content]
    #[arg(long, value_name = "CHAR", value_parser = quote)]
    quote: Option<Special>,
    /// What makes a quote inside a quoted cell a plain one: one character, or `none` for doubled
    /// quotes [default: found by content]
    #[arg(long, value_name = "CHAR", value_parser = quote)]
    escape: Option<Special>,
    /// Whether there is a line with the names of the columns [default: found by content]
    #[arg(long, value_name = "BOOL")]
    header: Option<bool>,
    /// Whether blanks around cells are no part of them, as in `"a" ; "b"` [default: found by content]
    #[arg(long, value_name = "BOOL")]
    skip_space: Option<bool>,
    /// How many lines stand before the header [default: found by content]
    #[arg(long, value_name = "LINES")]
    preamble: Option<usize>,
    /// Where in a JSON file the array of records is, such as data.jobs; empty for the outermost
    /// objects [default: found by content]
    #[arg(long, value_name = "PATH")]
    json_path: Option<String>,
    /// The column of the job title: a name, a position from 1, or `-` for none [default: found by
    /// name and content]
    #[arg(long, value_name = "COLUMN")]
    title_column: Option<String>,
    /// A column of the text; may be given several times [default: found by name and content]
    #[arg(long = "text-column", value_name = "COLUMN")]
    text_columns: Vec<String>,
    /// The column of the employer, which tells ads apart [default: found by name]
    #[arg(long, value_name = "COLUMN")]
    employer_column: Option<String>,
    /// The column of the place, which tells postings of an ad apart [default: found by name]
    #[arg(long, value_name = "COLUMN")]
    place_column: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Csv,
    Json,
    Parquet,
}

/// A character with a meaning, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Special(Option<u8>);

fn encoding(label: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(label.as_bytes())
        .ok_or_else(|| "expected a name such as utf-8, windows-1252, utf-16le".to_owned())
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        "space" | " " => Ok(b' '),
        "comma" => Ok(b','),
        "semicolon" => Ok(b';'),
        _ => match text.as_bytes() {
            // The tag columns are made of letters, digits and these.
            [byte] if byte.is_ascii_punctuation() && !b"\"'.-_+".contains(byte) => Ok(*byte),
            _ => Err("expected `tab` or one of ,;|:/~^# or the like, none of \"'.-_+".to_owned()),
        },
    }
}

fn quote(text: &str) -> Result<Special, String> {
    match text.as_bytes() {
        b"none" => Ok(Special(None)),
        [byte] if byte.is_ascii_punctuation() => Ok(Special(Some(*byte))),
        _ => Err("expected `none` or one character such as \" or '".to_owned()),
    }
}

impl Reading {
    pub(super) fn options(&self) -> InputOptions {
        InputOptions {
            format: self.input_format.map(|format| match format {
                Format::Csv => InputFormat::Csv,
                Format::Json => InputFormat::Json,
                Format::Parquet => InputFormat::Parquet,
            }),
            encoding: self.encoding,
            dialect: GivenDialect {
                delimiter: self.delimiter,
                quote: self.quote.map(|quote| quote.0),
                escape: self.escape.map(|escape| escape.0),
                skip_space: self.skip_space,
                preamble: self.preamble,
                has_header: self.header,
            },
            json_path: self.json_path.clone(),
            columns: GivenColumns {
                title: self.title_column.clone(),
                text: self.text_columns.clone(),
                employer: self.employer_column.clone(),
                place: self.place_column.clone(),
            },
            is_stopped: super::log::is_stopped,
        }
    }
}
