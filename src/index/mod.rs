//! The tantivy index: one document per profile, built in memory, written to a folder, and
//! trusted again only after every byte is checked.

mod build;
mod error;
mod fingerprint;
mod folder;
mod statistics;

use std::path::Path;

use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::schema::{STORED, STRING};
use tantivy::{Searcher, directory::RamDirectory};

pub use error::IndexError;
pub use fingerprint::{FORMAT_VERSION, Fingerprint, IndexedFile};
pub(crate) use statistics::BackgroundStatistics;

use crate::corpus::Corpus;
use crate::text::Analyzer;

/// The name under which the analyzer chain is registered with the index.
const CHAIN_NAME: &str = "rolecall";

/// The fields of a profile in the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    pub(crate) title: Field,
    pub(crate) duties: Field,
    pub(crate) vocabulary: Field,
}

impl Fields {
    /// Returns the fields that are searched, in the order of the weights.
    pub(crate) fn searched(self) -> [Field; 3] {
        [self.title, self.duties, self.vocabulary]
    }

    fn schema() -> (Schema, Self) {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(CHAIN_NAME)
            .set_fieldnorms(true)
            .set_index_option(IndexRecordOption::WithFreqs);
        let text = TextOptions::default().set_indexing_options(indexing);
        let mut schema = Schema::builder();
        let fields = Self {
            id: schema.add_text_field("id", STRING | STORED),
            title: schema.add_text_field("title", text.clone()),
            duties: schema.add_text_field("duties", text.clone()),
            vocabulary: schema.add_text_field("vocabulary", text),
        };
        (schema.build(), fields)
    }
}

/// An index of the profiles of a corpus, open for reading.
///
/// Document `n` is profile `n` of the taxonomy: roles in taxonomy order, then neighbours.
#[derive(Clone)]
pub struct ProfileIndex {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) analyzer: Analyzer,
    /// The files as tantivy wrote them.
    directory: RamDirectory,
}

impl ProfileIndex {
    /// Builds the index of a corpus in memory: some milliseconds for a few dozen profiles.
    ///
    /// # Errors
    ///
    /// Returns an error if tantivy can't build the index.
    pub fn build(corpus: &Corpus) -> Result<Self, IndexError> {
        build::build(corpus)
    }

    /// Opens an index that [`write`](Self::write) wrote for the same corpus.
    ///
    /// Every file is read and compared with the fingerprint before tantivy sees it, and what was
    /// compared is what is used: later changes to the folder have no effect.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder holds no index, an index of another corpus, format or
    /// version, or a damaged one.
    pub fn open(folder: &Path, corpus: &Corpus) -> Result<Self, IndexError> {
        folder::open(folder, corpus)
    }

    /// Writes the index to a folder, in place of an older index there.
    ///
    /// The files are written to a sibling folder, the fingerprint last, which is then renamed. So
    /// a reader sees a whole index, or none for a moment, and of several writers one wins.
    ///
    /// # Errors
    ///
    /// Returns an error if a file can't be written, or if the folder holds something that is not
    /// an index of rolecall, which is left as it is.
    pub fn write(&self, folder: &Path, corpus: &Corpus) -> Result<Fingerprint, IndexError> {
        folder::write(self, folder, corpus)
    }

    /// Returns the fingerprint of the index in a folder, whatever corpus it was built from.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no index or its fingerprint is damaged.
    pub fn fingerprint(folder: &Path) -> Result<Fingerprint, IndexError> {
        folder::read_fingerprint(folder)
    }

    /// Returns how many profiles the index holds.
    pub fn profile_count(&self) -> usize {
        self.searcher.num_docs() as usize
    }
}

impl std::fmt::Debug for ProfileIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProfileIndex").field("profiles", &self.profile_count()).finish()
    }
}
