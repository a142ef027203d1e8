use proptest::prelude::*;

use super::*;
use crate::slow_reader::Pieces;

fn read_all<R: Read>(reader: &mut JsonReader<R>) -> Vec<Chunk> {
    std::iter::from_fn(|| reader.next_chunk().unwrap()).collect()
}

fn array(path: &[&str]) -> JsonLayout {
    JsonLayout::Array(path.iter().map(|&key| key.to_owned()).collect())
}

fn records(text: &str, layout: &JsonLayout) -> Vec<String> {
    let mut reader = JsonReader::new(text.as_bytes(), Vec::new(), layout);
    texts(&read_all(&mut reader))
}

fn texts(chunks: &[Chunk]) -> Vec<String> {
    let text = |chunk: &Chunk, record: &Record| {
        String::from_utf8_lossy(&chunk.bytes[record.range.clone()]).into_owned()
    };
    chunks.iter().flat_map(|chunk| chunk.records.iter().map(|r| text(chunk, r))).collect()
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let text = "[a-c{}\\[\\]\",:\\\\\n é]{0,8}";
    let leaf = prop_oneof![
        text.prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map(text, inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A file, its layout, and the elements that it holds.
fn file() -> impl Strategy<Value = (String, JsonLayout, Vec<serde_json::Value>)> {
    let object = prop::collection::hash_map("[a-c]{1,2}", json(), 0..4)
        .prop_map(|map| serde_json::Value::Object(map.into_iter().collect()));
    (prop::collection::vec(object, 0..6), 0..6, any::<bool>()).prop_map(
        |(objects, form, is_pretty)| {
            let shown = |value: &serde_json::Value| match is_pretty {
                true => serde_json::to_string_pretty(value).unwrap(),
                false => serde_json::to_string(value).unwrap(),
            };
            let join = |separator| objects.iter().map(shown).collect::<Vec<_>>().join(separator);
            let whole = serde_json::Value::from(objects.clone());
            let (text, layout) = match form {
                0 => (
                    objects.iter().map(|object| format!("{object}\n")).collect(),
                    JsonLayout::Lines,
                ),
                1 => (join("\r\n"), JsonLayout::Objects),
                2 => (shown(&whole), array(&[])),
                3 => {
                    let value =
                        serde_json::json!({"n": [{"jobs": []}], "jobs": whole, "z": {"a": []}});
                    (shown(&value), array(&["jobs"]))
                }
                4 => {
                    let value = serde_json::json!({"data": {"x": 1, "jobs": whole}, "jobs": 3});
                    (shown(&value), array(&["data", "jobs"]))
                }
                _ => (format!(" [{}] ", join(" , ")), array(&[])),
            };
            (text, layout, objects)
        },
    )
}

/// Checks what holds for any bytes, and returns the chunks.
fn check(bytes: &[u8], layout: &JsonLayout, chunk_bytes: usize, piece: usize) -> Vec<Chunk> {
    let mut reader =
        JsonReader::new(Pieces(bytes, piece), Vec::new(), layout).with_chunk_bytes(chunk_bytes);
    let (mut chunks, mut positions) = (Vec::new(), Vec::new());
    loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => chunks.push(chunk),
            Ok(None) => break,
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::InvalidData);
                assert!(chunks.is_empty());
                return chunks;
            }
        }
        positions.push(reader.position());
    }
    let shown = |chunks: &[Chunk]| format!("{chunks:?}");
    let whole = JsonReader::new(&[][..], bytes.to_vec(), layout);
    assert_eq!(shown(&read_all(&mut whole.with_chunk_bytes(chunk_bytes))), shown(&chunks));
    for (n, &(offset, line)) in positions.iter().enumerate() {
        let rest = &bytes[offset as usize..];
        let reader = JsonReader::at(rest, Vec::new(), layout, offset, line);
        let rest = read_all(&mut reader.with_chunk_bytes(chunk_bytes));
        assert_eq!(shown(&rest), shown(&chunks[n + 1..]));
    }
    for chunk in &chunks {
        let start = chunk.offset as usize;
        assert_eq!(&bytes[start..start + chunk.bytes.len()], chunk.bytes);
        let lines = bytes[..start].iter().filter(|&&byte| byte == b'\n').count();
        assert_eq!(chunk.line, 1 + lines as u64);
    }
    chunks
}

proptest! {
    #[test]
    fn records_are_the_elements(
        (text, layout, objects) in file(), chunk_bytes in 1usize..200, piece in 1usize..50,
    ) {
        let chunks = check(text.as_bytes(), &layout, chunk_bytes, piece);
        let found: Vec<serde_json::Value> =
            texts(&chunks).iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        prop_assert_eq!(found, objects);
    }

    #[test]
    fn no_byte_is_lost_in_broken_files(
        (text, layout, _) in file(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), "[a\\[\\]{}\",:\n\\\\ 1]"), 1..4),
        cut in any::<prop::sample::Index>(),
        chunk_bytes in 1usize..200,
    ) {
        let mut bytes = text.into_bytes();
        prop_assume!(!bytes.is_empty());
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte.as_bytes()[0];
        }
        bytes.truncate(cut.index(bytes.len() * 4).min(bytes.len()));
        let chunks = check(&bytes, &layout, chunk_bytes, 7);
        // Bytes between records are separators, brackets of the layout or its wrapper.
        let mut end = None;
        let whole = matches!(layout, JsonLayout::Lines | JsonLayout::Objects);
        let none = [];
        let plain = matches!(&layout, JsonLayout::Array(keys) if keys.is_empty());
        for chunk in chunks.iter().chain([&Chunk { offset: bytes.len() as u64, records: vec![Record { range: 0..0, kind: RecordKind::Whole }], ..Chunk::default() }]) {
            for record in &chunk.records {
                let start = chunk.offset as usize + record.range.start;
                let between = &bytes[end.unwrap_or(0)..start];
                if whole || plain {
                    let allowed: &[u8] = if whole { &none } else { b"[]" };
                    prop_assert!(
                        between.iter().all(|byte| is_white(*byte) || *byte == b',' || allowed.contains(byte))
                            || (end.is_none() && chunks.is_empty()),
                        "{:?} in {:?}", String::from_utf8_lossy(between), String::from_utf8_lossy(&bytes)
                    );
                }
                end = Some(chunk.offset as usize + record.range.end);
            }
        }
    }

    #[test]
    fn any_bytes_can_be_read(
        bytes in "[a\\[\\]{}\",:\n\u{c}\\\\ 1]{0,60}", form in 0..4, chunk_bytes in 1usize..40,
    ) {
        let layout = match form {
            0 => JsonLayout::Lines,
            1 => JsonLayout::Objects,
            2 => array(&[]),
            _ => array(&["a"]),
        };
        check(bytes.as_bytes(), &layout, chunk_bytes, 3);
    }
}

#[test]
fn a_form_feed_is_a_record_that_is_broken() {
    let two = "{\"a\":1}\n\u{c}\n{\"a\":2}";
    let expected = ["{\"a\":1}", "\u{c}", "{\"a\":2}"];
    assert_eq!(records(two, &JsonLayout::Lines), expected);
    assert_eq!(records("{\"a\":1}\n\u{c}", &JsonLayout::Lines), expected[..2]);
}

#[test]
fn reading_goes_on_behind_broken_records() {
    let read = |text| records(text, &array(&[]));
    let two = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
    // A quote is missing; all that follows would be read inside out.
    assert_eq!(
        read(r#"[{"a":"x, "b":1},{"a":"y","b":2}]"#),
        two(r#"{"a":"x, "b":1}"#, r#"{"a":"y","b":2}"#)
    );
    // A word that is not JSON, with objects behind it that are no records.
    assert_eq!(
        read(r#"[{"a":None,"b":[{"c":1},{"c":2}]},{"d":2}]"#),
        two(r#"{"a":None,"b":[{"c":1},{"c":2}]}"#, r#"{"d":2}"#)
    );
    assert_eq!(read(r#"[{"a":{"b":1},{"a":3}]"#), two(r#"{"a":{"b":1}"#, r#"{"a":3}"#));
    assert_eq!(read(r#"[{"a":[1,2},{"a":3}]"#), two(r#"{"a":[1,2}"#, r#"{"a":3}"#));
    assert_eq!(read(r#"[stray words, {"a":3}]"#), two("stray words", r#"{"a":3}"#));
    assert_eq!(read(r#"[{"a":3}, {"a":"cut"#), two(r#"{"a":3}"#, r#"{"a":"cut"#));
    assert_eq!(read("[{\"a\":1},\n3, null]"), ["{\"a\":1}", "3", "null"]);
    let wrapped = records(r#"{"jobs":[{"a":1}],{"b":2}],"n":{"x":1}}"#, &array(&["jobs"]));
    assert_eq!(wrapped, two(r#"{"a":1}"#, r#"{"b":2}"#));
}

#[test]
fn documents_may_follow_one_another() {
    let pages = "{\"n\":1,\"jobs\":[{\"a\":1}]}\n{\"n\":2,\"jobs\":[{\"a\":2}]}\n";
    assert_eq!(records(pages, &array(&["jobs"])), ["{\"a\":1}", "{\"a\":2}"]);
    assert_eq!(
        records("[{\"a\":1}]\n[{\"a\":2}] end", &array(&[])),
        ["{\"a\":1}", "{\"a\":2}", "end"]
    );
    assert_eq!(records("\u{feff}[{\"a\":1}]", &array(&[])), ["{\"a\":1}"]);
    let lines = records("{\"a\":1}\r\n\n {broken\n{\"a\":2}", &JsonLayout::Lines);
    assert_eq!(lines, ["{\"a\":1}", "{broken", "{\"a\":2}"]);
}

#[test]
fn the_end_of_a_cut_file_is_noticed() {
    for (text, expected) in [
        ("{\"jobs\":[{\"a\":1}]}\n", false),
        ("{\"jobs\":[{\"a\":1}]", true),
        ("{\"jobs\":[{\"a\":1},", true),
    ] {
        let mut reader = JsonReader::new(text.as_bytes(), Vec::new(), &array(&["jobs"]));
        assert_eq!(read_all(&mut reader).len(), 1);
        assert_eq!(reader.ends_early(), expected, "{text}");
    }
}

#[test]
fn a_missing_array_is_an_error() {
    let error = |text: &str, path: &[&str]| {
        let mut reader = JsonReader::new(text.as_bytes(), Vec::new(), &array(path));
        reader.next_chunk().unwrap_err().to_string()
    };
    insta::assert_snapshot!(error(" {\"a\":[]}", &["a", "b"]), @"expected an array of JSON objects at `a.b`, found no such array");
    insta::assert_snapshot!(error("{\"a\":1}", &[]), @"expected an array of JSON objects outermost in the file, found no such array");
    insta::assert_snapshot!(error("{\"a\":1,,", &["b"]), @"expected an array of JSON objects at `b`, found not JSON at byte 8 of the record: expected a key in quotes, found `,`");
}

#[test]
fn a_record_that_is_too_long_is_not_held() {
    let long = "{},[".repeat(MAX_RECORD_BYTES / 4 + 999);
    let too_long = format!("{{\"a\":\"{long}\"}}");
    let layouts = [
        (JsonLayout::Lines, format!("{{\"b\":1}}\n{too_long}\n{{\"b\":2}}\n")),
        (JsonLayout::Objects, format!("{{\"b\":1}}\n{too_long}\n{{\"b\":2}}\n")),
        (array(&[]), format!("[{{\"b\":1}},\n{too_long},\n{{\"b\":2}}]\n")),
    ];
    for (layout, text) in layouts {
        let chunks = check(text.as_bytes(), &layout, CHUNK_BYTES, 1 << 20);
        let kinds: Vec<_> =
            chunks.iter().flat_map(|chunk| &chunk.records).map(|r| r.kind).collect();
        let whole = RecordKind::Whole;
        assert_eq!(kinds, [whole, RecordKind::TooLong(too_long.len() as u64), whole]);
        assert_eq!((chunks[2].line, chunks[2].bytes.as_slice()), (3, &b"{\"b\":2}"[..]));
    }
}
