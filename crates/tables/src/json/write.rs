//! Writes records as JSON objects, one line each.

use std::borrow::Cow;

use super::text::{push_one_line, push_string};

/// A value that is added to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonValue<'a> {
    /// A string, given without quotes and escapes.
    Text(&'a str),
    /// Any value, given as its JSON.
    Spelled(&'a str),
}

/// Appends the object of a record to `out`, with more members behind its own and without line breaks
/// between its tokens; everything else stays byte for byte. No line break is put behind it.
///
/// The record must be an object that [`JsonCells`](super::JsonCells) reads, and have none of the
/// keys itself.
pub fn splice(out: &mut Vec<u8>, record: &[u8], fields: &[(&str, JsonValue<'_>)]) {
    let record = record.trim_ascii();
    if fields.is_empty() {
        push_one_line(out, record);
        return;
    }
    let members = record.strip_suffix(b"}").unwrap_or(record).trim_ascii_end();
    push_one_line(out, members);
    let is_first = members == b"{";
    push_fields(out, fields, is_first);
    out.push(b'}');
}

/// Appends an object to `out`, made of cells under their names and more members behind them. No line
/// break is put behind it.
///
/// `names` are those of [`unique_names`](crate::unique_names). A name without a cell has an empty
/// string, and a cell without a name is called `column_3` by its position from 1.
pub fn write_object<'c>(
    out: &mut Vec<u8>,
    names: &[String],
    cells: impl IntoIterator<Item = Cow<'c, str>>,
    fields: &[(&str, JsonValue<'_>)],
) {
    out.push(b'{');
    let mut cells = cells.into_iter();
    let mut position = 0;
    loop {
        let (name, cell) = match (names.get(position), cells.next()) {
            (Some(name), cell) => (Cow::Borrowed(name.as_str()), cell.unwrap_or_default()),
            (None, Some(cell)) => (Cow::Owned(format!("column_{}", position + 1)), cell),
            (None, None) => break,
        };
        if position > 0 {
            out.push(b',');
        }
        push_string(out, &name);
        out.push(b':');
        push_string(out, &cell);
        position += 1;
    }
    push_fields(out, fields, position == 0);
    out.push(b'}');
}

fn push_fields(out: &mut Vec<u8>, fields: &[(&str, JsonValue<'_>)], mut is_first: bool) {
    for (key, value) in fields {
        if !is_first {
            out.push(b',');
        }
        is_first = false;
        push_string(out, key);
        out.push(b':');
        match value {
            JsonValue::Text(text) => push_string(out, text),
            JsonValue::Spelled(json) => out.extend_from_slice(json.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::unique_names;

    fn spliced(record: &str) -> String {
        let mut out = Vec::new();
        let fields =
            [("onc_role", JsonValue::Text("a \"b\"")), ("onc_score", JsonValue::Spelled("0.50"))];
        splice(&mut out, record.as_bytes(), &fields);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn members_are_added_and_nothing_else_changes() {
        let tags = r#""onc_role":"a \"b\"","onc_score":0.50}"#;
        assert_eq!(spliced("{}"), format!("{{{tags}"));
        assert_eq!(spliced(" {\n } "), format!("{{{tags}"));
        assert_eq!(
            spliced(r#"{"a" :1.0, "b":"\u00e9}"}"#),
            format!(r#"{{"a" :1.0, "b":"\u00e9}}",{tags}"#)
        );
        assert_eq!(
            spliced("{\r\n  \"a\": [\r\n    1,\r\n    2\r\n  ],\r\n  \"b\": {}\r\n}\r\n"),
            format!("{{\"a\": [1,2],\"b\": {{}},{tags}")
        );
        let mut out = Vec::new();
        splice(&mut out, b"{\n \"a\": 1\n}", &[]);
        assert_eq!(out, b"{\"a\": 1}");
    }

    proptest! {
        #[test]
        fn objects_hold_the_cells(
            header in prop::collection::vec("[a\"\\\\é\n]{0,2}", 0..5),
            cells in prop::collection::vec("\\PC{0,8}|[\u{0}-\u{2f}]{0,4}", 0..5),
        ) {
            let names = unique_names(&header);
            let mut out = Vec::new();
            let tag = [("tag", JsonValue::Text("x"))];
            write_object(&mut out, &names, cells.iter().map(|cell| cell.as_str().into()), &tag);
            prop_assert!(!out.contains(&b'\n'));
            let object: serde_json::Map<String, Value> = serde_json::from_slice(&out).unwrap();
            prop_assert_eq!(object.len(), names.len().max(cells.len()) + 1);
            for (n, name) in names.iter().enumerate() {
                let expected = cells.get(n).map_or("", String::as_str);
                prop_assert_eq!(&object[name], expected);
            }
        }

        #[test]
        fn spliced_objects_hold_what_they_held(
            texts in prop::collection::hash_map("[a-c]", "[a\n{}\"\\\\,]{0,6}", 0..4),
        ) {
            let mut object: serde_json::Map<String, Value> =
                texts.into_iter().map(|(key, text)| (key, vec![Value::from(text)].into())).collect();
            let pretty = serde_json::to_string_pretty(&object).unwrap();
            let found: Value = serde_json::from_str(&spliced(&pretty)).unwrap();
            object.insert("onc_role".into(), "a \"b\"".into());
            object.insert("onc_score".into(), 0.5.into());
            prop_assert_eq!(found, Value::Object(object));
        }
    }
}
