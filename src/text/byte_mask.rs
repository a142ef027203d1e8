//! What the bytes of a text are, 64 at a time.

/// The bytes of a block: one bit of a word each.
pub(super) const BLOCK: usize = 64;

/// What 64 bytes are, a bit for each, the first byte lowest. Bytes past the end of a text are
/// neither.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ByteMask {
    /// ASCII letters and digits.
    pub(super) letters: u64,
    /// Bytes from 0x80: parts of characters outside ASCII.
    pub(super) wide: u64,
}

impl ByteMask {
    /// Looks at the bytes from a position on.
    #[inline]
    pub(super) fn at(text: &[u8], at: usize) -> Self {
        let rest = text.get(at..).unwrap_or_default();
        if let Some(bytes) = rest.first_chunk() {
            return Self::of(bytes);
        }
        let mut bytes = [0; BLOCK];
        bytes[..rest.len()].copy_from_slice(rest);
        Self::of(&bytes)
    }

    #[inline]
    fn of(bytes: &[u8; BLOCK]) -> Self {
        Self {
            letters: bits(bytes, |byte| {
                ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10)
            }),
            wide: bits(bytes, |byte| byte >= 0x80),
        }
    }
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
            let block = ByteMask::at(&text, at);
            for n in 0..BLOCK {
                let byte = text.get(at + n).copied().unwrap_or(b' ');
                prop_assert_eq!(block.letters >> n & 1 == 1, byte.is_ascii_alphanumeric());
                prop_assert_eq!(block.wide >> n & 1 == 1, !byte.is_ascii());
            }
        }
    }
}
