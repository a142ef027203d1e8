use proptest::prelude::*;

use super::*;

fn shown(reading: Reading<Salary<'_>>) -> String {
    match reading {
        Reading::NotStated => "not stated".to_owned(),
        Reading::NotRead(reason) => reason.to_owned(),
        Reading::Read(salary) => {
            let Salary { currency, low_cents, high_cents, ends, period, .. } = salary;
            let currency = currency.unwrap_or("?");
            let assumed = if salary.period_is_assumed { "?" } else { "" };
            let ends = match ends {
                PayEnds::Both => "",
                PayEnds::Upper => " <",
                PayEnds::Lower => " >",
            };
            #[allow(clippy::cast_precision_loss, reason = "small numbers")]
            let amount = |cents: i64| cents as f64 / 100.0;
            format!(
                "{currency} {}..{} {period}{assumed}{ends}",
                amount(low_cents),
                amount(high_cents)
            )
        }
    }
}

/// Codes beat the dollar sign, periods that make no year are not read, and damaged dashes are dashes.
#[test]
fn pay_is_what_a_careful_reader_takes_it_for() {
    let reader = SalaryReader::embedded().unwrap();
    let mut wrong = Vec::new();
    for (text, expected) in [
        // Currencies.
        ("$80,000 - $95,000 CAD", "CAD 80000..95000 year?"),
        ("$120K AUD", "AUD 120000..120000 year?"),
        ("$90,000 SGD", "SGD 90000..90000 year?"),
        ("CAD $80,000 a year", "CAD 80000..80000 year"),
        ("C$80,000 a year", "CAD 80000..80000 year"),
        ("A$90k - A$110k", "AUD 90000..110000 year?"),
        ("80kCAD", "CAD 80000..80000 year?"),
        ("$70,000", "USD 70000..70000 year?"),
        ("USD 80,000", "USD 80000..80000 year?"),
        // Periods.
        ("$2,400 bi-weekly", "USD 2400..2400 two_weeks"),
        ("$2,400 biweekly", "USD 2400..2400 two_weeks"),
        ("$2,400 every two weeks", "USD 2400..2400 two_weeks"),
        ("£1,200 per fortnight", "GBP 1200..1200 two_weeks"),
        ("$3,000 semi-monthly", "USD 3000..3000 half_month"),
        ("$3,000 twice a month", "USD 3000..3000 half_month"),
        ("$15,000 per quarter", "USD 15000..15000 quarter"),
        ("$45 per visit", UNKNOWN_PERIOD),
        ("$45/visit", UNKNOWN_PERIOD),
        ("$0.12 per word", UNKNOWN_PERIOD),
        ("$60 a session", UNKNOWN_PERIOD),
        ("$60,000 a year, class A licence", "USD 60000..60000 year"),
        // Dashes and groups.
        ("$60,000 &ndash; $85,000", "USD 60000..85000 year?"),
        ("$60,000 &#8211; $85,000 a year", "USD 60000..85000 year"),
        ("$60,000 â€“ $85,000", "USD 60000..85000 year?"),
        ("$60,000 â€\u{201c} $85,000", "USD 60000..85000 year?"),
        ("$60,000 \u{fffd} $85,000", "USD 60000..85000 year?"),
        ("$60,000 \u{96} $85,000", "USD 60000..85000 year?"),
        ("£30,000 Ð £35,000", "GBP 30000..35000 year?"),
        ("$60, 000 - $85, 000", "USD 60000..85000 year?"),
        ("60 000 - 85 000 €", "EUR 60000..85000 year?"),
        ("60\u{a0}000 – 85\u{202f}500 €", "EUR 60000..85500 year?"),
        ("CHF 110'000 - 125'500", "CHF 110000..125500 year?"),
        ("60.000 - 85.000 €", "EUR 60000..85000 year?"),
        ("$60-85k", "USD 60000..85000 year?"),
        ("between 60,000 and 85,000", "? 60000..85000 year?"),
        ("60,000 through 85,000 DOE", "? 60000..85000 year?"),
        ("$60,000 + bonus", "USD 60000..60000 year?"),
    ] {
        let found = shown(reader.read(text));
        if found != expected {
            wrong.push(format!("{text:?}: {found}, expected {expected}"));
        }
    }
    for (parts, expected) in [
        (["2400", "2600", "USD", "BI_WEEKLY"], "USD 2400..2600 two_weeks"),
        (["60000", "80000", "USD", "per-year-salary"], "USD 60000..80000 year"),
        (["30", "40", "USD", "per-hour-wage"], "USD 30..40 hour"),
        (["86962.0", "113047.0", "USD", "PA"], "USD 86962..113047 year"),
        (["45", "50", "USD", "PH"], "USD 45..50 hour"),
        (["2400", "2600", "USD", "BW"], "USD 2400..2600 two_weeks"),
        (["100", "100", "USD", "WC"], UNKNOWN_PERIOD),
        (["45", "60", "USD", "per visit"], UNKNOWN_PERIOD),
        (["60000", "80000", "CAD", ""], "CAD 60000..80000 year?"),
        (["$60,000", "$80,000", "CAD", "year"], "CAD 60000..80000 year"),
    ] {
        let [low, high, currency, period] = parts;
        let found = shown(reader.from_parts(low, high, currency, period));
        if found != expected {
            wrong.push(format!("{parts:?}: {found}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pay_is_written_in_many_ways() {
    let reader = SalaryReader::embedded().unwrap();
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("$85K-$110K (Glassdoor est.)", "USD 85000..110000 year?"),
        ("$21-$34 Per Hour(Glassdoor est.)", "USD 21..34 hour"),
        ("40.00 /hr", "? 40..40 hour"),
        ("$45 - $52 an hour", "USD 45..52 hour"),
        ("$20/hr - $30/hr", "USD 20..30 hour"),
        ("£28,407 to £34,581 a year", "GBP 28407..34581 year"),
        ("USD 95,000.00/yr - USD 120,000.00/yr", "USD 95000..120000 year"),
        ("US$120K–US$150K a year", "USD 120000..150000 year"),
        ("150K–260K a year", "? 150000..260000 year"),
        ("77.6K–176K a year", "? 77600..176000 year"),
        ("35–45 an hour", "? 35..45 hour"),
        ("Band 6", OTHER_WORDS),
        ("Band 6 £37,350 to £44,962 per annum", "GBP 37350..44962 year"),
        ("£12.08 an hour", "GBP 12.08..12.08 hour"),
        ("Up to $120,000 a year", "USD 120000..120000 year <"),
        ("From $25 an hour", "USD 25..25 hour >"),
        ("€60k", "EUR 60000..60000 year?"),
        ("60.000 - 70.000 €", "EUR 60000..70000 year?"),
        ("60.000,50 EUR per year", "EUR 60000.5..60000.5 year"),
        ("$1,200 weekly", "USD 1200..1200 week"),
        ("$114,233.60 - $182,769.60", "USD 114233.6..182769.6 year?"),
        ("85000-95000", "? 85000..95000 year?"),
        ("85-110k", "? 85000..110000 year?"),
        ("$18.50", "USD 18.5..18.5 hour?"),
        ("$500", NO_PERIOD),
        ("['100', '130']", NO_PERIOD),
        ("Competitive", NO_AMOUNT),
        ("$1 a year", IMPLAUSIBLE),
        ("$900 an hour", "USD 900..900 hour"),
        ("$9,000 an hour", IMPLAUSIBLE),
        ("$90,000 - $80,000", BACKWARDS),
        ("12 positions", OTHER_WORDS),
        ("Depends on experience, 10% bonus", OTHER_WORDS),
        ("₹12,00,000 a year", "INR 1200000..1200000 year"),
        ("", "not stated"),
        ("-1", "not stated"),
        ("None", "not stated"),
        ("0-0", "not stated"),
    ] {
        let found = shown(reader.read(text));
        if found != expected {
            wrong.push(format!("{text:?}: {found}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parts_make_pay() {
    let reader = SalaryReader::embedded().unwrap();
    let parts = |low, high, currency, period| shown(reader.from_parts(low, high, currency, period));
    assert_eq!(parts("18.0", "25.0", "USD", "HOURLY"), "USD 18..25 hour");
    assert_eq!(parts("", "25.0", "USD", "HOURLY"), "USD 25..25 hour <");
    assert_eq!(parts("75000", "", "", ""), "? 75000..75000 year? >");
    assert_eq!(parts("4200.0", "", "CAD", "MONTHLY"), "CAD 4200..4200 month >");
    assert_eq!(parts("", "", "USD", "YEARLY"), "not stated");
    assert_eq!(parts("0.0", "0.0", "USD", "YEARLY"), "not stated");
    assert_eq!(parts("a lot", "", "USD", "YEARLY"), "an end of the pay is not an amount");
}

#[test]
fn a_year_has_2080_hours() {
    let reader = SalaryReader::embedded().unwrap();
    let annual = |text| reader.read(text).read().unwrap().annual_cents();
    assert_eq!(annual("$20 an hour"), 41_600 * 100);
    assert_eq!(annual("$400 a day"), 104_000 * 100);
    assert_eq!(annual("$1,000 a week"), 52_000 * 100);
    assert_eq!(annual("$5,000 a month"), 60_000 * 100);
    assert_eq!(annual("$80,000.01 - $90,000.00 a year"), 85_000 * 100);
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,40}", likely in "[0-9.,$€£k a-z/–-]{0,40}", low in "[0-9.]{0,30}") {
        let reader = SalaryReader::embedded().unwrap();
        let _ = reader.read(&text);
        let _ = reader.read(&likely);
        let _ = reader.from_parts(&low, &likely, &text, &text);
    }

    #[test]
    fn pay_comes_back(low in 20_000_i64..200_000, more in 0_i64..100_000, cents in 0_i64..100) {
        let reader = SalaryReader::embedded().unwrap();
        let grouped = |n: i64| format!("{},{:03}", n / 1000, n % 1000);
        let high = low + more;
        for text in [
            format!("${}.{cents:02} - ${}.{cents:02} a year", grouped(low), grouped(high)),
            format!("USD {low}.{cents:02} to {high}.{cents:02} per annum"),
            format!("{low}.{cents:02}-{high}.{cents:02} USD yearly"),
        ] {
            let salary = reader.read(&text).read();
            let found = salary.map(|salary| (salary.low_cents, salary.high_cents));
            prop_assert_eq!(found, Some((low * 100 + cents, high * 100 + cents)), "{}", text);
        }
    }
}
