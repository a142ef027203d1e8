//! Adds up what rows say, in the order of the input.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rolecall_dedup::{Duplicates, Verdict};
use rolecall_tagging::likeness::LikenessCounts;
use rustc_hash::FxHashMap;

use super::correct::{Corrector, Makeup};
use super::count::{Counted, Cube, Dictionary, Measures, Member};
use super::dimension::{Attribute, Dimension};
use super::extracted::{AdOf, Extracted, ExtractedRow, Field, FieldCounts};

/// Which rows a cube counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    All,
    /// Those that are tagged with a role.
    InScope,
}

/// Groups that are counted in a run, one cube each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum View {
    /// By the keys that were asked for, all rows.
    Asked,
    /// By these without role and tier, all rows.
    AskedAll,
    /// By these without role and tier, rows in scope.
    AskedInScope,
    /// By these without tier but with the role, all rows.
    AskedAnswers,
    /// All rows together.
    All,
    /// All rows in scope together.
    InScope,
    Roles,
    Tiers,
    Months,
    RoleMonths,
    States,
    RoleStates,
    Regions,
    RoleRegions,
    Employers,
    RoleEmployers,
    RoleTitles,
    /// As [`AskedAnswers`](Self::AskedAnswers), labelled rows alone.
    KnownAskedAnswers,
    /// The same with their labels in place of their answers.
    KnownAskedLabels,
    /// By role, labelled rows alone.
    KnownRoles,
    /// The same with their labels in place of their answers.
    KnownLabels,
}

/// The groups of each view: the numbers of their keys' values, and what was counted.
pub(super) type Views = BTreeMap<View, Vec<(Box<[u32]>, Counted)>>;

struct Counting {
    view: View,
    rows: Rows,
    keys: Vec<Place>,
    cube: Cube,
}

/// Where the value of a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Role,
    Tier,
    Attribute(usize),
    /// The class that a labelled row is of.
    Label,
}

/// All that is added up in a run.
pub(super) struct Aggregate {
    countings: Vec<Counting>,
    /// Those of the rows that are labelled.
    known_countings: Vec<Counting>,
    width: usize,
    /// Position of each role's tier; last that of `none`.
    tiers: Vec<u32>,
    pub(super) texts: Dictionary,
    /// Made when a first row is to be compared: it takes much memory.
    duplicates: Option<Duplicates>,
    budget: Option<usize>,
    rows: u64,
    pub(super) certifications: BTreeMap<(usize, usize), u64>,
    pub(super) fields: [FieldCounts; Field::ALL.len()],
    pub(super) set_aside: Vec<SetAside>,
    pub(super) rows_set_aside: u64,
    pub(super) likeness: LikenessCounts,
    pub(super) repeated: u64,
    /// Rows that are labelled.
    pub(super) rows_known: u64,
    /// Rows whose ad is not known.
    pub(super) without_ad: u64,
    pub(super) first_day: Option<Date>,
    pub(super) last_day: Option<Date>,
    /// Where the rows that are not labelled come from, if it is looked at.
    sources: Option<Sources>,
    translated: Vec<u32>,
    /// How many rows spell an employer so, by the numbers of its plain form and of the spelling.
    spellings: FxHashMap<(u32, u32), u64>,
    /// How each employer is shown, by the number of its plain form, once all is counted.
    shown: FxHashMap<u32, u32>,
}

/// How many rows are answered with a class, by where they come from.
#[derive(Debug, Default)]
struct Sources {
    /// By the number of the class and that of the employer, if it is named.
    employers: FxHashMap<(u32, Option<u32>), u64>,
    /// By the number of the class and that of the board.
    boards: FxHashMap<(u32, u32), u64>,
    /// Where the board stands among the attributes.
    board: Option<usize>,
}

impl Sources {
    /// Adds a row with the values of its attributes.
    fn add(&mut self, class: u32, employer: Option<u32>, values: &[u32]) {
        *self.employers.entry((class, employer)).or_insert(0) += 1;
        if let Some(n) = self.board {
            *self.boards.entry((class, values[n])).or_insert(0) += 1;
        }
    }
}

/// A row that could not be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The input.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// Rows set aside that are kept with line and reason.
const KEPT_SET_ASIDE: usize = 1000;

impl Aggregate {
    /// Makes cubes for the keys that were asked for and, if asked, for the report.
    pub(super) fn new(
        by: &[Dimension],
        attributes: &[Attribute],
        tiers: Vec<u32>,
        with_report: bool,
        budget: Option<usize>,
    ) -> Self {
        let place = |key: &Dimension| match key {
            Dimension::Role => Place::Role,
            Dimension::Tier => Place::Tier,
            Dimension::Attribute(attribute) => {
                Place::Attribute(attributes.iter().position(|a| a == attribute).unwrap_or(0))
            }
        };
        let whole = Measures { ads: true, employers: true, salaries: true, days: true };
        let ads = Measures { ads: true, ..Measures::default() };
        let mut tally = Self {
            countings: Vec::new(),
            known_countings: Vec::new(),
            width: attributes.len(),
            tiers,
            texts: Dictionary::default(),
            duplicates: None,
            budget,
            rows: 0,
            certifications: BTreeMap::new(),
            fields: Default::default(),
            set_aside: Vec::new(),
            rows_set_aside: 0,
            likeness: LikenessCounts::default(),
            repeated: 0,
            rows_known: 0,
            without_ad: 0,
            first_day: None,
            last_day: None,
            sources: None,
            translated: Vec::new(),
            spellings: FxHashMap::default(),
            shown: FxHashMap::default(),
        };
        let asked: Vec<_> = by.iter().map(place).collect();
        let others: Vec<_> = by.iter().filter(|key| !key.is_of_tag()).map(place).collect();
        let with = |place: Place| -> Vec<Place> {
            [place].into_iter().chain(others.iter().copied()).collect()
        };
        let (with_role, with_label) = (with(Place::Role), with(Place::Label));
        tally.known_countings = [
            (View::KnownAskedAnswers, with_role.clone()),
            (View::KnownAskedLabels, with_label),
            (View::KnownRoles, vec![Place::Role]),
            (View::KnownLabels, vec![Place::Label]),
        ]
        .map(|(view, keys)| Counting { view, rows: Rows::All, keys, cube: Cube::new(ads) })
        .into();
        tally.count(View::Asked, Rows::All, asked, whole);
        tally.count(View::AskedAll, Rows::All, others.clone(), ads);
        tally.count(View::AskedInScope, Rows::InScope, others, whole);
        tally.count(View::AskedAnswers, Rows::All, with_role, ads);
        tally.count(View::All, Rows::All, vec![], whole);
        tally.count(View::InScope, Rows::InScope, vec![], whole);
        tally.count(View::Roles, Rows::All, vec![Place::Role], whole);
        tally.count(View::Tiers, Rows::All, vec![Place::Tier], whole);
        if with_report {
            let of = |attribute| place(&Dimension::Attribute(attribute));
            for (all, by_role, attribute) in [
                (View::Months, View::RoleMonths, Attribute::Month),
                (View::States, View::RoleStates, Attribute::State),
                (View::Regions, View::RoleRegions, Attribute::Region),
            ] {
                tally.count(all, Rows::All, vec![of(attribute.clone())], ads);
                tally.count(by_role, Rows::InScope, vec![Place::Role, of(attribute)], ads);
            }
            let employer = of(Attribute::Employer);
            tally.count(View::Employers, Rows::InScope, vec![employer], ads);
            let role_employer = vec![Place::Role, employer];
            tally.count(View::RoleEmployers, Rows::InScope, role_employer, ads);
            let role_title = vec![Place::Role, of(Attribute::Title)];
            tally.count(View::RoleTitles, Rows::InScope, role_title, ads);
        }
        tally
    }

    fn count(&mut self, view: View, rows: Rows, keys: Vec<Place>, measures: Measures) {
        self.countings.push(Counting { view, rows, keys, cube: Cube::new(measures) });
    }

    /// Counts some rows of an input.
    pub(super) fn add(&mut self, path: &Path, facts: &Extracted) -> io::Result<()> {
        self.translated.clear();
        let texts = &mut self.texts;
        self.translated.extend(facts.texts.texts().map(|text| texts.number(text)));
        for (&(plain, spelled), count) in &facts.spellings {
            let number = |local: u32| self.translated[local as usize];
            *self.spellings.entry((number(plain), number(spelled))).or_insert(0) += count;
        }
        let none = self.tiers.len() - 1;
        let mut signatures = facts.signatures.iter();
        let (mut values, mut keys) = (Vec::with_capacity(self.width), Vec::new());
        for (n, fact) in facts.rows.iter().enumerate() {
            let number = self.rows;
            self.rows += 1;
            let ad = match (fact.ad, self.budget) {
                (AdOf::Known(ad), _) => Some(ad),
                (AdOf::Signed, Some(budget)) => signatures.next().map(|signature| {
                    let duplicates = self.duplicates.get_or_insert_with(|| Duplicates::new(budget));
                    let Verdict { cluster, .. } = duplicates.see(number, signature);
                    self.repeated += u64::from(cluster != number);
                    cluster
                }),
                _ => None,
            };
            self.without_ad += u64::from(ad.is_none());
            values.clear();
            let local = &facts.attributes[n * self.width..][..self.width];
            values.extend(local.iter().map(|&text| self.translated[text as usize]));
            let global = |text: u32| self.translated[text as usize];
            let ExtractedRow { class, employer, salary, days, day, label, .. } = *fact;
            let member = Member {
                ad,
                employer: employer.map(global),
                salary: salary.map(|(currency, cents)| (global(currency), cents)),
                days,
            };
            self.rows_known += u64::from(label.is_some());
            let number_of_class = u32::try_from(class).unwrap_or(u32::MAX);
            if let Some(sources) = self.sources.as_mut().filter(|_| label.is_none()) {
                sources.add(number_of_class, member.employer, &values);
            }
            self.first_day = [self.first_day, day].into_iter().flatten().min();
            self.last_day = self.last_day.max(day);
            let of_known = if label.is_some() { &mut self.known_countings[..] } else { &mut [] };
            let countings = self.countings.iter_mut().chain(of_known);
            for Counting { rows, keys: places, cube, .. } in countings {
                if *rows == Rows::InScope && class == none {
                    continue;
                }
                keys.clear();
                keys.extend(places.iter().map(|place| match *place {
                    Place::Role => number_of_class,
                    Place::Tier => self.tiers[class],
                    Place::Attribute(n) => values[n],
                    Place::Label => label.unwrap_or(u32::MAX),
                }));
                cube.add(&keys, &member)?;
            }
        }
        for &(row, certification) in &facts.certifications {
            *self.certifications.entry((facts.rows[row].class, certification)).or_insert(0) += 1;
        }
        for (sum, counts) in self.fields.iter_mut().zip(&facts.fields) {
            sum.add(counts);
        }
        self.likeness.add(&facts.likeness);
        self.rows_set_aside += facts.set_aside.len() as u64;
        let room = KEPT_SET_ASIDE.saturating_sub(self.set_aside.len());
        self.set_aside.extend(facts.set_aside.iter().take(room).map(|(line, reason)| SetAside {
            path: path.to_owned(),
            line: *line,
            reason: reason.clone(),
        }));
        Ok(())
    }

    /// Tells whether it is known of every row which ad it is a posting of.
    pub(super) fn knows_ads(&self) -> bool {
        self.without_ad == 0
    }

    /// Tells whether any row names its employer.
    pub(super) fn knows_employers(&self) -> bool {
        self.fields[Field::Employer as usize].read > 0
    }

    /// Has it looked at where rows come from, given what is read of them.
    pub(super) fn look_at_sources(&mut self, attributes: &[Attribute]) {
        let board = attributes.iter().position(|attribute| *attribute == Attribute::Board);
        self.sources = Some(Sources { board, ..Sources::default() });
    }

    /// Returns how many employers and boards the rows come from.
    pub(super) fn makeup(&self, corrector: &Corrector) -> Makeup {
        let Some(sources) = &self.sources else { return Makeup::unknown(self.tiers.len()) };
        let employers = sources.employers.iter();
        let employers =
            employers.map(|(&(class, employer), &rows)| (class as usize, employer, rows));
        let boards = sources.boards.iter();
        let boards = boards.map(|(&(class, board), &rows)| (class as usize, board, rows));
        let known = |board: u32| corrector.board(self.texts.text(board));
        Makeup::of(self.tiers.len(), employers, boards, known)
    }

    /// Returns how an employer is spelled, or the text itself if it is no employer.
    pub(super) fn spelling(&self, number: u32) -> &str {
        self.texts.text(self.shown.get(&number).copied().unwrap_or(number))
    }

    /// Chooses for each employer the commonest spelling. Of equally common ones capitals and small
    /// letters go before one kind alone, then the longer name, then more accents, then the alphabet: so neither the
    /// order of the rows nor that of the files shows.
    fn choose_spellings(&mut self) {
        let texts = &self.texts;
        let rank = |spelled: u32, count: u64| {
            let text = texts.text(spelled);
            let is_mixed = text.contains(char::is_lowercase) && text.contains(char::is_uppercase);
            let accents = text.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).count();
            (count, is_mixed, text.chars().count(), accents, std::cmp::Reverse(text))
        };
        let mut best: FxHashMap<u32, (u32, u64)> = FxHashMap::default();
        for (&(plain, spelled), &count) in &self.spellings {
            let chosen = best.entry(plain).or_insert((spelled, count));
            if rank(spelled, count) > rank(chosen.0, chosen.1) {
                *chosen = (spelled, count);
            }
        }
        self.shown = best.into_iter().map(|(plain, (spelled, _))| (plain, spelled)).collect();
    }

    /// Returns how many rows were counted.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the groups of every view.
    pub(super) fn counted(&mut self) -> io::Result<Views> {
        self.choose_spellings();
        let countings = std::mem::take(&mut self.countings);
        countings
            .into_iter()
            .chain(std::mem::take(&mut self.known_countings))
            .map(|counting| Ok((counting.view, counting.cube.counted()?)))
            .collect()
    }
}
