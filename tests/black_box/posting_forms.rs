//! The forms of the APIs that people use, over the real binary: what is recognised, and what `tag` and
//! `demand` read of it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, Date32Array, Decimal128Array, RecordBatch, StringArray, StructArray};
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};

use crate::harness::{BINARY, Folder, argument};

fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).env("NO_COLOR", "1").output().unwrap()
}

fn sniffed(input: &Path) -> Value {
    let run = run(&["sniff", "--json", argument(input)]);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

/// Counts by the keys, and returns the cells of these and of the named columns, a line each group.
fn counted(input: &Path, keys: &str, columns: &[&str]) -> Vec<String> {
    let run =
        run(&["demand", argument(input), "--by", keys, "--all", "--no-correction", "--quiet"]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(matches!(run.status.code(), Some(0 | 1)), "{said}");
    let mut reader = csv::Reader::from_reader(run.stdout.as_slice());
    let header = reader.headers().unwrap().clone();
    let wanted: Vec<_> = keys.split(',').chain(columns.iter().copied()).collect();
    let positions: Vec<_> =
        wanted.iter().map(|name| header.iter().position(|own| own == *name).unwrap()).collect();
    let row = |record: csv::StringRecord| {
        positions.iter().map(|&n| record[n].to_owned()).collect::<Vec<_>>().join(" | ")
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

const ALL: &str = "employer,city,state,country,month,remote";

const PAY: [&str; 2] = ["salary_currency", "salary_median"];

fn assert_form(input: &Path, form: &str, title: &str, body: &[&str]) {
    let found = sniffed(input);
    assert_eq!((&found["form"], &found["title"]), (&json!(form), &json!(title)), "{found}");
    assert_eq!(found["text"], json!(body), "{found}");
}

#[test]
fn usajobs() {
    let folder = Folder::new();
    let row = |title: &str, place: Value, pay: Value| {
        json!({"MatchedObjectId": "1", "MatchedObjectDescriptor": {
            "PositionTitle": title, "PositionURI": "https://x/1", "PositionLocationDisplay": "Multiple Locations",
            "PositionLocation": place, "OrganizationName": "Veterans Example", "DepartmentName": "Department",
            "PositionRemuneration": pay, "PublicationStartDate": "2024-03-05T00:00:00.0000",
            "ApplicationCloseDate": "2024-03-15T23:59:59.9970", "QualificationSummary": "One year",
            "UserArea": {"Details": {"JobSummary": "Teach nurses the EHR.", "RemoteIndicator": title == "EHR TRAINER"}}}})
    };
    let town = |name: &str| json!({"LocationName": name, "CountryCode": "United States", "CityName": name});
    let rows = json!([
        row(
            "EHR TRAINER",
            json!([town("Bethesda, Maryland"), town("Tulsa, Oklahoma")]),
            json!([{"MinimumRange": "80000.0", "MaximumRange": "100000.0", "RateIntervalCode": "PA"}])
        ),
        row(
            "CLERK",
            json!([town("Tulsa, Oklahoma")]),
            json!([{"MinimumRange": "20.5", "MaximumRange": "21.5", "RateIntervalCode": "PH", "Description": "Per Hour"}])
        ),
    ]);
    let whole = json!({"SearchResult": {"SearchResultItems": rows}});
    let expected = [
        "Veterans Example | Bethesda | MD | US | 2024-03 | remote | USD | 90000",
        "Veterans Example | Tulsa | OK | US | 2024-03 | not_remote | USD | 43680",
    ];
    let input = folder.write("whole.json", whole.to_string());
    let at = |name: &str| format!("MatchedObjectDescriptor.{name}");
    let body = [at("UserArea.Details.JobSummary"), at("QualificationSummary")];
    assert_form(&input, "USAJOBS", &at("PositionTitle"), &body.each_ref().map(String::as_str));
    assert_eq!(counted(&input, ALL, &PAY), expected);
    // Without what stands around a posting, as people save it.
    let inner = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["MatchedObjectDescriptor"].to_string() + "\n");
    let input = folder.write("inner.jsonl", inner.collect::<String>());
    assert_eq!(counted(&input, ALL, &PAY), expected);
    // In a table, whose cells hold the lists.
    let mut table = csv::Writer::from_writer(Vec::new());
    let objects = [
        "PositionTitle",
        "PositionURI",
        "PositionLocation",
        "OrganizationName",
        "PositionRemuneration",
        "PublicationStartDate",
    ];
    let names = objects.map(|name| format!("MatchedObjectDescriptor.{name}"));
    table
        .write_record(
            names
                .iter()
                .map(String::as_str)
                .chain(["MatchedObjectDescriptor.UserArea.Details.RemoteIndicator"]),
        )
        .unwrap();
    for row in rows.as_array().unwrap() {
        let row = &row["MatchedObjectDescriptor"];
        let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let remote = cell(&row["UserArea"]["Details"]["RemoteIndicator"]);
        table.write_record(objects.iter().map(|name| cell(&row[*name])).chain([remote])).unwrap();
    }
    let input = folder.write("table.csv", table.into_inner().unwrap());
    assert_eq!(counted(&input, ALL, &PAY), expected);
}

#[test]
fn adzuna_and_what_it_only_predicts() {
    let folder = Folder::new();
    let rows = json!({"results": [
        {"title": "EHR <strong>Trainer</strong>", "created": "2024-03-05T10:00:00Z", "company": {"display_name": "Acme Trust"},
         "location": {"display_name": "Dallas, Dallas County", "area": ["US", "Texas", "Dallas County", "Dallas"]},
         "salary_min": 50000, "salary_max": 60000, "salary_is_predicted": "0", "description": "Teach nurses the EHR in class…"},
        {"title": "Epic Analyst", "created": "2024-03-06T10:00:00Z", "company": {},
         "location": {"display_name": "Dallas, Dallas County", "area": ["US", "Texas", "Dallas County", "Dallas"]},
         "salary_min": 80000.5, "salary_max": 80000.5, "salary_is_predicted": "1", "description": "Build Epic orders"}
    ]});
    let input = folder.write("in.json", rows.to_string());
    assert_form(&input, "Adzuna", "title", &["description"]);
    assert_eq!(
        counted(&input, "title,employer,city,state,month", &["salary_postings", "salary_median"]),
        [
            "ehr trainer | Acme Trust | Dallas | TX | 2024-03 | 1 | 55000",
            "epic analyst | (not stated) | Dallas | TX | 2024-03 |  | "
        ]
    );
    // Made flat, as pandas.json_normalize does it.
    let flat = "title,created,company.display_name,location.display_name,location.area,salary_min,salary_max,salary_is_predicted,description\n\
        EHR Trainer,2024-03-05,Acme Trust,\"Dallas, Dallas County\",\"[\"\"US\"\", \"\"Texas\"\", \"\"Dallas County\"\", \"\"Dallas\"\"]\",50000,60000,0,Teach nurses\n\
        Epic Analyst,2024-03-06,,\"Dallas, Texas\",,80000,80000,1,Build Epic orders\n";
    let input = folder.write("flat.csv", flat);
    assert_form(&input, "Adzuna", "title", &["description"]);
    assert_eq!(
        counted(&input, "title,employer,city,state", &["salary_postings", "salary_median"]),
        [
            "ehr trainer | Acme Trust | Dallas | TX | 1 | 55000",
            "epic analyst | (not stated) | Dallas | TX |  | "
        ]
    );
}

#[test]
fn greenhouse_whose_place_may_be_a_work_model() {
    let folder = Folder::new();
    let job = |place: &str, offices: Value| {
        json!({"id": 1, "title": "EHR Trainer", "updated_at": "2024-03-05T10:00:00-05:00", "internal_job_id": 7,
            "first_published": "2024-02-05T10:00:00-05:00", "location": {"name": place}, "offices": offices, "departments": [{"name": "IT"}],
            "absolute_url": "https://x/1", "content": "&lt;p&gt;Teach nurses the EHR&amp;nbsp;in class.&lt;/p&gt;", "company_name": "Acme"})
    };
    let seattle = json!([{"id": 9, "name": "HQ", "location": "Seattle, WA, United States"}]);
    let jobs = json!({"jobs": [
        job("Hybrid", seattle.clone()), job("Tulsa, OK; Reno, NV", seattle),
        job("Remote", json!([])), job("In-Office", json!([{"name": "Austin, TX", "location": null}]))
    ]});
    let input = folder.write("in.json", jobs.to_string());
    assert_form(&input, "Greenhouse", "title", &["content"]);
    assert_eq!(
        counted(&input, "city,state,month,remote", &[]),
        [
            "(not stated) | (anywhere) | 2024-02 | remote",
            "Austin | TX | 2024-02 | on_site",
            "Seattle | WA | 2024-02 | hybrid",
            "Tulsa | OK | 2024-02 | (not stated)"
        ]
    );
}

#[test]
fn lever_whose_text_is_the_title() {
    let folder = Folder::new();
    let jobs = json!([
        {"id": "a", "text": "EHR Trainer", "createdAt": 1_709_596_800_000_u64, "workplaceType": "hybrid", "hostedUrl": "https://x/a",
         "categories": {"location": "Boston, MA", "team": "Training", "allLocations": ["Boston, MA", "Remote"]},
         "descriptionPlain": "We are a clinic.", "lists": [{"text": "You will", "content": "<li>teach nurses the EHR</li>"}],
         "additionalPlain": "Benefits", "salaryRange": {"min": 60000, "max": 80000, "currency": "USD", "interval": "per-year-salary"}},
        {"id": "b", "text": "Accountant", "createdAt": 1_712_275_200_000_u64, "workplaceType": "remote", "hostedUrl": "https://x/b",
         "categories": {"location": "Remote", "team": "Finance", "allLocations": ["Remote", "Tulsa, OK"]},
         "descriptionPlain": "Close the books.", "lists": [], "salaryRange": {"min": 30, "max": 40, "currency": "USD", "interval": "per-hour-wage"}}
    ]);
    let input = folder.write("in.json", jobs.to_string());
    assert_form(&input, "Lever", "text", &["descriptionPlain", "lists", "additionalPlain"]);
    assert_eq!(
        counted(&input, "title,city,state,month,remote", &PAY),
        [
            "accountant | Tulsa | OK | 2024-04 | remote | USD | 72800",
            "ehr trainer | Boston | MA | 2024-03 | hybrid | USD | 70000"
        ]
    );
    // Rows of JSON stay as they were, and the lists are read: `teach` is in them alone.
    let tagged = run(&["tag", argument(&input), "--format", "jsonl", "-q"]);
    let lines = String::from_utf8(tagged.stdout).unwrap();
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    for (mut row, before) in rows.into_iter().zip(jobs.as_array().unwrap()) {
        if before["id"] == "a" {
            assert_eq!(
                (&row["onc_role"], &row["onc_basis"]),
                (&json!("trainer"), &json!("title+text"))
            );
            assert!(row["onc_evidence"].as_str().unwrap().contains("teach:"), "{row}");
        }
        row.as_object_mut().unwrap().retain(|key, _| !key.starts_with("onc_"));
        assert_eq!(row, *before);
    }
}

#[test]
fn schema_org_whose_values_change_their_kind() {
    let folder = Folder::new();
    let place = |town: &str, state: &str, country: Value| json!({"@type": "Place", "address": {"addressLocality": town, "addressRegion": state, "addressCountry": country}});
    let posting = |employer: Value, more: Value| {
        let mut posting = json!({"@context": "https://schema.org/", "@type": "JobPosting", "title": "EHR Trainer",
            "description": "Teach nurses the EHR", "datePosted": "2024-03-05", "hiringOrganization": employer});
        let own = posting.as_object_mut().unwrap();
        own.extend(more.as_object().unwrap().clone());
        posting
    };
    let postings = json!([
        posting(
            json!({"@type": "Organization", "name": "Acme", "sameAs": "http://x"}),
            json!({
            "jobLocation": [place("Detroit", "MI", json!("US")), place("Toledo", "OH", json!("US"))],
            "baseSalary": {"currency": "USD", "value": {"minValue": 30, "maxValue": 40, "unitText": "HOUR"}}})
        ),
        posting(
            json!("Beta"),
            json!({
            "jobLocation": place("Kirkland", "WA", json!({"@type": "Country", "name": "US"})),
            "baseSalary": {"currency": "USD", "value": "70000"}})
        ),
        posting(
            json!({"name": "Gamma"}),
            json!({
            "jobLocationType": "TELECOMMUTE", "applicantLocationRequirements": {"@type": "Country", "name": "USA"},
            "baseSalary": {"currency": "USD", "value": {"value": 6000, "unitText": "MONTH"}}})
        ),
        posting(
            json!([{"name": "Delta"}]),
            json!({"jobLocation": "Tulsa, OK", "baseSalary": 80000, "salaryCurrency": "USD"})
        ),
    ]);
    let expected = [
        "Acme | Detroit | MI | US | 2024-03 | (not stated) | USD | 72800",
        "Beta | Kirkland | WA | US | 2024-03 | (not stated) | USD | 70000",
        "Delta | Tulsa | OK | US | 2024-03 | (not stated) | USD | 80000",
        "Gamma | (not stated) | (US, no state) | US | 2024-03 | remote | USD | 72000",
    ];
    let lines = postings.as_array().unwrap().iter().map(|posting| format!("{posting}\n"));
    let graph = json!({"@context": "https://schema.org", "@graph": postings});
    for (name, json) in [
        ("list.json", postings.to_string()),
        ("graph.json", graph.to_string()),
        ("lines.jsonl", lines.collect()),
    ] {
        let input = folder.write(name, json);
        assert_form(&input, "schema.org JobPosting", "title", &["description"]);
        assert_eq!(counted(&input, ALL, &PAY), expected, "{name}");
    }
    // The employers tell ads apart, whatever kind of value they are.
    let input = folder.path("list.json");
    let tagged = run(&["tag", argument(&input), "--format", "csv", "--dedup", "-q"]);
    let rows = String::from_utf8(tagged.stdout).unwrap();
    assert_eq!(rows.lines().filter(|line| line.ends_with(",first,")).count(), 4, "{rows}");
}

#[test]
fn workday_ashby_and_smartrecruiters() {
    let folder = Folder::new();
    let list = json!({"total": 1, "jobPostings": [{"title": "EHR Trainer", "externalPath": "/job/x", "locationsText": "Boston, MA",
        "postedOn": "Posted 3 Days Ago", "bulletFields": ["R-1"]}]});
    let input = folder.write("list.json", list.to_string());
    assert_form(&input, "Workday", "title", &[]);
    assert_eq!(counted(&input, "city,state", &[]), ["Boston | MA"]);
    let detail = json!({"jobPostingInfo": {"id": "1", "title": "EHR Trainer", "jobDescription": "<p>Teach nurses the EHR</p>", "location": "Boston, MA",
        "postedOn": "Posted 30+ Days Ago", "startDate": "2024-03-05", "jobReqId": "R-1", "country": {"descriptor": "United States of America", "id": "bc33"}},
        "hiringOrganization": {"name": "Acme", "url": ""}});
    let input = folder.write("detail.jsonl", format!("{detail}\n{detail}\n"));
    assert_form(&input, "Workday", "jobPostingInfo.title", &["jobPostingInfo.jobDescription"]);
    assert_eq!(counted(&input, "employer,country,month", &[]), ["Acme | US | 2024-03"]);

    let ashby = json!({"apiVersion": "1", "jobs": [{"id": "1", "title": "EHR Trainer", "department": "IT", "team": "Training", "employmentType": "FullTime",
        "location": "Remote", "secondaryLocations": [{"location": "Reno, NV"}], "publishedAt": "2024-03-05T10:00:00.000+00:00", "isListed": true, "isRemote": true,
        "jobUrl": "https://x", "descriptionHtml": "<p>Teach</p>", "descriptionPlain": "Teach nurses the EHR",
        "compensation": {"compensationTierSummary": "$81K – $87K • Offers Equity", "summaryComponents": [
            {"compensationType": "EquityPercentage", "interval": "NONE", "minValue": 0.1, "maxValue": 0.2},
            {"compensationType": "Salary", "interval": "1 YEAR", "currencyCode": "USD", "minValue": 81000, "maxValue": 87000}]}}]});
    let input = folder.write("ashby.json", ashby.to_string());
    assert_form(&input, "Ashby", "title", &["descriptionPlain"]);
    assert_eq!(
        counted(&input, "city,state,month,remote", &PAY),
        ["Reno | NV | 2024-03 | remote | USD | 84000"]
    );

    let smart = json!({"content": [{"id": "1", "name": "EHR Trainer", "company": {"identifier": "acme", "name": "Acme"}, "releasedDate": "2024-03-05T10:00:00.000Z",
        "location": {"city": "Austin", "region": "TX", "country": "us", "remote": false}, "typeOfEmployment": {"label": "Full-time"},
        "jobAd": {"sections": {"companyDescription": {"title": "About", "text": "A clinic"}, "jobDescription": {"title": "Job", "text": "Teach nurses the EHR"}}}}]});
    let input = folder.write("smart.json", smart.to_string());
    assert_form(&input, "SmartRecruiters", "name", &["jobAd.sections.jobDescription.text"]);
    assert_eq!(counted(&input, "employer,city,state,month", &[]), ["Acme | Austin | TX | 2024-03"]);
}

#[test]
fn tables_of_scrapers() {
    let folder = Folder::new();
    let jobspy = "id,site,job_url,title,company,location,date_posted,job_type,interval,min_amount,max_amount,currency,is_remote,job_level,description\n\
        1,indeed,https://x,EHR Trainer,Acme,\"Boston, MA, US\",2024-03-05,fulltime,hourly,30,40,USD,True,,Teach nurses the EHR in class\n";
    let input = folder.write("jobspy.csv", jobspy);
    assert_form(&input, "JobSpy", "title", &["description"]);
    assert_eq!(
        counted(&input, "employer,city,state,month,remote,board", &PAY),
        ["Acme | Boston | MA | 2024-03 | remote | indeed | USD | 72800"]
    );
    let linkedin = "job_id,company_name,title,description,max_salary,pay_period,location,med_salary,min_salary,formatted_work_type,original_listed_time,listed_time,remote_allowed,currency\n\
        1,Acme,EHR Trainer,Teach nurses the EHR in class,,HOURLY,\"Boston, MA\",35,,Full-time,1709596800000,1712275200000,1,USD\n";
    let input = folder.write("linkedin.csv", linkedin);
    assert_form(&input, "LinkedIn", "title", &["description"]);
    assert_eq!(
        counted(&input, "employer,city,state,month,remote", &PAY),
        ["Acme | Boston | MA | 2024-03 | remote | USD | 72800"]
    );
    let plain = folder.write(
        "plain.csv",
        "title,company,location,description\nEHR Trainer,Acme,\"Boston, MA\",Teach nurses\n",
    );
    assert_eq!(sniffed(&plain)["form"], Value::Null);
}

#[test]
fn members_of_unknown_forms_are_found_in_objects_and_lists() {
    let folder = Folder::new();
    let rows = [
        json!({"title": "EHR Trainer", "description": "Teach nurses", "company": "Acme", "locations": [{"city": "Boston", "state": "MA"}, {"city": "Reno", "state": "NV"}]}),
        json!({"title": "EHR Trainer", "description": "Teach clerks", "company": {"id": 7, "name": "Beta"}, "locations": [{"city": "Tulsa", "state": "OK"}]}),
    ];
    let input =
        folder.write("in.jsonl", rows.iter().map(|row| format!("{row}\n")).collect::<String>());
    assert_eq!(
        counted(&input, "employer,city,state", &[]),
        ["Acme | Boston | MA", "Beta | Tulsa | OK"]
    );
    // Members of lists are columns as well.
    assert_eq!(counted(&input, "locations[].state", &[]), ["MA", "OK"]);
}

#[test]
fn typed_columns_of_structs_and_lists_are_read() {
    let folder = Folder::new();
    let texts = |texts: [&str; 2]| -> ArrayRef { Arc::new(StringArray::from(texts.to_vec())) };
    let object = |members: Vec<(&str, ArrayRef)>| -> ArrayRef {
        Arc::new(StructArray::try_from(members).unwrap())
    };
    let mut skills = ListBuilder::new(StringBuilder::new());
    for row in [&["epic", "teach"][..], &[]] {
        row.iter().for_each(|skill| skills.values().append_value(skill));
        skills.append(true);
    }
    let amounts = |amounts: [i128; 2]| -> ArrayRef {
        Arc::new(Decimal128Array::from(amounts.to_vec()).with_precision_and_scale(12, 2).unwrap())
    };
    let batch = RecordBatch::try_from_iter([
        ("job_title", texts(["EHR Trainer", "Nurse"])),
        ("description", texts(["Teach nurses the EHR", "Bedside care"])),
        ("posted_at", Arc::new(Date32Array::from(vec![Some(19_787), None])) as ArrayRef),
        ("skills", Arc::new(skills.finish())),
        ("company", object(vec![("id", texts(["7", "8"])), ("name", texts(["Acme", "Beta"]))])),
        (
            "location",
            object(vec![("city", texts(["Tulsa", "Reno"])), ("state", texts(["OK", "NV"]))]),
        ),
        (
            "salary",
            object(vec![
                ("min", amounts([6_000_000, 5_000_000])),
                ("max", amounts([8_000_000, 5_000_000])),
                ("currency", texts(["USD", "USD"])),
            ]),
        ),
    ])
    .unwrap();
    let path = folder.path("in.parquet");
    let mut writer =
        ArrowWriter::try_new(fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    assert_eq!(
        counted(&path, "employer,city,state,month", &PAY),
        [
            "Acme | Tulsa | OK | 2024-03 | USD | 70000",
            "Beta | Reno | NV | (not stated) | USD | 50000"
        ]
    );
    let output = folder.path("out.parquet");
    let tagged = run(&["tag", argument(&path), "-o", argument(&output), "--dedup", "-q"]);
    assert_eq!(tagged.status.code(), Some(0), "{}", String::from_utf8_lossy(&tagged.stderr));
    // What was tagged is read again, and is the same but for its tags.
    assert_eq!(
        counted(&output, "employer,city,state", &[]),
        ["Acme | Tulsa | OK", "Beta | Reno | NV"]
    );
}

#[test]
fn a_file_that_was_tagged_before_is_told_and_its_tags_are_no_titles() {
    let folder = Folder::new();
    let input = folder.write(
        "in.csv",
        "summary,text\nx,\"Teach nurses the EHR in class, write tip sheets.\"\ny,Bedside care\n",
    );
    let once = folder.path("once.csv");
    let tagged = run(&[
        "tag",
        argument(&input),
        "-o",
        argument(&once),
        "--title-column",
        "-",
        "--text-column",
        "text",
        "-q",
    ]);
    assert_eq!(tagged.status.code(), Some(0));
    for form in ["csv", "jsonl", "parquet"] {
        let again = folder.path(&format!("again.{form}"));
        let run = run(&["tag", argument(&once), "-o", argument(&again), "--prefix", "second"]);
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(said.contains("title none, text `text`, tagged before (`onc_role` and"), "{said}");
    }
    let found = sniffed(&folder.path("again.parquet"));
    assert_eq!((&found["title"], &found["text"]), (&Value::Null, &json!(["text"])));
}

#[test]
fn keys_that_come_late_are_used_and_told() {
    let folder = Folder::new();
    let mut lines = String::new();
    for n in 0..3_000 {
        let late = if n < 2_000 {
            ""
        } else {
            r#","location":"Boston, MA","datePosted":"2024-03-05","company":{"name":"Acme"},"grade":"x""#
        };
        lines +=
            &format!("{{\"title\":\"EHR Trainer {n}\",\"description\":\"Teach nurses\"{late}}}\n");
    }
    let input = folder.write("in.jsonl", &lines);
    assert_eq!(
        counted(&input, "city,month,employer", &["postings"]),
        ["(not stated) | (not stated) | (not stated) | 2000", "Boston | 2024-03 | Acme | 1000"]
            .map(str::to_owned)
    );
    // A key that is asked for is looked for behind the first rows.
    assert_eq!(counted(&input, "grade", &["postings"]), [" | 2000", "x | 1000"]);
    let unknown = run(&["demand", argument(&input), "--by", "grades"]);
    assert_eq!(unknown.status.code(), Some(2));
    let output = folder.path("out.csv");
    let tagged = run(&["tag", argument(&input), "-o", argument(&output)]);
    let said = String::from_utf8(tagged.stderr).unwrap();
    assert!(
        said.contains("1000 rows have keys that are not among those of the first rows"),
        "{said}"
    );
    assert!(!said.contains("more cells than the header"), "{said}");
    let out = fs::read_to_string(&output).unwrap();
    let last = out.lines().last().unwrap();
    assert!(last.ends_with(r#"""company.name"":""Acme"",""grade"":""x""}""#), "{last}");
    // Where rows stay as they are, nothing is to be told.
    let tagged = run(&["tag", argument(&input), "-o", argument(&folder.path("out.jsonl"))]);
    assert!(!String::from_utf8(tagged.stderr).unwrap().contains("keys"), "{said}");
    // A column of the first rows may get another name later.
    let drifted = lines.replace("\"title\":\"EHR Trainer 29", "\"jobTitle\":\"Epic Trainer 29");
    let input = folder.write("drifted.jsonl", drifted);
    let late = run(&["demand", argument(&input), "--by", "title", "--all", "-q"]);
    assert!(String::from_utf8(late.stdout).unwrap().contains("epic trainer 2999"));
}
