//! What the bytes of a text are, 64 at a time.

/// The bytes of a block: one bit of a word each.
pub(super) const BLOCK: usize = 64;

/// 64 bytes of a text, and zeros past its end.
pub(super) struct ByteBlock([u8; BLOCK]);

impl ByteBlock {
    /// Takes the bytes from a position on.
    #[inline]
    pub(super) fn at(text: &[u8], at: usize) -> Self {
        let rest = text.get(at..).unwrap_or_default();
        if let Some(bytes) = rest.first_chunk() {
            return Self(*bytes);
        }
        let mut bytes = [0; BLOCK];
        bytes[..rest.len()].copy_from_slice(rest);
        Self(bytes)
    }

    /// Returns which bytes are ASCII letters and digits, a bit for each, the first byte lowest.
    #[inline]
    pub(super) fn letters(&self) -> u64 {
        bits(&self.0, |byte| {
            ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10)
        })
    }

    /// Returns which bytes may belong to words as well: apostrophes and parts of characters outside ASCII.
    #[inline]
    pub(super) fn others(&self) -> u64 {
        bits(&self.0, is_other)
    }

    /// Tells whether there are [others](Self::others), which takes a third of the time.
    #[inline]
    pub(super) fn has_others(&self) -> bool {
        self.0.iter().fold(0, |any, &byte| any | u8::from(is_other(byte))) != 0
    }
}

#[inline]
fn is_other(byte: u8) -> bool {
    (byte >= 0x80) | (byte == b'\'')
}

/// Gathers a bit for each byte. The first loop is one that compilers vectorize.
#[inline]
fn bits(bytes: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    /// Moves the lowest bits of eight bytes into the highest byte of the product, without carries.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut flags = [0; BLOCK];
    for (flag, &byte) in flags.iter_mut().zip(bytes) {
        *flag = u8::from(is(byte));
    }
    let (eights, _) = flags.as_chunks();
    eights
        .iter()
        .rev()
        .fold(0, |all, &eight| all << 8 | u64::from_le_bytes(eight).wrapping_mul(GATHER) >> 56)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bits_are_what_each_byte_is(
            text in proptest::collection::vec(any::<u8>(), 0..130), at in 0..140_usize,
        ) {
            let block = ByteBlock::at(&text, at);
            let is_other = |byte: u8| !byte.is_ascii() || byte == b'\'';
            for n in 0..BLOCK {
                let byte = text.get(at + n).copied().unwrap_or(b' ');
                prop_assert_eq!(block.letters() >> n & 1 == 1, byte.is_ascii_alphanumeric());
                prop_assert_eq!(block.others() >> n & 1 == 1, is_other(byte));
            }
            prop_assert_eq!(block.has_others(), text.iter().skip(at).take(BLOCK).any(|byte| is_other(*byte)));
        }
    }
}
