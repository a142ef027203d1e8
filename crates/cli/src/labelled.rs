use std::path::PathBuf;

use clap::Args;
use rolecall::Corpus;
use rolecall_evaluation::{EvaluateError, LabelColumns, LabelledPosting, LabelledPostings};

/// Labelled postings, as `evaluate` and `calibrate` take them.
#[derive(Debug, Args)]
pub(super) struct Labelled {
    /// Files with labels: CSV, TSV, JSON lines, Parquet
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The column of the label: a role id, or `none`
    #[arg(long, value_name = "COLUMN")]
    label_column: String,
    /// The column of another defensible answer; cells may be empty
    #[arg(long, value_name = "COLUMN")]
    second_column: Option<String>,
    /// The column that says how many postings of a natural mix a row stands for; cells may be empty
    #[arg(long, value_name = "COLUMN")]
    weight_column: Option<String>,
    /// Take titles and texts from this file by id; may be given several times [default: from the
    /// files with the labels]
    #[arg(long, value_name = "FILE")]
    postings: Vec<PathBuf>,
    /// The column of the id [default: id]
    #[arg(long, value_name = "COLUMN")]
    id_column: Option<String>,
    /// The column of the employer, whose postings are kept together [default: company, if there]
    #[arg(long, value_name = "COLUMN")]
    group_column: Option<String>,
    /// The column of the job board, from several of which a term must come [default: board, if there]
    #[arg(long, value_name = "COLUMN")]
    board_column: Option<String>,
    /// Report the values of these columns apart, separated by commas
    ///
    /// `@labels` is the name of the file with the label, `@postings` of the one with the text.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    by: Vec<String>,
    /// The column of the job title [default: found by name and content]
    #[arg(long, value_name = "COLUMN")]
    title_column: Option<String>,
    /// A column of the text; may be given several times [default: found by name and content]
    #[arg(long = "text-column", value_name = "COLUMN")]
    text_columns: Vec<String>,
}

impl Labelled {
    pub(super) fn read(&self, corpus: &Corpus) -> Result<Vec<LabelledPosting>, EvaluateError> {
        let columns = LabelColumns {
            label: self.label_column.clone(),
            second: self.second_column.clone(),
            weight: self.weight_column.clone(),
            id: self.id_column.clone(),
            group: self.group_column.clone(),
            board: self.board_column.clone(),
            by: self.by.clone(),
            title: self.title_column.clone(),
            text: self.text_columns.clone(),
            postings: self.postings.clone(),
        };
        Ok(LabelledPostings::read(&self.files, &columns, corpus)?.0)
    }

    /// Reads labelled titles, which have no texts.
    pub(super) fn read_titles(
        &self,
        files: &[PathBuf],
        corpus: &Corpus,
    ) -> Result<Vec<LabelledPosting>, EvaluateError> {
        let columns = LabelColumns {
            label: self.label_column.clone(),
            second: self.second_column.clone(),
            text: vec!["-".to_owned()],
            ..LabelColumns::default()
        };
        Ok(LabelledPostings::read(files, &columns, corpus)?.0)
    }

    /// Tells whether figures are reported apart.
    pub(super) fn has_parts(&self) -> bool {
        !self.by.is_empty()
    }

    /// Returns the names of the files, for the record.
    pub(super) fn names(&self) -> String {
        let names = self.files.iter().filter_map(|path| path.file_name());
        names.map(|name| name.to_string_lossy()).collect::<Vec<_>>().join(", ")
    }
}
