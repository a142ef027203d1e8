//! Where in a file of JSON the objects are that are its records.

use super::lexer::{Lexer, Step, is_white};
use super::outline::{Array, Outline, Top};

/// Names of arrays of records in the answers of job boards and search engines, in lower case and
/// without `_`.
const ARRAY_NAMES: [&str; 30] = [
    "content",
    "data",
    "docs",
    "elements",
    "entries",
    "hits",
    "itemlistelement",
    "items",
    "jobads",
    "joblist",
    "jobopenings",
    "jobpostings",
    "jobs",
    "jobslist",
    "jobsresults",
    "list",
    "listings",
    "offers",
    "openings",
    "opportunities",
    "positions",
    "postings",
    "records",
    "requisitionlist",
    "requisitions",
    "results",
    "searchresultitems",
    "searchresults",
    "vacancies",
    "value",
];

/// Says where in a file the objects are that are its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonLayout {
    /// One object on each line.
    Lines,
    /// In an array behind these keys of nested objects; without keys, in the outermost array.
    /// Several such documents may stand one after another.
    Array(Vec<String>),
    /// One object, or several one after another, each over any number of lines.
    Objects,
}

/// Says why the records of a JSON file can't be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonLayoutError {
    /// There is no object in the outermost array.
    #[error("expected an array of JSON objects, found an array without any object")]
    NoObjects,
    /// There is no array at the path that was asked for.
    #[error(
        "expected an array of JSON objects at `{path}`, found {found}; arrays of objects are at: {arrays}"
    )]
    NoArray {
        /// The path.
        path: String,
        /// What is there.
        found: &'static str,
        /// Paths of arrays of objects that are there.
        arrays: String,
    },
}

impl JsonLayout {
    /// Finds out from the first bytes of a file where its records are, or returns nothing if it is
    /// not JSON.
    ///
    /// `sample` is UTF-8 without byte-order mark, and `is_all` says that it is the whole file. The
    /// bytes must be JSON as far as they go, or at least up to the end of the first record; or at least
    /// half of the lines must be objects, wherever the others are.
    ///
    /// `path` overrides: keys of nested objects with dots between them, such as `data.results`, lead
    /// to the array (a key that has a dot in it can't be reached so); an empty path says that the
    /// outermost objects are the records.
    ///
    /// Without `path`, an object counts as wrapper of an array of objects if that array is its
    /// `@graph`; or is named as usual (`jobs`, `results`, ...), and makes up at least half of it or
    /// has no member beside the way to it whose key tells of a title or description; or, with
    /// another name, both.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are JSON but no objects are where they should be.
    pub fn sniff(
        sample: &[u8],
        is_all: bool,
        path: Option<&str>,
    ) -> Result<Option<Self>, JsonLayoutError> {
        let outline = Outline::of(sample, is_all);
        let is_broken = outline.as_ref().is_none_or(|outline| outline.broken);
        let are_lines = || path.is_none_or(str::is_empty) && are_lines(sample, is_all);
        if is_broken && are_lines() {
            return Ok(Some(Self::Lines));
        }
        let found = outline.map_or(Ok(None), |outline| Self::of_outline(&outline, sample, path));
        match found {
            Ok(None) if !is_broken && are_lines() => Ok(Some(Self::Lines)),
            found => found,
        }
    }

    fn of_outline(
        outline: &Outline,
        sample: &[u8],
        path: Option<&str>,
    ) -> Result<Option<Self>, JsonLayoutError> {
        // Behind the first value, a CSV file has a delimiter; JSON has nothing or another value. An
        // object that has a line for itself is JSON, whatever the next line is.
        let next = outline.end.and_then(|end| sample[end..].iter().find(|&&byte| !is_white(byte)));
        let is_line = outline.end.is_some_and(|end| {
            let mut white = sample[end..].iter().take_while(|&&byte| is_white(byte));
            !sample[outline.start..end].contains(&b'\n') && white.any(|&byte| byte == b'\n')
        });
        let is_record = is_line && outline.top == Top::Object;
        if next.is_some_and(|&byte| !is_record && !matches!(byte, b'{' | b'[')) {
            return Ok(None);
        }
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            return at_path(outline, path).map(Some);
        }
        if outline.top == Top::Array {
            let is_empty = outline.end.is_some() && !outline.has_elements();
            return match outline.has_objects() || (is_empty && next.is_none()) {
                true => Ok(Some(Self::Array(Vec::new()))),
                false if next.is_some() || outline.broken => Ok(None),
                false => Err(JsonLayoutError::NoObjects),
            };
        }
        if outline.broken && !outline.has_objects() {
            return Ok(None);
        }
        if next.is_some() {
            return Ok(Some(if is_line { Self::Lines } else { Self::Objects }));
        }
        Ok(Some(match (path, wrapped(outline)) {
            (None, Some(keys)) => Self::Array(keys),
            _ => Self::Objects,
        }))
    }
}

/// Tells whether at least half of the lines are objects. A line that the sample cuts does not count.
fn are_lines(sample: &[u8], is_all: bool) -> bool {
    let end = if is_all { sample.len() } else { memchr::memrchr(b'\n', sample).unwrap_or(0) };
    let (mut objects, mut others) = (0_usize, 0_usize);
    for line in sample[..end].split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii) {
        match line {
            [] => {}
            [b'{', .., b'}'] if is_value(line) => objects += 1,
            _ => others += 1,
        }
    }
    objects > 0 && objects >= others
}

/// Tells whether bytes are one value and nothing else.
fn is_value(bytes: &[u8]) -> bool {
    let mut walker = Lexer::new(0);
    loop {
        match walker.next(bytes, true) {
            Step::Token(..) => {}
            Step::End => return walker.passed() == bytes.len(),
            Step::More | Step::Broken(_) => return false,
        }
    }
}

fn at_path(outline: &Outline, path: &str) -> Result<JsonLayout, JsonLayoutError> {
    let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
    let found = match outline.arrays.iter().find(|array| array.keys == keys) {
        Some(_) => None,
        None if outline.members.contains(&keys) => Some("another value"),
        // It may come behind the sample.
        None if outline.end.is_none() && !outline.broken && outline.top == Top::Object => None,
        None => Some("nothing"),
    };
    let Some(found) = found else { return Ok(JsonLayout::Array(keys)) };
    let arrays = outline.arrays.iter().filter(|array| array.objects > 0);
    let arrays: Vec<_> = arrays.map(|array| format!("`{}`", array.keys.join("."))).collect();
    let arrays = if arrays.is_empty() { "nowhere".to_owned() } else { arrays.join(", ") };
    Err(JsonLayoutError::NoArray { path: path.to_owned(), found, arrays })
}

/// Returns the keys of the array that an object wraps, if it is a wrapper.
fn wrapped(outline: &Outline) -> Option<Vec<String>> {
    let with_objects = || outline.arrays.iter().filter(|array| array.objects > 0);
    if let Some(graph) = with_objects().find(|array| array.keys == ["@graph"]) {
        return Some(graph.keys.clone());
    }
    if outline.is_job_posting {
        return None;
    }
    let is_named = |keys: &[String]| {
        let name = keys.last().map(|key| key.to_lowercase().replace('_', ""));
        name.is_some_and(|name| ARRAY_NAMES.contains(&name.as_str()))
    };
    let named = with_objects().filter(|array| is_named(&array.keys)).reduce(larger);
    let Some(largest) = named.or_else(|| with_objects().reduce(larger)) else {
        let mut empty = outline.arrays.iter().filter(|array| array.elements == 0);
        return empty.find(|array| is_named(&array.keys)).map(|array| array.keys.clone());
    };
    let has_most = largest.bytes * 2 >= outline.value_bytes;
    let tells_of_posting = outline.members.iter().any(|keys| {
        let key = keys.last().map(|key| key.to_lowercase()).unwrap_or_default();
        keys.len() <= largest.keys.len()
            && !largest.keys.starts_with(keys)
            && (key.contains("title") || key.contains("description"))
    });
    let is_wrapper = match named {
        Some(_) => has_most || !tells_of_posting,
        None => has_most && !tells_of_posting,
    };
    is_wrapper.then(|| largest.keys.clone())
}

/// Returns the array that has more bytes, the first one if both have as many.
fn larger<'o>(a: &'o Array, b: &'o Array) -> &'o Array {
    if b.bytes > a.bytes { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(sample: &str) -> Option<JsonLayout> {
        JsonLayout::sniff(sample.as_bytes(), true, None).unwrap()
    }

    fn array(path: &str) -> Option<JsonLayout> {
        let keys = path.split('.').filter(|key| !key.is_empty()).map(str::to_owned);
        Some(JsonLayout::Array(keys.collect()))
    }

    #[test]
    fn layouts_are_told_apart() {
        assert_eq!(sniff("{\"a\":1}\n{\"a\":2}\n"), Some(JsonLayout::Lines));
        assert_eq!(sniff("{\"a\":1}\n\n{\"a\":2"), Some(JsonLayout::Lines));
        assert_eq!(sniff("{\"a\":1}\nbroken\n{\"a\":2}"), Some(JsonLayout::Lines));
        assert_eq!(sniff("{\"a\":1},b\n{\"a\":2},c"), None);
        assert_eq!(sniff("{\n\"a\":1}\n{\"a\":2}\n"), Some(JsonLayout::Objects));
        assert_eq!(sniff("{\"a\":1} {\"a\":2}\n"), Some(JsonLayout::Objects));
        assert_eq!(sniff("{\"title\":\"x\"}\n"), Some(JsonLayout::Objects));
        assert_eq!(sniff(" \n[ {\"a\":1}, {\"a\":2}]"), array(""));
        assert_eq!(sniff("[]\n"), array(""));
        assert_eq!(sniff("[null, {\"a\":1}]\n"), array(""));
        assert_eq!(sniff("{\"count\":2,\"jobs\":[{\"a\":1},{\"a\":2}]}"), array("jobs"));
        assert_eq!(sniff("{\"data\":{\"results\":[{\"a\":1}]},\"n\":1}"), array("data.results"));
        assert_eq!(sniff("{\"count\":0,\"job_postings\":[]}"), array("job_postings"));
        let facets = "{\"jobs\":[{\"a\":1}],\"facets\":[{\"city\":\"A\"},{\"city\":\"B\"}]}";
        assert_eq!(sniff(facets), array("jobs"));
        let feed = "{\"title\":\"Feed\",\"items\":[{\"title\":\"EHR Trainer\"}]}";
        assert_eq!(sniff(feed), array("items"));
    }

    #[test]
    fn a_posting_with_arrays_is_no_wrapper() {
        for posting in [
            "{\"title\":\"x\",\"locations\":[{\"city\":\"A\"},{\"city\":\"B\"}]}",
            "{\"name\":\"x\",\"text\":\"some words here\",\"tags\":[{\"a\":1}]}",
            "{\"@type\":\"JobPosting\",\"x\":[{\"@type\":\"Place\",\"name\":\"here\"}]}",
            "{\"@type\":[\"JobPosting\"],\"items\":[{\"@type\":\"Place\",\"name\":\"here\"}]}",
            "{\"tags\":[]}",
        ] {
            assert_eq!(sniff(posting), Some(JsonLayout::Objects), "{posting}");
        }
        let graph = "{\"@context\":\"https://schema.org\",\"@graph\":[{\"@type\":\"JobPosting\"}]}";
        assert_eq!(sniff(graph), array("@graph"));
    }

    #[test]
    fn a_sample_may_be_cut_anywhere() {
        let jobs = "{\"n\":1,\"jobs\":[{\"a\":\"some words\"},{\"a\":[1,-2.5,null]}]}";
        for end in 20..jobs.len() {
            let found = JsonLayout::sniff(&jobs.as_bytes()[..end], false, None).unwrap();
            assert_eq!(found, array("jobs"), "{}", &jobs[..end]);
        }
        let list = "[{\"a\":\"some words\"},{\"a\":[1,-2.5,null]}]";
        for end in 2..list.len() {
            let found = JsonLayout::sniff(&list.as_bytes()[..end], false, None).unwrap();
            assert_eq!(found, array(""), "{}", &list[..end]);
        }
    }

    #[test]
    fn errors_behind_the_first_record_are_left_to_the_reader() {
        assert_eq!(sniff("[{\"a\":1},{\"b\":oops}]"), array(""));
        assert_eq!(sniff("{\"jobs\":[{\"a\":1},{\"b\":oops}]}"), array("jobs"));
        assert_eq!(sniff("{\"a\":1}\n{\"b\":oops}\n"), Some(JsonLayout::Lines));
    }

    #[test]
    fn lines_that_are_no_json_do_not_hide_the_others() {
        for lines in [
            "{\"a\":\"cut\n{\"a\":1}\n{\"a\":2}\n",
            "cut\",\"b\":2}\n{\"a\":1}\n",
            "2024-03-05 12:00 INFO start\n\n{\"a\":1}\r\n{\"a\":2}",
            "{\"a\":1,\"jobs\":[{\"b\":1}],\"c\":\"cut\n{\"a\":1}\n{\"a\":2}\n",
            "{\"a\":\"cut\n{\"a\":1}\n{\"a\":2}\n{\"a\":\"cut at the end",
            "[1]\n{\"a\":1}\n",
        ] {
            assert_eq!(sniff(lines), Some(JsonLayout::Lines), "{lines}");
        }
        assert_eq!(sniff("a,b\n{\"a\":1}\nc,d\n"), None);
        assert_eq!(sniff("[{\"a\":1},\n{\"b\":oops}]"), array(""));
    }

    #[test]
    fn csv_is_not_json() {
        for csv in [
            "[id],[title]\n1,2\n",
            "[1],[2]\n",
            "[1]\n[2]\n",
            "{id},title\n",
            "{\"id\"},title\n",
            "{\"a\":1},title\n",
            "[{\"a\":1}],title\n",
            "\"id\",\"title\"\n",
            "id\n1\n",
            "1\n2\n",
            "{}x\n",
            "[",
            "{",
            "",
            "{\"a\":1",
        ] {
            assert_eq!(sniff(csv), None, "{csv}");
        }
    }

    #[test]
    fn a_path_overrides() {
        let text = "{\"a\":{\"b\":[{\"c\":1}]},\"jobs\":[{\"d\":1},{\"d\":2}],\"n\":3}";
        let at = |path| JsonLayout::sniff(text.as_bytes(), true, Some(path));
        assert_eq!(at("a.b").unwrap(), array("a.b"));
        assert_eq!(at("").unwrap(), Some(JsonLayout::Objects));
        insta::assert_snapshot!(at("n").unwrap_err(), @"expected an array of JSON objects at `n`, found another value; arrays of objects are at: `a.b`, `jobs`");
        insta::assert_snapshot!(at("x").unwrap_err(), @"expected an array of JSON objects at `x`, found nothing; arrays of objects are at: `a.b`, `jobs`");
        let cut = JsonLayout::sniff(b"{\"meta\":{\"a\":1", false, Some("data.results"));
        assert_eq!(cut.unwrap(), array("data.results"));
        assert_eq!(JsonLayout::sniff(b"id,title\n", true, Some("a")), Ok(None));
        let numbers = JsonLayout::sniff(b"[1,2]", true, None).unwrap_err();
        insta::assert_snapshot!(numbers, @"expected an array of JSON objects, found an array without any object");
    }
}
