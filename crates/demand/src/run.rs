//! Reads all inputs and counts their rows: the threads.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jiff::civil::Date;
use rolecall::{Classifier, Corpus};
use rolecall_fields::{
    Certifications, FieldColumns, FieldNames, FieldReaders, GivenFields, Region,
};
use rolecall_tables::TableError;
use rolecall_tagging::likeness::{Likeness, LikenessReference};
use rolecall_tagging::{
    BatchError, Form, Input, InputOptions, InputPath, InputReport, Portion, Progress, ReadColumns,
    Summary, run_in_order,
};

use super::DemandError;
use super::aggregate::{Aggregate, SetAside};
use super::column_plan::ColumnPlan;
use super::correct::Corrector;
use super::dimension::{Attribute, Dimension};
use super::extracted::{Extracted, Field};
use super::field_parser::FieldSources;
use super::read::{Reading, RowReader};
use super::table::{DemandTable, Reader};
use super::{Evidence, Known, Overview, Unit};

/// Bytes of a text file that are read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// How demand is counted.
#[derive(Debug, Clone)]
pub struct DemandOptions {
    /// What rows are grouped by.
    pub by: Vec<Dimension>,
    /// Whether what a report needs is counted as well.
    pub report: bool,
    /// Threads that read: at least 1.
    pub threads: usize,
    /// What the names of the tag columns start with, such as `onc`.
    pub prefix: String,
    /// Whether rows are compared to find those of the same ad, where the input does not say it, and the
    /// bytes of memory for that.
    pub dedup: Option<usize>,
    /// What overrides what is found out about the inputs.
    pub input: InputOptions,
    /// What overrides the columns of date, pay and the like that are found.
    pub fields: GivenFields,
    /// The labelled postings: rows that are among them count by their label where counts are corrected. Nothing
    /// if counts are not to be corrected: then it is not looked at what only the correction needs.
    pub known: Option<Known>,
    /// The day the inputs were collected, for dates such as `4 days ago`, if no column tells it.
    pub seen: Option<Date>,
}

/// What the report groups by beside role and tier.
const REPORTED: [Attribute; 5] =
    [Attribute::Month, Attribute::State, Attribute::Region, Attribute::Employer, Attribute::Title];

/// The regions of the US in the order of the Census Bureau.
const REGIONS: [Region; 4] = [Region::Northeast, Region::Midwest, Region::South, Region::West];

/// What was counted.
pub struct DemandRun {
    pub(super) tally: Aggregate,
    /// What fields were read by, and the certifications that were looked for.
    readers: FieldReaders,
    certifications: Option<Certifications>,
    /// What labelled boards are like.
    labelled: Option<LikenessReference>,
    /// What was read, in order.
    pub inputs: Vec<InputReport>,
    /// The columns that each field was read from.
    pub(super) columns: BTreeMap<String, Vec<String>>,
}

/// Reads tagged files (or others, which are tagged on the way), and counts their rows.
///
/// Rows read = rows counted + rows set aside. The counts are exact but for rows of the same ad that
/// have to be found here: of those the oldest are forgotten when memory is full. What comes out does
/// not depend on the number of threads. Memory depends on the number of groups, not of rows.
///
/// # Errors
///
/// Returns an error if an input can't be read, a key is unknown, no temporary file can be written, or
/// the run is stopped.
pub fn run(
    classifier: &Classifier,
    inputs: &[InputPath],
    options: &DemandOptions,
    progress: &dyn Progress,
) -> Result<DemandRun, DemandError> {
    let inputs = inputs.iter().map(|input| open(classifier, &input.path, options));
    run_inputs(classifier, inputs, options, progress)
}

/// Counts the rows of a table in memory, as [`run`] does those of files.
///
/// # Errors
///
/// As [`run`].
pub fn run_table(
    classifier: &Classifier,
    table: Input,
    options: &DemandOptions,
    progress: &dyn Progress,
) -> Result<DemandRun, DemandError> {
    run_inputs(classifier, std::iter::once(Ok(table)), options, progress)
}

/// Opens an input whose rows are to be counted.
pub(super) fn open(
    classifier: &Classifier,
    path: &Path,
    options: &DemandOptions,
) -> Result<Input, TableError> {
    Input::open(path, &options.input, &classifier.corpus().column_names, CHUNK_BYTES)
}

fn run_inputs(
    classifier: &Classifier,
    inputs: impl Iterator<Item = Result<Input, TableError>>,
    options: &DemandOptions,
    progress: &dyn Progress,
) -> Result<DemandRun, DemandError> {
    let mut attributes: Vec<Attribute> = Vec::new();
    let asked = options.by.iter().filter_map(|key| match key {
        Dimension::Attribute(attribute) => Some(attribute.clone()),
        Dimension::Role | Dimension::Tier => None,
    });
    let reported = REPORTED.into_iter().filter(|_| options.report);
    // How many boards rows come from says how sure corrected counts are.
    let board = options.known.is_some().then_some(Attribute::Board);
    for attribute in asked.chain(reported).chain(board) {
        if !attributes.contains(&attribute) {
            attributes.push(attribute);
        }
    }
    let taxonomy = &classifier.corpus().taxonomy;
    let tier = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let tiers = taxonomy.roles.iter().map(|role| tier(role.tier));
    let tiers = tiers.chain([tier(taxonomy.tiers.len())]).collect();
    let mut tally = Aggregate::new(&options.by, &attributes, tiers, options.report, options.dedup);
    if options.known.is_some() {
        tally.look_at_sources(&attributes);
    }
    let labelled = LikenessReference::of_corpus(classifier.corpus()).map_err(BatchError::from)?;
    let readers = FieldReaders::embedded()?;
    let certifications = if options.report { Some(Certifications::embedded()?) } else { None };
    let mut found = DemandRun {
        tally,
        readers,
        certifications,
        labelled,
        inputs: Vec::new(),
        columns: BTreeMap::new(),
    };
    for (number, input) in (0..).zip(inputs) {
        let DemandRun { tally, columns, readers, certifications, .. } = &mut found;
        let wanted = Projection {
            attributes: &attributes,
            texts: false,
            readers,
            certifications: certifications.as_ref(),
        };
        let report =
            read_input(classifier, (number, input?), &wanted, options, (tally, columns), progress)?;
        progress.done(&report);
        found.inputs.push(report);
    }
    Ok(found)
}

/// Takes what was read of portions, in the order of the rows.
pub(super) trait RowSink: Send {
    /// Takes what was read of a portion.
    fn add(&mut self, path: &Path, facts: &Extracted) -> io::Result<()>;

    /// Returns how many rows were taken.
    fn rows(&self) -> u64;

    /// Returns how many rows could not be read.
    fn rows_set_aside(&self) -> u64;
}

/// What is read of rows.
pub(super) struct Projection<'w> {
    pub(super) attributes: &'w [Attribute],
    /// Whether the texts of rows are kept.
    pub(super) texts: bool,
    /// What reads fields.
    pub(super) readers: &'w FieldReaders,
    /// The certifications that are looked for in texts.
    pub(super) certifications: Option<&'w Certifications>,
}

/// Reads an input, and notes which columns its fields are read from.
pub(super) fn read_input<S: RowSink>(
    classifier: &Classifier,
    (number, mut input): (u64, Input),
    wanted: &Projection<'_>,
    options: &DemandOptions,
    (sink, columns_of_fields): (&mut S, &mut BTreeMap<String, Vec<String>>),
    progress: &dyn Progress,
) -> Result<InputReport, DemandError> {
    let &Projection { attributes, texts, readers, certifications } = wanted;
    let names = &classifier.corpus().column_names;
    let (path, is_table) = (input.path.clone(), matches!(input.form, Form::Table));
    let DemandOptions { prefix, dedup, input: InputOptions { columns, .. }, .. } = options;
    let reads = (
        dedup.is_some(),
        options.report || texts,
        options.known.as_ref().is_some_and(|known| !known.is_empty()),
    );
    let keys = attributes.iter().filter_map(|attribute| match attribute {
        Attribute::Column(name) => Some(name.as_str()),
        _ => None,
    });
    for name in keys.chain(options.fields.names()) {
        // Where it is not there, whoever looks for it says so.
        input.has_column(name);
    }
    let shape = ColumnPlan::of(&input, names, columns, prefix, attributes, reads)?;
    let of_fields = fields_of(&mut input, readers, &options.fields)?;
    let known = (shape.posting.title, shape.posting.place);
    let seen = (options.seen, options.fields.date_order);
    let saying = FieldSources::new(of_fields, known, &input.sample, readers, seen);
    read_from(columns_of_fields, &input.names, &saying, shape.posting.employer);
    progress.opened(&input);
    let wanted = shape.wanted(&saying);
    let of_batch = input.read_only(&wanted);
    let columns = ReadColumns { wanted, of_batch: Some(of_batch), objects: false };
    input.start().map_err(TableError::read(&path))?;
    let description = input.found();
    let reading = Reading {
        format: &input.row_format(),
        columns: &columns,
        number,
        shape: &shape,
        attributes,
        saying: &saying,
        readers,
        certifications,
        known: options.known.as_ref(),
        texts,
    };
    let (digest, malformed) = (input.digest(), input.malformed());
    let before = (sink.rows(), sink.rows_set_aside());
    let (mut bytes, mut damage) = (0, None);
    let worker = || {
        let mut reader = RowReader::new(classifier, &reading);
        move |_, portion: Portion| {
            Ok((reader.read(&portion)?, portion.end.digested.bytes, portion.damage()))
        }
    };
    let count = |(sink, bytes, damage): &mut (&mut S, &mut u64, &mut Option<String>),
                 (facts, read, cut): (Extracted, u64, Option<String>)| {
        let rows = (facts.rows.len() + facts.set_aside.len()) as u64;
        progress.advanced(read.saturating_sub(**bytes), rows);
        **bytes = read;
        if cut.is_some() {
            **damage = cut;
        }
        sink.add(&path, &facts).map_err(DemandError::Temporary)
    };
    let all = (&mut *sink, &mut bytes, &mut damage);
    run_in_order(input, options.threads, progress, worker, all, count, || ())?;
    let rows_written = sink.rows() - before.0;
    let rows_set_aside = sink.rows_set_aside() - before.1;
    let digested = digest.now();
    Ok(InputReport {
        path,
        failure: None,
        damage,
        bytes: digested.bytes,
        // A table has no bytes to digest.
        sha256: if is_table { String::new() } else { digested.sha256() },
        modified: None,
        found: Some(description),
        rows: Summary {
            rows_read: rows_written + rows_set_aside,
            rows_written,
            rows_set_aside,
            malformed_sequences: malformed.count(),
            ..Summary::default()
        },
    })
}

/// Finds the columns of the fields: those that were asked for, those of a known form, those of known names.
fn fields_of(
    input: &mut Input,
    readers: &FieldReaders,
    given: &GivenFields,
) -> Result<FieldColumns, DemandError> {
    let names = FieldNames::embedded()?;
    let found = FieldColumns::detect(&names, readers, &input.names, &input.sample, given);
    let mut found =
        found.map_err(|source| DemandError::Column { path: input.path.clone(), source })?;
    let form = input.posting_form.clone();
    for (field, column, names, is_given) in found.with_names(&names, given) {
        let mut of_form = form.iter().flat_map(|form| &form.fields);
        match of_form.find(|(own, _)| *own == field) {
            _ if is_given => {}
            Some((_, own)) => *column = *own,
            None => *column = input.with_late(*column, names),
        }
    }
    Ok(found)
}

/// Returns which columns of an input the fields of demand are read from, by the names of the fields: place,
/// date, closing date, salary and its parts, remote, employer. Fields without a column are left out.
///
/// # Errors
///
/// Returns an error if a column that was asked for is not there.
pub fn columns_of_fields(
    input: &mut Input,
    given: &GivenFields,
) -> Result<Vec<(&'static str, Vec<String>)>, DemandError> {
    let readers = FieldReaders::embedded()?;
    let found = fields_of(input, &readers, given)?;
    let known = input.columns.as_ref().ok();
    let place = known.and_then(|columns| columns.place).filter(|&place| Some(place) != found.city);
    let employer = known.and_then(|columns| columns.employer);
    let fields = [
        ("date", vec![found.posted]),
        ("closing date", vec![found.closed]),
        ("collected", vec![found.scraped]),
        ("place", vec![place, found.city, found.state, found.country]),
        ("pay", vec![found.salary, found.salary_low, found.salary_high]),
        ("currency", vec![found.salary_currency]),
        ("pay period", vec![found.salary_period]),
        ("remote", vec![found.remote]),
        ("employer", vec![employer]),
        ("board", vec![found.board]),
    ];
    let named = fields.map(|(field, columns)| {
        let names = columns.into_iter().flatten().filter_map(|n| input.names.get(n).cloned());
        // Those that first come late have no name.
        let mut names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
        names.dedup();
        (field, names)
    });
    Ok(named.into_iter().filter(|(_, columns)| !columns.is_empty()).collect())
}

/// Remembers which columns fields are read from.
fn read_from(
    columns_of_fields: &mut BTreeMap<String, Vec<String>>,
    header: &[String],
    saying: &FieldSources,
    employer: Option<usize>,
) {
    let employer = (Field::Employer, employer.into_iter().collect::<Vec<_>>());
    for (field, columns) in saying.by_field().into_iter().chain([employer]) {
        let names = columns_of_fields.entry(field.as_str().to_owned()).or_default();
        for name in columns.into_iter().filter_map(|n| header.get(n)) {
            // One that takes what comes late has no name before.
            if !name.is_empty() && !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
}

impl RowSink for Aggregate {
    fn add(&mut self, path: &Path, facts: &Extracted) -> io::Result<()> {
        Aggregate::add(self, path, facts)
    }

    fn rows(&self) -> u64 {
        Aggregate::rows(self)
    }

    fn rows_set_aside(&self) -> u64 {
        self.rows_set_aside
    }
}

/// What is made of the counts.
#[derive(Debug, Clone, Default)]
pub struct ReportOptions {
    /// What shares, charts and corrected counts are of; ads if it is known of every row which ad
    /// it is a posting of, unless it is given.
    pub unit: Option<Unit>,
    /// Whether the table has rows that are out of scope.
    pub with_none: bool,
    /// Corrects counts, if they are to be corrected.
    pub corrector: Option<Corrector>,
    /// Where the evidence for that is from.
    pub evidence: Option<Evidence>,
    /// What the figures assume and do not say beside what they always do.
    pub assumptions: Vec<String>,
    /// How it was asked for: names and values, for the record.
    pub manifest: Vec<(String, String)>,
}

impl DemandRun {
    /// Tells whether it is known of every row which ad it is a posting of.
    pub fn knows_ads(&self) -> bool {
        self.tally.knows_ads()
    }

    /// Returns the first rows that were set aside, at most 1,000.
    pub fn set_aside(&self) -> &[SetAside] {
        &self.tally.set_aside
    }

    /// Makes the table of the groups that were asked for, and the overview.
    ///
    /// # Errors
    ///
    /// Returns an error if a temporary file can't be read.
    pub fn finish(
        mut self,
        corpus: &Corpus,
        by: &[Dimension],
        shown: &ReportOptions,
    ) -> Result<(DemandTable, Overview), DemandError> {
        let views = self.tally.counted().map_err(DemandError::Temporary)?;
        let by_default = if self.tally.knows_ads() { Unit::Ads } else { Unit::Postings };
        let unit = shown.unit.unwrap_or(by_default);
        let corrector = shown.corrector.as_ref();
        let (tally, taxonomy) = (&self.tally, &corpus.taxonomy);
        let mut reader = Reader { tally, taxonomy, unit, corrector, correction: None };
        reader.correction = reader.correction(&views);
        let table = reader.table(by, &views, shown.with_none);
        let (all, in_scope) = reader.totals(&views);
        let readers = &self.readers;
        let state = |code: &str| readers.place.states().iter().find(|state| state.code == code);
        let certifications = self.certifications.iter().flat_map(Certifications::all);
        let certifications: Vec<_> = certifications.map(|c| c.name.clone()).collect();
        let mut quality = self.quality();
        quality.likeness = self.labelled.map(|labelled| labelled.judge(&self.tally.likeness));
        let warning = quality.likeness.as_ref().and_then(Likeness::warning);
        quality.duplicates = all.ads.map(|ads| all.postings - ads);
        let mut overview = Overview {
            title: format!("Demand for {}", corpus.taxonomy.title),
            taxonomy: corpus.taxonomy.name.clone(),
            unit,
            period: self
                .tally
                .first_day
                .zip(self.tally.last_day)
                .map(|(first, last)| (first.to_string(), last.to_string())),
            quality,
            all,
            in_scope,
            tiers: reader.tiers(&views),
            roles: reader.roles(&views, &certifications),
            months: reader.months(&views),
            states: reader.states(&views, |code| state(code).map(|state| state.name.to_owned())),
            regions: reader.regions(&views, &REGIONS.map(Region::as_str), |code| {
                readers.place.country_name(code)
            }),
            employers: reader.employers(&views),
            methods: Vec::new(),
            evidence: shown.evidence.clone(),
            assumptions: warning.into_iter().chain(shown.assumptions.iter().cloned()).collect(),
            inputs: self.input_lines(),
            manifest: shown.manifest.clone(),
        };
        reader.correct(&mut overview, &views);
        let (known, rows) = (self.tally.rows_known, self.tally.rows());
        if corrector.is_some() && known > 0 {
            let are = if known == 1 { "is" } else { "are" };
            overview.assumptions.push(format!(
                "{known} of {rows} rows {are} among the postings that the classifier was fitted to; corrected counts have \
                 them by their label."
            ));
        }
        Ok((table, overview))
    }
}
