//! Corpus in, index in memory out.

use tantivy::directory::RamDirectory;
use tantivy::{Index, IndexBuilder, TantivyDocument};

use super::{CHAIN_NAME, Fields, IndexError, ProfileIndex};
use crate::corpus::Corpus;
use crate::text::Analyzer;

/// What tantivy takes for its tables of terms at first, in bytes. They grow where there are more terms; larger ones
/// take longer to make than a few dozen profiles to index.
const MEMORY_BUDGET: usize = 1_000_000;

pub(super) fn build(corpus: &Corpus) -> Result<ProfileIndex, IndexError> {
    let (schema, fields) = Fields::schema();
    let analyzer = Analyzer::new(&corpus.stop_words);
    let directory = RamDirectory::create();
    let tokenizers = tantivy::tokenizer::TokenizerManager::default();
    tokenizers.register(CHAIN_NAME, analyzer.chain());

    // One thread and one segment, so that document n is profile n.
    let wrong = IndexError::tantivy("build");
    let mut writer = IndexBuilder::new()
        .schema(schema)
        .tokenizers(tokenizers)
        .single_segment_index_writer(directory.clone(), MEMORY_BUDGET)
        .map_err(wrong)?;
    for profile in corpus.taxonomy.documents() {
        let mut document = TantivyDocument::new();
        document.add_text(fields.id, profile.id);
        for (field, texts) in [
            (fields.title, profile.title),
            (fields.duties, profile.duties),
            (fields.vocabulary, profile.vocabulary),
        ] {
            for text in texts {
                document.add_text(field, text);
            }
        }
        writer.add_document(document).map_err(wrong)?;
    }
    let index = writer.finalize().map_err(wrong)?;
    open(&index, directory, fields, analyzer)
}

/// Opens an index whose files are in memory.
pub(super) fn open(
    index: &Index,
    directory: RamDirectory,
    fields: Fields,
    analyzer: Analyzer,
) -> Result<ProfileIndex, IndexError> {
    let reader = index
        .reader_builder()
        .reload_policy(tantivy::ReloadPolicy::Manual)
        .try_into()
        .map_err(IndexError::tantivy("open"))?;
    Ok(ProfileIndex { searcher: reader.searcher(), fields, analyzer, directory })
}
