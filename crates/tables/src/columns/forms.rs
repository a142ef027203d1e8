//! The forms of postings that are known: those of the APIs of job boards and of applicant tracking systems.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::member_key;

const TEXT: &str = include_str!("../../corpus/forms.toml");

/// What a posting says beside its text, by the names of `corpus/forms.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormField {
    /// The job title.
    Title,
    /// Who hires.
    Employer,
    /// The place as one text.
    Place,
    /// When it was published.
    Posted,
    /// When it closes, or was removed.
    Closed,
    /// Pay as one text.
    Salary,
    /// The lower end of the pay.
    SalaryLow,
    /// The upper end of the pay.
    SalaryHigh,
    /// The currency of the pay.
    SalaryCurrency,
    /// What the pay is for: an hour, a year.
    SalaryPeriod,
    /// Whether the work is done from afar.
    Remote,
    /// The city.
    City,
    /// The state or province.
    State,
    /// The country.
    Country,
    /// The job board.
    Board,
    /// Full time, part time, contract.
    Employment,
}

/// The content of `corpus/forms.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forms {
    /// How an object is read where a text is expected.
    pub object: ObjectNames,
    form: Vec<PostingForm>,
}

/// How an object is read where a text is expected.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectNames {
    /// Members that name it, best first.
    pub names: Vec<String>,
    /// Of a place: members that name town, state and country.
    pub place_parts: [Vec<String>; 3],
    /// Of a place: members that hold it.
    pub place_within: Vec<String>,
    /// What is a work model and no place.
    pub work_models: BTreeSet<String>,
}

/// A form: how it is recognised, and where it has what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostingForm {
    /// What people call it.
    pub name: String,
    /// What they should know.
    #[serde(default)]
    pub note: Option<String>,
    keys: Vec<Vec<String>>,
    /// The pieces of the text, each with the paths that may hold it.
    pub text: Vec<Vec<String>>,
    /// The paths of the other fields, best first.
    pub fields: BTreeMap<FormField, Vec<String>>,
    /// Paths that hold a work model or a place: remote work is read where they hold a work model.
    #[serde(default)]
    pub work_model: Vec<String>,
    /// What the form always means and never says.
    #[serde(default)]
    pub constant: BTreeMap<FormField, String>,
    /// What codes of a field stand for.
    #[serde(default)]
    pub values: BTreeMap<FormField, BTreeMap<String, String>>,
    /// A field counts for nothing where this path holds true.
    #[serde(default)]
    pub unless: BTreeMap<FormField, String>,
}

impl Forms {
    /// Returns the forms that the binary carries. The tests make sure that they can be read.
    pub fn embedded() -> &'static Self {
        static FORMS: LazyLock<Forms> = LazyLock::new(|| Forms::parse().unwrap_or_default());
        &FORMS
    }

    fn parse() -> Result<Self, toml::de::Error> {
        let mut forms: Self = toml::from_str(TEXT)?;
        let ObjectNames { names, place_parts, place_within, .. } = &mut forms.object;
        for name in names.iter_mut().chain(place_parts.iter_mut().flatten()).chain(place_within) {
            *name = member_key(name);
        }
        Ok(forms)
    }

    /// Recognises a form by the letters of the keys of all members; returns it, and the letters of what
    /// stands before all its names.
    pub fn recognise(&self, keys: &BTreeSet<String>) -> Option<(&PostingForm, String)> {
        self.form.iter().find_map(|form| {
            let sets = form.keys.iter();
            let prefix = sets.filter_map(|wanted| prefix(wanted, keys)).min_by_key(String::len)?;
            Some((form, prefix))
        })
    }
}

/// Returns the shortest prefix with which all names are there.
fn prefix(wanted: &[String], keys: &BTreeSet<String>) -> Option<String> {
    let wanted: Vec<_> = wanted.iter().map(|name| member_key(name)).collect();
    let first = wanted.first()?;
    let prefixes = keys.iter().filter_map(|key| key.strip_suffix(first.as_str()));
    let has_all =
        |prefix: &&str| wanted.iter().all(|name| keys.contains(&format!("{prefix}{name}")));
    prefixes.filter(has_all).min_by_key(|prefix| prefix.len()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(names: &[&str]) -> Option<(String, String)> {
        let forms = Forms::embedded();
        let keys = names.iter().map(|name| member_key(name)).collect();
        forms.recognise(&keys).map(|(form, prefix)| (form.name.clone(), prefix))
    }

    #[test]
    fn forms_are_told_by_their_keys_wherever_they_lie() {
        let lever = ["id", "text", "categories", "categories.location", "hostedUrl"];
        assert_eq!(recognised(&lever), Some(("Lever".to_owned(), String::new())));
        let envelope = ["_source.text", "_source.categories.location", "_source.hostedUrl", "_id"];
        assert_eq!(recognised(&envelope), Some(("Lever".to_owned(), "source".to_owned())));
        assert_eq!(
            recognised(&["title", "company", "location", "date_posted", "description"]),
            None
        );
        assert_eq!(recognised(&["title", "text"]), None);
    }

    #[test]
    fn the_embedded_forms_are_sound() {
        for form in Forms::parse().unwrap().form {
            assert!(form.fields.contains_key(&FormField::Title), "{}", form.name);
            assert!(form.keys.iter().all(|keys| keys.len() > 1), "{}", form.name);
        }
    }
}
