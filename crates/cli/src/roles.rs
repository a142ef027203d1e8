use std::io::Write;

use anyhow::bail;
use clap::Args;
use rolecall::taxonomy::{Role, Taxonomy};
use serde_json::json;

use super::Data;
use super::exit::Exit;
use super::style::{FAINT, ROLE, STRONG};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Show this role in full
    id: Option<String>,
    /// Print JSON: an array of roles, or one object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, data: &Data) -> anyhow::Result<Exit> {
    let taxonomy = data.corpus()?.taxonomy;
    let mut out = anstream::stdout().lock();
    match (&arguments.id, arguments.json) {
        (None, false) => list(&mut out, &taxonomy)?,
        (None, true) => {
            let roles: Vec<_> = taxonomy.roles.iter().map(|role| object(&taxonomy, role)).collect();
            writeln!(out, "{}", serde_json::Value::from(roles))?;
        }
        (Some(id), as_json) => {
            let Some(role) = taxonomy.role(id) else {
                let known: Vec<_> = taxonomy.roles.iter().map(|role| role.id.as_str()).collect();
                bail!("no role `{}`; the roles are: {}", id.escape_debug(), known.join(", "));
            };
            if as_json {
                writeln!(out, "{}", object(&taxonomy, role))?;
            } else {
                show(&mut out, &taxonomy, role)?;
            }
        }
    }
    Ok(Exit::Done)
}

fn list(out: &mut impl Write, taxonomy: &Taxonomy) -> std::io::Result<()> {
    writeln!(out, "{STRONG}{}{STRONG:#}", taxonomy.title)?;
    for (position, tier) in taxonomy.tiers.iter().enumerate() {
        writeln!(out, "\n{STRONG}{}{STRONG:#}  {FAINT}{}{FAINT:#}", tier.id, tier.name)?;
        for role in taxonomy.roles.iter().filter(|role| role.tier == position) {
            writeln!(out, "  {ROLE}{:<34}{ROLE:#} {}", role.id, role.name)?;
        }
    }
    Ok(())
}

fn show(out: &mut impl Write, taxonomy: &Taxonomy, role: &Role) -> std::io::Result<()> {
    writeln!(out, "{ROLE}{}{ROLE:#}  {}", role.id, role.name)?;
    let tier = taxonomy.tier_of(role);
    writeln!(out, "tier       {}  {FAINT}{}{FAINT:#}", tier.id, tier.name)?;
    writeln!(out, "programme  {}", role.programme)?;
    writeln!(out, "\n{}", role.official)?;
    writeln!(out, "\n{FAINT}{}{FAINT:#}", taxonomy.source)?;
    writeln!(out, "\n{STRONG}Titles seen in the wild{STRONG:#}")?;
    writeln!(out, "{}", role.profile.titles.join(" · "))
}

fn object(taxonomy: &Taxonomy, role: &Role) -> serde_json::Value {
    json!({
        "id": role.id,
        "name": role.name,
        "tier": taxonomy.tier_of(role).id,
        "programme": role.programme,
        "official": role.official,
        "example_titles": role.example_titles,
        "titles": role.profile.titles,
        "duties": role.profile.duties,
        "vocabulary": role.profile.vocabulary,
    })
}
