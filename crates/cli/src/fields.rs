use clap::Args;
use jiff::civil::Date;
use rolecall_fields::{DateOrder, GivenFields};

/// What overrides the columns that demand is counted by: a name, a position from 1, or `-` for none.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fields")]
pub(super) struct Fields {
    /// The day the files were collected, YYYY-MM-DD: what `4 days ago` counts from [default: a column, if one
    /// tells]
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(super) collected: Option<Date>,
    /// Which comes first in dates such as 4/3/2024 [default: what the column shows, where a number is above 12]
    #[arg(long, value_name = "ORDER")]
    date_order: Option<Order>,
    /// The column of the day a posting was published [default: found by name and content]
    #[arg(long, value_name = "COLUMN")]
    posted_column: Option<String>,
    /// The column of the day it closes or was taken down
    #[arg(long, value_name = "COLUMN")]
    closed_column: Option<String>,
    /// The column of the day it was collected
    #[arg(long, value_name = "COLUMN")]
    scraped_column: Option<String>,
    /// The column of the pay as one text
    #[arg(long, value_name = "COLUMN")]
    salary_column: Option<String>,
    /// The column of the lower end of the pay
    #[arg(long, value_name = "COLUMN")]
    salary_low_column: Option<String>,
    /// The column of the upper end of the pay
    #[arg(long, value_name = "COLUMN")]
    salary_high_column: Option<String>,
    /// The column of the currency of the pay
    #[arg(long, value_name = "COLUMN")]
    salary_currency_column: Option<String>,
    /// The column of what the pay is for: an hour, a year
    #[arg(long, value_name = "COLUMN")]
    salary_period_column: Option<String>,
    /// The column of remote work
    #[arg(long, value_name = "COLUMN")]
    remote_column: Option<String>,
    /// The column of the city
    #[arg(long, value_name = "COLUMN")]
    city_column: Option<String>,
    /// The column of the state or province
    #[arg(long, value_name = "COLUMN")]
    state_column: Option<String>,
    /// The column of the country
    #[arg(long, value_name = "COLUMN")]
    country_column: Option<String>,
    /// The column of the job board
    #[arg(long, value_name = "COLUMN")]
    board_column: Option<String>,
}

/// The order of day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Order {
    /// Month, day, year
    Mdy,
    /// Day, month, year
    Dmy,
}

fn day(text: &str) -> Result<Date, String> {
    text.trim().parse().map_err(|_| {
        "expected year, month and day with hyphens, such as 2024-03-05; other orders are not guessed".to_owned()
    })
}

impl Fields {
    pub(super) fn given(&self) -> GivenFields {
        GivenFields {
            posted: self.posted_column.clone(),
            closed: self.closed_column.clone(),
            scraped: self.scraped_column.clone(),
            salary: self.salary_column.clone(),
            salary_low: self.salary_low_column.clone(),
            salary_high: self.salary_high_column.clone(),
            salary_currency: self.salary_currency_column.clone(),
            salary_period: self.salary_period_column.clone(),
            remote: self.remote_column.clone(),
            city: self.city_column.clone(),
            state: self.state_column.clone(),
            country: self.country_column.clone(),
            board: self.board_column.clone(),
            employment: None,
            date_order: self.date_order.map(|order| match order {
                Order::Mdy => DateOrder::MonthFirst,
                Order::Dmy => DateOrder::DayFirst,
            }),
        }
    }
}
