//! The scores of terms as bytes, whatever the layout in memory: a table that was compiled ahead.
//!
//! All numbers are little endian; those of the kind `n` are as [`push_number`] writes them.
//!
//! | bytes | what |
//! |---|---|
//! | 4, then as many | the settings of the analyzer chain |
//! | n, n | how many profiles, how many columns of learned weights |
//! | n, n, n | how many terms the profiles hold, how many more texts, how many more titles alone and employers |
//!
//! Then each term, in the order of these three, and within them in the order of the stems' bytes:
//!
//! | bytes | what |
//! |---|---|
//! | n, then as many | the stem |
//! | n, then as many | the label; 0 if it is the stem |
//! | 1 | for which parts it has learned weights: a bit each, that of the title the lowest |
//! | n | how many profiles hold it |
//! | n, 4, 4 each | the profile, its BM25 score in the title and in the body |
//! | 4 for each column and part | the learned weights |

use super::table::{BODY, PARTS, ScoreTable, TITLE};
use super::term_names::TermId;
use crate::compiled::{self, Bytes, Compiled, push_number};
use crate::corpus::{ALONE, Corpus, EMPLOYER};
use crate::index::{IndexError, ProfileIndex};
use crate::text::{Analyzer, CHAIN};

/// The parts that terms have learned weights for.
const LEARNED: [usize; 4] = [TITLE, BODY, ALONE, EMPLOYER];

/// No table has more cells; a damaged file must not ask for all memory.
const MAX_CELLS: usize = 1 << 24;

/// Does what starting with a corpus takes ahead of it: builds the index and computes all scores. Returns the
/// content of the `compiled.bin` that the binary carries for the embedded corpus; the same corpus gives the same
/// bytes.
///
/// # Errors
///
/// Returns an error if the index can't be built.
pub fn compile_ahead(corpus: &Corpus) -> Result<Vec<u8>, IndexError> {
    let table = ScoreTable::compile(&ProfileIndex::build(corpus)?, corpus)?;
    Ok(compiled::write(corpus.digest(), &corpus.taxonomy, &write(&table)))
}

impl ScoreTable {
    /// Returns the table of the embedded corpus, if the binary carries one.
    pub(crate) fn compiled_ahead(corpus: &Corpus) -> Option<Self> {
        read(Compiled::embedded()?.scores(), corpus)
    }
}

fn write(table: &ScoreTable) -> Vec<u8> {
    let mut bytes = Vec::new();
    #[allow(clippy::cast_possible_truncation, reason = "a line")]
    bytes.extend((CHAIN.len() as u32).to_le_bytes());
    bytes.extend(CHAIN.as_bytes());
    let ends = [0, table.terms_of_profiles(), table.terms_of_texts(), table.terms()];
    let groups = ends.windows(2).map(|ends| ends[0]..ends[1]);
    for number in
        [table.profiles(), table.width()].into_iter().chain(groups.clone().map(|g| g.len()))
    {
        push_number(&mut bytes, number);
    }
    for group in groups {
        #[allow(clippy::cast_possible_truncation, reason = "numbers of terms")]
        let mut terms: Vec<_> = group.map(|term| term as TermId).collect();
        terms.sort_by_key(|&term| table.stem(term));
        terms.into_iter().for_each(|term| write_term(&mut bytes, table, term));
    }
    bytes
}

fn write_term(bytes: &mut Vec<u8>, table: &ScoreTable, term: TermId) {
    let (stem, label) = (table.stem(term), table.label(term));
    for text in [stem, if label == stem { "" } else { label }] {
        push_number(bytes, text.len());
        bytes.extend(text.as_bytes());
    }
    let learned = LEARNED.map(|part| learned(table, term, part));
    let parts = (0..).zip(&learned).map(|(part, weights)| u8::from(weights.is_some()) << part);
    bytes.push(parts.sum());
    let bm25 = (0..table.profiles())
        .map(|profile| (profile, [TITLE, BODY].map(|part| table.bm25(term, part, profile))));
    let bm25: Vec<_> = bm25.filter(|(_, scores)| *scores != [0.0; PARTS]).collect();
    push_number(bytes, bm25.len());
    for (profile, scores) in bm25 {
        push_number(bytes, profile);
        bytes.extend(scores.map(f32::to_le_bytes).as_flattened());
    }
    for weight in learned.into_iter().flatten().flatten() {
        bytes.extend(weight.to_le_bytes());
    }
}

/// Returns the learned weights of a term for a part, if it has any.
fn learned(table: &ScoreTable, term: TermId, part: usize) -> Option<Vec<f32>> {
    let columns = 0..table.width();
    match part {
        EMPLOYER => table.employer_row(term).map(<[f32]>::to_vec),
        ALONE => {
            let weights: Vec<_> = columns.map(|column| table.alone(term, column)).collect();
            weights.iter().any(|&weight| weight != 0.0).then_some(weights)
        }
        _ => {
            let has_any = table.learned(term, part, table.width()) > 0.0;
            has_any.then(|| columns.map(|column| table.learned(term, part, column)).collect())
        }
    }
}

/// Reads a table; nothing if the bytes are of another analyzer chain, or damaged.
fn read(bytes: &[u8], corpus: &Corpus) -> Option<ScoreTable> {
    let mut bytes = Bytes(bytes);
    if bytes.section()? != CHAIN.as_bytes() {
        return None;
    }
    let [profiles, width] = [bytes.number()?, bytes.number()?];
    let groups = [bytes.number()?, bytes.number()?, bytes.number()?];
    let size = [profiles, width, groups.iter().sum()];
    if (1 + profiles + width).saturating_mul(size[2]) > MAX_CELLS {
        return None;
    }
    let analyzer = Analyzer::new(&corpus.stop_words);
    let mut table = ScoreTable::empty(size, corpus.calibration.saturation, analyzer);
    let mut weights = vec![0.0; width];
    for (group, terms) in groups.into_iter().enumerate() {
        for _ in 0..terms {
            read_term(&mut bytes, &mut table, group == 0, &mut weights)?;
        }
    }
    table.set_terms(groups[0], groups[0] + groups[1]);
    (bytes.is_empty() && table.terms() == size[2]).then_some(table)
}

fn read_term(
    bytes: &mut Bytes<'_>,
    table: &mut ScoreTable,
    is_of_profiles: bool,
    weights: &mut [f32],
) -> Option<()> {
    let stem = read_text(bytes)?;
    let label = Some(read_text(bytes)?).filter(|label| !label.is_empty()).unwrap_or(stem);
    let term = match is_of_profiles {
        true => table.add_of_profiles(stem, label),
        false => table.add(stem, label),
    };
    let parts = bytes.u8()?;
    for _ in 0..bytes.number()? {
        let profile = bytes.number()?;
        for part in [TITLE, BODY] {
            table.add_bm25(term, part, profile, bytes.f32()?);
        }
    }
    for (n, part) in LEARNED.into_iter().enumerate() {
        if parts >> n & 1 == 1 {
            bytes.fill(weights)?;
            table.set_learned(term, part, weights);
        }
    }
    Some(())
}

fn read_text<'b>(bytes: &mut Bytes<'b>) -> Option<&'b str> {
    let length = bytes.number()?;
    std::str::from_utf8(bytes.take(length)?).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::corpus::TermWeights;
    use crate::files::COMPILED;

    /// The files of the embedded corpus, parsed anew.
    fn from_files() -> Corpus {
        Corpus::from_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/onc")).unwrap()
    }

    #[test]
    fn what_the_binary_carries_is_what_tantivy_gives() {
        let corpus = from_files();
        let anew = compile_ahead(&corpus).unwrap();
        assert!(
            COMPILED == Some(&anew[..]),
            "corpus/onc/compiled.bin is stale: CONTRIBUTING.md says how to make it anew"
        );
        let table = ScoreTable::compiled_ahead(&corpus).unwrap();
        assert_eq!(compiled::write(corpus.digest(), &corpus.taxonomy, &write(&table)), anew);
        let embedded = Corpus::embedded().unwrap();
        assert_eq!(embedded.taxonomy, corpus.taxonomy);
        assert_eq!(embedded.is_fitted(), corpus.is_fitted());
    }

    #[test]
    fn a_table_of_another_fit_is_read_as_it_was_written() {
        let corpus = from_files();
        let columns = Corpus::term_columns(&corpus.taxonomy, &corpus.calibration);
        let mut terms = TermWeights::new(columns);
        for (stem, word, part) in
            [("health", "healthy", ALONE), ("zzz", "zzzz", EMPLOYER), ("zz", "zz", BODY)]
        {
            terms.insert(stem, word, part, &[0.5, -1.5]);
        }
        let calibration = corpus.calibration.clone();
        let corpus = corpus.with_fit(calibration, terms);
        let table = ScoreTable::compile(&ProfileIndex::build(&corpus).unwrap(), &corpus).unwrap();
        let bytes = write(&table);
        let read = read(&bytes, &corpus).unwrap();
        assert!(bytes == write(&read));
        assert_eq!(read.terms() - read.terms_of_profiles(), 2);
        assert_eq!(read.terms() - read.terms_of_texts(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn damage_is_no_panic(place in any::<prop::sample::Index>(), byte: u8) {
            let mut bytes = Compiled::embedded().unwrap().scores().to_vec();
            let place = place.index(bytes.len());
            let corpus = Corpus::embedded().unwrap();
            read(&bytes[..place], &corpus);
            bytes[place] = byte;
            read(&bytes, &corpus);
            prop_assert!(read(&bytes[..bytes.len() - 1], &corpus).is_none());
        }
    }
}
