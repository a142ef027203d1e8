use serde::Deserialize;

/// The `columns.toml` that serves every taxonomy without one of its own.
pub const COLUMNS_TOML: &str = include_str!("../../corpus/columns.toml");

/// The content of `columns.toml`: how job boards name their columns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnNames {
    /// Names of title columns, best first.
    pub title: Vec<String>,
    /// Names of the main text column, best first.
    pub text: Vec<String>,
    /// Names of text columns that are read beside the main one.
    pub more_text: Vec<String>,
    /// Names of the employer's column, best first.
    #[serde(default)]
    pub employer: Vec<String>,
    /// Names of the place's column, best first.
    #[serde(default)]
    pub place: Vec<String>,
    /// Words that job titles are made of.
    pub title_words: Vec<String>,
}

impl ColumnNames {
    /// Returns how good a name is for the title, 0 is best, or nothing if it is none.
    pub fn title_rank(&self, name: &str) -> Option<usize> {
        rank(&self.title, name)
    }

    /// Returns how good a name is for the main text, 0 is best, or nothing if it is none.
    pub fn text_rank(&self, name: &str) -> Option<usize> {
        rank(&self.text, name)
    }

    /// Returns how good a name is for the employer, 0 is best, or nothing if it is none.
    pub fn employer_rank(&self, name: &str) -> Option<usize> {
        rank(&self.employer, name)
    }

    /// Returns how good a name is for the place, 0 is best, or nothing if it is none.
    pub fn place_rank(&self, name: &str) -> Option<usize> {
        rank(&self.place, name)
    }

    /// Tells whether a column of this name is read beside the main text.
    pub fn is_more_text(&self, name: &str) -> bool {
        rank(&self.more_text, name).is_some()
    }

    /// Tells whether a cell holds a word that job titles are made of.
    pub fn has_title_word(&self, cell: &str) -> bool {
        cell.split(|c: char| !c.is_alphanumeric()).any(|word| self.is_title_word(word))
    }

    /// Tells whether a text ends with a word that job titles are made of, or with its plural; a level (`II`, `3`)
    /// may stand behind it.
    pub fn ends_with_title_word(&self, text: &str) -> bool {
        let is_level = |word: &str| {
            matches!(word, "I" | "II" | "III" | "IV" | "V")
                || word.bytes().all(|b| b.is_ascii_digit())
        };
        let mut words = text.rsplit(|c: char| !c.is_alphanumeric());
        let last = words.find(|word| !word.is_empty() && !is_level(word));
        last.is_some_and(|word| {
            let singular = word.strip_suffix(['s', 'S']).unwrap_or(word);
            self.is_title_word(word) || self.is_title_word(singular)
        })
    }

    fn is_title_word(&self, word: &str) -> bool {
        self.title_words.iter().any(|known| known.eq_ignore_ascii_case(word))
    }
}

fn rank(names: &[String], name: &str) -> Option<usize> {
    let name = normalize(name);
    names.iter().position(|known| *known == name)
}

/// `jobTitle`, `Job_Title` and ` JOB  TITLE` all give `job title`.
pub fn normalize(name: &str) -> String {
    let mut words = String::new();
    let mut before_is_lower = false;
    for c in name.chars() {
        if c.is_alphanumeric() {
            let starts_word = before_is_lower && c.is_uppercase() || words.ends_with(' ');
            if starts_word && !words.ends_with(' ') {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
        } else if !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        before_is_lower = c.is_lowercase();
    }
    words.truncate(words.trim_end().len());
    words
}

#[cfg(test)]
mod tests {
    use super::normalize;
    use crate::Corpus;

    #[test]
    fn titles_end_with_a_word_of_titles() {
        let names = Corpus::embedded().unwrap().column_names;
        for title in
            ["EHR Trainer", "Epic analysts", "Data Engineer II", "DATA SCIENTISTS", "Coach"]
        {
            assert!(names.ends_with_title_word(title), "{title}");
        }
        for text in ["Trainer notes", "", "II", "s", "Health Information"] {
            assert!(!names.ends_with_title_word(text), "{text}");
        }
    }

    #[test]
    fn names_are_compared_in_one_form() {
        for name in ["jobTitle", "Job_Title", " JOB  TITLE ", "job-title", "\u{feff}Job Title"] {
            assert_eq!(normalize(name), "job title");
        }
        assert_eq!(normalize("JOBTITLE"), "jobtitle");
        assert_eq!(normalize(""), "");
    }
}
