use proptest::prelude::*;

use super::*;

/// Splits bytes into records as they arrive in pieces of a size.
fn split(
    dialect: &Dialect,
    width: Option<usize>,
    bytes: &[u8],
    piece: usize,
) -> Vec<(Vec<u8>, RecordKind)> {
    let mut scanner = RecordScanner::new(dialect);
    scanner.width = width;
    let (mut records, mut start) = (Vec::new(), 0);
    let mut have = 0;
    while have < bytes.len() {
        have = (have + piece).min(bytes.len());
        while let Some((end, kind)) = scanner.next_end(&bytes[..have], have == bytes.len()) {
            records.push((bytes[start..end].to_vec(), kind));
            start = end;
        }
    }
    assert_eq!(start, bytes.len());
    records
}

fn read(dialect: &Dialect, bytes: &[u8]) -> Vec<csv::ByteRecord> {
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(dialect.delimiter).escape(dialect.escape);
    if let Some(quote) = dialect.quote {
        builder.quote(quote);
    } else {
        builder.quoting(false);
    }
    let mut reader = builder.has_headers(false).flexible(true).from_reader(bytes);
    reader.byte_records().map(Result::unwrap).collect()
}

fn dialects() -> impl Strategy<Value = Dialect> {
    let quote = prop_oneof![Just(Some(b'"')), Just(Some(b'\'')), Just(None)];
    (prop_oneof![Just(b','), Just(b' ')], quote, prop_oneof![Just(None), Just(Some(b'\\'))])
        .prop_map(|(delimiter, quote, escape)| Dialect {
            delimiter,
            quote,
            escape: escape.filter(|_| quote.is_some()),
            skip_space: false,
        })
}

/// Decides by the rule itself, looking at all the rest for every record.
fn plainly<'a>(
    dialect: &Dialect,
    mut width: Option<usize>,
    bytes: &'a [u8],
) -> Vec<(&'a [u8], RecordKind)> {
    let mut records = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut scanner = RecordScanner::new(dialect);
        scanner.width = width;
        let (end, kind) = scanner.next_end(rest, true).unwrap();
        width = scanner.width;
        records.push((&rest[..end], kind));
        rest = &rest[end..];
    }
    records
}

proptest! {
    #[test]
    fn records_are_those_of_the_csv_crate_unless_a_quote_is_stray(
        text in "[ab,\"'\\\\\r\n é]{0,40}",
        piece in 1usize..9,
        dialect in dialects(),
    ) {
        // A width of one is no sign of stray quotes.
        let records = split(&dialect, Some(1), text.as_bytes(), piece);
        prop_assert_eq!(records.iter().flat_map(|(bytes, _)| bytes.clone()).collect::<Vec<_>>(), text.as_bytes());
        let stray = records.iter().position(|(_, kind)| *kind == RecordKind::StrayQuote);
        // Blank lines are no records to the csv crate, and a byte-order mark is not tried here.
        let one_by_one: Vec<_> = records[..stray.unwrap_or(records.len())]
            .iter()
            .flat_map(|(record, _)| {
                let found = read(&dialect, record);
                assert!(found.len() <= 1);
                found
            })
            .collect();
        let mut expected = read(&dialect, text.as_bytes());
        if stray.is_some() {
            // The csv crate takes all the rest for one record.
            expected.pop();
        }
        prop_assert_eq!(one_by_one, expected);
    }

    #[test]
    fn nothing_but_the_width_and_the_bytes_ahead_matter(
        text in "((a|\"x|\"|\"\"|,|\",\"|\"x\",\"|\r|\\\\){1,6}\n?){0,12}",
        piece in 1usize..40,
        dialect in dialects(),
        width in prop_oneof![Just(None), (1usize..5).prop_map(Some)],
    ) {
        let found = split(&dialect, width, text.as_bytes(), piece);
        let found: Vec<_> = found.iter().map(|(bytes, kind)| (bytes.as_slice(), *kind)).collect();
        prop_assert_eq!(found, plainly(&dialect, width, text.as_bytes()));
    }
}

fn kinds(text: &str) -> Vec<(String, RecordKind)> {
    split(&Dialect::default(), None, text.as_bytes(), 7)
        .into_iter()
        .map(|(bytes, kind)| (String::from_utf8(bytes).unwrap(), kind))
        .collect()
}

fn whole(text: &str) -> (String, RecordKind) {
    (text.to_owned(), RecordKind::Whole)
}

#[test]
fn a_stray_quote_takes_no_other_row_with_it() {
    for stray in ["5,\"12 inch,foo\n", "5,foo,\"\n", "\"5,foo,bar\n", "\"a\",\"b,c\n"] {
        for next in ["6,\"bar\",baz\n", "6,bar,\"baz\"\n", "\"6\",bar,baz\n", "6,bar,baz\n"] {
            let text = format!("a,b,c\n1,2,3\n{stray}{next}7,8,9\n\"1\",\"1\n0\",\"1\"\n");
            let found = kinds(&text);
            let expected = [
                whole("a,b,c\n"),
                whole("1,2,3\n"),
                (stray.to_owned(), RecordKind::StrayQuote),
                whole(next),
                whole("7,8,9\n"),
                whole("\"1\",\"1\n0\",\"1\"\n"),
            ];
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn line_breaks_in_quotes_are_no_ends() {
    let records =
        ["a,b\n", "1,\"one, two\n\nthree \"\"four\"\", five\"\n", "3,4\r\n", "5,\"six\r\n\""];
    let expected: Vec<_> =
        records.iter().map(|&record| (record.to_owned(), RecordKind::Whole)).collect();
    assert_eq!(kinds(&records.concat()), expected);
}

#[test]
fn quotes_that_are_not_doubled_are_no_ends() {
    for text in [
        "2,\"badly <a href=\"\"x\"\">\n escaped, \"quotes\" here\",4\n",
        "2,\"5\" disk, new\",4\n",
        "2,\"disk, 5\"\",4\n",
        "2,3,\"disk, 5\"\"\n",
        "\"2,\"a, b\",4\n",
    ] {
        let found = kinds(&format!("a,b,c\n{text}3,\"x\",y\n"));
        let next = whole("3,\"x\",y\n");
        assert_eq!(found[1..], [(text.to_owned(), RecordKind::StrayQuote), next]);
    }
}

#[test]
fn time_is_linear_whatever_quotes_are_open() {
    for line in ["\"x\",\"\n", ",\"", "\"\"\"x\n", "a,\"b\n", "\"x\",\"\nx\n"] {
        let text = format!("a,b\n{}", line.repeat((3 << 20) / line.len()));
        let records = split(&Dialect::default(), None, text.as_bytes(), 1 << 16);
        assert!(records.len() > 1);
    }
}
