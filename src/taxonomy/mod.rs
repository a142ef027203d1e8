//! Tiers, roles and neighbours, with their profiles.

mod load;

pub use load::NONE;

use serde::{Deserialize, Serialize};

/// A set of tiers and roles to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxonomy {
    /// The short name, which is also the prefix of tag columns: `onc`.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// The document that the taxonomy comes from.
    pub source: String,
    /// The tiers, in the order of the document.
    pub tiers: Vec<Tier>,
    /// The roles, in taxonomy order: equal scores go by it.
    pub roles: Vec<Role>,
    /// Occupations that look like a role but are out of scope, by id. They are indexed beside
    /// the roles and are never an answer.
    pub neighbours: Vec<Neighbour>,
    /// The conditions of the scope: a posting is in scope if all hold.
    pub conditions: Vec<Condition>,
}

/// Something that must be true of a posting in scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// A short name, such as `domain`.
    pub id: String,
    /// What the condition says, for people.
    pub meaning: String,
    /// Whether it is true of every job in an ad where it is true of the ad, as what is said of the employer is.
    #[serde(default)]
    pub shared: bool,
    /// Some words that speak for it: where the fit starts from.
    pub words: Vec<String>,
}

/// A group of roles, by the training they ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The id, such as `short-term`.
    pub id: String,
    /// The heading in the source document.
    pub name: String,
}

/// One of the things that a posting can hire for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The id, such as `implementation-manager`.
    pub id: String,
    /// The official name.
    pub name: String,
    /// The position of its tier in [`Taxonomy::tiers`].
    pub tier: usize,
    /// The training programme, which may group roles in another way than the tiers do.
    pub programme: String,
    /// The official description; bullets are lines that start with `- `.
    pub official: String,
    /// The titles that the source document gives as examples.
    pub example_titles: Vec<String>,
    /// The role whose duties this one takes in, where the document defines it so.
    pub inherits: Option<Inheritance>,
    /// What the index holds of the role, beyond the official text.
    pub profile: Profile,
}

/// A role's duties taken into another role's profile, less strongly than its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inheritance {
    /// The id of the other role.
    pub role: String,
    /// How often the role's own duties count for one time of the inherited ones: 1 to 10.
    pub own_weight: usize,
}

/// An occupation that is mistaken for a role but is out of scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// The id, such as `bedside-nurse`.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// What the index holds of it.
    pub profile: Profile,
}

/// The words of an occupation, by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Job titles as they are seen in the wild.
    pub titles: Vec<String>,
    /// Duties in the words that ads use.
    pub duties: Vec<String>,
    /// Tools, credentials and terms of the trade.
    pub vocabulary: Vec<String>,
}

impl Taxonomy {
    /// Returns the role with this id.
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// Returns the tier of a role.
    pub fn tier_of(&self, role: &Role) -> &Tier {
        &self.tiers[role.tier]
    }

    /// Returns the texts of each profile by index field, roles first and then neighbours: the
    /// documents of the index, in its order.
    pub fn documents(&self) -> impl Iterator<Item = ProfileDocument<'_>> {
        let roles = self.roles.iter().map(|role| self.role_document(role));
        roles.chain(self.neighbours.iter().map(Neighbour::document))
    }

    /// Returns how many profiles there are: roles and neighbours.
    pub fn profile_count(&self) -> usize {
        self.roles.len() + self.neighbours.len()
    }

    fn role_document<'a>(&'a self, role: &'a Role) -> ProfileDocument<'a> {
        let own_weight = role.inherits.as_ref().map_or(1, |inheritance| inheritance.own_weight);
        let mut duties = Vec::new();
        for _ in 0..own_weight {
            duties.extend(role.own_duties());
        }
        let inherited = role.inherits.as_ref().and_then(|other| self.role(&other.role));
        duties.extend(inherited.into_iter().flat_map(Role::own_duties));
        let titles = role.example_titles.iter().chain(&role.profile.titles).map(String::as_str);
        ProfileDocument {
            id: &role.id,
            title: std::iter::once(role.name.as_str()).chain(titles).collect(),
            duties,
            vocabulary: role.profile.vocabulary.iter().map(String::as_str).collect(),
        }
    }
}

impl Role {
    fn own_duties(&self) -> impl Iterator<Item = &str> {
        let ads = self.profile.duties.iter().map(String::as_str);
        std::iter::once(self.official.as_str()).chain(ads)
    }
}

impl Neighbour {
    fn document(&self) -> ProfileDocument<'_> {
        let titles = self.profile.titles.iter().map(String::as_str);
        ProfileDocument {
            id: &self.id,
            title: std::iter::once(self.name.as_str()).chain(titles).collect(),
            duties: self.profile.duties.iter().map(String::as_str).collect(),
            vocabulary: self.profile.vocabulary.iter().map(String::as_str).collect(),
        }
    }
}

/// What goes into the index for one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileDocument<'a> {
    /// The id of the role or neighbour.
    pub id: &'a str,
    /// Official name, example titles, titles seen in the wild.
    pub title: Vec<&'a str>,
    /// Official text, duties in the words of ads, inherited duties.
    pub duties: Vec<&'a str>,
    /// Tools, credentials, terms of the trade.
    pub vocabulary: Vec<&'a str>,
}
