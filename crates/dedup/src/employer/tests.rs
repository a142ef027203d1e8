use super::*;

fn are_one(names: &[&str]) {
    for name in names {
        assert_eq!(key(name), key(names[0]), "{name:?} and {:?}", names[0]);
    }
    assert!(!key(names[0]).is_empty());
}

fn are_apart(names: &[&str]) {
    let keys: std::collections::BTreeSet<_> = names.iter().map(|name| key(name)).collect();
    assert_eq!(keys.len(), names.len(), "{names:?}: {keys:?}");
}

#[test]
fn spellings_of_one_employer_are_one() {
    are_one(&[
        "Mayo Clinic",
        "Mayo Clinic ",
        "MAYO CLINIC",
        "The Mayo Clinic",
        "Mayo Clinic, Inc.",
        "Mayo Clinic Inc",
        "Mayo Clinic, The",
        "Mayo\u{a0}Clinic",
        "Mayo  Clinic",
    ]);
    are_one(&[
        "Johnson & Johnson",
        "Johnson and Johnson",
        "Johnson &amp; Johnson",
        "Johnson &amp;amp; Johnson",
        "JOHNSON + JOHNSON",
        "Johnson＆Johnson",
    ]);
    are_one(&[
        "JPMorgan Chase & Co.",
        "JPMorgan Chase",
        "J.P. Morgan Chase",
        "J. P. Morgan Chase &amp; Company",
    ]);
    are_one(&[
        "St. Luke's",
        "St Lukes",
        "St. Luke’s",
        "St. Luke&#39;s",
        "St. Lukeâ€™s",
        "ST LUKE`S",
        "St.Luke´s",
    ]);
    are_one(&["UnitedHealth Group", "United Health Group", "UNITEDHEALTH GROUP"]);
    are_one(&["Hôpital", "Hopital", "HÔPITAL", "Ho\u{302}pital", "HÃ´pital"]);
    are_one(&["Geisinger Health Company", "Geisinger Health"]);
    are_one(&["Müller und Söhne GmbH & Co. KG", "Müller & Söhne"]);
    are_one(&["Ａｃｍｅ", "acme", "Ac\u{200b}me", "Ac\u{ad}me", "<b>Acme</b>"]);
    are_one(&["Smith–Jones Health", "Smith-Jones Health", "Smith — Jones Health"]);
    are_one(&["Acme Health", "Acme Health (Remote)", "Acme Health - Remote"]);
    are_one(&[
        "Best Care",
        "Acme Holdings LLC d/b/a Best Care",
        "Acme Holdings, Inc. DBA Best Care, LLC",
        "Acme Holdings dba Best Care",
        "Acme Holdings Ltd t/a Best Care",
        "Acme Holdings (dba Best Care)",
        "dba Best Care",
        "Best Care d/b/a",
    ]);
    are_one(&["株式会社アクメ", "アクメ株式会社", "アクメ"]);
}

#[test]
fn legal_forms_do_not_count() {
    for form in [
        "Inc",
        "Inc.",
        ", Incorporated",
        "LLC",
        ", L.L.C.",
        "L. L. C.",
        "LLP",
        "L.L.P.",
        ", P.C.",
        "PC",
        "PLLC",
        "P.L.L.C.",
        ", P.A.",
        "Ltd",
        "Ltd.",
        "Limited",
        "PLC",
        "p.l.c.",
        "GmbH",
        "G.m.b.H.",
        "AG",
        "S.A.",
        "SA",
        "SAS",
        "S.à r.l.",
        "SARL",
        "N.V.",
        "NV",
        "B.V.",
        "Pvt. Ltd.",
        "Private Limited",
        "Pty Ltd",
        "Pty. Limited",
        "Oy",
        "Oyj",
        "AB",
        "A/S",
        "ApS",
        "AS",
        "S.p.A.",
        "S.r.l.",
        "e.V.",
        "Co., Ltd.",
        "Corp.",
        "& Co.",
        "Company",
        "DAC",
        "CIC",
        "Ltée",
        "ULC",
        "Pte. Ltd.",
        "Sdn. Bhd.",
        "S.A. de C.V.",
        "GmbH & Co. KG",
        "(Inc.)",
        "- LLC",
        "KGaA",
        "Aktiengesellschaft",
        "AB (publ)",
        "(P) Ltd",
        "Unlimited Company",
    ] {
        assert_eq!(key(&format!("Acme Health {form}")), "acmehealth", "{form}");
    }
    assert_eq!(key("The Company"), "thecompany");
    assert_eq!(key("Inc."), "inc");
    assert_eq!(key("株式会社"), "株式会社");
}

#[test]
fn ratings_do_not_count_and_numbers_do() {
    for rated in [
        "Acme 4.1",
        "Acme\n3.8",
        "Acme4.1",
        "Acme, Inc. 4.1",
        "Acme, Inc.4.1",
        "Acme 4.1 ★",
        "Acme ★ 4.1",
        "Acme (4.1)",
        "Acme 4,1",
        "Acme 4.1/5",
        "Acme 3.9 out of 5 stars",
        "Acme 4.1 out of 5",
        "Acme 4.1 stars",
        "Acme 5.0",
        "Acme 4.1 (1,234 reviews)",
        "Acme<br>4.1",
        "Acme - 4.1",
    ] {
        assert_eq!(key(rated), "acme", "{rated}");
    }
    are_apart(&[
        "Acme",
        "Acme 1",
        "Acme 2",
        "Acme 4",
        "Acme 14.1",
        "Acme 5.7",
        "Acme 1 2",
        "Acme 12",
    ]);
    are_apart(&[
        "Unit 1",
        "Unit 2",
        "Unit 34",
        "Unit 3 4",
        "Region 10 Health",
        "Region 12 Health",
        "3M",
        "4M",
        "Area 51 Health",
        "Area 52 Health",
    ]);
    assert_eq!(display_name(" ACME &amp; Sons,\n Inc. 3.7"), "ACME & Sons, Inc.");
    assert_eq!(display_name("4.1"), "4.1");
    assert_eq!(display_name("Clinic 34"), "Clinic 34");
    assert_eq!(display_name("<intent>\n4.6"), "<intent>");
    assert_eq!(key("<intent>"), "intent");
}

#[test]
fn other_employers_stay_apart() {
    are_apart(&[
        "Mayo Clinic",
        "Mayo Foundation",
        "Mayo Foundation for Medical Education and Research",
        "Mayo",
    ]);
    are_apart(&["Johnson & Johnson", "Johnson & Johnson Services, Inc.", "Johnson"]);
    are_apart(&["Kaiser Permanente", "Kaiser", "Kaiser Foundation", "HCA Healthcare", "HCA"]);
    are_apart(&[
        "Acme Health",
        "Acme Health - Boston",
        "Acme Health Group",
        "Acme Health Holdings",
        "Acme",
    ]);
    are_apart(&["A", "B", "AT&T", "A&P", "AP"]);
    // Saint Luke's of Kansas City and St. Luke's of Boise are two health systems.
    are_apart(&["Saint Luke's Health System", "St. Luke's Health System"]);
    are_apart(&["Banner Health", "Banner Health - NV", "UPMC PA", "UPMC"]);
    are_apart(&["Oracle DBA Experts", "Experts"]);
    are_apart(&["Precision Solutions, LLC", "Precision Solutions Ag"]);
    are_one(&["Siemens", "Siemens AG", "siemens ag"]);
    are_apart(&["Procom", "Pro.com"]);
    are_one(&["Amazon.com", "Amazon.com, Inc."]);
}

#[test]
fn nobody_is_no_employer() {
    for name in
        ["", " - ", "Confidential", "Company Confidential", "ANONYMOUS", "N/A", "&", "unknown"]
    {
        assert_eq!(key(name), "", "{name}");
    }
}

proptest::proptest! {
    #[test]
    fn keys_do_not_depend_on_case_and_blanks(name in "[A-Za-z0-9&.,'() éÂâ–/-]{0,40}") {
        let spaced = format!(" {}\t", name.replace(' ', "  "));
        proptest::prop_assert_eq!(key(&spaced), key(&name));
        proptest::prop_assert!(name.trim().ends_with(unrated(&name)) || name.trim().starts_with(unrated(&name)));
        let _ = key(&name.to_uppercase());
    }

    #[test]
    fn no_name_is_too_odd(name in "\\PC{0,40}") {
        let _ = (key(&name), display_name(&name));
    }
}
