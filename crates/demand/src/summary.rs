//! All that is shown of a run beside the table that was asked for.

use std::collections::{BTreeMap, HashMap};

use super::aggregate::{View, Views};
use super::correct::{Corrected, Correction};
use super::count::Counted;
use super::dimension::{Attribute, Dimension, Period};
use super::extracted::Field;
use super::overview::{
    Cell, Counts, FieldQuality, Group, Input, Method, Overview, Quality, Role, Tier,
};
use super::run::DemandRun;
use super::table::{Answers, Reader};

/// Examples that are shown of what could not be read.
const EXAMPLES: usize = 5;

/// Employers that are shown.
const EMPLOYERS: usize = 50;

/// Employers, titles and certifications that are shown of each role.
const TOP: usize = 10;

/// The US has as many states and the like as are shown; other places are told apart by region.
const COUNTRIES: usize = 12;

impl Reader<'_> {
    fn groups<'v>(&self, views: &'v Views, view: View) -> &'v [(Box<[u32]>, Counted)] {
        views.get(&view).map_or(&[][..], Vec::as_slice)
    }

    /// Returns what a view without keys counted.
    pub(super) fn whole(&self, views: &Views, view: View) -> Counted {
        self.groups(views, view).first().map(|(_, counted)| counted.clone()).unwrap_or_default()
    }

    fn group(&self, counted: Option<&Counted>, all: u64, in_scope: u64) -> Group {
        let counted = counted.cloned().unwrap_or_default();
        let count = self.unit_of(&counted);
        let share = |of: u64| if of > 0 { count as f64 / of as f64 } else { 0.0 };
        Group {
            counts: self.counts(&counted),
            share_of_all: share(all),
            share_of_scope: share(in_scope),
            corrected: None,
        }
    }

    /// Returns the counts of all rows together, and the group of those in scope.
    pub(super) fn totals(&self, views: &Views) -> (Counts, Group) {
        let (all, in_scope) = (self.whole(views, View::All), self.whole(views, View::InScope));
        let (all_units, scope_units) = (self.unit_of(&all), self.unit_of(&in_scope));
        (self.counts(&all), self.group(Some(&in_scope), all_units, scope_units))
    }

    pub(super) fn tiers(&self, views: &Views) -> Vec<Tier> {
        let (all, in_scope) = self.wholes(views);
        let groups = self.by_number(views, View::Tiers);
        let tier = |(n, tier): (u32, &rolecall::taxonomy::Tier)| Tier {
            id: tier.id.clone(),
            name: tier.name.clone(),
            group: self.group(groups.get(&n).copied(), all, in_scope),
        };
        (0..).zip(&self.taxonomy.tiers).map(tier).collect()
    }

    pub(super) fn roles(&self, views: &Views, certifications: &[String]) -> Vec<Role> {
        let (all, in_scope) = self.wholes(views);
        let groups = self.by_number(views, View::Roles);
        let months = self.months(views);
        let role = |(n, role): (u32, &rolecall::taxonomy::Role)| {
            let growth = |periods| growth(&months, n as usize, periods);
            Role {
                id: role.id.clone(),
                name: role.name.clone(),
                tier: role.tier,
                group: self.group(groups.get(&n).copied(), all, in_scope),
                growth_month: growth(1),
                growth_year: growth(12),
                top_employers: self.top(views, View::RoleEmployers, Attribute::Employer, n),
                top_titles: self.top(views, View::RoleTitles, Attribute::Title, n),
                top_certifications: self.certifications(n as usize, certifications),
            }
        };
        (0..).zip(&self.taxonomy.roles).map(role).collect()
    }

    /// Returns the counts by month, oldest first, without gaps.
    pub(super) fn months(&self, views: &Views) -> Vec<Cell> {
        let cells = self.cells(views, (View::Months, View::RoleMonths), Attribute::Month);
        let mut by_month: BTreeMap<String, Cell> = cells
            .into_iter()
            .filter(|cell| Period::Month.before(&cell.key, 0).is_some())
            .map(|cell| (cell.key.clone(), cell))
            .collect();
        let (Some(first), Some(last)) =
            (by_month.keys().next().cloned(), by_month.keys().next_back().cloned())
        else {
            return Vec::new();
        };
        let mut month = first;
        while month < last {
            let Some(next) = Period::Month.before(&month, -1) else { break };
            month.clone_from(&next);
            by_month.entry(next.clone()).or_insert_with(|| Cell {
                key: next.clone(),
                name: next,
                all: 0,
                roles: vec![0; self.taxonomy.roles.len()],
            });
        }
        by_month.into_values().collect()
    }

    pub(super) fn states(
        &self,
        views: &Views,
        names: impl Fn(&str) -> Option<String>,
    ) -> Vec<Cell> {
        let mut cells = self.cells(views, (View::States, View::RoleStates), Attribute::State);
        cells.retain_mut(|cell| match names(&cell.key) {
            Some(name) => {
                cell.name = name;
                true
            }
            None => false,
        });
        cells.sort_by(|a, b| a.key.cmp(&b.key));
        cells
    }

    /// Returns the counts by region: those of the US in the order given, then other countries by count.
    pub(super) fn regions(
        &self,
        views: &Views,
        regions: &[&str],
        country: impl Fn(&str) -> Option<&'static str>,
    ) -> Vec<Cell> {
        let mut cells = self.cells(views, (View::Regions, View::RoleRegions), Attribute::Region);
        cells.retain(|cell| !cell.key.starts_with('('));
        let rank = |cell: &Cell| regions.iter().position(|region| *region == cell.key);
        let in_scope = |cell: &Cell| cell.roles.iter().sum::<u64>();
        cells.sort_by_key(|cell| {
            (
                rank(cell).unwrap_or(usize::MAX),
                std::cmp::Reverse((in_scope(cell), cell.all)),
                cell.key.clone(),
            )
        });
        let us = cells.iter().filter(|cell| rank(cell).is_some()).count();
        cells.truncate(us + COUNTRIES);
        for cell in &mut cells {
            if let Some(name) = country(&cell.key) {
                name.clone_into(&mut cell.name);
            }
        }
        cells
    }

    pub(super) fn employers(&self, views: &Views) -> Vec<Cell> {
        let mut cells =
            self.cells(views, (View::Employers, View::RoleEmployers), Attribute::Employer);
        cells.retain(|cell| !cell.key.starts_with('('));
        cells.sort_by(|a, b| b.all.cmp(&a.all).then_with(|| a.key.cmp(&b.key)));
        cells.truncate(EMPLOYERS);
        cells
    }

    /// Corrects the answers of the rows that are not labelled.
    pub(super) fn correction(&self, views: &Views) -> Option<Correction> {
        let corrector = self.corrector?;
        let answers = self.answers_of_all(views).unlabelled;
        Some(corrector.adjusted_count(&answers, self.tally.makeup(corrector)))
    }

    fn answers_of_all(&self, views: &Views) -> Answers {
        let views_by_class = [View::Roles, View::KnownRoles, View::KnownLabels];
        let by_class = self.answers(views, views_by_class).into_values().next();
        by_class.unwrap_or_else(|| Answers::new(self.taxonomy.roles.len() + 1))
    }

    /// Puts corrected counts in, and what they are without correction.
    pub(super) fn correct(&self, overview: &mut Overview, views: &Views) {
        let (Some(corrector), Some(correction)) = (self.corrector, &self.correction) else {
            return;
        };
        let all: Vec<usize> = (0..self.taxonomy.roles.len()).collect();
        let adjusted = correction.whole.clone().plus(&self.answers_of_all(views).labels);
        overview.in_scope.corrected = Some(adjusted.interval(&all));
        for (n, role) in overview.roles.iter_mut().enumerate() {
            role.group.corrected = corrector.knows(n).then(|| adjusted.interval(&[n]));
        }
        for (n, tier) in overview.tiers.iter_mut().enumerate() {
            let of_tier: Vec<_> =
                all.iter().copied().filter(|&role| self.taxonomy.roles[role].tier == n).collect();
            tier.group.corrected = Some(adjusted.interval(&of_tier));
        }
        let mut method = |name: &str, corrected: &Corrected| {
            overview.methods.push(Method {
                name: name.to_owned(),
                roles: all.iter().map(|&role| corrected.interval(&[role])).collect(),
                in_scope: corrected.interval(&all),
            });
        };
        let groups = self.by_number(views, View::Roles);
        let tagged = (0..)
            .take(corrector.classes())
            .map(|class: u32| groups.get(&class).map_or(0, |counted| self.unit_of(counted)));
        method("raw count", &corrector.raw_count(&tagged.collect::<Vec<_>>()));
        method("adjusted count (ACC)", &adjusted);
    }

    fn wholes(&self, views: &Views) -> (u64, u64) {
        let units = |view| self.unit_of(&self.whole(views, view));
        (units(View::All), units(View::InScope))
    }

    fn by_number<'v>(&self, views: &'v Views, view: View) -> HashMap<u32, &'v Counted> {
        self.groups(views, view).iter().map(|(keys, counted)| (keys[0], counted)).collect()
    }

    /// Joins the counts of all rows by an attribute with those by role and attribute.
    fn cells(
        &self,
        views: &Views,
        (all, by_role): (View, View),
        attribute: Attribute,
    ) -> Vec<Cell> {
        let key = Dimension::Attribute(attribute);
        let mut cells: BTreeMap<u32, Cell> = BTreeMap::new();
        for (keys, counted) in self.groups(views, all) {
            let text = self.value(&key, keys[0]).to_owned();
            let (name, all) = (text.clone(), self.unit_of(counted));
            let roles = vec![0; self.taxonomy.roles.len()];
            cells.insert(keys[0], Cell { key: text, name, all, roles });
        }
        for (keys, counted) in self.groups(views, by_role) {
            let cell = cells.get_mut(&keys[1]);
            if let Some(count) = cell.and_then(|cell| cell.roles.get_mut(keys[0] as usize)) {
                *count = self.unit_of(counted);
            }
        }
        cells.into_values().collect()
    }

    fn top(
        &self,
        views: &Views,
        view: View,
        attribute: Attribute,
        role: u32,
    ) -> Vec<(String, u64)> {
        let key = Dimension::Attribute(attribute);
        let of_role = self.groups(views, view).iter().filter(|(keys, _)| keys[0] == role);
        let texts = of_role
            .map(|(keys, counted)| (self.value(&key, keys[1]).to_owned(), self.unit_of(counted)))
            .filter(|(text, _)| !text.is_empty() && !text.starts_with("(not "));
        top(texts.collect())
    }

    fn certifications(&self, role: usize, names: &[String]) -> Vec<(String, u64)> {
        let of_role = self.tally.certifications.iter().filter(|((class, _), _)| *class == role);
        let named = of_role.filter_map(|(&(_, n), &count)| Some((names.get(n)?.clone(), count)));
        top(named.collect())
    }
}

/// Returns the growth of the last full month: the last one may have been cut when it was scraped.
fn growth(months: &[Cell], role: usize, back: usize) -> Option<f64> {
    let last = months.len().checked_sub(2)?;
    let before = months.get(last.checked_sub(back)?)?.roles[role];
    (before > 0).then(|| months[last].roles[role] as f64 / before as f64 - 1.0)
}

fn top(mut counts: Vec<(String, u64)>) -> Vec<(String, u64)> {
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.truncate(TOP);
    counts
}

impl DemandRun {
    /// Returns what was read, and what could not be.
    pub(super) fn quality(&self) -> Quality {
        let tally = &self.tally;
        let rows = tally.rows();
        let fields =
            Field::ALL.into_iter().zip(&tally.fields).map(|(field, counts)| FieldQuality {
                field: field.as_str().to_owned(),
                columns: self.columns.get(field.as_str()).cloned().unwrap_or_default(),
                read: counts.read,
                not_read: counts.not_read,
                // What no row was asked for, no row states.
                not_stated: rows - counts.read - counts.not_read,
                examples: counts.examples(EXAMPLES),
            });
        Quality {
            rows_read: rows + tally.rows_set_aside,
            rows_set_aside: tally.rows_set_aside,
            postings: rows,
            duplicates: None,
            likeness: None,
            fields: fields.collect(),
        }
    }

    /// Returns what was read, by name.
    pub(super) fn input_lines(&self) -> Vec<Input> {
        let name = |path: &std::path::Path| {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        };
        let line = |report: &rolecall_tagging::InputReport| Input {
            name: name(&report.path),
            rows: report.rows.rows_read,
            sha256: report.sha256.clone(),
        };
        self.inputs.iter().map(line).collect()
    }
}
