//! Reads a taxonomy from the files of a corpus and checks every rule.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Condition, Inheritance, Neighbour, Profile, Role, Taxonomy, Tier};
use crate::files::{CorpusError, CorpusFile, CorpusFiles};

/// The answer for a posting that hires for no role; no role may have this id.
pub const NONE: &str = "none";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaxonomyFile {
    name: String,
    title: String,
    source: String,
    roles: Vec<String>,
    tiers: Vec<Tier>,
    #[serde(default)]
    conditions: Vec<Condition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleFile {
    id: String,
    name: String,
    tier: String,
    programme: String,
    official: String,
    example_titles: Vec<String>,
    inherits: Option<Inheritance>,
    profile: Profile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NeighbourFile {
    id: String,
    name: String,
    profile: Profile,
}

impl Taxonomy {
    /// Loads and validates a taxonomy.
    pub(crate) fn load(source: &CorpusFiles) -> Result<Self, CorpusError> {
        const NAME: &str = "taxonomy.toml";
        let file = source.get(NAME).ok_or_else(|| source.missing(NAME))?;
        let header: TaxonomyFile = file.parse_toml()?;
        check_id(file, "name", &header.name)?;
        check_text(file, "title", &header.title)?;
        check_text(file, "source", &header.source)?;
        check_tiers(file, &header.tiers)?;
        check_list(file, "roles", &header.roles)?;
        check_unique(file, "roles", &header.roles)?;

        let mut roles = Vec::new();
        for id in &header.roles {
            let name = format!("roles/{id}.toml");
            let file = source.get(&name).ok_or_else(|| source.missing(&name))?;
            roles.push(load_role(file, id, &header)?);
        }
        for file in source.files_in("roles/") {
            if !roles.iter().any(|role| file.name == format!("roles/{}.toml", role.id)) {
                return Err(file.invalid(
                    "id",
                    "this role is not listed in `roles` of taxonomy.toml; list it or remove the file",
                ));
            }
        }
        for role in &roles {
            check_inheritance(source, role, &roles)?;
        }
        let neighbours = source
            .files_in("neighbours/")
            .map(|file| load_neighbour(file, &roles))
            .collect::<Result<_, _>>()?;
        check_conditions(file, &header)?;
        let TaxonomyFile { name, title, source, tiers, conditions, .. } = header;
        Ok(Self { name, title, source, tiers, roles, neighbours, conditions })
    }
}

fn check_conditions(file: &CorpusFile, header: &TaxonomyFile) -> Result<(), CorpusError> {
    let ids: Vec<_> = header.conditions.iter().map(|condition| condition.id.clone()).collect();
    check_unique(file, "conditions", &[&ids[..], &header.roles[..]].concat())?;
    for (n, condition) in (1..).zip(&header.conditions) {
        check_id(file, &format!("conditions[{n}].id"), &condition.id)?;
        check_text(file, &format!("conditions[{n}].meaning"), &condition.meaning)?;
        check_list(file, &format!("conditions[{n}].words"), &condition.words)?;
    }
    Ok(())
}

fn load_role(file: &CorpusFile, id: &str, header: &TaxonomyFile) -> Result<Role, CorpusError> {
    let role: RoleFile = file.parse_toml()?;
    check_file_id(file, &role.id, id)?;
    check_text(file, "name", &role.name)?;
    check_text(file, "programme", &role.programme)?;
    check_text(file, "official", &role.official)?;
    for (n, title) in role.example_titles.iter().enumerate() {
        check_text(file, &format!("example_titles[{}]", n + 1), title)?;
    }
    check_profile(file, &role.profile)?;
    let tier = header.tiers.iter().position(|tier| tier.id == role.tier).ok_or_else(|| {
        let known: Vec<_> = header.tiers.iter().map(|tier| tier.id.as_str()).collect();
        let message =
            format!("unknown tier `{}`, expected one of: {}", role.tier, known.join(", "));
        file.invalid("tier", message)
    })?;
    Ok(Role {
        id: role.id,
        name: role.name,
        tier,
        programme: role.programme,
        official: role.official.trim().to_owned(),
        example_titles: role.example_titles,
        inherits: role.inherits,
        profile: role.profile,
    })
}

fn load_neighbour(file: &CorpusFile, roles: &[Role]) -> Result<Neighbour, CorpusError> {
    let neighbour: NeighbourFile = file.parse_toml()?;
    let stem = file.name.trim_start_matches("neighbours/").trim_end_matches(".toml");
    check_file_id(file, &neighbour.id, stem)?;
    if roles.iter().any(|role| role.id == neighbour.id) {
        return Err(file.invalid("id", format!("duplicate id `{}`: a role has it", neighbour.id)));
    }
    check_text(file, "name", &neighbour.name)?;
    check_profile(file, &neighbour.profile)?;
    let NeighbourFile { id, name, profile } = neighbour;
    Ok(Neighbour { id, name, profile })
}

fn check_inheritance(source: &CorpusFiles, role: &Role, roles: &[Role]) -> Result<(), CorpusError> {
    let Some(inheritance) = &role.inherits else { return Ok(()) };
    let name = format!("roles/{}.toml", role.id);
    let file = source.get(&name).ok_or_else(|| source.missing(&name))?;
    let other = roles.iter().find(|other| other.id == inheritance.role);
    if inheritance.role == role.id || other.is_none() {
        let message = format!("expected the id of another role, found `{}`", inheritance.role);
        return Err(file.invalid("inherits.role", message));
    }
    if other.is_some_and(|other| other.inherits.is_some()) {
        let message = format!("`{}` inherits itself; inherit from its source", inheritance.role);
        return Err(file.invalid("inherits.role", message));
    }
    if !(1..=10).contains(&inheritance.own_weight) {
        let message = format!("expected 1 to 10, found {}", inheritance.own_weight);
        return Err(file.invalid("inherits.own_weight", message));
    }
    Ok(())
}

fn check_tiers(file: &CorpusFile, tiers: &[Tier]) -> Result<(), CorpusError> {
    if tiers.is_empty() {
        return Err(file.invalid("tiers", "expected at least one tier, found none"));
    }
    for (n, tier) in tiers.iter().enumerate() {
        check_id(file, &format!("tiers[{}].id", n + 1), &tier.id)?;
        check_text(file, &format!("tiers[{}].name", n + 1), &tier.name)?;
    }
    let ids: Vec<_> = tiers.iter().map(|tier| tier.id.clone()).collect();
    check_unique(file, "tiers", &ids)
}

fn check_profile(file: &CorpusFile, profile: &Profile) -> Result<(), CorpusError> {
    check_list(file, "profile.titles", &profile.titles)?;
    check_list(file, "profile.duties", &profile.duties)?;
    check_list(file, "profile.vocabulary", &profile.vocabulary)
}

fn check_list(file: &CorpusFile, key: &str, list: &[String]) -> Result<(), CorpusError> {
    if list.is_empty() {
        return Err(file.invalid(key, "expected at least one entry, found none"));
    }
    match list.iter().position(|entry| !is_text(entry)) {
        Some(n) => check_text(file, &format!("{key}[{}]", n + 1), &list[n]),
        None => Ok(()),
    }
}

fn check_unique(file: &CorpusFile, key: &str, ids: &[String]) -> Result<(), CorpusError> {
    let mut seen = BTreeSet::new();
    for (n, id) in ids.iter().enumerate() {
        if !seen.insert(id) {
            return Err(file.invalid(&format!("{key}[{}]", n + 1), format!("duplicate id `{id}`")));
        }
    }
    Ok(())
}

fn check_text(file: &CorpusFile, key: &str, text: &str) -> Result<(), CorpusError> {
    match is_text(text) {
        true => Ok(()),
        false => Err(file.invalid(key, format!("expected text, found {text:?}"))),
    }
}

/// A profile entry without a letter or digit would be an empty document field.
fn is_text(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn check_file_id(file: &CorpusFile, id: &str, stem: &str) -> Result<(), CorpusError> {
    check_id(file, "id", id)?;
    if id == stem {
        return Ok(());
    }
    Err(file.invalid("id", format!("expected `{stem}` as the file is named, found `{id}`")))
}

/// Ids go into CSV cells, column names and file names, so they are kept plain.
fn check_id(file: &CorpusFile, key: &str, id: &str) -> Result<(), CorpusError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if id == NONE {
        return Err(file.invalid(key, "`none` is the answer for no role; choose another id"));
    }
    if !id.is_empty() && id.len() <= 64 && id.chars().all(plain) {
        return Ok(());
    }
    let message = format!("expected 1 to 64 of a-z, 0-9, `-`, `_`, found {id:?}");
    Err(file.invalid(key, message))
}
