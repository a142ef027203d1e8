//! Counts corrected for the classifier's errors, with intervals.
//!
//! A count of answers is not a count of roles: of the postings of a role some are missed, and among
//! those tagged with it are others. How often each happens is known from labelled postings
//! ([`Evidence`]). From that and the answers of a file the shares of the roles are estimated, as
//! quantification does (González et al., "A review on quantification learning", 2017), by adjusted count
//! (Forman 2008; Firat 2016): the shares whose expected answers are nearest to those found.
//!
//! It assumes that a role's postings look alike in the file and among the labelled ones, but for what differs
//! from employer to employer and from board to board. How much that is, the labelled postings
//! tell; how much of it averages out in the file, its [`Makeup`].

mod bootstrap;
mod confusion;
mod corrector;
mod error;
mod error_model;
mod evidence;
mod makeup;
mod parts;
#[cfg(test)]
mod peers;
mod simplex;
mod spread;

pub use confusion::Confusion;
pub use corrector::{Corrected, Correction, Corrector};
pub use error::CorrectionError;
pub use evidence::{Evidence, EvidenceRow};
pub use makeup::Makeup;
pub use parts::Part;
pub use simplex::nearest_shares;
