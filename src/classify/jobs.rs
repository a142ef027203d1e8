//! Ads that hire for more than one role.

use std::collections::HashSet;

use super::candidates::candidates;
use super::{Classifier, Tag};
use crate::posting::Posting;
use crate::taxonomy::Role;

/// From this probability on, among the roles, the role of a title is clear. Chosen by hand.
const CLEAR: f64 = 0.7;

/// From this probability on a condition holds for a title by itself, in an ad that is in scope as a whole.
/// Below even odds: among the jobs of such ads it holds more often than among all titles. Chosen by hand.
const OPEN: f64 = 1.0 / 3.0;

/// A title of which less is known says nothing.
const ENOUGH_KNOWN: f64 = 0.5;

/// One of the jobs in an ad that hires for more than one role.
#[derive(Debug, Clone, PartialEq)]
pub struct Job<'c> {
    /// The job's title as the ad has it.
    pub title: String,
    /// The role that the title speaks for.
    pub role: &'c Role,
    /// The probability that a posting of this title alone hires for any of the roles, 0..=1. It may be low where the
    /// rest of the ad says that it is about health.
    pub scope: f64,
}

impl Classifier {
    /// Returns the jobs of an ad that may hire for more than one role, in the order of the ad; none for an ad
    /// that hires for one.
    ///
    /// Titles are looked for in the posting's title (`Data Engineer / Data Scientist`) and in lines and lists of
    /// its text, and each is asked by itself. A title counts if its role is clear, and if it is in scope by itself or the whole
    /// ad is; in the latter case its own words must speak for all conditions of the taxonomy but those that are
    /// [shared](crate::taxonomy::Condition::shared). `docs/accuracy.md` says how often that is right.
    ///
    /// ```
    /// use rolecall::{Classifier, Posting};
    ///
    /// let classifier = Classifier::new()?;
    /// let posting = Posting::new("", "General Hospital is hiring: EHR Trainer, Epic Analyst");
    /// let jobs = classifier.jobs(&posting);
    /// assert_eq!(jobs[0].title, "EHR Trainer");
    /// assert_eq!(jobs[1].role.id, "implementation-support-specialist");
    /// assert!(classifier.jobs(&Posting::new("EHR/EMR Trainer", "Teach nurses.")).is_empty());
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn jobs(&self, posting: &Posting<'_>) -> Vec<Job<'_>> {
        let titles = candidates(posting, &self.corpus);
        if titles.len() < 2 {
            return Vec::new();
        }
        let mut tagger = self.tagger();
        let ad_is_in_scope = tagger.tag(posting).answer.is_some();
        let jobs: Vec<_> = titles
            .into_iter()
            .filter_map(|title| {
                let tag = tagger.tag(&Posting::new(title.as_str(), ""));
                let role = clear_role(&tag)?;
                let counts = tag.answer.is_some() || ad_is_in_scope && self.is_open(&tag);
                let scope = tag.scope;
                counts.then_some(Job { title, role, scope })
            })
            .collect();
        let roles: HashSet<_> = jobs.iter().map(|job| job.role.id.as_str()).collect();
        if roles.len() < 2 { Vec::new() } else { jobs }
    }

    /// Tells whether a title speaks for all conditions that it does not share with the ad.
    fn is_open(&self, tag: &Tag<'_>) -> bool {
        let conditions = &self.corpus.taxonomy.conditions;
        let is_shared = |name| conditions.iter().any(|known| known.shared && known.id == name);
        tag.gates.iter().all(|gate| gate.probability >= OPEN || is_shared(gate.name))
    }
}

fn clear_role<'c>(tag: &Tag<'c>) -> Option<&'c Role> {
    let closest = tag.closest().filter(|_| tag.words_known >= ENOUGH_KNOWN)?;
    (closest.probability >= CLEAR).then_some(closest.role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_jobs(title: &str, text: &str, expected: &[(&str, &str)]) {
        let classifier = Classifier::new().unwrap();
        let jobs = classifier.jobs(&Posting::new(title, text));
        let found: Vec<_> = jobs.iter().map(|job| (&*job.title, &*job.role.id)).collect();
        assert_eq!(found, expected, "{title} {text}");
        assert!(jobs.iter().all(|job| (0.0..=1.0).contains(&job.scope)));
    }

    #[test]
    fn two_roles_in_a_title() {
        let text = "Put our electronic health record to work in clinics and teach nurses and physicians to use Epic.";
        let both = [
            ("Implementation Specialist", "implementation-support-specialist"),
            ("Trainer", "trainer"),
        ];
        assert_jobs("Implementation Specialist / Trainer", text, &both);
        // The same words where nothing is about health.
        let text = "Put our till software to work in shops and teach cashiers to use it.";
        assert_jobs("Implementation Specialist / Trainer", text, &[]);
    }

    #[test]
    fn two_roles_in_a_list() {
        let text = "<p>Our hospitals move to Epic, and we build the teams for the electronic health record.</p>\
                    <ul><li>Epic Analyst</li><li><b>EHR Trainer</b> - teaches nurses</li><li>Sous Chef</li></ul>";
        let both =
            [("Epic Analyst", "implementation-support-specialist"), ("EHR Trainer", "trainer")];
        assert_jobs("Come and join us", text, &both);
    }

    #[test]
    fn one_role_in_other_words() {
        let text = "Teach nurses and physicians to use the electronic health record, in class and at the elbow.";
        for title in
            ["EHR/EMR Trainer", "EHR Trainer / Epic Trainer", "Training and/or Support Specialist"]
        {
            assert_jobs(title, text, &[]);
        }
        let text = "Lead the health information department: release of information, coding, record completion.";
        assert_jobs("Manager, Health Information & Records", text, &[]);
        let text = "Work with data analysts, software engineers and trainers on our electronic health record.";
        assert_jobs("Epic Analyst", text, &[]);
    }
}
