/// What stands before the first row of a CSV file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// A header line as it was read, with all before it.
    Line(Vec<u8>),
    /// A header that is written of the names of the columns.
    Names,
    /// Nothing: the file has no header.
    None,
}
