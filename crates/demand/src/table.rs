//! Groups as a table: keys, counts, shares, growth.

use std::collections::{BTreeMap, HashMap};

use rolecall::taxonomy::{NONE, Taxonomy};
use rolecall_evaluation::Interval;
use serde::Serialize;

use super::aggregate::{Aggregate, View, Views};
use super::correct::{Corrected, Correction, Corrector, Part};
use super::count::Counted;
use super::dimension::{Attribute, Dimension};
use super::overview::{Counts, Duration, Salary, Unit};

/// Groups of rows, one a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DemandTable {
    /// The names of the keys.
    pub keys: Vec<String>,
    /// What shares and corrected counts are of.
    pub unit: Unit,
    /// Roles in taxonomy order, periods in order of time, all else by count.
    pub rows: Vec<DemandRow>,
}

/// A group of rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DemandRow {
    /// The values of the keys.
    pub keys: Vec<String>,
    /// What was counted.
    pub counts: Counts,
    /// Of all rows with the same values of the keys but role and tier, 0..=1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of_all: Option<f64>,
    /// Of the rows of the group those in scope, 0..=1: instead of the share of all, where the group is not
    /// one of role or tier and counts rows out of scope, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_in_scope: Option<f64>,
    /// Of the rows in scope: of those with the same values of the other keys, if a key is role or
    /// tier; otherwise of all of the file. Nothing for `none`.
    pub share_of_scope: Option<f64>,
    /// The count corrected for the classifier's errors.
    pub corrected: Option<Interval>,
    /// Of the count against the period before: 0.1 is 10 % more. Nothing if no key is a period,
    /// or nothing was counted in the one before.
    pub growth: Option<f64>,
    /// Of the count against the same period a year before.
    pub growth_year: Option<f64>,
}

/// What turns numbers into texts and counts.
pub(super) struct Reader<'t> {
    pub(super) tally: &'t Aggregate,
    pub(super) taxonomy: &'t Taxonomy,
    pub(super) unit: Unit,
    pub(super) corrector: Option<&'t Corrector>,
    /// What is made of all rows, if they are corrected.
    pub(super) correction: Option<Correction>,
}

/// What a group counts, by class, where rows that are labelled count by their label.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    /// The answers of the rows that are not labelled.
    pub(super) unlabelled: Vec<u64>,
    /// The labels of the others.
    pub(super) labels: Vec<u64>,
}

impl Answers {
    /// Starts with nothing of so many classes.
    pub(super) fn new(classes: usize) -> Self {
        Self { unlabelled: vec![0; classes], labels: vec![0; classes] }
    }
}

/// Groups that are corrected with all draws; more get fewer.
const FEW_GROUPS: usize = 20;

/// Draws for each of many groups: enough for a percentile, in a few milliseconds.
const FEW_DRAWS: usize = 200;

/// Groups that are corrected at most. It takes some seconds, and tables of more are not for people.
const MAX_GROUPS: usize = 2000;

impl Reader<'_> {
    /// Returns what a group counts by the unit.
    pub(super) fn unit_of(&self, counted: &Counted) -> u64 {
        match self.unit {
            Unit::Postings => counted.postings,
            Unit::Ads => counted.ads.unwrap_or(counted.postings),
        }
    }

    pub(super) fn role(&self, number: u32) -> &str {
        self.taxonomy.roles.get(number as usize).map_or(NONE, |role| &role.id)
    }

    /// Returns a value of a key as it is shown.
    pub(super) fn value(&self, key: &Dimension, number: u32) -> &str {
        match key {
            Dimension::Role => self.role(number),
            Dimension::Tier => {
                self.taxonomy.tiers.get(number as usize).map_or(NONE, |tier| &tier.id)
            }
            Dimension::Attribute(Attribute::Employer) => self.tally.spelling(number),
            Dimension::Attribute(_) => self.tally.texts.text(number),
        }
    }

    /// Returns what was counted, as it is shown.
    pub(super) fn counts(&self, counted: &Counted) -> Counts {
        let salary = counted
            .salaries
            .iter()
            .map(|(&currency, quartiles)| (self.tally.texts.text(currency), quartiles))
            .max_by_key(|(currency, quartiles)| (quartiles.values, std::cmp::Reverse(*currency)))
            .map(|(currency, quartiles)| Salary {
                currency: currency.to_owned(),
                postings: quartiles.values,
                lower_quartile: quartiles.lower / 100.0,
                median: quartiles.median / 100.0,
                upper_quartile: quartiles.upper / 100.0,
            });
        Counts {
            postings: counted.postings,
            ads: counted.ads.filter(|_| self.tally.knows_ads()),
            employers: counted.employers.filter(|_| self.tally.knows_employers()),
            salary,
            duration: counted
                .days
                .map(|days| Duration { ads: days.values, median_days: days.median }),
        }
    }

    /// Makes the table of the groups that were asked for; with `with_none` also of rows that are
    /// out of scope.
    pub(super) fn table(&self, by: &[Dimension], views: &Views, with_none: bool) -> DemandTable {
        let is_tagged = by.iter().any(Dimension::is_of_tag);
        let groups = |view: View| views.get(&view).map_or(&[][..], Vec::as_slice);
        let shown = match is_tagged || with_none {
            true => groups(View::Asked),
            false => groups(View::AskedInScope),
        };
        let others = |keys: &[u32]| -> Box<[u32]> {
            by.iter().zip(keys).filter(|(key, _)| !key.is_of_tag()).map(|(_, &n)| n).collect()
        };
        let sizes = |view: View| -> HashMap<&[u32], u64> {
            groups(view).iter().map(|(keys, counted)| (&**keys, self.unit_of(counted))).collect()
        };
        let (all, in_scope) = (sizes(View::AskedAll), sizes(View::AskedInScope));
        let whole_scope =
            groups(View::InScope).first().map_or(0, |(_, counted)| self.unit_of(counted));
        let share = |count: u64, of: u64| (of > 0).then(|| count as f64 / of as f64);
        let corrected = self.corrected(by, views);
        let is_none = |keys: &[u32]| {
            by.iter().zip(keys).any(|(key, &n)| match key {
                Dimension::Role => n as usize >= self.taxonomy.roles.len(),
                Dimension::Tier => n as usize >= self.taxonomy.tiers.len(),
                Dimension::Attribute(_) => false,
            })
        };
        let mut rows = Vec::new();
        for (keys, counted) in shown {
            let none = is_none(keys);
            if none && !with_none {
                continue;
            }
            let other = others(keys);
            let scope_here = in_scope.get(&*other).copied().unwrap_or(0);
            let count = self.unit_of(counted);
            // Without role and tier a group is compared in what it has in scope.
            let in_scope_count = if is_tagged { count } else { scope_here };
            let of_scope = if is_tagged { scope_here } else { whole_scope };
            let share_here = share(
                if none { count } else { in_scope_count },
                all.get(&*other).copied().unwrap_or(0),
            );
            let is_mixed = with_none && !is_tagged;
            let row = DemandRow {
                keys: by.iter().zip(keys).map(|(k, &n)| self.value(k, n).to_owned()).collect(),
                counts: self.counts(counted),
                share_of_all: share_here.filter(|_| !is_mixed),
                share_in_scope: share_here.filter(|_| is_mixed),
                share_of_scope: share(in_scope_count, of_scope).filter(|_| !none),
                corrected: corrected
                    .get(&*other)
                    .and_then(|corrected| Some(corrected.interval(&self.classes(by, keys)?)))
                    .filter(|_| !none),
                growth: None,
                growth_year: None,
            };
            rows.push((keys.clone(), row));
        }
        self.sort(by, &mut rows);
        let mut rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
        self.grow(by, &mut rows);
        DemandTable { keys: by.iter().map(ToString::to_string).collect(), unit: self.unit, rows }
    }

    /// Corrects the answers of each group of the other keys, so that they add up to the whole.
    fn corrected(&self, by: &[Dimension], views: &Views) -> HashMap<Box<[u32]>, Corrected> {
        let Some(correction) = &self.correction else { return HashMap::new() };
        let asked = [View::AskedAnswers, View::KnownAskedAnswers, View::KnownAskedLabels];
        let answers = self.answers(views, asked);
        if answers.len() > MAX_GROUPS {
            return HashMap::new();
        }
        let in_scope = views.get(&View::AskedInScope).map_or(&[][..], Vec::as_slice);
        let employers: HashMap<&[u32], Option<u64>> =
            in_scope.iter().map(|(keys, counted)| (&**keys, counted.employers)).collect();
        let knows_employers = self.tally.knows_employers();
        let is_of_one_board = by.contains(&Dimension::Attribute(Attribute::Board));
        // Numbers of texts depend on what else is read; draws go to groups by what people call them.
        let others = by.iter().filter(|key| matches!(key, Dimension::Attribute(_)));
        let name = |keys: &[u32]| -> Vec<&str> {
            others.clone().zip(keys).map(|(key, &n)| self.value(key, n)).collect()
        };
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.sort_by_cached_key(|(keys, _)| name(keys));
        let (mut parts, mut labelled) = (Vec::new(), Vec::new());
        for (others, Answers { unlabelled, labels }) in answers {
            let employers = employers.get(others).copied().unwrap_or(Some(0));
            let employers = employers.filter(|_| knows_employers);
            parts.push(Part { answers: unlabelled, employers, is_of_one_board });
            labelled.push((others, labels));
        }
        let draws = if parts.len() > FEW_GROUPS { FEW_DRAWS } else { Corrector::DRAWS };
        let corrected = correction.parts(&parts, draws).into_iter().zip(labelled);
        corrected.map(|(part, (others, labels))| (others.into(), part.plus(&labels))).collect()
    }

    /// Returns the answers of each group of the keys that follow that of the class, from views of all rows, of
    /// the labelled ones by answer, and of these by label.
    ///
    /// An ad is labelled in a group if any of its rows there is. Of rows with one answer it then counts by
    /// its labels alone; as everywhere, it counts in each class that it has rows of.
    pub(super) fn answers<'v>(
        &self,
        views: &'v Views,
        [all, known, labels]: [View; 3],
    ) -> BTreeMap<&'v [u32], Answers> {
        let classes = self.taxonomy.roles.len() + 1;
        let mut answers: BTreeMap<&[u32], Answers> = BTreeMap::new();
        let mut count = |view: View, put: fn(&mut Answers, usize, u64)| {
            for (keys, counted) in views.get(&view).into_iter().flatten() {
                if let [class, others @ ..] = &**keys
                    && (*class as usize) < classes
                {
                    let of_group = answers.entry(others).or_insert_with(|| Answers::new(classes));
                    put(of_group, *class as usize, self.unit_of(counted));
                }
            }
        };
        count(all, |answers, class, count| answers.unlabelled[class] = count);
        count(known, |answers, class, count| {
            answers.unlabelled[class] = answers.unlabelled[class].saturating_sub(count)
        });
        count(labels, |answers, class, count| answers.labels[class] = count);
        answers
    }

    /// Returns the classes that a group is of: one role, those of a tier, or all roles; nothing if there
    /// are too few labelled postings of the role.
    fn classes(&self, by: &[Dimension], keys: &[u32]) -> Option<Vec<usize>> {
        let mut classes: Vec<usize> = (0..self.taxonomy.roles.len()).collect();
        for (key, &n) in by.iter().zip(keys) {
            match key {
                Dimension::Role => {
                    classes.retain(|&class| class == n as usize);
                    if !self.corrector?.knows(n as usize) {
                        return None;
                    }
                }
                Dimension::Tier => {
                    classes.retain(|&class| self.taxonomy.roles[class].tier == n as usize)
                }
                Dimension::Attribute(_) => {}
            }
        }
        Some(classes)
    }

    fn sort(&self, by: &[Dimension], rows: &mut [(Box<[u32]>, DemandRow)]) {
        let count = |row: &DemandRow| match self.unit {
            Unit::Postings => row.counts.postings,
            Unit::Ads => row.counts.ads.unwrap_or(row.counts.postings),
        };
        let mut totals: Vec<HashMap<u32, u64>> = vec![HashMap::new(); by.len()];
        for (keys, row) in rows.iter() {
            for (total, &key) in totals.iter_mut().zip(keys) {
                *total.entry(key).or_insert(0) += count(row);
            }
        }
        rows.sort_by(|(a_keys, a), (b_keys, b)| {
            for (n, key) in by.iter().enumerate() {
                let order = match key {
                    key if key.is_of_tag() => a_keys[n].cmp(&b_keys[n]),
                    key if key.period().is_some() => a.keys[n].cmp(&b.keys[n]),
                    _ => totals[n]
                        .get(&b_keys[n])
                        .cmp(&totals[n].get(&a_keys[n]))
                        .then_with(|| a.keys[n].cmp(&b.keys[n])),
                };
                if order.is_ne() {
                    return order;
                }
            }
            std::cmp::Ordering::Equal
        });
    }

    fn grow(&self, by: &[Dimension], rows: &mut [DemandRow]) {
        let Some((at, period)) =
            by.iter().enumerate().find_map(|(n, key)| Some((n, key.period()?)))
        else {
            return;
        };
        let count = |row: &DemandRow| match self.unit {
            Unit::Postings => row.counts.postings,
            Unit::Ads => row.counts.ads.unwrap_or(row.counts.postings),
        };
        let counts: HashMap<Vec<String>, u64> =
            rows.iter().map(|row| (row.keys.clone(), count(row))).collect();
        for row in rows {
            let against = |periods: i64| {
                let mut keys = row.keys.clone();
                keys[at] = period.before(&keys[at], periods)?;
                let before = *counts.get(&keys)?;
                Some(count(row) as f64 / before as f64 - 1.0)
            };
            (row.growth, row.growth_year) = (against(1), against(period.in_a_year()));
        }
    }
}
