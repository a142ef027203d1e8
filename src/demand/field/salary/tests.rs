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
