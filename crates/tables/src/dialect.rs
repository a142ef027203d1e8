//! How the cells of a file are told apart.

/// How the cells of a file are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The byte between two cells.
    pub delimiter: u8,
    /// The byte around a cell that holds delimiters or line breaks; doubled inside the cell.
    pub quote: Option<u8>,
    /// The byte before a byte that is taken as it is, inside quotes; a doubled quote counts, too.
    pub escape: Option<u8>,
    /// Whether blanks around a cell are no part of it, as in `a, "b"` and `"a" ; "b"`.
    pub skip_space: bool,
}

impl Default for Dialect {
    /// Returns the dialect of RFC 4180: commas, and double quotes that are doubled inside a cell.
    fn default() -> Self {
        Self { delimiter: b',', quote: Some(b'"'), escape: None, skip_space: false }
    }
}

/// What is known of a dialect and a layout beforehand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GivenDialect {
    /// The delimiter.
    pub delimiter: Option<u8>,
    /// The quote, or that there is none.
    pub quote: Option<Option<u8>>,
    /// The escape, or that there is none.
    pub escape: Option<Option<u8>>,
    /// Whether blanks around a cell are no part of it.
    pub skip_space: Option<bool>,
    /// The number of lines before the header.
    pub preamble: Option<usize>,
    /// Whether there is a header.
    pub has_header: Option<bool>,
}
