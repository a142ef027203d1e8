//! What a row says of place, date, pay and remote work.

use std::borrow::Cow;
use std::rc::Rc;

use jiff::civil::Date;
use rolecall_fields::{
    BareCodes, DateOrder, DatePrecision, DateReader, FieldColumns, FieldReaders, Place, PlaceBasis,
    Reading, Remote,
};
use rustc_hash::FxHashMap;

use super::extracted::{Field, FieldCounts};

/// Different texts whose reading is remembered, at most.
const REMEMBERED: usize = 1 << 16;

/// Days that a posting is up at most; more is a mistake.
const MAX_DAYS: i64 = 3 * 366;

/// The columns of fields, and what their sample tells.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldSources {
    pub(super) columns: FieldColumns,
    /// The column of the place as one text.
    pub(super) place: Option<usize>,
    pub(super) title: Option<usize>,
    bare: BareCodes,
    order: DateOrder,
    /// Whether the dates are numbered as spreadsheets do.
    serials: bool,
    /// The day the file was collected, if no column tells.
    pub(super) seen: Option<Date>,
}

/// What a row says.
#[derive(Debug, Clone, Default)]
pub(super) struct ParsedFields {
    pub(super) place: Option<Rc<Reading<Place>>>,
    pub(super) remote: Option<Remote>,
    pub(super) date: Option<Reading<(Date, DatePrecision)>>,
    /// The currency, and cents for a year.
    pub(super) salary: Option<(String, i64)>,
    pub(super) days: Option<i64>,
}

impl FieldSources {
    pub(super) fn new(
        columns: FieldColumns,
        (title, place): (Option<usize>, Option<usize>),
        sample: &[Vec<String>],
        readers: &FieldReaders,
        (seen, order): (Option<Date>, Option<DateOrder>),
    ) -> Self {
        let cells = |column: Option<usize>| {
            let column = column.unwrap_or(usize::MAX);
            sample.iter().filter_map(move |row| row.get(column)).map(String::as_str)
        };
        // A column that holds the city alone is a part of the place.
        let place = place.filter(|&place| Some(place) != columns.city);
        let parts = cells(columns.state).chain(cells(columns.country));
        Self {
            bare: BareCodes::detect(&readers.place, cells(place).chain(parts)),
            order: order.unwrap_or_else(|| DateOrder::detect(cells(columns.posted))),
            serials: {
                let mut filled =
                    cells(columns.posted).filter(|cell| !cell.trim().is_empty()).peekable();
                filled.peek().is_some() && filled.all(|cell| DateReader::serial(cell).is_some())
            },
            columns,
            place,
            title,
            seen,
        }
    }

    /// Returns the columns that are read.
    pub(super) fn wanted(&self) -> impl Iterator<Item = usize> + '_ {
        let FieldColumns {
            posted,
            closed,
            scraped,
            salary,
            salary_low,
            salary_high,
            salary_currency,
            salary_period,
            remote,
            city,
            state,
            country,
            board,
            employment: _,
        } = self.columns;
        let of_fields = [posted, closed, scraped, salary, salary_low, salary_high, salary_currency];
        let more = [salary_period, remote, city, state, country, board, self.place, self.title];
        of_fields.into_iter().chain(more).flatten()
    }

    /// Returns the columns of each field.
    pub(super) fn by_field(&self) -> [(Field, Vec<usize>); 4] {
        let FieldColumns {
            posted,
            salary,
            salary_low,
            salary_high,
            remote,
            city,
            state,
            country,
            ..
        } = self.columns;
        let list = |columns: &[Option<usize>]| columns.iter().flatten().copied().collect();
        [
            (Field::Place, list(&[self.place, city, state, country])),
            (Field::Date, list(&[posted])),
            (Field::Salary, list(&[salary, salary_low, salary_high])),
            (Field::Remote, list(&[remote])),
        ]
    }
}

/// Reads the fields of one row after another, and remembers what places were read.
pub(super) struct FieldParser<'r> {
    readers: &'r FieldReaders,
    saying: &'r FieldSources,
    places: FxHashMap<String, Rc<Reading<Place>>>,
    /// Memory for what a place is remembered by.
    key: String,
}

impl<'r> FieldParser<'r> {
    pub(super) fn new(readers: &'r FieldReaders, saying: &'r FieldSources) -> Self {
        Self { readers, saying, places: FxHashMap::default(), key: String::new() }
    }

    /// Reads a row, and counts what could not be read.
    pub(super) fn read<'a>(
        &mut self,
        cell: &impl Fn(usize) -> Cow<'a, str>,
        counts: &mut [FieldCounts],
    ) -> ParsedFields {
        let columns = &self.saying.columns;
        let cell_of = |n: Option<usize>| n.map_or(Cow::Borrowed(""), cell);
        let mut said = ParsedFields::default();
        let place = self.place(&cell_of);
        let text = cell_of(self.saying.place.or(columns.city));
        let of_place = &mut counts[Field::Place as usize];
        match &*place {
            Reading::Read(place) if place.basis == PlaceBasis::Unread => of_place.refuse(&text),
            Reading::Read(place) if place.country.is_none() && !place.is_anywhere() => {
                of_place.not_stated += 1;
            }
            place => count(of_place, place, &text),
        }
        let remote = cell_of(columns.remote);
        let of_column = self.readers.remote.column(&remote);
        said.remote = match (&of_column, &*place) {
            // A plain no leaves open what a place may tell.
            (
                Reading::Read(Remote::NotRemote),
                Reading::Read(Place {
                    remote: Some(remote @ (Remote::Hybrid | Remote::OnSite)),
                    ..
                }),
            ) => Some(*remote),
            (Reading::Read(remote), _) => Some(*remote),
            (_, Reading::Read(Place { remote: Some(remote), .. })) => Some(*remote),
            _ => self.readers.remote.title(&cell_of(self.saying.title)),
        };
        match said.remote {
            Some(_) => counts[Field::Remote as usize].read += 1,
            None => count(&mut counts[Field::Remote as usize], &of_column, &remote),
        }
        said.place = Some(place);
        self.dates(&cell_of, &mut said, counts);
        said.salary = self.salary(&cell_of, &mut counts[Field::Salary as usize]);
        said
    }

    fn place<'a>(
        &mut self,
        cell_of: &impl Fn(Option<usize>) -> Cow<'a, str>,
    ) -> Rc<Reading<Place>> {
        let FieldSources { columns, place, bare, .. } = self.saying;
        let parts = [columns.city, columns.state, columns.country].map(cell_of);
        let whole = cell_of(*place);
        self.key.clear();
        self.key.push_str(&whole);
        if parts.iter().any(|part| !part.is_empty()) {
            for part in &parts {
                self.key.push('\u{1f}');
                self.key.push_str(part);
            }
        }
        if let Some(read) = self.places.get(&self.key) {
            return Rc::clone(read);
        }
        let [city, state, country] = &parts;
        let of_parts = match state.is_empty() && country.is_empty() {
            true => Reading::NotStated,
            false => self.readers.place.read_parts(city, state, country),
        };
        let read = match of_parts {
            Reading::Read(place) => Reading::Read(place),
            of_parts => match self.readers.place.read_with(&whole, *bare) {
                Reading::NotStated if city.is_empty() => of_parts,
                Reading::NotStated => self.readers.place.read_with(city, *bare),
                of_whole => of_whole,
            },
        };
        if self.places.len() >= REMEMBERED {
            self.places.clear();
        }
        let read = Rc::new(read);
        self.places.insert(self.key.clone(), Rc::clone(&read));
        read
    }

    fn dates<'a>(
        &self,
        cell_of: &impl Fn(Option<usize>) -> Cow<'a, str>,
        said: &mut ParsedFields,
        counts: &mut [FieldCounts],
    ) {
        let FieldSources { columns, order, seen, serials, .. } = self.saying;
        let date =
            |column: Option<usize>, seen| self.readers.date.read(&cell_of(column), seen, *order);
        let seen = date(columns.scraped, None).read().map(|scraped| scraped.date).or(*seen);
        let posted = match DateReader::serial(&cell_of(columns.posted)).filter(|_| *serials) {
            Some(posted) => Reading::Read(posted),
            None => date(columns.posted, seen),
        };
        count(&mut counts[Field::Date as usize], &posted, &cell_of(columns.posted));
        if let (Reading::Read(posted), Reading::Read(closed)) =
            (&posted, date(columns.closed, seen))
        {
            let days = (closed.date - posted.date).get_days();
            let exact =
                [posted.precision, closed.precision].iter().all(|p| *p == DatePrecision::Day);
            said.days = Some(i64::from(days)).filter(|days| exact && (0..=MAX_DAYS).contains(days));
        }
        said.date = Some(posted.map(|posted| (posted.date, posted.precision)));
    }

    fn salary<'a>(
        &mut self,
        cell_of: &impl Fn(Option<usize>) -> Cow<'a, str>,
        counts: &mut FieldCounts,
    ) -> Option<(String, i64)> {
        let columns = &self.saying.columns;
        let text = cell_of(columns.salary);
        let parts = [
            columns.salary_low,
            columns.salary_high,
            columns.salary_currency,
            columns.salary_period,
        ]
        .map(cell_of);
        let [low, high, currency, period] = &parts;
        let reader = &self.readers.salary;
        let read = match low.is_empty() && high.is_empty() {
            true => reader.read(&text),
            false => match reader.from_parts(low, high, currency, period) {
                Reading::NotRead(reason) => match reader.read(&text) {
                    Reading::Read(salary) => Reading::Read(salary),
                    _ => Reading::NotRead(reason),
                },
                read => read,
            },
        };
        match (&read, text.is_empty()) {
            (Reading::NotRead(_), true) => counts.refuse(&parts.join(" ")),
            _ => count(counts, &read, &text),
        }
        let salary = read.read()?;
        Some((salary.currency.unwrap_or(UNKNOWN_CURRENCY).to_owned(), salary.annual_cents()))
    }
}

/// ISO 4217's code for no currency stands for one that is not stated.
const UNKNOWN_CURRENCY: &str = "XXX";

fn count<T>(counts: &mut FieldCounts, reading: &Reading<T>, text: &str) {
    match reading {
        Reading::Read(_) => counts.read += 1,
        Reading::NotRead(_) => counts.refuse(text),
        Reading::NotStated => counts.not_stated += 1,
    }
}
