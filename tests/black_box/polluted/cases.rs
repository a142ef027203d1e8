//! The table with one pollution each, and what is to be read of it.

use super::table::{COMMON, Quoting, ROWS, Writer, cells, table};

/// A polluted file.
pub struct Case {
    /// What pollution it has; the cases of a kind are counted together.
    pub kind: String,
    pub file: Vec<u8>,
    /// The header, if there is one, and the rows.
    pub expected: Vec<Vec<String>>,
    pub has_header: bool,
}

struct Cases(Vec<Case>);

impl Cases {
    fn add(&mut self, kind: &str, file: impl Into<Vec<u8>>, expected: &[Vec<String>]) {
        let (kind, file, expected) = (kind.to_owned(), file.into(), expected.to_vec());
        self.0.push(Case { kind, file, expected, has_header: true });
    }

    fn add_headless(&mut self, kind: &str, file: impl Into<Vec<u8>>, expected: &[Vec<String>]) {
        let (kind, file, expected) = (kind.to_owned(), file.into(), expected.to_vec());
        self.0.push(Case { kind, file, expected, has_header: false });
    }
}

pub fn cases() -> Vec<Case> {
    let mut cases = Cases(Vec::new());
    dialects(&mut cases);
    blanks(&mut cases);
    parts(&mut cases);
    lines_around(&mut cases);
    tables(&mut cases);
    rows(&mut cases, COMMON, "");
    rows(&mut cases, Writer { quoting: Quoting::All, ..COMMON }, ", all quoted");
    characters(&mut cases);
    encodings(&mut cases);
    cases.0
}

fn dialects(cases: &mut Cases) {
    let all = table();
    for quoting in [Quoting::Needed, Quoting::All] {
        let common = Writer { quoting, ..COMMON };
        for delimiter in [",", ";", "\t", "|", " ", ", "] {
            let file = Writer { delimiter, ..common }.file(&all);
            cases.add(&format!("delimiter {delimiter:?}"), file, &all);
        }
        for end in ["\n", "\r", "\r\n", "\r\r\n"] {
            let file = Writer { end, ..common }.file(&all);
            cases.add(&format!("record end {end:?}"), file, &all);
        }
        let mixed = all.iter().enumerate().map(|(n, row)| {
            let end = ["\r\n", "\n", "\r", "\n\n"][n % 4];
            Writer { end, ..common }.row(row)
        });
        cases.add("record ends mixed", mixed.collect::<String>(), &all);
        for delimiter in [",", ";", "\t"] {
            let common = Writer { delimiter, ..common };
            let single = Writer { quote: "'", ..common };
            cases.add("quote ' doubled", Writer { escape: "'", ..single }.file(&all), &all);
            cases.add("quote ' escaped by \\", Writer { escape: "\\", ..single }.file(&all), &all);
            cases.add("quote ' not escaped", Writer { escape: "", ..single }.file(&all), &all);
            cases.add("escape \\", Writer { escape: "\\", ..common }.file(&all), &all);
            cases.add("no escape", Writer { escape: "", ..common }.file(&all), &all);
        }
    }
}

/// Parts the cells by blanks that stand in unquoted cells, too.
fn blanks(cases: &mut Cases) {
    let mut all = table();
    let words =
        ["Nurse", "EHR Trainer", "Nurses' Aide (day)", "Clerk for Tables, Round", "Head of it all"];
    for (n, row) in all.iter_mut().enumerate().skip(1) {
        row[5] = words[n % 5].to_owned();
    }
    let blank = Writer { delimiter: " ", quoting: Quoting::NoBlanks, ..COMMON };
    let cut = |row: &Vec<String>| -> Vec<String> {
        let is_quoted = |cell: &&String| blank.cell(cell).starts_with('"') || cell.is_empty();
        let cells = row.iter().flat_map(|cell| match is_quoted(&cell) {
            true => vec![cell.clone()],
            false => cell.split(' ').map(str::to_owned).collect(),
        });
        cells.collect()
    };
    let expected: Vec<_> = all.iter().map(cut).collect();
    cases.add("delimiter \" \" in unquoted cells, too", blank.file(&all), &expected);
    let unspaced: Vec<_> = all.iter().map(|row| [&row[..5], &row[6..]].concat()).collect();
    cases.add("delimiter \" \" in unquoted cells, too", blank.file(&unspaced), &unspaced);
}

fn parts(cases: &mut Cases) {
    let all = table();
    cases.add("no payload", "", &[]);
    for quoting in [Quoting::Needed, Quoting::All] {
        let common = Writer { quoting, ..COMMON };
        for delimiter in [",", ";", "\t"] {
            let writer = Writer { delimiter, ..common };
            cases.add("header only", writer.file(&all[..1]), &all[..1]);
            cases.add("header only", writer.file(&all[..1]).trim_end_matches("\r\n"), &all[..1]);
            cases.add("one data row", writer.file(&all[..2]), &all[..2]);
            cases.add("one data row", writer.file(&all[..2]).trim_end_matches("\r\n"), &all[..2]);
            cases.add_headless("no header", writer.file(&all[1..]), &all[1..]);
            cases.add_headless("one row, no header", writer.file(&all[1..2]), &all[1..2]);
        }
        for column in [0, 3, 5, 6, 7] {
            let column: Vec<_> = all.iter().map(|row| vec![row[column].clone()]).collect();
            cases.add("one column", common.file(&column), &column);
            cases.add("one column, one row", common.file(&column[..2]), &column[..2]);
        }
        for pair in [[0, 1], [3, 6], [5, 6], [2, 4]] {
            let pair = |row: &Vec<String>| pair.map(|column| row[column].clone()).to_vec();
            let columns: Vec<_> = all.iter().map(pair).collect();
            cases.add("two columns", common.file(&columns), &columns);
        }
    }
    let lists = [
        ["title", "Nurse", "EHR Trainer", "Nurses' Aide (day)", "Trainer", "Head of it all"],
        ["name", "Ada Lark", "Ben van Ree", "Cy Moss", "Di Fen", "Eve Lo Rush"],
        ["note", "It is late.", "No, it is not.", "So: go home, and sleep; now.", "Why?", "Oh!"],
        ["link", "http://example.org/a", "http://example.org/b?c=1", "-", "http://example.org", ""],
        ["amount", "1,204,000", "998,500", "870,250", "12,000", "7"],
        [
            "opened",
            "2021-03-04 08:30",
            "2021-03-04 09:30",
            "2021-03-05 10:00",
            "",
            "2021-03-07 11:15",
        ],
    ];
    for list in lists {
        let rows: Vec<_> = (0..ROWS).map(|n| if n == 0 { 0 } else { n % 5 + 1 }).collect();
        let rows: Vec<_> = rows.into_iter().map(|n| cells([list[n]])).collect();
        let lines: String = rows.iter().map(|row| row[0].clone() + "\n").collect();
        let rows: Vec<_> = rows.into_iter().filter(|row| !row[0].is_empty()).collect();
        cases.add(&format!("one column, nothing quoted: {}", list[0]), lines, &rows);
    }
    let mut wide = vec![(0..5000).map(|n| format!("column {n}")).collect::<Vec<_>>()];
    for row in 0..ROWS {
        wide.push((0..5000).map(|n| ["", "x", "1, 2", "7"][(n + row) % 4].to_owned()).collect());
    }
    cases.add("5000 columns", COMMON.file(&wide), &wide);
    for column in [0, 4, 8] {
        let mut long = all.clone();
        long[0][column] = format!("A long name, {}", "of a column ".repeat(5000));
        cases.add("a very long name", COMMON.file(&long), &long);
        let mut unnamed = all.clone();
        unnamed[0][column] = String::new();
        cases.add("a name missing", COMMON.file(&unnamed), &unnamed);
    }
    let more: Vec<_> = all.iter().map(|row| [&row[..], &[String::new()]].concat()).collect();
    cases.add("a delimiter after each row", COMMON.file(&more), &more);
    let rows = [&all[..1], &more[1..]].concat();
    cases.add("a delimiter after each row but the header", COMMON.file(&rows), &rows);
}

fn lines_around(cases: &mut Cases) {
    let all = table();
    let plain = COMMON.file(&all);
    cases.add("no line end at the end", plain.trim_end(), &all);
    cases.add("blank lines at the end", format!("{plain}\r\n"), &all);
    cases.add("blank lines at the end", format!("{plain}\r\n\r\n\r\n"), &all);
    cases.add("blank lines at the start", format!("\r\n\r\n{plain}"), &all);
    for row in [1, 2, 9, ROWS] {
        let mut lines: Vec<_> = all.iter().map(|row| COMMON.row(row)).collect();
        lines.insert(row, "\r\n\r\n".to_owned());
        cases.add("blank lines between", lines.concat(), &all);
    }
    let empty = ",".repeat(8) + "\r\n";
    for lines in [
        "Jobs of June\r\n",
        "Jobs of June, all\r\n",
        "Jobs\r\n\r\nof June, all\r\n",
        "# made in June\r\n# by the ward, daily\r\n",
        "\"Jobs of June, all\"\r\nWard: 7\r\n\r\n",
        &format!("Jobs{empty}{empty}"),
        &format!("Jobs{empty}"),
        &format!("{empty}June{empty}"),
    ] {
        cases.add("lines before the header", format!("{lines}{plain}"), &all);
    }
    for lines in [
        vec![cells(["Source: the ward"])],
        vec![cells(["Total", "30"])],
        vec![cells(["Footnote"]), cells(["made in June, by the ward"])],
        vec![[cells(["Footnote"]), vec![String::new(); 8]].concat()],
    ] {
        let expected = [all.clone(), lines.clone()].concat();
        cases.add("footers", COMMON.file(&expected), &expected);
        cases.add("footers", format!("{plain}\r\n{}", COMMON.file(&lines)), &expected);
    }
}

fn tables(cases: &mut Cases) {
    let all = table();
    for lines in [2, 3] {
        let same = [vec![all[0].clone(); lines], all[1..].to_vec()].concat();
        cases.add("header of several lines", COMMON.file(&same), &same);
        let units = cells(["day", "hour", "", "text", "dollars", "text", "text", "", ""]);
        let mixed = [all[..1].to_vec(), vec![units; lines - 1], all[1..].to_vec()].concat();
        cases.add("header of several lines", COMMON.file(&mixed), &mixed);
    }
    for row in [2, 16, ROWS] {
        let mut twice = all.clone();
        twice.insert(row, all[0].clone());
        cases.add("header repeated", COMMON.file(&twice), &twice);
    }
    for (kind, width) in [("fewer", 5), ("more", 11), ("as many", 9)] {
        let second: Vec<Vec<String>> = all[..=10]
            .iter()
            .map(|row| (0..width).map(|n| row.get(n).cloned().unwrap_or_default()).collect())
            .collect();
        let both = [all.clone(), second.clone()].concat();
        let kind = format!("two tables, the second of {kind} columns");
        cases.add(&kind, COMMON.file(&both), &both);
        cases.add(&kind, format!("{}\r\n{}", COMMON.file(&all), COMMON.file(&second)), &both);
        let both = [second.clone(), all.clone()].concat();
        cases.add(&kind, COMMON.file(&both), &both);
    }
}

/// Pollutes each row, or the header, once.
fn rows(cases: &mut Cases, writer: Writer, name: &str) {
    let all = table();
    let lines: Vec<_> = all.iter().map(|row| writer.row(row)).collect();
    for row in 0..all.len() {
        let mut polluted = |kind: &str, line: String, cells: Vec<String>| {
            let (mut lines, mut expected) = (lines.clone(), all.clone());
            lines[row] = line;
            expected[row] = cells;
            let place = if row == 0 { ", in the header" } else { "" };
            let kind = format!("{kind}{place}{name}");
            cases.add(&kind, lines.concat(), &expected);
        };
        let cells = &all[row];
        let raw: Vec<_> = cells.iter().map(|cell| writer.cell(cell)).collect();
        for column in 0..cells.len() {
            let mut more = cells.clone();
            more.insert(column, String::new());
            polluted("a delimiter more", writer.row(&more), more);
            let [before, after] = [&raw[..column], &raw[column..]].map(|raw| raw.join(","));
            let merged = match column {
                0 => continue,
                // What a doubled quote is.
                _ if raw[column - 1].ends_with('"') && raw[column].starts_with('"') => {
                    format!("{}\"{}", cells[column - 1], cells[column])
                }
                _ => format!("{}{}", cells[column - 1], raw[column]),
            };
            let fewer = [&cells[..column - 1], &[merged], &cells[column + 1..]].concat();
            let kind = match raw[column].starts_with('"') && !raw[column - 1].ends_with('"') {
                true => "a delimiter missing before a quoted cell",
                false => "a delimiter missing",
            };
            polluted(kind, format!("{before}{after}\r\n"), fewer);
        }
        polluted("cut off", writer.row(&cells[..4]), cells[..4].to_vec());
        for column in 0..cells.len() {
            let mut quoted = |kind: &str, cell: String, text: String| {
                let (mut raw, mut expected) = (raw.clone(), cells.clone());
                raw[column] = cell;
                expected[column] = text;
                polluted(kind, raw.join(",") + "\r\n", expected);
            };
            let (raw, text) = (&raw[column], &cells[column]);
            match raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
                Some(inside) => {
                    let middle = inside.find(' ').unwrap_or(inside.len() / 2);
                    let (first, second) = inside.split_at(middle);
                    let at = text.find(' ').unwrap_or(text.len() / 2);
                    let (start, end) = text.split_at(at);
                    let kind = "a quote more in a quoted cell";
                    quoted(
                        &format!("{kind}, before"),
                        format!("\"\"{inside}\""),
                        format!("\"{text}"),
                    );
                    quoted(
                        &format!("{kind}, after"),
                        format!("\"{inside}\"\""),
                        format!("{text}\""),
                    );
                    quoted(
                        &format!("{kind}, inside"),
                        format!("\"{first}\"{second}\""),
                        format!("{start}\"{end}"),
                    );
                }
                None => {
                    let kind = "a quote more in an unquoted cell";
                    for (place, cell) in
                        [("before", format!("\"{text}")), ("after", format!("{text}\""))]
                    {
                        quoted(&format!("{kind}, {place}"), cell.clone(), cell);
                    }
                }
            }
        }
        for delimiter in [";", "\t"] {
            let line = Writer { delimiter, ..writer }.row(cells);
            polluted("another delimiter in a row", line, cells.clone());
        }
    }
}

fn characters(cases: &mut Cases) {
    let all = table();
    for (kind, extra) in
        [("NUL bytes", "\0"), ("form feeds", "\u{c}"), ("substitutes at the end", "\u{1a}")]
    {
        let mut expected = all.clone();
        for row in expected.iter_mut().skip(1).step_by(3) {
            row[3].push_str(extra);
            row[6].insert_str(4, extra);
        }
        cases.add(kind, COMMON.file(&expected), &expected);
    }
    let bare = |cell: &String| cell.replace([',', ';', '\n'], " ");
    let bare: Vec<Vec<_>> = all.iter().map(|row| row.iter().map(bare).collect()).collect();
    for delimiter in [",", ";", "\t", "|"] {
        let lines: String = bare.iter().map(|row| row.join(delimiter) + "\n").collect();
        cases.add("quotes in unquoted cells", lines, &bare);
    }
}

fn encodings(cases: &mut Cases) {
    let all = table();
    let plain = COMMON.file(&all);
    cases.add("UTF-8 with a mark", format!("\u{feff}{plain}"), &all);
    let (old, _, _) = encoding_rs::WINDOWS_1252.encode(&plain);
    cases.add("windows-1252", old.into_owned(), &all);
    for mark in ["", "\u{feff}"] {
        let units: Vec<u16> = format!("{mark}{plain}").encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        cases.add("UTF-16", little, &all);
        cases.add("UTF-16", big, &all);
    }
    let mut short = vec![cells(["id", "title", "city"])];
    for (encoding, rows) in [
        (
            encoding_rs::WINDOWS_1252,
            [["Pfleger für Ärzte", "Köln"], ["Infirmière diplômée", "Nîmes"]],
        ),
        (encoding_rs::ISO_8859_15, [["Enfermero señor", "Logroño"], ["Técnico de día", "Málaga"]]),
        (
            encoding_rs::WINDOWS_1250,
            [
                ["Pielęgniarka środowiskowa", "Łódź"],
                ["Zdravotní sestra, úvazek čtvrtinový", "Plzeň"],
            ],
        ),
        (
            encoding_rs::WINDOWS_1251,
            [["Медицинская сестра", "Москва"], ["Врач общей практики", "Казань"]],
        ),
        (
            encoding_rs::SHIFT_JIS,
            [["看護師の募集です", "東京都"], ["データ分析を担当する", "大阪府"]],
        ),
        (encoding_rs::GBK, [["护士长招聘", "北京市"], ["数据分析师", "上海市"]]),
        (encoding_rs::EUC_KR, [["간호사 모집합니다", "서울"], ["데이터 분석가", "부산"]]),
    ] {
        for count in [1, 2, 12] {
            short.truncate(1);
            for n in 0..count {
                let [title, city] = rows[n % 2];
                short.push(cells([&(n + 1).to_string(), title, city]));
            }
            let text = COMMON.file(&short);
            let (bytes, _, is_lossy) = encoding.encode(&text);
            assert!(!is_lossy);
            cases.add(&format!("{}, {count} rows", encoding.name()), bytes.into_owned(), &short);
        }
    }
}
