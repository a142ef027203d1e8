use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<(Date, DatePrecision), &'static str> {
    let reader = DateReader::embedded().unwrap();
    match reader.read(text, Some(date(2024, 3, 1)), DateOrder::MonthFirst) {
        Reading::Read(read) => Ok((read.date, read.precision)),
        Reading::NotRead(reason) => Err(reason),
        Reading::NotStated => Err("not stated"),
    }
}

/// Oracle's, Excel's and Indeed's ways to write a day, and those of ISO 8601 that few know.
#[test]
fn dates_are_read_as_exactly_as_they_are_written() {
    let reader = DateReader::embedded().unwrap();
    let seen = Some(date(2024, 3, 31));
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("05-MAR-24", "2024-03-05 Day"),
        ("30-APR-1999", "1999-04-30 Day"),
        ("05-MAR-24 10.15.00.000000 AM", "2024-03-05 Day"),
        ("PostedPosted 5 days ago", "2024-03-26 Day"),
        ("EmployerActive 3 days ago", "2024-03-28 Day"),
        ("PostedJust posted", "2024-03-31 Day"),
        ("PostedToday", "2024-03-31 Day"),
        ("PostedPosted 30+ days ago", "2024-03-01 Latest"),
        ("Posted30+ days ago", "2024-03-01 Latest"),
        ("30d+", "2024-03-01 Latest"),
        ("30+d", "2024-03-01 Latest"),
        ("HiringHiring ongoing", "not read"),
        ("1.71340e+12", "2024-04-18 Day"),
        ("1.7134E+12", "2024-04-18 Day"),
        ("1.713E+12", "2024-04-13 Month"),
        ("1.69E+12", "2023-07-22 Year"),
        ("1.7e12", "not read"),
        ("1.713434e9", "2024-04-18 Day"),
        ("2024-W05", "2024-01-29 Week"),
        ("2024W05", "2024-01-29 Week"),
        ("2024-W05-3", "2024-01-31 Day"),
        ("2024-W54", "not read"),
        ("2024-065", "2024-03-05 Day"),
        ("2023-366", "not read"),
        ("2024-05", "2024-05-01 Month"),
        ("45356", "not read"),
    ] {
        let found = match reader.read(text, seen, DateOrder::Undecided) {
            Reading::Read(PostingDate { date, precision }) => format!("{date} {precision:?}"),
            Reading::NotRead(_) => "not read".to_owned(),
            Reading::NotStated => "not stated".to_owned(),
        };
        if found != expected {
            wrong.push(format!("{text:?}: {found}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let serial = |text: &str| DateReader::serial(text).map(|found| found.date);
    assert_eq!(serial("45356"), Some(date(2024, 3, 5)));
    assert_eq!(serial("45356.75"), Some(date(2024, 3, 5)));
    for text in ["99999", "12345", "4535", "45356x", "", "45356-1"] {
        assert_eq!(serial(text), None, "{text}");
    }
}

#[test]
fn dates_are_written_in_many_ways() {
    use DatePrecision::{Day, Latest, Month, Week, Year};
    for (text, expected, precision) in [
        ("2020-10-30", date(2020, 10, 30), Day),
        ("2020-11-05T11:16:22+0000", date(2020, 11, 5), Day),
        ("2026-02-24T00:00:00.000Z", date(2026, 2, 24), Day),
        ("2024-01-31 23:59:59.5-08:00", date(2024, 1, 31), Day),
        ("2024/1/5", date(2024, 1, 5), Day),
        ("20240131", date(2024, 1, 31), Day),
        ("2024-10", date(2024, 10, 1), Month),
        ("1712888833", date(2024, 4, 12), Day),
        ("1712888833000", date(2024, 4, 12), Day),
        ("1712888833000.0", date(2024, 4, 12), Day),
        ("4/3/2024", date(2024, 4, 3), Day),
        ("4/3/24 11:16", date(2024, 4, 3), Day),
        ("October 30, 2020", date(2020, 10, 30), Day),
        ("30 Oct 2020", date(2020, 10, 30), Day),
        ("30-Oct-2020", date(2020, 10, 30), Day),
        ("Oct 30th, 2020", date(2020, 10, 30), Day),
        ("Fri, 30 Oct 2020 11:16:22 +0100", date(2020, 10, 30), Day),
        ("Fri, 30 Oct 2020 11:16:22 -0500", date(2020, 10, 30), Day),
        ("Oct 2020", date(2020, 10, 1), Month),
        ("4 days ago", date(2024, 2, 26), Day),
        ("Posted 4 days ago", date(2024, 2, 26), Day),
        ("13 hours ago", date(2024, 3, 1), Day),
        ("an hour ago", date(2024, 3, 1), Day),
        ("30 hours ago", date(2024, 2, 29), Day),
        ("1 week ago", date(2024, 2, 23), Week),
        ("2 months ago", date(2024, 1, 1), Month),
        ("a year ago", date(2023, 3, 1), Year),
        ("30+ days ago", date(2024, 1, 31), Latest),
        ("3d", date(2024, 2, 27), Day),
        ("il y a 4 jours", date(2024, 2, 26), Day),
        ("vor 2 Wochen", date(2024, 2, 16), Week),
        ("today", date(2024, 3, 1), Day),
        ("Just posted", date(2024, 3, 1), Day),
        ("Yesterday", date(2024, 2, 29), Day),
    ] {
        assert_eq!(read(text), Ok((expected, precision)), "{text}");
    }
}

#[test]
fn what_is_no_date_is_not_read() {
    for (text, reason) in [
        ("", "not stated"),
        ("2024", YEAR_ALONE),
        ("2024-02-30", NO_SUCH_DAY),
        ("1889-02-03", YEAR_OUT_OF_RANGE),
        ("17/4/2024", NO_SUCH_DAY),
        ("soon", NOT_A_DATE),
        ("4", NOT_A_DATE),
        ("99999999999999999999", NOT_A_DATE),
        ("30 Oct", "a day without a year"),
    ] {
        assert_eq!(read(text), Err(reason), "{text}");
    }
    let reader = DateReader::embedded().unwrap();
    assert_eq!(reader.read("4 days ago", None, DateOrder::Undecided), Reading::NotRead(NOT_SEEN));
    assert_eq!(
        reader.read("4/3/2024", None, DateOrder::Undecided),
        Reading::NotRead(WHICH_IS_THE_MONTH)
    );
    assert!(reader.read("17/4/2024", None, DateOrder::Undecided).is_read());
}

#[test]
fn an_order_is_decided_only_if_the_column_agrees() {
    assert_eq!(DateOrder::detect(["1/2/2024", "17/4/2024"]), DateOrder::DayFirst);
    assert_eq!(DateOrder::detect(["4/17/2024", "17/4/2024"]), DateOrder::Undecided);
    assert_eq!(DateOrder::detect(["", "text"]), DateOrder::Undecided);
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,40}", digits in "[0-9/.+: TZ-]{0,24}") {
        let _ = read(&text);
        let _ = read(&digits);
    }

    #[test]
    fn dates_come_back(year in 1990_i16..=2100, month in 1_i8..=12, day in 1_i8..=28) {
        let expected = date(year, month, day);
        for form in ["%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%d %b %Y", "%Y%m%d", "%Y-%m-%dT10:11:12Z"] {
            let text = expected.strftime(form).to_string();
            prop_assert_eq!(read(&text), Ok((expected, DatePrecision::Day)), "{}", text);
        }
    }
}
