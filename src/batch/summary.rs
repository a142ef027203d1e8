use crate::Tag;

/// What a batch did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Rows that were read; always `rows_written + rows_set_aside`.
    pub rows_read: u64,
    /// Rows that were written with their tags.
    pub rows_written: u64,
    /// Rows that could not be read.
    pub rows_set_aside: u64,
    /// Rows with fewer cells than the header, which were filled up with empty ones.
    pub rows_filled_up: u64,
    /// Rows tagged with each role, in taxonomy order.
    pub tagged: Vec<u64>,
    /// Rows tagged `none`.
    pub none: u64,
    /// Bytes that were read.
    pub bytes: u64,
}

impl Summary {
    pub(super) fn new(roles: usize) -> Self {
        Self { tagged: vec![0; roles], ..Self::default() }
    }

    pub(super) fn count(&mut self, tag: &Tag<'_>, filled_up: bool) {
        self.rows_read += 1;
        self.rows_written += 1;
        self.rows_filled_up += u64::from(filled_up);
        match tag.closest().filter(|_| tag.answer.is_some()) {
            Some(closest) => self.tagged[closest.position()] += 1,
            None => self.none += 1,
        }
    }

    pub(super) fn count_set_aside(&mut self) {
        self.rows_read += 1;
        self.rows_set_aside += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.rows_read += other.rows_read;
        self.rows_written += other.rows_written;
        self.rows_set_aside += other.rows_set_aside;
        self.rows_filled_up += other.rows_filled_up;
        self.none += other.none;
        self.bytes += other.bytes;
        for (mine, others) in self.tagged.iter_mut().zip(&other.tagged) {
            *mine += others;
        }
    }
}
