use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::errors::ParquetError;

/// Runs code that decodes a file, and turns a panic into an error.
///
/// The decoders index by numbers that stand in the file, so a damaged one can make them panic. The
/// caller must not use what `decode` changed after an error.
pub(super) fn guarded<T>(
    decode: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, ParquetError> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| {
        Err(ParquetError::General(
            "the file is damaged: its parts contradict each other".to_owned(),
        ))
    })
}
