/// A longer line is set aside unread, so that memory stays bounded, and a longer record ends with
/// its first line: 16 MiB.
pub const MAX_RECORD_BYTES: usize = 16 << 20;

/// How a record is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    /// By the grammar.
    Whole,
    /// As its writer most likely meant it, as its quotes do not follow the grammar: a quote stands
    /// before a cell that it does not close, or undoubled inside a quoted cell.
    StrayQuote,
    /// Not at all: it is a line before the header.
    Preamble,
    /// Not at all: it is a line, or a record with a quoted cell, of this many bytes, more than
    /// [`MAX_RECORD_BYTES`], which are not in the chunk.
    TooLong(u64),
}
