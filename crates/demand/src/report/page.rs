//! The page: its head, policy and sections.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::paint::Paint;
use super::{NAME, headline, heat, method, months, pay, people, plain, quality, tiles};
use crate::overview::Overview;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Returns the hash of a script or style as a policy names it.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// Returns the whole page.
pub(super) fn page(overview: &Overview) -> String {
    let style =
        format!("{STYLE}@media screen and (prefers-color-scheme:dark){{{}}}", Paint::dark_rules());
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(SCRIPT)
    );
    let inputs: Vec<_> = overview.inputs.iter().map(|input| plain(&input.name, NAME)).collect();
    let sections = [
        ("roles", "Roles by tier", headline::roles(overview)),
        ("months", "By month", months::section(overview)),
        ("states", "By US state", tiles::section(overview)),
        ("regions", "Roles by region", heat::section(overview)),
        ("pay", "Pay", pay::section(overview)),
        ("employers", "Employers", people::employers(overview)),
        ("titles", "What each role's ads say", people::roles(overview)),
        ("quality", "Data quality", quality::section(overview)),
        ("method", "Method and assumptions", method::method(overview)),
        ("manifest", "Manifest", method::manifest(overview)),
    ];
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (plain(&overview.title, NAME)) }
                style { (PreEscaped(style.as_str())) }
            }
            body {
                header {
                    h1 { (plain(&overview.title, NAME)) }
                    p {
                        @match inputs.as_slice() {
                            [one] => bdi { (one) },
                            [first, ..] => { bdi { (first) } " and " (inputs.len() - 1) " more" }
                            [] => {}
                        }
                        @if let Some((first, last)) = &overview.period {
                            ", dated " (first) " to " (last)
                        }
                    }
                    (headline::headline(overview))
                    nav aria-label="Sections" {
                        ul { @for (id, name, _) in &sections { li { a href={ "#" (id) } { (name) } } } }
                    }
                }
                main {
                    @for (id, name, content) in &sections {
                        section id=(id) aria-labelledby={ (id) "-h" } {
                            h2 id={ (id) "-h" } { (name) }
                            (content)
                        }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}
