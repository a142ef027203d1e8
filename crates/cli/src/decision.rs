use clap::Args;
use rolecall::classify::DecisionOptions;

/// What a user asks of the answers.
#[derive(Debug, Args)]
pub(super) struct Decision {
    /// Answer with a role only with at least this confidence, 0 to 1; otherwise `none`
    ///
    /// The default operating point balances precision and recall. For more precision ask for 0.5 or
    /// more; docs/accuracy.md has the curve.
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = probability)]
    min_confidence: f64,
    /// The share of your postings that hire for any role, above 0 and below 1 [default: that of the
    /// calibration]
    ///
    /// Moves the scope of every posting: state it if your file was chosen by keywords, say.
    #[arg(long, value_name = "P", value_parser = inside)]
    prevalence: Option<f64>,
}

impl Decision {
    pub(super) fn options(&self) -> DecisionOptions {
        DecisionOptions { min_confidence: self.min_confidence, prevalence: self.prevalence }
    }
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(p) if (0.0..=1.0).contains(&p) => Ok(p),
        _ => Err("expected a number from 0 to 1".to_owned()),
    }
}

fn inside(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(p) if p > 0.0 && p < 1.0 => Ok(p),
        _ => Err("expected a number above 0 and below 1".to_owned()),
    }
}
