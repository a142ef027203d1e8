//! No circles: Cargo sees to it between crates, and this test between the files and folders of each crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::ROOT;

/// What each file or folder of a folder uses of its siblings.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// Returns the files of Rust below a folder, and all folders, itself too.
fn walk(folder: &Path, files: &mut Vec<PathBuf>, folders: &mut Vec<PathBuf>) {
    folders.push(folder.to_owned());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files, folders);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Returns the code of a file without comments and tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the paths of an import: `a::{b, c::d}` stands for `a::b` and `a::c::d`.
fn expand(import: &str) -> Vec<String> {
    let Some((start, rest)) = import.split_once('{') else {
        let path = import.split(" as ").next().unwrap();
        return vec![path.split_whitespace().collect()];
    };
    let (mut depth, mut items) = (1, vec![String::new()]);
    for c in rest.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match c {
            _ if depth == 0 => break,
            ',' if depth == 1 => items.push(String::new()),
            _ => items.last_mut().unwrap().push(c),
        }
    }
    let whole = |item: String| expand(&format!("{start}{}", item.trim()));
    items.into_iter().filter(|item| !item.trim().is_empty()).flat_map(whole).collect()
}

/// Returns the paths that begin with `crate` or `super` in a code, in imports and elsewhere.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for keyword in ["crate::", "super::"] {
        for (at, _) in code.match_indices(keyword) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '$')) {
                continue;
            }
            let end = code[at..].find(';').unwrap_or(code.len() - at);
            let is_import = code[..at].trim_end().ends_with("use");
            let word = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':');
            let end = if is_import { end } else { code[at..].find(word).unwrap_or(end) };
            for path in expand(&code[at..at + end]) {
                paths.push(path.split("::").map(|part| part.trim().to_owned()).collect());
            }
        }
    }
    paths
}

/// Returns the name of a file or folder as a module.
fn module(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// Finds which children of a folder use which others. What a folder exports of a child is the child's.
fn uses(crate_root: &Path, folder: &Path, files: &[PathBuf]) -> Graph {
    let is_hub = |path: &Path| {
        ["lib.rs", "main.rs", "mod.rs"].iter().any(|name| path == folder.join(name))
            || path == folder.with_extension("rs")
    };
    let below = || files.iter().filter(|path| path.starts_with(folder) && !is_hub(path));
    let child =
        |path: &Path| module(Path::new(path.strip_prefix(folder).unwrap().iter().next().unwrap()));
    let children: BTreeSet<String> = below().map(|path| child(path)).collect();
    let mut exports: BTreeMap<String, String> = BTreeMap::new();
    for hub in files.iter().filter(|path| is_hub(path)) {
        for import in code(hub).split("use ").skip(1) {
            for path in expand(import.split(';').next().unwrap()) {
                let parts: Vec<_> = path.split("::").filter(|part| *part != "self").collect();
                if let [of, .., name] = parts[..]
                    && children.contains(of)
                {
                    exports.insert(name.to_owned(), of.to_owned());
                }
            }
        }
    }
    let from_root: Vec<String> = folder
        .strip_prefix(crate_root)
        .unwrap()
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    let mut graph = Graph::new();
    for path in below() {
        let name = module(path);
        if ["tests", "peers", "slow_reader"].contains(&name.as_str()) {
            continue;
        }
        let mut place: Vec<String> = path
            .strip_prefix(crate_root)
            .unwrap()
            .iter()
            .map(|part| module(Path::new(part)))
            .collect();
        if name == "mod" {
            place.pop();
        }
        for path in paths(&code(path)) {
            let ups = path.iter().take_while(|part| *part == "super").count();
            let mut whole = place[..place.len().saturating_sub(ups)].to_vec();
            if path[0] == "crate" {
                whole.clear();
            }
            whole.extend(path.iter().skip(ups.max(1)).cloned());
            let Some(rest) = whole.strip_prefix(&from_root[..]) else { continue };
            let Some(first) = rest.first() else { continue };
            let to = if children.contains(first) { Some(first) } else { exports.get(first) };
            let from = &place[from_root.len()];
            if let Some(to) = to.filter(|to| *to != from) {
                graph.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    graph
}

/// Returns a circle, if there is one: what is left when all that uses nothing more is taken away.
fn circle(mut graph: Graph) -> Vec<String> {
    loop {
        let left: BTreeSet<String> = graph.keys().cloned().collect();
        for used in graph.values_mut() {
            used.retain(|name| left.contains(name));
        }
        let before = graph.len();
        graph.retain(|_, used| !used.is_empty());
        if graph.len() == before {
            return graph.into_keys().collect();
        }
    }
}

#[test]
fn a_circle_is_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph = Graph::new();
        for (from, to) in edges {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        graph
    };
    assert!(circle(graph(&[("a", "b"), ("b", "c"), ("a", "c")])).is_empty());
    assert_eq!(circle(graph(&[("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")])), ["a", "b", "c"]);
    assert_eq!(expand("a::{b, c::{d, e as f}}"), ["a::b", "a::c::d", "a::c::e"]);
    assert_eq!(
        paths("use super::{a, b::C};\nlet x = crate::d::e(1);").concat().join(" "),
        "crate d e super a super b C"
    );
}

#[test]
fn no_folder_has_a_circle() {
    let root = Path::new(ROOT);
    let crates = fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let mut roots: Vec<_> = crates.chain([root.to_owned(), root.join("python")]).collect();
    roots.sort();
    let (mut folders_seen, mut edges) = (0, 0);
    for source in roots.iter().map(|root| root.join("src")) {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        walk(&source, &mut files, &mut folders);
        for folder in folders {
            let graph = uses(&source, &folder, &files);
            folders_seen += 1;
            edges += graph.values().map(BTreeSet::len).sum::<usize>();
            let circle = circle(graph);
            assert!(
                circle.is_empty(),
                "{}: {circle:?} use each other in a circle",
                folder.display()
            );
        }
    }
    // The test would find nothing if it saw nothing.
    assert!(folders_seen > 30 && edges > 200, "{folders_seen} folders, {edges} edges");
}
