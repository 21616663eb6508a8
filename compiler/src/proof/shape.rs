//! What a model looks like, as bytes: everything that how it behaves depends on.
//!
//! Promise: two models of one shape behave alike. The bytes are those that hashing would mix, kept one behind the other, so
//! that shapes are compared as a whole and two that differ are never taken for one.

use std::hash::{Hash, Hasher};

/// What hashes like this is alike.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Shape(Box<[u8]>);

impl Shape {
    pub(super) fn of(value: &impl Hash) -> Self {
        let mut written = Written(Vec::new());
        value.hash(&mut written);
        Self(written.0.into())
    }
}

/// Takes down what is hashed.
struct Written(Vec<u8>);

impl Hasher for Written {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    // Most numbers are indices of a few things, and most shapes are full of them: small ones take one byte.
    fn write_usize(&mut self, number: usize) {
        match u8::try_from(number) {
            Ok(small) if small < u8::MAX => self.0.push(small),
            _ => {
                self.0.push(u8::MAX);
                self.write(&number.to_le_bytes());
            }
        }
    }

    fn write_isize(&mut self, number: isize) {
        self.write_usize(number.cast_unsigned());
    }

    /// Of no use: the shape is the bytes.
    fn finish(&self) -> u64 {
        0
    }
}
