//! Counts corrected for the classifier's errors, with intervals.
//!
//! A count of answers is not a count of roles: of the postings of a role some are missed, and among
//! those tagged with it are others. How often each happens is known from labelled postings
//! ([`Evidence`]). From that and the answers of a file the shares of the roles are estimated, as
//! quantification does (González et al., "A review on quantification learning", 2017):
//!
//! | method | what it solves |
//! |---|---|
//! | adjusted count (Forman 2008; Firat 2016) | the shares whose expected answers are nearest to those found |
//! | probabilistic adjusted count (Bella et al. 2010) | the same with mean probabilities in place of answers |
//! | expectation maximisation (Saerens, Latinne and Decaestecker 2002) | the shares that make the probabilities likeliest |
//!
//! All three assume that a role's postings look alike in the file and among the labelled ones, and that
//! only the mix differs.

mod bootstrap;
mod confusion;
mod corrector;
mod error;
mod evidence;
mod maximisation;
#[cfg(test)]
mod peers;
mod simplex;

pub use bootstrap::Draws;
pub use confusion::Confusion;
pub use corrector::{Corrected, Corrector, Posteriors};
pub use error::CorrectionError;
pub use evidence::{Evidence, EvidenceRow};
pub use maximisation::expectation_maximisation;
pub use simplex::nearest_shares;
