use super::Input;
use super::report::InputReport;

/// Is told what a batch does, from any thread, and may stop it.
pub trait Progress: Sync {
    /// An input was opened.
    fn opened(&self, _input: &Input) {}

    /// So many more bytes of an input were read, and so many more rows were written or set aside.
    fn advanced(&self, _bytes: u64, _rows: u64) {}

    /// An input is done, or could not be read to its end.
    fn done(&self, _input: &InputReport) {}

    /// Tells whether the batch is to stop.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}
