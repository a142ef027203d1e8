use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use rolecall::text::printable;
use rolecall_demand::columns_of_fields;
use rolecall_fields::GivenFields;
use rolecall_tagging::{Input, expand, path_value};
use serde_json::json;

use super::Data;
use super::exit::{self, Exit};
use super::reading::Reading;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Files, folders or patterns; `-` is standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: Reading,
}

pub(super) fn run(arguments: &Arguments, data: &Data) -> anyhow::Result<Exit> {
    let names = data.corpus()?.column_names;
    let options = arguments.reading.options();
    let mut out = io::stdout().lock();
    let mut exit = Exit::Done;
    for input in expand(&arguments.inputs)?.files {
        match Input::open(&input.path, &options, &names, Input::SNIFFED_CHUNK_BYTES) {
            Ok(mut input) if arguments.json => {
                let mut found = serde_json::to_value(input.found())?;
                found["path"] = path_value(&input.path);
                found["size"] = json!(input.size);
                let fields = columns_of_fields(&mut input, &GivenFields::default())?;
                found["fields"] = fields
                    .into_iter()
                    .collect::<BTreeMap<_, _>>()
                    .into_iter()
                    .map(|(field, columns)| (field.to_owned(), json!(columns)))
                    .collect::<serde_json::Map<_, _>>()
                    .into();
                found["columns_problem"] =
                    json!(input.columns.as_ref().err().map(ToString::to_string));
                writeln!(out, "{found}")?;
            }
            Ok(mut input) => {
                let mut line = input.description();
                for (field, columns) in columns_of_fields(&mut input, &GivenFields::default())? {
                    let names = columns.iter().map(|name| format!("`{}`", name.escape_debug()));
                    line += &format!(", {field} {}", names.collect::<Vec<_>>().join(" + "));
                }
                writeln!(out, "{}", printable(&line))?;
            }
            Err(error) => {
                exit::report(&error.into());
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}
