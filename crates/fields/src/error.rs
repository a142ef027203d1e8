/// Says which embedded list can't be used, and why; the tests of this crate make sure that none is
/// such.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct FieldDataError {
    /// The file, as it is named in the repository.
    pub file: &'static str,
    /// What was expected and what was found.
    pub message: String,
}

/// Parses an embedded TOML file.
pub(super) fn parse<T: serde::de::DeserializeOwned>(
    file: &'static str,
    text: &str,
) -> Result<T, FieldDataError> {
    toml::from_str(text).map_err(|error| FieldDataError { file, message: error.to_string() })
}
