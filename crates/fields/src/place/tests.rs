use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static READER: LazyLock<PlaceReader> = LazyLock::new(|| PlaceReader::embedded().unwrap());

fn shown(reading: Reading<Place>) -> String {
    match reading {
        Reading::NotStated => "not stated".to_owned(),
        Reading::NotRead(reason) => format!("not read: {reason}"),
        Reading::Read(place) => {
            let mut shown =
                format!("{}/{}", place.country.unwrap_or("-"), place.state.unwrap_or("-"));
            if let Some(city) = place.city {
                shown += &format!(" {city}");
            }
            if let Some(remote) = place.remote {
                shown += &format!(" [{remote}]");
            }
            if place.several {
                shown += " +";
            }
            shown
        }
    }
}

#[test]
fn places_are_written_in_many_ways() {
    let reader = &*READER;
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("Nashville, TN", "US/TN Nashville"),
        ("Nashville, TN 37203", "US/TN Nashville"),
        ("Nashville, TN 37203-1234", "US/TN Nashville"),
        ("nashville, tn", "US/TN Nashville"),
        ("Nashville TN", "US/TN Nashville"),
        ("Remote - US", "US/- [remote]"),
        ("US Remote", "US/- [remote]"),
        ("Remote in the US", "US/- [remote]"),
        ("TN - Nashville", "US/TN Nashville"),
        ("US-NY-New York", "US/NY New York"),
        ("US-NC-Remote", "US/NC [remote]"),
        ("US-Remote; US-Chicago; US-Atlanta", "US/- [remote] +"),
        ("JP-Tokyo", "JP/- Tokyo"),
        ("CA-Ontario-Toronto", "CA/- Toronto"),
        ("London, UK", "GB/- London"),
        ("London, England", "GB/- London"),
        ("London, ON", "CA/- London"),
        ("New York, NY 10018 (Garment District area)", "US/NY New York"),
        ("Chicago, Illinois, United States", "US/IL Chicago"),
        ("Detroit, , United States", "US/MI Detroit"),
        ("Columbus, , United States", "US/- Columbus"),
        ("Washington, DC (+3 others)", "US/DC Washington +"),
        ("San Francisco, CA | New York City, NY | Seattle, WA", "US/CA San Francisco +"),
        ("San Francisco, CA / New York, NY", "US/CA San Francisco +"),
        ("San Francisco, New York City, Austin", "US/CA San Francisco +"),
        ("Pittsburgh, PA, Palo Alto, CA, Detroit, MI, Remote", "US/PA Pittsburgh [remote] +"),
        ("San Francisco, Seattle, New York, Chicago, US", "US/CA San Francisco +"),
        ("Santa Clara, CA or Remote", "US/CA Santa Clara [remote]"),
        ("San Francisco Bay Area", "US/CA San Francisco Bay Area"),
        ("Greater Chicago Area", "US/- Greater Chicago Area"),
        ("New York City Metropolitan Area", "US/- New York City Metropolitan Area"),
        ("Dallas–Fort Worth metroplex, TX", "US/TX Dallas–Fort Worth Metroplex"),
        ("Austin, Texas Metropolitan Area", "US/TX Austin"),
        ("Greater London", "GB/- Greater London"),
        ("Ormskirk, L39 8SE", "GB/- Ormskirk"),
        ("Somewhere Hospital, Truro, TR13LJ", "GB/- Truro"),
        ("Broomfield or Southend, SS16 5NL", "GB/- Southend +"),
        ("St Helier, JE1 1AA", "JE/- Saint Helier"),
        ("Portugal (Remote)", "PT/- [remote]"),
        ("Remote (UK)", "GB/- [remote]"),
        ("remote,Canada", "CA/- [remote]"),
        ("Winnipeg, MB, CA", "CA/- Winnipeg"),
        ("Toronto, ON, CA", "CA/- Toronto"),
        ("Toronto, Ontario, CA", "CA/- Toronto"),
        ("Toronto, CA", "CA/- Toronto"),
        ("Ontario, CA", "US/CA Ontario"),
        ("San Diego, CA", "US/CA San Diego"),
        ("San Diego, CA, US", "US/CA San Diego"),
        ("Vancouver, BC V5K 0A1", "CA/- Vancouver"),
        ("Munich, DE", "DE/- Munich"),
        ("Wilmington, DE", "US/DE Wilmington"),
        ("Bangalore, IN", "IN/- Bangalore"),
        ("Salem, IN", "US/IN Salem"),
        ("Indiana, PA", "US/PA Indiana"),
        ("Perth, WA", "AU/- Perth"),
        ("Seattle, WA", "US/WA Seattle"),
        ("Amsterdam, NL", "NL/- Amsterdam"),
        ("Gander, NL", "CA/- Gander"),
        ("Herzliya, Tel Aviv District, IL", "IL/- Herzliya"),
        ("Georgia", "not read: a name that is both a US state and a country"),
        ("Atlanta, Georgia", "US/GA Atlanta"),
        ("Tbilisi, Georgia", "GE/- Tbilisi"),
        ("Georgia, United States", "US/GA"),
        ("IN", "not read: a code that is both a US state and a country"),
        ("TX", "US/TX"),
        ("Washington", "US/-"),
        ("Washington, United States", "US/- Washington"),
        ("Lebanon, NH", "US/NH Lebanon"),
        ("San Juan, PR", "US/PR San Juan"),
        ("Paris", "FR/- Paris"),
        ("Cambridge", "not read: names no country or state, and no city of the list"),
        ("Anywhere", "-/- [remote]"),
        ("Remote", "-/- [remote]"),
        ("Remote, Europe", "-/- [remote]"),
        ("Europe", "not read: names a part of the world, not a country"),
        ("USA", "US/-"),
        ("2 Locations", "not stated"),
        ("Boise, ID 30 applicants", "US/ID Boise"),
        ("Minneapolis,&nbsp;MN", "US/MN Minneapolis"),
        (" \u{a0}Boston ,\t MA \u{200b}", "US/MA Boston"),
        ("Berlin office", "DE/- Berlin Office"),
        (
            r#"{"@type": "PostalAddress", "addressLocality": "Dallas", "addressRegion": "TX", "addressCountry": "US"}"#,
            "US/TX Dallas",
        ),
        (
            r#"[{"address": {"addressLocality": "Leeds", "addressCountry": {"name": "GB"}}}, {}]"#,
            "GB/- Leeds +",
        ),
        ("", "not stated"),
        ("N/A", "not stated"),
        ("-1", "not stated"),
    ] {
        let found = shown(reader.read(text));
        if found != expected {
            wrong.push(format!("{text:?}: {found}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The work model, time zones, counties, several places and spellings, as people find them in exports.
#[test]
fn what_stands_around_a_place_is_no_part_of_it() {
    let reader = &*READER;
    let mut wrong = Vec::new();
    for (text, expected) in [
        // Work models.
        ("Remote in Austin, TX", "US/TX Austin [remote]"),
        ("Hybrid remote in Austin, TX", "US/TX Austin [hybrid]"),
        ("Hybrid work in Austin, TX", "US/TX Austin [hybrid]"),
        ("Hybrid - Leeds LS1", "GB/- Leeds [hybrid]"),
        ("On-site in Denver, CO", "US/CO Denver [on_site]"),
        ("On-site", "-/- [on_site]"),
        ("Hybrid", "-/- [hybrid]"),
        ("Temporarily Remote in Dallas, TX", "US/TX Dallas [remote]"),
        ("Remote in Boise, ID 83702", "US/ID Boise [remote]"),
        ("Fully remote, based in Leeds", "GB/- Leeds [remote]"),
        ("Work from home, Tampa, FL", "US/FL Tampa [remote]"),
        ("Virtual - Ohio", "US/OH [remote]"),
        ("Telework eligible - Bethesda, MD", "US/MD Bethesda [remote]"),
        ("Remote - PA", "US/PA [remote]"),
        ("Remote - CA", "-/- [remote]"),
        ("Anywhere in the World", "-/- [remote]"),
        ("Not remote - Tulsa, OK", "US/OK Tulsa [not_remote]"),
        ("Tulsa, OK (not remote)", "US/OK Tulsa [not_remote]"),
        ("Tulsa, OK (non-remote)", "US/OK Tulsa [not_remote]"),
        ("No remote: Tulsa, OK", "US/OK Tulsa [not_remote]"),
        ("Tulsa, OK - on-site only, no remote", "US/OK Tulsa [on_site]"),
        ("Tulsa, OK. This is not a remote position", "US/OK Tulsa [not_remote]"),
        // Time zones.
        ("Remote (EST)", "-/- [remote]"),
        ("Remote (XST)", "-/- [remote]"),
        ("Remote, US (PST)", "US/- [remote]"),
        ("United States (CT)", "US/-"),
        ("Remote (AM)", "-/- [remote]"),
        ("Remote - US - EST", "US/- [remote]"),
        ("Remote (GMT+1)", "-/- [remote]"),
        ("Hartford, CT", "US/CT Hartford"),
        ("Billings, MT", "US/MT Billings"),
        ("Remote (TX)", "US/TX [remote]"),
        // Counties and postcodes.
        ("Richmond, Surrey", "GB/- Richmond"),
        ("Leeds, West Yorkshire", "GB/- Leeds"),
        ("Bury, Greater Manchester", "GB/- Bury"),
        ("Greater Manchester", "GB/- Greater Manchester"),
        ("Norwich, Norfolk", "GB/- Norwich"),
        ("Norfolk, VA", "US/VA Norfolk"),
        ("Kent, WA", "US/WA Kent"),
        ("Newcastle upon Tyne, Tyne and Wear", "GB/- Newcastle upon Tyne"),
        ("Tyne and Wear", "GB/- Tyne and Wear"),
        ("Leeds LS1", "GB/- Leeds"),
        ("LS1 4AP Leeds", "GB/- Leeds"),
        ("Manchester M1", "GB/- Manchester"),
        ("Guildford, Surrey, GU2 7XX", "GB/- Guildford"),
        ("Hertfordshire, EN6 2SE", "GB/- Hertfordshire"),
        ("stockton-on-tees, TS19 8PE", "GB/- Stockton-on-Tees"),
        ("London SW1A 1AA", "GB/- London"),
        ("Suite B2", "not read: names no country or state, and no city of the list"),
        ("Dallas, Dallas County", "US/TX Dallas"),
        ("Dallas County", "US/TX Dallas County"),
        ("Columbus, Maricopa County", "US/AZ Columbus"),
        ("Austin, Travis County, Texas", "US/TX Austin"),
        ("Orange County, CA", "US/CA Orange County"),
        // Several places.
        ("San Francisco, CA & New York, NY", "US/CA San Francisco +"),
        ("Denver, CO and Tulsa, OK", "US/CO Denver +"),
        ("Boston and New York", "US/MA Boston +"),
        ("Boston, MA and 4 more", "US/MA Boston +"),
        ("Bosnia and Herzegovina", "BA/-"),
        ("Trinidad & Tobago", "TT/-"),
        ("Multiple Locations", "not stated"),
        ("Nationwide", "not stated"),
        // Spellings of one town.
        ("AUSTIN, TX", "US/TX Austin"),
        ("Austin, Tx.", "US/TX Austin"),
        ("St. Louis, MO", "US/MO Saint Louis"),
        ("Saint Louis, Missouri", "US/MO Saint Louis"),
        ("ST LOUIS MO 63110", "US/MO Saint Louis"),
        ("New York City, NY", "US/NY New York"),
        ("ft. worth, tx", "US/TX Fort Worth"),
        ("COEUR D'ALENE, ID", "US/ID Coeur d'Alene"),
        ("mcallen, tx", "US/TX McAllen"),
        ("WINSTON-SALEM, NC", "US/NC Winston-Salem"),
        ("O’FALLON, MO", "US/MO O’Fallon"),
        ("United States-Texas-Austin", "US/TX Austin"),
        ("MontrÃ©al, QC", "CA/- Montréal"),
        // Objects.
        ("{'city': 'Austin', 'state': 'TX'}", "US/TX Austin"),
        ("{'city': \"Coeur d'Alene\", 'state': 'ID', 'country': None}", "US/ID Coeur d'Alene"),
        ("[{'city': 'Austin', 'state': 'TX'}, {'city': 'Waco', 'state': 'TX'}]", "US/TX Austin +"),
        ("['Austin, TX']", "US/TX Austin"),
        (r#"{"city": "Leeds", "country": "UK"}"#, "GB/- Leeds"),
        (r#"{"display_name": "Leeds, West Yorkshire"}"#, "GB/- Leeds"),
        (r#"{"name": "Austin, TX"}"#, "US/TX Austin"),
    ] {
        let found = shown(reader.read(text));
        if found != expected {
            wrong.push(format!("{text:?}: {found}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn codes_that_stand_alone_mean_what_the_column_means() {
    let reader = &*READER;
    let states = BareCodes::detect(reader, ["TX", "CA", "NY", "Nashville, TN"]);
    assert_eq!(states, BareCodes::States);
    assert_eq!(shown(reader.read_with("CA", states)), "US/CA");
    let countries = BareCodes::detect(reader, ["GB", "DE", "US"]);
    assert_eq!(countries, BareCodes::Countries);
    assert_eq!(shown(reader.read_with("DE", countries)), "DE/-");
    assert_eq!(BareCodes::detect(reader, ["GB", "TX"]), BareCodes::Undecided);
    assert_eq!(BareCodes::detect(reader, ["CA", "DE"]), BareCodes::Undecided);
}

#[test]
fn parts_in_columns_make_a_place() {
    let reader = &*READER;
    for (parts, expected) in [
        (["Toronto", "ON", "CA"], "CA/- Toronto"),
        (["San Diego", "CA", "US"], "US/CA San Diego"),
        (["San Diego", "CA", ""], "US/CA San Diego"),
        (["Toronto", "CA", ""], "CA/- Toronto"),
        (["Atlanta", "Georgia", ""], "US/GA Atlanta"),
        (["", "Washington", ""], "US/WA"),
        (["Austin", "Texas, United States", ""], "US/TX Austin"),
        (["Boston", "", "United States"], "US/MA Boston"),
        (["Munich", "BY", "DE"], "DE/- Munich"),
        (["Remote", "", "USA"], "US/- [remote]"),
        (["Unknown", "null", "United States"], "US/-"),
        (["", "", ""], "not stated"),
    ] {
        let [city, state, country] = parts;
        assert_eq!(shown(reader.read_parts(city, state, country)), expected, "{parts:?}");
    }
}

#[test]
fn states_are_in_the_regions_of_the_census_bureau() {
    let reader = &*READER;
    let count = |region| reader.states().iter().filter(|state| state.region == region).count();
    assert_eq!(count(Some(Region::Northeast)), 9);
    assert_eq!(count(Some(Region::Midwest)), 12);
    assert_eq!(count(Some(Region::South)), 17);
    assert_eq!(count(Some(Region::West)), 13);
    assert_eq!(count(None), 5);
}

proptest! {
    #[test]
    fn no_text_panics(
        text in "\\PC{0,40}",
        likely in "[A-Z]{2}[, -][A-Za-z]{0,8}[,;|(/ -]{1,2}[A-Z0-9 ]{0,8}[)]?[a-z ]{0,9}",
        json in "[{\\[]\"address[a-zA-Z\":,{}\\[\\]]{0,40}",
    ) {
        let reader = &*READER;
        for text in [&text, &likely, &json] {
            let _ = reader.read(text);
            let _ = reader.read_parts(text, &likely, text);
        }
    }

    #[test]
    fn states_come_back(n in any::<prop::sample::Index>(), city in "Zz[a-z]{4,9}", zip in 10_000..99_999_u32) {
        let reader = &*READER;
        let state = *n.get(reader.states());
        let State { code, name, .. } = state;
        for text in [
            format!("{city}, {code}"),
            format!("{city}, {code} {zip}"),
            format!("{city}, {name}"),
            format!("{city}, {name}, United States"),
            format!("{city}, {code}, USA"),
            format!("US-{code}-{city}"),
            format!("{city}, {code} (Remote)"),
        ] {
            let place = reader.read(&text).read();
            let found = place.map(|place| (place.country, place.state, place.region, place.city));
            let expected = (Some("US"), Some(code), state.region, Some(city.clone()));
            prop_assert_eq!(found, Some(expected), "{}", text);
        }
    }
}
