//! How digests are written.

use std::fmt::Write as _;

/// Returns bytes as lower-case hexadecimal digits.
///
/// ```
/// assert_eq!(rolecall::digest::hexadecimal(&[0x0a, 0xff]), "0aff");
/// ```
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
