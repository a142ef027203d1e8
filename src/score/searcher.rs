//! The oracle: one tantivy search per posting.

use std::collections::BTreeMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::query::{BooleanQuery, BoostQuery, EnableScoring, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader, Term};

use super::saturate;
use crate::corpus::{Calibration, Corpus, FieldWeights};
use crate::index::{BackgroundStatistics, IndexError, ProfileIndex};
use crate::posting::Posting;
use crate::text::{Analyzer, strip_markup};

/// Scores postings by searching the index with tantivy itself.
///
/// It is thirty times slower than the [`ScoreTable`](super::ScoreTable) and exists so that the
/// table can be checked.
pub struct Searcher<'a> {
    index: &'a ProfileIndex,
    analyzer: Analyzer,
    statistics: BackgroundStatistics<'a>,
    calibration: &'a Calibration,
}

impl<'a> Searcher<'a> {
    /// Prepares searches of an index, with the background and the weights of a corpus.
    ///
    /// # Errors
    ///
    /// Returns an error if tantivy can't read the index.
    pub fn new(index: &'a ProfileIndex, corpus: &'a Corpus) -> Result<Self, IndexError> {
        Ok(Self {
            index,
            analyzer: index.analyzer.clone(),
            statistics: BackgroundStatistics::new(index, corpus.background()?)?,
            calibration: &corpus.calibration,
        })
    }

    /// Returns the score of each profile: roles in taxonomy order, then neighbours.
    ///
    /// # Errors
    ///
    /// Returns an error if tantivy can't run the search.
    pub fn score(&mut self, posting: &Posting) -> Result<Vec<f32>, IndexError> {
        let query = self.query(posting);
        let searcher = &self.index.searcher;
        let scoring = EnableScoring::enabled_from_statistics_provider(&self.statistics, searcher);
        let wrong = IndexError::tantivy("search");
        let weight = query.weight(scoring).map_err(wrong)?;
        let collector = EveryScore { profiles: self.index.profile_count() };
        let mut scores = vec![0.0; collector.profiles];
        for (n, segment) in (0..).zip(searcher.segment_readers()) {
            let found = collector.collect_segment(weight.as_ref(), n, segment).map_err(wrong)?;
            for (doc, score) in found {
                scores[doc as usize] = score;
            }
        }
        Ok(scores)
    }

    /// A clause for each part, field and term, boosted by weight and query term frequency.
    fn query(&mut self, posting: &Posting) -> BooleanQuery {
        let Calibration { weights, saturation, .. } = self.calibration;
        let title = (posting.title.as_ref(), weights.title, saturation.title);
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut add = |frequencies: &BTreeMap<String, u32>, weights: FieldWeights, k3: f32| {
            let fields = self.index.fields.searched().into_iter().zip(weights.by_field());
            for (field, weight) in fields.filter(|&(_, weight)| weight > 0.0) {
                for (stem, &q) in frequencies {
                    let term = Term::from_field_text(field, stem);
                    let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
                    let boosted = BoostQuery::new(Box::new(query), weight * saturate(k3, q));
                    clauses.push((Occur::Should, Box::new(boosted)));
                }
            }
        };
        let mut frequencies = BTreeMap::new();
        count(&mut self.analyzer, title.0, &mut frequencies);
        add(&frequencies, title.1, title.2);
        frequencies.clear();
        for text in &posting.body {
            count(&mut self.analyzer, text, &mut frequencies);
        }
        add(&frequencies, weights.body, saturation.body);
        BooleanQuery::new(clauses)
    }
}

fn count(analyzer: &mut Analyzer, text: &str, frequencies: &mut BTreeMap<String, u32>) {
    analyzer.stems(&strip_markup(text), |stem| {
        *frequencies.entry(stem.to_owned()).or_insert(0) += 1;
    });
}

/// Collects the score of each document that matches, where `TopDocs` would sort and cut.
struct EveryScore {
    profiles: usize,
}

struct SegmentScores(Vec<(DocId, Score)>);

impl Collector for EveryScore {
    type Fruit = Vec<(DocId, Score)>;
    type Child = SegmentScores;

    fn for_segment(&self, _: SegmentOrdinal, _: &SegmentReader) -> tantivy::Result<SegmentScores> {
        Ok(SegmentScores(Vec::with_capacity(self.profiles)))
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<Self::Fruit>) -> tantivy::Result<Self::Fruit> {
        Ok(segments.concat())
    }
}

impl SegmentCollector for SegmentScores {
    type Fruit = Vec<(DocId, Score)>;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.0.push((doc, score));
    }

    fn harvest(self) -> Self::Fruit {
        self.0
    }
}
