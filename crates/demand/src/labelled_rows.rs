//! What is known of rows that were labelled: their answers were fitted, so evidence about others does not
//! hold for them.

use std::collections::BTreeMap;
use std::path::Path;

use rolecall::Corpus;
use rolecall::taxonomy::{NONE, Taxonomy};
use rolecall_dedup::{ContentDigest, TitleDigest};
use rustc_hash::{FxHashMap, FxHashSet};

use super::correct::CorrectionError;

/// The labels of the postings that a corpus was fitted to, by what these say.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The class of each: the position of a role, or the number of roles for `none`.
    labels: FxHashMap<ContentDigest, u32>,
    /// What the digests begin with by the title: few texts have to be looked at,
    titles: FxHashSet<u32>,
    /// and by the first words: few have to be read to their end.
    heads: FxHashSet<u32>,
}

/// The columns of the file.
const HEADER: &str = "digest\tlabel";

/// The file of a corpus that tells which postings are labelled, and how.
const FILE: &str = "labelled.tsv";

impl Known {
    /// Reads which postings a corpus was fitted to; none if it has no `labelled.tsv`. Takes about a
    /// millisecond.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and line if the file is invalid.
    pub fn of_corpus(corpus: &Corpus) -> Result<Self, CorrectionError> {
        match corpus.file(FILE) {
            None => Ok(Self::default()),
            Some(file) => Self::parse(Path::new(&file.shown), &file.text, &corpus.taxonomy),
        }
    }

    /// Takes labelled postings: a digest, and the position of the role in the taxonomy, nothing for `none`.
    /// What has two different labels is left out.
    pub fn of(
        labelled: impl IntoIterator<Item = (ContentDigest, Option<usize>)>,
        taxonomy: &Taxonomy,
    ) -> Self {
        let none = taxonomy.roles.len();
        let mut labels: FxHashMap<ContentDigest, Option<usize>> = FxHashMap::default();
        for (digest, role) in labelled {
            let class = role.unwrap_or(none);
            let label = labels.entry(digest).or_insert(Some(class));
            *label = label.filter(|label| *label == class);
        }
        let one = labels.into_iter().filter_map(|(digest, label)| Some((digest, label?)));
        Self::from_labels(
            one.map(|(digest, label)| (digest, u32::try_from(label).unwrap_or(u32::MAX))),
        )
    }

    fn from_labels(labels: impl Iterator<Item = (ContentDigest, u32)>) -> Self {
        let labels: FxHashMap<_, _> = labels.collect();
        let titles = labels.keys().map(|digest| digest.start()).collect();
        let heads = labels.keys().map(|digest| digest.head()).collect();
        Self { labels, titles, heads }
    }

    /// Reads the text of a `labelled.tsv`. Lines that start with `#` are comments.
    ///
    /// # Errors
    ///
    /// Returns an error that names file and line if a line is not a digest and a role or `none`, or if a
    /// digest comes twice.
    pub fn parse(file: &Path, text: &str, taxonomy: &Taxonomy) -> Result<Self, CorrectionError> {
        let classes: FxHashMap<&str, u32> =
            taxonomy.roles.iter().map(|role| role.id.as_str()).chain([NONE]).zip(0..).collect();
        let mut labels = FxHashMap::default();
        let mut parse = |line: &str| -> Result<(), String> {
            let (digest, label) =
                line.split_once('\t').ok_or("expected a digest, a tab and a role")?;
            let digest: ContentDigest = digest.parse()?;
            let label = *classes.get(label).ok_or_else(|| {
                format!("expected a role or `{NONE}`, found `{}`", label.escape_debug())
            })?;
            match labels.insert(digest, label) {
                None => Ok(()),
                Some(_) => Err(format!("the digest {digest} comes twice")),
            }
        };
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#'));
        let invalid =
            |line, problem| CorrectionError::Invalid { file: file.to_owned(), line, problem };
        match lines.next() {
            Some((_, HEADER)) => {}
            other => {
                let line = other.map_or(1, |(line, _)| line);
                let names = "expected a line of names, `digest` and `label` with a tab between";
                return Err(invalid(line, names.to_owned()));
            }
        }
        for (line, content) in lines {
            parse(content).map_err(|problem| invalid(line, problem))?;
        }
        Ok(Self::from_labels(labels.into_iter()))
    }

    /// Returns the text that [`parse`](Self::parse) reads, in the order of the digests, under a comment.
    pub fn to_tsv(&self, taxonomy: &Taxonomy, comment: &str) -> String {
        let mut text: String = comment.lines().map(|line| format!("# {line}\n")).collect();
        text.push_str(HEADER);
        text.push('\n');
        let labels: BTreeMap<_, _> = self.labels.iter().collect();
        for (digest, &label) in labels {
            let id = taxonomy.roles.get(label as usize).map_or(NONE, |role| role.id.as_str());
            text += &format!("{digest}\t{id}\n");
        }
        text
    }

    /// Tells whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Returns the class of a posting, if it is labelled: the position of its role in the taxonomy, or the
    /// number of roles for `none`. Its text is asked for only if a labelled posting has the title.
    pub fn label<T: AsRef<str>, B: IntoIterator<Item = T>>(
        &self,
        title: &str,
        body: impl Fn() -> B,
    ) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let title = TitleDigest::of(title);
        if !self.titles.contains(&title.start()) || !self.heads.contains(&title.head(body())?) {
            return None;
        }
        self.labels.get(&title.with(body())?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(title: &str, text: &str) -> ContentDigest {
        ContentDigest::of(title, [text]).unwrap()
    }

    #[test]
    fn labels_are_found_by_what_a_posting_says() {
        let taxonomy = Corpus::embedded().unwrap().taxonomy;
        let teach = digest("EHR Trainer", "Teach nurses");
        let both = digest("EHR Trainer", "Teach doctors");
        let cook = digest("Cook", "Cook soup");
        let all = [
            (teach, Some(5)),
            (both, Some(5)),
            (cook, None),
            (both, None),
            (both, Some(5)),
            (teach, Some(5)),
        ];
        let known = Known::of(all, &taxonomy);
        let label = |title: &str, text: &str| known.label(title, || [text.to_owned()]);
        assert_eq!(label("ehr trainer", "<p>Teach</p> nurses!"), Some(5));
        assert_eq!(label("COOK", "cook soup"), Some(12));
        assert_eq!(label("EHR Trainer", "Teach doctors"), None, "it has two labels");
        assert_eq!(label("EHR Trainer", "Teach nurses now"), None);
        assert_eq!(label("EHR Trainer", ""), None);
        assert_eq!(label("Trainer", "Teach nurses"), None);
        let tsv = known.to_tsv(&taxonomy, "Two\nlines");
        let mut lines = [format!("{teach}\ttrainer\n"), format!("{cook}\tnone\n")];
        lines.sort();
        assert_eq!(tsv, format!("# Two\n# lines\ndigest\tlabel\n{}", lines.concat()));
        let read = Known::parse(Path::new("x"), &tsv, &taxonomy).unwrap();
        assert_eq!(read.to_tsv(&taxonomy, "Two\nlines"), tsv);
    }
}
