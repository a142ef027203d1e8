use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::errors::ParquetError;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs code that decodes a file, and turns a panic into an error.
///
/// The decoders index by numbers that stand in the file, so a damaged one can make them panic. The
/// caller must not use what `decode` changed after an error.
pub(super) fn guarded<T>(
    decode: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, ParquetError> {
    let before = GUARDED.replace(true);
    let decoded = catch_unwind(AssertUnwindSafe(decode));
    GUARDED.set(before);
    decoded.unwrap_or_else(|_| {
        Err(ParquetError::General(
            "the file is damaged: its parts contradict each other; get it anew".to_owned(),
        ))
    })
}

/// Tells whether a panic of this thread would be caught and become an error, so that a panic hook need not
/// print it.
pub fn is_panic_caught() -> bool {
    GUARDED.get()
}
