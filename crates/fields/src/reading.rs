/// What became of a cell: it says nothing, can't be read, or was read.
///
/// What could not be read is counted and shown as such, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading<T> {
    /// The cell is empty, or holds a word for nothing (`N/A`, `null`).
    NotStated,
    /// The cell says something that was not read, for this reason.
    NotRead(&'static str),
    /// The cell was read.
    Read(T),
}

impl<T> Reading<T> {
    /// Returns what was read, if something was.
    pub fn read(self) -> Option<T> {
        match self {
            Self::Read(value) => Some(value),
            Self::NotStated | Self::NotRead(_) => None,
        }
    }

    /// Tells whether the cell was read.
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Read(_))
    }

    /// Applies a function to what was read.
    pub fn map<U>(self, function: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Read(value) => Reading::Read(function(value)),
            Self::NotRead(reason) => Reading::NotRead(reason),
            Self::NotStated => Reading::NotStated,
        }
    }
}
