//! Small files of every common dialect, whose layout is known: how often it is guessed right.
//!
//! The kinds of contents are those of the tables that CSV dialects were studied on (van den Burg
//! and others, Wrangling messy CSV files by detecting row and type patterns, 2019; the W3C tests of
//! CSV on the Web); the contents are invented.

use std::collections::BTreeMap;

use rolecall_tables::{GivenDialect, Layout};

/// A table without its dialect: lines of cells, which are parted by `¦` here.
struct Content {
    name: &'static str,
    header: &'static str,
    rows: &'static [&'static str],
}

const CONTENTS: [Content; 32] = [
    Content {
        name: "numbers",
        header: "id¦count¦total",
        rows: &["1¦23¦456", "2¦7¦89", "3¦1001¦5", "4¦-2¦0", "5¦12¦99"],
    },
    Content {
        name: "fractions",
        header: "x¦y¦z",
        rows: &["0.5¦1.25¦-3.75", "10.0¦2.5¦8.125", "1e5¦0.1¦7.0", "3.3¦4.4¦5.5"],
    },
    Content {
        name: "decimal commas",
        header: "item¦price¦share",
        rows: &["bread¦2,50¦0,3", "milk¦1,19¦0,15", "butter¦3,05¦0,45", "salt¦0,99¦0,1"],
    },
    Content {
        name: "thousands",
        header: "city¦people¦budget",
        rows: &[
            "Bonn¦331,885¦1,204,000",
            "Graz¦291,134¦998,500",
            "Turku¦195,137¦870,250",
            "Split¦160,577¦2,000,001",
        ],
    },
    Content {
        name: "ISO dates",
        header: "opened¦closed¦state",
        rows: &[
            "2021-03-04¦2021-04-01¦done",
            "2021-03-09¦2021-05-11¦open",
            "2022-12-24¦2023-01-02¦done",
            "2023-06-30¦2023-07-01¦late",
        ],
    },
    Content {
        name: "dates and times",
        header: "start¦end¦room",
        rows: &[
            "04.03.2021 08:30¦04.03.2021 09:15¦A1",
            "05.03.2021 10:00¦05.03.2021 11:45¦B2",
            "08.03.2021 13:20¦08.03.2021 14:00¦A1",
        ],
    },
    Content {
        name: "times",
        header: "runner¦split¦finish",
        rows: &["Ada¦00:31:02¦01:04:55", "Ben¦00:29:59¦01:01:10", "Cy¦00:40:00¦01:22:13"],
    },
    Content {
        name: "addresses of pages",
        header: "page¦visits¦title",
        rows: &[
            "https://example.org/jobs?id=1&lang=en¦12¦Nurse",
            "https://example.org/jobs?id=22&lang=de¦7¦Trainer",
            "http://example.com/a/b,c;d¦130¦Analyst",
            "https://example.net/~ward/¦1¦Home",
        ],
    },
    Content {
        name: "JSON in cells",
        header: "id¦data¦state",
        rows: &[
            "1¦{\"skills\": [\"SQL\", \"R\"], \"years\": 3}¦new",
            "2¦{\"skills\": [], \"years\": 0}¦old",
            "3¦{\"skills\": [\"HL7\"], \"years\": 12}¦new",
        ],
    },
    Content {
        name: "empty cells",
        header: "a¦b¦c¦d",
        rows: &["1¦¦¦", "¦2¦¦", "¦¦3¦", "¦¦¦4", "5¦¦¦6"],
    },
    Content {
        name: "sentences",
        header: "id¦title¦description",
        rows: &[
            "1¦Nurse¦Cares for patients, day and night, on two wards.",
            "2¦EHR Trainer¦Trains staff, writes guides, answers questions, and travels.",
            "3¦Data Analyst¦Counts, compares, explains; no weekends.",
            "4¦Clerk¦Files, phones, and, now and then, makes coffee.",
        ],
    },
    Content {
        name: "two columns",
        header: "key¦value",
        rows: &["colour¦red", "size¦large", "shape¦round", "weight¦heavy"],
    },
    Content {
        name: "two columns of text",
        header: "word¦meaning",
        rows: &[
            "triage¦the sorting of patients, by need",
            "ward¦a part of a hospital: many beds, few doors",
            "chart¦what is known, and when it was seen",
        ],
    },
    Content {
        name: "persons",
        header: "name¦mail¦phone",
        rows: &[
            "Doe, Jane¦jane.doe@example.org¦+1 (555) 010-2030",
            "Roe, Rick¦rick@example.org¦+1 (555) 010-4455",
            "Poe, Pat¦p.poe@example.com¦555-010-9999",
        ],
    },
    Content {
        name: "addresses of machines",
        header: "host¦address¦hardware",
        rows: &[
            "alpha¦192.0.2.1¦00:00:5e:00:53:01",
            "beta¦192.0.2.17¦00:00:5e:00:53:af",
            "gamma¦198.51.100.7¦00:00:5e:00:53:10",
        ],
    },
    Content {
        name: "paths",
        header: "file¦owner¦bytes",
        rows: &[
            "C:\\data\\new\\a.txt¦ada¦120",
            "C:\\data\\old\\b.txt¦ben¦3400",
            "D:\\tmp\\c d.txt¦cy¦9",
        ],
    },
    Content {
        name: "apostrophes",
        header: "id¦note¦by",
        rows: &[
            "1¦It's the nurses' room¦O'Hara",
            "2¦Don't knock¦D'Arcy",
            "3¦'Tis late¦O'Neil",
            "4¦The ward's key¦Smith",
        ],
    },
    Content {
        name: "markup",
        header: "title¦html¦city",
        rows: &[
            "Nurse¦<p class=\"lead\">Cares; heals, &amp; helps</p>¦Bonn",
            "Clerk¦<ul><li>Files</li><li>Phones: often</li></ul>¦Graz",
            "Cook¦<a href=\"http://example.org/?a=1\">Cooks</a>¦Turku",
        ],
    },
    Content {
        name: "line breaks",
        header: "id¦text¦city",
        rows: &["1¦one\ntwo, three¦Bonn", "2¦four¦Graz", "3¦five\n\nsix¦Turku", "4¦seven¦Split"],
    },
    Content {
        name: "shares and money",
        header: "group¦share¦cost",
        rows: &["nurses¦12.5%¦$1,200", "doctors¦7%¦$3,450", "clerks¦80.5%¦$990"],
    },
    Content {
        name: "truths",
        header: "name¦active¦remote",
        rows: &["ward¦true¦false", "desk¦false¦false", "lab¦true¦true", "shop¦N/A¦true"],
    },
    Content {
        name: "places",
        header: "place¦point¦height",
        rows: &["Bonn¦50.73, 7.10¦60 m", "Graz¦47.07, 15.44¦353 m", "Turku¦60.45, 22.27¦22 m"],
    },
    Content {
        name: "trees",
        header: "GID¦On Street¦Species¦Trim Cycle¦Inventory Date",
        rows: &[
            "1¦Elm Avenue¦Celtis minor¦Large Tree Routine Prune¦10/18/2010",
            "2¦North Road¦Liquidambar alta¦Large Tree Routine Prune¦6/2/2010",
            "6¦Elm Avenue¦Robinia nova, var. b¦Small Tree¦12/1/2011",
            "7¦Mill Lane¦¦¦1/2/2012",
        ],
    },
    Content {
        name: "log lines",
        header: "time¦level¦message",
        rows: &[
            "2021-03-04T08:30:01Z¦INFO¦job 12 started: queue=a;size=4",
            "2021-03-04T08:30:07Z¦WARN¦slow: 300 ms, 2 retries | next in 5 s",
            "2021-03-04T08:31:00Z¦INFO¦job 12 ended: ok",
            "2021-03-04T08:32:10Z¦ERROR¦job 13 failed (code 7): no route; gave up",
        ],
    },
    Content {
        name: "lists in cells",
        header: "name¦skills¦languages",
        rows: &["Ada¦SQL;R;Python¦de, en", "Ben¦HL7¦en", "Cy¦FHIR;SQL¦fr, en, nl", "Di¦¦de, en"],
    },
    Content {
        name: "lists by bars",
        header: "id¦tags¦score",
        rows: &["1¦a|b|c¦0.5", "2¦b¦0.25", "3¦a|c¦1", "4¦c|d|e¦0.75"],
    },
    Content {
        name: "words",
        header: "colour¦shape¦size¦taste",
        rows: &["red¦round¦big¦sweet", "green¦long¦small¦sour", "blue¦flat¦big¦none"],
    },
    Content {
        name: "units and ranges",
        header: "dose¦age range¦result (mg/l)¦date of test",
        rows: &[
            "5 mg¦10 - 20¦< 0.5¦March 4, 2021",
            "12 mg¦21 - 30¦1.25¦March 19, 2021",
            "7.5 mg¦> 30¦> 100¦April 1, 2021",
        ],
    },
    Content {
        name: "percent and missing",
        header: "country¦2019¦2020¦2021",
        rows: &["Austria¦1.5¦NA¦2.25", "Finland¦NA¦NA¦3.5", "Croatia¦-¦4¦4.75", "Malta¦1¦2¦3"],
    },
    Content {
        name: "quoted words in text",
        header: "id¦remark¦by",
        rows: &[
            "1¦Called it \"good\", twice¦Ada",
            "2¦No remark¦Ben",
            "3¦5\" screen; \"new\"¦Cy",
            "4¦Said: \"later\"¦Di",
        ],
    },
    Content {
        name: "long texts",
        header: "title¦description¦place",
        rows: &[
            "Nurse¦We look for a nurse who cares; who listens; who, day or night, stays calm. You bring: a licence, two years of practice, and good humour. We offer: a team, a canteen, and time.¦Bonn",
            "Data Analyst, Health¦You count what others do, e.g. beds, days and costs. Tools: SQL, R; Python is a plus. Pay: 50,000 - 60,000 a year. Apply: jobs@example.org¦Graz",
            "Trainer¦You teach our staff the new record. First, you learn it: four weeks, full time. Then you teach: two groups a day, ten people each.¦Turku, Finland",
        ],
    },
    Content {
        name: "single letters",
        header: "a¦b¦c¦d¦e",
        rows: &["x¦y¦x¦y¦x", "y¦y¦x¦x¦x", "x¦x¦y¦y¦y"],
    },
];

const DELIMITERS: [char; 8] = [',', '\t', ';', '|', ' ', ':', '^', '~'];

/// Which cells are put in quotes.
#[derive(Clone, Copy, PartialEq)]
enum Quoting {
    Needed,
    All,
    /// None at all, and cells that need it are not written.
    Never,
}

#[derive(Clone, Copy)]
struct Form {
    delimiter: char,
    quote: char,
    escape: Option<char>,
    quoting: Quoting,
    end: &'static str,
}

impl Form {
    fn new(delimiter: char) -> Self {
        Self { delimiter, quote: '"', escape: None, quoting: Quoting::Needed, end: "\n" }
    }

    fn needs_quotes(&self, cell: &str) -> bool {
        cell.contains([self.delimiter, self.quote, '\n'])
    }

    fn row(&self, line: &str) -> String {
        let cells: Vec<_> = line.split('¦').map(|cell| self.cell(cell)).collect();
        cells.join(&self.delimiter.to_string()) + self.end
    }

    fn cell(&self, cell: &str) -> String {
        let is_quoted = match self.quoting {
            Quoting::Needed => self.needs_quotes(cell),
            Quoting::All => true,
            Quoting::Never => false,
        };
        if !is_quoted {
            return cell.to_owned();
        }
        let (quote, escape) = (self.quote, self.escape.unwrap_or(self.quote));
        let escaped = match self.escape {
            Some(escape) => cell.replace(escape, &format!("{escape}{escape}")),
            None => cell.to_owned(),
        };
        format!("{quote}{}{quote}", escaped.replace(quote, &format!("{escape}{quote}")))
    }
}

struct Case {
    name: String,
    file: String,
    delimiter: char,
    /// The quote, if the file shows one.
    quote: Option<char>,
    has_header: bool,
    preamble: usize,
}

impl Case {
    fn new(name: &str, content: &Content, form: Form, rows: usize, has_header: bool) -> Self {
        let rows = &content.rows[..rows.min(content.rows.len())];
        let lines = has_header.then_some(content.header).into_iter().chain(rows.iter().copied());
        let file: String = lines.map(|line| form.row(line)).collect();
        let name = format!("{name}: {}, {:?}, {:?}", content.name, form.delimiter, form.quote);
        let is_quoted = match form.quoting {
            Quoting::Needed => {
                rows.iter().flat_map(|row| row.split('¦')).any(|c| form.needs_quotes(c))
            }
            Quoting::All => true,
            Quoting::Never => false,
        };
        Self {
            name,
            file,
            delimiter: form.delimiter,
            quote: is_quoted.then_some(form.quote),
            has_header,
            preamble: 0,
        }
    }

    /// Repeats the rows.
    fn long(content: &Content, form: Form, rows: usize) -> Self {
        let mut case = Self::new("long", content, form, content.rows.len(), true);
        for row in content.rows.iter().cycle().take(rows) {
            case.file.push_str(&form.row(row));
        }
        case
    }

    /// Puts blanks on both sides of the delimiters, outside of quotes.
    fn spaced(content: &Content, form: Form) -> Self {
        let mut case = Self::new("blanks around", content, form, 9, true);
        let lines = std::iter::once(content.header).chain(content.rows.iter().copied());
        let row = |line: &str| {
            let cells: Vec<_> = line.split('¦').map(|cell| form.cell(cell)).collect();
            cells.join(&format!(" {} ", form.delimiter)) + form.end
        };
        case.file = lines.map(row).collect();
        case
    }

    /// Adds rows whose last cells are missing.
    fn with_ragged_rows(mut self, form: Form) -> Self {
        self.file += &form.row("9¦9");
        self.file += &form.row("10");
        self
    }

    fn with_footer(mut self, lines: &str) -> Self {
        self.file.push_str(lines);
        self
    }

    fn with_preamble(mut self, lines: &str) -> Self {
        self.file = format!("{lines}{}", self.file);
        self.preamble = lines.lines().count();
        self
    }
}

/// Whether a table without its header shows that it has none.
fn shows_no_header(content: &Content) -> bool {
    ["numbers", "fractions", "ISO dates", "dates and times"].contains(&content.name)
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for content in &CONTENTS {
        for delimiter in DELIMITERS {
            let form = Form::new(delimiter);
            cases.push(Case::new("plain", content, form, 9, true));
            if shows_no_header(content) && delimiter != ' ' {
                cases.push(Case::new("no header", content, form, 9, false));
            }
        }
        for delimiter in [',', ';', '\t', '|'] {
            let form = Form { end: "\r\n", ..Form::new(delimiter) };
            cases.push(Case::new(
                "all quoted",
                content,
                Form { quoting: Quoting::All, ..form },
                9,
                true,
            ));
            let single = Form { quote: '\'', quoting: Quoting::All, ..form };
            cases.push(Case::new("all in single quotes", content, single, 9, true));
            let escaped = Form { escape: Some('\\'), quoting: Quoting::All, ..form };
            cases.push(Case::new("backslashes", content, escaped, 9, true));
            for rows in 1..=3 {
                cases.push(Case::new(&format!("{rows} rows"), content, form, rows, true));
            }
            cases.push(Case::long(content, form, 60));
            cases.push(Case::long(content, Form { quoting: Quoting::All, ..form }, 60));
            let quoted = Form { quoting: Quoting::All, ..form };
            cases.push(Case::spaced(content, quoted));
            let noted = Case::new("a footer", content, form, 9, true);
            cases.push(noted.with_footer("\r\nSource: all wards\r\n"));
            cases.push(Case::new("ragged", content, form, 9, true).with_ragged_rows(form));
            let is_plain = !content.rows.iter().any(|row| row.contains([delimiter, '\n']));
            if is_plain && !content.rows.iter().any(|row| row.contains(['"', '\''])) {
                let bare = Form { quoting: Quoting::Never, ..form };
                let marked = Case::new("comments", content, bare, 9, true);
                cases.push(marked.with_preamble("# made in June\n# by the ward\n"));
                let titled = Case::new("a title", content, bare, 9, true);
                cases.push(titled.with_preamble("Report of all wards\n\n"));
            }
        }
    }
    cases.extend(postings());
    cases
}

/// Tables as job boards export them: what stands before the header, lists in cells, no header at all.
fn postings() -> Vec<Case> {
    const POSTINGS: [Content; 3] = [
        Content {
            name: "postings",
            header: "title¦description¦city",
            rows: &[
                "Registered Nurse¦Care for people, daily¦Boston",
                "EHR Trainer¦Teach nurses; write guides | tips¦Tulsa",
                "Billing Clerk¦File claims: all day, every day¦Reno",
                "Data Analyst¦Count beds, days and costs¦Boise",
            ],
        },
        Content {
            name: "postings with lists",
            header: "jobTitle¦skills¦date_posted",
            rows: &[
                "Epic Analyst¦a|b|c|d|e|f|g|h¦2024-03-05",
                "EHR Trainer¦a;b;c;d;e;f;g;h¦2024-03-06",
                "Data Analyst¦a,b,c,d,e,f,g,h¦2024-03-07",
            ],
        },
        Content {
            name: "titles",
            header: "Job Title",
            rows: &[
                "Registered Nurse",
                "EHR Trainer",
                "Staff Nurse",
                "Epic Analyst",
                "Billing Clerk",
            ],
        },
    ];
    let mut cases = Vec::new();
    for content in &POSTINGS {
        let is_wide = content.header.contains('¦');
        for delimiter in [',', ';', '\t', '|', '#'] {
            let form = Form::new(delimiter);
            // Of one column, any delimiter will do.
            let cases_of = |case: Case| (is_wide || delimiter == ',').then_some(case);
            cases.extend(cases_of(Case::new("postings", content, form, 9, true)));
            cases.extend(cases_of(Case::new("postings, no header", content, form, 9, false)));
            // One row with a list of eight in it is anybody's guess.
            let one = Case::new("postings, one row, no header", content, form, 1, false);
            cases.extend(cases_of(one).filter(|_| !content.name.contains("lists")));
            if is_wide {
                for lines in [
                    "# a, b\n# Made on 2 January; by us, for you\n",
                    "Job export, nightly\nMade on 2026-01-02, by the nightly job\n\n",
                    "Export; of | all, wards\n\n",
                ] {
                    let case = Case::new("postings, preamble", content, form, 9, true);
                    cases.push(case.with_preamble(lines));
                }
            }
        }
    }
    cases
}

fn is_right(case: &Case) -> [bool; 4] {
    let Layout { dialect, preamble, has_header } =
        Layout::sniff(case.file.as_bytes(), true, &GivenDialect::default());
    [
        dialect.delimiter == case.delimiter as u8,
        dialect.quote == Some(case.quote.unwrap_or('"') as u8),
        has_header == case.has_header,
        preamble == case.preamble,
    ]
}

/// Cases of one kind, and how many of them were guessed right.
#[derive(Default)]
struct Tally {
    cases: usize,
    right: [usize; 4],
}

/// What is guessed.
const QUALITIES: [&str; 4] = ["delimiter", "quote", "header", "lines before"];

/// The share that is to be guessed right, of each kind and quality, in percent. Of one table of
/// three columns of places, which colons part, the commas inside are taken for delimiters.
const FLOOR: usize = 99;

#[test]
fn dialects_are_guessed() {
    let mut kinds: BTreeMap<String, Tally> = BTreeMap::new();
    let mut wrong = String::new();
    for case in cases() {
        let right = is_right(&case);
        let (kind, _) = case.name.split_once(':').unwrap();
        let tally = kinds.entry(kind.to_owned()).or_default();
        tally.cases += 1;
        for (count, right) in tally.right.iter_mut().zip(right) {
            *count += usize::from(right);
        }
        if right.contains(&false) {
            wrong += &format!("{}: {right:?}\n", case.name);
        }
    }
    println!("{:22} files  {}", "", QUALITIES.join("  "));
    for (kind, Tally { cases, right }) in &kinds {
        let shares: Vec<_> = right.iter().map(|right| format!("{right}/{cases}")).collect();
        println!("{kind:22} {cases:5}  {}", shares.join("  "));
        for (quality, right) in QUALITIES.iter().zip(right) {
            assert!(right * 100 >= cases * FLOOR, "{kind}: {quality} {right}/{cases}\n{wrong}");
        }
    }
    print!("{wrong}");
}
