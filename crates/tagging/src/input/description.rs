//! Says what was found out about an input.

use std::collections::BTreeMap;

use encoding_rs::UTF_8;
use rolecall_tables::{Compression, Dialect, JsonLayout};

use super::{Form, FoundForm, Input};
use crate::InputDescription;

impl Input {
    /// Returns what was found out.
    pub fn found(&self) -> InputDescription {
        let mut dialect = BTreeMap::new();
        let mut set = |name: &str, value: String| drop(dialect.insert(name.to_owned(), value));
        let format = match &self.form {
            Form::Csv { layout, .. } => {
                let Dialect { delimiter, quote, escape, skip_space } = layout.dialect;
                // As the options of the same names take them.
                let plain = |byte: u8| char::from(byte).to_string();
                set("delimiter", plain(delimiter));
                set("quote", quote.map_or("none".to_owned(), plain));
                set("escape", escape.map_or("none".to_owned(), plain));
                set("skip_space", skip_space.to_string());
                set("preamble", layout.preamble.to_string());
                set("header", layout.has_header.to_string());
                "csv"
            }
            Form::Json { layout, .. } => {
                match layout {
                    JsonLayout::Lines => set("records", "lines".to_owned()),
                    JsonLayout::Objects => set("records", "objects".to_owned()),
                    JsonLayout::Array(keys) => {
                        set("records", "array".to_owned());
                        set("path", keys.join("."));
                    }
                }
                "json"
            }
            Form::Parquet => "parquet",
            Form::Table => "table",
        };
        let name = |&n: &usize| self.names.get(n).filter(|name| !name.is_empty()).cloned();
        let columns = self.columns.as_ref().ok();
        InputDescription {
            format: format.to_owned(),
            compression: self.compression.as_str().to_owned(),
            encoding: self.detected.encoding.name().to_owned(),
            dialect,
            columns: self.header.clone(),
            form: self.posting_form.as_ref().map(|form| form.name.clone()),
            title: columns.and_then(|columns| columns.title.as_ref().and_then(name)),
            text: columns
                .map_or_else(Vec::new, |columns| columns.text.iter().filter_map(name).collect()),
        }
    }

    /// Describes what was found, in one line for people.
    pub fn description(&self) -> String {
        let name = |n: usize| match self.names.get(n).map_or("", String::as_str) {
            "" => None,
            name => Some(format!("`{}`", name.escape_debug())),
        };
        let mut parts = Vec::new();
        match &self.form {
            Form::Csv { layout, .. } => {
                let Dialect { delimiter, quote, escape, .. } = layout.dialect;
                parts.push(shown(delimiter));
                match quote {
                    Some(b'"') => {}
                    Some(quote) => parts.push(format!("quote {}", shown(quote))),
                    None => parts.push("no quotes".to_owned()),
                }
                parts.extend(escape.map(|escape| format!("escape {}", shown(escape))));
                match layout.preamble {
                    0 => {}
                    1 => parts.push("1 line before the header".to_owned()),
                    lines => parts.push(format!("{lines} lines before the header")),
                }
                if !layout.has_header {
                    parts.push("no header".to_owned());
                }
            }
            Form::Json { layout, .. } => parts.push(match layout {
                JsonLayout::Lines => "JSON lines".to_owned(),
                JsonLayout::Objects => "JSON objects".to_owned(),
                JsonLayout::Array(keys) if keys.is_empty() => "JSON array".to_owned(),
                JsonLayout::Array(keys) => {
                    format!("JSON array at `{}`", keys.join(".").escape_debug())
                }
            }),
            Form::Parquet => parts.push("Parquet".to_owned()),
            Form::Table => parts.push("table".to_owned()),
        }
        if self.compression != Compression::None {
            parts.push(self.compression.as_str().to_owned());
        }
        if self.detected.encoding != UTF_8 {
            parts.push(self.detected.encoding.name().to_owned());
        }
        parts.push(format!("{} columns", self.header.len()));
        match &self.columns {
            Ok(columns) => {
                let title = columns.title.and_then(name).unwrap_or_else(|| "none".to_owned());
                let text: Vec<_> = columns.text.iter().filter_map(|&n| name(n)).collect();
                let text = if text.is_empty() { "none".to_owned() } else { text.join(" + ") };
                parts.push(format!("title {title}"));
                parts.push(format!("text {text}"));
            }
            Err(_) => parts.push("title and text not found".to_owned()),
        }
        if let Some(FoundForm { name, note, .. }) = &self.posting_form {
            let note = note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
            parts.push(format!("the form of {name}{note}"));
        }
        for role in &self.tags.roles {
            parts.push(format!("tagged before (`{}` and what belongs to it)", role.escape_debug()));
        }
        format!("{}: {}", self.path.display(), parts.join(", "))
    }
}

/// Names a byte with a meaning.
pub(super) fn shown(byte: u8) -> String {
    match byte {
        b',' => "comma".to_owned(),
        b'\t' => "tab".to_owned(),
        b';' => "semicolon".to_owned(),
        b' ' => "space".to_owned(),
        other => format!("`{}`", char::from(other).escape_debug()),
    }
}
