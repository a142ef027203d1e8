//! Paths in JSON: as text where they are text, and otherwise so that nothing is lost.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// A path as JSON has it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PathText {
    Text(String),
    /// A name that is not UTF-8: for people, and byte by byte.
    Bytes {
        text: String,
        bytes: Vec<u8>,
    },
}

/// Returns a path as JSON: a string; of a path that is not UTF-8 an object with the `text` that people
/// can read, and its `bytes`.
///
/// ```
/// use rolecall_tagging::path_value;
///
/// assert_eq!(path_value("a.csv".as_ref()), "a.csv");
/// ```
pub fn path_value(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => json!(text),
        None => json!({
            "text": path.to_string_lossy(),
            "bytes": path.as_os_str().as_encoded_bytes(),
        }),
    }
}

pub(super) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    path_value(path).serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    Ok(match PathText::deserialize(from)? {
        PathText::Text(text) => text.into(),
        PathText::Bytes { text, bytes } => of_bytes(bytes).unwrap_or_else(|| text.into()),
    })
}

#[cfg(unix)]
fn of_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    Some(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes).into())
}

/// Elsewhere the bytes of a path are not what the system has; the text must do.
#[cfg(not(unix))]
fn of_bytes(_: Vec<u8>) -> Option<PathBuf> {
    None
}

/// The same for a path that may not be there.
pub(super) mod optional {
    use super::{Deserialize, Deserializer, Path, PathBuf, Serialize, Serializer, path_value};

    #[derive(Deserialize)]
    struct Wrapped(#[serde(with = "super")] PathBuf);

    pub(crate) fn serialize<S: Serializer>(
        path: &Option<PathBuf>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        path.as_deref().map(|path: &Path| path_value(path)).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<PathBuf>, D::Error> {
        Ok(Option::<Wrapped>::deserialize(from)?.map(|Wrapped(path)| path))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Paths {
        #[serde(with = "super")]
        path: PathBuf,
        #[serde(with = "super::optional", default)]
        other: Option<PathBuf>,
    }

    #[test]
    fn every_path_comes_back() {
        for bytes in [&b"a.csv"[..], b"caf\xe9.csv", b"", b"\xff\xfe/x"] {
            let path = PathBuf::from(OsStr::from_bytes(bytes));
            for other in [None, Some(path.clone())] {
                let paths = Paths { path: path.clone(), other };
                let text = serde_json::to_string(&paths).unwrap();
                assert_eq!(serde_json::from_str::<Paths>(&text).unwrap(), paths, "{text}");
            }
        }
        assert_eq!(path_value(Path::new("a.csv")), "a.csv");
    }
}
