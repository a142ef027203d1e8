//! Measures deduplication on real postings against exact Jaccard of all pairs, on copies made of
//! them, and by the clock.
//!
//!     cargo run --release -p rolecall-research --bin dedup -- postings.parquet [postings, 20000 if not given]
//!
//! The file needs the columns title, company, location and description. The answer to compare with
//! is told plainly here: sets of shingles, all pairs of one title. Figures are in docs/dedup.md.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::time::{Duration, Instant};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use rolecall::text::{strip_markup, words};
use rolecall::{Classifier, Posting};
use rolecall_dedup::{Ad, Duplicates, Kind, SHINGLE_WORDS, Signature, employer_key, title_words};

#[derive(Clone)]
struct Row {
    title: String,
    employer: String,
    place: String,
    body: [Cow<'static, str>; 1],
}

impl Row {
    fn ad(&self) -> Ad<'_> {
        Ad { title: &self.title, employer: &self.employer, place: &self.place, body: &self.body }
    }

    fn signature(&self) -> Signature {
        Signature::of(&self.ad())
    }
}

/// Reads postings spread over the whole file.
fn read(path: &str, wanted: usize) -> Result<Vec<Row>, Box<dyn Error>> {
    let reader = SerializedFileReader::new(File::open(path)?)?;
    let rows = usize::try_from(reader.metadata().file_metadata().num_rows())?;
    let mut postings = Vec::new();
    for (n, row) in reader.get_row_iter(None)?.enumerate() {
        if n * wanted / rows == (n + 1) * wanted / rows {
            continue;
        }
        let row = row?;
        let cell = |wanted: &str| {
            let mut cells = row.get_column_iter();
            match cells.find(|(name, _)| *name == wanted) {
                Some((_, Field::Str(text))) => text.clone(),
                _ => String::new(),
            }
        };
        postings.push(Row {
            title: cell("title"),
            employer: cell("company"),
            place: cell("location"),
            body: [cell("description").into()],
        });
    }
    Ok(postings)
}

fn lower_words(text: &str) -> Vec<String> {
    words(&strip_markup(text)).map(|word| word.to_lowercase().replace('’', "'")).collect()
}

fn all_words(text: &str) -> Vec<String> {
    let text = strip_markup(text).to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// What the exact answer looks at.
struct Plain {
    title: BTreeSet<String>,
    employer: String,
    text: (Vec<String>, Vec<String>),
    /// The words that are long enough to say something.
    words: usize,
    without_numbers: Vec<String>,
    /// Sorted numbers of shingles.
    shingles: Vec<u32>,
}

impl Plain {
    fn new(row: &Row, numbers: &mut HashMap<Vec<String>, u32>) -> Self {
        let title = title_words(&row.title);
        let place = all_words(&row.place);
        let without: BTreeSet<_> =
            title.iter().filter(|word| !place.contains(word)).cloned().collect();
        let body = lower_words(&row.body[0]);
        let mut shingles: Vec<u32> = body
            .windows(SHINGLE_WORDS)
            .map(|shingle| {
                let next = numbers.len() as u32;
                *numbers.entry(shingle.to_vec()).or_insert(next)
            })
            .collect();
        shingles.sort_unstable();
        shingles.dedup();
        let is_number = |word: &String| {
            let digit = |byte: &u8| byte.is_ascii_digit();
            let bytes = word.as_bytes();
            digit(&bytes[0]) || bytes.last().is_some_and(digit) && bytes.iter().take(4).any(digit)
        };
        let all = all_words(&row.body[0]);
        let without_numbers = all.iter().filter(|word| !is_number(word)).cloned().collect();
        Self {
            title: if without.is_empty() { title.iter().cloned().collect() } else { without },
            employer: employer_key(&row.employer),
            text: (all_words(&row.title), all),
            words: body.len(),
            without_numbers,
            shingles,
        }
    }

    /// Returns the exact Jaccard similarity of what may be the same ad.
    fn similarity(&self, other: &Self) -> Option<f64> {
        let employer = self.employer == other.employer
            || self.employer.is_empty()
            || other.employer.is_empty();
        let long = self.words >= 20 && other.words >= 20;
        if self.text == other.text {
            return (employer || long).then_some(1.0);
        }
        let differ_in_numbers = if long {
            self.without_numbers == other.without_numbers
        } else {
            self.text.1 == other.text.1
        };
        if employer && self.title == other.title && differ_in_numbers {
            return Some(1.0);
        }
        (employer && long && self.title == other.title).then(|| self.jaccard(other))
    }

    fn jaccard(&self, other: &Self) -> f64 {
        let (a, b) = (&self.shingles, &other.shingles);
        let (mut x, mut y, mut both) = (0, 0, 0_usize);
        while x < a.len() && y < b.len() {
            both += usize::from(a[x] == b[y]);
            let (next_x, next_y) = (a[x] <= b[y], b[y] <= a[x]);
            x += usize::from(next_x);
            y += usize::from(next_y);
        }
        both as f64 / (a.len() + b.len() - both).max(1) as f64
    }
}

type Pairs = BTreeMap<(usize, usize), f64>;

/// Finds all pairs of at least half the same shingles.
fn true_pairs(plain: &[Plain]) -> Pairs {
    let mut by_title: BTreeMap<&BTreeSet<String>, Vec<usize>> = BTreeMap::new();
    for (n, posting) in plain.iter().enumerate() {
        by_title.entry(&posting.title).or_default().push(n);
    }
    let mut pairs = Pairs::new();
    for group in by_title.values() {
        for (at, &a) in group.iter().enumerate() {
            for &b in &group[at + 1..] {
                if let Some(similarity) = plain[a].similarity(&plain[b])
                    && similarity >= 0.5
                {
                    pairs.insert((a, b), similarity);
                }
            }
        }
    }
    pairs
}

/// Returns the cluster of each posting when pairs are joined to the end.
fn joined(count: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut cluster: Vec<usize> = (0..count).collect();
    for (a, b) in pairs {
        let (low, high) = (cluster[a].min(cluster[b]), cluster[a].max(cluster[b]));
        if low != high {
            cluster.iter_mut().filter(|cluster| **cluster == high).for_each(|c| *c = low);
        }
    }
    cluster
}

/// Returns the clusters of two and more.
fn members(cluster: &[usize]) -> BTreeSet<Vec<usize>> {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (posting, &cluster) in cluster.iter().enumerate() {
        members.entry(cluster).or_default().push(posting);
    }
    members.into_values().filter(|members| members.len() > 1).collect()
}

fn compare_with_all_pairs(rows: &[Row], signatures: &[Signature]) {
    let mut numbers = HashMap::new();
    let plain: Vec<_> = rows.iter().map(|row| Plain::new(row, &mut numbers)).collect();
    let pairs = true_pairs(&plain);
    let mut duplicates = Duplicates::new(Duplicates::DEFAULT_BUDGET);
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    let (mut cluster, mut links) = (Vec::new(), Vec::new());
    for (n, signature) in signatures.iter().enumerate() {
        let verdict = duplicates.see(n as u64, signature);
        *kinds.entry(verdict.kind).or_default() += 1;
        cluster.push(verdict.cluster as usize);
        if let Some(other) = verdict.duplicate_of {
            links.push((other as usize, n));
        }
    }
    println!("{} postings; kinds {kinds:?}", rows.len());
    let found = members(&cluster);
    let inside: Vec<(usize, usize)> = found
        .iter()
        .flat_map(|members| {
            let pairs = |(n, &a): (usize, &usize)| {
                members[n + 1..].iter().map(move |&b| (a, b)).collect::<Vec<_>>()
            };
            members.iter().enumerate().flat_map(pairs).collect::<Vec<_>>()
        })
        .collect();
    println!(
        "Jaccard  pairs  found   recall  links right  pairs in clusters right  clusters  found as they are"
    );
    for threshold in [0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 1.0] {
        let is_true = |pair: &&(usize, usize)| pairs.get(pair).is_some_and(|&j| j >= threshold);
        let truth: Vec<_> =
            pairs.iter().filter(|(_, j)| **j >= threshold).map(|(pair, _)| *pair).collect();
        let hits = truth.iter().filter(|(a, b)| cluster[*a] == cluster[*b]).count();
        let right = links.iter().filter(is_true).count();
        let inside_right = inside.iter().filter(is_true).count();
        let true_clusters = members(&joined(rows.len(), truth.iter().copied()));
        println!(
            "{threshold:<7} {:>6} {hits:>6}  {:>6.3}  {right:>5}/{:<5}  {inside_right:>9}/{:<9}  {:>14}  {:>6}",
            truth.len(),
            hits as f64 / truth.len() as f64,
            links.len(),
            inside.len(),
            true_clusters.len(),
            true_clusters.intersection(&found).count(),
        );
    }
    println!("{} clusters found", found.len());
    for (a, b) in links.iter().filter(|pair| pairs.get(pair).is_none_or(|&j| j < 0.7)) {
        let (j, title) = (plain[*a].jaccard(&plain[*b]), &rows[*a].title);
        println!("below 0.7: {j:.3} {title:?} {:?} {:?}", rows[*a].employer, rows[*b].employer);
    }
}

/// A change to a posting, and what it is called.
type Change = (&'static str, fn(&Row, &mut fastrand::Rng) -> Row);

fn edited(row: &Row, random: &mut fastrand::Rng, percent: usize) -> Row {
    let mut words: Vec<String> = row.body[0].split_whitespace().map(str::to_owned).collect();
    let mut order: Vec<usize> = (0..words.len()).collect();
    random.shuffle(&mut order);
    for &at in &order[..(words.len() * percent).div_ceil(100)] {
        words[at] = format!("other{}", random.u32(..));
    }
    Row { body: [words.join(" ").into()], ..row.clone() }
}

fn without_end(row: &Row, percent: usize) -> Row {
    let words: Vec<&str> = row.body[0].split_whitespace().collect();
    let kept = words[..words.len() * (100 - percent) / 100].join(" ");
    Row { body: [kept.into()], ..row.clone() }
}

const CHANGES: [Change; 14] = [
    ("nothing", |row, _| row.clone()),
    ("HTML and case", |row, _| Row {
        title: row.title.to_uppercase(),
        body: [format!("<div><p>{}</p></div>", row.body[0].replace(' ', "&nbsp; ")).into()],
        ..row.clone()
    }),
    ("no employer", |row, _| Row { employer: String::new(), ..row.clone() }),
    ("no place", |row, _| Row { place: String::new(), ..row.clone() }),
    ("other place", |row, _| Row { place: "Springfield Elsewhere".to_owned(), ..row.clone() }),
    ("other place, 1 % of words", |row, random| Row {
        place: "Springfield Elsewhere".to_owned(),
        ..edited(row, random, 1)
    }),
    ("1 % of words", |row, random| edited(row, random, 1)),
    ("2 % of words", |row, random| edited(row, random, 2)),
    ("3 % of words", |row, random| edited(row, random, 3)),
    ("5 % of words", |row, random| edited(row, random, 5)),
    ("10 % of words", |row, random| edited(row, random, 10)),
    ("without the last 10 %", |row, _| without_end(row, 10)),
    ("without the last 20 %", |row, _| without_end(row, 20)),
    ("without the last 50 %", |row, _| without_end(row, 50)),
];

/// Sees all postings, then a changed copy of each tenth long one, and counts what is found.
fn find_changed_copies(rows: &[Row], signatures: &[Signature]) {
    let mut seen = Duplicates::new(Duplicates::DEFAULT_BUDGET);
    let clusters: Vec<u64> =
        signatures.iter().zip(0..).map(|(signature, n)| seen.see(n, signature).cluster).collect();
    println!("\nchange                       copies  mean Jaccard  found  kinds");
    for (name, change) in CHANGES {
        let mut random = fastrand::Rng::with_seed(1);
        let mut numbers = HashMap::new();
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut copies, mut found, mut similarity) = (0_u32, 0_u32, 0.0);
        let mut duplicates = seen.clone();
        for (n, row) in rows.iter().enumerate().step_by(10) {
            if row.body[0].split_whitespace().count() < 50 {
                continue;
            }
            let copy = change(row, &mut random);
            let verdict = duplicates.see((rows.len() + n) as u64, &copy.signature());
            copies += 1;
            found += u32::from(verdict.cluster == clusters[n]);
            *kinds.entry(verdict.kind.as_str()).or_default() += 1;
            let plain = |row: &Row, numbers: &mut HashMap<_, _>| Plain::new(row, numbers);
            let plain = (plain(row, &mut numbers), plain(&copy, &mut numbers));
            similarity += plain.0.jaccard(&plain.1);
        }
        let (found, similarity) =
            (f64::from(found) / f64::from(copies), similarity / f64::from(copies));
        println!("{name:<27}  {copies:>6}  {similarity:>12.3}  {found:>5.3}  {kinds:?}");
    }
}

/// Measures what deduplication adds to tagging. The runs take turns, so that another program's work
/// does not fall on one of them; the best of each counts.
fn measure_time(rows: &[Row], signatures: &[Signature]) -> Result<(), Box<dyn Error>> {
    let classifier = Classifier::new()?;
    let mut tagger = classifier.tagger();
    let postings: Vec<_> =
        rows.iter().map(|row| Posting::new(row.title.as_str(), &*row.body[0])).collect();
    let mut best = [Duration::MAX; 4];
    for _ in 0..9 {
        let mut measure = |n: usize, run: &mut dyn FnMut()| {
            let start = Instant::now();
            run();
            best[n] = best[n].min(start.elapsed());
        };
        measure(0, &mut || {
            for posting in &postings {
                black_box(tagger.tag(posting));
            }
        });
        measure(1, &mut || {
            for row in rows {
                black_box(row.signature());
            }
        });
        let mut duplicates = Duplicates::new(Duplicates::DEFAULT_BUDGET);
        measure(2, &mut || {
            for (signature, number) in signatures.iter().zip(0..) {
                black_box(duplicates.see(number, signature));
            }
        });
        measure(3, &mut || {
            for row in rows {
                black_box(words(&strip_markup(&row.body[0])).count());
            }
        });
    }
    let [tag, sign, see, split] = best.map(|time| time.as_secs_f64() * 1e6 / rows.len() as f64);
    println!(
        "microseconds a posting: Tagger::tag {tag:.2}, Signature::of {sign:.2} (of which words {split:.2}), \
         see {see:.2}: {:.0} % more than tagging alone\n",
        (sign + see) / tag * 100.0
    );
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("expected a Parquet file of postings as first argument")?;
    let wanted = arguments.next().map_or(Ok(20_000), |count| count.parse())?;
    let rows = read(&path, wanted)?;
    let signatures: Vec<_> = rows.iter().map(Row::signature).collect();
    let distinct: HashSet<_> = signatures.iter().map(Signature::to_bytes).collect();
    println!("{} signatures, {} distinct", signatures.len(), distinct.len());
    measure_time(&rows, &signatures)?;
    compare_with_all_pairs(&rows, &signatures);
    find_changed_copies(&rows, &signatures);
    Ok(())
}
