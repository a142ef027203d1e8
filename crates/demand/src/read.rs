//! What one thread does with a portion of an input: reads what its rows say.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::civil::Date;
use rolecall::taxonomy::{NONE, Taxonomy};
use rolecall::text::strip_markup;
use rolecall::{Classifier, Posting, Tagger};
use rolecall_dedup::{Ad, Signature, employer_key, employer_name};
use rolecall_fields::{
    Certifications, DatePrecision, FieldReaders, Place, PlaceBasis, Reading as FieldReading,
};
use rolecall_tables::TableError;
use rolecall_tagging::{Portion, ReadColumns, Row, RowEvent, RowFormat};
use rustc_hash::FxHashMap;

use super::column_plan::{ColumnPlan, TagPositions};
use super::dimension::Attribute;
use super::extracted::{AdOf, Candidates, Extracted, ExtractedRow, Field, PostingText};
use super::field_parser::{FieldParser, FieldSources, ParsedFields};
use super::labelled_rows::Known;

/// What all threads need to know of an input.
pub(super) struct Reading<'r> {
    pub(super) format: &'r RowFormat,
    pub(super) columns: &'r ReadColumns,
    /// The position of the input among all.
    pub(super) number: u64,
    pub(super) shape: &'r ColumnPlan,
    pub(super) attributes: &'r [Attribute],
    pub(super) saying: &'r FieldSources,
    pub(super) readers: &'r FieldReaders,
    /// Looked for in the texts of rows in scope, if they are wanted.
    pub(super) certifications: Option<&'r Certifications>,
    /// The labelled postings, among which rows are looked up if they are to be.
    pub(super) known: Option<&'r Known>,
    /// Whether the texts of rows are kept.
    pub(super) texts: bool,
}

/// Different texts whose reading is remembered, at most.
const REMEMBERED: usize = 1 << 16;

/// Bits of the number of a row within its input.
const ROW_BITS: u32 = 40;

/// Reads portions of an input.
pub(super) struct RowReader<'c, 'r> {
    reading: &'r Reading<'r>,
    taxonomy: &'c Taxonomy,
    sharpness: f64,
    classes: FxHashMap<&'c str, usize>,
    tagger: Option<Tagger<'c>>,
    employers: FxHashMap<String, Employer>,
    /// Counts portions.
    portion: u64,
    sayings: FieldParser<'r>,
    facts: Extracted,
    stem: String,
}

impl<'c, 'r> RowReader<'c, 'r> {
    pub(super) fn new(classifier: &'c Classifier, reading: &'r Reading<'r>) -> Self {
        let taxonomy = &classifier.corpus().taxonomy;
        let mut classes: FxHashMap<_, _> =
            taxonomy.roles.iter().enumerate().map(|(n, role)| (role.id.as_str(), n)).collect();
        classes.insert(NONE, taxonomy.roles.len());
        Self {
            reading,
            taxonomy,
            sharpness: classifier.corpus().calibration.ranking.sharpness,
            classes,
            tagger: reading.shape.tags.is_none().then(|| classifier.tagger()),
            employers: FxHashMap::default(),
            portion: 0,
            sayings: FieldParser::new(reading.readers, reading.saying),
            facts: Extracted::default(),
            stem: reading
                .format
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
        }
    }

    /// Reads a portion.
    pub(super) fn read(&mut self, portion: &Portion) -> Result<Extracted, TableError> {
        self.facts = Extracted::default();
        self.portion += 1;
        let reading = self.reading;
        reading.format.read(portion, reading.columns, |event| match event {
            RowEvent::Row(row) => self.read_row(row),
            RowEvent::Blank(_) => {}
            RowEvent::NoRow(position, reason) => {
                self.facts.set_aside.push((position.line(), reason.to_owned()));
            }
            RowEvent::Unreadable(position, reason) => {
                self.facts.set_aside.push((position.line(), reason));
            }
        })?;
        Ok(std::mem::take(&mut self.facts))
    }

    fn read_row(&mut self, row: &Row<'_>) {
        let shape = self.reading.shape;
        let cell = |n: usize| row.cell(n);
        let cell_of = |n: Option<usize>| n.map_or(Cow::Borrowed(""), &cell);
        let title = cell_of(shape.posting.title);
        let employer = cell_of(shape.posting.employer);
        let body = || shape.posting.text.iter().map(|&n| cell(n));
        let (class, candidates, ad) = match &shape.tags {
            Some(tags) => match self.read_tag(tags, &cell) {
                Ok(read) => {
                    self.count_likeness(tags, read.1, &cell);
                    read
                }
                Err(reason) => {
                    self.facts.set_aside.push((row.position().line(), reason));
                    return;
                }
            },
            None => {
                let (class, candidates) = self.tag(&row.posting(&shape.posting));
                (class, candidates, AdOf::Unknown)
            }
        };
        let ad = if shape.compares { AdOf::Signed } else { ad };
        if shape.compares {
            let body: Vec<_> = body().collect();
            let place = cell_of(shape.posting.place);
            let ad = Ad { title: &title, employer: &employer, place: &place, body: &body };
            self.facts.signatures.push(Signature::of(&ad));
        }
        if self.reading.texts {
            let body: Vec<_> = body().collect();
            self.facts.postings.push(PostingText {
                title: title.clone().into_owned(),
                employer: employer.clone().into_owned(),
                place: cell_of(shape.posting.place).into_owned(),
                body: body.join("\n\n"),
            });
        }
        let employer = self.employer(&employer);
        let said = self.sayings.read(&cell, &mut self.facts.fields);
        for (attribute, column) in self.reading.attributes.iter().zip(&shape.attributes) {
            let number = match (attribute, column) {
                (_, Some(column)) => self.facts.texts.number(&cell(*column)),
                (Attribute::Employer, _) => {
                    employer.unwrap_or_else(|| self.facts.texts.number(NOT_STATED))
                }
                (Attribute::Title, _) => {
                    // Adzuna marks what was searched for in titles.
                    let plain = match strip_markup(&title) {
                        Cow::Owned(plain) => plain.split_whitespace().collect::<Vec<_>>().join(" "),
                        Cow::Borrowed(plain) => plain.trim().to_owned(),
                    };
                    self.facts.texts.number(&plain.to_lowercase())
                }
                (Attribute::Board, _) => match &*cell_of(self.reading.saying.columns.board) {
                    "" => self.facts.texts.number(&self.stem),
                    board => self.facts.texts.number(board),
                },
                (Attribute::File, _) => self.facts.texts.number(&self.stem),
                (attribute, _) => self.facts.texts.number(&value(attribute, &said)),
            };
            self.facts.attributes.push(number);
        }
        let certifications = self.reading.certifications;
        if let Some(certifications) = certifications.filter(|_| class < self.taxonomy.roles.len()) {
            let row = self.facts.rows.len();
            let texts = [title.clone()].into_iter().chain(body());
            let found: BTreeSet<usize> =
                texts.flat_map(|text| certifications.positions(&text)).collect();
            self.facts.certifications.extend(found.into_iter().map(|found| (row, found)));
        }
        let salary =
            said.salary.map(|(currency, cents)| (self.facts.texts.number(&currency), cents));
        let day = match &said.date {
            Some(FieldReading::Read((date, DatePrecision::Day))) => Some(*date),
            _ => None,
        };
        let days = said.days;
        let known = self.reading.known.filter(|_| shape.knows);
        let label = known.and_then(|known| known.label(&title, body));
        self.facts.rows.push(ExtractedRow {
            class,
            ad,
            employer,
            salary,
            days,
            day,
            candidates,
            label,
        });
    }

    fn tag(&mut self, posting: &Posting<'_>) -> (usize, Option<Candidates>) {
        let none = self.taxonomy.roles.len();
        let Some(tagger) = &mut self.tagger else { return (none, None) };
        let explained = tagger.explain(posting);
        let tag = &explained.tag;
        let class = self.classes.get(tag.role_id()).copied().unwrap_or(none);
        let ranked = tag.closest().zip(tag.second());
        let candidates = ranked.map(|(closest, second)| {
            let of = |ranked: &rolecall::classify::Ranked<'_>| {
                (ranked.position(), f64::from(ranked.score))
            };
            Candidates::new(tag.scope, of(closest), of(second), self.sharpness)
        });
        let [_, words] = explained.words();
        self.facts.likeness.count(words, tag.words_known, tag.scope, tag.role_sure());
        (class, candidates)
    }

    /// Counts what the columns of a tagged row tell: a title alone is another kind of text.
    fn count_likeness<'a>(
        &mut self,
        tags: &TagPositions,
        candidates: Option<Candidates>,
        cell: &impl Fn(usize) -> Cow<'a, str>,
    ) {
        let has_text =
            tags.basis.is_some_and(|basis| matches!(&*cell(basis), "title+text" | "text"));
        if let Some(candidates) = candidates.filter(|_| has_text) {
            let (scope, role_sure) = candidates.scope_and_sureness();
            self.facts.likeness.count_scope(scope, role_sure);
        }
    }

    fn read_tag<'a>(
        &self,
        tags: &TagPositions,
        cell: &impl Fn(usize) -> Cow<'a, str>,
    ) -> Result<(usize, Option<Candidates>, AdOf), String> {
        let class_of = |n: usize| {
            let role = cell(n);
            self.classes.get(&*role).copied().ok_or_else(|| match &*role {
                "" => "the cell of the role is empty; tag the row first".to_owned(),
                _ => format!(
                    "the taxonomy has no role `{}`; give the corpus that tagged it",
                    role.escape_debug().take(100).collect::<String>()
                ),
            })
        };
        let class = class_of(tags.role)?;
        let candidates =
            tags.candidates.and_then(|[scope, closest, score, second, second_score]| {
                let number =
                    |n: usize| cell(n).parse::<f64>().ok().filter(|number| number.is_finite());
                let role =
                    |n: usize| class_of(n).ok().filter(|&class| class < self.taxonomy.roles.len());
                let closest = (role(closest)?, number(score)?);
                let second = (role(second)?, number(second_score)?);
                Some(Candidates::new(
                    number(scope)?.clamp(0.0, 1.0),
                    closest,
                    second,
                    self.sharpness,
                ))
            });
        let ad = match tags.cluster {
            None => AdOf::Unknown,
            Some(column) => match cell(column).parse::<u64>() {
                // Clusters are numbered within their file.
                Ok(cluster) => AdOf::Known((self.reading.number + 1) << ROW_BITS | cluster),
                Err(_) => AdOf::Unknown,
            },
        };
        Ok((class, candidates, ad))
    }

    /// Returns the number of an employer's plain form, and counts whether there is one.
    fn employer(&mut self, text: &str) -> Option<u32> {
        let counts = &mut self.facts.fields[Field::Employer as usize];
        if self.reading.readers.place.is_nothing(text) {
            counts.not_stated += 1;
            return None;
        }
        if self.employers.len() > REMEMBERED {
            self.employers.clear();
        }
        let employer = match self.employers.get_mut(text) {
            Some(employer) => employer,
            None => self.employers.entry(text.to_owned()).or_insert_with(|| Employer::of(text)),
        };
        if employer.plain.is_empty() {
            if text.contains(char::is_alphanumeric) {
                counts.not_stated += 1;
            } else {
                counts.refuse(text);
            }
            return None;
        }
        counts.read += 1;
        let numbers = match employer.numbers {
            Some((portion, numbers)) if portion == self.portion => numbers,
            _ => {
                let texts = &mut self.facts.texts;
                let numbers = (texts.number(&employer.plain), texts.number(&employer.spelled));
                employer.numbers = Some((self.portion, numbers));
                numbers
            }
        };
        *self.facts.spellings.entry(numbers).or_insert(0) += 1;
        Some(numbers.0)
    }
}

/// What is remembered of an employer's text.
struct Employer {
    /// What is the same for all spellings; empty if it names nobody, as `Confidential` does.
    plain: String,
    /// How it is shown.
    spelled: String,
    /// The numbers of both in the portion that they were last given in.
    numbers: Option<(u64, (u32, u32))>,
}

impl Employer {
    fn of(text: &str) -> Self {
        let spelled = employer_name(text).into_owned();
        Self { plain: employer_key(text), spelled, numbers: None }
    }
}

/// Stands for a value where the row has none.
pub(super) const NOT_STATED: &str = "(not stated)";

/// Stands for a value where the row has one that can't be read.
pub(super) const NOT_READ: &str = "(not read)";

/// Returns the value of an attribute that is read from what a row says.
fn value<'s>(attribute: &Attribute, said: &'s ParsedFields) -> Cow<'s, str> {
    let of_place = |value: fn(&Place) -> &str| match said.place.as_deref() {
        Some(FieldReading::Read(place)) if place.basis == PlaceBasis::Unread => {
            Cow::Borrowed(NOT_READ)
        }
        // How the work is done is no place: "Hybrid".
        Some(FieldReading::Read(place)) if place.country.is_none() && !place.is_anywhere() => {
            Cow::Borrowed(NOT_STATED)
        }
        Some(FieldReading::Read(place)) => Cow::Borrowed(value(place)),
        Some(FieldReading::NotRead(_)) => Cow::Borrowed(NOT_READ),
        Some(FieldReading::NotStated) | None => Cow::Borrowed(NOT_STATED),
    };
    let of_date = |value: &dyn Fn(Date, DatePrecision) -> Option<String>| match &said.date {
        Some(FieldReading::Read((date, precision))) => match value(*date, *precision) {
            Some(value) => Cow::Owned(value),
            None => Cow::Borrowed(TOO_VAGUE),
        },
        Some(FieldReading::NotRead(_)) => Cow::Borrowed(NOT_READ),
        Some(FieldReading::NotStated) | None => Cow::Borrowed(NOT_STATED),
    };
    match attribute {
        Attribute::Country => of_place(|place| place.country.unwrap_or(ANYWHERE)),
        Attribute::State => of_place(|place| match (place.state, place.country) {
            (Some(state), _) => state,
            (None, Some("US")) => NO_STATE,
            (None, Some(_)) => ABROAD,
            (None, None) => ANYWHERE,
        }),
        Attribute::Region => of_place(|place| match (place.region, place.country) {
            (Some(region), _) => region.as_str(),
            (None, Some("US")) => NO_REGION,
            (None, Some(country)) => country,
            (None, None) => ANYWHERE,
        }),
        Attribute::City => of_place(|place| place.city.as_deref().unwrap_or(NOT_STATED)),
        Attribute::Month => of_date(&|date, precision| {
            let known = !matches!(precision, DatePrecision::Year | DatePrecision::Latest);
            known.then(|| format!("{:04}-{:02}", date.year(), date.month()))
        }),
        Attribute::Quarter => of_date(&|date, precision| {
            let known = !matches!(precision, DatePrecision::Year | DatePrecision::Latest);
            known.then(|| format!("{:04}-Q{}", date.year(), (date.month() + 2) / 3))
        }),
        Attribute::Year => of_date(&|date, precision| {
            (precision != DatePrecision::Latest).then(|| format!("{:04}", date.year()))
        }),
        Attribute::Remote => {
            Cow::Borrowed(said.remote.map_or(NOT_STATED, |remote| remote.as_str()))
        }
        // Those above, and these are read from the row itself.
        Attribute::Employer
        | Attribute::Board
        | Attribute::Title
        | Attribute::File
        | Attribute::Column(_) => Cow::Borrowed(NOT_STATED),
    }
}

/// Stands for the place of what can be done from anywhere.
const ANYWHERE: &str = "(anywhere)";

/// Stands for the state of what is in another country.
const ABROAD: &str = "(outside the US)";

/// Stands for a state that a place in the US does not tell.
const NO_STATE: &str = "(US, no state)";

/// Stands for the region of a place in the US that tells none.
const NO_REGION: &str = "(US, no region)";

/// Stands for a period that a date does not tell.
const TOO_VAGUE: &str = "(too vague)";
